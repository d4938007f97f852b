"""The movement network: places and legs as resources with a daily capacity, and the days each passage takes.

A leg carries `capacity_t_day` both ways together. A place handles `handling_t_day` where cargo starts, ends or changes
mode; a crossing handles whatever passes, a gauge break whatever passes by rail. The same rule says where
`wait_days` are lost, except at the two ends of a route, where nobody waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holdfast.core.names import unknown_name
from holdfast.scenario.types import Leg, LegMode, Place

MODES: tuple[LegMode, ...] = ("road", "rail", "sea", "air")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a draw changes on the way: speeds by mode, waits at borders and ports, and capacities, as factors of nominal."""

    speed: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    """One factor for each of `MODES`."""
    wait: tuple[float, ...] | None = None
    """One factor for each place; `None`: all 1."""
    capacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Network:
    """Places, legs, and the resources they are: first every leg, then every place with a handling limit."""

    places: tuple[Place, ...]
    legs: tuple[Leg, ...]
    index: dict[str, int] = field(default_factory=dict)
    """Node number by place id."""

    @cached_property
    def capacity(self) -> NDArray[np.float64]:
        """Tonnes a day, shape (resource,)."""
        handled = [place.handling_t_day for place in self.places if place.handling_t_day > 0]
        return np.array([leg.capacity_t_day for leg in self.legs] + handled, dtype=float)

    @cached_property
    def node_resource(self) -> tuple[int, ...]:
        """Resource number of each place; -1 where no limit is known and none applied."""
        numbers, following = [], len(self.legs)
        for place in self.places:
            limited = place.handling_t_day > 0
            numbers.append(following if limited else -1)
            following += limited
        return tuple(numbers)

    @cached_property
    def resource_place(self) -> dict[int, int]:
        """Node number of each resource that is a place."""
        return {resource: node for node, resource in enumerate(self.node_resource) if resource >= 0}

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """Node numbers of origin and destination of each leg."""
        return tuple((self.index[leg.origin], self.index[leg.destination]) for leg in self.legs)

    @cached_property
    def connected(self) -> frozenset[int]:
        """Nodes with at least one leg."""
        return frozenset(node for pair in self.ends for node in pair)

    def node(self, place: str) -> int:
        """Node number of a place.

        Raises
        ------
        UnknownNameError
            When the scenario has no such place.
        """
        if place not in self.index:
            raise unknown_name("place", place, self.index)
        return self.index[place]

    def leg_days(self, leg: int, conditions: Conditions | None = None) -> float:
        """Days over a leg: distance ÷ (speed × factor of its mode) (D1 of docs/stages/deployment.md)."""
        row = self.legs[leg]
        factor = conditions.speed[MODES.index(row.mode)] if conditions else 1.0
        return row.distance_km / (row.speed_km_day * factor)

    def wait_days(self, node: int, conditions: Conditions | None = None) -> float:
        """Days lost at a place where the cargo is handled."""
        factor = conditions.wait[node] if conditions and conditions.wait else 1.0
        return self.places[node].wait_days * factor

    def handles(self, node: int, mode_in: LegMode | None, mode_out: LegMode | None) -> bool:
        """Whether cargo that comes by `mode_in` and goes by `mode_out` (`None` at an end) is handled at the place."""
        kind = self.places[node].kind
        if kind == "crossing":
            return True
        if kind == "gauge_break":
            return "rail" in {mode_in, mode_out}
        return mode_in != mode_out


def build_network(places: tuple[Place, ...], legs: tuple[Leg, ...]) -> Network:
    """The network of a scenario's places and legs.

    Raises
    ------
    UnknownNameError
        When a leg names a place that is not there.
    """
    index = {place.id: number for number, place in enumerate(places)}
    for leg in legs:
        for end in (leg.origin, leg.destination):
            if end not in index:
                raise unknown_name(f"place (end of leg {leg.id})", end, index)
    return Network(places=places, legs=legs, index=index)


def resource_name(network: Network, resource: int) -> str:
    """A resource in words: `rail A - B`, or the place with its kind."""
    if resource in network.resource_place:
        place = network.places[network.resource_place[resource]]
        return f"{place.name} ({place.kind.replace('_', ' ')})"
    leg = network.legs[resource]
    names = [network.places[node].name for node in network.ends[resource]]
    return f"{leg.mode} {names[0]} - {names[1]}"


def resource_id(network: Network, resource: int) -> str:
    """Id of the leg or place that the resource is."""
    if resource in network.resource_place:
        return network.places[network.resource_place[resource]].id
    return network.legs[resource].id
