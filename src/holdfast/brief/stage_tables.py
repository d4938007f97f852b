"""Tables of laydown, deployment, coverage and stress (size: `answer_tables`, `sustain_tables`; the force: `force_tables`)."""

from __future__ import annotations

import math

import numpy as np

from holdfast.brief.table import Column, Table
from holdfast.results.stages import Coverage, Deployment, Laydown, Stress

TARGET_NAMES = {
    "aircraft": "aircraft",
    "cruise_missile": "cruise missiles",
    "drone": "attack drones",
    "ballistic_missile": "ballistic missiles",
}


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
