"""Observation against independent programs: fine integration of the cover, HiGHS for the choice, finite areas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from holdfast.models.even_cover import TABLE_ERROR, even_covers, spread_covers
from holdfast.scenario.load import load_scenario
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.menu import SectorMenu, make_menus
from holdfast.sizing.observe_choice import choose_mix, share_orbits

pytestmark = pytest.mark.verification


def _fine(posts: int, length: float, depth: float, offset: float, reach: float, steepness: float, duty: float) -> float:
    """C4 by a midpoint rule with cells of a twentieth of the range, post by post."""
    along = np.arange(max(200, int(length / reach * 20))) + 0.5
    along = along / along.size * length
    across = np.arange(max(40, int(depth / reach * 20))) + 0.5
    across = across / across.size * depth - depth / 2.0 - offset
    missed = np.ones((along.size, across.size))
    for post in (np.arange(posts) + 0.5) * length / posts:
        square = ((along - post)[:, None] ** 2 + across**2) / reach**2
        missed *= 1.0 - duty / (1.0 + square ** (steepness / 2.0))
    return float(1.0 - missed.mean())


@pytest.mark.parametrize("steepness", [3.0, 4.0, 5.3, 6.0])
def test_the_table_of_cover_agrees_with_fine_integration(steepness: float) -> None:
    """C4 by table is within its stated error of an integration post by post, for 40 random layouts a steepness."""
    rng = np.random.default_rng(int(steepness * 10))
    posts = np.round(np.exp(rng.uniform(0.0, np.log(60.0), 40)))
    reach = rng.uniform(0.5, 8.0, 40)
    length = posts * reach * np.exp(rng.uniform(np.log(0.2), np.log(12.0), 40))
    depth = rng.uniform(1.0, 12.0, 40)
    offset = depth * np.where(rng.random(40) < 0.5, rng.uniform(0.0, 0.25, 40), rng.uniform(0.0, 3.0, 40))
    found = even_covers(
        posts, length_km=length, depth_km=depth, offset_km=offset, r50_km=reach, steepness=steepness, duty=0.9
    )
    exact = [
        _fine(int(n), w, d, o, r, steepness, 0.9)
        for n, w, d, o, r in zip(posts, length, depth, offset, reach, strict=True)
    ]
    errors = np.abs(found - np.array(exact))
    assert errors.max() < TABLE_ERROR
    assert np.sqrt((errors**2).mean()) < 5e-4


@pytest.mark.parametrize("gap", [0.5, 1.0, 2.0, 4.0, 10.0])
def test_the_lattice_over_an_area_agrees_with_a_finite_one(gap: float) -> None:
    """Posts on a square lattice: the middle cell of 41 x 41 posts, post by post, sees what the table says."""
    place = ((np.arange(60) + 0.5) / 60.0 - 0.5) * gap
    posts = np.arange(-20, 21) * gap
    square = (posts[:, None] - place) ** 2
    missed = 1.0 - 0.9 / (1.0 + (square[:, None, :, None] + square[None, :, None, :]) ** 2)
    exact = float(1.0 - missed.prod(axis=(0, 1)).mean())
    found = spread_covers(100, area_km2=100.0 * gap**2, r50_km=1.0, steepness=4.0, duty=0.9)[0]
    assert found == pytest.approx(exact, abs=3e-3)


def _by_highs(menus: tuple[SectorMenu, ...], probability: float, impulsive: float, orbit_cost: float) -> float:
    """The choice as an integer program over every mix that sees and hears enough."""
    rows, costs, shares = [], [], []
    for number, menu in enumerate(menus):
        for share in np.unique(menu.orbits):
            able = (menu.orbits == share) & (menu.seen >= probability - 1e-12) & (menu.impulsive >= impulsive - 1e-12)
            if able.any():
                rows.append(number)
                costs.append(float(menu.cost[able].min()))
                shares.append(float(share))
    count = len(rows)
    one_each = np.zeros((len(menus), count + 1))
    one_each[rows, np.arange(count)] = 1.0
    enough = np.array([*(-share for share in shares), 1.0])
    found = milp(
        np.array([*costs, orbit_cost]), integrality=np.ones(count + 1), bounds=Bounds(0, np.append(np.ones(count), np.inf)),
        constraints=[LinearConstraint(one_each, 1, 1), LinearConstraint(enough[None], 0, np.inf)],
        options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    assert found.success
    return float(found.fun)


@pytest.mark.parametrize(("posture", "access"), [("observe", "both"), ("interpose", "both"), ("robust", "host_only")])
@pytest.mark.parametrize("probability", [0.3, 0.5, 0.7])
def test_dynamic_programming_is_the_integer_program_on_the_reference_line(
    posture: str, access: str, probability: float
) -> None:
    """The exact choice by dynamic programming costs what HiGHS finds for the same menus, to a ten-millionth."""
    scenario = load_scenario("ukraine-2025-02", {"mission.posture": posture, "settlement.access": access})
    menus = make_menus(gather_sizing(scenario))
    able = tuple(menu for menu in menus if menu.best_seen() >= probability)
    assert able
    for orbit_cost in (5.0, 45.0):
        found = choose_mix(able, probability=probability, impulsive=0.0, orbit_cost=orbit_cost, share_of_best=0.9)
        assert found.cost == pytest.approx(_by_highs(able, probability, 0.0, orbit_cost), rel=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_sharing_orbits_is_exact_for_any_shares(seed: int) -> None:
    """Whole orbits and one option a sector: the same cost as trying all combinations, also for shares without a common step."""
    rng = np.random.default_rng(seed)
    options = [(rng.uniform(0.0, 1.2, 4), rng.uniform(0.0, 10.0, 4)) for _ in range(5)]
    price = float(rng.uniform(0.0, 12.0))
    taken, orbits = share_orbits(options, orbit_cost=price)
    best = min(
        sum(options[i][1][pick] for i, pick in enumerate(picks))
        + price * np.ceil(sum(options[i][0][pick] for i, pick in enumerate(picks)) - 1e-9)
        for picks in np.ndindex(*(4,) * 5)
    )
    assert sum(options[i][1][pick] for i, pick in enumerate(taken)) + price * orbits == pytest.approx(best)
    assert sum(options[i][0][pick] for i, pick in enumerate(taken)) <= orbits + 1e-6
