"""Tables that compare options, and those that say what the answers rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.brief.table import Column, Table
from holdfast.results.derivation import Figure
from holdfast.results.plan import Contrast, Plan, Study
from holdfast.results.stages import Requirement
from holdfast.scenario.types import Scenario

if TYPE_CHECKING:
    from holdfast.sizing.agreement import Agreement


def coarse_range(low: float, high: float) -> str:
    """A probability as a coarse range of tenths, never a single figure."""
    if math.isnan(low) or math.isnan(high):
        return "–"
    floor, ceiling = math.floor(low * 10 + 1e-9) / 10, math.ceil(high * 10 - 1e-9) / 10
    if ceiling - floor < 0.1:
        floor, ceiling = (floor - 0.1, ceiling) if ceiling >= 1 else (floor, ceiling + 0.1)
    return f"{floor:.1f} to {ceiling:.1f}"


def table_of_options(study: Study) -> Table:
    """The options compared in one table."""
    measures = study.measures
    rows = tuple(
        (
            f"{plan.case.option_title}{' (reference)' if option == study.reference else ''}",
            *(
                float(measures[key].sel(option=option))
                for key in ("required", "on_station", "pool", "fill_europe", "fill", "ioc", "foc", "seen",
                            "protected_country", "protected")
            ),
            coarse_range(plan.stress.hold_low, plan.stress.hold_high),
        )
        for option, plan in study.plans.items()
    )  # fmt: skip
    return Table(
        "options",
        "The options compared",
        (
            Column("option"),
            Column("required in the country", "people"),
            Column("on station, month 12 on", "people"),
            Column("pool, 24 months", "people"),
            Column("filled, Europe alone", "share"),
            Column("filled, with backstop", "share"),
            Column("IOC, day", "day"),
            Column("FOC, day", "day"),
            Column("seen on the line", "share"),
            Column("covered from inside", "share"),
            Column("covered, both sides", "share"),
            Column("P(hold) over futures"),
        ),
        rows,
        "Days after D, the first day of the ceasefire; IOC, FOC: initial and full capability. Europe alone: by the "
        "nations' stated conditions. Covered: people in defended places under air defence against "
        "cruise missiles. P(hold): 10th to 90th percentile over futures drawn from the stated ranges, in tenths; "
        "a conditional statement, not a forecast.",
    )


def table_of_contrasts(study: Study) -> Table:
    """The reference against each other option over the futures they share."""
    titles = {option: plan.case.option_title for option, plan in study.plans.items()}
    rows = tuple(
        (
            titles.get(item.better, item.better),
            titles.get(item.worse, item.worse),
            say_contrast(item),
            item.wins_share,
            item.ties_share,
            f"{item.low:+.2f} to {item.high:+.2f}",
            item.correlation,
            item.flips or "no single input within its range",
        )
        for item in study.contrasts
    )
    return Table(
        "contrasts",
        "Which does better over the same futures",
        (
            Column("better"),
            Column("worse"),
            Column("verdict"),
            Column("better in futures", "share"),
            Column("equal in futures", "share"),
            Column("difference of P(hold), 95 % interval"),
            Column("correlation achieved", "number"),
            Column("what would flip it"),
        ),
        rows,
        "Options share every draw that no lever touches. A difference whose interval holds zero is not "
        "distinguishable.",
    )


def say_contrast(item: Contrast) -> str:
    """A contrast in words."""
    if not item.distinguishable:
        return "not distinguishable"
    return f"better by {item.difference:.2f}" if item.difference >= 0.005 else "better by less than 0.01"


def table_of_claims(requirement: Requirement, agreement: Agreement | None = None) -> Table:
    """Published claims and other estimates beside ours, with the verdict in words (over draws where there are draws)."""
    said = {row.id: row.words for row in agreement.judged} if agreement else {}
    ours = (
        f"Holdfast, posture {requirement.posture}",
        float(requirement.in_country),
        float(requirement.in_country),
        float(requirement.in_country),
        "this plan",
        "",
        "",
        "people in the country, at the service levels stated",
    )
    rows = tuple(
        (item.title, item.low, item.mode if item.mode is not None else math.nan, item.high, item.kind, item.source.replace(";", "; "),
         said.get(item.id, item.verdict), item.note)
        for item in requirement.triangulation
    )  # fmt: skip
    return Table(
        "claims",
        "Published claims and other estimates beside ours",
        (
            Column("who or what"),
            Column("low, people", "people"),
            Column("middle", "people"),
            Column("high", "people"),
            Column("kind"),
            Column("source"),
            Column("beside ours"),
            Column("note"),
        ),
        (ours, *rows),
        "A claim is what somebody said, a regression what past missions of the class had, a ratio a rule from the "
        "literature. None is a target the model was set to.",
    )


def table_of_cap(plan: Plan) -> Table:
    """Service levels as asked, and at the common level alpha that the cap buys."""
    cap, figures = plan.requirement.cap, plan.requirement.figures
    rows = (
        ()
        if cap is None
        else tuple((name, _asked(figures, name), value) for name, value in cap.service_at_alpha.items())
    )
    note = ""
    if cap is not None:
        note = (
            f"The cap of {cap.cap:,} people buys a common service level alpha of {cap.alpha:.2f} (1 is what was asked "
            f"for, which needs {cap.in_country_uncapped:,})."
        )
        if cap.dropped_tasks:
            fits = "which fits" if cap.dropped_fits else "which still does not fit"
            note += f" Or drop whole tasks: {', '.join(cap.dropped_tasks)}, {fits}."
    columns = (Column("service level"), Column("as asked", "number"), Column("at the cap", "number"))
    return Table("cap", "Service levels asked for, and at the cap", columns, rows, note)


def _asked(figures: Mapping[str, Figure], name: str) -> float:
    """A service level as asked (nan where no task of the case reads it)."""
    figure = figures.get(f"service.{name}")
    return math.nan if figure is None or isinstance(figure.value, tuple) else figure.value


def table_of_origin(scenario: Scenario) -> Table:
    """How much of each table rests on sourced rows."""
    from holdfast.scenario.origin import sourced_share

    share = sourced_share(scenario)
    counts = {**share.by_table, "all": (share.sourced, share.partly, share.assumed)}
    rows = tuple(
        (name, *count, count[0] / sum(count), (count[0] + count[1]) / sum(count)) for name, count in counts.items()
    )
    return Table(
        "origin",
        "What the answers rest on: rows and values by origin",
        (
            Column("table"),
            Column("sourced", "count"),
            Column("partly sourced", "count"),
            Column("assumed", "count"),
            Column("sourced share", "share"),
            Column("share that cites evidence", "share"),
        ),
        rows,
        "Sourced: every figure of the row rests on evidence. Partly: the row cites evidence, and says which figure is "
        "judgement. Assumed: judgement only, with its reason.",
    )


def table_of_evidence(scenario: Scenario) -> Table:
    """Every claim cited, with who said it and how far it was checked."""
    rows = tuple(
        (item.id, item.claim, item.said_by, item.publisher, item.date.isoformat(), item.checked, item.address)
        for item in scenario.evidence.values()
    )
    return Table(
        "sources",
        "Sourced values: the evidence",
        (
            Column("id"),
            Column("claim, in our words"),
            Column("said by"),
            Column("publisher"),
            Column("date"),
            Column("checked"),
            Column("where"),
        ),
        rows,
    )


def table_of_assumptions(scenario: Scenario) -> Table:
    """Every assumption, with where it stands."""
    rows: list[tuple[str, str, str]] = []
    for name in ("nations", "pools", "backstop", "capabilities", "places", "legs", "assets", "sectors", "traces"):
        for key, row in getattr(scenario, name).items():
            if row.assumption:
                rows.append((f"{name}.{key}", row.assumption, row.source))
    for key, factor in scenario.factors.items():
        if factor.value.assumption:
            text = f"{factor.meaning}: {factor.value.mode:g} {factor.unit}. {factor.value.assumption}"
            rows.append((f"factors.{key}", text, factor.value.source))
    for name in ("mission", "settlement", "service", "threat", "behaviour", "base_rates"):
        section = getattr(scenario, name)
        if section.assumption:
            rows.append((name, section.assumption, section.source))
    return Table(
        "assumptions",
        "Assumptions, apart from sourced values",
        (Column("where"), Column("assumption"), Column("evidence it leans on")),
        tuple(rows),
    )
