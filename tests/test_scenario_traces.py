from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from holdfast.scenario.distance import great_circle_km, length_km
from holdfast.scenario.traces import find_crossing

coordinates = st.tuples(st.integers(-6, 6).map(float), st.integers(-6, 6).map(float))


@given(st.lists(coordinates, min_size=2, max_size=12).filter(lambda points: all(a != b for a, b in pairwise(points))))
def test_crossings_are_found_exactly_where_shapely_finds_them(points: list[tuple[float, float]]) -> None:
    """A line is refused if and only if it is not simple, by an independent program.

    A closed ring is simple for shapely but not here: a line's ends may not touch.
    """
    expected = not LineString(points).is_simple or points[0] == points[-1]
    assert (find_crossing(points) is not None) == expected


def test_a_long_line_is_checked_quickly() -> None:
    """A winding line of 20,000 points is swept, not compared pair by pair."""
    points = [(0.001 * k, 0.01 * (k % 2)) for k in range(20_000)]
    assert find_crossing(points) is None
    assert find_crossing([*points, (0.0, 0.005)]) is not None


@given(
    st.tuples(st.floats(-170, 170), st.floats(-80, 80)),
    st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
)
def test_distances_agree_with_pyproj(start: tuple[float, float], step: tuple[float, float]) -> None:
    """Distances up to a thousand kilometres are within one part in a thousand of the exact geodesic."""
    from pyproj import Geod

    end = (start[0] + step[0], start[1] + step[1])
    exact = Geod(ellps="WGS84").inv(*start, *end)[2] / 1000
    assert great_circle_km(start, end) == pytest.approx(exact, rel=1e-3, abs=1e-3)


def test_length_of_a_quarter_meridian() -> None:
    """From equator to pole along a meridian: 10,001.966 km on WGS 84."""
    assert length_km([(0, lat) for lat in range(91)]) == pytest.approx(10_001.966, abs=0.1)
