"""Predictions of past movements from the global corridor capacities alone, to be printed with their error.

Where nothing is known of a network but its length, a movement goes over one railway line and one road axis with the
capacities of `factors/deployment.toml` (`deployment.corridor`). No factor is set for any movement (MODEL.md 7).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from holdfast.deployment.problem import Move, Problem, Way
from holdfast.deployment.routes import days_up
from holdfast.deployment.schedule import choose_ways, list_schedule
from holdfast.scenario.types import Scenario

_HORIZON = 2000  # days; beyond any movement


@dataclass(frozen=True, kw_only=True)
class PastMovement:
    """A movement that took place: what was moved, how far, and in how many days."""

    name: str
    tonnes: float
    great_circle_km: float
    observed_days: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Days predicted, beside the days observed."""

    name: str
    fast: float
    nominal: float
    slow: float
    observed: float

    @property
    def error(self) -> float:
        """(predicted − observed) / observed."""
        return (self.nominal - self.observed) / self.observed

    def __str__(self) -> str:
        return (
            f"{self.name}: predicted {self.nominal:.0f} days ({self.fast:.0f} to {self.slow:.0f}), "
            f"observed {self.observed:.0f}, error {self.error:+.0%}"
        )


def predict_movement(movement: PastMovement, scenario: Scenario) -> Prediction:
    """Days until the last tonne of a movement has arrived, by the list schedule over one railway and one road.

    Raises
    ------
    UnknownNameError
        When a corridor factor is missing.
    """
    days = [_closure_days(movement, scenario, end=end) for end in ("high", "mode", "low")]
    return Prediction(name=movement.name, fast=days[0], nominal=days[1], slow=days[2], observed=movement.observed_days)


def _closure_days(movement: PastMovement, scenario: Scenario, *, end: str) -> float:
    """Closure with every capacity at one end of its range."""

    def figure(name: str) -> float:
        key = f"deployment.corridor.{name}"
        scenario.factor(key)
        return float(getattr(scenario.factors[key].value, end))

    length = movement.great_circle_km * figure("detour")
    capacity = np.array([figure("trains_day") * figure("train_t"), figure("convoys_day") * figure("convoy_t")])
    ways = tuple(
        Way(resources=(number,), offsets=(0,), days=days_up(length / figure(speed)), route=number)
        for number, speed in enumerate(("rail_km_day", "road_km_day"))
    )
    packet = scenario.factor("deployment.packet_t")
    count = max(math.ceil(movement.tonnes / packet), 1)
    moves = tuple(
        Move(key=f"{i:05d}", tonnes=movement.tonnes / count, people=1.0, supply=0.0, ready=0, ways=ways)
        for i in range(count)
    )
    problem = Problem(capacity=capacity, moves=moves, horizon=_HORIZON)
    return float(list_schedule(problem, choose_ways(problem)).arrival.max())
