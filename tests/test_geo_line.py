"""Linear referencing on the ellipsoid."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from holdfast.core.errors import ValueRangeError
from holdfast.geo.distance import geodesic_km
from holdfast.geo.line import Line
from holdfast.geo.nearest import Legs, candidate_legs, foot_on_legs

GEOD = Geod(ellps="WGS84")
EQUATOR_DEGREE_KM = 6378.137 * np.pi / 180


@st.composite
def gentle_lines(draw):
    """Lines of 2 to 7 legs of 10 to 80 km that turn by at most 25 degrees at a point: they cannot meet themselves."""
    lon, lat = draw(st.floats(-180, 180)), draw(st.floats(-60, 60))
    heading, points = draw(st.floats(0, 360)), [(lon, lat)]
    for _ in range(draw(st.integers(2, 7))):
        lon, lat, back = GEOD.fwd(lon, lat, heading, 1000 * draw(st.floats(10, 80)))
        points.append((lon, lat))
        heading = back + 180 + draw(st.floats(-25, 25))
    return Line(points)


def zigzag():
    return Line([(36.0, 50.0), (36.6, 49.6), (36.4, 49.1), (37.2, 48.6), (36.9, 48.0), (35.1, 47.5)])


def test_length_is_the_sum_of_geodesics():
    """A line is as long as pyproj says its chain of geodesics is."""
    line = zigzag()
    assert line.length_km == pytest.approx(GEOD.line_length(*line.points.T) / 1000, rel=1e-12)
    assert line.reached_km[0] == 0
    assert line.reached_km[-1] == line.length_km


def test_equator_has_a_closed_form():
    """Along the equator a degree is 111.32 km, and the north lies on the left when one walks east."""
    line = Line([(0, 0), (1, 0), (3, 0)])
    assert line.length_km == pytest.approx(3 * EQUATOR_DEGREE_KM, rel=1e-12)
    assert np.allclose(line.at(1.5 * EQUATOR_DEGREE_KM), (1.5, 0), atol=1e-12)
    km, away, side = line.nearest([2.0, 2.0, -1.0], [1.0, -1.0, 0.0])
    assert km == pytest.approx([2 * EQUATOR_DEGREE_KM, 2 * EQUATOR_DEGREE_KM, 0], abs=1e-8)
    assert away[:2] == pytest.approx(GEOD.inv(2, 0, 2, 1)[2] / 1000, abs=1e-8)
    assert away[2] == pytest.approx(EQUATOR_DEGREE_KM)
    assert side.tolist()[:2] == [-1, 1]


def test_right_hand_is_the_hosts_side():
    """Walking south, positive offsets lie to the west."""
    line = Line([(37.0, 50.0), (37.0, 48.0)])
    lon, lat = line.offset(100, 20)
    assert lon < 37.0
    assert geodesic_km([line.at(100)], [(lon, lat)])[0, 0] == pytest.approx(20, abs=1e-9)
    assert line.nearest(lon, lat)[2] == 1
    assert line.nearest(38.0, 49.0)[2] == -1


@given(gentle_lines(), st.floats(0, 1))
def test_a_point_of_the_line_lies_on_it(line, share):
    """`at` gives points that `nearest` finds at that kilometre, no distance away, on neither side."""
    km = share * line.length_km
    found, away, side = line.nearest(*line.at(km))
    assert away == pytest.approx(0, abs=1e-6)
    assert found == pytest.approx(km, abs=1e-5)
    assert side == 0


@given(gentle_lines(), st.floats(0.01, 0.99), st.floats(0.002, 1.0), st.sampled_from([-1, 1]))
def test_an_offset_is_found_again(line, share, off, side):
    """A point square to the line comes back with its distance and side, and its kilometre except by a bend."""
    km = share * line.length_km
    found, away, found_side = line.nearest(*line.offset(km, side * off))
    assert away <= off + 1e-6
    by_a_bend = np.abs(line.reached_km - km).min() < 2 * off + 1e-3
    if not by_a_bend:
        assert found == pytest.approx(km, abs=1e-5)
        assert away == pytest.approx(off, abs=1e-6)
        assert found_side == side


@given(st.floats(30, 45), st.floats(44, 53))
def test_nearest_agrees_with_a_dense_sample(lon, lat):
    """No point of a fine sample of the line is nearer than the nearest point, and one is nearly as near."""
    line = zigzag()
    km, away, _ = line.nearest(lon, lat)
    kms = line.sample(0.25)
    sampled = geodesic_km([(lon, lat)], np.stack(line.at(kms), axis=-1))[0]
    assert away <= sampled.min() + 1e-6
    assert sampled.min() <= np.hypot(away, 0.125) + 0.125
    assert geodesic_km([(lon, lat)], [line.at(km)])[0, 0] == pytest.approx(away, abs=1e-6)


def test_nearest_agrees_with_a_projected_plane():
    """Within 40 km, shapely on an azimuthal equidistant plane around the spot finds the same distance to 10 m."""
    line, rng = zigzag(), np.random.default_rng(3)
    lon, lat = line.offset(rng.uniform(0, line.length_km, 60), rng.uniform(-40, 40, 60))
    _, away, _ = line.nearest(lon, lat)
    for x, y, km in zip(lon, lat, away, strict=True):
        plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={y} +lon_0={x} +ellps=WGS84", always_xy=True)
        dense = Line(line.points).sample(0.5)
        flat = shapely.LineString(np.stack(plane.transform(*line.at(np.union1d(dense, line.reached_km))), axis=-1))
        assert flat.distance(shapely.Point(0, 0)) / 1000 == pytest.approx(km, abs=0.01)


def test_a_far_offset_does_not_swing_with_small_bends():
    """Behind a zigzag of 5 km, points 50 km off keep the order of their kilometres."""
    saw = Line([(30 + 0.05 * k, 50 + 0.03 * (k % 2)) for k in range(60)])
    kms = np.arange(60, saw.length_km - 60, 5.0)
    lon, lat = saw.offset(kms, 50)
    assert (np.diff(lon) > 0).all()
    assert lat == pytest.approx(50.015 - 50 / 111.2, abs=0.03)
    straight = np.diff(saw.at(kms)[0])
    assert np.diff(lon).sum() == pytest.approx(straight.sum(), rel=0.05)
    near_lon, near_lat = saw.offset(saw.reached_km[20] + 1.0, 0.2)
    assert saw.nearest(near_lon, near_lat)[1] == pytest.approx(0.2, abs=1e-6)


def test_an_offset_of_nothing_is_the_line():
    """At no offset the point is the point of the line, also at both ends."""
    line = zigzag()
    kms = line.sample(10)
    assert np.allclose(line.offset(kms, 0.0), line.at(kms), atol=1e-12)


def test_long_legs_keep_their_nearest_leg():
    """With legs of thousands of kilometres the filter by chords still keeps the leg that is nearest on the ellipsoid."""
    line = Line([(-60, 10), (-20, 45), (20, 5), (60, 50), (100, 0)])
    rng = np.random.default_rng(5)
    spots = np.stack([rng.uniform(-60, 100, 200), rng.uniform(-30, 70, 200)], axis=-1)
    legs = Legs(line.points, line._legs.azimuths, line._legs.lengths_m)
    every = np.tile(np.arange(4), len(spots))
    _, away = foot_on_legs(np.repeat(spots, 4, axis=0), legs, every)
    best = away.reshape(-1, 4).min(axis=1)
    kept = set(zip(*(x.tolist() for x in candidate_legs(spots, legs)), strict=True))
    assert all((k, int(leg)) in kept for k, leg in enumerate(away.reshape(-1, 4).argmin(axis=1)))
    assert line.nearest(*spots.T)[1] == pytest.approx(best / 1000, abs=1e-6)


@pytest.mark.parametrize(("bend", "spot", "side"), [((1, -1), (1.1, 0.1), -1), ((1, 1), (1.1, -0.1), 1)])
def test_a_spot_off_a_bend_lies_on_its_outer_side(bend, spot, side):
    """Where the nearest point is a bend, the side is the outer one, also for a spot straight ahead of the first leg."""
    line = Line([(0, 0), (1, 0), bend])
    assert line.nearest(*spot)[2] == side


def test_sample_and_between_keep_length():
    """Stretches between the samples add up to the line, and a stretch starts and ends where it was cut."""
    line = zigzag()
    kms = line.sample(7)
    assert np.diff(kms).max() <= 7
    assert (kms[0], kms[-1]) == (0, line.length_km)
    cut = [line.between(a, b) for a, b in pairwise(kms)]
    assert sum(part.length_km for part in cut) == pytest.approx(line.length_km, abs=1e-6)
    assert np.allclose(cut[3].at(0), line.at(kms[3]), atol=1e-9)


def test_between_keeps_the_bends():
    """A stretch over a bend still runs through it."""
    line = zigzag()
    part = line.between(line.reached_km[1] - 5, line.reached_km[2] + 5)
    assert np.allclose(part.points[1:-1], line.points[1:3])
    assert part.length_km == pytest.approx(line.reached_km[2] - line.reached_km[1] + 10, abs=1e-6)


def test_shapes_follow_the_arguments():
    """Arrays of any shape come back in that shape, and none at all as none."""
    line = zigzag()
    km = np.linspace(0, line.length_km, 6).reshape(2, 3)
    lon, lat = line.offset(km, 1.0)
    assert lon.shape == lat.shape == (2, 3)
    assert all(values.shape == (2, 3) for values in line.nearest(lon, lat))
    assert all(values.shape == (0,) for values in line.nearest([], []))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Line([(1, 1)]), r"the line has 1 points; expected 2 or more"),
        (lambda: Line([(1, 1), (1, 1)]), r"points 0 and 1 of the line coincide"),
        (lambda: Line([(1, 1), (1, 91)]), r"points of the line, point 1 is \(1.0, 91.0\)"),
        (lambda: Line([(1, 1, 0), (1, 2, 0)]), r"have shape \(2, 3\); expected \(n, 2\)"),
        (lambda: zigzag().at(-1), r"kilometre -1 is off the line; expected 0 to 416"),
        (lambda: zigzag().offset([1, 1e4], 1), r"kilometre 10000.0 is off the line"),
        (lambda: zigzag().sample(0), r"step is 0 km"),
        (lambda: zigzag().between(5, 5), r"stretch runs from 5 to 5 km"),
    ],
)
def test_errors_name_the_value_and_what_was_expected(call, message):
    """A wrong point, kilometre or step is refused by name."""
    with pytest.raises(ValueRangeError, match=message):
        call()
