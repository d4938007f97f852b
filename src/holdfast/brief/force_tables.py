"""Tables of force generation: suppliers, contributions, approvals, shortfalls, the ask."""

from __future__ import annotations

from holdfast.brief.table import Column, Table
from holdfast.results.stages import Force, ForceUnit


def table_of_suppliers(force: Force, nations: dict[str, str], names: dict[str, str]) -> Table:
    """Who supplies what, and when it is ready to move."""
    grouped: dict[tuple[str, str, bool], list[tuple[float, float, float]]] = {}
    for unit in force.units:
        key = (unit.nation, unit.capability, unit.backstop)
        grouped.setdefault(key, []).append((unit.units, unit.personnel, unit.ready_day))
    rows = [
        (
            nations.get(nation, nation) + (" (backstop)" if backstop else ""),
            names.get(capability, capability),
            sum(item[0] for item in items),
            sum(item[1] for item in items),
            min(item[2] for item in items),
            max(item[2] for item in items),
        )
        for (nation, capability, backstop), items in grouped.items()
    ]
    people: dict[str, float] = {}
    for row in rows:
        people[row[0]] = people.get(row[0], 0.0) + row[3]
    rows.sort(key=lambda row: (-people[row[0]], row[0], -row[3]))
    return Table(
        "who_supplies_what",
        "Who supplies what, and when it is ready to move",
        (
            Column("nation"),
            Column("capability"),
            Column("units", "count"),
            Column("people", "people"),
            Column("first ready, day after D", "day"),
            Column("last ready, day after D", "day"),
        ),
        tuple(rows),
        "First fill; later tours replace these units.",
    )


def table_of_contributions(force: Force, nations: dict[str, str], names: dict[str, str]) -> Table:
    """Each nation's contribution in one line: people, what, and when; the kinds with most people first."""
    grouped: dict[tuple[str, bool], dict[str, list[ForceUnit]]] = {}
    for unit in force.units:
        kinds = grouped.setdefault((unit.nation, unit.backstop), {})
        kinds.setdefault(unit.capability, []).append(unit)
    rows = []
    for (nation, backstop), kinds in grouped.items():
        units = [unit for items in kinds.values() for unit in items]
        ranked = sorted(kinds.items(), key=lambda item: -sum(unit.personnel for unit in item[1]))
        what = "; ".join(f"{sum(u.units for u in items):.0f} × {names.get(kind, kind)}" for kind, items in ranked)
        days = [unit.ready_day for unit in units]
        name = nations.get(nation, nation) + (" (backstop)" if backstop else "")
        rows.append((backstop, name, sum(unit.personnel for unit in units), what, min(days), max(days)))
    rows.sort(key=lambda row: (row[0], -row[2]))
    return Table(
        "contributions",
        "Who supplies what, by nation",
        (
            Column("nation"),
            Column("people", "people"),
            Column("units, those with most people first"),
            Column("first ready, day after D", "day"),
            Column("last ready, day after D", "day"),
        ),
        tuple(row[1:] for row in rows),
        "First fill; later tours replace these units. Unit by unit with dates: tables/who_supplies_what.csv.",
    )


def table_of_approvals(force: Force) -> Table:
    """Nations: who joins alone, who joins together, when, and what stands in the way."""
    rows = tuple(
        (
            item.name,
            item.joins_alone,
            item.joins_together,
            item.decision_day,
            f"{100 * item.probability_low:.0f} to {100 * item.probability_high:.0f} %",
            item.procedure,
            item.blocked_by,
        )
        for item in sorted(force.approvals, key=lambda a: (not a.joins_together, a.decision_day, a.name))
    )
    return Table(
        "approvals",
        "Who may join, when, and what stands in the way",
        (
            Column("nation"),
            Column("joins if everyone waits", "flag"),
            Column("joins in a joint declaration", "flag"),
            Column("approved, day after D", "day"),
            Column("chance once conditions are met"),
            Column("procedure"),
            Column("what stands in the way"),
        ),
        rows,
    )


def table_of_shortfalls(force: Force, *, backing: str) -> Table:
    """Shortfalls in words, with what binds and the smallest change that closes each."""
    items = force.shortfalls if backing == "with_backstop" else force.shortfalls_europe_only
    rows = tuple(
        (item.name, item.required, item.provided, item.missing, f"{item.first_month} to {item.last_month}", item.why,
         item.closes)
        for item in items
    )  # fmt: skip
    title = "Shortfalls of the option as it stands" if backing == "with_backstop" else "Shortfalls without the backstop"
    return Table(
        f"shortfalls_{backing}",
        title,
        (
            Column("capability"),
            Column("units required", "count"),
            Column("provided", "count"),
            Column("missing", "count"),
            Column("months"),
            Column("why"),
            Column("smallest change that closes it"),
        ),
        rows,
    )


def table_of_ask(force: Force) -> Table:
    """The ask: each element of the backstop and what it is worth."""
    rows = tuple(
        (
            item.name,
            item.units,
            item.needed,
            item.shapley_units,
            item.shapley,
            ", ".join(item.unlocks),
            item.closes_alone,
            item.refusal_leaves,
            f"{item.substitute}, in {item.substitute_months:.0f} months" if item.substitute else "none known",
        )
        for item in sorted(force.ask, key=lambda a: -a.shapley)
    )
    return Table(
        "ask",
        "What each item is worth",
        (
            Column("element"),
            Column("units", "count"),
            Column("in the smallest ask", "flag"),
            Column("worth of its units", "people"),
            Column("worth in all", "people"),
            Column("nations that stay out without it"),
            Column("closes alone", "people"),
            Column("left short if refused", "people"),
            Column("cheapest substitute"),
        ),
        rows,
        "In people-equivalents: units short times the people of a unit and its weight. Worth: Shapley value, the item's fair "
        "share of what all close together; of its units with the nations given, and in all, with the nations that make it a "
        "condition. The smallest ask is the cheapest set that brings the shortfall under tolerance or, where none does, as low "
        f"as any does. {100 * force.ask_sourced_share:.0f} % of the ask rests on rows that are sourced throughout.",
    )


def table_of_requests(force: Force) -> Table:
    """The ask in sentences, in the order of worth."""
    rows = tuple(
        (item.name, item.mode.replace("_", " "), item.request, "yes" if item.needed else "in reserve")
        for item in sorted(force.ask, key=lambda a: (not a.needed, -a.shapley))
    )
    return Table(
        "requests",
        "The ask, item by item",
        (Column("element"), Column("mode"), Column("request"), Column("in the smallest ask")),
        rows,
    )
