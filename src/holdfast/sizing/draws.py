"""Draws of what sizing reads: one array over draws for each uncertain input, keyed as futures are.

A draw is keyed by (seed, future, dotted name) exactly as `scenario.futures.draw_future` keys it, so draw k of a
quantity is the value it has in future k of the stress test, and what sizing does not read is never drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.streams import unit_array, unit_keys
from holdfast.results.derivation import FORMULAS, Worksheet
from holdfast.scenario.futures import STREAM
from holdfast.scenario.lines import DRAWN
from holdfast.scenario.values import Quantity

Array = NDArray[np.float64]
TRACE = DRAWN
"""Name of the draw that chooses among the alternative traces of the line."""


@dataclass
class Draws:
    """Values of inputs over `count` draws, made when they are asked for.

    Parameters
    ----------
    seed
        Of the draws; `None` leaves every quantity at its nominal value (for runs over service levels only).
    fixed
        Values over draws set from outside by dotted name, each of shape (count,) or a number.
    """

    count: int
    seed: int | None = None
    fixed: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, Array] = field(default_factory=dict)
    """Every input drawn so far, shape (count,), by dotted name."""
    futures: NDArray[np.int64] | None = None
    """Numbers of the futures that the draws stand for, shape (count,); `None`: the first `count`."""

    def __post_init__(self) -> None:
        if self.seed is None:
            self._keys = None
            return
        last = self.count if self.futures is None or not self.count else int(self.futures.max()) + 1
        keys = unit_keys(self.seed, STREAM, last)
        self._keys = keys if self.futures is None else keys[self.futures]

    def value(self, name: str, quantity: Quantity) -> Any:
        """A number where the input is certain, else an array of shape (count, 1)."""
        if name in self.fixed:
            return as_column(self.fixed[name])
        if self._keys is None or not quantity.is_uncertain:
            return quantity.nominal
        if name not in self.drawn:
            self.drawn[name] = quantiles(quantity, unit_array(self._keys, name))
        return self.drawn[name][:, None]

    def choice(self, name: str, values: Array, weights: Array) -> Any:
        """One of some values drawn by weight, shape (count, 1); the first value where nothing is drawn."""
        if name in self.fixed:
            return as_column(self.fixed[name])
        if self._keys is None or values.size < 2:
            return float(values[0])
        if name not in self.drawn:
            upto = np.cumsum(weights) / np.sum(weights)
            self.drawn[name] = values[np.searchsorted(upto, unit_array(self._keys, name)).clip(max=values.size - 1)]
        return self.drawn[name][:, None]


def as_column(value: Any) -> Any:
    """A value over draws as a column; a number stays one."""
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array.reshape(array.shape[0], -1)


def quantiles(quantity: Quantity, u: Array) -> Array:
    """`Quantity.quantile` of an array of probabilities, bit for bit."""
    low, mode, high = quantity.low, quantity.mode, quantity.high
    if quantity.distribution == "uniform":
        return np.asarray(low + u * (high - low))
    if quantity.distribution != "triangular":
        return np.array([quantity.quantile(float(one)) for one in u])
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < (mode - low) / (high - low), rising, falling)


class ArraySheet(Worksheet):
    """A worksheet that keeps values only: a tree of ten thousand values a figure would help nobody."""

    def given(self, name: str, value: Any, **_origin: Any) -> Any:
        """Keep the value of an input."""
        return self._put(name, value)

    def apply(self, name: str, key: str, **inputs: str) -> Any:
        """Evaluate a registered formula on values already named."""
        return self._put(
            name, FORMULAS[key].function(**{parameter: self[figure] for parameter, figure in inputs.items()})
        )

    def optimum(self, name: str, value: Any, **_reason: Any) -> Any:
        """Keep what an optimisation decided."""
        return self._put(name, value)

    def _put(self, name: str, value: Any) -> Any:
        self.values[name] = value
        return value
