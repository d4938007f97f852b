"""The scenarios that come with Holdfast."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from holdfast.core.names import unknown_name

MISSIONS = "missions"
"""Folder, and group, of the past missions that come as small scenarios."""


@dataclass(frozen=True, kw_only=True)
class BundledScenario:
    """A bundled scenario as a list shows it."""

    name: str
    title: str
    question: str
    as_of: date
    options: tuple[str, ...]
    settlements: tuple[str, ...]
    group: str = ""
    """Empty for a scenario to plan with, `missions` for a past mission that sizing is tried on."""
    posture: str = ""
    strength: str = ""
    """What was deployed, where the scenario records it."""


def data_folder() -> Path:
    """The folder of packaged data."""
    return Path(str(files("holdfast"))) / "data"


def _folders() -> dict[str, Path]:
    root = data_folder() / "scenarios"
    if not root.is_dir():
        return {}
    found = [path for path in sorted(root.iterdir()) if path.is_dir()]
    missions = root / MISSIONS
    nested = sorted(missions.iterdir()) if missions.is_dir() else []
    return {
        path.relative_to(root).as_posix(): path
        for path in (*found, *nested)
        if path != missions and (path / "scenario.toml").is_file()
    }


def bundled_names() -> tuple[str, ...]:
    """Names of the bundled scenarios: those to plan with, then past missions as `missions/<id>`; each sorted."""
    return tuple(_folders())


def bundled_missions() -> tuple[str, ...]:
    """Names of the past missions that come as scenarios (`missions/<id>`)."""
    return tuple(name for name in _folders() if name.startswith(f"{MISSIONS}/"))


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
    """The bundled scenarios with title, question, date, options and settlement variants; past missions come last."""
    return tuple(_describe(name, path) for name, path in _folders().items())


def _describe(name: str, path: Path) -> BundledScenario:
    head = tomllib.loads((path / "scenario.toml").read_text("utf-8"))
    record = head.get("record", {})
    return BundledScenario(
        name=name,
        group=MISSIONS if name.startswith(f"{MISSIONS}/") else "",
        posture=str(head.get("mission", {}).get("posture", "")),
        strength=_strength(record.get("strength")),
        title=str(head.get("title", "")),
        question=str(head.get("question", "")),
        as_of=head["as_of"],
        options=tuple(head.get("options", {})),
        settlements=tuple(head.get("settlements", {})),
    )


def _strength(value: object) -> str:
    """A recorded strength in words: a number, or a range with both ends."""
    if isinstance(value, dict):
        ends = [f"{value[key]:,}" for key in ("low", "high") if key in value]
        return " to ".join(dict.fromkeys(ends)) or f"{value.get('value', value.get('mode', ''))}"
    return f"{value:,}" if isinstance(value, int | float) else str(value or "")
