"""Intervals of shares that were counted: how far so few trials leave the share open."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Quantile of the standard normal distribution at 0.975."""


def wilson_interval(successes: float, trials: int, *, z: float = Z_95) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927, JASA 22:209).

    Parameters
    ----------
    successes, trials
        Count of successes and of trials (at least one).
    z
        Quantile of the standard normal distribution; by default that of a 95 % interval.

    Returns
    -------
    tuple of float
        Lower and upper end, within 0 and 1.
    """
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else float((middle - half) / scale)
    high = 1.0 if successes == trials else float((middle + half) / scale)
    return low, high
