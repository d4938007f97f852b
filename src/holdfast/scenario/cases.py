"""Cases: one branch of the tree a planner studies, and the scenario resolved for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast.core.errors import ScenarioError
from holdfast.scenario.checks import check_draft
from holdfast.scenario.draft import draft_of
from holdfast.scenario.levels import for_posture
from holdfast.scenario.overrides import CASE_FILE, apply_overrides
from holdfast.scenario.problems import Locator, Problems, Where, shown
from holdfast.scenario.types import Scenario

BY_HAND = "set by hand for this case"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Option, settlement variant and overrides by dotted key."""

    option: str
    settlement: str
    overrides: dict[str, object] = field(default_factory=dict)


def reference_case(scenario: Scenario, *, overrides: Mapping[str, object] | None = None) -> Case:
    """The scenario's reference option under its reference settlement."""
    return Case(
        option=scenario.reference_option, settlement=scenario.reference_settlement, overrides=dict(overrides or {})
    )


def all_cases(scenario: Scenario, *, settlement: str = "") -> tuple[Case, ...]:
    """Every option under one settlement variant (the reference by default), the reference option first."""
    variant = settlement or scenario.reference_settlement
    order = sorted(scenario.options, key=lambda name: name != scenario.reference_option)
    return tuple(Case(option=name, settlement=variant) for name in order)


def resolve_case(scenario: Scenario, case: Case) -> Scenario:
    """The scenario as a case sees it: settlement variant, then option, then overrides, checked again.

    `service` of the result holds the levels of the case's posture: the common ones, under those of the posture's own
    table, under what variant, option and overrides set.

    Raises
    ------
    ScenarioError
        When option or variant is unknown, or a key or value that is set does not fit.
    """
    _check_names(scenario, case)
    variant, option = scenario.settlements[case.settlement], scenario.options[case.option]
    steps: tuple[tuple[Mapping[str, Any], str], ...] = (
        (variant.set, f"set by settlement variant {variant.id}"),
        (option.set, f"set by option {option.id}"),
        (case.overrides, BY_HAND),
    )
    resolved = scenario
    for levers, why in steps:
        resolved = apply_overrides(resolved, levers, why=why, check=False) if levers else resolved
    resolved = for_posture(resolved)
    problems = Problems()
    check_draft(draft_of(resolved), locator=Locator(CASE_FILE), problems=problems)
    problems.raise_if_any()
    return replace(resolved, option=option.id, settlement_variant=variant.id)


def _check_names(scenario: Scenario, case: Case) -> None:
    problems = Problems()
    for key, name, known in (
        ("option", case.option, scenario.options),
        ("settlement", case.settlement, scenario.settlements),
    ):
        if name not in known:
            expected = f"one of {', '.join(known)}"
            problems.add(Where(CASE_FILE), key=key, value=shown(name), expected=expected, known=known)
    if problems.found:
        raise ScenarioError(problems.found)
