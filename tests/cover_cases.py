"""Small inputs of laydown and coverage, built without the stages before them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import support

from holdfast.core.arrays import labelled
from holdfast.geo.line import Line
from holdfast.laydown.inputs import FACTORS, LaydownInputs, UnitsToPlace
from holdfast.scenario import types as t

PLAIN = {
    "interpose.post_spacing_km": 2.0, "protect.priority_decay": 0.5, "respond.alert_minutes": 15.0,
    "respond.detour": 1.3, "respond.mine_speed_factor": 0.5, "respond.season_factor": 0.8,
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


def day_array(values: list[float], days: list[float], *, name: str) -> Any:
    """An array by day."""
    return labelled(np.array(values), ["day"], {"day": days}, units="people", long_name=name)
