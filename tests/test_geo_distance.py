"""Distances on the ellipsoid, and terrain."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from holdfast.core.errors import UnknownNameError, ValueRangeError
from holdfast.geo.distance import geodesic_km
from holdfast.geo.terrain import TERRAINS, horizon_km, line_of_sight_km, masking_factor, masking_factors

LONLAT = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def test_matrix_holds_every_pair():
    """Row i, column j is the distance from the i-th to the j-th point."""
    a, b = [(30.5, 50.5), (36.2, 50.0)], [(24.0, 49.8), (30.7, 46.5), (30.5, 50.5)]
    matrix = geodesic_km(a, b)
    assert matrix.shape == (2, 3)
    assert matrix[0, 2] == 0
    assert matrix[1, 1] == pytest.approx(Geod(ellps="WGS84").inv(*a[1], *b[1])[2] / 1000)


def test_quarter_meridian():
    """From the equator to the pole it is 10,001.966 km (WGS 84)."""
    assert geodesic_km([(20, 0)], [(20, 90)])[0, 0] == pytest.approx(10001.965729, abs=1e-5)


@given(LONLAT, LONLAT)
def test_distance_is_a_sphere_within_flattening(a, b):
    """The ellipsoid differs from the mean sphere (haversine) by less than 0.6 %; both ways are equally long."""
    (x, y), (u, v) = np.radians([a, b])
    h = math.sin((v - y) / 2) ** 2 + math.cos(y) * math.cos(v) * math.sin((u - x) / 2) ** 2
    sphere = 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))
    assert geodesic_km([a], [b])[0, 0] == pytest.approx(sphere, rel=0.006, abs=1e-6)
    assert geodesic_km([b], [a])[0, 0] == pytest.approx(geodesic_km([a], [b])[0, 0], abs=1e-9)


def test_no_points_give_an_empty_matrix():
    """An empty list of points is no error."""
    assert geodesic_km([], [(1, 1)]).shape == (0, 1)


def test_a_wrong_point_is_named():
    """The error says which list and which point."""
    with pytest.raises(
        ValueRangeError, match=r"second points, point 1 is \(1\.0, 95\.0\); expected longitude within ±180"
    ):
        geodesic_km([(0, 0)], [(0, 0), (1, 95)])


def test_horizon_by_pythagoras():
    """Without refraction the horizon is where the tangent from the height touches the sphere, but for the height squared."""
    radius = 6371.0088
    for height in (2.0, 30.0, 1000.0):
        exact = math.sqrt((radius + height / 1000) ** 2 - radius**2)
        assert horizon_km(height, refraction=1.0) == pytest.approx(exact, rel=1e-4)


def test_radio_horizon_rule_of_thumb():
    """With four thirds of the Earth's radius it is the textbook's 4.12 km times the root of metres."""
    assert horizon_km(100, refraction=4 / 3) == pytest.approx(4.12 * 10, rel=2e-3)
    assert line_of_sight_km(100, 25, refraction=4 / 3) == pytest.approx(4.12 * 15, rel=2e-3)


def test_masking_comes_from_the_factors_given():
    """A class of terrain has the share the factors give it, in the order asked for."""
    factors = dict(zip(TERRAINS, (1.0, 0.7, 0.4, 0.5, 0.9, 1.0), strict=True))
    assert masking_factors(["urban", "open", "urban"], factors=factors).tolist() == [0.5, 1.0, 0.5]


def test_unknown_terrain_and_wrong_share_are_refused():
    """A class without a factor, a share above 1 and a negative height are errors that say so."""
    with pytest.raises(UnknownNameError, match=r"'forrest'.*did you mean 'forest'"):
        masking_factor("forrest", factors={"forest": 0.4})
    with pytest.raises(ValueRangeError, match=r"masking factor of 'open' is 1.2; expected 0 to 1"):
        masking_factor("open", factors={"open": 1.2})
    with pytest.raises(ValueRangeError, match="height is -1 m"):
        horizon_km(-1, refraction=1)
    with pytest.raises(ValueRangeError, match="refraction factor is 0"):
        horizon_km(1, refraction=0)
