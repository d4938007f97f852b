"""The list schedule: whole units in the enabling order, day by day, on what the network and their supply leave.

Each move keeps to one way, chosen beforehand. On each day the moves that are ready ship in order as much as every leg
and place on the way still carries, provided that what arrives can be supplied from then on. A unit counts as in place
with its last tonne. A feasible plan, not the best one: list schedules have Graham's anomalies (more capacity or an
earlier unit can delay the whole).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.deployment.kernels import ship
from holdfast.deployment.model import Bound
from holdfast.deployment.problem import Move, Problem, SupplyLine

TRIES = 250
"""Most schedules tried in the search for better ways."""
_VIRTUAL_TONNE = 1.0  # stands for a move by its own means, which takes no capacity, so that its supply has a rate


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A feasible plan."""

    ways: NDArray[np.int64]
    """Way taken, shape (move,)."""
    started: NDArray[np.float64]
    """Tonnes that start, shape (move, day from `first_day`); a move by its own means starts as 1."""
    arrival: NDArray[np.float64]
    """Day on which the last of a move is in place, shape (move,); nan where it is not by the horizon."""

    def last_start(self, first_day: int) -> NDArray[np.int64]:
        """Last day on which something of each move starts, shape (move,); `first_day` where nothing does."""
        columns = np.where(self.started > 0, np.arange(self.started.shape[1]), 0).max(axis=1, initial=0)
        found: NDArray[np.int64] = columns + first_day
        return found


def mean_arrival(problem: Problem, arrival: NDArray[np.float64]) -> float:
    """People-weighted mean arrival day; what is not in place counts at the horizon (D9)."""
    people = np.array([move.people for move in problem.moves])
    days = np.where(np.isnan(arrival), problem.horizon, arrival)
    return float(people @ days / people.sum()) if people.sum() > 0 else 0.0


def enabling_order(moves: tuple[Move, ...]) -> NDArray[np.int64]:
    """Moves by (rank, ready day, key)."""
    keys = [(move.rank, move.ready, move.key) for move in moves]
    return np.array(sorted(range(len(moves)), key=keys.__getitem__), dtype=np.int64)


def choose_ways(problem: Problem) -> NDArray[np.int64]:
    """A way for each move, in the order of readiness: the one on which it would be through first.

    Each leg and place is taken as a queue that works off tonnes at its capacity, already loaded with the moves before.
    """
    free = np.full(len(problem.capacity), -np.inf)
    chosen = np.zeros(len(problem.moves), dtype=np.int64)
    for number in sorted(
        range(len(problem.moves)), key=lambda i: (problem.moves[i].ready, problem.moves[i].rank, problem.moves[i].key)
    ):
        move = problem.moves[number]
        best: tuple[float, int, NDArray[np.int64], NDArray[np.float64]] | None = None
        for index, way in enumerate(move.ways):
            used = np.array(way.resources, dtype=np.int64)
            begins = move.first_start(way) + np.array(way.offsets, dtype=float)
            ends = np.maximum(free[used], begins) + move.tonnes / problem.capacity[used]
            late = float((ends - begins).max(initial=0.0))
            done = move.first_start(way) + way.days + late
            if best is None or done < best[0]:
                best = (done, index, used, ends)
        if best is not None:
            chosen[number] = best[1]
            free[best[2]] = best[3]
    return chosen


def ways_of_bound(problem: Problem, groups: Problem, bound: Bound, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ways that follow the bound: the packets of each group are dealt to its ways in the shares of the program.

    Moves that are in no group keep the way of `chosen`.
    """
    index = {move.key: number for number, move in enumerate(groups.moves)}
    dealt = np.zeros((len(groups.moves), max((len(move.ways) for move in groups.moves), default=1)))
    result = chosen.copy()
    for number in enabling_order(problem.moves):
        move = problem.moves[number]
        if move.group not in index or len(move.ways) < 2:
            continue
        group = index[move.group]
        shares = bound.way_shares[group, : len(move.ways)]
        total = dealt[group].sum() + max(move.people, 1e-9)
        way = int(np.argmax(shares * total - dealt[group, : len(move.ways)]))
        dealt[group, way] += max(move.people, 1e-9)
        result[number] = way
    return result


def improve_ways(problem: Problem, ways: NDArray[np.int64], *, tries: int = TRIES) -> NDArray[np.int64]:
    """Ways changed one move at a time, most delayed people first, as long as the mean arrival day falls.

    A plain local search: every change is judged by the whole list schedule, at most `tries` times.
    """
    best = ways.copy()
    arrival = list_schedule(problem, best).arrival
    mean = mean_arrival(problem, arrival)
    left = tries
    for number in _most_delayed(problem, arrival):
        for way in range(len(problem.moves[number].ways)):
            if left <= 0:
                return best
            if way == best[number]:
                continue
            left -= 1
            other = best.copy()
            other[number] = way
            found = mean_arrival(problem, list_schedule(problem, other).arrival)
            if found < mean - 1e-9:
                best, mean = other, found
    return best


def _most_delayed(problem: Problem, arrival: NDArray[np.float64]) -> list[int]:
    """Moves with a choice of ways, by people × days behind the quickest arrival there could be."""
    delays: dict[int, float] = {}
    for number, (move, day) in enumerate(zip(problem.moves, arrival, strict=True)):
        if len(move.ways) > 1:
            soonest = min(move.first_start(way) + way.days for way in move.ways)
            delays[number] = move.people * ((problem.horizon if np.isnan(day) else day) - soonest)
    return sorted(
        (number for number, delay in delays.items() if delay > 0), key=lambda number: (-delays[number], number)
    )


def list_schedule(problem: Problem, ways: NDArray[np.int64]) -> Schedule:
    """Run the list schedule of a problem with a way chosen for each move.

    A move that cannot be in place, or not be supplied, by the horizon stays behind (arrival nan).
    """
    taken = [move.ways[way] if move.ways else None for move, way in zip(problem.moves, ways, strict=True)]
    lines = [problem.lines[move.line] if move.line >= 0 else SupplyLine() for move in problem.moves]
    uses = [way.resources if way else () for way in taken]
    own = np.array([not use for use in uses], dtype=bool)
    tonnes = np.array([move.tonnes for move in problem.moves])
    far = problem.days + 1  # a move without any way never starts
    started, arrival = ship(
        enabling_order(problem.moves),
        np.where(own | (tonnes <= 0), _VIRTUAL_TONNE, tonnes),
        np.array([move.supply for move in problem.moves]),
        np.array(
            [
                far if way is None else move.first_start(way) - problem.first_day
                for move, way in zip(problem.moves, taken, strict=True)
            ],
            dtype=np.int64,
        ),
        np.array([way.days if way else 0 for way in taken], dtype=np.int64),
        _starts(uses),
        _joined(uses),
        _joined([way.offsets if way else () for way in taken]),
        _starts([line.resources for line in lines]),
        _joined([line.resources for line in lines]),
        np.array([share for line in lines for share in line.shares], dtype=float),
        problem.capacity,
        problem.days,
    )
    days = np.where(arrival < 0, np.nan, arrival + problem.first_day)
    return Schedule(ways=ways, started=started, arrival=days)


def _starts(items: list[tuple[int, ...]]) -> NDArray[np.int64]:
    """Where each item begins in the joined array, and the end."""
    return np.concatenate([[0], np.cumsum([len(item) for item in items])]).astype(np.int64)


def _joined(items: list[tuple[int, ...]]) -> NDArray[np.int64]:
    return np.array([number for item in items for number in item], dtype=np.int64)
