"""Whole tours from the relaxation: dependent rounding of cumulative counts, then moves of single tours.

Rotation bounds differences of cumulative counts X by whole numbers, so floor(X + θ) with one θ a pool keeps them: the
rounded pool starts the same tours, at most one unit more or less at any date. The best θ of each pool and then single
tours added or taken away are kept while they lower the program's value; every step keeps rotation and cap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

THETAS = tuple(float(theta) for theta in np.linspace(0.04, 0.96, 12))
SWEEPS = 6
_OVER_CAP = 1e4  # value of a person over the cap, far above any weight: such a plan is never kept where another exists


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """What bounds the cumulative counts of one pool, in periods."""

    units: float
    first: int
    tour: int
    cycle: int
    repeats: int
    periods: int

    def station(self, counts: Array) -> Array:
        """Units on station in each period."""
        steps = np.arange(1, self.periods + 1)
        return counts[steps] - counts[np.maximum(steps - self.tour, 0)]

    def allows(self, counts: Array) -> bool:
        """Whether the counts obey order, readiness, rotation and return (Eqs. G4 to G6)."""
        if np.any(np.diff(counts) < 0) or counts[self.first] > 0:
            return False
        steps = np.arange(1, self.periods + 1)
        if np.any(counts[steps] - counts[np.maximum(steps - self.cycle, 0)] > self.units):
            return False
        stops = np.arange(self.first + self.repeats + 1, self.periods + self.cycle)
        stops = stops[stops - self.repeats <= self.periods]
        wrapped = counts[-1] - counts[stops - self.cycle] + counts[stops - self.repeats]
        return not np.any(wrapped > self.units)


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a station is worth: the program's value as a function of units on station, ways of use held as relaxed.

    `gain` (pool, row, period) is what a unit on station adds to each row of need; rows of one line stand together and
    begin at `begins`.
    """

    gain: Array
    need: Array
    """(row, period): need less what elements of the backstop fill."""
    begins: NDArray[np.intp]
    weight: Array
    months: Array
    withdrawal: float
    burden: Array
    """(pool): value lost for each unit on station in a period."""
    people: Array
    """(pool, period): people in country of a unit on station."""
    room: Array
    """(period): people that the cap leaves to pools."""

    def value(self, missing: Array, people: Array) -> float:
        """Value of what is missing by row and of people over the cap."""
        short = np.maximum(np.maximum.reduceat(missing, self.begins, axis=0), 0.0)
        withdrawn = np.maximum(np.diff(short, axis=1), 0.0).sum(axis=1)
        over = np.maximum(people - self.room, 0.0).sum()
        return float(self.weight @ (short @ self.months + self.withdrawal * withdrawn) + _OVER_CAP * over)


def round_tours(relaxed: Array, *, rotations: list[Rotation], worth: Worth) -> Array:
    """Whole cumulative counts near the relaxed ones.

    Parameters
    ----------
    relaxed
        (pool, period + 1): cumulative counts of the relaxation.
    rotations
        What bounds each pool.

    Returns
    -------
    array
        (pool, period + 1), whole numbers that obey every rotation row; under the cap wherever no tour at all would be.
    """
    plan = _Plan(rotations=rotations, worth=worth)
    for pool in range(len(rotations)):
        plan.try_all(pool, [np.floor(relaxed[pool] + theta + 1e-9) for theta in THETAS])
    for _ in range(SWEEPS):
        before = plan.total
        for pool in range(len(rotations)):
            plan.try_all(pool, plan.moves(pool))
        if plan.total >= before * (1.0 - 1e-6):
            break
    plan.withdraw_over_cap()
    return plan.counts


class _Plan:
    """The counts under improvement, with what they leave missing."""

    def __init__(self, *, rotations: list[Rotation], worth: Worth) -> None:
        periods = worth.need.shape[1]
        self.rotations, self.worth = rotations, worth
        self.counts = np.zeros((len(rotations), periods + 1))
        self.missing, self.people = worth.need.copy(), np.zeros(periods)
        self.burden = 0.0
        self.total = worth.value(self.missing, self.people)

    def try_all(self, pool: int, candidates: list[Array]) -> None:
        """Take the best of the candidates if it betters the plan."""
        rotation, worth = self.rotations[pool], self.worth
        now = rotation.station(self.counts[pool])
        best = None
        for counts in candidates:
            if not rotation.allows(counts):
                continue
            change = rotation.station(counts) - now
            missing = self.missing - worth.gain[pool] * change
            people = self.people + worth.people[pool] * change
            burden = self.burden + worth.burden[pool] * float(change.sum())
            total = worth.value(missing, people) + burden
            if total < self.total - 1e-9:
                self.total = total
                best = (counts, missing, people, burden)
        if best is not None:
            self.counts[pool], self.missing, self.people, self.burden = best

    def moves(self, pool: int) -> list[Array]:
        """The pool's counts with one tour more or less or at another date, or a chain of tours more to the horizon."""
        counts, rotation = self.counts[pool], self.rotations[pool]
        steps = np.arange(len(counts))
        begin = {q: (steps > q).astype(float) for q in range(rotation.first, rotation.periods)}
        chains = [
            sum((begin[r] for r in range(q, rotation.periods, rotation.tour)), np.zeros(len(counts))) for q in begin
        ]
        begun = [q for q in begin if counts[q + 1] > counts[q]]
        added = [counts + one for one in (*begin.values(), *chains)]
        taken = [counts - begin[q] for q in begun]
        moved = [counts - begin[q] + begin[r] for q in begun for r in begin if r != q]
        return added + taken + moved

    def withdraw_over_cap(self) -> None:
        """Take tours away, the ones whose loss weighs least a person first, until the cap holds."""
        while np.any(self.people > self.worth.room + 1e-6):
            period = int(np.argmax(self.people - self.worth.room))
            there = [
                pool
                for pool, rotation in enumerate(self.rotations)
                if self.worth.people[pool, period] > 0 and rotation.station(self.counts[pool])[period] > 0
            ]
            if not there:
                return
            pool = min(there, key=lambda p: (float((self.worth.gain[p, :, period]).sum()), p))
            self._withdraw(pool, period)

    def _withdraw(self, pool: int, period: int) -> None:
        rotation, counts = self.rotations[pool], self.counts[pool]
        start = max(q for q in range(max(period - rotation.tour + 1, 0), period + 1) if counts[q + 1] > counts[q])
        change = rotation.station(counts - (np.arange(len(counts)) > start)) - rotation.station(counts)
        self.counts[pool] = counts - (np.arange(len(counts)) > start)
        self.missing = self.missing - self.worth.gain[pool] * change
        self.people = self.people + self.worth.people[pool] * change
