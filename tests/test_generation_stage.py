"""Tests of holdfast.generation.stage, arrivals, reasons and figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from generation_cases import demand, element, inputs, kind, nation, offer
from holdfast.generation.arrivals import full_level
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.stage import generate
from holdfast.results.derivation import explain_figure
from holdfast.results.stages import Force


def coalition(**more: Any) -> GenerationInputs:
    """France joins by itself, Britain waits for the air defence; batteries stand across the border."""
    given: dict[str, Any] = {
        "contributors": (
            nation("FRA", decision_days=10.0, approval_days=5.0),
            nation("GBR", conditions="backstop.shield"),
        ),
        "offers": (offer("FRA", 4, notice_days=30.0), offer("GBR", 4)),
        "demand": (demand(units=4), demand("patriot_bty", 2, weight=200.0)),
        "elements": (element("shield", 4, capability="patriot_bty", ready_days=45.0),),
        "kinds": {
            "mech_bn": kind("mech_bn", personnel=800.0),
            "patriot_bty": kind("patriot_bty", domain="air_defence", procure_months=36.0, procure_musd=1000.0),
        },
    }
    return inputs(**(given | more))


@pytest.fixture(scope="module")
def force() -> Force:
    return generate(coalition())


def test_both_backings_are_told(force: Force) -> None:
    """Without the backstop France alone keeps two battalions; with it Britain joins and four stand."""
    assert force.on_station.sel(backing="europe_only", month=12).values.tolist() == [2.0, 0.0]
    assert force.on_station.sel(backing="with_backstop").sum("pool").values.tolist() == [4.0] * 24
    assert force.people_on_station.sel(month=12).values.tolist() == [1600.0, 3200.0]


def test_balance_adds_up(force: Force) -> None:
    """Where nothing is over-provided, provided plus shortfall is what is required, in every month."""
    balance = force.balance.sel(backing="with_backstop", month=slice(3, None))
    total = balance["provided"] + balance["shortfall"]
    assert (total == balance["required"]).all()


def test_units_arrive_once(force: Force) -> None:
    """Britain fills first and France relieves it: only the first fill arrives; the backstop's units are marked."""
    own = [unit for unit in force.units if not unit.backstop]
    assert sum(unit.units for unit in own) == pytest.approx(4.0)
    assert {unit.pool: unit.ready_day for unit in own} == {"gbr_mech_bn": 0.0}
    assert [(unit.id, unit.area, unit.ready_day) for unit in force.units if unit.backstop] == [
        ("shield", "neighbour", 45.0)
    ]


@pytest.mark.parametrize(
    ("station", "full"),
    [
        ([0.0] * 6 + [3.0] * 30, 3.0),
        ([9.0] * 12 + [2.0, 2.0, 2.0, 3.0] * 6, 2.0),
        ([1.0, 4.0], 4.0),
        ([0.0] * 12 + [1.0, 0.0] * 12, 1.0),
    ],
)
def test_full_capability_is_the_median_steady_month(station: list[float], full: float) -> None:
    """The first year does not count; half a unit rounds up; a short horizon counts with its last month."""
    assert full_level(np.array(station)) == full


def test_arrivals_stop_at_full_capability() -> None:
    """A peak above what stands for ever is no arrival: what arrives is what stands in the median steady month."""
    case = inputs(months=36, offers=(offer("FRA", 5, dwell=2.0, overlap_days=14),), demand=(demand(units=5),))
    found = generate(case)
    station = found.on_station.sel(backing="with_backstop").sum("pool").values
    assert sum(unit.units for unit in found.units) == full_level(station)


def test_deciding_before_the_ceasefire_is_worth_days() -> None:
    """Two clocks of 100 days, one of them started 60 days before D: it saves 60 days for half of the people, 30 in the mean."""
    case = inputs(
        contributors=(nation("FRA", decision_days=100.0, start_day=-60.0), nation("GBR", decision_days=100.0)),
        offers=(offer("FRA", 4, areas=("country",)), offer("GBR", 4, areas=("neighbour",))),
        demand=(demand(units=2), demand(units=2, area="neighbour")),
    )
    figures = generate(case).figures
    assert figures["generate.ready_day.planned"].value == pytest.approx((40 + 100) / 2)
    assert figures["generate.deciding_before_d_days"].value == pytest.approx(30.0)
    assert "clock" in explain_figure(figures, "generate.deciding_before_d_days")


def test_shortfalls_say_what_binds(force: Force) -> None:
    """Europe-only lacks batteries for want of a pool, and battalions for want of Britain, who closes them."""
    rows = {row.capability: row for row in force.shortfalls_europe_only}
    assert "no pool" in rows["patriot_bty"].why
    assert "GBR stays out" in rows["mech_bn"].why
    assert "rotation" in rows["mech_bn"].why
    assert "GBR joining" in rows["mech_bn"].closes


def test_pledging_together_has_a_price() -> None:
    """Two nations that wait for each other gain by a joint declaration all that they would bring."""
    case = inputs(
        contributors=(nation("FRA", conditions="nation.GBR"), nation("GBR", conditions="nation.FRA")),
        offers=(offer("FRA", 4), offer("GBR", 4)),
    )
    assert generate(case).pledge_together_gain == pytest.approx(400.0)


@pytest.mark.parametrize("levers", [{"asked": False}, {"granted": False}])
def test_a_backstop_that_is_not_there_changes_nothing(levers: dict[str, bool]) -> None:
    """Not asked or refused: both backings are the same; the ask is valued only where it was asked."""
    found = generate(coalition(**levers))
    assert (
        found.on_station.sel(backing="europe_only").values == found.on_station.sel(backing="with_backstop").values
    ).all()
    assert bool(found.ask) == levers.get("asked", True)


def test_posture_none_is_an_empty_force() -> None:
    """No posture, no demand: every table is there and empty."""
    found = generate(coalition(posture="none", demand=(), required={"mech_bn": 0.0, "patriot_bty": 0.0}))
    assert found.on_station.sum() == 0
    assert found.units == ()
    assert found.shortfalls == ()
    assert found.ask == ()
    assert found.balance["required"].sum() == 0


def test_every_figure_explains_itself(force: Force) -> None:
    """The shortfall's tree reaches the pools' own rows, and names what binds."""
    text = explain_figure(force.figures, "generate.shortfall.europe_only")
    assert "fra_mech_bn" in text
    assert "generate.pool.fra_mech_bn.dwell" in text
    assert "gap" in text


def test_the_cap_is_named() -> None:
    """Short for want of room: the cap is named, and how far it would have to rise."""
    found = generate(inputs(cap_in_country=200, kinds={"mech_bn": kind("mech_bn")}))
    assert "cap" in found.shortfalls[0].why
    assert "200 people" in found.shortfalls[0].closes


def test_late_is_told_from_lacking() -> None:
    """A pool that fills its place after its notice is late: the reason is notice, the remedy an earlier decision."""
    found = generate(inputs(offers=(offer(notice_days=75.0),)))
    row = found.shortfalls[0]
    assert (row.first_month, row.last_month) == (0, 2)
    assert "notice" in row.why
    assert "before the ceasefire" in row.closes
