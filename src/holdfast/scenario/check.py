"""Checking a scenario as a whole: every problem, what the tables hold, how much is sourced, and what looks odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core.errors import Problem, ScenarioError
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.load import load_with_lines
from holdfast.scenario.needs import notes_of
from holdfast.scenario.origin import SourcedShare, sourced_share
from holdfast.scenario.problems import Locator
from holdfast.scenario.schema import KEYED, TABLES
from holdfast.scenario.types import Scenario
from holdfast.scenario.warnings import warnings_of


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What a check found."""

    name: str
    title: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What the scenario leaves out, and what that means: nothing wrong, but to be known."""
    counts: dict[str, int] = field(default_factory=dict)
    """Rows by table (options, settlement variants, traces and factors too)."""
    share: SourcedShare | None = None
    """How much is sourced; None where the scenario could not be loaded."""

    @property
    def is_clean(self) -> bool:
        """Whether no problem was found (warnings may stand)."""
        return not self.problems

    def summary(self) -> str:
        """What the scenario holds and how much of it is sourced, in a few lines."""
        if self.share is None:
            return f"{self.name}: {_number(len(self.problems), 'problem')}"
        verdict = "no problem" if self.is_clean else _number(len(self.problems), "problem")
        rows = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)
        total = self.share.sourced + self.share.partly + self.share.assumed
        origins = f"{self.share.sourced} are sourced, {self.share.partly} cite sources beside an assumption"
        lines = [
            f"{self.name}: {verdict}, {_number(len(self.warnings), 'warning')}",
            f"holds {rows}",
            *(f"note: {note}" for note in self.notes),
            f"of {total} rows and values {origins}, {self.share.assumed} are assumed; by table:",
        ]
        lines += [
            f"  {name}: {sourced} sourced, {partly} partly, {assumed} assumed"
            for name, (sourced, partly, assumed) in self.share.by_table.items()
        ]
        return "\n".join(lines)


def check_scenario(path_or_name: str | Path) -> CheckReport:
    """Load a scenario, resolve its options and settlement variants, and report instead of raising.

    Parameters
    ----------
    path_or_name
        A folder, a `.zip` of one, or the name of a bundled scenario.
    """
    try:
        scenario, locator = load_with_lines(path_or_name)
    except ScenarioError as error:
        return CheckReport(name=str(path_or_name), problems=error.problems)
    return CheckReport(
        name=scenario.name,
        title=scenario.title,
        problems=_case_problems(scenario, locator),
        warnings=warnings_of(scenario, own_evidence=_own_evidence(scenario, locator)),
        notes=notes_of(scenario),
        counts=_counts(scenario),
        share=sourced_share(scenario),
    )


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _counts(scenario: Scenario) -> dict[str, int]:
    tables = (*KEYED, "traces", *TABLES, "factors")
    return {name: len(getattr(scenario, name)) for name in tables}


def _own_evidence(scenario: Scenario, locator: Locator) -> frozenset[str]:
    """Evidence rows of the scenario's own file."""
    return frozenset(key for key in scenario.evidence if locator.find(f"evidence.{key}").file == "evidence.csv")


def _case_problems(scenario: Scenario, locator: Locator) -> tuple[Problem, ...]:
    """Problems that only show when an option, or a settlement variant, is applied."""
    option, variant = scenario.reference_option, scenario.reference_settlement
    cases = {f"options.{name}": Case(option=name, settlement=variant) for name in scenario.options}
    cases |= {f"settlements.{name}": Case(option=option, settlement=name) for name in scenario.settlements}
    found: list[Problem] = []
    for key, case in cases.items():
        try:
            resolve_case(scenario, case)
        except ScenarioError as error:
            where = locator.find(f"{key}.set")
            found += [
                Problem(
                    file=where.file, line=where.line, key=f"{key}: {problem.key}", value=problem.value,
                    expected=problem.expected, nearest=problem.nearest,
                )
                for problem in error.problems
            ]  # fmt: skip
    return tuple(found)
