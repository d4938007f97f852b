"""Typed cells: what the text in a CSV cell, or on the command line, means for a field of a given type."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from holdfast.core.errors import ValueRangeError
from holdfast.scenario.quantities import parse_quantity, plain_quantity, read_number
from holdfast.scenario.values import Quantity

Kind = Literal["text", "whole", "number", "truth", "date", "quantity", "list", "mapping", "other"]
_SIMPLE: dict[Any, Kind] = {
    str: "text", int: "whole", float: "number", bool: "truth", date: "date", Quantity: "quantity",
    tuple: "list", dict: "mapping",
}  # fmt: skip


@cache
def kinds_of(cls: type) -> dict[str, Kind]:
    """The kind of cell that each field of a dataclass takes."""
    hints = get_type_hints(cls)
    return {item.name: _kind(hints[item.name]) for item in fields(cls)}


def quantity_fields(cls: Any) -> tuple[str, ...]:
    """Fields of a row or section that hold quantities."""
    return _quantity_fields(cls)


@cache
def _quantity_fields(cls: type) -> tuple[str, ...]:
    return tuple(name for name, kind in kinds_of(cls).items() if kind == "quantity")


def _kind(hint: Any) -> Kind:
    origin = get_origin(hint)
    if origin is Literal:
        return "text"
    if origin in (UnionType, Union):
        return _kind(next(part for part in get_args(hint) if part is not type(None)))
    return _SIMPLE.get(origin or hint, "other")


def parse_cell(kind: Kind, text: str) -> Any:
    """The JSON-able value of a cell that is not empty.

    Raises
    ------
    ValueRangeError
        Its message is the expectation, for example ``expected true or false``.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueRangeError("expected a value that text cannot give")
    return reader(text.strip())


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,15}(\.0*)?", text):
        raise ValueRangeError("expected a whole number")
    return int(text.partition(".")[0])


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueRangeError("expected true or false")
    return text.lower() == "true"


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueRangeError("expected an ISO date such as 2025-02-22 (in Excel: format the column as text)") from None


def _list(text: str) -> list[str]:
    return [item for item in (part.strip() for part in text.split(";")) if item]


def _mapping(text: str) -> dict[str, float]:
    pairs: dict[str, float] = {}
    for part in _list(text):
        name, colon, amount = part.partition(":")
        if not colon or not name.strip():
            raise ValueRangeError("expected pairs such as logistics_bn:0.5;medical_role2:1")
        if name.strip() in pairs:
            raise ValueRangeError(f"{name.strip()} stands twice; expected each name once")
        pairs[name.strip()] = read_number(amount)
    return pairs


_READERS: dict[Kind, Callable[[str], Any]] = {
    "text": str,
    "whole": _whole,
    "number": read_number,
    "truth": _truth,
    "date": _date,
    "quantity": lambda text: plain_quantity(parse_quantity(text)),
    "list": _list,
    "mapping": _mapping,
}
_NUMERIC: frozenset[Kind] = frozenset({"whole", "number", "quantity", "mapping"})


def decimal_points(kind: Kind, text: str) -> str:
    """A numeric cell of a file with decimal commas, rewritten with decimal points; other cells as they are.

    Raises
    ------
    ValueRangeError
        When a comma is followed by three digits, so that it may separate thousands.
    """
    if kind not in _NUMERIC or "," not in text:
        return text
    if re.search(r"\d,\d{3}(?!\d)", text):
        raise ValueRangeError("expected a number whose comma cannot be read two ways; write 30000 or 30.0")
    return re.sub(r"(\d),(\d)", r"\1.\2", text)
