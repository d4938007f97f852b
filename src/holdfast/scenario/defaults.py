"""Settings that a scenario leaves out: the packaged stand-ins, each marked as an assumption."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from holdfast.scenario.bundled import data_folder
from holdfast.scenario.vocabulary import POSTURES

FILE = "catalogue/defaults.toml"
MARK = "packaged default"
"""How the assumption begins of every value that a scenario leaves to the package."""
_ORIGIN = ("source", "assumption")


@cache
def packaged_defaults() -> Mapping[str, Mapping[str, Any]]:
    """The settings of `data/catalogue/defaults.toml` by section."""
    return tomllib.loads((data_folder() / FILE).read_text("utf-8"))


def with_defaults(section: str, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A section with what it leaves out filled in; None where nothing is given and no default stands for the whole.

    Quantities bring their own origin; other values are named in the section's assumption. Service levels that differ by
    posture are filled in only where the section does not give the common level.
    """
    default = packaged_defaults().get(section)
    if default is None:
        return None if given is None else dict(given)
    if given is None:
        return dict(default)
    filled = dict(given)
    absent = [key for key in default if key not in given and key not in _ORIGIN and key not in POSTURES]
    filled |= {key: default[key] for key in absent}
    plain = [key for key in absent if not isinstance(default[key], Mapping)]
    if plain:
        note = f"{MARK} for {', '.join(plain)}"
        said = filled.get("assumption", "")
        filled["assumption"] = f"{said}; {note}" if said else note
    for posture in POSTURES:
        levels = _posture_levels(default.get(posture, {}), given, filled.get(posture))
        if levels:
            filled[posture] = levels
    return filled


def _posture_levels(default: Mapping[str, Any], given: Mapping[str, Any], own: Any) -> Any:
    """A posture's table with packaged levels that neither it nor the common table gives."""
    if own is not None and not isinstance(own, Mapping):
        return own
    absent = {key: value for key, value in default.items() if key not in given and key not in _ORIGIN}
    levels = absent | dict(own or {})
    if absent:
        said = (own or {}).get("assumption", "")
        note = default["assumption"]
        levels["assumption"] = f"{said}; {note}" if said else note
    return levels
