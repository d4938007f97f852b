"""Air: patrol stations on alert or in the air, the aircraft behind them, their tankers and the air picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, counted, plain, whole

TASK = "air"


@formula(
    "size.air.alert", unit="aircraft", text="stations x (1 - share in the air) x aircraft a station x fleet for one ready aircraft",
    reference="MODEL.md 1.7; four to six in the fleet for one on station",
)  # fmt: skip
def on_alert(stations: Any, airborne: Any, per_station: Any, fleet: Any) -> Any:
    """Fighters in theatre behind the stations that stand on alert on the ground."""
    return plain(stations * (1.0 - airborne) * per_station * fleet)


@formula(
    "size.air.airborne", unit="aircraft", text="ceil(n (e + u) / ((e - 2 tau) a)) for n = stations x share in the air x aircraft a station",
    reference="MODEL.md 1.1 and 1.7, orbit",
)  # fmt: skip
def airborne_fleet(
    stations: Any,
    airborne: Any,
    per_station: Any,
    endurance_h: Any,
    transit_h: Any,
    turnaround_h: Any,
    availability: Any,
) -> Any:
    """Fighters that keep stations filled in the air around the clock, each flight losing the way out and back.

    Raises
    ------
    ValueRangeError
        When the flight out and back takes as long as the endurance.
    """
    kept = np.asarray(stations * airborne * per_station, dtype=float)
    on_station = np.asarray(endurance_h - 2.0 * np.asarray(transit_h), dtype=float)
    if bool(np.any((kept > 0) & (on_station <= 0))):
        raise ValueRangeError(
            f"patrol stations in the air: endurance (factors.air.refuelled_endurance_h) less twice the flight out "
            f"(factors.air.transit_h) is {on_station.min():g} h; expected more than 0, so a nearer base or a longer endurance"
        )
    used = np.where(kept > 0, on_station, 1.0)
    return whole(kept * (endurance_h + turnaround_h) / (used * availability))


@formula(
    "size.air.fighters", unit="aircraft", text="aircraft behind the stations on alert + behind those in the air",
    reference="MODEL.md 1.7",
)  # fmt: skip
def fighters(alert: Any, airborne: Any) -> Any:
    """Fighters in theatre."""
    return plain(alert + airborne)


def demand_air(desk: Desk) -> TaskDemand:
    """Fighters, tankers and an air picture for the stations asked."""
    stations = desk.service("cap_stations")
    share = desk.factor(f"air.airborne_share_{desk.inputs.posture}")
    kept = {"stations": stations, "airborne": share, "per_station": desk.factor("air.aircraft_per_station")}
    alert = desk.apply("size.air.alert", "size.air.alert", fleet=desk.factor("air.fleet_per_ready_aircraft"), **kept)
    flying = desk.apply(
        "size.air.airborne", "size.air.airborne", endurance_h=desk.factor("air.refuelled_endurance_h"),
        transit_h=desk.factor("air.transit_h"), turnaround_h=desk.factor("air.turnaround_h"),
        availability=desk.factor("air.availability"), **kept,
    )  # fmt: skip
    jets = desk.apply("size.air.fighters", "size.air.fighters", alert=alert, airborne=flying)
    tankers = desk.apply(
        "size.air.tankers", "size.product", stations=stations, per_station=desk.factor("air.tankers_per_station")
    )
    picture = desk.apply(
        "size.air.orbits", "size.product", stations=stations, per_station=desk.factor("air.aew_per_station")
    )
    figures = {"fighters": jets, "tankers": tankers, "aew": picture}
    rows = tuple(
        Row(task=TASK, id=f"air.{name}", amount=desk[figure], unit="aircraft", figure=figure,
            gives=desk.gives(name, task=TASK))
        for name, figure in figures.items()
    )  # fmt: skip
    text = desk.say(
        lambda: (
            f"{counted(desk[stations], 'patrol station')}, {desk[share]:.0%} in the air; "
            f"{counted(desk[jets], 'fighter')} and {counted(desk[tankers], 'tanker')} behind them"
        )
    )
    return TaskDemand(task=TASK, rows=rows, binding=text)
