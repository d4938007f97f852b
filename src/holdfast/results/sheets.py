"""Tables of a requirement for planners: as rows, as CSV files, and as one spreadsheet workbook (Office Open XML).

The workbook is written with the standard library alone, with fixed dates, so equal results give equal bytes.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from holdfast.core.errors import FileConflictError
from holdfast.results.stages import Requirement
from holdfast.results.sustainment import Exit, Housing, Medical, StatementLine

WORKBOOK = ".xlsx"
_FORMULA_STARTS = frozenset("=+-@\t\r")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAMESPACE = "http://schemas.openxmlformats.org"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table: a key that names the file or tab, a title, headings with units, and rows of plain values."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def requirement_sheets(requirement: Requirement) -> tuple[Sheet, ...]:
    """Every table of the statement, the matrix, medical care, housing and exit; none for a requirement without a force."""
    found: list[Sheet] = []
    if requirement.statement:
        found.append(_statement(requirement.statement))
    if requirement.matrix is not None:
        found.append(_matrix(requirement))
    if requirement.medical is not None:
        found += _medical(requirement.medical)
    if requirement.housing is not None:
        found.append(_housing(requirement.housing))
    if requirement.exit is not None:
        found += _exit(requirement.exit)
    return tuple(found)


def _statement(lines: Sequence[StatementLine]) -> Sheet:
    headings = (
        "capability", "what", "symbol", "units", "for tasks", "area", "people", "wanted by month", "notice, days",
        "supply, t/day", "lift, t", "vehicles", "cost, MUSD/year", "inputs sourced, share", "inputs partly sourced, share",
        "why (figure)", "beside them contracted, units",
    )  # fmt: skip
    rows = [
        (
            line.capability, line.name, line.symbol, line.units, ", ".join(line.tasks), line.area, line.people,
            line.need_month, line.notice_days, line.sustain_t_day, line.lift_t, line.vehicles, line.cost_musd_year,
            line.sourced_share, line.partly_sourced_share, line.figure, line.contracted,
        )
        for line in lines
    ]  # fmt: skip
    return Sheet(key="statement", title="Statement of requirements", headings=headings, rows=tuple(rows))


def _matrix(requirement: Requirement) -> Sheet:
    """Capabilities down, tasks across, one block for each situation: what serves, what is free, and what may serve."""
    if requirement.matrix is None:
        return Sheet(key="troops_to_tasks", title="Troops to tasks", headings=(), rows=())
    allotted, may = requirement.matrix["allotted"], requirement.matrix["may"]
    tasks = [str(task) for task in allotted["task"].values]
    total = requirement.cover["total"]
    rows: list[tuple[Any, ...]] = []
    for place, name in enumerate(str(name) for name in allotted["capability"].values):
        units = float(total.values[place])
        if units <= 0:
            continue
        roles = ", ".join(task for row, task in enumerate(tasks) if bool(may.values[row, place]))
        for number, situation in enumerate(str(one) for one in allotted["situation"].values):
            used = [float(value) for value in allotted.values[number, :, place]]
            rows.append((name, situation, units, *used, max(units - sum(used), 0.0), roles))
    headings = ("capability", "situation", "units", *tasks, "free", "role suits")
    return Sheet(key="troops_to_tasks", title="Troops to tasks, units", headings=headings, rows=tuple(rows))


def _medical(care: Medical) -> list[Sheet]:
    people = Sheet(
        key="casualties", title="Casualties, people a day (the design-basis test adds to routine)",
        headings=("situation", "sick", "admitted", "wounded", "dead"),
        rows=tuple((row.situation, row.sick, row.admitted, row.wounded, row.dead) for row in care.casualties),
    )  # fmt: skip
    minutes = Sheet(
        key="timeline", title="Minutes from the wound to care",
        headings=("step", "wanted", "mean by air", "worst by air", "worst by road", "met by air"),
        rows=tuple((row.step, row.limit, row.mean, row.worst, row.road, row.is_met) for row in care.timeline),
    )  # fmt: skip
    hospitals = Sheet(
        key="hospitals", title="Hospitals by rule",
        headings=("role", "patients", "beds", "by timeline", "by beds", "by strength", "held", "beds held", "what binds"),
        rows=tuple(
            (row.role, row.lying, row.beds, row.by_timeline, row.by_beds, row.by_strength, row.held, row.beds_held, row.binding)
            for row in care.hospitals
        ),
    )  # fmt: skip
    return [people, minutes, hospitals]


def _housing(housing: Housing) -> Sheet:
    rows = tuple(
        (row.standard, row.places, row.area_m2, row.fuel_t_day, row.fuel_t_day_cold, row.build_battalion_months, row.cost_musd)
        for row in housing.standards
    )  # fmt: skip
    headings = (
        "standard", "places", "heated area, m2", "fuel, t/day", "fuel on the coldest days, t/day",
        "work, battalion months", "cost, MUSD",
    )  # fmt: skip
    return Sheet(key="winter_housing", title="Winter housing", headings=headings, rows=rows)


def _exit(leaving: Exit) -> list[Sheet]:
    rules = [str(rule) for rule in leaving.people["rule"].values]
    months = [int(month) for month in leaving.people["month"].values]
    drawdown = Sheet(
        key="drawdown", title="People deployed by drawdown rule", headings=("month after D", *rules),
        rows=tuple((month, *(float(value) for value in leaving.people.values[:, place])) for place, month in enumerate(months)),
    )  # fmt: skip
    cost = Sheet(
        key="cost", title=f"Cumulative cost, MUSD: {leaving.price_basis}",
        headings=("rule", "years", "running", "with winter housing"),
        rows=tuple((row.rule, row.years, row.running, row.with_housing) for row in leaving.costs),
    )  # fmt: skip
    pools = Sheet(
        key="pools", title="How long all pools of the table, whoever would join, keep the number required",
        headings=("capability", "required", "in the pools", "breaks in month", "kept 24 months", "kept 60 months",
                  "kept 120 months"),
        rows=tuple(
            (row.capability, row.required, row.pool, row.break_month, *(row.lasting[span] for span in ("24", "60", "120")))
            for row in leaving.pools
        ),
    )  # fmt: skip
    rotation = Sheet(
        key="rotation_rules", title="Both meanings of rotation by tour rule",
        headings=("rule", "tour, months", "dwell", "overlap, months", "deployable share", "standing pool over deployed",
                  "through in two years over deployed", "source"),
        rows=tuple(
            (row.name, row.tour_months, row.dwell, row.overlap_months, row.deployable_share, row.standing, row.throughput,
             row.source)
            for row in leaving.rules
        ),
    )  # fmt: skip
    past = Sheet(
        key="past_drawdowns", title="Past forces", headings=("force", "months", "people", "source"),
        rows=tuple((row.force, row.months, row.people, row.source) for row in leaving.past),
    )  # fmt: skip
    return [drawdown, cost, pools, rotation, past]


def to_csv(sheet: Sheet) -> str:
    """A sheet as CSV (UTF-8 text, CRLF; text that a spreadsheet would take for a formula is disarmed)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    for row in sheet.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return stream.getvalue()


def _csv_cell(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, str) and plain[:1] in _FORMULA_STARTS:
        return f"'{plain}"
    return repr(plain) if isinstance(plain, float) else plain


def _plain(value: Any) -> str | float | int:
    """A cell as text or number: never for a month that does not come, nothing for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else "never"
    return value if isinstance(value, int) else str(value)


def write_csvs(sheets: Iterable[Sheet], folder: str | Path, *, force: bool = False) -> tuple[Path, ...]:
    """One CSV file for each sheet in a folder.

    Raises
    ------
    FileConflictError
        When a file is there already and `force` is false; nothing is written then.
    """
    target = Path(folder)
    paths = {target / f"{sheet.key}.csv": sheet for sheet in sheets}
    _refuse_existing(paths, force=force)
    target.mkdir(parents=True, exist_ok=True)
    for path, sheet in paths.items():
        path.write_text(to_csv(sheet), encoding="utf-8", newline="")
    return tuple(paths)


def write_workbook(sheets: Sequence[Sheet], path: str | Path, *, force: bool = False) -> Path:
    """All sheets as tabs of one workbook (`.xlsx`).

    Raises
    ------
    FileConflictError
        When the file is there already and `force` is false.
    """
    target = Path(path)
    _refuse_existing([target], force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
        ),
        **{f"xl/worksheets/sheet{number}.xml": _worksheet(sheet) for number, sheet in enumerate(sheets, start=1)},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), _HEAD + text, zipfile.ZIP_DEFLATED)
    return target


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise FileConflictError(
            f"{', '.join(there)} exists; say --force (force=True) to overwrite, or name another place"
        )


def write_tables(requirement: Requirement, target: str | Path, *, force: bool = False) -> tuple[Path, ...]:
    """All tables of a requirement: one workbook where the name ends in `.xlsx`, else a folder of CSV files.

    Raises
    ------
    FileConflictError
        When something is there already and `force` is false.
    """
    sheets, path = requirement_sheets(requirement), Path(target)
    if path.suffix.lower() == WORKBOOK:
        return (write_workbook(sheets, path, force=force),)
    return write_csvs(sheets, path, force=force)


def check_tables_path(target: Path, *, force: bool) -> None:
    """Refuse a place where no tables can be written, so that nobody computes first and is told afterwards.

    Raises
    ------
    FileConflictError
        When a workbook is asked for where something stands already, or a folder where a file stands.
    """
    if target.suffix.lower() == WORKBOOK:
        _refuse_existing([target], force=force and not target.is_dir())
    elif target.is_file():
        raise FileConflictError(f"{target} is a file; name a folder for CSV files, or a file that ends in {WORKBOOK}")
    elif target.is_dir() and any(target.glob("*.csv")):
        _refuse_existing(sorted(target.glob("*.csv")), force=force)


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    tabs = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in range(1, count + 1)
    )
    return (
        f'<Types xmlns="{_NAMESPACE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{tabs}</Types>'
    )


def _relations(parts: Sequence[tuple[str, str]]) -> str:
    body = "".join(
        f'<Relationship Id="rId{number}" Type="{_NAMESPACE}/officeDocument/2006/relationships/{kind}" Target="{part}"/>'
        for number, (kind, part) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{_NAMESPACE}/package/2006/relationships">{body}</Relationships>'


def _workbook(sheets: Sequence[Sheet]) -> str:
    tabs = "".join(
        f'<sheet name="{escape(sheet.key[:31])}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, start=1)
    )
    return (
        f'<workbook xmlns="{_NAMESPACE}/spreadsheetml/2006/main" '
        f'xmlns:r="{_NAMESPACE}/officeDocument/2006/relationships"><sheets>{tabs}</sheets></workbook>'
    )


def _worksheet(sheet: Sheet) -> str:
    lines = [(sheet.title,), sheet.headings, *sheet.rows]
    body = "".join(
        f'<row r="{number}">{"".join(_cell(value, number, column) for column, value in enumerate(line))}</row>'
        for number, line in enumerate(lines, start=1)
    )
    return f'<worksheet xmlns="{_NAMESPACE}/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'


def _cell(value: Any, row: int, column: int) -> str:
    place = f"{_letters(column)}{row}"
    plain = _plain(value)
    if isinstance(plain, str):
        text = escape(_NOT_XML.sub("", plain))
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else ""
    return f'<c r="{place}"><v>{plain!r}</v></c>'


def _letters(column: int) -> str:
    """Letters of a column, 0 is A, 26 is AA."""
    text = ""
    while column >= 0:
        text = chr(ord("A") + column % 26) + text
        column = column // 26 - 1
    return text
