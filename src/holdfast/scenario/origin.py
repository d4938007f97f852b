"""Where values come from: origins handed down to quantities, the mark `inferred later`, and the sourced share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

from holdfast.scenario.draft import Draft
from holdfast.scenario.levels import levels_given
from holdfast.scenario.schema import KEYED, SECTIONS, TABLES
from holdfast.scenario.types import Capability, Evidence, Scenario, ServiceLevels
from holdfast.scenario.values import Quantity

T = TypeVar("T")
INFERRED_LATER = "inferred later"
"""How the assumption begins of anything that rests on what was published after `as_of`."""


@dataclass(frozen=True, kw_only=True)
class SourcedShare:
    """How much of a scenario rests on sources: rows of tables, values of settings and factors."""

    sourced: int
    """Rest on evidence and on nothing else."""
    assumed: int
    """Say assumption and cite no evidence."""
    by_table: dict[str, tuple[int, int, int]]
    """Sourced, partly sourced and assumed, by table or section."""
    partly: int = 0
    """Cite evidence and say assumption: some figures of the row are sourced, some are judgement."""

    @property
    def share(self) -> float:
        """Sourced share of all, 0 to 1."""
        total = self.sourced + self.partly + self.assumed
        return self.sourced / total if total else 0.0


@cache
def sources_of(text: str) -> tuple[str, ...]:
    """Evidence ids of a `source` field."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def is_sourced(thing: Any) -> bool:
    """Whether something with `source` and `assumption` rests on evidence and on no assumption."""
    return bool(thing.source) and not thing.assumption


def sourced_share(scenario: Scenario) -> SourcedShare:
    """Count what is sourced and what is assumed.

    A row of a table, a trace, an option and a factor count one each; so does every value of a settings section
    (a quantity with an origin of its own by that, any other value by its section's). Evidence is not counted.
    """
    found: dict[str, list[Any]] = {}
    for name in SECTIONS:
        section = getattr(scenario, name)
        if hasattr(section, "source") or name == "d_day":
            found[name] = _values(section)
    tables = [*KEYED, "traces", *(name for name in TABLES if name != "evidence")]
    for name in tables:
        found[name] = list(getattr(scenario, name).values())
    found["factors"] = [factor.value for factor in scenario.factors.values()]
    by_table = {name: _count(things) for name, things in found.items() if things}
    sourced, partly, assumed = (sum(counts[place] for counts in by_table.values()) for place in range(3))
    return SourcedShare(sourced=sourced, partly=partly, assumed=assumed, by_table=by_table)


def _count(things: Sequence[Any]) -> tuple[int, int, int]:
    sourced = sum(is_sourced(thing) for thing in things)
    partly = sum(bool(thing.source and thing.assumption) for thing in things)
    return sourced, partly, len(things) - sourced - partly


def _values(section: Any) -> list[Any]:
    """For each value of a section what says where it comes from: the quantity itself, or the section."""
    origins: list[Any] = []
    for item in fields(section):
        value = getattr(section, item.name)
        if item.name in {"source", "assumption"} or value is None:
            continue
        if isinstance(value, ServiceLevels):
            said = value if value.source or value.assumption else section
            origins += [said] * len(levels_given(section, item.name))
            continue
        has_own = isinstance(value, Quantity) and (value.source or value.assumption or not hasattr(section, "source"))
        origins.append(value if has_own else section)
    return origins


def with_origin(quantity: Quantity, *, source: str, assumption: str) -> Quantity:
    """The quantity, with this origin where it has none of its own."""
    if quantity.source or quantity.assumption:
        return quantity
    return replace(quantity, source=source, assumption=assumption)


def handed_down(thing: T) -> T:
    """A row or section whose quantities carry its origin where they have none."""
    source, assumption = getattr(thing, "source", ""), getattr(thing, "assumption", "")
    changes: dict[str, Any] = {}
    for item in fields(thing):  # type: ignore[arg-type]  # rows and sections are dataclasses
        value = getattr(thing, item.name)
        if isinstance(value, Quantity) and not (value.source or value.assumption):
            changes[item.name] = with_origin(value, source=source, assumption=assumption)
    return replace(thing, **changes) if changes else thing  # type: ignore[type-var]


def inherit_origins(scenario: Scenario) -> Scenario:
    """The scenario with every quantity of a row or section carrying where it comes from."""
    changes: dict[str, Any] = {name: handed_down(getattr(scenario, name)) for name in SECTIONS}
    for name in TABLES:
        changes[name] = {key: handed_down(row) for key, row in getattr(scenario, name).items()}
    return replace(scenario, **changes)


def latest_evidence(source: str, evidence: Mapping[str, Evidence], *, after: date) -> Evidence | None:
    """The latest of the cited rows if it is dated after a day, else None."""
    cited = [evidence[key] for key in sources_of(source) if key in evidence]
    late = [row for row in cited if row.date > after]
    return max(late, key=lambda row: row.date) if late else None


def inferred_later(draft: Draft, *, catalogue_keys: Collection[str]) -> None:
    """Mark catalogue rows that rest on figures published after `as_of` (scenario rows must say so themselves).

    A capability counts by the year of its figures and by its evidence, a factor by its evidence.
    """
    if draft.head is None:
        return
    as_of, evidence = draft.head.as_of, draft.tables["evidence"]
    for key, row in draft.tables["capabilities"].items():
        if f"capabilities.{key}" in catalogue_keys:
            draft.tables["capabilities"][key] = _marked_capability(row, as_of, evidence)
    for key, factor in draft.factors.items():
        late = latest_evidence(factor.value.source, evidence, after=as_of)
        if late and f"factors.{key}" in catalogue_keys and not factor.value.assumption.startswith(INFERRED_LATER):
            why = _mark(factor.value.assumption, f"evidence {late.id} of {late.date}")
            draft.factors[key] = replace(factor, value=replace(factor.value, assumption=why))


def _marked_capability(row: Capability, as_of: date, evidence: Mapping[str, Evidence]) -> Capability:
    late = latest_evidence(row.source, evidence, after=as_of)
    if row.assumption.startswith(INFERRED_LATER) or not (late or row.figures_year > as_of.year):
        return row
    why = f"evidence {late.id} of {late.date}" if late else f"figures of {row.figures_year}"
    return replace(row, assumption=_mark(row.assumption, why))


def _mark(assumption: str, why: str) -> str:
    return f"{INFERRED_LATER}: {why}" + (f"; {assumption}" if assumption else "")
