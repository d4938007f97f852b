"""The schedule of tours: the program of `model` written down, solved exactly or by rounding, and read back by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.memo import memoised
from holdfast.generation.blocks import Relaxation, Solved, solve_in_blocks
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.model import (
    BURDEN,
    EARLIER,
    Problem,
    Program,
    define_cap_constraint,
    define_caveat_constraints,
    define_churn_constraints,
    define_element_constraints,
    define_fill_constraints,
    define_objective,
    define_order_constraints,
    define_return_constraints,
    define_rotation_constraints,
    define_station_constraints,
    define_steadiness_constraints,
)
from holdfast.generation.rounding import Rotation, Worth, better_tours, round_tours
from holdfast.generation.supply import Source, Supply

Array = NDArray[np.float64]

EXACT_SIZE = 400
"""Cumulative counts up to which the program is solved exactly; larger ones are rounded from the relaxation."""
ROUNDS = 3
"""Times that the rounding is repeated at most with units used as they were found to be used best."""
EXACT_BLOCK = 200
"""Variables up to which an independent block of a large program is solved exactly after the rounding."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What the program decided. Months on the last axis; rows in the order of the supply given."""

    starts: Array
    """(source, month): units whose tour starts (none for elements, which do not rotate)."""
    station: Array
    """(source, month): units on station; elements from the month in which they are ready."""
    use: Array
    """(edge, month): units of the source used along the edge."""
    provided: Array
    """(line, month): units of the line filled, substitutes at their exchange rate."""
    shortfall: Array
    """(line, month): units missing, caveats counted."""
    gap: float
    """Relative gap between the program's value and its bound."""
    value: float
    bound: float

    def weighted(self, weights: Array) -> Array:
        """Weighted shortfall each month, people-equivalents."""
        return np.asarray(weights @ self.shortfall, dtype=float)


def schedule_force(inputs: GenerationInputs, supply: Supply, *, integer: bool = True) -> Schedule:
    """Choose the tours that leave the least weighted shortfall, then the earliest, then the least burden.

    Parameters
    ----------
    integer
        Whether tours are of whole units; otherwise the relaxation, whose value is a lower bound.

    Raises
    ------
    InfeasibleError
        When the solver finds no plan at all (it always can: no tours).
    """
    return solve_schedule(
        Problem(
            supply=supply,
            months=inputs.months,
            cap_in_country=inputs.cap_in_country,
            withdrawal_months=inputs.withdrawal_months,
            gap=inputs.gap,
            node_limit=inputs.node_limit,
            integer=integer,
        )
    )


@memoised
def solve_schedule(problem: Problem) -> Schedule:
    """The program written down family by family, and solved."""
    if not problem.supply.edges:
        nothing = np.zeros((len(problem.supply.sources), problem.months))
        return finish_schedule(problem.supply, starts=nothing, use=np.zeros((0, problem.months)), value=0.0, bound=0.0)
    program = Program(problem)
    define_order_constraints(program)
    define_rotation_constraints(program)
    define_return_constraints(program)
    define_station_constraints(program)
    define_element_constraints(program)
    define_fill_constraints(program)
    define_caveat_constraints(program)
    define_cap_constraint(program)
    define_steadiness_constraints(program)
    define_churn_constraints(program)
    define_objective(program)
    return read_schedule(program)


def solve_program(program: Program) -> Solved:
    """Exactly, block by block, where the program is small; else by the relaxation and rounding to whole tours (Eq. G14)."""
    if program.started is None or not program.integer or program.started.size <= EXACT_SIZE:
        problem = program.problem
        return solve_in_blocks(program.model, coupling="cap", gap=problem.gap, node_limit=problem.node_limit)
    relaxation = Relaxation(program.model, coupling="cap")
    counts = relaxation.solved.of(program.started)
    rotations = [_rotation(program, source) for source in program.pools]
    whole = round_tours(counts, rotations=rotations, worth=_worth(program, relaxation.solved))
    rough = relaxation.fixed(program.started, whole)
    for _ in range(ROUNDS):  # again, with the units used as they were found to be used best
        whole = better_tours(whole, rotations=rotations, worth=_worth(program, rough))
        found = relaxation.fixed(program.started, whole)
        if found.value >= rough.value:
            break
        rough = found
    return relaxation.sharpen(
        rough, columns=EXACT_BLOCK, gap=program.problem.gap, node_limit=program.problem.node_limit
    )


def _rotation(program: Program, source: Source) -> Rotation:
    return Rotation(
        units=source.units,
        first=program.first(source),
        tour=program.tour(source),
        cycle=program.cycle(source),
        repeats=program.repeats(source),
        periods=program.periods,
    )


def _worth(program: Program, solved: Solved) -> Worth:
    """The program's value by units on station, each pool's units shared among its edges as in a solution.

    What stands of each kind is a row of its own, short of more than there is: it counts only where it shrinks (Eq. G12).
    """
    edges = program.supply.edges
    use = np.maximum(solved.of(program.use), 0.0)
    rates = program.rates(list(enumerate(edges))).values
    share = _shares(program, use)
    pool = {source.id: row for row, source in enumerate(program.pools)}
    rows = [(line, task, units) for line in program.lines for task, units in [("", line.units), *line.by_task]]
    gain = np.zeros((len(pool), len(rows), program.periods))
    need = np.array([[units] * program.periods for _, _, units in rows], dtype=float)
    people = np.zeros((len(pool), program.periods))
    room = np.full(program.periods, float(program.problem.cap_in_country) or np.inf)
    for number, edge in enumerate(edges):
        filled = [r for r, (line, task, _) in enumerate(rows) if line.id == edge.line and task not in edge.refuses]
        if edge.source in pool:
            gain[pool[edge.source], filled] += share[number] * rates[number]
            people[pool[edge.source]] += share[number] * edge.people_in_country
        else:
            need[filled] -= rates[number] * use[number]
            room = room - edge.people_in_country * use[number]
    early = 1.0 + EARLIER * (program.periods - np.arange(program.periods)) / program.periods
    kinds = np.array([[source.capability == kind for kind in program.kinds] for source in program.pools], dtype=float)
    stock = sum(kinds[row] * source.units for row, source in enumerate(program.pools)) + 1.0
    begins = [r for r, (_, task, _) in enumerate(rows) if not task]
    more = len(program.kinds)
    weight = [line.weight for line in program.lines]
    return Worth(
        gain=np.concatenate([gain, np.repeat(kinds[:, :, None], program.periods, axis=2)], axis=1),
        need=np.concatenate([need, np.repeat(stock[:, None], program.periods, axis=1)]),
        begins=np.array([*begins, *range(len(rows), len(rows) + more)]),
        weight=np.array([*weight, *[0.0] * more]),
        months=program.step * early,
        withdrawal=np.array(
            [
                *[program.problem.withdrawal_months * value for value in weight],
                *[program.kind_weight(kind) for kind in program.kinds],
            ]
        ),
        settled=np.array(
            [
                *[program.settled(line) for line in program.lines],
                *[program.settled_kind(kind) for kind in program.kinds],
            ]
        ),
        burden=np.array([program.step * BURDEN * source.burden for source in program.pools]),
        people=people,
        room=room,
    )


def _shares(program: Program, use: Array) -> Array:
    """Share of each edge in its source's use by period; over all periods where idle; the best edge where never used."""
    share = np.zeros_like(use)
    weight = {line.id: line.weight for line in program.lines}
    for source in program.pools:
        mine = [number for number, edge in enumerate(program.supply.edges) if edge.source == source.id]
        total = use[mine].sum(axis=0)
        best = max(mine, key=lambda n: (weight[program.supply.edges[n].line] * program.supply.edges[n].rate, -n))
        usual = use[mine].sum(axis=1) / use[mine].sum() if use[mine].sum() > 1e-9 else np.array(mine) == best
        idle = total <= 1e-9
        share[mine] = np.where(idle, np.asarray(usual, dtype=float)[:, None], use[mine] / np.where(idle, 1.0, total))
    return share


def read_schedule(program: Program) -> Schedule:
    """Solve, and give the solution by month, whole where it was to be whole."""
    months, step = program.problem.months, program.step
    solved = solve_program(program)
    period = np.arange(months) // step
    use = np.maximum(solved.of(program.use), 0.0)[:, period]
    use[use < 1e-7] = 0.0  # solver dust
    starts = np.zeros((len(program.supply.sources), months))
    counts = solved.of(program.started) if program.started is not None else np.zeros((0, program.periods + 1))
    counts = np.round(counts) if program.integer else counts
    ready = {source.id: np.arange(months) >= source.ready_month for source in program.supply.sources}
    for row, source in enumerate(program.pools):
        number = program.supply.sources.index(source)
        for q, begun in enumerate(np.diff(counts[row])):
            if begun > 0:
                starts[number, max(q * step, source.ready_month)] += begun
    for number, edge in enumerate(program.supply.edges):
        use[number] *= ready[edge.source]
    return finish_schedule(program.supply, starts=starts, use=use, value=solved.value, bound=solved.bound)


def finish_schedule(supply: Supply, *, starts: Array, use: Array, value: float, bound: float) -> Schedule:
    """On station, provided and short by month, from the units used along each edge."""
    station = np.zeros((len(supply.sources), use.shape[1]))
    rows = {source.id: row for row, source in enumerate(supply.sources)}
    for number, edge in enumerate(supply.edges):
        station[rows[edge.source]] += use[number]
    provided, shortfall = balance(supply, use)
    gap = max(value - bound, 0.0) / value if value > 0 else 0.0
    return Schedule(
        starts=starts,
        station=station,
        use=use,
        provided=provided,
        shortfall=shortfall,
        gap=gap,
        value=value,
        bound=bound,
    )


def balance(supply: Supply, use: Array) -> tuple[Array, Array]:
    """Units provided and missing by line and month, from the units used along each edge."""
    months = use.shape[1]
    provided = np.zeros((len(supply.lines), months))
    shortfall = np.zeros_like(provided)
    for row, line in enumerate(supply.lines):
        mine = [(number, edge) for number, edge in enumerate(supply.edges) if edge.line == line.id]
        filled = sum((edge.rate * use[number] for number, edge in mine), start=np.zeros(months))
        missing = line.units - filled
        for task, units in line.by_task:
            willing = sum((edge.rate * use[n] for n, edge in mine if task not in edge.refuses), start=np.zeros(months))
            missing = np.maximum(missing, units - willing)
        provided[row] = filled
        shortfall[row] = np.where(missing > 1e-6, missing, 0.0)
    return provided, shortfall
