"""Exit: drawdown and its cost by closed forms, and the month in which rotation breaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import linprog

from holdfast.core.errors import ValueRangeError
from holdfast.models.rotation import standing_pool, throughput
from holdfast.results.sustainment import PastDrawdown
from holdfast.sizing import exit as leaving
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.derive import derive_totals
from holdfast.sizing.housing import derive_housing
from holdfast.sizing.inputs import PoolSupply, gather_sizing
from holdfast.sizing.pools import break_month, effective_tour, lasting, pool_needed
from support import tiny_scenario


def _exit(pools: tuple[PoolSupply, ...] | None = None) -> leaving.Exit:
    inputs = gather_sizing(tiny_scenario(**{"mission.posture": "reassure"}))
    found = size_at(replace(inputs, pools=inputs.pools if pools is None else pools), prepare(inputs))
    derive_totals(found)
    derive_housing(found)
    return leaving.derive_exit(found)


def test_one_pool_breaks_when_it_is_spent() -> None:
    """30 units, 10 on station, six-month tours: spent after 18 months if the first are home longer than that."""
    assert break_month(10.0, [30.0], [6.0], [3.0], [0.0]) == pytest.approx(18.0)
    assert break_month(10.0, [30.0], [6.0], [2.0], [0.0]) == math.inf
    assert break_month(10.0, [9.0], [6.0], [2.0], [0.0]) == 0.0
    assert break_month(10.0, [10.0], [6.0], [2.0], [0.0]) == pytest.approx(6.0)
    assert break_month(0.0, [0.0], [6.0], [2.0], [0.0]) == math.inf


@pytest.mark.parametrize(("units", "dwell", "overlap"), [(30.0, 3.0, 0.0), (23.0, 4.0, 0.5), (41.0, 5.0, 1.0)])
def test_a_simulated_pool_runs_out_in_that_month(units: float, dwell: float, overlap: float) -> None:
    """A pool from which tours start evenly, simulated by the hundredth of a month, is empty when the formula says."""
    tour, required, step = 6.0, 10.0, 0.01
    rate = required / effective_tour(tour, overlap)  # units that start in a month
    home, month, back = units, 0.0, tour * (1.0 + dwell)
    while home > 0 and month < 200:
        month += step
        home += step * rate * (float(month > back) - 1.0)
    assert break_month(required, [units], [tour], [dwell], [overlap]) == pytest.approx(month, abs=2 * step)


def test_a_standing_pool_never_breaks_and_one_below_it_does() -> None:
    """The pool of MODEL.md 1 is exactly the least that lasts for ever."""
    terms = {"dwell": 1.5, "overlap_months": 0.5, "tour_months": 6.0}
    pool = standing_pool(10.0, deployable_share=1.0, **terms)
    columns = ([6.0], [1.5], [0.5])
    assert break_month(10.0, [pool], *columns) == math.inf
    assert math.isfinite(break_month(10.0, [pool - 0.01], *columns))
    assert lasting([pool], *columns, months=math.inf) == pytest.approx(10.0)


def test_both_meanings_of_rotation_are_one_formula() -> None:
    """Two years of six-month tours: 4 in the pool for one deployed if nobody serves twice, 2.5 with a dwell of 1.5."""
    assert (
        pool_needed(1.0, 6.0, math.inf, 0.0, 1.0, 24.0)
        == pytest.approx(throughput(1.0, years=2.0, tour_months=6.0))
        == 4.0
    )
    assert pool_needed(1.0, 6.0, 1.5, 0.0, 1.0, 24.0) == pytest.approx(2.5)
    assert pool_needed(1.0, 6.0, 1.5, 0.0, 1.0, 12.0) == pytest.approx(2.0)
    assert pool_needed(1.0, 6.0, 1.5, 0.0, 0.5, 120.0) == pytest.approx(5.0)


def test_the_pool_asked_for_a_month_breaks_in_that_month() -> None:
    """A pool of the size that `pool_needed` names breaks in the month it was asked for."""
    for months in (9.0, 14.0, 17.9):
        pool = pool_needed(10.0, 6.0, 2.0, 0.5, 1.0, months)
        assert break_month(10.0, [pool], [6.0], [2.0], [0.5]) == pytest.approx(months)


def _flow_lasts(
    months: int, required: float, units: Sequence[float], tour: Sequence[int], dwell: Sequence[int]
) -> bool:
    """Whether tours can start in every month so that those started keep enough on station: a program over all schedules.

    In each month the tours started, in unit-months, are at least the number required; in any stretch as long as the cycle
    of a pool no more of its units start than it has.
    """
    count = len(units)
    flow = np.zeros((months, count * months))
    for pool in range(count):
        flow[np.arange(months), pool * months + np.arange(months)] = -float(tour[pool])
    windows, most = [], []
    for pool in range(count):
        for month in range(months):
            row = np.zeros(count * months)
            first = max(month - tour[pool] * (1 + dwell[pool]) + 1, 0)
            row[pool * months + first : pool * months + month + 1] = 1.0
            windows.append(row)
            most.append(units[pool])
    found = linprog(
        np.zeros(count * months),
        A_ub=np.vstack([flow, windows]),
        b_ub=np.concatenate([np.full(months, -required), most]),
    )
    return bool(found.status == 0)


@pytest.mark.parametrize("seed", range(8))
def test_schedules_last_as_long_and_hardly_longer(seed: int) -> None:
    """Several pools: some schedule of starts lasts the whole months of the closed form; none outlasts the bound stated.

    The program chooses the tours that start in every month for every pool; it knows nothing of steady shares.
    """
    rng = np.random.default_rng(seed)
    count = 3
    units = rng.integers(3, 15, count).astype(float).tolist()
    tour, dwell = rng.choice([2, 3, 4], count).tolist(), rng.integers(1, 5, count).tolist()
    required = float(rng.uniform(0.3, 0.7) * sum(units))
    month = break_month(required, units, tour, dwell, [0.0] * count)
    if math.isinf(month):
        assert _flow_lasts(60, required, units, tour, dwell)
        return
    assert _flow_lasts(math.floor(month), required, units, tour, dwell)
    assert lasting(units, tour, dwell, [0.0] * count, month) == pytest.approx(required)
    started = [
        sum(u * t * math.ceil(n / (t * (1 + d))) for u, t, d in zip(units, tour, dwell, strict=True))
        for n in range(1, 60)
    ]
    beyond = next(n for n, most in enumerate(started, start=1) if most < required * n)
    assert math.floor(month) < beyond
    assert not _flow_lasts(beyond, required, units, tour, dwell)


@pytest.mark.parametrize("seed", range(6))
def test_no_steady_split_lasts_longer(seed: int) -> None:
    """Several pools with equal tours: of 20,000 random steady splits of the load none lasts longer than the closed form."""
    rng = np.random.default_rng(seed)
    units, dwell = rng.integers(3, 15, 3).astype(float), rng.uniform(1.0, 5.0, 3)
    required = float(rng.uniform(0.3, 0.7) * units.sum())
    month = break_month(required, units, [6.0] * 3, dwell, [0.0] * 3)
    load = rng.dirichlet(np.ones(3), 20_000) * required
    spent = np.where(load <= units, units * 6.0 / load, 0.0)  # months until the last unit has started
    alone = np.where(spent >= 6.0 * (1.0 + dwell), np.inf, spent)
    assert alone.min(axis=1).max() <= month + 1e-9


def test_the_break_month_falls_with_what_is_asked() -> None:
    """More on station never lasts longer, and more units never break sooner."""
    columns = ([6.0, 4.0, 9.0], [2.0, 5.0, 1.5], [0.5, 0.0, 0.5])
    months = [break_month(required, [20.0, 12.0, 8.0], *columns) for required in np.linspace(1, 45, 80)]
    assert all(later <= earlier for earlier, later in pairwise(months))
    assert months[0] == math.inf
    assert months[-1] == 0.0
    assert break_month(20.0, [21.0, 12.0, 8.0], *columns) >= break_month(20.0, [20.0, 12.0, 8.0], *columns)


def test_the_break_month_works_on_draws() -> None:
    """A column of draws gives what each draw gives."""
    units = np.array([[30.0, 5.0], [12.0, 5.0], [90.0, 5.0]])
    required = np.array([[10.0], [10.0], [11.0]])
    found = break_month(required, units, [6.0, 4.0], [3.0, 5.0], [0.0, 0.0])
    one = [
        break_month(float(need[0]), row, [6.0, 4.0], [3.0, 5.0], [0.0, 0.0])
        for need, row in zip(required, units, strict=True)
    ]
    assert found.shape == (3, 1)
    assert found[:, 0].tolist() == pytest.approx(one)


def test_a_tour_of_no_months_is_refused() -> None:
    """A tour that does not last is an error, not an infinite number of tours."""
    with pytest.raises(ValueRangeError, match="tour_months"):
        effective_tour(0.0, 0.5)


def test_the_cost_of_halving_is_the_integral() -> None:
    """Years at full strength equal the integral of the share left, before and after the floor is reached."""
    for years in (1.0, 3.0, 10.0, 25.0):
        area, _ = quad(
            lambda t: float(leaving.halving(t, 24.0, 36.0, 0.1)),
            0,
            12 * years,
            points=[24.0, 24 + 36 * math.log2(10)],
            limit=200,
        )
        assert leaving.years_halving(years, 24.0, 36.0, 0.1) == pytest.approx(area / 12.0, rel=1e-8)


def test_the_cost_of_steps_is_the_sum() -> None:
    """Years at full strength equal the sum of months at each step."""
    for years in (1.0, 2.0, 5.0, 10.0):
        grid = (np.arange(int(1000 * years)) + 0.5) * 12.0 / 1000.0
        area = leaving.steps(grid, 24.0, 18.0, 0.25, 0.1).mean() * years
        assert leaving.years_steps(years, 24.0, 18.0, 0.25, 0.1) == pytest.approx(area, rel=2e-3)
    assert leaving.years_steps(10.0, 24.0, 24.0, 0.25, 0.1) == pytest.approx((24 + 24 * (0.75 + 0.5 + 0.25 + 0.1)) / 12)


def test_before_the_drawdown_begins_it_costs_the_same() -> None:
    """Over two years with a start in month 24 all rules cost alike; later, leaving costs less; housing comes on top."""
    found = _exit()
    cost = {(row.rule, row.years): row for row in found.costs}
    assert cost["kept", 2.0].running == pytest.approx(cost["halving", 2.0].running) == cost["steps", 2.0].running
    for rule in ("halving", "steps"):
        assert cost[rule, 10.0].running < cost["kept", 10.0].running
    assert cost["kept", 5.0].running == pytest.approx(2.5 * cost["kept", 2.0].running)
    assert len({round(row.with_housing - row.running, 6) for row in found.costs}) == 1
    assert "constant prices" in found.price_basis


def test_people_by_month_follow_the_rule() -> None:
    """Kept is level; halving is half after start and one halving time; no rule goes below what stays."""
    people = _exit().people
    kept, halved, stepped = (people.sel(rule=rule) for rule in ("kept", "halving", "steps"))
    assert float(kept.max()) == float(kept.min()) == float(halved.sel(month=24))
    assert float(halved.sel(month=60)) == pytest.approx(0.5 * float(kept.sel(month=0)))
    assert float(stepped.sel(month=24)) == pytest.approx(0.75 * float(kept.sel(month=0)))
    assert float(people.min()) >= 0.1 * float(people.max()) - 1e-9


def test_past_forces_halved_as_their_series_say() -> None:
    """The regression gives back the halving time of a series that halves exactly, and that of none for a level one."""
    series = tuple(
        PastDrawdown(force="x", months=month, people=1000 * 2 ** (-month / 30), source="") for month in (0, 17, 50, 90)
    )
    assert leaving.past_halving(series)["x"] == pytest.approx(30.0)
    level = tuple(replace(row, people=500.0) for row in series)
    assert leaving.past_halving(level)["x"] == math.inf


def test_published_drawdowns_stand_beside() -> None:
    """Bosnia from 60,000 to 7,000 in 102 months halved about every 33 months (ends of the series alone)."""
    ends = 102 * math.log(2) / math.log(60_000 / 7_000)
    assert leaving.past_halving(leaving.past_drawdowns())["Bosnia"] == pytest.approx(ends, rel=0.25)


def test_published_rules_give_their_published_ratios() -> None:
    """The packaged tour rules come out as published: 2.5, Britain 5, Germany 6, the United States 3."""
    found = {rule.id: rule.standing for rule in leaving.published_rules()}
    assert {
        key: found[key] for key in ("standing_cycle", "united_kingdom", "germany", "united_states")
    } == pytest.approx({"standing_cycle": 2.5, "united_kingdom": 5.0, "germany": 6.0, "united_states": 3.0})


def test_the_first_to_break_is_named_and_capabilities_without_a_pool_too() -> None:
    """One pool of one capability: it breaks in its own month; all the others have no pool at all."""
    name = next(iter(_exit().pools)).capability
    held = next(limit.required for limit in _exit().pools if limit.capability == name)
    scarce = PoolSupply(
        capability=name, units=(2.0 * held,), tour_months=(6.0,), dwell=(9.0,), overlap_months=(0.0,), rows=1
    )
    found = _exit((scarce,))
    assert [limit.capability for limit in found.pools] == [name] == [found.breaks_first]
    assert found.break_month == found.pools[0].break_month == pytest.approx(12.0)
    assert name not in found.no_pool
    assert found.no_pool
    assert found.break_month_people <= 12.0
    assert f"{name} in month 12" in found.rotation_words
    few = _exit((replace(scarce, units=(0.5 * held,)),))
    assert "even once" in few.rotation_words
    assert name in few.rotation_words
    empty = _exit(())
    assert "no pool" in empty.rotation_words
    assert empty.breaks_first == ""
    assert math.isnan(empty.break_month), "without a pool nothing is known of rotation"
    assert math.isnan(empty.break_month_people)


def test_what_the_pools_keep_is_the_formula() -> None:
    """Units kept for 24, 60 and 120 months, as listed, are those of the formula over the pools of the table."""
    pools = {pool.capability: pool for pool in gather_sizing(tiny_scenario()).pools}
    limits = _exit().pools
    assert limits
    for limit in limits:
        pool = pools[limit.capability]
        for span, kept in limit.lasting.items():
            terms = (pool.units, pool.tour_months, pool.dwell, pool.overlap_months)
            assert kept == pytest.approx(float(lasting(*terms, months=float(span))))
