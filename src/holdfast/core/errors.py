"""The exceptions of Holdfast, each a subclass of the built-in it resembles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class HoldfastError(Exception):
    """Base of every error that Holdfast raises on purpose."""


class ValueRangeError(HoldfastError, ValueError):
    """A number lies outside the range it must have."""


class LabelError(HoldfastError, ValueError):
    """A labelled array lacks, adds or reorders labels, dimensions, units or a data type."""


class UnknownNameError(HoldfastError, KeyError):
    """A name is not among those known; the message gives the nearest one."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ConditionError(HoldfastError, ValueError):
    """A condition cannot be read; `column` counts from 1."""

    def __init__(self, message: str, *, column: int) -> None:
        self.column = column
        super().__init__(f"{message} (column {column})")


class InfeasibleError(HoldfastError, RuntimeError):
    """A mathematical program has no solution, or the solver did not finish."""


class FileFormatError(HoldfastError, ValueError):
    """A file is not what it should be (damaged, foreign, or of another version)."""


class FileConflictError(HoldfastError, FileExistsError):
    """An output exists already and was not to be overwritten."""


class MissingOptionalError(HoldfastError, ImportError):
    """An optional part is not installed; the message says which and what it changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong in a scenario, with where it stands and what was expected."""

    file: str
    line: int | None
    key: str
    value: str
    expected: str
    nearest: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        found = f" is {self.value}" if self.value else ""
        hint = f" (did you mean {self.nearest!r}?)" if self.nearest else ""
        return f"{place}: {self.key}{found}; expected {self.expected}{hint}"


class ScenarioError(HoldfastError, ValueError):
    """A scenario is wrong; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
