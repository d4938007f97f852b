"""The scenarios that come with Holdfast."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from holdfast.core.names import unknown_name


@dataclass(frozen=True, kw_only=True)
class BundledScenario:
    """A bundled scenario as a list shows it."""

    name: str
    title: str
    question: str
    as_of: date
    options: tuple[str, ...]
    settlements: tuple[str, ...]


def data_folder() -> Path:
    """The folder of packaged data."""
    return Path(str(files("holdfast"))) / "data"


def _folders() -> dict[str, Path]:
    root = data_folder() / "scenarios"
    if not root.is_dir():
        return {}
    return {path.name: path for path in sorted(root.iterdir()) if (path / "scenario.toml").is_file()}


def bundled_names() -> tuple[str, ...]:
    """Names of the bundled scenarios, sorted."""
    return tuple(_folders())


def bundled_folder(name: str) -> Path:
    """The folder of a bundled scenario.

    Raises
    ------
    UnknownNameError
        When none is called so.
    """
    folders = _folders()
    if name not in folders:
        raise unknown_name("bundled scenario", name, folders)
    return folders[name]


def list_scenarios() -> tuple[BundledScenario, ...]:
    """The bundled scenarios with title, question, date, options and settlement variants, sorted by name."""
    return tuple(_describe(name, path) for name, path in _folders().items())


def _describe(name: str, path: Path) -> BundledScenario:
    head = tomllib.loads((path / "scenario.toml").read_text("utf-8"))
    return BundledScenario(
        name=name,
        title=str(head.get("title", "")),
        question=str(head.get("question", "")),
        as_of=head["as_of"],
        options=tuple(head.get("options", {})),
        settlements=tuple(head.get("settlements", {})),
    )
