"""Small inputs of laydown and coverage, built without the stages before them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import support
from holdfast.core.arrays import collect, labelled
from holdfast.coverage.inputs import FACTORS as COVERAGE_FACTORS
from holdfast.coverage.inputs import CoverageInputs, Standing
from holdfast.geo.line import Line
from holdfast.laydown.inputs import FACTORS, LaydownInputs, UnitsToPlace
from holdfast.models.zone import Zone
from holdfast.results.stages import Arrival, Deployment, Force, ForceUnit, Laydown, Requirement, Site
from holdfast.scenario import types as t

PLAIN = {
    "interpose.post_spacing_km": 2.0, "protect.priority_decay": 0.5, "respond.alert_minutes": 15.0,
    "respond.air_alert_minutes": 30.0, "respond.air_detour": 1.1, "respond.detour": 1.3,
    "respond.mine_speed_factor": 0.5, "respond.season_factor": 0.8,
    "observe.aircraft_availability": 0.7, "observe.aircraft_per_orbit_unit": 4.0, "observe.orbit_transit_h": 2.0,
    "observe.turnaround_h": 4.0,
}  # fmt: skip
"""Factors whose packaged figures these tests do not depend on."""
GIVES = {"gives.companies.mech_bn": 3.0, "gives.companies.infantry_bn": 3.0, "gives.posts.infantry_bn": 20.0}


def factors(keys: tuple[str, ...] = FACTORS) -> dict[str, float]:
    """Factors of the stage: plain figures where named above, else the packaged nominal values."""
    packaged = {key: row.value.nominal for key, row in support.factors().items()}
    return {key: PLAIN.get(key, packaged.get(key, float("nan"))) for key in keys}


def uniform_sector(length_km: float, **changes: Any) -> t.SectorRow:
    """One open sector of contact line."""
    given: dict[str, Any] = {
        "id": "all", "name": "all", "from_km": 0.0, "to_km": length_km, "kind": "contact", "terrain": "open",
        "mines": 0.0, "threat_weight": 1.0, "road_kmh": 50.0, "assumption": "test figure",
    }  # fmt: skip
    return t.SectorRow(**(given | changes))


def laydown_inputs(units: tuple[UnitsToPlace, ...], **changes: Any) -> LaydownInputs:
    """Laydown inputs on the tiny scenario's line, with the units given."""
    scenario = support.tiny_scenario()
    length = Line(support.LINE).length_km
    sectors = tuple(replace(row, to_km=min(row.to_km, length)) for row in scenario.sectors.values())
    given: dict[str, Any] = {
        "posture": "observe", "access": "both", "host": "UKR", "points": support.LINE, "sectors": sectors,
        "depth_km": 20.0, "standoff_km": 15.0, "respond_minutes": 90.0, "event_minutes": 60.0, "units": units,
        "capabilities": dict(scenario.capabilities), "places": tuple(scenario.places.values()),
        "assets": tuple(scenario.assets.values()), "factors": factors(), "gives": GIVES,
    }  # fmt: skip
    return LaydownInputs(**(given | changes))


def put(capability: str, units: float, area: str = "country", **more: Any) -> UnitsToPlace:
    """Units of one capability to place."""
    return UnitsToPlace(capability=capability, area=area, units=units, **more)


def coverage_inputs(sites: tuple[Site, ...], *, days: dict[str, float] | None = None, **changes: Any) -> CoverageInputs:
    """Coverage inputs on the tiny scenario's line, all units in place on day 0 unless `days` says otherwise by site id."""
    base = laydown_inputs(())
    scenario = support.tiny_scenario()
    values = factors(COVERAGE_FACTORS)
    zone = Zone(
        sectors=base.sectors, depth_km=base.depth_km, standoff_km=base.standoff_km, access=base.access, posture=base.posture,
        mean_minutes=base.event_minutes, steepness=values["sensing.steepness"],
        weights=(values["visibility.day"], values["visibility.night"], values["visibility.poor"]),
    )  # fmt: skip
    given: dict[str, Any] = {
        "posture": "observe", "host": "UKR", "points": support.LINE, "zone": zone,
        "standing": tuple(
            Standing(site=site, units=site.units, day=(days or {}).get(site.id, 0.0)) for site in sites
        ),
        "capabilities": dict(scenario.capabilities), "assets": base.assets,
        "battery_places": tuple(
            (row.lon, row.lat) for row in base.places if "battery" in row.may_host and row.country != "UKR"
        ),
        "raids": {"aircraft": 0.0, "cruise_missile": 4.0, "drone": 20.0, "ballistic_missile": 1.0},
        "observe_probability": 0.8, "respond_minutes": 90.0, "counts_across": True, "factors": values,
    }  # fmt: skip
    return CoverageInputs(**(given | changes))


def long_inputs(units: tuple[UnitsToPlace, ...], **changes: Any) -> LaydownInputs:
    """A uniform line of about 1,000 km due south, 20 sectors, 40 assets behind it."""
    points = ((30.0, 54.0), (30.0, 45.0))
    length = Line(points).length_km
    step = length / 20.0
    sectors = tuple(
        uniform_sector(length, id=f"s{number:02d}", name=f"S{number}", from_km=step * number, to_km=step * (number + 1))
        for number in range(20)
    )
    assets = tuple(
        replace(row, id=f"{row.id}{number}", lat=45.5 + 8.0 * number / 7.0 + 0.1 * index)
        for number in range(7)
        for index, row in enumerate(support.assets().values())
    )
    return laydown_inputs(units, points=points, sectors=sectors, assets=assets, **changes)


def empty_requirement() -> Requirement:
    """A requirement of nothing, as laydown and coverage receive it (they read nothing of it)."""
    names = {"task": ["observe"], "capability": ["mech_bn"]}
    zero = labelled([[0.0]], ["task", "capability"], names, units="unit", long_name="units")
    table = labelled(
        [[0.0]],
        ["force_ratio", "host_share"],
        {"force_ratio": [3.0], "host_share": [0.5]},
        units="people",
        long_name="hold",
    )
    return Requirement(
        posture="observe", demand=collect(units=zero), cover=collect(units=zero), tasks=collect(units=zero), in_country=0,
        in_theatre=0, pool_24_months=0, tooth_to_tail=0.0, hold_table=table, cap=None, triangulation=(), binding={},
        refused=(),
    )  # fmt: skip


def empty_force() -> Force:
    """A force of nobody."""
    return force_of(support.tiny_scenario(), {})


def force_of(scenario: t.Scenario, pools: dict[str, list[float]], *, elements: dict[str, float] | None = None) -> Force:
    """A force that keeps the pools' units on station by month, with elements of the backstop."""
    months = max((len(levels) for levels in pools.values()), default=24)
    names = list(pools) or ["fra_mech_bn"]
    values = np.array([pools.get(name, [0.0] * months) for name in names])
    coords = {"backing": ["europe_only", "with_backstop"], "pool": names, "month": np.arange(months)}
    by_pool = labelled(
        np.stack([values, values]), ["backing", "pool", "month"], coords, units="unit", long_name="on station"
    )
    by_month = labelled(np.zeros((2, months)), ["backing", "month"], coords, units="people", long_name="people")
    units = [_force_unit(scenario, name, max(levels), backstop=False) for name, levels in pools.items()]
    units += [_force_unit(scenario, name, count, backstop=True) for name, count in (elements or {}).items()]
    return Force(
        on_station=by_pool, starts=by_pool, balance=collect(provided=by_pool), weighted_shortfall=by_month, gap=0.0,
        approvals=(), units=tuple(units), shortfalls_europe_only=(), shortfalls=(), ask=(), ask_sourced_share=0.0,
        people_on_station=by_month, pledge_together_gain=0.0,
    )  # fmt: skip


def _force_unit(scenario: t.Scenario, pool: str, units: float, *, backstop: bool) -> ForceUnit:
    row: Any = scenario.backstop[pool] if backstop else scenario.pools[pool]
    people = scenario.capabilities[row.capability].personnel
    return ForceUnit(
        id=pool if backstop else f"{pool}-1", nation=row.owner if backstop else row.nation,
        pool="" if backstop else pool, capability=row.capability, units=units,
        personnel=units * people, area="neighbour" if backstop else "country",
        depot=row.based if backstop else row.depot, ready_day=30.0, backstop=backstop,
    )  # fmt: skip


def arrivals(laydown: Laydown, *, day: float = 60.0) -> Deployment:
    """Everything of a laydown arrives on one day, where the sites stand."""
    people = {name: row.personnel for name, row in support.capabilities().items()}
    rows = tuple(
        Arrival(
            unit=site.id, nation="FRA", capability=site.capability, personnel=site.units * people[site.capability],
            ready_day=30.0, arrival_day=day, destination="site_pol" if site.across_border else "stage_ukr", route=(),
        )
        for site in laydown.sites
    )  # fmt: skip
    curve = labelled([0.0], ["day"], {"day": [0.0]}, units="people", long_name="people")
    return Deployment(
        arrivals=rows, closure=collect(people_plan=curve), bindings=(), initial_capability_day=day,
        full_capability_day=day, gap_share=0.0, closure_range={},
    )  # fmt: skip
