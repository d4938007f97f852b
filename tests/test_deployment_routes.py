"""The movement network and the routes through it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import UnknownNameError
from holdfast.deployment.network import Conditions, Network, build_network, resource_id, resource_name
from holdfast.deployment.routes import RouteFinder, days_up, whole_days
from holdfast.scenario.types import Leg, Place
from support import tiny_scenario


def tiny_network() -> Network:
    scenario = tiny_scenario()
    return build_network(tuple(scenario.places.values()), tuple(scenario.legs.values()))


def _place(key: str, *, kind: str = "depot", wait: float = 0.0, country: str = "POL") -> Place:
    return Place(id=key, name=key, country=country, kind=kind, lon=0.0, lat=0.0, wait_days=wait)  # type: ignore[arg-type]


def _leg(key: str, a: str, b: str, *, days: float = 1.0, mode: str = "road") -> Leg:
    return Leg(id=key, origin=a, destination=b, mode=mode, distance_km=100 * days, speed_km_day=100, capacity_t_day=10)  # type: ignore[arg-type]


def test_legs_take_distance_over_speed_and_both_ways() -> None:
    """A leg of 1,600 km at 500 km a day takes 3.2 days, from either end."""
    network = tiny_network()
    leg = next(number for number, row in enumerate(network.legs) if row.id == "dep_fra-rail_pol-rail")
    assert network.leg_days(leg) == pytest.approx(3.2)
    finder = RouteFinder(network, host="UKR")
    out = finder.quickest(network.node("dep_fra"), network.node("rail_pol"), k=1)
    back = finder.quickest(network.node("rail_pol"), network.node("dep_fra"), k=1)
    assert out == back == [(leg,)]


def test_unknown_ends_are_named() -> None:
    """A leg to a place that is not there is an error with the leg's id and the nearest place."""
    with pytest.raises(UnknownNameError, match=r"leg bad.*did you mean 'port_a'"):
        build_network((_place("port_a"),), (_leg("bad", "port_a", "port_aa"),))


def test_waits_are_lost_where_cargo_changes_mode_but_not_at_the_ends() -> None:
    """Two days at a port between road and sea, none in the depots at both ends."""
    places = (_place("a", wait=5), _place("port", kind="seaport", wait=2), _place("b", wait=5))
    network = build_network(places, (_leg("x", "a", "port"), _leg("y", "port", "b", mode="sea")))
    finder = RouteFinder(network, host="UKR")
    route = finder.route(0, finder.quickest(0, 2, k=1)[0])
    assert route.days == pytest.approx(1 + 2 + 1)


@pytest.mark.parametrize(
    ("kind", "mode", "days"),
    [("gauge_break", "rail", 4.0), ("gauge_break", "road", 2.0), ("crossing", "road", 4.0), ("staging", "road", 2.0)],
)
def test_borders_hold_what_passes_them(kind: str, mode: str, days: float) -> None:
    """A crossing holds everything, a gauge break trains only, a staging place nothing that passes through."""
    places = (_place("a"), _place("m", kind=kind, wait=2), _place("b"))
    network = build_network(places, (_leg("x", "a", "m", mode=mode), _leg("y", "m", "b", mode=mode)))
    finder = RouteFinder(network, host="UKR")
    assert finder.route(0, finder.quickest(0, 2, k=1)[0]).days == pytest.approx(days)


def test_conditions_slow_legs_and_lengthen_waits() -> None:
    """Half the speed by rail and three times the wait show in the route's days and offsets."""
    places = (_place("a"), _place("m", kind="gauge_break", wait=2), _place("b", country="UKR"))
    network = build_network(places, (_leg("x", "a", "m", mode="rail"), _leg("y", "m", "b", mode="rail")))
    finder = RouteFinder(network, host="UKR")
    route = finder.route(0, finder.quickest(0, 2, k=1)[0])
    assert (route.days, route.offsets, route.entry) == (4.0, (0, 3), 4)
    slow = finder.timed(route, Conditions(speed=(1.0, 0.5, 1.0, 1.0), wait=(1.0, 3.0, 1.0)))
    assert (slow.days, slow.offsets, slow.entry) == (10.0, (0, 8), 10)


def test_handling_counts_as_a_resource_with_its_words() -> None:
    """A place with a handling limit is a resource after the legs; one without a limit is none."""
    network = tiny_network()
    assert len(network.capacity) == len(network.legs) + sum(place.handling_t_day > 0 for place in network.places)
    resource = network.node_resource[network.node("gauge_pol")]
    assert network.capacity[resource] == 3000.0
    assert resource_name(network, resource) == "gauge pol (gauge break)"
    assert resource_id(network, resource) == "gauge_pol"
    assert network.node_resource[network.node("dep_fra")] == -1
    assert resource_name(network, 0) == "rail dep fra - rail pol"


def test_heavy_cargo_is_not_offered_air_legs() -> None:
    """From the airfield to the hub light cargo may fly, heavy cargo goes round by road and rail."""
    network = tiny_network()
    finder = RouteFinder(network, host="UKR")
    ends = network.node("air_pol"), network.node("hub_ukr")
    light = finder.offered(*ends, airlift=True, routes=2, detours=0)
    heavy = finder.offered(*ends, airlift=False, routes=2, detours=0)
    assert {network.legs[leg].mode for leg in light[0].legs} == {"air"}
    assert all(network.legs[leg].mode != "air" for route in heavy for leg in route.legs)


def test_offered_routes_include_other_modes_and_detours() -> None:
    """From the border rail to staging both the train over the gauge break and the road over the crossing are offered."""
    network = tiny_network()
    finder = RouteFinder(network, host="UKR")
    routes = finder.offered(network.node("rail_pol"), network.node("stage_ukr"), airlift=False, routes=1, detours=2)
    nodes = {network.places[node].id for route in routes for node in route.nodes}
    assert {"gauge_pol", "cross_pol"} <= nodes
    assert list(routes) == sorted(routes, key=lambda route: route.days)
    assert len({route.legs for route in routes}) == len(routes)


def test_no_route_is_no_route() -> None:
    """Between places that no leg joins nothing is offered; from a place to itself the way is empty."""
    network = build_network((_place("a"), _place("b")), ())
    finder = RouteFinder(network, host="UKR")
    assert finder.offered(0, 1, airlift=True, routes=3, detours=3) == ()
    assert finder.offered(0, 0, airlift=True, routes=3, detours=3)[0].days == 0.0


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Random networks of up to 5 places with waits, by two modes."""
    count = draw(st.integers(2, 5))
    kinds = st.sampled_from(["depot", "crossing", "gauge_break", "railhead"])
    places = tuple(_place(f"p{n}", kind=draw(kinds), wait=draw(st.integers(0, 3))) for n in range(count))
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    legs = tuple(
        _leg(f"l{n}", f"p{a}", f"p{b}", days=draw(st.integers(1, 6)), mode=draw(st.sampled_from(["road", "rail"])))
        for n, (a, b) in enumerate(draw(st.lists(ends, min_size=1, max_size=8)))
    )
    return build_network(places, legs)


@given(networks(), st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_quickest_routes_are_the_quickest_of_all(network: Network, k: int) -> None:
    """The k routes found take the days of the k quickest among all loopless leg sequences, tried one by one."""
    finder = RouteFinder(network, host="UKR")
    source, target = 0, 1
    all_days = sorted(finder.route(source, legs).days for legs in _all_paths(network, source, target))
    found = [finder.route(source, legs).days for legs in finder.quickest(source, target, k=k)]
    assert found == pytest.approx(all_days[:k])


def _all_paths(network: Network, source: int, target: int) -> list[tuple[int, ...]]:
    found = []
    for length in range(1, len(network.places)):
        for legs in itertools.permutations(range(len(network.legs)), length):
            nodes = [source]
            for leg in legs:
                if nodes[-1] not in network.ends[leg]:
                    break
                nodes.append(sum(network.ends[leg]) - nodes[-1])
            else:
                if nodes[-1] == target and len(set(nodes)) == len(nodes):
                    found.append(legs)
    return found


def test_days_round_without_drift() -> None:
    """Ten days that come out as a hair more or less are ten days."""
    assert days_up(10 * 1.1 - 1.0) == 10
    assert whole_days(0.1 * 3 * 10) == 3
    assert days_up(2.0001) == 3


def test_a_detour_never_leaves_the_ends() -> None:
    """The narrowest thing of a route is avoided, but not the depot or the destination themselves."""
    scenario = tiny_scenario()
    places = tuple(
        replace(row, handling_t_day=1.0) if row.id in {"rail_pol", "stage_ukr"} else row
        for row in scenario.places.values()
    )
    network = build_network(places, tuple(scenario.legs.values()))
    finder = RouteFinder(network, host="UKR")
    routes = finder.offered(network.node("rail_pol"), network.node("stage_ukr"), airlift=False, routes=1, detours=3)
    assert len(routes) > 1


def test_no_route_flies_out_of_the_host_country_to_come_in_elsewhere() -> None:
    """Light cargo at an airfield of the country goes on by road, not by air through a neighbour."""
    places = (_place("a", country="UKR"), _place("hub"), _place("b", country="UKR"))
    legs = (
        _leg("out", "a", "hub", days=0.1, mode="air"),
        _leg("in", "hub", "b", days=0.1, mode="air"),
        _leg("road", "a", "b", days=3),
    )
    network = build_network(places, legs)
    finder = RouteFinder(network, host="UKR")
    assert [finder.route(0, way).days for way in finder.quickest(0, 2, k=5)] == [pytest.approx(3.0)]
    assert len(RouteFinder(network, host="DEU").quickest(0, 2, k=5)) == 2
