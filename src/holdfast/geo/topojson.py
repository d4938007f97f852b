"""Decodes TopoJSON: shared border arcs into shapely geometries, so that neighbours share their border exactly.

Format: the TopoJSON specification 1.0 (Bostock and Metcalf). Arcs are delta-encoded integers on a grid; a negative
index `~i` is arc `i` walked backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from holdfast.core.errors import FileFormatError

Arc = NDArray[np.float64]


def decode_arcs(topology: Mapping[str, Any]) -> tuple[Arc, ...]:
    """Arcs as arrays of shape (points, 2), degrees of longitude and latitude.

    Raises
    ------
    FileFormatError
        When the mapping is not a quantised topology.
    """
    if topology.get("type") != "Topology" or "transform" not in topology:
        raise FileFormatError(
            "base map is not a quantised TopoJSON topology; expected type 'Topology' with 'transform'"
        )
    scale = np.array(topology["transform"]["scale"], dtype=float)
    shift = np.array(topology["transform"]["translate"], dtype=float)
    return tuple(np.cumsum(np.array(arc, dtype=float), axis=0) * scale + shift for arc in topology["arcs"])


def stitch(indices: Sequence[int], *, arcs: Sequence[Arc]) -> Arc:
    """One path from arc indices in order, each join counted once; shape (points, 2)."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def polygons_of(item: Mapping[str, Any]) -> list[list[list[int]]]:
    """Arc indices of an object as polygons of rings, whether it is one polygon or several."""
    if item["type"] == "Polygon":
        return [item["arcs"]]
    return list(item["arcs"]) if item["type"] == "MultiPolygon" else []


def geometry_of(item: Mapping[str, Any], *, arcs: Sequence[Arc]) -> BaseGeometry:
    """Shapely geometry of one object of a topology.

    Raises
    ------
    FileFormatError
        When the object is neither made of polygons nor of lines.
    """
    if item["type"] in {"Polygon", "MultiPolygon"}:
        rings = [[stitch(ring, arcs=arcs) for ring in polygon] for polygon in polygons_of(item)]
        polygons = [Polygon(polygon[0], polygon[1:]) for polygon in rings]
        return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    if item["type"] == "LineString":
        return LineString(stitch(item["arcs"], arcs=arcs))
    if item["type"] == "MultiLineString":
        return MultiLineString([stitch(line, arcs=arcs) for line in item["arcs"]])
    raise FileFormatError(f"base map holds an object of type {item['type']!r}; expected polygons or lines")


def objects_of(topology: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Members of the named collection of a topology.

    Raises
    ------
    FileFormatError
        When the topology has no such collection.
    """
    if name not in topology["objects"]:
        raise FileFormatError(f"base map has no collection {name!r}; it has {sorted(topology['objects'])}")
    yield from topology["objects"][name]["geometries"]
