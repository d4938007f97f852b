"""Gathering: what the stress test reads off the scenario and the stages before it."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from holdfast.core.arrays import collect, labelled
from holdfast.core.errors import UnknownNameError, ValueRangeError
from holdfast.core.memo import content_hash
from holdfast.results.stages import (
    Arrival,
    Coverage,
    Deployment,
    Force,
    ForceUnit,
    Laydown,
    Requirement,
    Site,
)
from holdfast.scenario.futures import draw_future
from holdfast.stress.answering import acting_share, power_of, ready_days
from holdfast.stress.inputs import StressInputs, gather_stress
from holdfast.stress.names import PARAMETERS
from holdfast.stress.stage import stress
from support import tiny_scenario

MONTHS = 24


def unit(number: int, nation: str, pool: str, capability: str, **more: Any) -> ForceUnit:
    given = {
        "id": f"u{number}", "nation": nation, "pool": pool, "capability": capability, "units": 1.0, "personnel": 800.0,
        "area": "country", "depot": "dep_fra", "ready_day": 10.0, "backstop": False,
    }  # fmt: skip
    return ForceUnit(**(given | more))  # type: ignore[arg-type]


UNITS = (
    unit(1, "FRA", "fra_mech_bn", "mech_bn"),
    unit(2, "GBR", "gbr_mech_bn", "mech_bn"),
    unit(3, "DEU", "deu_mech_bn", "mech_bn"),
    unit(4, "USA", "", "fighter_sqn", backstop=True, id="standby_air"),
    unit(5, "USA", "air_defence_neighbours", "patriot_bty", backstop=True),
    unit(6, "USA", "intelligence", "isr_service", backstop=True),
)


def site(number: int, capability: str, **more: Any) -> Site:
    given = {
        "id": f"s{number}", "kind": "base", "capability": capability, "units": 1.0, "lon": 29.8, "lat": 49.9,
        "country": "UKR", "sector": "s1", "place": "", "line_km": 12.0, "across_border": False,
    }  # fmt: skip
    return Site(**(given | more))  # type: ignore[arg-type]


SITES = (
    site(1, "mech_bn"),
    site(2, "mech_bn", lat=49.3, sector="s4", line_km=80.0),
    site(3, "patriot_bty", kind="battery", line_km=math.nan),
    site(4, "fighter_sqn", lon=22.0, across_border=True, line_km=math.nan),
    site(5, "patriot_bty", kind="battery", backstop=True, across_border=True),
)


def arrival(number: int, capability: str, day: float, personnel: float) -> Arrival:
    return Arrival(
        unit=f"u{number}", nation="FRA", capability=capability, personnel=personnel, ready_day=5.0, arrival_day=day,
        destination="base_north", route=(),
    )  # fmt: skip


ARRIVALS = (
    arrival(2, "mech_bn", 95.0, 800.0),
    arrival(1, "mech_bn", 40.0, 800.0),
    arrival(4, "fighter_sqn", 20.0, 350.0),
    arrival(7, "training_team", 30.0, 30.0),
)


def results(
    *, units: tuple[ForceUnit, ...] = UNITS, sites: tuple[Site, ...] = SITES, seen: float = 0.8
) -> dict[str, Any]:
    """Results of the stages before, as far as the stress test reads them."""
    days, km = np.array([0.0, 60.0, 120.0]), np.arange(100)
    grown = np.array([0.0, 0.5, 1.0])
    backing, target = ["country", "across_border", "both"], ["aircraft", "cruise_missile", "drone", "ballistic_missile"]
    share = np.tile(np.array([0.2, 0.4, 0.5])[:, None], (1, 4))
    coords: dict[str, Any] = {
        "km": km, "day": days, "sector": ["s1", "s2", "s3", "s4"], "backing": backing, "target": target,
        "pool": ["fra_mech_bn"], "month": np.arange(-2, MONTHS),
    }  # fmt: skip

    def array(values: Any, *dims: str) -> Any:
        return labelled(values, dims, coords, units="1", long_name="test")

    stock = np.concatenate([[0, 0], np.full(MONTHS - 6, 2.0), np.full(6, 1.0)])
    coverage = Coverage(
        line=collect(seen=array(np.full(100, seen), "km")),
        sectors=collect(length_km=array([25.0] * 4, "sector"), seen=array([seen] * 4, "sector")),
        layers=array([seen] * 4, "sector"), protection=array(share, "backing", "target"),
        shares=collect(weight=array(share, "backing", "target")),
        by_day=collect(seen=array(seen * grown, "day"), people_protected=array(1e6 * grown, "day")), gaps=(),
    )  # fmt: skip
    on_station = labelled(
        np.stack([stock[None, :]] * 2), ("backing", "pool", "month"),
        coords | {"backing": ["europe_only", "with_backstop"]}, units="unit", long_name="test",
    )  # fmt: skip
    return {
        "requirement": bare(Requirement, posture="reassure"),
        "force": bare(Force, units=units, on_station=on_station),
        "laydown": bare(Laydown, sites=sites),
        "deployment": bare(Deployment, arrivals=ARRIVALS),
        "coverage": coverage,
    }


def bare(kind: type, **fields: Any) -> Any:
    """A result with only the fields that matter here."""
    made = object.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def gathered(scenario: Any = None, **changes: Any) -> StressInputs:
    return gather_stress(scenario or tiny_scenario(), **results(**changes))


def test_two_options_share_the_draws_of_the_scenario() -> None:
    """Parameters are those of `draw_future`, for every option alike."""
    scenario = tiny_scenario()
    inputs = gathered(scenario)
    other = gathered(tiny_scenario(**{"mission.posture": "observe"}))
    assert np.array_equal(inputs.parameters, other.parameters)
    assert inputs.origins["behaviour.host_share"] == ("", "test figure")
    drawn = draw_future(scenario, seed=scenario.stress.seed, future=3)
    for column, key in enumerate(PARAMETERS):
        table, name = key.split(".")
        assert inputs.parameters[3, column] == getattr(getattr(drawn, table), name).nominal
    element = drawn.backstop["standby_air"]
    assert inputs.promises[3, inputs.elements.ids.index("standby_air"), 0] == element.believed.nominal


def test_places_weigh_threat_by_length_and_keep_the_line() -> None:
    """Weights sum to 1, edges run over the whole line, no place is longer than the factor, seen grows as units arrive."""
    inputs = gathered()
    places = inputs.places
    assert places.weight.sum() == pytest.approx(1.0)
    assert places.edges_km[0] == 0
    assert places.edges_km[-1] == pytest.approx(100.0)
    assert np.diff(places.edges_km).max() <= 25.0 + 1e-9
    assert np.all(np.diff(places.seen, axis=1) >= 0)
    assert places.seen[:, -1] == pytest.approx(0.8)
    assert places.seen[0, 0] == pytest.approx(0.8 * 15.0 / 120.0)


def test_a_finer_cut_of_the_line_keeps_what_each_kilometre_has() -> None:
    """Halving the places leaves the share of tests by kilometre and what is seen there unchanged."""
    coarse, fine = gathered(), gathered(tiny_scenario(**{"factors.stress.place_km": 12.5}))
    assert len(fine.places.sector) == 2 * len(coarse.places.sector)
    assert fine.places.weight.reshape(-1, 2).sum(axis=1) == pytest.approx(coarse.places.weight)


def test_responders_are_manned_as_units_arrive_and_fly_or_drive() -> None:
    """Bases fill in order of arrival; the nearer base is quicker; squadrons come by air; batteries answer no test."""
    inputs = gathered()
    crew = inputs.responders
    assert crew.ids == ("s1", "s2", "s4")
    assert crew.ready_day.tolist() == [40.0, 95.0, 20.0]
    assert inputs.places.hours[0, 0] < inputs.places.hours[1, 0]
    assert crew.companies[2] == 0
    assert np.all(np.isfinite(inputs.places.hours))


def test_a_site_without_arrivals_is_never_ready() -> None:
    """Where fewer units arrive than sites are planned, the last ones stay empty for ever."""
    sites = [site(number, "mech_bn") for number in range(3)]
    found = ready_days(sites, bare(Deployment, arrivals=ARRIVALS), personnel=800.0)
    assert found == [40.0, 95.0, math.inf]


def test_caveats_take_power_away() -> None:
    """A pool that refuses `hold` brings no power to a test: one battalion of three."""
    scenario = tiny_scenario()
    assert acting_share(scenario, results()["force"], "mech_bn") == pytest.approx(2 / 3)
    assert gathered().responders.power[0] == pytest.approx(2 / 3 * power_of(scenario, "mech_bn"))


def test_strength_falls_where_rotation_cannot_keep_it() -> None:
    """Half the units gone in the last six months: half the strength."""
    strength = gathered().strength
    assert strength[:18] == pytest.approx(1.0)
    assert strength[18:] == pytest.approx(0.5)


def test_levers_of_the_backstop_are_kept_apart() -> None:
    """Refused: no element. Promised and not honoured: believed as before, honoured by none. Services answer no test."""
    kept = gathered()
    assert kept.elements.ids == ("air_defence_neighbours", "standby_air")
    broken = gathered(tiny_scenario(**{"backstop_levers.honoured": False}))
    assert np.array_equal(broken.promises[:, :, 0], kept.promises[:, :, 0])
    assert broken.promises[:, :, 1].max() == 0.0
    refused = gathered(tiny_scenario(**{"backstop_levers.granted": False}))
    assert refused.elements.ids == ()
    half = gathered(tiny_scenario(**{"backstop.standby_air.promised": 0.5}))
    assert half.promises[:, 1, :2] == pytest.approx(0.5 * kept.promises[:, 1, :2])


def test_air_defence_is_split_by_where_it_stands() -> None:
    """From the country alone without the backstop's share; what stands across the border is lent where it is lent."""
    inputs = gathered()
    assert inputs.cover_own[-1] == pytest.approx(0.2)
    assert inputs.cover_backstop[-1] == pytest.approx(0.3)
    alone = gathered(tiny_scenario(**{"backstop_levers.asked": False}))
    assert alone.cover_own[-1] == pytest.approx(0.5)


def test_no_force_gathers_and_runs() -> None:
    """With posture none, empty results give a well-formed stress result in which only the host answers."""
    scenario = tiny_scenario(**{"mission.posture": "none"})
    given = results(units=(), sites=(), seen=0.0)
    given["requirement"] = bare(Requirement, posture="none")
    given["deployment"] = bare(Deployment, arrivals=())
    result = stress(gather_stress(scenario, **given))
    assert result.outcomes.sizes == {"future": 8, "replication": 4}
    assert float(result.outcomes["tests_answered"].max()) == 0.0
    assert 0.0 <= result.wilson_low <= result.hold_mean <= result.wilson_high <= 1.0


def test_trainers_add_host_battalions() -> None:
    """Graduates grow from the end of the first course by what the teams in place turn out; none come without them."""
    scenario = tiny_scenario()
    graduates = gathered(scenario).graduates
    assert graduates[3] == 0.0
    a_day = min(3000 / 365.25, 1.0) * scenario.factor("stress.graduates_new_share") / 500
    assert graduates[-1] == pytest.approx((30 * 23 - 30 - 60) * a_day)
    given = results()
    given["deployment"] = bare(Deployment, arrivals=ARRIVALS[:3])
    assert gather_stress(scenario, **given).graduates.max() == 0.0


def test_only_people_in_the_country_can_be_called_home() -> None:
    """Shares are of people in the country; with none there, nobody can leave, and what flies still counts."""
    assert gathered().nation_share == pytest.approx(np.full(3, 1 / 3))
    abroad = tuple(replace(unit, area="theatre") for unit in UNITS)
    inputs = gathered(units=abroad)
    assert inputs.nations == ()
    result = stress(inputs)
    assert float(result.outcomes["tests_answered"].sum()) > 0
    assert float((result.outcomes["cause"] == 3).sum()) == 0


def test_equal_cases_hash_alike_and_levers_change_the_hash() -> None:
    """Inputs hash by content, so that a stage re-runs exactly when what it reads has changed."""
    assert content_hash(gathered()) == content_hash(gathered())
    assert content_hash(gathered()) != content_hash(gathered(tiny_scenario(**{"factors.stress.delegated_level": 2})))


def test_what_is_missing_or_absurd_is_named() -> None:
    """A missing factor, base rates above 1 and a line without weight are errors that say what was found."""
    scenario = tiny_scenario()
    less = {key: value for key, value in scenario.factors.items() if key != "stress.spread_km"}
    with pytest.raises(UnknownNameError, match=r"stress\.spread_km"):
        gathered(replace(scenario, factors=less))
    with pytest.raises(ValueRangeError, match="base_rates"):
        gathered(tiny_scenario(**{"base_rates.raid": 0.9}))
    sectors = {key: replace(row, threat_weight=0.0) for key, row in scenario.sectors.items()}
    with pytest.raises(ValueRangeError, match="threat_weight"):
        gathered(replace(scenario, sectors=sectors))
