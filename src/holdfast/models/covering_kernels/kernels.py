"""Kernel of least-cost covering programs: dual simplex on a small dense dictionary, and branch and bound upon it.

min c x with A x >= b, x >= 0 and c >= 0: the slack basis is dual feasible, so the dual simplex starts at once, and a
branch goes on from its parent's dictionary with a few pivots. Each row of a dictionary says a basic variable as a constant
(first column) and multiples of the nonbasic ones; row 0 is the objective (Chvatal 1983, Linear Programming, chapters 2 and 10;
Land and Doig 1960 for the branching).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit

OPTIMAL, INFEASIBLE, STUCK = 0, 1, 2
DEPTH = 48
"""Branches one below the other that are followed; deeper ones are given up, and the answer is then not certified."""
_SMALL = 1e-9
_WHOLE = 1e-7


@njit
def pivot(table: Any, rows: int, row: int, column: int) -> None:
    """Exchange the basic variable of a row with the nonbasic one of a column."""
    columns = table.shape[1]
    inverse = 1.0 / table[row, column]
    for k in range(columns):
        table[row, k] *= -inverse
    table[row, column] = inverse
    for i in range(rows + 1):
        if i == row:
            continue
        factor = table[i, column]
        if factor == 0.0:
            continue
        for k in range(columns):
            table[i, k] += factor * table[row, k]
        table[i, column] = factor * inverse


@njit
def dual_simplex(table: Any, basic: Any, free: Any, rows: int) -> int:
    """Pivot until no basic variable is negative; the smallest names decide ties late, so that it cannot cycle."""
    columns = table.shape[1]
    patience = 20 * (rows + columns)
    for step in range(2 * patience):
        late = step > patience
        row, least = -1, -_SMALL
        for i in range(1, rows + 1):
            if table[i, 0] < -_SMALL and (
                (late and (row < 0 or basic[i] < basic[row])) or (not late and table[i, 0] < least)
            ):
                row, least = i, table[i, 0]
        if row < 0:
            return OPTIMAL
        column, ratio, size = -1, np.inf, 0.0
        for k in range(1, columns):
            size_k = table[row, k]
            if size_k <= _SMALL:
                continue
            ratio_k = table[0, k] / size_k
            nearer = ratio_k < ratio - 1e-12
            tie = ratio_k <= ratio + 1e-12
            if nearer or (tie and ((late and free[k] < free[column]) or (not late and size_k > size))):
                column, ratio, size = k, min(ratio, ratio_k), size_k
        if column < 0:
            return INFEASIBLE
        pivot(table, rows, row, column)
        basic[row], free[column] = free[column], basic[row]
    return STUCK


@njit
def fill_table(matrix: Any, right: Any, costs: Any, table: Any, basic: Any, free: Any) -> None:
    """The dictionary of the slack basis; variables are numbered first, then the slacks of the rows."""
    rows, columns = matrix.shape
    table[0, 0] = 0.0
    for k in range(columns):
        table[0, k + 1] = costs[k]
        free[k + 1] = k
    for i in range(rows):
        table[i + 1, 0] = -right[i]
        basic[i + 1] = columns + i
        for k in range(columns):
            table[i + 1, k + 1] = matrix[i, k]


@njit
def read_values(table: Any, basic: Any, rows: int, low: Any, ints: int, values: Any) -> None:
    """Values of the first `ints` variables."""
    for k in range(ints):
        values[k] = low[k]
    for i in range(1, rows + 1):
        if basic[i] < ints:
            values[basic[i]] = low[basic[i]] + table[i, 0]


@njit
def read_prices(table: Any, free: Any, columns: int, prices: Any) -> None:
    """Shadow prices of the rows at an optimum."""
    prices[:] = 0.0
    for k in range(1, table.shape[1]):
        if free[k] >= columns and free[k] - columns < prices.shape[0]:
            prices[free[k] - columns] = table[0, k]


@njit
def _bound_below(table: Any, basic: Any, rows: int, variable: int, by: float) -> None:
    """Raise the lower bound of a basic variable by `by`."""
    for i in range(1, rows + 1):
        if basic[i] == variable:
            table[i, 0] -= by
            return


@njit
def _bound_above(table: Any, basic: Any, rows: int, variable: int, room: float, slack: int) -> None:
    """Add a row: the basic variable is at most `room` above its lower bound."""
    for i in range(1, rows + 1):
        if basic[i] == variable:
            for k in range(table.shape[1]):
                table[rows + 1, k] = -table[i, k]
            table[rows + 1, 0] += room
            basic[rows + 1] = slack
            return


@njit
def relax(matrix: Any, right: Any, costs: Any) -> tuple[int, float]:
    """Status and least cost of the linear program."""
    rows, columns = matrix.shape
    table = np.empty((rows + 1, columns + 1))
    basic, free = np.empty(rows + 1, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    fill_table(matrix, right, costs, table, basic, free)
    status = dual_simplex(table, basic, free, rows)
    return status, table[0, 0]


@njit
def _offer(values: Any, costs: Any, cost: float, best: Any) -> tuple[float, int]:
    """Round the whole variables up, keep that if it is the cheapest so far, and name the one to branch on (-1: none)."""
    offer, worst, branch = 0.0, 0.0, -1
    for k in range(values.shape[0]):
        offer += costs[k] * math.ceil(values[k] - _WHOLE)
        part = values[k] - math.floor(values[k])
        if _WHOLE < part < 1.0 - _WHOLE:
            score = (costs[k] + 1e-12) * min(part, 1.0 - part)
            if score > worst:
                worst, branch = score, k
    if offer < cost - 1e-9:
        cost = offer
        for k in range(values.shape[0]):
            best[k] = math.ceil(values[k] - _WHOLE)
    return cost, branch


@njit
def _margin(cost: float, grain: float) -> float:
    """How far below the best cost a node must promise to be worth a look."""
    return max(grain * (1.0 - 1e-6), 1e-7 * cost) if cost < np.inf else 0.0


@njit
def _branch(
    top: int, branch: int, value: float, tables: Any, basics: Any, frees: Any, lows: Any, counts: Any, columns: int
) -> None:
    """Put the two sides of a branch on the stack at `top` and above: the nearer one above, to be looked at first."""
    rows = counts[top]
    tables[top + 1, : rows + 1] = tables[top, : rows + 1]
    basics[top + 1, : rows + 1] = basics[top, : rows + 1]
    frees[top + 1] = frees[top]
    lows[top + 1] = lows[top]
    counts[top + 1] = rows
    base = math.floor(value)
    up, down = (top + 1, top) if value - base >= 0.5 else (top, top + 1)
    # what is basic is measured from its lower bound: raising that moves one constant, and nothing else
    rise = base + 1.0 - lows[up, branch]
    _bound_below(tables[up], basics[up], rows, branch, rise)
    lows[up, branch] += rise
    _bound_above(tables[down], basics[down], rows, branch, base - lows[down, branch], columns + rows)
    counts[down] = rows + 1


@njit
def solve_whole(
    matrix: Any, right: Any, costs: Any, ints: int, grain: float, nodes: int, best: Any, prices: Any
) -> tuple[int, float, float]:
    """Least cost with the first `ints` variables whole: status, cost of `best`, and a bound that no choice undercuts.

    Variables that need not be whole must cost nothing and only share out the whole ones, so that rounding the whole ones up
    always serves: every node then offers a choice. `grain` is a number of which all costs are multiples (0: none known).
    After `nodes` nodes the best choice so far is taken; it is optimal where the cost equals the bound (to 1e-7 of it).
    """
    rows0, columns = matrix.shape
    room = rows0 + 1 + DEPTH
    tables = np.empty((DEPTH + 2, room, columns + 1))
    basics = np.empty((DEPTH + 2, room), dtype=np.int64)
    frees = np.empty((DEPTH + 2, columns + 1), dtype=np.int64)
    lows, parents = np.zeros((DEPTH + 2, ints)), np.zeros(DEPTH + 2)
    counts = np.zeros(DEPTH + 2, dtype=np.int64)
    values = np.empty(ints)
    fill_table(matrix, right, costs, tables[0], basics[0], frees[0])
    counts[0] = rows0
    top, seen, cost, given_up = 0, 0, np.inf, np.inf
    while top >= 0:
        here, top = top, top - 1
        if cost < np.inf and parents[here] >= cost - _margin(cost, grain):
            continue
        if seen >= nodes:
            given_up = min(given_up, parents[here])
            continue
        seen += 1
        status = dual_simplex(tables[here], basics[here], frees[here], counts[here])
        if seen == 1 and status != OPTIMAL:
            return status, np.inf, 0.0
        if seen == 1:
            read_prices(tables[here], frees[here], columns, prices)
        if status == STUCK:
            given_up = min(given_up, parents[here])
        if status != OPTIMAL:
            continue
        level = tables[here, 0, 0]
        read_values(tables[here], basics[here], counts[here], lows[here], ints, values)
        cost, branch = _offer(values, costs, cost, best)
        if branch < 0 or level >= cost - _margin(cost, grain):
            continue
        if here >= DEPTH:
            given_up = min(given_up, level)
            continue
        _branch(here, branch, values[branch], tables, basics, frees, lows, counts, columns)
        parents[here], parents[here + 1] = level, level
        top = here + 1
    return OPTIMAL, cost, min(cost, given_up)
