"""Checks of origin: everything has a source or says assumption, sources exist, and hindsight is marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from holdfast.scenario.cells import quantity_fields
from holdfast.scenario.draft import Draft
from holdfast.scenario.origin import INFERRED_LATER, latest_evidence, sources_of
from holdfast.scenario.problems import Locator, Problems, shown
from holdfast.scenario.types import POSTURES
from holdfast.scenario.values import Quantity

_UNCHECKED = ("recalled", "not found")
_EITHER = "a source (evidence ids) or an assumption (why)"


def _with_origin(draft: Draft) -> Iterator[tuple[str, Any]]:
    """Every row, section, entry, factor and quantity that has an origin of its own to be checked, by dotted key."""
    for key, thing in draft.origins():
        yield key, thing
        yield from _own_origins(key, thing)
    for posture in POSTURES:
        levels = getattr(draft.sections.get("service"), posture, None)
        if levels is not None and (levels.source or levels.assumption):
            yield f"service.{posture}", levels
    if "d_day" in draft.sections:
        yield "d_day.months_after_as_of", draft.sections["d_day"].months_after_as_of
    for key, factor in draft.factors.items():
        yield f"factors.{key}", factor.value


def _own_origins(key: str, thing: Any) -> Iterator[tuple[str, Quantity]]:
    for name in quantity_fields(type(thing)):
        value: Quantity = getattr(thing, name)
        if value.source or value.assumption:
            yield f"{key}.{name}", value


def _all_have_own(thing: Any) -> bool:
    """Whether each value of a section is a quantity with an origin of its own."""
    if isinstance(thing, Quantity):
        return False
    names = [item.name for item in fields(thing) if item.name not in {"source", "assumption"}]
    return len(names) == len(list(_own_origins("", thing)))


def check_origins(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Everything has a source or an assumption; what it cites stands in the evidence and was checked."""
    evidence, ids = draft.tables["evidence"], draft.known("evidence")
    record = [("record", draft.record)] if draft.record else []
    for key, thing in [*_with_origin(draft), *record]:
        if not (thing.source.strip() or thing.assumption.strip() or _all_have_own(thing)):
            problems.add(locator.find(key), key=key, value="without origin", expected=_EITHER)
        for name in sources_of(thing.source):
            if name not in ids:
                expected = "an id of evidence.csv"
                problems.add(
                    locator.find(f"{key}.source"), key=f"{key}.source", value=shown(name), expected=expected, known=ids
                )
            elif name in evidence and evidence[name].checked in _UNCHECKED and not thing.assumption:
                expected = f"an assumption beside it: evidence {name} is {evidence[name].checked}"
                problems.add(locator.find(f"{key}.source"), key=f"{key}.assumption", value="empty", expected=expected)


def check_hindsight(draft: Draft, locator: Locator, problems: Problems) -> None:
    """What rests on evidence dated after `as_of`, or on later figures, says so: assumption `inferred later: ...`."""
    if draft.head is None:
        return
    as_of = draft.head.as_of
    for key, thing in _with_origin(draft):
        late = latest_evidence(thing.source, draft.tables["evidence"], after=as_of)
        year = getattr(thing, "figures_year", as_of.year)
        if thing.assumption.startswith(INFERRED_LATER) or not (late or year > as_of.year):
            continue
        why = f"evidence {late.id} is of {late.date}" if late else f"figures are of {year}"
        expected = f"an assumption that begins with {INFERRED_LATER!r}: {why}, after as_of {as_of}"
        value = shown(thing.assumption) if thing.assumption else "empty"
        problems.add(locator.find(f"{key}.assumption"), key=f"{key}.assumption", value=value, expected=expected)


def check_evidence(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Bounds of evidence in order; nations' positions are dated no later than they are known."""
    for key, row in draft.tables["evidence"].items():
        if row.low is not None and row.high is not None and row.low > row.high:
            name = f"evidence.{key}.low"
            problems.add(locator.find(name), key=name, value=f"{row.low:g}", expected=f"at most high, {row.high:g}")
    if draft.head is None:
        return
    for key, nation in draft.tables["nations"].items():
        late = nation.position_date is not None and nation.position_date > draft.head.as_of
        if late and not nation.assumption.startswith(INFERRED_LATER):
            name = f"nations.{key}.position_date"
            expected = f"no later than as_of {draft.head.as_of}, or an assumption that begins with {INFERRED_LATER!r}"
            problems.add(locator.find(name), key=name, value=str(nation.position_date), expected=expected)
