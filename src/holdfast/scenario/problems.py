"""Problems collected while a scenario is read: all of them, then one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from holdfast.core.errors import Problem, ScenarioError
from holdfast.core.names import nearest_name

_SHOWN = 60
_ENOUGH = 500


def shown(value: Any) -> str:
    """A value as a message shows it: text quoted, long values cut."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


@dataclass(frozen=True, slots=True)
class Where:
    """Where something of a scenario stands: a file and a line (None where the file has no lines)."""

    file: str
    line: int | None = None


@dataclass
class Locator:
    """Where rows and settings of a scenario stand, for messages about the scenario as a whole."""

    default: str = "scenario"
    places: dict[str, Where] = field(default_factory=dict)

    def note(self, key: str, place: Where) -> None:
        """Remember where the dotted `key` stands (the last note wins: scenario rows override the catalogue)."""
        self.places[key] = place

    def find(self, key: str) -> Where:
        """The place of a dotted key, or of the longest known beginning of it."""
        while key:
            if key in self.places:
                return self.places[key]
            key = key.rpartition(".")[0]
        return Where(self.default)


@dataclass
class Problems:
    """Collects problems; `raise_if_any` reports them together."""

    found: list[Problem] = field(default_factory=list)

    def add(
        self, place: Where, *, key: str, expected: str, value: str = "", nearest: str = "", known: Iterable[str] = ()
    ) -> None:
        """Add one problem; with `known` names given, the one nearest to the bare value is suggested."""
        if known and not nearest:
            nearest = nearest_name(value.strip("'\""), known)
        problem = Problem(file=place.file, line=place.line, key=key, value=value, expected=expected, nearest=nearest)
        if problem not in self.found:
            self.found.append(problem)

    @property
    def is_full(self) -> bool:
        """Whether so much is wrong that reading on tells nothing new."""
        return len(self.found) >= _ENOUGH

    def raise_if_any(self) -> None:
        """Raise everything found, by file and line.

        Raises
        ------
        ScenarioError
            When at least one problem was added.
        """
        if self.found:
            raise ScenarioError(sorted(self.found, key=lambda problem: (problem.file, problem.line or 0)))
