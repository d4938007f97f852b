from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from holdfast.core.errors import ValueRangeError
from holdfast.core.streams import key_of, mix, name_word, unit, unit_array, unit_keys
from holdfast.scenario.futures import draw_future
from holdfast.scenario.values import Quantity
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.desk import Desk
from holdfast.sizing.draws import ArraySheet, Draws, quantiles
from holdfast.sizing.drivers import bin_of, explained_share, find_drivers, rank_drivers
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.ensemble import inputs_at, size_draws
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.inverse import people_at
from holdfast.sizing.levels import people_at_levels
from holdfast.sizing.program import solve_program
from support import tiny_scenario

POSTURES = ("observe", "interpose", "reassure", "robust")


def _inputs(posture: str = "robust", **more: object) -> SizingInputs:
    return gather_sizing(tiny_scenario(**{"mission.posture": posture, "settlement.access": "both", **more}))


def test_draws_of_arrays_are_those_of_single_draws() -> None:
    """The array stream gives the bits of the scalar one for every key and name."""
    keys = unit_keys(7, "future", 5)
    for number in range(5):
        single = unit(mix(key_of(7, "future", number), name_word("a.b")))
        assert unit_array(keys, "a.b")[number] == single


@pytest.mark.parametrize("shape", ["uniform", "triangular", "lognormal"])
def test_quantiles_of_arrays_are_those_of_numbers(shape: str) -> None:
    """Every distribution gives the same bits for an array as for each of its numbers."""
    quantity = Quantity(low=1.0, mode=2.0, high=5.0, distribution=shape)
    u = np.linspace(0.001, 0.999, 97)
    assert quantiles(quantity, u).tolist() == [quantity.quantile(float(one)) for one in u]


def test_draw_k_is_future_k() -> None:
    """Every quantity that sizing draws has in draw k the value that it has in future k of the stress test."""
    scenario = tiny_scenario(**{"mission.posture": "robust", "settlement.access": "both"})
    draws = Draws(4, seed=11)
    program_of(desk_of(gather_sizing(scenario), draws), tasks_of(gather_sizing(scenario)), threads=1)
    future = draw_future(scenario, seed=11, future=3)
    compared = 0
    for name, column in draws.drawn.items():
        table, _, key = name.partition(".")
        if table in {"settlement", "threat", "behaviour"}:
            assert column[3] == getattr(getattr(future, table), key).nominal, name
            compared += 1
        elif table == "factors":
            assert column[3] == future.factors[key].value.nominal, name
            compared += 1
    assert compared > 60


@pytest.mark.parametrize("posture", POSTURES)
def test_one_draw_solved_to_optimality_is_the_nominal_run(posture: str) -> None:
    """The same formulas on arrays give, draw by draw, the force that the nominal run gives for that draw's values."""
    inputs = _inputs(posture)
    draws = Draws(6, seed=3)
    program = program_of(desk_of(inputs, draws), tasks_of(inputs), threads=1)
    forces = solve_program(program, cases=6)
    for draw in range(6):
        there = inputs_at(inputs, draws, draw)
        sized = size_at(there, prepare(there))
        assert forces.cost[draw] == pytest.approx(sized.direct.cost, rel=1e-6)
        assert forces.bases[draw] == sized.forces.bases[0]


def test_threads_do_not_change_the_bits() -> None:
    """One thread and two give the same bits for every figure of the ensemble."""
    inputs = _inputs()
    one, two = (size_draws(inputs, draws=200, seed=5, threads=threads, checked=0) for threads in (1, 2))
    assert one.units.tobytes() == two.units.tobytes()
    assert one.task_people.tobytes() == two.task_people.tobytes()
    assert one.cost.tobytes() == two.cost.tobytes()


def test_a_longer_run_begins_with_the_shorter_one() -> None:
    """Draws are keyed by their number, so more draws change none of the first."""
    inputs = _inputs("observe")
    few, many = (size_draws(inputs, draws=count, seed=5, checked=0) for count in (20, 50))
    assert np.array_equal(many.units[:20], few.units)


def test_the_error_of_draws_is_measured_and_said() -> None:
    """Relaxed draws are never cheaper than the exact ones, stay near them, and the text says how near."""
    found = size_draws(_inputs(), draws=60, seed=1, checked=20)
    assert found.error.draws == 20
    assert abs(found.error.bias) < 0.05
    assert found.error.elsewhere < 0.01
    assert "20 draws solved both ways" in found.error.text


def test_areas_and_tasks_of_an_ensemble_add_up() -> None:
    """People by area are those of the units; percentiles are in order; no task alone needs more than a few above all."""
    inputs = _inputs()
    found = size_draws(inputs, draws=80, seed=2, checked=0)
    assert found.tasks
    assert set(found.people) == {"country", "neighbour", "theatre"}
    assert found.task_people.shape == (80, len(found.tasks))
    assert np.all(found.units == np.round(found.units))
    assert all(low <= mid <= high for low, mid, high in found.percentiles().values())
    assert all(low <= mid <= high for low, mid, high in found.unit_percentiles().values())


def test_no_force_has_no_people_in_any_draw() -> None:
    """The posture without a force gives zeros."""
    found = size_draws(gather_sizing(tiny_scenario(**{"mission.posture": "none"})), draws=3, seed=1)
    assert found.people["country"].tolist() == [0.0, 0.0, 0.0]


def test_a_number_of_draws_below_one_is_refused() -> None:
    """Zero draws are an error that says so."""
    with pytest.raises(ValueRangeError, match="draws is 0"):
        size_draws(_inputs(), draws=0, seed=1)


def test_the_trace_of_the_line_is_drawn_by_weight() -> None:
    """Alternative traces scale the sectors: lengths are those of the traces, as often as their weights say.

    4,000 draws of a share of 0.25: beyond 5 standard errors (0.034) about one run in a million.
    """
    inputs = replace(_inputs(), line_traces=((100.0, 3.0), (150.0, 1.0)))
    desk = Desk(inputs, ArraySheet(), Draws(4000, seed=9))
    lengths = desk[desk.length()]
    assert set(lengths.ravel().tolist()) == {100.0, 150.0}
    assert abs((lengths == 150.0).mean() - 0.25) < 0.034
    assert desk[desk.widths()].sum(axis=1) == pytest.approx(lengths.ravel())


@pytest.mark.parametrize("posture", POSTURES)
def test_levels_together_are_levels_one_by_one(posture: str) -> None:
    """People at many common levels are those of the nominal run at each, above alpha 1 too."""
    inputs, alphas = _inputs(posture), (0.2, 0.7, 1.0, 1.5)
    prepared = prepare(inputs)
    found = people_at_levels(inputs, alphas)
    assert found.tolist() == [people_at(inputs, prepared, alpha) for alpha in alphas]


def test_a_level_of_zero_is_refused() -> None:
    """Alpha must be above 0."""
    with pytest.raises(ValueRangeError, match="alpha is 0"):
        people_at_levels(_inputs(), [0.0, 1.0])


def test_shares_explained_are_those_of_a_linear_law() -> None:
    """For Y = 3 a + b with equal uniform inputs, a explains 0.9 and b 0.1 (closed form); a bystander nothing.

    20,000 draws: standard errors below 0.004, so a deviation of 0.02 comes up less than once in a million runs.
    """
    keys = unit_keys(4, "test", 20_000)
    a, b, c = (unit_array(keys, name) for name in "abc")
    labels = {name: bin_of(column) for name, column in {"a": a, "b": b, "c": c}.items()}
    found = find_drivers(labels, 3.0 * a + b, measure="y")
    assert [row.key for row in found.drivers] == ["a", "b"]
    shares = {row.key: row.share for row in found.drivers}
    assert shares["a"] == pytest.approx(0.9, abs=0.02)
    assert shares["b"] == pytest.approx(0.1, abs=0.02)
    assert all(row.low <= row.share <= row.high for row in found.drivers)
    assert found.explained == pytest.approx(1.0, abs=0.03)


def test_chance_alone_explains_nothing_on_average() -> None:
    """The share of an unrelated input has mean 0 (the bias of bins is taken off), and the noise floor lies above it.

    200 shares of 600 draws: standard error of their mean about 0.0006; 0.004 is beyond six of them.
    """
    keys = unit_keys(8, "test", 600)
    y = unit_array(keys, "y")
    shares = [explained_share(y, bin_of(unit_array(keys, f"x{number}"))) for number in range(200)]
    assert abs(float(np.mean(shares))) < 0.004
    labels = {f"x{number}": bin_of(unit_array(keys, f"x{number}")) for number in range(200)}
    assert len(find_drivers(labels, y, measure="y").drivers) <= 3


def test_drivers_of_the_size_name_inputs_that_were_drawn() -> None:
    """Every driver is an input that sizing read; every task and the total have an entry."""
    found = size_draws(_inputs(), draws=400, seed=2, checked=0)
    ranked = rank_drivers(found)
    assert set(ranked) == {"country", *found.tasks}
    for row in ranked.values():
        assert all(driver.key in found.inputs for driver in row.drivers)
    with pytest.raises(ValueRangeError, match="draws; expected at least"):
        rank_drivers(size_draws(_inputs(), draws=20, seed=2, checked=0))
