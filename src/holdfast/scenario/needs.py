"""Which files each stage needs, and what a scenario that lacks them is good for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdfast.core.errors import Problem, ScenarioError
from holdfast.scenario.defaults import MARK
from holdfast.scenario.schema import SECTIONS
from holdfast.scenario.types import POSTURES, Scenario
from holdfast.scenario.values import Quantity

STAGE_TABLES: dict[str, tuple[str, ...]] = {
    "size": (),
    "generate": ("nations", "pools"),
    "lay_down": ("traces", "places"),
    "deploy": ("legs",),
    "cover": (),
    "stress": (),
}
"""Tables that a stage needs beside those of the stages before it, in the order of the stages."""
_FILE_OF = {"traces": "line.geojson"}
_WHY = {
    "nations": "who may contribute, and on which conditions",
    "pools": "the units that nations could send",
    "traces": "where the line runs, to place posts, bases and batteries along it",
    "places": "depots, crossings and sites",
    "legs": "the roads, rails, sea and air routes between them",
}
_STAGE_WORDS = {"generate": "generate", "lay_down": "laydown", "deploy": "deploy"}


def require_stage(scenario: Scenario, until: str) -> None:
    """Refuse a run whose stages need files that the scenario lacks.

    Raises
    ------
    ScenarioError
        Naming every file that lacks, the stage that needs it and what does without.
    """
    problems = [
        Problem(
            file=_FILE_OF.get(table, f"{table}.csv"), line=None, key="file", value="missing",
            expected=f"{_WHY[table]}: {_STAGE_WORDS[stage]} and all after it need this file; `holdfast size` does without",
        )
        for stage, table in _needed(until)
        if not getattr(scenario, table)
    ]  # fmt: skip
    if problems:
        raise ScenarioError(problems)


def _needed(until: str) -> Iterator[tuple[str, str]]:
    for stage, tables in STAGE_TABLES.items():
        yield from ((stage, table) for table in tables)
        if stage == until:
            return


def is_for_sizing(scenario: Scenario) -> bool:
    """Whether a scenario holds what sizing needs and nothing of what comes after it."""
    return not (scenario.nations or scenario.pools or scenario.legs)


def notes_of(scenario: Scenario) -> tuple[str, ...]:
    """What a scenario leaves to the package, and which stages it is too small for, in words."""
    notes = []
    if is_for_sizing(scenario):
        lacking = [
            _FILE_OF.get(table, f"{table}.csv") for _, table in _needed("stress") if not getattr(scenario, table)
        ]
        notes.append(f"for sizing alone: the stages after it need {', '.join(lacking)}")
    left = [key for name in SECTIONS for key in _left_out(name, getattr(scenario, name))]
    if left:
        notes.append(f"left to the package, and counted as assumed: {', '.join(left)}")
    return tuple(notes)


def _left_out(name: str, section: Any) -> Iterator[str]:
    """Keys of a section whose values, or whole table, carry the mark of a packaged default."""
    quantities = {key: value for key, value in vars(section).items() if isinstance(value, Quantity)}
    yield from (f"{name}.{key}" for key, value in quantities.items() if value.assumption.startswith(MARK))
    said = getattr(section, "assumption", "")
    if said.startswith(f"{MARK} for ") or f"; {MARK} for " in said:
        listed = said.rpartition(f"{MARK} for ")[2].partition(";")[0]
        yield from (f"{name}.{key}" for key in listed.split(", "))
    elif said.startswith(MARK) and not quantities:
        yield f"[{name}]"
    for posture in POSTURES:
        table = getattr(section, posture, None)
        if table is not None and MARK in table.assumption:
            yield f"[{name}.{posture}]"
