"""Sharing watchers between sectors: nothing lost, nothing where it cannot watch, the least seen sector served."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from cover_cases import coverage_inputs
from holdfast.laydown.share import SectorShares, static_cover
from holdfast.laydown.watch import fill_gaps
from holdfast.models.sensing import even_zone_seen, layer_of


def _shares(names: tuple[str, ...], *, sectors: int = 4) -> SectorShares:
    inputs = coverage_inputs(())
    zone = replace(inputs.zone, sectors=inputs.zone.sectors[:sectors])
    rows = support.capabilities()
    layers = [[layer_of(rows[name], inputs.factors, terrain=row.terrain) for row in zone.sectors] for name in names]
    return SectorShares(zone, layers, offset_km=1.0, held=np.zeros((sectors, 3)))


@settings(deadline=None, max_examples=20)
@given(posts=st.integers(0, 20), drones=st.integers(0, 6))
def test_every_unit_is_shared_out(posts: int, drones: int) -> None:
    """The counts of each kind add up to its units, whatever their number, and none is negative."""
    counts = _shares(("gsr_section", "tactical_uav_unit")).share([posts, drones])
    assert counts.sum(axis=1).tolist() == [posts, drones]
    assert counts.min() >= 0


def test_a_kind_that_watches_nowhere_stays_unshared() -> None:
    """Units without a layer in any sector are left to be named as unplaced."""
    shares = _shares(("gsr_section", "tactical_uav_unit"))
    shares.layers = [shares.layers[0], [None] * 4]
    assert shares.share([4, 3]).sum(axis=1).tolist() == [4, 0]


@pytest.mark.parametrize("totals", [(4, 2), (6, 1), (3, 3)])
def test_shares_come_near_the_best_of_all(totals: tuple[int, int]) -> None:
    """Over three sectors, the least seen is within 0.03 of the best of all ways to share (tried one by one)."""
    shares = _shares(("gsr_section", "tactical_uav_unit"), sectors=3)
    found = shares.least(shares.share(totals))
    splits = [[(a, b, total - a - b) for a in range(total + 1) for b in range(total + 1 - a)] for total in totals]
    best = max(shares.least(np.array(pair)) for pair in product(*splits))
    assert found >= best - 0.03
    assert found <= best + 1e-12


def test_what_a_sector_sees_is_formula_c11() -> None:
    """The judgement of a sector's counts is the even zone's closed form."""
    shares = _shares(("gsr_section", "tactical_uav_unit"))
    zone, row = shares.zone, shares.zone.sectors[2]
    layers = [
        replace(kinds[2], count=count) for kinds, count in zip(shares.layers, (5.0, 2.0), strict=True) if kinds[2]
    ]
    expected = even_zone_seen(
        layers, length_km=row.to_km - row.from_km, depth_km=zone.depth_km, offset_km=1.0, access=zone.access,
        posture=zone.posture, standoff_km=zone.standoff_km, mean_minutes=zone.mean_minutes, steepness=zone.steepness,
        weights=zone.weights,
    ).total  # fmt: skip
    assert shares.seen(2, (5, 2)) == pytest.approx(expected, abs=1e-9)


def test_posts_held_anyway_count() -> None:
    """A sector with posts of its own gets fewer of the units to share."""
    shares = _shares(("gsr_section",))
    plain = shares.share([8])[0]
    layer = shares.layers[0][0]
    assert layer is not None
    held = np.zeros((4, 3))
    held[0] = static_cover(shares.zone, 25.0, 1.0, layer, 6)
    helped = SectorShares(shares.zone, shares.layers, offset_km=1.0, held=held).share([8])[0]
    assert helped[0] < plain[0]
    assert helped.sum() == 8


def test_surplus_goes_into_the_widest_gaps() -> None:
    """Units that a program had no use for fill the farthest free site; a full row takes no more."""
    assert fill_gaps(np.array([1, 0, 0, 0, 1]), 3).tolist() == [1, 0, 1, 0, 1]
    assert fill_gaps(np.array([1, 1]), 5).tolist() == [1, 1]
