"""The build-up: which of the force's units add to its strength, and which relieve others in place.

A relief takes over the equipment and stocks of the unit it relieves; only its people travel, beside the supply. So
closure counts the units that raise the number on station above what it has been, and no relief.
"""

from __future__ import annotations

import math
from dataclasses import replace

from holdfast.results.stages import ForceUnit
from holdfast.scenario.types import Scenario

_DAYS_A_MONTH = 30.0
_LEAST = 1e-6  # units; less than this is rounding, not a unit
_DIGITS = 6


def build_up(units: tuple[ForceUnit, ...], scenario: Scenario) -> tuple[ForceUnit, ...]:
    """The units that add to the strength of their capability and area, in the order of readiness.

    A unit leaves the count `tour_months` after it was ready, less the overlap of its pool and half a month (tours are
    planned by month, readiness is by day). Where only a part of a start adds to the strength, that part is kept.
    Backstop units stay.
    """
    kept: list[ForceUnit] = []
    counts: dict[tuple[str, str, bool], _Strength] = {}
    for unit in sorted(units, key=lambda item: (item.ready_day, item.id)):
        if unit.units <= _LEAST or not math.isfinite(unit.ready_day):
            continue
        strength = counts.setdefault((unit.capability, unit.area, unit.backstop), _Strength())
        added = round(strength.add(unit.units, ready=unit.ready_day, leaves=_leaves(unit, scenario)), _DIGITS)
        if added > _LEAST:
            kept.append(replace(unit, units=added, personnel=unit.personnel * added / unit.units))
    return tuple(kept)


class _Strength:
    """Units on station of one capability, and the most there have been."""

    def __init__(self) -> None:
        self._present: list[tuple[float, float]] = []
        self._most = 0.0

    def add(self, units: float, *, ready: float, leaves: float) -> float:
        """Units by which this start raises the most there have been."""
        self._present = [(end, count) for end, count in self._present if end > ready]
        self._present.append((leaves, units))
        now = sum(count for _, count in self._present)
        added = min(max(now - self._most, 0.0), units)
        self._most = max(self._most, now)
        return added


def _leaves(unit: ForceUnit, scenario: Scenario) -> float:
    pool = scenario.pools.get(unit.pool)
    if pool is None:
        return math.inf
    return unit.ready_day + _DAYS_A_MONTH * pool.tour_months - pool.overlap_days - 0.5 * _DAYS_A_MONTH
