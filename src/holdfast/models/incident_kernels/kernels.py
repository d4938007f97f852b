"""Kernels of the Hawkes cluster process: draws by inversion, and a cluster simulation keyed by event ids."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfast.core.kernels import mix64, njit, uniform64
from holdfast.core.streams import name_word

WORD_BACKGROUND = np.uint64(name_word("background"))
WORD_GAP = np.uint64(name_word("gap"))
WORD_OFFSPRING = np.uint64(name_word("offspring"))
WORD_DELAY = np.uint64(name_word("delay"))


@njit
def exponential(u: float, mean: float) -> float:
    """Exponential draw with the given mean from a uniform number in (0, 1)."""
    return -mean * math.log(u)


@njit
def poisson_inverse(u: float, mean: float) -> int:
    """Poisson draw by inversion: the smallest n whose distribution function exceeds u (means up to a few hundred)."""
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and term > 0.0:
        count += 1
        term *= mean / count
        total += term
    return count


@njit
def child_id(parent: np.uint64, number: int) -> np.uint64:
    """Id of an offspring: a hash of its parent's id and its number (from 0), so that no lever can shift it."""
    return mix64(parent, np.uint64(number + 1))


@njit
def simulate_cluster(
    key: np.uint64,
    background_per_day: float,
    branching: float,
    decay_days: float,
    horizon_days: float,
    times: NDArray[np.float64],
    ids: NDArray[np.uint64],
) -> int:
    """Fill `times` and `ids` with a Hawkes process on [0, horizon), generation by generation; returns how many.

    Returns -1 when the arrays are too short. `branching` offspring on average, exponential delays.
    """
    count = 0
    stream = mix64(key, WORD_BACKGROUND)
    clock = 0.0
    number = 0
    while background_per_day > 0.0:
        event = child_id(stream, number)
        clock += exponential(uniform64(mix64(event, WORD_GAP)), 1.0 / background_per_day)
        if clock >= horizon_days:
            break
        if count >= times.size:
            return -1
        times[count], ids[count] = clock, event
        count += 1
        number += 1
    parent = 0
    while parent < count:
        offspring = poisson_inverse(uniform64(mix64(ids[parent], WORD_OFFSPRING)), branching)
        for child in range(offspring):
            event = child_id(ids[parent], child)
            when = times[parent] + exponential(uniform64(mix64(event, WORD_DELAY)), decay_days)
            if when < horizon_days:
                if count >= times.size:
                    return -1
                times[count], ids[count] = when, event
                count += 1
        parent += 1
    return count
