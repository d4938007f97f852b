"""What force generation needs, gathered from a resolved scenario: demand, contributors, offers, backstop elements.

Everything is nominal and narrow, so that a lever that does not touch generation does not run it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.core.names import unknown_name
from holdfast.generation.facts import settled_facts
from holdfast.results.stages import Requirement
from holdfast.scenario.types import BackstopElement, Capability, Nation, Pool, Scenario

DAYS_A_MONTH = 30.0
"""Month m spans days 30 m to 30 (m + 1) after D, everywhere in Holdfast."""
REFUSING = ("refuses", "refuses_ground_troops")
"""Positions under which a nation gives nothing inside the host country."""
OUTSIDE_DOMAINS = ("air_defence", "air", "service")
"""Domains whose units reach into the country from outside it."""


@dataclass(frozen=True, kw_only=True)
class UnitKind:
    """What generation needs to know of a capability."""

    id: str
    name: str
    domain: str
    personnel: float
    substitutes: dict[str, float]
    """Units of this one that one unit of the other replaces."""
    cost_musd_year: float
    procure_months: float = 0.0
    procure_musd: float = 0.0


@dataclass(frozen=True, kw_only=True)
class DemandLine:
    """Units of one capability demanded in one area, and what a missing one weighs."""

    capability: str
    area: str
    units: float
    weight: float
    """People-equivalents a missing unit counts."""
    by_task: tuple[tuple[str, float], ...]
    """Units each task demands of it alone (never more than `units`)."""

    @property
    def id(self) -> str:
        """Key of the line."""
        return f"{self.capability}.{self.area}"


@dataclass(frozen=True, kw_only=True)
class Contributor:
    """A nation that may join: its conditions, clocks and chance."""

    id: str
    name: str
    position: str
    conditions: str
    procedure: str
    start_day: float
    """Day after D on which the decision clock starts (negative: before D)."""
    decision_days: float
    approval_days: float
    probability_low: float
    probability: float
    probability_high: float
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A pool as generation sees it: nominal units, rotation, and where it may stand."""

    id: str
    nation: str
    capability: str
    units: float
    notice_days: float
    tour_months: int
    dwell: float
    overlap_days: float
    deployable_share: float
    committed: float
    areas: tuple[str, ...]
    """Areas open to it after its nation's refusals."""
    refuses_tasks: tuple[str, ...]
    depot: str
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Element:
    """A backstop element as generation sees it."""

    id: str
    name: str
    owner: str
    capability: str
    mode: str
    units: float
    promised: float
    fact: str
    conditions: str
    area: str
    ready_days: float
    """Days after D until it works, hand-over and training of a transfer's crews included."""
    crew_nation: str
    interceptors: float
    substitute: str
    substitute_months: float
    substitute_cost_musd: float
    based: str
    sourced: bool
    based_name: str = ""
    owner_name: str = ""


@dataclass(frozen=True, kw_only=True)
class GenerationInputs:
    """All that stage `generate` needs."""

    posture: str
    months: int
    host: str
    demand: tuple[DemandLine, ...]
    required: dict[str, float]
    """Units required by capability, zeros kept, in the order of the requirement."""
    kinds: dict[str, UnitKind]
    contributors: tuple[Contributor, ...]
    offers: tuple[Offer, ...]
    elements: tuple[Element, ...]
    facts: dict[str, bool]
    """Facts that the case settles: frame, access, front, posture."""
    cap_in_country: int
    start_month: int
    tolerance_share: float
    asked: bool
    granted: bool
    counts_from_probability: float
    backstop_conditions_bind: bool
    """Whether nations hold to their conditions on the backstop (False: they go anyway)."""
    outside_share: float
    substitute_people_ratio: float
    """People of a substitute for each person replaced, above which it is not sent."""
    withdrawal_months: float
    musd_per_person_year: float
    d_month: float
    gap: float = 5e-3
    node_limit: int = 20


def gather_generation(scenario: Scenario, requirement: Requirement) -> GenerationInputs:
    """Take from a resolved scenario and its requirement what generation needs.

    Raises
    ------
    UnknownNameError
        When a pool or element names a capability that the catalogue lacks, or a factor is missing.
    """
    groups = scenario.force.pool_groups
    pools = [pool for pool in scenario.pools.values() if pool.group in groups]
    elements = list(scenario.backstop.values())
    demand = demand_lines(scenario, requirement)
    return GenerationInputs(
        posture=scenario.mission.posture,
        months=round(scenario.factor("generation.months")),
        host=scenario.mission.host_nation,
        demand=demand if scenario.mission.posture != "none" else (),
        required=_required(requirement),
        kinds=_kinds(scenario, pools=pools, elements=elements, demand=demand),
        contributors=_contributors(scenario, pools),
        offers=tuple(_offer(pool, scenario.nations[pool.nation]) for pool in pools),
        elements=tuple(_element(row, scenario) for row in elements),
        facts=settled_facts(scenario),
        cap_in_country=scenario.force.cap_in_country,
        start_month=max(scenario.force.start_month, 0),
        tolerance_share=scenario.force.tolerance_share,
        asked=scenario.backstop_levers.asked,
        granted=scenario.backstop_levers.granted,
        counts_from_probability=scenario.factor("generation.counts_from_probability"),
        backstop_conditions_bind=scenario.factor("generation.backstop_conditions_bind") >= 0.5,
        outside_share=scenario.factor("generation.outside_share"),
        substitute_people_ratio=scenario.factor("generation.substitute_people_ratio"),
        withdrawal_months=scenario.factor("generation.withdrawal_months"),
        musd_per_person_year=scenario.factor("generation.musd_per_person_year"),
        d_month=scenario.d_day.months_after_as_of.nominal,
    )


def demand_lines(scenario: Scenario, requirement: Requirement) -> tuple[DemandLine, ...]:
    """The requirement as lines of demand: one for each capability and area in which people of it stand.

    A capability whose people stand in several areas is split in proportion to them; one without people stands where
    the catalogue says.
    """
    cover, alone = requirement.cover, requirement.demand["units"]
    tasks = [str(task) for task in alone.coords["task"].values]
    lines: list[DemandLine] = []
    for name in map(str, cover.coords["capability"].values):
        row = cover.sel(capability=name)
        total = float(row["total"])
        if total <= 0:
            continue
        shares = _area_shares(scenario.capabilities[name], {area: float(row[f"in_{area}"]) for area in _AREAS})
        for area, share in shares.items():
            units = total * share
            by_task = tuple((task, min(float(alone.sel(task=task, capability=name)), total) * share) for task in tasks)
            lines.append(
                DemandLine(
                    capability=name,
                    area=area,
                    units=units,
                    weight=float(row["weight"]),
                    by_task=tuple(pair for pair in by_task if pair[1] > 0),
                )
            )
    return tuple(lines)


_AREAS = ("country", "neighbour", "theatre")


def _area_shares(capability: Capability, people: dict[str, float]) -> dict[str, float]:
    everyone = sum(people.values())
    if everyone <= 0:
        return {capability.area: 1.0}
    return {area: count / everyone for area, count in people.items() if count > 0}


def _required(requirement: Requirement) -> dict[str, float]:
    total = requirement.cover["total"]
    return {str(name): float(total.sel(capability=name)) for name in total.coords["capability"].values}


def _kinds(
    scenario: Scenario, *, pools: list[Pool], elements: list[BackstopElement], demand: tuple[DemandLine, ...]
) -> dict[str, UnitKind]:
    names = [line.capability for line in demand]
    names += [pool.capability for pool in pools] + [row.capability for row in elements]
    kinds: dict[str, UnitKind] = {}
    for name in names:
        if name not in scenario.capabilities:
            raise unknown_name("capability", name, scenario.capabilities)
        row = scenario.capabilities[name]
        kinds[name] = UnitKind(
            id=name,
            name=row.name,
            domain=row.domain,
            personnel=row.personnel,
            substitutes=dict(row.substitutes),
            cost_musd_year=row.cost_musd_year,
            procure_months=row.procure_months,
            procure_musd=row.procure_musd,
        )
    return kinds


def _contributors(scenario: Scenario, pools: list[Pool]) -> tuple[Contributor, ...]:
    pledging = {pool.nation for pool in pools}
    groups = scenario.force.pool_groups
    return tuple(
        _contributor(nation, d_month=scenario.d_day.months_after_as_of.nominal)
        for nation in scenario.nations.values()
        if nation.id in pledging or nation.group in groups
    )


def _contributor(nation: Nation, *, d_month: float) -> Contributor:
    return Contributor(
        id=nation.id,
        name=nation.name,
        position=nation.position,
        conditions=nation.conditions,
        procedure=nation.procedure,
        start_day=0.0 if nation.waits_for_ceasefire else -DAYS_A_MONTH * d_month,
        decision_days=nation.decision_days.nominal,
        approval_days=nation.approval_days.nominal,
        probability_low=nation.probability.low,
        probability=nation.probability.nominal,
        probability_high=nation.probability.high,
        source=nation.source,
        assumption=nation.assumption,
    )


def _offer(pool: Pool, nation: Nation) -> Offer:
    refused = nation.position in REFUSING
    return Offer(
        id=pool.id,
        nation=pool.nation,
        capability=pool.capability,
        units=pool.units.nominal,
        notice_days=pool.notice_days.nominal,
        tour_months=pool.tour_months,
        dwell=pool.dwell,
        overlap_days=pool.overlap_days,
        deployable_share=pool.deployable_share,
        committed=pool.committed_units,
        areas=tuple(area for area in pool.areas if not (refused and area == "country")),
        refuses_tasks=pool.refuses_tasks,
        depot=pool.depot,
        source=pool.source,
        assumption=pool.assumption,
    )


_ELEMENT_AREAS = {"operate_outside": "neighbour", "standby": "theatre", "service": "theatre", "transfer": "country"}


def _element(row: BackstopElement, scenario: Scenario) -> Element:
    training = row.training_months if row.mode == "transfer" else 0.0
    return Element(
        id=row.id,
        name=row.name,
        owner=row.owner,
        capability=row.capability,
        mode=row.mode,
        units=row.units.nominal,
        promised=row.promised,
        fact=row.fact,
        conditions=row.conditions,
        area=_ELEMENT_AREAS[row.mode],
        ready_days=row.ready_days.nominal + DAYS_A_MONTH * training,
        crew_nation=row.crew_nation,
        interceptors=row.interceptors,
        substitute=_substitute_name(row, scenario),
        substitute_months=row.substitute_months,
        substitute_cost_musd=row.substitute_cost_musd,
        based=row.based,
        sourced=bool(row.source) and not row.assumption,
        based_name=scenario.places[row.based].name if row.based in scenario.places else "",
        owner_name=scenario.nations[row.owner].name if row.owner in scenario.nations else "",
    )


def _substitute_name(row: BackstopElement, scenario: Scenario) -> str:
    if row.substitute in scenario.capabilities:
        return f"European {scenario.capabilities[row.substitute].name}"
    return row.substitute
