"""Who could fill which demand: the edges between what is offered (pools, backstop elements) and the lines of demand.

A unit fills a line of its own capability one for one, and a line that names it as a substitute at the exchange rate of
the catalogue, where its areas and its nation's caveats allow. An air-defence, air or service unit that may only stand
outside the country counts there as a share of one inside (factor `generation.outside_share`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from holdfast.generation.approvals import Participation, last_approval_day
from holdfast.generation.inputs import (
    DAYS_A_MONTH,
    OUTSIDE_DOMAINS,
    DemandLine,
    Element,
    GenerationInputs,
    Offer,
    UnitKind,
)
from holdfast.models.rotation import cycle_months
from holdfast.results.derivation import formula

_WHOLE = 1e-9  # a count that misses a whole number by rounding is that number


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that can put units on station: a pool, or an element of the backstop (which does not rotate)."""

    id: str
    nation: str
    capability: str
    is_element: bool
    units: float
    """Whole units free for the mission; an element's may be a fraction."""
    tour_months: int
    cycle_months: int
    ready_day: float
    """Day after D on which the first units are ready to move, never before the force may start."""
    personnel: float
    burden: float
    """Cost and strain of a unit on station, people-equivalents."""

    @property
    def sustained(self) -> float:
        """Units it keeps on station for ever (Eq. G3)."""
        return self.units if self.is_element else sustained_units(self.units, self.tour_months, self.cycle_months)

    @property
    def ready_month(self) -> int:
        """First month throughout which it can be on station."""
        return math.ceil(self.ready_day / DAYS_A_MONTH - _WHOLE)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way for a source to fill a line of demand."""

    source: str
    line: str
    rate: float
    """Units of the line that one unit of the source fills."""
    area: str
    """Where the unit stands."""
    people_in_country: float
    """People of the force that one unit of the source so used has in the country."""
    refuses: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Supply:
    """All sources and edges of one participation; what does not take part is left out."""

    lines: tuple[DemandLine, ...]
    sources: tuple[Source, ...]
    edges: tuple[Edge, ...]


@formula(
    "generate.free_units",
    unit="unit",
    text="units × deployable share - units on present commitments, rounded down to whole formed units",
    reference="MODEL.md 2, rotation: N_p and present commitments",
)
def free_units(units: float, deployable_share: float, committed: float) -> float:
    """Whole units of a pool that the mission may use, 0 or more."""
    return max(math.floor(units * deployable_share - committed + _WHOLE), 0)


@formula(
    "generate.cycle_months",
    unit="month",
    text="(tour + overlap / 30) × (1 + dwell), rounded up to whole months",
    reference="MODEL.md 2, rotation; the handover overlap lengthens each tour",
)
def rotation_cycle(tour_months: float, overlap_days: float, dwell: float) -> int:
    """Months from the start of a unit's tour to the start of its next."""
    return cycle_months(tour_months + overlap_days / DAYS_A_MONTH, dwell)


@formula(
    "generate.sustained",
    unit="unit",
    text="free units × tour ÷ cycle",
    reference="MODEL.md 1, Rotation: standing pool = deployed × (1 + dwell) × (1 + overlap / tour), in whole months",
)
def sustained_units(units: float, tour_months: float, cycle: float) -> float:
    """Units that a pool keeps on station for ever."""
    return units * tour_months / cycle


def pool_source(inputs: GenerationInputs, offer: Offer) -> Source:
    """A pool as a source, whether or not its nation joins."""
    nation = next(nation for nation in inputs.contributors if nation.id == offer.nation)
    kind = inputs.kinds[offer.capability]
    earliest = DAYS_A_MONTH * inputs.start_month
    return Source(
        id=offer.id,
        nation=offer.nation,
        capability=offer.capability,
        is_element=False,
        units=free_units(offer.units, offer.deployable_share, offer.committed),
        tour_months=offer.tour_months,
        cycle_months=rotation_cycle(offer.tour_months, offer.overlap_days, offer.dwell),
        ready_day=max(last_approval_day(nation) + offer.notice_days, earliest),
        personnel=kind.personnel,
        burden=kind.personnel + kind.cost_musd_year / inputs.musd_per_person_year,
    )


def element_source(inputs: GenerationInputs, element: Element, *, in_full: bool = False) -> Source:
    """A backstop element as a source: as far as it is promised, or `in_full`."""
    kind = inputs.kinds[element.capability]
    return Source(
        id=element.id,
        nation=element.owner,
        capability=element.capability,
        is_element=True,
        units=element.units if in_full else element.units * element.promised,
        tour_months=1,
        cycle_months=1,
        ready_day=max(element.ready_days, 0.0),
        personnel=kind.personnel,
        burden=0.0,
    )


def station(areas: tuple[str, ...], line: DemandLine, kind: UnitKind, *, outside_share: float) -> tuple[str, float]:
    """Where a unit stands to fill a line, and what it is worth there (0: it cannot).

    Theatre can be served from a neighbouring country as well; the country from outside by `OUTSIDE_DOMAINS` only.
    """
    if line.area in areas:
        return line.area, 1.0
    outside = next((area for area in ("neighbour", "theatre") if area in areas), "")
    if line.area == "theatre" and outside:
        return outside, 1.0
    if outside and kind.domain in OUTSIDE_DOMAINS:
        return outside, outside_share if line.area == "country" else 1.0
    return "", 0.0


def exchange_rate(capability: str, line: DemandLine, inputs: GenerationInputs) -> float:
    """Units of the line's capability that one unit of `capability` replaces (0: none, or too many people for it)."""
    if capability == line.capability:
        return 1.0
    wanted, sent = inputs.kinds[line.capability], inputs.kinds[capability]
    rate = wanted.substitutes.get(capability, 0.0)
    return rate if sent.personnel <= inputs.substitute_people_ratio * rate * wanted.personnel else 0.0


def find_edges(inputs: GenerationInputs) -> tuple[Edge, ...]:
    """Every way in which any pool or element could fill any line, whoever takes part."""
    edges = [edge for offer in inputs.offers for line in inputs.demand if (edge := _pool_edge(inputs, offer, line))]
    more = [
        edge for element in inputs.elements for line in inputs.demand if (edge := _element_edge(inputs, element, line))
    ]
    return tuple(edges + more)


def _pool_edge(inputs: GenerationInputs, offer: Offer, line: DemandLine) -> Edge | None:
    kind = inputs.kinds[offer.capability]
    refuses = frozenset(task for task, _ in line.by_task if task in offer.refuses_tasks)
    rate = exchange_rate(offer.capability, line, inputs)
    area, worth = station(offer.areas, line, kind, outside_share=inputs.outside_share)
    if rate * worth <= 0 or (line.by_task and len(refuses) == len(line.by_task)):
        return None
    people = kind.personnel if area == "country" else 0.0
    return Edge(source=offer.id, line=line.id, rate=rate * worth, area=area, people_in_country=people, refuses=refuses)


def _element_edge(inputs: GenerationInputs, element: Element, line: DemandLine) -> Edge | None:
    kind = inputs.kinds[element.capability]
    rate = exchange_rate(element.capability, line, inputs)
    areas = ("neighbour", "theatre") if element.area != "country" else ("country",)
    area, worth = station(areas, line, kind, outside_share=inputs.outside_share)
    if rate * worth <= 0:
        return None
    crewed_by_force = element.area == "country" and element.crew_nation != inputs.host
    people = kind.personnel if crewed_by_force else 0.0
    stands = element.area if area in areas and element.area in areas else area
    return Edge(
        source=element.id, line=line.id, rate=rate * worth, area=stands, people_in_country=people, refuses=frozenset()
    )


def supply_of(inputs: GenerationInputs, state: Participation, *, edges: tuple[Edge, ...]) -> Supply:
    """Sources and edges of those that take part and are ready within the horizon."""
    sources = [pool_source(inputs, offer) for offer in inputs.offers if offer.nation in state.nations]
    sources += [element_source(inputs, element) for element in inputs.elements if element.id in state.elements]
    linked = {edge.source for edge in edges}
    usable = tuple(s for s in sources if s.units > 0 and s.ready_month < inputs.months and s.id in linked)
    names = {source.id for source in usable}
    return Supply(lines=inputs.demand, sources=usable, edges=tuple(edge for edge in edges if edge.source in names))
