"""The sections of the brief in reading order: three short ones to hand on, then the annexes."""

from __future__ import annotations

import html
from dataclasses import replace
from string import ascii_uppercase
from typing import TYPE_CHECKING

from holdfast.brief.answer_tables import say_draws_of
from holdfast.brief.maps import FOOTPRINT_TARGET
from holdfast.brief.page import figure_html, heading, paragraph, section, tables_html
from holdfast.brief.size_sentences import say_exit, say_housing, say_sizing, say_why_not
from holdfast.brief.sustain_tables import halves_of_statement
from holdfast.results.explain import cited_by
from holdfast.results.plan import Plan, Study
from holdfast.scenario.types import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.brief.answers import SizeAnswers
    from holdfast.brief.table import Table

Section = tuple[str, str, str]
"""Key, title, body as HTML."""


def gather_sections(
    study: Study, scenario: Scenario, answers: SizeAnswers, tables: Mapping[str, Table], charts: Mapping[str, str]
) -> tuple[Section, ...]:
    """The sections in reading order: what is handed on, then the annexes by letter."""
    plan = study.plans[study.reference]
    annexes = (
        _size_in_full(plan, scenario, answers, tables, charts),
        _claims(answers, tables),
        section("requirements", "Statement of requirements and troops to tasks",
                tables_html(*halves_of_statement(tables["statement_of_requirements"]), tables["troops"])),
        _care(plan, tables),
        _exit(plan, scenario, tables, charts),
        *_force_sections(tables, charts),
        section("stress", "Does it hold when tested", tables_html(tables["stress"], tables["contrasts"])),
        section("approvals", "Approvals, nation by nation", tables_html(tables["approvals"])),
        section("origin", "What it rests on",
                tables_html(tables["origin"], tables["assumptions"].head(25), _cited_first(plan, tables["sources"]).head(25))),
        section("limits", "Limits", limits_html()),
        section("provenance", "Provenance", provenance_html(plan)),
    )  # fmt: skip
    lettered = tuple(
        (key, f"Annex {letter}. {title}", body)
        for letter, (key, title, body) in zip(ascii_uppercase, annexes, strict=False)
    )
    return (*_main_sections(study, scenario, answers, tables, charts), *lettered)


def _cited_first(plan: Plan, table: Table) -> Table:
    """The evidence with what the size of the reference option cites at the head."""
    cited = set(cited_by(plan.requirement.figures.values()))
    note = "Evidence that the size cites stands first."
    return replace(table, rows=tuple(sorted(table.rows, key=lambda row: row[0] not in cited)), note=note)


def _main_sections(
    study: Study, scenario: Scenario, answers: SizeAnswers, tables: Mapping[str, Table], charts: Mapping[str, str]
) -> tuple[Section, ...]:
    """What is handed on: the options, the size, the map; each a picture and no more than one table."""
    plan = study.plans[study.reference]
    return (
        section(
            "options", "The options compared",
            figure_html(charts["options"], "Each row is an option; every option is tested over the same futures. "
                        "P(hold) spans the 10th to 90th percentile of futures, the bar marks the mean."),
            tables_html(tables["options"]),
            *(paragraph(f"Not planned: {option}: {reason}", css="note") for option, reason in study.skipped.items()),
            *(
                paragraph(f"{item.case.option_title}: ruled out by the terms: {line.rstrip('.')}.", css="note")
                for item in study.plans.values()
                for line in item.requirement.refused
            ),
        ),
        section(
            "size", "How big, and what a number buys",
            paragraph(f"Reference option: {plan.case.option_title}; terms: {plan.case.settlement_title}. "
                      f"{say_sizing(plan, answers, scenario)}"),
            figure_html(charts["own_terms"], _own_terms_caption(answers)),
            tables_html(*_own_rows(answers, tables["cap_by_posture"])),
            *(paragraph(text, css="note") for text in answers.missing),
        ),
        section(
            "map", "Where it stands",
            paragraph(f"The reference option under these terms: {plan.case.settlement_title}."),
            figure_html(charts["map"], _map_caption()),
        ),
    )  # fmt: skip


def _own_terms_caption(answers: SizeAnswers) -> str:
    later = f" * said after {answers.curves.as_of}: shown, never an input." if answers.curves else ""
    return (
        "Curves: the highest common service level that a size buys (1: as asked; they end where four times that fits). Dot and bar: "
        f"size at full service, nominal and 10th to 90th percentile over draws. Other terms: Annex A.{later}"
    )


def _own_rows(answers: SizeAnswers, table: Table) -> tuple[Table, ...]:
    """What each posture takes under the terms of the case alone, without the columns that say so."""
    if answers.curves is None or table.is_empty:
        return ()
    title = answers.curves.settlement_titles[answers.settlement]
    own = replace(table, rows=tuple(row for row in table.rows if row[-1] == title))
    shown = own.only(*(column.title for column in table.columns if column.title not in {"terms", "settlement"}))
    cap = (
        " Level: 1 is what the posture asks for, 4 four times or more; tasks: dropped at full service for the rest."
        if answers.cap
        else ""
    )
    return (replace(shown, key="postures", title=f"{table.title}: {title[:1].lower()}{title[1:]}",
                    note=f"{say_draws_of(answers)} Claims: at full service.{cap} All terms: Annex A."),)  # fmt: skip


def _size_in_full(
    plan: Plan, scenario: Scenario, answers: SizeAnswers, tables: Mapping[str, Table], charts: Mapping[str, str]
) -> Section:
    requirement = plan.requirement
    why = answers.why
    shown = tables["cap_by_posture"]
    left_out = {"settlement", "published claims that correspond"}
    every = shown.only(*(column.title for column in shown.columns if column.title not in left_out))
    return section(
        "size_in_full", "The size in full",
        tables_html(tables["totals"]),
        figure_html(charts["tasks"], "The force is a cover: units serve several tasks, so bars do not add up."),
        tables_html(tables["size_by_task"], tables["drivers"]),
        *((heading(f"Why not {why.size:,.0f}?"), paragraph(say_why_not(why, scenario))) if why is not None else ()),
        figure_html(charts["sizes"], ""),
        tables_html(every, tables["hold"], *([tables["cap"]] if requirement.cap is not None else ())),
        *(paragraph(f"Ruled out by the terms: {line}", css="note") for line in requirement.refused),
    )  # fmt: skip


def _claims(answers: SizeAnswers, tables: Mapping[str, Table]) -> Section:
    """Sizes from elsewhere: agreement in words, claims by terms, regressions and ratios."""
    whole = tables["claims"]
    others = replace(
        whole, key="elsewhere", title="Regressions and ratios beside ours", note=whole.note,
        rows=tuple(row for row in whole.rows if row[4] != "claim"),
    ).only("who or what", "low, people", "middle", "high", "beside ours", "source")  # fmt: skip
    return section(
        "claims", "Published claims and other sizes beside ours",
        paragraph(answers.agreement.words) if answers.agreement and answers.agreement.words else "",
        tables_html(others, tables["claims_by_terms"]),
    )  # fmt: skip


def _care(plan: Plan, tables: Mapping[str, Table]) -> Section:
    requirement = plan.requirement
    care, housing = requirement.medical, requirement.housing
    return section(
        "care", "Casualties, medical care, winter housing",
        *(
            (tables_html(tables["casualties"], tables["timeline"], tables["hospitals"]),
             paragraph(f"{care.home_per_month:.0f} patients fly home a month in routine ({care.flights_per_month:.1f} flights), and "
                       f"{care.flights_after_test:.0f} flights take home the wounded of the design-basis test; helicopters can fly "
                       f"{100 * care.fly_share:.0f} % of the time.", css="note"))
            if care is not None else ()
        ),
        *((paragraph(say_housing(housing)), tables_html(tables["winter_housing"])) if housing is not None else ()),
    )  # fmt: skip


def _exit(plan: Plan, scenario: Scenario, tables: Mapping[str, Table], charts: Mapping[str, str]) -> Section:
    leaving = plan.requirement.exit
    if leaving is None:
        return section("exit", "Rotation, cost and exit", paragraph("No force is planned.", css="note"))
    return section(
        "exit", "Rotation, cost and exit",
        paragraph(say_exit(leaving, scenario)),
        figure_html(charts["exit"], "Rules of drawdown, an assumption; the marks are past forces by share of their largest strength."),
        tables_html(tables["costs"], tables["pools"].head(10), tables["rotation"]),
    )  # fmt: skip


def _force_sections(tables: Mapping[str, Table], charts: Mapping[str, str]) -> tuple[Section, ...]:
    """Who supplies it, the ask, when it is in place, what it sees and protects."""
    return (
        section(
            "supply", "Who supplies what, and when",
            figure_html(charts["force"], "Units ready to move and on station, by nation, with the backstop where it is part of "
                        "the option; replacements by later tours keep the level."),
            tables_html(tables["contributions"], tables["shortfalls_with_backstop"].head(12)),
        ),
        section(
            "ask", "The ask",
            figure_html(charts["ask"], "What each element closes of the shortfall that is left without the backstop."),
            tables_html(tables["requests"], tables["ask"], tables["shortfalls_europe_only"].head(5)),
        ),
        section(
            "time", "When it is in place",
            figure_html(charts["closure"], "The bound is the best any schedule could do on the same network."),
            tables_html(tables["closure"], tables["bottlenecks"].head(12)),
        ),
        section(
            "coverage", "What is seen and protected, and the gaps",
            figure_html(charts["line"], "Probability by kilometre of the line, all layers together."),
            tables_html(tables["sectors"], tables["protection"], tables["gaps"].head(12),
                        _main_programs(tables["laydown_programs"])),
        ),
    )  # fmt: skip


def _main_programs(table: Table) -> Table:
    """The covering programs of posts, reaction and protection; those of single support units are in the CSV."""
    kept = tuple(row for row in table.rows if not str(row[0]).startswith(("base ", "hq ")))
    return replace(table, rows=kept, note=f"{table.note} Programs of bases and headquarters: tables/{table.key}.csv.")


def _map_caption() -> str:
    from holdfast.geo.basemap import DISCLAIMER as BORDERS

    return (
        f"Footprints are the reach against {FOOTPRINT_TARGET} at the planning altitude, cut at the radio horizon; other targets "
        f"have smaller ones (see the table of protection). Sites are generalised planning sites, not positions of real units. {BORDERS}"
    )


LIMITS = (
    "Results are conditional statements about the assumptions listed; they are never forecasts.",
    "Sizing says what a task takes under the stated service levels, not what politics will decide or what sufficed elsewhere.",
    "The stress test is not validated as a forecast; published effects of peacekeepers stand beside it and are no target of it.",
    "National pools are planning estimates from published totals by stated rules, not offers. Only governments can offer.",
    "Capacities of roads, rails, ports and crossings are planning values on a generalised network, not engineering surveys.",
    "The line is drawn by hand at the scale stated; its true trace is not known before a settlement.",
    "Air-defence shares are geometric and by engagement capacity; they say nothing about any single engagement.",
)


def limits_html() -> str:
    """What the brief does not claim."""
    return "<ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in LIMITS) + "</ul>"


def provenance_html(plan: Plan) -> str:
    """Who computed this with what, and how to compute it again."""
    provenance = plan.provenance
    items = {
        "Holdfast": provenance.holdfast_version,
        "Scenario": f"{provenance.scenario_hash} ({provenance.sourced_rows} rows and values sourced, "
        f"{provenance.partly_sourced_rows} partly, {provenance.assumed_rows} assumed)",
        "Seed": str(provenance.seed),
        "Overrides": ", ".join(f"{key} = {value}" for key, value in plan.case.overrides.items()) or "none",
        "Processor": provenance.processor,
        "Versions": ", ".join(f"{name} {number}" for name, number in provenance.versions.items()),
        "Created": provenance.created,
        "Again": "holdfast rerun study.nc",
        "Why a figure": "holdfast explain study.nc NAME (names: tables/figures.csv)",
    }
    rows = "".join(f"<dt>{html.escape(key)}</dt><dd>{html.escape(value)}</dd>" for key, value in items.items())
    return f"<dl>{rows}</dl>"
