"""Medical care and winter housing against closed forms, simulation and published figures."""

from __future__ import annotations

import inspect
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from holdfast.core.errors import InfeasibleError, ScenarioError, ValueRangeError
from holdfast.models.queueing import erlang_b, servers_for_loss
from holdfast.results.derivation import FORMULAS
from holdfast.scenario.types import DDay
from holdfast.scenario.values import point
from holdfast.sizing import exit as leaving
from holdfast.sizing import housing, medical, pools, statement
from holdfast.sizing.care import by_strength, derive_medical
from holdfast.sizing.core import Sized, prepare, size_at
from holdfast.sizing.derive import derive_totals
from holdfast.sizing.housing import derive_housing
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.limits import ABOVE_NOUGHT
from support import tiny_scenario


def _inputs(**more: object) -> SizingInputs:
    return gather_sizing(tiny_scenario(**{"mission.posture": "robust", **more}))


def _sized(inputs: SizingInputs) -> Sized:
    found = size_at(inputs, prepare(inputs))
    derive_totals(found)
    return found


@pytest.mark.parametrize("load", [0.3, 2.0, 16.0, 55.0, 240.0])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_beds_are_the_fewest_that_erlang_allows(load: float, share: float) -> None:
    """With the beds found no more than the share is turned away, with one fewer more is; arrays give the same."""
    beds = medical.beds_for(load, share)
    assert erlang_b(load, beds) <= share < erlang_b(load, beds - 1)
    assert beds == servers_for_loss(load, share)
    assert medical.beds_for(np.array([[load], [0.0]]), share).tolist() == [[beds], [0.0]]


def test_beds_refuse_what_makes_no_sense() -> None:
    """A share of 0 would ask for beds without end, and so would a load beyond all hospitals: both are errors."""
    with pytest.raises(ValueRangeError, match="full_share"):
        medical.beds_for(3.0, 0.0)
    with pytest.raises(InfeasibleError, match="patients"):
        medical.beds_for(1e6, 0.05)


def test_patients_lying_follow_a_simulated_ward() -> None:
    """Poisson admissions and exponential stays: the formula is the mean number lying at the end of the test.

    20,000 wards; the mean's standard error is below 0.5 %, the bound is five of them (false alarm under one in a million).
    """
    rng = np.random.default_rng(7)
    routine, surge, stay, days, wards = 2.0, 10.0, 3.0, 4.0, 20_000
    early = rng.poisson(routine * stay, wards)  # in steady state before the test
    still = rng.binomial(early, math.exp(-days / stay))
    arrived = rng.poisson((routine + surge) * days, wards)
    # an arrival at a uniform time before the end still lies with the mean of exp(-age / stay)
    lying = still + rng.binomial(arrived, stay / days * (1 - math.exp(-days / stay)))
    expected = medical.patients_lying(routine, surge, stay, days, 1.0)
    assert lying.mean() == pytest.approx(expected, rel=5 * lying.std() / math.sqrt(wards) / expected)


def test_mean_distance_is_the_integral_along_the_line() -> None:
    """The closed form of the mean distance equals the sum over a fine grid; the worst is its end."""
    length, sites, offset = 840.0, 7.0, 50.0
    half = length / (2 * sites)
    grid = (np.arange(200_000) + 0.5) / 200_000 * half
    assert medical.mean_km(length, sites, offset) == pytest.approx(np.hypot(grid, offset).mean(), rel=1e-9)
    assert medical.worst_km(length, sites, offset) == pytest.approx(math.hypot(half, offset))
    assert medical.mean_km(length, sites, 0.0) == pytest.approx(half / 2, rel=1e-6)
    radius = medical.disc_km(math.pi * 400.0, 4.0)
    assert radius == pytest.approx(10.0)
    points = np.sqrt((np.arange(100_000) + 0.5) / 100_000) * radius
    assert medical.disc_mean_km(radius) == pytest.approx(points.mean(), rel=1e-6)


def test_the_worst_surgery_is_within_what_the_sites_were_sized_for() -> None:
    """Sites spaced for the service level bring every casualty to surgery within it, and the mean is below the worst."""
    found = _sized(_inputs(**{"service.medevac_minutes": 70.0, "settlement.standoff_km": 20.0}))
    steps = {step.step: step for step in derive_medical(found).timeline}
    assert steps["surgery"].worst <= 70.0 + 1e-9
    assert steps["first_response"].mean < steps["resuscitation"].mean < steps["surgery"].mean < steps["surgery"].worst
    assert steps["surgery"].is_met
    assert [steps[name].limit for name in ("first_response", "resuscitation", "surgery")] == [10.0, 60.0, 120.0]


def test_wounded_and_dead_are_the_casualties() -> None:
    """Of the battle casualties of a day each is wounded or dead, in the ratio given."""
    wounded, dead = medical.battle_wounded(70.0, 6.0), medical.battle_dead(70.0, 6.0)
    assert (wounded + dead, wounded / dead) == pytest.approx((70.0, 6.0))


def test_only_the_axes_are_engaged() -> None:
    """Two axes that lack 1.6 battalions' worth each engage 3.2 of 8 battalions' worth of 6,000 people, never more than all."""
    assert medical.engaged_people(6000.0, 8.0, 2, 4.0, 2.4) == pytest.approx(2400.0)
    assert medical.engaged_people(6000.0, 2.0, 2, 4.0, 2.4) == pytest.approx(6000.0)
    assert medical.engaged_people(0.0, 0.0, 2, 4.0, 2.4) == 0.0
    assert medical.engaged_people(6000.0, 8.0, 2, 2.0, 2.4) == 0.0


def test_a_posture_that_does_not_hold_has_no_battle_casualties() -> None:
    """Observers plan for no design-basis test."""
    care = derive_medical(_sized(_inputs(**{"mission.posture": "observe"})))
    test = next(row for row in care.casualties if row.situation == "test")
    assert (test.wounded, test.dead, test.admitted) == (0.0, 0.0, 0.0)
    assert care.flights_after_test == 0.0


def test_hospitals_are_the_larger_of_the_rules_and_the_binding_one_is_named() -> None:
    """Each rule is met by the units held; where a rule asks for exactly those, the text names it."""
    found = _sized(_inputs())
    for hospital in derive_medical(found).hospitals:
        rules = {"timeline": hospital.by_timeline, "beds": hospital.by_beds, "strength": hospital.by_strength}
        assert hospital.held >= max(rules.values())
        assert hospital.by_strength == by_strength(found, hospital.role)
        for name, units in rules.items():
            if units == hospital.held:
                assert name in hospital.binding.split("(")[0]


def test_a_deadlier_test_makes_beds_bind() -> None:
    """With a day's losses of nearly all who are engaged, beds ask for more hospitals than strength, and are held."""
    harder = {"factors.medical.test_casualties_per_day": 0.9, "factors.medical.own_share_of_test": 1.0,
              "factors.medical.test_days": 10.0}  # fmt: skip
    usual, worse = (_sized(_inputs(**more)) for more in ({}, harder))
    role3 = {name: next(row for row in derive_medical(found).hospitals if row.role == "medical_role3")
             for name, found in (("usual", usual), ("worse", worse))}  # fmt: skip
    assert role3["worse"].by_beds > role3["worse"].by_strength
    assert role3["worse"].held >= role3["worse"].by_beds > role3["usual"].held
    assert "beds" in role3["worse"].binding


def test_casualties_lie_within_published_missions() -> None:
    """Deaths a year for 1,000 people in routine lie within those of United Nations missions since 1990 (0.47 to 3.3)."""
    found = _sized(_inputs())
    care = derive_medical(found)
    routine = next(row for row in care.casualties if row.situation == "routine")
    assert 0.47 <= routine.dead * 365_000 / found.in_country <= 3.3
    assert 49.9 <= (routine.admitted * 365_000 / found.in_country) <= 130.0


def test_fuel_is_heat_over_fuel_value() -> None:
    """1,000 m2 that lose 2 W for each m2 and degree, 20 degrees, heated by fuel of 12 kWh/kg at 80 %: 100 kg a day."""
    assert housing.fuel(1000.0, 2.0, 20.0, 12.0, 0.8, 0.0) == pytest.approx(0.1)
    assert housing.fuel(1000.0, 2.0, 20.0, 12.0, 0.8, 0.75) == pytest.approx(0.025)
    assert housing.season_fuel(0.1, 170.0) == pytest.approx(17.0)


def test_places_are_shared_out_over_the_standards() -> None:
    """The three standards add up to all places, also where the shares given are more than one."""
    for shares in ({"buildings": 0.4, "containers": 0.4}, {"buildings": 0.7, "containers": 0.6}):
        changed = {f"factors.housing.{name}_share": value for name, value in shares.items()}
        found = derive_housing(_sized(_inputs(**changed)))
        assert sum(row.places for row in found.standards) == pytest.approx(found.places)
        assert all(row.places >= 0 for row in found.standards)


def test_two_tours_overlap_in_the_places() -> None:
    """A quarter handing over at once needs a quarter more places; without overlap nobody needs a second one."""
    assert housing.places(1000.0, 0.5, 6.0, 0.25) == pytest.approx(1250.0)
    assert housing.places(1000.0, 3.0, 6.0, 0.25) == pytest.approx(1500.0)
    assert housing.places(1000.0, 0.0, 6.0, 0.25) == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("arrival", "months"), [(8.0, 2.0), (10.0, 0.0), (1.0, 0.0), (3.5, 0.0), (4.0, 6.0), (9.5, 0.5)]
)
def test_months_to_winter_by_the_calendar(arrival: float, months: float) -> None:
    """A season of 170 days from 1 October: who comes in August has two months, in January none, in April half a year."""
    assert housing.to_winter(arrival, 10.0, 170.0) == pytest.approx(months)


def test_a_force_that_arrives_in_winter_is_told_so() -> None:
    """Moving D by half a year moves the season, and the words say which."""
    words = []
    for months in (1.0, 7.0):
        inputs = replace(_inputs(), d_day=DDay(months_after_as_of=point(months, assumption="test")))
        found = derive_housing(_sized(inputs))
        assert found.arrival_month == int((2 - 1 + 21 / 31 + months + 3) % 12) + 1
        words.append(found.season)
    assert "before the heating season" in words[0]
    assert "arrives in winter" in words[1]
    undated = derive_housing(_sized(replace(_inputs(), d_day=None)))
    assert math.isnan(undated.ready_share)


def test_building_takes_work_over_hands() -> None:
    """Battalion months over builders; nobody to build means never."""
    assert housing.months(12.0, 4.0) == pytest.approx(3.0)
    assert housing.months(12.0, 0.0) == math.inf
    assert housing.ready(3.0, 1.0, 8.0) == pytest.approx(0.5)
    found = derive_housing(_sized(_inputs()))
    assert found.months_to_build == pytest.approx(
        sum(row.build_battalion_months for row in found.standards) / found.builders
    )
    assert found.camp_units_held >= found.camp_units


def test_formulas_work_on_draws_as_on_numbers() -> None:
    """Every formula gives for a column of draws what it gives for each number."""
    draws = np.array([[0.5], [1.0], [2.0]])
    cases = [
        (medical.engaged_people, (6000.0, 8.0, 2.0, 4.0, 2.4)), (medical.patients_lying, (2.0, 10.0, 3.0, 4.0, 0.5)),
        (medical.mean_km, (840.0, 7.0, 50.0)), (medical.worst_km, (840.0, 7.0, 50.0)), (medical.units_for, (40.0, 15.0)),
        (medical.minutes_surgery, (80.0, 240.0, 10.0, 10.0)), (housing.places, (1000.0, 0.5, 6.0, 0.25)),
        (housing.container_places, (1000.0, 0.4, 0.4)), (housing.camps, (9000.0, 0.4, 1500.0)),
        (housing.months, (12.0, 4.0)), (housing.to_winter, (8.0, 10.0, 170.0)), (housing.arrival, (2.7, 6.0, 3.0)),
        (housing.ready, (3.0, 1.0, 8.0)),
    ]  # fmt: skip
    for function, values in cases:
        found = np.asarray(function(*(value * draws for value in values)))
        one = [float(function(*(value * float(draw) for value in values))) for draw in draws[:, 0]]
        assert found.shape == (3, 1), function.__name__
        assert found[:, 0].tolist() == pytest.approx(one), function.__name__


@pytest.mark.parametrize("key", ABOVE_NOUGHT)
def test_a_factor_of_nought_is_refused_by_its_key(key: str) -> None:
    """No stay, no beds, no tour, no benchmark: an error names the factor instead of dividing by it or going on for ever."""
    with pytest.raises(ScenarioError, match=re.escape(key)):
        _inputs(**{f"factors.{key}": 0.0})


def test_all_factors_that_make_no_sense_are_named_together() -> None:
    """Three bad factors give one error with three keys; a share of 1 and a month of 12 are good."""
    bad = {
        "factors.housing.buildings_share": 1.2,
        "factors.medical.home_share": 2.0,
        "factors.housing.first_winter_month": 13.0,
    }
    with pytest.raises(ScenarioError) as caught:
        _inputs(**bad)
    assert all(key.removeprefix("factors.") in str(caught.value) for key in bad)
    found = _sized(_inputs(**{"factors.housing.buildings_share": 1.0, "factors.housing.first_winter_month": 12.0}))
    assert [row.places for row in derive_housing(found).standards][1:] == [0.0, 0.0]


def test_every_registered_formula_works_on_draws() -> None:
    """Each formula of care, housing, exit and statement gives for a column of draws what it gives for each number."""
    rng = np.random.default_rng(3)
    looked = 0
    assert all(module.__doc__ for module in (housing, leaving, medical, pools, statement)), "imported, so registered"
    for key, entry in FORMULAS.items():
        names = [
            name for name, kind in inspect.signature(entry.function).parameters.items() if kind.kind != kind.VAR_KEYWORD
        ]
        if not key.startswith(_OURS) or key in _OVER_VECTORS or not names:
            continue
        values = {name: rng.uniform(0.1, 0.9, 3) * (1.0 if _is_share(name) else 20.0) for name in names}
        together = np.asarray(entry.function(**{name: value[:, None] for name, value in values.items()}))
        apart = [
            float(entry.function(**{name: float(value[draw]) for name, value in values.items()})) for draw in range(3)
        ]
        assert together.shape == (3, 1), key
        assert together[:, 0].tolist() == pytest.approx(apart), key
        looked += 1
    assert looked > 40


_OURS = ("size.medical.", "size.housing.", "size.exit.", "size.statement.")
_OVER_VECTORS = {"size.exit.lasting", "size.exit.break_month", "size.medical.slowest"}


def _is_share(name: str) -> bool:
    return "share" in name or name in {"efficiency", "host_heated"}
