"""Whether what a file held is what a result type declares: a file edited by hand must fail when it is read, not later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def misfit(cls: type, values: Mapping[str, Any]) -> str:
    """The first field of a dataclass whose value is not of its type, in words; empty when all fit."""
    hints = _hints(cls)
    for item in fields(cls):
        if item.name in values and not fits(values[item.name], hints[item.name]):
            found = type(values[item.name]).__name__
            return f"{cls.__name__}.{item.name} holds a value of type {found} that does not fit {hints[item.name]}"
    return ""


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a declared type, through tuples, mappings and unions."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is tuple:
        return isinstance(value, tuple) and _fits_tuple(value, parts)
    if origin is dict or origin is Mapping:
        return isinstance(value, Mapping) and all(isinstance(key, str) and fits(value[key], parts[1]) for key in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return not isinstance(hint, type) or isinstance(value, hint)


def _fits_tuple(value: tuple[Any, ...], parts: tuple[Any, ...]) -> bool:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return all(fits(item, parts[0]) for item in value)
    return not parts or (len(value) == len(parts) and all(map(fits, value, parts)))
