"""What is protected: the chance that an asset lies under an engagement, by target type, from either side of the border.

Formulas P1 to P5 of `docs/stages/coverage.md`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from holdfast.coverage.inputs import CoverageInputs, Standing
from holdfast.models.reach import engaged_share, reach_matrix, reaches_km
from holdfast.scenario.types import TARGET_TYPES

Array = NDArray[np.float64]

BACKINGS = ("country", "across_border", "both")


class Shield:
    """All batteries with the assets each can reach, worked out once: `reach` has shape (battery, asset, target)."""

    def __init__(self, inputs: CoverageInputs) -> None:
        self.inputs = inputs
        self.batteries = [item for item in inputs.standing if self._counts(item)]
        self.units = np.array([item.units for item in self.batteries])
        self.across = np.array([item.site.across_border for item in self.batteries], dtype=bool)
        rows = [inputs.capabilities[item.site.capability] for item in self.batteries]
        self.reach = self._reach(
            [(item.site.lon, item.site.lat) for item in self.batteries],
            np.array([reaches_km(row) for row in rows]).reshape(-1, len(TARGET_TYPES)),
            np.array([row.antenna_m for row in rows]),
        )
        cycles, shots = inputs.factors["reach.cycles_per_raid"], inputs.factors["reach.shots_per_target"]
        # P3: engagements a battery can make while one raid passes: its channels again and again, or what it has to fire.
        self.capacity = np.array([min(row.channels * cycles, row.interceptors / shots) for row in rows])

    def protection(self, accept: Callable[[Standing], bool]) -> Array:
        """P5 for the batteries accepted, shape (asset, target): [1 − Π(1 − ready · p)^n] · engaged share of a raid."""
        taken = np.array([accept(item) for item in self.batteries], dtype=bool)
        if not taken.any():
            return np.zeros((len(self.inputs.assets), len(TARGET_TYPES)))
        reach, units = self.reach[taken], self.units[taken]
        ready = self.inputs.factors["reach.ready_share"]
        under = 1.0 - np.prod((1.0 - ready * reach) ** units[:, None, None], axis=0)
        able = np.einsum("s,s,sat->at", units, self.capacity[taken], reach)
        raids = np.array([self.inputs.raids[target] for target in TARGET_TYPES])
        return np.asarray(under * engaged_share(np.broadcast_to(raids, able.shape), able), dtype=float)

    def by_backing(self) -> Array:
        """Protection from the country, from across the border, and from both, shape (backing, asset, target)."""
        inside = self.protection(lambda item: not item.site.across_border)
        outside = self.protection(lambda item: item.site.across_border)
        both = self.protection(lambda _item: True)
        return np.stack([inside, outside, both])

    def within_border_reach(self) -> Array:
        """Best chance to engage over each asset from any place outside that may host a battery, shape (asset, target).

        Of all air-defence units of the catalogue, whatever the force has: what stays 0 cannot be covered from across the
        border at all.
        """
        places = list(self.inputs.battery_places)
        rows = [row for row in self.inputs.capabilities.values() if row.domain == "air_defence"]
        best = np.zeros((len(self.inputs.assets), len(TARGET_TYPES)))
        for row in rows if places else []:
            reach = np.broadcast_to(reaches_km(row), (len(places), len(TARGET_TYPES)))
            chance = self._reach(places, reach, np.full(len(places), row.antenna_m))
            best = np.maximum(best, chance.max(axis=0))
        return best

    def _counts(self, item: Standing) -> bool:
        outside_promise = item.site.backstop and item.site.across_border
        row = self.inputs.capabilities[item.site.capability]
        return row.domain == "air_defence" and (self.inputs.counts_across or not outside_promise)

    def _reach(self, lonlat: list[tuple[float, float]], reach_km: Array, antenna_m: Array) -> Array:
        altitude = np.array([self.inputs.factors[f"altitude.{target}_m"] for target in TARGET_TYPES])
        assets = [(row.lon, row.lat) for row in self.inputs.assets]
        return reach_matrix(
            np.array(lonlat, dtype=float).reshape(-1, 2), np.array(assets, dtype=float).reshape(-1, 2), reach_km,
            antenna_m=antenna_m, altitude_m=altitude, edge_share=self.inputs.factors["reach.edge_share"],
        )  # fmt: skip


def asset_people(inputs: CoverageInputs) -> Array:
    """People who depend on each asset."""
    return np.array([row.people for row in inputs.assets], dtype=float)


def asset_weights(inputs: CoverageInputs) -> Array:
    """Priority weight of each asset: decay^(priority − 1)."""
    decay = inputs.factors["protect.priority_decay"]
    return np.array([decay ** (row.priority - 1) for row in inputs.assets], dtype=float)


def share_of(weights: Array, protection: Array) -> Array:
    """Weighted mean protection over assets; the asset axis is the last but one of `protection`."""
    total = float(weights.sum())
    if total <= 0:
        return np.zeros((*protection.shape[:-2], protection.shape[-1]))
    return np.asarray(np.einsum("a,...at->...t", weights / total, protection), dtype=float)
