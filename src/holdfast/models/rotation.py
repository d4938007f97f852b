"""Rotation: how many units it takes to keep some on station, tour after tour.

A unit deploys for a tour of τ months, then stays home for dwell × τ months before it may deploy again. While two tours
hand over to each other, both are on station. Months are whole; arrays run over months on their last axis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError

_ROUNDING = 1e-9  # 10 × 1.1 is 11.000000000000002 in binary; that is eleven months, not twelve


def standing_pool(deployed: Any, *, dwell: Any, overlap_months: Any, tour_months: Any, deployable_share: Any) -> Any:
    """Strength to keep `deployed` on station for ever: deployed (1 + dwell) (1 + overlap/τ) ÷ deployable share.

    Source: MODEL.md 1, Rotation; the published standing cycle of 2.5 is dwell 1.5 without overlap.

    Parameters
    ----------
    deployed
        On station, people or units (any shape).
    dwell
        Months at home for each month deployed.
    overlap_months
        Months in which an outgoing and an incoming tour are both on station.
    tour_months
        Length of a tour, months.
    deployable_share
        Share of the strength that can deploy at all, above 0 and at most 1.

    Raises
    ------
    ValueRangeError
        When the tour is not positive, a duration is negative, or the share is outside (0, 1].
    """
    tour, share = np.asarray(tour_months, dtype=float), np.asarray(deployable_share, dtype=float)
    _require_positive("tour_months", tour)
    _require_not_negative("dwell", dwell)
    _require_not_negative("overlap_months", overlap_months)
    if np.any(share <= 0) or np.any(share > 1):
        raise ValueRangeError(f"deployable_share is {deployable_share}; expected above 0 and at most 1")
    return _plain(
        np.asarray(deployed, dtype=float)
        * (1.0 + np.asarray(dwell, dtype=float))
        * (1.0 + np.asarray(overlap_months, dtype=float) / tour)
        / share
    )


def throughput(deployed: Any, *, years: Any, tour_months: Any) -> Any:
    """Number that passes through the force, deployed × 12 years ÷ τ, in the unit of `deployed`.

    Source: MODEL.md 1, Rotation; the published factor of 4 over two years is a tour of six months.

    Raises
    ------
    ValueRangeError
        When the tour is not positive or `years` is negative.
    """
    tour = np.asarray(tour_months, dtype=float)
    _require_positive("tour_months", tour)
    _require_not_negative("years", years)
    return _plain(np.asarray(deployed, dtype=float) * np.asarray(years, dtype=float) * 12.0 / tour)


def sustainable(units: Any, *, dwell: Any, overlap_months: Any, tour_months: Any, deployable_share: Any) -> Any:
    """Number that `units` in all can keep on station for ever: `standing_pool` solved for what is deployed.

    Raises
    ------
    ValueRangeError
        As `standing_pool`.
    """
    ratio = standing_pool(
        1.0,
        dwell=dwell,
        overlap_months=overlap_months,
        tour_months=tour_months,
        deployable_share=deployable_share,
    )
    return _plain(np.asarray(units, dtype=float) / ratio)


def cycle_months(tour_months: float, dwell: float) -> int:
    """Whole months from the start of a unit's tour to the earliest start of its next, ceil(τ (1 + dwell)).

    Raises
    ------
    ValueRangeError
        When the tour is not positive or the dwell is negative.
    """
    _require_positive("tour_months", tour_months)
    _require_not_negative("dwell", dwell)
    return max(math.ceil(tour_months * (1.0 + dwell) - _ROUNDING), math.ceil(tour_months - _ROUNDING))


def on_station(starts: NDArray[Any], tour_months: int) -> NDArray[np.float64]:
    """Units on station each month, Σ_{k<τ} x[t−k].

    Parameters
    ----------
    starts
        Units whose tour starts in each month, months on the last axis; nothing is on station before the first.
    tour_months
        Length of a tour, whole months.

    Raises
    ------
    ValueRangeError
        When the tour is shorter than one month.
    """
    return _trailing_sum(starts, tour_months, what="tour_months")


def in_cycle(starts: NDArray[Any], tour_months: int, dwell: float) -> NDArray[np.float64]:
    """Units deployed or in dwell each month, Σ_{k<ceil(τ(1+dwell))} x[t−k]: never more than there are.

    Parameters
    ----------
    starts
        Units whose tour starts in each month, months on the last axis.

    Raises
    ------
    ValueRangeError
        When the tour is shorter than one month or the dwell is negative.
    """
    return _trailing_sum(starts, cycle_months(tour_months, dwell), what="cycle months")


def _trailing_sum(starts: NDArray[Any], window: int, *, what: str) -> NDArray[np.float64]:
    if window < 1:
        raise ValueRangeError(f"{what} is {window}; expected 1 or more")
    array = np.asarray(starts, dtype=float)
    total = np.cumsum(array, axis=-1)
    late = total[..., window:] - total[..., : max(array.shape[-1] - window, 0)]
    return np.concatenate([total[..., :window], late], axis=-1)


def _require_positive(name: str, value: Any) -> None:
    if np.any(np.asarray(value, dtype=float) <= 0):
        raise ValueRangeError(f"{name} is {value}; expected more than 0")


def _require_not_negative(name: str, value: Any) -> None:
    if np.any(np.asarray(value, dtype=float) < 0):
        raise ValueRangeError(f"{name} is {value}; expected 0 or more")


def _plain(value: NDArray[np.float64]) -> Any:
    return float(value) if value.ndim == 0 else value
