"""The zone by cells: every kilometre in its sector, logs that equal the plain product, orbits shared by need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cover_cases import coverage_inputs, uniform_sector
from holdfast.models.sensing import layer_of, static_cover_at, zone_offsets_km
from holdfast.models.zone import (
    Post,
    Zone,
    mean_by_sector,
    missed_by_posts,
    no_posts,
    seen_by_cell,
    share_orbits,
    spread_swept,
    swept_in_sector,
)


def _zone(*lengths: float) -> Zone:
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    rows = tuple(
        uniform_sector(length, id=f"s{number}", from_km=edges[number], to_km=edges[number + 1])
        for number, length in enumerate(lengths)
    )
    return replace(coverage_inputs(()).zone, sectors=rows)


def test_cells_end_with_the_line() -> None:
    """A line of 12.5 km has 13 cells, the last half as long, and its middle inside."""
    zone = _zone(10.0, 2.5)
    assert zone.cell_starts_km().tolist() == list(range(13))
    assert zone.cell_middles_km()[-1] == pytest.approx(12.25)


def test_each_kilometre_has_one_sector() -> None:
    """Ends belong to the sector that begins there; the end of the line to the last; beyond it there is none."""
    zone = _zone(10.0, 2.5)
    assert zone.sector_of([0.0, 9.99, 10.0, 12.5, 13.0, -1.0]).tolist() == [0, 0, 1, 1, -1, -1]


def test_means_weigh_by_length() -> None:
    """The last, shorter kilometre counts by its length."""
    zone = _zone(2.5)
    assert mean_by_sector(zone, np.array([1.0, 1.0, 0.0]))[0] == pytest.approx(2.0 / 2.5)


def test_logs_of_posts_equal_the_plain_product() -> None:
    """Sums of logs over near cells equal 1 - prod(1 - p) over all posts, to 0.001 (far cells are left out)."""
    zone = _zone(60.0)
    inputs = coverage_inputs(())
    layer = layer_of(inputs.capabilities["sensor_section"], inputs.factors)
    kms = [3.0, 20.0, 21.5, 55.0]
    logs = missed_by_posts(zone, [Post(km=km, offset_km=2.0, units=1.0, layer=layer) for km in kms])
    across = zone_offsets_km(zone.depth_km)
    for state, r50 in enumerate(layer.r50_km):
        plain = static_cover_at(
            zone.cell_middles_km()[:, None], across[None, :], posts_km=kms, posts_offset_km=2.0, r50_km=r50,
            steepness=zone.steepness, duty=layer.duty,
        )  # fmt: skip
        assert -np.expm1(logs[state]) == pytest.approx(plain, abs=1e-3)


def test_orbits_are_shared_to_equal_sight() -> None:
    """Without other watchers the shares add up to the orbits and bring every sector to the same figure."""
    zone = _zone(75.0, 25.0)
    inputs = coverage_inputs(())
    layer = layer_of(inputs.capabilities["male_uav_orbit"], inputs.factors)
    one = np.stack([swept_in_sector(zone, number, layer) for number in range(2)])
    shares = share_orbits(zone, no_posts(zone), np.zeros_like(one), one, 2.0)
    assert shares.sum() == pytest.approx(2.0)
    assert shares == pytest.approx([1.5, 0.5], rel=0.02)
    seen = seen_by_cell(zone, no_posts(zone), spread_swept(zone, shares[:, None, None] * one))
    assert np.ptp(mean_by_sector(zone, seen)) < 2e-3
    assert share_orbits(zone, no_posts(zone), np.zeros_like(one), one, 0.0).tolist() == [0.0, 0.0]
