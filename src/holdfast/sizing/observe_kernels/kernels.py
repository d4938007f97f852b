"""Kernels of observation over draws: the menu of a sector, its cheapest mix, the orbits, and the loop over draws.

The arithmetic of `menu` and `observe_choice` for one draw after another, without building whole menus: only static options
that no cheaper one beats are tried, each mover stops at the first that sees enough. What layouts see comes from
`cover.kernels`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit
from holdfast.sizing.observe_kernels.cover.kernels import VISIBILITIES, draw_cover, line_cover, sector_layouts

SAME_COST = 1e-9
"""As `menu.SAME_COST`: of mixes that cost the same, the one that sees most is taken."""
LAYOUTS = 64
"""Most static layouts of one sector; a menu has spacing steps × static kinds of them."""
OPTIONS = 1024
"""Most static options of one sector: none, one layout, or two of different kinds."""


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
def take_mixes(
    best: Any, taken: Any, layouts: Any, movers: Any, static: int, units: Any, seen: Any, heard: Any
) -> None:  # fmt: skip
    """Units of the mixes that the sectors take, and what each sector sees and hears."""
    for sector in range(best.shape[0]):
        pick = best[sector, taken[sector]]
        seen[sector], heard[sector] = pick[4], pick[5]
        add_units(pick, layouts[sector], movers[sector], static, units)


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
    rates, inside = np.zeros((moving + 1, VISIBILITIES)), np.zeros(moving + 1)
    line_missed, taken = np.ones(VISIBILITIES), np.zeros(sectors, dtype=np.int64)
    for draw in range(first, last):
        draw_cover(
            tables, fars, spreads, rows[draw], corners[draw], classes, reach[draw], (depth[draw], offset[draw]), grid,
            steepness[draw], spacings, ratios, widths[draw].min(), known, areas.any(), spread, slabs, ends, curves,
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
        take_mixes(best, taken, layouts, movers, static, units[draw], seen[draw], heard[draw])
