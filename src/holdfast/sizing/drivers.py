"""What drives the size: the share of its variance that each uncertain input explains, from the draws as they are.

First-order sensitivity S = Var(E[Y | X]) / Var(Y) from given data: the draws are sorted by an input and cut into bins of
equal number, and the variance between the bins' means is what the input explains (Plischke, Borgonovo and Smith 2013,
European Journal of Operational Research 226:536; the ratio is Pearson's correlation ratio). Means of bins scatter even where
nothing is explained, by (bins - 1) / (n - 1) of the variance on average: that is taken off (Kelley's epsilon squared, 1935,
PNAS 21:554). The interval is 1.645 standard deviations of resampled draws; the noise floor is the largest share that shuffled
inputs reach. Inputs are drawn independently, so shares add up to at most 1; what is missing is their interplay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.core.streams import unit_array, unit_keys
from holdfast.sizing.ensemble import SizeEnsemble

Array = NDArray[np.float64]
TOTAL = "country"
"""Name of the measure people in country, all tasks together."""
_RUNS = 40
"""Shuffles for the noise floor, and resamples for the intervals."""
_LEAST_BINS, _MOST_BINS = 4, 24
_DRAWS_A_BIN = 50
_FLOOR_LEVEL = 0.95
_REACH = 1.6448536269514722
_STREAM = "drivers"


@dataclass(frozen=True, kw_only=True)
class Driver:
    """An input and the share of a measure's variance that it explains."""

    key: str
    """Dotted name of the input."""
    share: float
    low: float
    high: float
    """90 % interval from resampled draws."""
    slope: float
    """Mean of the measure in the top bin less that in the bottom bin: what going from low to high does, people."""


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Ranked drivers of one measure."""

    measure: str
    mean: float
    deviation: float
    noise_floor: float
    """Share that 19 in 20 sets of shuffled inputs stay below in all inputs: smaller shares are not told from chance."""
    drivers: tuple[Driver, ...]
    """Those above the noise floor, largest first."""
    explained: float
    """Sum of their shares; the rest is interplay of inputs and what is below the floor."""


def rank_drivers(ensemble: SizeEnsemble, *, most: int = 12) -> dict[str, Drivers]:
    """Drivers of people in country in all (`country`) and for each task alone.

    Raises
    ------
    ValueRangeError
        When there are fewer draws than four bins need.
    """
    measures = {TOTAL: ensemble.people["country"]} | {
        task: ensemble.task_people[:, number] for number, task in enumerate(ensemble.tasks)
    }
    labels = {key: bin_of(column) for key, column in ensemble.inputs.items()}
    return {
        name: find_drivers(labels, values, measure=name, seed=ensemble.seed, most=most)
        for name, values in measures.items()
    }


def find_drivers(
    labels: Mapping[str, NDArray[np.int64]], values: Array, *, measure: str, seed: int = 0, most: int = 12
) -> Drivers:
    """Drivers of one measure.

    Parameters
    ----------
    labels
        Bin of each draw (`bin_of`) by dotted name of the input, each of shape (n,).
    values
        The measure, shape (n,).
    most
        Drivers named at most.

    Raises
    ------
    ValueRangeError
        When there are fewer draws than four bins need.
    """
    count = values.size
    if count < _LEAST_BINS * _DRAWS_A_BIN:
        raise ValueRangeError(
            f"{count} draws; expected at least {_LEAST_BINS * _DRAWS_A_BIN} to tell what drives the size"
        )
    deviation = float(values.std())
    if deviation == 0.0 or not labels:
        return Drivers(measure=measure, mean=float(values.mean()), deviation=deviation, noise_floor=0.0, drivers=(),
                       explained=0.0)  # fmt: skip
    shares = {key: explained_share(values, label) for key, label in labels.items()}
    keys = unit_keys(seed, _STREAM, count)
    floor = _noise_floor(
        values, len(labels), [np.argsort(unit_array(keys, f"{measure}.shuffle.{k}")) for k in range(_RUNS)]
    )
    ranked = sorted((key for key, share in shares.items() if share > floor), key=lambda key: -shares[key])
    picks = [(unit_array(keys, f"{measure}.resample.{k}") * count).astype(np.int64) for k in range(_RUNS)]
    drivers = tuple(_driver(key, values, labels[key], share=shares[key], picks=picks) for key in ranked[:most])
    return Drivers(
        measure=measure, mean=float(values.mean()), deviation=deviation, noise_floor=floor, drivers=drivers,
        explained=float(sum(shares[key] for key in ranked)),
    )  # fmt: skip


def bin_of(column: Array) -> NDArray[np.int64]:
    """Bin of each draw, bins of equal number by rank; an input of few values has a bin a value."""
    kinds, place = np.unique(column, return_inverse=True)
    bins = int(np.clip(column.size // _DRAWS_A_BIN, _LEAST_BINS, _MOST_BINS))
    if kinds.size <= bins:
        return np.asarray(place.ravel(), dtype=np.int64)
    rank = np.empty(column.size, dtype=np.int64)
    rank[np.argsort(column, kind="stable")] = np.arange(column.size)
    return rank * bins // column.size


def explained_share(values: Array, label: NDArray[np.int64]) -> float:
    """Share of the variance between bins, less what chance alone would show; it may be a little below 0."""
    number = np.bincount(label)
    held = number > 0
    means = np.bincount(label, weights=values)[held] / number[held]
    between = float(number[held] @ (means - values.mean()) ** 2) / values.size
    ratio = between / max(float(values.var()), 1e-300)
    bins = int(held.sum())
    return 1.0 - (1.0 - ratio) * (values.size - 1) / max(values.size - bins, 1)


def _noise_floor(values: Array, inputs: int, orders: Sequence[NDArray[np.int64]]) -> float:
    """What the largest of so many shares of shuffled inputs stays below in 19 of 20 sets.

    Shares of shuffled inputs are alike and independent, so the quantile of the largest of m of them is the quantile
    0.95^(1/m) of one; from their mean and deviation by the normal law, as means of many bins are.
    """
    from statistics import NormalDist

    label = bin_of(np.arange(values.size, dtype=float))
    found = np.array([explained_share(values[order], label) for order in orders])
    reach = NormalDist().inv_cdf(_FLOOR_LEVEL ** (1.0 / inputs))
    return max(float(found.mean() + reach * found.std(ddof=1)), 0.0)


def _driver(
    key: str, values: Array, label: NDArray[np.int64], *, share: float, picks: Sequence[NDArray[np.int64]]
) -> Driver:
    spread = _REACH * float(np.std([explained_share(values[pick], label[pick]) for pick in picks], ddof=1))
    top, bottom = values[label == label.max()], values[label == label.min()]
    return Driver(
        key=key, share=share, low=max(share - spread, 0.0), high=min(share + spread, 1.0),
        slope=float(top.mean() - bottom.mean()),
    )  # fmt: skip
