"""Figures carry their reasons."""

import pytest

from holdfast.core.errors import HoldfastError, UnknownNameError
from holdfast.results.derivation import Worksheet, explain_figure, formula


@formula("test.spacing", unit="post", text="length / spacing", reference="test")
def _posts(length_km: float, spacing_km: float) -> float:
    return length_km / spacing_km


@pytest.fixture
def sheet():
    sheet = Worksheet()
    sheet.given("line", 100.0, unit="km", source="ap-1")
    sheet.given("spacing", 2.5, unit="km", assumption="as UNDOF", low=1.5, high=4.0)
    sheet.apply("posts", "test.spacing", length_km="line", spacing_km="spacing")
    return sheet


def test_a_formula_computes_and_records(sheet):
    """The value is the formula's, and its inputs are named."""
    assert sheet["posts"] == 40.0
    assert sheet.figures["posts"].inputs == ("line", "spacing")


def test_explain_reaches_sources_and_assumptions(sheet):
    """The tree ends in where each given comes from, with ranges."""
    text = explain_figure(sheet.figures, "posts")
    assert "length / spacing" in text
    assert "source ap-1" in text
    assert "assumption: as UNDOF" in text
    assert "1.5 to 4" in text


def test_an_unknown_figure_names_the_nearest(sheet):
    """A mistyped name is answered with the nearest."""
    with pytest.raises(UnknownNameError, match="'posts'"):
        explain_figure(sheet.figures, "post")


def test_a_figure_is_computed_once(sheet):
    """Two figures cannot share a name."""
    with pytest.raises(HoldfastError, match="twice"):
        sheet.given("line", 1.0, unit="km")
