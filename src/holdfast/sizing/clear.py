"""Clear: mines are cleared before posts and patrols, and as much land a year as the settlement asks."""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, along

TASK = "clear"


@formula(
    "size.clear.own_km2", unit="km2/year", text="sum of width x share mined x width of patrol tracks / years to clear them",
    reference="MODEL.md 1.9",
)  # fmt: skip
def own_km2(width_km: Any, mines: Any, track_km2_per_km: Any, years: Any) -> Any:
    """Ground the force must clear for its own posts and patrols."""
    return along(width_km * mines) * track_km2_per_km / years


@formula(
    "size.clear.companies",
    unit="companies",
    text="(asked + own) / (rate a day x working days a year)",
    reference="MODEL.md 1.9",
)
def companies(asked: Any, own: Any, per_day: Any, days: Any) -> Any:
    """Demining companies, not rounded: the cover rounds."""
    if not np.all(np.asarray(per_day) > 0):
        raise ValueRangeError(
            f"demining_coy: output_per_day is {np.min(per_day):g}; expected more than 0 km2 a day (capabilities.csv)"
        )
    return (asked + own) / (per_day * days)


def demand_clear(desk: Desk) -> TaskDemand:
    """Area to clear over what a company clears."""
    own = desk.apply(
        "size.clear.own_km2", "size.clear.own_km2", width_km=desk.widths(), mines=desk.sector("mines", unit="1"),
        track_km2_per_km=desk.factor(f"clear.track_km2_per_km_{desk.inputs.posture}"), years=desk.factor("clear.years"),
    )  # fmt: skip
    figure = desk.apply(
        "size.clear.companies", "size.clear.companies", asked=desk.service("clear_km2_year"), own=own,
        per_day=desk.of_capability("demining_coy", "output_per_day"), days=desk.factor("clear.days_per_year"),
    )  # fmt: skip
    row = Row(
        task=TASK,
        id="clear.companies",
        amount=desk[figure],
        unit="companies",
        figure=figure,
        gives=desk.gives("deminers", task=TASK),
    )
    text = desk.say(
        lambda: f"{desk['service.clear_km2_year']:g} km2 a year asked, {desk[own]:.2g} for the force's own tracks"
    )
    return TaskDemand(task=TASK, rows=(row,), binding=text)
