"""Tests of holdfast.generation.model and blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_cases import demand, element, inputs, kind, nation, offer
from holdfast.generation.approvals import participation
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.model import rotation_step
from holdfast.generation.schedule import Schedule, schedule_force
from holdfast.generation.supply import Supply, find_edges, pool_source, supply_of
from holdfast.models.rotation import in_cycle


def solve(case: GenerationInputs, **more: Any) -> tuple[Supply, Schedule]:
    state = participation(case, offered=[row.id for row in case.elements], together=True)
    supply = supply_of(case, state, edges=find_edges(case))
    return supply, schedule_force(case, supply, **more)


def test_a_pool_of_the_closed_form_fills_its_demand_for_ever() -> None:
    """Eight battalions at dwell 1 keep four on station in every month, without a gap at the horizon."""
    _, found = solve(inputs())
    assert found.station[0].tolist() == [4.0] * 24
    assert found.shortfall.max() == 0


def test_a_pool_does_not_sprint() -> None:
    """Demand for eight from the same pool: the mean over all months is what the pool sustains, four."""
    _, found = solve(inputs(demand=(demand(units=8),)))
    assert found.station[0].mean() == pytest.approx(4.0)


def test_a_long_dwell_does_not_break_at_the_horizon() -> None:
    """A cycle longer than the horizon: no unit is used twice, and no more than a round of the cycle allows."""
    case = inputs(offers=(offer(units=6, dwell=5.0),), demand=(demand(units=6),))
    _, found = solve(case)
    assert found.starts[0].sum() <= 6
    assert found.shortfall.min() >= 0


def test_rotation_holds_in_every_month() -> None:
    """Units deployed or in dwell never exceed the pool's free units, counted by the shared rotation formula."""
    case = inputs(months=36, offers=(offer(units=7, dwell=2.0, overlap_days=14),), demand=(demand(units=5),))
    _, found = solve(case)
    source = pool_source(case, case.offers[0])
    assert in_cycle(found.starts[0], source.cycle_months, 0.0).max() <= 7
    assert found.starts[0].sum() > 0


def test_nothing_stands_before_it_is_ready() -> None:
    """Approval and notice of 100 days: months 0 to 3 are empty, month 4 is full."""
    case = inputs(contributors=(nation(decision_days=40),), offers=(offer(notice_days=60),))
    _, found = solve(case)
    assert found.station[0, :4].tolist() == [0, 0, 0, 0]
    assert found.station[0, 4:].tolist() == [4.0] * 20


def test_the_cap_holds_in_every_month() -> None:
    """Three battalions of 100 fit under a cap of 350 people."""
    _, found = solve(inputs(cap_in_country=350))
    assert found.station[0].tolist() == [3.0] * 24
    assert found.shortfall[0].tolist() == [1.0] * 24


def test_the_cap_goes_to_what_weighs_most() -> None:
    """Under a cap for one of two lines, the heavier one is filled."""
    case = inputs(
        demand=(demand("mech_bn", 2, weight=100), demand("eod_team", 2, weight=300)),
        offers=(offer(), offer(capability="eod_team")),
        cap_in_country=200,
    )
    _, found = solve(case)
    assert found.shortfall[:, 6].tolist() == [2.0, 0.0]


def test_a_refused_task_is_filled_by_others_only() -> None:
    """Where hold needs three and the only pool refuses it, three stay short although four stand there."""
    line = demand(by_task=(("hold", 3.0), ("respond", 4.0)))
    _, found = solve(inputs(demand=(line,), offers=(offer(refuses_tasks=("hold",)),)))
    assert found.shortfall[0].tolist() == [3.0] * 24


def test_a_substitute_fills_at_its_rate() -> None:
    """Four battalions at a rate of one half fill two."""
    kinds = {"armour_bn": kind("armour_bn", substitutes={"mech_bn": 0.5}), "mech_bn": kind("mech_bn")}
    _, found = solve(inputs(demand=(demand("armour_bn", 3),), kinds=kinds))
    assert found.provided[0].tolist() == [2.0] * 24


def test_an_element_fills_from_the_month_it_is_ready() -> None:
    """An element ready on day 90 serves from month 3 on, without rotation."""
    case = inputs(offers=(), demand=(demand(area="theatre"),), elements=(element("shield", 3, ready_days=90.0),))
    _, found = solve(case)
    assert found.provided[0].tolist() == [0.0] * 3 + [3.0] * 21


def test_earlier_is_better_at_equal_shortfall() -> None:
    """A unit that can serve half of two years serves half of each cycle, from the first month on."""
    _, found = solve(inputs(offers=(offer(units=1),), demand=(demand(units=1, weight=400.0),), withdrawal_months=0.0))
    assert found.station[0].tolist() == ([1.0] * 6 + [0.0] * 6) * 2


def test_no_tour_without_need() -> None:
    """Nothing demanded of a capability: no tour starts."""
    case = inputs(demand=(demand("eod_team", 1),), offers=(offer(), offer(capability="eod_team")))
    supply, found = solve(case)
    assert [source.capability for source in supply.sources] == ["eod_team"]
    assert found.station.max() == 1


def test_nobody_joins() -> None:
    """Without any participant everything is short, and nothing is solved."""
    _, found = solve(inputs(contributors=(nation(conditions="never"),)))
    assert found.shortfall[0].tolist() == [4.0] * 24
    assert found.gap == 0


@pytest.mark.parametrize(("tours", "step"), [((6, 12), 3), ((4, 6), 2), ((5, 6), 1), ((), 3)])
def test_rotation_dates_divide_every_tour(tours: tuple[int, ...], step: int) -> None:
    """Rotation dates fall every three, two or one months, as every tour allows."""
    rows = tuple(offer(units=2, id=f"p{n}", tour_months=tour) for n, tour in enumerate(tours))
    case = inputs(offers=rows)
    assert rotation_step(tuple(pool_source(case, row) for row in rows)) == step


@settings(max_examples=8, deadline=None)
@given(
    units=st.lists(st.integers(1, 4), min_size=2, max_size=2),
    dwell=st.sampled_from([0.5, 1.0, 2.0]),
    wanted=st.integers(1, 4),
    more=st.integers(1, 3),
)
def test_more_units_never_leave_more_short(units: list[int], dwell: float, wanted: int, more: int) -> None:
    """A larger pool never makes the program's value worse (beyond its gap)."""
    contributors = (nation("FRA"), nation("GBR", decision_days=45.0))

    def value(first: int) -> float:
        case = inputs(
            months=12,
            contributors=contributors,
            offers=(offer("FRA", first, dwell=dwell), offer("GBR", units[1], dwell=dwell)),
            demand=(demand(units=wanted),),
        )
        return solve(case)[1].value

    before, after = value(units[0]), value(units[0] + more)
    assert after <= before * (1 + 1e-5) + 1e-6


@settings(max_examples=8, deadline=None)
@given(
    units=st.lists(st.integers(1, 5), min_size=3, max_size=3),
    wanted=st.integers(1, 5),
    cap=st.sampled_from([0, 250]),
)
def test_the_bound_is_never_beaten(units: list[int], wanted: int, cap: int) -> None:
    """The integer program never falls below its relaxation, and its own bound lies between them."""
    case = inputs(
        months=12,
        contributors=(nation("FRA"), nation("GBR", decision_days=45.0), nation("DEU", decision_days=80.0)),
        offers=tuple(offer(name, n, dwell=2.0) for name, n in zip(("FRA", "GBR", "DEU"), units, strict=True)),
        demand=(demand(units=wanted),),
        cap_in_country=cap,
    )
    whole, relaxed = solve(case)[1], solve(case, integer=False)[1]
    assert whole.value >= relaxed.value - 1e-6
    assert whole.value >= whole.bound - 1e-6
    assert np.all(whole.starts == np.round(whole.starts))
