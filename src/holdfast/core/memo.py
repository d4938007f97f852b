"""Content hashes of inputs, and memoised stages.

A stage is a pure function of a frozen dataclass; its result is kept under the hash of that dataclass, so that a
changed lever re-runs only what lies below it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import wraps
from hashlib import blake2b
from typing import Any, TypeVar
from weakref import ref

import numpy as np
import xarray as xr

from holdfast.core.errors import LabelError

R = TypeVar("R")
_KEPT = 256
_SMALL_TABLE = 64


def _feed(digest: blake2b, value: Any) -> None:
    if value is None or isinstance(value, bool | int | str | date | Enum):
        digest.update(f"{type(value).__name__}:{value!r};".encode())
    elif isinstance(value, float | np.generic):
        digest.update(f"f:{np.asarray(value).tobytes().hex()};".encode())
    elif isinstance(value, np.ndarray):
        digest.update(f"a:{value.dtype.str}:{value.shape};".encode())
        digest.update(
            repr(value.tolist()).encode() if value.dtype.kind in "OU" else np.ascontiguousarray(value).tobytes()
        )
    elif isinstance(value, xr.DataArray):
        _feed(
            digest, (value.dims, {str(d): value.coords[d].values for d in value.dims}, dict(value.attrs), value.values)
        )
    elif isinstance(value, xr.Dataset):
        _feed(digest, {str(name): value[name] for name in sorted(map(str, value.data_vars))})
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(_KNOWN.digest_of(value))
    elif isinstance(value, Mapping):
        digest.update(b"{")
        for key, item in value.items():
            _feed(digest, key)
            _feed(digest, item)
        digest.update(b"}")
    elif isinstance(value, tuple | list | frozenset | set):
        digest.update(b"(")
        for item in sorted(value) if isinstance(value, frozenset | set) else value:
            _feed(digest, item)
        digest.update(b")")
    else:
        raise LabelError(f"cannot hash a {type(value).__name__} as a stage input")


def _feed_fields(digest: blake2b, value: Any) -> None:
    digest.update(f"d:{type(value).__qualname__}(".encode())
    for item in fields(value):
        digest.update(item.name.encode() + b"=")
        _feed(digest, getattr(value, item.name))
    digest.update(b")")


def _cannot_change(value: Any) -> bool:
    """Whether a frozen row holds nothing but numbers, text and rows of the same kind (tables in it are taken as read)."""
    if value is None or isinstance(value, bool | int | float | str | date | Enum):
        return True
    if is_dataclass(value) and not isinstance(value, type):
        frozen = bool(getattr(type(value), "__dataclass_params__").frozen)  # noqa: B009 - mypy does not know the attribute
        return frozen and all(_cannot_change(getattr(value, item.name)) for item in fields(value))
    if isinstance(value, Mapping):
        return len(value) < _SMALL_TABLE and all(_cannot_change(item) for item in value.values())
    return isinstance(value, tuple) and len(value) < _SMALL_TABLE and all(_cannot_change(item) for item in value)


class _Digests:
    """Digests of frozen rows by identity, while they live: a scenario's hundreds of rows are hashed once, not for each case."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[ref[Any], bytes]] = {}

    def digest_of(self, value: Any) -> bytes:
        """Digest of a dataclass by content; kept where nothing in it can change."""
        key = id(value)
        found = self._kept.get(key)
        if found is not None and found[0]() is value:
            return found[1]
        digest = blake2b(digest_size=16)
        _feed_fields(digest, value)
        made = digest.digest()
        if hasattr(value, "__weakref__") and _cannot_change(value):
            self._kept[key] = (ref(value, lambda _gone, key=key: self._kept.pop(key, None)), made)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        return made


_KNOWN = _Digests()


def content_hash(value: Any) -> str:
    """Hash of a frozen dataclass, array, mapping or scalar by content: equal content, equal hash."""
    digest = blake2b(digest_size=16)
    _feed(digest, value)
    return digest.hexdigest()


def memoised(stage: Callable[[Any], R]) -> Callable[[Any], R]:
    """Keep a stage's last results by the content of its one argument."""
    kept: OrderedDict[str, R] = OrderedDict()

    @wraps(stage)
    def run(inputs: Any) -> R:
        key = content_hash(inputs)
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
        result = kept[key] = stage(inputs)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return result

    return run
