"""How long rotation lasts: the month in which the pools can no longer keep the number required on station.

Each pool carries a steady share: its tours start evenly from D on, one for every effective tour e = tour / (1 + overlap /
tour) of each unit it keeps on station. A unit that has served is back after its cycle c = tour x (1 + dwell). Over a
horizon of T months each unit can so serve once for every min(T, c) months: early on the whole pool can be spent, later
only what comes back. With U units free in pools p the pools keep on station

    Cap(T) = sum_p U_p e_p / max(e_p, min(T, c_p)),

the most that any steady split of the load between the pools allows. Rotation breaks when Cap(T) falls to the number
required; when Cap stays above it for ever, rotation never breaks and the pool is the standing pool of MODEL.md 1.
Without any return (dwell without end) the pool spent over T months is the throughput. Uneven starts, with short cycles
filling the gaps of long ones, can last somewhat longer, at most until sum_p U_p e_p ceil(T / c_p) < T x required.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula

_HAIR = 1e-9


@formula(
    "size.exit.effective_tour", unit="months", text="tour / (1 + overlap / tour)", reference="MODEL.md 1, rotation"
)
def effective_tour(tour_months: Any, overlap_months: Any) -> Any:
    """Months for which a unit counts on station: an outgoing tour that overlaps with the next counts once."""
    if np.any(np.asarray(tour_months) <= 0) or np.any(np.asarray(overlap_months) < 0):
        raise ValueRangeError(
            f"tour_months is {tour_months} and overlap_months {overlap_months}; expected above 0, 0 or more"
        )
    return tour_months / (1.0 + overlap_months / tour_months)


@formula("size.exit.lasting", unit="units", text="sum over pools of units x e / max(e, min(months, tour (1 + dwell))), e effective tour",
         reference="MODEL.md 1, rotation; docs/stages/sizing_support.md")  # fmt: skip
def lasting(units: Any, tour_months: Any, dwell: Any, overlap_months: Any, months: Any) -> Any:
    """Units that pools keep on station from D for so many months; pools on the last axis, `months` may be infinite."""
    tour = effective_tour(np.asarray(tour_months, float), np.asarray(overlap_months, float))
    cycle = np.maximum(np.asarray(tour_months, float) * (1.0 + np.asarray(dwell, float)), tour)
    each = np.asarray(units, float) * tour / np.maximum(tour, np.minimum(months, cycle))
    return each.sum(axis=-1, keepdims=each.ndim > 1)


def keeps(
    units: Sequence[float], tour_months: Sequence[float], dwell: Sequence[float], overlap_months: Sequence[float], *, months: float
) -> float:  # fmt: skip
    """`lasting` of one set of pools in plain numbers: there are few pools and many capabilities."""
    total = 0.0
    for count, tour, home, overlap in zip(units, tour_months, dwell, overlap_months, strict=True):
        each = tour / (1.0 + overlap / tour)
        total += count * each / max(each, min(months, tour * (1.0 + home)))
    return total


@formula("size.exit.break_month", unit="months", text="largest T with Cap(T) >= number required (inf: for ever; 0: not even once)",
         reference="MODEL.md 1, exit; docs/stages/sizing_support.md")  # fmt: skip
def break_month(required: Any, units: Any, tour_months: Any, dwell: Any, overlap_months: Any) -> Any:
    """Month after D in which the pools can no longer fill the number required.

    Cap(T) is constant up to the shortest effective tour and falls in pieces A + B / T between the tours and cycles of the
    pools, so the month is found without search. Pools on the last axis; `required` is a number or has draws on the first.
    """
    tour = effective_tour(np.asarray(tour_months, float), np.asarray(overlap_months, float))
    cycle = np.maximum(np.asarray(tour_months, float) * (1.0 + np.asarray(dwell, float)), tour)
    held, tour, cycle = np.broadcast_arrays(np.asarray(units, float), tour, cycle)
    if held.ndim == 1:
        return _break_of(float(np.asarray(required).reshape(-1)[0]), held.tolist(), tour.tolist(), cycle.tolist())
    needs = np.broadcast_to(np.asarray(required, float).reshape(-1, 1), (held.shape[0], 1))[:, 0].tolist()
    rows = zip(needs, held.tolist(), tour.tolist(), cycle.tolist(), strict=True)
    return np.array([[_break_of(need, *row)] for need, *row in rows])


def _break_of(required: float, held: list[float], tour: list[float], cycle: list[float]) -> float:
    """The month for one set of pools, in plain numbers: there are few of them."""
    pools = list(zip(held, tour, cycle, strict=True))
    if required <= _HAIR or sum(units * e / c for units, e, c in pools) >= required - _HAIR:
        return math.inf
    if sum(held) < required - _HAIR:
        return 0.0
    start = max(
        knot
        for knot in {*tour, *cycle}
        if sum(units * e / max(e, min(knot, c)) for units, e, c in pools) >= required - _HAIR
    )
    fixed = sum(units if start < e else units * e / c for units, e, c in pools if start < e or start >= c)
    falling = sum(units * e for units, e, c in pools if e <= start < c)  # these fall with 1 / T up to the next knot
    return max(falling / (required - fixed), start)


@formula("size.exit.pool_needed", unit="people", text="deployed x min(months, tour (1 + dwell)) / effective tour / deployable share",
         reference="MODEL.md 1, rotation")  # fmt: skip
def pool_needed(
    deployed: Any, tour_months: Any, dwell: Any, overlap_months: Any, deployable_share: Any, months: Any
) -> Any:
    """Strength at which rotation breaks in a given month; once the month is past the cycle, the standing pool."""
    tour = effective_tour(tour_months, overlap_months)
    return deployed * np.maximum(np.minimum(months, tour_months * (1.0 + dwell)) / tour, 1.0) / deployable_share
