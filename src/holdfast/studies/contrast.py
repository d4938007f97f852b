"""Two options compared over the same futures: who wins how often, by how much, and which input flips the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import LabelError
from holdfast.core.streams import uniform
from holdfast.results.plan import Contrast
from holdfast.results.stages import Stress
from holdfast.stress.stage import per_future_hold

Floats = NDArray[np.float64]

LEAST_SIDE = 0.1
"""Each side of a threshold holds at least this share of the futures (and `LEAST_COUNT` of them)."""
LEAST_COUNT = 8
PERMUTATIONS = 200
ALARM = 0.05
"""Chance, over all inputs and thresholds searched, of naming a flip where the inputs decide nothing."""


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A threshold of one input that parts the futures where one option is better from those where the other is."""

    parameter: str
    threshold: float
    below: float
    """Mean difference of P(hold) where the input is below the threshold."""
    above: float
    futures_below: int
    futures_above: int
    p_value: float
    """Share of permutations of the differences over futures whose best split explains as much."""


def contrast(base: Stress, other: Stress, *, name: str, other_name: str) -> Contrast:
    """Compare two options over the futures they share.

    Parameters
    ----------
    base, other
        Results over the same futures (same seed, same number).
    name, other_name
        Names of the two options.

    Returns
    -------
    Contrast
        `difference` is the mean over futures of P(hold) of the better minus that of the worse; its interval is
        Student's over futures, paired.

    Raises
    ------
    LabelError
        When the futures are not the same.
    """
    first, second = per_future_hold(base), per_future_hold(other)
    if not np.array_equal(first["future"].values, second["future"].values):
        raise LabelError(
            f"{name} and {other_name} were tested over different futures; rerun both with one seed and number"
        )
    gap = first.values - second.values
    if gap.mean() < 0:
        base, other, name, other_name, gap = other, base, other_name, name, -gap
    low, high = mean_interval(gap)
    flip = find_flip(gap, *shared_parameters(base, other))
    return Contrast(
        better=name,
        worse=other_name,
        wins_share=float(np.mean(gap > 0)),
        ties_share=float(np.mean(gap == 0)),
        difference=float(gap.mean()),
        low=low,
        high=high,
        correlation=_correlation(first.values, second.values),
        distinguishable=bool(low > 0 or high < 0),
        flips=describe_flip(flip, better=name, worse=other_name),
    )


def mean_interval(values: Floats, *, level: float = 0.95) -> tuple[float, float]:
    """Student's interval of a mean over futures."""
    from scipy.stats import t

    count = values.size
    if count < 2:
        return (-np.inf, np.inf)
    half = float(t.ppf(0.5 + level / 2, count - 1)) * float(values.std(ddof=1)) / float(np.sqrt(count))
    return float(values.mean()) - half, float(values.mean()) + half


def _correlation(first: Floats, second: Floats) -> float:
    """Correlation over futures; 0 where one does not vary."""
    if first.size < 2 or first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def shared_parameters(base: Stress, other: Stress) -> tuple[tuple[str, ...], Floats]:
    """Inputs that vary over futures and that both options share draw by draw: names, and values (future, parameter)."""
    names = [str(key) for key in base.futures["parameter"].values]
    theirs = {str(key): column for column, key in enumerate(other.futures["parameter"].values)}
    kept = []
    for column, key in enumerate(names):
        own = base.futures.values[:, column]
        if key in theirs and own.std() > 0 and np.array_equal(own, other.futures.values[:, theirs[key]]):
            kept.append(column)
    return tuple(names[column] for column in kept), np.asarray(base.futures.values[:, kept], dtype=float)


def best_split(gap: Floats, values: Floats) -> tuple[float, int, int]:
    """Split of one input that explains most of the variance of `gap` (a regression stump).

    Returns
    -------
    (float, int, int)
        Variance explained, column of the input, and how many futures lie below; (0, -1, 0) where none is allowed.
    """
    count = gap.size
    least = max(LEAST_COUNT, int(np.ceil(LEAST_SIDE * count)))
    if count < 2 * least or values.shape[1] == 0:
        return 0.0, -1, 0
    sizes = np.arange(least, count - least + 1)
    order = np.argsort(values, axis=0, kind="stable")
    total = np.cumsum(gap[order], axis=0)
    below = total[sizes - 1]
    above = total[-1] - below
    gained = below**2 / sizes[:, None] + above**2 / (count - sizes)[:, None] - total[-1] ** 2 / count
    row, column = np.unravel_index(int(np.argmax(gained)), gained.shape)
    return float(gained[row, column]), int(column), int(sizes[row])


def find_flip(gap: Floats, names: tuple[str, ...], values: Floats) -> Flip | None:
    """The input and value at which the order of two options flips, or `None`.

    A flip is reported when the mean difference changes sign across the best split, the far side's 95 % interval excludes
    0, and no more than `ALARM` of random permutations of the differences split as well (so the search over all inputs
    and thresholds is paid for).
    """
    gained, column, size = best_split(gap, values)
    if column < 0 or gained <= 0:
        return None
    order = np.argsort(values[:, column], kind="stable")
    below, above = gap[order[:size]], gap[order[size:]]
    far = below if below.mean() * gap.mean() < 0 else above
    if below.mean() * above.mean() >= 0 or mean_interval(far)[0] * mean_interval(far)[1] <= 0:
        return None
    as_good = sum(best_split(_shuffled(gap, number), values)[0] >= gained for number in range(PERMUTATIONS))
    p_value = (1 + as_good) / (1 + PERMUTATIONS)
    if p_value > ALARM:
        return None
    threshold = 0.5 * float(values[order[size - 1], column] + values[order[size], column])
    return Flip(
        parameter=names[column],
        threshold=threshold,
        below=float(below.mean()),
        above=float(above.mean()),
        futures_below=below.size,
        futures_above=above.size,
        p_value=p_value,
    )


def _shuffled(gap: Floats, number: int) -> Floats:
    """A permutation keyed by its number."""
    keys = [uniform(0, "permutation", number, place) for place in range(gap.size)]
    return np.asarray(gap[np.argsort(keys)])


def describe_flip(flip: Flip | None, *, better: str, worse: str) -> str:
    """A flip in words; empty where there is none."""
    if flip is None:
        return ""
    side, there, count = (
        ("above", flip.above, flip.futures_above) if flip.above < 0 else ("below", flip.below, flip.futures_below)
    )
    return (
        f"{worse} does better than {better} where {flip.parameter} is {side} {flip.threshold:.3g}: by {-there:.2g} in P(hold) "
        f"on average over {count} of {flip.futures_below + flip.futures_above} futures (p = {flip.p_value:.2g} over all "
        f"inputs searched)"
    )
