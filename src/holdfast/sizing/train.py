"""Train: teams that bring the host's soldiers through training; graduates feed the host's share of the defence."""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand

TASK = "train"


@formula(
    "size.train.teams", unit="teams", text="trainees a year / (trainees a team a day x 365)", reference="MODEL.md 1.8"
)
def teams(trainees: Any, per_day: Any) -> Any:
    """Teams, not rounded: the cover rounds."""
    if not np.all(np.asarray(per_day) > 0):
        raise ValueRangeError(
            f"training_team: output_per_day is {np.min(per_day):g}; expected more than 0 trainees a day (capabilities.csv)"
        )
    return trainees / (per_day * 365.0)


def demand_train(desk: Desk) -> TaskDemand:
    """Trainees asked over what a team trains."""
    figure = desk.apply(
        "size.train.teams", "size.train.teams", trainees=desk.service("trainees_per_year"),
        per_day=desk.of_capability("training_team", "output_per_day"),
    )  # fmt: skip
    row = Row(
        task=TASK,
        id="train.teams",
        amount=desk[figure],
        unit="teams",
        figure=figure,
        gives=desk.gives("trainers", task=TASK),
    )
    text = desk.say(lambda: f"{desk['service.trainees_per_year']:,.0f} trainees a year")
    return TaskDemand(task=TASK, rows=(row,), binding=text)
