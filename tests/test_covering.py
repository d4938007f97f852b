"""Covering: programs against brute force, bounds that hold, pins that are kept."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.models.covering import covered_value, least_cost_cover, maximal_cover

SHARES = st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.75, 1.0])


@settings(deadline=None, max_examples=60)
@given(
    covers=arrays(float, (4, 5), elements=SHARES),
    weights=arrays(float, 5, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0])),
    limit=st.integers(0, 4),
    upper=st.integers(1, 2),
    backup=st.sampled_from([0.0, 0.3]),
)
def test_maximal_cover_equals_brute_force(
    covers: np.ndarray, weights: np.ndarray, limit: int, upper: int, backup: float
) -> None:
    """No placement that can be written down covers more than the program's, with and without backup."""
    found = maximal_cover(covers, weights, limit=limit, upper=upper, backup_share=backup, gap=0.0)
    best = 0.0
    for size in range(limit + 1):
        for sites in combinations_with_replacement(range(4), size):
            counts = np.bincount(np.array(sites, int), minlength=4)
            if counts.max(initial=0) <= upper:
                best = max(best, covered_value(counts, covers, weights, backup_share=backup))
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.bound >= found.objective - 1e-9
    assert covered_value(found.counts, covers, weights, backup_share=backup) == pytest.approx(best, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    covers=arrays(float, (3, 4), elements=st.sampled_from([0.0, 1.0])),
    weights=arrays(float, 4, elements=st.sampled_from([1.0, 2.0, 3.0])),
    limit=st.integers(1, 3),
    capacity=st.integers(0, 3),
)
def test_capacities_limit_what_a_site_serves(
    covers: np.ndarray, weights: np.ndarray, limit: int, capacity: int
) -> None:
    """With capacities the program equals the best assignment found by trying them all."""
    found = maximal_cover(covers, weights, limit=limit, capacities=capacity, gap=0.0)
    best = 0.0
    for opened in product([0, 1], repeat=3):
        if sum(opened) > limit:
            continue
        for served in product([-1, 0, 1, 2], repeat=4):
            used = [served.count(site) for site in range(3)]
            if any(count > capacity * is_open for count, is_open in zip(used, opened, strict=True)):
                continue
            gain = sum(covers[site, item] * weights[item] for item, site in enumerate(served) if site >= 0)
            best = max(best, float(gain))
    assert found.objective == pytest.approx(best, abs=1e-6)


def test_pins_and_forbidden_sites_are_kept() -> None:
    """A pinned site has its unit, a forbidden one none, though another choice would cover more."""
    covers = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    free = maximal_cover(covers, np.ones(3), limit=1)
    assert free.chosen == (0,)
    pinned = maximal_cover(covers, np.ones(3), limit=1, fixed=[1])
    assert (pinned.chosen, pinned.objective) == ((1,), pytest.approx(1.0))
    barred = maximal_cover(covers, np.ones(3), limit=2, forbidden=[0])
    assert barred.chosen == (1, 2)


def test_pins_beyond_the_limit_are_refused() -> None:
    """More pins than units, or a site both pinned and forbidden, is an error that says so."""
    with pytest.raises(ValueRangeError, match="2 units are fixed but 1"):
        maximal_cover(np.eye(2), np.ones(2), limit=1, fixed=[0, 1])
    with pytest.raises(ValueRangeError, match="fixed and forbidden"):
        maximal_cover(np.eye(2), np.ones(2), limit=1, fixed=[0], forbidden=[0])


def test_values_out_of_range_are_refused() -> None:
    """Covers outside 0..1, negative weights and wrong shapes raise with the value found."""
    with pytest.raises(ValueRangeError, match=r"covers range over"):
        maximal_cover([[1.5]], [1.0], limit=1)
    with pytest.raises(ValueRangeError, match="weight is -1"):
        maximal_cover([[0.5]], [-1.0], limit=1)
    with pytest.raises(ValueRangeError, match="one an item"):
        maximal_cover([[0.5]], [1.0, 2.0], limit=1)


@settings(deadline=None, max_examples=60)
@given(
    gains=arrays(float, (2, 3), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0])),
    costs=arrays(float, 3, elements=st.sampled_from([1.0, 2.0, 5.0])),
    demands=arrays(float, 2, elements=st.integers(0, 6).map(float)),
    exclusive=st.booleans(),
)
def test_least_cost_equals_brute_force(
    gains: np.ndarray, costs: np.ndarray, demands: np.ndarray, exclusive: bool
) -> None:
    """No mix of up to six units of each kind meets the demands for less; in a group each unit serves one of them."""
    kinds = range(3)
    best = np.inf
    for x in product(range(7), repeat=3):
        cost = float(costs @ np.array(x))
        if cost >= best:
            continue
        # Sharing may split a unit between two demands.
        units = np.array(x)
        meets = _split_meets(gains, units, demands) if exclusive else bool(np.all(gains @ units >= demands))
        best = cost if meets else best
    groups = [(0, 1)] if exclusive else None
    if np.isinf(best):
        reachable = all(any(gains[row, kind] > 0 for kind in kinds) or demands[row] == 0 for row in range(2))
        if not reachable:
            with pytest.raises(InfeasibleError):
                least_cost_cover(gains, costs, demands, groups=groups)
        return
    found = least_cost_cover(gains, costs, demands, groups=groups)
    assert found.cost <= best + 1e-6
    if found.x.max() <= 6:
        assert found.cost == pytest.approx(best, abs=1e-6)
    relaxed = least_cost_cover(gains, costs, demands, groups=groups, integer=False)
    assert relaxed.cost <= found.cost + 1e-6
    assert float(relaxed.duals @ demands) == pytest.approx(relaxed.cost, abs=1e-6)


def _split_meets(gains: np.ndarray, x: np.ndarray, demands: np.ndarray) -> bool:
    """Whether units can be shared between two demands: give to the first by comparative advantage until it is met."""
    need = demands[0]
    left = x.astype(float)
    ratio = np.array([g0 / g1 if g1 > 0 else np.inf if g0 > 0 else -1.0 for g0, g1 in gains.T])
    for kind in np.argsort(-ratio):
        if need <= 0 or gains[0, kind] <= 0:
            continue
        used = min(left[kind], need / gains[0, kind])
        need -= used * gains[0, kind]
        left[kind] -= used
    return bool(need <= 1e-9 and gains[1] @ left >= demands[1] - 1e-9)


def test_upper_limits_and_what_cannot_be_met() -> None:
    """Where the units allowed cannot meet a demand, the error names the demand."""
    found = least_cost_cover([[1.0, 1.0]], [1.0, 3.0], [4.0], upper=[2.0, 9.0])
    assert (found.x.tolist(), found.cost, found.binding) == ([2.0, 2.0], 8.0, (0,))
    with pytest.raises(InfeasibleError, match=r"demands \[0\]"):
        least_cost_cover([[1.0]], [1.0], [4.0], upper=[3.0])


def test_a_demand_in_two_groups_is_refused() -> None:
    """A demand may stand in one group only."""
    with pytest.raises(ValueRangeError, match="two groups"):
        least_cost_cover(np.ones((3, 1)), [1.0], np.ones(3), groups=[(0, 1), (1, 2)])


def test_shadow_prices_change_nothing_but_themselves() -> None:
    """Without prices the cheapest units are the same, and no demand is called binding."""
    gains, costs, demands = [[1.0, 3.0, 0.0], [2.0, 0.0, 1.0]], [2.0, 5.0, 1.5], [7.0, 5.0]
    priced = least_cost_cover(gains, costs, demands)
    plain = least_cost_cover(gains, costs, demands, priced=False)
    assert plain.x.tolist() == priced.x.tolist()
    assert priced.binding
    assert plain.binding == ()
    assert np.isnan(plain.duals).all()
