"""Triangulate: sizes from elsewhere beside ours, so that no number stands alone.

A regression on past missions by class with its prediction interval, ratios from the literature, and published claims; and
beside each, in words, whether ours agrees with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from holdfast.results.stages import Estimate
from holdfast.sizing.agreement import judge, stance_said
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import PastMission, SizingInputs
from holdfast.sizing.past import PastStrength, SlopeChoice, choose_slope, predict_strength

CLASS_OF_POSTURE = {"observe": "monitoring", "interpose": "interposition", "reassure": "robust", "robust": "robust"}
_STANCE_OF_CLASS = {"monitoring": "watching", "interposition": "on the line", "robust": "on the line"}
_LEVEL = 0.8
AREA = "area"
_AREA_MEASURES = {"area_km2": ("area", "km²"), "population": ("population", "people living there")}


def triangulate(desk: Desk) -> tuple[Estimate, ...]:
    """All estimates for a case, each with its verdict on our size; none for the posture without a force."""
    inputs = desk.inputs
    if inputs.posture == "none":
        return ()
    found = (*regress_density(inputs), *regress_area(inputs), *_ratios(desk), *_claims(inputs))
    if "size.in_country" not in desk.sheet.values:
        return found
    agreement = judge(float(desk["size.in_country"]), None, None, found, inputs=inputs)
    return tuple(replace(row, verdict=said.words) for row, said in zip(found, agreement.judged, strict=True))


def agreement_words(desk: Desk, estimates: Sequence[Estimate]) -> str:
    """One sentence on how our nominal size agrees with all of them; empty without any."""
    return judge(float(desk["size.in_country"]), None, None, estimates).words


def regress_density(inputs: SizingInputs) -> tuple[Estimate, ...]:
    """Strength from length by class of mission, with a prediction interval.

    ln(strength) = mean of the class + slope × ln(km) + error, one variance for all classes. The slope is 1 (a density) unless
    leave-one-out over the past missions predicts better with it fitted. The interval is a prediction of one more mission of
    the class, Student's t. Formulas 14 and 15 of docs/stages/sizing.md.
    """
    if not _has_line(inputs):
        return ()
    rows, choice = past_lines(inputs.missions)
    kind = CLASS_OF_POSTURE[inputs.posture]
    return _regressed(
        inputs, rows, choice, kind=kind, measure=inputs.line_km, name=f"regression-{kind}", by="length of line"
    )


def regress_area(inputs: SizingInputs) -> tuple[Estimate, ...]:
    """Strength of area missions from their area and from the people living there, each with its prediction interval."""
    found: list[Estimate] = []
    for name, (word, _unit) in _AREA_MEASURES.items():
        measure = float(getattr(inputs, name))
        if measure > 0:
            rows, choice = past_areas(inputs.missions, name)
            found += _regressed(inputs, rows, choice, kind=AREA, measure=measure, name=f"regression-{word}", by=word)
    return tuple(found)


def _has_line(inputs: SizingInputs) -> bool:
    return inputs.line_km > 0 and any(row.kind != AREA for row in inputs.sectors)


@lru_cache(maxsize=8)
def past_lines(missions: tuple[PastMission, ...]) -> tuple[tuple[PastStrength, ...], SlopeChoice]:
    """The past missions that have a line, and the regression that leave-one-out prefers for them."""
    rows = tuple(
        PastStrength(id=row.id, kind=row.kind, measure=row.length_km, strength=row.strength)
        for row in missions
        if row.length_km > 0 and row.strength > 0
    )
    return rows, choose_slope(rows)


@lru_cache(maxsize=8)
def past_areas(missions: tuple[PastMission, ...], measure: str) -> tuple[tuple[PastStrength, ...], SlopeChoice]:
    """The past area missions that have a measure (`area_km2` or `population`), and the regression preferred for them."""
    rows = tuple(
        PastStrength(id=row.id, kind=row.kind, measure=float(getattr(row, measure)), strength=row.strength)
        for row in missions
        if row.kind == AREA and getattr(row, measure) > 0 and row.strength > 0
    )
    return rows, choose_slope(rows)


def _regressed(
    inputs: SizingInputs, rows: tuple[PastStrength, ...], choice: SlopeChoice, *, kind: str, measure: float, name: str, by: str
) -> tuple[Estimate, ...]:  # fmt: skip
    found = predict_strength(rows, kind=kind, measure=measure, free_slope=choice.free_slope)
    if found is None or found.freedom < 1:
        return ()
    low, high = found.interval(_LEVEL)
    note = (
        f"{_LEVEL:.0%} prediction interval, {len(rows)} missions of {len({row.kind for row in rows})} classes, "
        f"{found.freedom} degrees of freedom; {choice.words(by)}"
    )
    if inputs.posture == "reassure" and kind != AREA:
        note += (
            "; no past mission reassured from away from a line: this is what a robust force on the whole line would be"
        )
    return (
        Estimate(
            id=name, title=f"Past missions of class {kind}, by {by}", low=low, mode=found.middle, high=high, unit="people",
            kind="regression", source=";".join(row.id for row in rows), note=note + _beyond(rows, kind, measure),
            stance=_STANCE_OF_CLASS.get(kind, ""),
        ),
    )  # fmt: skip


def _beyond(rows: Sequence[PastStrength], kind: str, measure: float) -> str:
    """A warning where the mission lies outside what the missions of its class span."""
    sizes = [row.measure for row in rows if row.kind == kind]
    if min(sizes) <= measure <= max(sizes):
        return ""
    return f"; {measure:,.0f} lies outside what those of the class span ({min(sizes):,.0f} to {max(sizes):,.0f})"


class DensityFit:
    """Means of log density by class, the pooled deviation and its degrees of freedom."""

    def __init__(self, missions: tuple[PastMission, ...]) -> None:
        logs: dict[str, list[float]] = {}
        for row in missions:
            if row.length_km > 0:
                logs.setdefault(row.kind, []).append(float(np.log(row.strength / row.length_km)))
        self.means = {kind: float(np.mean(values)) for kind, values in logs.items()}
        self.counts = {kind: len(values) for kind, values in logs.items()}
        self.freedom = sum(self.counts.values()) - len(logs)
        squares = sum((value - self.means[kind]) ** 2 for kind, values in logs.items() for value in values)
        self.deviation = float(np.sqrt(squares / self.freedom)) if self.freedom > 0 else float("inf")


def fit_density(missions: tuple[PastMission, ...]) -> DensityFit:
    """Fit the class means and the pooled deviation."""
    return DensityFit(missions)


def _ratios(desk: Desk) -> tuple[Estimate, ...]:
    """People per kilometre from the literature times the length (factors `ratio.<posture>_low|high`)."""
    low, high = (f"ratio.{desk.inputs.posture}_{end}" for end in ("low", "high"))
    if low not in desk.inputs.factors or high not in desk.inputs.factors or not _has_line(desk.inputs):
        return ()
    rows = [desk.inputs.factors[key].value for key in (low, high)]
    length = desk.inputs.line_km
    return (
        Estimate(
            id=f"ratio-{desk.inputs.posture}", title="People per kilometre of line in past missions",
            low=length * desk.number(low), mode=None, high=length * desk.number(high), unit="people", kind="ratio",
            source=";".join(row.source for row in rows if row.source),
            note=f"{desk.number(low):g} to {desk.number(high):g} people a km of {length:.0f} km. "
            + " ".join(row.assumption for row in rows if row.assumption),
        ),
    )  # fmt: skip


def _claims(inputs: SizingInputs) -> tuple[Estimate, ...]:
    """Published claims; those dated after `as_of` say so."""
    found: list[Estimate] = []
    for row in sorted(inputs.claims, key=lambda claim: claim.date):
        low = row.low if row.low is not None else row.high
        high = row.high if row.high is not None else row.low
        if low is None or high is None:
            continue
        later = f"known later ({row.date.isoformat()}), not an input. " if row.date > inputs.as_of else ""
        found.append(
            Estimate(
                id=row.id, title=f"{row.said_by}: {row.claim}", low=low, mode=None, high=high, unit=row.unit or "people",
                kind="claim", source=row.id, note=f"{later}{row.of_what}; {row.publisher}, {row.date.isoformat()}",
                bound="up_to" if row.low is None else "at_least" if row.high is None else "", stance=stance_said(row.claim),
            )
        )  # fmt: skip
    return tuple(found)
