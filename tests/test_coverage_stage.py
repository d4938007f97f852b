"""Coverage: seen, reached and protected follow from the sites, grow as units arrive, and gaps are complete."""

from __future__ import annotations

import math
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from cover_cases import (
    arrivals,
    coverage_inputs,
    empty_requirement,
    laydown_inputs,
    long_inputs,
    put,
    uniform_sector,
)
from holdfast.core.errors import ScenarioError
from holdfast.coverage.gaps import runs
from holdfast.coverage.inputs import CoverageInputs, gather_coverage
from holdfast.coverage.stage import cover, thin_days
from holdfast.coverage.watch import Watchers, orbits_of
from holdfast.laydown.stage import lay_down
from holdfast.models.sensing import even_static_cover, even_zone_seen, layer_of
from holdfast.results.stages import Laydown, Site

UNITS = (
    put("gsr_section", 8), put("sensor_section", 6), put("tactical_uav_unit", 5), put("mech_bn", 3),
    put("male_uav_orbit", 1, "theatre"), put("patriot_bty", 2), put("shorad_bty", 2), put("cuas_section", 6),
)  # fmt: skip


def _site(**changes: object) -> Site:
    given_site: dict[str, object] = {
        "id": "x", "kind": "sensor", "capability": "gsr_section", "units": 1.0, "lon": 30.0, "lat": 49.5,
        "country": "UKR", "sector": "s1", "place": "", "line_km": 10.0, "across_border": False, "backstop": False,
    }  # fmt: skip
    return Site(**(given_site | changes))  # type: ignore[arg-type]


def _battery(name: str, lon: float, lat: float, **changes: object) -> Site:
    return _site(
        id=name, kind="battery", capability="patriot_bty", lon=lon, lat=lat, sector="", line_km=math.nan, **changes
    )


def _full() -> tuple[Laydown, CoverageInputs]:
    laydown = lay_down(laydown_inputs(UNITS))
    days = {site.id: 10.0 + number for number, site in enumerate(laydown.sites)}
    return laydown, coverage_inputs(laydown.sites, days=days)


def test_arrays_are_labelled_and_in_range() -> None:
    """Every kilometre, sector, asset and day has its figure, probabilities within 0..1, units on each array."""
    _, inputs = _full()
    found = cover(inputs)
    assert found.line.sizes["km"] == 100
    assert found.line["km"].values.tolist() == list(range(100))
    assert list(found.sectors["sector"].values) == ["s1", "s2", "s3", "s4"]
    assert found.protection.dims == ("backing", "target", "asset")
    for array in (
        found.line["seen"],
        found.line["seen_impulsive"],
        found.protection,
        found.layers,
        found.by_day["seen"],
    ):
        assert float(array.min()) >= 0.0
        assert float(array.max()) <= 1.0
        assert array.attrs["units"]


def test_posture_none_covers_nothing() -> None:
    """Without a force there are zeros for every kilometre and asset, no gaps, and nobody to arrive."""
    scenario = support.tiny_scenario(**{"mission.posture": "none"})
    empty = Laydown(sites=(), covered_share={}, bound_share={}, unplaced={})
    found = cover(gather_coverage(scenario, empty_requirement(), empty, arrivals(empty)))
    assert float(found.line["seen"].max()) == 0.0
    assert bool(np.isnan(found.line["reach_minutes"]).all())
    assert float(found.protection.max()) == 0.0
    assert found.gaps == ()
    assert found.figures == {}


def test_no_force_without_a_line_either() -> None:
    """Posture none needs no trace; a force does, and the file that lacks it is named."""
    empty = Laydown(sites=(), covered_share={}, bound_share={}, unplaced={})
    nobody = support.tiny_scenario(**{"mission.posture": "none"}, traces={})
    assert cover(gather_coverage(nobody, empty_requirement(), empty, arrivals(empty))).line.sizes["km"] == 0
    with pytest.raises(ScenarioError, match=r"line\.geojson"):
        gather_coverage(support.tiny_scenario(traces={}), empty_requirement(), empty, arrivals(empty))


def test_even_posts_on_a_uniform_line_show_the_closed_form() -> None:
    """Posts evenly along a uniform line are seen as `even_static_cover` says, by each visibility, to 0.002."""
    length, count = 100.0, 20
    sites = tuple(_site(id=f"p{k}", sector="all", line_km=(k + 0.5) * length / count) for k in range(count))
    inputs = coverage_inputs(sites)
    inputs = replace(inputs, zone=replace(inputs.zone, sectors=(uniform_sector(length),)))
    layer = layer_of(inputs.capabilities["gsr_section"], inputs.factors)
    offset = inputs.zone.post_offset_km(inputs.factors["laydown.post_offset_km"])
    expected = sum(
        weight
        * even_static_cover(
            count, length_km=length, depth_km=inputs.zone.depth_km, offset_km=offset, r50_km=r50,
            steepness=inputs.zone.steepness, duty=layer.duty,
        )
        for weight, r50 in zip(inputs.zone.weights, layer.r50_km, strict=True)
    )  # fmt: skip
    assert float(cover(inputs).sectors["seen"][0]) == pytest.approx(expected, abs=0.002)


def test_movers_of_a_sector_show_the_closed_form() -> None:
    """Drones of one sector are seen as C11 says for that sector, and not at all in the others."""
    inputs = coverage_inputs(tuple(_site(id=f"d{k}", capability="tactical_uav_unit", line_km=5.0) for k in range(3)))
    found = cover(inputs)
    row = inputs.zone.sectors[0]
    layer = layer_of(inputs.capabilities["tactical_uav_unit"], inputs.factors, terrain=row.terrain, count=3.0)
    expected = even_zone_seen(
        [layer], length_km=row.to_km - row.from_km, depth_km=inputs.zone.depth_km, offset_km=0.0,
        access=inputs.zone.access, posture=inputs.zone.posture, standoff_km=inputs.zone.standoff_km,
        mean_minutes=inputs.zone.mean_minutes, steepness=inputs.zone.steepness, weights=inputs.zone.weights,
    ).total  # fmt: skip
    assert found.sectors["seen"].values[0] == pytest.approx(expected, abs=1e-9)
    assert found.sectors["seen"].values[1:].tolist() == [0.0, 0.0, 0.0]


@settings(deadline=None, max_examples=25)
@given(kms=st.lists(st.floats(0.0, 99.9), min_size=1, max_size=8), extra=st.floats(0.0, 99.9))
def test_another_post_lowers_nothing(kms: list[float], extra: float) -> None:
    """One more post lowers the chance to be seen at no kilometre."""
    before = Watchers(coverage_inputs(tuple(_site(id=str(k), line_km=km) for k, km in enumerate(kms))))
    after = Watchers(coverage_inputs(tuple(_site(id=str(k), line_km=km) for k, km in enumerate([*kms, extra]))))
    few, many = before.watch(lambda _item: True), after.watch(lambda _item: True)
    assert np.all(many.seen >= few.seen - 1e-12)
    assert np.all(many.impulsive >= few.impulsive - 1e-12)


@settings(deadline=None, max_examples=25)
@given(longer=st.floats(0.0, 100.0), units=st.integers(1, 4))
def test_longer_reach_and_more_batteries_lower_no_protection(longer: float, units: int) -> None:
    """A longer reach, or one battery more, lowers protection of no asset against no target."""
    inputs = coverage_inputs((_battery("a", 29.0, 49.6, units=float(units)),))
    row = inputs.capabilities["patriot_bty"]
    better = replace(row, reach_aircraft_km=row.reach_aircraft_km + longer, reach_drone_km=row.reach_drone_km + longer)
    base = cover(inputs).protection
    reaching = cover(replace(inputs, capabilities=inputs.capabilities | {"patriot_bty": better})).protection
    another = cover(coverage_inputs((_battery("a", 29.0, 49.6, units=units + 1.0),))).protection
    assert np.all(reaching.values >= base.values - 1e-12)
    assert np.all(another.values >= base.values - 1e-12)


def test_saturating_raids_lower_protection() -> None:
    """With capacity for 18 of 20 drones, 90 % of the raid is engaged; four times the drones, a quarter of that."""
    inputs = coverage_inputs((_battery("a", 29.0, 49.6),))  # at city_hub: 6 channels x 3 cycles = 18 engagements
    usual = cover(inputs).protection.sel(backing="both", target="drone", asset="city_hub")
    heavy = cover(replace(inputs, raids=inputs.raids | {"drone": 80.0}))
    ready = inputs.factors["reach.ready_share"]
    assert float(usual) == pytest.approx(ready * 18.0 / 20.0)
    assert float(heavy.protection.sel(backing="both", target="drone", asset="city_hub")) == pytest.approx(
        ready * 18.0 / 80.0
    )


def test_backings_part_the_country_from_across_the_border() -> None:
    """Each backing counts its own sites; both counts all, and never less than either."""
    inside, outside = (
        _battery("a", 29.0, 49.6),
        _battery("b", 25.0, 49.6, across_border=True, country="POL", backstop=True),
    )
    found = cover(coverage_inputs((inside, outside))).protection.sel(target="aircraft")
    assert float(found.sel(backing="country", asset="city_hub")) > 0.0
    assert float(found.sel(backing="across_border", asset="city_hub")) == 0.0
    assert float(found.sel(backing="across_border", asset="rail_west")) > 0.0
    both = found.sel(backing="both").values
    assert np.all(both >= found.sel(backing="country").values)
    assert np.all(both >= found.sel(backing="across_border").values)


def test_a_promise_not_honoured_protects_nobody() -> None:
    """Backstop batteries across the border do not count where the promise is not kept; batteries handed over do."""
    outside = _battery("b", 25.0, 49.6, across_border=True, country="POL", backstop=True)
    handed = _battery("c", 29.0, 49.6, backstop=True)
    found = cover(coverage_inputs((outside, handed), counts_across=False)).protection.sel(target="aircraft")
    assert float(found.sel(backing="across_border").max()) == 0.0
    assert float(found.sel(backing="both", asset="city_hub")) > 0.0


def test_gaps_are_exactly_what_falls_short() -> None:
    """Every kilometre below what is asked lies in one gap of its kind, no other does; gaps of a kind fall in length."""
    _, inputs = _full()
    found = cover(inputs)
    asked = inputs.observe_probability - inputs.factors["cover.seen_tolerance"]
    for kind, short in (
        ("unseen", found.line["seen"].values < asked - 1e-6),
        ("unreached", found.line["reach_minutes"].values > inputs.respond_minutes + 1e-6),
    ):
        gaps = [gap for gap in found.gaps if gap.kind == kind]
        inside = np.zeros(100, dtype=int)
        for gap in gaps:
            inside[int(gap.from_km) : math.ceil(gap.to_km)] += 1
        assert inside.max(initial=0) <= 1
        assert np.array_equal(inside > 0, short)
        lengths = [gap.to_km - gap.from_km for gap in gaps]
        assert lengths == sorted(lengths, reverse=True)
    bare = [gap.what for gap in found.gaps if gap.kind == "unprotected"]
    mean = found.protection.sel(backing="both").mean("target")
    low = [
        row.name for row in inputs.assets if float(mean.sel(asset=row.id)) < inputs.factors["cover.protected_at_least"]
    ]
    assert sorted(bare) == sorted(low)


def test_runs_of_flags() -> None:
    """Neighbouring flagged cells merge, ends included."""
    flags = np.array([True, True, False, False, True, False, True])
    assert [(run.start, run.stop) for run in runs(flags)] == [(0, 2), (4, 5), (6, 7)]
    assert runs(np.zeros(3, dtype=bool)) == []


def test_coverage_grows_as_units_arrive_and_ends_at_the_whole() -> None:
    """Nothing on day 0, never less than before, and the last day shows what the whole laydown shows."""
    _, inputs = _full()
    found = cover(inputs)
    seen, protected = found.by_day["seen"].values, found.by_day["people_protected"].values
    assert seen[0] == 0.0
    assert protected[0] == 0.0
    assert np.all(np.diff(seen) >= -1e-9)
    assert np.all(np.diff(protected) >= -1e-9)
    assert seen[-1] == pytest.approx(found.figures["cover.seen"].value, abs=1e-9)
    assert protected[-1] == pytest.approx(float(found.shares["people"].sel(backing="both").mean()))


def test_days_are_thinned_but_keep_both_ends() -> None:
    """At most the number asked, day 0 and the last arrival among them; days before D count as day 0."""
    days = thin_days(np.arange(-5.0, 200.0), 40)
    assert len(days) <= 40
    assert (days[0], days[-1]) == (0.0, 199.0)


def test_units_fill_sites_in_the_order_they_arrive() -> None:
    """Two arrivals of one unit each fill two sites in laydown order; a third site stays empty for ever."""
    scenario = support.tiny_scenario()
    sites = tuple(_site(id=f"g{k}", line_km=10.0 * k + 5.0) for k in range(3))
    laydown = Laydown(sites=sites, covered_share={}, bound_share={}, unplaced={})
    both = Laydown(sites=sites[:2], covered_share={}, bound_share={}, unplaced={})
    deployment = arrivals(both)
    early, late = deployment.arrivals
    deployment = replace(deployment, arrivals=(replace(late, arrival_day=50.0), replace(early, arrival_day=70.0)))
    standing = gather_coverage(scenario, empty_requirement(), laydown, deployment).standing
    assert [(item.site.id, item.day) for item in standing] == [("g0", 50.0), ("g1", 70.0), ("g2", math.inf)]


def test_reaction_arrives_by_road_and_faster_by_helicopter() -> None:
    """Minutes are alert plus detour and speed by road; with lift in the country they are never more."""
    base = _site(id="r", kind="reaction", capability="mech_bn", lon=29.5, lat=49.55, line_km=50.0)
    lift = _site(id="h", kind="base", capability="lift_helo_sqn", sector="", line_km=math.nan)
    road, air = cover(coverage_inputs((base,))), cover(coverage_inputs((base, lift)))
    by_road, by_air = road.line["reach_minutes"].values, air.line["reach_minutes"].values
    assert np.all(by_air <= by_road)
    assert by_air.max() < by_road.max()
    inputs = coverage_inputs((base,))
    from holdfast.models.travel import great_circle_km

    away = great_circle_km(np.array([29.5, 49.55]), np.array([30.0, 49.5504]))
    row = inputs.zone.sectors[1]
    speed = row.road_kmh * 0.8 / ((1 - row.mines) + row.mines / 0.5)
    assert by_road[49] == pytest.approx(15.0 + 60.0 * 1.3 * float(away) / speed, rel=0.01)


def test_orbits_are_those_the_aircraft_fill() -> None:
    """Four aircraft of 24 h, 2 h away, 4 h turn-round, 70 % available fill two orbits (28 / 14 = 2 each); three fill one."""
    site = _site(id="m", capability="male_uav_orbit", sector="", line_km=math.nan)
    inputs = coverage_inputs((site,))
    assert orbits_of(inputs, inputs.standing) == 2.0
    fewer = replace(inputs, factors=inputs.factors | {"observe.aircraft_per_orbit_unit": 3.0})
    assert orbits_of(fewer, fewer.standing) == 1.0
    assert orbits_of(inputs, ()) == 0.0


def test_orbits_lift_the_least_seen_sector() -> None:
    """Shared orbits fly where least is seen: with posts in one sector only, the others are brought level."""
    posts = tuple(_site(id=f"g{k}", line_km=2.5 + 5.0 * k) for k in range(5))
    orbit = _site(id="m", capability="male_uav_orbit", sector="", line_km=math.nan)
    seen = cover(coverage_inputs((*posts, orbit))).sectors["seen"].values
    assert np.ptp(seen[1:]) < 1e-3
    assert seen[0] >= seen[1:].max() - 1e-3


def test_what_cannot_be_covered_from_across_the_border_is_named() -> None:
    """Assets beyond the reach of every unit at every place outside are counted, and said in the gap list."""
    found = cover(coverage_inputs(()))
    beyond = found.figures["cover.people_beyond_border.ballistic_missile"].value
    assert beyond == pytest.approx(1.0)  # the one place outside is 250 km or more from all but none within 20 km
    notes = [gap.note for gap in found.gaps if gap.kind == "unprotected"]
    assert all("cannot be covered from across the border" in note for note in notes)


def test_a_long_line_is_covered_fast() -> None:
    """1,000 km, 400 sites and 42 assets take well under 2 s (twice that on a busy machine)."""
    laydown = lay_down(
        long_inputs((put("gsr_section", 100), put("sensor_section", 200), put("mech_bn", 40), put("patriot_bty", 10),
                     put("cuas_section", 50), put("male_uav_orbit", 6, "theatre")))
    )  # fmt: skip
    base = long_inputs(())
    inputs = coverage_inputs(
        laydown.sites,
        points=base.points,
        assets=base.assets,
        days={s.id: float(k) for k, s in enumerate(laydown.sites)},
    )
    inputs = replace(inputs, zone=replace(inputs.zone, sectors=base.sectors))
    start = perf_counter()
    cover(inputs)
    assert perf_counter() - start < 4.0


def test_service_levels_keep_their_origin() -> None:
    """What coverage is held against is explained down to the source or assumption of the scenario, not to a bare number."""
    found = cover(coverage_inputs((), service_source="ev-1", service_assumption="a planner's start")).figures
    for name in ("service.observe_probability", "service.respond_minutes"):
        assert (found[name].source, found[name].assumption) == ("ev-1", "a planner's start")
