"""Results as plain JSON values: labelled arrays keep dimensions, labels and units; NaN becomes null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np
import xarray as xr


def to_jsonable(value: Any) -> Any:
    """Any result, or part of one, as JSON-able values.

    Data arrays become `{dims, coords, units, long_name, values}`, datasets a mapping of those; numbers that are not
    finite become `null`, which strict JSON readers accept.
    """
    if isinstance(value, xr.DataArray):
        return _array(value)
    if isinstance(value, xr.Dataset):
        return {str(name): _array(item) for name, item in value.data_vars.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_jsonable(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_jsonable(item) for key, item in value.items()}
    if isinstance(value, tuple | list | np.ndarray):
        return [to_jsonable(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _array(array: xr.DataArray) -> dict[str, Any]:
    return {
        "dims": [str(dim) for dim in array.dims],
        "coords": {str(dim): to_jsonable(array.coords[dim].values) for dim in array.dims},
        "units": str(array.attrs.get("units", "")),
        "long_name": str(array.attrs.get("long_name", "")),
        "values": to_jsonable(array.values.tolist()),
    }
