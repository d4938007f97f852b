"""Laydown: every unit is placed or named, terms and borders are kept, programs stay under their bound."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

import support
from cover_cases import laydown_inputs, put
from holdfast.core.errors import ScenarioError, UnknownNameError
from holdfast.geo.line import Line
from holdfast.laydown.bases import nearness, response_cover
from holdfast.laydown.frame import even_kms
from holdfast.laydown.inputs import LaydownInputs, Pin, gather_laydown
from holdfast.laydown.stage import lay_down
from holdfast.results.stages import Laydown

MIXED = (
    put("gsr_section", 8), put("sensor_section", 6), put("tactical_uav_unit", 5), put("observer_team", 12),
    put("mech_bn", 3), put("infantry_bn", 2), put("brigade_hq", 1), put("logistics_bn", 2),
    put("fighter_sqn", 2, "theatre"), put("male_uav_orbit", 1, "theatre"), put("patriot_bty", 2),
    put("patriot_bty", 3, "neighbour", backstop=True, mode="operate_outside", based="site_pol"),
    put("cuas_section", 6), put("isr_service", 1, "theatre"),
)  # fmt: skip
POSTURES = ("observe", "interpose", "reassure", "robust")


def _units(laydown: Laydown) -> dict[str, float]:
    count: Counter[str] = Counter()
    for site in laydown.sites:
        count[site.capability] += site.units  # type: ignore[assignment]
    return dict(count)


def _distance_km(inputs: LaydownInputs, lon: float, lat: float) -> tuple[float, int]:
    _, away, side = Line(inputs.points).nearest(lon, lat)
    return float(away), int(side)


@pytest.mark.parametrize("posture", POSTURES)
def test_every_unit_is_placed_or_named(posture: str) -> None:
    """Units at sites and units unplaced add up to the units of the force; services need no site."""
    inputs = laydown_inputs(MIXED, posture=posture)
    laydown = lay_down(inputs)
    placed = _units(laydown)
    wanted: Counter[str] = Counter()
    for row in inputs.units:
        wanted[row.capability] += row.units  # type: ignore[assignment]
    del wanted["isr_service"]
    for name, units in wanted.items():
        assert placed.get(name, 0.0) + laydown.unplaced.get(name, 0.0) == pytest.approx(units), name


@pytest.mark.parametrize("posture", POSTURES)
def test_programs_stay_under_their_bound(posture: str) -> None:
    """No covering program claims more than its bound, and no share lies outside 0..1."""
    laydown = lay_down(laydown_inputs(MIXED, posture=posture))
    assert laydown.covered_share.keys() == laydown.bound_share.keys()
    assert laydown.covered_share
    for family, share in laydown.covered_share.items():
        assert 0.0 <= share <= laydown.bound_share[family] + 1e-9 <= 1.0 + 2e-9, family


def test_no_force_no_sites() -> None:
    """Posture none, and a force without units, give a well-formed empty laydown."""
    for inputs in (laydown_inputs(MIXED, posture="none"), laydown_inputs(())):
        laydown = lay_down(inputs)
        assert (laydown.sites, laydown.covered_share, laydown.unplaced) == ((), {}, {})


@pytest.mark.parametrize("posture", ["reassure", "robust"])
def test_formed_units_keep_the_standoff(posture: str) -> None:
    """In postures that keep back nothing in the country stands nearer to the line than the standoff, nor beyond it."""
    inputs = laydown_inputs(MIXED, posture=posture)
    for site in lay_down(inputs).sites:
        if not site.across_border:
            away, side = _distance_km(inputs, site.lon, site.lat)
            assert away >= inputs.standoff_km - 0.01, site
            assert side >= 0, site


@pytest.mark.parametrize("access", ["both", "host_only"])
def test_posts_of_observation_stand_at_the_line(access: str) -> None:
    """Observers' posts and sensors stand within a quarter of the zone's depth of the line, on the host's side."""
    inputs = laydown_inputs((put("gsr_section", 8), put("observer_team", 4)), access=access)
    sites = [site for site in lay_down(inputs).sites if site.kind in {"post", "sensor"}]
    assert sites
    for site in sites:
        away, side = _distance_km(inputs, site.lon, site.lat)
        assert away <= inputs.depth_km / 4.0 + 0.01
        assert side == 1


def test_backstop_batteries_outside_stay_outside() -> None:
    """Elements that operate from outside stand outside the country only, whatever they could cover inside."""
    sites = [site for site in lay_down(laydown_inputs(MIXED)).sites if site.backstop]
    assert sum(site.units for site in sites) == pytest.approx(3)
    assert all(site.across_border and site.country != "UKR" for site in sites)


def test_a_transfer_stands_in_the_country() -> None:
    """Batteries handed over are crewed and stand inside the country."""
    sites = lay_down(laydown_inputs((put("patriot_bty", 2, backstop=True, mode="transfer", based="stage_ukr"),))).sites
    assert sites
    assert not any(site.across_border for site in sites)


def test_posts_on_a_uniform_line_are_even() -> None:
    """On a line without differences the covering program spaces posts evenly, to within one candidate."""
    inputs = laydown_inputs((put("gsr_section", 10),), capabilities=support.capabilities())
    uniform = replace(inputs, sectors=tuple(replace(row, terrain="open", kind="contact") for row in inputs.sectors))
    kms = np.sort([site.line_km for site in lay_down(uniform).sites])
    assert kms.size == 10
    assert np.diff(kms).max() <= 10.0 + 5.0 + 1e-6
    assert np.diff(kms).min() >= 10.0 - 5.0 - 1e-6


def test_interposition_mans_posts_at_the_spacing_asked() -> None:
    """A battalion of 20 posts on 100 km of land with a post each 2 km asked mans 20, half its people in them."""
    laydown = lay_down(laydown_inputs((put("infantry_bn", 1),), posture="interpose"))
    posts = [site for site in laydown.sites if site.kind == "post"]
    assert len(posts) == pytest.approx(20, abs=3)  # whole posts a sector, rounded down
    assert sum(site.units for site in posts) == pytest.approx(0.5)
    assert sum(site.units for site in laydown.sites) == pytest.approx(1.0)


def test_enough_battalions_man_every_post() -> None:
    """Three battalions can man 60 posts; 52 are asked (13 a sector of 25 km), and 52 are manned."""
    laydown = lay_down(laydown_inputs((put("infantry_bn", 3),), posture="interpose"))
    assert sum(site.kind == "post" for site in laydown.sites) == 52
    assert laydown.covered_share["line posts"] == pytest.approx(1.0)


def test_pins_and_forbidden_places_are_kept() -> None:
    """A pinned place has the battery; a forbidden place has nothing."""
    free = laydown_inputs((put("patriot_bty", 1), put("brigade_hq", 1)))
    pinned = lay_down(replace(free, pins=(Pin(capability="patriot_bty", place="base_south"),)))
    assert [site.place for site in pinned.sites if site.kind == "battery"] == ["base_south"]
    used = {site.place for site in lay_down(free).sites} - {""}
    assert used
    barred = lay_down(replace(free, forbidden=tuple(used)))
    assert not used & {site.place for site in barred.sites}


def test_units_without_any_place_are_named() -> None:
    """Aircraft that have no airfield outside the country are reported as unplaced, not lost."""
    inputs = laydown_inputs((put("fighter_sqn", 2, "theatre"),))
    laydown = lay_down(replace(inputs, places=tuple(row for row in inputs.places if "air" not in row.may_host)))
    assert laydown.sites == ()
    assert laydown.unplaced == {"fighter_sqn": 2.0}


def test_movers_go_where_least_is_seen() -> None:
    """Drones of a force without posts are spread over all sectors, more where the terrain hides more."""
    laydown = lay_down(laydown_inputs((put("tactical_uav_unit", 8),)))
    by_sector = Counter(site.sector for site in laydown.sites)
    assert set(by_sector) == {"s1", "s2", "s3", "s4"}
    assert by_sector["s3"] >= by_sector["s1"]  # forest against open


def test_patrols_that_may_not_near_the_zone_stand_at_bases() -> None:
    """Observers behind a standoff deeper than the zone are no posts: they stand at bases for their other tasks."""
    rows = support.capabilities()
    rows["observer_team"] = replace(rows["observer_team"], speed_kmh=40.0)
    far = laydown_inputs((put("observer_team", 6),), posture="reassure", capabilities=rows)
    assert {site.kind for site in lay_down(far).sites} == {"base"}
    assert {site.kind for site in lay_down(replace(far, standoff_km=2.0)).sites} == {"post"}


def test_worths_of_arrival_and_nearness() -> None:
    """Arrival is worth 1 within the limit, one half at one and a half times it, 0 at twice; nearness falls linearly."""
    assert response_cover(np.array([0.0, 90.0, 135.0, 180.0, 400.0]), 90.0).tolist() == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert nearness(np.array([0.0, 150.0, 300.0, 500.0]), 300.0).tolist() == [1.0, 0.5, 0.0, 0.0]


def test_even_kilometres() -> None:
    """Stretches are equal, at most the step long, and their middles inside."""
    assert even_kms(10.0, 20.0, 4.0) == pytest.approx([10.0 + 10.0 / 6.0, 15.0, 20.0 - 10.0 / 6.0])
    assert even_kms(5.0, 5.0, 1.0) == []


def test_the_same_inputs_give_the_same_sites() -> None:
    """Two runs over equal inputs, computed apart, agree site by site."""
    first = lay_down.__wrapped__(laydown_inputs(MIXED))  # type: ignore[attr-defined]  # past the memory
    second = lay_down.__wrapped__(laydown_inputs(MIXED))  # type: ignore[attr-defined]
    assert first.sites == second.sites


def test_figures_explain_the_programs() -> None:
    """Each covering program leaves its value, bound and gap as named figures."""
    figures = lay_down(laydown_inputs(MIXED)).figures
    assert figures["lay_down.reaction"].inputs == ("lay_down.reaction.value", "lay_down.reaction.total")
    assert figures["lay_down.reaction.gap"].value <= 0.01  # type: ignore[operator]


def test_a_forbidden_place_that_does_not_exist_is_an_error() -> None:
    """Forbidding or pinning an unknown place names the nearest one."""
    from cover_cases import empty_force, empty_requirement

    with pytest.raises(UnknownNameError, match="did you mean 'base_north'"):
        gather_laydown(support.tiny_scenario(), empty_requirement(), empty_force(), forbidden=("base_nort",))


def test_a_force_without_a_line_is_an_error() -> None:
    """A laydown of a force needs a trace; the message says which file lacks it."""
    from cover_cases import empty_force, empty_requirement

    with pytest.raises(ScenarioError, match=r"line\.geojson"):
        gather_laydown(support.tiny_scenario(traces={}), empty_requirement(), empty_force())


def test_what_is_placed_is_the_force_at_full_capability() -> None:
    """A capability counts with the units that the force lists, pools added up; the backstop's only where granted."""
    from cover_cases import empty_requirement, force_of

    scenario = support.tiny_scenario()
    pools = {"fra_mech_bn": [2.0] * 24, "gbr_mech_bn": [1.0] * 24}
    force = force_of(scenario, pools, elements={"air_defence_neighbours": 3.0})
    inputs = gather_laydown(scenario, empty_requirement(), force)
    found = {(row.capability, row.area, row.backstop): row.units for row in inputs.units}
    assert found == {("mech_bn", "country", False): 3.0, ("patriot_bty", "neighbour", True): 3.0}
    refused = support.tiny_scenario(**{"backstop_levers.granted": False})
    assert not any(row.backstop for row in gather_laydown(refused, empty_requirement(), force).units)


def test_a_long_line_is_laid_out_in_seconds() -> None:
    """300 posts, 40 battalions and 60 batteries over 1,000 km are placed in under 5 s (twice that on a busy machine)."""
    from cover_cases import long_inputs

    inputs = long_inputs((put("gsr_section", 100), put("sensor_section", 200), put("mech_bn", 40), put("patriot_bty", 10),
                          put("cuas_section", 50), put("tactical_uav_unit", 30)))  # fmt: skip
    start = perf_counter()
    assert lay_down(inputs).sites
    assert perf_counter() - start < 10.0
