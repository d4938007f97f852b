"""Values with uncertainty and origin: a number, or a range with a distribution.

A :class:`Quantity` is what every uncertain input of a scenario is. It names its source (evidence ids) or says
`assumption`; outputs keep the two apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from holdfast.core.errors import ValueRangeError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Distribution = Literal["point", "uniform", "triangular", "lognormal"]
"""How a range is spread. `lognormal` takes low and high as the 5 % and 95 % points."""

_LOG_LIMIT = 700.0  # beyond it a double overflows; only ranges over hundreds of orders of magnitude come near
_Z95 = 1.6448536269514722  # standard normal quantile of 0.95, for the 5-95 % reading of a lognormal range


@dataclass(frozen=True, slots=True)
class AtMost:
    """Mark on a quantity's type: the largest value that its range may reach."""

    limit: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """A number or a range, with where it comes from.

    Parameters
    ----------
    low, mode, high
        Lower bound, most credible value and upper bound, in the unit of the field that holds the quantity.
    distribution
        Shape between the bounds; `point` when the three agree.
    source
        Evidence ids, separated by `;`. Empty for an assumption.
    assumption
        Why the value was assumed. Empty for a sourced value.
    """

    low: float
    mode: float
    high: float
    distribution: Distribution = "triangular"
    source: str = ""
    assumption: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.mode) and math.isfinite(self.high)):
            raise ValueRangeError(f"expected finite numbers, not {self.low:g}..{self.mode:g}..{self.high:g}")
        if not self.low <= self.mode <= self.high:
            raise ValueRangeError(
                f"range {self.low}..{self.mode}..{self.high} is not in order; expected low <= mode <= high"
            )
        if self.distribution == "lognormal" and self.low <= 0:
            raise ValueRangeError(f"lognormal range starts at {self.low}; expected more than 0")
        if self.low == self.high:
            object.__setattr__(self, "distribution", "point")
        elif self.distribution == "point":
            raise ValueRangeError(f"point distribution spans {self.low}..{self.high}; expected one value")

    @property
    def nominal(self) -> float:
        """The value of the nominal run: the mode."""
        return self.mode

    @property
    def is_uncertain(self) -> bool:
        """Whether futures may draw different values."""
        return self.high > self.low

    @property
    def is_sourced(self) -> bool:
        """Whether the value rests on evidence and on no assumption."""
        return bool(self.source) and not self.assumption

    def quantile(self, u: float) -> float:
        """Value at probability `u` in [0, 1] (inverse of the distribution function).

        Raises
        ------
        ValueRangeError
            When `u` is outside [0, 1].
        """
        if not 0.0 <= u <= 1.0:
            raise ValueRangeError(f"probability {u} is outside 0..1")
        if not self.is_uncertain:
            return self.mode
        if self.distribution == "uniform":
            return self.low + u * (self.high - self.low)
        if self.distribution == "lognormal":
            return _lognormal_quantile(u, self.low, self.high)
        return _triangular_quantile(u, self.low, self.mode, self.high)

    def fixed_at(self, value: float) -> Quantity:
        """The quantity with its range closed at `value`; origin kept."""
        return Quantity(
            low=value, mode=value, high=value, distribution="point", source=self.source, assumption=self.assumption
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads a quantity at the edge: a number, a table or a cell's text."""
        from pydantic_core import core_schema

        from holdfast.scenario.quantities import read_quantity

        return core_schema.no_info_plain_validator_function(read_quantity)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """How the published schema describes a quantity."""
        from holdfast.scenario.quantities import json_schema_of_quantity

        return json_schema_of_quantity()


def point(value: float, *, source: str = "", assumption: str = "") -> Quantity:
    """A quantity without a range."""
    return Quantity(low=value, mode=value, high=value, distribution="point", source=source, assumption=assumption)


def _triangular_quantile(u: float, low: float, mode: float, high: float) -> float:
    split = (mode - low) / (high - low)
    if u < split:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


def _lognormal_quantile(u: float, low: float, high: float) -> float:
    from statistics import NormalDist

    mu = 0.5 * (math.log(low) + math.log(high))
    sigma = (math.log(high) - math.log(low)) / (2.0 * _Z95)
    u = min(max(u, 1e-9), 1.0 - 1e-9)
    exponent = mu + sigma * NormalDist().inv_cdf(u)
    return math.exp(min(max(exponent, -_LOG_LIMIT), _LOG_LIMIT))
