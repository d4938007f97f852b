"""The content of the brief, gathered once: sentences, tables, figures, in the order a reader wants them."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from holdfast.brief import force_tables as forces
from holdfast.brief import stage_tables as stages
from holdfast.brief import study_tables as studies
from holdfast.brief.charts import draw_all
from holdfast.brief.maps import FOOTPRINT_TARGET, draw_map
from holdfast.brief.page import figure_html, paragraph, section, tables_html
from holdfast.brief.sentences import reading
from holdfast.brief.table import Table
from holdfast.brief.wording import Wording
from holdfast.core.progress import report
from holdfast.results.derivation import format_value
from holdfast.results.plan import DISCLAIMER, Plan, Study
from holdfast.scenario.types import Scenario

Section = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class BriefContent:
    """What the brief says, before any page is made."""

    title: str
    kicker: str
    question: str
    disclaimer: str
    reading: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    scenario_hash: str


def gather_content(study: Study, scenario: Scenario) -> BriefContent:
    """Everything the brief of a study says, with the reference option in full."""
    report("writing the brief", 0.96)
    plan = study.plans[study.reference]
    tables = gather_tables(study, scenario, plan)
    pool_people = {key: scenario.capabilities[pool.capability].personnel if "country" in pool.areas
                   and scenario.capabilities[pool.capability].area == "country" else 0.0
                   for key, pool in scenario.pools.items()}  # fmt: skip
    charts = draw_all(
        study,
        plan,
        {key: nation.name for key, nation in scenario.nations.items()},
        {key: pool.nation for key, pool in scenario.pools.items()},
        pool_people,
    )
    charts["map"] = draw_map(scenario, plan)
    return BriefContent(
        title=scenario.title,
        kicker=f"Holdfast brief, as of {plan.as_of}",
        question=scenario.question,
        disclaimer=DISCLAIMER,
        reading=reading(study),
        sections=gather_sections(study, plan, tables, charts),
        tables=tuple(tables.values()),
        scenario_hash=plan.provenance.scenario_hash,
    )


def gather_tables(study: Study, scenario: Scenario, plan: Plan) -> dict[str, Table]:
    """Every table of the brief by key."""
    names = {key: item.name for key, item in scenario.capabilities.items()}
    nations = {key: item.name for key, item in scenario.nations.items()}
    found = (
        studies.table_of_options(study),
        studies.table_of_contrasts(study),
        stages.table_of_totals(plan.requirement),
        stages.table_of_tasks(plan.requirement),
        studies.table_of_cap(plan),
        studies.table_of_hold(plan.requirement),
        stages.table_of_requirements(plan.requirement, plan.force, names),
        forces.table_of_approvals(plan.force),
        forces.table_of_contributions(plan.force, nations, names),
        forces.table_of_suppliers(plan.force, nations, names),
        forces.table_of_shortfalls(plan.force, backing="europe_only"),
        forces.table_of_shortfalls(plan.force, backing="with_backstop"),
        forces.table_of_requests(plan.force),
        forces.table_of_ask(plan.force),
        stages.table_of_laydown(plan.laydown),
        stages.table_of_sites(plan.laydown, names),
        stages.table_of_closure(plan.deployment),
        stages.table_of_bindings(plan.deployment),
        stages.table_of_sectors(plan.coverage),
        stages.table_of_protection(plan.coverage),
        stages.table_of_gaps(plan.coverage),
        stages.table_of_stress(plan.stress),
        studies.table_of_claims(plan.requirement),
        studies.table_of_origin(scenario),
        studies.table_of_assumptions(scenario),
        studies.table_of_evidence(scenario),
        table_of_figures(plan),
    )
    wording = Wording(scenario)
    plain = {"sites", "assumptions", "sources", "figures"}  # these name ids on purpose
    return {table.key: table if table.key in plain else wording.say_table(table) for table in found}


def table_of_figures(plan: Plan) -> Table:
    """Every named figure of the plan, with its reason in one line (the tree: `holdfast explain`)."""
    from holdfast.brief.table import Column

    rows = tuple(
        (name, format_value(figure), figure.kind, figure.text, figure.reference or figure.source, figure.assumption)
        for name, figure in sorted(plan.figures.items())
    )
    columns = tuple(Column(title) for title in ("figure", "value", "kind", "how", "reference or source", "assumption"))
    return Table("figures", "Every named figure and its reason", columns, rows)


def gather_sections(study: Study, plan: Plan, tables: dict[str, Table], charts: dict[str, str]) -> tuple[Section, ...]:
    """The sections in reading order."""
    title = plan.case.option_title
    return (
        section(
            "options", "The options compared",
            figure_html(charts["options"], "Each row is an option; every option is tested over the same futures. "
                        "P(hold) spans the 10th to 90th percentile of futures, the bar marks the mean."),
            tables_html(tables["options"], tables["contrasts"]),
            *(paragraph(f"Not planned: {option}: {reason}", css="note") for option, reason in study.skipped.items()),
            *(
                paragraph(f"{item.case.option_title}: ruled out by the terms: {line.rstrip('.')}.", css="note")
                for item in study.plans.values()
                for line in item.requirement.refused
            ),
        ),
        section(
            "map", "Where it stands",
            paragraph(f"What follows is the reference option: {title}; settlement: {plan.case.settlement_title}."),
            figure_html(charts["map"], _map_caption()),
            tables_html(_main_programs(tables["laydown_programs"])),
        ),
        section(
            "size", "How big, and why",
            figure_html(charts["tasks"], "The force is a cover: units serve several tasks, so bars do not add up."),
            tables_html(tables["totals"], tables["size_by_task"], tables["cap"], tables["hold"]),
            *(paragraph(f"Ruled out by the terms: {line}", css="note") for line in plan.requirement.refused),
        ),
        section("requirements", "Statement of requirements", tables_html(tables["statement_of_requirements"])),
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
            tables_html(tables["sectors"], tables["protection"], tables["gaps"].head(20)),
        ),
        section("stress", "Does it hold when tested", tables_html(tables["stress"])),
        section("approvals", "Approvals, nation by nation", tables_html(tables["approvals"])),
        section("claims", "Published claims beside ours", tables_html(tables["claims"])),
        section(
            "origin", "What it rests on",
            tables_html(tables["origin"], tables["assumptions"].head(40), tables["sources"].head(60)),
        ),
        section("limits", "Limits", limits_html()),
        section("provenance", "Provenance", provenance_html(plan)),
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
