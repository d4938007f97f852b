"""Tables of the brief: escaped, formatted, safe to open in a spreadsheet."""

import csv
import io
import math

import pytest

from holdfast.brief.study_tables import coarse_range
from holdfast.brief.table import Column, Table, format_cell, to_csv, to_html

TABLE = Table(
    "t",
    "A <title>",
    (Column("name"), Column("people", "people"), Column("share", "share"), Column("ok", "flag")),
    (("<b>", 12345.0, 0.256, True), ("=1+1", math.nan, 0.004, False)),
    "a note & more",
)


def test_html_escapes_every_cell():
    """Text of a scenario cannot become markup."""
    text = to_html(TABLE)
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    assert "A &lt;title&gt;" in text
    assert "a note &amp; more" in text


def test_csv_reads_back_with_raw_values():
    """The CSV holds the numbers, not their rounding, and one row a row."""
    rows = list(csv.reader(io.StringIO(to_csv(TABLE))))
    assert rows[0] == ["name", "people", "share", "ok"]
    assert float(rows[1][1]) == 12345.0
    assert rows[1][3] == "yes"
    assert rows[2][1] == ""


def test_csv_disarms_formulas():
    """A cell that a spreadsheet would run as a formula is text."""
    rows = list(csv.reader(io.StringIO(to_csv(TABLE))))
    assert rows[2][0] == "'=1+1"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (29_876.0, "people", "29,880"),
        (math.nan, "people", "–"),
        (None, "count", "–"),
        (math.inf, "day", "never"),
        (0.256, "share", "26 %"),
        (0.004, "share", "under 1 %"),
        (0.0, "share", "0 %"),
        (2.5, "count", "2.5"),
        (3.0, "count", "3"),
        (True, "flag", "yes"),
    ],
)
def test_cells_read_as_a_planner_writes(value, kind, text):
    """Each kind of cell has its format."""
    assert format_cell(value, kind) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.41, 0.69, "0.4 to 0.7"), (0.5, 0.5, "0.5 to 0.6"), (1.0, 1.0, "0.9 to 1.0"), (0.0, 0.0, "0.0 to 0.1")],
)
def test_a_probability_is_a_coarse_range(low, high, text):
    """P(hold) is never one figure: the range is widened to tenths."""
    assert coarse_range(low, high) == text


def test_a_long_table_says_how_much_it_leaves_out():
    """A shortened table says where the rest is."""
    long = Table("k", "t", (Column("a"),), tuple((str(i),) for i in range(50)))
    assert "first 10 of 50" in long.head(10).note
    assert "tables/k.csv" in long.head(10).note
