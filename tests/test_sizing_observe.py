"""Observation: the table of cover, the menu, the choice of orbits, and the same over draws."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from holdfast.core.errors import ScenarioError, ValueRangeError
from holdfast.models.detection import orbit_aircraft
from holdfast.models.even_cover import cover_table, even_covers, spread_covers
from holdfast.models.sensing import layer_of
from holdfast.scenario.types import SectorRow
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.menu import SectorMenu, make_menus
from holdfast.sizing.observe import ORBIT, aircraft_for, choose_mix, demand_observe
from holdfast.sizing.observe_choice import reason_of, share_orbits
from holdfast.sizing.observe_draws import WIDTHS, exact_at, observe_draws, observe_reads
from support import just, tiny_scenario


def _inputs(posture: str = "observe", **more: Any) -> SizingInputs:
    terms = {"mission.posture": posture, "settlement.access": "both"} | more
    return gather_sizing(tiny_scenario(**terms))


def _area(side_km: float, posture: str = "observe") -> SizingInputs:
    base = _inputs(posture)
    sector = SectorRow(
        id="area", name="area", from_km=0.0, to_km=side_km, kind="area", terrain="open", mines=0.0, threat_weight=1.0,
        road_kmh=40.0, assumption="test",
    )  # fmt: skip
    return replace(base, sectors=(sector,), line_km=side_km, area_km2=side_km**2)


def _factor(inputs: SizingInputs, key: str, value: float) -> SizingInputs:
    row = inputs.factors[key]
    return replace(inputs, factors=inputs.factors | {key: replace(row, value=just(value))})


def _with_patrols(inputs: SizingInputs) -> SizingInputs:
    """Observer teams that drive half a patrol a day at 40 km/h."""
    team = replace(
        inputs.capabilities["observer_team"], speed_kmh=40.0, output_per_day=0.5, output_unit="patrols", endurance_h=0.0
    )
    return replace(inputs, capabilities=inputs.capabilities | {team.id: team})


def _menu(name: str, rows: list[tuple[float, float, float, float]]) -> SectorMenu:
    """A menu from rows of cost, share of an orbit, seen, heard."""
    cost, orbits, seen, heard = (np.array(column) for column in zip(*rows, strict=True))
    units = np.arange(len(rows), dtype=float)[:, None]
    return SectorMenu(
        sector=name, capabilities=("post",), units=units, orbits=orbits, cost=cost, seen=seen, impulsive=heard,
        posts=np.zeros(len(rows)),
    )  # fmt: skip


def test_isolated_posts_see_their_discs() -> None:
    """Posts far apart in an area see the sum of their discs: n duty r² (2π²/k) / sin(2π/k) / A."""
    steepness, duty, reach, area, posts = 4.0, 0.9, 1.0, 1e6, 100
    disc = duty * reach**2 * 2.0 * math.pi**2 / steepness / math.sin(2.0 * math.pi / steepness)
    found = spread_covers(posts, area_km2=area, r50_km=reach, steepness=steepness, duty=duty)
    assert found[0] == pytest.approx(posts * disc / area, rel=1e-3)


def test_posts_shoulder_to_shoulder_see_everything() -> None:
    """Posts an eighth of their range apart over a shallow zone miss nothing."""
    found = even_covers(
        400, length_km=50.0, depth_km=0.2, offset_km=0.0, r50_km=1.0, steepness=4.0, duty=0.9
    )  # fmt: skip
    assert found[0] > 0.999


def test_a_table_serves_only_what_it_can() -> None:
    """Steepness and duty out of range are refused with the factor named; no posts and no range see nothing."""
    with pytest.raises(ValueRangeError, match=r"sensing\.steepness"):
        cover_table(1.2, 0.9)
    with pytest.raises(ValueRangeError, match="duty"):
        cover_table(4.0, 1.2)
    zone: dict[str, Any] = {"length_km": 10.0, "depth_km": 2.0, "offset_km": 0.0, "steepness": 4.0, "duty": 0.9}
    assert even_covers([0, 3], r50_km=[1.0, 0.0], **zone).tolist() == [0.0, 0.0]
    with pytest.raises(ValueRangeError, match="count"):
        even_covers(-1, r50_km=1.0, **zone)


def test_common_weather_two_layers_never_see_as_independent_ones_would() -> None:
    """Weather and night hit all layers at once: two layers see less than if each met its own weather.

    In the menu a mix of two static kinds has P = Σ_s π_s [1 − Π_l (1 − c_ls)], which is below 1 − Π_l (1 − Σ_s π_s c_ls)
    wherever both layers see worse in the same states.
    """
    inputs = _inputs()
    for menu in make_menus(inputs):
        names = list(menu.capabilities)
        first, second = names.index("sensor_section"), names.index("gsr_section")
        alone = menu.orbits == 0
        only = {
            kind: {
                float(menu.units[row, kind]): float(menu.seen[row])
                for row in np.flatnonzero(alone & (menu.units[:, kind] > 0) & (menu.units.sum(axis=1) == menu.units[:, kind]))
            }
            for kind in (first, second)
        }  # fmt: skip
        both = np.flatnonzero(
            alone & (menu.units[:, first] > 0) & (menu.units[:, second] > 0)
            & (menu.units.sum(axis=1) == menu.units[:, first] + menu.units[:, second])
        )  # fmt: skip
        assert both.size > 0
        for row in both:
            one, two = only[first][menu.units[row, first]], only[second][menu.units[row, second]]
            independent = 1.0 - (1.0 - one) * (1.0 - two)
            assert max(one, two) - 1e-12 <= menu.seen[row] < independent


def test_impulsive_events_are_heard_by_no_patrol_drone_or_radar() -> None:
    """A mix without acoustic sections and cameras notices no shot, however many patrols, drones and orbits it has."""
    inputs = _inputs()
    for menu in make_menus(inputs):
        hears = [
            number for number, name in enumerate(menu.capabilities)
            if inputs.capabilities[name].sees_impulsive and inputs.capabilities[name].speed_kmh == 0
        ]  # fmt: skip
        deaf = menu.units[:, hears].sum(axis=1) == 0
        assert (menu.units[deaf].sum(axis=1) > 0).any()
        assert (menu.impulsive[deaf] == 0.0).all()
        assert menu.impulsive[~deaf].min() > 0.0


def test_duty_hours_halve_what_one_patrol_sweeps() -> None:
    """With small chances, half the hours on patrol see half as often."""
    inputs = _with_patrols(_inputs(**{"service.observe_event_minutes": 0.5}))
    shorter = _factor(inputs, "duty.patrol_hours", inputs.factors["duty.patrol_hours"].value.nominal / 2.0)
    for full, half in zip(make_menus(inputs), make_menus(shorter), strict=True):
        patrol = full.capabilities.index("observer_team")
        one = (full.units.sum(axis=1) == 1) & (full.units[:, patrol] == 1) & (full.orbits == 0)
        assert one.any()
        assert half.seen[one] == pytest.approx(full.seen[one] / 2.0, rel=1e-2)


def test_duty_of_posts_is_in_their_cover() -> None:
    """Posts that watch half the time are seen to cover half as much where they stand far apart."""
    zone: dict[str, Any] = {"length_km": 300.0, "depth_km": 1.0, "offset_km": 0.0, "r50_km": 1.0, "steepness": 4.0}
    full, half = (even_covers(3, duty=duty, **zone)[0] for duty in (0.8, 0.4))
    assert half == pytest.approx(full / 2.0, rel=2e-2)


def test_area_patrols_sweep_the_area_by_the_closed_form() -> None:
    """In an area, n patrols see a violation of mean duration m with P = Σ_s π_s r/(1+r), r = m n W v / A."""
    inputs = _with_patrols(_area(60.0))
    (menu,) = make_menus(inputs)
    patrol = menu.capabilities.index("observer_team")
    layer = layer_of(inputs.capabilities["observer_team"], inputs.factors, terrain="open")
    weights = [inputs.factors[f"visibility.{state}"].value.nominal for state in ("day", "night", "poor")]
    rows = np.flatnonzero(
        (menu.orbits == 0) & (menu.units[:, patrol] > 0) & (menu.units.sum(axis=1) == menu.units[:, patrol])
    )
    assert rows.size > 5
    for row in rows:
        swept = [
            inputs.service.observe_event_minutes / 60.0 * menu.units[row, patrol] * one / 3600.0
            for one in layer.sweep_km2_h
        ]
        expected = sum(w * r / (1.0 + r) for w, r in zip(weights, swept, strict=True))
        assert menu.seen[row] == pytest.approx(expected, abs=1e-9)


def test_area_static_layers_cover_discs_and_grow_with_their_number() -> None:
    """In an area more posts of a kind see more, at most the sum of their discs; nobody keeps posts on a line there."""
    inputs = _area(60.0, "interpose")
    (menu,) = make_menus(inputs)
    camera = menu.capabilities.index("sensor_section")
    reach = inputs.capabilities["sensor_section"].detect_km
    alone = np.flatnonzero(
        (menu.orbits == 0) & (menu.units[:, camera] > 0) & (menu.units.sum(axis=1) == menu.units[:, camera])
    )
    order = alone[np.argsort(menu.units[alone, camera])]
    assert (np.diff(menu.seen[order]) > 0).all()
    discs = menu.units[order, camera] * reach**2 * math.pi**2 / 2.0 / 3600.0
    assert (menu.seen[order] <= discs).all()
    assert (menu.posts == 0).all()
    assert demand_observe(Desk(inputs), (menu,)).rows


def test_sectors_of_border_and_sea_are_watched_by_those_that_can() -> None:
    """The line can be bypassed: a border has a menu like the line, the sea one of ships and sensors without ground teams."""
    inputs = _inputs()
    first = inputs.sectors[0]
    border, sea = replace(first, id="b", kind="border"), replace(first, id="s", kind="sea", terrain="water")
    ship = replace(inputs.capabilities["observer_team"], id="ship", domain="sea")
    both = replace(inputs, sectors=(border, sea), capabilities=inputs.capabilities | {"ship": ship})
    on_land, at_sea = make_menus(both)
    assert "observer_team" in on_land.capabilities
    assert "ship" not in on_land.capabilities
    assert "ship" in at_sea.capabilities
    assert "observer_team" not in at_sea.capabilities
    assert at_sea.best_seen() > 0.1


def test_an_orbit_beyond_its_endurance_names_row_and_factor() -> None:
    """Endurance of at most twice the way stops with the catalogue row and the factor, and how to mend it."""
    inputs = _factor(_inputs(), "observe.orbit_transit_h", 15.0)
    menus = make_menus(inputs)
    with pytest.raises(ScenarioError) as caught:
        demand_observe(Desk(inputs), menus)
    said = str(caught.value)
    assert "capabilities.csv: male_uav_orbit.endurance_h" in said
    assert "factors.observe.orbit_transit_h = 15" in said
    with pytest.raises(ValueRangeError, match="orbit_transit_h"):
        aircraft_for(np.ones((2, 1)), 10.0, np.array([[1.0], [5.0]]), 4.0, 0.7)


@pytest.mark.parametrize("orbits", [0, 1, 3, 7])
def test_orbit_arithmetic_over_draws_is_that_of_one_orbit(orbits: int) -> None:
    """ceil(n (e + u) / ((e − 2τ) a)) for arrays is the formula of coverage for numbers."""
    transit, share = np.array([[0.5], [1.5], [3.0]]), np.array([[0.5], [0.65], [0.8]])
    found = aircraft_for(float(orbits), 27.0, transit, 4.0, share)
    for row in range(3):
        terms = {"transit_h": float(transit[row, 0]), "availability": float(share[row, 0])}
        assert found[row, 0] == orbit_aircraft(orbits, endurance_h=27.0, turnaround_h=4.0, **terms)


def test_orbits_are_shared_where_that_is_cheaper() -> None:
    """Three sectors that want a third of an orbit share one; alone, a sector does without."""
    options = [(np.array([0.0, 0.3]), np.array([5.0, 1.0]))]
    assert share_orbits(options * 3, orbit_cost=10.0) == ([1, 1, 1], 1.0)
    assert share_orbits(options, orbit_cost=10.0) == ([0], 0.0)


def test_shadow_value_is_the_next_step_of_the_frontier() -> None:
    """The reason of a mix names what binds and the finite difference of cost to the mix that sees a point more."""
    menu = _menu("s", [(1.0, 0.0, 0.30, 0.9), (4.0, 0.0, 0.505, 0.1), (5.0, 0.0, 0.53, 0.4), (9.0, 0.0, 0.62, 0.4)])
    seen_binds = reason_of(menu, 1, asked=(0.5, 0.0), rise=0.0)
    assert (seen_binds.binds, seen_binds.point_musd, seen_binds.ten_musd) == ("seen", 1.0, 5.0)
    both = reason_of(menu, 2, asked=(0.5, 0.3), rise=0.5)
    assert both.binds == "seen and heard"
    assert reason_of(menu, 3, asked=(0.6, 0.0), rise=0.0).point_musd == 0.0
    assert math.isinf(reason_of(menu, 3, asked=(0.62, 0.0), rise=0.0).point_musd)


def test_the_tree_says_which_mix_each_sector_has_and_why() -> None:
    """Every sector has a figure with its mix, what it sees of what is asked, what binds, and the price of more."""
    inputs = _inputs()
    desk = Desk(inputs)
    demand = demand_observe(desk, make_menus(inputs))
    for sector in inputs.sectors:
        figure = desk.sheet.figures[f"size.observe.mix.{sector.id}"]
        assert figure.kind == "optimum"
        assert all(word in figure.text for word in ("asked", "binds:", "one more point of probability", "MUSD/year"))
    held = [row for row in demand.rows if row.figure != "size.observe.posts"]
    assert held
    for row in held:
        tree = desk.sheet.figures[row.figure]
        assert "shadow value" in tree.text or row.id.endswith(ORBIT)
    assert "violations seen with probability" in demand.binding


def test_menus_cost_nothing_for_nothing_and_ask_is_met() -> None:
    """The first mix is nothing and costs nothing; the mix chosen sees and hears what is asked where that can be reached."""
    inputs = _inputs()
    menus = make_menus(inputs)
    assert all(menu.cost[0] == 0.0 and menu.seen[0] == pytest.approx(0.0, abs=1e-12) for menu in menus)
    mix = choose_mix(menus, probability=0.5, impulsive=0.2, orbit_cost=45.0, share_of_best=0.9)
    assert not mix.short
    assert min(mix.seen) >= 0.5 - 1e-9
    assert min(mix.impulsive) >= 0.2 - 1e-9


def _drawn(inputs: SizingInputs, count: int) -> dict[str, Any]:
    rng = np.random.default_rng(11)
    drawn: dict[str, Any] = {}
    for name in observe_reads(inputs):
        table, _, key = name.partition(".")
        quantity = (
            inputs.factors[key].value if table == "factors"
            else getattr(inputs.settlement, key) if table == "settlement" else None
        )  # fmt: skip
        if quantity is not None and quantity.is_uncertain:
            drawn[name] = np.array([quantity.quantile(u) for u in rng.random(count)])
    drawn["service.observe_probability"] = rng.uniform(0.2, 0.8, count)
    drawn[WIDTHS] = np.array([row.to_km - row.from_km for row in inputs.sectors]) * rng.uniform(0.8, 1.2, (count, 1))
    return drawn


@pytest.mark.parametrize("posture", ["observe", "interpose", "robust"])
def test_draws_are_the_exact_choice_of_each(posture: str) -> None:
    """Over draws cost is that of the exact program of each draw: mean within 1 %, the same mix in four draws of five."""
    inputs = _inputs(posture)
    found = observe_draws(inputs, _drawn(inputs, 40), count=40, check=40)
    assert found.error["draws"] == 40
    assert found.error["cost_mean"] < 0.01
    assert found.error["same_mix"] >= 0.8


def test_draws_at_nominal_values_are_the_nominal_run() -> None:
    """With nothing drawn every draw is the nominal choice: units, orbits, cost, and what is seen and heard."""
    for inputs in (_inputs(), _inputs("interpose"), _area(60.0)):
        found = observe_draws(inputs, {}, count=2, check=1)
        exact = exact_at(inputs, {}, 0)
        units = dict(zip(found.capabilities, found.units[1].tolist(), strict=True))
        assert {name: count for name, count in units.items() if count} == exact.units
        assert found.orbits[1] == exact.orbits
        assert found.cost[1] == pytest.approx(exact.cost, rel=1e-9)
        assert found.seen[1] == pytest.approx(exact.seen, abs=1e-6)
        assert found.heard[1] == pytest.approx(exact.impulsive, abs=1e-6)


def test_draws_have_the_same_bits_for_any_number_of_threads() -> None:
    """Threads change nothing, nor does the number of draws that come after."""
    inputs = _inputs()
    drawn = _drawn(inputs, 600)
    one, three = (observe_draws(inputs, drawn, count=600, check=0, threads=threads) for threads in (1, 3))
    for name in ("units", "orbits", "seen", "heard", "short", "cost"):
        assert getattr(one, name).tobytes() == getattr(three, name).tobytes()


def test_draws_refuse_arrays_of_another_length_and_steepness_out_of_range() -> None:
    """A drawn array of the wrong length, and a steepness the tables do not serve, are errors that name the quantity."""
    inputs = _inputs()
    with pytest.raises(ValueRangeError, match=r"factors\.observe\.share_of_best"):
        observe_draws(inputs, {"factors.observe.share_of_best": np.ones(3)}, count=4)
    with pytest.raises(ValueRangeError, match=r"sensing\.steepness"):
        observe_draws(inputs, {"factors.sensing.steepness": np.array([1.5, 4.0])}, count=2)
