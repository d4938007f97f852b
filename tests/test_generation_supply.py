"""Tests of holdfast.generation.supply and inputs."""

from __future__ import annotations

import pytest

from generation_cases import demand, element, inputs, kind, nation, offer
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.supply import Edge, element_source, find_edges, free_units, pool_source, rotation_cycle


def edge_of(case: GenerationInputs) -> Edge | None:
    edges = find_edges(case)
    return edges[0] if edges else None


def test_free_units_are_whole_and_commitments_are_kept() -> None:
    """Ten units, 75 % deployable, two committed: five whole units; never less than none."""
    assert free_units(10, 0.75, 2) == 5
    assert free_units(1, 1.0, 3) == 0
    assert free_units(0.3 + 0.6 + 0.1, 1.0, 0) == 1


def test_overlap_lengthens_the_cycle() -> None:
    """Six months with half a month of handover at dwell 3 make 26 months, without it 24."""
    assert rotation_cycle(6, 15, 3) == 26
    assert rotation_cycle(6, 0, 3) == 24


def test_sustained_is_the_closed_form() -> None:
    """Eight battalions at dwell 1 keep four on station: N / (1 + dwell)."""
    assert pool_source(inputs(), offer()).sustained == pytest.approx(4.0)


def test_ready_after_decision_vote_and_notice() -> None:
    """Ready day is clock + decision + vote + notice; the month is the first one covered whole."""
    case = inputs(contributors=(nation(decision_days=20, approval_days=30),), offers=(offer(notice_days=15),))
    source = pool_source(case, case.offers[0])
    assert source.ready_day == 65
    assert source.ready_month == 3


def test_nothing_is_ready_before_the_force_may_start() -> None:
    """An approval before D still means ready at D, or at the start month of the case."""
    early = nation(start_day=-180.0)
    assert pool_source(inputs(contributors=(early,)), offer()).ready_day == 0
    assert pool_source(inputs(contributors=(early,), start_month=2), offer()).ready_day == 60


def test_areas_bind_ground_units() -> None:
    """A battalion that may only stand in a neighbouring country fills nothing in the country."""
    assert edge_of(inputs(offers=(offer(areas=("neighbour",)),))) is None


def test_air_defence_across_the_border_counts_in_part() -> None:
    """A battery outside counts for the share that the factor says, and no one of it is in the country."""
    kinds = {"patriot_bty": kind("patriot_bty", domain="air_defence")}
    case = inputs(
        demand=(demand("patriot_bty"),), offers=(offer(capability="patriot_bty", areas=("neighbour",)),), kinds=kinds
    )
    found = edge_of(case)
    assert found is not None
    assert (found.rate, found.area, found.people_in_country) == (0.5, "neighbour", 0.0)


def test_theatre_can_be_served_from_a_neighbour() -> None:
    """What is needed in theatre may stand in a neighbouring country at full worth."""
    found = edge_of(inputs(demand=(demand(area="theatre"),), offers=(offer(areas=("neighbour",)),)))
    assert found is not None
    assert (found.rate, found.area) == (1.0, "neighbour")


def test_substitutes_fill_at_their_rate() -> None:
    """A unit named as a substitute fills at the exchange rate of the capability demanded."""
    kinds = {"armour_bn": kind("armour_bn", substitutes={"mech_bn": 0.6}), "mech_bn": kind("mech_bn")}
    found = edge_of(inputs(demand=(demand("armour_bn"),), kinds=kinds))
    assert found is not None
    assert found.rate == pytest.approx(0.6)


def test_a_pool_that_refuses_every_task_fills_nothing() -> None:
    """Refusing all tasks the capability is needed for bars the pool; refusing one of two does not."""
    line = demand(by_task=(("hold", 4.0), ("respond", 2.0)))
    barred = inputs(demand=(line,), offers=(offer(refuses_tasks=("hold", "respond")),))
    partly = inputs(demand=(line,), offers=(offer(refuses_tasks=("hold",)),))
    assert edge_of(barred) is None
    found = edge_of(partly)
    assert found is not None
    assert found.refuses == {"hold"}


def test_a_promise_in_part_counts_in_part() -> None:
    """Half a promise is half the units in the plan, all of them in the valuation of the ask."""
    case = inputs(elements=(element("shield", units=4, promised=0.5),))
    assert element_source(case, case.elements[0]).units == 2
    assert element_source(case, case.elements[0], in_full=True).units == 4


def test_a_substitute_far_too_large_is_not_sent() -> None:
    """A battalion of 600 is not sent in place of a section of 10."""
    kinds = {
        "eod_team": kind("eod_team", personnel=10.0, substitutes={"mech_bn": 1.0}),
        "mech_bn": kind("mech_bn", personnel=600.0),
    }
    assert edge_of(inputs(demand=(demand("eod_team"),), kinds=kinds)) is None
