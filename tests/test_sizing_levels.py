"""Levels that the terms do not allow: held at the most they allow, said, and never cheaper than a level below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from holdfast.scenario.cases import reference_case, resolve_case
from holdfast.scenario.load import load_scenario
from holdfast.sizing import rescue, respond
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.levels import most_seen, people_at_levels
from holdfast.sizing.menu import make_menus
from holdfast.sizing.stage import size


def _inputs(name: str = "ukraine-2025-02", **overrides: object) -> SizingInputs:
    scenario = load_scenario(name)
    case = replace(
        reference_case(scenario), overrides={key.replace("__", "."): value for key, value in overrides.items()}
    )
    return gather_sizing(resolve_case(scenario, case))


def test_fewer_minutes_never_need_fewer_evacuation_sites() -> None:
    """From minutes that are met to minutes that nothing meets the number of sites only grows, and ends at the standoff."""
    radii = np.linspace(120.0, 0.0, 200)
    found = [float(rescue.sites(1000.0, radius, 50.0, 10.0)) for radius in radii]
    assert found == sorted(found)
    assert found[-1] == 10.0  # 1,000 km over twice 50


def test_companies_that_cannot_arrive_are_not_bought_by_the_dozen() -> None:
    """Behind a standoff that no helicopter bridges in time, bases stand two standoffs apart and are said to be late."""
    none = np.zeros(1)
    assert respond.bases(np.array([1000.0]), none, none, 10.0, 250.0) == 2.0
    assert respond.late(none, none, 10.0, 250.0).tolist() == [1.0]
    assert respond.late(np.array([60.0]), none, 10.0, 250.0).tolist() == [0.0]


@pytest.mark.parametrize("posture", ["reassure", "observe"])
def test_a_higher_common_level_takes_no_fewer_people(posture: str) -> None:
    """Up to four times what is asked, people in country do not fall by more than two sub-units of a battalion (350 people)."""
    found = people_at_levels(_inputs(mission__posture=posture), [0.5, 1.0, 1.4, 2.0, 2.83, 4.0])
    assert np.all(np.diff(found) > -350.0)


def test_observation_is_asked_for_what_its_sectors_reach() -> None:
    """The most that is asked is reached by every sector that reaches the level asked, and more than that by not all of them."""
    inputs = _inputs(mission__posture="observe")
    most = most_seen(inputs)
    able = [menu for menu in make_menus(inputs) if menu.best_seen() >= inputs.service.observe_probability]
    assert inputs.service.observe_probability <= most <= min(menu.best_seen() for menu in able)


def test_what_no_force_meets_is_said() -> None:
    """A standoff of 300 km puts surgery within an hour out of reach, and the result says by how much."""
    far = size(_inputs(settlement__standoff_km=300))
    assert any(text.startswith("rescue: evacuation takes up to") for text in far.missed)
    near = size(_inputs(settlement__standoff_km=20))
    assert not any(text.startswith("rescue") for text in near.missed)
