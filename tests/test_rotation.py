"""Tests of holdfast.models.rotation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ValueRangeError
from holdfast.models.rotation import cycle_months, in_cycle, on_station, standing_pool, sustainable, throughput


def test_published_standing_cycle() -> None:
    """40,000 deployed take a cycle of 100,000 (published, factor 2.5): dwell 1.5, no overlap, all deployable."""
    pool = standing_pool(40_000, dwell=1.5, overlap_months=0, tour_months=6, deployable_share=1)
    assert pool == pytest.approx(100_000)


def test_published_throughput() -> None:
    """64,000 deployed on six-month tours use 256,000 over two years (published, factor 4)."""
    assert throughput(64_000, years=2, tour_months=6) == pytest.approx(256_000)


def test_overlap_and_deployable_share_raise_the_pool() -> None:
    """Half a month of overlap on a tour of six and 80 % deployable: 1 x 4 x 13/12 / 0.8."""
    pool = standing_pool(1.0, dwell=3, overlap_months=0.5, tour_months=6, deployable_share=0.8)
    assert pool == pytest.approx(4 * (13 / 12) / 0.8)


@given(
    deployed=st.floats(0, 1e6),
    dwell=st.floats(0, 6),
    overlap=st.floats(0, 2),
    tour=st.integers(1, 24),
    share=st.floats(0.05, 1),
)
def test_sustainable_inverts_the_pool(deployed: float, dwell: float, overlap: float, tour: int, share: float) -> None:
    """What a pool sustains is what it was made for."""
    terms = {"dwell": dwell, "overlap_months": overlap, "tour_months": tour, "deployable_share": share}
    assert sustainable(standing_pool(deployed, **terms), **terms) == pytest.approx(deployed)


@pytest.mark.parametrize(("tour", "dwell", "months"), [(6, 3, 24), (10, 0.1, 11), (6, 0, 6), (4, 1.6, 11), (1, 0, 1)])
def test_cycle_is_whole_months_rounded_up(tour: int, dwell: float, months: int) -> None:
    """The cycle is the ceiling of tour x (1 + dwell), unharmed by binary rounding (10 x 1.1 is 11 months)."""
    assert cycle_months(tour, dwell) == months


@given(
    starts=st.lists(st.integers(0, 9), min_size=1, max_size=40),
    tour=st.integers(1, 12),
    dwell=st.floats(0, 4),
)
def test_trailing_sums_are_the_sums_written_out(starts: list[int], tour: int, dwell: float) -> None:
    """On station and in cycle are the plain sums over the last tour and the last cycle."""
    x = np.array(starts, dtype=float)
    station, cycle = on_station(x, tour), in_cycle(x, tour, dwell)
    length = cycle_months(tour, dwell)
    for t in range(len(starts)):
        assert station[t] == sum(starts[max(0, t - tour + 1) : t + 1])
        assert cycle[t] == sum(starts[max(0, t - length + 1) : t + 1])


def test_arrays_keep_their_leading_dimensions() -> None:
    """Months are the last axis; the others pass through."""
    starts = np.zeros((2, 3, 10))
    starts[1, 2, 0] = 4
    station = on_station(starts, 6)
    assert station.shape == (2, 3, 10)
    assert station[1, 2].tolist() == [4] * 6 + [0] * 4


def test_an_even_flow_stands_at_the_closed_form() -> None:
    """One start a month from a pool of one cycle keeps exactly tour units on station: N / (1 + dwell)."""
    x = np.ones(60)
    assert on_station(x, 6)[30] == 6
    assert in_cycle(x, 6, 3.0)[30] == 24
    assert sustainable(24, dwell=3, overlap_months=0, tour_months=6, deployable_share=1) == pytest.approx(6)


@pytest.mark.parametrize(
    "bad",
    [{"tour_months": 0}, {"dwell": -1}, {"overlap_months": -0.1}, {"deployable_share": 0}, {"deployable_share": 1.1}],
)
def test_impossible_terms_are_refused(bad: dict[str, float]) -> None:
    """A tour of nothing, negative durations and shares outside (0, 1] raise, naming the argument."""
    terms = {"dwell": 1.0, "overlap_months": 0.0, "tour_months": 6.0, "deployable_share": 1.0} | bad
    with pytest.raises(ValueRangeError, match=next(iter(bad))):
        standing_pool(1.0, **terms)
    with pytest.raises(ValueRangeError, match="expected"):
        on_station(np.ones(3), 0)
