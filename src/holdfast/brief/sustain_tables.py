"""Tables of the statement of requirements, troops to tasks, medical care, winter housing, rotation and exit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.brief.origins import origin_below
from holdfast.brief.table import Column, Kind, Table
from holdfast.results.sheets import Sheet, requirement_sheets

if TYPE_CHECKING:
    from holdfast.results.stages import Force, Requirement
    from holdfast.results.sustainment import Exit, StatementLine

_NEEDS = (
    "capability", "units required", "people", "for tasks", "where", "wanted by month", "notice, days",
    "first ready, day after D", "units provided", "units short",
)  # fmt: skip
_LOADS = (
    "capability", "symbol code (APP-6D)", "supply, t/day", "lift, t", "vehicles", "cost, million USD a year",
    "inputs sourced", "inputs partly sourced",
)  # fmt: skip
_KINDS: dict[str, Kind] = {
    "places": "people", "people": "people", "cost, MUSD": "people", "running": "people", "with winter housing": "people",
    "patients": "count", "by timeline": "count", "by beds": "count", "by strength": "count", "held": "count",
    "breaks in month": "day", "required": "count", "in the pools": "count", "kept 24 months": "count",
    "kept 60 months": "count", "kept 120 months": "count", "met by air": "flag",
}  # fmt: skip


def table_of_requirements(requirement: Requirement, force: Force | None) -> Table:
    """Statement of requirements, every column of it, with what the force provides; on the page in two halves."""
    rows = tuple(
        (
            line.name, line.units, line.people, ", ".join(line.tasks), line.area, line.need_month, line.notice_days,
            *_provided(line, force), line.symbol, line.sustain_t_day, line.lift_t, line.vehicles, line.cost_musd_year,
            line.sourced_share, line.partly_sourced_share, line.figure,
        )
        for line in sorted(requirement.statement, key=lambda line: (-line.people, line.name))
    )  # fmt: skip
    return Table(
        "statement_of_requirements",
        "Statement of requirements",
        (
            Column("capability"),
            Column("units required", "count"),
            Column("people", "people"),
            Column("for tasks"),
            Column("where"),
            Column("wanted by month", "day"),
            Column("notice, days", "day"),
            Column("first ready, day after D", "day"),
            Column("units provided", "count"),
            Column("units short", "count"),
            Column("symbol code (APP-6D)"),
            Column("supply, t/day", "number"),
            Column("lift, t", "people"),
            Column("vehicles", "count"),
            Column("cost, million USD a year", "number"),
            Column("inputs sourced", "share"),
            Column("inputs partly sourced", "share"),
            Column("why (figure)"),
        ),
        rows,
        "Wanted by month: after D. Notice: days to move at D that this leaves. First ready: first unit of the force, ready to move. "
        "Provided and short: mean of months 12 to 35, with the backstop where it is part of the option; substitutes count at their "
        "exchange rate.",
    )


def halves_of_statement(table: Table) -> tuple[Table, Table]:
    """The statement as the page shows it: what is wanted, and what it weighs and rests on."""
    from dataclasses import replace

    needs, loads = table.only(*_NEEDS), table.only(*_LOADS)
    note = (
        "Supply a day, weight to move and vehicles of all units of the line. Sourced, partly sourced: share of the inputs behind "
        "the number of units that rest on a source alone, or on a source and an assumption; the rest is assumed."
    )
    return needs, replace(loads, key="statement_loads", title="The same: symbols, loads, cost and origin", note=note)


def _provided(line: StatementLine, force: Force | None) -> tuple[float, float, float]:
    """Day on which the first unit is ready, units provided and units short in the mean of the steady months."""
    if force is None or line.capability not in force.balance["capability"].values:
        return math.nan, math.nan, math.nan
    steady = force.balance.sel(backing="with_backstop", capability=line.capability).isel(month=slice(12, None))
    days = [unit.ready_day for unit in force.units if unit.capability == line.capability]
    return min(days, default=math.nan), float(steady["provided"].mean()), float(steady["shortfall"].mean())


def table_of_troops(requirement: Requirement) -> Table:
    """Troops to tasks for the page: a cell is the units in routine, and under attack where that differs; free units last."""
    title = "Troops to tasks, units"
    if requirement.matrix is None:
        return Table("troops", title, (Column("capability"),), ())
    allotted = requirement.matrix["allotted"]
    values = np.asarray(allotted.values)
    used = values.sum(axis=(0, 2)) > 0
    tasks = [str(task) for task, holds in zip(allotted["task"].values, used, strict=True) if holds]
    total = np.asarray(requirement.cover["total"].sel(capability=allotted["capability"].values).values)
    rows: list[tuple[Any, ...]] = []
    for place, name in enumerate(str(one) for one in allotted["capability"].values):
        if total[place] <= 0:
            continue
        cells = [_both(values[:, number, place]) for number in np.flatnonzero(used)]
        free = np.maximum(total[place] - values[:, :, place].sum(axis=1), 0.0)
        rows.append((name, float(total[place]), *cells, _both(free)))
    return Table(
        "troops",
        title,
        (Column("capability"), Column("units", "count"), *(Column(task) for task in tasks), Column("free")),
        tuple(rows),
        "a \u2192 b: a in routine, b when the design-basis attack comes. In each situation no unit serves two tasks at once; of all "
        "ways to meet every need the one that ties fewest units is shown. With roles that would suit: tables/troops_to_tasks.csv.",
    )  # fmt: skip


def _both(pair: Any) -> str:
    """Units in routine, and under attack where that differs."""
    said = [f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in (float(pair[0]), float(pair[-1]))]
    if said == ["0", "0"]:
        return ""
    return said[0] if said[0] == said[1] else f"{said[0]} \u2192 {said[1]}"


def tables_of_sheets(requirement: Requirement) -> dict[str, Table]:
    """The planner's sheets of a requirement as tables by key (the statement has a table of its own)."""
    return {
        sheet.key: _table_of(sheet, requirement)
        for sheet in requirement_sheets(requirement)
        if sheet.key != "statement"
    }


_ORIGINS: dict[str, tuple[str, ...]] = {
    "casualties": ("size.medical.",), "hospitals": ("size.medical.role", "size.rescue."),
    "timeline": ("size.medical.mean", "size.medical.worst", "size.medical.road"), "winter_housing": ("size.housing.",),
    "cost": ("size.cost_",), "pools": ("size.exit.break",), "drawdown": ("size.exit.",),
}  # fmt: skip
"""For each sheet, how the names of the figures begin that it shows."""


_WORDS = {
    "first_response": "first response", "test": "design-basis test, added", "kept": "kept at strength",
    "steps": "in steps",
}  # fmt: skip
"""Marks of the sheets in words."""


def _table_of(sheet: Sheet, requirement: Requirement) -> Table:
    columns = tuple(
        Column(title.replace("MUSD", "million USD"), _kind_of(title, [row[place] for row in sheet.rows]))
        for place, title in enumerate(sheet.headings)
    )
    starts = _ORIGINS.get(sheet.key, ())
    note = origin_below(requirement.figures, *starts).words if starts else ""
    rows = tuple((_WORDS.get(str(row[0]), row[0]), *row[1:]) for row in sheet.rows)
    return Table(sheet.key, sheet.title.replace("MUSD", "million USD"), columns, rows, note)


def _kind_of(title: str, values: list[Any]) -> Kind:
    if title in _KINDS:
        return _KINDS[title]
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return "number" if is_number and values else "text"


def table_of_costs(leaving: Exit) -> Table:
    """Cumulative cost by drawdown rule over the years, billion USD, for the page."""
    spans = sorted({cost.years for cost in leaving.costs})
    names = {"kept": "kept at strength", "halving": "halving as past forces did", "steps": "in steps"}
    rows = tuple(
        (
            names.get(rule, rule),
            *(
                part / 1000
                for span in spans
                for cost in leaving.costs
                if (cost.rule, cost.years) == (rule, span)
                for part in (cost.running, cost.with_housing)
            ),
        )
        for rule in dict.fromkeys(cost.rule for cost in leaving.costs)
    )
    heads = [Column(f"{span:g} years{housed}", "number") for span in spans for housed in ("", ", housing too")]
    return Table(
        "costs",
        "Cumulative cost, billion USD",
        (Column("strength"), *heads),
        rows,
        f"{leaving.price_basis[:1].upper()}{leaving.price_basis[1:]}.",
    )


def table_of_rotation(leaving: Exit) -> Table:
    """Both meanings of rotation under the plan's tour rule and published ones."""
    rows = tuple(
        (
            row.name,
            row.tour_months,
            row.dwell,
            row.standing,
            row.throughput,
            "factors of this scenario" if row.source.startswith("factors.") else row.source,
        )
        for row in leaving.rules
    )
    return Table(
        "rotation",
        "Rotation: what stands behind each one deployed, by tour rule",
        (
            Column("rule"),
            Column("tour, months", "number"),
            Column("months home for one out", "number"),
            Column("standing pool for each one deployed", "number"),
            Column("pass through in two years for each one deployed", "number"),
            Column("source"),
        ),
        rows,
        "Standing pool: people in the cycle at any time, so that it goes on for ever. Pass through: tours served in two years; where "
        "nobody serves twice, people. Published figures mix the two.",
    )
