"""Tests of holdfast.generation.ask and steady."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_cases import demand, element, inputs, kind, nation, offer
from holdfast.core.errors import ValueRangeError
from holdfast.generation.approvals import participation
from holdfast.generation.ask import Ask, cheapest_set, make_ask, shapley_values, value_of_sets
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.steady import SteadyProgram
from holdfast.generation.supply import find_edges


def ask_of(case: GenerationInputs) -> Ask:
    return make_ask(case, SteadyProgram(case, edges=find_edges(case), in_full=True))


def theatre(units: float = 4.0) -> tuple[object, ...]:
    return (demand(units=units, area="theatre"),)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.floats(-100, 100), min_size=16, max_size=16))
def test_shapley_is_the_mean_over_all_orders(values: list[float]) -> None:
    """For any game of four players: the mean marginal gain over all orders, and the parts add to the whole."""
    game = np.array(values)
    expected = np.zeros(4)
    for order in permutations(range(4)):
        members = 0
        for player in order:
            expected[player] += (game[members | 1 << player] - game[members]) / 24
            members |= 1 << player
    found = shapley_values(game)
    assert found == pytest.approx(expected, abs=1e-9)
    assert found.sum() == pytest.approx(game[15] - game[0], abs=1e-9)


def test_equal_elements_are_worth_the_same_and_idle_ones_nothing() -> None:
    """Symmetry and dummy: two equal elements share, one of an undemanded capability is worth nothing."""
    case = inputs(
        offers=(), demand=theatre(), elements=(element("a", 2), element("b", 2), element("c", 2, capability="eod_team"))
    )
    worth = {item.element: item.shapley for item in ask_of(case).items}
    assert worth["a"] == pytest.approx(worth["b"])
    assert worth["a"] == pytest.approx(200.0)
    assert worth["c"] == pytest.approx(0.0)


def test_the_ask_is_the_cheapest_set_that_suffices_and_closes_when_put_back() -> None:
    """Of three elements only the one that closes everything is asked for; with it alone the shortfall is under tolerance."""
    case = inputs(offers=(), demand=theatre(), elements=(element("a", 2), element("b", 4), element("c", 1)))
    found = ask_of(case)
    assert found.needed == {"b"}
    assert found.under_tolerance
    program = SteadyProgram(case, edges=find_edges(case), in_full=True)
    left = program.at(participation(case, offered=found.needed, together=True)).shortfall
    assert left == pytest.approx(found.left)
    assert left <= case.tolerance_share * 400


def test_where_nothing_suffices_the_set_that_closes_most_is_told_plainly() -> None:
    """Ten demanded, three offered: both useful elements are in the set, and it says that it does not suffice."""
    case = inputs(
        offers=(), demand=theatre(10), elements=(element("a", 1), element("b", 2), element("c", 1, "eod_team"))
    )
    found = ask_of(case)
    assert found.needed == {"a", "b"}
    assert not found.under_tolerance
    assert found.left == pytest.approx(700.0)


def test_what_an_element_unlocks_is_told_apart() -> None:
    """An element without use of its own that a nation waits for is worth the nation; its own units are worth nothing."""
    case = inputs(contributors=(nation(conditions="backstop.key"),), elements=(element("key", capability="eod_team"),))
    item = ask_of(case).items[0]
    assert item.shapley == pytest.approx(400.0)
    assert item.shapley_units == pytest.approx(0.0)
    assert item.unlocks == ("FRA",)


def test_worth_adds_up_in_both_games() -> None:
    """Efficiency: the elements' values add to what all close together, with nations answering and with nations held."""
    case = inputs(
        contributors=(nation(conditions="backstop.a"), nation("GBR")),
        offers=(offer(), offer("GBR", 2)),
        demand=(demand(units=9), demand("mech_bn", 3, area="theatre")),
        elements=(element("a", 1), element("b", 2), element("c", 1)),
    )
    program = SteadyProgram(case, edges=find_edges(case), in_full=True)
    items = ask_of(case).items
    for values, worth in (
        (value_of_sets(case, program), [item.shapley for item in items]),
        (value_of_sets(case, program, hold_nations=True), [item.shapley_units for item in items]),
    ):
        assert values[0] > values[-1]
        assert sum(worth) == pytest.approx(values[0] - values[-1])


def test_the_request_is_a_sentence_with_all_that_is_asked() -> None:
    """Units, capability, how they are provided, where based, by which day, for which requirement, on what terms."""
    case = inputs(
        demand=(demand("patriot_bty", 6, by_task=(("protect", 6.0),)),),
        elements=(
            element("a", 4, "patriot_bty", ready_days=30.0, based_name="Przemyśl", owner_name="United States",
                    conditions="frame.coalition and nation.FRA"),
            element("b", 2, "patriot_bty", mode="transfer", area="country", crew_nation="FRA", interceptors=64.0),
            element("c", 1, "eod_team"),
        ),
        kinds={"mech_bn": kind("mech_bn"), "eod_team": kind("eod_team"),
               "patriot_bty": kind("patriot_bty", domain="air_defence")},
        facts={"ceasefire": True, "frame.coalition": True},
    )  # fmt: skip
    said = {item.element: item.request for item in ask_of(case).items}
    assert said["a"] == (
        "United States is asked for 4 × patriot bty, operated by its own crews from outside the country, based at Przemyśl, "
        "ready 30 days after the ceasefire, towards the requirement of 6 × patriot bty (task: protect). "
        "Terms: the mission frame is coalition and FRA takes part."
    )
    assert "handed over for good with 64 interceptors and crewed by FRA" in said["b"]
    assert "for no requirement of this option" in said["c"]


def test_sourced_share_follows_worth() -> None:
    """Three of four parts of the ask's worth rest on a sourced row."""
    case = inputs(offers=(), demand=theatre(), elements=(element("a", 3), element("b", 1, sourced=False)))
    assert ask_of(case).sourced_share == pytest.approx(0.75)


def test_steady_state_is_the_closed_form() -> None:
    """Eight battalions at dwell 1 against a demand of six leave two short: 200 people-equivalents."""
    case = inputs(demand=(demand(units=6),))
    program = SteadyProgram(case, edges=find_edges(case), in_full=False)
    state = participation(case, offered=(), together=True)
    found = program.at(state)
    assert found.shortfall == pytest.approx(200.0)
    assert found.prices == pytest.approx({"fra_mech_bn": 100.0})


def test_warm_and_cold_programs_agree() -> None:
    """Whatever was solved before, each set's value is that of a program solved afresh."""
    case = inputs(
        contributors=(nation(conditions="backstop.a"), nation("GBR")),
        offers=(offer(), offer("GBR", 2)),
        demand=(demand(units=9), demand("mech_bn", 3, area="theatre")),
        elements=(element("a", 1), element("b", 2)),
    )
    edges = find_edges(case)
    warm = value_of_sets(case, SteadyProgram(case, edges=edges, in_full=True))
    for number in range(4):
        offered = [name for bit, name in enumerate("ab") if number >> bit & 1]
        state = participation(case, offered=offered, together=True)
        assert SteadyProgram(case, edges=edges, in_full=True).at(state).shortfall == pytest.approx(warm[number])


def test_cheaper_beats_fewer() -> None:
    """The set is chosen by cost, then by number of elements."""
    case = inputs(elements=(element("a"), element("b")))
    assert cheapest_set(case, np.array([100.0, 0.0, 0.0, 0.0]), tolerance=1.0) == 1


def test_too_many_elements_are_refused() -> None:
    """Thirteen elements cannot be valued set by set; the error says what to do."""
    case = inputs(elements=tuple(element(f"e{n}") for n in range(13)))
    with pytest.raises(ValueRangeError, match="join elements"):
        ask_of(case)
