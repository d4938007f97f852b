"""Countries, coasts and dividing lines of the packaged base map, under a stated view of the boundaries.

Data: Natural Earth 1:10m (public domain) through npm `world-atlas`, simplified; finest in the theatre (about 600 m between
border and drawing), coarse elsewhere. Made by `tools/make_basemap.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import cos, radians
from typing import Any, Final, Literal, NamedTuple, get_args

import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from shapely.strtree import STRtree

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import nearest_name
from holdfast.geo.distance import geodesic_km
from holdfast.geo.topojson import decode_arcs, geometry_of, objects_of

BoundaryView = Literal["unga_68_262", "natural_earth"]
DEFAULT_VIEW: Final[BoundaryView] = "unga_68_262"
"""United Nations General Assembly resolution 68/262 (27 March 2014): the territory of Ukraine with Crimea and Sevastopol."""
DISCLAIMER: Final = (
    "Boundaries are generalised and for orientation only. They follow United Nations General Assembly resolution 68/262 for "
    "Ukraine and Natural Earth elsewhere; the boundaries, names and lines shown imply no opinion on the legal status of any "
    "territory. Dashed lines are ceasefire lines or lines in dispute, not international borders."
)
DISCLAIMERS: Final[Mapping[BoundaryView, str]] = {
    "unga_68_262": DISCLAIMER,
    "natural_earth": (
        "Boundaries are generalised and for orientation only. They follow Natural Earth, which draws who is in control and "
        "not what is recognised; the boundaries, names and lines shown imply no opinion on the legal status of any territory."
    ),
}

_DEGREE_KM, _LEAST_COSINE = 110.5, 0.01
"""A degree of latitude is at least so long; near the poles a degree of longitude is taken as at 89.4 degrees."""


class DisputedLine(NamedTuple):
    """A path of a ceasefire line or a line in dispute: what it is, and where it runs (degrees)."""

    name: str
    geometry: shapely.LineString

    @property
    def coords(self) -> list[tuple[float, float]]:
        """Points of the path, longitude and latitude in order."""
        return [(float(lon), float(lat)) for lon, lat in self.geometry.coords]


@cache
def _topology() -> dict[str, Any]:
    text = (files("holdfast") / "data" / "basemap" / "countries.topo.json").read_text(encoding="utf-8")
    topology: dict[str, Any] = json.loads(text)
    return topology


def _repaired(shape: BaseGeometry) -> BaseGeometry:
    """The same area without the self-crossings that a coarse grid leaves at narrow necks."""
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)


@cache
def _collection(name: str) -> dict[str, BaseGeometry]:
    arcs = decode_arcs(_topology())
    return {item["id"]: _repaired(geometry_of(item, arcs=arcs)) for item in objects_of(_topology(), name)}


def _checked(view: str) -> str:
    if view not in get_args(BoundaryView):
        near = nearest_name(view, get_args(BoundaryView))
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueRangeError(f"boundary view is {view!r}; expected one of {', '.join(get_args(BoundaryView))}{hint}")
    return view


@cache
def _countries(view: str) -> dict[str, BaseGeometry]:
    if view == DEFAULT_VIEW:
        return _collection("countries")
    crimea = _collection("crimea")["CRIMEA"]
    moved = dict(_collection("countries"))
    moved["UKR"] = moved["UKR"].difference(crimea)
    moved["RUS"] = moved["RUS"].union(crimea)
    return moved


def load_countries(*, view: BoundaryView = DEFAULT_VIEW) -> dict[str, BaseGeometry]:
    """Countries of the world by ISO 3166 alpha-3 code (Kosovo: XKX), as valid polygons in degrees (WGS 84).

    Parameters
    ----------
    view
        Which borders are drawn. `unga_68_262`: Crimea in Ukraine, Northern Cyprus in Cyprus, Somaliland in Somalia; elsewhere
        as Natural Earth draws who is in control (the Golan Heights, Western Sahara west of the berm, Kashmir).
        `natural_earth`: the same, but Crimea in Russia, as Natural Earth has it.

    Raises
    ------
    ValueRangeError
        When the view is not one of these.
    """
    return dict(_countries(_checked(view)))


def country_names() -> dict[str, str]:
    """English short name of each country by ISO 3166 alpha-3 code."""
    return {item["id"]: item["properties"]["name"] for item in objects_of(_topology(), "countries")}


@cache
def _tree(view: str) -> tuple[STRtree, tuple[str, ...]]:
    countries = _countries(view)
    return STRtree(list(countries.values())), tuple(countries)


def country_of(lon: float, lat: float, *, tolerance_km: float = 0.0, view: BoundaryView = DEFAULT_VIEW) -> str | None:
    """ISO 3166 alpha-3 code of the country at a point, or None at sea.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84.
    tolerance_km
        A point at sea is given to the nearest country within this distance (a quay drawn in the water).
    view
        As in :func:`load_countries`.
    """
    tree, codes = _tree(_checked(view))
    spot = shapely.Point(lon, lat)
    inside = tree.query(spot, predicate="intersects")
    if len(inside):
        return codes[int(min(inside))]
    if tolerance_km <= 0:
        return None
    return _nearest_country(spot, tolerance_km=tolerance_km, view=view)


def _nearest_country(spot: shapely.Point, *, tolerance_km: float, view: BoundaryView) -> str | None:
    """Code of the country whose shore is nearest, within the tolerance."""
    tree, codes = _tree(view)
    degrees = tolerance_km / (_DEGREE_KM * max(cos(radians(spot.y)), _LEAST_COSINE))
    near = sorted(tree.query(spot, predicate="dwithin", distance=degrees).tolist())
    if not near:
        return None
    away = [_shore_km(spot, tree.geometries[index]) for index in near]
    closest = min(range(len(near)), key=away.__getitem__)
    return codes[near[closest]] if away[closest] <= tolerance_km else None


def _shore_km(spot: shapely.Point, shape: BaseGeometry) -> float:
    """Kilometres from a point to the nearest point of a shape, sought with degrees of longitude shrunk as at the point."""
    shrink = max(cos(radians(spot.y)), _LEAST_COSINE)
    _, shore = nearest_points(scale(spot, shrink, 1.0, origin=(0, 0)), scale(shape, shrink, 1.0, origin=(0, 0)))
    return float(geodesic_km([(spot.x, spot.y)], [(shore.x / shrink, shore.y)])[0, 0])


def load_disputed_lines() -> tuple[DisputedLine, ...]:
    """Ceasefire lines and lines in dispute, a layer of their own beside the borders; a line in parts comes as its parts."""
    arcs = decode_arcs(_topology())
    shapes = [
        (item["properties"]["name"], geometry_of(item, arcs=arcs)) for item in objects_of(_topology(), "disputed")
    ]
    return tuple(
        DisputedLine(name, path) for name, shape in shapes for path in shapely.get_parts(shapely.line_merge(shape))
    )


@cache
def load_land() -> BaseGeometry:
    """All land as one shape without inner borders; its outline is the coast."""
    return shapely.union_all(list(_countries(DEFAULT_VIEW).values()))


def topology_text() -> str:
    """The base map as TopoJSON text, for pages that draw it themselves (view `unga_68_262`)."""
    return json.dumps(_topology(), ensure_ascii=False, separators=(",", ":"))
