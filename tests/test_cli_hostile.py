"""Odd outputs, closed pipes and hostile names meet the command line and the brief."""

import subprocess
import sys
from xml.dom import minidom

import pytest

from holdfast.brief.drawing import canvas, svg_of
from holdfast.brief.table import Column, Table, to_csv, to_html

HOSTILE = "<script>alert(1)</script> \"q\" & $x_{$ \\frac{ ]]> 'a'"


def test_a_reader_that_has_enough_is_no_error():
    """`holdfast ... | head -1` ends quietly and with 0, however much was still to be written."""
    code = """
import click
from holdfast.cli.common import guarded
@guarded
def run():
    while True:
        click.echo("x" * 1000)
run()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""
    assert process.returncode == 0


@pytest.mark.parametrize("words", [("size", "ukraine-2025-02", "--force", "-o"), ("stress", "ukraine-2025-02", "-o")])
@pytest.mark.parametrize("place", [".", "/"])
def test_a_folder_as_result_file_is_refused_before_computing(words, place):
    """`-o .` is a conflict (exit 4) with a file named as the way out."""
    found = subprocess.run(
        [sys.executable, "-m", "holdfast", *words, place], capture_output=True, text=True, check=False
    )
    assert found.returncode == 4
    assert "is a folder; name a file in it" in found.stderr
    assert found.stdout == ""


def test_a_title_with_markup_is_drawn_as_it_is_written():
    """Dollar signs are no formulas and tags no markup: the picture is well-formed XML without a script."""
    with canvas(16, 6) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], label=HOSTILE)
        axes.set_title(HOSTILE)
        axes.set_yticks([0, 1], [HOSTILE, "$"])
        axes.legend()
        svg = svg_of(figure, name="x", alt=HOSTILE)
    assert minidom.parseString(svg).getElementsByTagName("script") == []  # noqa: S318  # our own drawing


def test_a_hostile_cell_is_text_in_html_and_csv():
    """A name can neither run in a browser nor as a formula in a spreadsheet."""
    table = Table("t", HOSTILE, (Column(HOSTILE),), ((HOSTILE,), ("=cmd|x",), ("@SUM(A1)",)), HOSTILE)
    assert "<script" not in to_html(table)
    assert [line[:2] for line in to_csv(table).splitlines()[2:]] == ["'=", "'@"]
