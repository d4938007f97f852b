"""A scenario under construction: what has been read so far, for the checks that look across files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.scenario.schema import KEYED, SECTIONS, TABLES, Head
from holdfast.scenario.types import Factor, Record, Scenario, Trace


class AnyName(frozenset[str]):
    """The ids of a table that could not be read: any name may be among them, so none is reported as unknown."""

    def __contains__(self, name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


@dataclass
class Draft:
    """Parts of a scenario that could be read, and the ids of all rows, readable or not.

    A row that is wrong is missing from `tables` but its id stands in `ids`, so that references to it raise no second
    problem.
    """

    head: Head | None = None
    sections: dict[str, Any] = field(default_factory=dict)
    keyed: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in KEYED})
    tables: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in TABLES})
    ids: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in (*TABLES, *KEYED)})
    traces: dict[str, Trace] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    record: Record | None = None
    unread: set[str] = field(default_factory=set)
    """Tables whose file is there and cannot be read: nothing is known of their ids."""

    def known(self, table: str) -> Collection[str]:
        """Ids that may be referred to; every name, where the table could not be read."""
        return AnyName() if table in self.unread else self.ids[table]

    def origins(self) -> Iterator[tuple[str, Any]]:
        """Everything that must say where it comes from, with its dotted key: sections, entries, traces and rows."""
        yield from ((name, part) for name, part in self.sections.items() if hasattr(part, "source"))
        for name, entries in self.keyed.items():
            yield from ((f"{name}.{key}", entry) for key, entry in entries.items())
        yield from ((f"traces.{key}", trace) for key, trace in self.traces.items())
        for name, rows in self.tables.items():
            if name != "evidence":
                yield from ((f"{name}.{key}", row) for key, row in rows.items())

    @property
    def is_whole(self) -> bool:
        """Whether head and sections were read, so that a scenario can be made (rows may still be missing)."""
        return self.head is not None and all(name in self.sections for name in SECTIONS)

    def scenario(self) -> Scenario:
        """The scenario of what was read.

        Raises
        ------
        HoldfastError
            When the head or a section is missing.
        """
        if self.head is None or not self.is_whole:
            raise HoldfastError("the head or a section could not be read; a draft without it is no scenario")
        parts: dict[str, Any] = {item.name: getattr(self.head, item.name) for item in fields(self.head)}
        parts |= {**self.sections, **self.keyed, **self.tables, "traces": self.traces, "factors": self.factors}
        parts["record"] = self.record
        return Scenario(**parts)


def draft_of(scenario: Scenario) -> Draft:
    """A draft that holds all of a scenario."""
    head = Head(**{item.name: getattr(scenario, item.name) for item in fields(Head)})
    draft = Draft(head=head, traces=dict(scenario.traces), factors=dict(scenario.factors), record=scenario.record)
    draft.sections = {name: getattr(scenario, name) for name in SECTIONS}
    draft.keyed = {name: dict(getattr(scenario, name)) for name in KEYED}
    draft.tables = {name: dict(getattr(scenario, name)) for name in TABLES}
    draft.ids = {name: set(rows) for name, rows in _all_tables(draft).items()}
    return draft


def _all_tables(draft: Draft) -> Mapping[str, dict[str, Any]]:
    return draft.tables | draft.keyed
