"""Stage deploy: when the force is in place, what limits the movement, and how sure that is."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.arrays import check, collect, labelled
from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.deployment.assembly import Movement, Packet, assemble, build_problem
from holdfast.deployment.bindings import find_bindings
from holdfast.deployment.closure import ClosureRange, capability_days, counted, day_of_share, draw_closure, percentile
from holdfast.deployment.figures import Findings, write_figures
from holdfast.deployment.inputs import DeploymentInputs
from holdfast.deployment.model import Bound, solve_bound
from holdfast.deployment.problem import Problem, group_moves
from holdfast.deployment.schedule import Schedule, choose_ways, improve_ways, list_schedule, mean_arrival, ways_of_bound
from holdfast.results.stages import Arrival, Deployment

_SHORTEST_AXIS = 30  # days shown at least, so that a curve of an empty force is still a curve
_AFTER_FULL = 60  # days shown after full capability; who comes later is in the arrivals


@dataclass(frozen=True, kw_only=True)
class _Case:
    """The nominal movement, planned and bounded."""

    movement: Movement
    problem: Problem
    schedule: Schedule
    groups: Problem
    bound: Bound
    competing: NDArray[np.bool_]
    """Packets that compete for the network: shape (packet,)."""

    @property
    def arrival(self) -> NDArray[np.float64]:
        """Arrival day of each packet in the plan; nan where it is not in place by the horizon."""
        return self.schedule.arrival


@memoised
def deploy(inputs: DeploymentInputs) -> Deployment:
    """Deploy the force of one case over the movement network.

    Returns
    -------
    Deployment
        Arrivals and closure by day after D, what binds, initial and full capability and their range, with figures.

    Raises
    ------
    InfeasibleError
        When no route joins a unit's depot and its destination.
    """
    report("deploy: routes", 0.0)
    movement = assemble(inputs)
    report("deploy: plan and bound", 0.2)
    case = _plan_and_bound(movement, inputs)
    drawn = draw_closure(movement, inputs, ways=case.schedule.ways)
    bindings = find_bindings(movement.network, case.bound.prices)
    days = capability_days(movement.packets, case.arrival, inputs)
    found = replace(_findings(case, inputs), bindings=bindings, initial=days.initial, full=days.full, drawn=drawn)
    figures = write_figures(found, inputs)
    return Deployment(
        arrivals=_arrivals(case),
        closure=_closure(case, full=days.full),
        bindings=bindings,
        initial_capability_day=days.initial,
        full_capability_day=days.full,
        gap_share=float(np.asarray(figures["deploy.gap"].value)),
        closure_range={f"p{round(100 * share)}": percentile(drawn.full, share) for share in (0.1, 0.5, 0.9)},
        figures=figures,
    )


def _plan_and_bound(movement: Movement, inputs: DeploymentInputs) -> _Case:
    """Schedule by queues, bound it, schedule again along the ways of the bound, and improve the better plan."""
    problem = build_problem(movement, inputs)
    ways = choose_ways(problem)
    schedule = list_schedule(problem, ways)
    competing = np.array([move.tonnes > 0 or move.line >= 0 for move in problem.moves], dtype=bool)
    rivals = tuple(move for move, competes in zip(problem.moves, competing, strict=True) if competes)
    groups = replace(problem, moves=group_moves(rivals))
    bound = solve_bound(groups, last_starts=_last_starts(problem, schedule, groups))
    other = list_schedule(problem, ways_of_bound(problem, groups, bound, ways))
    better = min((schedule, other), key=lambda plan: mean_arrival(problem, plan.arrival))
    schedule = list_schedule(problem, improve_ways(problem, better.ways))
    return _Case(movement=movement, problem=problem, schedule=schedule, groups=groups, bound=bound, competing=competing)


def _last_starts(problem: Problem, schedule: Schedule, groups: Problem) -> NDArray[np.int64]:
    """Last day on which the list schedule starts something of each group: the days that the bound tries first."""
    latest = {move.key: move.ready for move in groups.moves}
    for move, last in zip(problem.moves, schedule.last_start(problem.first_day), strict=True):
        if move.group in latest:
            latest[move.group] = max(latest[move.group], int(last))
    return np.array(list(latest.values()), dtype=np.int64)


def _findings(case: _Case, inputs: DeploymentInputs) -> Findings:
    """Sums and means of the case; bindings, capability days and draws are put in by the caller."""
    packets, problem = case.movement.packets, case.problem
    people = np.array([packet.people for packet in packets])
    ready = np.array([packet.unit.ready_day for packet in packets])
    chosen = counted(packets)
    inside = np.array([packet.unit.area == "country" for packet in packets], dtype=bool)
    moved = np.array([move.tonnes > 0 for move in problem.moves], dtype=bool)
    rivals = replace(problem, moves=tuple(itertools.compress(problem.moves, case.competing)))
    share = inputs.settings.foc_share.nominal
    return Findings(
        people_network=float(people[moved].sum()),
        tonnes_network=float(sum(move.tonnes for move in problem.moves)),
        people_counted=float(people[chosen].sum()),
        people_outside=float(people[~inside].sum()),
        supply_t_day=float(sum(move.supply for move in problem.moves if move.line >= 0)),
        mean_plan=mean_arrival(rivals, case.arrival[case.competing]),
        mean_people_first=mean_arrival(rivals, _people_first(case)[case.competing]),
        mean_bound=case.bound.mean_day,
        bindings=(),
        initial=math.nan,
        full=math.nan,
        ready_full=day_of_share(people[chosen], ready[chosen], share=share) if chosen.any() else math.nan,
        behind=float(people[np.isnan(case.arrival)].sum()) if len(packets) else 0.0,
        drawn=ClosureRange(initial=np.zeros(0), full=np.zeros(0)),
    )


def _people_first(case: _Case) -> NDArray[np.float64]:
    """Arrival days on the plan's routes if who brings most people a tonne went first."""
    ranked = tuple(replace(move, rank=-move.people / max(move.tonnes, 1.0)) for move in case.problem.moves)
    return list_schedule(replace(case.problem, moves=ranked), case.schedule.ways).arrival


def _arrivals(case: _Case) -> tuple[Arrival, ...]:
    """One arrival a packet, in the order of arrival; nan for those not in place by the horizon."""
    found = [
        Arrival(
            unit=packet.unit.unit,
            nation=packet.unit.nation,
            capability=packet.unit.capability,
            personnel=packet.people,
            ready_day=packet.unit.ready_day,
            arrival_day=float(day),
            destination=packet.unit.destination,
            route=_route_names(case, packet),
            units=packet.units,
        )
        for packet, day in zip(case.movement.packets, case.arrival, strict=True)
    ]
    return tuple(sorted(found, key=lambda item: (math.isnan(item.arrival_day), item.arrival_day, item.unit)))


def _route_names(case: _Case, packet: Packet) -> tuple[str, ...]:
    """Places passed, by id."""
    unit = packet.unit
    if math.isnan(case.arrival[packet.number]):
        return ()
    way = case.problem.moves[packet.number].ways[case.schedule.ways[packet.number]]
    if way.route < 0:
        return (unit.depot,) if unit.depot == unit.destination else (unit.depot, unit.destination)
    nodes = case.movement.routes[unit.depot, unit.destination, unit.light][way.route].nodes
    return tuple(case.movement.network.places[node].id for node in nodes)


def _closure(case: _Case, *, full: float) -> xr.Dataset:
    """People who count by day: ready, in place by the bound, in place by the plan; and the plan's people elsewhere.

    The curve ends some weeks after full capability, or with the last arrival where that is not reached.
    """
    packets = case.movement.packets
    people = np.array([packet.people for packet in packets])
    chosen = counted(packets)
    arrival = case.arrival
    ready = np.array([packet.unit.ready_day for packet in packets], dtype=float)
    known = [day for day in (*arrival, *ready) if not math.isnan(day)]
    last = min(max([_SHORTEST_AXIS, *(math.ceil(day) for day in known)]), case.problem.horizon)
    if not math.isnan(full):
        last = max(min(last, math.ceil(full) + _AFTER_FULL), _SHORTEST_AXIS)
    days = np.arange(last + 1)
    outside = np.array([packet.unit.area != "country" for packet in packets], dtype=bool) & ~chosen
    curves = {
        "people_plan": (_by_day(people[chosen], arrival[chosen], days), "people in place, list schedule"),
        "people_bound": (_bound_by_day(case, chosen, days), "people in place, linear program of least mean arrival"),
        "people_ready": (_by_day(people[chosen], ready[chosen], days), "people ready to move"),
        "people_outside": (_by_day(people[outside], arrival[outside], days), "people in place outside the country"),
    }
    arrays = {
        name: check(
            labelled(values, ("day",), {"day": days}, units="people", long_name=text),
            dims=("day",), coords={"day": days}, units="people", what=name,
        )
        for name, (values, text) in curves.items()
    }  # fmt: skip
    return collect(**arrays)


def _by_day(people: NDArray[np.float64], day: NDArray[np.float64], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """People whose day has come, for each day; a day that is nan never comes."""
    there: NDArray[np.float64] = (people[:, None] * (day[:, None] <= days[None, :])).sum(axis=0)
    return there.astype(float)


def _bound_by_day(case: _Case, chosen: NDArray[np.bool_], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """People of the bound's solution who count, for each day; those who do not compete arrive as in the plan."""
    counts = {move.group: bool(use) for move, use in zip(case.problem.moves, chosen, strict=True)}
    wanted = np.array([counts[move.key] for move in case.groups.moves], dtype=bool)
    grown = np.cumsum(case.bound.arrivals[wanted].sum(axis=0))
    columns = np.minimum(days - case.groups.first_day, len(grown) - 1)
    people = np.array([packet.people for packet in case.movement.packets])
    alone = chosen & ~case.competing
    return grown[columns] + _by_day(people[alone], case.arrival[alone], days)
