"""The stage `generate`: who supplies what in which month, and what is left to ask of the backstop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.arrays import Coordinates, collect, labelled
from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.generation.approvals import Participation, list_approvals, participation
from holdfast.generation.arrivals import list_units
from holdfast.generation.ask import Ask, make_ask
from holdfast.generation.figures import record_clocks, record_figures
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.reasons import Backing, list_shortfalls
from holdfast.generation.schedule import schedule_force
from holdfast.generation.steady import SteadyProgram
from holdfast.generation.supply import Edge, Supply, find_edges, supply_of
from holdfast.results.derivation import Worksheet
from holdfast.results.stages import Force

BACKINGS = ("europe_only", "with_backstop")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Solved:
    """The supply and backing of one column of the result."""

    supply: Supply
    backing: Backing


@memoised
def generate(inputs: GenerationInputs) -> Force:
    """Generate the force of one case, with and without the backstop, and the ask.

    The plan assumes a joint declaration (the greatest fixed point of the conditions); what deciding alone would cost is
    `pledge_together_gain`. `with_backstop` holds the elements that the case asks for and its owner grants.

    Raises
    ------
    InfeasibleError
        When a program has no solution, or a condition is turned false by someone joining.
    ValueRangeError
        When there are more backstop elements than the ask can value set by set.
    """
    edges = find_edges(inputs)
    program = SteadyProgram(inputs, edges=edges, in_full=False)
    offered = granted_elements(inputs)
    together = participation(inputs, offered=offered, together=True)
    alone = participation(inputs, offered=offered, together=False)
    europe = participation(inputs, offered=(), together=True)
    solved = []
    for number, (name, state) in enumerate(zip(BACKINGS, (europe, together), strict=True)):
        report(f"generating the force, {name.replace('_', ' ')}", number / 3)
        solved.append(_solve(inputs, program, state, edges=edges))
    report("valuing the backstop", 2 / 3)
    ask = make_ask(inputs, SteadyProgram(inputs, edges=edges, in_full=True)) if inputs.asked and inputs.demand else None
    gain = program.at(alone).shortfall - program.at(together).shortfall
    return _assemble(inputs, solved, alone=alone, together=together, ask=ask, gain=gain)


def granted_elements(inputs: GenerationInputs) -> frozenset[str]:
    """Elements that are part of the plan: asked for, granted, and promised to some degree."""
    if not (inputs.asked and inputs.granted and inputs.demand):
        return frozenset()
    return frozenset(element.id for element in inputs.elements if element.promised > 0)


def _solve(
    inputs: GenerationInputs, program: SteadyProgram, state: Participation, *, edges: tuple[Edge, ...]
) -> _Solved:
    supply = supply_of(inputs, state, edges=edges)
    backing = Backing(state=state, schedule=schedule_force(inputs, supply), steady=program.at(state), edges=edges)
    return _Solved(supply, backing)


def _assemble(
    inputs: GenerationInputs,
    solved: list[_Solved],
    *,
    alone: Participation,
    together: Participation,
    ask: Ask | None,
    gain: float,
) -> Force:
    europe, chosen = solved
    sheet = Worksheet()
    approvals = list_approvals(inputs, alone=alone, together=together, sheet=sheet)
    people = _people(inputs, solved)
    record_figures(
        inputs, sheet=sheet, backings={name: item.backing for name, item in zip(BACKINGS, solved, strict=True)},
        people=people, ask=ask, gain=gain,
    )  # fmt: skip
    units = list_units(inputs, chosen.supply, chosen.backing.schedule)
    record_clocks(inputs, sheet=sheet, units=units)
    weights = np.array([line.weight for line in inputs.demand])
    weighted = np.array([item.backing.schedule.weighted(weights) for item in solved])
    return Force(
        on_station=_by_pool(inputs, solved, "station", long_name="units on station"),
        starts=_by_pool(inputs, solved, "starts", long_name="units whose tour starts"),
        balance=_balance(inputs, solved),
        weighted_shortfall=_by_month(inputs, weighted, units="people-equivalent", long_name="weighted shortfall"),
        gap=max(item.backing.schedule.gap for item in solved),
        approvals=approvals,
        units=units,
        shortfalls_europe_only=list_shortfalls(inputs, europe.backing),
        shortfalls=list_shortfalls(inputs, chosen.backing),
        ask=ask.items if ask else (),
        ask_sourced_share=ask.sourced_share if ask else 0.0,
        people_on_station=_by_month(inputs, people, units="people", long_name="people in country"),
        pledge_together_gain=max(gain, 0.0),
        figures=sheet.figures,
    )


def _people(inputs: GenerationInputs, solved: list[_Solved]) -> Array:
    people = np.zeros((len(solved), inputs.months))
    for row, item in enumerate(solved):
        for number, edge in enumerate(item.supply.edges):
            people[row] += edge.people_in_country * item.backing.schedule.use[number]
    return people


def _by_month(inputs: GenerationInputs, values: Array, *, units: str, long_name: str) -> xr.DataArray:
    coords: Coordinates = {"backing": BACKINGS, "month": np.arange(inputs.months)}
    return labelled(values.reshape(2, inputs.months), ("backing", "month"), coords, units=units, long_name=long_name)


def _by_pool(inputs: GenerationInputs, solved: list[_Solved], what: str, *, long_name: str) -> xr.DataArray:
    pools = [offer.id for offer in inputs.offers]
    values = np.zeros((2, len(pools), inputs.months))
    for row, item in enumerate(solved):
        found = getattr(item.backing.schedule, what)
        for number, source in enumerate(item.supply.sources):
            if not source.is_element:
                values[row, pools.index(source.id)] = found[number]
    coords: Coordinates = {"backing": BACKINGS, "pool": pools, "month": np.arange(inputs.months)}
    return labelled(values, ("backing", "pool", "month"), coords, units="unit", long_name=long_name)


def _balance(inputs: GenerationInputs, solved: list[_Solved]) -> xr.Dataset:
    names = list(inputs.required)
    rows = {name: row for row, name in enumerate(names)}
    provided = np.zeros((2, len(names), inputs.months))
    shortfall = np.zeros_like(provided)
    for number, item in enumerate(solved):
        for row, line in enumerate(inputs.demand):
            provided[number, rows[line.capability]] += item.backing.schedule.provided[row]
            shortfall[number, rows[line.capability]] += item.backing.schedule.shortfall[row]
    needed = np.array([inputs.required[name] if inputs.demand else 0.0 for name in names])
    required = np.broadcast_to(needed[None, :, None], provided.shape).copy()
    coords: Coordinates = {"backing": BACKINGS, "capability": names, "month": np.arange(inputs.months)}
    dims = ("backing", "capability", "month")
    return collect(
        required=labelled(required, dims, coords, units="unit", long_name="units required"),
        provided=labelled(provided, dims, coords, units="unit", long_name="units provided"),
        shortfall=labelled(shortfall, dims, coords, units="unit", long_name="units missing"),
    )
