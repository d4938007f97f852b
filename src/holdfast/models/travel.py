"""Travel: road speeds, response times and radii, great-circle distances, and shortest routes through a network.

Speeds are kilometres an hour, times minutes or days as each name says. Everything is vectorised; nothing is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of the WGS 84 ellipsoid (IUGG)
_NONE = -9999  # scipy's mark for "no predecessor"


def road_speed_kmh(road_kmh: Any, *, season_factor: Any, mines: Any, mine_speed_factor: Any) -> Any:
    """Mean speed over a road of which a share is mined: v·s / ((1 − m) + m / f), the harmonic mean by length.

    Source: MODEL.md 1.3 (road speed by season and mines); time adds along a road, so speeds average harmonically.

    Parameters
    ----------
    road_kmh
        Speed on the clear road in summer, km/h.
    season_factor
        Share of it kept in the season, 0 to 1.
    mines
        Share of the length denied by mines, where one goes round or behind a clearing team, 0 to 1.
    mine_speed_factor
        Share of the speed kept on the mined length, above 0 and at most 1.

    Raises
    ------
    ValueRangeError
        When a share is outside its range or the speed is negative.
    """
    speed, season = np.asarray(road_kmh, dtype=float), np.asarray(season_factor, dtype=float)
    share, slow = np.asarray(mines, dtype=float), np.asarray(mine_speed_factor, dtype=float)
    _require("road_kmh", speed, low=0.0)
    _require("season_factor", season, low=0.0, high=1.0)
    _require("mines", share, low=0.0, high=1.0)
    _require("mine_speed_factor", slow, low=0.0, high=1.0, open_low=True)
    return _plain(speed * season / ((1.0 - share) + share / slow))


def response_minutes(distance_km: Any, speed_kmh: Any, alert_minutes: Any) -> Any:
    """Minutes from the call to arrival: alert + 60 d / v.

    Raises
    ------
    ValueRangeError
        When a distance or alert time is negative or a speed is not positive.
    """
    distance, speed = np.asarray(distance_km, dtype=float), np.asarray(speed_kmh, dtype=float)
    alert = np.asarray(alert_minutes, dtype=float)
    _require("distance_km", distance, low=0.0)
    _require("speed_kmh", speed, low=0.0, open_low=True)
    _require("alert_minutes", alert, low=0.0)
    return _plain(alert + 60.0 * distance / speed)


def response_radius_km(minutes: Any, speed_kmh: Any, alert_minutes: Any) -> Any:
    """Farthest distance reached within `minutes` of the call: v (t − alert) / 60; 0 where the alert takes longer.

    Raises
    ------
    ValueRangeError
        When a time is negative or a speed is not positive.
    """
    limit, speed = np.asarray(minutes, dtype=float), np.asarray(speed_kmh, dtype=float)
    alert = np.asarray(alert_minutes, dtype=float)
    _require("minutes", limit, low=0.0)
    _require("speed_kmh", speed, low=0.0, open_low=True)
    _require("alert_minutes", alert, low=0.0)
    return _plain(np.maximum(limit - alert, 0.0) * speed / 60.0)


def great_circle_km(lonlat_a: Any, lonlat_b: Any) -> Any:
    """Great-circle distance on the mean sphere, km (haversine; within 0.6 % of the geodesic).

    Parameters
    ----------
    lonlat_a, lonlat_b
        Longitude and latitude in degrees on the last axis; the other axes broadcast. All pairs of `a` and `b` are
        `great_circle_km(a[:, None], b[None, :])`.

    Raises
    ------
    ValueRangeError
        When the last axis is not a pair.
    """
    first, second = np.asarray(lonlat_a, dtype=float), np.asarray(lonlat_b, dtype=float)
    for name, array in (("lonlat_a", first), ("lonlat_b", second)):
        if array.ndim == 0 or array.shape[-1] != 2:
            raise ValueRangeError(f"{name} has shape {array.shape}; expected longitude and latitude on the last axis")
    start, end = np.radians(first), np.radians(second)
    half = 0.5 * (end - start)
    chord = np.sin(half[..., 1]) ** 2 + np.cos(start[..., 1]) * np.cos(end[..., 1]) * np.sin(half[..., 0]) ** 2
    return _plain(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Shortest routes from some sources to every node."""

    sources: tuple[int, ...]
    cost: NDArray[np.float64]
    """Shape (source, node): cost of the cheapest route; infinite where there is none."""
    predecessors: NDArray[np.int64]
    """Shape (source, node): node before this one on the route; -9999 at the source and where there is none."""

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Nodes of the cheapest route from `source` to `target`, both included; empty where there is none.

        Raises
        ------
        ValueRangeError
            When `source` is not one of the sources.
        """
        if source not in self.sources:
            raise ValueRangeError(f"node {source} is not a source; expected one of {self.sources}")
        row = self.sources.index(source)
        if not np.isfinite(self.cost[row, target]):
            return ()
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(self.predecessors[row, nodes[-1]]))
        return tuple(reversed(nodes))


def shortest_routes(
    edges: Any, costs: Any, *, nodes: int, sources: tuple[int, ...] | None = None, both_ways: bool = True
) -> Routes:
    """Cheapest routes by Dijkstra's method (scipy `csgraph`), from `sources` (default: all nodes).

    Parameters
    ----------
    edges
        Node pairs, shape (edge, 2). Of parallel edges the cheapest counts.
    costs
        Cost of each edge (days, minutes, kilometres), 0 or more. Edges of cost 0 are kept.
    nodes
        Number of nodes; labels run from 0.
    both_ways
        Whether an edge may be used in either direction at the same cost.

    Raises
    ------
    ValueRangeError
        When a cost is negative or an edge names an unknown node.
    """
    from scipy.sparse.csgraph import dijkstra

    pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    weights = np.asarray(costs, dtype=float).reshape(-1)
    _require("costs", weights, low=0.0)
    if len(pairs) != len(weights):
        raise ValueRangeError(f"{len(weights)} costs for {len(pairs)} edges; expected one each")
    if pairs.size and (pairs.min() < 0 or pairs.max() >= nodes):
        raise ValueRangeError(
            f"an edge names node {pairs.max() if pairs.max() >= nodes else pairs.min()}; expected 0..{nodes - 1}"
        )
    chosen = tuple(range(nodes)) if sources is None else sources
    cost, before = dijkstra(
        _cheapest_edges(pairs, weights, nodes=nodes, both_ways=both_ways),
        indices=list(chosen),
        return_predecessors=True,
    )
    return Routes(sources=chosen, cost=np.atleast_2d(cost), predecessors=np.atleast_2d(before).astype(np.int64))


def _cheapest_edges(pairs: NDArray[np.int64], weights: NDArray[np.float64], *, nodes: int, both_ways: bool) -> Any:
    """Sparse matrix that keeps the cheapest of parallel edges; explicit zeros stay edges."""
    from scipy.sparse import csr_array

    if both_ways:
        pairs, weights = np.vstack([pairs, pairs[:, ::-1]]), np.concatenate([weights, weights])
    order = np.lexsort((weights, pairs[:, 1], pairs[:, 0]))
    pairs, weights = pairs[order], weights[order]
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = np.any(pairs[1:] != pairs[:-1], axis=1)
    pairs, weights = pairs[first], weights[first]
    starts = np.searchsorted(pairs[:, 0], np.arange(nodes + 1))
    return csr_array((weights, pairs[:, 1], starts), shape=(nodes, nodes))


def _require(
    name: str, value: NDArray[np.float64], *, low: float, high: float = np.inf, open_low: bool = False
) -> None:
    below = value <= low if open_low else value < low
    if np.any(below | (value > high) | np.isnan(value)):
        bound = f"more than {low:g}" if open_low else f"{low:g} or more"
        upper = f" and at most {high:g}" if np.isfinite(high) else ""
        raise ValueRangeError(f"{name} is {value if value.ndim else float(value)}; expected {bound}{upper}")


def _plain(value: Any) -> Any:
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array
