"""Reading `scenario.toml`: its head, its sections, its options and its settlement variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from typing import Any

from holdfast.core.errors import Problem
from holdfast.core.names import nearest_name
from holdfast.scenario.defaults import with_defaults
from holdfast.scenario.draft import Draft
from holdfast.scenario.levels import depth_of_area, depth_quantity
from holdfast.scenario.problems import Locator, Problems, shown
from holdfast.scenario.quantities import KEYS, plain_quantity
from holdfast.scenario.schema import KEYED, SCHEMA_VERSION, SECTIONS, Head, validate
from holdfast.scenario.types import Record

OPTIONAL = ("d_day", "behaviour", "base_rates", "service")
"""Sections that a scenario may leave out whole, since the package has a default for every key of them."""
AS_WRITTEN = "as_written"
"""Id of the one option, or settlement variant, of a scenario that names none."""


def read_settings(data: Mapping[str, Any], draft: Draft, *, name: str, locator: Locator, problems: Problems) -> None:
    """Fill the draft's head, sections, options and settlement variants from parsed TOML."""
    head = [item.name for item in fields(Head)]
    known = [*head, *SECTIONS, "record", *KEYED]
    for key in [key for key in data if key not in known]:
        expected = f"one of {', '.join(known)}"
        problems.add(locator.find(key), key=key, value="unknown", expected=expected, nearest=nearest_name(key, known))
    given = {"name": name} | {key: data[key] for key in head if key in data}
    draft.head = validate(Head, given, key="", where=locator.find, problems=problems)
    version = data.get("schema_version")
    if draft.head and version != SCHEMA_VERSION:
        problems.add(
            locator.find("schema_version"), key="schema_version", value=shown(version),
            expected=f"{SCHEMA_VERSION}, the version that this program reads",
        )  # fmt: skip
    for section, cls in SECTIONS.items():
        _read_section(section, cls, data, draft, locator=locator, problems=problems)
    _read_record(data, draft, locator=locator, problems=problems)
    for table, cls in KEYED.items():
        _read_keyed(table, cls, data, draft, locator=locator, problems=problems)
    _stand_in(draft)


def _read_section(
    name: str, cls: type, data: Mapping[str, Any], draft: Draft, *, locator: Locator, problems: Problems
) -> None:
    has_origin = any(item.name == "source" for item in fields(cls))
    needed = has_origin or any(item.default is MISSING for item in fields(cls))
    if name not in data and needed and name not in OPTIONAL:
        problems.add(locator.find(""), key=f"[{name}]", value="missing", expected="a table of this name")
        return
    table = data.get(name, None if name in OPTIONAL else {})
    if table is not None and not isinstance(table, Mapping):
        problems.add(locator.find(name), key=name, value=shown(table), expected="a table")
        return
    filled = with_defaults(name, table) or {}
    if name == "settlement" and "zone_depth_km" not in filled:
        filled |= _depth(data)
    found = validate(cls, filled, key=name, where=locator.find, problems=problems)
    if name == "settlement" and "zone_depth_km" not in filled:
        _say_what_gives_a_depth(problems)
    if found is not None:
        draft.sections[name] = found


def _say_what_gives_a_depth(problems: Problems) -> None:
    """A zone without a depth is told that an area gives one."""
    for number, problem in enumerate(problems.found):
        if problem.key == "settlement.zone_depth_km" and problem.value == "missing":
            expected = "a value, or area_km2 at the top of the file, which gives it"
            problems.found[number] = replace(problem, expected=expected)


def _depth(data: Mapping[str, Any]) -> dict[str, Any]:
    """The depth of the zone that an area gives, to be put right once the line has been read."""
    area, line = data.get("area_km2", 0), data.get("line_km", 0)
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (area, line)):
        return {}
    depth = depth_of_area(area, line)
    return {"zone_depth_km": plain_quantity(depth_quantity(depth))} if depth else {}


def _read_record(data: Mapping[str, Any], draft: Draft, *, locator: Locator, problems: Problems) -> None:
    """The record of a past mission; its key `class` is a word that Python keeps for itself."""
    table = data.get("record")
    if table is None:
        return
    if not isinstance(table, Mapping):
        problems.add(locator.find("record"), key="record", value=shown(table), expected="a table")
        return
    renamed = {"kind" if key == "class" else key: value for key, value in table.items() if key != "kind"}
    here = Problems()
    draft.record = validate(Record, renamed, key="record", where=locator.find, problems=here)
    if "kind" in table:
        here.add(locator.find("record.kind"), key="record.kind", value="unknown", expected="class")
    for problem in here.found:
        key = problem.key.replace("record.kind", "record.class") if problem.value != "unknown" else problem.key
        expected = problem.expected.replace("one of kind,", "one of class,")
        problems.found.append(
            Problem(
                file=problem.file, line=locator.find(key).line, key=key, value=problem.value, expected=expected,
                nearest=problem.nearest,
            )
        )  # fmt: skip


def _read_keyed(
    name: str, cls: type, data: Mapping[str, Any], draft: Draft, *, locator: Locator, problems: Problems
) -> None:
    entries = data.get(name, {})
    if not isinstance(entries, Mapping):
        problems.add(locator.find(name), key=name, value=shown(entries), expected="tables, one an entry")
        return
    for key, entry in entries.items():
        draft.ids[name].add(key)
        if not isinstance(entry, Mapping) or "id" in entry:
            problems.add(
                locator.find(f"{name}.{key}"), key=f"{name}.{key}", value=shown(entry), expected="a table without id"
            )
            continue
        row = dict(entry) | {"id": key}
        if isinstance(row.get("set"), Mapping):
            row["set"] = flat_levers(row["set"])
        found = validate(cls, row, key=f"{name}.{key}", where=locator.find, problems=problems)
        if found is not None:
            draft.keyed[name][key] = found


def flat_levers(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Levers by dotted key, whether written as `"mission.posture" = ...` or as nested tables."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        is_quantity = isinstance(value, Mapping) and {"value", "low", "mode"} & set(value) and set(value) <= set(KEYS)
        if isinstance(value, Mapping) and value and not is_quantity:
            found |= flat_levers(value, f"{name}.")
        else:
            found[name] = value
    return found


def _stand_in(draft: Draft) -> None:
    """A scenario without options, or settlement variants, has one: the settings as they are written."""
    if draft.head is None:
        return
    for table, cls in KEYED.items():
        if draft.ids[table]:
            continue
        more: dict[str, Any] = {"why": "the file names no options"} if table == "options" else {}
        entry = cls(id=AS_WRITTEN, title="As written", assumption="the settings of scenario.toml as they stand", **more)
        draft.keyed[table][AS_WRITTEN] = entry
        draft.ids[table].add(AS_WRITTEN)
        reference: str = "reference_option" if table == "options" else "reference_settlement"
        if not getattr(draft.head, reference):
            changes: dict[str, Any] = {reference: AS_WRITTEN}
            draft.head = replace(draft.head, **changes)
