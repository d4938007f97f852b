"""Verify: teams that visit withdrawal and storage sites as often as the settlement asks."""

from __future__ import annotations

from typing import Any

from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand

TASK = "verify"


@formula(
    "size.verify.teams", unit="teams", text="sites x visits a month x team-days a visit / team-days a month",
    reference="MODEL.md 1.2",
)  # fmt: skip
def teams(sites: Any, visits: Any, days_per_visit: Any, days_per_month: Any) -> Any:
    """Teams on the road, not rounded: the cover rounds."""
    return sites * visits * days_per_visit / days_per_month


def demand_verify(desk: Desk) -> TaskDemand:
    """Visits asked over visits a team can make."""
    figure = desk.apply(
        "size.verify.teams", "size.verify.teams", sites=desk.settlement("withdrawal_sites"),
        visits=desk.service("verify_visits_per_site_month"), days_per_visit=desk.factor("verify.team_days_per_visit"),
        days_per_month=desk.factor("verify.team_days_per_month"),
    )  # fmt: skip
    row = Row(
        task=TASK,
        id="verify.teams",
        amount=desk[figure],
        unit="teams",
        figure=figure,
        gives=desk.gives("teams", task=TASK),
    )
    text = desk.say(
        lambda: (
            f"{desk['settlement.withdrawal_sites']:g} sites, {desk['service.verify_visits_per_site_month']:g} visits "
            "each a month"
        )
    )
    return TaskDemand(task=TASK, rows=(row,), binding=text)
