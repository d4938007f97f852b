from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.models.covering import relaxed_cost
from holdfast.models.covering_kernels.kernels import OPTIMAL, solve_whole
from holdfast.models.queueing import erlang_b, overlapping_bases, servers_for_loss, servers_for_loss_each
from holdfast.models.queueing_kernels.kernels import erlang_loss, late_share, late_table
from holdfast.sizing.protect import AssetCover as Cover
from holdfast.sizing.protect import AssetField, choose_batteries, choose_batteries_each
from sizing_oracles import late_share as plain_late_share

DIRECT = np.zeros((0, 0, 0))


def _random_cover(seed: int, *, grid: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Needs of kinds that must be whole, and of shares of them: the shape of the programs that sizing solves."""
    rng = np.random.default_rng(seed)
    kinds, needs = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    gains = np.where(rng.random((needs, kinds)) < 0.6, rng.integers(1, 5, (needs, kinds)) / 2.0, 0.0)
    gains[np.arange(needs), rng.integers(0, kinds, needs)] = 1.0
    split = int(rng.integers(0, needs + 1))  # the first needs share their units out, the others do not
    columns = kinds * (1 + split)
    rows = [np.zeros(columns) for _ in range(needs)]
    for need in range(needs):
        start = kinds * (1 + need) if need < split else 0
        rows[need][start : start + kinds] = gains[need]
    for kind in range(kinds if split else 0):
        row = np.zeros(columns)
        row[kind] = 1.0
        row[kinds + kind : kinds * (1 + split) : kinds] = -1.0
        rows.append(row)
    right = np.concatenate([rng.uniform(0.0, 9.0, needs), np.zeros(len(rows) - needs)])
    price = rng.integers(1, 40, kinds) / 4.0 if grid else rng.uniform(0.5, 10.0, kinds)
    return np.array(rows), right, np.concatenate([price, np.zeros(columns - kinds)])


@given(seed=st.integers(0, 10**6), grid=st.booleans())
@settings(max_examples=80, deadline=None)
def test_branch_and_bound_agrees_with_highs(seed: int, grid: bool) -> None:
    """The own branch and bound finds the cost that HiGHS finds, certifies it, and its choice meets every need."""
    matrix, right, costs = _random_cover(seed, grid=grid)
    kinds = int(np.count_nonzero(costs))
    best, prices = np.zeros(kinds), np.zeros(right.size)
    status, cost, bound = solve_whole(matrix, right, costs, kinds, 0.25 if grid else 0.0, 100_000, best, prices)
    whole = (np.arange(costs.size) < kinds).astype(float)
    found = milp(costs, integrality=whole, constraints=[LinearConstraint(matrix, right, np.inf)],
                 bounds=Bounds(0, np.inf), options={"mip_rel_gap": 1e-9})  # fmt: skip
    assert status == OPTIMAL
    assert cost == pytest.approx(found.fun, rel=1e-6, abs=1e-6)
    assert bound == pytest.approx(cost, rel=1e-6)
    assert costs[:kinds] @ best == pytest.approx(cost)
    rest = linprog(np.zeros(costs.size), A_ub=-matrix, b_ub=-right + 1e-7, method="highs",
                   bounds=[(b, b) for b in best] + [(0, None)] * (costs.size - kinds))  # fmt: skip
    assert rest.status == 0, "the units chosen can be shared out over all needs"


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_dual_simplex_agrees_with_highs(seed: int) -> None:
    """The linear relaxation has the cost and, summed over rows, the value of prices that HiGHS gives."""
    matrix, right, costs = _random_cover(seed, grid=False)
    found = linprog(costs, A_ub=-matrix, b_ub=-right, method="highs")
    assert relaxed_cost(matrix, right, costs) == pytest.approx(found.fun, rel=1e-7, abs=1e-9)
    kinds = int(np.count_nonzero(costs))
    prices = np.zeros(right.size)
    solve_whole(matrix, right, costs, kinds, 0.0, 1, np.zeros(kinds), prices)
    assert prices @ right == pytest.approx(found.fun, rel=1e-7, abs=1e-7), "strong duality"
    assert np.all(prices >= -1e-9)
    assert np.all(matrix.T @ prices <= costs + 1e-7)


def test_few_nodes_give_a_choice_and_an_honest_bound() -> None:
    """Stopped after one node, the choice still meets all needs, and the optimum lies between bound and cost."""
    for seed in range(30):
        matrix, right, costs = _random_cover(seed, grid=False)
        kinds = int(np.count_nonzero(costs))
        room = np.zeros(right.size)
        _, cheap, _ = solve_whole(matrix, right, costs, kinds, 0.0, 100_000, np.zeros(kinds), room)
        _, quick, bound = solve_whole(matrix, right, costs, kinds, 0.0, 1, np.zeros(kinds), room)
        assert bound <= cheap + 1e-9 <= quick + 2e-9


def test_a_need_that_no_units_meet_is_refused() -> None:
    """A row that nothing can raise has no solution, and a cost below 0 is refused."""
    with pytest.raises(InfeasibleError, match="cannot meet"):
        relaxed_cost([[0.0]], [1.0], [1.0])
    with pytest.raises(ValueRangeError, match="cost is -1"):
        relaxed_cost([[1.0]], [1.0], [-1.0])


@given(load=st.floats(1e-3, 800.0), servers=st.floats(0.0, 900.0))
@settings(max_examples=200, deadline=None)
def test_erlang_in_kernels_is_erlang_by_special_functions(load: float, servers: float) -> None:
    """The continued fraction and series agree with the incomplete gamma function of scipy, also between whole servers."""
    assert erlang_loss(load, servers) == pytest.approx(erlang_b(load, servers), rel=1e-9, abs=1e-300)


@given(load=st.floats(0.01, 60.0), loss=st.floats(0.01, 0.5), peak=st.floats(1.0, 4.0))
@settings(max_examples=60, deadline=None)
def test_servers_of_many_cases_are_those_of_each(load: float, loss: float, peak: float) -> None:
    """The array version finds the same number of servers."""
    assert servers_for_loss_each([load], [loss], [peak]).tolist() == [servers_for_loss(load, loss, peak)]


@given(bases=st.integers(1, 12), more=st.floats(1.0, 4.0), load=st.floats(0.05, 30.0), peak=st.floats(1.0, 3.0))
@settings(max_examples=60, deadline=None)
def test_the_row_of_bases_is_the_hypercube(bases: int, more: float, load: float, peak: float) -> None:
    """The kernel gives the late share that the hypercube in plain numpy gives, exact for few bases and approximate for many."""
    count = math.ceil(bases * more)
    got = late_share(float(bases), count, load, peak, DIRECT)
    assert got == pytest.approx(plain_late_share(float(bases), count, load=load, peak=peak), abs=1e-9)


def test_the_table_of_the_hypercube_is_exact_to_a_millionth() -> None:
    """What draws interpolate differs from the direct computation by less than 1e-6 in the share of calls answered late."""
    rng, table = np.random.default_rng(3), late_table(129)
    worst = 0.0
    for _ in range(1500):
        bases = float(rng.integers(1, 13))
        count = int(rng.integers(bases, 4 * bases + 1))
        load, peak = 10.0 ** rng.uniform(-2, 2), rng.uniform(1.0, 4.0)
        worst = max(
            worst, abs(late_share(bases, count, load, peak, table) - late_share(bases, count, load, peak, DIRECT))
        )
    assert worst < 1e-6


def test_tabulated_bases_are_those_of_the_direct_computation() -> None:
    """Of 400 random cases the number of bases is the same with and without the table."""
    rng = np.random.default_rng(5)
    bases, load = rng.integers(1, 15, 400).astype(float), 10.0 ** rng.uniform(-1, 1.5, 400)
    loss, peak = rng.uniform(0.02, 0.3, 400), rng.uniform(1.0, 3.0, 400)
    assert np.array_equal(
        overlapping_bases(bases, load, loss, peak), overlapping_bases(bases, load, loss, peak, tabulated=True)
    )


@pytest.mark.parametrize("bad", [{"loss": 0.0}, {"loss": 1.5}, {"peakedness": 0.0}, {"load": -1.0}])
def test_queues_out_of_range_are_refused(bad: dict[str, float]) -> None:
    """A loss outside (0, 1], a peakedness of 0 or a negative load is an error."""
    given_ = {"load": 1.0, "loss": 0.1, "peakedness": 1.0} | bad
    with pytest.raises(ValueRangeError):
        servers_for_loss_each(given_["load"], given_["loss"], given_["peakedness"])


@pytest.mark.parametrize("seed", range(6))
def test_batteries_of_draws_are_those_of_the_nominal_cover(seed: int) -> None:
    """Working by sorted distances gives as many batteries of each kind as the cover laid out as a table."""
    rng = np.random.default_rng(seed)
    assets, kinds = 14, 3
    places = rng.uniform(0, 100, (assets, 2))
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    useful = rng.uniform(0, 60, (1, kinds, 4)) * (rng.random((1, kinds, 4)) < 0.8)
    weights = rng.uniform(0.2, 1.0, (1, assets))
    field = AssetField(
        kinds=tuple(f"b{number}" for number in range(kinds)), distance=distance, useful=useful,
        costs=rng.uniform(1, 9, (1, kinds)), weights=weights / weights.sum(), threatened=np.array([[True, True, False, True]]),
    )  # fmt: skip
    blocks = [(distance[:, :, None] <= reach) & (reach > 0) for reach in useful[0]]
    cover = Cover(
        options=tuple((name, site) for name, site in product(field.kinds, range(assets))), covers=np.concatenate(blocks),
        costs=np.repeat(field.costs[0], assets), weights=field.weights[0], threatened=field.threatened[0],
    )  # fmt: skip
    found = choose_batteries(cover, share=0.7)
    each = {name: float(count[0]) for name, count in choose_batteries_each(field, 0.7).items() if count[0] > 0}
    assert each == found.units
    assert found.bound <= found.cost + 1e-9
