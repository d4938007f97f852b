from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.core.streams import uniform
from holdfast.scenario.cases import Case, reference_case, resolve_case
from holdfast.scenario.futures import draw_future, uncertainties
from holdfast.scenario.types import Scenario
from support import just, tiny_scenario, triangular


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return tiny_scenario()


def test_every_range_is_named_once(scenario: Scenario) -> None:
    """Settings, rows of every table and factors with a range are uncertain; values without one are not."""
    names = [item.key for item in uncertainties(scenario)]
    assert len(names) == len(set(names))
    assert {
        "d_day.months_after_as_of",
        "settlement.zone_depth_km",
        "pools.fra_mech_bn.units",
        "nations.FRA.probability",
    } <= set(names)
    assert "backstop.standby_air.honoured" in names
    assert "nations.UKR.probability" not in names
    ranged = [key for key, factor in scenario.factors.items() if factor.value.is_uncertain]
    assert [f"factors.{key}" for key in ranged] == [name for name in names if name.startswith("factors.")]


def test_a_future_leaves_nothing_uncertain_and_nothing_else_changed(scenario: Scenario) -> None:
    """A drawn future has no range left; every value lies in its range; closing the ranges at the mode gives the nominal."""
    drawn = draw_future(scenario, seed=1, future=0)
    assert uncertainties(drawn) == ()
    for item in uncertainties(scenario):
        table, *path = item.key.split(".")
        holder = getattr(drawn, table)
        value = (
            holder[".".join(path)].value
            if table == "factors"
            else getattr(holder[path[0]], path[1])
            if len(path) == 2
            else getattr(holder, path[0])
        )
        if item.quantity.distribution != "lognormal":
            assert item.quantity.low <= value.nominal <= item.quantity.high
        assert value.nominal == item.quantity.quantile(uniform(1, "future", 0, item.key))
    assert drawn.options == scenario.options
    assert drawn.places == scenario.places


def test_futures_are_repeatable_and_differ(scenario: Scenario) -> None:
    """The same seed and number give the same future; another number or seed another one."""
    assert draw_future(scenario, seed=1, future=3) == draw_future(scenario, seed=1, future=3)
    assert draw_future(scenario, seed=1, future=3) != draw_future(scenario, seed=1, future=4)
    assert draw_future(scenario, seed=1, future=3) != draw_future(scenario, seed=2, future=3)


def test_options_are_paired(scenario: Scenario) -> None:
    """Two options share every draw of what they both have, whatever levers differ between them."""
    one = draw_future(resolve_case(scenario, reference_case(scenario)), seed=5, future=2)
    other = draw_future(
        resolve_case(scenario, Case(option="observe", settlement="boiling_both", overrides={"pools.gbr_mech_bn.units": 1})),
        seed=5, future=2,
    )  # fmt: skip
    assert one.settlement.zone_depth_km == other.settlement.zone_depth_km
    assert one.behaviour == other.behaviour
    assert one.pools["fra_mech_bn"] == other.pools["fra_mech_bn"]
    assert one.nations == other.nations


def test_a_new_row_shifts_no_other_draw(scenario: Scenario) -> None:
    """Draws are keyed by name: a row more at the beginning changes none of the others."""
    more = {"aaa": replace(scenario.pools["fra_mech_bn"], id="aaa")} | scenario.pools
    one, other = draw_future(scenario, seed=1, future=0), draw_future(replace(scenario, pools=more), seed=1, future=0)
    assert {key: other.pools[key] for key in one.pools} == one.pools


def test_draws_follow_their_distribution() -> None:
    """Over 2,000 futures a triangular range's drawn mean and median lie where the closed form says.

    Mean of 2..4..9 is 5 with standard deviation sqrt((4+16+81-8-18-36)/18) = 1.472; the limit is five standard
    errors (false alarm below 1e-6).
    """
    scenario = tiny_scenario(**{"settlement.zone_depth_km": triangular(2, 4, 9), "pools.fra_mech_bn.units": just(3)})
    small = replace(scenario, capabilities={}, factors={}, pools={}, nations={}, backstop={}, places={}, legs={})
    draws = [draw_future(small, seed=9, future=k).settlement.zone_depth_km.nominal for k in range(2000)]
    assert sum(draws) / len(draws) == pytest.approx(5, abs=5 * 1.472 / 2000**0.5)


def test_draws_of_different_quantities_are_independent() -> None:
    """Draws of two names over 2,000 futures are uncorrelated within five standard errors (false alarm below 1e-6)."""
    pairs = [(uniform(1, "future", k, "a.b"), uniform(1, "future", k, "a.c")) for k in range(2000)]
    mean = sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)
    assert abs(mean * 12) < 5 / 2000**0.5
