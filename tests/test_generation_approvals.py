"""Tests of holdfast.generation.approvals and facts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_cases import element, inputs, nation
from holdfast.core.errors import InfeasibleError
from holdfast.generation.approvals import last_approval_day, list_approvals, participation
from holdfast.generation.facts import settled_facts
from holdfast.results.derivation import Worksheet
from support import tiny_scenario

NAMES = ("AAA", "BBB", "CCC", "DDD")


def test_circular_conditions_have_two_solutions() -> None:
    """Two nations that each wait for the other join together or not at all."""
    case = inputs(contributors=(nation("FRA", conditions="nation.GBR"), nation("GBR", conditions="nation.FRA")))
    assert participation(case, offered=(), together=False).nations == frozenset()
    assert participation(case, offered=(), together=True).nations == {"FRA", "GBR"}


def test_backstop_facts_reach_nations_and_nations_reach_the_backstop() -> None:
    """An element that waits for a lead nation that waits for the element is in place only by joint declaration."""
    case = inputs(
        contributors=(nation("FRA", conditions="backstop.shield"),),
        elements=(element("shield", conditions="nation.FRA"),),
    )
    alone = participation(case, offered={"shield"}, together=False)
    together = participation(case, offered={"shield"}, together=True)
    refused = participation(case, offered=(), together=True)
    assert (alone.nations, alone.elements) == (frozenset(), frozenset())
    assert (together.nations, together.elements) == ({"FRA"}, {"shield"})
    assert refused.nations == frozenset()


def test_nations_may_go_anyway() -> None:
    """With conditions on the backstop lifted the same nation joins without it."""
    case = inputs(contributors=(nation("FRA", conditions="backstop.shield"),), backstop_conditions_bind=False)
    assert participation(case, offered=(), together=True).nations == {"FRA"}


def test_an_unlikely_nation_is_not_counted_on() -> None:
    """A nation whose chance lies below the threshold stays out, with the reason in words."""
    case = inputs(contributors=(nation("FRA", probability_low=0.1, probability=0.3),))
    state = participation(case, offered=(), together=True)
    row = list_approvals(case, alone=state, together=state, sheet=Worksheet())[0]
    assert not row.joins_together
    assert "30%" in row.blocked_by
    assert math.isnan(row.decision_day)


def test_a_transfer_needs_its_crew_and_interceptors() -> None:
    """Hardware handed over counts only with a crew nation that takes part and with interceptors."""
    gift = {"mode": "transfer", "area": "country"}
    case = inputs(
        elements=(
            element("whole", crew_nation="UKR", interceptors=8, **gift),
            element("no_crew", crew_nation="POL", interceptors=8, **gift),
            element("no_rounds", crew_nation="UKR", **gift),
        )
    )
    state = participation(case, offered={"whole", "no_crew", "no_rounds"}, together=True)
    assert state.elements == {"whole"}


def test_clocks_start_before_the_ceasefire_unless_they_wait_for_it() -> None:
    """A clock that starts at as_of, six months before D, ends before D; one that waits ends after it."""
    early = nation(start_day=-180.0, decision_days=30, approval_days=40)
    late = nation(start_day=0.0, decision_days=30, approval_days=40)
    assert last_approval_day(early) == -110
    assert last_approval_day(late) == 70


def test_a_negated_backstop_that_waits_for_nations_is_refused() -> None:
    """Conditions that others' joining turns false have no fixed point to report: an error names who."""
    case = inputs(
        contributors=(nation("FRA", conditions="not backstop.shield"),),
        elements=(element("shield", conditions="nation.FRA"),),
    )
    with pytest.raises(InfeasibleError, match="FRA"):
        participation(case, offered={"shield"}, together=False)


def test_settled_facts_follow_the_case() -> None:
    """Exactly one member of each family holds, and consent goes with access to both sides."""
    facts = settled_facts(tiny_scenario(**{"settlement.access": "both"}))
    assert facts["access.both"]
    assert not facts["access.host_only"]
    assert facts["challenger_consent"]
    assert not settled_facts(tiny_scenario())["challenger_consent"]
    assert settled_facts(tiny_scenario(**{"mission.frame": "un"}))["un_mandate"]


@st.composite
def coalitions(draw: st.DrawFn) -> list[str]:
    """A condition for each nation: a conjunction of disjunctions of others and elements."""
    facts = [f"nation.{name}" for name in NAMES] + ["backstop.e0", "backstop.e1", "ceasefire", "never"]
    clause = st.lists(st.sampled_from(facts), min_size=1, max_size=3).map(lambda names: "(" + " or ".join(names) + ")")
    text = st.lists(clause, min_size=0, max_size=3).map(lambda parts: " and ".join(parts) or "always")
    return [draw(text) for _ in range(len(NAMES) + 2)]


@given(texts=coalitions(), offered=st.sets(st.sampled_from(["e0", "e1"])))
def test_greatest_contains_least_and_both_are_fixed(texts: list[str], offered: set[str]) -> None:
    """For any positive conditions the greatest fixed point contains the least, and more offered never loses a nation."""
    case = inputs(
        contributors=tuple(nation(name, conditions=text) for name, text in zip(NAMES, texts, strict=False)),
        elements=tuple(element(f"e{n}", conditions=text) for n, text in enumerate(texts[len(NAMES) :])),
    )
    least = participation(case, offered=offered, together=False)
    greatest = participation(case, offered=offered, together=True)
    assert least.nations <= greatest.nations
    assert least.elements <= greatest.elements
    assert greatest.nations <= participation(case, offered={"e0", "e1"}, together=True).nations
