from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.scenario.document import canonical
from holdfast.scenario.load import load_scenario
from holdfast.scenario.problems import Problems
from holdfast.scenario.tables import RawTable, read_table
from holdfast.scenario.template import write_template
from holdfast.scenario.types import Asset, Capability

HEADER = "id,name,kind,lon,lat,people,priority,source,assumption"


def read(text: str, cls: type = Asset) -> tuple[RawTable, list[str]]:
    problems = Problems()
    table = read_table(text, file="assets.csv", cls=cls, problems=problems)
    return table, [str(problem) for problem in problems.found]


def test_lines_are_kept_through_comments_blanks_and_wrapped_cells() -> None:
    """Each row knows the line on which it starts, whatever stands between."""
    text = (
        f'# comment, with; signs\n\n{HEADER}\na,"two\nlines",city,1,2,3,1,,x\n,,,,,,,,\n# more\nb,B,city,1,2,3,1,,x\n'
    )
    table, problems = read(text)
    assert problems == []
    assert (table.lines, [row["id"] for row in table.rows]) == ([4, 8], ["a", "b"])
    assert table.rows[0]["name"] == "two\nlines"


def test_semicolons_and_decimal_commas_are_read() -> None:
    """A table saved by Excel where the comma is the decimal sign reads the same."""
    plain, none = read(f"{HEADER}\na,A,city,30.5,50.25,3,1,,x\n")
    german, also_none = read(f"{HEADER.replace(',', ';')}\na;A;city;30,5;50,25;3;1;;x\n")
    assert none == also_none == []
    assert plain.rows == german.rows


def test_decimal_comma_that_may_be_thousands_is_refused() -> None:
    """30,000 in a semicolon file may be thirty or thirty thousand: it is not guessed."""
    _, problems = read(f"{HEADER.replace(',', ';')}\na;A;city;30,5;50;30,000;1;;x\n")
    assert problems == [
        "assets.csv:2: assets.a.people is '30,000'; expected a number whose comma cannot be read two ways; write 30000 or 30.0"
    ]


def test_lists_and_mappings_survive_excels_semicolons() -> None:
    """Cells that hold the separator are quoted by Excel; quantities and mappings keep their meaning."""
    header = "id;tasks;needs;personnel;source;assumption"
    table, problems = read(f'{header}\na;"hold;respond";"signals_bn:0,5;eod_team:1";8;;x\n', Capability)
    assert problems == []
    assert table.rows[0]["tasks"] == ["hold", "respond"]
    assert table.rows[0]["needs"] == {"signals_bn": 0.5, "eod_team": 1.0}


def test_tabs_are_read() -> None:
    """A table pasted with tabs reads the same."""
    table, problems = read(f"{HEADER}\na,A,city,30.5,50.25,3,1,,x\n".replace(",", "\t"))
    assert (problems, table.rows[0]["lat"]) == ([], 50.25)


def test_empty_trailing_columns_are_let_pass() -> None:
    """Excel's empty columns to the right do no harm."""
    table, problems = read(f"{HEADER},,\na,A,city,1,2,3,1,,x,,\n")
    assert (problems, len(table.rows)) == ([], 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "assets.csv: table is empty; expected a header line and rows, or no file at all"),
        ("# only a comment\n", "assets.csv: table is empty; expected a header line and rows, or no file at all"),
        (f"{HEADER}\n", "assets.csv:1: table is empty; expected at least one row, or no file at all"),
        (f"{HEADER},{'id'}\na,A,city,1,2,3,1,,x,b\n", "assets.csv:1: column id is twice; expected each column once"),
        ("id,,name\na,b,c\n", "assets.csv:1: column 2 is without a name"),
        ("name,id\nA,a\n", "assets.csv:1: column id is not first; expected id as the first column"),
        (f"{HEADER}\na,A,city,1,2,3,1,,x,y\n", "assets.csv:2: row is 10 cells; expected 9 cells as in the header"),
        (f"{HEADER}\na,A\n", "assets.csv:2: row is 2 cells; expected 9 cells as in the header"),
        (f'{HEADER}\na,"A"x,city,1,2,3,1,,x\n', "assets.csv:2: row is "),
        (f'{HEADER}\na,"A,city\n', "assets.csv:2: row is "),
        (f'{HEADER}\na,A,city,"1,5",2,3,1,,x\n', "assets.csv:2: assets.a.lon is '1,5'; expected a number with a decimal point"),
        (f"{HEADER.replace('people', 'peopel')}\na,A,city,1,2,3,1,,x\n", "(did you mean 'people'?)"),
    ],
)  # fmt: skip
def test_tables_that_are_wrong(text: str, told: str) -> None:
    """Each kind of broken table is told with its line and what was expected."""
    _, problems = read(text)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("cell", ["signals_bn", "signals_bn:", ":1", "signals_bn:1;signals_bn:2", "signals_bn:x"])
def test_wrong_mappings(cell: str) -> None:
    """A mapping cell that is not pairs of name and number is refused."""
    _, problems = read(f"id,needs\na,{cell}\n", Capability)
    assert len(problems) == 1


@given(st.text(max_size=300))
def test_any_text_gives_rows_or_problems_never_a_crash(text: str) -> None:
    """Whatever a file holds, reading it ends in rows or problems."""
    table, problems = read(text)
    assert table.rows or problems or not table.columns


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0#"), min_size=1, max_size=40).filter(lambda t: t.strip())
)
def test_text_cells_round_trip(text: str) -> None:
    """Any text that a CSV writer quotes is read back as it was, surrounding spaces aside."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), ["a", text, "city", "1", "2", "3", "1", "", "x"]])
    table, problems = read(out.getvalue())
    assert problems == []
    assert table.rows[0]["name"] == text.strip()


def test_a_folder_saved_by_excel_in_europe_is_the_same_scenario(tmp_path: Path) -> None:
    """All tables rewritten with semicolons and decimal commas give an equal scenario."""
    import csv
    import re

    target = tmp_path / "mine"
    write_template(target)
    before = canonical(load_scenario(target))
    for path in target.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.reader(stream) if not row[0].startswith("#")]
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerows(
                [[re.sub(r"(?<![\d.])(\d+)\.(\d+)(?![\d-])", r"\1,\2", cell) for cell in row] for row in rows]
            )
    assert "0,5" in (target / "nations.csv").read_text("utf-8-sig")
    assert canonical(load_scenario(target)) == before
