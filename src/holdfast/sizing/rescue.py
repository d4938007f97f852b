"""Rescue: medical evacuation, close air support, search and rescue, and a way out, each with its minutes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand

TASK = "rescue"


@formula(
    "size.rescue.radius", unit="km", text="v (t - alert - on scene) / 120: out and back to surgery",
    reference="MODEL.md 1.5; 10-1-2 rule",
)  # fmt: skip
def medevac_radius(minutes: Any, speed_kmh: Any, alert_minutes: Any, scene_minutes: Any) -> Any:
    """Distance from which a casualty is in surgery within the time allowed."""
    return max(minutes - alert_minutes - scene_minutes, 0.0) * speed_kmh / 120.0


@formula(
    "size.rescue.sites", unit="sites", text="length / (2 sqrt(radius^2 - standoff^2)), rounded up; out of reach: length / (2 standoff)",
    reference="MODEL.md 1.5",
)  # fmt: skip
def sites(length_km: Any, radius_km: Any, offset_km: Any) -> Any:
    """Places with helicopters and surgery so that the whole line lies in reach.

    Where the radius does not exceed the standoff the minutes cannot be met; the sites then stand one standoff apart on
    either side, the spacing at which the flight is longer by the root of two only.
    """
    lateral = math.sqrt(radius_km**2 - offset_km**2) if radius_km > offset_km else max(offset_km, 1e-9)
    return float(math.ceil(length_km / (2.0 * lateral) - 1e-9))


@formula(
    "size.rescue.cas_stations",
    unit="stations",
    text="length / (2 v (t - alert) / 60), rounded up",
    reference="MODEL.md 1.5",
)
def cas_stations(length_km: Any, speed_kmh: Any, minutes: Any, alert_minutes: Any) -> Any:
    """Alert stations from which aircraft reach troops in danger anywhere along the line in time."""
    radius = max(minutes - alert_minutes, 0.0) * speed_kmh / 60.0
    return float(math.ceil(length_km / (2.0 * radius) - 1e-9)) if radius > 0 else np.inf


def demand_rescue(desk: Desk) -> TaskDemand:
    """Evacuation sites for every force; support from the air, search and rescue, and a corridor for armed postures."""
    radius = desk.apply(
        "size.rescue.radius", "size.rescue.radius", minutes=desk.service("medevac_minutes"),
        speed_kmh=desk.of_capability("medevac_helo_det", "speed_kmh"), alert_minutes=desk.factor("rescue.alert_minutes"),
        scene_minutes=desk.factor("rescue.scene_minutes"),
    )  # fmt: skip
    behind = desk.inputs.posture in {"reassure", "robust"}
    offset = desk.settlement("standoff_km") if behind else desk.factor("laydown.post_offset_km")
    places = desk.apply(
        "size.rescue.sites", "size.rescue.sites", length_km=desk.length(), radius_km=radius, offset_km=offset
    )
    helos = desk.apply("size.rescue.medevac", "size.product", sites=places, each=desk.factor("rescue.dets_per_site"))
    surgery = desk.apply("size.rescue.surgery", "size.product", sites=places, each=desk.factor("rescue.role2_per_site"))
    rows = [_row(desk, "medevac", helos), _row(desk, "surgery", surgery)]
    if desk.number(f"rescue.armed_{desk.inputs.posture}") > 0:
        rows.extend(_armed_rows(desk))
    return TaskDemand(task=TASK, rows=tuple(rows), binding=_binding(desk, radius, offset, places))


def _armed_rows(desk: Desk) -> list[Row]:
    stations = desk.apply(
        "size.rescue.cas_stations", "size.rescue.cas_stations", length_km=desk.length(),
        speed_kmh=desk.of_capability("fighter_sqn", "speed_kmh"), minutes=desk.factor("rescue.cas_minutes"),
        alert_minutes=desk.factor("rescue.cas_alert_minutes"),
    )  # fmt: skip
    support = desk.apply(
        "size.rescue.cas", "size.product", stations=stations, each=desk.factor("air.aircraft_per_station"),
        fleet=desk.factor("rescue.fleet_per_alert_aircraft"),
    )  # fmt: skip
    search = desk.apply("size.rescue.csar", "size.product", dets=desk.factor("rescue.csar_dets"))
    corridor = desk.apply("size.rescue.corridor", "size.product", companies=desk.factor("rescue.corridor_companies"))
    return [_row(desk, "cas", support), _row(desk, "csar", search), _row(desk, "corridor", corridor)]


def _row(desk: Desk, name: str, figure: str) -> Row:
    gives = desk.gives(name) if name == "corridor" else desk.gives(name, task=TASK)
    return Row(task=TASK, id=f"rescue.{name}", amount=desk[figure], unit="units", figure=figure, gives=gives)


def _binding(desk: Desk, radius: str, offset: str, places: str) -> str:
    text = f"evacuation to surgery within {desk['service.medevac_minutes']:.0f} minutes from {desk[places]:g} sites"
    if desk[radius] > desk[offset]:
        return text
    reached = (
        desk["factors.rescue.alert_minutes"] + desk["factors.rescue.scene_minutes"]
        + 120.0 * math.sqrt(2.0) * desk[offset] / desk["capabilities.medevac_helo_det.speed_kmh"]
    )  # fmt: skip
    return (
        text + f" cannot be met behind a standoff of {desk[offset]:g} km; as sized it takes up to {reached:.0f} minutes"
    )
