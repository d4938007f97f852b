"""What coverage needs: the sites with the days on which their units arrive, the zone, the assets and the threat."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from holdfast.core.errors import Problem, ScenarioError
from holdfast.geo.line import Line
from holdfast.models.zone import Zone
from holdfast.results.stages import Arrival, Deployment, Laydown, Requirement, Site
from holdfast.scenario.lines import line_sectors
from holdfast.scenario.types import Asset, Capability, Scenario, SectorRow

FACTORS = (
    "altitude.aircraft_m", "altitude.cruise_missile_m", "altitude.drone_m", "altitude.ballistic_missile_m",
    "cover.days_shown", "cover.protected_at_least", "cover.seen_tolerance",
    "duty.aerial", "duty.patrol", "duty.patrol_hours", "duty.post", "duty.sensor",
    "laydown.post_offset_km",
    "masking.forest", "masking.mixed", "masking.open", "masking.urban", "masking.water", "masking.wetland",
    "observe.aircraft_availability", "observe.aircraft_per_orbit_unit", "observe.orbit_transit_h", "observe.turnaround_h",
    "protect.priority_decay",
    "reach.cycles_per_raid", "reach.edge_share", "reach.ready_share", "reach.shots_per_target",
    "respond.air_alert_minutes", "respond.air_detour", "respond.alert_minutes", "respond.detour",
    "respond.mine_speed_factor", "respond.season_factor",
    "sensing.aerial_masking", "sensing.steepness",
    "visibility.day", "visibility.night", "visibility.poor", "visibility.poor_factor",
)  # fmt: skip
"""Planning factors that coverage reads."""
NEVER = math.inf


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Units at a site from a day on."""

    site: Site
    units: float
    day: float
    """Day after D on which they are in place; infinite where they do not arrive within the horizon."""


@dataclass(frozen=True, kw_only=True)
class CoverageInputs:
    """All that stage `cover` needs.

    `raids` gives targets in one raid by target type (0: no saturation reckoned). `counts_across` says whether sites of the
    backstop outside the country protect: they do not where its promise is not honoured.
    """

    posture: str
    host: str
    points: tuple[tuple[float, float], ...]
    zone: Zone
    standing: tuple[Standing, ...]
    capabilities: dict[str, Capability]
    assets: tuple[Asset, ...]
    battery_places: tuple[tuple[float, float], ...]
    """Places outside the country that may host a battery, longitude and latitude."""
    raids: dict[str, float]
    observe_probability: float
    respond_minutes: float
    counts_across: bool
    factors: dict[str, float]
    service_source: str = ""
    service_assumption: str = ""
    """Where the service levels asked come from."""


def arrived_by(day: float) -> Callable[[Standing], bool]:
    """Which units are in place on a day."""
    return lambda item: item.day <= day


def of_capability(name: str) -> Callable[[Standing], bool]:
    """Which units are of a capability."""
    return lambda item: item.site.capability == name


def gather_coverage(
    scenario: Scenario,
    requirement: Requirement,  # noqa: ARG001  # what is covered follows from what stands where, not from what was asked
    laydown: Laydown,
    deployment: Deployment,
) -> CoverageInputs:
    """Take from a resolved scenario, its laydown and its deployment what coverage needs.

    Raises
    ------
    ScenarioError
        When there is no trace of the line to cover.
    UnknownNameError
        When a factor is missing.
    """
    points = _points(scenario)
    sectors = _sectors(scenario, Line(points).length_km) if points else ()
    terms, threat = scenario.settlement, scenario.threat
    levers = scenario.backstop_levers
    used = {site.capability for site in laydown.sites} | {"observer_team"}
    batteries = {row.id for row in scenario.capabilities.values() if row.domain == "air_defence"}
    return CoverageInputs(
        posture=scenario.mission.posture,
        host=scenario.mission.host_nation,
        points=points,
        zone=Zone(
            sectors=sectors,
            depth_km=terms.zone_depth_km.nominal,
            standoff_km=terms.standoff_km.nominal,
            access=terms.access,
            posture=scenario.mission.posture,
            mean_minutes=scenario.service.observe_event_minutes,
            steepness=scenario.factor("sensing.steepness"),
            weights=tuple(scenario.factor(f"visibility.{state}") for state in ("day", "night", "poor")),
        ),
        standing=standing_units(scenario, laydown, deployment),
        capabilities={name: row for name, row in scenario.capabilities.items() if name in used | batteries},
        assets=tuple(scenario.assets.values()),
        battery_places=tuple(
            (row.lon, row.lat)
            for row in scenario.places.values()
            if "battery" in row.may_host and row.country != scenario.mission.host_nation
        ),
        raids={
            "aircraft": 0.0,
            "cruise_missile": threat.cruise_missiles_per_raid.nominal,
            "drone": threat.drones_per_raid.nominal,
            "ballistic_missile": threat.ballistic_missiles_per_raid.nominal,
        },
        observe_probability=scenario.service.observe_probability,
        respond_minutes=scenario.service.respond_minutes,
        service_source=scenario.service.source,
        service_assumption=scenario.service.assumption,
        counts_across=levers.asked and levers.granted and levers.honoured,
        factors={key: scenario.factor(key) for key in FACTORS},
    )


def standing_units(scenario: Scenario, laydown: Laydown, deployment: Deployment) -> tuple[Standing, ...]:
    """Fill the sites with the units that arrive, by capability in order of arrival.

    Units bound for the country fill sites in it, the others those across its border. What does not arrive stands with
    the day `NEVER`.
    """
    queues: dict[tuple[str, bool], list[list[float]]] = {}
    for arrival in sorted(deployment.arrivals, key=lambda item: (item.arrival_day, item.unit)):
        units = arrival.units or arrival.personnel / scenario.capabilities[arrival.capability].personnel
        queues.setdefault((arrival.capability, _is_outside(scenario, arrival)), []).append([arrival.arrival_day, units])
    found: list[Standing] = []
    for site in laydown.sites:
        found += _fill(site, queues.get((site.capability, site.across_border), []))
    return tuple(found)


def _fill(site: Site, queue: list[list[float]]) -> list[Standing]:
    left = site.units
    found: list[Standing] = []
    while left > 1e-9 and queue:
        day, units = queue[0]
        taken = min(left, units)
        found.append(Standing(site=site, units=taken, day=day if math.isfinite(day) else NEVER))
        left -= taken
        queue[0][1] -= taken
        if queue[0][1] <= 1e-9:
            queue.pop(0)
    if left > 1e-9:
        found.append(Standing(site=site, units=left, day=NEVER))
    return found


def _is_outside(scenario: Scenario, arrival: Arrival) -> bool:
    place = scenario.places.get(arrival.destination)
    return place is not None and place.country != scenario.mission.host_nation


def _points(scenario: Scenario) -> tuple[tuple[float, float], ...]:
    """Points of the contact trace of the greatest weight."""
    contact = [trace for trace in scenario.traces.values() if trace.kind == "contact"]
    if contact:
        return max(contact, key=lambda trace: trace.weight).points
    if scenario.mission.posture == "none":
        return ()
    expected = "a trace of kind contact, to say where the line runs"
    raise ScenarioError([Problem(file="line.geojson", line=None, key="kind", value="none", expected=expected)])


def _sectors(scenario: Scenario, length_km: float) -> tuple[SectorRow, ...]:
    rows = line_sectors(scenario)
    kept = tuple(replace(row, to_km=min(row.to_km, length_km)) for row in rows if row.from_km < length_km)
    return kept or (
        SectorRow(
            id="line", name="the whole line", from_km=0.0, to_km=length_km, kind="contact", terrain="mixed", mines=0.0,
            threat_weight=1.0, road_kmh=scenario.factor("respond.default_road_kmh"), assumption="no sectors given",
        ),
    )  # fmt: skip
