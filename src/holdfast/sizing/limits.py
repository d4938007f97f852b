"""Planning factors that must be above nought, or shares: what makes no sense is refused by key."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.errors import Problem, ScenarioError
from holdfast.scenario.types import Factor

ABOVE_NOUGHT = (
    "exit.benchmark_months", "exit.floor_share", "exit.halving_months", "exit.step_share", "housing.build_buildings",
    "housing.build_containers", "housing.build_tents", "housing.fuel_kwh_kg", "housing.heater_efficiency",
    "medical.beds_role2", "medical.beds_role3", "medical.full_share", "medical.patients_per_flight",
    "medical.stay_role2_days", "medical.stay_role3_days", "rotation.deployable_share", "rotation.tour_months",
    "command.brigades_per_division", "command.full_unit_people", "command.rear_units_per_brigade",
    "command.units_per_brigade",
)  # fmt: skip
SHARES = (
    "exit.floor_share", "exit.step_share", "housing.buildings_share", "housing.containers_share", "housing.handover_share",
    "housing.heater_efficiency", "housing.host_heated_share", "housing.own_builders_share", "medical.full_share",
    "medical.home_share", "medical.no_fly_share", "medical.onward_share", "medical.own_share_of_test",
    "medical.sick_share_day", "medical.test_casualties_per_day", "medical.wounded_admitted_share",
    "rotation.deployable_share", "support.contracted_interpose", "support.contracted_observe",
    "support.contracted_reassure", "support.contracted_robust",
)  # fmt: skip
_SEASON = "housing.first_winter_month"


def check_factors(factors: Mapping[str, Factor]) -> None:
    """Refuse factors with which nothing could be sized.

    Raises
    ------
    ScenarioError
        Naming every factor whose range reaches a value that makes no sense, and what is expected.
    """
    problems: list[Problem] = []
    for keys, expected in ((ABOVE_NOUGHT, "above 0"), (SHARES, "at most 1, as a share")):
        for key in keys:
            value = factors[key].value if key in factors else None
            if value is not None and (value.low <= 0 if expected == "above 0" else value.high > 1):
                problems.append(_problem(key, value.low if expected == "above 0" else value.high, expected))
    if _SEASON in factors and not (factors[_SEASON].value.low >= 1 and factors[_SEASON].value.high <= 12):
        problems.append(_problem(_SEASON, factors[_SEASON].value.mode, "a month from 1 (January) to 12"))
    if problems:
        raise ScenarioError(problems)


def _problem(key: str, value: float, expected: str) -> Problem:
    return Problem(file="factors.toml", line=None, key=key, value=f"{value:g}", expected=expected)
