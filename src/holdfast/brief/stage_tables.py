"""Tables of the single stages: size, laydown, deployment, coverage, stress (the force: `force_tables`)."""

from __future__ import annotations

import math

import numpy as np

from holdfast.brief.table import Column, Table
from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Requirement, Stress

TARGET_NAMES = {
    "aircraft": "aircraft",
    "cruise_missile": "cruise missiles",
    "drone": "attack drones",
    "ballistic_missile": "ballistic missiles",
}


def table_of_tasks(requirement: Requirement) -> Table:
    """Size by task with the reason of each."""
    tasks = requirement.tasks
    rows = tuple(
        (
            str(task),
            float(tasks["alone"].sel(task=task)),
            float(tasks["saved"].sel(task=task)),
            requirement.binding.get(str(task), ""),
        )
        for task in tasks["task"].values
        if float(tasks["alone"].sel(task=task)) > 0 or str(task) in requirement.binding
    )
    return Table(
        "size_by_task",
        "Size by task, people in the country",
        (
            Column("task"),
            Column("if it were the only task", "people"),
            Column("saved if it alone were dropped", "people"),
            Column("what decides it"),
        ),
        rows,
        "A unit may serve several tasks, so the columns do not add up to the total: the force is a cover, not a sum. "
        "A service level that needs more can save little when units it shares are needed anyway.",
    )


def table_of_totals(requirement: Requirement) -> Table:
    """The three totals, the tooth-to-tail and the cap."""
    rows: list[tuple[str, float, str]] = [
        ("in the country", requirement.in_country, "what a cap counts"),
        ("in theatre outside it", requirement.in_theatre, "neighbours, air, sea, rear"),
        ("pool over 24 months", requirement.pool_24_months, "all rotations, both places"),
    ]
    if requirement.cap is not None:
        rows.append(("in the country without a cap", requirement.cap.in_country_uncapped, "full service levels"))
    return Table(
        "totals",
        "Three totals, people",
        (Column("total"), Column("people", "people"), Column("meaning")),
        tuple(rows),
        f"Tooth to tail: {requirement.tooth_to_tail:.1f} people in field units for each in support, command and services.",
    )


def table_of_requirements(requirement: Requirement, force: Force | None, names: dict[str, str]) -> Table:
    """Statement of requirements: capability, number, people, readiness, offered, gap."""
    cover = requirement.cover
    rows = []
    for capability in [str(item) for item in cover["capability"].values]:
        total = float(cover["total"].sel(capability=capability))
        if total <= 0:
            continue
        offered, missing, ready = math.nan, math.nan, math.nan
        if force is not None:
            steady = force.balance.sel(backing="with_backstop", capability=capability).isel(month=slice(12, None))
            offered, missing = float(steady["provided"].mean()), float(steady["shortfall"].mean())
            days = [unit.ready_day for unit in force.units if unit.capability == capability]
            ready = min(days) if days else math.nan
        people = float(cover["personnel"].sel(capability=capability))
        rows.append((names.get(capability, capability), total, people, ready, offered, missing))
    rows.sort(key=lambda row: (-row[2], row[0]))
    return Table(
        "statement_of_requirements",
        "Statement of requirements",
        (
            Column("capability"),
            Column("units required", "count"),
            Column("people", "people"),
            Column("first unit ready, day after D", "day"),
            Column("units provided, mean of months 12 to 35", "count"),
            Column("units short", "count"),
        ),
        tuple(rows),
        "Provided: with the backstop where it is part of the option; substitutes count at their exchange rate.",
    )


def table_of_sites(laydown: Laydown, names: dict[str, str]) -> Table:
    """Sites of posts, bases and batteries."""
    rows = tuple(
        (site.id, site.kind, names.get(site.capability, site.capability), site.units, site.country, site.sector,
         site.line_km, site.across_border, round(site.lat, 2), round(site.lon, 2))
        for site in laydown.sites
    )  # fmt: skip
    return Table(
        "sites",
        "Laydown: sites at full capability",
        (
            Column("site"),
            Column("kind"),
            Column("capability"),
            Column("units", "count"),
            Column("country"),
            Column("sector"),
            Column("kilometre of the line", "number"),
            Column("outside the country", "flag"),
            Column("latitude", "number"),
            Column("longitude", "number"),
        ),
        rows,
        "Generalised planning sites, not positions of real units.",
    )


def table_of_laydown(laydown: Laydown) -> Table:
    """How well each covering program did beside its bound, and what found no site."""
    rows = tuple((key, share, laydown.bound_share.get(key, math.nan)) for key, share in laydown.covered_share.items())
    left = ", ".join(f"{units:g} {name}" for name, units in laydown.unplaced.items() if units > 0)
    return Table(
        "laydown_programs",
        "Laydown: share covered by each program, and the best possible",
        (Column("program"), Column("covered", "share"), Column("bound", "share")),
        rows,
        f"No site was found for: {left}." if left else "Every unit found a site.",
    )


def table_of_bindings(deployment: Deployment) -> Table:
    """Legs and nodes that limit the movement."""
    rows = tuple((item.name, item.kind, item.days_bound, item.shadow_price) for item in deployment.bindings)
    return Table(
        "bottlenecks",
        "What limits the movement",
        (
            Column("leg or node"),
            Column("kind"),
            Column("days at its capacity", "day"),
            Column("people-days gained per extra tonne a day", "number"),
        ),
        rows,
    )


def table_of_closure(deployment: Deployment) -> Table:
    """The closure curve at the days where it can be read."""
    closure = deployment.closure
    days = closure["day"].values
    keep = [day for day in days if day % 30 == 0] or list(days)
    rows = tuple(
        (
            float(day),
            float(closure["people_ready"].sel(day=day)),
            float(closure["people_bound"].sel(day=day)),
            float(closure["people_plan"].sel(day=day)),
        )
        for day in keep
    )
    spread = deployment.closure_range
    note = (
        f"Day of full capability over notice, approvals, borders and weather: P10 {_day(spread.get('p10'))}, "
        f"P50 {_day(spread.get('p50'))}, P90 {_day(spread.get('p90'))}. The plan is "
        f"{100 * deployment.gap_share:.1f} % later than the bound in the mean."
    )
    return Table(
        "closure",
        "Closure: people in place by day after D",
        (
            Column("day after D", "day"),
            Column("ready to move", "people"),
            Column("in place, bound", "people"),
            Column("in place, plan", "people"),
        ),
        rows,
        note,
    )


def _day(value: float | None) -> str:
    return "not reached" if value is None or not math.isfinite(value) else f"day {value:.0f}"


def table_of_sectors(coverage: Coverage) -> Table:
    """What is seen and reached by sector."""
    data = coverage.sectors
    rows = tuple(
        (
            str(sector),
            float(data["length_km"].sel(sector=sector)),
            float(data["seen"].sel(sector=sector)),
            float(data["seen_impulsive"].sel(sector=sector)),
            float(data["reach_minutes"].sel(sector=sector)),
        )
        for sector in data["sector"].values
    )
    return Table(
        "sectors",
        "What is seen and reached, by sector",
        (
            Column("sector"),
            Column("length, km", "number"),
            Column("chance a violation is seen", "share"),
            Column("chance a shot is located", "share"),
            Column("minutes to reach", "number"),
        ),
        rows,
    )


def table_of_protection(coverage: Coverage) -> Table:
    """Share of people under air defence, from where, against what."""
    shares = coverage.shares
    rows = tuple(
        (
            TARGET_NAMES.get(str(target), str(target)),
            *(float(shares["people"].sel(backing=backing, target=target)) for backing in ("country", "across_border", "both")),
            float(shares["weight"].sel(backing="both", target=target)),
        )
        for target in shares["target"].values
    )  # fmt: skip
    return Table(
        "protection",
        "People in defended places under air defence",
        (
            Column("against"),
            Column("from inside the country", "share"),
            Column("from across the border only", "share"),
            Column("from both", "share"),
            Column("both, by priority weight", "share"),
        ),
        rows,
    )


def table_of_gaps(coverage: Coverage) -> Table:
    """The gap list: what is not seen, reached or protected, largest first."""
    rows = tuple(
        (
            gap.kind,
            gap.what,
            "" if math.isnan(gap.from_km) else f"{gap.from_km:.0f} to {gap.to_km:.0f}",
            gap.value,
            gap.people if gap.people > 0 else math.nan,
            gap.note,
        )
        for gap in coverage.gaps
    )
    return Table(
        "gaps",
        "Gaps: what is not seen, not reached, not protected",
        (
            Column("kind"),
            Column("where"),
            Column("kilometres of the line"),
            Column("value", "number"),
            Column("people", "people"),
            Column("note"),
        ),
        rows,
        "Value: probability seen, minutes to reach, or share protected, by kind.",
    )


def table_of_stress(stress: Stress) -> Table:
    """Outcomes of the stress test, and the ablation."""
    outcomes = stress.outcomes
    rows: list[tuple[str, float, str]] = []
    for name in ("episodes", "tests", "tests_seen", "tests_answered", "tests_denied", "casualties"):
        values = outcomes[name].values
        rows.append((f"{name.replace('_', ' ')}, mean", float(np.mean(values)) if values.size else math.nan, ""))
    for label in stress.ablation["ablation"].values:
        hold = float(stress.ablation["hold"].sel(ablation=label))
        rows.append((f"P(hold) with {label} switched off", hold, "ablation"))
    return Table(
        "stress",
        "Stress test: what happened, and what each mechanism does",
        (Column("measure"), Column("value", "number"), Column("kind")),
        tuple(rows),
        "Conditional on the behavioural ranges; not validated as a forecast.",
    )
