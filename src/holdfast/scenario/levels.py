"""Service levels by posture: the common table, each posture's own, and what a case of that posture is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from holdfast.scenario.distance import length_km
from holdfast.scenario.lines import along_line
from holdfast.scenario.types import POSTURES, Scenario, Service, ServiceLevels, Trace
from holdfast.scenario.values import Quantity

LEVELS = tuple(item.name for item in fields(ServiceLevels) if item.name not in {"source", "assumption"})
"""Names of the service levels."""
DEPTH_FROM_AREA = "area_km2 over the length of the line"
"""How the assumption begins of a depth of the zone that follows from the area."""


def levels_given(service: Service, posture: str) -> dict[str, float]:
    """Levels that a posture's own table gives, by name."""
    table = posture_levels(service, posture)
    if table is None:
        return {}
    return {name: value for name in LEVELS if (value := getattr(table, name)) is not None}


def posture_levels(service: Service, posture: str) -> ServiceLevels | None:
    """A posture's own table, or None where it has none (`none` never has)."""
    found: ServiceLevels | None = getattr(service, posture) if posture in POSTURES else None
    return found


def effective_service(service: Service, posture: str) -> Service:
    """The service levels that a force of that posture is held to: its own where it has them, else the common ones."""
    table, given = posture_levels(service, posture), levels_given(service, posture)
    changed = {name: value for name, value in given.items() if value != getattr(service, name)}
    if table is None or not changed:
        return service
    sources = dict.fromkeys(part for text in (service.source, table.source) for part in text.split(";") if part)
    note = f"{', '.join(changed)} for posture {posture}"
    note += f": {table.assumption}" if table.assumption else ""
    assumption = service.assumption
    if table.assumption or not table.source:
        assumption = f"{assumption}; {note}" if assumption else note
    more: dict[str, Any] = {**changed, "source": ";".join(sources), "assumption": assumption}
    return replace(service, **more)


def set_for_all(service: Service, names: tuple[str, ...]) -> Service:
    """The service with common levels that were just set holding for every posture: its own tables no longer give them."""
    changes: dict[str, Any] = {}
    for posture in POSTURES:
        table = posture_levels(service, posture)
        given = levels_given(service, posture)
        if table is None or not set(given) & set(names):
            continue
        left = set(given) - set(names)
        changes[posture] = replace(table, **dict.fromkeys(names)) if left else None  # type: ignore[arg-type]
    return replace(service, **changes) if changes else service


def for_posture(scenario: Scenario) -> Scenario:
    """The scenario with the service levels of its posture in place, and the depth of the zone that an area gives."""
    service = effective_service(scenario.service, scenario.mission.posture)
    changed = scenario if service is scenario.service else replace(scenario, service=service)
    return with_depth(changed)


def with_depth(scenario: Scenario) -> Scenario:
    """The scenario with the depth of the zone that follows from its area, where it was left to follow."""
    old = scenario.settlement.zone_depth_km
    depth = depth_of_area(scenario.area_km2, length_of(scenario))
    if not (depth and old.assumption.startswith(DEPTH_FROM_AREA)) or old.nominal == depth:
        return scenario
    return replace(scenario, settlement=replace(scenario.settlement, zone_depth_km=depth_quantity(depth)))


def depth_quantity(depth_km: float) -> Quantity:
    """A depth that follows from an area, marked as such."""
    return Quantity(
        low=depth_km, mode=depth_km, high=depth_km, assumption=f"{DEPTH_FROM_AREA}, or the side of the square"
    )


def depth_of_area(area_km2: float, length_km: float) -> float:
    """Depth of the watched zone: area / length, or the side of a square where there is no line (0 without an area)."""
    if area_km2 <= 0:
        return 0.0
    return float(area_km2 / length_km) if length_km > 0 else float(area_km2**0.5)


def main_trace(traces: Mapping[str, Trace]) -> Trace | None:
    """The contact trace of highest weight, the first of equals: the one that sectors are measured along."""
    contact = [trace for trace in traces.values() if trace.kind == "contact"]
    return max(contact, key=lambda trace: trace.weight) if contact else None


def length_of(scenario: Any) -> float:
    """Length of the line of a scenario or draft, km: of its sectors, its main trace, or as its head says; 0 without."""
    tables: Mapping[str, Any] = getattr(scenario, "tables", {})
    rows = along_line((tables["sectors"] if tables else scenario.sectors).values())
    if rows:
        return float(sum(row.to_km - row.from_km for row in rows))
    trace = main_trace(scenario.traces)
    if trace is not None:
        return length_km(trace.points)
    return float(getattr(scenario, "head", scenario).line_km)
