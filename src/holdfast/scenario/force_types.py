"""Who brings what as frozen types: rows of nations, pools of units, backstop and catalogue of capabilities.

Users import them from `holdfast.scenario.types`, which holds the rows of geography and the scenario itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from annotated_types import Gt, Le

from holdfast.scenario.values import Quantity
from holdfast.scenario.vocabulary import (
    Area,
    BackstopMode,
    Checked,
    NonNegative,
    Position,
    Positive,
    PositiveCount,
    Share,
    ShareQuantity,
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every row of every table has: a key, where it comes from, and where it stands.

    Exactly as the files: `source` holds evidence ids separated by `;`; `assumption` says why, where no source does.
    A row must have one or the other; a row resting on evidence dated after `as_of` must have an assumption that
    begins with `inferred later`.
    """

    id: str
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Nation(Row):
    """A possible contributor: what it said, on which conditions, and who must decide."""

    name: str
    group: Literal["coalition", "un", "host", "challenger", "backstop"]
    position: Position
    position_date: date | None = None
    said_by: str = ""
    conditions: str = "always"
    """Condition language over facts (`scenario.conditions`)."""
    procedure: str = ""
    decision_days: Quantity
    """Government decision after the request, days."""
    approval_days: Quantity
    """Vote or consultation after the decision, days (0 where none is needed)."""
    waits_for_ceasefire: bool = True
    """Whether the decision clock starts only at D."""
    probability: ShareQuantity
    """Chance that the nation joins once its conditions are met: a range."""
    caveats: str = ""


@dataclass(frozen=True, kw_only=True)
class Pool(Row):
    """Units of one capability that a nation could commit, with their rotation."""

    nation: str
    group: Literal["coalition", "un"]
    capability: str
    units: Quantity
    notice_days: Quantity
    tour_months: Annotated[int, Gt(0)]
    dwell: NonNegative
    """Months at home for each month deployed."""
    overlap_days: NonNegative = 14
    deployable_share: Annotated[float, Gt(0), Le(1)] = 1.0
    committed_units: NonNegative = 0
    """Units on present commitments, not available."""
    areas: tuple[str, ...] = ("country", "neighbour", "theatre")
    refuses_tasks: tuple[str, ...] = ()
    depot: str
    """Place of `places.csv` from which the units start."""


@dataclass(frozen=True, kw_only=True)
class BackstopElement(Row):
    """One element of what an outside power may lend: a promise, with what the challenger believes of it."""

    name: str
    owner: str
    capability: str
    mode: BackstopMode
    units: Quantity
    based: str
    """Place of `places.csv` where it stands or is handed over."""
    fact: str
    """Name by which conditions refer to it: `backstop.<fact>`."""
    conditions: str = "always"
    promised: Share = 1.0
    believed: ShareQuantity
    honoured: ShareQuantity
    """Chance that it is there when called."""
    delay_hours: Quantity
    """Delay from the call to effect."""
    ready_days: Quantity
    """Days after D until the element is in place."""
    crew_nation: str = ""
    training_months: NonNegative = 0
    interceptors: NonNegative = 0
    substitute: str = ""
    """The cheapest European substitute in words, or the capability id of it."""
    substitute_months: NonNegative = 0
    substitute_cost_musd: NonNegative = 0


@dataclass(frozen=True, kw_only=True)
class Capability(Row):
    """A kind of unit: what it takes, what it sees, reaches, carries and needs. A row of the packaged catalogue.

    A figure may have a range, `<figure>_low` to `<figure>_high` around it; both 0: none, the figure stands as a point.
    """

    name: str
    domain: Literal["ground", "sensor", "air_defence", "air", "sea", "support", "command", "service"]
    personnel: Positive
    personnel_low: NonNegative
    personnel_high: NonNegative
    area: Area
    """Where it counts unless a stage places it elsewhere."""
    tasks: tuple[str, ...]
    """Tasks it may serve."""
    combat_power: NonNegative = 0
    """Battalion equivalents for the hold test."""
    needs: dict[str, float] = field(default_factory=dict)
    """Units of other capabilities one unit needs (Leontief coefficients)."""
    substitutes: dict[str, float] = field(default_factory=dict)
    """Capabilities that may stand in for this one: units of this one that one unit of the other replaces."""
    vehicles: NonNegative = 0
    tonnes: NonNegative = 0
    lane_m: NonNegative = 0
    sustain_t_day: NonNegative = 0
    detect_km: NonNegative = 0
    """Range at which P(detect) of the design event is one half, by day, in open terrain."""
    detect_night_factor: NonNegative = 1
    antenna_m: NonNegative = 0
    sees_impulsive: bool = False
    endurance_h: NonNegative = 0
    speed_kmh: NonNegative = 0
    reach_aircraft_km: NonNegative = 0
    reach_cruise_missile_km: NonNegative = 0
    reach_drone_km: NonNegative = 0
    reach_ballistic_missile_km: NonNegative = 0
    channels: NonNegative = 0
    """Targets it can engage at once."""
    interceptors: NonNegative = 0
    output_per_day: NonNegative = 0
    """Rate of its main work: km2 cleared, visits, patrols, trainees, casualties treated (unit in `output_unit`)."""
    output_unit: str = ""
    cost_musd_year: NonNegative = 0
    procure_months: NonNegative = 0
    procure_musd: NonNegative = 0
    figures_year: int
    """Latest year of the figures; after `as_of` they count as inferred later."""
    checked: Checked
    symbol: str = ""
    """Symbol of the unit: the 20 digits of APP-6D (`scenario.symbols` says what they mean)."""
    combat_power_low: NonNegative = 0
    combat_power_high: NonNegative = 0
    tonnes_low: NonNegative = 0
    tonnes_high: NonNegative = 0
    sustain_t_day_low: NonNegative = 0
    sustain_t_day_high: NonNegative = 0
    detect_km_low: NonNegative = 0
    detect_km_high: NonNegative = 0
    endurance_h_low: NonNegative = 0
    endurance_h_high: NonNegative = 0
    speed_kmh_low: NonNegative = 0
    speed_kmh_high: NonNegative = 0
    reach_aircraft_km_low: NonNegative = 0
    reach_aircraft_km_high: NonNegative = 0
    reach_cruise_missile_km_low: NonNegative = 0
    reach_cruise_missile_km_high: NonNegative = 0
    reach_drone_km_low: NonNegative = 0
    reach_drone_km_high: NonNegative = 0
    reach_ballistic_missile_km_low: NonNegative = 0
    reach_ballistic_missile_km_high: NonNegative = 0
    channels_low: NonNegative = 0
    channels_high: NonNegative = 0
    interceptors_low: NonNegative = 0
    interceptors_high: NonNegative = 0
    output_per_day_low: NonNegative = 0
    output_per_day_high: NonNegative = 0
    cost_musd_year_low: NonNegative = 0
    cost_musd_year_high: NonNegative = 0
    parts: PositiveCount = 1
    """Formed sub-units that a unit divides into and that can be sent and work by themselves (1: it is sent only whole)."""
