"""The statistics of the validation against scipy, closed forms and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from holdfast.core.statistics import wilson_interval
from holdfast.sizing.past import PastStrength, leave_one_out, predict_strength
from holdfast.validation.rules import acceptance, bootstrap_ratio, sign_test

pytestmark = pytest.mark.verification


def drawn(rng: np.random.Generator, *, slope: float, deviation: float, each: int = 4) -> list[PastStrength]:
    """Missions of three classes whose log strength is class + slope x log km + a normal error."""
    rows = []
    for kind, mean in (("monitoring", 0.5), ("interposition", 2.5), ("robust", 4.0)):
        for number in range(each):
            km = float(np.exp(rng.uniform(3, 7)))
            strength = math.exp(mean + slope * math.log(km) + deviation * rng.standard_normal())
            rows.append(PastStrength(id=f"{kind}{number}", kind=kind, measure=km, strength=strength))
    return rows


def test_regression_of_one_class_equals_scipy() -> None:
    """Slope, mean and prediction variance of one class are those of scipy's simple regression and the textbook."""
    rows = [row for row in drawn(np.random.default_rng(1), slope=0.7, deviation=0.6, each=9) if row.kind == "robust"]
    x, y = np.log([row.measure for row in rows]), np.log([row.strength for row in rows])
    theirs = stats.linregress(x, y)
    found = predict_strength(rows, kind="robust", measure=250.0, free_slope=True)
    assert found is not None
    at = math.log(250.0)
    assert found.slope == pytest.approx(theirs.slope)
    assert found.mean == pytest.approx(theirs.intercept + theirs.slope * at)
    residual = y - theirs.intercept - theirs.slope * x
    variance = float(residual @ residual) / (len(rows) - 2)
    leverage = 1 / len(rows) + (at - x.mean()) ** 2 / float(((x - x.mean()) ** 2).sum())
    assert found.spread == pytest.approx(math.sqrt(variance * (1 + leverage)))
    reach = stats.t.ppf(0.9, len(rows) - 2) * found.spread
    assert found.interval(0.8) == pytest.approx((math.exp(found.mean - reach), math.exp(found.mean + reach)))


def test_regression_of_several_classes_equals_least_squares_within_classes() -> None:
    """With a mean for each class the common slope is that of deviations from class means (Frisch, Waugh and Lovell)."""
    rows = drawn(np.random.default_rng(2), slope=0.4, deviation=0.5)
    top = bottom = 0.0
    for kind in ("monitoring", "interposition", "robust"):
        x = np.log([row.measure for row in rows if row.kind == kind])
        y = np.log([row.strength for row in rows if row.kind == kind])
        top += float((x - x.mean()) @ (y - y.mean()))
        bottom += float((x - x.mean()) @ (x - x.mean()))
    found = predict_strength(rows, kind="robust", measure=99.0, free_slope=True)
    assert found is not None
    assert found.slope == pytest.approx(top / bottom)


@pytest.mark.parametrize("free_slope", [False, True])
def test_leave_one_out_equals_the_formula_with_leverages(free_slope: bool) -> None:
    """Refitting without each mission gives residual / (1 - leverage), the closed form for least squares."""
    rows = drawn(np.random.default_rng(3), slope=0.8, deviation=0.7)
    kinds = sorted({row.kind for row in rows})
    design = np.array([[*(float(row.kind == kind) for kind in kinds), math.log(row.measure)] for row in rows])
    answer = np.log([row.strength for row in rows])
    fitted, offset = (design, 0.0) if free_slope else (design[:, :-1], design[:, -1])
    weights, *_ = np.linalg.lstsq(fitted, answer - offset, rcond=None)
    hat = fitted @ np.linalg.pinv(fitted)
    expected = (answer - offset - fitted @ weights) / (1 - np.diag(hat))
    found = leave_one_out(rows, free_slope=free_slope)
    left = [math.log(row.strength) - one.mean for row, one in zip(rows, found, strict=True) if one is not None]
    assert left == pytest.approx(expected.tolist())


def test_prediction_intervals_hold_as_often_as_they_say() -> None:
    """Over 4,000 simulated sets the 80 % interval holds the next mission in 80 % +- 2.5 points.

    The number held is binomial with deviation 0.63 points, so a right program fails once in some 14,000 runs; the seed is
    fixed.
    """
    rng, held, runs = np.random.default_rng(4), 0, 4000
    for _ in range(runs):
        *rows, last = drawn(rng, slope=0.6, deviation=0.8, each=3)
        found = predict_strength(rows, kind="robust", measure=last.measure, free_slope=True)
        assert found is not None
        low, high = found.interval(0.8)
        held += low <= last.strength <= high
    assert abs(held / runs - 0.8) < 0.025


@pytest.mark.parametrize("trials", [1, 2, 5, 11, 19, 40])
def test_counts_consistent_with_a_share_are_scipys_binomial_interval(trials: int) -> None:
    """The central interval of counts is that of scipy's binomial quantiles."""
    assert acceptance(trials, 0.8) == (stats.binom.ppf(0.025, trials, 0.8), stats.binom.ppf(0.975, trials, 0.8))


@pytest.mark.parametrize(("wins", "trials"), [(0, 0), (0, 3), (3, 3), (7, 10), (12, 19)])
def test_sign_test_equals_scipys(wins: int, trials: int) -> None:
    """Chance of so many heads or more, exactly."""
    expected = stats.binomtest(wins, trials, 0.5, alternative="greater").pvalue if trials else 1.0
    assert sign_test(wins, trials) == pytest.approx(expected)


@pytest.mark.parametrize(("count", "trials"), [(0, 4), (3, 4), (15, 20), (20, 20)])
def test_wilsons_interval_equals_scipys(count: int, trials: int) -> None:
    """The 95 % interval of a share."""
    theirs = stats.binomtest(count, trials).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson_interval(count, trials) == pytest.approx((theirs.low, theirs.high))


def test_bootstrap_of_a_constant_ratio_is_that_ratio() -> None:
    """If sizing is always half as far off, every resample of odd size says one half; one mission tells nothing."""
    theirs = [1.5, 2.0, 3.0, 8.0, 20.0]
    low, high = bootstrap_ratio([value / 2 for value in theirs], theirs, seed=1)
    assert (low, high) == (pytest.approx(0.5), pytest.approx(0.5))
    assert all(map(math.isnan, bootstrap_ratio([2.0], [3.0], seed=1)))


def test_bootstrap_agrees_with_all_resamples() -> None:
    """With three missions all 27 resamples can be listed: the interval's ends are quantiles of that list."""
    ours, theirs = [1.2, 2.0, 5.0], [1.5, 1.9, 2.5]
    listed = [np.median([ours[i] for i in pick]) / np.median([theirs[i] for i in pick]) for pick in np.ndindex(3, 3, 3)]
    low, high = bootstrap_ratio(ours, theirs, seed=7)
    # 2,000 draws: the chance that a decile of the sample is another of the few values of the list is below 1e-6
    # (the list's 10 % and 90 % points lie 16 percentage points inside steps of 7/27).
    assert low == pytest.approx(float(np.quantile(listed, 0.1)))
    assert high == pytest.approx(float(np.quantile(listed, 0.9)))
