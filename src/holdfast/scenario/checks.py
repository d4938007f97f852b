"""Checks across the files of a scenario: everything that no single cell can show to be wrong."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.scenario import checks_line, checks_origin, checks_place, checks_reference, checks_size
from holdfast.scenario.draft import Draft
from holdfast.scenario.problems import Locator, Problems

Check = Callable[[Draft, Locator, Problems], None]

_CHECKS: tuple[Check, ...] = (
    checks_reference.check_ids,
    checks_reference.check_mission,
    checks_reference.check_pools,
    checks_reference.check_backstop,
    checks_reference.check_capabilities,
    checks_reference.check_places,
    checks_reference.check_legs,
    checks_reference.check_conditions,
    checks_reference.check_cases,
    checks_reference.check_behaviour,
    checks_size.check_levels,
    checks_size.check_factors,
    checks_size.check_orbits,
    checks_size.check_strength,
    checks_size.check_days,
    checks_size.check_needs,
    checks_size.check_weights,
    checks_line.check_line,
    checks_line.check_area,
    checks_line.check_sectors,
    checks_line.check_bypass,
    checks_place.check_swapped,
    checks_origin.check_origins,
    checks_origin.check_hindsight,
    checks_origin.check_evidence,
)


def check_draft(draft: Draft, *, locator: Locator, problems: Problems) -> None:
    """Run every check that looks across files and add what is found to `problems`."""
    for check in _CHECKS:
        check(draft, locator, problems)
