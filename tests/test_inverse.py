"""What a number of people buys: the ladder of common levels read backwards, and the tasks to drop."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ValueRangeError
from holdfast.sizing.core import people_without, prepare, size_at
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.inverse import (
    LADDER,
    MOST_ALPHA,
    dropped_for,
    find_dropped,
    levels_bought,
    scaled_service,
    share_that_fits,
)
from support import tiny_scenario

_INPUTS = gather_sizing(tiny_scenario(**{"mission.posture": "reassure"}))


def test_levels_above_what_is_asked_are_harder_and_stay_possible() -> None:
    """At twice the common level: misses are squared, minutes halved, amounts doubled, and a share ends at 1."""
    service = _INPUTS.service
    twice = scaled_service(service, 2.0)
    assert 1.0 - twice.observe_probability == pytest.approx((1.0 - service.observe_probability) ** 2)
    assert twice.respond_minutes == service.respond_minutes / 2
    assert twice.respond_blocking == pytest.approx(service.respond_blocking**2)
    assert twice.hold_attacker_battalions == 2 * service.hold_attacker_battalions
    assert twice.protected_share == min(1.0, 2 * service.protected_share)
    assert scaled_service(service, MOST_ALPHA).protected_share <= 1.0
    assert twice.hold_axes == service.hold_axes


@pytest.mark.parametrize("alpha", [0.0, -1.0, MOST_ALPHA * 1.01, float("nan")])
def test_a_level_outside_the_range_is_refused(alpha: float) -> None:
    """Nothing, and more than four times, is no common level."""
    with pytest.raises(ValueRangeError, match="alpha is"):
        scaled_service(_INPUTS.service, alpha)


def test_the_ladder_holds_the_level_asked() -> None:
    """Full service is a rung itself, so its size is never interpolated."""
    assert 1.0 in LADDER
    assert LADDER[-1] == MOST_ALPHA
    assert list(LADDER) == sorted(LADDER)


def test_a_straight_line_is_read_backwards_exactly() -> None:
    """Where people are proportional to the level, a size buys size / slope: the closed form."""
    alphas = np.array([0.5, 1.0, 2.0, 4.0])
    bought = levels_bought(alphas, 1000.0 * alphas, [499.0, 500.0, 750.0, 1000.0, 3000.0, 4000.0, 9000.0])
    assert bought == pytest.approx([0.0, 0.5, 0.75, 1.0, 3.0, 4.0, 4.0])


def test_a_dip_is_bought_by_the_first_size_that_reaches_it() -> None:
    """Where a higher level takes fewer people, the size of the dip buys the higher level."""
    bought = levels_bought([0.5, 0.75, 1.0, 2.0], [400.0, 900.0, 600.0, 800.0], [399.0, 400.0, 600.0, 700.0])
    assert bought == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_a_level_that_no_force_meets_is_never_bought() -> None:
    """Infinite or missing people end the curve at the last level that can be met."""
    bought = levels_bought([0.5, 1.0, 2.0], [100.0, 200.0, np.inf], [1e9])
    assert bought == pytest.approx([1.0])
    assert levels_bought([0.5, 1.0, 2.0], [100.0, np.nan, 300.0], [1e9]) == pytest.approx([2.0])


@given(
    people=st.lists(st.floats(1.0, 1e5), min_size=2, max_size=12),
    sizes=st.lists(st.floats(0.5, 2e5), min_size=1, max_size=8),
)
def test_a_size_buys_the_highest_level_that_fits_and_more_people_never_buy_less(
    people: list[float], sizes: list[float]
) -> None:
    """Against brute force on the rungs: at least the highest rung that fits, below the next one up; and monotone in size."""
    alphas = np.arange(1, len(people) + 1, dtype=float)
    ordered = sorted(sizes)
    bought = levels_bought(alphas, people, ordered)
    assert np.all(np.diff(bought) >= 0)
    for size, level in zip(ordered, bought, strict=True):
        fitting = [alpha for alpha, asked in zip(alphas, people, strict=True) if asked <= size]
        if not fitting:
            assert level == 0.0
        else:
            assert max(fitting) <= level <= max(fitting) + 1.0 + 1e-9


def test_the_tasks_dropped_are_the_fewest_by_brute_force() -> None:
    """For each size the set dropped is one of the smallest sets that make room, and of those leaves the largest force."""
    sized = size_at(_INPUTS, prepare(_INPUTS))
    tasks = tuple(sized.demands)

    def people(dropped: tuple[str, ...]) -> float:
        return float(people_without(sized, [dropped])[0])

    known = {dropped: people(dropped) for count in (1, 2) for dropped in combinations(tasks, count)}
    sizes = [0.97 * sized.in_country, 0.8 * sized.in_country, 0.6 * sized.in_country, sized.in_country]
    found = dropped_for(sized, sizes)
    assert found[-1] == ()
    for size, dropped in zip(sizes[:-1], found[:-1], strict=True):
        for count in (1, 2):
            fitting = {chosen: asked for chosen, asked in known.items() if len(chosen) == count and asked <= size}
            if fitting:
                assert dropped is not None
                assert len(dropped) == count
                assert fitting[dropped] == max(fitting.values())
                break
        else:
            assert dropped is None or len(dropped) > 2


def test_one_size_and_many_sizes_drop_the_same_tasks() -> None:
    """The answer for a cap is the answer of the curve at that size."""
    sized = size_at(_INPUTS, prepare(_INPUTS))
    size = 0.75 * sized.in_country
    curve, _ = dropped_for(sized, [size, 2 * sized.in_country])
    dropped, fits = find_dropped(sized, size)
    assert fits == (curve is not None)
    assert dropped == (curve or ())


def test_the_share_that_fits_is_the_last_that_does() -> None:
    """A size just below the whole force leaves room for part of the dearest task; one above the whole for all of it."""
    sized = size_at(_INPUTS, prepare(_INPUTS))
    without = float(people_without(sized, [("hold",)])[0])
    middle = 0.5 * (without + sized.in_country)
    assert share_that_fits(sized, "hold", sized.in_country) == 1.0
    assert 0.0 <= share_that_fits(sized, "hold", middle) < 1.0
    assert share_that_fits(sized, "hold", without) == 0.0
    assert np.isnan(share_that_fits(sized, "hold", without - 1.0))
