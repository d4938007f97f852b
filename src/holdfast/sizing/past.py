"""Regression of deployed strength on past missions: class density, and class with the length of the line.

Both are linear in logarithms, with a mean for each class of mission and one variance for all classes. With the slope held
at one the model says a density (people a kilometre, a km² or a head of population); with the slope free a line twice as
long need not have twice the people. Which of the two is better is judged by leave-one-out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class PastStrength:
    """One past mission as the regression sees it: class, size of its task (km, km² or people), strength."""

    id: str
    kind: str
    measure: float
    strength: float


@dataclass(frozen=True, kw_only=True)
class StrengthPrediction:
    """Prediction of one more mission in logarithms: Student's t about `mean` with scale `spread`.

    `spread` is infinite where no degree of freedom is left to tell it.
    """

    mean: float
    spread: float
    freedom: int
    slope: float
    """Growth of log strength with log measure: 1 for a density."""

    @property
    def middle(self) -> float:
        """Median of the prediction, people."""
        return math.exp(self.mean)

    def interval(self, level: float) -> tuple[float, float]:
        """Central prediction interval of probability `level`, people; (0, inf) without a degree of freedom."""
        if self.freedom < 1:
            return 0.0, math.inf
        from scipy.special import stdtrit  # Student's t quantile, without the second that scipy.stats takes to import

        reach = float(stdtrit(self.freedom, 0.5 + level / 2.0)) * self.spread
        return math.exp(self.mean - reach), math.exp(self.mean + reach)


def predict_strength(
    rows: Sequence[PastStrength], *, kind: str, measure: float, free_slope: bool
) -> StrengthPrediction | None:
    """Least squares in logarithms on `rows`, and the prediction for one more mission.

    Parameters
    ----------
    rows
        Past missions with positive measure and strength.
    kind, measure
        Class and size of the mission to predict.
    free_slope
        Whether log strength grows with log measure by a slope to be fitted (common to all classes), or in proportion.

    Returns
    -------
    StrengthPrediction or None
        None where the rows do not determine it: no mission of the class, or no two of one class that differ in measure.

    Notes
    -----
    Formulas 14 and 15 of docs/stages/sizing.md; textbook least squares, prediction variance s² (1 + x' (X'X)⁻¹ x).
    """
    kinds = sorted({row.kind for row in rows})
    if kind not in kinds or measure <= 0:
        return None
    design, aim = _design(rows, kinds), _design_row(kind, measure, kinds)
    answer = np.log([row.strength for row in rows])
    if not free_slope:
        answer = answer - design[:, -1]
        design, aim, offset = design[:, :-1], aim[:-1], float(aim[-1])
    else:
        offset = 0.0
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    inverse = np.linalg.inv(design.T @ design)
    weights = inverse @ design.T @ answer
    freedom = len(rows) - design.shape[1]
    residual = answer - design @ weights
    variance = float(residual @ residual) / freedom if freedom > 0 else math.inf
    return StrengthPrediction(
        mean=float(aim @ weights) + offset,
        spread=math.sqrt(variance * (1.0 + float(aim @ inverse @ aim))),
        freedom=freedom,
        slope=float(weights[-1]) if free_slope else 1.0,
    )


def _design(rows: Sequence[PastStrength], kinds: Sequence[str]) -> NDArray[np.float64]:
    return np.array([_design_row(row.kind, row.measure, kinds) for row in rows])


def _design_row(kind: str, measure: float, kinds: Sequence[str]) -> NDArray[np.float64]:
    return np.array([*(float(kind == name) for name in kinds), math.log(measure)])


def leave_one_out(rows: Sequence[PastStrength], *, free_slope: bool) -> tuple[StrengthPrediction | None, ...]:
    """For each mission the prediction from all others; None where the others do not determine it."""
    return tuple(
        predict_strength([*rows[:place], *rows[place + 1 :]], kind=row.kind, measure=row.measure, free_slope=free_slope)
        for place, row in enumerate(rows)
    )


def error_factor(predicted: float, actual: float) -> float:
    """How many times too large or too small: exp |ln(predicted / actual)|, 1 for a perfect prediction."""
    if predicted <= 0 or actual <= 0:
        return math.inf
    return math.exp(abs(math.log(predicted / actual)))


def median(values: Sequence[float]) -> float:
    """Median; nan of nothing."""
    return float(np.median(list(values))) if values else math.nan


@dataclass(frozen=True, kw_only=True)
class SlopeChoice:
    """Which regression leave-one-out prefers, and by how much."""

    free_slope: bool
    density_error: float
    """Geometric mean of the leave-one-out error factors with the slope at 1, over missions that both can predict."""
    length_error: float
    """The same with the slope fitted; nan where no mission can be predicted so."""
    compared: int

    def words(self, measure: str) -> str:
        """The choice in a phrase; `measure` names what strength goes with."""
        if not self.compared:
            return f"in proportion to {measure}: too few missions to fit how strength grows with it"
        said = (
            f"leave-one-out error x{self.density_error:.2f} in proportion, x{self.length_error:.2f} with a slope fitted"
        )
        how = f"slope on {measure} fitted" if self.free_slope else f"in proportion to {measure}"
        return f"{how} ({said}, {self.compared} missions)"


def choose_slope(rows: Sequence[PastStrength]) -> SlopeChoice:
    """Let the slope on the measure be free only where leave-one-out predicts better with it than without."""
    pairs = [
        (row, density, fitted)
        for row, density, fitted in zip(
            rows, leave_one_out(rows, free_slope=False), leave_one_out(rows, free_slope=True), strict=True
        )
        if density is not None and fitted is not None
    ]
    if not pairs:
        return SlopeChoice(free_slope=False, density_error=math.nan, length_error=math.nan, compared=0)
    errors = np.array(
        [
            [math.log(error_factor(found.middle, row.strength)) for found in (density, fitted)]
            for row, density, fitted in pairs
        ]
    )
    density_error, length_error = (float(value) for value in np.exp(errors.mean(axis=0)))
    choice = SlopeChoice(free_slope=False, density_error=density_error, length_error=length_error, compared=len(pairs))
    return replace(choice, free_slope=length_error < density_error)
