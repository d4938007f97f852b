"""Whether a mission was left as it is: no planning factor and no figure of a unit is set for a mission (MODEL.md 7).

A folder that sets some is sized and shown, and not scored. What a unit sees may be lowered, because radars, cameras and drones that did
not exist yet are a fact of the time; which missions do so is told, and so are service levels that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING

from holdfast.validation.results import MissionScore

if TYPE_CHECKING:
    from holdfast.scenario.types import Capability, Factor, Scenario

_NAMED = 4
_SEEING = frozenset({"detect_km", "detect_km_low", "detect_km_high", "detect_night_factor", "sees_impulsive"})
"""Figures of a unit that may be lowered to what there was at the time."""
_NO_FIGURES = frozenset({"source", "assumption", "checked", "figures_year", "name"})


def untouched(score: MissionScore, scenario: Scenario | None) -> MissionScore:
    """The score, taken out of the scored ones where the folder sets planning factors or figures of units."""
    if scenario is None or not score.scored:
        return score
    own = [*own_factors(scenario), *(f"{unit}.{name}" for unit, name in own_figures(scenario))]
    if not own:
        return score
    named = ", ".join(own[:_NAMED]) + (", ..." if len(own) > _NAMED else "")
    why = f"its folder sets planning factors or figures of units ({named}): none is set for a mission"
    return replace(score, scored=False, why=why)


def own_factors(scenario: Scenario) -> tuple[str, ...]:
    """Planning factors that a scenario sets otherwise than the packaged catalogue."""
    packaged = _packaged_factors()
    return tuple(
        key
        for key, row in scenario.factors.items()
        if key not in packaged
        or [getattr(row.value, name) for name in ("low", "mode", "high")]
        != [getattr(packaged[key].value, name) for name in ("low", "mode", "high")]
    )


@cache
def _packaged_factors() -> dict[str, Factor]:
    """The planning factors of the packaged catalogue, read once."""
    from holdfast.scenario.catalogue import read_catalogue
    from holdfast.scenario.problems import Locator, Problems

    return dict(read_catalogue(problems=Problems(), locator=Locator()).factors)


def own_figures(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Figures of units (unit, column) that a scenario sets otherwise than the catalogue, less what units see set lower."""
    return tuple(pair for pair in _changed(scenario) if not _is_lower_sight(scenario, *pair))


def _changed(scenario: Scenario) -> list[tuple[str, str]]:
    packaged = _packaged_units()
    return [
        (key, item.name)
        for key, row in scenario.capabilities.items()
        for item in fields(row)
        if item.name not in _NO_FIGURES
        and (key not in packaged or getattr(row, item.name) != getattr(packaged[key], item.name))
    ]


def _is_lower_sight(scenario: Scenario, key: str, name: str) -> bool:
    packaged = _packaged_units()
    if name not in _SEEING or key not in packaged:
        return False
    return bool(getattr(scenario.capabilities[key], name) <= getattr(packaged[key], name))


@cache
def _packaged_units() -> dict[str, Capability]:
    """The units of the packaged catalogue, read once."""
    from holdfast.scenario.catalogue import read_catalogue
    from holdfast.scenario.problems import Locator, Problems
    from holdfast.scenario.schema import validate_rows
    from holdfast.scenario.types import Capability

    problems = Problems()
    raw = read_catalogue(problems=problems, locator=Locator()).capabilities
    keys = list(raw.rows)
    typed = validate_rows(
        Capability, list(raw.rows.values()), table="capabilities", where=lambda index: raw.places[keys[index]],
        columns=raw.columns, faulty=set(), problems=problems,
    )  # fmt: skip
    return {key: row for key, row in zip(keys, typed, strict=True) if row is not None}


def sight_notes(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """How many missions lower what units see, to what there was at their time."""
    lowered = [
        scenario for scenario in scenarios if any(_is_lower_sight(scenario, *pair) for pair in _changed(scenario))
    ]
    if not lowered:
        return ()
    words = (
        f"{len(lowered)} of {len(scenarios)} missions lower what some units see: sensors that did not exist yet "
        "(for the bundled missions by one rule by year)."
    )
    return (words,)


def level_notes(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Service levels that differ between missions of one posture: a mission could be fitted through them too."""
    notes: list[str] = []
    for posture in dict.fromkeys(row.mission.posture for row in scenarios):
        rows = [row.service for row in scenarios if row.mission.posture == posture]
        numbers = [item.name for item in fields(rows[0]) if isinstance(getattr(rows[0], item.name), int | float)]
        differing = {name: sorted({float(getattr(row, name)) for row in rows}) for name in numbers}
        said = [
            f"{name} {' / '.join(f'{value:g}' for value in values)}"
            for name, values in differing.items()
            if len(values) > 1
        ]
        if said:
            notes.append(f"Missions of posture {posture} differ in service levels: {'; '.join(said)}.")
    if scenarios and not notes:
        notes.append(
            "All missions of one posture are sized at the same service levels, and all with the packaged factors."
        )
    return tuple(notes)
