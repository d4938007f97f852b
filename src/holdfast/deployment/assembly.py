"""From moving units and the network to the problem: packets, the ways open to each, and supply lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import InfeasibleError
from holdfast.deployment.inputs import DeploymentInputs, MovingUnit
from holdfast.deployment.network import MODES, Conditions, Network, build_network
from holdfast.deployment.problem import Move, Problem, SupplyLine, Way
from holdfast.deployment.routes import Route, RouteFinder, days_up
from holdfast.models.travel import great_circle_km

_BASES, _OTHERS = ("staging", "railhead", "seaport"), ("depot",)
"""Kinds of place outside the host country from which supply runs, and those used where there is none of them."""
_ROAD, _AIR = MODES.index("road"), MODES.index("air")
_LONG_BEFORE = 10**6  # days; no limit


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
    ways: list[Route] = []
    for kinds in (_BASES, _OTHERS):
        bases = tuple(
            node
            for node, row in enumerate(network.places)
            if row.country != finder.host and row.kind in kinds and node in network.connected
        )
        days = finder.days_between(bases, target, airlift=False)
        nearest = sorted((day, node) for day, node in zip(days, bases, strict=True) if math.isfinite(day))[:routes]
        ways = [finder.offered(node, target, airlift=False, routes=1, detours=0)[0] for _, node in nearest]
        if ways:
            break
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
    kept: NDArray[np.int64] | None = None,
) -> Problem:
    """The problem under given conditions on the way and delays of readiness (days; default none).

    Parameters
    ----------
    kept
        The only way left to each packet, shape (packet,); by default all are open.
    """
    travel = _Travel(movement, inputs, conditions or Conditions())
    moves = tuple(
        travel.move(
            packet, late=delay(packet.unit) if delay else 0.0, only=None if kept is None else int(kept[packet.number])
        )
        for packet in movement.packets
    )
    return Problem(
        capacity=movement.network.capacity * (conditions.capacity if conditions else 1.0),
        moves=moves,
        lines=tuple(movement.lines.values()),
        horizon=inputs.horizon_days,
    )


class _Travel:
    """Moves under one set of conditions; routes are timed once each, when they are asked for."""

    def __init__(self, movement: Movement, inputs: DeploymentInputs, conditions: Conditions) -> None:
        self._movement = movement
        self._inputs = inputs
        self._conditions = conditions
        self._order = {place: number for number, place in enumerate(movement.lines)}
        self._timed: dict[tuple[str, str, bool, int], Route] = {}

    def move(self, packet: Packet, *, late: float, only: int | None) -> Move:
        """One packet as a move; with `only`, that way alone."""
        item = packet.unit
        ready = min(days_up(item.ready_day + late), self._inputs.horizon_days)
        network = item.means == "network"
        return Move(
            key=f"{packet.number:05d}",
            tonnes=item.tonnes_each * packet.units if network else 0.0,
            people=packet.people,
            supply=item.supply_t_day * packet.units / item.units,
            ready=ready,
            ways=self._network_ways(item, only) if network else (self._own_way(item),),
            line=self._order[item.destination] if item.area == "country" else -1,
            rank=item.rank,
            group=f"{item.depot}|{item.destination}|{item.capability}|{ready}|{item.last_mile_km:.3f}|{_per_unit(item)}",
        )

    def _network_ways(self, item: MovingUnit, only: int | None) -> tuple[Way, ...]:
        last_mile = item.last_mile_km / (self._inputs.settings.last_mile_km_day * self._conditions.speed[_ROAD])
        offered = range(len(self._movement.routes[item.depot, item.destination, item.light]))
        ways = []
        for number in offered if only is None else (only,):
            route = self._route(item, number)
            ways.append(
                Way(
                    resources=route.resources,
                    offsets=route.offsets,
                    days=days_up(route.days + last_mile),
                    earliest=-route.entry if item.area == "country" else -_LONG_BEFORE,
                    route=number,
                )
            )
        return tuple(ways)

    def _route(self, item: MovingUnit, number: int) -> Route:
        key = (item.depot, item.destination, item.light, number)
        if key not in self._timed:
            self._timed[key] = self._movement.finder.timed(self._movement.routes[key[:3]][number], self._conditions)
        return self._timed[key]

    def _own_way(self, item: MovingUnit) -> Way:
        """A move by its own means: aircraft fly, ships sail, what stays is there when ready. Nothing enters before D."""
        settings, days = self._inputs.settings, 0.0
        if item.means == "air":
            network = self._movement.network
            ends = [network.places[network.node(place)] for place in (item.depot, item.destination)]
            distance = float(great_circle_km((ends[0].lon, ends[0].lat), (ends[1].lon, ends[1].lat)))
            days = distance / (settings.ferry_km_day * self._conditions.speed[_AIR]) + settings.bed_down_days
        elif item.means == "sea":
            days = settings.sail_days
        return Way(days=days_up(days), earliest=0 if item.area == "country" else -_LONG_BEFORE)


def _per_unit(item: MovingUnit) -> str:
    """What must agree, beside the way, for two moves to be one group."""
    each = (item.personnel / item.units, item.tonnes_each, item.supply_t_day / item.units)
    return "|".join([item.means, item.area, *(f"{number:.6g}" for number in each)])
