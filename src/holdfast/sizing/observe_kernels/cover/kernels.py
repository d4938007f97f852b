"""Kernels of what static layouts see: cover read from blended tables, for the zone, for areas and for the posts of a line.

The arithmetic of `observe_layers` for one draw after another; curves are made only where layouts will read them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit

VISIBILITIES = 3


@njit
def cubic(place: float, size: int, weights: Any) -> int:
    """First of four nodes around a place on a unit grid; Lagrange's weights are written to `weights`."""
    start = min(max(math.floor(place) - 1, 0), size - 4)
    x = place - start
    a, b, c = x - 1.0, x - 2.0, x - 3.0
    weights[0] = a * b * c / -6.0
    weights[1] = x * b * c / 2.0
    weights[2] = x * a * c / -2.0
    weights[3] = x * a * b / 6.0
    return int(start)


@njit
def cubic_on(nodes: Any, place: float, weights: Any) -> int:
    """As `cubic`, on nodes of any spacing in ascending order."""
    above = 0
    while above < nodes.size and nodes[above] < place:
        above += 1
    start = min(max(above - 2, 0), nodes.size - 4)
    for i in range(4):
        over, under = 1.0, 1.0
        for j in range(4):
            if i != j:
                over *= place - nodes[start + j]
                under *= nodes[start + i] - nodes[start + j]
        weights[i] = over / under
    return int(start)


@njit
def blend(tables: Any, rows: Any, weights: Any, found: Any) -> None:
    """Weighted sum of some rows of `tables` into `found`."""
    found[:] = 0.0
    for corner in range(rows.size):
        weight = weights[corner]
        if weight != 0.0:
            table = tables[rows[corner]]
            for place in range(found.size):
                found[place] += weight * table[place]


@njit
def curve(
    slab: Any, far: Any, edges: Any, reach: float, grid: Any, steepness: float, start: int, stop: int, found: Any
) -> None:  # fmt: skip
    """Mean cover over the depth by (spacing, 1/posts), weighted by (1 + spacing), for one range; rows start to stop.

    `edges` are the signed distances (km) of the zone's edges from the posts; `grid` holds the step of the lateral
    distances (of their area sines) and the largest lateral distance, in ranges.
    """
    weights = np.empty(4)
    places, laterals = slab.shape[1], slab.shape[2]
    found[start:stop] = 0.0
    depth = edges[0] + edges[1]
    for edge in edges:
        lateral = abs(edge) / reach
        first = cubic(math.asinh(min(lateral, grid[1])) / grid[0], laterals, weights)
        power = 2.0 - steepness
        sign = math.copysign(reach / depth, edge)
        a, b, c, d = sign * weights[0], sign * weights[1], sign * weights[2], sign * weights[3]
        beyond = 0.0
        if lateral > grid[1]:
            beyond = sign * grid[1] * (1.0 - (lateral / grid[1]) ** power) / -power
        for i in range(start, stop):
            for j in range(places):
                row = slab[i, j]
                near = a * row[first] + b * row[first + 1] + c * row[first + 2] + d * row[first + 3]
                found[i, j] += near + beyond * far[i, j]


@njit
def cover_at(curves: Any, gap: float, first: int, by_count: Any, spacings: Any, by_gap: Any) -> float:
    """Cover of posts at a spacing (in ranges) from a curve of `curve`; `first` and `by_count` stand for 1/posts."""
    inside = min(max(gap, spacings[0]), spacings[-1])
    step = math.log(spacings[1] / spacings[0])
    start = cubic(math.log(inside / spacings[0]) / step, spacings.size, by_gap)
    value = 0.0
    for i in range(4):
        row = curves[start + i]
        near = 0.0
        for j in range(4):
            near += by_count[j] * row[first + j]
        value += by_gap[i] * near
    value *= min(1.0, spacings[-1] / gap) / (1.0 + inside)
    return float(min(max(value, 0.0), 1.0))


@njit
def spread_at(spread: Any, gap: float, squares: Any) -> float:
    """Cover of a square lattice at a spacing (in ranges)."""
    weights = np.empty(4)
    inside = min(max(gap, squares[0]), squares[-1])
    start = cubic(math.log(inside / squares[0]) / math.log(squares[1] / squares[0]), squares.size, weights)
    value = 0.0
    for i in range(4):
        value += weights[i] * spread[start + i]
    return float(min(max(value / (1.0 + inside * inside), 0.0), 1.0) * min(1.0, (squares[-1] / gap) ** 2))


@njit
def count_layouts(reach: float, width: float, area: float, most: float, ratios: Any, found: Any) -> int:
    """Different numbers of posts worth looking at, ascending, into `found`; returns how many."""
    size = 0
    for ratio in ratios:
        gap = reach * ratio
        if gap <= 0.0:
            continue
        count = math.ceil(area / (gap * gap)) if area > 0.0 else math.ceil(width / gap)
        if count <= most and (size == 0 or found[size - 1] != count):
            found[size] = count
            size += 1
    return size


@njit
def sector_layouts(
    kinds: Any, costs: Any, hears: Any, reach: Any, width: float, area: float, most: float, ratios: Any, curves: Any,
    spread: Any, spacings: Any, places: Any, squares: Any, layout: Any,
) -> int:  # fmt: skip
    """Static layouts of a sector into `layout` (columns as `pair_options` reads them, then the number); returns how many."""
    counts, by_gap, by_count = np.empty(ratios.size), np.empty(4), np.empty(4)
    total = 0
    for kind in range(kinds.size):
        if not kinds[kind]:
            continue
        size = count_layouts(reach[kind, 0], width, area, most, ratios, counts)
        for place in range(size):
            posts = counts[place]
            layout[total, 0], layout[total, 1] = kind, posts * costs[kind]
            layout[total, 5], layout[total, 6] = hears[kind], posts
            first = cubic_on(places, 1.0 / posts, by_count)
            for v in range(VISIBILITIES):
                far = reach[kind, v]
                if far <= 0.0:
                    layout[total, 2 + v] = 0.0
                elif area > 0.0:
                    layout[total, 2 + v] = spread_at(spread[kind], math.sqrt(area / posts) / far, squares)
                else:
                    layout[total, 2 + v] = cover_at(
                        curves[kind, v], width / (posts * far), first, by_count, spacings, by_gap
                    )
            total += 1
    return total


@njit
def draw_curves(
    tables: Any, fars: Any, rows: Any, weights: Any, classes: Any, reach: Any, edges: Any, grid: Any, steepness: float,
    spacings: Any, ratios: Any, narrowest: float, kinds: int, slabs: Any, ends: Any, curves: Any,
) -> None:  # fmt: skip
    """Curves of the first `kinds` static kinds, by terrain and visibility; `classes` says which duty each kind has."""
    step = math.log(spacings[1] / spacings[0])
    done = np.zeros(rows.shape[0], dtype=np.bool_)
    for kind in range(kinds):
        duty = classes[kind]
        if not done[duty]:
            blend(tables, rows[duty], weights[duty], slabs[duty].reshape(tables.shape[1]))
            blend(fars, rows[duty], weights[duty], ends[duty].reshape(fars.shape[1]))
            done[duty] = True
        for terrain in range(curves.shape[1]):
            for v in range(VISIBILITIES):
                far = reach[kind, terrain, v]
                if v > 0 and far == reach[kind, terrain, 0]:
                    curves[kind, terrain, v] = curves[kind, terrain, 0]
                    continue
                if far <= 0.0:
                    continue
                start, stop = 0, spacings.size
                if kind < curves.shape[0] - 1:
                    widest = ratios[0] * reach[kind, terrain, 0] / far
                    closest = min(0.5 * ratios[-1] * reach[kind, terrain, 0], narrowest) / far
                    start = max(0, min(spacings.size - 4, math.floor(math.log(closest / spacings[0]) / step) - 2))
                    stop = min(spacings.size, max(4, math.ceil(math.log(widest / spacings[0]) / step) + 3))
                curve(slabs[duty], ends[duty], edges, far, grid, steepness, start, stop, curves[kind, terrain, v])


@njit
def line_cover(
    curves: Any, reach: Any, width: float, posts: float, spacings: Any, places: Any, missed: Any
) -> None:  # fmt: skip
    """What the posts of an interposition line miss, by visibility, into `missed`."""
    by_gap, by_count = np.empty(4), np.empty(4)
    missed[:] = 1.0
    if posts > 0.0:
        first = cubic_on(places, 1.0 / posts, by_count)
        for v in range(VISIBILITIES):
            if reach[v] > 0.0:
                missed[v] -= cover_at(curves[v], width / (posts * reach[v]), first, by_count, spacings, by_gap)


@njit
def draw_cover(
    tables: Any, fars: Any, spreads: Any, rows: Any, weights: Any, classes: Any, reach: Any, zone: Any, grid: Any,
    steepness: float, spacings: Any, ratios: Any, narrowest: float, kinds: int, area: bool, spread: Any, slabs: Any,
    ends: Any, curves: Any,
) -> None:  # fmt: skip
    """What one draw's layouts read: `spread` by kind in an area, else `curves`; `zone` is depth and offset of the posts."""
    if area:
        for kind in range(spread.shape[0]):
            blend(spreads, rows[classes[kind]], weights[classes[kind]], spread[kind])
        return
    edges = np.empty(2)
    edges[0], edges[1] = zone[0] / 2.0 + zone[1], zone[0] / 2.0 - zone[1]
    draw_curves(
        tables, fars, rows, weights, classes, reach, edges, grid, steepness, spacings, ratios, narrowest, kinds, slabs,
        ends, curves,
    )  # fmt: skip
