"""Rescue: medical evacuation, close air support, search and rescue, and a way out, each with its minutes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, plain, whole

TASK = "rescue"
SEARCH = "csar_det"
DISC = 1.5 * math.sqrt(3.0)
"""Area a disc of radius 1 serves in the densest covering of the plane by equal discs."""


@formula(
    "size.rescue.radius", unit="km", text="v (t - alert - on scene) / 120: out and back to surgery",
    reference="MODEL.md 1.5; 10-1-2 rule",
)  # fmt: skip
def medevac_radius(minutes: Any, speed_kmh: Any, alert_minutes: Any, scene_minutes: Any) -> Any:
    """Distance from which a casualty is in surgery within the time allowed."""
    return plain(np.maximum(minutes - alert_minutes - scene_minutes, 0.0) * speed_kmh / 120.0)


@formula(
    "size.rescue.sites", unit="sites",
    text="length / (2 max(sqrt(radius^2 - standoff^2), standoff, least)), rounded up",
    reference="MODEL.md 1.5",
)  # fmt: skip
def sites(length_km: Any, radius_km: Any, offset_km: Any, least_km: Any) -> Any:
    """Places with helicopters and surgery so that the whole line lies in reach.

    Sites never stand closer than one standoff to either side, the spacing at which the farthest flight is longer than the
    shortest by the root of two only, nor so close that one serves less than `least_km`. Minutes that would ask for more
    are missed, and said to be: a limit so tight that nothing meets it buys as much as the tightest that can be met.
    """
    chord = np.sqrt(np.maximum(np.asarray(radius_km, dtype=float) ** 2 - np.asarray(offset_km, dtype=float) ** 2, 0.0))
    return whole(length_km / (2.0 * np.maximum(np.maximum(chord, offset_km), least_km)))


@formula(
    "size.rescue.discs", unit="sites", text="area / (3 sqrt(3) / 2 x max(radius, least)^2), rounded up",
    reference="least density of discs that cover the plane, Kershner 1939",
)  # fmt: skip
def discs(area_km2: Any, radius_km: Any, least_km: Any) -> Any:
    """Places that cover an area rather than a line; none serves a disc smaller than `least_km`."""
    return whole(area_km2 / (DISC * np.maximum(radius_km, least_km) ** 2))


@formula(
    "size.rescue.medevac_minutes", unit="min", text="alert + on scene + 120 / v x sqrt(offset^2 + (half the spacing)^2)",
    reference="MODEL.md 1.5, medical evacuation timeline",
)  # fmt: skip
def medevac_minutes(
    length_km: Any, sites: Any, offset_km: Any, speed_kmh: Any, alert_minutes: Any, scene_minutes: Any
) -> Any:
    """Minutes from the call to surgery for the worst place of the line, as sized."""
    distance = np.sqrt(np.asarray(offset_km) ** 2 + (length_km / np.maximum(sites, 1.0) / 2.0) ** 2)
    return plain(alert_minutes + scene_minutes + 120.0 * distance / speed_kmh)


@formula(
    "size.rescue.medevac_minutes_area", unit="min", text="alert + on scene + 120 / v x sqrt(area / sites / (3 sqrt(3) / 2))",
    reference="MODEL.md 1.5; Kershner 1939",
)  # fmt: skip
def medevac_minutes_area(area_km2: Any, sites: Any, speed_kmh: Any, alert_minutes: Any, scene_minutes: Any) -> Any:
    """Minutes from the call to surgery for the worst place of an area, as sized."""
    distance = np.sqrt(area_km2 / np.maximum(sites, 1.0) / DISC)
    return plain(alert_minutes + scene_minutes + 120.0 * distance / speed_kmh)


@formula(
    "size.rescue.flight_minutes", unit="min", text="alert + 60 x distance / v", reference="MODEL.md 1.5",
)  # fmt: skip
def flight_minutes(alert_minutes: Any, distance_km: Any, speed_kmh: Any) -> Any:
    """Minutes from the call to arrival."""
    return plain(alert_minutes + 60.0 * distance_km / speed_kmh)


@formula(
    "size.rescue.half_spacing", unit="km", text="length / stations / 2", reference="MODEL.md 1.5",
)  # fmt: skip
def half_spacing(length_km: Any, stations: Any) -> Any:
    """Farthest place from the nearest alert station along the line."""
    return plain(length_km / np.maximum(stations, 1.0) / 2.0)


@formula(
    "size.rescue.corridor_minutes", unit="min", text="alert + 60 x detour x offset / slowest road",
    reference="MODEL.md 1.5, extraction corridor",
)  # fmt: skip
def corridor_minutes(alert_minutes: Any, detour: Any, offset_km: Any, road_kmh: Any) -> Any:
    """Minutes until the companies that open a way out stand with the troops in danger, by the slowest road."""
    slowest = np.min(np.asarray(road_kmh, dtype=float), axis=-1, keepdims=np.ndim(road_kmh) > 1)
    return plain(alert_minutes + 60.0 * detour * offset_km / slowest)


@formula(
    "size.rescue.cas_stations",
    unit="stations",
    text="length / (2 v (t - alert) / 60), rounded up",
    reference="MODEL.md 1.5",
)
def cas_stations(length_km: Any, speed_kmh: Any, minutes: Any, alert_minutes: Any) -> Any:
    """Alert stations from which aircraft reach troops in danger anywhere along the line in time."""
    margin = np.asarray(minutes - alert_minutes, dtype=float)
    if not bool(np.all(margin > 0)):
        raise ValueRangeError(
            f"close air support: factors.rescue.cas_minutes less factors.rescue.cas_alert_minutes is {margin.min():g} "
            "minutes; expected more than 0, or no aircraft arrives in time"
        )
    return whole(length_km / (2.0 * margin * speed_kmh / 60.0))


def demand_rescue(desk: Desk) -> TaskDemand:
    """Evacuation sites for every force; support from the air, search and rescue, and a corridor for armed postures."""
    flight = {
        "speed_kmh": desk.of_capability("medevac_helo_det", "speed_kmh"),
        "alert_minutes": desk.factor("rescue.alert_minutes"), "scene_minutes": desk.factor("rescue.scene_minutes"),
    }  # fmt: skip
    radius = desk.apply("size.rescue.radius", "size.rescue.radius", minutes=desk.service("medevac_minutes"), **flight)
    offset = _offset(desk)
    near = {"radius_km": radius, "least_km": desk.factor("rescue.least_reach_km")}
    if desk.is_area:
        places = desk.apply("size.rescue.sites", "size.rescue.discs", area_km2=desk.area(), **near)
        desk.apply(
            "size.rescue.medevac_minutes",
            "size.rescue.medevac_minutes_area",
            area_km2=desk.area(),
            sites=places,
            **flight,
        )
    else:
        line = {"length_km": desk.length(), "offset_km": offset}
        places = desk.apply("size.rescue.sites", "size.rescue.sites", **near, **line)
        desk.apply("size.rescue.medevac_minutes", "size.rescue.medevac_minutes", sites=places, **line, **flight)
    helos = desk.apply("size.rescue.medevac", "size.product", sites=places, each=desk.factor("rescue.dets_per_site"))
    surgery = desk.apply("size.rescue.surgery", "size.product", sites=places, each=desk.factor("rescue.role2_per_site"))
    rows = [_row(desk, "medevac", helos), _row(desk, "surgery", surgery)]
    armed = desk.switch(f"rescue.armed_{desk.inputs.posture}")
    if armed:
        rows.extend(_armed_rows(desk, offset))
    return TaskDemand(task=TASK, rows=tuple(rows), binding=desk.say(lambda: _binding(desk, armed=armed)))


def _offset(desk: Desk) -> str:
    """How far the helicopters stand behind the line."""
    behind = desk.inputs.posture in {"reassure", "robust"}
    return desk.settlement("standoff_km") if behind else desk.factor("laydown.post_offset_km")


def _armed_rows(desk: Desk, offset: str) -> list[Row]:
    """Close air support, search and rescue, and a way out, each with the minutes it takes as sized."""
    speed, alert = desk.of_capability("fighter_sqn", "speed_kmh"), desk.factor("rescue.cas_alert_minutes")
    stations = desk.apply(
        "size.rescue.cas_stations", "size.rescue.cas_stations", length_km=desk.length(), speed_kmh=speed,
        minutes=desk.factor("rescue.cas_minutes"), alert_minutes=alert,
    )  # fmt: skip
    half = desk.apply(
        "size.rescue.cas_distance", "size.rescue.half_spacing", length_km=desk.length(), stations=stations
    )
    desk.apply(
        "size.rescue.cas_minutes", "size.rescue.flight_minutes", alert_minutes=alert, distance_km=half, speed_kmh=speed
    )
    searcher = desk.inputs.capabilities.get(SEARCH)
    if searcher is not None and searcher.speed_kmh > 0:
        desk.apply(
            "size.rescue.csar_minutes", "size.rescue.flight_minutes",
            alert_minutes=desk.factor("rescue.csar_alert_minutes"), distance_km=desk.factor("rescue.csar_distance_km"),
            speed_kmh=desk.of_capability(SEARCH, "speed_kmh"),
        )  # fmt: skip
    desk.apply(
        "size.rescue.corridor_minutes", "size.rescue.corridor_minutes", alert_minutes=desk.factor("respond.alert_minutes"),
        detour=desk.factor("respond.detour"), offset_km=offset, road_kmh=desk.sector("road_kmh", unit="km/h"),
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


def _binding(desk: Desk, *, armed: bool) -> str:
    asked, takes = desk["service.medevac_minutes"], desk["size.rescue.medevac_minutes"]
    text = f"evacuation to surgery within {asked:.0f} minutes from {desk['size.rescue.sites']:g} sites"
    if takes > asked + 1e-6:
        text += f" cannot be met behind a standoff of {desk[_offset(desk)]:g} km; as sized it takes up to {takes:.0f} minutes"
    if not armed:
        return text
    text += f"; close air support after {desk['size.rescue.cas_minutes']:.0f} minutes"
    if "size.rescue.csar_minutes" in desk.sheet.values:
        text += f", search and rescue after {desk['size.rescue.csar_minutes']:.0f}"
    return text + f", a way out opened after {desk['size.rescue.corridor_minutes']:.0f}"
