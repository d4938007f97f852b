"""Triangulate: sizes from elsewhere beside ours, so that no number stands alone.

A regression on past missions by class with its prediction interval, ratios from the literature, and published claims.
"""

from __future__ import annotations

import math

import numpy as np

from holdfast.results.stages import Estimate
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import PastMission, SizingInputs

CLASS_OF_POSTURE = {"observe": "monitoring", "interpose": "interposition", "reassure": "robust", "robust": "robust"}
_LEVEL = 0.8


def triangulate(desk: Desk) -> tuple[Estimate, ...]:
    """All estimates for a case; none for the posture without a force."""
    inputs = desk.inputs
    if inputs.posture == "none":
        return ()
    return (*regress_density(inputs), *_ratios(desk), *_claims(inputs))


def regress_density(inputs: SizingInputs) -> tuple[Estimate, ...]:
    """Strength from length by class of mission: log density with one mean a class and one variance for all.

    ln(strength / km) = mean of the class + error; the interval is a prediction of one more mission of the class,
    Student's t on n - classes degrees of freedom. Formula 14 of docs/stages/sizing.md.
    """
    kind = CLASS_OF_POSTURE[inputs.posture]
    fitted = fit_density(inputs.missions)
    if kind not in fitted.means or fitted.freedom < 1:
        return ()
    from scipy.special import stdtrit  # Student's t quantile, without the second that scipy.stats takes to import

    mean, spread = fitted.means[kind], fitted.deviation * math.sqrt(1.0 + 1.0 / fitted.counts[kind])
    reach = float(stdtrit(fitted.freedom, 0.5 + _LEVEL / 2.0)) * spread
    note = (
        f"{_LEVEL:.0%} prediction interval, {len(inputs.missions)} missions of {len(fitted.means)} classes, "
        f"{fitted.freedom} degrees of freedom"
    )
    if inputs.posture == "reassure":
        note += (
            "; no past mission reassured from away from a line: this is what a robust force on the whole line would be"
        )
    return (
        Estimate(
            id=f"regression-{kind}", title=f"Past missions of class {kind}, by length of line",
            low=inputs.line_km * math.exp(mean - reach), mode=inputs.line_km * math.exp(mean),
            high=inputs.line_km * math.exp(mean + reach), unit="people", kind="regression",
            source=";".join(row.id for row in inputs.missions), note=note,
        ),
    )  # fmt: skip


class DensityFit:
    """Means of log density by class, the pooled deviation and its degrees of freedom."""

    def __init__(self, missions: tuple[PastMission, ...]) -> None:
        logs: dict[str, list[float]] = {}
        for row in missions:
            logs.setdefault(row.kind, []).append(math.log(row.strength / row.length_km))
        self.means = {kind: float(np.mean(values)) for kind, values in logs.items()}
        self.counts = {kind: len(values) for kind, values in logs.items()}
        self.freedom = len(missions) - len(logs)
        squares = sum((value - self.means[kind]) ** 2 for kind, values in logs.items() for value in values)
        self.deviation = math.sqrt(squares / self.freedom) if self.freedom > 0 else math.inf


def fit_density(missions: tuple[PastMission, ...]) -> DensityFit:
    """Fit the class means and the pooled deviation."""
    return DensityFit(missions)


def _ratios(desk: Desk) -> tuple[Estimate, ...]:
    """People per kilometre from the literature times the length (factors `ratio.<posture>_low|high`)."""
    low, high = (f"ratio.{desk.inputs.posture}_{end}" for end in ("low", "high"))
    if low not in desk.inputs.factors or high not in desk.inputs.factors:
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
            )
        )  # fmt: skip
    return tuple(found)
