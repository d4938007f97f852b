"""The line as places: stretches of at most a given length, with what the force sees and is there, and how far it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.models.travel import great_circle_km, response_minutes, road_speed_kmh
from holdfast.results.stages import Coverage
from holdfast.scenario.lines import line_sectors
from holdfast.scenario.types import Scenario, SectorRow
from holdfast.stress.answering import Responders

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Stretches of the line; arrays over places, and over months where said."""

    edges_km: Floats
    """(place + 1)."""
    sector: tuple[str, ...]
    weight: Floats
    """(place): threat weight by length, normalised: splitting a sector changes nothing."""
    seen: Floats
    """(place, month)."""
    presence: Floats
    """(place, month)."""
    hours: Floats
    """(responder, place): hours from the order to arrival."""

    @property
    def length_km(self) -> float:
        """Length of the line."""
        return float(self.edges_km[-1] - self.edges_km[0])


def gather_places(scenario: Scenario, coverage: Coverage, responders: Responders, *, months: int) -> Places:
    """Cut the sectors into places and say what the force sees, is and reaches there.

    Raises
    ------
    ValueRangeError
        When the line has no length.
    """
    rows = _stretches(scenario, coverage)
    step = scenario.factor("stress.place_km")
    edges, owners = [0.0], []
    for row in rows:
        pieces = max(1, math.ceil((row.to_km - row.from_km) / step - 1e-9))
        edges += list(np.linspace(row.from_km, row.to_km, pieces + 1)[1:])
        owners += [row] * pieces
    edges_km = np.array(edges)
    weight = np.array([row.threat_weight for row in owners]) * np.diff(edges_km)
    if weight.sum() <= 0:
        raise ValueRangeError(f"sectors have threat_weight times length {weight.sum():g}; expected one above 0")
    distance = _distances(scenario, edges_km, responders)
    return Places(
        edges_km=edges_km,
        sector=tuple(row.id for row in owners),
        weight=weight / weight.sum(),
        seen=_seen(coverage, edges_km, [row.id for row in owners], months=months),
        presence=_presence(scenario, responders, distance, months=months),
        hours=_hours(scenario, owners, responders, distance),
    )


def _stretches(scenario: Scenario, coverage: Coverage) -> list[SectorRow]:
    """The sectors, or one stretch of the whole line where none are given."""
    rows = line_sectors(scenario)
    if rows:
        return list(rows)
    length = float(coverage.sectors["length_km"].sum()) or scenario.line_km
    if length <= 0:
        raise ValueRangeError("the line has length 0; expected a trace, sectors, or line_km above 0")
    road = scenario.factor("stress.road_kmh")
    return [
        SectorRow(
            id="line", name="Line", from_km=0.0, to_km=length, kind="contact", terrain="mixed", mines=0.0,
            threat_weight=1.0, road_kmh=road,
        )
    ]  # fmt: skip


def _seen(coverage: Coverage, edges_km: Floats, owners: list[str], *, months: int) -> Floats:
    """Probability seen by place and month: the full force's by kilometre, scaled as the mean over the line grows by day."""
    km, seen = coverage.line["km"].values.astype(float), coverage.line["seen"].values
    by_sector = dict(zip(coverage.sectors["sector"].values.tolist(), coverage.sectors["seen"].values, strict=True))
    full = np.zeros(edges_km.size - 1)
    for place, owner in enumerate(owners):
        inside = (km >= edges_km[place]) & (km < edges_km[place + 1])
        full[place] = float(seen[inside].mean()) if inside.any() else float(by_sector.get(owner, 0.0))
    days, mean = coverage.by_day["day"].values, coverage.by_day["seen"].values
    share = np.zeros(months)
    if days.size and mean[-1] > 0:
        share = np.minimum(1.0, np.interp(30.0 * np.arange(months) + 15.0, days, mean / mean[-1]))
    return np.asarray(full[:, None] * share[None, :])


def _distances(scenario: Scenario, edges_km: Floats, responders: Responders) -> Floats:
    """Great-circle distance of each responder to each place's middle, shape (responder, place), km."""
    from holdfast.geo.line import Line

    middle = 0.5 * (edges_km[1:] + edges_km[:-1])
    traces = [trace for trace in scenario.traces.values() if trace.kind == "contact"] or list(scenario.traces.values())
    if not traces:
        apart = np.abs(responders.line_km[:, None] - middle[None, :])
        return np.where(np.isnan(apart), np.inf, apart)
    line = Line(max(traces, key=lambda trace: trace.weight).points)
    lon, lat = line.at(np.minimum(middle, line.length_km))
    points = np.stack([np.asarray(lon), np.asarray(lat)], axis=-1)
    return np.asarray(great_circle_km(responders.lonlat[:, None, :], points[None, :, :]), dtype=float)


def _presence(scenario: Scenario, responders: Responders, distance_km: Floats, *, months: int) -> Floats:
    """People within reach of a place per kilometre, as a share of full presence, by month."""
    radius = scenario.factor("stress.presence_radius_km")
    near = (distance_km <= radius) & (responders.flies[:, None] == 0)
    here = responders.ready_day[:, None] <= 30.0 * np.arange(months)[None, :] + 15.0
    people = (near * responders.people[:, None]).T.astype(float) @ here.astype(float)
    return np.asarray(np.minimum(1.0, people / (2.0 * radius) / scenario.factor("stress.full_presence_per_km")))


def _hours(scenario: Scenario, owners: list[SectorRow], responders: Responders, distance_km: Floats) -> Floats:
    """Hours from the order to arrival by road or air, as the sizing stage counts them."""
    road = road_speed_kmh(
        np.array([row.road_kmh for row in owners]),
        season_factor=scenario.factor("respond.season_factor"),
        mines=np.array([row.mines for row in owners]),
        mine_speed_factor=scenario.factor("respond.mine_speed_factor"),
    )
    hours = np.full(distance_km.shape, np.inf)
    for unit in range(distance_km.shape[0]):
        flies = responders.flies[unit] > 0
        kind = "air_" if flies else ""
        if flies and responders.speed_kmh[unit] <= 0:
            raise ValueRangeError(
                f"{responders.ids[unit]} flies at 0 km/h; expected speed_kmh of its capability above 0"
            )
        speed = np.full(distance_km.shape[1], responders.speed_kmh[unit]) if flies else np.asarray(road)
        way = distance_km[unit] * scenario.factor(f"respond.{kind}detour")
        alert = scenario.factor(f"respond.{kind}alert_minutes")
        hours[unit] = np.asarray(response_minutes(way, speed, alert)) / 60.0
    return hours
