"""Service levels by posture: which level a case is held to, and that nothing of it is lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.core.errors import ScenarioError
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.document import canonical, from_canonical, scenario_hash
from holdfast.scenario.levels import LEVELS, effective_service
from holdfast.scenario.load import load_scenario
from holdfast.scenario.origin import sourced_share
from holdfast.scenario.template import write_template
from holdfast.scenario.types import Option, Scenario, Service, ServiceLevels
from support import WHY, tiny_scenario

POSTURE = "observe"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The tiny scenario with an observers' table, an option that sets levels, and the posture observe."""
    base = tiny_scenario(**{"mission.posture": POSTURE})
    table = ServiceLevels(respond_minutes=70.0, observe_probability=0.9, assumption="observers see more")
    loud = Option(
        id="loud",
        title="x",
        why="x",
        assumption=WHY,
        set={"service.respond_minutes": 33, "service.observe.cap_stations": 0},
    )
    return replace(base, service=replace(base.service, observe=table), options=base.options | {"loud": loud})


def levels(scenario: Scenario, *, option: str = "reference", **overrides: object) -> Service:
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return resolve_case(scenario, Case(option=option, settlement="thinned_host_only", overrides=named)).service


def test_a_postures_table_lies_over_the_common_levels(scenario: Scenario) -> None:
    """Levels of the posture's table hold for that posture alone; what it leaves out stays common."""
    found = levels(scenario)
    assert (found.respond_minutes, found.observe_probability) == (70.0, 0.9)
    assert found.medevac_minutes == scenario.service.medevac_minutes
    other = levels(scenario, mission__posture="robust")
    assert other.respond_minutes == scenario.service.respond_minutes


def test_later_levers_win_over_the_table(scenario: Scenario) -> None:
    """Common table < posture's table < variant < option < by hand, whichever of the two ways a level is set."""
    assert levels(scenario, option="loud").respond_minutes == 33
    assert levels(scenario, option="loud").cap_stations == 0
    assert levels(scenario, service__respond_minutes=45).respond_minutes == 45
    assert levels(scenario, option="loud", service__observe__respond_minutes=50).respond_minutes == 50
    assert levels(scenario, option="loud", service__robust__respond_minutes=50).respond_minutes == 33
    both = levels(scenario, service__respond_minutes=45, service__observe__respond_minutes=50)
    assert both.respond_minutes == 50


def test_setting_one_posture_leaves_the_others(scenario: Scenario) -> None:
    """A level set for one posture changes no other posture's."""
    more = {"service__robust__respond_minutes": "12"}
    assert levels(scenario, **more).respond_minutes == 70.0
    assert levels(scenario, mission__posture="robust", **more).respond_minutes == 12.0


def test_the_effective_level_says_where_it_comes_from(scenario: Scenario) -> None:
    """The reason of a posture's table, and the mark of what was set by hand, reach the levels of the case."""
    assert "for posture observe: observers see more" in levels(scenario).assumption
    assert (
        "respond_minutes set by hand for this case" in levels(scenario, service__observe__respond_minutes=5).assumption
    )


@pytest.mark.parametrize("name", LEVELS)
def test_every_level_can_be_given_by_posture(name: str) -> None:
    """No service level is forgotten in the tables by posture, or in folding them."""
    common = tiny_scenario().service
    other = getattr(common, name) + 1 if isinstance(getattr(common, name), int) else getattr(common, name) / 2 + 0.01
    found = effective_service(replace(common, robust=ServiceLevels(**{name: other})), "robust")
    assert getattr(found, name) == other
    assert effective_service(common, "none") is common


def test_document_keeps_the_tables(scenario: Scenario) -> None:
    """A saved scenario gives back equal tables and an equal hash, and a changed level another hash."""
    again = from_canonical(json.loads(json.dumps(canonical(scenario))))
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)
    changed = replace(scenario, service=replace(scenario.service, observe=ServiceLevels(respond_minutes=71.0)))
    assert scenario_hash(changed) != scenario_hash(scenario)


def test_resolving_twice_changes_nothing(scenario: Scenario) -> None:
    """A resolved scenario resolved again for the same case has the same levels: a rerun finds what it saved."""
    case = Case(option="loud", settlement="thinned_host_only", overrides={"service.observe.medevac_minutes": 30})
    once = resolve_case(scenario, case)
    assert {name: getattr(resolve_case(once, case).service, name) for name in LEVELS} == {
        name: getattr(once.service, name) for name in LEVELS
    }


def test_levels_of_postures_are_counted(scenario: Scenario) -> None:
    """Each level of a posture's table counts as one more value with an origin."""
    before = sourced_share(tiny_scenario()).by_table["service"]
    assert sum(sourced_share(scenario).by_table["service"]) == sum(before) + 2


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("service.observe_probability", "0", "asks for nothing"),
        ("service.observe_probability", "1", "no finite force sees every violation"),
        ("service.respond_blocking", "0", "no finite force is never busy"),
        ("service.respond_blocking", "1", "asks for nothing"),
        ("service.observe.observe_probability", "1", "no finite force sees every violation"),
        ("service.robust.respond_blocking", "0", "no finite force is never busy"),
    ],
)
def test_a_level_without_an_answer_is_refused(scenario: Scenario, key: str, value: str, why: str) -> None:
    """Certainty, or nothing at all, is told by its key, for the posture asked and for any other."""
    with pytest.raises(ScenarioError) as caught:
        levels(scenario, **{key.replace(".", "__"): value})
    assert f"{key} is {value}; expected between 0 and 1, neither included" in str(caught.value)
    assert why in str(caught.value)


@pytest.mark.parametrize("value", ["0", "1"])
def test_all_assets_or_none_is_an_answer(scenario: Scenario, value: str) -> None:
    """A protected share of 0 asks for no battery and one of 1 for all assets: both have a finite answer."""
    assert levels(scenario, service__protected_share=value).protected_share == float(value)


def test_unknown_postures_and_levels_are_told(scenario: Scenario) -> None:
    """A misspelt posture or level is answered with the nearest key."""
    for key, nearest in (
        ("service.observe.respond_minuts", "service.observe.respond_minutes"),
        ("service.robst.respond_minutes", "service.robust.respond_minutes"),
    ):
        with pytest.raises(ScenarioError) as caught:
            levels(scenario, **{key.replace(".", "__"): 1})
        assert f"did you mean {nearest!r}?" in str(caught.value)


def test_tables_by_posture_are_read_from_the_file(tmp_path: Path) -> None:
    """`[service.robust]` in scenario.toml is read, needs no origin of its own, and a slip in it has its line."""
    write_template(tmp_path / "s")
    path = tmp_path / "s" / "scenario.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[force]", "[service.robust]\nhold_axes = 3\n\n[force]"), "utf-8")
    assert load_scenario(tmp_path / "s").service.robust == ServiceLevels(hold_axes=3)
    path.write_text(text.replace("[force]", "[service.robust]\nhold_axis = 3\n\n[force]"), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "s")
    line = 1 + path.read_text("utf-8").count("\n", 0, path.read_text("utf-8").index("hold_axis"))
    assert f"scenario.toml:{line}: service.robust.hold_axis is unknown" in str(caught.value)
    assert "did you mean 'hold_axes'?" in str(caught.value)
