"""The scenario as frozen types: what the files of a scenario folder say, checked and typed.

The field names are the column and key names of the files; pydantic validates these same classes at the edge
(`scenario.schema`), so a field stands once. Constraints are `annotated_types` marks, units are in the names.
Settings stand in `settings_types`, nations, units and promises in `force_types`, words and limits in `vocabulary`; all are
imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, Le

from holdfast.scenario.force_types import BackstopElement, Capability, Nation, Pool, Row
from holdfast.scenario.settings_types import (
    BackstopLevers,
    BaseRates,
    Behaviour,
    DDay,
    Force,
    Mission,
    Option,
    Record,
    Service,
    ServiceLevels,
    Settlement,
    SettlementVariant,
    StressSettings,
    Threat,
)
from holdfast.scenario.values import Quantity
from holdfast.scenario.vocabulary import (
    POSTURES,
    TARGET_TYPES,
    TASKS,
    Access,
    Area,
    AssetKind,
    BackstopMode,
    Checked,
    Count,
    Frame,
    Front,
    Latitude,
    LegMode,
    Longitude,
    NonNegative,
    PlaceKind,
    Position,
    Positive,
    Posture,
    SectorKind,
    Share,
    ShareQuantity,
    TargetType,
    Task,
    Terrain,
)

__all__ = [
    "POSTURES",
    "TARGET_TYPES",
    "TASKS",
    "Access",
    "Area",
    "Asset",
    "AssetKind",
    "BackstopElement",
    "BackstopLevers",
    "BackstopMode",
    "BaseRates",
    "Behaviour",
    "Capability",
    "Checked",
    "Count",
    "DDay",
    "Evidence",
    "Factor",
    "Force",
    "Frame",
    "Front",
    "Latitude",
    "Leg",
    "LegMode",
    "Longitude",
    "Mission",
    "Nation",
    "NonNegative",
    "Option",
    "Place",
    "PlaceKind",
    "Pool",
    "Position",
    "Positive",
    "Posture",
    "Record",
    "Row",
    "Scenario",
    "SectorKind",
    "SectorRow",
    "Service",
    "ServiceLevels",
    "Settlement",
    "SettlementVariant",
    "Share",
    "ShareQuantity",
    "StressSettings",
    "TargetType",
    "Task",
    "Terrain",
    "Threat",
    "Trace",
    "Uncertainty",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place(Row):
    """A node of the movement network or a site that may be used."""

    name: str
    country: str
    """ISO 3166 alpha-3."""
    kind: PlaceKind
    lon: Longitude
    lat: Latitude
    handling_t_day: NonNegative = 0
    """Handling capacity, tonnes a day; 0: no limit known and none applied."""
    may_host: tuple[str, ...] = ()
    """What a planner allows here: `base`, `battery`, `air`."""
    wait_days: NonNegative = 0
    """Time to cross (permits, gauge change, port turn-round)."""


@dataclass(frozen=True, kw_only=True)
class Leg(Row):
    """A connection between two places by one mode; usable both ways."""

    origin: str
    destination: str
    mode: LegMode
    distance_km: Positive
    speed_km_day: Positive
    capacity_t_day: Positive


@dataclass(frozen=True, kw_only=True)
class Asset(Row):
    """A defended asset: people who depend on it and a priority."""

    name: str
    kind: AssetKind
    lon: Longitude
    lat: Latitude
    people: NonNegative
    priority: Annotated[int, Ge(1), Le(5)]
    """1 is first."""


@dataclass(frozen=True, kw_only=True)
class SectorRow(Row):
    """A stretch of the line, or of a border or coast by which it can be bypassed. Kilometres run from its first point."""

    name: str
    from_km: NonNegative
    to_km: Positive
    kind: SectorKind
    terrain: Terrain
    mines: Share
    """Share of tracks denied by mines."""
    threat_weight: NonNegative
    road_kmh: Positive
    observation_effort: NonNegative = 1.0
    trace: str = ""
    """Border or coast trace that it lies on; empty for the line itself, its main contact trace."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A claim in one's own words, with who said it and how far it was checked."""

    id: str
    claim: str
    quantity: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    said_by: str
    of_what: str = ""
    publisher: str
    date: date
    address: str = ""
    checked: Checked


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One trace of the line: WGS 84 points `(lon, lat)` in order, with its scale and weight."""

    id: str
    title: str
    kind: Literal["contact", "border", "coast"]
    weight: NonNegative
    scale: str
    points: tuple[tuple[float, float], ...]
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A planning factor: a quantity with a unit (`factors.toml`, defaults packaged)."""

    value: Quantity
    unit: str
    meaning: str
    exact: str = ""
    """Why it has no range: a switch, a rule, a setting of the method, or true by definition."""


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """A quantity that futures draw: where it stands and its range."""

    key: str
    quantity: Quantity


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A whole scenario: settings, geography, nations, pools, promises and evidence.

    `option` and `settlement_variant` name the case it has been resolved for (empty: as the files stand).
    Tables are dictionaries from row id, in file order.
    """

    name: str
    title: str
    question: str
    as_of: date
    schema_version: int
    horizon_months: int
    reference_option: str
    reference_settlement: str
    d_day: DDay
    mission: Mission
    settlement: Settlement
    service: Service
    force: Force
    backstop_levers: BackstopLevers
    threat: Threat
    behaviour: Behaviour
    base_rates: BaseRates
    stress: StressSettings
    options: dict[str, Option]
    settlements: dict[str, SettlementVariant]
    line_km: float
    """Length of the line where no trace is given (sizing alone), else 0."""
    traces: dict[str, Trace]
    sectors: dict[str, SectorRow]
    nations: dict[str, Nation]
    pools: dict[str, Pool]
    backstop: dict[str, BackstopElement]
    capabilities: dict[str, Capability]
    places: dict[str, Place]
    legs: dict[str, Leg]
    assets: dict[str, Asset]
    factors: dict[str, Factor]
    evidence: dict[str, Evidence]
    option: str = ""
    settlement_variant: str = ""
    area_km2: float = 0
    """Area of the mission; with a line, the watched zone is as deep as area / length."""
    population: float = 0
    """People who live in the area."""
    terrain: Terrain = "mixed"
    """Terrain where no sectors say it."""
    record: Record | None = None
    """What became of a past mission, for validation alone."""

    def factor(self, key: str) -> float:
        """Nominal value of a planning factor.

        Raises
        ------
        UnknownNameError
            When no factor has that key.
        """
        from holdfast.core.names import unknown_name

        if key not in self.factors:
            raise unknown_name("factor", key, self.factors)
        return self.factors[key].value.nominal
