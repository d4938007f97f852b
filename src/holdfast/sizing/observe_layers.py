"""What each sector's menu is made of: layouts of static layers with their cover, movers, and shares of an orbit.

The cover of all layouts of all sectors is looked up at once. Traps kept here: shots are heard only by layers that notice
them at once, so movers add nothing to them; duty hours are in the cover of posts and in what movers sweep.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.models.even_cover import even_covers, spread_covers
from holdfast.models.sensing import (
    Layer,
    factor_value,
    is_aerial,
    is_mobile,
    layer_of,
    swept_band_km,
    visibility_weights,
    watches_sector,
    zone_offsets_km,
)
from holdfast.scenario.types import Capability, SectorRow
from holdfast.sizing.inputs import SizingInputs

Array = NDArray[np.float64]

ORBIT_SHARES = 5
"""Shares of an orbit on the menu, from none to the most a sector may take."""
LINE_OPTICS = "infantry_bn"
"""Whose optics the posts of an interposition line have."""
AREA_COUNTS = 24
"""Numbers of movers tried in an area, at most."""


@dataclass(kw_only=True)
class SectorLayers:
    """Everything one sector's menu is made of.

    Static layouts are `posts` of the static kind at place `kind` that see `reach_km` by visibility for the share `duty` of
    the time; `cover` is what each sees, shape (layout, visibility). `rates` are the times that one unit of each mover
    sweeps its band while an event lasts, shape (mover, visibility), and `inside` whether the band holds each part of the
    depth, shape (mover, part); `parts` are the parts' shares. The orbit stands last in both.
    """

    sector: SectorRow
    width_km: float
    depth_km: float
    weights: Array
    static: tuple[Capability, ...]
    movers: tuple[Capability, ...]
    shares: tuple[float, ...]
    kind: NDArray[np.intp]
    posts: Array
    reach_km: Array
    duty: Array
    line_posts: int
    most_movers: int
    rates: Array
    inside: Array
    parts: Array
    cover: Array = field(default_factory=lambda: np.zeros((0, 3)))
    line_cover: Array = field(default_factory=lambda: np.zeros(3))

    @property
    def is_area(self) -> bool:
        """Whether the sector is an area and no stretch of a line."""
        return is_area(self.sector)

    @property
    def kinds(self) -> tuple[Capability, ...]:
        """Capabilities that stand in the sector: static ones, then movers."""
        return (*self.static, *self.movers)

    @property
    def options(self) -> NDArray[np.intp]:
        """Static options as pairs of layouts, −1 for none: nothing, one kind, or two kinds (every other layout of each)."""
        return _options(tuple(self.kind.tolist()))

    def static_missed(self) -> tuple[Array, Array]:
        """Chance that a static option misses an event, and a shot, by (option, visibility)."""
        first, second = self.options.T
        heard = np.array([float(row.sees_impulsive) for row in self.static])
        ones = np.ones((1, self.weights.size))
        missed = np.concatenate([1.0 - self.cover, ones])
        unheard = np.concatenate([1.0 - self.cover * heard[self.kind, None], ones])
        return missed[first] * missed[second] * (1.0 - self.line_cover), unheard[first] * unheard[second]

    def static_units(self) -> Array:
        """Units of a static option by (option, kind)."""
        alone = np.zeros((self.kind.size + 1, len(self.kinds)))
        alone[np.arange(self.kind.size), self.kind] = self.posts
        first, second = self.options.T
        return np.asarray(alone[first] + alone[second], dtype=float)

    def mover_options(self) -> tuple[NDArray[np.intp], Array]:
        """Movers and their numbers: none (−1), then each mover that sweeps anything from one to the most."""
        counts = mover_counts(self.most_movers, spread=self.is_area)
        able = [number for number in range(len(self.movers)) if self.rates[number].any()]
        rows = np.concatenate([[-1], np.repeat(able, counts.size)]).astype(np.intp)
        return rows, np.concatenate([[0.0], np.tile(counts, len(able))])

    def passed(self, rows: NDArray[np.intp], counts: Array) -> Array:
        """Mean over the depth of 1 / (1 + times swept), by (mover option, share of an orbit, visibility)."""
        swept = self.rates[:, :, None] * self.inside[:, None, :]
        ground = swept[rows] * counts[:, None, None]
        orbit = np.array(self.shares)[:, None, None] * swept[-1]
        return np.asarray((1.0 / (1.0 + ground[:, None] + orbit[None])) @ self.parts, dtype=float)


@lru_cache(maxsize=256)
def _options(kinds: tuple[int, ...]) -> NDArray[np.intp]:
    every = range(0, len(kinds), 2)
    pairs = [pair for pair in combinations(every, 2) if kinds[pair[0]] != kinds[pair[1]]]
    return np.array([(-1, -1), *((number, -1) for number in range(len(kinds))), *pairs], dtype=np.intp)


def is_area(sector: SectorRow) -> bool:
    """Whether a sector is an area and no stretch of a line."""
    return sector.kind == "area"


def mover_counts(most: int, *, spread: bool) -> Array:
    """Numbers of movers worth looking at: each up to the most; in an area, which may take hundreds, in steps of a ratio."""
    if not spread or most <= AREA_COUNTS:
        return np.arange(1.0, most + 1.0)
    return np.unique(np.ceil(np.geomspace(1.0, most, AREA_COUNTS) - 1e-9))


class Observers(NamedTuple):
    """Kinds of units bought to observe in a sector."""

    static: tuple[Capability, ...]
    movers: tuple[Capability, ...]
    shared: tuple[Capability, ...]
    """Orbits from beyond the country, shared between sectors."""


def observers_of(inputs: SizingInputs, sector: SectorRow) -> Observers:
    """Who may watch a sector: sensors and observers on land, sensors and ships at sea; only aircraft where access is `none`."""
    rows = [
        row for row in inputs.capabilities.values()
        if watches_sector(row, sector.kind) and (inputs.settlement.access != "none" or is_aerial(row))
    ]  # fmt: skip
    shared = tuple(row for row in rows if is_mobile(row) and is_aerial(row) and row.area != "country")
    movers = tuple(row for row in rows if is_mobile(row) and row not in shared)
    return Observers(tuple(row for row in rows if not is_mobile(row)), movers, shared)


def depth_of(inputs: SizingInputs, *, length_km: float) -> float:
    """Depth of the watched zone, km: area / length where the mission has an area, else what the terms say."""
    return inputs.area_km2 / length_km if inputs.area_km2 > 0 else inputs.settlement.zone_depth_km.nominal


def layers_of(inputs: SizingInputs) -> tuple[SectorLayers, ...]:
    """What the menus of all sectors are made of, with the cover of every layout."""
    desk = _Surveyor(inputs)
    found = tuple(desk.sector(row) for row in inputs.sectors)
    desk.cover_all(found)
    return found


class _Surveyor:
    """Reads what the sectors have in common once."""

    def __init__(self, inputs: SizingInputs) -> None:
        self.inputs = inputs
        length = sum(row.to_km - row.from_km for row in inputs.sectors)
        self.depth = depth_of(inputs, length_km=length)
        self.standoff = inputs.settlement.standoff_km.nominal
        near = min(self.factor("laydown.post_offset_km"), self.depth / 4.0)
        self.offset = self.standoff if inputs.posture in {"reassure", "robust"} else near
        self.weights = visibility_weights(inputs.factors)
        self.across = zone_offsets_km(self.depth)
        most = self.factor("observe.most_orbits_per_sector")
        self.shares = tuple(float(share) for share in np.linspace(0.0, most, ORBIT_SHARES))
        self.spacings = np.geomspace(4.0, 0.25, int(self.factor("observe.spacing_steps")))
        self._layers: dict[tuple[str, str, bool], Layer] = {}
        self._observers: dict[bool, Observers] = {}

    def factor(self, key: str) -> float:
        return factor_value(self.inputs.factors, key)

    def layer(self, row: Capability, terrain: str, *, posted: bool = False) -> Layer:
        key = (row.id, terrain, posted)
        if key not in self._layers:
            self._layers[key] = layer_of(row, self.inputs.factors, terrain=terrain, posted=posted)
        return self._layers[key]

    def observers(self, sector: SectorRow) -> Observers:
        at_sea = sector.kind == "sea"
        if at_sea not in self._observers:
            self._observers[at_sea] = observers_of(self.inputs, sector)
        return self._observers[at_sea]

    def sector(self, row: SectorRow) -> SectorLayers:
        static, movers, shared = self.observers(row)
        width = row.to_km - row.from_km
        area = width * self.depth if is_area(row) else 0.0
        layers = [self.layer(one, row.terrain) for one in static]
        counts = [self._counts(layer.r50_km[0], width, area) for layer in layers]
        sizes = [len(found) for found in counts]
        kind = np.repeat(np.arange(len(static)), sizes)
        rates, inside, parts = self._sweeps(row, [*movers, *shared[:1]], width)
        if not shared:
            rates = np.concatenate([rates, np.zeros((1, self.weights.size))])
            inside = np.concatenate([inside, np.zeros((1, parts.size))])
        return SectorLayers(
            sector=row, width_km=width, depth_km=self.depth, weights=self.weights, static=static,
            movers=movers, shares=self.shares if shared else (0.0,), kind=kind,
            posts=np.array([count for found in counts for count in found], dtype=float),
            reach_km=np.array([layer.r50_km for layer in layers]).reshape(-1, 3)[kind],
            duty=np.array([layer.duty for layer in layers])[kind],
            line_posts=self._line_posts(row, width), most_movers=self._most("movers", width, area), rates=rates,
            inside=inside, parts=parts,
        )  # fmt: skip

    def cover_all(self, sectors: Sequence[SectorLayers]) -> None:
        """Fill in the cover of every layout of every sector, looked up together."""
        lines = [layers for layers in sectors if layers.line_posts]
        optics = self.inputs.capabilities[LINE_OPTICS] if lines else None
        reach = [self.layer(optics, layers.sector.terrain).r50_km for layers in lines] if optics else []
        found = self._covers(
            [*sectors, *lines],
            posts=[*(layers.posts for layers in sectors), *(np.array([layers.line_posts]) for layers in lines)],
            reach=[*(layers.reach_km for layers in sectors), *(np.array([one]) for one in reach)],
            duty=[*(layers.duty for layers in sectors), *([np.array([self.factor("duty.post")])] * len(lines))],
        )
        for layers, cover in zip(sectors, found, strict=False):
            layers.cover = cover
        for layers, cover in zip(lines, found[len(sectors) :], strict=True):
            layers.line_cover = cover[0]

    def _covers(
        self, sectors: Sequence[SectorLayers], *, posts: list[Array], reach: list[Array], duty: list[Array]
    ) -> list[Array]:
        """Cover by (layout, visibility) for each entry, one lookup for each duty and shape of the zone."""
        sizes = [part.size for part in posts]
        if not sum(sizes):
            return [np.zeros((0, self.weights.size)) for _ in sectors]
        width = np.repeat([layers.width_km for layers in sectors], sizes)[:, None]
        spread = np.repeat([layers.is_area for layers in sectors], sizes)
        count, ranges, share = np.concatenate(posts)[:, None], np.concatenate(reach), np.concatenate(duty)
        cover = np.zeros(ranges.shape)
        steepness = self.factor("sensing.steepness")
        for one in sorted(set(share.tolist())):
            line, square = (share == one) & ~spread, (share == one) & spread
            cover[line] = even_covers(
                count[line], length_km=width[line], depth_km=self.depth, offset_km=self.offset, r50_km=ranges[line],
                steepness=steepness, duty=one,
            )  # fmt: skip
            if square.any():
                cover[square] = spread_covers(
                    count[square],
                    area_km2=width[square] * self.depth,
                    r50_km=ranges[square],
                    steepness=steepness,
                    duty=one,
                )
        return np.split(cover, np.cumsum(sizes)[:-1])

    def _line_posts(self, row: SectorRow, width: float) -> int:
        """Posts that interposition keeps on the line anyway."""
        on_line = row.kind != "sea" and not is_area(row) and not row.trace
        if self.inputs.posture != "interpose" or self.inputs.settlement.access != "both" or not on_line:
            return 0
        return math.ceil(width / self.factor("interpose.post_spacing_km") - 1e-9)

    def _most(self, what: str, width: float, area: float) -> int:
        if area > 0:
            return max(1, math.ceil(self.factor(f"observe.most_{what}_per_1000km2") * area / 1000.0))
        return max(1, math.ceil(self.factor(f"observe.most_{what}_per_100km") * width / 100.0))

    def _counts(self, reach: float, width: float, area: float) -> list[float]:
        """Numbers of posts worth looking at: spacings from four ranges down to a quarter of one."""
        spacings = reach * self.spacings
        if area > 0:
            most = max(self.factor("observe.most_static_per_1000km2") * area / 1000.0, 1.0)
            wanted = np.ceil(area / spacings**2)
        else:
            most = max(self.factor("observe.most_static_per_100km") * width / 100.0, 1.0)
            wanted = np.ceil(width / spacings)
        return sorted({count for count in wanted.tolist() if count <= most})

    def _sweeps(self, sector: SectorRow, rows: Sequence[Capability], width: float) -> tuple[Array, Array, Array]:
        """Times swept by one unit by (mover, visibility); whether its band holds each part of the depth; shares of the parts.

        All bands end at the host's edge, so those of several movers cut the depth into as many parts as there are bands.
        """
        terms, minutes = self.inputs.settlement, self.inputs.service.observe_event_minutes
        half = self.depth / 2.0
        rates, cells = np.zeros((len(rows), self.weights.size)), np.zeros(len(rows), dtype=int)
        for number, row in enumerate(rows):
            layer = self.layer(row, sector.terrain)
            low, high = (-half, half) if is_area(sector) else swept_band_km(
                layer, access=terms.access, posture=self.inputs.posture, depth_km=self.depth, standoff_km=self.standoff
            )  # fmt: skip
            if high > low:
                rates[number] = np.array(layer.sweep_km2_h) * minutes / 60.0 / (width * (high - low))
                cells[number] = int(np.count_nonzero(self.across >= low))
        rates[cells == 0] = 0.0
        ends = np.array(sorted({*cells.tolist(), self.across.size} - {0}))
        inside = (cells[:, None] >= ends[None]).astype(float)
        return rates, inside, np.diff(ends, prepend=0) / self.across.size
