"""The menu of observation: for each sector, mixes of posts, sensors, patrols and orbits with their cost and what they see.

A mix is a static layer (one kind, or two, evenly spaced), one kind of mover, and a share of an orbit that serves several
sectors. What a mix sees is formula C11 of coverage, so that a force sized for p shows p there; the cover of posts is read
from a table (`models.even_cover`) that agrees with coverage's sum over cells to about 0.001.
Weather and night hit all layers at once: layers are combined inside a state of visibility, and states averaged last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.scenario.types import Capability
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.observe_layers import SectorLayers, layers_of
from holdfast.sizing.watched import watched

Array = NDArray[np.float64]


SAME_COST = 1e-9
"""Costs that differ by no more are the same, MUSD: sums in another order differ in the last digits."""


@dataclass(frozen=True, kw_only=True)
class SectorMenu:
    """All mixes of one sector, one entry each along the first axis.

    `units` has shape (mix, capability) over `capabilities`; shared orbits stand in `orbits`, not in `units`, and `cost`
    is without them. `shares`, where given, are the shares of an orbit in the order in which `orbits` repeats them.
    """

    sector: str
    capabilities: tuple[str, ...]
    units: Array
    orbits: Array
    cost: Array
    seen: Array
    impulsive: Array
    posts: Array
    shares: tuple[float, ...] = ()

    def cheapest(self, probability: float, impulsive: float) -> dict[float, int]:
        """For each share of an orbit, the cheapest mix that sees as much as asked (absent where none does).

        Of mixes that cost the same, the one that sees most.
        """
        enough = (self.seen >= probability - 1e-12) & (self.impulsive >= impulsive - 1e-12)
        price = np.where(enough, self.cost, np.inf)
        if self.shares:
            table, seen = (part.reshape(-1, len(self.shares)) for part in (price, self.seen))
            lowest = table.min(axis=0)
            best = np.where(table <= lowest + SAME_COST, seen, -1.0).argmax(axis=0)
            return {
                share: int(row) * len(self.shares) + number
                for number, (share, row) in enumerate(zip(self.shares, best, strict=True))
                if lowest[number] < np.inf
            }
        found: dict[float, int] = {}
        for share in np.unique(self.orbits):
            able = np.flatnonzero(enough & (self.orbits == share))
            if able.size:
                same = able[self.cost[able] <= self.cost[able].min() + SAME_COST]
                found[float(share)] = int(same[np.argmax(self.seen[same])])
        return found

    def best_seen(self) -> float:
        """The highest probability any mix of the menu reaches."""
        return float(self.seen.max())

    def best_impulsive(self, probability: float) -> float:
        """The highest probability for a shot among mixes that see as much as asked of lasting violations."""
        return float(self.impulsive[self.seen >= probability - 1e-12].max())


def cost_of(capability: Capability, *, musd_per_person: float) -> float:
    """Yearly cost of one unit, MUSD: the catalogue's, or people × cost of a person where it gives none."""
    return capability.cost_musd_year or capability.personnel * musd_per_person


def make_menus(inputs: SizingInputs) -> tuple[SectorMenu, ...]:
    """The menu of every sector; independent of service levels, so computed once for a case and reused."""
    price = inputs.factors["cost.musd_per_person_year"].value.nominal
    return tuple(_menu(layers, price) for layers in layers_of(watched(inputs)))


def _menu(layers: SectorLayers, price: float) -> SectorMenu:
    """Every static layer × every mover and number × every share of an orbit."""
    static_missed, static_unheard = layers.static_missed()
    mover_row, mover_count = layers.mover_options()
    missed = layers.passed(mover_row, mover_count)
    weighted = static_missed * layers.weights
    seen = layers.weights.sum() - weighted @ missed.reshape(-1, layers.weights.size).T
    heard = (1.0 - static_unheard) @ layers.weights
    static_units = layers.static_units()
    mover_units = np.zeros((mover_row.size, len(layers.kinds)))
    some = mover_row >= 0
    mover_units[some, len(layers.static) + mover_row[some]] = mover_count[some]
    costs = np.array([cost_of(row, musd_per_person=price) for row in layers.kinds])
    cost = ((static_units @ costs)[:, None] + mover_units @ costs).ravel()
    several = len(layers.shares)
    return SectorMenu(
        sector=layers.sector.id,
        capabilities=tuple(row.id for row in layers.kinds),
        units=np.repeat((static_units[:, None] + mover_units).reshape(-1, costs.size), several, axis=0),
        orbits=np.tile(np.array(layers.shares), cost.size),
        cost=np.repeat(cost, several),
        seen=seen.ravel(),
        impulsive=np.repeat(heard, mover_row.size * several),
        posts=np.full(seen.size, float(layers.line_posts)),
        shares=layers.shares,
    )
