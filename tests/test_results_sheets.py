"""Tables for planners: CSV and workbook hold what the result holds, safely."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from holdfast.cli import main
from holdfast.core.errors import FileConflictError
from holdfast.results.sheets import Sheet, requirement_sheets, to_csv, write_csvs, write_workbook
from holdfast.results.stages import Requirement
from holdfast.results.store import load_result, results_equal, save_result
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size
from support import tiny_scenario

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@cache
def requirement() -> Requirement:
    return size(gather_sizing(tiny_scenario()))


def test_every_part_has_a_sheet() -> None:
    """A planner finds the statement, troops to tasks, care, housing, drawdown, cost and pools; rows are as wide as headings."""
    sheets = {sheet.key: sheet for sheet in requirement_sheets(requirement())}
    assert {
        "statement",
        "troops_to_tasks",
        "timeline",
        "hospitals",
        "winter_housing",
        "drawdown",
        "cost",
        "pools",
    } <= set(sheets)
    for sheet in sheets.values():
        assert sheet.rows, sheet.key
        assert {len(row) for row in sheet.rows} == {len(sheet.headings)}, sheet.key
    assert sum(row[6] for row in sheets["statement"].rows) == requirement().in_country + requirement().in_theatre


def test_no_force_has_no_sheets() -> None:
    """The posture without a force gives no tables rather than empty ones."""
    assert requirement_sheets(size(gather_sizing(tiny_scenario(**{"mission.posture": "none"})))) == ()


def test_the_parts_load_back_equal(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Matrix, statement, care, housing and exit survive the file bit for bit, months that never come included."""
    found = requirement()
    assert any(math.isinf(limit.break_month) for limit in found.exit.pools)
    assert results_equal(found, load_result(save_result(found, tmp_path / "r.nc")))


def test_csv_reads_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A CSV file holds the headings and one line a row; text that looks like a formula is disarmed; inf reads never."""
    sheet = Sheet(key="x", title="X", headings=("a", "b", "c"), rows=(("=1+1", math.inf, math.nan), ("ж,", 1.5, True)))
    rows = list(csv.reader(io.StringIO(to_csv(sheet))))
    assert rows == [["a", "b", "c"], ["'=1+1", "never", ""], ["ж,", "1.5", "yes"]]
    (path,) = write_csvs([sheet], tmp_path)
    assert path.read_bytes().decode("utf-8") == to_csv(sheet)
    with pytest.raises(FileConflictError, match="--force"):
        write_csvs([replace(sheet, rows=())], tmp_path)
    assert path.read_bytes().decode("utf-8") == to_csv(sheet)


def test_the_workbook_holds_every_cell(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Read by its own markup, a tab holds title, headings and every number; equal results give equal bytes."""
    sheets = requirement_sheets(requirement())
    path = write_workbook(sheets, tmp_path / "a.xlsx")
    assert path.read_bytes() == write_workbook(sheets, tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(path) as archive:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - our own file
        assert [tab.get("name") for tab in book.iter(f"{_MAIN}sheet")] == [sheet.key for sheet in sheets]
        for number, sheet in enumerate(sheets, start=1):
            tab = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - our own file
            rows = list(tab.iter(f"{_MAIN}row"))
            assert len(rows) == len(sheet.rows) + 2
            numbers = [float(cell.text) for cell in tab.iter(f"{_MAIN}v")]
            wanted = [
                value
                for row in sheet.rows
                for value in row
                if isinstance(value, int | float) and not isinstance(value, bool)
            ]
            assert numbers == pytest.approx([value for value in wanted if math.isfinite(value)], abs=1e-6)


def test_hostile_text_stays_text(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Markup and control characters in a cell neither break the workbook nor become markup; column 27 is AA."""
    sheet = Sheet(key="x", title="<&>", headings=tuple("h" * 28), rows=(("</t></is></c><c>\x00=cmd", *range(27)),))
    with zipfile.ZipFile(write_workbook([sheet], tmp_path / "x.xlsx")) as archive:
        tab = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    texts = [cell.text for cell in tab.iter(f"{_MAIN}t")]
    assert "</t></is></c><c>=cmd" in texts
    assert [cell.get("r") for cell in tab.iter(f"{_MAIN}c")][-2:] == ["AA3", "AB3"]


def test_the_command_writes_tables(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """`size --tables` fills a folder with CSV or writes one workbook, and refuses to overwrite before it computes."""
    folder, book = tmp_path / "tables", tmp_path / "size.xlsx"
    for target in (folder, book):
        done = CliRunner().invoke(main, ["size", "ukraine-2025-02", "--tables", str(target)])
        assert done.exit_code == 0, done.output
        again = CliRunner().invoke(main, ["size", "ukraine-2025-02", "--tables", str(target)])
        assert again.exit_code != 0
        assert "--force" in again.output
    assert (folder / "statement.csv").read_text("utf-8").startswith("capability,what,symbol,units")
    assert zipfile.is_zipfile(book)
    refused = CliRunner().invoke(main, ["size", "ukraine-2025-02", "--tables", str(folder / "statement.csv")])
    assert refused.exit_code != 0
