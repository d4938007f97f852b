from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import ScenarioError, UnknownNameError, ValueRangeError
from holdfast.sizing import clear, hold, observe, protect, rescue, respond, train, verify
from holdfast.sizing.core import asked_tasks, prepare, refused_tasks
from holdfast.sizing.desk import Desk, counted, round_up
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.menu import SectorMenu
from holdfast.sizing.stage import size
from sizing_oracles import late_share
from support import tiny_scenario


def test_frontage_is_the_chord_behind_the_standoff() -> None:
    """A company 30 km behind the line that travels 50 km reaches 2 x 40 km of it (a 3-4-5 triangle)."""
    reached = respond.frontage(minutes=130.0, speed_kmh=30.0, alert_minutes=30.0, detour=1.0, offset_km=30.0)
    assert float(reached) == pytest.approx(80.0)


def test_bases_cover_the_line_and_round_up_once() -> None:
    """100 km at 40 km a base by road and 100 km at 80 by air make 2.5 + 1.25 bases, that is four."""
    assert respond.bases(np.array([100.0, 100.0]), np.array([40.0, 0.0]), np.array([0.0, 80.0]), 10.0, 20.0) == 4.0


def test_a_stretch_out_of_reach_does_not_make_the_force_smaller() -> None:
    """Where no means arrives in time bases stand at the least useful frontage: 100 km at 10 km are ten."""
    assert respond.bases(np.array([100.0]), np.array([0.0]), np.array([0.0]), 10.0, 1.0) == 10.0
    assert respond.bases(np.array([100.0]), np.array([0.0]), np.array([2.0]), 10.0, 1.0) == 10.0
    # behind a standoff bases stand no closer than it to either side, in reach or not
    assert respond.bases(np.array([100.0]), np.array([0.0]), np.array([2.0]), 10.0, 25.0) == 2.0


def test_calls_follow_the_cluster_mean() -> None:
    """100 km with 2 background episodes a day, half of them prevented, branching 0.5, one in ten called: 0.2 a day."""
    calls = respond.calls_per_day(np.array([100.0]), np.array([1.0]), 2.0, 0.5, 0.5, 0.1)
    assert calls == pytest.approx(0.2)


def test_a_base_without_load_needs_one_company() -> None:
    """With hardly any calls reach binds: one company a base in either layout."""
    quiet = {"bases": 5.0, "calls": 1e-9, "service_hours": 8.0, "peak": 1.2, "blocking": 0.05}
    assert respond.colocated(**quiet) == 5.0
    assert respond.spread(**quiet) == 5.0


@given(calls=st.floats(0.1, 60.0), peak=st.floats(1.0, 4.0))
@settings(max_examples=25, deadline=None)
def test_more_calls_never_need_fewer_companies(calls: float, peak: float) -> None:
    """Both layouts grow with the load."""
    rest = {"bases": 4.0, "service_hours": 8.0, "peak": peak, "blocking": 0.1}
    assert respond.colocated(calls=1.3 * calls, **rest) >= respond.colocated(calls=calls, **rest)
    assert respond.spread(calls=1.3 * calls, **rest) >= respond.spread(calls=calls, **rest)


def test_overlapping_bases_keep_the_promise() -> None:
    """The layout found loses no more calls than accepted, one base fewer would (the hypercube in plain numpy)."""
    found = respond.spread(bases=4.0, blocking=0.1, calls=24.0, service_hours=8.0, peak=1.5)
    assert late_share(4.0, int(found), load=8.0, peak=1.5) <= 0.1
    assert late_share(4.0, int(found) - 1, load=8.0, peak=1.5) > 0.1


def test_hold_without_host_is_attackers_over_ratio() -> None:
    """Six attackers at 1:3 on one axis in reach of the whole force: two battalions, three with a third in reserve."""
    needed = hold.needed(hold.attackers(6.0, 1.0, 100.0, 50.0, 3.0), 3.0)
    once = hold.concentration(np.array([0.0]), np.array([100.0]), np.array([1.0]), 1.0, 500.0)
    assert hold.power(needed, 0.0, once, 0.0) == pytest.approx(2.0)
    assert hold.power(needed, 0.0, once, 1.0 / 3.0) == pytest.approx(3.0)


def test_host_brings_no_more_than_it_has() -> None:
    """The host's share is capped by its battalions near the line and its graduates."""
    assert hold.host(10.0, 0.8, 100.0, 4.0, 1.0, 0.0, 1.0) == pytest.approx(8.0)
    assert hold.host(10.0, 0.8, 1.0, 4.0, 0.5, 1.0, 1.0) == pytest.approx(3.0)
    assert hold.host(10.0, 0.8, 1.0, 4.0, 0.5, 1.0, 0.0) == 0.0


def test_attackers_available_are_shared_between_axes() -> None:
    """Ten battalions on two axes are five on each, however many the design basis names."""
    assert hold.attackers(8.0, 2.0, 10.0, 50.0, 3.0) == 5.0


def test_attackers_are_no_more_than_the_terms_leave_near() -> None:
    """Four brigades of three battalions on two axes are six an axis, however many the planner designs against."""
    given = {"per_axis": 20.0, "axes": 2, "available": 100.0, "per_brigade": 3.0}
    assert hold.attackers(brigades=4.0, **given) == pytest.approx(6.0)
    assert hold.attackers(brigades=40.0, **given) == pytest.approx(20.0)


def test_forces_left_at_the_line_take_the_warning_away() -> None:
    """Soldiers left within a night's move of an axis are attackers that need no build-up: closed form, and its limits."""
    place = {"people": 1000.0, "unnoticed_km": 25.0, "length_km": 500.0, "axes": 2}
    # 40 battalions on 500 km; two axes gather 50 km each: a fifth of the line, so 8 battalions, 4 an axis.
    assert hold.standing(forces_left=40_000.0, **place) == pytest.approx(4.0)
    assert hold.standing(forces_left=0.0, **place) == 0.0
    assert hold.warning(full_days=8.0, standing=4.0, attackers=16.0) == pytest.approx(6.0)
    assert hold.warning(full_days=8.0, standing=40.0, attackers=16.0) == 0.0
    reach = {"decision_hours": 24.0, "alone_days": 0.5, "march_km_day": 100.0}
    assert hold.reach(warning_days=6.0, **reach) == pytest.approx(500.0)
    assert hold.reach(warning_days=0.0, **reach) == pytest.approx(50.0)


def test_terms_decide_size() -> None:
    """The more soldiers the terms leave at the front, the dearer the force that holds, all else equal."""

    def power(soldiers: float) -> float:
        inputs = gather_sizing(tiny_scenario(**{"mission.posture": "robust"}))
        terms = replace(inputs.settlement, forces_left_per_side=inputs.settlement.standoff_km.fixed_at(soldiers))
        desk = Desk(replace(inputs, settlement=terms))
        return float(desk[hold.hold_power(desk)])

    found = [power(soldiers) for soldiers in (0.0, 5_000.0, 200_000.0)]
    assert found[0] <= found[1] <= found[2]
    assert found[2] > found[0]


def test_concentration_at_the_end_of_the_line() -> None:
    """Units that move 25 km reach an axis at the end of 100 km with a quarter plus their half sector: worst place binds."""
    start, end = np.arange(0.0, 100.0, 10.0), np.arange(10.0, 110.0, 10.0)
    worst = hold.concentration(start, end, np.ones(10), 1.0, 25.0)
    assert worst == pytest.approx(100.0 / 30.0), "the axis at km 5 is reached from km 0 to km 30"


def test_concentration_of_neighbouring_axes_shares_the_same_units() -> None:
    """Two axes in neighbouring sectors at the end: both must be served from the units within reach of either."""
    start, end = np.arange(0.0, 100.0, 10.0), np.arange(10.0, 110.0, 10.0)
    assert hold.concentration(start, end, np.ones(10), 2.0, 25.0) == pytest.approx(2.0 / 0.40)


def test_no_exposed_sector_needs_no_battalion() -> None:
    """Where no sector has a threat weight there is no axis."""
    assert hold.concentration(np.array([0.0]), np.array([10.0]), np.array([0.0]), 1.0, 25.0) == 0.0


def test_accepted_ratio_of_zero_is_refused() -> None:
    """A ratio of 0 is an error that names it."""
    with pytest.raises(ValueRangeError, match="ratio is 0"):
        hold.needed(4.0, 0.0)


def test_medevac_radius_counts_the_way_back() -> None:
    """60 minutes less 20 on alert and scene leave 40 for out and back at 240 km/h: 80 km."""
    assert rescue.medevac_radius(60.0, 240.0, 10.0, 10.0) == pytest.approx(80.0)


def test_medevac_sites_beyond_reach_fall_back_to_the_standoff() -> None:
    """In reach the chord counts; out of reach sites stand one standoff to either side."""
    assert rescue.sites(1000.0, 50.0, 30.0, 10.0) == math.ceil(1000.0 / 80.0)
    assert rescue.sites(1000.0, 20.0, 30.0, 10.0) == math.ceil(1000.0 / 60.0)
    assert rescue.sites(1000.0, 0.0, 0.0, 10.0) == 50.0  # out of reach on the line itself: no closer than the least


def test_line_posts_round_up_in_each_sector_and_leave_out_the_sea() -> None:
    """10 km and 5 km at 1.5 km are 7 + 4 posts; a stretch of sea has none."""
    assert observe.line_posts(np.array([10.0, 5.0, 30.0]), np.array([1.0, 1.0, 0.0]), 1.5) == 11.0


def test_rates_of_verification_training_and_clearance() -> None:
    """Visits, trainees and square kilometres over what a team does."""
    assert verify.teams(20.0, 2.0, 2.0, 16.0) == 5.0
    assert train.teams(3650.0, 1.0) == pytest.approx(10.0)
    assert clear.companies(10.0, 2.0, 0.02, 200.0) == pytest.approx(3.0)
    assert clear.own_km2(np.array([100.0]), np.array([0.5]), 0.2, 2.0) == pytest.approx(5.0)


def test_a_rate_of_zero_names_the_row_to_correct() -> None:
    """A catalogue row without a rate is an error that says where to put one."""
    with pytest.raises(ValueRangeError, match="training_team: output_per_day is 0"):
        train.teams(10.0, 0.0)
    with pytest.raises(ValueRangeError, match="demining_coy: output_per_day is 0"):
        clear.companies(1.0, 0.0, 0.0, 200.0)


def test_interceptors_last_as_long_as_the_raids_allow() -> None:
    """Sixty missiles at two raids a month of ten targets, half of them engaged with two shots: three months."""
    assert protect.days_of_supply(60.0, 2.0, 10.0, 0.5, 2.0) == pytest.approx(365.0 / 4.0)
    assert protect.days_of_supply(60.0, 0.0, 10.0, 0.5, 2.0) == math.inf


@given(amount=st.floats(0, 1e5))
def test_rounding_up_never_loses_a_unit(amount: float) -> None:
    """Whole units are at least what is asked, and less than one more."""
    assert amount - 1e-8 <= round_up(amount) < amount + 1.0


def _menu(name: str, *, seen: list[float], cost: list[float], orbits: list[float]) -> SectorMenu:
    count = len(seen)
    return SectorMenu(
        sector=name, capabilities=("a",), units=np.array(cost)[:, None], orbits=np.array(orbits), cost=np.array(cost),
        seen=np.array(seen), impulsive=np.zeros(count), posts=np.zeros(count),
    )  # fmt: skip


@given(
    costs=st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=2, max_size=3),
    seen=st.lists(st.lists(st.sampled_from([0.2, 0.5, 0.9]), min_size=4, max_size=4), min_size=3, max_size=3),
    orbit_cost=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_choice_of_mixes_is_the_cheapest(costs: list[list[int]], seen: list[list[float]], orbit_cost: int) -> None:
    """Brute force over all choices finds nothing cheaper that meets the probability with whole orbits."""
    shares = [0.0, 0.0, 0.5, 1.0]
    menus = tuple(
        _menu(f"s{number}", seen=[*probabilities[:3], 0.9], cost=[float(c) for c in row], orbits=shares)
        for number, (row, probabilities) in enumerate(zip(costs, seen, strict=False))
    )
    found = observe.choose_mix(menus, probability=0.5, impulsive=0.0, orbit_cost=float(orbit_cost), share_of_best=0.9)
    best = math.inf
    for picks in np.ndindex(*(4,) * len(menus)):
        if all(menu.seen[pick] >= 0.5 for menu, pick in zip(menus, picks, strict=True)):
            ground = sum(menu.cost[pick] for menu, pick in zip(menus, picks, strict=True))
            best = min(best, ground + orbit_cost * math.ceil(sum(shares[pick] for pick in picks)))
    assert found.cost == pytest.approx(best)


def test_unreachable_probability_is_reported_not_raised() -> None:
    """Where no mix sees enough, the most it can is named and a share of it is bought."""
    menu = _menu("s1", seen=[0.1, 0.38, 0.4], cost=[0.0, 1.0, 9.0], orbits=[0.0, 0.0, 0.0])
    found = observe.choose_mix((menu,), probability=0.8, impulsive=0.0, orbit_cost=1.0, share_of_best=0.9)
    assert found.seen == (0.38,)
    assert found.short == ("s1: at most 0.40",)


def test_reassurance_behind_the_line_is_not_seen_by_posts() -> None:
    """With a standoff far beyond every range, static layers behind the line see nothing; only aircraft do."""
    inputs = gather_sizing(tiny_scenario(**{"settlement.standoff_km": 200.0}))
    for menu in prepare(inputs).menus:
        static = [index for index, name in enumerate(menu.capabilities) if inputs.capabilities[name].speed_kmh == 0]
        others = np.delete(menu.units, static, axis=1).sum(axis=1) + menu.orbits
        assert menu.seen[others == 0].max() < 0.01


def test_interposition_without_access_to_both_sides_names_the_row() -> None:
    """Interposition is refused where access is to one side, and the refusal names `settlement.access`."""
    one = gather_sizing(tiny_scenario(**{"mission.posture": "interpose"}))
    both = gather_sizing(tiny_scenario(**{"mission.posture": "interpose", "settlement.access": "both"}))
    assert "settlement.access is 'host_only'" in refused_tasks(one)["interpose"]
    assert refused_tasks(both) == {}


def test_no_access_rules_out_tasks_on_the_line() -> None:
    """Without access nobody verifies, responds or clears on the line, and only aircraft watch it."""
    inputs = gather_sizing(tiny_scenario(**{"settlement.access": "none"}))
    assert not {"verify", "respond", "clear"} & set(asked_tasks(inputs))
    for menu in prepare(inputs).menus:
        assert all(inputs.capabilities[name].endurance_h > 0 for name in menu.capabilities)


def test_a_missing_factor_is_named() -> None:
    """A factor that nobody defines is an error with the nearest name."""
    with pytest.raises(UnknownNameError, match=r"respond\.alert_minutes"):
        Desk(gather_sizing(tiny_scenario())).factor("respond.alert_minute")


def test_a_factor_for_a_capability_nobody_defines_is_named() -> None:
    """A `gives` factor with a misspelt capability is an error, not a silent nothing."""
    inputs = gather_sizing(tiny_scenario())
    wrong = inputs.factors | {"gives.cas.figther_sqn": inputs.factors["gives.cas.fighter_sqn"]}
    with pytest.raises(UnknownNameError, match="did you mean 'fighter_sqn'"):
        Desk(replace(inputs, factors=wrong)).gives("cas", task="rescue")


def test_crossings_are_met_more_often_by_more_movers() -> None:
    """The barrier text names a chance that grows with the movers, and says nothing where none moves."""

    def chance(units: dict[str, float]) -> float:
        desk = Desk(gather_sizing(tiny_scenario()))
        mix = observe.Mix(units=units, orbits=0.0, seen=(), impulsive=(), short=(), cost=0.0)
        text = observe.crossing_text(desk, mix)
        return float(desk["size.observe.crossing"]) if text else 0.0

    assert chance({"gsr_section": 5.0}) == 0.0
    one, two = chance({"tactical_uav_unit": 0.2}), chance({"tactical_uav_unit": 0.4})
    assert 0.0 < one < two < 1.0


def test_a_scenario_without_line_is_refused_and_one_with_a_length_is_enough() -> None:
    """Sizing alone needs only a length; without one, sectors or a trace, the error names the key."""
    bare = {"sectors": {}, "traces": {}}
    with pytest.raises(ScenarioError, match="line_km"):
        gather_sizing(tiny_scenario(**bare))
    assert gather_sizing(tiny_scenario(**bare, line_km=80.0)).line_km == pytest.approx(80.0)
    assert gather_sizing(tiny_scenario(sectors={})).line_km == pytest.approx(100.0, rel=1e-3)


def _words(posture: str, task: str, **levels: Any) -> str:
    inputs = gather_sizing(tiny_scenario(**({"mission.posture": posture} | levels)))
    return size(inputs).binding[task]


def test_protection_says_nothing_of_raids_that_do_not_come() -> None:
    """Without raids or drones no raid is described and no days of supply are told; with them both are."""
    raided = _words("robust", "protect")
    assert "drones on one base" in raided
    assert "interceptors for" in raided
    for name in ("raids_air_per_month", "drones_per_raid"):
        quiet = _words("robust", "protect", **{f"threat.{name}": 0.0})
        assert "drones on one base" not in quiet, name
        assert "999" not in quiet
    assert "interceptors for" not in _words("robust", "protect", **{"threat.raids_air_per_month": 0.0})


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    """One patrol station, one tanker and one base are named in the singular, more in the plural."""
    assert _words("robust", "air", **{"service.cap_stations": 1}).startswith("1 patrol station, ")
    assert _words("robust", "air", **{"service.cap_stations": 2}).startswith("2 patrol stations, ")
    assert (counted(1.0, "tanker"), counted(0.0, "tanker"), counted(2.5, "tanker")) == (
        "1 tanker",
        "0 tankers",
        "2.5 tankers",
    )
