"""Validation of sizing (MODEL.md 7): every mission sized from its terms, set beside what was deployed and simple rules.

Nothing of sizing is fitted to a mission, so its predictions need no leaving out; the baselines, which are fitted, predict
each mission from the others. A failure is reported as a failure, and no factor is changed for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.core.progress import report
from holdfast.scenario.bundled import bundled_missions
from holdfast.validation.baselines import MEASURES, Baselines, add_baselines, has_line, scale_by_class
from holdfast.validation.missions import expand, score_mission
from holdfast.validation.results import STATEMENT, TOKEN, ClassScore, MissionScore, SizingValidation
from holdfast.validation.rules import class_scores, compare, density_intervals, judge_rules, median_draw, posture_scores
from holdfast.validation.untouched import level_notes, sight_notes, untouched

if TYPE_CHECKING:
    from holdfast.scenario.types import Scenario

DRAWS = 1000
SEED = 20250222
_BIASED = 1.5
"""A class sized farther off than this on one side is named."""


def validate_sizing(folders: Sequence[str | Path] = (), *, draws: int = DRAWS, seed: int = SEED) -> SizingValidation:
    """Size past missions and score the sizes.

    Parameters
    ----------
    folders
        Scenario folders, zips or bundled names of missions; a folder that holds several stands for them. Empty: all bundled
        missions. The baselines of missions given so rest on them and on the packaged table of past missions.
    draws
        Draws of each mission's terms and of the planning factors, for the intervals; 0 for none.
    seed
        Of the draws and of the bootstrap.

    Returns
    -------
    SizingValidation
        Missions in the order given, classes, comparisons with the baselines, rules with their verdicts, notes.
    """
    given = expand(folders) if folders else bundled_missions()
    scores: list[MissionScore] = []
    scenarios: list[Scenario] = []
    for number, item in enumerate(given):
        report(f"sizing {Path(item).name} ({number + 1} of {len(given)})", number / max(len(given), 1))
        score, scenario = score_mission(item, draws=draws, seed=seed)
        scores.append(untouched(score, scenario))
        if scenario is not None:
            scenarios.append(scenario)
    based = add_baselines(_told_apart(scores), others=packaged_missions() if folders else ())
    return _judged(based, scenarios, draws=draws, seed=seed)


def _judged(based: Baselines, scenarios: Sequence[Scenario], *, draws: int, seed: int) -> SizingValidation:
    counted = [row for row in based.missions if row.scored and row.kind != TOKEN]
    comparisons = tuple(compare(counted, baseline, seed=seed) for baseline in ("density", "length"))
    scored = [row for row in based.missions if row.scored]
    classes = class_scores(scored)
    return SizingValidation(
        statement=STATEMENT, missions=based.missions, classes=classes, postures=posture_scores(scored),
        comparisons=comparisons, rules=judge_rules(counted, comparisons),
        notes=(
            *median_draw(counted), *density_intervals(counted), *bias_notes(classes), *_area_note(based),
            *_skew_note(based.missions), *sight_notes(scenarios), *level_notes(scenarios),
        ), draws=draws, seed=seed,
        scaled=scale_by_class(counted),
    )  # fmt: skip


def packaged_missions() -> tuple[MissionScore, ...]:
    """The packaged table of past missions, as the baselines read them."""
    from holdfast.sizing.inputs import load_missions

    return tuple(
        MissionScore(
            id=row.id, title=row.name, given_as="", kind=row.kind, line_km=row.length_km, area_km2=row.area_km2,
            population=row.population, actual=row.strength, scored=True,
        )
        for row in load_missions()
    )  # fmt: skip


def _told_apart(scores: Sequence[MissionScore]) -> list[MissionScore]:
    """Missions with ids of their own: two of one name are called by where they were read."""
    names = [row.id for row in scores]
    return [replace(row, id=row.given_as) if names.count(row.id) > 1 else row for row in scores]


def bias_notes(classes: Sequence[ClassScore]) -> tuple[str, ...]:
    """Classes that sizing misses on one side: by what factor, and how much of the size is support."""
    return tuple(
        f"Class {row.kind}: sized at ×{row.bias:.2g} what was deployed (geometric mean of {row.missions}), "
        f"{100 * row.tail:.0f} % of it support, command and services."
        for row in classes
        if row.missions > 1 and not 1.0 / _BIASED <= row.bias <= _BIASED
    )


def _skew_note(missions: Sequence[MissionScore]) -> tuple[str, ...]:
    """How many nominal sizes lie outside their own interval: ranges of terms and factors reach farther one way."""
    drawn = [row for row in missions if row.has_interval and row.predicted > 0]
    below = sum(row.predicted < row.terms_low for row in drawn)
    above = sum(row.predicted > row.terms_high for row in drawn)
    if not below and not above:
        return ()
    words = (
        f"Of {len(drawn)} nominal sizes {below} lie below and {above} above their interval over terms and factors: a nominal size "
        "takes every term and factor at its most credible value, and many of the ranges reach farther up than down."
    )
    return (words,)


def _area_note(based: Baselines) -> tuple[str, ...]:
    if not based.area_measure or not any(row.is_sized and not has_line(row) for row in based.missions):
        return ()
    errors = [f"{MEASURES[name]} ×{value:.2f}" for name, value in based.area_errors.items() if not math.isnan(value)]
    return (
        f"Missions without a line: the baseline counts {MEASURES[based.area_measure]}"
        + (f" (leave-one-out error: {', '.join(errors)})." if errors else "."),
    )
