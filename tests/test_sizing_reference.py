from __future__ import annotations

import pytest

from holdfast.results.stages import Requirement
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.load import load_scenario
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size


@pytest.fixture(scope="module")
def sizes() -> dict[tuple[str, str], Requirement]:
    scenario = load_scenario("ukraine-2025-02")
    return {
        (option, settlement): size(
            gather_sizing(resolve_case(scenario, Case(option=option, settlement=settlement, overrides={})))
        )
        for option in scenario.options
        for settlement in ("thinned_host_only", "boiling_both")
    }


def test_every_option_of_the_reference_scenario_can_be_sized(sizes: dict[tuple[str, str], Requirement]) -> None:
    """Each option has people, a reason a task and a published claim beside it, except the one without a force."""
    for (option, _settlement), found in sizes.items():
        if found.posture == "none":
            assert found.in_country == 0
            continue
        assert found.in_country > 0, option
        assert found.in_country == round(found.figures["size.in_country"].value)
        assert all(text for text in found.binding.values())
        assert {"claim", "regression"} <= {row.kind for row in found.triangulation}


def test_interposition_is_refused_without_the_far_side(sizes: dict[tuple[str, str], Requirement]) -> None:
    """With the host's side only, the line of posts is refused by its row and costs nothing; with both it is the largest."""
    refused, allowed = (sizes["interpose_line", terms] for terms in ("thinned_host_only", "boiling_both"))
    assert "settlement.access" in refused.refused[0]
    assert "size.observe.posts" not in refused.figures
    assert allowed.refused == ()
    assert allowed.figures["size.observe.posts"].value > 300
    assert allowed.in_country > refused.in_country


def test_the_backstop_does_not_change_what_is_needed(sizes: dict[tuple[str, str], Requirement]) -> None:
    """Granting, refusing or breaking the promise changes who supplies, not how much the settlement needs."""
    options = ("reassure_30k_backstop", "reassure_30k_refused", "reassure_30k_not_honoured")
    assert len({sizes[option, "thinned_host_only"].in_country for option in options}) == 1


def test_more_ambition_costs_more(sizes: dict[tuple[str, str], Requirement]) -> None:
    """Yearly cost rises from light observation to reassurance to the robust force."""
    options = ("observe_light", "reassure_30k_backstop", "robust_100k")
    costs = [sizes[option, "boiling_both"].figures["size.cost_year"].value for option in options]
    assert costs == sorted(costs)


def test_a_boiling_front_needs_a_larger_force(sizes: dict[tuple[str, str], Requirement]) -> None:
    """Terms decide size: where armies stay face to face, the reassurance force is at least a quarter larger.

    The robust force, which holds the borders beside the line against three axes whatever the front, is larger too.
    """
    for option, least in (("reassure_30k_backstop", 1.25), ("robust_100k", 1.0)):
        thinned, boiling = (sizes[option, terms].in_country for terms in ("thinned_host_only", "boiling_both"))
        assert boiling > least * thinned, option
