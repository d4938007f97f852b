"""The packaged catalogue: capabilities, planning factors and their evidence, merged under every scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from holdfast.scenario.bundled import data_folder
from holdfast.scenario.factors import flat_entries, read_factors
from holdfast.scenario.files import decode
from holdfast.scenario.problems import Locator, Problems, Where
from holdfast.scenario.tables import read_table
from holdfast.scenario.tomltext import read_toml
from holdfast.scenario.types import Capability, Evidence, Factor


@dataclass
class RawRows:
    """Rows of one table by id, as JSON-able values, with what was already found wrong in them."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, Where] = field(default_factory=dict)
    faulty: set[tuple[str, str]] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)


@dataclass
class Catalogue:
    """What the package brings: raw rows (scenario rows are laid over them) and typed factors."""

    capabilities: RawRows
    evidence: RawRows
    factors: dict[str, Factor]


def read_catalogue(*, problems: Problems, locator: Locator) -> Catalogue:
    """Read the packaged catalogue (each part one file, or a folder of fragments)."""
    return Catalogue(
        capabilities=_rows("capabilities", Capability, problems),
        evidence=_rows("evidence", Evidence, problems),
        factors=_factors(problems, locator),
    )


def _files(name: str, suffix: str) -> Iterator[Path]:
    root = data_folder() / "catalogue"
    one = root / f"{name}{suffix}"
    if one.is_file():
        yield one
    yield from sorted((root / name).glob(f"*{suffix}"))


def _text(path: Path, problems: Problems) -> tuple[str, str]:
    """Name for messages, and text, of a catalogue file."""
    name = path.relative_to(data_folder()).as_posix()
    return name, decode(path.read_bytes(), name, problems) or ""


def _rows(name: str, cls: type, problems: Problems) -> RawRows:
    merged = RawRows()
    for path in _files(name, ".csv"):
        file, text = _text(path, problems)
        add_rows(merged, text, file=file, cls=cls, problems=problems, packaged=True)
    return merged


def add_rows(merged: RawRows, text: str, *, file: str, cls: type, problems: Problems, packaged: bool = False) -> None:
    """Read a table into `merged`; a missing id, or an id that stands there already, is a problem.

    Fragments of the `packaged` catalogue may be empty, and may repeat a row word for word.
    """
    table = read_table(text, file=file, cls=cls, problems=problems, may_be_empty=packaged)
    merged.columns |= set(table.columns)
    for number, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        key, where = str(row.get("id", "")), Where(file, line)
        if not key:
            if "id" in table.columns:
                problems.add(where, key="id", value="missing", expected="a value in the first column")
            continue
        if key in merged.rows:
            if not (packaged and merged.rows[key] == row):
                first = merged.places[key]
                problems.add(
                    where,
                    key="id",
                    value=f"{key!r} again",
                    expected=f"each id once (first in {first.file}:{first.line})",
                )
            continue
        merged.rows[key], merged.places[key] = row, where
        merged.faulty |= {(key, column) for found, column in table.faulty if found == number}


def _factors(problems: Problems, locator: Locator) -> dict[str, Factor]:
    merged: dict[str, Factor] = {}
    for path in _files("factors", ".toml"):
        file, text = _text(path, problems)
        here = Locator(file)
        data: Mapping[str, Any] = read_toml(text, file=file, problems=problems, locator=here, prefix="factors.")
        found = read_factors(data, base={}, locator=here, problems=problems, extend=True)
        for key, _entry in flat_entries(data):
            where = here.find(f"factors.{key}")
            if key in merged and merged[key] != found.get(key):
                first = locator.find(f"factors.{key}")
                problems.add(where, key=key, value="another value", expected=f"the value of {first.file}:{first.line}")
                continue
            locator.note(f"factors.{key}", where)
        merged = found | merged
    return merged
