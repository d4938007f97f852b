"""The headline measures of a plan: the columns by which options are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from holdfast.results.plan import Plan

STEADY_MONTHS = slice(12, None)
"""Months over which force generation is judged: from a year after D, when first arrivals and rotation have settled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One column of the comparison: key, title, unit, better direction, and how it reads off a plan."""

    key: str
    title: str
    unit: str
    better: str
    """`more`, `less` or `neither`."""
    read: Callable[[Plan], float]


def _fill(plan: Plan, backing: str) -> float:
    balance = plan.force.balance.sel(backing=backing).isel(month=STEADY_MONTHS)
    weight = plan.requirement.cover["weight"]
    required = float((balance["required"] * weight).sum())
    if required == 0:
        return nan
    return 1.0 - float((balance["shortfall"] * weight).sum()) / required


def _on_station(plan: Plan) -> float:
    people = plan.force.people_on_station.isel(month=STEADY_MONTHS)
    return float(people.sel(backing="with_backstop").mean())


def _reached(plan: Plan, day: float) -> float:
    """A day of capability; none where nobody stands in the country that the option needs people in."""
    return day if _on_station(plan) > 0 else nan


def _seen(plan: Plan) -> float:
    line = plan.coverage.line["seen"].values
    return float(np.mean(line)) if line.size else nan


def _protected(plan: Plan) -> float:
    shares = plan.coverage.shares["people"]
    return float(shares.sel(backing="both", target="cruise_missile"))


def _unaided_protected(plan: Plan) -> float:
    return float(plan.coverage.shares["people"].sel(backing="country", target="cruise_missile"))


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="required", title="People required in the country", unit="people", better="neither",
        read=lambda p: float(p.requirement.in_country),
    ),
    Measure(
        key="pool", title="People needed over 24 months, all rotations", unit="people", better="less",
        read=lambda p: float(p.requirement.pool_24_months),
    ),
    Measure(
        key="on_station", title="People on station in the country, from month 12", unit="people", better="neither",
        read=_on_station,
    ),
    Measure(
        key="fill", title="Share of the requirement filled, from month 12", unit="share", better="more",
        read=lambda p: _fill(p, "with_backstop"),
    ),
    Measure(
        key="fill_europe", title="The same without the backstop", unit="share", better="more",
        read=lambda p: _fill(p, "europe_only"),
    ),
    Measure(
        key="ioc", title="Initial capability, day after D", unit="day", better="less",
        read=lambda p: _reached(p, p.deployment.initial_capability_day),
    ),
    Measure(
        key="foc", title="Full capability, day after D", unit="day", better="less",
        read=lambda p: _reached(p, p.deployment.full_capability_day),
    ),
    Measure(
        key="seen", title="Mean chance that a violation on the line is seen", unit="probability", better="more",
        read=_seen,
    ),
    Measure(
        key="protected", title="People under cover against cruise missiles", unit="share", better="more",
        read=_protected,
    ),
    Measure(
        key="protected_country", title="The same from inside the country only", unit="share", better="more",
        read=_unaided_protected,
    ),
    Measure(key="hold", title="P(hold), mean over futures", unit="probability", better="more",
            read=lambda p: p.stress.hold_mean),
    Measure(key="hold_low", title="P(hold), 10th percentile of futures", unit="probability", better="more",
            read=lambda p: p.stress.hold_low),
    Measure(key="hold_high", title="P(hold), 90th percentile of futures", unit="probability", better="more",
            read=lambda p: p.stress.hold_high),
)  # fmt: skip


def measure_plan(plan: Plan) -> dict[str, float]:
    """Every headline measure of one plan, by key."""
    return {measure.key: float(measure.read(plan)) for measure in MEASURES}
