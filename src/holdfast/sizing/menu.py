"""The menu of observation: for each sector, mixes of posts, sensors, patrols and orbits with their cost and what they see.

A mix is a static layer (one kind, or two, evenly spaced), one kind of mover, and a share of an orbit that serves several
sectors. What a mix sees is formula C11 of coverage, from the same functions, so that a force sized for p shows p there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from holdfast.models.sensing import (
    Layer,
    even_static_cover,
    factor_value,
    is_aerial,
    is_mobile,
    is_observer,
    layer_of,
    swept_by_offset,
    visibility_weights,
    zone_offsets_km,
)
from holdfast.scenario.types import Capability, SectorRow
from holdfast.sizing.inputs import SizingInputs

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SectorMenu:
    """All mixes of one sector, one entry each along the first axis.

    `units` has shape (mix, capability) over `capabilities`; shared orbits stand in `orbits`, not in `units`, and `cost`
    is without them.
    """

    sector: str
    capabilities: tuple[str, ...]
    units: Array
    orbits: Array
    cost: Array
    seen: Array
    impulsive: Array
    posts: Array

    def cheapest(self, probability: float, impulsive: float) -> dict[float, int]:
        """For each share of an orbit, the cheapest mix that sees as much as asked (absent where none does)."""
        enough = (self.seen >= probability - 1e-12) & (self.impulsive >= impulsive - 1e-12)
        found: dict[float, int] = {}
        for share in np.unique(self.orbits):
            able = np.flatnonzero(enough & (self.orbits == share))
            if able.size:
                found[float(share)] = int(able[np.argmin(self.cost[able])])
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
    return tuple(_Kitchen(inputs, sector).menu() for sector in inputs.sectors)


class _Kitchen:
    """Computes the menu of one sector."""

    def __init__(self, inputs: SizingInputs, sector: SectorRow) -> None:
        self.inputs, self.sector = inputs, sector
        self.width = sector.to_km - sector.from_km
        terms = inputs.settlement
        self.depth = terms.zone_depth_km.nominal
        self.standoff = terms.standoff_km.nominal
        self.behind = inputs.posture in {"reassure", "robust"}
        near = min(self._factor("laydown.post_offset_km"), self.depth / 4.0)
        self.offset = self.standoff if self.behind else near
        self.steepness = self._factor("sensing.steepness")
        self.weights = visibility_weights(inputs.factors)
        self.across = zone_offsets_km(self.depth)
        observers = [row for row in inputs.capabilities.values() if self._candidate(row)]
        self.static = [row for row in observers if not is_mobile(row)]
        self.shared = [row for row in observers if is_mobile(row) and is_aerial(row) and row.area != "country"]
        self.movers = [row for row in observers if is_mobile(row) and row not in self.shared]
        self.kinds = [*self.static, *self.movers]

    def _factor(self, key: str) -> float:
        return factor_value(self.inputs.factors, key)

    def _candidate(self, row: Capability) -> bool:
        """Observers bought to observe: not battalions that hold ground, ships only at sea, no aircraft of air forces."""
        at_sea = self.sector.kind == "sea"
        domains = {"sensor", "sea"} if at_sea else {"sensor", "ground"}
        if self.inputs.settlement.access == "none" and not is_aerial(row):
            return False
        return is_observer(row) and "hold" not in row.tasks and row.domain in domains

    def _layer(self, row: Capability, count: float = 1.0) -> Layer:
        return layer_of(row, self.inputs.factors, terrain=self.sector.terrain, count=count)

    def menu(self) -> SectorMenu:
        """Every static layer × every mover and number × every share of an orbit."""
        cover, impulsive, static_units, posts = self._static_options()
        swept, mover_units = self._mover_options()
        orbit_swept, shares = self._orbit_options()
        # axes: static, mover, orbit, visibility, depth
        total = swept[None, :, None] + orbit_swept[None, None]
        seen_state = 1.0 - (1.0 - cover[:, None, None, :, None]) / (1.0 + total)
        seen = np.einsum("smovd,v->smo", seen_state, self.weights) / self.across.size
        shape = seen.shape
        units = np.broadcast_to((static_units[:, None] + mover_units[None])[:, :, None], (*shape, len(self.kinds)))
        price = self._factor("cost.musd_per_person_year")
        costs = np.array([cost_of(row, musd_per_person=price) for row in self.kinds])
        flat = units.reshape(-1, len(self.kinds))
        return SectorMenu(
            sector=self.sector.id,
            capabilities=tuple(row.id for row in self.kinds),
            units=flat,
            orbits=np.broadcast_to(shares[None, None], shape).ravel(),
            cost=flat @ costs,
            seen=seen.ravel(),
            impulsive=np.broadcast_to((impulsive @ self.weights)[:, None, None], shape).ravel(),
            posts=np.broadcast_to(posts[:, None, None], shape).ravel(),
        )

    def _static_options(self) -> tuple[Array, Array, Array, Array]:
        """Cover and impulsive cover by (option, visibility), units by (option, kind), posts held anyway."""
        fixed = self._line_posts()
        singles = [(number, count) for number, row in enumerate(self.static) for count in self._counts(row)]
        pairs = [pair for pair in combinations(singles[::2], 2) if pair[0][0] != pair[1][0]]
        options = [(), *((single,) for single in singles), *pairs]
        cover, impulsive = np.empty((len(options), 3)), np.empty((len(options), 3))
        units = np.zeros((len(options), len(self.kinds)))
        for index, option in enumerate(options):
            missed, unheard = np.ones(3), np.ones(3)
            for number, count in option:
                seen = self._cover(self.static[number], count)
                missed *= 1.0 - seen
                unheard *= 1.0 - seen * self.static[number].sees_impulsive
                units[index, number] = count
            missed *= 1.0 - fixed[1]
            cover[index], impulsive[index] = 1.0 - missed, 1.0 - unheard
        return cover, impulsive, units, np.full(len(options), fixed[0])

    def _line_posts(self) -> tuple[float, Array]:
        """Posts that interposition puts on the line anyway, and what they see (the optics of an infantry battalion)."""
        terms = self.inputs.settlement
        if self.inputs.posture != "interpose" or terms.access != "both" or self.sector.kind == "sea":
            return 0.0, np.zeros(3)
        count = math.ceil(self.width / self._factor("interpose.post_spacing_km") - 1e-9)
        ranges = self._layer(self.inputs.capabilities["infantry_bn"]).r50_km
        return float(count), self._cover_by(count, ranges, self._factor("duty.post"))

    def _counts(self, row: Capability) -> list[int]:
        """Numbers of posts worth looking at: spacings from four ranges down to a quarter of one."""
        layer = self._layer(row)
        steps = self._factor("observe.spacing_steps")
        spacings = layer.r50_km[0] * np.geomspace(4.0, 0.25, int(steps))
        most = self._factor("observe.most_static_per_100km") * self.width / 100.0
        return sorted({count for count in (math.ceil(self.width / gap) for gap in spacings) if count <= max(most, 1)})

    def _cover(self, row: Capability, count: int) -> Array:
        layer = self._layer(row)
        return self._cover_by(count, layer.r50_km, layer.duty)

    def _cover_by(self, count: int, ranges: tuple[float, float, float], duty: float) -> Array:
        return np.array([
            _static_cover(count, round(self.width, 6), self.depth, self.offset, reach, self.steepness, duty)
            for reach in ranges
        ])  # fmt: skip

    def _swept(self, row: Capability) -> Array:
        """Times the zone is swept by one unit while an event lasts, by (visibility, depth)."""
        return swept_by_offset(
            self._layer(row), self.across, length_km=self.width, access=self.inputs.settlement.access,
            posture=self.inputs.posture, depth_km=self.depth, standoff_km=self.standoff,
            mean_minutes=self.inputs.service.observe_event_minutes,
        )  # fmt: skip

    def _mover_options(self) -> tuple[Array, Array]:
        """Times swept by (option, visibility, depth) and units by (option, kind); the first option is no mover."""
        most = max(1, math.ceil(self._factor("observe.most_movers_per_100km") * self.width / 100.0))
        rows = [(np.zeros((3, self.across.size)), np.zeros(len(self.kinds)))]
        for number, row in enumerate(self.movers):
            one = self._swept(row)
            if not one.any():
                continue
            for count in range(1, most + 1):
                units = np.zeros(len(self.kinds))
                units[len(self.static) + number] = count
                rows.append((count * one, units))
        return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    def _orbit_options(self) -> tuple[Array, Array]:
        """Times swept by shares of one orbit, by (share, visibility, depth), and the shares."""
        shares = np.linspace(0.0, self._factor("observe.most_orbits_per_sector"), 5)
        if not self.shared:
            return np.zeros((1, 3, self.across.size)), np.zeros(1)
        one = self._swept(self.shared[0])
        return shares[:, None, None] * one[None], shares


@lru_cache(maxsize=20_000)
def _static_cover(
    count: int, length: float, depth: float, offset: float, reach: float, steepness: float, duty: float
) -> float:
    return even_static_cover(
        count, length_km=length, depth_km=depth, offset_km=offset, r50_km=reach, steepness=steepness, duty=duty
    )
