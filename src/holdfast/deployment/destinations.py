"""Where each unit goes: the sites of the laydown, brought to the place of the network that serves them.

A unit whose capability has sites fills them in the order of the laydown. One without a site goes, in the country,
where people are and support is still thin; in a neighbouring country, to the nearest place that may host it; elsewhere
in theatre it stays where it starts, aircraft apart, which go to the nearest place outside the country that may host aircraft.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from holdfast.core.errors import Problem, ScenarioError
from holdfast.core.names import unknown_name
from holdfast.models.travel import great_circle_km
from holdfast.results.stages import ForceUnit, Laydown, Site
from holdfast.scenario.types import Place, PlaceKind, Scenario

_LEAST = 1e-6  # units; less is rounding
_DIGITS = 6
_NOT_STATIONS: tuple[PlaceKind, ...] = ("gauge_break", "crossing")
"""Kinds of place where nothing is stationed."""
_HOSTS = {"air": "air", "air_defence": "battery"}
"""What a place must be allowed to host for units of a domain; `base` for all others."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A place of the network, how many units go there, and how far their site lies beyond it."""

    place: str
    units: float
    last_mile_km: float = 0.0


@dataclass
class _Room:
    """Units that a place still takes of one capability."""

    place: str
    units: float
    last_mile_km: float


def assign_destinations(
    units: tuple[ForceUnit, ...], scenario: Scenario, laydown: Laydown
) -> list[tuple[ForceUnit, Destination]]:
    """Destination of every unit, or of each part where a start is split between places.

    Raises
    ------
    UnknownNameError
        When a unit's capability or depot is not in the scenario.
    ScenarioError
        When a unit must go to an area in which the scenario has no place for it.
    """
    finder = _Places(scenario)
    rooms = _rooms(laydown.sites, finder)
    people = _people_by_place(laydown.sites, scenario, finder)
    assigned: list[tuple[ForceUnit, Destination]] = []
    for unit in units:
        _check(unit, scenario)
        left = unit.units
        for room in rooms.get((unit.capability, unit.area == "country"), []):
            taken = round(min(left, room.units), _DIGITS)
            if taken > _LEAST:
                place = Destination(place=room.place, units=taken, last_mile_km=room.last_mile_km)
                assigned.append((unit, place))
                room.units -= taken
                left -= taken
        left = round(left, _DIGITS)
        if left > _LEAST:
            assigned.append((unit, Destination(place=finder.unsited(unit, people, left=left), units=left)))
    return assigned


def _check(unit: ForceUnit, scenario: Scenario) -> None:
    if unit.capability not in scenario.capabilities:
        raise unknown_name("capability", unit.capability, scenario.capabilities)
    if unit.depot not in scenario.places:
        raise unknown_name(f"place (depot of {unit.id})", unit.depot, scenario.places)


def _rooms(sites: tuple[Site, ...], finder: _Places) -> dict[tuple[str, bool], list[_Room]]:
    """Room by (capability, in the country), sites of one place joined, in the order of the laydown."""
    rooms: dict[tuple[str, bool], dict[str, _Room]] = {}
    for site in sites:
        place, distance = finder.serving(site)
        here = rooms.setdefault((site.capability, site.country == finder.host), {})
        old = here.setdefault(place, _Room(place=place, units=0.0, last_mile_km=0.0))
        total = old.units + site.units
        if total > 0:
            old.last_mile_km = (old.last_mile_km * old.units + distance * site.units) / total
        old.units = total
    return {key: list(found.values()) for key, found in rooms.items()}


def _people_by_place(sites: tuple[Site, ...], scenario: Scenario, finder: _Places) -> dict[str, float]:
    """People of the laydown at each place in the country."""
    people: dict[str, float] = {}
    for site in sites:
        if site.country == finder.host and site.capability in scenario.capabilities:
            place, _ = finder.serving(site)
            people[place] = people.get(place, 0.0) + site.units * scenario.capabilities[site.capability].personnel
    return {place: count for place, count in people.items() if count > 0}


class _Places:
    """Places of the network at which units can stand, and the search among them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.host = scenario.mission.host_nation
        ends = {end for leg in scenario.legs.values() for end in (leg.origin, leg.destination)}
        self._stations = [row for row in scenario.places.values() if row.id in ends and row.kind not in _NOT_STATIONS]
        self._served: dict[str, float] = {}

    def serving(self, site: Site) -> tuple[str, float]:
        """The place that serves a site, and the kilometres from there: its own, or the nearest of its country."""
        if site.place and site.place in self.scenario.places and self._reachable(site.place):
            row = self.scenario.places[site.place]
            return row.id, float(great_circle_km((row.lon, row.lat), (site.lon, site.lat)))
        here = [row for row in self._stations if row.country == site.country and row.kind != "depot"]
        return self._nearest(here or self._stations, site.lon, site.lat, what=f"site {site.id}")

    def _reachable(self, place: str) -> bool:
        return any(row.id == place for row in self._stations)

    def unsited(self, unit: ForceUnit, people: dict[str, float], *, left: float) -> str:
        """Place for units without a site."""
        domain = self.scenario.capabilities[unit.capability].domain
        if unit.area == "country":
            return self._thinnest(unit, people, left=left)
        if domain in {"sea", "service"} or (unit.area == "theatre" and domain != "air"):
            return unit.depot
        wanted = _HOSTS.get(domain, "base")
        depot = self.scenario.places[unit.depot]
        outside = [row for row in self._stations if row.country != self.host and wanted in row.may_host]
        if wanted in depot.may_host or not outside:
            return unit.depot
        lon, lat = self._middle(people)
        return self._nearest(outside, lon, lat, what=f"unit {unit.id}")[0]

    def _thinnest(self, unit: ForceUnit, people: dict[str, float], *, left: float) -> str:
        """The place whose people have the least support assigned so far; without a laydown, any that may host a base."""
        weights = people or {
            row.id: 1.0 for row in self._stations if row.country == self.host and "base" in row.may_host
        }
        if not weights:
            wanted = f"a place in {self.host} with legs that may host a base, for {unit.id}"
            problem = Problem(file="places.csv", line=None, key="may_host", value="", expected=wanted)
            raise ScenarioError([problem])
        chosen = min(weights, key=lambda place: (self._served.get(place, 0.0) / weights[place], place))
        self._served[chosen] = self._served.get(chosen, 0.0) + unit.personnel * left / unit.units
        return chosen

    def _middle(self, people: Iterable[str]) -> tuple[float, float]:
        """Middle of the places where people stand in the country, or of the country's places."""
        rows = [self.scenario.places[place] for place in people]
        rows = rows or [row for row in self._stations if row.country == self.host] or self._stations
        return float(np.mean([row.lon for row in rows])), float(np.mean([row.lat for row in rows]))

    def _nearest(self, rows: list[Place], lon: float, lat: float, *, what: str) -> tuple[str, float]:
        if not rows:
            wanted = f"legs to a place of places.csv where {what} may be supplied from: deploy needs a network"
            raise ScenarioError([Problem(file="legs.csv", line=None, key="legs", value="missing", expected=wanted)])
        distances = great_circle_km(np.array([(row.lon, row.lat) for row in rows]), np.array((lon, lat)))
        nearest = int(np.argmin(distances))
        return rows[nearest].id, float(distances[nearest])
