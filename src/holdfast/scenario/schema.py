"""The edge: pydantic adapters over the frozen types, and pydantic's errors turned into problems.

Extra keys are forbidden, numbers must be finite, and nothing is guessed: text is not a number here (cells have been
typed before, `scenario.cells`). The types carry the constraints; this module only says what was expected in words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar

from annotated_types import Gt, Le
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from holdfast.core.names import nearest_name
from holdfast.scenario import types
from holdfast.scenario.problems import Problems, Where, shown
from holdfast.scenario.values import AtMost, Quantity

T = TypeVar("T")
SCHEMA_VERSION = 1
"""Version of the scenario format that this program reads (`schema_version` of the files)."""

SECTIONS: dict[str, type] = {
    "d_day": types.DDay,
    "mission": types.Mission,
    "settlement": types.Settlement,
    "service": types.Service,
    "force": types.Force,
    "backstop_levers": types.BackstopLevers,
    "threat": types.Threat,
    "behaviour": types.Behaviour,
    "base_rates": types.BaseRates,
    "stress": types.StressSettings,
}
"""Tables of `scenario.toml` that hold settings, and their types."""

TABLES: dict[str, type] = {
    "sectors": types.SectorRow,
    "nations": types.Nation,
    "pools": types.Pool,
    "backstop": types.BackstopElement,
    "capabilities": types.Capability,
    "places": types.Place,
    "legs": types.Leg,
    "assets": types.Asset,
    "evidence": types.Evidence,
}
"""CSV tables and the types of their rows."""

KEYED: dict[str, type] = {"options": types.Option, "settlements": types.SettlementVariant}
"""Tables of `scenario.toml` whose entries are keyed by id."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The keys at the top of `scenario.toml`."""

    schema_version: int
    """Version of the format; this program reads version 1."""
    name: str = ""
    """Short name; the folder's name where it is left out."""
    title: str
    question: str = "How big a force does this mission need, and why?"
    """The question that the scenario is to answer, in one sentence."""
    as_of: date
    """Day of the knowledge: evidence dated later enters only as an assumption inferred later."""
    horizon_months: Annotated[int, Gt(0), Le(600)] = 24
    """Months after D that are planned."""
    reference_option: str = ""
    reference_settlement: str = ""
    line_km: types.NonNegative = 0.0
    """Length of the line where there is no line.geojson (sizing alone), else left out."""
    area_km2: types.NonNegative = 0.0
    """Area of the mission: alone, or beside a line, whose watched zone is then as deep as area / length."""
    population: types.NonNegative = 0.0
    """People who live in the area; calls for help follow from it where there is no line."""
    terrain: types.Terrain = "mixed"
    """Terrain where no sectors.csv says it."""


_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)
_ABSURD = 1e9


def _forbid_extras() -> None:
    """Say on the plain dataclasses what pydantic must hold them to; they themselves know nothing of pydantic."""
    for cls in (*vars(types).values(), Head):
        if isinstance(cls, type) and is_dataclass(cls) and cls is not Quantity:
            cls.__pydantic_config__ = _CONFIG  # type: ignore[attr-defined]


_forbid_extras()


def adapter(cls: Any) -> TypeAdapter[Any]:
    """The validator of a type, built once."""
    return _built(cls)


@cache
def _built(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def as_json(value: Any) -> str:
    """JSON text of what TOML, CSV or a canonical document gave (dates as ISO text)."""
    return json.dumps(value, default=_iso, ensure_ascii=False)


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def validate(
    cls: type[T], data: Any, *, key: str, where: Callable[[str], Where], problems: Problems, skip: Sequence[str] = ()
) -> T | None:
    """The typed object of `data`, or None with every problem added.

    Parameters
    ----------
    key
        Dotted name of the object, put before the names of its fields.
    where
        Place of a dotted key.
    skip
        Fields already reported.
    """
    try:
        found = adapter(cls).validate_json(as_json(data), strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _report(detail, detail["loc"], cls, key=key, where=where, problems=problems, skip=skip)
        return None
    if not _in_range(found, key=key, where=where, problems=problems):
        return None
    return found  # type: ignore[no-any-return]  # the adapter of cls gives a cls


def validate_rows(
    cls: type[T],
    rows: Sequence[Mapping[str, Any]],
    *,
    table: str,
    where: Callable[[int], Where],
    columns: Collection[str],
    faulty: set[tuple[int, str]],
    problems: Problems,
) -> list[T | None]:
    """Typed rows of a table, None for each that is wrong.

    Parameters
    ----------
    table
        Its name, put before the id and field in messages.
    where
        Place of the row of a number.
    columns
        Columns that the table has: one that is needed and lacking is reported once, not for each row.
    faulty
        Cells already reported, as (row, column).
    """
    wrong = {number for number, _ in faulty}
    try:
        found: list[Any] = adapter(list[cls]).validate_json(as_json(rows), strict=True)  # type: ignore[valid-type]
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            number = int(detail["loc"][0])
            wrong.add(number)
            skip = [column for row, column in faulty if row == number]
            if detail["type"] == "missing" and str(detail["loc"][-1]) not in columns:
                _lacking(str(detail["loc"][-1]), where(number), problems)
                continue
            _report(
                detail, detail["loc"][1:], cls, key=f"{table}.{rows[number].get('id', '')}", where=_at(where, number),
                problems=problems, skip=skip,
            )  # fmt: skip
        found = [
            None if number in wrong else adapter(cls).validate_json(as_json(row), strict=True)
            for number, row in enumerate(rows)
        ]
    for number, row in enumerate(found):
        if number in wrong or (
            row is not None and not _in_range(row, key=f"{table}.{row.id}", where=_at(where, number), problems=problems)
        ):
            found[number] = None
    return found


def _lacking(column: str, where: Where, problems: Problems) -> None:
    """Say once a file that a column is missing from it."""
    key = f"column {column}"
    if not any(problem.file == where.file and problem.key == key for problem in problems.found):
        problems.add(Where(where.file, 1), key=key, value="missing", expected="this column in the header")


def _report(
    detail: ErrorDetails,
    location: tuple[int | str, ...],
    cls: type,
    *,
    key: str,
    where: Callable[[str], Where],
    problems: Problems,
    skip: Sequence[str],
) -> None:
    path = [str(part) for part in location]
    if path and path[0] in skip:
        return
    name = ".".join([part for part in (key, *path) if part])
    value = "" if detail["type"] == "missing" else shown(detail["input"])
    known = [item.name for item in fields(cls)] if is_dataclass(cls) else []
    if detail["type"] == "unexpected_keyword_argument" and path:
        problems.add(
            where(name), key=name, value="unknown",
            expected=f"one of {', '.join(known)}", nearest=nearest_name(path[-1], known),
        )  # fmt: skip
        return
    expected = _expectation(detail)
    nearest = nearest_name(str(detail["input"]), _choices(detail)) if detail["type"] == "literal_error" else ""
    problems.add(where(name), key=name, value=value or "missing", expected=expected, nearest=nearest)


def _choices(detail: ErrorDetails) -> list[str]:
    text = str(detail.get("ctx", {}).get("expected", ""))
    return [part.strip().strip("'") for part in text.replace(" or ", ",").split(",")]


_PLAIN_WORDS = {
    "missing": "a value",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a table",
    "dataclass_type": "a table",
    "finite_number": "a finite number",
    "date_type": "an ISO date such as 2025-02-22",
    "date_parsing": "an ISO date such as 2025-02-22",
    "date_from_datetime_parsing": "an ISO date such as 2025-02-22",
    "date_from_datetime_inexact": "an ISO date such as 2025-02-22",
}


def _expectation(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind]
    if kind == "greater_than_equal":
        return f"{context['ge']:g} or more"
    if kind == "greater_than":
        return f"more than {context['gt']:g}"
    if kind == "less_than_equal":
        return f"{context['le']:g} or less"
    if kind == "literal_error":
        return "one of " + ", ".join(_choices(detail))
    if kind == "value_error":
        return str(context["error"]).removeprefix("expected ")
    return str(detail["msg"]).lower()


@cache
def _limits(cls: type) -> dict[str, float]:
    """Upper limit of each quantity of a type."""
    from typing import get_args, get_type_hints

    limits: dict[str, float] = {}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        marks = [part.limit for part in get_args(hint) if isinstance(part, AtMost)]
        if hint is Quantity or marks:
            limits[name] = marks[0] if marks else _ABSURD
    return limits


def _class_of(thing: Any) -> Any:
    return type(thing)


def _at(where: Callable[[int], Where], number: int) -> Callable[[str], Where]:
    """The place of any key of a row."""
    return lambda _key: where(number)


def _in_range(found: Any, *, key: str, where: Callable[[str], Where], problems: Problems) -> bool:
    """Whether every quantity is 0 or more and within its limit, and no number is absurd; adds problems."""
    before = len(problems.found)
    for name, limit in _limits(_class_of(found)).items():
        quantity: Quantity = getattr(found, name)
        dotted = f"{key}.{name}" if key else name
        if quantity.low < 0 or quantity.high > limit:
            expected = "0 or more" if quantity.low < 0 else f"at most {limit:g}"
            value = f"{quantity.low:g}..{quantity.high:g}" if quantity.is_uncertain else f"{quantity.mode:g}"
            problems.add(where(dotted), key=dotted, value=value, expected=expected)
    for item in fields(found):
        value_of = getattr(found, item.name)
        if isinstance(value_of, int | float) and abs(value_of) > _ABSURD:
            dotted = f"{key}.{item.name}" if key else item.name
            problems.add(where(dotted), key=dotted, value=f"{value_of:g}", expected=f"at most {_ABSURD:g}")
    return len(problems.found) == before
