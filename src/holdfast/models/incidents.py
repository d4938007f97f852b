"""Incidents that breed incidents: the Hawkes process in its cluster form, its moments and its simulation.

Background incidents arrive as a Poisson process; each incident has a Poisson number of offspring (mean `branching`,
the branching ratio n < 1) after exponential delays (mean `decay_days`). Formulas: Hawkes 1971, Biometrika 58:83;
Hawkes and Oakes 1974, J. Appl. Prob. 11:493 (cluster form).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError


def expected_rate(background: ArrayLike, branching: ArrayLike) -> NDArray[np.float64]:
    """Mean rate of all incidents, background / (1 - n), in the unit of `background`; arrays broadcast.

    Raises
    ------
    ValueRangeError
        When the branching ratio is not in [0, 1) or a rate is negative.
    """
    rates = np.asarray(background, dtype=float)
    if bool(np.any(rates < 0)):
        raise ValueRangeError(f"background rate is {float(rates.min())}; expected 0 or more")
    return np.asarray(rates / (1.0 - _checked_ratios(branching)))


def spectral_radius(branching: ArrayLike) -> float:
    """Spectral radius of a matrix of expected offspring (row: parent's kind, column: child's kind); below 1: stable.

    Raises
    ------
    ValueRangeError
        When the matrix is not square or holds a negative number.
    """
    matrix = np.atleast_2d(np.asarray(branching, dtype=float))
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueRangeError(f"offspring matrix has shape {matrix.shape}; expected a square matrix")
    if bool(np.any(matrix < 0)):
        raise ValueRangeError(f"offspring matrix holds {float(matrix.min())}; expected 0 or more")
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))


def spread_matrix(branching: float, *, kinds: int, spread: float, retaliation: float) -> NDArray[np.float64]:
    """Expected offspring by (sector, side) when a share spreads to the neighbours and a share changes sides.

    Kinds are numbered `2 * sector + side`. At the two ends of the line the spread stays (reflected), so every row sums
    to `branching` and the spectral radius is exactly that.
    """
    sectors = np.eye(kinds) * (1.0 - spread)
    for sector in range(kinds):
        for step in (-1, 1):
            sectors[sector, min(max(sector + step, 0), kinds - 1)] += spread / 2.0
    sides = np.array([[1.0 - retaliation, retaliation], [retaliation, 1.0 - retaliation]])
    return np.asarray(_checked_branching(branching) * np.kron(sectors, sides))


def count_dispersion(branching: float, decay_days: float, window_days: float) -> float:
    """Variance over mean of the count in a window of a stationary process (dimensionless).

    1 + n (2 - n) / (1 - n)² · [1 - (1 - e^(-γW)) / (γW)] with γ = (1 - n) / decay; from Hawkes' covariance density.
    Tends to 1 / (1 - n)² for long windows and to 1 for short ones.
    """
    n = _checked_branching(branching)
    _check_positive("decay_days", decay_days)
    _check_positive("window_days", window_days)
    scaled = (1.0 - n) * window_days / decay_days
    return 1.0 + n * (2.0 - n) / (1.0 - n) ** 2 * (1.0 + math.expm1(-scaled) / scaled)


def peakedness(rate: ArrayLike, branching: ArrayLike, decay_days: ArrayLike, service_days: ArrayLike) -> Any:
    """Variance over mean of busy servers in an unlimited group fed by the process (dimensionless): Hayward's z.

    z = 1 + n (2 - n) / (2 (1 - n)) / (decay / service + 1 - n), for exponential service. It does not depend on the rate
    (clusters do not interact); a rate of zero has z = 1. Arrays broadcast; numbers give a number. Eckberg 1983,
    "Generalized peakedness of teletraffic processes", applied to Hawkes' covariance density.

    Parameters
    ----------
    rate
        Incidents per day.
    service_days
        Mean time a server is held, days.
    """
    rates, decay, service = (np.asarray(part, dtype=float) for part in (rate, decay_days, service_days))
    if bool(np.any(rates < 0)):
        raise ValueRangeError(f"rate is {float(rates.min())}; expected 0 or more incidents per day")
    n = _checked_ratios(branching)
    _check_positive("decay_days", float(decay.min()))
    _check_positive("service_days", float(service.min()))
    found = np.where(rates == 0, 1.0, 1.0 + n * (2.0 - n) / (2.0 * (1.0 - n)) / (decay / service + 1.0 - n))
    return float(found) if found.ndim == 0 else found


def simulate_incidents(
    background_per_day: float,
    *,
    branching: float,
    decay_days: float,
    horizon_days: float,
    seed: int,
    replication: int = 0,
) -> NDArray[np.float64]:
    """Sorted times (days) of one realisation on [0, horizon), starting with no incident before 0.

    No thinning: background first, then offspring generation by generation, every draw keyed by the event's id.

    Raises
    ------
    ValueRangeError
        When a rate is negative, a time is not positive, or the branching ratio is not in [0, 1).
    """
    from holdfast.core.streams import key_of
    from holdfast.models.incident_kernels.kernels import simulate_cluster

    mean = float(expected_rate(background_per_day, branching)) * horizon_days
    _check_positive("decay_days", decay_days)
    _check_positive("horizon_days", horizon_days)
    key = np.uint64(key_of(seed, "incidents", replication))
    room, found = int(2 * mean) + 64, -1
    while found < 0:
        times, ids = np.empty(room), np.empty(room, dtype=np.uint64)
        found = simulate_cluster(key, float(background_per_day), branching, decay_days, horizon_days, times, ids)
        room *= 2
    return np.sort(times[:found])


def _checked_branching(branching: float) -> float:
    if not 0.0 <= branching < 1.0:
        raise ValueRangeError(f"branching ratio is {branching}; expected at least 0 and below 1")
    return float(branching)


def _checked_ratios(branching: ArrayLike) -> NDArray[np.float64]:
    """Branching ratios, each as `_checked_branching` wants it."""
    ratios = np.asarray(branching, dtype=float)
    for end in (ratios.min(), ratios.max()):
        _checked_branching(float(end))
    return ratios


def _check_positive(name: str, value: float) -> None:
    if not value > 0:
        raise ValueRangeError(f"{name} is {value}; expected more than 0")
