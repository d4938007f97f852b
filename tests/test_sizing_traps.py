from __future__ import annotations

import heapq
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.models.incidents import peakedness, simulate_incidents
from holdfast.models.queueing import erlang_b, hayward_loss, servers_for_loss
from holdfast.scenario.types import SectorRow
from holdfast.sizing import air, hold, rescue, respond
from holdfast.sizing.core import asked_tasks, prepare, size_at
from holdfast.sizing.cover import solve_cover
from holdfast.sizing.derive import people_through, pool
from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.support import add_support, leontief
from support import just, tiny_scenario

CALM = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _inputs(posture: str = "robust", **more: object) -> SizingInputs:
    return gather_sizing(tiny_scenario(**{"mission.posture": posture, "settlement.access": "both", **more}))


def _row(task: str, amount: float, gives: dict[str, float]) -> Row:
    return Row(task=task, id=f"{task}.x", amount=amount, unit="units", figure=f"size.{task}", gives=gives)


# Trap: orbit arithmetic


def test_orbit_arithmetic_counts_the_way_out_and_back() -> None:
    """Two aircraft on station of 8 h endurance, 1 h away, 2 h on the ground, half fit: ceil(2 x 10 / (6 x 0.5)) = 7."""
    assert air.airborne_fleet(2.0, 1.0, 1.0, 8.0, 1.0, 2.0, 0.5) == 7.0
    assert air.airborne_fleet(2.0, 0.0, 1.0, 8.0, 1.0, 2.0, 0.5) == 0.0


def test_a_station_farther_than_the_endurance_names_the_rows() -> None:
    """E <= 2 tau is an error that names both factors; where nothing flies around the clock it is none."""
    with pytest.raises(ValueRangeError, match=r"air\.refuelled_endurance_h.*air\.transit_h.*is 0 h"):
        air.airborne_fleet(1.0, 1.0, 2.0, 4.0, 2.0, 4.0, 0.6)
    assert air.airborne_fleet(1.0, 0.0, 2.0, 4.0, 2.0, 4.0, 0.6) == 0.0


# Trap: clustered arrivals


def _simulated_loss(times: np.ndarray, servers: int, service_days: float, seed: int) -> float:
    lasts = np.random.default_rng(seed).exponential(service_days, times.size)
    busy: list[float] = []
    lost = 0
    for now, length in zip(times, lasts, strict=True):
        while busy and busy[0] <= now:
            heapq.heappop(busy)
        if len(busy) < servers:
            heapq.heappush(busy, now + length)
        else:
            lost += 1
    return lost / times.size


def test_clustered_calls_lose_more_than_erlang_and_about_what_hayward_says() -> None:
    """Simulated clusters of calls at 4 companies: Erlang's loss is a third too low or worse, Hayward's within a fifth.

    300,000 days of calls, about 400,000 of them: the simulated loss has a standard error below 2 % of itself, so limits
    ten of them away raise a false alarm never.
    """
    branching, decay, service, background = 0.6, 0.5, 8.0 / 24.0, 0.55
    times = simulate_incidents(background * 4, branching=branching, decay_days=decay, horizon_days=75_000.0, seed=3)
    load = background * 4 / (1.0 - branching) * service
    simulated = _simulated_loss(times, 4, service, 5)
    hayward = hayward_loss(load, 4.0, peakedness(1.0, branching, decay, service))
    assert erlang_b(load, 4.0) < 0.75 * simulated
    assert hayward == pytest.approx(simulated, rel=0.2)
    assert servers_for_loss(load, 0.05, peakedness(1.0, branching, decay, service)) > servers_for_loss(load, 0.05)


# Trap: dual roles


def test_one_battalion_is_not_counted_twice_over_time_nor_used_twice_at_once() -> None:
    """Routine and attack use the same battalions; two tasks of the same hour do not."""
    desk = Desk(_inputs())
    factors = desk.inputs.factors
    apart = {key: replace(row, value=just(0.0)) for key, row in factors.items() if key == "situation.attack.respond"}
    desk = Desk(replace(desk.inputs, factors=factors | apart))
    twice = [_row("respond", 3.0, {"mech_bn": 1.0}), _row("hold", 3.0, {"mech_bn": 1.0})]
    assert solve_cover(desk, twice).units == {"mech_bn": 3.0}, "not counted twice"
    at_once = [_row("respond", 3.0, {"mech_bn": 1.0}), _row("observe", 3.0, {"mech_bn": 1.0})]
    assert solve_cover(desk, at_once).units == {"mech_bn": 6.0}, "not used twice at once"


# Trap: rounding to a fixed point


def test_support_is_rounded_to_a_fixed_point_and_not_once() -> None:
    """Rounding Leontief's total up once leaves needs unmet; the fixed point meets every one, in whole units."""
    inputs = _inputs()
    desk = Desk(inputs)
    found = add_support(desk, {"mech_bn": 3.0}).total
    once = {name: math.ceil(amount - 1e-9) for name, amount in leontief({"mech_bn": 3.0}, inputs.capabilities).items()}

    def met(total: dict[str, float]) -> bool:
        wanted: dict[str, float] = {}
        for name, units in total.items():
            for other, amount in inputs.capabilities[name].needs.items():
                wanted[other] = wanted.get(other, 0.0) + units * amount
        return all(total.get(name, 0.0) >= amount - 1e-9 for name, amount in wanted.items())

    assert met(found)
    assert found.get("brigade_hq", 0.0) > once.get("brigade_hq", 0.0), "headquarters come with spans, not with needs"
    assert add_support(desk, found).total == found


def test_units_that_need_each_other_without_end_are_named_by_their_files() -> None:
    """Support that grows for ever is an error that says which tables to correct."""
    inputs = _inputs()
    rows = {name: replace(row, needs={}) for name, row in inputs.capabilities.items()}
    rows["mech_bn"] = replace(rows["mech_bn"], needs={"logistics_bn": 2.0})
    rows["logistics_bn"] = replace(rows["logistics_bn"], needs={"mech_bn": 1.0})
    with pytest.raises(InfeasibleError, match=r"capabilities\.csv, needs.*without end"):
        add_support(Desk(replace(inputs, capabilities=rows)), {"mech_bn": 4.0})


# Trap: two meanings of rotation


def test_the_two_published_factors_of_rotation_are_two_questions() -> None:
    """x2.5 is the standing pool of a dwell of 1.5; x4 is who passes through in two years of six-month tours."""
    assert pool(1000.0, 1.5, 0.0, 6.0, 1.0) == pytest.approx(2500.0)
    assert people_through(1000.0, 6.0) == pytest.approx(4000.0)
    assert pool(1000.0, 1.5, 0.0, 12.0, 1.0) == pytest.approx(2500.0), (
        "the standing pool does not ask how long a tour is"
    )
    assert people_through(1000.0, 12.0) == pytest.approx(2000.0), "those who pass through do"


# The line can be bypassed


def test_axes_may_fall_on_borders_and_coasts() -> None:
    """A sector of kind border or sea with a threat weight is a place for an axis; without a weight it is none."""
    kinds = ("contact", "border", "sea")
    rows = tuple(
        SectorRow(id=kind, name=kind, from_km=100.0 * spot, to_km=100.0 * (spot + 1), kind=kind, terrain="open", mines=0.0,
                  threat_weight=1.0, road_kmh=40.0, assumption="test")
        for spot, kind in enumerate(kinds)
    )  # fmt: skip
    inputs = replace(_inputs(), sectors=rows, line_km=300.0)
    quiet = replace(inputs, sectors=(rows[0], *(replace(row, threat_weight=0.0) for row in rows[1:])))
    for case, times in ((inputs, 3 * 300.0 / 120.0), (quiet, 300.0 / 40.0)):
        desk = Desk(case)
        hold.hold_power(desk)
        start, end = desk["sectors.from_km"], desk["sectors.to_km"]
        # three axes 100 km apart, each reached from 40 km of the 300: all of them count, or only the one on the contact line
        assert hold.concentration(start, end, desk["sectors.threat_weight"], 3.0, 20.0) == pytest.approx(times)


def test_the_host_grows_by_its_graduates() -> None:
    """H(t) = H0 + graduates(t): a year of 1,200 trainees at 600 a battalion of power one half is one battalion more."""
    more = hold.graduates(1200.0, 1.0, 600.0, 0.5)
    assert more == pytest.approx(1.0)
    rest = {"needed": 10.0, "share": 1.0, "brigades": 2.0, "per_brigade": 3.0, "power": 0.5, "axes": 1.0}
    assert hold.host(graduates=more, **rest) - hold.host(graduates=0.0, **rest) == pytest.approx(1.0)


# Areas without a line


def _area(posture: str = "robust", *, km2: float = 10_000.0, people: float = 2e6) -> SizingInputs:
    scenario = tiny_scenario(
        sectors={}, traces={}, line_km=0.0, area_km2=km2, population=people,
        **{"mission.posture": posture, "settlement.access": "both"},
    )  # fmt: skip
    return gather_sizing(scenario)


def test_discs_that_cover_the_plane_by_hexagons() -> None:
    """A hexagon inscribed in a circle of radius r has 3 sqrt(3) / 2 r^2: a hundred of them are covered by a hundred bases."""
    hexagon = 1.5 * math.sqrt(3.0) * 20.0**2
    assert respond.discs(100.0 * hexagon, 20.0, 10.0) == 100.0
    assert respond.discs(100.0 * hexagon + 1.0, 20.0, 10.0) == 101.0
    assert rescue.discs(100.0 * hexagon, 20.0, 10.0) == 100.0
    assert rescue.medevac_minutes_area(100.0 * hexagon, 100.0, 240.0, 5.0, 5.0) == pytest.approx(
        10.0 + 120.0 * 20.0 / 240.0
    )


def test_calls_in_an_area_come_from_its_people() -> None:
    """A million people, 0.1 episodes for 100,000 a day, half of them prevented, branching 0.5, one in ten called."""
    assert respond.calls_of_people(1e6, 0.1, 0.5, 0.5, 0.1) == pytest.approx(0.1)


def test_an_area_is_sized_and_grows_with_land_and_people() -> None:
    """An area mission has bases and sites that grow with the area, and companies that grow with the people."""

    def sized(**more: float) -> tuple[float, float, float]:
        inputs = _area(**more)
        desk = size_at(inputs, prepare(inputs)).desk
        return desk["size.respond.bases"], desk["size.rescue.sites"], desk["size.respond.colocated"]

    small, large, crowded = sized(), sized(km2=40_000.0), sized(people=2e8)
    assert large[0] > 2.0 * small[0]
    assert large[1] >= small[1]
    assert crowded[2] > small[2]
    assert crowded[0] == small[0]


def test_an_area_without_people_says_that_no_calls_are_counted() -> None:
    """Population is optional; the text says what its absence leaves out."""
    inputs = _area(people=0.0)
    assert "no population is given" in size_at(inputs, prepare(inputs)).demands["respond"].binding


# Bad input


def test_a_posture_without_tasks_names_its_factors() -> None:
    """A posture whose tasks are all switched off is an error that says which factors to set."""
    inputs = _inputs()
    off = {
        key: replace(row, value=just(0.0)) for key, row in inputs.factors.items() if key.startswith("posture.robust.")
    }
    with pytest.raises(InfeasibleError, match=r"posture\.robust\.<task> are 0"):
        asked_tasks(replace(inputs, factors=inputs.factors | off))


def test_support_from_the_air_that_comes_too_late_names_its_factors() -> None:
    """Alert time beyond the minutes allowed is an error that names both factors."""
    with pytest.raises(ValueRangeError, match=r"rescue\.cas_minutes.*rescue\.cas_alert_minutes"):
        rescue.cas_stations(100.0, 800.0, 10.0, 15.0)


# The cheapest cost is monotone


def _cost(inputs: SizingInputs) -> float:
    return size_at(inputs, prepare(inputs)).direct.cost


_HARDER = {
    "verify_visits_per_site_month": 1.3, "respond_minutes": 0.8, "respond_blocking": 0.6, "hold_force_ratio": 0.8,
    "medevac_minutes": 0.8, "trainees_per_year": 1.4, "clear_km2_year": 1.5,
}  # fmt: skip


@pytest.mark.parametrize("level", sorted(_HARDER))
@given(steps=st.lists(st.floats(0.2, 1.0), min_size=1, max_size=2))
@CALM
def test_asking_more_of_one_level_never_costs_less(level: str, steps: list[float]) -> None:
    """The cheapest direct cost is monotone in every service level, the means of transport being the same.

    Companies stand near the line here, so that roads serve them all along: a shorter time may otherwise change the means,
    and helicopters reach farther than roads.
    """
    inputs = _inputs(**{"settlement.standoff_km": 3.0})
    times = np.cumprod([1.0, *(_HARDER[level] ** step for step in steps)])
    value = getattr(inputs.service, level)
    costs = [_cost(replace(inputs, service=replace(inputs.service, **{level: value * float(one)}))) for one in times]
    assert all(later >= earlier * (1.0 - 1e-6) for earlier, later in pairwise(costs))
