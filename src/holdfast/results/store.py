"""One file for one result: netCDF arrays plus one JSON tree, no pickle; what is loaded equals what was saved."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import xarray as xr

from holdfast.core.errors import FileConflictError, FileFormatError
from holdfast.results import plan as plan_types
from holdfast.results import stages as stage_types
from holdfast.results import sustainment as sustain_types
from holdfast.results.derivation import Figure
from holdfast.results.shape import misfit

R = TypeVar("R")
FORMAT = "holdfast-result"
FORMAT_VERSION = 1

_TYPES: dict[str, type] = {
    name: item
    for module in (plan_types, stage_types, sustain_types)
    for name, item in vars(module).items()
    if isinstance(item, type) and is_dataclass(item)
} | {"Figure": Figure}


def save_result(result: Any, path: str | Path, *, force: bool = False) -> Path:
    """Write a result (a plan, a study or one stage's result) to one netCDF file.

    The file appears whole or not at all: it is written beside its place and then renamed.

    Raises
    ------
    FileConflictError
        When the file exists and `force` is false.
    """
    target = Path(path)
    check_result_path(target, force=force)
    arrays: list[xr.Dataset] = []
    tree = _encode(result, arrays)
    document = json.dumps({"format": FORMAT, "version": FORMAT_VERSION, "tree": tree}, ensure_ascii=False)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(partial, document, arrays)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def check_result_path(target: Path, *, force: bool) -> None:
    """Refuse a place where no result can be written, so that nobody computes first and is told afterwards.

    Raises
    ------
    FileConflictError
        When the path is a folder, lies below a file, or exists and `force` is false.
    """
    if target.is_dir():
        raise FileConflictError(f"{target} is a folder; name a file in it, for example {target / 'result.nc'}")
    for parent in target.parents:
        if parent.exists():
            if not parent.is_dir():
                raise FileConflictError(f"{parent} is a file, so {target} cannot lie in it; name another file")
            break
    if target.exists() and not force:
        raise FileConflictError(f"{target} exists; say --force (force=True) to overwrite it, or name another file")


def _write(path: Path, document: str, arrays: list[xr.Dataset]) -> None:
    import h5netcdf

    with h5netcdf.File(path, "w") as file:
        file.attrs["format"] = FORMAT
    raw = np.frombuffer(document.encode("utf-8"), dtype=np.uint8)
    head = xr.DataArray(raw, dims=("byte",), attrs={"long_name": "JSON tree, UTF-8", "units": "1"}).to_dataset(
        name="tree"
    )
    head.to_netcdf(path, mode="a", engine="h5netcdf", group="head", encoding={"tree": {"zlib": True}})
    for number, dataset in enumerate(arrays):
        encoding = {str(name): {"zlib": True} for name, item in dataset.data_vars.items() if item.dtype.kind in "fiub"}
        dataset.to_netcdf(path, mode="a", engine="h5netcdf", group=f"array{number}", encoding=encoding)


def load_result(path: str | Path) -> Any:
    """Read back what `save_result` wrote.

    Raises
    ------
    FileFormatError
        When the file is not one of ours, is damaged, or is of a newer version.
    """
    source = Path(path)
    if source.is_dir():
        raise FileFormatError(f"{source} is a folder; name the file in it, for example {source / 'study.nc'}")
    if not source.exists():
        raise FileNotFoundError(f"{source} does not exist; name a file that plan, or a stage command with -o, wrote")
    try:
        _refuse_links(source)
        with xr.open_dataset(source, engine="h5netcdf", group="head") as head:
            document = json.loads(head["tree"].values.astype(np.uint8).tobytes().decode("utf-8"))
        _check_format(document, source)
        result = _decode(document["tree"], source)
    except FileFormatError:
        raise
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        # RuntimeError: a damaged HDF5 tree, or (RecursionError) a JSON tree nested without end.
        raise FileFormatError(f"{source} cannot be read as a Holdfast result: {error}") from error

    if not isinstance(result, tuple(_TYPES.values())):
        raise FileFormatError(f"{source} holds a {type(result).__name__}, not a Holdfast result")
    return result


def _refuse_links(source: Path) -> None:
    """A result holds its own arrays: a file that points into other files is not read.

    Raises
    ------
    FileFormatError
        When a group or array is a link, or its values are kept elsewhere.
    """
    import h5py  # type: ignore[import-untyped]  # it has no types

    with h5py.File(source, "r") as file:
        waiting = [file]
        while waiting:
            group = waiting.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise FileFormatError(f"{source} points outside itself at {name!r}; a Holdfast result does not")
                item = group[name]
                if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                    raise FileFormatError(f"{source} keeps {name!r} in another file; a Holdfast result does not")
                if isinstance(item, h5py.Group) and group is file:
                    waiting.append(item)


def _check_format(document: Any, source: Path) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileFormatError(f"{source} is not a Holdfast result")
    if document.get("version") != FORMAT_VERSION:
        raise FileFormatError(f"{source} has format version {document.get('version')}; expected {FORMAT_VERSION}")


def _encode(value: Any, arrays: list[xr.Dataset]) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, xr.DataArray):
        arrays.append(value.rename("value").to_dataset())
        return {"$array": len(arrays) - 1}
    if isinstance(value, xr.Dataset):
        arrays.append(value)
        return {"$dataset": len(arrays) - 1}
    if is_dataclass(value) and not isinstance(value, type):
        body = {item.name: _encode(getattr(value, item.name), arrays) for item in fields(value)}
        return {"$type": type(value).__name__, "fields": body}
    if isinstance(value, Mapping):
        return {"$map": [[str(key), _encode(item, arrays)] for key, item in value.items()]}
    if isinstance(value, tuple | list):
        return {"$tuple": [_encode(item, arrays) for item in value]}
    raise FileFormatError(f"cannot save a {type(value).__name__}")


def _decode(node: Any, source: Path) -> Any:
    if not isinstance(node, dict):
        return node
    if "$float" in node:
        return float(node["$float"])
    if "$date" in node:
        return date.fromisoformat(node["$date"])
    if "$array" in node:
        return _read(source, node["$array"])["value"].rename(None)
    if "$dataset" in node:
        return _read(source, node["$dataset"])
    if "$map" in node:
        return {key: _decode(item, source) for key, item in node["$map"]}
    if "$tuple" in node:
        return tuple(_decode(item, source) for item in node["$tuple"])
    if node.get("$type") not in _TYPES:
        raise FileFormatError(f"{source} holds an unknown type {node.get('$type')!r}")
    cls = _TYPES[node["$type"]]
    values = {name: _decode(item, source) for name, item in node["fields"].items()}
    if wrong := misfit(cls, values):
        raise FileFormatError(f"{source} is damaged: {wrong}")
    return cls(**values)


def _read(source: Path, number: int) -> xr.Dataset:
    with xr.open_dataset(source, engine="h5netcdf", group=f"array{int(number)}", decode_times=False) as opened:
        loaded: xr.Dataset = opened.load()
    for name in (*loaded.coords, *loaded.data_vars):
        if loaded[name].dtype.kind == "O":
            loaded[name] = loaded[name].astype(str)
        loaded[name].encoding = {}
    loaded.encoding = {}
    return loaded


def results_equal(one: Any, other: Any) -> bool:
    """Whether two results are equal in every label, unit and bit (NaN equals NaN; the time of creation is not compared)."""
    if isinstance(one, xr.DataArray):
        return isinstance(other, xr.DataArray) and bool(one.identical(other))
    if isinstance(one, xr.Dataset):
        return isinstance(other, xr.Dataset) and bool(one.identical(other))
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            results_equal(getattr(one, item.name), getattr(other, item.name))
            for item in fields(one)
            if item.name != "created"
        )
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and list(one) == list(other)
            and all(results_equal(item, other[key]) for key, item in one.items())
        )
    if isinstance(one, tuple | list):
        return isinstance(other, tuple | list) and len(one) == len(other) and all(map(results_equal, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)
