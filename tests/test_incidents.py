import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ValueRangeError
from holdfast.models import incidents

branchings = st.floats(0.0, 0.95)
days = st.floats(0.01, 1000.0)


def test_expected_rate_is_background_over_one_minus_branching() -> None:
    """Mean rate = background / (1 - n), for arrays too."""
    assert np.allclose(incidents.expected_rate([2.0, 4.0], 0.75), [8.0, 16.0])


@given(n=branchings, decay=days)
def test_dispersion_has_its_two_limits(n: float, decay: float) -> None:
    """Index of dispersion tends to 1/(1-n)^2 for long windows and to 1 for short ones."""
    assert incidents.count_dispersion(n, decay, decay * 1e7 / (1 - n)) == pytest.approx(1 / (1 - n) ** 2, rel=1e-4)
    assert incidents.count_dispersion(n, decay, decay * 1e-7) == pytest.approx(1.0, abs=1e-3)


@given(n=branchings, decay=days, service=days)
def test_peakedness_grows_with_service_and_has_its_limits(n: float, decay: float, service: float) -> None:
    """The peakedness is 1 for a Poisson process or instant service and has its limit for endless use."""
    z = incidents.peakedness(1.0, n, decay, service)
    limit = 1 + n * (2 - n) / (2 * (1 - n) ** 2)
    assert 1.0 <= z <= limit * (1 + 1e-12)
    assert incidents.peakedness(1.0, 0.0, decay, service) == 1.0
    assert incidents.peakedness(1.0, n, decay, decay * 1e9) == pytest.approx(limit, rel=1e-6)
    assert z <= incidents.peakedness(1.0, n, decay, service * 2) * (1 + 1e-12)


@given(n=st.floats(0.0, 0.99), kinds=st.integers(1, 8), spread=st.floats(0, 1), retaliation=st.floats(0, 1))
def test_spread_and_retaliation_leave_the_spectral_radius(
    n: float, kinds: int, spread: float, retaliation: float
) -> None:
    """However offspring spread along the line or change sides, the spectral radius is the branching ratio."""
    matrix = incidents.spread_matrix(n, kinds=kinds, spread=spread, retaliation=retaliation)
    assert incidents.spectral_radius(matrix) == pytest.approx(n, abs=1e-9)


def test_spectral_radius_of_a_known_matrix() -> None:
    """The spectral radius of [[0, 2], [0.5, 0]] is 1."""
    assert incidents.spectral_radius([[0.0, 2.0], [0.5, 0.0]]) == pytest.approx(1.0)


@pytest.mark.parametrize(("n", "decay"), [(1.0, 1.0), (-0.1, 1.0), (0.5, 0.0)])
def test_impossible_values_are_refused_by_name(n: float, decay: float) -> None:
    """A branching ratio of 1 or more, or a decay of 0, is an error that names the value."""
    with pytest.raises(ValueRangeError, match="expected"):
        incidents.peakedness(1.0, n, decay, 1.0)


def test_bad_matrices_and_rates_are_refused() -> None:
    """A matrix that is not square, a negative entry and a negative rate are errors."""
    for bad in ([[0.1, 0.2]], [[-0.1]]):
        with pytest.raises(ValueRangeError, match="expected"):
            incidents.spectral_radius(bad)
    with pytest.raises(ValueRangeError, match="expected 0 or more"):
        incidents.expected_rate(-1.0, 0.5)
    with pytest.raises(ValueRangeError, match="expected 0 or more"):
        incidents.peakedness(-1.0, 0.5, 1.0, 1.0)


def test_a_seed_gives_the_same_incidents_and_replications_differ() -> None:
    """Equal seed and replication: equal times; another replication: other times; all inside the horizon, in order."""
    settings = {"branching": 0.6, "decay_days": 3.0, "horizon_days": 50.0, "seed": 7}
    first = incidents.simulate_incidents(2.0, **settings)
    assert np.array_equal(first, incidents.simulate_incidents(2.0, **settings))
    assert not np.array_equal(first, incidents.simulate_incidents(2.0, replication=1, **settings))
    assert np.all(np.diff(first) >= 0)
    assert first[0] > 0
    assert first[-1] < 50.0


def test_no_background_no_incidents_and_a_poisson_process_keeps_its_background() -> None:
    """Rate 0 gives none; raising the branching ratio only adds offspring, the background stays the same events."""
    settings = {"decay_days": 3.0, "horizon_days": 50.0, "seed": 7}
    assert incidents.simulate_incidents(0.0, branching=0.5, **settings).size == 0
    poisson = incidents.simulate_incidents(2.0, branching=0.0, **settings)
    assert set(poisson) <= set(incidents.simulate_incidents(2.0, branching=0.8, **settings))


@pytest.mark.verification
def test_simulated_counts_have_the_mean_and_the_dispersion() -> None:
    """Mean count = background T/(1-n), dispersion by the formula, Poisson at n = 0 (false-alarm rate below 1e-3).

    Windows of 200 days of one long run after a warm-up, 2,000 of them; the bounds are 4 standard errors of an estimate
    (batch means for the mean, normal theory inflated by the count's dispersion for the variance).
    """
    for n in (0.0, 0.5, 0.8):
        decay, window, windows = 2.0, 200.0, 2000
        times = incidents.simulate_incidents(
            1.0, branching=n, decay_days=decay, horizon_days=window * (windows + 5), seed=11
        )
        counts = np.bincount((times // window).astype(int), minlength=windows + 5)[5:]
        mean = float(incidents.expected_rate(1.0, n)) * window
        assert abs(counts.mean() - mean) < 4 * counts.std(ddof=1) / math.sqrt(windows)
        expected = incidents.count_dispersion(n, decay, window)
        kurtosis = float(np.mean((counts - counts.mean()) ** 4) / counts.var() ** 2)
        error = expected * math.sqrt((kurtosis - 1) / windows) + expected / math.sqrt(windows)
        assert abs(counts.var(ddof=1) / counts.mean() - expected) < 4 * error


@pytest.mark.verification
def test_peakedness_is_that_of_a_simulated_infinite_group() -> None:
    """Busy servers of an unlimited group, sampled every 40 services, have variance over mean z (false alarm < 1e-3)."""
    n, decay, service, samples = 0.6, 1.0, 0.5, 20_000
    horizon = 20.0 * (samples + 2)
    times = incidents.simulate_incidents(5.0, branching=n, decay_days=decay, horizon_days=horizon, seed=3)
    leave = times + np.random.default_rng(5).exponential(service, times.size)
    at = 20.0 * np.arange(2, samples + 2)
    busy = np.searchsorted(times, at) - np.searchsorted(np.sort(leave), at)
    z = incidents.peakedness(12.5, n, decay, service)
    kurtosis = float(np.mean((busy - busy.mean()) ** 4) / busy.var() ** 2)
    error = z * math.sqrt((kurtosis - 1) / samples) + z / math.sqrt(samples)
    assert busy.mean() == pytest.approx(6.25, rel=0.03)
    assert abs(busy.var(ddof=1) / busy.mean() - z) < 4 * error
