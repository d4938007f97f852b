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
from holdfast.core.solver import new_model
from holdfast.generation.inputs import DemandLine
from holdfast.generation.supply import Edge, Source, Supply

if TYPE_CHECKING:
    from linopy import LinearExpression, Model, Variable

Array = NDArray[np.float64]

EARLIER = 0.1
"""Second objective beside the first: how much more a month short weighs at D than at the horizon.

A tour moved from the end to the beginning gains a tenth of its months, less than any tour more: shortfall goes first."""
SETTLED_MONTHS = 12
"""Months after which every line counts as settled, even where a pool is ready later still."""
CHURN = 0.5
"""Months of its own weight that a unit counts which leaves and is not relieved by one of its kind, others filling in."""
BURDEN = 1e-4
"""Third objective: weight of one people-equivalent on station, in people-equivalents short."""


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
        self.again: Variable = self.model.add_variables(
            lower=0, coords=[line], dims=["line"], name="withdrawn at return"
        )
        self.kinds = sorted({source.capability for source in self.pools})
        self.churn: Variable = self.model.add_variables(
            lower=0, coords=[self.kinds, self.period], dims=["kind", "period"], name="replaced by others"
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

    def settled(self, line: DemandLine) -> int:
        """First period in which all that fills a line is ready: with it the last is compared, since the rounds repeat."""
        ready = {source.id: self.first(source) for source in self.supply.sources}
        begins = [ready[edge.source] for edge in self.supply.edges if edge.line == line.id]
        return min(max(begins, default=0) + 1, SETTLED_MONTHS // self.step, self.periods - 1)

    def settled_kind(self, kind: str) -> int:
        """The same for what stands of one capability."""
        begins = [self.first(source) for source in self.pools if source.capability == kind]
        return min(max(begins, default=0) + 1, SETTLED_MONTHS // self.step, self.periods - 1)

    def kind_weight(self, kind: str) -> float:
        """What a unit of a capability that leaves counts: its people, or what a missing one weighs where that is less."""
        people = next(source.personnel for source in self.pools if source.capability == kind)
        weights = [line.weight for line in self.lines if line.capability == kind]
        return CHURN * min([people, *weights])

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
    """A shortage that grows again is counted: withdrawn[l,q] ≥ shortfall[l,q] - shortfall[l,q-1] (Eq. G12).

    So is one that grows when the schedule is repeated: what stands at the horizon must be there in the first round as well,
    or a plan that fills up slowly would look steady.
    """
    periods = program.period
    now = 1 * program.short.sel(period=periods[1:])
    before = (1 * program.short.sel(period=periods[:-1])).assign_coords(period=periods[1:])
    program.model.add_constraints(program.drop - now + before >= 0, name="steady")
    ids = [line.id for line in program.lines]
    begins = xr.DataArray([program.settled(line) for line in program.lines], coords={"line": ids}, dims="line")
    first = (1 * program.short.sel(period=begins)).drop_vars("period")
    last = (1 * program.short.isel(period=-1)).drop_vars("period")
    program.model.add_constraints(program.again - first + last >= 0, name="steady at return")


def define_churn_constraints(program: Program) -> None:
    """A kind of unit that leaves is counted even where others fill in: churn[k,q] ≥ station[k,q-1] - station[k,q] (Eq. G12).

    Period 0 holds the growth from the first settled period to the last one, since the schedule is repeated.
    """
    if not program.pools:
        return
    ids, periods = [source.id for source in program.pools], program.period
    group = xr.DataArray([s.capability for s in program.pools], coords={"source": ids}, dims="source", name="kind")
    station = program.used_by_source().sel(source=ids).groupby(group).sum().sel(kind=program.kinds)
    now, before = station.sel(period=periods[1:]), station.sel(period=periods[:-1]).assign_coords(period=periods[1:])
    program.model.add_constraints(program.churn.sel(period=periods[1:]) - before + now >= 0, name="churn")
    begins = xr.DataArray(
        [program.settled_kind(kind) for kind in program.kinds], coords={"kind": program.kinds}, dims="kind"
    )
    first = station.sel(period=begins).drop_vars("period")
    last = station.isel(period=-1).drop_vars("period")
    wrapped = (1 * program.churn.isel(period=0)).drop_vars("period")
    program.model.add_constraints(wrapped - last + first >= 0, name="churn at return")


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
    kappa = program.problem.withdrawal_months
    withdrawn = (kappa * weight * program.drop).sum() + (kappa * weight * program.again).sum()
    kinds = xr.DataArray([program.kind_weight(k) for k in program.kinds], coords={"kind": program.kinds}, dims="kind")
    churn = (kinds * program.churn).sum()
    program.model.add_objective(shortage + withdrawn + churn + (burden * program.use).sum())


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
