"""What the tests themselves rely on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.scenario.checks import check_draft
from holdfast.scenario.draft import draft_of
from holdfast.scenario.problems import Locator, Problems
from support import tiny_scenario


def test_tiny_scenario_is_a_valid_scenario() -> None:
    """The fixture of all stages passes the checks that files must pass."""
    problems = Problems()
    check_draft(draft_of(tiny_scenario()), locator=Locator(), problems=problems)
    assert [str(problem) for problem in problems.found] == []


def test_tiny_scenario_takes_dotted_overrides() -> None:
    """Fields, rows and factors can be replaced by dotted key; numbers become quantities."""
    key = next(iter(tiny_scenario().factors))
    changed = tiny_scenario(**{"mission.posture": "observe", "pools.fra_mech_bn.units": 3, f"factors.{key}": 0.25})
    assert (changed.mission.posture, changed.pools["fra_mech_bn"].units.nominal, changed.factor(key)) == (
        "observe",
        3,
        0.25,
    )


def test_missing_features_skip_or_fail(require: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine lacks is skipped with a reason, and fails where HOLDFAST_REQUIRE names it."""
    monkeypatch.delenv("HOLDFAST_REQUIRE", raising=False)
    require("json")
    with pytest.raises(pytest.skip.Exception, match="no_such_module"):
        require("no_such_module")
    monkeypatch.setenv("HOLDFAST_REQUIRE", "data, no_such_module")
    with pytest.raises(pytest.fail.Exception, match="HOLDFAST_REQUIRE names no_such_module"):
        require("no_such_module")
    monkeypatch.setenv("HOLDFAST_DATA", "/nowhere/at/all")
    with pytest.raises(pytest.fail.Exception, match="no folder of test data"):
        require("data")
