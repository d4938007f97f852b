"""Holdfast: plan, stress-test and monitor a post-ceasefire security force.

The names below are the public interface; each is imported when first used, so that `import holdfast` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from holdfast.core.version import __version__

_WHERE = {
    "Case": "holdfast.scenario.cases",
    "HoldfastError": "holdfast.core.errors",
    "Plan": "holdfast.results.plan",
    "Scenario": "holdfast.scenario.types",
    "ScenarioError": "holdfast.core.errors",
    "Study": "holdfast.results.plan",
    "check_scenario": "holdfast.scenario.check",
    "explain": "holdfast.results.explain",
    "list_scenarios": "holdfast.scenario.bundled",
    "load_result": "holdfast.results.store",
    "load_scenario": "holdfast.scenario.load",
    "plan": "holdfast.pipeline",
    "rerun": "holdfast.pipeline",
    "save_result": "holdfast.results.store",
    "study": "holdfast.studies.study",
    "write_brief": "holdfast.brief.write",
}

__all__ = sorted([*_WHERE, "__version__"])  # noqa: PLE0605  # a list of names, computed once

if TYPE_CHECKING:
    from holdfast.brief.write import write_brief
    from holdfast.core.errors import HoldfastError, ScenarioError
    from holdfast.pipeline import plan, rerun
    from holdfast.results.explain import explain
    from holdfast.results.plan import Plan, Study
    from holdfast.results.store import load_result, save_result
    from holdfast.scenario.bundled import list_scenarios
    from holdfast.scenario.cases import Case
    from holdfast.scenario.check import check_scenario
    from holdfast.scenario.load import load_scenario
    from holdfast.scenario.types import Scenario
    from holdfast.studies.study import study


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'holdfast' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
