"""Posts and sensors along the line by maximal covering, and movers where least is seen.

Formulas L1 and L2 of `docs/stages/laydown.md`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfast.laydown.frame import Frame, Placed, even_kms
from holdfast.laydown.inputs import UnitsToPlace
from holdfast.models.covering import maximal_cover
from holdfast.models.sensing import detection_by_range, is_aerial, is_mobile, layer_of, watches_sector
from holdfast.models.zone import Post, missed_by_posts, no_posts, spread_movers, swept_in_sector
from holdfast.results.stages import Site

Array = NDArray[np.float64]

_GAP = 2e-3  # relative gap of the covering programs; the bound is reported beside the value
_CELLS = 400  # stretches into which the line is cut for the covering program, at most


class Watch:
    """Places everything that watches the zone, keeping account of what is seen so far."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.zone = frame, frame.zone
        self.offset = self.zone.post_offset_km(frame.factor("laydown.post_offset_km"))
        self.missed: Array = no_posts(self.zone)
        self.swept: Array = np.zeros((len(self.zone.sectors), self.missed.shape[0], self.missed.shape[2]))

    def place_line_posts(self, rows: list[UnitsToPlace]) -> list[Placed]:
        """Interposition: battalions man posts at even spacing in every sector on land, as many as they can man."""
        gives = {row.capability: self.frame.inputs.gives.get(f"gives.posts.{row.capability}", 0.0) for row in rows}
        able = [row for row in rows if gives[row.capability] > 0]
        manned = sum(row.units * gives[row.capability] for row in able)
        wanted = {number: self._wanted(number) for number in range(len(self.zone.sectors))}
        asked = sum(wanted.values())
        if not able or not asked:
            return []
        share = min(1.0, manned / asked)
        kms = [km for number, count in wanted.items() for km in self._even(number, math.floor(count * share + 1e-9))]
        sites = self._manned(kms, able, gives)
        self._see("observer_team", kms, posted=True)
        return [
            Placed(family="line posts", sites=sites, objective=float(len(kms)), bound=float(asked), total=float(asked))
        ]

    def place_static(self, row: UnitsToPlace) -> Placed:
        """Posts of one kind: sites along the line so that most of what is not yet seen is seen (L1)."""
        units = round(row.units)
        candidates = self._candidates(row.capability, units)
        cells = np.array(even_kms(0.0, self.frame.length_km, max(self.frame.length_km / _CELLS, 1.0)))
        worth = self._unseen(cells)
        if not candidates.size:
            return Placed(family=self._family(row), unplaced={row.capability: row.units})
        chance = self._chances(row.capability, candidates, cells)
        each = max(1, math.ceil(2.0 * units / candidates.size))
        found = maximal_cover(
            chance, worth, limit=units, upper=each, backup_share=self.frame.factor("laydown.backup_share"), gap=_GAP
        )
        counts = self._fill(found.counts, units, each)
        kms = [float(candidates[number]) for number in np.repeat(np.arange(candidates.size), counts)]
        left = units - len(kms)
        self._see(row.capability, kms)
        return Placed(
            family=self._family(row), sites=self._post_sites(row, candidates, counts), objective=found.objective,
            bound=found.bound, total=float(worth.sum()) * (1.0 + self.frame.factor("laydown.backup_share")),
            unplaced={row.capability: float(left)} if left else {},
        )  # fmt: skip

    def place_movers(self, row: UnitsToPlace) -> Placed:
        """Movers of one kind: whole units to the sector where least is seen, evenly along it (L2)."""
        capability = self.frame.inputs.capabilities[row.capability]
        one = np.zeros_like(self.swept)
        for number, sector in enumerate(self.zone.sectors):
            if watches_sector(capability, sector.kind):
                layer = layer_of(capability, self.frame.inputs.factors, terrain=sector.terrain)
                one[number] = swept_in_sector(self.zone, number, layer)
        units = round(row.units)
        placed = spread_movers(self.zone, self.missed, self.swept, one, units)
        if not placed.sum():
            placed = self._by_length(row.capability, units)
        self.swept += placed[:, None, None] * one
        sites: list[Site] = []
        kind = "sensor" if capability.domain in {"sensor", "sea"} else "post"
        back = (
            self.offset if not is_aerial(capability) else max(self.frame.inputs.standoff_km, self.zone.depth_km / 2.0)
        )
        for number, count in enumerate(placed):
            spots = self.frame.field_spots(self._even(number, int(count)), offset_km=back)
            sites += [
                self.frame.site(spot, kind=kind, capability=row.capability, units=1.0, sector=None) for spot in spots
            ]
        left = units - int(placed.sum())
        return Placed(
            family=self._family(row), sites=tuple(sites), unplaced={row.capability: float(left)} if left else {}
        )

    def _wanted(self, number: int) -> int:
        sector = self.zone.sectors[number]
        if sector.kind == "sea":
            return 0
        return math.ceil((sector.to_km - sector.from_km) / self.frame.factor("interpose.post_spacing_km") - 1e-9)

    def _even(self, number: int, count: int) -> list[float]:
        sector = self.zone.sectors[number]
        end = min(sector.to_km, self.frame.length_km)
        return even_kms(sector.from_km, end, (end - sector.from_km) / count) if count > 0 else []

    def _manned(self, kms: list[float], rows: list[UnitsToPlace], gives: dict[str, float]) -> tuple[Site, ...]:
        """Sites of the posts; each kind of battalion mans a stretch in proportion to what it can man."""
        able = np.array([row.units * gives[row.capability] for row in rows])
        edges = np.floor(np.cumsum(able) / able.sum() * len(kms) + 1e-9).astype(int)
        share = self.frame.factor("laydown.manning_share")
        sites: list[Site] = []
        start = 0
        for row, end in zip(rows, edges, strict=True):
            spots = self.frame.field_spots(kms[start:end], offset_km=self.offset)
            units = share * row.units / max(len(spots), 1)
            sites += [
                self.frame.site(spot, kind="post", capability=row.capability, units=units, sector=None)
                for spot in spots
            ]
            start = int(end)
        return tuple(sites)

    def _candidates(self, capability: str, units: int) -> Array:
        """Kilometres at which such a post may stand: every few kilometres of the sectors it can watch."""
        row = self.frame.inputs.capabilities[capability]
        step = min(self.frame.factor("laydown.candidate_km"), self.frame.length_km / max(1.5 * units, 1.0))
        kms = np.array(even_kms(0.0, self.frame.length_km, step))
        sector = self.zone.sector_of(kms)
        able = [number >= 0 and watches_sector(row, self.zone.sectors[number].kind) for number in sector]
        return np.asarray(kms[np.array(able, dtype=bool)], dtype=float)

    def _chances(self, capability: str, candidates: Array, cells: Array) -> Array:
        """Chance that a post at each candidate sees an event on the line at each cell, visibility averaged."""
        row, weights = self.frame.inputs.capabilities[capability], np.asarray(self.zone.weights)
        chance = np.zeros((candidates.size, cells.size))
        terrain = [self.zone.sectors[number].terrain for number in self.zone.sector_of(candidates)]
        for kind in dict.fromkeys(terrain):
            here = np.array([found == kind for found in terrain])
            layer = layer_of(row, self.frame.inputs.factors, terrain=kind)
            distance = np.hypot(candidates[here, None] - cells[None, :], self.offset)
            for weight, r50 in zip(weights, layer.r50_km, strict=True):
                p = detection_by_range(distance, r50, steepness=self.zone.steepness)
                chance[here] += weight * layer.duty * p
        chance[chance < self.frame.factor("laydown.least_detection")] = 0.0
        return np.minimum(chance, 1.0)

    def _unseen(self, cells: Array) -> Array:
        """Weight of each cell: how much of the zone there is not seen by posts placed before."""
        missed = np.exp(self.missed).mean(axis=-1).T @ np.asarray(self.zone.weights)
        width = self.frame.length_km / cells.size
        return np.asarray(np.interp(cells, self.zone.cell_middles_km(), missed) * width, dtype=float)

    def _fill(self, counts: NDArray[np.int64], units: int, each: int) -> NDArray[np.int64]:
        """Spread units that the program had no use for over the widest gaps between posts."""
        found = counts.copy()
        for _ in range(units - int(found.sum())):
            room = np.flatnonzero(found < each)
            if not room.size:
                break
            taken = np.flatnonzero(found > 0)
            gaps = np.abs(room[:, None] - taken[None, :]).min(axis=1) if taken.size else np.ones(room.size)
            found[room[int(np.argmax(gaps))]] += 1
        return found

    def _post_sites(self, row: UnitsToPlace, candidates: Array, counts: NDArray[np.int64]) -> tuple[Site, ...]:
        domain = self.frame.inputs.capabilities[row.capability].domain
        used = np.flatnonzero(counts > 0)
        spots = self.frame.field_spots(candidates[used], offset_km=self.offset)
        return tuple(
            self.frame.site(
                spot, kind="sensor" if domain == "sensor" else "post", capability=row.capability,
                units=float(counts[number]), sector=None, backstop=row.backstop,
            )
            for number, spot in zip(used, spots, strict=True)
        )  # fmt: skip

    def _see(self, capability: str, kms: list[float], *, posted: bool = False) -> None:
        row = self.frame.inputs.capabilities[capability]
        sectors = self.zone.sector_of(kms) if kms else np.zeros(0, dtype=int)
        layers = {
            terrain: layer_of(row, self.frame.inputs.factors, terrain=terrain, posted=posted)
            for terrain in {self.zone.sectors[number].terrain for number in sectors}
        }
        posts = [
            Post(km=km, offset_km=self.offset, units=1.0, layer=layers[self.zone.sectors[number].terrain])
            for km, number in zip(kms, sectors, strict=True)
        ]
        self.missed = self.missed + missed_by_posts(self.zone, posts)

    def _by_length(self, capability: str, units: int) -> NDArray[np.int64]:
        """Movers that see nothing under these terms still stand somewhere: in proportion to length."""
        row = self.frame.inputs.capabilities[capability]
        length = np.array([
            sector.to_km - sector.from_km if watches_sector(row, sector.kind) else 0.0 for sector in self.zone.sectors
        ])  # fmt: skip
        if not length.sum():
            return np.zeros(length.size, dtype=np.int64)
        exact = units * length / length.sum()
        found = np.floor(exact).astype(np.int64)
        order = np.argsort(-(exact - found), kind="stable")
        found[order[: units - int(found.sum())]] += 1
        return np.asarray(found, dtype=np.int64)

    @staticmethod
    def _family(row: UnitsToPlace) -> str:
        return f"watch {row.capability}"


def place_watch(frame: Frame) -> tuple[list[Placed], list[UnitsToPlace]]:
    """Place all that watches the zone; returns what came of it and the rows dealt with."""
    watch = Watch(frame)
    found: list[Placed] = []
    if frame.inputs.posture == "interpose":
        found += watch.place_line_posts(
            [row for row in frame.inputs.units if row.area == "country" and not row.backstop]
        )
    rows = sorted((row for row in frame.inputs.units if _watches(frame, row)), key=lambda row: _rank(frame, row))
    mobile = {row: is_mobile(frame.inputs.capabilities[row.capability]) for row in rows}
    found += [watch.place_static(row) for row in rows if not mobile[row]]
    found += [watch.place_movers(row) for row in rows if mobile[row]]
    return found, rows


def _watches(frame: Frame, row: UnitsToPlace) -> bool:
    """Whether units stand on or off the line to watch it: those in the country, and ships."""
    capability = frame.inputs.capabilities[row.capability]
    near = row.area == "country" or capability.domain == "sea"
    return near and any(watches_sector(capability, sector.kind) for sector in frame.zone.sectors)


def _rank(frame: Frame, row: UnitsToPlace) -> tuple[float, str]:
    """Longest sight first, so that what sees less fills the gaps."""
    return -frame.inputs.capabilities[row.capability].detect_km, row.capability
