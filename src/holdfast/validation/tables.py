"""The validation of sizing as rows for a table, as CSV and as words."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict
from typing import Any

from holdfast.validation.results import FIELD, TOKEN, MissionScore, SizingValidation

HEADINGS = (
    "mission", "class", "posture", "line, km", "area, km²", "population", "predicted", "median of draws", "interval (80 %)",
    "terms and factors only", "deployed", "ratio", "within ×3", "in interval", "in terms only", "class density", "class, length",
    "scored", "why not",
)  # fmt: skip

_TERMINAL = {
    "mission": "mission", "class": "class", "predicted": "predicted", "interval (80 %)": "80 % of draws",
    "terms and factors only": "terms only", "deployed": "deployed", "ratio": "ratio", "within ×3": "×3", "in interval": "in",
    "class density": "density", "class, length": "length",
    "why not": "why not scored",
}  # fmt: skip
"""Columns of the terminal with their short headings."""
_TERMINAL_NOTE = (
    "People in the country. ×3: within that factor; 80 % of draws: of terms, factors, geometry and service levels wanted;\n"
    "terms only: of terms and factors alone; in: strength deployed inside the 80 % of draws.\n"
    "density, length: what the density of the class, and class with length, say of a mission from the others."
)
_LEFT = {"mission", "class", "why not"}


def ordered(found: SizingValidation) -> list[MissionScore]:
    """Scored missions by class, then the token missions, then those not scored, then those not sized."""

    def rank(row: MissionScore) -> tuple[int, str, float]:
        group = 3 if not row.is_sized else 2 if not row.scored else 1 if row.kind == TOKEN else 0
        return group, row.kind, row.actual if row.actual == row.actual else 0.0

    return sorted(found.missions, key=rank)


def cells(row: MissionScore) -> tuple[str, ...]:
    """One mission as texts under `HEADINGS`."""
    known = row.actual == row.actual
    judged = known and row.is_sized
    return (
        row.title, row.kind or "–", row.posture or "–", _size(row.line_km), _size(row.area_km2), _size(row.population),
        people(row.predicted), people(row.middle), span(row.low, row.high), span(row.terms_low, row.terms_high), _actual(row),
        f"{row.ratio:.2f}" if judged else "–", _flag(row.within) if judged else "–",
        _flag(row.covered) if judged and row.has_interval else "–", _flag(row.terms_covered) if judged and row.has_interval else "–",
        people(row.density), people(row.length), _flag(row.scored), row.why or "; ".join(row.problems),
    )  # fmt: skip


def groups(found: SizingValidation) -> list[tuple[str, list[MissionScore]]]:
    """Missions in the groups that a reader should not mix, each with its title; empty groups are left out."""
    rows = ordered(found)
    named = [
        ("Missions scored", [row for row in rows if row.scored and row.kind != TOKEN]),
        ("Token observer missions, a class apart", [row for row in rows if row.scored and row.kind == TOKEN]),
        ("Not scored", [row for row in rows if not row.scored]),
    ]
    return [(title, members) for title, members in named if members]


def terminal_text(found: SizingValidation) -> str:
    """All missions as text in columns, a line a mission, group by group; missions by id, columns without anything left out."""
    blocks = [_block(title, rows) for title, rows in groups(found)]
    notes = [_TERMINAL_NOTE] if any(row.is_sized for row in found.missions) else []
    return "\n\n".join([*blocks, *notes]) if blocks else "no mission"


def _block(title: str, rows: list[MissionScore]) -> str:
    lines = [dict(zip(HEADINGS, cells(row), strict=True)) | {"mission": row.id} for row in rows]
    names = [name for name in _TERMINAL if any(line[name] not in {"–", ""} for line in lines)]
    widths = {name: max(len(_TERMINAL[name]), *(len(line[name]) for line in lines)) for name in names}

    def shown(texts: dict[str, str]) -> str:
        parts = (
            texts[name].ljust(widths[name]) if name in _LEFT else texts[name].rjust(widths[name]) for name in names
        )
        return "  ".join(parts).rstrip()

    return "\n".join([title, shown(_TERMINAL), *map(shown, lines)])


COUNTED = {
    FIELD: "those in the field: units on the ground and at sensors that do the tasks, without support, command and aircraft",
    "force": "all in units in the country, support and command with them",
}
"""What is predicted, by what the record counts."""


def counting(row: MissionScore) -> tuple[str, str, str, str]:
    """For one mission: its title, whom and when the strength counts, what is predicted for it, and the size in all."""
    return row.title, row.actual_at or "not said", COUNTED[row.counts], people(row.in_country)


def people(value: float) -> str:
    """A number of people to three figures."""
    if value == math.inf:
        return "∞"
    if not math.isfinite(value):
        return "–"
    if value < 1:
        return "0"
    digits = max(0, math.floor(math.log10(value)) - 2)
    return f"{round(value, -digits):,.0f}"


def span(low: float, high: float) -> str:
    """An interval of people."""
    return "–" if math.isnan(low) or math.isnan(high) else f"{people(low)} to {people(high)}"


def _actual(row: MissionScore) -> str:
    if row.actual != row.actual:
        return "–"
    return people(row.actual) + (
        f" ({span(row.actual_low, row.actual_high)})" if row.actual_low < row.actual_high else ""
    )


def _size(value: float) -> str:
    return f"{value:,.0f}" if value > 0 else "–"


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def to_csv(found: SizingValidation) -> str:
    """All missions with raw values, one a row (UTF-8); empty cells where there is no value."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    extra = ("ratio", "error", "within", "covered", "terms_covered")
    rows = [asdict(row) | {name: getattr(row, name) for name in extra} for row in ordered(found)]
    writer.writerow(rows[0] if rows else HEADINGS)
    for row in rows:
        writer.writerow([_raw(value) for value in row.values()])
    return stream.getvalue()


def _raw(value: Any) -> Any:
    if isinstance(value, tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value[:1] in {"=", "+", "-", "@"} else value
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return value


def sentences(found: SizingValidation) -> list[str]:
    """The verdict in words: statement, rules, comparison with the second baseline, notes."""
    lines = [found.statement]
    lines += [f"{rule.verdict.upper()}: {rule.title}. {rule.words}" for rule in found.rules]
    lines += [f"Beside it: {row.words}" for row in found.comparisons if row.baseline != "density"]
    lines += [f"Beside it: {found.scaled.words}"] if found.scaled else []
    return [*lines, *found.notes]
