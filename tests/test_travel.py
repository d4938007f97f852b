from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import ValueRangeError
from holdfast.models.travel import (
    great_circle_km,
    response_minutes,
    response_radius_km,
    road_speed_kmh,
    shortest_routes,
)


def test_road_speed_adds_times_not_speeds() -> None:
    """Half a road at 40 km/h and half at 10 km/h takes 2.5 times as long as clear road: 16 km/h on average."""
    assert road_speed_kmh(40.0, season_factor=1.0, mines=0.5, mine_speed_factor=0.25) == pytest.approx(16.0)


def test_clear_road_keeps_its_speed_but_for_the_season() -> None:
    """Without mines only the season slows a road."""
    speeds = road_speed_kmh(np.array([30.0, 60.0]), season_factor=0.7, mines=0.0, mine_speed_factor=0.1)
    np.testing.assert_allclose(speeds, [21.0, 42.0])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"mines": 1.2}, "mines"),
        ({"mine_speed_factor": 0.0}, "mine_speed_factor"),
        ({"season_factor": -0.1}, "season_factor"),
    ],
)
def test_road_speed_names_what_is_out_of_range(change: dict[str, float], name: str) -> None:
    """A share outside its range is refused by name."""
    figures = {"season_factor": 1.0, "mines": 0.0, "mine_speed_factor": 0.5} | change
    with pytest.raises(ValueRangeError, match=name):
        road_speed_kmh(40.0, **figures)


@given(
    minutes=st.floats(0, 600), speed=st.floats(1, 200), alert=st.floats(0, 120)
)  # fmt: skip
def test_radius_and_minutes_are_inverse(minutes: float, speed: float, alert: float) -> None:
    """What lies at the response radius is reached exactly in time, unless the alert alone takes longer."""
    radius = response_radius_km(minutes, speed, alert)
    assert response_minutes(radius, speed, alert) == pytest.approx(max(minutes, alert))


def test_response_refuses_a_standing_vehicle() -> None:
    """A speed of zero is an error, not an infinite time."""
    with pytest.raises(ValueRangeError, match="speed_kmh"):
        response_minutes(10.0, 0.0, 5.0)


def test_a_quarter_of_the_meridian() -> None:
    """Pole to equator is a quarter of the great circle: 10,007.56 km on the mean sphere."""
    assert great_circle_km([30.0, 0.0], [30.0, 90.0]) == pytest.approx(np.pi * 6371.0088 / 2)


def test_great_circle_agrees_with_the_ellipsoid() -> None:
    """Kyiv to Paris: within 0.6 % of the geodesic that pyproj computes."""
    from pyproj import Geod

    kyiv, paris = (30.52, 50.45), (2.35, 48.86)
    geodesic = Geod(ellps="WGS84").inv(*kyiv, *paris)[2] / 1000
    assert great_circle_km(kyiv, paris) == pytest.approx(geodesic, rel=0.006)


def test_great_circle_broadcasts_to_all_pairs() -> None:
    """Two lists give the matrix of all pairs, zero where the points are the same."""
    points = np.array([[30.0, 50.0], [31.0, 50.0], [30.0, 51.0]])
    matrix = great_circle_km(points[:, None], points[None, :])
    assert matrix.shape == (3, 3)
    np.testing.assert_allclose(matrix, matrix.T)
    np.testing.assert_allclose(np.diag(matrix), 0.0)


def test_great_circle_wants_pairs() -> None:
    """A last axis that is not longitude and latitude is an error."""
    with pytest.raises(ValueRangeError, match="lonlat_b"):
        great_circle_km([0.0, 0.0], [1.0, 2.0, 3.0])


def test_parallel_edges_count_once_at_their_cheapest() -> None:
    """Two legs between the same places never add up: the cheaper one is the way."""
    routes = shortest_routes([[0, 1], [0, 1], [1, 2]], [5.0, 2.0, 1.0], nodes=3)
    assert routes.cost[0, 2] == 3.0
    assert routes.path(0, 2) == (0, 1, 2)


def test_edges_without_cost_are_edges() -> None:
    """A leg of cost zero connects, it does not vanish from the sparse matrix."""
    routes = shortest_routes([[0, 1], [1, 2]], [0.0, 4.0], nodes=3, sources=(2,))
    assert routes.cost[0, 0] == 4.0


def test_one_way_and_no_way() -> None:
    """One-way edges are not walked back, and where there is no way the path is empty."""
    routes = shortest_routes([[0, 1]], [1.0], nodes=3, both_ways=False)
    assert routes.path(0, 1) == (0, 1)
    assert routes.path(1, 0) == ()
    assert not np.isfinite(routes.cost[0, 2])


def test_unknown_nodes_and_sources_are_named() -> None:
    """An edge to a node that is not there, or a path from what is no source, is an error."""
    with pytest.raises(ValueRangeError, match="node 3"):
        shortest_routes([[0, 3]], [1.0], nodes=3)
    with pytest.raises(ValueRangeError, match="not a source"):
        shortest_routes([[0, 1]], [1.0], nodes=2, sources=(0,)).path(1, 0)


@st.composite
def _networks(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[float]]:
    nodes = draw(st.integers(2, 5))
    edges = draw(st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), min_size=1, max_size=8))
    costs = draw(st.lists(st.integers(0, 9), min_size=len(edges), max_size=len(edges)))
    return nodes, edges, [float(cost) for cost in costs]


@given(_networks())
@settings(max_examples=60)
def test_shortest_routes_agree_with_every_path_tried(network: tuple[int, list[tuple[int, int]], list[float]]) -> None:
    """On small networks the route costs what the best of all simple paths costs (brute force)."""
    nodes, edges, costs = network
    routes = shortest_routes(edges, costs, nodes=nodes)
    cheapest: dict[tuple[int, int], float] = {}
    for (a, b), cost in zip(edges, costs, strict=True):
        for pair in ((a, b), (b, a)):
            cheapest[pair] = min(cost, cheapest.get(pair, np.inf))
    for source, target in itertools.permutations(range(nodes), 2):
        best = min(
            (
                sum(cheapest.get(pair, np.inf) for pair in itertools.pairwise((source, *middle, target)))
                for size in range(nodes - 1)
                for middle in itertools.permutations(sorted(set(range(nodes)) - {source, target}), size)
            ),
            default=np.inf,
        )
        assert routes.cost[source, target] == best
        path = routes.path(source, target)
        assert bool(path) == np.isfinite(best)
        if path:
            assert sum(cheapest[pair] for pair in itertools.pairwise(path)) == best
