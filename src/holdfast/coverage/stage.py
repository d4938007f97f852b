"""Stage `cover`: what the force sees, reaches and protects, where it does not, and from which day."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.arrays import Coordinates, collect, labelled
from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.coverage.figures import write_figures
from holdfast.coverage.gaps import find_gaps
from holdfast.coverage.inputs import CoverageInputs, arrived_by, of_capability
from holdfast.coverage.protection import BACKINGS, Shield, asset_people, asset_weights, share_of
from holdfast.coverage.reaction import reach_by_cell
from holdfast.coverage.watch import Watch, Watchers
from holdfast.models.zone import mean_by_sector
from holdfast.results.stages import Coverage
from holdfast.scenario.types import TARGET_TYPES

Array = NDArray[np.float64]


@memoised
def cover(inputs: CoverageInputs) -> Coverage:
    """What the force sees, reaches and protects at full capability, by day as it arrives, and the gaps.

    Parameters
    ----------
    inputs
        From `gather_coverage`.

    Returns
    -------
    Coverage
        Arrays of zeros and no gaps for posture `none`.
    """
    report("cover: what is seen", 0.0)
    watchers = Watchers(inputs)
    everyone = watchers.watch(lambda _item: True)
    minutes, nearest = reach_by_cell(inputs)
    report("cover: what is protected", 0.5)
    shield = Shield(inputs)
    protection = shield.by_backing()
    within = shield.within_border_reach()
    by_day = _by_day(inputs, watchers, shield)
    gaps = (
        ()
        if inputs.posture == "none"
        else find_gaps(
            inputs,
            seen=everyone.seen,
            minutes=minutes,
            nearest=nearest,
            protection=protection[-1],
            within_border=within,
        )
    )
    people, weights = asset_people(inputs), asset_weights(inputs)
    return Coverage(
        line=_line(inputs, everyone, minutes),
        sectors=_sectors(inputs, everyone, minutes),
        layers=_layers(inputs, watchers),
        protection=_protection(inputs, protection),
        shares=_shares(share_of(people, protection), share_of(weights, protection)),
        by_day=by_day,
        gaps=gaps,
        figures=write_figures(
            inputs, watch=everyone, minutes=minutes, protection=protection, within=within
        ),
    )  # fmt: skip


def _line(inputs: CoverageInputs, watch: Watch, minutes: Array) -> xr.Dataset:
    coords: Coordinates = {"km": inputs.zone.cell_starts_km()}
    return collect(
        seen=labelled(watch.seen, ["km"], coords, units="1", long_name="probability that a violation is seen"),
        seen_impulsive=labelled(
            watch.impulsive, ["km"], coords, units="1", long_name="probability that a shot is noticed"
        ),
        reach_minutes=labelled(
            minutes, ["km"], coords, units="min", long_name="minutes until the nearest reaction force arrives"
        ),
    )


def _sectors(inputs: CoverageInputs, watch: Watch, minutes: Array) -> xr.Dataset:
    coords: Coordinates = {"sector": [row.id for row in inputs.zone.sectors]}
    length = np.array([row.to_km - row.from_km for row in inputs.zone.sectors])
    seen, shots = mean_by_sector(inputs.zone, watch.seen), mean_by_sector(inputs.zone, watch.impulsive)
    reach = mean_by_sector(inputs.zone, minutes)
    return collect(
        length_km=labelled(length, ["sector"], coords, units="km", long_name="length of the sector"),
        seen=labelled(seen, ["sector"], coords, units="1", long_name="probability that a violation is seen"),
        seen_impulsive=labelled(shots, ["sector"], coords, units="1", long_name="probability that a shot is noticed"),
        reach_minutes=labelled(
            reach, ["sector"], coords, units="min", long_name="mean minutes until a reaction force arrives"
        ),
    )


def _layers(inputs: CoverageInputs, watchers: Watchers) -> xr.DataArray:
    names = watchers.layers
    alone = np.zeros((len(inputs.zone.sectors), len(names)))
    for number, name in enumerate(names):
        watch = watchers.watch(of_capability(name))
        alone[:, number] = mean_by_sector(inputs.zone, watch.seen)
    coords: Coordinates = {"sector": [row.id for row in inputs.zone.sectors], "layer": list(names)}
    return labelled(alone, ["sector", "layer"], coords, units="1", long_name="probability seen by the layer alone")


def _protection(inputs: CoverageInputs, protection: Array) -> xr.DataArray:
    coords: Coordinates = {
        "backing": list(BACKINGS),
        "target": list(TARGET_TYPES),
        "asset": [row.id for row in inputs.assets],
    }
    values = np.moveaxis(protection, -1, 1)
    return labelled(
        values,
        ["backing", "target", "asset"],
        coords,
        units="1",
        long_name="probability that the asset lies under an engagement",
    )


def _shares(people: Array, weight: Array) -> xr.Dataset:
    coords: Coordinates = {"backing": list(BACKINGS), "target": list(TARGET_TYPES)}
    dims = ["backing", "target"]
    return collect(
        people=labelled(people, dims, coords, units="share", long_name="share of people protected"),
        weight=labelled(weight, dims, coords, units="share", long_name="share of priority weight protected"),
    )


def _by_day(inputs: CoverageInputs, watchers: Watchers, shield: Shield) -> xr.Dataset:
    """Coverage on the days on which something that watches or protects arrives (thinned to `cover.days_shown`)."""
    useful = [*watchers.posts, *watchers.movers, *watchers.orbits, *shield.batteries]
    days = thin_days(
        np.array([item.day for item in useful if np.isfinite(item.day)]), int(inputs.factors["cover.days_shown"])
    )
    people = asset_people(inputs)
    protected = np.array([
        float(share_of(people, shield.protection(arrived_by(float(day)))).mean()) for day in days
    ])  # fmt: skip
    coords: Coordinates = {"day": days}
    return collect(
        seen=labelled(
            watchers.seen_by_day(days), ["day"], coords, units="1", long_name="probability seen, mean over the line"
        ),
        people_protected=labelled(
            protected, ["day"], coords, units="share", long_name="share of people protected, mean over target types"
        ),
    )


def thin_days(days: Array, most: int) -> Array:
    """Day 0 and the days in order without repeats, at most `most` of them, the last kept."""
    found = np.unique(np.concatenate([[0.0], np.maximum(days, 0.0)]))
    if found.size <= most:
        return found
    return np.asarray(found[np.unique(np.linspace(0, found.size - 1, most).round().astype(int))], dtype=float)
