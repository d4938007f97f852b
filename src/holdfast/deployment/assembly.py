"""From moving units and the network to the problem: packets, the ways open to each, and supply lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from holdfast.core.errors import InfeasibleError
from holdfast.deployment.inputs import DeploymentInputs, MovingUnit
from holdfast.deployment.network import Conditions, Network, build_network
from holdfast.deployment.problem import Move, Problem, SupplyLine, Way
from holdfast.deployment.routes import Route, RouteFinder, days_up
from holdfast.models.travel import great_circle_km

_BASES, _OTHERS = ("staging", "railhead", "seaport"), ("depot",)
"""Kinds of place outside the host country from which supply runs, and those used where there is none of them."""
_MODE_OF_AIR = 3  # position of "air" in network.MODES


@dataclass(frozen=True, kw_only=True)
class Packet:
    """Whole units that travel together."""

    number: int
    unit: MovingUnit
    units: float

    @property
    def people(self) -> float:
        """People of the packet."""
        return self.unit.personnel * self.units / self.unit.units


@dataclass(frozen=True, kw_only=True)
class Movement:
    """What does not change between draws: the network, the packets, the routes offered, the supply lines."""

    network: Network
    finder: RouteFinder
    packets: tuple[Packet, ...]
    routes: dict[tuple[str, str, bool], tuple[Route, ...]]
    """By depot, destination and whether air legs are open."""
    lines: dict[str, SupplyLine]
    """By destination in the host country."""


def assemble(inputs: DeploymentInputs) -> Movement:
    """Build the network, split units into packets, and find the routes and supply lines they may use.

    Raises
    ------
    InfeasibleError
        When no route joins a depot and a destination; the message names both.
    """
    network = build_network(inputs.places, inputs.legs)
    finder = RouteFinder(network, host=inputs.host)
    routes: dict[tuple[str, str, bool], tuple[Route, ...]] = {}
    for item in inputs.moving:
        key = (item.depot, item.destination, item.light)
        if item.means == "network" and key not in routes:
            routes[key] = _offered(finder, item, inputs)
    places = dict.fromkeys(item.destination for item in inputs.moving if item.area == "country")
    lines = {place: supply_line(finder, place, routes=inputs.settings.supply_routes) for place in places}
    packets = tuple(_packets(inputs))
    return Movement(network=network, finder=finder, packets=packets, routes=routes, lines=lines)


def _offered(finder: RouteFinder, item: MovingUnit, inputs: DeploymentInputs) -> tuple[Route, ...]:
    network, settings = finder.network, inputs.settings
    found = finder.offered(
        network.node(item.depot),
        network.node(item.destination),
        airlift=item.light,
        routes=settings.routes,
        detours=settings.detours,
    )
    if not found:
        air = "" if item.light else ", air legs apart, which carry light units only"
        raise InfeasibleError(
            f"no route from {item.depot} to {item.destination} for {item.unit} ({item.capability}){air}; "
            "add the missing leg to legs.csv"
        )
    return found


def _packets(inputs: DeploymentInputs) -> list[Packet]:
    """Units one by one; small ones together up to the packet weight, and those that move themselves all at once."""
    packets: list[Packet] = []
    for item in inputs.moving:
        size = item.units
        if item.means == "network":
            size = max(1.0, math.floor(inputs.settings.packet_t / max(item.tonnes_each, 1e-9)))
        left = item.units
        while left > 1e-9:
            taken = min(size, left)
            packets.append(Packet(number=len(packets), unit=item, units=taken))
            left -= taken
    return packets


def supply_line(finder: RouteFinder, place: str, *, routes: int) -> SupplyLine:
    """Spread the supply of a place over the quickest routes from its `routes` nearest bases abroad, by their capacity.

    Bases are staging places, railheads and ports outside the host country that handle cargo, depots only where there
    is none of them. Without a land or sea route the line takes nothing.
    """
    network = finder.network
    target = network.node(place)
    options: list[Route] = []
    for kinds in (_BASES, _OTHERS):
        for node, row in enumerate(network.places):
            if row.country != finder.host and row.kind in kinds and node in network.connected:
                options += finder.offered(node, target, airlift=False, routes=1, detours=0)[:1]
        if options:
            break
    ways = sorted((way for way in options if way.resources), key=lambda way: (way.days, way.nodes))[:routes]
    strength = np.array([min(network.capacity[r] for r in way.resources) for way in ways])
    shares: dict[int, float] = {}
    for way, share in zip(ways, strength / max(strength.sum(), 1e-9), strict=True):
        for resource in way.resources:
            shares[resource] = shares.get(resource, 0.0) + float(share)
    return SupplyLine(resources=tuple(shares), shares=tuple(shares.values()))


def build_problem(
    movement: Movement,
    inputs: DeploymentInputs,
    *,
    conditions: Conditions | None = None,
    delay: Callable[[MovingUnit], float] | None = None,
) -> Problem:
    """The problem under given conditions on the way and delays of readiness (days; default none)."""
    order = {place: number for number, place in enumerate(movement.lines)}
    timed = {
        key: tuple(movement.finder.timed(route, conditions) for route in found) if conditions else found
        for key, found in movement.routes.items()
    }
    moves = tuple(
        _move(packet, movement, inputs, timed, order, conditions, delay(packet.unit) if delay else 0.0)
        for packet in movement.packets
    )
    return Problem(
        capacity=movement.network.capacity * (conditions.capacity if conditions else 1.0),
        moves=moves,
        lines=tuple(movement.lines.values()),
        horizon=inputs.horizon_days,
    )


def _move(
    packet: Packet,
    movement: Movement,
    inputs: DeploymentInputs,
    timed: dict[tuple[str, str, bool], tuple[Route, ...]],
    order: dict[str, int],
    conditions: Conditions | None,
    delay: float,
) -> Move:
    item = packet.unit
    share = packet.units / item.units
    ready = min(days_up(item.ready_day + delay), inputs.horizon_days)
    if item.means == "network":
        ways = _network_ways(item, timed[item.depot, item.destination, item.light], inputs, conditions)
    else:
        ways = (_own_way(item, movement.network, inputs, conditions),)
    return Move(
        key=f"{packet.number:05d}",
        tonnes=item.tonnes_each * packet.units if item.means == "network" else 0.0,
        people=packet.people,
        supply=item.supply_t_day * share,
        ready=ready,
        ways=ways,
        line=order[item.destination] if item.area == "country" else -1,
        rank=item.rank,
        group=f"{item.depot}|{item.destination}|{item.capability}|{ready}|{item.last_mile_km:.3f}"
        f"|{item.means}|{_per_tonne(item)}",
    )


def _per_tonne(item: MovingUnit) -> str:
    """What must agree for two moves to be one group: people, tonnes and supply of a unit."""
    return f"{item.personnel / item.units:.6g}|{item.tonnes_each:.6g}|{item.supply_t_day / item.units:.6g}|{item.area}"


def _network_ways(
    item: MovingUnit, routes: tuple[Route, ...], inputs: DeploymentInputs, conditions: Conditions | None
) -> tuple[Way, ...]:
    speed = conditions.speed[0] if conditions else 1.0
    last_mile = item.last_mile_km / (inputs.settings.last_mile_km_day * speed)
    ways = [
        Way(
            resources=route.resources,
            offsets=route.offsets,
            days=days_up(route.days + last_mile),
            earliest=-route.entry if item.area == "country" else -(10**6),
            route=number,
        )
        for number, route in enumerate(routes)
        if route.days < inputs.horizon_days
    ]
    return tuple(ways)


def _own_way(item: MovingUnit, network: Network, inputs: DeploymentInputs, conditions: Conditions | None) -> Way:
    """A move by its own means: aircraft fly, ships sail, what stays is there when ready. Nothing enters before D."""
    settings = inputs.settings
    earliest = 0 if item.area == "country" else -(10**6)
    days = 0.0
    if item.means == "air":
        ends = [network.places[network.node(place)] for place in (item.depot, item.destination)]
        distance = float(great_circle_km((ends[0].lon, ends[0].lat), (ends[1].lon, ends[1].lat)))
        speed = conditions.speed[_MODE_OF_AIR] if conditions else 1.0
        days = distance / (settings.ferry_km_day * speed) + settings.bed_down_days
    elif item.means == "sea":
        days = settings.sail_days
    return Way(days=days_up(days), earliest=earliest)
