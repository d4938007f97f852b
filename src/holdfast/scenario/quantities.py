"""Reading and writing quantities: `12`, `8..12..20`, `8..20`, `8..12..20 lognormal`, or a table of the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, cast

from holdfast.core.errors import ValueRangeError
from holdfast.scenario.values import Distribution, Quantity

SYNTAX = "a number, or a range such as 8..12..20 (triangular), 8..20 (uniform), 8..12..20 lognormal"
KEYS = ("value", "low", "mode", "high", "distribution", "source", "assumption")
SHAPES = ("uniform", "triangular", "lognormal")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def read_number(text: str) -> float:
    """The number a cell holds, with a decimal point and no thousands separators.

    Raises
    ------
    ValueRangeError
        When the text is not such a number.
    """
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueRangeError("expected a number with a decimal point and no thousands separator")
    return float(text)


def parse_quantity(text: str, *, source: str = "", assumption: str = "") -> Quantity:
    """The quantity written in a cell.

    Raises
    ------
    ValueRangeError
        When the text is not a number or range, or its bounds are out of order.
    """
    parts = text.split()
    body, shape = parts[0] if parts else "", parts[1] if len(parts) > 1 else ""
    if len(parts) > 2 or (shape and shape not in SHAPES):
        raise ValueRangeError(f"expected {SYNTAX}")
    pieces = re.split(r"\.\.", body)
    if not all(_NUMBER.fullmatch(piece) for piece in pieces) or len(pieces) > 3:
        raise ValueRangeError(f"expected {SYNTAX}")
    numbers = [float(piece) for piece in pieces]
    low, high = numbers[0], numbers[-1]
    mode = numbers[1] if len(numbers) == 3 else None
    return _quantity(low, mode, high, shape, source=source, assumption=assumption)


def _quantity(low: float, mode: float | None, high: float, shape: str, *, source: str, assumption: str) -> Quantity:
    """The quantity of given bounds; without a mode the middle of its distribution stands in."""
    if low == high:
        shape, mode = "point", low if mode is None else mode
    elif not shape:
        shape = "uniform" if mode is None else "triangular"
    if mode is None:
        mode = math.sqrt(low * high) if shape == "lognormal" and low > 0 else low + 0.5 * (high - low)
    distribution = cast("Distribution", shape)
    return Quantity(low=low, mode=mode, high=high, distribution=distribution, source=source, assumption=assumption)


def read_quantity(value: Any) -> Quantity:
    """A quantity from what a file or a canonical document holds: number, table, or cell text.

    Raises
    ------
    ValueRangeError
        Saying what was expected instead.
    """
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str | Mapping):
        raise ValueRangeError(f"expected {SYNTAX}")
    if isinstance(value, str):
        return parse_quantity(value)
    if isinstance(value, Mapping):
        return _from_table(value)
    return _quantity(float(value), None, float(value), "", source="", assumption="")


def _from_table(table: Mapping[str, Any]) -> Quantity:
    unknown = [key for key in table if key not in KEYS]
    if unknown:
        raise ValueRangeError(f"unknown key {unknown[0]!r}; expected {', '.join(KEYS)}")
    source, assumption = (_text(table, key) for key in ("source", "assumption"))
    if isinstance(table.get("value"), str):
        return parse_quantity(table["value"], source=source, assumption=assumption)
    shape = _text(table, "distribution")
    if shape not in ("", "point", *SHAPES):
        raise ValueRangeError(f"distribution is {shape!r}; expected one of {', '.join(SHAPES)}")
    low, mode, high = _bounds(table)
    return _quantity(low, mode, high, shape, source=source, assumption=assumption)


def _bounds(table: Mapping[str, Any]) -> tuple[float, float | None, float]:
    given = {key: _bound(table, key) for key in ("value", "low", "mode", "high") if key in table}
    if given.keys() in ({"value"}, {"mode"}):
        only = next(iter(given.values()))
        return only, only, only
    if given.keys() not in ({"low", "mode", "high"}, {"low", "high"}):
        raise ValueRangeError("expected `value`, or `low` and `high` with an optional `mode`")
    return given["low"], given.get("mode"), given["high"]


def _bound(table: Mapping[str, Any], key: str) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueRangeError(f"{key} is {value!r}; expected a number")
    return float(value)


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueRangeError(f"{key} is {value!r}; expected text")
    return value


def plain_number(value: float) -> float | int:
    """A number as canonical documents write it: whole numbers without a fraction."""
    return int(value) if math.isfinite(value) and abs(value) < 2**53 and value == int(value) else value


def plain_quantity(quantity: Quantity) -> float | int | dict[str, Any]:
    """A quantity as JSON-able data that `read_quantity` turns back into an equal one."""
    if not (quantity.is_uncertain or quantity.source or quantity.assumption):
        return plain_number(quantity.mode)
    if quantity.is_uncertain:
        table: dict[str, Any] = {key: plain_number(getattr(quantity, key)) for key in ("low", "mode", "high")}
        table["distribution"] = quantity.distribution
    else:
        table = {"value": plain_number(quantity.mode)}
    return table | {key: getattr(quantity, key) for key in ("source", "assumption") if getattr(quantity, key)}


def format_quantity(quantity: Quantity) -> str:
    """A quantity as a cell: the inverse of `parse_quantity` (origin aside)."""
    if not quantity.is_uncertain:
        return str(plain_number(quantity.mode))
    low, mode, high = (str(plain_number(bound)) for bound in (quantity.low, quantity.mode, quantity.high))
    body = f"{low}..{mode}..{high}"
    return body if quantity.distribution == "triangular" else f"{body} {quantity.distribution}"


def json_schema_of_quantity() -> dict[str, Any]:
    """JSON Schema of a quantity."""
    number, text = {"type": "number"}, {"type": "string"}
    table = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "value": number | {"description": "One value, where there is no range."},
            "low": number | {"description": "Lower bound (5 % point of a lognormal range)."},
            "mode": number | {"description": "Most credible value."},
            "high": number | {"description": "Upper bound (95 % point of a lognormal range)."},
            "distribution": {"enum": list(SHAPES), "description": "Shape between the bounds."},
            "source": text | {"description": "Evidence ids, separated by ;"},
            "assumption": text | {"description": "Why the value was assumed."},
        },
    }
    return {"anyOf": [number, table, text | {"description": SYNTAX}]}
