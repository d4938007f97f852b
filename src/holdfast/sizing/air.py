"""Air: combat air patrol stations, the aircraft behind them, their tankers and the air picture."""

from __future__ import annotations

from typing import Any

from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand

TASK = "air"


@formula(
    "size.air.fighters", unit="aircraft", text="stations x aircraft a station x fleet for one ready aircraft",
    reference="MODEL.md 1.7; four to six in the fleet for one on station",
)  # fmt: skip
def fighters(stations: Any, per_station: Any, fleet: Any) -> Any:
    """Fighters in theatre that keep the stations filled."""
    return stations * per_station * fleet


def demand_air(desk: Desk) -> TaskDemand:
    """Fighters, tankers and an air picture for the stations asked."""
    stations = desk.service("cap_stations")
    jets = desk.apply(
        "size.air.fighters", "size.air.fighters", stations=stations, per_station=desk.factor("air.aircraft_per_station"),
        fleet=desk.factor("air.fleet_per_ready_aircraft"),
    )  # fmt: skip
    tankers = desk.apply(
        "size.air.tankers", "size.product", stations=stations, per_station=desk.factor("air.tankers_per_station")
    )
    picture = desk.apply(
        "size.air.orbits", "size.product", stations=stations, per_station=desk.factor("air.aew_per_station")
    )
    rows = tuple(
        Row(
            task=TASK,
            id=f"air.{name}",
            amount=desk[figure],
            unit="aircraft",
            figure=figure,
            gives=desk.gives(name, task=TASK),
        )
        for name, figure in (("fighters", jets), ("tankers", tankers), ("aew", picture))
    )
    return TaskDemand(
        task=TASK, rows=rows, binding=f"{desk[stations]:g} patrol stations, {desk[jets]:g} fighters behind them"
    )
