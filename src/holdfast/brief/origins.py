"""What figures rest on: how many of the inputs behind them are sourced, partly sourced, or assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.results.derivation import Figure


@dataclass(frozen=True, slots=True)
class Origin:
    """Inputs behind some figures, by what they rest on."""

    sourced: int = 0
    """A source and no assumption."""
    partly: int = 0
    """A source, and an assumption too."""
    assumed: int = 0
    """An assumption alone."""

    @property
    def count(self) -> int:
        """All inputs."""
        return self.sourced + self.partly + self.assumed

    @property
    def words(self) -> str:
        """The same in words, for a note below a table; empty where nothing was given."""
        return f"Origin: {self.behind('it')}." if self.count else ""

    def behind(self, what: str) -> str:
        """The same as part of a sentence."""
        return (
            f"of the {self.count} inputs behind {what} {self.sourced} are sourced, {self.partly} partly sourced, "
            f"{self.assumed} assumed"
        )

    @property
    def cell(self) -> str:
        """The same for a cell of a table, per cent: sourced, partly, assumed."""
        if not self.count:
            return ""
        return " / ".join(f"{100 * part / self.count:.0f}" for part in (self.sourced, self.partly, self.assumed))


def origin_of(figures: Mapping[str, Figure], names: Iterable[str]) -> Origin:
    """What the figures of these names rest on: the inputs given, at any depth, each counted once; names not there are skipped."""
    waiting = [name for name in names if name in figures]
    seen: set[str] = set()
    counts = [0, 0, 0]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        figure = figures[name]
        if figure.inputs:
            waiting += [key for key in figure.inputs if key in figures]
        elif figure.source or figure.assumption:
            counts[2 if not figure.source else 1 if figure.assumption else 0] += 1
    return Origin(*counts)


def origin_below(figures: Mapping[str, Figure], *starts: str) -> Origin:
    """What all figures rest on whose names begin so."""
    return origin_of(figures, (name for name in figures if name.startswith(starts)))
