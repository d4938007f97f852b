"""What is seen: posts, movers and orbits on the zone, by cell, sector and layer, for any part of the force.

Formulas C1 to C12 of `docs/stages/coverage.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.coverage.inputs import CoverageInputs, Standing, arrived_by
from holdfast.models.sensing import Layer, is_aerial, is_mobile, is_observer, layer_of, orbit_aircraft, watches_sector
from holdfast.models.zone import (
    Post,
    PostLog,
    add_logs,
    logs_of_post,
    no_posts,
    seen_by_cell,
    share_orbits,
    spread_swept,
    swept_in_sector,
)

Array = NDArray[np.float64]

POSTED = "observer_team"
"""Whose eyes a post manned by a battalion has."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What one set of units sees: by cell, for violations that last and for shots."""

    seen: Array
    impulsive: Array


class Watchers:
    """The units that watch, with the geometry of each worked out once."""

    def __init__(self, inputs: CoverageInputs) -> None:
        self.inputs, self.zone = inputs, inputs.zone
        self._layers: dict[tuple[str, str, bool], Layer] = {}
        self._logs: dict[tuple[float, str, float], tuple[PostLog, ...]] = {}
        self.sector_index = {row.id: number for number, row in enumerate(self.zone.sectors)}
        self.posts = [item for item in inputs.standing if self._is_post(item)]
        self.movers = [item for item in inputs.standing if self._is_mover(item)]
        self.orbits = [item for item in inputs.standing if self._is_orbit(item)]
        self.orbit_shares = np.zeros(len(self.zone.sectors))
        self.orbit_sweep = self._orbit_sweep()
        self.orbit_shares = self._orbit_shares()

    @property
    def layers(self) -> tuple[str, ...]:
        """Capabilities that watch, in the order in which their sites stand in the laydown."""
        everyone = [*self.posts, *self.movers, *self.orbits]
        return tuple(dict.fromkeys(item.site.capability for item in everyone))

    def watch(self, accept: Callable[[Standing], bool]) -> Watch:
        """What the units accepted see together."""
        missed, unheard = self._missed([item for item in self.posts if accept(item)])
        swept = self._swept_with_orbits(accept)
        return Watch(
            seen=seen_by_cell(self.zone, missed, spread_swept(self.zone, swept)),
            impulsive=seen_by_cell(self.zone, unheard, np.zeros_like(unheard)),
        )

    def seen_by_day(self, days: Array) -> Array:
        """Mean over the line of what is seen on each of the days (in order), shape (day,)."""
        missed, _ = self._missed(())
        found = np.zeros(len(days))
        before = -np.inf
        for number, day in enumerate(days):
            new = [item for item in self.posts if before < item.day <= day]
            missed = missed + self._missed(new)[0]
            swept = spread_swept(self.zone, self._swept_with_orbits(arrived_by(float(day))))
            found[number] = self.line_mean(seen_by_cell(self.zone, missed, swept))
            before = day
        return found

    def line_mean(self, by_cell: Array) -> float:
        """Mean over the line of a figure by cell, by length."""
        starts = self.zone.cell_starts_km()
        if not starts.size:
            return 0.0
        return float(np.average(by_cell, weights=np.minimum(starts + 1.0, self.zone.length_km) - starts))

    def _swept_with_orbits(self, accept: Callable[[Standing], bool]) -> Array:
        swept = self._swept([item for item in self.movers if accept(item)])
        flying = orbits_of(self.inputs, [item for item in self.orbits if accept(item)])
        everyone = orbits_of(self.inputs, self.orbits)
        if flying > 0 and everyone > 0:
            swept = swept + (flying / everyone) * self.orbit_shares[:, None, None] * self.orbit_sweep
        return swept

    def _missed(self, items: Sequence[Standing]) -> tuple[Array, Array]:
        """Logs of the chance that no post sees a violation, and that no post notices a shot."""
        missed, unheard = no_posts(self.zone), no_posts(self.zone)
        for item in items:
            post = self._post(item)
            key = (post.km, post.layer.capability, post.offset_km)
            if key not in self._logs:
                self._logs[key] = logs_of_post(self.zone, post)
            add_logs(missed, self._logs[key], post.units)
            if post.layer.sees_impulsive:
                add_logs(unheard, self._logs[key], post.units)
        return missed, unheard

    def _post(self, item: Standing) -> Post:
        capability = self.inputs.capabilities[item.site.capability]
        manned = "hold" in capability.tasks
        sector = max(int(self.zone.sector_of(item.site.line_km)[0]), 0)
        layer = self._layer(POSTED if manned else capability.id, sector, posted=manned)
        offset = self.zone.post_offset_km(self.inputs.factors["laydown.post_offset_km"])
        # A battalion's post is one post however small a part of the battalion stands there.
        units = min(1.0, item.units / item.site.units) if manned else item.units
        return Post(km=item.site.line_km, offset_km=offset, units=units, layer=layer)

    def _swept(self, items: Sequence[Standing]) -> Array:
        """Sweeps of movers in the sector they stand in, shape (sector, visibility, depth)."""
        counts: dict[tuple[int, str], float] = {}
        for item in items:
            key = (self.sector_index[item.site.sector], item.site.capability)
            counts[key] = counts.get(key, 0.0) + item.units
        swept = np.zeros_like(self.orbit_sweep)
        for (sector, name), units in counts.items():
            swept[sector] += swept_in_sector(self.zone, sector, replace(self._layer(name, sector), count=units))
        return swept

    def _layer(self, capability: str, sector: int, *, posted: bool = False) -> Layer:
        key = (capability, self.zone.sectors[sector].terrain, posted)
        if key not in self._layers:
            row = self.inputs.capabilities[capability]
            self._layers[key] = layer_of(row, self.inputs.factors, terrain=key[1], posted=posted)
        return self._layers[key]

    def _orbit_sweep(self) -> Array:
        """Sweep of one whole orbit flown over each sector alone, shape (sector, visibility, depth)."""
        depth = no_posts(self.zone).shape[-1]
        sweep = np.zeros((len(self.zone.sectors), 3, depth))
        if self.orbits:
            name = self.orbits[0].site.capability
            for number in range(len(self.zone.sectors)):
                sweep[number] = swept_in_sector(self.zone, number, self._layer(name, number))
        return sweep

    def _orbit_shares(self) -> Array:
        missed, _ = self._missed(self.posts)
        orbits = orbits_of(self.inputs, self.orbits)
        return share_orbits(self.zone, missed, self._swept(self.movers), self.orbit_sweep, orbits)

    def _is_post(self, item: Standing) -> bool:
        row = self.inputs.capabilities[item.site.capability]
        if item.site.kind not in {"post", "sensor"} or not item.site.sector or not is_observer(row):
            return False
        return "hold" in row.tasks or not is_mobile(row)

    def _is_mover(self, item: Standing) -> bool:
        row = self.inputs.capabilities[item.site.capability]
        if item.site.sector not in self.sector_index or item.site.kind not in {"post", "sensor"} or not is_mobile(row):
            return False
        return watches_sector(row, self.zone.sectors[self.sector_index[item.site.sector]].kind)

    def _is_orbit(self, item: Standing) -> bool:
        row = self.inputs.capabilities[item.site.capability]
        return row.domain == "sensor" and is_aerial(row) and is_observer(row) and not item.site.sector


def orbits_of(inputs: CoverageInputs, items: Sequence[Standing]) -> float:
    """Whole orbits that the aircraft of these units keep filled: the most n with C9(n) <= aircraft."""
    units = sum(item.units for item in items)
    if units <= 0 or not items:
        return 0.0
    factors = inputs.factors
    aircraft = units * factors["observe.aircraft_per_orbit_unit"]
    shared = {
        "endurance_h": inputs.capabilities[items[0].site.capability].endurance_h,
        "transit_h": factors["observe.orbit_transit_h"],
        "turnaround_h": factors["observe.turnaround_h"],
        "availability": factors["observe.aircraft_availability"],
    }
    orbits = 0
    while orbit_aircraft(orbits + 1, **shared) <= aircraft + 1e-9:
        orbits += 1
    return float(orbits)
