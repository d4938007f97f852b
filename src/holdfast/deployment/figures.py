"""The named figures of stage deploy and the formulas between them (docs/stages/deployment.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.deployment.bindings import say_bindings
from holdfast.deployment.closure import ClosureRange, percentile
from holdfast.deployment.inputs import DeploymentInputs
from holdfast.results.derivation import Figure, Worksheet, formula
from holdfast.results.stages import Binding


@formula(
    "deploy.tonnes_a_person",
    unit="t/person",
    text="tonnes moved over the network / people moved over it",
    reference="docs/stages/deployment.md",
)
def tonnes_a_person(tonnes: Any, people: Any) -> Any:
    """Tonnes each person brings; 0 where nobody moves over the network."""
    return np.divide(tonnes, people) if people else 0.0


@formula(
    "deploy.gap",
    unit="1",
    text="(mean arrival day of the plan − of the bound) / of the bound, a bound under one day counting as one",
    reference="docs/stages/deployment.md, D9",
)
def gap_share(plan: Any, bound: Any) -> Any:
    """Share by which the plan is later than the bound."""
    return (plan - bound) / np.maximum(bound, 1.0)


@formula(
    "deploy.share_of_people",
    unit="people",
    text="share × people of the option that count",
    reference="docs/stages/deployment.md, D10 and D11",
)
def share_of_people(share: Any, people: Any) -> Any:
    """People at which a capability is declared."""
    return share * people


@formula(
    "deploy.transport_days",
    unit="days",
    text="day of full capability − day on which as many people are ready to move",
    reference="docs/stages/deployment.md, D12",
)
def transport_days(full: Any, ready: Any) -> Any:
    """Days that the way costs beyond readiness."""
    return full - ready


@formula(
    "deploy.order_days",
    unit="days",
    text="mean arrival day of the plan − of the same plan with those first who bring most people a tonne",
    reference="docs/stages/deployment.md",
)
def order_days(plan: Any, people_first: Any) -> Any:
    """Days that the enabling order costs in the mean."""
    return plan - people_first


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the stage found, for its figures."""

    people_network: float
    tonnes_network: float
    people_counted: float
    people_outside: float
    supply_t_day: float
    mean_plan: float
    mean_people_first: float
    mean_bound: float
    bindings: tuple[Binding, ...]
    initial: float
    full: float
    ready_full: float
    behind: float
    """People not in place by the horizon."""
    drawn: ClosureRange


def write_figures(found: Findings, inputs: DeploymentInputs) -> dict[str, Figure]:
    """All figures of the stage under `deploy.`."""
    sheet = Worksheet()
    _write_load(sheet, found)
    _write_bound(sheet, found)
    _write_capability(sheet, found, inputs)
    _write_range(sheet, "initial", found.drawn.initial)
    _write_range(sheet, "full", found.drawn.full)
    return sheet.figures


def _write_load(sheet: Worksheet, found: Findings) -> None:
    text = "from the force and its laydown; reliefs and units by their own means left out"
    sheet.given("deploy.people_network", found.people_network, unit="people", text=text)
    sheet.given("deploy.tonnes_network", found.tonnes_network, unit="t", text=text)
    sheet.apply(
        "deploy.tonnes_a_person",
        "deploy.tonnes_a_person",
        tonnes="deploy.tonnes_network",
        people="deploy.people_network",
    )
    sheet.given(
        "deploy.supply_t_day",
        found.supply_t_day,
        unit="t/day",
        text="daily supply of the force in the country once all are there: each capability's own rate × units",
    )
    sheet.given(
        "deploy.people_counted", found.people_counted, unit="people", text="people of the option in the country"
    )
    sheet.given(
        "deploy.people_outside",
        found.people_outside,
        unit="people",
        text="people in neighbouring countries and theatre",
    )
    sheet.given(
        "deploy.people_behind", found.behind, unit="people", text="people of the option not in place by the horizon"
    )


def _write_bound(sheet: Worksheet, found: Findings) -> None:
    sheet.optimum(
        "deploy.mean_day_bound",
        found.mean_bound,
        unit="day after D",
        text=f"least people-weighted mean arrival day (linear program): {say_bindings(found.bindings)}",
        inputs=("deploy.people_network", "deploy.tonnes_network", "deploy.supply_t_day"),
    )
    sheet.optimum(
        "deploy.mean_day_plan",
        found.mean_plan,
        unit="day after D",
        text="people-weighted mean arrival day of the list schedule: whole units in the enabling order",
        inputs=("deploy.people_network", "deploy.tonnes_network", "deploy.supply_t_day"),
    )
    sheet.optimum(
        "deploy.mean_day_people_first",
        found.mean_people_first,
        unit="day after D",
        text="the same along the same routes, but those first who bring most people a tonne, whatever they enable",
        inputs=("deploy.people_network", "deploy.tonnes_network"),
    )
    sheet.apply(
        "deploy.order_days",
        "deploy.order_days",
        plan="deploy.mean_day_plan",
        people_first="deploy.mean_day_people_first",
    )
    sheet.apply("deploy.gap", "deploy.gap", plan="deploy.mean_day_plan", bound="deploy.mean_day_bound")


def _write_capability(sheet: Worksheet, found: Findings, inputs: DeploymentInputs) -> None:
    for name, share in (("ioc", inputs.settings.ioc_share), ("foc", inputs.settings.foc_share)):
        sheet.given(
            f"deploy.{name}_share",
            share.nominal,
            unit="1",
            text=f"factor deployment.{name}_share",
            source=share.source,
            assumption=share.assumption,
        )
        sheet.apply(
            f"deploy.{name}_people",
            "deploy.share_of_people",
            share=f"deploy.{name}_share",
            people="deploy.people_counted",
        )
    sheet.optimum(
        "deploy.initial_day",
        found.initial,
        unit="day after D",
        text="list schedule: first day with these people, a headquarters and a unit that can react in place (nan: not by the horizon)",
        inputs=("deploy.ioc_people", "deploy.mean_day_plan"),
    )
    sheet.optimum(
        "deploy.full_day",
        found.full,
        unit="day after D",
        text="list schedule: first day with these people in place, initial capability reached (nan: not by the horizon)",
        inputs=("deploy.foc_people", "deploy.initial_day", "deploy.mean_day_plan"),
    )
    sheet.given(
        "deploy.ready_full_day",
        found.ready_full,
        unit="day after D",
        text="from the force: day on which the people of full capability are ready to move",
    )
    sheet.apply("deploy.transport_days", "deploy.transport_days", full="deploy.full_day", ready="deploy.ready_full_day")


def _write_range(sheet: Worksheet, name: str, days: NDArray[np.float64]) -> None:
    never = int(np.isnan(days).sum())
    sheet.estimate(
        f"deploy.{name}_range",
        percentile(days, 0.5),
        unit="day after D",
        text=f"median of the list schedule over {len(days)} draws of notice, approvals, borders, capacity and weather "
        f"(10th to 90th percentile of the draws; not reached by the horizon in {never})",
        low=percentile(days, 0.1),
        high=percentile(days, 0.9),
        inputs=(f"deploy.{name}_day",),
    )
