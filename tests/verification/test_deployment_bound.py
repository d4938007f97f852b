"""The bound against closed forms, an independent program, and the list schedule it must never exceed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from deployment_cases import a_move, as_groups, problems
from holdfast.deployment.model import solve_bound
from holdfast.deployment.problem import Problem, SupplyLine, Way
from holdfast.deployment.schedule import choose_ways, list_schedule, mean_arrival

pytestmark = pytest.mark.verification


def bound_of(problem: Problem, *, late: int = 20) -> float:
    groups = as_groups(problem)
    return solve_bound(groups, last_starts=np.array([move.ready + late for move in groups.moves])).mean_day


def test_one_leg_works_off_tonnes_at_its_capacity() -> None:
    """1,000 t over a leg of 100 t a day that takes 3 days arrive on days 3 to 12: on day 7.5 on average."""
    problem = Problem(capacity=np.array([100.0]), moves=(a_move("m", 1000, Way(resources=(0,), offsets=(0,), days=3)),))
    assert bound_of(problem) == pytest.approx(7.5)
    schedule = list_schedule(problem, choose_ways(problem))
    assert schedule.arrival[0] == 12
    assert int((schedule.started > 0).sum()) == 10


def test_a_pipeline_runs_at_its_narrowest_leg() -> None:
    """Three legs of 100, 40 and 70 t a day in a row carry 40 t a day, wherever the narrow one stands."""
    way = Way(resources=(0, 1, 2), offsets=(0, 2, 5), days=6)
    problem = Problem(capacity=np.array([100.0, 40.0, 70.0]), moves=(a_move("m", 400, way),))
    assert bound_of(problem) == pytest.approx(6 + 4.5)
    assert list_schedule(problem, choose_ways(problem)).arrival[0] == 15


def test_two_ways_share_as_a_quickest_flow() -> None:
    """A slow way is used only for what would wait longer on the quick one (two days against six at 100 t a day)."""
    quick, slow = Way(resources=(0,), offsets=(0,), days=2), Way(resources=(1,), offsets=(0,), days=6)
    problem = Problem(capacity=np.array([100.0, 100.0]), moves=(a_move("m", 800, quick, slow),))
    # Arrivals: days 2, 3, 4, 5 one hundred each; then both ways, 6 and 7 two hundred each.
    assert bound_of(problem) == pytest.approx((2 + 3 + 4 + 5 + 6 + 6 + 7 + 7) / 8)


def test_people_weigh_by_smiths_rule() -> None:
    """On one leg the bound moves first what brings more people a tonne."""
    way = Way(resources=(0,), offsets=(0,), days=1)
    heavy, light = a_move("heavy", 300, way, people=100), a_move("light", 300, way, people=900)
    problem = Problem(capacity=np.array([100.0]), moves=(heavy, light))
    assert bound_of(problem) == pytest.approx((900 * 2 + 100 * 5) / 1000)


def test_supply_of_those_in_place_slows_those_who_follow() -> None:
    """With 10 t a day for each 100 t in place, a leg of 100 t carries 100, then 90, then 81 t, geometrically."""
    way = Way(resources=(0,), offsets=(0,), days=1)
    line = SupplyLine(resources=(0,), shares=(1.0,))
    first = 100.0 + 90.0 + 81.0
    move = a_move("m", first, way, supply=0.1 * first, line=0)
    problem = Problem(capacity=np.array([100.0]), moves=(move,), lines=(line,))
    expected = (100 * 1 + 90 * 2 + 81 * 3) / first
    assert bound_of(problem) == pytest.approx(expected)
    np.testing.assert_allclose(list_schedule(problem, choose_ways(problem)).started[0, :3], [100.0, 90.0, 81.0])


def test_what_cannot_be_supplied_stays_behind() -> None:
    """A place whose supply line carries 10 t a day takes no force that needs 20: half of it in the bound, none whole."""
    way = Way(resources=(0,), offsets=(0,), days=1)
    line = SupplyLine(resources=(1,), shares=(1.0,))
    move = a_move("m", 100, way, supply=20.0, line=0)
    problem = Problem(capacity=np.array([1000.0, 10.0]), moves=(move,), lines=(line,), horizon=100)
    assert bound_of(problem) == pytest.approx(0.5 * 1 + 0.5 * 100)
    assert np.isnan(list_schedule(problem, choose_ways(problem)).arrival[0])


NODES, HORIZON = 4, 40
ARCS = ((0, 1, 2, 60.0), (0, 2, 1, 30.0), (1, 2, 1, 25.0), (1, 3, 3, 50.0), (2, 3, 2, 45.0), (0, 3, 9, 20.0))
"""Tail, head, days, tonnes a day."""


def _time_expanded_mean_day(tonnes: float) -> float:
    """Least mean arrival day by an arc-based time-expanded flow: a program that knows nothing of paths."""
    index = {(arc, day): arc * HORIZON + day for arc in range(len(ARCS)) for day in range(HORIZON)}
    cost, upper = np.zeros(len(index)), np.zeros(len(index))
    balance = np.zeros(((NODES - 2) * HORIZON + 1, len(index)))
    right = np.zeros(len(balance))
    right[-1] = tonnes
    for (arc, day), column in index.items():
        tail, head, days, capacity = ARCS[arc]
        late = day + days >= HORIZON
        upper[column] = 0.0 if late else capacity
        if not late and head != NODES - 1:
            balance[(head - 1) * HORIZON + day + days, column] += 1
        if tail != 0:
            balance[(tail - 1) * HORIZON + day, column] -= 1
        else:
            balance[-1, column] = 1
        if head == NODES - 1:
            cost[column] = day + days
    found = linprog(cost, A_eq=balance, b_eq=right, bounds=list(zip(np.zeros(len(index)), upper, strict=True)))
    assert found.status == 0
    return float(found.fun) / tonnes


@pytest.mark.parametrize("tonnes", [40.0, 200.0, 700.0])
def test_the_path_program_agrees_with_an_arc_program(tonnes: float) -> None:
    """With all paths offered, the path-based program finds what an arc-based time-expanded flow finds."""
    paths = ((0, 3), (1, 4), (0, 2, 4), (5,))
    ways = []
    for path in paths:
        offsets = np.concatenate([[0], np.cumsum([ARCS[arc][2] for arc in path])])
        ways.append(Way(resources=path, offsets=tuple(int(day) for day in offsets[:-1]), days=int(offsets[-1])))
    problem = Problem(capacity=np.array([arc[3] for arc in ARCS]), moves=(a_move("m", tonnes, *ways),), horizon=HORIZON)
    assert bound_of(problem) == pytest.approx(_time_expanded_mean_day(tonnes), rel=1e-7)


@given(problems())
@settings(max_examples=120, deadline=None)
def test_no_schedule_beats_the_bound(problem: Problem) -> None:
    """The list schedule is never better than the linear program, with and without supply."""
    schedule = list_schedule(problem, choose_ways(problem))
    assert bound_of(problem, late=2) <= mean_arrival(problem, schedule.arrival) + 1e-5


@given(problems())
@settings(max_examples=120, deadline=None)
def test_schedules_conserve_tonnes_and_keep_to_capacity(problem: Problem) -> None:
    """What arrives is what started, and no leg or place carries more than its tonnes a day, supply included."""
    schedule = list_schedule(problem, choose_ways(problem))
    used = np.zeros((len(problem.capacity), problem.days))
    for j, move in enumerate(problem.moves):
        way = move.ways[schedule.ways[j]]
        total = move.tonnes if move.tonnes > 0 else 1.0
        started = schedule.started[j]
        assert started.sum() <= total + 1e-6
        assert np.isnan(schedule.arrival[j]) == (started.sum() < total - 1e-6)
        assert not started[: move.first_start(way) - problem.first_day].any()
        for resource, offset in zip(way.resources, way.offsets, strict=True):
            if move.tonnes > 0:
                days = np.flatnonzero(started)
                used[resource, days + offset] += started[days]
        if move.line >= 0:
            there = np.cumsum(np.concatenate([np.zeros(way.days), started]))[: problem.days] / total
            used[0] += move.supply * there
    assert (used <= problem.capacity[:, None] + 1e-5).all()


@given(problems())
@settings(max_examples=60, deadline=None)
def test_more_capacity_never_delays_the_bound(problem: Problem) -> None:
    """With every capacity a quarter larger the bound is no later."""
    wider = replace(problem, capacity=problem.capacity * 1.25)
    assert bound_of(wider) <= bound_of(problem) + 1e-6


@given(problems())
@settings(max_examples=40, deadline=None)
def test_the_bound_does_not_depend_on_the_days_tried_first(problem: Problem) -> None:
    """Start days are priced in until none is missing: a narrow and a wide first window give the same optimum."""
    groups = as_groups(problem)
    last = np.array([move.ready for move in groups.moves])
    narrow = solve_bound(groups, last_starts=last, rounds=50).mean_day
    assert narrow == pytest.approx(bound_of(problem, late=200), rel=1e-6, abs=1e-6)


@given(problems())
@settings(max_examples=40, deadline=None)
def test_a_bound_cut_short_is_still_a_bound(problem: Problem) -> None:
    """With the program solved once on the first start days alone, the bound is never above the true one."""
    groups = as_groups(problem)
    last = np.array([move.ready for move in groups.moves])
    hasty = solve_bound(groups, last_starts=last, rounds=1).mean_day
    assert hasty <= bound_of(problem, late=200) + 1e-6


def test_a_shadow_price_is_what_a_tonne_a_day_is_worth() -> None:
    """The sum of prices is the slope of the optimum: one more tonne a day saves that many people-days."""
    way = Way(resources=(0,), offsets=(0,), days=1)
    moves = (a_move("a", 350, way, people=350), a_move("b", 420, way, people=90, ready=2))
    problem = Problem(capacity=np.array([100.0]), moves=moves)
    bound = solve_bound(as_groups(problem), last_starts=np.array([20, 20]))
    step = 1e-3
    wider = replace(problem, capacity=problem.capacity + step)
    saved = (bound.mean_day - bound_of(wider)) * problem.people / step
    assert bound.prices.sum() == pytest.approx(saved, rel=1e-3)
    assert bound.prices.min() >= -1e-9


def test_grouping_loses_nothing() -> None:
    """Packets of one group merged give the bound of the packets apart."""
    way = Way(resources=(0,), offsets=(0,), days=2)
    apart = tuple(a_move(f"m{n}", 150, way, people=60) for n in range(4))
    together = tuple(replace(move, group="g") for move in apart)
    capacity = np.array([80.0])
    assert bound_of(Problem(capacity=capacity, moves=apart)) == pytest.approx(
        bound_of(Problem(capacity=capacity, moves=together))
    )


def test_a_list_schedule_can_lose_by_more_capacity() -> None:
    """Graham's anomaly, known and kept: 50 t a day more on one leg delay the last unit from day 12 to 13."""
    first = Way(resources=(1,), offsets=(1,), days=3)
    second = Way(resources=(0,), offsets=(0,), days=3)
    third = Way(resources=(0, 1), offsets=(0, 2), days=3)
    moves = (
        a_move("m0", 200, first, ready=1, rank=2),
        a_move("m1", 200, second, ready=2, rank=1),
        a_move("m2", 300, third, ready=2, rank=1),
    )
    ways = np.zeros(3, dtype=np.int64)
    narrow = Problem(capacity=np.array([100.0, 50.0]), moves=moves)
    wide = replace(narrow, capacity=np.array([150.0, 50.0]))
    assert list_schedule(narrow, ways).arrival.max() == 12
    assert list_schedule(wide, ways).arrival.max() == 13
    assert bound_of(wide) <= bound_of(narrow) + 1e-9
