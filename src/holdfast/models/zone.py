"""The watched zone as cells along and across the line, and what given posts and movers see in each.

Coverage reports every kilometre from it, laydown takes the sweeps of a sector; both rest on `models.sensing`, so that an
even laydown shows what sizing counted on. Formula numbers refer to `docs/stages/coverage.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.models.sensing import (
    VISIBILITY,
    Layer,
    detection_by_range,
    seen_by_state,
    swept_by_offset,
    zone_offsets_km,
)
from holdfast.scenario.types import SectorRow

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_FAR = 8.0  # ranges of even odds beyond which a post is left out: below 1 in 4,000 at a steepness of 4


@dataclass(frozen=True, kw_only=True)
class Zone:
    """The zone and the terms under which it is watched; sectors in order along the line."""

    sectors: tuple[SectorRow, ...]
    depth_km: float
    standoff_km: float
    access: str
    posture: str
    mean_minutes: float
    steepness: float
    weights: tuple[float, ...]

    @property
    def length_km(self) -> float:
        """End of the last sector."""
        return max((row.to_km for row in self.sectors), default=0.0)

    def cell_starts_km(self) -> Array:
        """First kilometre of every cell: 0, 1, 2, ... to the end of the line."""
        return np.arange(math.ceil(self.length_km - 1e-9), dtype=float)

    def cell_middles_km(self) -> Array:
        """Middle of every cell; the last may be shorter than a kilometre."""
        starts = self.cell_starts_km()
        return np.asarray(0.5 * (starts + np.minimum(starts + 1.0, self.length_km)), dtype=float)

    def sector_of(self, km: ArrayLike) -> Ints:
        """Index of the sector at each kilometre; −1 outside all sectors."""
        at = np.atleast_1d(np.asarray(km, float))
        found = np.full(at.shape, -1, dtype=np.int64)
        for number, row in enumerate(self.sectors):
            found[(at >= row.from_km - 1e-9) & (at < row.to_km - 1e-9)] = number
        if self.sectors:
            found[np.abs(at - self.length_km) < 1e-6] = len(self.sectors) - 1
        return found

    def post_offset_km(self, near_km: float) -> float:
        """How far behind the line posts stand: at the line, or at the standoff for postures that keep back."""
        if self.posture in {"reassure", "robust"}:
            return self.standoff_km
        return min(near_km, self.depth_km / 4.0)


@dataclass(frozen=True, kw_only=True)
class Post:
    """Units of a static layer that stand together."""

    km: float
    offset_km: float
    units: float
    layer: Layer


@dataclass(frozen=True, kw_only=True)
class PostLog:
    """Log of the chance that one unit of a post misses an event, on the cells near it, by visibility state."""

    state: int
    cells: slice
    logs: Array


def logs_of_post(zone: Zone, post: Post) -> tuple[PostLog, ...]:
    """What one unit of a post misses, formula C3 in logs; cells beyond eight ranges of even odds are left out."""
    middles, across = zone.cell_middles_km(), zone_offsets_km(zone.depth_km)
    found: list[PostLog] = []
    for state, r50 in enumerate(post.layer.r50_km):
        if r50 <= 0:
            continue
        near = slice(*np.searchsorted(middles, [post.km - _FAR * r50, post.km + _FAR * r50]))
        distance = np.hypot(middles[near, None] - post.km, across[None, :] - post.offset_km)
        p = post.layer.duty * detection_by_range(distance, r50, steepness=zone.steepness)
        found.append(PostLog(state=state, cells=near, logs=np.log1p(-np.minimum(p, 1.0 - 1e-15))))
    return tuple(found)


def no_posts(zone: Zone) -> Array:
    """Logs of missing everywhere without a post: zeros of shape (visibility, cell, depth)."""
    return np.zeros((len(VISIBILITY), zone.cell_starts_km().size, zone_offsets_km(zone.depth_km).size))


def add_logs(missed: Array, logs: Sequence[PostLog], units: float) -> None:
    """Add to `missed`, in place, what `units` at a post miss: log Π (1 − duty p)^n = Σ n log(1 − duty p)."""
    for item in logs:
        missed[item.state, item.cells] += units * item.logs


def missed_by_posts(zone: Zone, posts: Sequence[Post]) -> Array:
    """Log of the chance that no post sees an event, shape (visibility, cell, depth)."""
    missed = no_posts(zone)
    for post in posts:
        add_logs(missed, logs_of_post(zone, post), post.units)
    return missed


def swept_in_sector(zone: Zone, sector: int, layer: Layer) -> Array:
    """Times each depth of a sector is swept by a layer while the mean event lasts, shape (visibility, depth)."""
    row = zone.sectors[sector]
    return swept_by_offset(
        layer, zone_offsets_km(zone.depth_km), length_km=row.to_km - row.from_km, access=zone.access,
        posture=zone.posture, depth_km=zone.depth_km, standoff_km=zone.standoff_km, mean_minutes=zone.mean_minutes,
    )  # fmt: skip


def spread_swept(zone: Zone, by_sector: Array) -> Array:
    """Sweeps by sector (sector, visibility, depth) as sweeps by cell (visibility, cell, depth); none outside sectors."""
    sector = zone.sector_of(zone.cell_middles_km())
    padded = np.concatenate([by_sector, np.zeros((1, *by_sector.shape[1:]))])
    return np.asarray(np.moveaxis(padded[sector], 0, 1), dtype=float)


def seen_by_cell(zone: Zone, missed_log: Array, swept: Array) -> Array:
    """Probability that a violation is seen, for each cell of the line: C6 averaged over depth, shape (cell,)."""
    seen = seen_by_state(-np.expm1(missed_log), swept)
    return np.asarray(np.einsum("vcd,v->c", seen, np.asarray(zone.weights)) / seen.shape[-1], dtype=float)


def mean_by_sector(zone: Zone, by_cell: Array) -> Array:
    """Mean of a figure by cell over each sector, by length; NaN for a sector without cells."""
    sector = zone.sector_of(zone.cell_middles_km())
    starts = zone.cell_starts_km()
    length = np.minimum(starts + 1.0, zone.length_km) - starts
    found = np.full(len(zone.sectors), np.nan)
    for number in range(len(zone.sectors)):
        inside = sector == number
        if inside.any():
            found[number] = float(np.average(by_cell[inside], weights=length[inside]))
    return found


def sector_seen(zone: Zone, sector: int, missed_log: Array, swept: Array) -> float:
    """Mean probability seen in one sector with the sweeps (visibility, depth) given there."""
    inside = zone.sector_of(zone.cell_middles_km()) == sector
    if not inside.any():
        return 0.0
    seen = seen_by_state(-np.expm1(missed_log[:, inside]), swept[:, None, :])
    return float(seen.mean(axis=(1, 2)) @ np.asarray(zone.weights))


def share_orbits(zone: Zone, missed_log: Array, swept: Array, one_orbit: Array, orbits: float) -> Array:
    """Shares of `orbits` flown over each sector so that the least seen sector is seen best, shape (sector,), formula C12.

    Water-filling: the common probability p is raised by bisection until the shares that lift every sector to p add up
    to the orbits.

    Parameters
    ----------
    missed_log
        Shape (visibility, cell, depth), of posts.
    swept
        Shape (sector, visibility, depth), of all other movers.
    one_orbit
        Shape (sector, visibility, depth): sweep of one whole orbit over that sector alone.
    """
    count = len(zone.sectors)
    able = np.array([bool(one_orbit[number].any()) for number in range(count)])
    if orbits <= 0 or not able.any():
        return np.zeros(count)
    curves = _SeenCurves(zone, missed_log, swept, one_orbit, most=orbits)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if curves.needed(middle)[able].sum() <= orbits else (low, middle)
    shares = np.where(able, curves.needed(low), 0.0)
    rest = orbits - shares.sum()
    return np.asarray(shares + np.where(able, rest / able.sum(), 0.0), dtype=float)


class _SeenCurves:
    """Probability seen in every sector as a function of the share of orbits flown there, tabulated once."""

    def __init__(self, zone: Zone, missed_log: Array, swept: Array, one_orbit: Array, *, most: float) -> None:
        self.shares = np.concatenate([[0.0], np.geomspace(most * 1e-3, most, 60)])
        self.seen = np.array([
            [sector_seen(zone, number, missed_log, swept[number] + share * one_orbit[number]) for share in self.shares]
            for number in range(len(zone.sectors))
        ])  # fmt: skip

    def needed(self, p: float) -> Array:
        """Share of orbits that lifts each sector to `p` (the whole, where even that does not)."""
        return np.array([float(np.interp(p, np.maximum.accumulate(row), self.shares)) for row in self.seen])
