"""The simple rules that sizing must beat: people for each kilometre (or km², or head) of past missions of the class.

Each mission is predicted from all others (leave-one-out). Missions with a line are compared by its length; missions
without one by area or by population, whichever predicts the others of them better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdfast.sizing.past import PastStrength, StrengthPrediction, error_factor, leave_one_out, median, predict_strength
from holdfast.validation.results import LEVEL, MissionScore, Scaled

MEASURES = {"line_km": "people a km of line", "area_km2": "people a km²", "population": "people a head of population"}


@dataclass(frozen=True, kw_only=True)
class Baselines:
    """Missions with what the baselines say of them, and which measure the missions without a line were given."""

    missions: tuple[MissionScore, ...]
    area_measure: str
    area_errors: dict[str, float]
    """Geometric mean leave-one-out error factor of class density by area and by population."""


def has_line(row: MissionScore) -> bool:
    """Whether a mission is compared by the length of its line."""
    return row.line_km > 0


def add_baselines(missions: Sequence[MissionScore], *, others: Sequence[MissionScore] = ()) -> Baselines:
    """Predict every mission by class density and by class with length, from the others that may be scored.

    Parameters
    ----------
    missions
        Missions to predict. Those with a strength that is more than recalled also serve to predict the rest.
    others
        Further missions that only serve to predict; one with the id of a mission here is left out.
    """
    ids = {row.id for row in missions}
    known = [row for row in missions if row.scored] + [row for row in others if row.id not in ids]
    lines = [row for row in known if has_line(row)]
    areas = [row for row in known if not has_line(row)]
    errors = {measure: _density_error(areas, measure) for measure in ("area_km2", "population")}
    chosen = min(errors, key=lambda measure: (math.isnan(errors[measure]), errors[measure]))
    order = (chosen, *(measure for measure in errors if measure != chosen))
    filled = tuple(_predict(row, lines if has_line(row) else areas, measures=_measures(row, order)) for row in missions)
    return Baselines(missions=filled, area_measure=chosen if areas else "", area_errors=errors)


def _measures(row: MissionScore, order: tuple[str, ...]) -> tuple[str, ...]:
    return ("line_km",) if has_line(row) else order


def past_strengths(rows: Sequence[MissionScore], measure: str) -> list[PastStrength]:
    """The missions that have the measure, as the regression sees them."""
    return [
        PastStrength(id=row.id, kind=row.kind, measure=float(getattr(row, measure)), strength=row.actual)
        for row in rows
        if getattr(row, measure) > 0 and row.actual > 0
    ]


def _density_error(rows: Sequence[MissionScore], measure: str) -> float:
    past = past_strengths(rows, measure)
    errors = [
        math.log(error_factor(found.middle, row.strength))
        for row, found in zip(past, leave_one_out(past, free_slope=False), strict=True)
        if found is not None
    ]
    return math.exp(sum(errors) / len(errors)) if errors else math.nan


def _predict(row: MissionScore, known: Sequence[MissionScore], *, measures: tuple[str, ...]) -> MissionScore:
    """Both baselines for one mission from the others; the first measure that the mission has is used."""
    if not row.kind:
        return row
    others = [other for other in known if other.id != row.id]
    for measure in measures:
        size = float(getattr(row, measure))
        if size > 0:
            past = past_strengths(others, measure)
            density, length = (
                predict_strength(past, kind=row.kind, measure=size, free_slope=free) for free in (False, True)
            )
            low, high = (math.nan, math.nan) if density is None or not density.freedom else density.interval(LEVEL)
            return replace(row, density=_middle(density), length=_middle(length), density_low=low, density_high=high)
    return row


def _middle(found: StrengthPrediction | None) -> float:
    return math.nan if found is None else found.middle


def scale_by_class(rows: Sequence[MissionScore]) -> Scaled:
    """Scale sizes to what was deployed by a factor for each class, fitted on the other missions (leave-one-out)."""
    used = [row for row in rows if row.predicted > 0]
    found = leave_one_out(past_strengths(used, "predicted"), free_slope=False)
    pairs = [(row, one) for row, one in zip(used, found, strict=True) if one is not None and math.isfinite(row.density)]
    spread = [(row, one.interval(LEVEL)) for row, one in pairs if one.freedom > 0]
    error = median([error_factor(one.middle, row.actual) for row, one in pairs])
    density = median([error_factor(row.density, row.actual) for row, _ in pairs])
    covered = sum(low <= row.actual <= high for row, (low, high) in spread)
    words = (
        f"Scaled by a factor for each class that the other missions give (no part of the model, and in no rule), sizing would be "
        f"off by ×{error:.2f} in the median and class density by ×{density:.2f} on the same {len(pairs)} missions; "
        f"{covered} of {len(spread)} would lie in 80 % intervals from the scatter of the others."
        if pairs
        else "No class has two missions to scale sizes by."
    )
    return Scaled(
        missions=len(pairs), error=error, density_error=density, covered=covered, judged=len(spread), words=words
    )
