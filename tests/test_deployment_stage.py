"""Stage deploy from inputs to result, on the tiny scenario."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from deployment_cases import a_site, a_unit, gathered, tiny_force
from holdfast.core.errors import InfeasibleError, UnknownNameError
from holdfast.deployment.assembly import assemble, build_problem
from holdfast.deployment.bindings import say_bindings
from holdfast.deployment.closure import capability_days, day_of_share, percentile
from holdfast.deployment.inputs import DeploymentInputs
from holdfast.deployment.stage import deploy
from holdfast.results.stages import Deployment
from holdfast.results.store import load_result, results_equal, save_result
from support import just, tiny_scenario, triangular


@pytest.fixture(scope="module")
def inputs() -> DeploymentInputs:
    return gathered(*tiny_force())


@pytest.fixture(scope="module")
def deployed(inputs: DeploymentInputs) -> Deployment:
    return deploy(inputs)


def test_everyone_arrives_after_readiness(deployed: Deployment) -> None:
    """Every unit of the force arrives, none before it is ready, in the units and people the force has."""
    _, units, _ = tiny_force()
    assert sum(item.units for item in deployed.arrivals) == pytest.approx(sum(unit.units for unit in units))
    assert sum(item.personnel for item in deployed.arrivals) == pytest.approx(sum(unit.personnel for unit in units))
    assert all(item.arrival_day >= item.ready_day for item in deployed.arrivals)


def test_closure_curves_rise_to_the_people_in_the_country(deployed: Deployment) -> None:
    """Ready before plan, never falling, all ending at the people of the country; the others are counted apart."""
    _, units, _ = tiny_force()
    people = sum(unit.personnel for unit in units if unit.area == "country")
    for name in ("people_plan", "people_bound", "people_ready"):
        curve = deployed.closure[name]
        assert curve.attrs["units"] == "people"
        assert (np.diff(curve.values) >= -1e-6).all()
        assert float(curve[-1]) == pytest.approx(people)
    assert (deployed.closure["people_plan"] <= deployed.closure["people_ready"] + 1e-6).all()
    assert float(deployed.closure["people_outside"][-1]) == pytest.approx(350 + 70)


def test_plan_lies_between_readiness_and_reason(deployed: Deployment) -> None:
    """Initial capability comes before full capability, and the gap to the bound is not negative."""
    assert 0 < deployed.initial_capability_day <= deployed.full_capability_day
    assert deployed.gap_share >= 0
    assert deployed.closure_range["p10"] <= deployed.closure_range["p50"] <= deployed.closure_range["p90"]


def test_batteries_and_fighters_go_to_their_places(deployed: Deployment) -> None:
    """The battery goes across no border to its site, the fighters fly to the base that may host them."""
    places = {item.capability: item.destination for item in deployed.arrivals}
    assert places["sampt_bty"] == "site_pol"
    assert places["fighter_sqn"] == "air_pol"
    fighters = next(item for item in deployed.arrivals if item.capability == "fighter_sqn")
    # 1,330 km at 3,000 km a day and three days of bedding down
    assert fighters.arrival_day == 20 + 4


def test_routes_are_ways_of_the_network(deployed: Deployment, inputs: DeploymentInputs) -> None:
    """Every route begins at the depot, ends at the destination, and follows legs."""
    joined = {frozenset((leg.origin, leg.destination)) for leg in inputs.legs}
    for item in deployed.arrivals:
        assert item.route[-1] == item.destination
        if item.capability != "fighter_sqn":
            assert all(frozenset(pair) in joined for pair in zip(item.route, item.route[1:], strict=False))


def test_the_result_saves_and_loads_equal(deployed: Deployment, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A saved deployment loads back bit for bit."""
    path = save_result(deployed, tmp_path / "deployment.nc")
    assert results_equal(load_result(path), deployed)


def test_the_same_inputs_give_the_same_bits(deployed: Deployment, inputs: DeploymentInputs) -> None:
    """A second run, memory apart, equals the first."""
    again = deploy.__wrapped__(inputs)  # type: ignore[attr-defined]
    assert results_equal(again, deployed)


def test_posture_none_moves_nobody() -> None:
    """Without a force the result is empty and whole: no arrivals, zero people, no days."""
    scenario, units, sites = tiny_force()
    mission = replace(scenario.mission, posture="none")
    empty = deploy(gathered(replace(scenario, mission=mission), units, sites))
    assert empty.arrivals == ()
    assert float(empty.closure["people_plan"].max()) == 0.0
    assert math.isnan(empty.full_capability_day)
    assert empty.bindings == ()
    assert empty.gap_share == 0.0


def test_a_narrow_crossing_is_named_and_priced() -> None:
    """With 300 t a day at the gauge break and at the road crossing, both bind and are said in words."""
    scenario, units, sites = tiny_force()
    places = {
        key: replace(row, handling_t_day=300.0) if key in {"gauge_pol", "cross_pol"} else row
        for key, row in scenario.places.items()
    }
    wide = deploy(gathered(scenario, units, sites))
    narrow = deploy(gathered(replace(scenario, places=places), units, sites))
    names = {binding.id for binding in narrow.bindings}
    assert {"gauge_pol", "cross_pol"} <= names
    assert all(binding.kind == "node" for binding in narrow.bindings if binding.id in {"gauge_pol", "cross_pol"})
    assert narrow.full_capability_day > wide.full_capability_day
    assert "gauge pol (gauge break) binds on" in narrow.figures["deploy.mean_day_bound"].text
    assert say_bindings(()).startswith("no leg and no place binds")


def test_a_force_that_cannot_be_supplied_is_said_so() -> None:
    """Over crossings of 20 t a day five battalions cannot live: people stay behind and full capability is not reached."""
    scenario, units, sites = tiny_force()
    places = {
        key: replace(row, handling_t_day=20.0) if key in {"gauge_pol", "cross_pol"} else row
        for key, row in scenario.places.items()
    }
    starved = deploy(gathered(replace(scenario, places=places), units, sites))
    assert math.isnan(starved.full_capability_day)
    behind = starved.figures["deploy.people_behind"].value
    assert isinstance(behind, float)
    assert behind > 0
    assert any(math.isnan(item.arrival_day) for item in starved.arrivals)


def test_enablers_go_first_on_a_narrow_way() -> None:
    """Ready on one day and over one narrow crossing, headquarters and signals are in place before any battalion."""
    scenario = tiny_scenario()
    places = {
        key: replace(row, handling_t_day=200.0) if key in {"gauge_pol", "cross_pol"} else row
        for key, row in scenario.places.items()
    }
    scenario = replace(scenario, places=places)
    names = ("fra_mech_bn", "gbr_mech_bn", "fra_brigade_hq", "gbr_signals_bn")
    found = deploy(gathered(scenario, tuple(a_unit(name, scenario, ready=30) for name in names)))
    day = {item.unit: item.arrival_day for item in found.arrivals}
    assert max(day["fra_brigade_hq@30"], day["gbr_signals_bn@30"]) < min(day["fra_mech_bn@30"], day["gbr_mech_bn@30"])


def test_every_unit_of_the_force_moves_once() -> None:
    """The force lists first fills only, so each unit and each person of it moves exactly once, in the order of readiness."""
    scenario = tiny_scenario()
    units = tuple(a_unit("fra_mech_bn", scenario, units=count, ready=day) for count, day in ((1, 210), (2, 30)))
    found = gathered(scenario, units)
    assert sum(item.units for item in found.moving) == pytest.approx(3)
    assert sum(item.personnel for item in found.moving) == pytest.approx(3 * 800)
    assert [item.ready_day for item in found.moving] == sorted(item.ready_day for item in found.moving)


def test_nothing_enters_the_country_before_the_ceasefire() -> None:
    """A unit ready long before D waits at the border: it arrives after D, but sooner than its whole way."""
    scenario = tiny_scenario()
    early = deploy(gathered(scenario, (a_unit("fra_brigade_hq", scenario, ready=-100),)))
    route_days = early.arrivals[0].arrival_day
    late = deploy(gathered(scenario, (a_unit("fra_brigade_hq", scenario, ready=0),)))
    assert 0 < route_days < late.arrivals[0].arrival_day


def test_capability_waits_for_a_headquarters_and_a_unit_that_reacts(inputs: DeploymentInputs) -> None:
    """Initial capability is the latest of the share of people, the first headquarters and the first reacting unit."""
    packets = assemble(inputs).packets
    days = np.full(len(packets), 10.0)
    command = np.array([packet.unit.command for packet in packets])
    days[command] = 77.0
    assert capability_days(packets, days, inputs).initial == 77.0
    days[command] = np.nan
    assert math.isnan(capability_days(packets, days, inputs).initial)


def test_day_of_a_share() -> None:
    """Of 100, 50 and 50 people on days 5, 9 and never, half are there on day 5, three quarters on 9, all never."""
    people, days = np.array([100.0, 50.0, 50.0]), np.array([5.0, 9.0, np.nan])
    assert day_of_share(people, days, share=0.5) == 5.0
    assert day_of_share(people, days, share=0.75) == 9.0
    assert math.isnan(day_of_share(people, days, share=0.9))


def test_percentiles_count_never_as_late() -> None:
    """Of ten draws with two that never close, the median is the fifth and the ninetieth percentile is never."""
    days = np.array([1, 2, 3, 4, 5, 6, 7, 8, np.nan, np.nan])
    assert percentile(days, 0.5) == 5.0
    assert math.isnan(percentile(days, 0.9))


def test_certain_inputs_have_no_range() -> None:
    """With every drawn quantity fixed at its nominal value all draws equal the plan."""
    scenario, units, sites = tiny_force()
    factors = {
        key: replace(row, value=just(row.value.nominal)) if key.startswith("deployment.") else row
        for key, row in scenario.factors.items()
    }
    pools = {key: replace(row, notice_days=just(row.notice_days.nominal)) for key, row in scenario.pools.items()}
    nations = {
        key: replace(row, decision_days=just(row.decision_days.nominal), approval_days=just(row.approval_days.nominal))
        for key, row in scenario.nations.items()
    }
    sure = deploy(gathered(replace(scenario, factors=factors, pools=pools, nations=nations), units, sites))
    assert set(sure.closure_range.values()) == {sure.full_capability_day}


def test_late_approvals_shift_the_range() -> None:
    """If one nation's vote may take up to a year longer, the ninetieth percentile moves and the plan does not."""
    scenario, units, sites = tiny_force()
    vote = replace(scenario.nations["FRA"], approval_days=triangular(14, 14, 400))
    slow = deploy(gathered(replace(scenario, nations=scenario.nations | {"FRA": vote}), units, sites))
    plain = deploy(gathered(scenario, units, sites))
    assert slow.full_capability_day == plain.full_capability_day
    assert slow.closure_range["p90"] > plain.closure_range["p90"] + 60


def test_unknown_depots_and_missing_legs_are_named() -> None:
    """A depot that is no place, or one that no leg reaches, is an error that names it."""
    scenario = tiny_scenario()
    with pytest.raises(UnknownNameError, match="did you mean 'dep_fra'"):
        gathered(scenario, (a_unit("fra_mech_bn", scenario, depot="dep_fre"),))
    cut = replace(scenario, legs={key: row for key, row in scenario.legs.items() if "dep_fra" not in key})
    with pytest.raises(InfeasibleError, match=r"no route from dep_fra to .* add the missing leg to legs.csv"):
        deploy(gathered(cut, (a_unit("fra_mech_bn", cut),)))


def test_missing_order_is_an_error() -> None:
    """A domain without a place in the enabling order is an error that names the factor."""
    scenario = tiny_scenario()
    factors = {key: row for key, row in scenario.factors.items() if key != "deployment.order.ground"}
    bare = replace(scenario, factors=factors)
    with pytest.raises(UnknownNameError, match=r"deployment\.order\.ground"):
        gathered(bare, (a_unit("fra_mech_bn", bare),))


def test_sites_in_the_field_are_served_by_the_nearest_place_and_reached_by_march() -> None:
    """A site without a place is reached from the nearest one of its country, with the march added to the way."""
    scenario = tiny_scenario()
    unit = a_unit("fra_mech_bn", scenario)
    site = replace(a_site("mech_bn", "base_north", scenario), place="", lat=scenario.places["base_north"].lat + 3.6)
    near, far = (gathered(scenario, (unit,), (row,)) for row in (a_site("mech_bn", "base_north", scenario), site))
    assert far.moving[0].destination == "base_north"
    assert far.moving[0].last_mile_km == pytest.approx(400, rel=0.01)
    days = [[way.days for way in build_problem(assemble(given), given).moves[0].ways] for given in (near, far)]
    assert days[1] == [day + 2 for day in days[0]]


def test_support_without_a_site_is_spread_by_people() -> None:
    """Units without a site go in turn to the places where people are, the larger place first."""
    scenario = tiny_scenario()
    sites = (a_site("mech_bn", "base_north", scenario, units=2), a_site("mech_bn", "base_south", scenario, units=1))
    units = tuple(a_unit("deu_logistics_bn", scenario, ready=day) for day in (10, 11, 12))
    places = [item.destination for item in gathered(scenario, units, sites).moving]
    assert sorted(places) == ["base_north", "base_north", "base_south"]


def test_small_units_travel_together_and_large_ones_alone() -> None:
    """Battalions of 4,500 t are packets of one; of 8 t teams many make one packet of up to 1,500 t."""
    scenario = tiny_scenario()
    team = replace(a_unit("fra_mech_bn", scenario, units=200, id="teams"), capability="observer_team", pool="none")
    packets = assemble(gathered(scenario, (team, a_unit("gbr_mech_bn", scenario, units=2)))).packets
    sizes = sorted(packet.units for packet in packets)
    assert sizes == [1, 1, 13, 187]


def test_supply_comes_from_the_nearest_bases_abroad(inputs: DeploymentInputs) -> None:
    """The supply of a place in the country crosses the border; its shares on the ways from each base add to one."""
    movement = assemble(inputs)
    crossing = {movement.network.node_resource[movement.network.node(key)] for key in ("gauge_pol", "cross_pol")}
    for line in movement.lines.values():
        assert crossing & set(line.resources)
        assert all(0 < share <= 1 + 1e-9 for share in line.shares)
    problem = build_problem(movement, inputs)
    assert all((move.line >= 0) == (packet.unit.area == "country")
               for move, packet in zip(problem.moves, movement.packets, strict=True))  # fmt: skip
