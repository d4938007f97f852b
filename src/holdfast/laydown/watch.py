"""Posts, sensors and movers: shared out between sectors, then sites along each by maximal covering.

Formulas L1 and L2 of `docs/stages/laydown.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.laydown.frame import Frame, Placed, even_kms
from holdfast.laydown.inputs import UnitsToPlace
from holdfast.laydown.share import SectorShares, static_cover
from holdfast.models.covering import maximal_cover
from holdfast.models.sensing import Layer, detection_by_range, is_aerial, is_mobile, layer_of, watches_sector
from holdfast.models.zone import swept_in_sector
from holdfast.results.stages import Site
from holdfast.scenario.types import Capability

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_GAP = 2e-3  # relative gap of the covering programs; the bound is reported beside the value
_CELL_KM = 2.5  # stretches of the line that the covering program counts
_CHOICES = 3  # candidate sites at least for every post to be placed


class Watch:
    """Places everything that watches the zone from the ground or off the coast."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.zone = frame, frame.zone
        self.offset = self.zone.post_offset_km(frame.factor("laydown.post_offset_km"))
        self.held: Array = np.zeros((len(self.zone.sectors), 3))

    def place(self, rows: Sequence[UnitsToPlace]) -> list[Placed]:
        """Share the units out between sectors (L2) and choose their sites (L1 for posts, even spacing for movers)."""
        layers = [[self._layer(row.capability, number) for number in range(len(self.zone.sectors))] for row in rows]
        totals = [round(row.units) for row in rows]
        counts = SectorShares(self.zone, layers, offset_km=self.offset, held=self.held).share(totals)
        placed = [
            self._place_movers(row, counts[kind]) if self._is_mobile(row) else self._place_posts(row, counts[kind], layers[kind])
            for kind, row in enumerate(rows)
        ]  # fmt: skip
        return [self._named(item, row, total) for item, row, total in zip(placed, rows, totals, strict=True)]

    def place_line_posts(self, rows: Sequence[UnitsToPlace]) -> list[Placed]:
        """Interposition: battalions man posts at even spacing in every sector on land, as many as they can man."""
        able = [row for row in rows if self.frame.posts_manned(row.capability) > 0]
        manned = sum(row.units * self.frame.posts_manned(row.capability) for row in able)
        wanted = [self._wanted(number) for number in range(len(self.zone.sectors))]
        asked = sum(wanted)
        if not able or not asked:
            return []
        share = min(1.0, manned / asked)
        counts = [math.floor(count * share + 1e-9) for count in wanted]
        kms = [km for number, count in enumerate(counts) for km in self._even(number, count)]
        for number, count in enumerate(counts):
            eyes = self._layer("observer_team", number, posted=True)
            if count and eyes is not None:
                self.held[number] = static_cover(self.zone, self._width(number), self.offset, eyes, count)
        sites = self._manned(kms, able)
        return [
            Placed(family="line posts", sites=sites, objective=len(kms), bound=math.floor(asked * share), total=asked)
        ]

    def _layer(self, capability: str, number: int, *, posted: bool = False) -> Layer | None:
        """The layer of one unit in a sector, or none where such units do not watch."""
        row, sector = self.frame.inputs.capabilities[capability], self.zone.sectors[number]
        if not posted and not watches_sector(row, sector.kind):
            return None
        return layer_of(row, self.frame.inputs.factors, terrain=sector.terrain, posted=posted)

    def _place_posts(self, row: UnitsToPlace, counts: Ints, layers: Sequence[Layer | None]) -> Placed:
        """In each sector, the sites from which most of it is seen by the nearest post.

        No worth is put on backup here: it would crowd posts in the middle of their sector, while C11 counts on even spacing.
        """
        sites: list[Site] = []
        objective = bound = total = 0.0
        domain = self.frame.inputs.capabilities[row.capability].domain
        for number, count in enumerate(counts):
            layer = layers[number]
            if not count or layer is None:
                continue
            candidates, cells = self._candidates(number, int(count)), self._cells(number)
            chance = self._chances(layer, candidates, cells)
            worth = np.full(cells.size, self._width(number) / cells.size)
            found = maximal_cover(chance, worth, limit=int(count), gap=_GAP)
            chosen = fill_gaps(found.counts, int(count))
            objective, bound = objective + found.objective, bound + found.bound
            total += self._width(number)
            spots = self.frame.field_spots(candidates[chosen > 0], offset_km=self.offset)
            sites += [
                self.frame.site(
                    spot, kind="sensor" if domain == "sensor" else "post", capability=row.capability, units=1.0,
                    sector=self.zone.sectors[number].id, backstop=row.backstop,
                )
                for spot in spots
            ]  # fmt: skip
        return Placed(family="", sites=tuple(sites), objective=objective, bound=bound, total=total)

    def _place_movers(self, row: UnitsToPlace, counts: Ints) -> Placed:
        """Units that move stand evenly along their sector: patrols at the posts, aircraft behind the standoff."""
        capability = self.frame.inputs.capabilities[row.capability]
        kind = "sensor" if capability.domain in {"sensor", "sea"} else "post"
        back = max(self.frame.inputs.standoff_km, self.zone.depth_km / 2.0) if is_aerial(capability) else self.offset
        sites = [
            self.frame.site(
                spot, kind=kind, capability=row.capability, units=1.0, sector=self.zone.sectors[number].id,
                backstop=row.backstop,
            )
            for number, count in enumerate(counts)
            for spot in self.frame.field_spots(self._even(number, int(count)), offset_km=back)
        ]  # fmt: skip
        return Placed(family="", sites=tuple(sites))

    @staticmethod
    def _named(item: Placed, row: UnitsToPlace, total: int) -> Placed:
        left = total - sum(site.units for site in item.sites)
        return Placed(
            family=f"watch {row.label}", sites=item.sites, objective=item.objective, bound=item.bound, total=item.total,
            unplaced={row.capability: left} if left > 0 else {},
        )  # fmt: skip

    def _is_mobile(self, row: UnitsToPlace) -> bool:
        return is_mobile(self.frame.inputs.capabilities[row.capability])

    def _width(self, number: int) -> float:
        sector = self.zone.sectors[number]
        return sector.to_km - sector.from_km

    def _wanted(self, number: int) -> int:
        if self.zone.sectors[number].kind == "sea":
            return 0
        return math.ceil(self._width(number) / self.frame.factor("interpose.post_spacing_km") - 1e-9)

    def _even(self, number: int, count: int) -> list[float]:
        """Middles of `count` equal parts of a sector."""
        sector = self.zone.sectors[number]
        end = min(sector.to_km, self.frame.length_km)
        return even_kms(sector.from_km, end, (end - sector.from_km) / count) if count > 0 else []

    def _candidates(self, number: int, count: int) -> Array:
        """Kilometres of a sector at which a post may stand: every few kilometres, and several for every post."""
        step = min(self.frame.factor("laydown.candidate_km"), self._width(number) / (_CHOICES * count))
        parts = _CHOICES * count * max(1, math.ceil(self._width(number) / (_CHOICES * count * step) - 1e-9))
        return np.array(self._even(number, parts))

    def _cells(self, number: int) -> Array:
        return np.array(self._even(number, max(1, math.ceil(self._width(number) / _CELL_KM))))

    def _chances(self, layer: Layer, candidates: Array, cells: Array) -> Array:
        """Chance that a post at each candidate sees an event on the line at each cell, visibility averaged."""
        distance = np.hypot(candidates[:, None] - cells[None, :], self.offset)
        chance = np.zeros(distance.shape)
        for weight, r50 in zip(self.zone.weights, layer.r50_km, strict=True):
            chance += weight * layer.duty * detection_by_range(distance, r50, steepness=self.zone.steepness)
        chance[chance < self.frame.factor("laydown.least_detection")] = 0.0
        return np.minimum(chance, 1.0)

    def _manned(self, kms: list[float], rows: Sequence[UnitsToPlace]) -> tuple[Site, ...]:
        """Sites of the posts; each kind of battalion mans a stretch in proportion to what it can man."""
        able = np.array([row.units * self.frame.posts_manned(row.capability) for row in rows])
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


def fill_gaps(counts: Ints, units: int) -> Ints:
    """Put units that the program had no use for into the widest gaps between the sites taken."""
    found = counts.copy()
    for _ in range(units - int(found.sum())):
        room, taken = np.flatnonzero(found == 0), np.flatnonzero(found > 0)
        if not room.size:
            break
        gaps = np.abs(room[:, None] - taken[None, :]).min(axis=1) if taken.size else -np.abs(room - room.mean())
        found[room[int(np.argmax(gaps))]] += 1
    return found


def place_watch(frame: Frame) -> tuple[list[Placed], list[UnitsToPlace]]:
    """Place all that watches the zone; returns what came of it and the rows dealt with."""
    watch = Watch(frame)
    found: list[Placed] = []
    if frame.is_interposed:
        found += watch.place_line_posts(
            [row for row in frame.inputs.units if row.area == "country" and not row.backstop]
        )
    rows = sorted((row for row in frame.inputs.units if _watches(frame, row)), key=lambda row: row.label)
    return found + (watch.place(rows) if rows else []), rows


def _watches(frame: Frame, row: UnitsToPlace) -> bool:
    """Whether units stand on or off the line to watch it: those in the country, and ships, where the terms let them see.

    Patrols kept behind a standoff deeper than the zone see nothing of it: they stand at bases for their other tasks.
    """
    capability = frame.inputs.capabilities[row.capability]
    if row.area != "country" and capability.domain != "sea":
        return False
    return any(_sees(frame, capability, number) for number in range(len(frame.zone.sectors)))


def _sees(frame: Frame, capability: Capability, number: int) -> bool:
    sector = frame.zone.sectors[number]
    if not watches_sector(capability, sector.kind):
        return False
    layer = layer_of(capability, frame.inputs.factors, terrain=sector.terrain)
    return layer.is_static or bool(swept_in_sector(frame.zone, number, layer).any())
