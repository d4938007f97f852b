"""The content of the brief, gathered once: sentences, tables, figures, in the order a reader wants them."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.brief import answer_tables as sizes
from holdfast.brief import force_tables as forces
from holdfast.brief import stage_tables as stages
from holdfast.brief import study_tables as studies
from holdfast.brief import sustain_tables as sustain
from holdfast.brief.answers import SizeAnswers, answer_sizes
from holdfast.brief.charts import draw_all
from holdfast.brief.maps import draw_map
from holdfast.brief.sections import Section, gather_sections
from holdfast.brief.sentences import reading
from holdfast.brief.size_chart import draw_own_terms, draw_sizes
from holdfast.brief.size_tables import tables_of_sizes
from holdfast.brief.table import Column, Table
from holdfast.brief.wording import Wording
from holdfast.core.progress import report
from holdfast.results.derivation import format_value
from holdfast.results.plan import DISCLAIMER, Plan, Study
from holdfast.scenario.types import Scenario


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


def gather_content(study: Study, scenario: Scenario, *, answers: SizeAnswers | None = None) -> BriefContent:
    """Everything the brief of a study says, with the reference option in full.

    Parameters
    ----------
    answers
        What sizing answers beside the plan (`answer_sizes`); by default it is found here.
    """
    plan = study.plans[study.reference]
    answers = answers if answers is not None else answer_sizes(study, scenario)
    report("writing the brief", 0.98)
    tables = gather_tables(study, scenario, answers)
    return BriefContent(
        title=scenario.title,
        kicker=f"Holdfast brief, as of {plan.as_of}",
        question=scenario.question,
        disclaimer=DISCLAIMER,
        reading=reading(study, answers),
        sections=gather_sections(study, scenario, answers, tables, gather_charts(study, scenario, answers)),
        tables=tuple(tables.values()),
        scenario_hash=plan.provenance.scenario_hash,
    )


def gather_charts(study: Study, scenario: Scenario, answers: SizeAnswers) -> dict[str, str]:
    """Every drawing of the brief by name; an empty string where there is nothing to draw."""
    plan = study.plans[study.reference]
    pool_people = {key: scenario.capabilities[pool.capability].personnel if "country" in pool.areas
                   and scenario.capabilities[pool.capability].area == "country" else 0.0
                   for key, pool in scenario.pools.items()}  # fmt: skip
    charts = draw_all(
        study,
        plan,
        {key: nation.name for key, nation in scenario.nations.items()},
        {key: pool.nation for key, pool in scenario.pools.items()},
        pool_people,
        answers.ranges,
    )
    curves = answers.curves
    charts["map"] = draw_map(scenario, plan)
    charts["own_terms"] = draw_own_terms(curves, answers.settlement, answers.claims, cap=answers.cap) if curves else ""
    charts["sizes"] = draw_sizes(curves) if curves else ""
    return charts


def gather_tables(study: Study, scenario: Scenario, answers: SizeAnswers) -> dict[str, Table]:
    """Every table of the brief by key."""
    plan = study.plans[study.reference]
    names = {key: item.name for key, item in scenario.capabilities.items()}
    nations = {key: item.name for key, item in scenario.nations.items()}
    found = (
        studies.table_of_options(study),
        studies.table_of_contrasts(study),
        *tables_of_size(plan, scenario, answers),
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
        studies.table_of_claims(plan.requirement, answers.agreement),
        studies.table_of_origin(scenario),
        studies.table_of_assumptions(scenario),
        studies.table_of_evidence(scenario),
        table_of_figures(plan),
    )
    wording = Wording(scenario)
    plain = {"sites", "assumptions", "sources", "figures", "claims_read", "drivers"}  # these name ids on purpose
    return {table.key: table if table.key in plain else wording.say_table(table) for table in found}


def tables_of_size(plan: Plan, scenario: Scenario, answers: SizeAnswers) -> tuple[Table, ...]:
    """Tables of how big and why, of what sizes buy, and of how the force is kept alive and ended."""
    requirement = plan.requirement
    curves = () if answers.curves is None else tables_of_sizes(answers.curves, answers.readings).values()
    leaving = requirement.exit
    return (
        sizes.table_of_totals(requirement, answers.ranges),
        sizes.table_of_tasks(requirement, answers.ranges),
        sizes.table_of_drivers(answers.ranges, scenario),
        sizes.table_of_cap_by_posture(answers),
        studies.table_of_cap(plan),
        sizes.table_of_hold(requirement),
        sizes.table_of_claims_by_terms(answers, requirement),
        *curves,
        sustain.table_of_requirements(requirement, plan.force),
        sustain.table_of_troops(requirement),
        *sustain.tables_of_sheets(requirement).values(),
        *((sustain.table_of_costs(leaving), sustain.table_of_rotation(leaving)) if leaving is not None else ()),
    )


def table_of_figures(plan: Plan) -> Table:
    """Every named figure of the plan, with its reason in one line (the tree: `holdfast explain`)."""
    rows = tuple(
        (name, format_value(figure), figure.kind, figure.text, figure.reference or figure.source, figure.assumption)
        for name, figure in sorted(plan.figures.items())
    )
    columns = tuple(Column(title) for title in ("figure", "value", "kind", "how", "reference or source", "assumption"))
    return Table("figures", "Every named figure and its reason", columns, rows)
