"""The words and limits that rows and settings of a scenario are typed with."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from holdfast.scenario.values import AtMost, Quantity

Share = Annotated[float, Ge(0), Le(1)]
NonNegative = Annotated[float, Ge(0)]
Positive = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(0)]
PositiveCount = Annotated[int, Ge(1)]
ShareQuantity = Annotated[Quantity, AtMost(1.0)]
"""A quantity that is a probability or a share. (No quantity of the format may be negative.)"""
Longitude = Annotated[float, Ge(-180), Le(180)]
Latitude = Annotated[float, Ge(-90), Le(90)]

Posture = Literal["none", "observe", "interpose", "reassure", "robust"]
Access = Literal["both", "host_only", "none"]
Frame = Literal["un", "eu", "coalition", "nato"]
Front = Literal["thinned", "boiling"]
SectorKind = Literal["contact", "river", "border", "sea", "area"]
"""`area`: a whole area without a line, its width and depth the sides of a square."""
MissionClass = Literal["monitoring", "interposition", "robust", "area", "token"]
RecordCount = Literal["force", "field"]
"""Whom a recorded strength counts: the units of the force with their support and command, or those alone who are in the field."""
Checked = Literal["searched", "mixed", "recalled", "not found"]
Terrain = Literal["open", "mixed", "forest", "urban", "wetland", "water"]
Area = Literal["country", "neighbour", "theatre"]
"""Where a unit stands: in the host country, in a neighbouring country, or elsewhere in theatre (air, sea, rear)."""
Task = Literal[
    "observe", "verify", "respond", "hold", "rescue", "protect", "air", "train", "clear", "support", "command"
]
TASKS: tuple[Task, ...] = (
    "observe", "verify", "respond", "hold", "rescue", "protect", "air", "train", "clear", "support", "command",
)  # fmt: skip
POSTURES: tuple[Posture, ...] = ("observe", "interpose", "reassure", "robust")
"""Postures of a force; `none` is no force."""
BackstopMode = Literal["operate_outside", "standby", "service", "transfer"]
Position = Literal[
    "offers_troops",
    "willing_if",
    "open",
    "undecided",
    "premature",
    "refuses_ground_troops",
    "refuses",
    "not_stated",
    "host",
]
PlaceKind = Literal[
    "depot", "seaport", "airfield", "railhead", "gauge_break", "crossing", "staging", "base", "sector_hub", "site"
]
LegMode = Literal["road", "rail", "sea", "air"]
AssetKind = Literal[
    "city", "power_plant", "nuclear_plant", "port", "airfield", "base", "rail_hub", "government", "industry",
    "substation", "bridge", "hospital", "storage",
]  # fmt: skip
TargetType = Literal["aircraft", "cruise_missile", "drone", "ballistic_missile"]
TARGET_TYPES: tuple[TargetType, ...] = ("aircraft", "cruise_missile", "drone", "ballistic_missile")
RANGED = (
    "personnel", "combat_power", "tonnes", "sustain_t_day", "detect_km", "endurance_h", "speed_kmh", "reach_aircraft_km",
    "reach_cruise_missile_km", "reach_drone_km", "reach_ballistic_missile_km", "channels", "interceptors",
    "output_per_day", "cost_musd_year",
)  # fmt: skip
"""Figures of a capability that may have a range: columns `<figure>_low` and `<figure>_high`."""
