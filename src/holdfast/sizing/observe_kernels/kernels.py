"""Kernels of observation over draws: cover read from blended tables, the menu of a sector, and the choice of orbits.

The arithmetic of `observe_layers`, `menu` and `observe_choice` for one draw after another, without building whole menus: only
static options that no cheaper one beats are tried, each mover stops at the first that sees enough.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit

VISIBILITIES = 3
SAME_COST = 1e-9
"""As `menu.SAME_COST`: of mixes that cost the same, the one that sees most is taken."""
LAYOUTS = 64
"""Most static layouts of one sector; a menu has spacing steps × static kinds of them."""
OPTIONS = 1024
"""Most static options of one sector: none, one layout, or two of different kinds."""


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
def pair_options(layout: Any, size: int, weights: Any, line_missed: Any, options: Any) -> int:
    """Static options: none, one layout, two of different kinds (every other layout), sorted by cost and pruned.

    `layout` has columns kind, cost, cover by visibility, whether it hears; `options` gets cost, first, second, missed by
    visibility, and the probability that a shot is noticed. An option stays only if no cheaper one does as well in all.
    """
    total = 0
    for first in range(-1, size):
        for second in range(first, size):
            alone = second == first
            paired = first >= 0 and first % 2 == 0 and second % 2 == 0 and layout[first, 0] != layout[second, 0]
            if not (alone or paired):
                continue
            _option(layout, first, -1 if alone else second, weights, line_missed, options[total])
            total += 1
    order = np.argsort(options[:total, 0], kind="mergesort")
    ranked = options[:total][order].copy()
    kept = 0
    for row in range(total):
        beaten = False
        for other in range(kept):
            beaten = True
            for v in range(VISIBILITIES):
                beaten = beaten and options[other, 3 + v] <= ranked[row, 3 + v]
            beaten = beaten and options[other, 6] >= ranked[row, 6]
            if beaten:
                break
        if not beaten:
            options[kept] = ranked[row]
            kept += 1
    return kept


@njit
def _option(layout: Any, first: int, second: int, weights: Any, line_missed: Any, option: Any) -> None:
    option[0], option[1], option[2] = 0.0, first, second
    heard = 0.0
    for v in range(VISIBILITIES):
        missed, unheard = line_missed[v], 1.0
        for one in (first, second):
            if one >= 0:
                missed *= 1.0 - layout[one, 2 + v]
                unheard *= 1.0 - layout[one, 2 + v] * layout[one, 5]
        option[3 + v] = missed
        heard += weights[v] * (1.0 - unheard)
    for one in (first, second):
        if one >= 0:
            option[0] += layout[one, 1]
    option[6] = heard


@njit
def passed(rates: Any, inside: Any, mover: int, count: float, orbits: float, found: Any) -> None:
    """Mean over the depth of 1 / (1 + times swept) by visibility, for a mover (−1 for none) and a share of an orbit.

    All bands end at the host's edge: the narrower of two lies within the wider.
    """
    last = inside.size - 1
    ground = inside[mover] if mover >= 0 else 0.0
    over = inside[last] if orbits > 0.0 else 0.0
    both = min(ground, over)
    for v in range(VISIBILITIES):
        sweep = count * rates[mover, v] if mover >= 0 else 0.0
        orbit = orbits * rates[last, v]
        found[v] = (
            1.0 - max(ground, over) + both / (1.0 + sweep + orbit)
            + (ground - both) / (1.0 + sweep) + (over - both) / (1.0 + orbit)
        )  # fmt: skip


@njit
def cheapest(
    options: Any, kept: int, movers: Any, swept: Any, shares: int, asked: float, heard: float, weights: Any, best: Any
) -> None:
    """For each share of an orbit the cheapest mix that sees and hears enough, into `best`.

    `movers` has columns mover, number, cost; `swept` is `passed` by (mover option, share, visibility); `best` gets cost,
    first and second layout, mover option, seen and heard; cost infinite where there is none.
    """
    best[:, 0] = np.inf
    best[:, 4] = -1.0
    for option in range(movers.shape[0]):
        for share in range(shares):
            for row in range(kept):
                cost = options[row, 0] + movers[option, 2]
                if cost > best[share, 0] + SAME_COST:
                    break
                if options[row, 6] < heard - 1e-12:
                    continue
                seen = 0.0
                for v in range(VISIBILITIES):
                    seen += weights[v] * (1.0 - options[row, 3 + v] * swept[option, share, v])
                better = cost < best[share, 0] - SAME_COST or seen > best[share, 4]
                if seen >= asked - 1e-12 and better:
                    best[share, 0] = cost
                    best[share, 1] = options[row, 1]
                    best[share, 2] = options[row, 2]
                    best[share, 3] = option
                    best[share, 4] = seen
                    best[share, 5] = options[row, 6]


@njit
def most_of(options: Any, kept: int, swept: Any, weights: Any, least: float) -> tuple[float, float]:
    """The most that any mix sees, and the most heard among mixes that see at least `least`."""
    seen_most, heard_most = 0.0, 0.0
    for option in range(swept.shape[0]):
        for share in range(swept.shape[1]):
            for row in range(kept):
                seen = 0.0
                for v in range(VISIBILITIES):
                    seen += weights[v] * (1.0 - options[row, 3 + v] * swept[option, share, v])
                seen_most = max(seen_most, seen)
                if seen >= least - 1e-12:
                    heard_most = max(heard_most, options[row, 6])
    return seen_most, heard_most


@njit
def share_out(best: Any, shares: int, step: float, price: float, taken: Any) -> tuple[float, float]:
    """Which share each sector takes (into `taken`), whole orbits, and the cost of all: dynamic programming, exact."""
    sectors = best.shape[0]
    totals = sectors * (shares - 1) + 1
    cost = np.full(totals, np.inf)
    cost[0] = 0.0
    option = np.zeros((sectors, totals), dtype=np.int64)
    for sector in range(sectors):
        after = np.full(totals, np.inf)
        for total in range(totals):
            for share in range(min(shares, total + 1)):
                value = cost[total - share] + best[sector, share, 0]
                if value < after[total]:
                    after[total] = value
                    option[sector, total] = share
        cost = after
    chosen, lowest, whole = 0, np.inf, 0.0
    for total in range(totals):
        orbits = math.ceil(total * step - 1e-9)
        value = cost[total] + price * orbits
        if value < lowest - 1e-12 * abs(value):
            chosen, lowest, whole = total, value, float(orbits)
    for back in range(sectors):
        sector = sectors - 1 - back
        taken[sector] = option[sector, chosen]
        chosen -= taken[sector]
    return whole, lowest


@njit
def solve_sector(
    options: Any, kept: int, movers: Any, swept: Any, levels: Any, weights: Any, best: Any
) -> bool:  # fmt: skip
    """Cheapest mixes of one sector; where none sees or hears enough, of what share of the most it can (True)."""
    shares = swept.shape[1]
    probability, impulsive, part = levels[0], levels[1], levels[2]
    cheapest(options, kept, movers, swept, shares, probability, impulsive, weights, best)
    if np.isfinite(best[:shares, 0].min()):
        return False
    most, _ = most_of(options, kept, swept, weights, 2.0)
    asked = probability if most >= probability else part * most
    _, loudest = most_of(options, kept, swept, weights, asked)
    heard = impulsive if loudest >= impulsive else part * loudest
    cheapest(options, kept, movers, swept, shares, asked, heard, weights, best)
    return True


@njit
def mover_numbers(most: int, area: bool, steps: int, found: Any) -> int:
    """Numbers of movers to try: each up to the most; in an area, where they are many, `steps` of a ratio."""
    size = 0
    if not area or most <= steps:
        for count in range(1, most + 1):
            found[size] = count
            size += 1
        return size
    for step in range(steps):
        count = math.ceil(math.exp(math.log(most) * step / (steps - 1)) - 1e-9)
        if size == 0 or found[size - 1] != count:
            found[size] = count
            size += 1
    return size


@njit
def sector_movers(
    able: Any, costs: Any, numbers: Any, size: int, rates: Any, inside: Any, shares: int, step: float, movers: Any,
    swept: Any,
) -> int:  # fmt: skip
    """Mover options of a sector (none, then each able mover by number) and what passes them; returns how many."""
    movers[0, 0], movers[0, 1], movers[0, 2] = -1.0, 0.0, 0.0
    total = 1
    for mover in range(costs.size):
        if able[mover] and inside[mover] > 0.0 and rates[mover].max() > 0.0:
            for place in range(size):
                movers[total, 0], movers[total, 1] = mover, numbers[place]
                movers[total, 2] = numbers[place] * costs[mover]
                total += 1
    for option in range(total):
        for share in range(shares):
            passed(rates, inside, int(movers[option, 0]), movers[option, 1], share * step, swept[option, share])
    return total


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
def sector_rates(
    able: Any, area: float, width: float, depth: float, hours: float, sweeps: Any, bands: Any, insides: Any, rates: Any,
    inside: Any,
) -> None:  # fmt: skip
    """Times swept by one of each mover while an event lasts, and the share of the depth in its band; all of an area."""
    for mover in range(inside.size):
        inside[mover] = 1.0 if area > 0.0 else insides[mover]
        band = depth if area > 0.0 else bands[mover]
        inside[mover] = inside[mover] if able[mover] and band > 0.0 else 0.0
        for v in range(VISIBILITIES):
            rates[mover, v] = sweeps[mover, v] * hours / (width * band) if inside[mover] > 0.0 else 0.0


@njit
def add_units(pick: Any, layout: Any, movers: Any, static: int, units: Any) -> None:
    """Add the units of a sector's mix."""
    for column in range(1, 3):
        if pick[column] >= 0.0:
            row = layout[int(pick[column])]
            units[int(row[0])] += row[6]
    mover = movers[int(pick[3])]
    if mover[0] >= 0.0:
        units[static + int(mover[0])] += mover[1]


@njit
def solve_draws(
    first: int, last: int, tables: Any, fars: Any, spreads: Any, spacings: Any, places: Any, squares: Any, grid: Any,
    rows: Any, corners: Any, steepness: Any, depth: Any, offset: Any, weights: Any, widths: Any, areas: Any,
    terrains: Any, reach: Any, classes: Any, hears: Any, costs: Any, kinds: Any, ratios: Any, most_static: Any,
    most_movers: Any, sweeps: Any, bands: Any, insides: Any, able: Any, mover_costs: Any, minutes: Any, line_posts: Any,
    steps: int, shares: int, orbit_steps: Any, orbit_costs: Any, levels: Any, units: Any, orbits: Any, seen: Any,
    heard: Any, short: Any, total_cost: Any,
) -> None:  # fmt: skip
    """The choice of every draw from `first` up to `last`; the last static kind is the optics of line posts.

    Arguments are as `observe_draws` lays them out: the first axis of those that vary is the draw.
    """
    sectors, static, moving = areas.size, kinds.shape[1], mover_costs.shape[1]
    curves = np.zeros((static + 1, reach.shape[2], VISIBILITIES, spacings.size, places.size))
    slabs = np.empty((rows.shape[1], spacings.size, places.size, tables.shape[1] // fars.shape[1]), dtype=tables.dtype)
    ends = np.empty((rows.shape[1], spacings.size, places.size), dtype=fars.dtype)
    known = static + 1 if line_posts.max() > 0.0 else static
    spread = np.zeros((static + 1, squares.size))
    layouts = np.zeros((sectors, LAYOUTS, 7))
    options = np.zeros((OPTIONS, 7))
    most = int(most_movers.max())
    numbers = np.empty(most)
    movers = np.zeros((sectors, moving * most + 1, 3))
    swept = np.ones((moving * most + 1, shares, VISIBILITIES))
    best = np.zeros((sectors, shares, 6))
    rates, inside, edges = np.zeros((moving + 1, VISIBILITIES)), np.zeros(moving + 1), np.empty(2)
    line_missed, taken = np.ones(VISIBILITIES), np.zeros(sectors, dtype=np.int64)
    for draw in range(first, last):
        edges[0], edges[1] = depth[draw] / 2.0 + offset[draw], depth[draw] / 2.0 - offset[draw]
        if areas.any():
            for kind in range(static + 1):
                blend(spreads, rows[draw, classes[kind]], corners[draw, classes[kind]], spread[kind])
        else:
            draw_curves(
                tables, fars, rows[draw], corners[draw], classes, reach[draw], edges, grid, steepness[draw], spacings,
                ratios, widths[draw].min(), known, slabs, ends, curves,
            )  # fmt: skip
        for sector in range(sectors):
            width, terrain = widths[draw, sector], terrains[sector]
            area = width * depth[draw] if areas[sector] else 0.0
            line_cover(
                curves[static, terrain], reach[draw, static, terrain], width, line_posts[draw, sector], spacings, places,
                line_missed,
            )  # fmt: skip
            size = sector_layouts(
                kinds[sector], costs[draw], hears, reach[draw, :, terrain], width, area, most_static[draw, sector], ratios,
                curves[:, terrain], spread, spacings, places, squares, layouts[sector],
            )  # fmt: skip
            kept = pair_options(layouts[sector], size, weights[draw], line_missed, options)
            sector_rates(
                able[sector], area, width, depth[draw], minutes[draw] / 60.0, sweeps[draw, :, terrain],
                bands[draw, :, terrain], insides[draw, :, terrain], rates, inside,
            )  # fmt: skip
            count = mover_numbers(int(most_movers[draw, sector]), areas[sector], steps, numbers)
            total = sector_movers(
                able[sector], mover_costs[draw], numbers, count, rates, inside, shares, orbit_steps[draw],
                movers[sector], swept,
            )  # fmt: skip
            short[draw, sector] = solve_sector(
                options, kept, movers[sector, :total], swept[:total], levels[draw], weights[draw], best[sector]
            )
        orbits[draw], total_cost[draw] = share_out(best, shares, orbit_steps[draw], orbit_costs[draw], taken)
        for sector in range(sectors):
            pick = best[sector, taken[sector]]
            seen[draw, sector], heard[draw, sector] = pick[4], pick[5]
            add_units(pick, layouts[sector], movers[sector], static, units[draw])
