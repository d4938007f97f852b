"""Closure: people in place by day, initial and full capability, and their range over what may go wrong on the way.

Initial and full capability are computed here and nowhere else, against the option's own force (MODEL.md 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.progress import report
from holdfast.core.streams import uniform
from holdfast.deployment.assembly import Movement, Packet, build_problem
from holdfast.deployment.inputs import DeploymentInputs, MovingUnit
from holdfast.deployment.network import MODES, Conditions
from holdfast.deployment.schedule import list_schedule


@dataclass(frozen=True, kw_only=True)
class CapabilityDays:
    """Days of initial and full capability; nan where the horizon does not see them."""

    initial: float
    full: float


def counted(packets: tuple[Packet, ...]) -> NDArray[np.bool_]:
    """Packets whose people count for capability: those in the country, or all where the option puts none there."""
    inside = np.array([packet.unit.area == "country" for packet in packets], dtype=bool)
    return inside if inside.any() else np.ones(len(packets), dtype=bool)


def capability_days(
    packets: tuple[Packet, ...], arrival: NDArray[np.float64], inputs: DeploymentInputs
) -> CapabilityDays:
    """Initial and full capability of a plan (D10, D11 of docs/stages/deployment.md).

    Parameters
    ----------
    arrival
        Day each packet is in place, shape (packet,); nan where it is not by the horizon.
    """
    if not packets:
        return CapabilityDays(initial=math.nan, full=math.nan)
    people = np.array([packet.people for packet in packets])
    chosen = counted(packets)
    share = inputs.settings.ioc_share.nominal
    parts = [day_of_share(people[chosen], arrival[chosen], share=share)]
    for role in ("command", "reaction"):
        of_role = np.array([getattr(packet.unit, role) for packet in packets], dtype=bool) & chosen
        if of_role.any():
            parts.append(_first(arrival[of_role]))
    initial = math.nan if any(math.isnan(part) for part in parts) else max(parts)
    full = day_of_share(people[chosen], arrival[chosen], share=inputs.settings.foc_share.nominal)
    return CapabilityDays(initial=initial, full=max(full, initial) if not math.isnan(initial + full) else full)


def day_of_share(people: NDArray[np.float64], arrival: NDArray[np.float64], *, share: float) -> float:
    """First day on which at least `share` of the people are in place; nan when that is never."""
    there = np.flatnonzero(~np.isnan(arrival))
    order = there[np.argsort(arrival[there], kind="stable")]
    total = np.cumsum(people[order])
    reached = np.flatnonzero(total >= share * people.sum() - 1e-6)
    return float(arrival[order[reached[0]]]) if len(reached) else math.nan


def _first(arrival: NDArray[np.float64]) -> float:
    known = arrival[~np.isnan(arrival)]
    return float(known.min()) if len(known) else math.nan


def arrival_days(
    movement: Movement, inputs: DeploymentInputs, *, ways: NDArray[np.int64], draw: int
) -> NDArray[np.float64]:
    """Arrival day of each packet in one draw of notice, approvals, borders, capacity and weather; nan if not in place.

    Packets keep to the ways of the plan: what is drawn was not known when the trains were ordered.
    """
    settings = inputs.settings
    conditions = Conditions(
        speed=tuple(
            weather.quantile(uniform(inputs.seed, draw, "deployment.weather", mode))
            for mode, weather in zip(MODES, settings.weather, strict=True)
        ),
        wait=tuple(
            settings.border_wait.quantile(uniform(inputs.seed, draw, "deployment.border", place.id))
            for place in inputs.places
        ),
        capacity=settings.capacity.quantile(uniform(inputs.seed, draw, "deployment.capacity")),
    )
    problem = build_problem(
        movement, inputs, conditions=conditions, delay=lambda unit: _delay(unit, inputs.seed, draw), kept=ways
    )
    return list_schedule(problem, np.zeros(len(ways), dtype=np.int64)).arrival


def _delay(unit: MovingUnit, seed: int, draw: int) -> float:
    """Days by which a unit is ready later than planned: its pool's notice and its nation's approvals, each as drawn."""
    late = 0.0
    if unit.notice is not None:
        late += unit.notice.quantile(uniform(seed, draw, "deployment.notice", unit.pool)) - unit.notice.nominal
    for number, days in enumerate(unit.approvals):
        late += days.quantile(uniform(seed, draw, "deployment.approval", unit.nation, number)) - days.nominal
    return late


@dataclass(frozen=True, kw_only=True)
class ClosureRange:
    """Initial and full capability in each draw, shape (draw,); nan where not reached by the horizon."""

    initial: NDArray[np.float64]
    full: NDArray[np.float64]


def draw_closure(movement: Movement, inputs: DeploymentInputs, *, ways: NDArray[np.int64]) -> ClosureRange:
    """Run the list schedule once for each draw; no draws for a force that does not move."""
    initial: list[float] = []
    full: list[float] = []
    for draw in range(inputs.settings.draws if movement.packets else 0):
        days = capability_days(movement.packets, arrival_days(movement, inputs, ways=ways, draw=draw), inputs)
        initial.append(days.initial)
        full.append(days.full)
        report("deploy: range of closure", (draw + 1) / inputs.settings.draws)
    return ClosureRange(initial=np.array(initial), full=np.array(full))


def percentile(days: NDArray[np.float64], share: float) -> float:
    """Percentile of days in which "never" counts as later than any; nan where it falls on one that never is."""
    if not len(days):
        return math.nan
    ordered = np.sort(np.where(np.isnan(days), np.inf, days))
    value = float(ordered[min(math.ceil(share * len(ordered)) - 1, len(ordered) - 1)])
    return value if math.isfinite(value) else math.nan
