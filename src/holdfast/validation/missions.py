"""Reading and sizing the missions of a validation: bundled ones, folders, zips, or a folder that holds several of them.

A mission that cannot be read is reported with its problems and the rest go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import HoldfastError, ScenarioError
from holdfast.core.progress import reporting
from holdfast.validation.results import FIELD, LEVEL, MissionScore

if TYPE_CHECKING:
    from holdfast.results.stages import Requirement
    from holdfast.scenario.types import Scenario
    from holdfast.sizing.inputs import SizingInputs

Array = NDArray[np.float64]
SETTINGS = "scenario.toml"
_NOT_SIZED = (HoldfastError, ArithmeticError, ValueError, LookupError)
"""What sizing may raise on terms nobody tried before; a fault of the program itself is not caught."""


def expand(given: Sequence[str | Path]) -> tuple[str | Path, ...]:
    """What to read: each scenario once; a folder that is no scenario but holds some stands for those it holds."""
    found: list[str | Path] = []
    for item in given:
        path = Path(item)
        inside: list[Path] = []
        if path.is_dir() and not (path / SETTINGS).is_file():
            inside = [child for child in sorted(path.iterdir()) if _is_scenario(child)]
        found.extend(inside or [item])
    return tuple(dict.fromkeys(found))


def _is_scenario(path: Path) -> bool:
    return (path / SETTINGS).is_file() or (path.suffix == ".zip" and path.is_file())


def read_mission(given: str | Path) -> Scenario:
    """Load a mission and resolve it for its reference case.

    Raises
    ------
    ScenarioError, OSError
        With every problem of the folder.
    """
    return _read(given)[1]


def _read(given: str | Path) -> tuple[Scenario, Scenario]:
    """A mission as its folder says it, and resolved for its reference case."""
    from holdfast.scenario.cases import reference_case, resolve_case
    from holdfast.scenario.load import load_scenario

    scenario = load_scenario(given)
    return scenario, resolve_case(scenario, reference_case(scenario))


def score_mission(given: str | Path, *, draws: int, seed: int) -> tuple[MissionScore, Scenario | None]:
    """One mission read, sized and set beside its record; the scenario too, None where it cannot be read."""
    name = str(given)
    try:
        loaded, scenario = _read(given)
    except ScenarioError as error:
        return _unread(name, tuple(str(problem) for problem in error.problems)), None
    except (HoldfastError, OSError) as error:
        return _unread(name, (str(error),)), None
    score = _with_record(_described(name, scenario), scenario)
    if scenario.mission.posture == "none":
        return replace(score, scored=False, why="its posture is none: nothing to size"), scenario
    try:
        return _spread(_sized(score, scenario), loaded, draws=draws, seed=seed), scenario
    except _NOT_SIZED as error:
        words = f"sizing found no size: {error}"
        miss = replace(score, predicted=0.0, low=0.0, high=0.0, problems=(words,))
        return (miss if score.scored else replace(score, problems=(words,))), scenario


def _unread(name: str, problems: tuple[str, ...]) -> MissionScore:
    stem = Path(name).stem
    return MissionScore(id=stem, title=stem, given_as=name, kind="", why="cannot be read", problems=problems)


def _described(name: str, scenario: Scenario) -> MissionScore:
    return MissionScore(
        id=scenario.name.rpartition("/")[2], title=scenario.title, given_as=name, kind="",
        posture=scenario.mission.posture, area_km2=scenario.area_km2, population=scenario.population,
    )  # fmt: skip


def _with_record(score: MissionScore, scenario: Scenario) -> MissionScore:
    """Set what was deployed beside the mission, and say whether it is scored."""
    record = scenario.record
    if record is None:
        return replace(score, why="no [record]: sized, nothing to compare with")
    strength = record.strength
    why = _unscored(record.checked, strength.nominal)
    return replace(
        score, kind=record.kind, actual=strength.nominal, actual_low=strength.low, actual_high=strength.high,
        actual_at=str(record.strength_at), counts=record.counts, checked=record.checked, outcome=record.outcome, source=record.source,
        scored=not why, why=why,
    )  # fmt: skip


def _unscored(checked: str, strength: float) -> str:
    if checked not in {"searched", "mixed"}:
        return f"its strength is {checked}, not read in a source"
    return "" if strength > 0 else "its strength is 0"


def field_people(requirement: Requirement, inputs: SizingInputs) -> float:
    """People in the country in units that do the tasks asked, on the ground or at a sensor: no support, no command, no aircraft."""
    from holdfast.validation.spread import in_the_field

    cover = requirement.cover
    names = [str(name) for name in cover["capability"].values]
    units = dict(zip(names, cover["direct"].values.tolist(), strict=True))
    there = (name for name in names if in_the_field(inputs.capabilities[name]))
    return float(sum(units[name] * inputs.capabilities[name].personnel for name in there))


def _sized(score: MissionScore, scenario: Scenario) -> MissionScore:
    """The nominal size of those whom the record counts: every term and factor at its most credible value."""
    from holdfast.sizing.inputs import gather_sizing
    from holdfast.sizing.stage import size

    inputs = gather_sizing(scenario)
    on_line = not all(row.kind == "area" for row in inputs.sectors)
    with reporting(_quiet):
        requirement = size(inputs)
    people = float(requirement.in_country)
    return replace(
        score,
        predicted=field_people(requirement, inputs) if score.counts == FIELD else people,
        in_country=people,
        tail=1.0 / (1.0 + requirement.tooth_to_tail),
        line_km=inputs.line_km if on_line and score.kind != "area" else 0.0,
    )


def _spread(score: MissionScore, loaded: Scenario, *, draws: int, seed: int) -> MissionScore:
    """Set both intervals and the median of the draws beside the size."""
    from holdfast.validation.spread import draw_sizes

    if not draws:
        return score
    with reporting(_quiet):
        found = draw_sizes(loaded, draws=draws, seed=seed, counts=score.counts)
    low, high = interval(found.whole)
    terms_low, terms_high = interval(found.terms)
    return replace(
        score,
        low=low,
        high=high,
        terms_low=terms_low,
        terms_high=terms_high,
        middle=quantile(found.whole, 0.5),
        draws=draws,
    )


def _quiet(_what: str, _share: float) -> None:
    """No word of the stages inside: the validation says which mission it is at."""


def interval(people: Array) -> tuple[float, float]:
    """The central interval of probability 80 % of the sizes drawn, people; infinite where so many draws have no force."""
    return quantile(people, (1.0 - LEVEL) / 2.0), quantile(people, (1.0 + LEVEL) / 2.0)


def quantile(people: Array, share: float) -> float:
    """The size drawn below or at which that share of the draws lies."""
    return float(np.quantile(people, share, method="inverted_cdf"))
