"""Reading the CSV tables of a scenario: columns, typed cells and line numbers, with every problem collected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import nearest_name
from holdfast.scenario.cells import Kind, decimal_points, kinds_of, parse_cell
from holdfast.scenario.problems import Problems, Where, shown

DELIMITERS = (",", ";", "\t")
MAX_ROWS = 50_000


@dataclass
class RawTable:
    """Rows of a table as JSON-able values, with the line on which each starts."""

    file: str
    columns: tuple[str, ...] = ()
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faulty: set[tuple[int, str]] = field(default_factory=set)
    """(row, column) of cells already reported."""


def read_table(text: str, *, file: str, cls: type, problems: Problems, may_be_empty: bool = False) -> RawTable:
    """Read one table whose columns are the fields of `cls`.

    Parameters
    ----------
    text
        The whole file. Separator `,`, `;` (as Excel writes where the comma is the decimal sign) or tab, found from
        the header. Lines that begin with `#` and empty lines are skipped; empty cells take the field's default.
    file
        Its name, for messages.
    may_be_empty
        Whether a header without rows will do.

    Returns
    -------
    RawTable
        Values are not yet checked against the ranges of the type.
    """
    table = RawTable(file)
    delimiter = _delimiter(text)
    records = _records(text, delimiter, file, problems)
    header = next(records, None)
    if header is None:
        problems.add(Where(file), key="table", value="empty", expected="a header line and rows, or no file at all")
        return table
    kinds = kinds_of(cls)
    columns = _columns(header[1], kinds, Where(file, header[0]), problems)
    table.columns = tuple(name for name in columns if name)
    _forbid_missing_id(table, Where(file, header[0]), problems)
    for line, cells in records:
        if len(table.rows) >= MAX_ROWS or problems.is_full:
            problems.add(Where(file, line), key="table", value="too long", expected=f"at most {MAX_ROWS} rows")
            break
        _add_row(table, line, cells, columns, kinds, delimiter=delimiter, problems=problems)
    if not table.rows and table.columns and not may_be_empty:
        problems.add(Where(file, header[0]), key="table", value="empty", expected="at least one row, or no file at all")
    return table


def _delimiter(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return max(DELIMITERS, key=head.count)


def _records(text: str, delimiter: str, file: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Records that hold something, with the line on which each starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add(Where(file, line), key="row", value=str(error), expected="cells with paired quotation marks")
            return
        if cells and not cells[0].startswith("#") and any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: list[str], kinds: dict[str, Kind], where: Where, problems: Problems) -> list[str]:
    """Column names, empty for one that is not known; Excel's empty columns at the end are left off."""
    columns: list[str] = []
    while header and not header[-1].strip():
        header = header[:-1]
    for cell in header:
        name = cell.strip()
        if name and name in columns:
            problems.add(where, key=f"column {name}", value="twice", expected="each column once")
            name = ""
        elif name not in kinds:
            problems.add(
                where, key=f"column {name or len(columns) + 1}", value="unknown" if name else "without a name",
                expected=f"one of {', '.join(kinds)}", nearest=nearest_name(name, kinds),
            )  # fmt: skip
            name = ""
        columns.append(name)
    return columns


def _forbid_missing_id(table: RawTable, where: Where, problems: Problems) -> None:
    if table.columns and table.columns[0] != "id":
        problems.add(where, key="column id", value="not first", expected="id as the first column")


def _add_row(
    table: RawTable,
    line: int,
    cells: list[str],
    columns: list[str],
    kinds: dict[str, Kind],
    *,
    delimiter: str,
    problems: Problems,
) -> None:
    spare = cells[len(columns) :]
    if len(cells) < len(columns) or any(cell.strip() for cell in spare):
        problems.add(
            Where(table.file, line), key="row", value=f"{len(cells)} cells",
            expected=f"{len(columns)} cells as in the header (a cell that holds {delimiter!r} needs quotation marks)",
        )  # fmt: skip
        return
    row: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if not name or not cell.strip():
            continue
        try:
            text = decimal_points(kinds[name], cell) if delimiter != "," else cell
            row[name] = parse_cell(kinds[name], text)
        except ValueRangeError as error:
            expected = str(error).removeprefix("expected ")
            key = ".".join(part for part in (PurePath(table.file).stem, str(row.get("id", "")), name) if part)
            problems.add(Where(table.file, line), key=key, value=shown(cell), expected=expected)
            table.faulty.add((len(table.rows), name))
    table.rows.append(row)
    table.lines.append(line)
