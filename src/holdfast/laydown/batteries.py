"""Batteries: air-defence sites that cover most of the defended assets, inside the country and across its border.

Formula L1 of `docs/stages/laydown.md` with the cover by reach of `models.reach`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.laydown.frame import Frame, Placed, Spot, spread_rest
from holdfast.laydown.inputs import UnitsToPlace
from holdfast.models.covering import maximal_cover
from holdfast.models.reach import reach_matrix, reaches_km
from holdfast.results.stages import Site
from holdfast.scenario.types import TARGET_TYPES, Asset

Array = NDArray[np.float64]

_GAP = 5e-3


class Batteries:
    """Places air-defence units kind by kind, keeping account of what is protected so far, shape (item, target)."""

    def __init__(self, frame: Frame, bases: Sequence[Site]) -> None:
        self.frame = frame
        own = _own_bases(bases)
        rows = [asset for asset, _ in frame.assets]
        self.spots = [spot for _, spot in frame.assets] + own
        self.assets = len(rows)
        self.worth = np.concatenate(
            [asset_worth(rows, frame.factor("protect.priority_decay")), self._base_worth(own, bases)]
        )
        self.open = np.ones((len(self.spots), len(TARGET_TYPES)))

    def place(self, row: UnitsToPlace) -> Placed:
        """Batteries of one kind where they add most: worth not yet protected × chance to engage, mean over targets."""
        units = round(row.units)
        family = f"protect {row.label}"
        spots = self._candidates(row)
        if not spots or not self.spots or units <= 0:
            return Placed(family=family, unplaced={row.capability: row.units} if row.units > 0 else {})
        reach = self._reach(row, spots)
        faced = reaches_km(self.frame.inputs.capabilities[row.capability]) > 0
        open_share = self.open[:, faced].mean(axis=1)
        chance = np.divide(
            (reach[:, :, faced] * self.open[None, :, faced]).mean(axis=2), open_share[None, :],
            out=np.zeros(reach.shape[:2]), where=open_share[None, :] > 0,
        )  # fmt: skip
        worth = self._worth_for(row) * open_share
        backup = self.frame.factor("laydown.backup_share")
        found = maximal_cover(
            np.clip(chance, 0.0, 1.0), worth, limit=units, upper=units, backup_share=backup, gap=_GAP,
            fixed=self._pinned(row, spots, units),
            capacities=self.frame.factor("laydown.assets_per_battery"),
        )  # fmt: skip
        rest = units - int(found.counts.sum())
        counts = spread_rest(
            found.counts, self._value(spots, chance, worth), rest, allowed=np.ones(len(spots), dtype=bool)
        )
        self._protect(reach, counts)
        sites = tuple(
            self.frame.site(
                spot, kind="battery", capability=row.capability, units=float(count), sector="", backstop=row.backstop
            )
            for spot, count in zip(spots, counts, strict=True)
            if count > 0
        )
        total = float(worth.sum()) * (1.0 + backup) if chance.any() else 0.0
        return Placed(family=family, sites=sites, objective=found.objective, bound=found.bound, total=total)

    def _worth_for(self, row: UnitsToPlace) -> Array:
        """Worth of what a kind is placed for: the assets, and for point defence the force's own bases too."""
        worth = self.worth.copy()
        if float(reaches_km(self.frame.inputs.capabilities[row.capability]).max()) > self.frame.factor(
            "laydown.point_defence_km"
        ):
            worth[self.assets :] = 0.0
        return worth

    def _value(self, spots: Sequence[Spot], chance: Array, worth: Array) -> Array:
        """What each spot covers; where none covers anything, how near it is to what is to be covered."""
        value = chance @ worth
        if value.any():
            return np.asarray(value, dtype=float)
        near = 1.0 / (1.0 + self.frame.distances(spots, self.spots))
        return np.asarray(near @ worth, dtype=float)

    def _candidates(self, row: UnitsToPlace) -> list[Spot]:
        """In the country: places, own bases and the assets themselves, behind the standoff; outside it: places."""
        inside = row.area == "country" and row.mode != "operate_outside"
        spots = self.frame.allowed(host="battery", inside=inside)
        if inside:
            host = self.frame.inputs.host
            spots += [spot for spot in self.spots if spot.country == host and self.frame.is_behind(spot)]
        return spots

    def _reach(self, row: UnitsToPlace, spots: Sequence[Spot]) -> Array:
        capability = self.frame.inputs.capabilities[row.capability]
        return reach_matrix(
            [(spot.lon, spot.lat) for spot in spots],
            [(spot.lon, spot.lat) for spot in self.spots],
            np.broadcast_to(reaches_km(capability), (len(spots), len(TARGET_TYPES))),
            antenna_m=np.full(len(spots), capability.antenna_m),
            altitude_m=np.array([self.frame.factor(f"altitude.{target}_m") for target in TARGET_TYPES]),
            edge_share=self.frame.factor("reach.edge_share"),
        )

    def _protect(self, reach: Array, counts: NDArray[np.int64]) -> None:
        missed = np.prod((1.0 - reach) ** counts[:, None, None], axis=0)
        self.open = self.open * missed

    def _pinned(self, row: UnitsToPlace, spots: Sequence[Spot], units: int) -> list[int]:
        wanted = [pin.place for pin in self.frame.inputs.pins if pin.capability == row.capability]
        by_place = {spot.place: number for number, spot in enumerate(spots) if spot.place}
        return [by_place[place] for place in wanted if place in by_place][:units]

    def _base_worth(self, own: Sequence[Spot], bases: Sequence[Site]) -> Array:
        """Worth of the force's own bases: together as much as the assets, by people."""
        if not own:
            return np.zeros(0)
        people = np.zeros(len(own))
        index = {(spot.lon, spot.lat): number for number, spot in enumerate(own)}
        for site in bases:
            if (site.lon, site.lat) in index:
                people[index[site.lon, site.lat]] += (
                    site.units * self.frame.inputs.capabilities[site.capability].personnel
                )
        return np.asarray(people / max(people.sum(), 1e-9), dtype=float)


def asset_worth(assets: Sequence[Asset], decay: float) -> Array:
    """Worth of assets: the mean of their share of people and of their share of priority weight, formula L6."""
    if not assets:
        return np.zeros(0)
    people = np.array([row.people for row in assets])
    weight = np.array([decay ** (row.priority - 1) for row in assets])
    return np.asarray(0.5 * people / max(people.sum(), 1e-9) + 0.5 * weight / weight.sum(), dtype=float)


def _own_bases(bases: Sequence[Site]) -> list[Spot]:
    """One spot for each base in the country, however many units share it."""
    found: dict[tuple[float, float], Spot] = {}
    for site in bases:
        if not site.across_border and site.kind in {"base", "reaction", "hq"}:
            found.setdefault(
                (site.lon, site.lat),
                Spot(
                    lon=site.lon, lat=site.lat, country=site.country, place=site.place, km=site.line_km,
                    distance_km=np.inf, host_side=True,
                ),
            )  # fmt: skip
    return list(found.values())
