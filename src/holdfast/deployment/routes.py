"""Routes between two places: the k quickest without loops, and detours round what is narrow.

The quickest loopless routes come from a best-first search over partial routes, guided by the exact days still to go
(from one Dijkstra run on the reversed network), so the first k that arrive are the k quickest. Waits depend on how one
comes and goes, so the state is a place and the mode one came by.
"""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.deployment.network import MODES, Conditions, Network
from holdfast.models.travel import shortest_routes
from holdfast.scenario.types import LegMode

_STATES = len(MODES) + 1  # a place entered by each mode, or started from
_START = len(MODES)
_ROUNDING = 1e-9  # 10 days that come out as 10.000000000000002 are ten


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way through the network: its legs and places, what it uses and when."""

    legs: tuple[int, ...]
    nodes: tuple[int, ...]
    resources: tuple[int, ...]
    offsets: tuple[int, ...]
    """Whole days after the start on which each resource is used."""
    days: float
    """From start to end, waits included."""
    entry: int
    """Whole days after the start on which the host country is entered (0 where it never is, or starts there)."""


@dataclass(frozen=True)
class _Ban:
    """What a search must not use."""

    legs: frozenset[int] = frozenset()
    nodes: frozenset[int] = frozenset()
    modes: frozenset[LegMode] = frozenset()


_NO_BAN, _NO_AIR = _Ban(), _Ban(modes=frozenset[LegMode](("air",)))


class RouteFinder:
    """Searches one network; keeps the reversed state graph and the days to go it has computed."""

    def __init__(self, network: Network, *, host: str) -> None:
        self.network = network
        self.host = host
        self._outgoing: dict[int, list[tuple[int, int]]] = {}
        for leg, (a, b) in enumerate(network.ends):
            for tail, head in ((a, b), (b, a)):
                if not self._flies_out(leg, tail, head):
                    self._outgoing.setdefault(tail, []).append((leg, head))
        self._arcs, self._costs, self._arc_legs = self._state_arcs()
        self._to_go: dict[tuple[int, _Ban], NDArray[np.float64]] = {}

    def _flies_out(self, leg: int, tail: int, head: int) -> bool:
        """Whether a leg flies cargo out of the host country, which no deployment does to come in elsewhere."""
        inside = [self.network.places[node].country == self.host for node in (tail, head)]
        return self.network.legs[leg].mode == "air" and inside == [True, False]

    def _state_arcs(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        arcs, costs, legs = [], [], []
        for node, ways in self._outgoing.items():
            for (leg, head), mode_in in itertools.product(ways, range(_STATES)):
                mode = MODES.index(self.network.legs[leg].mode)
                arcs.append((head * _STATES + mode, node * _STATES + mode_in))
                costs.append(self._step_days(node, mode_in, leg))
                legs.append(leg)
        return np.array(arcs, dtype=np.int64).reshape(-1, 2), np.array(costs), np.array(legs, dtype=np.int64)

    def _step_days(self, node: int, mode_in: int, leg: int) -> float:
        """Wait at the node (none at the start) and the days over the leg."""
        wait = 0.0
        if mode_in != _START and self.network.handles(node, MODES[mode_in], self.network.legs[leg].mode):
            wait = self.network.wait_days(node)
        return wait + self.network.leg_days(leg)

    def _days_to_go(self, target: int, ban: _Ban) -> NDArray[np.float64]:
        """Exact days from every state to the target, shape (state,), under a ban."""
        key = (target, ban)
        if key not in self._to_go:
            allowed = np.array([self._allowed(int(leg), ban) for leg in range(len(self.network.legs))], dtype=bool)
            kept = allowed[self._arc_legs] if len(self._arc_legs) else np.zeros(0, dtype=bool)
            total = len(self.network.places) * _STATES
            sources = tuple(target * _STATES + mode for mode in range(_STATES))
            found = shortest_routes(self._arcs[kept], self._costs[kept], nodes=total, sources=sources, both_ways=False)
            self._to_go[key] = found.cost.min(axis=0)
        return self._to_go[key]

    def _allowed(self, leg: int, ban: _Ban) -> bool:
        blocked = leg in ban.legs or self.network.legs[leg].mode in ban.modes
        return not blocked and not ban.nodes.intersection(self.network.ends[leg])

    def quickest(self, source: int, target: int, *, k: int, ban: _Ban = _NO_BAN) -> list[tuple[int, ...]]:  # frozen
        """Leg sequences of the k quickest loopless routes, quickest first; fewer where there are no more."""
        if source == target:
            return [()]
        to_go = self._days_to_go(target, ban)
        count = itertools.count()
        start = source * _STATES + _START
        queue: list[tuple[float, int, float, int, tuple[int, ...], frozenset[int]]] = []
        if math.isfinite(to_go[start]):
            queue.append((float(to_go[start]), next(count), 0.0, start, (), frozenset((source,))))
        found: list[tuple[int, ...]] = []
        while queue and len(found) < k:
            _, _, spent, state, legs, seen = heapq.heappop(queue)
            node, mode_in = divmod(state, _STATES)
            if node == target:
                found.append(legs)
                continue
            for leg, head in self._outgoing[node]:
                following = head * _STATES + MODES.index(self.network.legs[leg].mode)
                if head in seen or not math.isfinite(to_go[following]) or not self._allowed(leg, ban):
                    continue
                days = spent + self._step_days(node, mode_in, leg)
                entry = (days + float(to_go[following]), next(count), days, following, (*legs, leg), seen | {head})
                heapq.heappush(queue, entry)
        return found

    def days_between(self, sources: tuple[int, ...], target: int, *, airlift: bool) -> NDArray[np.float64]:
        """Days of the quickest route from each of some places to one, shape (source,); infinite where there is none."""
        to_go = self._days_to_go(target, _NO_BAN if airlift else _NO_AIR)
        return to_go[np.array(sources, dtype=np.int64) * _STATES + _START]

    def route(self, source: int, legs: tuple[int, ...]) -> Route:
        """The route of a leg sequence, with its uses and times under nominal conditions."""
        nodes = [source]
        for leg in legs:
            a, b = self.network.ends[leg]
            nodes.append(b if nodes[-1] == a else a)
        bare = Route(legs=legs, nodes=tuple(nodes), resources=(), offsets=(), days=0.0, entry=0)
        return self.timed(bare, None)

    def timed(self, route: Route, conditions: Conditions | None) -> Route:
        """The same route under other speeds and waits."""
        clock, entry = 0.0, -1
        used: list[tuple[int, int]] = []
        modes = [None, *(self.network.legs[leg].mode for leg in route.legs), None]
        for position, node in enumerate(route.nodes):
            mode_in, mode_out = modes[position], modes[position + 1]
            if entry < 0 and self.network.places[node].country == self.host:
                entry = whole_days(clock)
            handled = bool(route.legs) and self.network.handles(node, mode_in, mode_out)
            if handled and self.network.node_resource[node] >= 0:
                used.append((self.network.node_resource[node], whole_days(clock)))
            if handled and mode_in is not None and mode_out is not None:
                clock += self.network.wait_days(node, conditions)
            if position < len(route.legs):
                used.append((route.legs[position], whole_days(clock)))
                clock += self.network.leg_days(route.legs[position], conditions)
        return replace(
            route,
            resources=tuple(resource for resource, _ in used),
            offsets=tuple(offset for _, offset in used),
            days=clock,
            entry=max(entry, 0),
        )

    def offered(self, source: int, target: int, *, airlift: bool, routes: int, detours: int) -> tuple[Route, ...]:
        """Routes offered to a movement, quickest first: the `routes` quickest, one without each mode, and detours.

        Parameters
        ----------
        airlift
            Whether air legs may be used (light cargo only).
        routes
            How many quickest routes.
        detours
            How often the narrowest resource of the last route found is avoided in turn.
        """
        base = _NO_BAN if airlift else _NO_AIR
        found = self.quickest(source, target, k=routes, ban=base)
        if not found:
            return ()
        for mode in sorted({self.network.legs[leg].mode for leg in found[0]}):
            found += self.quickest(source, target, k=1, ban=replace(base, modes=base.modes | {mode}))
        found += self._detours(source, target, first=found[0], base=base, limit=detours)
        distinct = [self.route(source, legs) for legs in dict.fromkeys(found)]
        return tuple(sorted(distinct, key=lambda route: (route.days, route.legs)))

    def _detours(self, source: int, target: int, *, first: tuple[int, ...], base: _Ban, limit: int) -> list[Any]:
        found: list[tuple[int, ...]] = []
        ban, legs = base, first
        for _ in range(limit):
            narrow = self._narrowest(self.route(source, legs), ends={source, target})
            if narrow is None:
                break
            node = self.network.resource_place.get(narrow)
            ban = replace(ban, legs=ban.legs | {narrow}) if node is None else replace(ban, nodes=ban.nodes | {node})
            following = self.quickest(source, target, k=1, ban=ban)
            if not following:
                break
            legs = following[0]
            found.append(legs)
        return found

    def _narrowest(self, route: Route, *, ends: set[int]) -> int | None:
        """Resource of least capacity on a route, the two ends apart, which no detour avoids."""
        usable = [r for r in route.resources if self.network.resource_place.get(r) not in ends]
        return min(usable, key=lambda r: (self.network.capacity[r], r), default=None)


def whole_days(days: float) -> int:
    """Days begun and completed: the day on which something `days` after the start happens."""
    return math.floor(days + _ROUNDING)


def days_up(days: float) -> int:
    """Days rounded up: in place at the end of that day."""
    return math.ceil(days - _ROUNDING)
