"""Warnings: what is allowed in a scenario but most often a slip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise

from holdfast.scenario.levels import main_trace
from holdfast.scenario.needs import is_for_sizing
from holdfast.scenario.origin import sources_of
from holdfast.scenario.types import POSTURES, Scenario

_NEEDED_BY = {
    "sectors": "the line is one sector of open terrain at most",
    "nations": "no nation can contribute",
    "pools": "generation finds no units",
    "backstop": "there is nothing to ask of an outside power",
    "places": "deployment has no network",
    "legs": "deployment has no network",
    "assets": "nothing is there to protect",
}
_HOME_KINDS = frozenset({"base", "sector_hub", "staging", "site"})


def warnings_of(scenario: Scenario, *, own_evidence: Collection[str] = ()) -> tuple[str, ...]:
    """Everything that looks odd, in words; `own_evidence` are the rows of the scenario's own evidence file."""
    checks: tuple[Callable[[Scenario], Iterator[str]], ...] = (
        _empty_tables,
        _wrong_side,
        _unreachable_depots,
        _reluctant_pools,
    )
    found = [warning for check in checks for warning in check(scenario)]
    return (*found, *_unused_evidence(scenario, own_evidence))


def _empty_tables(scenario: Scenario) -> Iterator[str]:
    if is_for_sizing(scenario):
        return
    for name, effect in _NEEDED_BY.items():
        if not getattr(scenario, name):
            yield f"{name}.csv is missing: {effect}"


def _wrong_side(scenario: Scenario) -> Iterator[str]:
    """The host's places should lie to the right of the line, walking from its first point."""
    trace = main_trace(scenario.traces)
    home = [
        (place.lon, place.lat)
        for place in scenario.places.values()
        if place.country == scenario.mission.host_nation and place.kind in _HOME_KINDS
    ]
    if trace is None or not home:
        return
    left = sum(_is_left(point, trace.points) for point in home)
    if left > len(home) / 2:
        yield (
            f"line.geojson: {left} of {len(home)} places of the host lie to the left of trace {trace.id!r}; its points "
            "should run so that the host's side is on the right hand"
        )


def _is_left(point: tuple[float, float], line: tuple[tuple[float, float], ...]) -> bool:
    """Whether a point lies to the left of the nearest segment (plane geometry, which is enough to tell sides)."""

    def distance2(segment: tuple[tuple[float, float], tuple[float, float]]) -> float:
        (x1, y1), (x2, y2) = segment
        dx, dy = x2 - x1, y2 - y1
        along = ((point[0] - x1) * dx + (point[1] - y1) * dy) / (dx * dx + dy * dy)
        along = min(max(along, 0.0), 1.0)
        return (point[0] - x1 - along * dx) ** 2 + (point[1] - y1 - along * dy) ** 2

    (x1, y1), (x2, y2) = min(pairwise(line), key=distance2)
    return (x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1) > 0


def _unreachable_depots(scenario: Scenario) -> Iterator[str]:
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for leg in scenario.legs.values():
        neighbours[leg.origin].add(leg.destination)
        neighbours[leg.destination].add(leg.origin)
    home = [key for key, place in scenario.places.items() if place.country == scenario.mission.host_nation]
    reached, front = set(home), list(home)
    while front:
        fresh = neighbours[front.pop()] - reached
        reached |= fresh
        front += fresh
    for depot in sorted({pool.depot for pool in scenario.pools.values()} - reached):
        yield f"legs.csv: no way leads from depot {depot!r} to the host country"


def _reluctant_pools(scenario: Scenario) -> Iterator[str]:
    for key, pool in scenario.pools.items():
        position = scenario.nations[pool.nation].position
        domain = scenario.capabilities[pool.capability].domain
        if position == "refuses" or (
            position == "refuses_ground_troops" and domain == "ground" and "country" in pool.areas
        ):
            yield f"pools.csv: {key} offers {pool.capability}, but {pool.nation} {position.replace('_', ' ')}"


def _unused_evidence(scenario: Scenario, own: Collection[str]) -> Iterator[str]:
    """Rows of the scenario's own evidence file that nothing cites (the catalogue's may stand unused).

    Published sizes (quantity `force_size`) are used without being cited: sizing compares its need with them.
    """
    cited = {key for key in own if scenario.evidence[key].quantity == "force_size"}
    for name in ("mission", "settlement", "service", "threat", "behaviour", "base_rates", "d_day"):
        cited |= _sources(getattr(scenario, name))
    if scenario.record is not None:
        cited |= _sources(scenario.record)
    for posture in POSTURES:
        cited |= _sources(getattr(scenario.service, posture))
    for table in (
        "sectors",
        "nations",
        "pools",
        "backstop",
        "capabilities",
        "places",
        "legs",
        "assets",
        "traces",
        "options",
        "settlements",
        "factors",
    ):
        for row in getattr(scenario, table).values():
            cited |= _sources(row)
    unused = sorted(set(own) - cited)
    if unused:
        names = ", ".join(unused[:8]) + (", ..." if len(unused) > 8 else "")
        yield f"evidence.csv: cited by nothing: {names}"


def _sources(thing: object) -> set[str]:
    """Evidence ids that a row, section or factor cites, itself or in its quantities."""
    if thing is None:
        return set()
    found = set(sources_of(getattr(thing, "source", "")))
    for value in vars(thing).values():
        found |= set(sources_of(getattr(value, "source", "")))
    return found
