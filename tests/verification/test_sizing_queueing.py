from __future__ import annotations

import heapq

import numpy as np
import pytest

from holdfast.models.queueing import hypercube

pytestmark = pytest.mark.verification


def _line_of_bases(units: int, places: int) -> tuple[np.ndarray, np.ndarray]:
    bases = (np.arange(units) + 0.5) / units
    at = (np.arange(places) + 0.5) / places
    return np.argsort(np.abs(at[:, None] - bases[None, :]), axis=1, kind="stable"), np.full(places, 1.0 / places)


@pytest.mark.parametrize("load_per_unit", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("units", [4, 8])
def test_approximation_is_close_to_the_exact_hypercube(units: int, load_per_unit: float) -> None:
    """On a line of bases the approximation stays within 2 % of the exact busy shares (Larson 1975 reports 1-2 %)."""
    preference, share = _line_of_bases(units, 24)
    calls = share * units * load_per_unit
    exact = hypercube(calls, preference, 1.0, exact=True)
    near = hypercube(calls, preference, 1.0, exact=False)
    assert near.busy == pytest.approx(exact.busy, rel=0.02)
    assert near.lost == pytest.approx(exact.lost, rel=1e-9)
    assert np.abs(near.dispatch - exact.dispatch).max() < 0.02


def test_exact_hypercube_agrees_with_an_event_simulation() -> None:
    """A plain event simulation of 200,000 calls gives the same dispatch shares.

    Shares compared with a tolerance of five standard errors of independent calls, doubled for their correlation:
    false alarm below 1e-4 over the twelve comparisons.
    """
    preference, share = _line_of_bases(4, 3)
    calls = share * 2.0
    rng = np.random.default_rng(7)
    n = 200_000
    at = np.cumsum(rng.exponential(1.0 / calls.sum(), n))
    where = rng.integers(0, 3, n)
    lasts = rng.exponential(1.0, n)
    busy_until: list[tuple[float, int]] = []
    free = [True] * 4
    counts = np.zeros((3, 4))
    for now, place, length in zip(at, where, lasts, strict=True):
        while busy_until and busy_until[0][0] <= now:
            free[heapq.heappop(busy_until)[1]] = True
        for unit in preference[place]:
            if free[unit]:
                free[unit] = False
                heapq.heappush(busy_until, (now + length, int(unit)))
                counts[place, unit] += 1
                break
    simulated = counts / np.bincount(where, minlength=3)[:, None]
    exact = hypercube(calls, preference, 1.0, exact=True)
    tolerance = 10.0 * np.sqrt(exact.dispatch * (1 - exact.dispatch) / (n / 3)) + 1e-4
    assert np.all(np.abs(simulated - exact.dispatch) <= tolerance)
