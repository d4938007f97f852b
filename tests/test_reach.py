"""Reach: falls near the edge, masked by the horizon, never lower for a longer range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import support
from holdfast.core.errors import UnknownNameError, ValueRangeError
from holdfast.models.reach import (
    engaged_share,
    masked_reach_km,
    reach_km,
    reach_matrix,
    reach_probability,
    reaches_km,
)
from holdfast.scenario.types import TARGET_TYPES


def test_reach_is_the_row_of_the_catalogue() -> None:
    """The reach against each kind of target is the figure of its column, and an unknown kind is an error."""
    battery = support.capabilities()["patriot_bty"]
    assert reach_km(battery, "aircraft") == 100.0
    assert reaches_km(battery).tolist() == [reach_km(battery, target) for target in TARGET_TYPES]
    with pytest.raises(UnknownNameError, match="did you mean 'drone'"):
        reach_km(battery, "drones")


def test_probability_is_one_inside_and_falls_to_zero_at_the_edge() -> None:
    """With the outer fifth as edge: 1 up to 80 %, 1/2 at 90 %, 0 at and beyond the reach."""
    p = reach_probability([0.0, 80.0, 90.0, 100.0, 150.0], 100.0, edge_share=0.2)
    assert p == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    assert float(reach_probability(0.0, 0.0, edge_share=0.2)) == 0.0
    with pytest.raises(ValueRangeError, match=r"reach\.edge_share"):
        reach_probability(1.0, 1.0, edge_share=0.0)


@given(st.floats(0, 400), st.floats(0, 300), st.floats(0, 200), st.floats(0.01, 1.0))
def test_longer_reach_never_lowers_protection(distance: float, reach: float, more: float, edge: float) -> None:
    """A longer reach never lowers the probability that a place is defended."""
    near = float(reach_probability(distance, reach, edge_share=edge))
    assert float(reach_probability(distance, reach + more, edge_share=edge)) >= near - 1e-12


def test_low_flyers_are_masked_by_the_horizon() -> None:
    """A radar at 9 m sees a target at 100 m to 53.56 km and one at 20 km height beyond its reach."""
    masked = masked_reach_km([[100.0, 100.0, 30.0]], antenna_m=[9.0], altitude_m=[100.0, 20000.0, 100.0])
    assert masked.tolist() == [[pytest.approx(4.12 * 13.0), 100.0, 30.0]]


def test_matrix_knows_the_distance_on_the_ellipsoid() -> None:
    """One degree of latitude at 50 degrees is 111.2 km: out of reach of 100 km, in the edge of 130 km."""
    matrix = reach_matrix(
        [[30.0, 50.0]], [[30.0, 49.0], [30.0, 50.0]], [[100.0, 130.0]],
        antenna_m=[400.0], altitude_m=[10000.0, 10000.0], edge_share=0.5,
    )  # fmt: skip
    assert matrix.shape == (1, 2, 2)
    assert matrix[0, :, 0].tolist() == [0.0, 1.0]
    assert matrix[0, 0, 1] == pytest.approx((1.0 - 111.2 / 130.0) / 0.5, abs=0.01)


def test_no_sites_no_matrix() -> None:
    """Without sites or assets the matrix is empty and keeps its axis of targets."""
    empty = np.zeros((0, 2))
    assert reach_matrix(
        empty, [[30.0, 50.0]], np.zeros((0, 4)), antenna_m=[], altitude_m=[1.0] * 4, edge_share=0.2
    ).shape == (0, 1, 4)


def test_saturation() -> None:
    """A raid twice the capacity has half of it engaged; no raid is engaged in full."""
    assert engaged_share([20.0, 5.0, 0.0], [10.0, 10.0, 0.0]).tolist() == [0.5, 1.0, 1.0]
