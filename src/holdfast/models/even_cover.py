"""Static cover of evenly spaced posts from a table: formula C4 for hundreds of layouts in a millisecond.

C4 depends on lengths only through their ratio to the range, and on the depth of the zone only through the integral of the
cover at one lateral distance. So for one steepness and duty a table over (spacing / range, 1 / posts, lateral distance /
range) of that integral H holds every layout: cover = range / depth x [H((depth/2 + offset)/range) + H((depth/2 - offset)/range)],
H odd. The table is read by cubic interpolation. Formula numbers refer to `docs/stages/coverage.md`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike, NDArray

from holdfast.models.detection import even_static_cover, require_range

Array = NDArray[np.float64]

TABLE_ERROR = 2e-3
"""Largest absolute error of the table seen for steepness 3 to 6 (root mean square 2e-4); C4's own cells err by up to 7e-3."""
STEEPNESS_RANGE = (2.5, 8.0)
"""Steepness that the table serves; outside it C4 is summed cell by cell."""
POSTS = (1, 2, 3, 5, 8, 14, 32)
"""Numbers of posts in the table, beside infinitely many."""
SPACINGS = np.geomspace(0.125, 32.0, 25)
"""Spacings in the table, in ranges; wider ones scale with the number of posts, closer ones are summed cell by cell."""
LATERAL_MOST = 32.0
"""Largest lateral distance in the table, in ranges; beyond it the cover falls as a power."""
_LATERAL_STEPS = 40
PLACES = 1.0 / np.array((math.inf, *reversed(POSTS)))
"""1/posts in the table, ascending."""
_CORNERS = (np.arange(4)[:, None] * PLACES.size + np.arange(4)).ravel()
_LOG_STEP = math.log(SPACINGS[1] / SPACINGS[0])
_LATERAL = np.linspace(0.0, math.asinh(LATERAL_MOST), _LATERAL_STEPS)
LATERAL_STEP = float(_LATERAL[1])
"""Step of the table in the area sine of the lateral distance."""
_FAR = 8.0  # posts farther than this many ranges are taken together, by an integral
_DENSEST_SQUARE = 0.125
SQUARES = np.geomspace(_DENSEST_SQUARE, 32.0, 25)
"""Spacings of a square lattice in the table of `spread_covers`, in ranges."""


@dataclass(frozen=True, kw_only=True)
class CoverTable:
    """Integral of the cover over the lateral distance for one steepness and duty.

    `integral` has shape (spacing, 1/posts, lateral) and is weighted by (1 + spacing) so that it varies little; `far` is the
    cover at the largest lateral distance.
    """

    steepness: float
    duty: float
    integral: Array
    far: Array


@lru_cache(maxsize=256)
def cover_table(steepness: float, duty: float) -> CoverTable:
    """The table of one steepness and duty (some 10 ms, then remembered).

    Raises
    ------
    ValueRangeError
        When the steepness is outside `STEEPNESS_RANGE` or the duty outside 0..1.
    """
    _require_served(steepness, duty)
    lateral = np.sinh(_LATERAL)
    cover = np.array([_cover_at(float(gap), lateral, steepness, duty) for gap in SPACINGS])
    weight = (1.0 + SPACINGS)[:, None, None]
    return CoverTable(
        steepness=steepness,
        duty=duty,
        integral=_integrate(cover * np.cosh(_LATERAL)) * weight,
        far=cover[:, :, -1] * weight[:, :, 0],
    )


@lru_cache(maxsize=256)
def spread_table(steepness: float, duty: float) -> Array:
    """Cover of a square lattice at `SQUARES`, weighted by (1 + spacing²).

    Raises
    ------
    ValueRangeError
        As `cover_table`.
    """
    _require_served(steepness, duty)
    return np.array([_square_cover(float(gap), steepness, duty) for gap in SQUARES]) * (1.0 + SQUARES**2)


def _require_served(steepness: float, duty: float) -> None:
    low, high = STEEPNESS_RANGE
    require_range(
        low <= steepness <= high, f"steepness is {steepness}; expected {low} to {high} (factor sensing.steepness)"
    )
    require_range(0 <= duty <= 1, f"duty of a post is {duty}; expected 0..1 (factors duty.post, duty.sensor)")


def even_covers(
    counts: ArrayLike,
    *,
    length_km: ArrayLike,
    depth_km: ArrayLike,
    offset_km: ArrayLike,
    r50_km: ArrayLike,
    steepness: float,
    duty: float,
) -> Array:
    """Formula C4 for many layouts at once, by table (error `TABLE_ERROR`).

    Parameters
    ----------
    counts, length_km, depth_km, offset_km, r50_km
        Posts, stretch, depth of the zone, distance of the posts behind the line, and range; broadcast together.
    steepness, duty
        One for all layouts.

    Raises
    ------
    ValueRangeError
        When a count is negative or a length not positive, or the duty outside 0..1.
    """
    parts = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (counts, length_km, depth_km, offset_km, r50_km))
    number, length, depth, offset, reach = np.broadcast_arrays(*parts)
    if number.size == 0:  # no layout of this kind: a mission in an area has none along a line
        return np.zeros(number.shape)
    require_range(bool((number >= 0).all()), f"count of posts is {number.min():g}; expected 0 or more")
    require_range(bool((length > 0).all() and (depth > 0).all()), "zone without length or depth; expected both above 0")
    found = np.zeros(number.shape)
    some = (number > 0) & (reach > 0)
    gap = np.divide(length, number * reach, out=np.full(number.shape, np.inf), where=some)
    tabled = some & (gap >= SPACINGS[0]) & (STEEPNESS_RANGE[0] <= steepness <= STEEPNESS_RANGE[1])
    for index in zip(*np.nonzero(some & ~tabled), strict=True):
        found[index] = even_static_cover(
            round(number[index]), length_km=length[index], depth_km=depth[index], offset_km=offset[index],
            r50_km=reach[index], steepness=steepness, duty=duty,
        )  # fmt: skip
    if tabled.any():
        chosen = (part[tabled] for part in (number, gap, depth, offset, reach))
        found[tabled] = _looked_up(cover_table(steepness, duty), *chosen)
    return found


def spread_covers(counts: ArrayLike, *, area_km2: ArrayLike, r50_km: ArrayLike, steepness: float, duty: float) -> Array:
    """Share of an area that posts on a square lattice see at once, mean of C3 over a cell of the lattice, formula C12.

    The edge of the area is left out: every place has posts on all sides, at spacing sqrt(area / posts). For isolated posts
    this is n duty r² 2π²/k / sin(2π/k) / A, the sum of their discs.

    Raises
    ------
    ValueRangeError
        When a count is negative, an area not positive, or the steepness outside `STEEPNESS_RANGE`.
    """
    number, area, reach = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, dtype=float)) for part in (counts, area_km2, r50_km))
    )
    require_range(bool((number >= 0).all()), f"count of posts is {number.min():g}; expected 0 or more")
    require_range(bool((area > 0).all()), "area of 0 km2; expected more than 0")
    found = np.zeros(number.shape)
    some = (number > 0) & (reach > 0)
    gap = np.sqrt(area[some] / number[some]) / reach[some]
    inside = np.clip(gap, SQUARES[0], SQUARES[-1])
    start, weights = _cubic((np.log(inside) - math.log(SQUARES[0])) / _LOG_STEP, SQUARES.size)
    table = spread_table(steepness, duty)
    value = np.einsum("pi,pi->p", table[start[:, None] + np.arange(4)], weights) / (1.0 + inside**2)
    found[some] = np.minimum(value, 1.0) * np.minimum(1.0, (SQUARES[-1] / gap) ** 2)
    return found


def _looked_up(table: CoverTable, number: Array, gap: Array, depth: Array, offset: Array, reach: Array) -> Array:
    """Mean cover over the zone by cubic interpolation in log spacing, 1/posts and the area sine of the lateral distance."""
    inside = np.minimum(gap, SPACINGS[-1])
    first, by_gap = _cubic((np.log(inside) - math.log(SPACINGS[0])) / _LOG_STEP, SPACINGS.size)
    second, by_count = _cubic_on(PLACES, 1.0 / number)
    weights = (by_gap[:, :, None] * by_count[:, None, :]).reshape(-1, 16)
    corner = first * PLACES.size + second
    far = np.einsum("pc,pc->p", table.far.ravel().take(corner[:, None] + _CORNERS), weights)
    edges = np.stack([depth / 2.0 + offset, depth / 2.0 - offset])
    lateral = np.abs(edges) / reach
    third, by_side = _cubic(np.arcsinh(np.minimum(lateral, LATERAL_MOST)) / LATERAL_STEP, _LATERAL_STEPS)
    start = (corner * _LATERAL_STEPS + third)[..., None, None] + (_CORNERS * _LATERAL_STEPS)[:, None] + np.arange(4)
    near = np.einsum("epc,pc->ep", (table.integral.ravel().take(start) @ by_side[..., None])[..., 0], weights)
    power = 2.0 - table.steepness
    beyond = LATERAL_MOST * (1.0 - np.maximum(lateral / LATERAL_MOST, 1.0) ** power) / -power
    total = (np.sign(edges) * (near + far * beyond)).sum(axis=0)
    scale = np.minimum(1.0, SPACINGS[-1] / gap) / (1.0 + inside)
    return np.asarray(np.clip(total * scale * reach / depth, 0.0, 1.0), dtype=float)


def _cubic(place: Array, size: int) -> tuple[NDArray[np.intp], Array]:
    """First of four nodes around places on a unit grid, and Lagrange's weights, shape (place, 4)."""
    start = np.clip(np.floor(place).astype(np.intp) - 1, 0, size - 4)
    x = place - start
    a, b, c = x - 1.0, x - 2.0, x - 3.0
    weights = (a * b * c / -6.0, x * b * c / 2.0, x * a * c / -2.0, x * a * b / 6.0)
    return start, np.stack(weights, axis=-1)


def _cubic_on(nodes: Array, place: Array) -> tuple[NDArray[np.intp], Array]:
    """As `_cubic`, on nodes of any spacing in ascending order."""
    start = np.clip(np.searchsorted(nodes, place) - 2, 0, nodes.size - 4)
    near = nodes[start[:, None] + np.arange(4)]
    weights = np.ones(near.shape)
    for i in range(4):
        for j in range(4):
            if i != j:
                weights[:, i] *= (place - near[:, j]) / (near[:, i] - near[:, j])
    return start, weights


def _cover_at(gap: float, lateral: Array, steepness: float, duty: float) -> Array:
    """Mean cover along the line at lateral distances, shape (1/posts, lateral): for infinitely many posts, then fewer.

    By mirror symmetry half of each cell is enough; its nodes are Gauss's, drawn towards the post. Ranges are the unit.
    """
    along, share = _half_cell(gap)
    most = max(POSTS[-1] - 1, math.ceil(_FAR / gap))
    away = np.arange(most + 1)[:, None] * gap
    missed = _missed_by(lateral, steepness, duty)
    behind = np.cumprod(missed(away + along), axis=0)
    ahead = np.ones_like(behind)
    np.cumprod(missed(away[1:] - along), axis=0, out=ahead[1:])
    tail = _far_posts((most + 0.5) * gap, lateral, steepness, duty / gap)
    endless = share @ (behind[most] * ahead[most] * np.exp(-2.0 * tail))
    few = [share @ np.einsum("imu,imu->mu", behind[:posts], ahead[:posts][::-1]) / posts for posts in reversed(POSTS)]
    return 1.0 - np.array([endless, *few])


def _half_cell(gap: float) -> tuple[Array, Array]:
    """Nodes between a post and the middle of its spacing, and their weights (sum 1)."""
    nodes = 3 if gap <= 0.5 else 4 if gap <= 1.0 else 8 if gap < 4.0 else 12
    place, weight = _gauss(nodes)
    most = math.asinh(gap / 2.0)
    bent = (place + 1.0) / 2.0 * most
    return np.sinh(bent), weight * most / gap * np.cosh(bent)


@cache
def _gauss(nodes: int) -> tuple[Array, Array]:
    place, weight = leggauss(nodes)
    return np.asarray(place, dtype=float), np.asarray(weight, dtype=float)


def _missed_by(lateral: Array, steepness: float, duty: float) -> Callable[[Array], Array]:
    """The chance that a post misses, 1 − duty C1, at distances along the line and the lateral distances."""
    across = lateral * lateral

    def missed(along: Array) -> Array:
        power = ((along * along)[..., None] + across) ** (steepness / 2.0)
        power += 1.0
        np.divide(-duty, power, out=power)
        power += 1.0
        return power

    return missed


def _far_posts(start: float, lateral: Array, steepness: float, density: float) -> Array:
    """Sum of duty (distance)^-k over posts beyond `start` on one side, as an integral."""
    place, weight = _gauss(6)
    v = (place + 1.0) / 2.0
    kernel = (1.0 + (lateral[None] * v[:, None] / start) ** 2) ** (-steepness / 2.0)
    summed = (v ** (steepness - 2.0) * weight / 2.0) @ kernel
    return np.asarray(density * start ** (1.0 - steepness) * summed, dtype=float)


def _integrate(values: Array) -> Array:
    """Integral from 0 along the last axis on the grid of lateral distances, fourth order; values are even around 0."""
    padded = np.concatenate([values[..., 1:2], values, 2.0 * values[..., -1:] - values[..., -2:-1]], axis=-1)
    inner, outer = padded[..., 1:-2] + padded[..., 2:-1], padded[..., :-3] + padded[..., 3:]
    found = np.zeros_like(values)
    found[..., 1:] = np.cumsum((13.0 * inner - outer) * (LATERAL_STEP / 24.0), axis=-1)
    return found


def _square_cover(gap: float, steepness: float, duty: float) -> float:
    """Mean of C3 over a cell of an infinite square lattice, ranges as the unit; far posts as an integral."""
    along, share = _half_cell(gap)
    most = math.ceil(min(_FAR, max(3.0, 24.0 * gap)) / gap)
    posts = np.arange(-most, most + 1) * gap
    square = (posts[:, None] - along) ** 2
    missed = 1.0 - duty / (1.0 + (square[:, None, :, None] + square[None, :, None, :]) ** (steepness / 2.0))
    edge = (most + 0.5) * gap * math.sqrt(4.0 / math.pi)
    tail = 2.0 * math.pi * duty / gap**2 * edge ** (2.0 - steepness) / (steepness - 2.0)
    return float(1.0 - share @ (missed.prod(axis=(0, 1)) * math.exp(-tail)) @ share)
