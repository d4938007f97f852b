"""Name every unit, person, total, pool and cost of a sized force, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from holdfast.models.rotation import standing_pool, throughput
from holdfast.results.derivation import formula
from holdfast.sizing.core import Sized
from holdfast.sizing.desk import Desk, plain
from holdfast.sizing.menu import cost_of

AREAS = {"country": "in_country", "neighbour": "in_neighbours", "theatre": "elsewhere_in_theatre"}
"""Figure of the people in each area; `size.in_theatre` is the sum of the two outside the country."""
TAIL_DOMAINS = frozenset({"support", "command", "service"})
_YEARS = (2, 5, 10)


@formula(
    "size.standing_pool", unit="people", text="deployed (1 + dwell)(1 + overlap / tour) / deployable share",
    reference="MODEL.md 1, rotation",
)  # fmt: skip
def pool(deployed: Any, dwell: Any, overlap_months: Any, tour_months: Any, deployable_share: Any) -> Any:
    """People who must stand behind the force for ever."""
    return standing_pool(
        deployed, dwell=dwell, overlap_months=overlap_months, tour_months=tour_months, deployable_share=deployable_share
    )


@formula("size.pool_24_months", unit="people", text="deployed x 24 months / tour", reference="MODEL.md 1, rotation")
def people_through(deployed: Any, tour_months: Any) -> Any:
    """People who pass through the force in two years."""
    return throughput(deployed, years=2.0, tour_months=tour_months)


@formula(
    "size.tooth_to_tail", unit="1", text="people of field units / people of support, command and service units",
    reference="MODEL.md 1.10",
)  # fmt: skip
def tooth_to_tail(tail: Any, total: Any) -> Any:
    """People of ground, sensor, air-defence, air and sea units over those of support, command and services."""
    return plain(np.where(np.asarray(tail) > 0, (total - tail) / np.maximum(tail, 1e-9), 0.0))


@formula("size.people_of", unit="people", text="units x people a unit", reference="capability catalogue")
def people_of(units: Any, personnel: Any) -> Any:
    """People of a number of units."""
    return units * personnel


@formula("size.cost_of", unit="MUSD/year", text="units x yearly cost of a unit", reference="capability catalogue")
def yearly_cost(units: Any, cost: Any) -> Any:
    """Yearly cost of a number of units."""
    return units * cost


@formula("size.cost_sum", unit="MUSD/year", text="sum of the figures", reference="arithmetic")
def cost_sum(**parts: Any) -> Any:
    """Sum of yearly costs."""
    return plain(sum(parts.values()))


@formula("size.cost_span", unit="MUSD", text="yearly cost x years", reference="MODEL.md 1, exit")
def cost_span(cost: Any, years: Any) -> Any:
    """Cumulative cost of a force kept as it is."""
    return cost * years


def derive_totals(sized: Sized) -> None:
    """Name units, people, totals, pool and cost, each with its reason."""
    desk = sized.desk
    serving = {row.id: frozenset(row.gives) for row in sized.rows}
    held = (*sized.supported.total, *only_contracted(sized))
    people = {name: _derive_units(sized, name, serving=serving) for name in held}
    _derive_contracted(sized)
    for area, total in AREAS.items():
        parts = {name: figure for name, figure in people.items() if desk.capability(name).area == area}
        desk.apply(f"size.{total}", "size.people_sum", **parts)
    desk.apply(
        "size.in_theatre", "size.people_sum", neighbours="size.in_neighbours", elsewhere="size.elsewhere_in_theatre"
    )
    desk.apply("size.deployed", "size.people_sum", country="size.in_country", outside="size.in_theatre")
    tour = desk.factor("rotation.tour_months")
    desk.apply("size.pool_24_months", "size.pool_24_months", deployed="size.deployed", tour_months=tour)
    desk.apply(
        "size.standing_pool", "size.standing_pool", deployed="size.deployed", dwell=desk.factor("rotation.dwell"),
        overlap_months=desk.factor("rotation.overlap_months"), tour_months=tour,
        deployable_share=desk.factor("rotation.deployable_share"),
    )  # fmt: skip
    tail = {name: figure for name, figure in people.items() if desk.capability(name).domain in TAIL_DOMAINS}
    desk.apply("size.tail", "size.people_sum", **tail)
    desk.apply("size.tooth_to_tail", "size.tooth_to_tail", tail="size.tail", total="size.deployed")
    _derive_cost(sized)


def only_contracted(sized: Sized) -> tuple[str, ...]:
    """Capabilities of which the force needs no unit of its own, as all of it is contracted."""
    return tuple(name for name in sized.supported.contracted if name not in sized.supported.total)


def _derive_units(sized: Sized, name: str, *, serving: Mapping[str, frozenset[str]]) -> str:
    """Direct and total units of a capability and the people of it; returns the name of the people's figure.

    `serving` holds for each need the capabilities that may serve it.
    """
    desk, direct = sized.desk, sized.direct
    reasons: list[str] = []
    if name in direct.units:
        rows = tuple(figure for figure in direct.serves[name] if figure in desk.sheet.figures)
        prices = ", ".join(f"{row} {price:.3g} MUSD a year" for row, price in sorted(direct.prices.items())
                           if name in serving.get(row, ()))  # fmt: skip
        text = (
            "cheapest units, in whole sub-units, that meet every need in every situation"
            + (f" (at most {direct.gap:.1%} dearer than the cheapest)" if direct.gap else "")
            + (f"; shadow prices: {prices}" if prices else "")
        )
        desk.sheet.optimum(f"size.direct.{name}", direct.units[name], unit="units", text=text, inputs=rows)
        reasons.append(f"size.direct.{name}")
    users = [other for other in direct.units if name in desk.capability(other).needs]
    reasons.extend(f"size.direct.{other}" for other in users if other in _derived_before(desk, users))
    key = f"strength.people_per_{name}"
    if key in desk.inputs.factors:
        reasons.append(desk.factor(key))
    if f"support.contractable.{name}" in desk.inputs.factors:
        reasons.append(desk.civil(name))
    reasons.append(desk.parts(name))
    text = (
        "direct and support: needs of other units, spans and strength, less what is contracted, rounded up to sub-units "
        f"and repeated ({sized.supported.rounds} rounds)"
    )
    desk.sheet.optimum(
        f"size.total.{name}",
        sized.supported.total.get(name, 0.0),
        unit="units",
        text=text,
        inputs=tuple(dict.fromkeys(reasons)),
    )
    return desk.apply(
        f"size.people.{name}",
        "size.product",
        units=f"size.total.{name}",
        personnel=desk.of_capability(name, "personnel"),
    )


def _derive_contracted(sized: Sized) -> None:
    """Support that does not come from formed units: as units, people and yearly cost, beside the force and not in it."""
    desk, people, costs = sized.desk, {}, {}
    for name, units in sized.supported.contracted.items():
        figure = f"size.contracted.{name}"
        desk.sheet.optimum(
            figure, units, unit="units", inputs=(desk.civil(name),),
            text="what support asks x share from contractors, the host or civilian staff; not rounded",
        )  # fmt: skip
        people[name] = desk.apply(f"size.contracted_people.{name}", "size.product", units=figure,
                                  personnel=desk.of_capability(name, "personnel"))  # fmt: skip
        costs[name] = desk.apply(
            f"size.contracted_cost.{name}", "size.cost_of", units=figure, cost=_unit_cost(desk, name)
        )
    desk.apply("size.contracted", "size.people_sum", **people)
    desk.apply("size.contracted_cost", "size.cost_sum", **costs)


def _derived_before(desk: Desk, users: Sequence[str]) -> set[str]:
    return {name for name in users if f"size.direct.{name}" in desk.sheet.figures}


def _unit_cost(desk: Desk, name: str) -> str:
    row = desk.capability(name)
    return desk.given(
        f"capabilities.{name}.cost", cost_of(row, musd_per_person=desk.number("cost.musd_per_person_year")),
        unit="MUSD/year", text=f"yearly cost of {row.name}, from its people where the catalogue gives none",
        source=row.source, assumption=row.assumption,
    )  # fmt: skip


def _derive_cost(sized: Sized) -> None:
    desk = sized.desk
    parts: dict[str, str] = {}
    for name in (*sized.supported.total, *only_contracted(sized)):
        parts[name] = desk.apply(
            f"size.cost.{name}", "size.cost_of", units=f"size.total.{name}", cost=_unit_cost(desk, name)
        )
    desk.apply("size.cost_year", "size.cost_sum", **parts, contracted="size.contracted_cost")
    for years in _YEARS:
        span = desk.given(
            f"size.years_{years}", float(years), unit="years", text="span looked at", assumption="chosen to be shown"
        )
        desk.apply(f"size.cost_{years}_years", "size.cost_span", cost="size.cost_year", years=span)
