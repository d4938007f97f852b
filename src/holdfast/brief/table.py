"""A table of the brief: written once, rendered to HTML, CSV and the terminal."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["text", "people", "count", "share", "number", "day", "flag"]
"""How a column is formatted: `people` are rounded to tens, `share` is shown in per cent, `day` as whole days after D."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading (with its unit) and how its cells are formatted."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of raw values; formatting happens when it is rendered.

    `key` names the CSV file. `rows` hold plain values in the order of `columns`. `marked` are the cells (row, column)
    that are set off on the page, for example those of the case at hand; the note says what the mark means.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    marked: frozenset[tuple[int, int]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is no row to show."""
        return not self.rows

    def head(self, count: int) -> Table:
        """The first `count` rows, the note saying how many there are in all."""
        if len(self.rows) <= count:
            return self
        note = f"{self.note} The first {count} of {len(self.rows)} rows; all are in tables/{self.key}.csv.".strip()
        return replace(self, rows=self.rows[:count], note=note)

    def only(self, *titles: str) -> Table:
        """The table with the columns of these titles alone, in that order (marks are dropped)."""
        places = [[column.title for column in self.columns].index(title) for title in titles]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return replace(self, columns=tuple(self.columns[place] for place in places), rows=rows, marked=frozenset())


def format_cell(value: Any, kind: Kind) -> str:
    """A raw value as a reader sees it; an en dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float) and math.isinf(value):
        return "never"
    if kind == "text":
        return str(value)
    if kind == "flag":
        return "yes" if value else "no"
    text = _FORMATS[kind](float(value))
    return text[1:] if text.strip("-0., %") == "" and text.startswith("-") else text


def _people(value: float) -> str:
    return f"{round(value, -1):,.0f}" if abs(value) >= 1000 else f"{value:,.0f}"


def _count(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def _share(value: float) -> str:
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 1 or percent <= 0 else "under 1 %"


_FORMATS: dict[str, Callable[[float], str]] = {
    "people": _people,
    "count": _count,
    "share": _share,
    "number": lambda value: f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}",
    "day": lambda value: f"{value:,.0f}",
}


def to_html(table: Table) -> str:
    """The table as HTML with a caption and scoped headings; every cell is escaped."""
    numeric = [place > 0 and column.kind not in {"text", "flag"} for place, column in enumerate(table.columns)]
    heads = "".join(
        f'<th scope="col"{_class(is_number)}>{html.escape(column.title)}</th>'
        for column, is_number in zip(table.columns, numeric, strict=True)
    )
    body = "".join(
        f"<tr>{_row(row, table.columns, numeric, {column for line, column in table.marked if line == number})}</tr>"
        for number, row in enumerate(table.rows)
    )
    note = f'<p class="note">{html.escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="table" id="table-{html.escape(table.key)}"><table><caption>{html.escape(table.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{note}</div>"
    )


def _class(is_number: bool, *, is_marked: bool = False) -> str:
    names = " ".join(name for name, holds in (("n", is_number), ("own", is_marked)) if holds)
    return f' class="{names}"' if names else ""


def _row(row: Sequence[Any], columns: Sequence[Column], numeric: Sequence[bool], marked: set[int]) -> str:
    cells = []
    for position, (value, column, is_number) in enumerate(zip(row, columns, numeric, strict=True)):
        text = html.escape(format_cell(value, column.kind))
        mark = _class(is_number, is_marked=position in marked)
        cells.append(f'<th scope="row"{mark}>{text}</th>' if position == 0 else f"<td{mark}>{text}</td>")
    return "".join(cells)


def to_csv(table: Table) -> str:
    """The table as CSV with raw values (UTF-8; spreadsheet formulas in text are disarmed)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.title for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return stream.getvalue()


def _csv_cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(round(value, 6)) if math.isfinite(value) else "never"
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
