"""Overrides: values set by dotted key, typed by the field they fall on, revalidated, and marked as set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import nearest_name
from holdfast.scenario.cells import kinds_of, parse_cell
from holdfast.scenario.checks import check_draft
from holdfast.scenario.document import plain
from holdfast.scenario.draft import Draft, draft_of
from holdfast.scenario.factors import in_range
from holdfast.scenario.levels import LEVELS, for_posture, set_for_all
from holdfast.scenario.origin import with_origin
from holdfast.scenario.problems import Locator, Problems, Where, shown
from holdfast.scenario.quantities import read_quantity
from holdfast.scenario.schema import SECTIONS, TABLES, Head, validate
from holdfast.scenario.types import POSTURES, Scenario, ServiceLevels, Trace
from holdfast.scenario.values import Quantity
from holdfast.scenario.vocabulary import RANGED

HEAD_KEYS = ("horizon_months", "line_km", "area_km2", "population", "terrain")
_SET_TABLES: dict[str, type] = {name: cls for name, cls in TABLES.items() if name != "evidence"} | {"traces": Trace}
_FIXED = ("id", "points")
CASE_FILE = "case"
"""File named in problems with a key or value that was set, not read from a file."""


@dataclass(frozen=True)
class _Target:
    """What a dotted key names: the object (dotted) and the field of it."""

    table: str
    row: str
    field: str

    @property
    def holder(self) -> str:
        return f"{self.table}.{self.row}" if self.row else self.table


@dataclass(frozen=True)
class _Report:
    """Where problems with set values go: their place, the prefix of their keys, and rows that are known to be faulty."""

    problems: Problems
    where: Callable[[str], Where]
    prefix: str = ""
    faulty_rows: Mapping[str, Collection[str]] = field(default_factory=dict)

    def add(self, key: str, *, value: str, expected: str, nearest: str = "") -> None:
        self.problems.add(self.where(key), key=self.prefix + key, value=value, expected=expected, nearest=nearest)

    def unknown(self, key: str, known: Collection[str], *, stem: str = "") -> None:
        names = [stem + name for name in known]
        listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        nearest = nearest_name(key, names) or self._corrected(key, names)
        expected = f"a key such as {listed}" if names else "no key here: the scenario has no such rows"
        self.add(key, value="unknown", expected=expected, nearest=nearest)

    @staticmethod
    def _corrected(key: str, names: Collection[str]) -> str:
        """The key with its first part put right, where only that is misspelt."""
        first, dot, rest = key.partition(".")
        corrected = nearest_name(first, names)
        return f"{corrected}{dot}{rest}" if corrected else ""


def apply_overrides(scenario: Scenario, overrides: Mapping[str, object], *, why: str, check: bool = True) -> Scenario:
    """The scenario with values set by dotted key.

    Parameters
    ----------
    overrides
        Values by key: `horizon_months`, `settlement.access`, `service.robust.respond_minutes`,
        `pools.fra_mech_bn.units`, `factors.visibility.day`. Text is read as a CSV cell of the field; anything else as
        TOML or JSON would give it. A common service level (`service.respond_minutes`) holds for every posture,
        whatever the posture's own table said before.
    why
        Becomes the assumption of what was set.
    check
        Whether the scenario as a whole is checked again.

    Raises
    ------
    ScenarioError
        With every unknown key (and the nearest known one) and every value out of range.
    """
    problems = Problems()
    changed = _apply(scenario, overrides, why=why, report=_Report(problems, lambda _key: Where(CASE_FILE)))
    if scenario.option:
        changed = for_posture(changed)
    if check and not problems.found:
        check_draft(draft_of(changed), locator=Locator(CASE_FILE), problems=problems)
    problems.raise_if_any()
    return changed


def check_levers(draft: Draft, *, locator: Locator, problems: Problems) -> None:
    """Add a problem for each lever of an option or settlement variant whose key is unknown or whose value does not fit."""
    if not draft.is_whole:
        return
    scenario = draft.scenario()
    faulty: dict[str, Collection[str]] = {name: draft.ids[name] - set(rows) for name, rows in draft.tables.items()}
    faulty |= {name: draft.known(name) for name in draft.unread}
    for table, entries in draft.keyed.items():
        for key, entry in entries.items():
            prefix = f"{table}.{key}.set."
            report = _Report(problems, _finder(locator, prefix), prefix, faulty)
            _apply(scenario, entry.set, why="checked", report=report)


def _finder(locator: Locator, prefix: str) -> Callable[[str], Where]:
    return lambda key: locator.find(prefix + key)


def _apply(scenario: Scenario, overrides: Mapping[str, object], *, why: str, report: _Report) -> Scenario:
    before = len(report.problems.found)
    grouped: dict[str, dict[_Target, Any]] = {}
    for key, value in overrides.items():
        target = _find(scenario, key, report)
        if target is not None:
            grouped.setdefault(target.holder, {})[target] = _typed(scenario, target, value, key=key, report=report)
    if len(report.problems.found) > before:
        return scenario
    for targets in grouped.values():
        scenario = _set(scenario, targets, why=why, report=report)
    return scenario


def _find(scenario: Scenario, key: str, report: _Report) -> _Target | None:
    """The target of a key, or None with a problem that names the nearest known key."""
    first, _, rest = key.partition(".")
    if key in HEAD_KEYS:
        return _Target("", "", key)
    if first == "factors":
        if rest in scenario.factors:
            return _Target("factors", rest, "value")
        report.unknown(key, scenario.factors, stem="factors.")
    elif first in SECTIONS:
        names = [item.name for item in fields(SECTIONS[first]) if item.name not in POSTURES]
        names += [f"{posture}.{name}" for posture in POSTURES for name in LEVELS if first == "service"]
        if rest in names:
            return _Target(first, "", rest)
        report.unknown(key, names, stem=f"{first}.")
    elif first in _SET_TABLES:
        return _find_row(scenario, key, report)
    else:
        report.unknown(key, [*HEAD_KEYS, *SECTIONS, *_SET_TABLES, "factors"])
    return None


def _find_row(scenario: Scenario, key: str, report: _Report) -> _Target | None:
    table, _, rest = key.partition(".")
    row, _, name = rest.rpartition(".")
    rows: Mapping[str, Any] = getattr(scenario, table)
    names = [item.name for item in fields(_SET_TABLES[table]) if item.name not in _FIXED]
    if row in report.faulty_rows.get(table, ()):
        return None
    if row not in rows:
        report.unknown(key, [f"{known}.{name}" for known in rows], stem=f"{table}.")
        return None
    if name not in names:
        report.unknown(key, names, stem=f"{table}.{row}.")
        return None
    return _Target(table, row, name)


def _typed(scenario: Scenario, target: _Target, value: Any, *, key: str, report: _Report) -> Any:
    """The JSON-able value; text is parsed by the kind of the field."""
    cls: type = type(_holder(scenario, target)) if target.table else Head
    name = target.field.rpartition(".")[2]
    kind = "quantity" if target.table == "factors" else kinds_of(cls)[name]
    try:
        if isinstance(value, str) and kind != "text":
            return parse_cell(kind, value)
    except ValueRangeError as error:
        report.add(key, value=shown(value), expected=str(error).removeprefix("expected "))
    return plain(value)


def _holder(scenario: Scenario, target: _Target) -> Any:
    part = getattr(scenario, target.table)
    return part[target.row] if target.row else part


def _set(scenario: Scenario, targets: Mapping[_Target, Any], *, why: str, report: _Report) -> Scenario:
    """Set the fields of one holder and validate it."""
    first = next(iter(targets))
    if first.table == "":
        return _set_head(scenario, targets, report)
    if first.table == "factors":
        return _set_factor(scenario, first, targets[first], why=why, report=report)
    if first.table == "service":
        return _set_service(scenario, targets, why=why, report=report)
    old = _holder(scenario, first)
    data = plain(old) | with_points({target.field: value for target, value in targets.items()}, first.table)
    new = _validated(type(old), data, first.holder, report)
    if new is None:
        return scenario
    new = _marked(old, new, [target.field for target in targets], why)
    if not first.row:
        return replace(scenario, **{first.table: new})
    return replace(scenario, **{first.table: getattr(scenario, first.table) | {first.row: new}})


def with_points(given: Mapping[str, Any], table: str) -> dict[str, Any]:
    """Columns given for a row; a figure of a capability given without its range stands as a point, the old range gone."""
    closed = dict(given)
    if table == "capabilities":
        for name in (name for name in RANGED if name in given):
            closed |= {end: given[name] for end in (f"{name}_low", f"{name}_high") if end not in given}
    return closed


def _set_service(scenario: Scenario, targets: Mapping[_Target, Any], *, why: str, report: _Report) -> Scenario:
    """Set service levels: common ones hold for every posture, then those of single postures over them."""
    common = {target.field: value for target, value in targets.items() if "." not in target.field}
    single = {target.field: value for target, value in targets.items() if "." in target.field}
    old = set_for_all(scenario.service, tuple(common))
    data = plain(old) | common
    for name, value in single.items():
        posture, _, level = name.partition(".")
        data[posture] = (data[posture] or {}) | {level: value}
    new = _validated(type(old), data, "service", report)
    if new is None:
        return scenario
    new = _marked(old, new, list(common), why)
    for posture in POSTURES:
        levels = [name.partition(".")[2] for name in single if name.startswith(f"{posture}.")]
        if levels:
            before = getattr(old, posture) or ServiceLevels()
            new = replace(new, **{posture: _marked(before, getattr(new, posture), levels, why)})
    return replace(scenario, service=new)


def _validated(cls: type, data: Any, holder: str, report: _Report) -> Any:
    def where(key: str) -> Where:
        return report.where(key.removeprefix(report.prefix))

    return validate(cls, data, key=report.prefix + holder, where=where, problems=report.problems)


def _set_head(scenario: Scenario, targets: Mapping[_Target, Any], report: _Report) -> Scenario:
    data = {item.name: getattr(scenario, item.name) for item in fields(Head)}
    data |= {target.field: value for target, value in targets.items()}
    head = _validated(Head, data, "", report)
    return replace(scenario, **{key: getattr(head, key) for key in HEAD_KEYS}) if head else scenario


def _set_factor(scenario: Scenario, target: _Target, value: Any, *, why: str, report: _Report) -> Scenario:
    try:
        quantity = with_origin(in_range(read_quantity(value)), source="", assumption=why)
    except ValueRangeError as error:
        report.add(target.holder, value=shown(value), expected=str(error).removeprefix("expected "))
        return scenario
    factor = replace(scenario.factors[target.row], value=quantity)
    return replace(scenario, factors=scenario.factors | {target.row: factor})


def _marked(old: Any, new: Any, names: list[str], why: str) -> Any:
    """The new object with what was set marked as an assumption: quantities one by one, other values on the whole."""
    changes: dict[str, Any] = {}
    others = []
    for name in names:
        value = getattr(new, name)
        if isinstance(value, Quantity):
            changes[name] = with_origin(value, source="", assumption=why)
        elif value != getattr(old, name) and name not in {"source", "assumption"}:
            others.append(name)
    if others and hasattr(new, "assumption"):
        note = f"{', '.join(others)} {why}"
        changes["assumption"] = f"{new.assumption}; {note}" if new.assumption else note
    return replace(new, **changes)
