"""The day-by-day kernel: compiled and interpreted, and a day by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from deployment_cases import a_move, problems
from holdfast.core.kernels import is_compiled
from holdfast.deployment import kernels, schedule
from holdfast.deployment.problem import Problem, SupplyLine, Way
from holdfast.deployment.schedule import choose_ways, improve_ways, list_schedule, mean_arrival


@given(problems())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_compiled_and_interpreted_kernels_agree(problem: Problem) -> None:
    """The kernels give the same bits with compilation off."""
    if not is_compiled():
        pytest.skip("kernels are not compiled in this run (HOLDFAST_JIT=0)")
    ways = choose_ways(problem)
    compiled = list_schedule(problem, ways)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("room_for", "book"):
            patch.setattr(kernels, name, getattr(kernels, name).py_func)
        patch.setattr(schedule, "ship", kernels.ship.py_func)
        plain = list_schedule(problem, ways)
    np.testing.assert_array_equal(plain.started, compiled.started)
    np.testing.assert_array_equal(plain.arrival, compiled.arrival)


def test_what_arrives_and_what_it_eats_share_the_last_mile() -> None:
    """Where cargo uses a place on the day it arrives, its first supply has to fit through as well: 100 = a (1 + 0.25)."""
    way = Way(resources=(0,), offsets=(0,), days=0)
    move = a_move("m", 160, way, supply=40.0, line=0)
    problem = Problem(capacity=np.array([100.0]), moves=(move,), lines=(SupplyLine(resources=(0,), shares=(1.0,)),))
    started = list_schedule(problem, np.array([0])).started[0]
    assert started[0] == pytest.approx(80.0)
    assert started[1] == pytest.approx((100.0 - 20.0) / 1.25)


def test_who_has_no_way_stays() -> None:
    """A move without any way does not arrive and takes nothing from the others."""
    way = Way(resources=(0,), offsets=(0,), days=1)
    problem = Problem(capacity=np.array([50.0]), moves=(a_move("a", 50), a_move("b", 50, way)))
    found = list_schedule(problem, choose_ways(problem))
    assert np.isnan(found.arrival[0])
    assert found.arrival[1] == 1


@given(problems())
@settings(max_examples=30, deadline=None)
def test_the_search_for_ways_never_makes_a_plan_worse(problem: Problem) -> None:
    """Ways after the search give a mean arrival day no later than before."""
    ways = choose_ways(problem)
    before = mean_arrival(problem, list_schedule(problem, ways).arrival)
    after = mean_arrival(problem, list_schedule(problem, improve_ways(problem, ways, tries=20)).arrival)
    assert after <= before + 1e-9
