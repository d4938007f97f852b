"""The integer program of force generation: pools × rotation dates, areas, caveats, named shortfalls.

Tours start on rotation dates, every `step` months (the largest of 3, 2, 1 that divides every tour); a pool's first
tour starts as soon as it is ready and ends on a rotation date. The decision is the cumulative count X[p,q] of units of
pool p whose tour has started before period q; units on station and in the rotation cycle are differences of it, so every
rotation row has two or three terms. docs/stages/generation.md numbers the equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.errors import InfeasibleError
from holdfast.core.memo import memoised
from holdfast.core.solver import new_model
from holdfast.generation.blocks import Relaxation, Solved, solve_in_blocks
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.rounding import Rotation, Worth, round_tours
from holdfast.generation.supply import Edge, Source, Supply

if TYPE_CHECKING:
    from linopy import LinearExpression, Model, Variable

Array = NDArray[np.float64]

EARLIER = 1e-2
"""Second objective beside the first: the weight of the whole horizon's delay, in months of the shortfall itself."""
EXACT_SIZE = 400
"""Cumulative counts up to which the program is solved exactly; larger ones are rounded from the relaxation."""
EXACT_BLOCK = 200
"""Variables up to which an independent block of a large program is solved exactly after the rounding."""
BURDEN = 1e-4
"""Third objective: weight of one people-equivalent on station, in people-equivalents short."""


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


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Exactly what decides a schedule, so that cases that share it solve it once."""

    supply: Supply
    months: int
    cap_in_country: int
    withdrawal_months: float
    gap: float
    node_limit: int
    integer: bool


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
    define_objective(program)
    return read_schedule(program)


def rotation_step(sources: tuple[Source, ...]) -> int:
    """Months between rotation dates: the largest of 3, 2, 1 that divides every tour."""
    tours = [source.tour_months for source in sources if not source.is_element]
    return next(step for step in (3, 2, 1) if all(tour % step == 0 for tour in tours))


class Program:
    """The linopy model under construction with its labels and variables."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.supply, self.integer = problem, problem.supply, problem.integer
        supply = problem.supply
        self.step = rotation_step(supply.sources)
        self.periods = math.ceil(problem.months / self.step)
        self.pools = [source for source in supply.sources if not source.is_element]
        self.elements = [source for source in supply.sources if source.is_element]
        linked = {edge.line for edge in supply.edges}
        self.lines = [line for line in supply.lines if line.id in linked]
        self.model: Model = new_model()
        self.period = np.arange(self.periods)
        line = [line.id for line in self.lines]
        edge = np.arange(len(supply.edges))
        self.use: Variable = self.model.add_variables(
            lower=0, coords=[edge, self.period], dims=["edge", "period"], name="use"
        )
        self.short: Variable = self.model.add_variables(
            lower=0, coords=[line, self.period], dims=["line", "period"], name="shortfall"
        )
        self.drop: Variable = self.model.add_variables(
            lower=0, coords=[line, self.period[1:]], dims=["line", "period"], name="withdrawn"
        )
        self.started = self._add_started()

    def _add_started(self) -> Variable | None:
        if not self.pools:
            return None
        coords = {"pool": [source.id for source in self.pools], "step": np.arange(self.periods + 1)}
        upper = np.zeros((len(self.pools), self.periods + 1))
        for row, source in enumerate(self.pools):
            tours = math.ceil((self.periods - self.first(source)) / self.tour(source))
            upper[row, self.first(source) + 1 :] = tours * source.units
        bound = xr.DataArray(upper, coords=coords, dims=("pool", "step"))
        return self.model.add_variables(lower=0, upper=bound, integer=self.integer, name="started")

    def first(self, source: Source) -> int:
        """Period in which a source becomes ready."""
        return source.ready_month // self.step

    def tour(self, source: Source) -> int:
        """Length of a tour in periods."""
        return source.tour_months // self.step

    def cycle(self, source: Source) -> int:
        """Rotation cycle in periods, rounded up."""
        return math.ceil(source.cycle_months / self.step)

    def repeats(self, source: Source) -> int:
        """Periods after which a pool's schedule is repeated: whole tours covering its periods, at least a cycle."""
        tours = math.ceil((self.periods - self.first(source)) / self.tour(source))
        return max(self.cycle(source), tours * self.tour(source))

    def presence(self, source: Source) -> Array:
        """Share of each period in which the source is ready."""
        begin = self.step * np.arange(self.periods)
        return np.clip((begin + self.step - source.ready_month) / self.step, 0.0, 1.0)

    def count(self, rows: Any, steps: Any) -> LinearExpression:
        """Starts of pools `rows` before periods `steps`, pointwise, along the dimensions of the index arrays."""
        if self.started is None:
            raise InfeasibleError("force generation: no pool takes part, so no tour can be counted")
        found: LinearExpression = (1 * self.started.isel(pool=rows, step=steps)).drop_vars(["pool", "step"])
        return found

    def used_by_source(self) -> LinearExpression:
        """Units used, summed over the edges of each source."""
        labels = [edge.source for edge in self.supply.edges]
        group = xr.DataArray(labels, coords={"edge": np.arange(len(labels))}, dims="edge", name="source")
        return (1 * self.use).groupby(group).sum()

    def rates(self, edges: list[tuple[int, Edge]]) -> xr.DataArray:
        """Units of its line that a unit fills along each edge, by period (less while it is becoming ready)."""
        present = {source.id: self.presence(source) for source in self.supply.sources}
        values = np.array([edge.rate * present[edge.source] for _, edge in edges])
        coords = {"edge": [number for number, _ in edges], "period": self.period}
        return xr.DataArray(values, coords=coords, dims=("edge", "period"))


def define_order_constraints(program: Program) -> None:
    """Starts are never undone: X[p,q] ≤ X[p,q+1] (Eq. G4)."""
    if not program.pools:
        return
    rows, steps = _grid(program)
    program.model.add_constraints(program.count(rows, steps + 1) - program.count(rows, steps) >= 0, name="order")


def define_rotation_constraints(program: Program) -> None:
    """Units deployed or in dwell never exceed those that are free: X[p,q+1] - X[p,q+1-C] ≤ N (Eq. G5)."""
    windows = [
        (row, stop, max(stop - program.cycle(source), 0), source.units)
        for row, source in enumerate(program.pools)
        for stop in range(min(program.first(source) + program.cycle(source), program.periods), program.periods + 1)
    ]  # windows that begin before the pool is ready lie inside the first of these
    if not windows:
        return
    row, stop, start, units = (_along("window", column) for column in zip(*windows, strict=True))
    program.model.add_constraints(program.count(row, stop) - program.count(row, start) <= units, name="rotation")


def define_return_constraints(program: Program) -> None:
    """The schedule can be repeated for ever, so the force does not sprint and break at the horizon (Eq. G6).

    The pool's periods from its readiness on are repeated after whole tours, at least one cycle later; windows that span
    the end of one round and the beginning of the next obey the rotation too.
    """
    windows = [
        (row, stop - program.cycle(source), stop - program.repeats(source), source.units)
        for row, source in enumerate(program.pools)
        for stop in range(program.first(source) + program.repeats(source) + 1, program.periods + program.cycle(source))
        if stop - program.repeats(source) <= program.periods
    ]
    if not windows:
        return
    row, late, early, units = (_along("window", column) for column in zip(*windows, strict=True))
    last = program.count(row, xr.full_like(late, program.periods))
    program.model.add_constraints(last - program.count(row, late) + program.count(row, early) <= units, name="return")


def define_station_constraints(program: Program) -> None:
    """Every unit on station fills some line: Σ_e use[e,q] = X[p,q+1] - X[p,q+1-τ] (Eq. G7)."""
    if not program.pools:
        return
    rows, steps = _grid(program)
    tours = xr.DataArray([program.tour(source) for source in program.pools], coords={"source": rows.coords["source"]})
    before = (steps + 1 - tours).clip(min=0).astype(int)
    on_station = program.count(rows, steps + 1) - program.count(rows, before)
    used = program.used_by_source().sel(source=[source.id for source in program.pools])
    program.model.add_constraints(used - on_station == 0, name="station")


def define_element_constraints(program: Program) -> None:
    """A backstop element is used up to what is promised, from when it is ready (Eq. G8)."""
    if not program.elements:
        return
    ids = [source.id for source in program.elements]
    limit = np.array([source.units * (program.presence(source) > 0) for source in program.elements])
    bound = xr.DataArray(limit, coords={"source": ids, "period": program.period}, dims=("source", "period"))
    program.model.add_constraints(program.used_by_source().sel(source=ids) <= bound, name="element")


def define_fill_constraints(program: Program) -> None:
    """What is not provided is short: shortfall[l,q] ≥ D[l] - Σ_e rate[e,q] use[e,q] (Eq. G9)."""
    numbered = list(enumerate(program.supply.edges))
    group = xr.DataArray(
        [edge.line for _, edge in numbered], coords={"edge": np.arange(len(numbered))}, dims="edge", name="line"
    )
    ids = [line.id for line in program.lines]
    provided = (program.rates(numbered) * program.use).groupby(group).sum().sel(line=ids)
    demand = xr.DataArray([line.units for line in program.lines], coords={"line": ids}, dims="line")
    program.model.add_constraints(program.short + provided >= demand, name="fill")


def define_caveat_constraints(program: Program) -> None:
    """A task that some refuse is filled by the others: shortfall[l,q] ≥ d[l,k] - Σ_{e not refusing k} rate use (Eq. G10)."""
    for line in program.lines:
        mine = [(number, edge) for number, edge in enumerate(program.supply.edges) if edge.line == line.id]
        for task, units in line.by_task:
            willing = [(number, edge) for number, edge in mine if task not in edge.refuses]
            if len(willing) == len(mine):
                continue
            short = (1 * program.short.sel(line=line.id)).drop_vars("line")
            if willing:
                used = program.use.sel(edge=[number for number, _ in willing])
                short = short + (program.rates(willing) * used).sum("edge")
            program.model.add_constraints(short >= units, name=f"caveat {line.id} {task}")


def define_cap_constraint(program: Program) -> None:
    """People in the country stay under the cap, where there is one (Eq. G11)."""
    cap, edges = program.problem.cap_in_country, program.supply.edges
    if cap <= 0:
        return
    people = xr.DataArray([e.people_in_country for e in edges], coords={"edge": np.arange(len(edges))}, dims="edge")
    program.model.add_constraints((people * program.use).sum("edge") <= cap, name="cap")


def define_steadiness_constraints(program: Program) -> None:
    """A shortage that grows again is counted: withdrawn[l,q] ≥ shortfall[l,q] - shortfall[l,q-1] (Eq. G12)."""
    periods = program.period
    now = 1 * program.short.sel(period=periods[1:])
    before = (1 * program.short.sel(period=periods[:-1])).assign_coords(period=periods[1:])
    program.model.add_constraints(program.drop - now + before >= 0, name="steady")


def define_objective(program: Program) -> None:
    """Weighted shortfall first, then time, then burden, each a small part of the one before (Eq. G13)."""
    count, edges = program.periods, program.supply.edges
    weight = xr.DataArray(
        [line.weight for line in program.lines], coords={"line": [line.id for line in program.lines]}, dims="line"
    )
    early = 1.0 + EARLIER * (count - np.arange(count)) / count
    months = xr.DataArray(program.step * early, coords={"period": program.period}, dims="period")
    burdens = {source.id: program.step * BURDEN * source.burden for source in program.supply.sources}
    burden = xr.DataArray([burdens[edge.source] for edge in edges], coords={"edge": np.arange(len(edges))}, dims="edge")
    shortage = (weight * months * program.short).sum()
    withdrawn = (program.problem.withdrawal_months * weight * program.drop).sum()
    program.model.add_objective(shortage + withdrawn + (burden * program.use).sum())


def solve_program(program: Program) -> Solved:
    """Exactly, block by block, where the program is small; else by the relaxation and rounding to whole tours (Eq. G14)."""
    if program.started is None or not program.integer or program.started.size <= EXACT_SIZE:
        problem = program.problem
        return solve_in_blocks(program.model, coupling="cap", gap=problem.gap, node_limit=problem.node_limit)
    relaxation = Relaxation(program.model, coupling="cap")
    counts = relaxation.solved.of(program.started)
    whole = round_tours(
        counts, rotations=[_rotation(program, s) for s in program.pools], worth=_worth(program, relaxation)
    )
    rough = relaxation.fixed(program.started, whole)
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


def _worth(program: Program, relaxation: Relaxation) -> Worth:
    """The program's value by units on station, each pool's units shared among its edges as in the relaxation."""
    edges = program.supply.edges
    use = np.maximum(relaxation.solved.of(program.use), 0.0)
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
    return Worth(
        gain=gain,
        need=need,
        begins=np.array([r for r, (_, task, _) in enumerate(rows) if not task]),
        weight=np.array([line.weight for line in program.lines]),
        months=program.step * early,
        withdrawal=program.problem.withdrawal_months,
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


def _along(dim: str, values: tuple[Any, ...]) -> xr.DataArray:
    return xr.DataArray(np.array(values), dims=dim, coords={dim: np.arange(len(values))})


def _grid(program: Program) -> tuple[xr.DataArray, xr.DataArray]:
    """Pool rows and periods as index arrays over (source, period)."""
    ids = [source.id for source in program.pools]
    rows, steps = np.meshgrid(np.arange(len(ids)), np.arange(program.periods), indexing="ij")
    coords = {"source": ids, "period": program.period}
    return (
        xr.DataArray(rows, coords=coords, dims=("source", "period")),
        xr.DataArray(steps, coords=coords, dims=("source", "period")),
    )
