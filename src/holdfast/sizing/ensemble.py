"""The size over draws of everything uncertain that sizing reads: a distribution by area, task and capability.

Draw k is the case as it stands in future k of the stress test under the same seed, so sizes and futures are paired. Draws
are the relaxed level of fidelity: branch and bound stops after a few nodes, observation and the hypercube are read from
tables; what that costs is measured against the nominal run on some draws and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.core.progress import report
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.draws import TRACE, Draws
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.program import RELAXED_NODES, Forces, Program, solve_program

Array = NDArray[np.float64]
AREAS = ("country", "neighbour", "theatre")
CHECKED = 30
"""Draws whose cover is solved again to optimality, spread evenly, to say how far the relaxed ones are off."""
RERUN = 5
"""Of these, draws that also go through the whole nominal run, which shares no table and no limit with the draws."""
_MOST_THREADS = 2


@dataclass(frozen=True, kw_only=True)
class RelaxedError:
    """Relaxed people in country less the exact ones, as shares of the exact, over the draws solved both ways."""

    draws: int
    bias: float
    """Mean difference."""
    largest: float
    """Largest absolute difference."""
    elsewhere: float
    """Largest absolute difference between draws solved to optimality and the whole nominal run: tables of observation and
    of the hypercube."""
    cost_gap: float
    """Largest share by which the direct units of any draw of all may be dearer than the cheapest."""

    @property
    def text(self) -> str:
        """The same in words."""
        return (
            f"relaxed draws: people in country {self.bias:+.2%} off the exact on average, at most {self.largest:.1%} "
            f"({self.draws} draws solved both ways), tables at most {self.elsewhere:.1%}; direct units at most "
            f"{self.cost_gap:.1%} dearer than the cheapest"
        )


@dataclass(frozen=True, kw_only=True)
class SizeEnsemble:
    """Sizes over draws; the draw is the first axis of every array."""

    seed: int
    draws: int
    people: dict[str, Array]
    """People by area (country, neighbour, theatre), each of shape (n,)."""
    tasks: tuple[str, ...]
    task_people: Array
    """People in country for each task alone, shape (n, task)."""
    capabilities: tuple[str, ...]
    units: Array
    """Units in all, shape (n, capability)."""
    cost: Array
    """Yearly cost of all units and of contracted support, MUSD, shape (n,)."""
    inputs: dict[str, Array]
    """Drawn values of what sizing read, by dotted name, each of shape (n,)."""
    error: RelaxedError
    contracted: Array = field(default_factory=lambda: np.zeros(0))
    """People that contracted support stands for, beside the force, shape (n,)."""

    def percentiles(self, points: tuple[float, ...] = (10.0, 50.0, 90.0)) -> dict[str, tuple[float, ...]]:
        """Percentiles of people in country in all (`country`), by task alone and by area."""
        columns = {"country": self.people["country"]} | {
            task: self.task_people[:, number] for number, task in enumerate(self.tasks)
        }
        columns |= {area: self.people[area] for area in AREAS[1:]}
        return {
            name: tuple(float(value) for value in np.percentile(column, points)) for name, column in columns.items()
        }

    def unit_percentiles(self, points: tuple[float, ...] = (10.0, 50.0, 90.0)) -> dict[str, tuple[float, ...]]:
        """Percentiles of the units of each capability that any draw holds."""
        held = [number for number in range(len(self.capabilities)) if self.units[:, number].any()]
        found = np.percentile(self.units[:, held], points, axis=0) if held else np.zeros((len(points), 0))
        return {self.capabilities[number]: tuple(found[:, place].tolist()) for place, number in enumerate(held)}


def size_draws(
    inputs: SizingInputs, *, draws: int, seed: int, threads: int = _MOST_THREADS, checked: int = CHECKED
) -> SizeEnsemble:
    """Size the case in many draws of settlement, threat, behaviour, factors, catalogue ranges and trace of the line.

    Parameters
    ----------
    draws
        Number of draws, 1 or more.
    seed
        Of the draws; the stress settings' seed pairs them with the futures.
    threads
        Threads to use; the bits do not depend on it.
    checked
        Draws also solved exactly (0: none, and the error is then nan).

    Raises
    ------
    ValueRangeError
        When `draws` is not positive.
    InfeasibleError
        When a need has no capability that may serve it, or strength does not settle in some draw.
    """
    if draws < 1:
        raise ValueRangeError(f"draws is {draws}; expected 1 or more")
    if inputs.posture == "none":
        return _no_force(inputs, draws=draws, seed=seed)
    drawn = Draws(draws, seed=seed)
    desk = desk_of(inputs, drawn)
    tasks = tasks_of(inputs)
    report("size: needs of all draws", 0.0)
    program = program_of(desk, tasks, threads=threads)
    report("size: cover of all draws", 0.4)
    forces = solve_program(program, cases=draws, nodes=RELAXED_NODES, threads=threads)
    report("size: tasks alone", 0.6)
    alone = [_alone(program, forces, task, threads=threads) for task in tasks]
    if checked:
        report("size: exact draws to compare", 0.9)
    people = _areas(inputs, forces)
    return SizeEnsemble(
        seed=seed, draws=draws, people=people, tasks=tasks, task_people=np.stack(alone, axis=1),
        capabilities=forces.names, units=forces.total,
        cost=np.asarray(((forces.total + forces.contracted) * program.costs).sum(axis=1)),
        contracted=np.asarray((forces.contracted * program.rules.people).sum(axis=1)),
        inputs=dict(drawn.drawn), error=_error(inputs, drawn, program, forces, checked=checked),
    )  # fmt: skip


def _alone(program: Program, forces: Forces, task: str, *, threads: int) -> Array:
    """People in country for one task alone, bases as for the whole force."""
    keep = [[row.task == task for row in program.rows]]
    found = solve_program(
        program.masked(keep, bases=forces.bases), cases=forces.bases.size, nodes=RELAXED_NODES, threads=threads
    )
    return found.country


def _areas(inputs: SizingInputs, forces: Forces) -> dict[str, Array]:
    where = np.array([row.area for row in inputs.capabilities.values()])
    return {area: np.asarray(forces.people[:, where == area].sum(axis=1)) for area in AREAS}


def _error(inputs: SizingInputs, drawn: Draws, program: Program, forces: Forces, *, checked: int) -> RelaxedError:
    """Solve some draws to optimality, and a few by the whole nominal run, and compare."""
    gap = max(float(np.max(1.0 - forces.bound / np.maximum(forces.cost, 1e-9))), 0.0)
    picks = np.unique(np.linspace(0, drawn.count - 1, min(checked, drawn.count)).astype(np.int64))
    if not picks.size:
        nan = float("nan")
        return RelaxedError(draws=0, bias=nan, largest=nan, elsewhere=nan, cost_gap=gap)
    exact = solve_program(program.at(picks), cases=picks.size).country
    off = forces.country[picks] / np.maximum(exact, 1.0) - 1.0
    again = np.unique(np.linspace(0, picks.size - 1, min(RERUN, picks.size)).astype(np.int64))
    whole = np.array([_exact(inputs, drawn, int(picks[spot])) for spot in again])
    rest = float(np.abs(exact[again] / np.maximum(whole, 1.0) - 1.0).max())
    return RelaxedError(
        draws=picks.size, bias=float(off.mean()), largest=float(np.abs(off).max()), elsewhere=rest, cost_gap=gap
    )


def _exact(inputs: SizingInputs, drawn: Draws, draw: int) -> float:
    there = inputs_at(inputs, drawn, draw)
    return size_at(there, prepare(there)).in_country


def inputs_at(inputs: SizingInputs, drawn: Draws, draw: int) -> SizingInputs:
    """The inputs of one draw, everything drawn fixed at its value: what the nominal run would be given."""
    values = {name: float(column[draw]) for name, column in drawn.drawn.items()}
    changes: dict[str, Any] = {}
    for table in ("settlement", "threat", "behaviour"):
        holder = getattr(inputs, table)
        names = [name.partition(".")[2] for name in values if name.startswith(f"{table}.")]
        changes[table] = replace(holder, **{
            name: getattr(holder, name).fixed_at(values[f"{table}.{name}"]) for name in names
        })  # fmt: skip
    changes["factors"] = {
        key: replace(row, value=row.value.fixed_at(values[f"factors.{key}"])) if f"factors.{key}" in values else row
        for key, row in inputs.factors.items()
    }
    changes["capabilities"] = dict(inputs.capabilities)
    for name, value in values.items():
        if name.startswith("capabilities."):
            key, _, column = name.removeprefix("capabilities.").rpartition(".")
            row = changes["capabilities"][key]
            changes["capabilities"][key] = replace(row, **{column: value})
    if TRACE in values and inputs.line_km > 0:
        _stretch(inputs, values[TRACE], changes)
    return replace(inputs, **changes)


def _stretch(inputs: SizingInputs, length_km: float, changes: dict[str, Any]) -> None:
    """Scale the line and its sectors to the trace drawn, and see the places beyond its ends from there."""
    times = length_km / inputs.line_km
    number = int(np.argmin([abs(length - length_km) for length, _ in inputs.line_traces]))
    changes["line_km"] = inputs.line_km * times
    changes["line_traces"] = ((length_km, 1.0),)
    changes["bypass"] = tuple(
        replace(place, end=(place.end[number],), far_km=(place.far_km[number],)) for place in inputs.bypass
    )
    changes["sectors"] = tuple(
        replace(row, from_km=row.from_km * times, to_km=row.to_km * times) for row in inputs.sectors
    )


def _no_force(inputs: SizingInputs, *, draws: int, seed: int) -> SizeEnsemble:
    names = tuple(inputs.capabilities)
    return SizeEnsemble(
        seed=seed, draws=draws, people={area: np.zeros(draws) for area in AREAS}, tasks=(),
        task_people=np.zeros((draws, 0)), capabilities=names, units=np.zeros((draws, len(names))), cost=np.zeros(draws),
        inputs={}, error=RelaxedError(draws=0, bias=0.0, largest=0.0, elsewhere=0.0, cost_gap=0.0),
        contracted=np.zeros(draws),
    )  # fmt: skip
