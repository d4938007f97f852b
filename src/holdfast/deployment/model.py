"""The bound: a path-based time-expanded linear program over tonnes, days and ways, with shadow prices.

Variables: the share x[k,p,s] of group k that starts on day s along way p, the share y[k] not in place by the horizon,
and the daily supply S[l,t] that line l has to bring. Minimise people-weighted arrival days subject to every group
moving, every leg and place keeping to its tonnes a day, and supply following those in place (docs/stages/deployment.md,
D4 to D8). Start days are priced in: the program starts with those around the list schedule and takes further ones until no
start day outside it could improve it, so that its optimum is that of all days to the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import InfeasibleError
from holdfast.deployment.problem import Problem

_SLACK = 1e-6
ROUNDS = 4
"""Most programs solved for one bound."""
_GROWTH = 28  # days by which a window of start days grows at most in one round


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The optimum of the linear program."""

    mean_day: float
    """People-weighted mean arrival day: no plan over the same ways can do better."""
    arrivals: NDArray[np.float64]
    """Shape (group, day from `first_day`): people of each group that get in place on each day."""
    prices: NDArray[np.float64]
    """Shape (resource, day from `first_day`): people-days of earlier arrival for one more tonne on that day."""
    way_shares: NDArray[np.float64]
    """Shape (group, way): share of each group that goes along each of its ways."""
    rounds: int
    """How often the program was solved, start days being added in between."""


@dataclass(frozen=True)
class _Columns:
    """Columns of the program: group, way and start day of each."""

    group: NDArray[np.int64]
    way: NDArray[np.int64]
    start: NDArray[np.int64]
    arrival: NDArray[np.int64]


@dataclass(frozen=True)
class _Solution:
    objective: float
    shares: NDArray[np.float64]
    group_duals: NDArray[np.float64]
    prices: NDArray[np.float64]


def solve_bound(problem: Problem, *, last_starts: NDArray[np.int64], rounds: int = ROUNDS) -> Bound:
    """Solve the program of a problem whose moves are groups.

    Parameters
    ----------
    problem
        Moves as merged by `group_moves`.
    last_starts
        Shape (group,): last start day tried at first (the list schedule's). Widened until the optimum is that of all.
    rounds
        Most programs solved. If start days are still missing then, the bound is lowered by what they could save.

    Raises
    ------
    InfeasibleError
        When HiGHS does not finish.
    """
    if not problem.moves:
        empty = np.zeros((len(problem.capacity), problem.days))
        none = np.zeros((0, problem.days))
        return Bound(mean_day=0.0, arrivals=none, prices=empty, way_shares=np.zeros((0, 1)), rounds=0)
    windows = _first_windows(problem, last_starts)
    solved = 0
    while True:
        solved += 1
        columns = _columns(problem, windows)
        solution = _solve(problem, columns)
        wider = _priced_windows(problem, windows, solution.group_duals)
        if solved == rounds or all(np.array_equal(a, b) for a, b in zip(windows, wider, strict=True)):
            break
        windows = wider
    return Bound(
        mean_day=(solution.objective - _missing(problem, windows, solution.group_duals)) / problem.people,
        arrivals=_arrivals(problem, columns, solution.shares),
        prices=solution.prices,
        way_shares=_way_shares(problem, columns, solution.shares),
        rounds=solved,
    )


def _missing(problem: Problem, windows: list[NDArray[np.int64]], duals: NDArray[np.float64]) -> float:
    """People-days by which start days not offered could lower the optimum at most; 0 once none is missing.

    Lowering each group's dual to the cheapest start not offered makes the duals feasible for all start days, so what
    they then add up to is a bound (weak duality).
    """
    total = 0.0
    for move, window, dual in zip(problem.moves, windows, duals, strict=True):
        for way, last in zip(move.ways, window, strict=True):
            if last + 1 + way.days <= problem.horizon:
                dual = min(dual, move.people * float(last + 1 + way.days))  # noqa: PLW2901  # the lowest so far
        total += dual
    return max(float(duals.sum()) - total, 0.0)


def _first_windows(problem: Problem, last_starts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Last start day of each way of each group."""
    return [
        np.array(
            [min(max(int(last), move.first_start(way)), problem.horizon - way.days) for way in move.ways],
            dtype=np.int64,
        )
        for move, last in zip(problem.moves, last_starts, strict=True)
    ]


def _priced_windows(
    problem: Problem, windows: list[NDArray[np.int64]], duals: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Windows widened by every start day whose reduced cost could be negative.

    With prices of 0 or more, a start s on way p costs at least people × (s + days); it can pay only while that is
    below the group's dual. A window grows by some weeks a round, since the first duals overstate.
    """
    wider = []
    for move, window, dual in zip(problem.moves, windows, duals, strict=True):
        latest = int(np.ceil(dual / max(move.people, _SLACK) - _SLACK)) - 1
        limits = np.array([min(latest, problem.horizon) - way.days for way in move.ways], dtype=np.int64)
        wider.append(np.maximum(window, np.minimum(limits, window + _GROWTH)))
    return wider


def _columns(problem: Problem, windows: list[NDArray[np.int64]]) -> _Columns:
    parts: list[tuple[NDArray[np.int64], ...]] = []
    for k, (move, window) in enumerate(zip(problem.moves, windows, strict=True)):
        for p, way in enumerate(move.ways):
            starts = np.arange(move.first_start(way), int(window[p]) + 1)
            parts.append((np.full_like(starts, k), np.full_like(starts, p), starts, starts + way.days))
    stacked = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return _Columns(*stacked)


def _solve(problem: Problem, columns: _Columns) -> _Solution:
    """Assemble and solve; constraints in the order groups, supply balance (equalities), capacities (inequalities)."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack, vstack

    n, groups = len(columns.group), len(problem.moves)
    people = np.array([move.people for move in problem.moves])
    last = int(columns.arrival.max(initial=problem.first_day))  # no column at all: no way ends before the horizon
    span = last - problem.first_day + 1
    balance, supply_capacity = _supply(problem, columns, span=span)
    lines = len(problem.lines) * span
    cost = np.concatenate([people[columns.group] * columns.arrival, people * problem.horizon, np.zeros(lines)])
    ones = csc_array((np.ones(n), (columns.group, np.arange(n))), shape=(groups, n))
    stay = csc_array((np.ones(groups), (np.arange(groups), np.arange(groups))), shape=(groups, groups))
    moving = hstack([ones, stay, csc_array((groups, lines))])
    equal = vstack([moving, hstack([balance, csc_array((lines, groups)), _chain(problem, span)])]).tocsr()
    used = _usage(problem, columns, span=span)
    rows = _rows_that_can_bind(problem, columns, used, supply_capacity, span=span)
    capacity = hstack([used, csc_array((used.shape[0], groups)), supply_capacity]).tocsr()[rows]
    limit = np.repeat(problem.capacity, span)[rows]
    right = np.concatenate([np.ones(groups), np.zeros(lines)])
    scale = max(float(people.sum()), 1.0)
    found = linprog(cost / scale, A_ub=capacity, b_ub=limit, A_eq=equal, b_eq=right, bounds=(0, None), method="highs")
    if found.status != 0:
        raise InfeasibleError(f"deployment bound: HiGHS ended with status {found.status} ({found.message})")
    prices = np.zeros(len(problem.capacity) * span)
    prices[rows] = -found.ineqlin.marginals * scale
    full = np.zeros((len(problem.capacity), problem.days))
    full[:, :span] = prices.reshape(len(problem.capacity), span)
    return _Solution(
        objective=float(found.fun) * scale,
        shares=found.x[:n],
        group_duals=found.eqlin.marginals[:groups] * scale,
        prices=full,
    )


def _usage(problem: Problem, columns: _Columns, *, span: int) -> Any:
    """Sparse matrix (resource × day, column): tonnes that a column takes if chosen whole."""
    from scipy.sparse import csc_array

    rows, cols, values = [], [], []
    for k, move in enumerate(problem.moves):
        for p, way in enumerate(move.ways):
            chosen = np.flatnonzero((columns.group == k) & (columns.way == p))
            for resource, offset in zip(way.resources, way.offsets, strict=True):
                rows.append(resource * span + columns.start[chosen] + offset - problem.first_day)
                cols.append(chosen)
                values.append(np.full(len(chosen), move.tonnes))
    shape = (len(problem.capacity) * span, len(columns.group))
    if not rows:
        return csc_array(shape)
    return csc_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=shape)


def _supply(problem: Problem, columns: _Columns, *, span: int) -> tuple[Any, Any]:
    """Supply balance on the columns (−supply on the arrival day) and what each line's supply takes of the resources."""
    from scipy.sparse import csc_array

    line = np.array([move.line for move in problem.moves])[columns.group]
    supply = np.array([move.supply for move in problem.moves])[columns.group]
    fed = np.flatnonzero((line >= 0) & (supply > 0))
    day = columns.arrival[fed] - problem.first_day
    lines = len(problem.lines)
    balance = csc_array((-supply[fed], (line[fed] * span + day, fed)), shape=(lines * span, len(columns.group)))
    triples = [(r, number, share) for number, item in enumerate(problem.lines)
               for r, share in zip(item.resources, item.shares, strict=True)]  # fmt: skip
    days = np.arange(span)
    rows = [r * span + days for r, _, _ in triples]
    cols = [number * span + days for _, number, _ in triples]
    values = [np.full(span, share) for _, _, share in triples]
    shape = (len(problem.capacity) * span, lines * span)
    if not triples:
        return balance, csc_array(shape)
    return balance, csc_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=shape)


def _chain(problem: Problem, span: int) -> Any:
    """S[l,t] − S[l,t−1] for every line and day."""
    from scipy.sparse import csc_array, eye_array, kron

    if not problem.lines:
        return csc_array((0, 0))
    step = eye_array(span, format="csc") - eye_array(span, k=-1, format="csc")
    return csc_array(kron(eye_array(len(problem.lines)), step))


def _rows_that_can_bind(
    problem: Problem, columns: _Columns, used: Any, supply_capacity: Any, *, span: int
) -> NDArray[np.int64]:
    """Capacity rows that the whole of all groups and all supply at once could exceed; the others never bind."""
    from scipy.sparse import csr_array

    entries = used.tocoo()
    cell = entries.coords[0] * np.int64(len(problem.moves)) + columns.group[entries.coords[1]]
    cells, first = np.unique(cell, return_index=True)
    most = np.bincount(cells // len(problem.moves), weights=entries.data[first], minlength=used.shape[0])
    total = np.zeros(len(problem.lines))
    for move in problem.moves:
        if move.line >= 0:
            total[move.line] += move.supply
    if len(total):
        most = most + csr_array(supply_capacity) @ np.repeat(total, span)
    return np.flatnonzero(most > np.repeat(problem.capacity, span) * (1 - _SLACK))


def _arrivals(problem: Problem, columns: _Columns, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    people = np.array([move.people for move in problem.moves])
    arrivals = np.zeros((len(problem.moves), problem.days))
    np.add.at(arrivals, (columns.group, columns.arrival - problem.first_day), people[columns.group] * shares)
    return arrivals


def _way_shares(problem: Problem, columns: _Columns, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    most = max((len(move.ways) for move in problem.moves), default=1)
    result = np.zeros((len(problem.moves), max(most, 1)))
    np.add.at(result, (columns.group, columns.way), shares)
    return result
