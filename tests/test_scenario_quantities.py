from __future__ import annotations

import json
import math
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ValueRangeError
from holdfast.scenario.quantities import (
    format_quantity,
    parse_quantity,
    plain_number,
    plain_quantity,
    read_number,
    read_quantity,
)
from holdfast.scenario.values import Quantity, point
from strategies import numbers, quantities


@pytest.mark.parametrize(
    ("text", "low", "mode", "high", "shape"),
    [
        ("12", 12, 12, 12, "point"),
        ("8..12..20", 8, 12, 20, "triangular"),
        ("8..20", 8, 14, 20, "uniform"),
        ("8..12..20 lognormal", 8, 12, 20, "lognormal"),
        ("4..9 lognormal", 4, 6, 9, "lognormal"),
        ("0.5..1", 0.5, 0.75, 1, "uniform"),
        ("1..1..2", 1, 1, 2, "triangular"),
        ("-1e3..0", -1000, -500, 0, "uniform"),
        ("7..7", 7, 7, 7, "point"),
    ],
)
def test_cell_syntax(text: str, low: float, mode: float, high: float, shape: str) -> None:
    """A cell reads as documented: number, uniform, triangular, and the mode a range without one gets."""
    found = parse_quantity(text)
    assert (found.low, found.mode, found.high, found.distribution) == (low, pytest.approx(mode), high, shape)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1..", "1..2..3..4", "20..8", "8..30..20", "1 2", "8..12 normal", "nan", "inf", "1,5", "0..1 lognormal"],
)
def test_wrong_cells_are_refused(text: str) -> None:
    """Nothing is guessed from a cell that is not a quantity."""
    with pytest.raises(ValueRangeError):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"low": 1}, "low"),
        ({"low": 1, "high": 2, "lowest": 0}, "lowest"),
        ({"low": 1, "high": 2, "distribution": "normal"}, "normal"),
        ({"low": 1, "high": True}, "True"),
        ({"low": "1", "high": 2}, "'1'"),
        ({"value": 1, "source": 3}, "source"),
        ({}, "value"),
        (True, "number"),
        (None, "number"),
        ([1, 2], "number"),
    ],
)
def test_wrong_tables_say_which_key(table: object, word: str) -> None:
    """A table that is not a quantity is refused, naming what is wrong."""
    with pytest.raises(ValueRangeError, match=word):
        read_quantity(table)


def test_table_carries_its_origin() -> None:
    """Source and assumption of a table stay with the value."""
    found = read_quantity({"low": 8, "mode": 12, "high": 20, "source": "ap-4"})
    assert (found.source, found.assumption, found.is_sourced) == ("ap-4", "", True)
    assert not read_quantity({"value": 3, "source": "ap-4", "assumption": "rounded"}).is_sourced
    assert read_quantity({"value": "8..20", "assumption": "x"}) == parse_quantity("8..20", assumption="x")


@given(quantities())
def test_cells_round_trip(quantity: Quantity) -> None:
    """Writing a quantity as a cell and reading it gives the same range, to the last bit."""
    again = parse_quantity(format_quantity(quantity), source=quantity.source, assumption=quantity.assumption)
    assert again == quantity


@given(quantities())
def test_documents_round_trip(quantity: Quantity) -> None:
    """A quantity in a canonical document reads back equal, through JSON text."""
    assert read_quantity(json.loads(json.dumps(plain_quantity(quantity)))) == quantity


@given(numbers)
def test_numbers_round_trip(value: float) -> None:
    """A number written canonically reads back equal."""
    assert read_number(str(plain_number(value))) == value


@given(quantities(), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_quantiles_are_ordered_and_within_bounds(quantity: Quantity, levels: list[float]) -> None:
    """Quantiles never fall with the probability; uniform and triangular ones stay within the range."""
    values = [quantity.quantile(level) for level in sorted(levels)]
    assert all(a <= b * (1 + 1e-12) + 1e-12 for a, b in pairwise(values))
    if quantity.distribution != "lognormal":
        slack = 1e-9 * max(1.0, quantity.high)
        assert all(quantity.low - slack <= value <= quantity.high + slack for value in values)


def test_quantiles_against_closed_forms() -> None:
    """Triangular mean (a+b+c)/3 and split (m-a)/(b-a), uniform middle, lognormal 5 % and 95 % points."""
    triangular = Quantity(low=0, mode=3, high=9)
    assert triangular.quantile(1 / 3) == pytest.approx(3)
    mean = sum(triangular.quantile((k + 0.5) / 2000) for k in range(2000)) / 2000
    assert mean == pytest.approx(4, abs=1e-3)
    assert Quantity(low=2, mode=4, high=6, distribution="uniform").quantile(0.25) == pytest.approx(3)
    lognormal = Quantity(low=2, mode=4, high=8, distribution="lognormal")
    assert lognormal.quantile(0.05) == pytest.approx(2)
    assert lognormal.quantile(0.95) == pytest.approx(8)
    sigma = math.log(4) / (2 * NormalDist().inv_cdf(0.95))
    assert lognormal.quantile(0.8) == pytest.approx(4 * math.exp(sigma * NormalDist().inv_cdf(0.8)))


def test_point_keeps_its_value_whatever_the_draw() -> None:
    """A value without a range does not vary."""
    assert {point(3.5).quantile(level) for level in (0.0, 0.3, 1.0)} == {3.5}
    with pytest.raises(ValueRangeError):
        point(3.5).quantile(1.5)


def test_a_lognormal_over_hundreds_of_orders_does_not_overflow() -> None:
    """The widest range that a file can state still has a finite quantile at both ends (once found by Hypothesis)."""
    wide = Quantity(low=2.2250738585072014e-308, mode=1.0, high=1.0, distribution="lognormal")
    assert 0.0 < wide.quantile(0.0) <= wide.quantile(1.0) < float("inf")
