from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.models.queueing import erlang_b, hayward_loss, hypercube, servers_for_loss

LOADS = st.floats(0.01, 300.0)


@given(load=LOADS, servers=st.integers(0, 200))
def test_erlang_b_is_a_truncated_poisson(load: float, servers: int) -> None:
    """The loss is the Poisson probability of `servers` given at most `servers` (scipy's Poisson as oracle)."""
    log_oracle = stats.poisson.logpmf(servers, load) - stats.poisson.logcdf(servers, load)
    assert erlang_b(load, servers) == pytest.approx(math.exp(log_oracle), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize(("load", "servers"), [(0.3, 0.4), (4.0, 2.5), (49.0, 40.7), (51.0, 40.7), (120.0, 99.9)])
def test_fractional_servers_agree_with_the_integral(load: float, servers: float) -> None:
    """With a fractional number of servers the loss is Jagerman's integral, on both sides of the switch of method."""
    inverse, _ = integrate.quad(
        lambda t: math.exp(-t + servers * math.log1p(t / load)), 0, 400 + 4 * servers, limit=400
    )
    assert erlang_b(load, servers) == pytest.approx(1.0 / inverse, rel=1e-7)


@given(load=LOADS, servers=st.floats(0, 100))
def test_independent_calls_have_peakedness_one(load: float, servers: float) -> None:
    """Hayward's correction at peakedness 1 is Erlang's formula."""
    assert hayward_loss(load, servers, 1.0) == erlang_b(load, servers)


@given(load=st.floats(0.1, 50), servers=st.integers(1, 60), peakedness=st.floats(1.0, 8.0))
def test_clusters_never_lose_fewer_calls_when_loss_is_rare(load: float, servers: int, peakedness: float) -> None:
    """Where servers exceed the load, clustered calls are lost at least as often as independent ones."""
    servers = max(servers, math.ceil(load))
    assert hayward_loss(load, servers, peakedness) >= erlang_b(load, servers) - 1e-12


@given(load=st.floats(0.0, 200), loss=st.floats(1e-4, 0.9), peakedness=st.floats(0.5, 6.0))
def test_servers_for_loss_is_the_fewest(load: float, loss: float, peakedness: float) -> None:
    """The number found meets the accepted loss and one fewer does not."""
    found = servers_for_loss(load, loss, peakedness)
    assert hayward_loss(load, found, peakedness) <= loss
    assert found == 0 or hayward_loss(load, found - 1, peakedness) > loss


def test_published_erlang_table() -> None:
    """A load of 10 erlangs at 1 % loss takes 18 lines, 100 erlangs take 117: the printed Erlang B tables."""
    assert servers_for_loss(10.0, 0.01) == 18
    assert servers_for_loss(100.0, 0.01) == 117


def test_refuses_what_makes_no_sense() -> None:
    """A negative load, a loss of 0, a peakedness of 0 and an endless fleet are errors that name the value."""
    with pytest.raises(ValueRangeError, match="load is -1"):
        erlang_b(-1.0, 2)
    with pytest.raises(ValueRangeError, match="accepted loss is 0"):
        servers_for_loss(1.0, 0.0)
    with pytest.raises(ValueRangeError, match="peakedness is 0"):
        hayward_loss(1.0, 1, 0.0)
    with pytest.raises(InfeasibleError, match="more than 10 servers"):
        servers_for_loss(500.0, 0.01, most=10)
    with pytest.raises(ValueRangeError, match="permutation"):
        hypercube(np.ones(2), np.array([[0, 0], [1, 0]]), 1.0)
    with pytest.raises(ValueRangeError, match="at most 12"):
        hypercube(np.ones(1), np.arange(13)[None, :], 1.0, exact=True)


@pytest.mark.parametrize("exact", [True, False])
def test_one_unit_is_an_erlang_line(exact: bool) -> None:
    """With one unit the hypercube is Erlang's formula with one server: busy a / (1 + a)."""
    found = hypercube(np.array([0.2, 0.3]), np.zeros((2, 1), dtype=np.int64), 2.0, exact=exact)
    assert found.lost == pytest.approx(0.5)
    assert found.busy[0] == pytest.approx(0.5)
    assert found.dispatch.sum(axis=1) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("units", [2, 5, 9])
def test_exact_hypercube_loses_what_erlang_loses(units: int) -> None:
    """However the units are preferred, the pooled loss is Erlang's: only who answers changes."""
    rng = np.random.default_rng(units)
    calls = rng.uniform(0.1, 1.0, 7)
    preference = np.array([rng.permutation(units) for _ in range(7)])
    found = hypercube(calls, preference, 1.3, exact=True)
    assert found.lost == pytest.approx(erlang_b(float(calls.sum()) * 1.3, units), rel=1e-9)
    assert found.dispatch.sum(axis=1) == pytest.approx(np.full(7, 1 - found.lost))
    answered = (calls[:, None] * found.dispatch).sum(axis=0) * 1.3
    assert answered == pytest.approx(found.busy), "each unit is busy with what it answers (Little's law)"


def test_two_units_in_closed_form() -> None:
    """Two units, all calls to the first if free: overflow of the first is Erlang's with one server."""
    load = 0.8
    found = hypercube(np.array([load]), np.array([[0, 1]]), 1.0, exact=True)
    assert found.busy[0] == pytest.approx(erlang_b(load, 1))
    assert found.dispatch[0, 1] == pytest.approx(erlang_b(load, 1) - erlang_b(load, 2))


def test_nearest_unit_counts_as_in_reach() -> None:
    """`answered_within` is the share of calls answered by units in reach, weighted by calls."""
    found = hypercube(np.array([1.0, 3.0]), np.array([[0, 1], [1, 0]]), 0.0)
    assert found.answered_within(np.array([[True, False], [False, False]]), np.array([1.0, 3.0])) == pytest.approx(0.25)
