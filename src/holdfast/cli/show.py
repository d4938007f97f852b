"""Results as tables on the terminal: the same tables as the brief's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from holdfast.brief import force_tables as forces
from holdfast.brief import stage_tables as tables
from holdfast.brief.table import Column, Table, format_cell
from holdfast.cli.common import DISCLAIMER

if TYPE_CHECKING:
    from holdfast.results.plan import Findings, Study
    from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Stress

_LONG = 25
_TERMINAL_COLUMNS = {
    1: "need", 2: "there", 4: "Europe", 5: "backed", 6: "IOC", 7: "FOC", 11: "P(hold)",
}  # fmt: skip
"""Columns of the table of options that fit a terminal, with short headings; the brief has all."""
_TERMINAL_NOTE = (
    "need: people required in the country; there: on station from month 12; Europe, backed: share of the requirement filled "
    "without and with the backstop; IOC, FOC: days after D; P(hold): range over futures, no forecast."
)


def show_table(table: Table) -> None:
    """Print one table, wrapped to the terminal's width."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn

    if table.is_empty:
        click.echo(f"{table.title}: nothing")
        return
    shown = table.head(_LONG)
    drawn = Drawn(
        title=shown.title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        caption=shown.note or None,
        caption_justify="left",
    )
    for place, column in enumerate(shown.columns):
        left = place == 0 or column.kind in {"text", "flag"}
        drawn.add_column(
            column.title, justify="left" if left else "right", overflow="fold", min_width=18 if place == 0 else 5
        )
    for row in shown.rows:
        cells = (format_cell(value, column.kind) for value, column in zip(row, shown.columns, strict=True))
        drawn.add_row(*cells)
    Console(highlight=False, markup=False).print(drawn)


def case_heading(found: Findings) -> None:
    """Say which case the figures are of, what they rest on, and that they are conditional."""
    click.echo(f"{found.title}\noption: {found.case.option_title}\nsettlement: {found.case.settlement_title}")
    for key, value in found.case.overrides.items():
        click.echo(f"override: {key} = {value}")
    origin = found.provenance
    click.echo(
        f"rests on {origin.sourced_rows} rows and values that are sourced, {origin.partly_sourced_rows} partly, "
        f"{origin.assumed_rows} assumed"
    )
    click.echo(DISCLAIMER)


def show_force(force: Force) -> None:
    """Generation: approvals, suppliers, shortfalls, the ask."""
    show_table(forces.table_of_approvals(force))
    show_table(forces.table_of_suppliers(force, {}, {}))
    show_table(forces.table_of_shortfalls(force, backing="europe_only"))
    show_table(forces.table_of_shortfalls(force, backing="with_backstop"))
    show_table(forces.table_of_ask(force))


def show_laydown(laydown: Laydown) -> None:
    """Laydown: programs and sites."""
    show_table(tables.table_of_laydown(laydown))
    show_table(tables.table_of_sites(laydown, {}))


def show_deployment(deployment: Deployment) -> None:
    """Deployment: closure and what limits it."""
    show_table(tables.table_of_closure(deployment))
    show_table(tables.table_of_bindings(deployment))
    click.echo(
        f"initial capability: day {format_cell(deployment.initial_capability_day, 'day')}; "
        f"full capability: day {format_cell(deployment.full_capability_day, 'day')} after D"
    )


def show_coverage(coverage: Coverage) -> None:
    """Coverage: sectors, protection, gaps."""
    show_table(tables.table_of_sectors(coverage))
    show_table(tables.table_of_protection(coverage))
    show_table(tables.table_of_gaps(coverage))


def show_stress(stress: Stress) -> None:
    """Stress: P(hold) as a coarse range with both kinds of interval, outcomes and ablation."""
    click.echo(
        f"P(hold): {stress.hold_low:.2f} to {stress.hold_high:.2f} over futures (10th to 90th percentile); "
        f"mean {stress.hold_mean:.2f}, Monte Carlo interval {stress.wilson_low:.2f} to {stress.wilson_high:.2f} (Wilson, 95 %)"
    )
    show_table(tables.table_of_stress(stress))


def show_study(study: Study) -> None:
    """Study: the options compared, and the contrasts with the reference."""
    from holdfast.brief.study_tables import say_contrast, table_of_options

    whole = table_of_options(study)
    columns = (
        Column("option"),
        *(Column(title, whole.columns[place].kind) for place, title in _TERMINAL_COLUMNS.items()),
    )
    rows = tuple(
        (option, *(row[place] for place in _TERMINAL_COLUMNS))
        for option, row in zip(study.plans, whole.rows, strict=True)
    )
    show_table(Table(whole.key, whole.title, columns, rows, _TERMINAL_NOTE))
    for item in study.contrasts:
        click.echo(
            f"{item.better} against {item.worse}: {say_contrast(item)}, in {100 * item.wins_share:.0f} % of futures "
            f"(equal in {100 * item.ties_share:.0f} %)"
        )
    for option, reason in study.skipped.items():
        click.echo(f"skipped {option}: {reason}")
    click.echo(DISCLAIMER)
