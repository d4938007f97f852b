"""What is reached: minutes from a call to the arrival of the nearest reaction force, by kilometre of the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.coverage.inputs import CoverageInputs
from holdfast.geo.line import Line
from holdfast.models.travel import great_circle_km, response_minutes, road_speed_kmh
from holdfast.results.stages import Site

Array = NDArray[np.float64]

LIFT = "lift_helo_sqn"


def reach_by_cell(inputs: CoverageInputs) -> tuple[Array, tuple[str, ...]]:
    """Minutes to each kilometre of the line from the reaction site that is there first, and that site's id.

    By road from every reaction site; by helicopter too where lift stands in the country. NaN and no site where there is
    no reaction force.
    """
    sites = list({item.site.id: item.site for item in inputs.standing if item.site.kind == "reaction"}.values())
    middles = inputs.zone.cell_middles_km()
    if not sites or not middles.size:
        return np.full(middles.size, np.nan), ("",) * middles.size
    line = Line(inputs.points)
    lon, lat = line.at(np.minimum(middles, line.length_km))
    distance = great_circle_km(np.column_stack([lon, lat])[:, None], _lonlat(sites)[None, :])
    minutes = _by_road(inputs, middles, distance)
    if any(item.site.capability == LIFT and not item.site.across_border for item in inputs.standing):
        minutes = np.minimum(minutes, _by_air(inputs, distance))
    nearest = minutes.argmin(axis=1)
    return minutes.min(axis=1), tuple(sites[number].id for number in nearest)


def _by_road(inputs: CoverageInputs, middles: Array, distance: Array) -> Array:
    factors = inputs.factors
    sectors = np.maximum(inputs.zone.sector_of(middles), 0)
    speeds = np.array([
        road_speed_kmh(
            row.road_kmh, season_factor=factors["respond.season_factor"], mines=row.mines,
            mine_speed_factor=factors["respond.mine_speed_factor"],
        )
        for row in inputs.zone.sectors
    ])  # fmt: skip
    road = distance * factors["respond.detour"]
    return np.asarray(response_minutes(road, speeds[sectors][:, None], factors["respond.alert_minutes"]), dtype=float)


def _by_air(inputs: CoverageInputs, distance: Array) -> Array:
    factors = inputs.factors
    flown = distance * factors["respond.air_detour"]
    speed = inputs.capabilities[LIFT].speed_kmh
    return np.asarray(response_minutes(flown, speed, factors["respond.air_alert_minutes"]), dtype=float)


def _lonlat(sites: Sequence[Site]) -> Array:
    return np.array([(site.lon, site.lat) for site in sites])
