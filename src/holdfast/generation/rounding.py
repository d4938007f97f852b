"""Whole tours from the relaxation: dependent rounding of cumulative counts, then annealing over single tours.

Rotation bounds differences of cumulative counts X by whole numbers, so floor(X + θ) with one θ a pool keeps them: the
rounded pool starts the same tours, at most one unit more or less at any date. From the best θ of each pool, single tours
are added, taken away, moved or handed to another pool (`kernels.anneal`); every step keeps rotation and cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

THETAS = tuple(float(theta) for theta in np.linspace(0.04, 0.96, 12))
PROPOSALS = 1500
"""Proposals of the annealing for each pool and period."""
HOT, COLD = 0.1, 0.0005
"""First and last temperature, as a share of what a tour of the pool is worth."""
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
    withdrawal: Array
    """(line): value of a unit that goes short again."""
    settled: NDArray[np.intp]
    """(line): period with which the last one is compared, since the schedule is repeated (Eq. G12)."""
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
        withdrawn += np.maximum(short[np.arange(len(short)), self.settled] - short[:, -1], 0.0)
        over = np.maximum(people - self.room, 0.0).sum()
        return float(self.weight @ (short @ self.months) + self.withdrawal @ withdrawn + _OVER_CAP * over)


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
    plan.anneal()
    plan.withdraw_over_cap()
    return plan.counts


def better_tours(counts: Array, *, rotations: list[Rotation], worth: Worth) -> Array:
    """Whole cumulative counts annealed again from whole ones, for another worth of what stands."""
    plan = _Plan(rotations=rotations, worth=worth)
    for pool, row in enumerate(counts):
        plan.set(pool, row)
    plan.anneal()
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

    def anneal(self) -> None:
        """Better the plan tour by tour; the same plan on every machine of one arithmetic."""
        from holdfast.generation.kernels import anneal

        worth = self.worth
        touch, touched = _grouped([np.flatnonzero(gain.any(axis=1)) for gain in worth.gain])
        lines = np.searchsorted(worth.begins, np.arange(len(worth.need)), side="right") - 1
        mate, mates = _grouped(_mates([lines[touched[a:b]] for a, b in pairwise(touch)]))
        starts = np.diff(self.counts, axis=1).round().astype(np.int64)
        pools = np.repeat(np.arange(len(starts)), np.diff(touch))
        gain = worth.gain[pools, touched]
        heavy = np.maximum(worth.weight, worth.withdrawal / worth.months.sum())
        each = np.abs(gain).max(axis=1) * heavy[lines[touched]] * worth.months.mean()
        scale = np.zeros(len(starts))
        np.maximum.at(scale, pools, each)
        rule = np.array([[r.units, r.first, r.tour, r.cycle, r.repeats] for r in self.rotations]).astype(np.int64)
        anneal(
            starts, rule, touch, touched, gain, lines, np.append(worth.begins, len(worth.need)), self.missing.copy(),
            np.column_stack([worth.weight, worth.withdrawal]), worth.months, worth.settled, worth.burden,
            worth.people, self.people.copy(), worth.room, _OVER_CAP, np.maximum(scale * rule[:, 2], 1e-9), mate, mates,
            PROPOSALS * starts.size, HOT, COLD, np.uint64(0),
        )  # fmt: skip
        for pool, begun in enumerate(starts):
            self.set(pool, np.concatenate([[0.0], np.cumsum(begun)]))

    def set(self, pool: int, counts: Array) -> None:
        """Give a pool other counts."""
        rotation, worth = self.rotations[pool], self.worth
        moved = rotation.station(counts) - rotation.station(self.counts[pool])
        self.counts[pool] = counts
        self.missing = self.missing - worth.gain[pool] * moved
        self.people = self.people + worth.people[pool] * moved

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
        self.set(pool, counts - (np.arange(len(counts)) > start))


def _grouped(parts: list[NDArray[np.intp]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each part begins (and the last ends), and the parts one after another."""
    ends = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return ends, np.concatenate([*parts, np.zeros(0, dtype=np.int64)]).astype(np.int64)


def _mates(lines: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """Pools that serve a line in common with each pool, itself included."""
    known = [set(map(int, row)) for row in lines]
    return [np.array([n for n, other in enumerate(known) if n == p or other & mine]) for p, mine in enumerate(known)]
