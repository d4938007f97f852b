"""The closing test of the models: a force sized for p, laid on a uniform line, shows p in coverage and in stress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import support
from cover_cases import arrivals, empty_force, uniform_sector
from holdfast.coverage.inputs import gather_coverage
from holdfast.coverage.stage import cover
from holdfast.geo.line import Line
from holdfast.laydown.inputs import UnitsToPlace, gather_laydown
from holdfast.laydown.stage import lay_down
from holdfast.results.stages import Coverage, Requirement, Stress
from holdfast.scenario.types import Scenario
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size
from holdfast.stress.inputs import gather_stress
from holdfast.stress.stage import stress

pytestmark = pytest.mark.verification

SECTORS = 4
PLACED_BELOW = 0.02
"""Posts stand on candidate sites chosen to a gap of 2 in 1,000, not where an even spacing would put them."""


@dataclass(frozen=True, kw_only=True)
class Line3:
    """One uniform line through the three stages that claim a probability."""

    sized: Requirement
    covered: Coverage
    stressed: Stress


def _scenario(posture: str, access: str, probability: float) -> Scenario:
    """The tiny scenario on equal open sectors, without tests, so that nothing but episodes happens."""
    step = Line(support.LINE).length_km / SECTORS
    rows = [
        uniform_sector(step, id=f"s{number}", name=f"S{number}", from_km=number * step, to_km=(number + 1) * step)
        for number in range(SECTORS)
    ]
    plain = support.tiny_scenario()
    changes: dict[str, Any] = {
        "mission.posture": posture, "settlement.access": access, "service.observe_probability": probability,
        "sectors": {row.id: row for row in rows},
        "behaviour.consideration_per_year": plain.behaviour.consideration_per_year.fixed_at(0.0),
        "stress.futures": 20, "stress.replications": 20, "stress.months": 12,
    }  # fmt: skip
    return support.tiny_scenario(**changes)


def _through_the_stages(scenario: Scenario) -> Line3:
    """Size, lay down exactly what was sized, arrive on day 0, cover and stress."""
    requirement = size(gather_sizing(scenario))
    total = requirement.cover["total"]
    units = tuple(
        UnitsToPlace(capability=name, area=scenario.capabilities[name].area, units=float(total.sel(capability=name)))
        for name in map(str, total.coords["capability"].values)
        if float(total.sel(capability=name)) > 0
    )
    used = {row.capability for row in units} | {"observer_team"}
    known = {name: row for name, row in scenario.capabilities.items() if name in used}
    force = empty_force()
    laydown = lay_down(replace(gather_laydown(scenario, requirement, force), units=units, capabilities=known))
    deployment = arrivals(laydown, day=0.0)
    coverage = cover(gather_coverage(scenario, requirement, laydown, deployment))
    found = stress(gather_stress(scenario, requirement, force, laydown, deployment, coverage))
    return Line3(sized=requirement, covered=coverage, stressed=found)


@pytest.mark.parametrize(
    ("posture", "access", "probability"),
    [("observe", "both", 0.6), ("observe", "both", 0.85), ("reassure", "host_only", 0.5)],
)
def test_a_force_sized_for_p_shows_p_in_coverage_and_in_stress(posture: str, access: str, probability: float) -> None:
    """Sized for p, a force is counted on to see p, covers p in every sector, and sees a share p of episodes when tested.

    Coverage: at most `PLACED_BELOW` under p. Stress: the share of episodes seen equals coverage's mean over the line to
    4.4 standard errors (false alarm 1 in 90,000; episodes are seen independently of each other) and 0.005 for episodes
    that the line's ends reflect inward and for places longer than the kilometres that coverage counts.
    """
    found = _through_the_stages(_scenario(posture, access, probability))
    counted_on = np.asarray(found.sized.figures["size.observe.seen"].value)
    sectors = found.covered.sectors["seen"].values
    assert counted_on.min() >= probability - 1e-9
    assert sectors.min() >= probability - PLACED_BELOW
    episodes = float(found.stressed.outcomes["episodes"].sum())
    share = float(found.stressed.outcomes["episodes_seen"].sum()) / episodes
    mean = float(np.average(sectors, weights=found.covered.sectors["length_km"].values))
    error = np.sqrt(mean * (1.0 - mean) / episodes)
    assert episodes > 5_000
    assert abs(share - mean) < 4.4 * error + 0.005
    assert share > probability - PLACED_BELOW - 4.4 * error - 0.005


def test_a_thinner_force_shows_less_in_all_three() -> None:
    """The chain can fail: sized for 0.3, the same line shows clearly less than 0.85 in sizing, coverage and stress."""
    found = _through_the_stages(_scenario("observe", "both", 0.3))
    share = float(found.stressed.outcomes["episodes_seen"].sum() / found.stressed.outcomes["episodes"].sum())
    assert float(np.mean(found.sized.figures["size.observe.seen"].value)) < 0.7
    assert float(found.covered.sectors["seen"].values.mean()) < 0.7
    assert share < 0.7
