"""Missions for tests of the validation: scores without sizing, and small scenario folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from holdfast.validation.results import MissionScore

RECORD = """
[record]
class = "{kind}"
strength = {strength}
strength_at = "at its peak"
checked = "{checked}"
outcome = "held"
assumption = "a test"
"""
TERMS = """
schema_version = 1
title = "{title}"
as_of = 2000-01-01
{extent}

[mission]
posture = "{posture}"
frame = "un"
assumption = "a test"

[settlement]
access = "both"
front = "thinned"
zone_depth_km = {{ low = 2, mode = 4, high = 6 }}
standoff_km = 2
assumption = "a test"

[threat]
attacker_battalions_available = {{ low = 2, mode = 4, high = 8 }}
assumption = "a test"
"""


def mission(name: str, **more: Any) -> MissionScore:
    """A scored mission with figures of one's own: by default 100 km, 1,000 deployed, 2,000 predicted."""
    given: dict[str, Any] = {
        "title": name, "given_as": name, "kind": "robust", "line_km": 100.0, "predicted": 2000.0, "actual": 1000.0,
        "actual_low": 1000.0, "actual_high": 1000.0, "scored": True, "posture": "robust",
    }  # fmt: skip
    return MissionScore(id=name, **(given | more))


def write_mission(
    folder: Path, *, posture: str = "observe", extent: str = "line_km = 60", record: bool = True, strength: str = "120",
    kind: str = "monitoring", checked: str = "searched", more: str = "",
) -> Path:  # fmt: skip
    """A scenario folder of a past mission with little but its terms."""
    folder.mkdir(parents=True)
    text = TERMS.format(title=f"Mission {folder.name}", posture=posture, extent=extent)
    if record:
        text += RECORD.format(kind=kind, strength=strength, checked=checked)
    (folder / "scenario.toml").write_text(text + more, encoding="utf-8")
    return folder
