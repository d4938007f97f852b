"""Write docs/data.md: what each table of the data holds, its sources, and how much of it is assumption.

Run after any change of the data: `python tools/data_page.py`. A test holds the page current.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from holdfast.scenario.bundled import bundled_missions, bundled_names, data_folder
from holdfast.scenario.catalogue import read_catalogue
from holdfast.scenario.factors import flat_entries
from holdfast.scenario.load import load_scenario
from holdfast.scenario.origin import sourced_share, sources_of
from holdfast.scenario.problems import Locator, Problems, Where
from holdfast.scenario.quantities import format_quantity
from holdfast.scenario.schema import validate_rows
from holdfast.scenario.symbols import meaning_of
from holdfast.scenario.types import Capability, Evidence, Factor, Scenario

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data.md"
CATALOGUE = ("capabilities", "factors")
HOLDS = {
    "d_day": "when the ceasefire begins",
    "mission": "frame, posture, who leads",
    "settlement": "terms of the settlement",
    "service": "what the force must achieve",
    "threat": "what the challenger can bring",
    "behaviour": "behavioural parameters of the stress test",
    "base_rates": "levels of test among disputes",
    "options": "sets of levers compared",
    "settlements": "variants of the terms, with weights",
    "traces": "the line and its alternatives, border, coast",
    "sectors": "stretches of the line: kind, terrain, mines, threat",
    "nations": "positions, conditions, procedures, chances",
    "pools": "units that nations could commit",
    "backstop": "what an outside power may lend",
    "places": "depots, ports, airfields, railheads, crossings, bases",
    "legs": "roads, rails, sea and air routes between places",
    "assets": "the defended-asset list",
}
FACTOR_FILES = {
    "common": "visibility and detection",
    "cover": "duty, masking, reach, laydown and coverage",
    "deployment": "movement",
    "generation": "contributions",
    "observe": "observation of areas",
    "sizing": "tasks, what a unit gives, support, rotation, ratios",
    "stress": "tests of the force and what follows them",
    "sustain": "medical care, winter housing, drawdown, statement of requirements",
    "tasks": "air, rescue and calls",
}
HEAD = """\
# The data

What Holdfast brings: the catalogue of units and planning factors that lies under every scenario, and the bundled
scenarios. This page is written from the data by `tools/data_page.py`; a test holds it current. `holdfast check NAME`
counts the same for any scenario.

*Sourced*: rests on evidence and on nothing else. *Partly*: cites evidence and says which of its figures are judgement.
*Assumed*: says why, and cites nothing. Evidence is *searched* where the figure was read in the named page, *mixed* where
part of it was passed on or is from memory, *recalled* where all of it is.
"""


def page() -> str:
    """The whole page."""
    plans = [load_scenario(name) for name in bundled_names() if name not in bundled_missions()]
    missions = [load_scenario(name) for name in bundled_missions()]
    parts = [HEAD, *_overview(plans, missions), *_catalogue(plans[0])]
    for scenario in plans:
        parts += _scenario(scenario)
    return "\n".join([*parts, *_missions(missions)])


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [*lines, ""]


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|").replace("\n", " ")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def _counts(counts: tuple[int, int, int]) -> list[object]:
    return [sum(counts), *counts, _percent(counts[0] + counts[1], sum(counts))]


ORIGIN_HEAD = ("rows", "sourced", "partly", "assumed", "rests on evidence, in part at least")


def _origins(things: Iterable[object]) -> tuple[int, int, int]:
    sourced = partly = assumed = 0
    for thing in things:
        has_source, has_reason = bool(getattr(thing, "source", "")), bool(getattr(thing, "assumption", ""))
        sourced += has_source and not has_reason
        partly += has_source and has_reason
        assumed += not has_source
    return sourced, partly, assumed


def _own(scenario: Scenario) -> dict[str, tuple[int, int, int]]:
    """Origins by table of what a scenario itself brings."""
    shares = sourced_share(scenario).by_table
    return {name: counts for name, counts in shares.items() if name not in CATALOGUE}


def _total(tables: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    found = list(tables)
    return sum(c[0] for c in found), sum(c[1] for c in found), sum(c[2] for c in found)


def _overview(plans: list[Scenario], missions: list[Scenario]) -> list[str]:
    capabilities, factors = _packaged()
    rows: list[list[object]] = [
        ["capabilities of the catalogue", *_counts(_origins(capabilities.values()))],
        ["planning factors", *_counts(_origins(factor.value for factor in factors.values()))],
        ["of them figures, each with a range", *_counts(_origins(f.value for f in factors.values() if not f.exact))],
        ["of them switches, rules, definitions", *_counts(_origins(f.value for f in factors.values() if f.exact))],
    ]
    rows += [[f"`{plan.name}`", *_counts(_total(_own(plan).values()))] for plan in plans]
    every = _total(counts for mission in missions for counts in _own(mission).values())
    rows.append([f"{len(missions)} past missions", *_counts(every)])
    return ["## How much rests on evidence", "", *_table(("what", *ORIGIN_HEAD), rows)]


def _packaged() -> tuple[dict[str, Capability], dict[str, Factor]]:
    """The catalogue as it is packaged, without the marks that a scenario's date puts on it."""
    problems = Problems()
    catalogue = read_catalogue(problems=problems, locator=Locator())
    problems.raise_if_any()
    names = set(Capability.__dataclass_fields__)
    rows = validate_rows(
        Capability, list(catalogue.capabilities.rows.values()), table="capabilities", where=lambda _n: Where("x"),
        columns=names, faulty=set(), problems=problems,
    )  # fmt: skip
    problems.raise_if_any()
    return {row.id: row for row in rows if row is not None}, catalogue.factors


def _catalogue(scenario: Scenario) -> list[str]:
    capabilities, factors = _packaged()
    return [
        "## The catalogue: kinds of units",
        "",
        f"`capabilities.csv` holds {len(capabilities)} kinds of units, each with a symbol of APP-6D. The rules behind",
        "ranges and behind figures without a source stand in the README beside it. *Checked* says how far the figures were",
        "read in a source.",
        "",
        *_table(
            ("unit", "symbol", "in words", "people", "checked", "sources"),
            (
                [
                    f"`{row.id}`: {row.name}", f"`{row.symbol}`", meaning_of(row.symbol),
                    f"{row.personnel:,.0f} ({row.personnel_low:,.0f} to {row.personnel_high:,.0f})", row.checked,
                    len(sources_of(row.source)),
                ]
                for row in capabilities.values()
            ),
        ),
        *_factor_tables(factors),
        *_evidence_tables(scenario),
    ]  # fmt: skip


def _factor_tables(factors: dict[str, Factor]) -> list[str]:
    rows = []
    for path in sorted((data_folder() / "catalogue" / "factors").glob("*.toml")):
        keys = [key for key, _entry in flat_entries(tomllib.loads(path.read_text("utf-8")))]
        found = [factors[key] for key in keys]
        ranged = sum(factor.value.is_uncertain for factor in found)
        what = FACTOR_FILES.get(path.stem, ", ".join(sorted({key.partition(".")[0] for key in keys})))
        rows.append(
            [f"`factors/{path.name}`", what, *_counts(_origins(f.value for f in found)), ranged, len(found) - ranged]
        )
    exact = Counter(factor.exact.partition(":")[0].partition(",")[0] for factor in factors.values() if factor.exact)
    return [
        "## The catalogue: planning factors",
        "",
        *_table(("file", "holds", *ORIGIN_HEAD, "with a range", "exact"), rows),
        "A factor without a range says why in `exact`:",
        "",
        *_table(("why", "factors"), exact.most_common()),
    ]


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def _checked(rows: Iterable[str]) -> list[object]:
    found = Counter(rows)
    return [found.total(), *(found[name] for name in ("searched", "mixed", "recalled", "not found"))]


def _evidence_tables(scenario: Scenario) -> list[str]:
    root = data_folder() / "catalogue"
    rows = [
        [f"`evidence/{path.name}`", *_checked(row["checked"] for row in _csv(path))]
        for path in sorted((root / "evidence").glob("*.csv"))
    ]
    others = [(path.name, len(_csv(path))) for path in sorted(root.glob("*.csv")) if path.stem != "capabilities"]
    return [
        "## The catalogue: evidence",
        "",
        *_table(("file", "rows", "searched", "mixed", "recalled", "not found"), rows),
        f"Other tables of the catalogue: {', '.join(f'`{name}` ({count} rows)' for name, count in others)};",
        "`defaults.toml` holds the settings that a scenario may leave out, all of them assumptions.",
        "",
        "Sources cited most by capabilities and factors:",
        "",
        *_most_cited(scenario, CATALOGUE),
    ]


def _most_cited(scenario: Scenario, tables: Iterable[str], *, most: int = 12) -> list[str]:
    """The evidence rows on which most rests."""
    cited: Counter[str] = Counter()
    for name in tables:
        for row in getattr(scenario, name).values():
            for key in sources_of(row.value.source if isinstance(row, Factor) else row.source):
                cited[key] += 1
    rows = [(key, scenario.evidence[key], count) for key, count in cited.most_common(most)]
    return _table(
        ("evidence", "claim", "publisher", "date", "checked", "cited"),
        ([f"`{key}`", row.claim, row.publisher, row.date.isoformat(), row.checked, count] for key, row, count in rows),
    )


def _own_evidence(scenario: Scenario, folder: Path) -> list[Evidence]:
    path = folder / "evidence.csv"
    return [scenario.evidence[row["id"]] for row in _csv(path)] if path.is_file() else []


def _scenario(scenario: Scenario) -> list[str]:
    shares = _own(scenario)
    evidence = _own_evidence(scenario, data_folder() / "scenarios" / scenario.name)
    checked = _checked(row.checked for row in evidence)
    tables = [name for name in shares if name in scenario.__dataclass_fields__ and name not in ("d_day", "traces")]
    tables = [name for name in tables if isinstance(getattr(scenario, name), dict)]
    return [
        f"## `{scenario.name}`",
        "",
        f"{scenario.title}. {scenario.question}",
        "",
        *_table(
            ("table", "holds", *ORIGIN_HEAD),
            [[f"`{name}`", HOLDS.get(name, ""), *_counts(counts)] for name, counts in shares.items()],
        ),
        f"Its own evidence: {checked[0]} rows, {checked[1]} searched, {checked[2]} mixed, {checked[3]} recalled,",
        f"{checked[4]} not found. Most cited:",
        "",
        *_most_cited(scenario, tables),
    ]


def _missions(missions: list[Scenario]) -> list[str]:
    return [
        "## Past missions",
        "",
        "Small scenarios for sizing, `holdfast size missions/NAME`, with what was really deployed in `[record]`, which no",
        "stage reads. Their rules are on the page [past missions](missions.md).",
        "",
        *_table(
            ("mission", "posture", "class", "place", "deployed, people", "checked", "sourced or partly", "assumed"),
            (_mission(mission) for mission in missions),
        ),
    ]


def _mission(scenario: Scenario) -> list[object]:
    sourced, partly, assumed = _total(_own(scenario).values())
    record = scenario.record
    return [
        f"`{scenario.name}`: {scenario.title}", scenario.mission.posture, record.kind if record else "",
        _place(scenario), format_quantity(record.strength) if record else "", record.checked if record else "",
        sourced + partly, assumed,
    ]  # fmt: skip


def _place(scenario: Scenario) -> str:
    parts = [f"{scenario.line_km:,.0f} km"] if scenario.line_km else []
    parts += [f"{scenario.area_km2:,.0f} km²"] if scenario.area_km2 else []
    return ", ".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
