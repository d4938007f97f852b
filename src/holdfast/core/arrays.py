"""Checked labelled arrays: the one place that builds datasets, and the check at every stage's entry and exit.

xarray aligns silently: `fillna` reorders labels, `Dataset(...)` outer-joins coordinates and fills with NaN. So
datasets are built here only (a test searches the sources for bare constructors) and every stage checks what it gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.errors import LabelError

Coordinates = Mapping[str, Sequence[Any] | NDArray[Any]]


def labelled(
    values: Any,
    dims: Sequence[str],
    coords: Coordinates,
    *,
    units: str,
    long_name: str,
) -> xr.DataArray:
    """Make a labelled array with units.

    Parameters
    ----------
    values
        Array of shape `tuple(len(coords[d]) for d in dims)`.
    dims
        Dimension names in order.
    coords
        Labels for each dimension (entries for other dimensions are ignored).
    units, long_name
        Written to the attributes.

    Raises
    ------
    LabelError
        When the shape does not match the labels, or labels repeat.
    """
    array = np.asarray(values)
    used = {dim: np.asarray(coords[dim]) for dim in dims}
    shape = tuple(len(labels) for labels in used.values())
    if array.shape != shape:
        raise LabelError(f"{long_name}: values have shape {array.shape}; expected {shape} for dimensions {tuple(dims)}")
    for dim, labels in used.items():
        if len(set(labels.tolist())) != len(labels):
            raise LabelError(f"{long_name}: labels of dimension {dim!r} repeat")
    return xr.DataArray(array, dims=tuple(dims), coords=used, attrs={"units": units, "long_name": long_name})


def collect(**arrays: xr.DataArray) -> xr.Dataset:
    """Put arrays with equal labels into one dataset.

    Raises
    ------
    LabelError
        When two arrays share a dimension but not exactly its labels, in the same order.
    """
    seen: dict[str, tuple[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        for dim in array.dims:
            labels = np.asarray(array.coords[dim].values)
            first, known = seen.setdefault(str(dim), (name, labels))
            if labels.shape != known.shape or not bool(np.all(labels == known)):
                raise LabelError(f"{name} and {first} have different labels in dimension {dim!r}")
    return xr.Dataset(dict(arrays))


def check(
    array: xr.DataArray,
    *,
    dims: Sequence[str],
    coords: Coordinates | None = None,
    kind: str = "f",
    units: str | None = None,
    finite: bool = True,
    what: str = "array",
) -> xr.DataArray:
    """Return `array` if it is labelled as said; raise if anything is off.

    Parameters
    ----------
    dims
        Dimension names, in order.
    coords
        Exact labels expected, in order, for the dimensions named.
    kind
        Allowed `dtype.kind` letters, for example `"f"` or `"iu"`.
    units
        Expected `attrs["units"]`; `None` accepts any that is present.
    finite
        Whether floats must be finite.
    what
        Name used in the message.

    Raises
    ------
    LabelError
        Saying which of dimension, label, type, unit or value was wrong.
    """
    if tuple(array.dims) != tuple(dims):
        raise LabelError(f"{what} has dimensions {tuple(array.dims)}; expected {tuple(dims)}")
    for dim, labels in (coords or {}).items():
        found, wanted = np.asarray(array.coords[dim].values), np.asarray(labels)
        if found.shape != wanted.shape or not bool(np.all(found == wanted)):
            raise LabelError(f"{what} has labels {found.tolist()[:6]}... in {dim!r}; expected {wanted.tolist()[:6]}...")
    if array.dtype.kind not in kind:
        raise LabelError(f"{what} has type {array.dtype}; expected kind {kind!r}")
    if "units" not in array.attrs:
        raise LabelError(f"{what} carries no units")
    if units is not None and array.attrs["units"] != units:
        raise LabelError(f"{what} is in {array.attrs['units']!r}; expected {units!r}")
    if finite and array.dtype.kind == "f" and not bool(np.all(np.isfinite(array.values))):
        raise LabelError(f"{what} holds values that are not finite")
    return array
