"""The named figures of force generation and their reasons, for `explain`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.generation.ask import Ask, weighted_demand
from holdfast.generation.inputs import GenerationInputs, Offer
from holdfast.generation.reasons import Backing
from holdfast.generation.steady import FIRST_STEADY_MONTH
from holdfast.results.derivation import Worksheet, formula
from holdfast.results.stages import ForceUnit

_SHOWN = 6  # binding rows named in a text

Array = NDArray[np.float64]


@formula(
    "generate.fill",
    unit="1",
    text="1 - weighted shortfall ÷ weighted demand",
    reference="MODEL.md 2, objective: absolute units by weight",
)
def fill_share(shortfall: float, demand: float) -> float:
    """Share of the weighted demand that is filled (1 where nothing is demanded)."""
    return 1.0 - shortfall / demand if demand > 0 else 1.0


@formula(
    "generate.deciding_before_d_days",
    unit="day",
    text="mean ready day if every clock waited for D - mean ready day as planned",
    reference="MODEL.md, Time: what deciding before D is worth is a result",
)
def days_saved(waiting: float, planned: float) -> float:
    """Days by which the force is ready earlier because nations decide before the ceasefire."""
    return waiting - planned


def record_clocks(inputs: GenerationInputs, *, sheet: Worksheet, units: tuple[ForceUnit, ...]) -> None:
    """What deciding before D is worth: the mean ready day by people as planned, and with every clock started at D."""
    own = [unit for unit in units if not unit.backstop and unit.personnel > 0]
    people = sum(unit.personnel for unit in own)
    if people <= 0:
        return
    waiting = {offer.id: _ready_from_d(inputs, offer) for offer in inputs.offers}
    planned = sum(unit.ready_day * unit.personnel for unit in own) / people
    late = sum(max(unit.ready_day, waiting[unit.pool]) * unit.personnel for unit in own) / people
    sheet.optimum(
        "generate.ready_day.planned", planned, unit="day after D",
        text=f"mean over {people:,.0f} people of the day on which they are ready to move, first fill, backstop apart",
    )  # fmt: skip
    sheet.optimum(
        "generate.ready_day.waiting", late, unit="day after D",
        text="the same people and tours, had every nation begun to decide on D: no unit before decision + approval + notice",
    )  # fmt: skip
    sheet.apply(
        "generate.deciding_before_d_days", "generate.deciding_before_d_days",
        waiting="generate.ready_day.waiting", planned="generate.ready_day.planned",
    )  # fmt: skip


def _ready_from_d(inputs: GenerationInputs, offer: Offer) -> float:
    nation = next(nation for nation in inputs.contributors if nation.id == offer.nation)
    return nation.decision_days + nation.approval_days + offer.notice_days


def record_figures(
    inputs: GenerationInputs,
    *,
    sheet: Worksheet,
    backings: dict[str, Backing],
    people: Array,
    ask: Ask | None,
    gain: float,
) -> None:
    """Keep every figure of the stage with its reason on the worksheet."""
    sheet.given(
        "generate.demand", weighted_demand(inputs), unit="people-equivalent",
        text="units required × weight of a missing unit, summed over capabilities (stage size)",
    )  # fmt: skip
    for row, (name, backing) in enumerate(backings.items()):
        _record_pools(inputs, sheet, backing)
        _record_backing(inputs, sheet, name, backing, people=people[row])
    sheet.optimum(
        "generate.pledge_together_gain", gain, unit="people-equivalent", inputs=("generate.demand",),
        text="weighted shortfall where everyone waits for the others, less that of a joint declaration, steady state",
    )  # fmt: skip
    if ask is not None:
        _record_ask(inputs, sheet, ask)


def _record_pools(inputs: GenerationInputs, sheet: Worksheet, backing: Backing) -> None:
    used = {edge.source for edge in backing.edges}
    for offer in inputs.offers:
        if offer.id in used and offer.nation in backing.state.nations:
            _record_pool(sheet, offer)


def _record_pool(sheet: Worksheet, offer: Offer) -> None:
    name = f"generate.pool.{offer.id}"
    if f"{name}.units" in sheet.figures:
        return
    origin: dict[str, Any] = {"source": offer.source, "assumption": offer.assumption}
    sheet.given(f"{name}.units", offer.units, unit="unit", text="units of the pool", **origin)
    sheet.given(f"{name}.deployable_share", offer.deployable_share, unit="1", text="share that can deploy", **origin)
    sheet.given(f"{name}.committed", offer.committed, unit="unit", text="on present commitments", **origin)
    sheet.given(f"{name}.tour", offer.tour_months, unit="month", text="length of a tour", **origin)
    sheet.given(f"{name}.overlap", offer.overlap_days, unit="day", text="handover overlap", **origin)
    sheet.given(f"{name}.dwell", offer.dwell, unit="1", text="months at home for each month deployed", **origin)
    sheet.apply(
        f"{name}.free", "generate.free_units",
        units=f"{name}.units", deployable_share=f"{name}.deployable_share", committed=f"{name}.committed",
    )  # fmt: skip
    sheet.apply(
        f"{name}.cycle", "generate.cycle_months",
        tour_months=f"{name}.tour", overlap_days=f"{name}.overlap", dwell=f"{name}.dwell",
    )  # fmt: skip
    sheet.apply(
        f"{name}.sustained", "generate.sustained",
        units=f"{name}.free", tour_months=f"{name}.tour", cycle=f"{name}.cycle",
    )  # fmt: skip


def _record_backing(inputs: GenerationInputs, sheet: Worksheet, name: str, backing: Backing, *, people: Array) -> None:
    schedule = backing.schedule
    weights = np.array([line.weight for line in inputs.demand])
    weighted = schedule.weighted(weights)
    steady = float(weighted[min(FIRST_STEADY_MONTH, inputs.months - 1) :].mean()) if len(weighted) else 0.0
    binding = _binding(inputs, backing)
    inputs_of = tuple(
        f"generate.pool.{source}.sustained"
        for source in backing.steady.prices
        if f"generate.pool.{source}.sustained" in sheet.figures
    )
    sheet.optimum(
        f"generate.bound.{name}", backing.steady.shortfall, unit="people-equivalent", inputs=inputs_of,
        text=f"least weighted shortfall of the steady-state linear program; {binding}",
    )  # fmt: skip
    sheet.optimum(
        f"generate.shortfall.{name}", steady, unit="people-equivalent", inputs=("generate.demand", f"generate.bound.{name}"),
        text=f"mean weighted shortfall from month {FIRST_STEADY_MONTH} on, by the integer program solved to a gap of {schedule.gap:.2%}",
    )  # fmt: skip
    sheet.apply(
        f"generate.fill.{name}", "generate.fill", shortfall=f"generate.shortfall.{name}", demand="generate.demand"
    )
    sheet.optimum(
        f"generate.people_in_country.{name}", tuple(float(value) for value in people), unit="people",
        text=f"people on station in the country, by month from D; cap {_cap_text(inputs)}",
    )  # fmt: skip
    sheet.optimum(f"generate.gap.{name}", schedule.gap, unit="1", text="(value - bound) ÷ value of the integer program")


def _cap_text(inputs: GenerationInputs) -> str:
    return f"{inputs.cap_in_country:,}" if inputs.cap_in_country > 0 else "none"


def _binding(inputs: GenerationInputs, backing: Backing) -> str:
    prices = sorted(backing.steady.prices.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [
        f"the cap of {inputs.cap_in_country:,} people ({price:.2f} a person)"
        if source == "cap"
        else f"{source} ({price:,.0f} a unit on station)"
        for source, price in prices[:_SHOWN]
    ]
    more = f" and {len(prices) - _SHOWN} more" if len(prices) > _SHOWN else ""
    return f"binding, with what one more would save: {', '.join(rows)}{more}" if rows else "no row binds"


def _record_ask(inputs: GenerationInputs, sheet: Worksheet, ask: Ask) -> None:
    for item in ask.items:
        joins = f"; nations that take part only with it: {', '.join(item.unlocks)}" if item.unlocks else ""
        sheet.optimum(
            f"generate.ask.{item.element}.shapley", item.shapley, unit="people-equivalent", inputs=("generate.demand",),
            text="exact Shapley value over all sets of elements, weighted shortfall closed in the steady state" + joins,
        )  # fmt: skip
        sheet.optimum(
            f"generate.ask.{item.element}.shapley_units", item.shapley_units, unit="people-equivalent",
            text="exact Shapley value of its units, the nations held as they are with every element granted",
        )  # fmt: skip
        sheet.optimum(
            f"generate.ask.{item.element}.closes_alone", item.closes_alone, unit="people-equivalent",
            text="weighted shortfall closed by this element alone, steady state",
        )  # fmt: skip
        sheet.optimum(
            f"generate.ask.{item.element}.refusal_leaves", item.refusal_leaves, unit="people-equivalent",
            text="weighted shortfall left where this element is refused and all others are granted, steady state",
        )  # fmt: skip
    sheet.optimum(
        "generate.shortfall.goes_anyway", ask.goes_anyway, unit="people-equivalent",
        text="left in the steady state if every nation that joins with the whole backstop came without any of it",
    )  # fmt: skip
    verdict = "brings the shortfall under tolerance" if ask.under_tolerance else "no set does; this one closes most"
    sheet.optimum(
        "generate.ask.left", ask.left, unit="people-equivalent",
        text=f"left by the cheapest set ({', '.join(sorted(ask.needed)) or 'none'}): {verdict} "
        f"(tolerance {inputs.tolerance_share:.1%} of demand)",
    )  # fmt: skip
    sheet.optimum(
        "generate.ask.sourced_share", ask.sourced_share, unit="1",
        text="share of the needed elements' Shapley value that rests on sourced rows",
    )  # fmt: skip
