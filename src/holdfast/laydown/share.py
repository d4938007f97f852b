"""Sharing out what watches between sectors, so that the least seen sector is seen as well as it can be.

A linear program on the logs of the chance to miss gives the first shares, whole units are rounded, and exchanges between
the least and the best seen sectors, judged by the exact formula C11, improve them. Formula L2 of `docs/stages/laydown.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from holdfast.models.sensing import Layer, combine_layers, even_static_cover, seen_by_state, zone_offsets_km
from holdfast.models.zone import Zone, swept_in_sector

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_EXCHANGES = 400  # at most; each raises the least seen sector
_LEAST_GAIN = 1e-4  # an exchange must raise the lesser of two sectors by this much
_SEEN_MOST = 1.0 - 1e-12


class SectorShares:
    """Counts of units by kind and sector, and what they see.

    Parameters
    ----------
    layers
        For each kind, its layer in every sector (one unit), or `None` where it does not watch.
    offset_km
        How far behind the line posts stand.
    held
        Cover by posts that stand anyway, shape (sector, visibility).
    """

    def __init__(self, zone: Zone, layers: Sequence[Sequence[Layer | None]], *, offset_km: float, held: Array) -> None:
        self.zone, self.layers, self.offset, self.held = zone, layers, offset_km, held
        self.width = np.array([row.to_km - row.from_km for row in zone.sectors])
        self._sweeps = [self._sweep_of(kind) for kind in range(len(layers))]
        self._seen: dict[tuple[int, tuple[int, ...]], float] = {}

    def share(self, totals: Sequence[int]) -> Ints:
        """Whole units of each kind in each sector, shape (kind, sector); a kind that watches nowhere has none."""
        counts = self._rounded(self._first(np.asarray(totals, float)), totals)
        for _ in range(_EXCHANGES):
            if not self._exchange(counts):
                break
        return counts

    def seen(self, sector: int, counts: Sequence[int] | Ints) -> float:
        """C11 in one sector with the counts given there by kind."""
        key = (sector, tuple(int(count) for count in counts))
        if key not in self._seen:
            self._seen[key] = self._evaluate(*key)
        return self._seen[key]

    def least(self, counts: Ints) -> float:
        """Probability seen in the least seen sector that anything can watch."""
        able = self._able()
        return min((self.seen(number, counts[:, number]) for number in able), default=0.0)

    def _able(self) -> list[int]:
        return [n for n in range(self.width.size) if any(layers[n] is not None for layers in self.layers)]

    def _first(self, totals: Array) -> Array:
        """Shares of the linear program: max t with Σ_c n_ic a_ic >= t in every sector and Σ_i n_ic = N_c."""
        worth = self._worth(totals)
        kinds, sectors = worth.shape
        able = np.flatnonzero(worth.max(axis=0) > 0)
        if not able.size:
            return np.zeros_like(worth)
        objective = np.zeros(kinds * sectors + 1)
        objective[-1] = -1.0
        level = np.zeros((able.size, objective.size))
        for row, number in enumerate(able):
            level[row, number : kinds * sectors : sectors] = -worth[:, number]
            level[row, -1] = 1.0
        whole = np.zeros((kinds, objective.size))
        for kind in range(kinds):
            whole[kind, kind * sectors : (kind + 1) * sectors] = 1.0
        useful = worth.max(axis=1) > 0
        high = np.where(np.array([[layer is not None for layer in row] for row in self.layers]), np.inf, 0.0).ravel()
        found = linprog(
            objective, A_ub=level, b_ub=np.zeros(able.size), A_eq=whole[useful], b_eq=totals[useful],
            bounds=[*((0.0, value) for value in high), (0.0, None)], method="highs",
        )  # fmt: skip
        return np.asarray(found.x[:-1].reshape(kinds, sectors), dtype=float) if found.x is not None else worth * 0.0

    def _worth(self, totals: Array) -> Array:
        """What one unit adds to the log of missing, when its kind is spread by length: shape (kind, sector)."""
        worth = np.zeros((len(self.layers), self.width.size))
        for kind, layers in enumerate(self.layers):
            for number, layer in enumerate(layers):
                even = max(1, round(totals[kind] * self.width[number] / self.width.sum()))
                if layer is None or totals[kind] <= 0:
                    continue
                alone = np.zeros(len(self.layers), dtype=int)
                alone[kind] = even
                worth[kind, number] = -np.log1p(-min(self._evaluate(number, tuple(alone)), _SEEN_MOST)) / even
        return worth

    def _rounded(self, shares: Array, totals: Sequence[int]) -> Ints:
        """Largest remainders; what the program left open is spread by length over the sectors it may watch."""
        counts = np.floor(shares + 1e-9).astype(np.int64)
        for kind, total in enumerate(totals):
            able = np.array([layer is not None for layer in self.layers[kind]], dtype=bool)
            left = int(total) - int(counts[kind].sum())
            if not able.any() or left <= 0:
                continue
            wanted = shares[kind] - counts[kind] + 1e-6 * self.width
            for number in np.argsort(np.where(able, -wanted, np.inf), kind="stable")[: min(left, int(able.sum()))]:
                counts[kind, number] += 1
            for _ in range(left - min(left, int(able.sum()))):
                number = int(np.argmax(np.where(able, self.width / (counts[kind] + 1.0), -1.0)))
                counts[kind, number] += 1
        return counts

    def _exchange(self, counts: Ints) -> bool:
        """Give the least seen sector a unit of another, or trade one for one, where that raises the lesser of the two."""
        able = self._able()
        if len(able) < 2:
            return False
        worst = min(able, key=lambda number: (self.seen(number, counts[:, number]), number))
        donors = [number for number in able if number != worst]
        return self._try(counts, worst, donors, trades=False) or self._try(counts, worst, donors, trades=True)

    def _try(self, counts: Ints, worst: int, donors: Sequence[int], *, trades: bool) -> bool:
        """Make the best move that raises the lesser of the two sectors; a trade also gives a unit of another kind back."""
        best, move = self.seen(worst, counts[:, worst]) + _LEAST_GAIN, None
        for kind, back in self._kinds(counts, worst, trades=trades):
            gained = counts[:, worst] + _step(kind, back, counts.shape[0])
            if self.seen(worst, gained) <= best:
                continue
            for donor in donors:
                if counts[kind, donor] == 0 or (back is not None and self.layers[back][donor] is None):
                    continue
                kept = counts[:, donor] - _step(kind, back, counts.shape[0])
                lesser = min(self.seen(worst, gained), self.seen(donor, kept))
                if lesser > best:
                    best, move = lesser, (donor, _step(kind, back, counts.shape[0]))
        if move is None:
            return False
        counts[:, worst] += move[1]
        counts[:, move[0]] -= move[1]
        return True

    def _kinds(self, counts: Ints, worst: int, *, trades: bool) -> list[tuple[int, int | None]]:
        """Kinds the least seen sector may take, with the kind it gives back in a trade."""
        takes = [kind for kind in range(counts.shape[0]) if self.layers[kind][worst] is not None]
        if not trades:
            return [(kind, None) for kind in takes]
        return [(kind, back) for kind in takes for back in takes if back != kind and counts[back, worst] > 0]

    def _evaluate(self, sector: int, counts: tuple[int, ...]) -> float:
        cover = [self.held[sector]]
        swept = np.zeros((self.held.shape[1], zone_offsets_km(self.zone.depth_km).size))
        for kind, count in enumerate(counts):
            layer = self.layers[kind][sector]
            if layer is None or count == 0:
                continue
            if layer.is_static:
                cover.append(static_cover(self.zone, self.width[sector], self.offset, layer, count))
            else:
                swept += count * self._sweeps[kind][sector]
        seen = seen_by_state(combine_layers(np.array(cover))[:, None], swept)
        return float(seen.mean(axis=-1) @ np.asarray(self.zone.weights))

    def _sweep_of(self, kind: int) -> list[Array]:
        none = np.zeros((self.held.shape[1], zone_offsets_km(self.zone.depth_km).size))
        return [
            none if layer is None or layer.is_static else swept_in_sector(self.zone, number, layer)
            for number, layer in enumerate(self.layers[kind])
        ]


def _step(kind: int, back: int | None, kinds: int) -> Ints:
    """One unit of a kind more, and one of another fewer in a trade."""
    step = np.zeros(kinds, dtype=np.int64)
    step[kind] += 1
    if back is not None:
        step[back] -= 1
    return step


def static_cover(zone: Zone, width_km: float, offset_km: float, layer: Layer, count: int) -> Array:
    """Cover of a stretch by evenly spaced posts of a layer, by visibility (C4)."""
    return np.array([
        _even_cover(count, round(width_km, 6), zone.depth_km, offset_km, r50, zone.steepness, layer.duty)
        for r50 in layer.r50_km
    ])  # fmt: skip


@lru_cache(maxsize=50_000)
def _even_cover(
    count: int, width: float, depth: float, offset: float, r50: float, steepness: float, duty: float
) -> float:
    return even_static_cover(
        count, length_km=width, depth_km=depth, offset_km=offset, r50_km=r50, steepness=steepness, duty=duty
    )
