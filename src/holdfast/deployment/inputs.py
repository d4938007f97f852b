"""What stage deploy needs, taken from the scenario, the force and the laydown: who moves from where to where, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass

from holdfast.core.names import unknown_name
from holdfast.deployment.destinations import Destination, assign_destinations
from holdfast.results.stages import Force, ForceUnit, Laydown
from holdfast.scenario.types import Capability, Leg, Place, Scenario
from holdfast.scenario.values import Quantity

DAYS_A_MONTH = 30
"""Month m spans days 30 m to 30 (m + 1) after D, everywhere in Holdfast."""
_LEAST = 1e-6  # units; less is rounding, not a unit
REACTION_TASKS = frozenset(("respond", "hold"))
"""Tasks that make a unit one that can react, for initial capability."""


@dataclass(frozen=True, kw_only=True)
class MovingUnit:
    """Units of one capability that become ready together and go to one place."""

    unit: str
    """Id of the force's unit they belong to."""
    nation: str
    capability: str
    area: str
    units: float
    personnel: float
    tonnes_each: float
    supply_t_day: float
    depot: str
    destination: str
    last_mile_km: float
    """From the destination's place to the site itself."""
    ready_day: float
    means: str
    """`network`, `air` and `sea` (by own means), or `stay` (already where it is needed)."""
    light: bool
    rank: float
    command: bool
    reaction: bool
    pool: str
    notice: Quantity | None
    """Notice to move, days, as the pool states it."""
    approvals: tuple[Quantity, ...]
    """Days of decision and vote of its nation."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Planning factors of the stage (`factors/deployment.toml`)."""

    ioc_share: Quantity
    foc_share: Quantity
    routes: int
    detours: int
    draws: int
    packet_t: float
    last_mile_km_day: float
    ferry_km_day: float
    bed_down_days: float
    sail_days: float
    supply_routes: int
    border_wait: Quantity
    capacity: Quantity
    weather: tuple[Quantity, ...]
    """Speed as a share of nominal by mode, in the order of `network.MODES`."""


@dataclass(frozen=True, kw_only=True)
class DeploymentInputs:
    """All that stage `deploy` needs."""

    posture: str
    host: str
    moving: tuple[MovingUnit, ...]
    places: tuple[Place, ...]
    legs: tuple[Leg, ...]
    settings: Settings
    horizon_days: int
    seed: int


def gather_deployment(scenario: Scenario, force: Force, laydown: Laydown) -> DeploymentInputs:
    """Take from a resolved scenario, its force and its laydown what deployment needs.

    Raises
    ------
    UnknownNameError
        When a unit names a capability or depot that the scenario lacks, or a factor is missing.
    """
    moving: tuple[MovingUnit, ...] = ()
    if scenario.mission.posture != "none":
        assigned = assign_destinations(_moving_order(force.units), scenario, laydown)
        moving = tuple(_moving(unit, place, scenario) for unit, place in assigned)
    return DeploymentInputs(
        posture=scenario.mission.posture,
        host=scenario.mission.host_nation,
        moving=moving,
        places=tuple(scenario.places.values()),
        legs=tuple(scenario.legs.values()),
        settings=_settings(scenario),
        horizon_days=DAYS_A_MONTH * scenario.horizon_months,
        seed=scenario.stress.seed,
    )


def _moving_order(units: tuple[ForceUnit, ...]) -> tuple[ForceUnit, ...]:
    """Units in the order of readiness. The force lists first fills only: a relief takes over equipment in place (G17)."""
    there = [unit for unit in units if unit.units > _LEAST and math.isfinite(unit.ready_day)]
    return tuple(sorted(there, key=lambda unit: (unit.ready_day, unit.id)))


def _settings(scenario: Scenario) -> Settings:
    number = scenario.factor
    return Settings(
        ioc_share=_range(scenario, "deployment.ioc_share"),
        foc_share=_range(scenario, "deployment.foc_share"),
        routes=round(number("deployment.routes")),
        detours=round(number("deployment.detours")),
        draws=round(number("deployment.draws")),
        packet_t=number("deployment.packet_t"),
        last_mile_km_day=number("deployment.last_mile_km_day"),
        ferry_km_day=number("deployment.ferry_km_day"),
        bed_down_days=number("deployment.bed_down_days"),
        sail_days=number("deployment.sail_days"),
        supply_routes=round(number("deployment.supply_routes")),
        border_wait=_range(scenario, "deployment.border_wait"),
        capacity=_range(scenario, "deployment.capacity"),
        weather=tuple(_range(scenario, f"deployment.weather.{mode}") for mode in ("road", "rail", "sea", "air")),
    )


def _range(scenario: Scenario, key: str) -> Quantity:
    scenario.factor(key)
    return scenario.factors[key].value


def _moving(unit: ForceUnit, destination: Destination, scenario: Scenario) -> MovingUnit:
    capability = scenario.capabilities[unit.capability]
    share = destination.units / unit.units
    people = unit.personnel * share
    pool = scenario.pools.get(unit.pool)
    nation = scenario.nations.get(unit.nation)
    return MovingUnit(
        unit=unit.id,
        nation=unit.nation,
        capability=unit.capability,
        area=unit.area,
        units=destination.units,
        personnel=people,
        tonnes_each=capability.tonnes,
        supply_t_day=_supply(capability, people=people, units=destination.units, scenario=scenario),
        depot=unit.depot,
        destination=destination.place,
        last_mile_km=destination.last_mile_km,
        ready_day=unit.ready_day,
        means=_means(capability, depot=unit.depot, destination=destination.place),
        light=capability.tonnes <= scenario.factor("deployment.airlift_max_t"),
        rank=enabling_rank(capability, scenario),
        command=capability.domain == "command",
        reaction=capability.domain == "ground" and bool(REACTION_TASKS.intersection(capability.tasks)),
        pool=unit.pool,
        notice=pool.notice_days if pool else _element_range(unit.pool, scenario),
        approvals=(nation.decision_days, nation.approval_days) if nation and pool else (),
    )


def _element_range(element: str, scenario: Scenario) -> Quantity | None:
    row = scenario.backstop.get(element)
    return row.ready_days if row else None


def _supply(capability: Capability, *, people: float, units: float, scenario: Scenario) -> float:
    """Tonnes a day: the capability's own rate, or where its row gives none the general rate for each person."""
    if capability.sustain_t_day > 0:
        return units * capability.sustain_t_day
    return people * scenario.factor("deployment.supply_kg_person_day") / 1000.0


def _means(capability: Capability, *, depot: str, destination: str) -> str:
    if capability.domain == "sea":
        return "sea"
    if capability.domain == "service" or depot == destination:
        return "stay"
    return "air" if capability.domain == "air" else "network"


def enabling_rank(capability: Capability, scenario: Scenario) -> float:
    """Place in the enabling order: factor `deployment.order.<capability>`, else `deployment.order.<domain>`.

    Raises
    ------
    UnknownNameError
        When neither factor is there.
    """
    for key in (f"deployment.order.{capability.id}", f"deployment.order.{capability.domain}"):
        if key in scenario.factors:
            return scenario.factor(key)
    raise unknown_name("factor", f"deployment.order.{capability.domain}", scenario.factors)
