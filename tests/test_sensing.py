"""Sensing: closed forms, and what more observers may and may not do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import support
from holdfast.core.errors import UnknownNameError, ValueRangeError
from holdfast.models.sensing import (
    VISIBILITY,
    Layer,
    barrier_probability,
    detection_by_range,
    even_static_cover,
    even_zone_seen,
    layer_of,
    orbit_aircraft,
    radio_horizon_km,
    seen_impulsive,
    seen_probability,
    static_cover_at,
    sweep_width_km,
    swept_band_km,
    visibility_weights,
    zone_offsets_km,
)

WEIGHTS = np.array([0.45, 0.40, 0.15])


def _layer(**changes: object) -> Layer:
    base = Layer(
        capability="x", count=10.0, r50_km=(5.0, 3.0, 1.0), sweep_km2_h=(0.0, 0.0, 0.0), duty=0.9, sees_impulsive=False
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def _zone(layers: list[Layer], **changes: object) -> float:
    given_zone = {
        "length_km": 100.0, "depth_km": 20.0, "offset_km": 1.0, "access": "both", "posture": "observe",
        "standoff_km": 0.0, "mean_minutes": 60.0, "steepness": 4.0, "weights": WEIGHTS,
    }  # fmt: skip
    return even_zone_seen(layers, **(given_zone | changes)).total  # type: ignore[arg-type]


def test_detection_is_half_at_the_range_of_even_odds() -> None:
    """Detection is 1/2 at r50, 1 at the post, and 0 where a layer has no range."""
    p = detection_by_range([0.0, 6.0, 12.0, 1.0], [6.0, 6.0, 6.0, 0.0], steepness=4.0)
    assert p == pytest.approx([1.0, 0.5, 1.0 / 17.0, 0.0])


@pytest.mark.parametrize("steepness", [1.5, 2.0, 4.0, 7.0])
def test_sweep_width_is_the_integral_of_detection(steepness: float) -> None:
    """The closed form of the sweep width equals the integral of detection over lateral distance."""
    from scipy.integrate import quad

    integral, _ = quad(lambda d: float(detection_by_range(d, 3.0, steepness=steepness)), 0.0, np.inf)
    assert sweep_width_km(3.0, steepness=steepness) == pytest.approx(2.0 * integral, rel=1e-6)


def test_steepness_of_one_is_refused() -> None:
    """A tail that falls as 1/d has no finite sweep width, and the factor to change is named."""
    with pytest.raises(ValueRangeError, match=r"sensing\.steepness"):
        sweep_width_km(3.0, steepness=1.0)


def test_exponential_search_closed_form() -> None:
    """For one visibility state P = 1 - (1 - c) / (1 + m W v / A): 60 min, 50 km2/h, 100 km2, c = 0.2 gives 7/15."""
    seen = seen_probability([[0.2], [0.0]], [[0.0], [50.0]], area_km2=100.0, mean_minutes=60.0, weights=[1.0])
    assert seen.total == pytest.approx(1.0 - 0.8 / 1.5)
    assert seen.by_layer == pytest.approx([0.2, 1.0 / 3.0])


def test_weather_hits_all_layers_at_once() -> None:
    """Two layers blind in the same half of the time see half of events, not three quarters."""
    cover = [[1.0, 0.0], [1.0, 0.0]]
    seen = seen_probability(cover, np.zeros((2, 2)), area_km2=1.0, mean_minutes=60.0, weights=[0.5, 0.5])
    assert seen.total == pytest.approx(0.5)


def test_a_shot_is_seen_only_by_layers_that_notice_it() -> None:
    """Impulsive events are seen by acoustic and camera layers alone, whatever the others cover."""
    seen = seen_impulsive([[0.9, 0.9], [0.3, 0.1]], [False, True], weights=[0.5, 0.5])
    assert seen.total == pytest.approx(0.2)
    assert seen.by_layer == pytest.approx([0.0, 0.2])


def test_no_posts_see_nothing() -> None:
    """Zero posts, or posts without range, cover nothing."""
    zone = {"length_km": 100.0, "depth_km": 20.0, "offset_km": 1.0, "steepness": 4.0}
    assert even_static_cover(0, r50_km=5.0, **zone) == 0.0
    assert even_static_cover(10, r50_km=0.0, **zone) == 0.0


@pytest.mark.parametrize("count", [1, 7, 40])
def test_even_cover_equals_posts_placed_one_by_one(count: int) -> None:
    """The cumulative-sum form equals the plain product over posts on the same cells."""
    length, depth, offset, r50 = 80.0, 16.0, 2.0, 3.0
    spacing = length / count
    parts = max(8, int(np.ceil(spacing / 0.5)))
    along = (np.arange(count * parts) + 0.5) * spacing / parts
    plain = static_cover_at(
        along[:, None], zone_offsets_km(depth)[None, :], posts_km=(np.arange(count) + 0.5) * spacing,
        posts_offset_km=offset, r50_km=r50, steepness=4.0, duty=0.8,
    ).mean()  # fmt: skip
    even = even_static_cover(
        count, length_km=length, depth_km=depth, offset_km=offset, r50_km=r50, steepness=4.0, duty=0.8
    )
    assert even == pytest.approx(plain, rel=1e-12)


@given(count=st.integers(0, 60), extra=st.integers(1, 20), r50=st.floats(0.5, 15), offset=st.floats(0, 10))
def test_more_posts_added_never_lower_what_a_place_sees(count: int, extra: int, r50: float, offset: float) -> None:
    """Adding posts to posts that stand lowers the chance to be seen nowhere."""
    cells = np.linspace(0.0, 100.0, 41)
    rng = np.random.default_rng(count * 100 + extra)
    posts = rng.uniform(0.0, 100.0, count + extra)
    given_all = {"posts_offset_km": offset, "r50_km": r50, "steepness": 4.0, "duty": 0.9}
    few = static_cover_at(cells, np.zeros(41), posts_km=posts[:count], **given_all)
    many = static_cover_at(cells, np.zeros(41), posts_km=posts, **given_all)
    assert np.all(many >= few - 1e-12)


@given(count=st.integers(0, 80), times=st.integers(2, 4), r50=st.floats(0.5, 15))
def test_denser_even_posts_never_lower_the_cover(count: int, times: int, r50: float) -> None:
    """Multiplying the number of evenly spaced posts never lowers the cover of the zone."""
    zone = {"length_km": 100.0, "depth_km": 20.0, "offset_km": 1.0, "r50_km": r50, "steepness": 4.0}
    assert even_static_cover(times * count, **zone) >= even_static_cover(count, **zone) - 1e-6


def test_even_zone_is_the_closed_form_for_one_static_layer() -> None:
    """With posts alone the zone's figure is the visibility-weighted even cover."""
    layer = _layer()
    expected = sum(
        weight
        * even_static_cover(
            10, length_km=100.0, depth_km=20.0, offset_km=1.0, r50_km=r50, steepness=4.0, duty=layer.duty
        )
        for weight, r50 in zip(WEIGHTS, layer.r50_km, strict=True)
    )
    assert _zone([layer]) == pytest.approx(expected)


def test_even_zone_is_the_closed_form_for_one_moving_layer() -> None:
    """With access to both sides a mover sweeps the whole zone: P = r / (1 + r) with r = m n W v / A."""
    mover = _layer(sweep_km2_h=(40.0, 40.0, 40.0), count=5.0)
    assert _zone([mover]) == pytest.approx((200.0 / 2000.0) / (1.0 + 200.0 / 2000.0))


def test_patrols_kept_to_the_host_side_see_less_than_patrols_on_both() -> None:
    """The same ground patrols on half the zone see fewer violations than on all of it; behind a standoff they see none."""
    patrol = _layer(sweep_km2_h=(100.0, 100.0, 100.0), count=20.0)
    both, host = _zone([patrol]), _zone([patrol], access="host_only")
    assert 0.0 < host < both
    assert host == pytest.approx(0.5 * 2.0 / 3.0)  # half the zone, swept twice in the hour
    assert _zone([patrol], posture="reassure", standoff_km=15.0) == 0.0


def test_aircraft_look_across_by_their_range() -> None:
    """With the host's side only, the swept band of an aerial layer ends its range beyond the line."""
    drone = _layer(sweep_km2_h=(1.0, 1.0, 1.0), aerial=True)
    assert swept_band_km(drone, access="host_only", posture="reassure", depth_km=20.0, standoff_km=15.0) == (-5.0, 10.0)
    assert swept_band_km(drone, access="both", posture="observe", depth_km=20.0, standoff_km=0.0) == (-10.0, 10.0)


def test_orbit_needs_the_aircraft_the_arithmetic_says() -> None:
    """24 h aloft, 2 h each way, 4 h turn-round, 70 % availability: 28 / (20 x 0.7) = 2 aircraft; 3 at 60 %."""
    orbit = {"endurance_h": 24.0, "transit_h": 2.0, "turnaround_h": 4.0}
    assert orbit_aircraft(1, **orbit, availability=0.7) == 2
    assert orbit_aircraft(1, **orbit, availability=0.6) == 3
    assert orbit_aircraft(2, **orbit, availability=0.7) == 4


def test_orbit_farther_than_its_endurance_is_an_error() -> None:
    """An orbit that spends its endurance on the way is refused, with the two times."""
    with pytest.raises(ValueRangeError, match="does not exceed the way"):
        orbit_aircraft(1, endurance_h=4.0, transit_h=2.0, turnaround_h=1.0, availability=0.7)


def test_radio_horizon() -> None:
    """Heights of 25 m and 100 m: 4.12 (sqrt 25 + sqrt 100) = 61.8 km."""
    assert float(radio_horizon_km(25.0, 100.0)) == pytest.approx(61.8)


def test_barrier_limits() -> None:
    """A standing searcher meets 1 - exp(-W/L) of crossers, and a fast one nearly all."""
    still = barrier_probability(2.0, length_km=10.0, searcher_kmh=0.0, crosser_kmh=5.0)
    assert still == pytest.approx(1.0 - np.exp(-0.2))
    assert barrier_probability(2.0, length_km=10.0, searcher_kmh=500.0, crosser_kmh=5.0) > 0.999


def test_layer_of_a_capability_uses_its_ranges_by_visibility_and_terrain() -> None:
    """Ranges by day, night and in poor visibility follow the row, the factors and the terrain's masking."""
    factors = {
        "visibility.poor_factor": 0.4, "sensing.steepness": 4.0, "sensing.aerial_masking": 0.5, "masking.forest": 0.3,
        "duty.post": 0.9, "duty.sensor": 0.8, "duty.aerial": 0.7, "duty.patrol": 2.0, "duty.patrol_hours": 6.0,
    }  # fmt: skip
    rows = support.capabilities()
    mast = layer_of(rows["sensor_section"], factors, terrain="forest", count=3.0)
    assert mast.r50_km == pytest.approx((3.0, 2.4, 1.2))
    assert (mast.duty, mast.count, mast.is_static, mast.sees_impulsive) == (0.8, 3.0, True, True)
    drone = layer_of(rows["tactical_uav_unit"], factors, terrain="forest")
    assert drone.aerial
    assert drone.r50_km[0] == pytest.approx(5.0 * 0.65)
    assert drone.sweep_km2_h[0] == pytest.approx(sweep_width_km(3.25, steepness=4.0) * 120.0 * 0.7)
    assert layer_of(rows["infantry_bn"], factors, masking=1.0).duty == 2.0
    assert layer_of(rows["infantry_bn"], factors, masking=1.0, posted=True).is_static
    patrols = replace(rows["infantry_bn"], output_per_day=12.0, output_unit="patrols")
    assert layer_of(patrols, factors, masking={"open": 1.0}).duty == pytest.approx(3.0)


def test_a_missing_factor_is_named() -> None:
    """A terrain without a masking factor is an error that names it."""
    with pytest.raises(UnknownNameError, match=r"masking\.forest"):
        layer_of(support.capabilities()["sensor_section"], {"masking.open": 1.0}, terrain="forest")


def test_packaged_visibility_weights_sum_to_one() -> None:
    """The packaged shares of day, night and poor visibility are the whole of time."""
    assert visibility_weights(support.factors()).sum() == pytest.approx(1.0)
    with pytest.raises(ValueRangeError, match="sum to"):
        visibility_weights({f"visibility.{state}": 0.5 for state in VISIBILITY})


def test_bad_shapes_are_refused() -> None:
    """Layers without a sweep row, weights that do not sum to 1 and a negative count raise with what was found."""
    with pytest.raises(ValueRangeError, match="expected the same"):
        seen_probability([[0.1]], [[0.1], [0.2]], area_km2=1.0, mean_minutes=1.0, weights=[1.0])
    with pytest.raises(ValueRangeError, match="sum to"):
        seen_probability([[0.1]], [[0.1]], area_km2=1.0, mean_minutes=1.0, weights=[0.9])
    with pytest.raises(ValueRangeError, match="count of posts"):
        even_static_cover(-1, length_km=1.0, depth_km=1.0, offset_km=0.0, r50_km=1.0, steepness=4.0)
