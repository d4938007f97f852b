"""The stage `size`: how big a force the settlement needs, and why, with every figure derived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from holdfast.core.arrays import collect, labelled
from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.models.rotation import standing_pool, throughput
from holdfast.results.derivation import formula
from holdfast.results.stages import Requirement
from holdfast.scenario.types import TASKS
from holdfast.sizing.core import Prepared, Sized, people_for, prepare, refused_tasks, size_at
from holdfast.sizing.desk import Desk
from holdfast.sizing.hold import hold_power, hold_rows
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.inverse import find_cap
from holdfast.sizing.menu import cost_of
from holdfast.sizing.triangulate import triangulate

AREAS = {"country": "in_country", "neighbour": "in_neighbour", "theatre": "in_theatre"}
# Presentation only: the rows and columns of the table that every brief shows, beside the case's own values.
_RATIOS = (1.5, 2.0, 3.0, 4.0, 6.0)
_HOST_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
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


@formula("size.tooth_to_tail", unit="1", text="people of direct units / people of support and command", reference="MODEL.md 1.10")
def tooth_to_tail(direct: Any, total: Any) -> Any:
    """People of units that serve a task, over those that support them."""
    return direct / (total - direct) if total > direct else 0.0


@memoised
def size(inputs: SizingInputs) -> Requirement:
    """How big a force the case needs, and why.

    Returns
    -------
    Requirement
        Demands by task, the cover of them, support and command, three totals, the table of the hold task, what a cap
        buys, sizes from elsewhere, and the derivation of every figure.

    Raises
    ------
    UnknownNameError
        When a planning factor or capability is missing.
    InfeasibleError
        When a need has no capability that may serve it.
    """
    if inputs.posture == "none":
        return _no_force(inputs)
    report("size: observation", 0.0)
    prepared = prepare(inputs)
    report("size: cover and support", 0.4)
    sized = size_at(inputs, prepared)
    _derive(sized)
    report("size: tasks and cap", 0.6)
    alone, saved, by_task = _by_task(sized)
    cap = find_cap(inputs, prepared, sized)
    desk = sized.desk
    return Requirement(
        posture=inputs.posture,
        demand=_demand(inputs, by_task),
        cover=_cover(sized),
        tasks=_tasks(alone, saved),
        in_country=round(desk["size.in_country"]),
        in_theatre=round(desk["size.outside_country"]),
        pool_24_months=round(desk["size.pool_24_months"]),
        tooth_to_tail=float(desk["size.tooth_to_tail"]),
        hold_table=_hold_table(inputs, sized),
        cap=cap,
        triangulation=triangulate(desk),
        binding=_binding(sized),
        refused=tuple(refused_tasks(inputs).values()),
        figures=desk.sheet.figures,
    )


def _derive(sized: Sized) -> None:
    """Name units, people, totals, pool and cost, each with its reason."""
    desk = sized.desk
    people = {name: _derive_units(sized, name) for name in sized.supported.total}
    for area, total in AREAS.items():
        parts = {name: figure for name, figure in people.items() if desk.capability(name).area == area}
        desk.apply(f"size.{total}", "size.people_sum", **parts)
    desk.apply("size.outside_country", "size.people_sum", neighbour="size.in_neighbour", theatre="size.in_theatre")
    desk.apply("size.deployed", "size.people_sum", country="size.in_country", outside="size.outside_country")
    tour = desk.factor("rotation.tour_months")
    desk.apply("size.pool_24_months", "size.pool_24_months", deployed="size.deployed", tour_months=tour)
    desk.apply(
        "size.standing_pool", "size.standing_pool", deployed="size.deployed", dwell=desk.factor("rotation.dwell"),
        overlap_months=desk.factor("rotation.overlap_months"), tour_months=tour,
        deployable_share=desk.factor("rotation.deployable_share"),
    )  # fmt: skip
    direct = {
        name: desk.apply(f"size.direct_people.{name}", "size.product", units=f"size.direct.{name}",
                         personnel=desk.of_capability(name, "personnel"))
        for name in sized.direct.units
    }  # fmt: skip
    desk.apply("size.direct_people", "size.people_sum", **direct)
    desk.apply("size.tooth_to_tail", "size.tooth_to_tail", direct="size.direct_people", total="size.deployed")
    _derive_cost(sized)


def _derive_units(sized: Sized, name: str) -> str:
    """Direct and total units of a capability and the people of it; returns the name of the people's figure."""
    desk, direct = sized.desk, sized.direct
    reasons: list[str] = []
    if name in direct.units:
        rows = tuple(figure for figure in direct.serves[name] if figure in desk.sheet.figures)
        prices = ", ".join(f"{row} {price:.3g} MUSD a year" for row, price in sorted(direct.prices.items())
                           if _serves(sized, name, row))  # fmt: skip
        text = "cheapest whole units that meet every need in every situation" + (f"; shadow prices: {prices}" if prices else "")
        desk.sheet.optimum(f"size.direct.{name}", direct.units[name], unit="units", text=text, inputs=rows)
        reasons.append(f"size.direct.{name}")
    users = [other for other in direct.units if name in desk.capability(other).needs]
    reasons.extend(f"size.direct.{other}" for other in users if other in _derived_before(desk, users))
    key = f"strength.people_per_{name}"
    if key in desk.inputs.factors:
        reasons.append(desk.factor(key))
    text = f"direct and support: needs of other units, spans and strength, rounded up and repeated ({sized.supported.rounds} rounds)"
    desk.sheet.optimum(f"size.total.{name}", sized.supported.total[name], unit="units", text=text, inputs=tuple(dict.fromkeys(reasons)))
    return desk.apply(
        f"size.people.{name}", "size.product", units=f"size.total.{name}", personnel=desk.of_capability(name, "personnel")
    )


def _derived_before(desk: Desk, users: Sequence[str]) -> set[str]:
    return {name for name in users if f"size.direct.{name}" in desk.sheet.figures}


def _serves(sized: Sized, name: str, row_id: str) -> bool:
    return any(row.id == row_id and name in row.gives for row in sized.rows)


def _derive_cost(sized: Sized) -> None:
    desk = sized.desk
    price = desk.number("cost.musd_per_person_year")
    parts: dict[str, str] = {}
    for name in sized.supported.total:
        row = desk.capability(name)
        origin = {"source": row.source, "assumption": row.assumption}
        unit_cost = desk.given(
            f"size.unit_cost.{name}", cost_of(row, musd_per_person=price), unit="MUSD/year", text=f"yearly cost of {row.name}", **origin
        )
        parts[name] = desk.apply(f"size.cost.{name}", "size.product", units=f"size.total.{name}", cost=unit_cost)
    desk.apply("size.cost_year", "size.people_sum", **parts)
    desk.sheet.figures["size.cost_year"] = replace(desk.sheet.figures["size.cost_year"], unit="MUSD/year")
    for years in _YEARS:
        span = desk.given(f"size.years_{years}", float(years), unit="years", text="span looked at")
        name = desk.apply(f"size.cost_{years}_years", "size.product", cost="size.cost_year", years=span)
        desk.sheet.figures[name] = replace(desk.sheet.figures[name], unit="MUSD")


def _by_task(sized: Sized) -> tuple[dict[str, float], dict[str, float], dict[str, dict[str, float]]]:
    """People if each task were alone, people saved without it, and the units each asks for alone."""
    alone: dict[str, float] = {}
    saved: dict[str, float] = {}
    units: dict[str, dict[str, float]] = {}
    for task, demand in sized.demands.items():
        direct, alone[task] = people_for(sized.desk, demand.rows)
        units[task] = direct.units
        others = [row for row in sized.rows if row.task != task]
        saved[task] = sized.in_country - people_for(sized.desk, others)[1]
    desk = sized.desk
    support = {name: sized.supported.support(name) for name in sized.supported.total}
    for name, extra in support.items():
        if extra > 0:
            task = "command" if desk.capability(name).domain == "command" else "support"
            units.setdefault(task, {})[name] = extra
            if desk.capability(name).area == "country":
                alone[task] = alone.get(task, 0.0) + extra * desk.capability(name).personnel
    return alone, saved, units


def _demand(inputs: SizingInputs, by_task: Mapping[str, Mapping[str, float]]) -> xr.Dataset:
    names = list(inputs.capabilities)
    values = np.array([[by_task.get(task, {}).get(name, 0.0) for name in names] for task in TASKS])
    coords = {"task": list(TASKS), "capability": names}
    return collect(units=labelled(values, ("task", "capability"), coords, units="unit", long_name="units each task asks for alone"))


def _cover(sized: Sized) -> xr.Dataset:
    desk, inputs = sized.desk, sized.desk.inputs
    names = list(inputs.capabilities)
    price = desk.number("cost.musd_per_person_year")
    people = np.array([inputs.capabilities[name].personnel for name in names])
    direct = np.array([sized.direct.units.get(name, 0.0) for name in names])
    total = np.array([sized.supported.total.get(name, 0.0) for name in names])
    cost = np.array([cost_of(inputs.capabilities[name], musd_per_person=price) for name in names])
    return _cover_dataset(inputs, direct=direct, total=total, people=people, weight=np.maximum(people, cost / price))


def _cover_dataset(
    inputs: SizingInputs, *, direct: np.ndarray, total: np.ndarray, people: np.ndarray, weight: np.ndarray
) -> xr.Dataset:
    coords = {"capability": list(inputs.capabilities)}

    def column(values: np.ndarray, units: str, long_name: str) -> xr.DataArray:
        return labelled(values, ("capability",), coords, units=units, long_name=long_name)

    areas = {
        total_name: column(total * people * np.array([row.area == area for row in inputs.capabilities.values()]), "people", f"people in area {area}")
        for area, total_name in AREAS.items()
    }  # fmt: skip
    return collect(
        direct=column(direct, "unit", "units that serve tasks"),
        support=column(total - direct, "unit", "units that support and command"),
        total=column(total, "unit", "units in all"),
        personnel=column(total * people, "people", "people of the units"),
        **areas,
        weight=column(weight, "people", "value of a missing unit, as people of the same yearly cost"),
    )


def _tasks(alone: Mapping[str, float], saved: Mapping[str, float]) -> xr.Dataset:
    coords = {"task": list(TASKS)}
    return collect(
        alone=labelled([alone.get(task, 0.0) for task in TASKS], ("task",), coords, units="people", long_name="people in country for the task alone"),
        saved=labelled([saved.get(task, 0.0) for task in TASKS], ("task",), coords, units="people", long_name="people saved without the task"),
    )


def _hold_table(inputs: SizingInputs, sized: Sized) -> xr.DataArray:
    """People in country for the hold task alone against accepted ratio and host share; zeros where it is not asked."""
    ratios = sorted({*_RATIOS, inputs.service.hold_force_ratio})
    shares = sorted({*_HOST_SHARES, inputs.behaviour.host_share.nominal})
    table = np.zeros((len(ratios), len(shares)))
    if "hold" in sized.demands:
        for i, ratio in enumerate(ratios):
            for j, share in enumerate(shares):
                table[i, j] = _people_to_hold(inputs, ratio, share)
    return _hold_array(table, ratios, shares)


def _hold_array(table: np.ndarray, ratios: Sequence[float], shares: Sequence[float]) -> xr.DataArray:
    coords = {"force_ratio": list(ratios), "host_share": list(shares)}
    return labelled(table, ("force_ratio", "host_share"), coords, units="people", long_name="people in country for the hold task")


def _people_to_hold(inputs: SizingInputs, ratio: float, share: float) -> float:
    case = replace(
        inputs, service=replace(inputs.service, hold_force_ratio=ratio),
        behaviour=replace(inputs.behaviour, host_share=inputs.behaviour.host_share.fixed_at(share)),
    )  # fmt: skip
    desk = Desk(case)
    rows = hold_rows(desk, float(desk[hold_power(desk)]))
    return people_for(desk, rows)[1]


def _binding(sized: Sized) -> dict[str, str]:
    found = {task: demand.binding for task, demand in sized.demands.items()}
    total = sized.supported.total
    heads = [f"{total[name]:g} {name}" for name in ("brigade_hq", "division_hq", "corps_hq") if total.get(name)]
    found["command"] = "spans of command: " + (", ".join(heads) or "no headquarters")
    found["support"] = f"{sized.desk['size.tooth_to_tail']:.2g} people in units with a task for one in support and command"
    return found


def _no_force(inputs: SizingInputs) -> Requirement:
    """The well-formed empty requirement of the posture `none`."""
    zeros = np.zeros(len(inputs.capabilities))
    people = np.array([row.personnel for row in inputs.capabilities.values()])
    desk = Desk(inputs)
    for name in ("size.in_country", "size.outside_country", "size.pool_24_months"):
        desk.given(name, 0.0, unit="people", text="posture none: no force", assumption="mission.posture is none")
    ratios, shares = list(_RATIOS), list(_HOST_SHARES)
    return Requirement(
        posture="none",
        demand=_demand(inputs, {}),
        cover=_cover_dataset(inputs, direct=zeros, total=zeros, people=people, weight=people),
        tasks=_tasks({}, {}),
        in_country=0,
        in_theatre=0,
        pool_24_months=0,
        tooth_to_tail=0.0,
        hold_table=_hold_array(np.zeros((len(ratios), len(shares))), ratios, shares),
        cap=None,
        triangulation=(),
        binding={},
        refused=(),
        figures=desk.sheet.figures,
    )
