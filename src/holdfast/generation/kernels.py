"""Annealing of whole tours: single tours added, taken away, moved, or handed to another pool, while the plan gets better.

State: starts of each pool by period, units missing by row of need, shortfall by line. A line's shortfall is the largest of
its rows. A proposal is accepted where it lowers the plan's value, or by chance while the temperature lasts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import mix64, njit, uniform64


@njit
def allows(starts: Any, pool: int, rule: Any, sums: Any) -> bool:
    """Whether a pool's starts obey readiness, rotation and return (Eqs. G5, G6); `rule` is units, first, tour, cycle, repeats."""
    periods = starts.shape[1]
    units, first, cycle, repeats = rule[pool, 0], rule[pool, 1], rule[pool, 3], rule[pool, 4]
    sums[0] = 0
    for q in range(periods):
        sums[q + 1] = sums[q] + starts[pool, q]
    if sums[first] > 0:
        return False
    for stop in range(1, periods + 1):
        if sums[stop] - sums[max(stop - cycle, 0)] > units:
            return False
    for stop in range(first + repeats + 1, min(periods + cycle, periods + repeats + 1)):
        if sums[periods] - sums[stop - cycle] + sums[stop - repeats] > units:
            return False
    return True


@njit
def line_value(short: Any, line: int, worth: Any, months: Any, settled: Any) -> float:
    """Value of one line's shortfall: months short, and shortages that grow again, the return to the first round counted."""
    periods = short.shape[1]
    total, drops = 0.0, 0.0
    for q in range(periods):
        total += months[q] * short[line, q]
        if q:
            drops += max(short[line, q] - short[line, q - 1], 0.0)
    drops += max(short[line, settled[line]] - short[line, periods - 1], 0.0)
    return float(worth[line, 0] * total + worth[line, 1] * drops)


@njit
def change(
    pool: int, period: int, units: int, rule: Any, touch: Any, touched: Any, gain: Any, row_line: Any, begins: Any,
    missing: Any, short: Any, values: Any, worth: Any, months: Any, settled: Any, burden: Any, people: Any, there: Any,
    room: Any, over: float,
) -> float:  # fmt: skip
    """Put `units` tours of a pool at a period (or take them away) and return by how much the value rises."""
    periods = months.shape[0]
    stop = min(period + rule[pool, 2], periods)
    rise = burden[pool] * units * (stop - period)
    for q in range(period, stop):
        if people[pool, q] > 0.0:
            before = max(there[q] - room[q], 0.0)
            there[q] += people[pool, q] * units
            rise += over * (max(there[q] - room[q], 0.0) - before)
    last = -1
    for k in range(touch[pool], touch[pool + 1]):
        for q in range(period, stop):
            missing[touched[k], q] -= gain[k, q] * units
    for k in range(touch[pool], touch[pool + 1]):
        line = row_line[touched[k]]
        if line == last:
            continue
        last = line
        for q in range(period, stop):
            most = 0.0
            for row in range(begins[line], begins[line + 1]):
                most = max(most, missing[row, q])
            short[line, q] = most
        value = line_value(short, line, worth, months, settled)
        rise += value - values[line]
        values[line] = value
    return float(rise)


@njit
def all_values(missing: Any, begins: Any, worth: Any, months: Any, settled: Any, short: Any) -> Any:
    """Shortfall of every line (written to `short`) and what it is worth."""
    values = np.zeros(short.shape[0])
    for line in range(short.shape[0]):
        for q in range(short.shape[1]):
            for row in range(begins[line], begins[line + 1]):
                short[line, q] = max(short[line, q], missing[row, q])
        values[line] = line_value(short, line, worth, months, settled)
    return values


@njit
def draw_period(first: int, periods: int, luck: float) -> int:
    """A period from readiness on."""
    return first + min(int(luck * (periods - first)), periods - first - 1)


@njit
def propose(starts: Any, rule: Any, mate: Any, mates: Any, key: np.uint64, ours: Any, at: Any, by: Any) -> int:
    """Draw a tour to add, take away, move, or hand to another pool; the number of changes, 0 where there is none."""
    pools, periods = starts.shape
    kind = uniform64(key)
    pool = min(int(uniform64(mix64(key, np.uint64(1))) * pools), pools - 1)
    first = rule[pool, 1]
    one = draw_period(first, periods, uniform64(mix64(key, np.uint64(2))))
    luck = uniform64(mix64(key, np.uint64(3)))
    ours[0], at[0], by[0] = pool, one, -1
    if kind < 0.25:
        by[0] = 1
        return 1
    if starts[pool, one] < 1:
        return 0
    if kind < 0.4:
        return 1
    if kind < 0.75:
        ours[1], at[1], by[1] = pool, draw_period(first, periods, luck), 1
        return 0 if at[1] == one else 2
    near = mate[pool] + min(int(luck * (mate[pool + 1] - mate[pool])), mate[pool + 1] - mate[pool] - 1)
    shift = int(uniform64(mix64(key, np.uint64(4))) * 5.0) - 2
    ours[1], at[1], by[1] = mates[near], one + shift, 1
    outside = at[1] < rule[ours[1], 1] or at[1] >= periods or (ours[1] == pool and at[1] == one)
    return 0 if outside else 2


@njit
def enact(starts: Any, rule: Any, sums: Any, count: int, ours: Any, at: Any, by: Any) -> bool:
    """Make the changes of a proposal in `starts`; whether the rotation of the pools that gain a tour allows them."""
    for k in range(count):
        starts[ours[k], at[k]] += by[k]
    held = True
    for k in range(count):
        held = held and (by[k] < 0 or allows(starts, ours[k], rule, sums))
    return held


@njit
def accepts(rise: float, warm: float, share: float, adds: bool, key: np.uint64) -> bool:
    """Whether a proposal is taken: what does no harm always, else by chance; what only adds and the last quarter never."""
    if rise <= 0.0:
        return True
    return share < 0.75 and not adds and uniform64(mix64(key, np.uint64(5))) < math.exp(-rise / warm)


@njit
def anneal(
    starts: Any, rule: Any, touch: Any, touched: Any, gain: Any, row_line: Any, begins: Any, missing: Any, worth: Any,
    months: Any, settled: Any, burden: Any, people: Any, there: Any, room: Any, over: float, scale: Any, mate: Any, mates: Any,
    proposals: int, hot: float, cold: float, key: np.uint64,
) -> float:  # fmt: skip
    """Improve `starts` (pool, period) in place to the best plan found; returns the change of value from the first plan.

    `missing` and `there` are those of the plan given. `scale` is what a tour of each pool is worth; temperatures are
    shares of it and fall geometrically from `hot` to `cold`; what only adds, and all in the
    last quarter, must do no harm.
    """
    periods = starts.shape[1]
    short = np.zeros((worth.shape[0], periods))
    values = all_values(missing, begins, worth, months, settled, short)
    sums = np.zeros(periods + 1, dtype=np.int64)
    best, total, least = starts.copy(), 0.0, 0.0
    ours, at, by = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for number in range(proposals):
        key = mix64(key, np.uint64(number))
        count = propose(starts, rule, mate, mates, key, ours, at, by)
        taken = enact(starts, rule, sums, count, ours, at, by)
        if taken and count:
            rise = 0.0
            for k in range(count):
                rise += change(
                    ours[k], at[k], by[k], rule, touch, touched, gain, row_line, begins, missing, short, values, worth,
                    months, settled, burden, people, there, room, over,
                )  # fmt: skip
            share = number / proposals
            warm = hot * (cold / hot) ** share * scale[ours[0]]
            taken = accepts(rise, warm, share, count == 1 and by[0] > 0, key)
            for k in range(0 if taken else count):
                change(
                    ours[k], at[k], -by[k], rule, touch, touched, gain, row_line, begins, missing, short, values, worth,
                    months, settled, burden, people, there, room, over,
                )  # fmt: skip
            total += rise if taken else 0.0
        for k in range(0 if taken else count):
            starts[ours[k], at[k]] -= by[k]
        if total < least - 1e-9:
            least = total
            best[:, :] = starts
    starts[:, :] = best
    return float(least)
