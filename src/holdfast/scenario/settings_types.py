"""The settings of `scenario.toml` as frozen types: terms, service levels, levers, threat, behaviour, options.

Users import them from `holdfast.scenario.types`, which holds the rows of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Gt

from holdfast.scenario.values import Quantity
from holdfast.scenario.vocabulary import (
    Access,
    Checked,
    Count,
    Frame,
    Front,
    MissionClass,
    NonNegative,
    Positive,
    Posture,
    RecordCount,
    Share,
    ShareQuantity,
)


@dataclass(frozen=True, kw_only=True)
class DDay:
    """When the ceasefire begins, in months after `as_of`. Month 0 of every stage is D."""

    months_after_as_of: Quantity


@dataclass(frozen=True, kw_only=True)
class Mission:
    """The frame of the mission: mandate, posture and who leads."""

    frame: Frame = "coalition"
    posture: Posture = "reassure"
    nato_assets: bool = False
    article5: bool = False
    host_nation: str = "UKR"
    challenger: str = "RUS"
    lead_nations: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """The terms of the settlement that decide size, place and makeup of the force.

    `forces_left_per_side` counts soldiers a side leaves within the zone's neighbourhood; `zone_depth_km` is the depth
    watched on the side(s) the force has access to; `standoff_km` is how far behind the line its formed units stay.
    """

    access: Access
    front: Front
    zone_depth_km: Quantity
    standoff_km: Quantity
    forces_left_per_side: Quantity
    challenger_brigades_near: Quantity
    host_brigades_near: Quantity
    withdrawal_sites: Quantity
    political_commitment: ShareQuantity
    """Share by which the parties' commitment lowers the rate of incidents at D (0: none, 1: no incidents)."""
    commitment_half_life_days: Quantity
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceLevels:
    """Service levels of one posture: what is given here replaces the common level for that posture."""

    observe_probability: Share | None = None
    observe_event_minutes: Positive | None = None
    verify_visits_per_site_month: NonNegative | None = None
    respond_minutes: Positive | None = None
    respond_blocking: Share | None = None
    hold_axes: Count | None = None
    hold_attacker_battalions: NonNegative | None = None
    hold_force_ratio: Positive | None = None
    hold_warning_days: NonNegative | None = None
    medevac_minutes: Positive | None = None
    protected_share: Share | None = None
    cap_stations: Count | None = None
    trainees_per_year: NonNegative | None = None
    clear_km2_year: NonNegative | None = None
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Service levels, which a planner can change. `p` are probabilities, minutes are upper limits.

    Levels common to all postures, and a table for each posture that changes some of them. A case resolved for a posture
    has that posture's levels in place (`scenario.service`).
    """

    observe_probability: Share
    """Chance that a violation of the design class is seen, over the watched zone."""
    observe_event_minutes: Positive
    """Mean time a violation of the design class lasts."""
    verify_visits_per_site_month: NonNegative
    respond_minutes: Positive
    """A formed sub-unit reaches any point of its area within this time."""
    respond_blocking: Share
    """Share of calls that may find every reaction company busy."""
    hold_axes: Count
    """Simultaneous axes of the design-basis test."""
    hold_attacker_battalions: NonNegative
    """Attacking battalions on each axis."""
    hold_force_ratio: Positive
    """Attacker to defender ratio at which the defence is accepted to hold."""
    hold_warning_days: NonNegative
    medevac_minutes: Positive
    protected_share: Share
    """Share of the weighted defended assets to be protected."""
    cap_stations: Count
    """Combat air patrol stations kept on standby alert."""
    trainees_per_year: NonNegative
    clear_km2_year: NonNegative
    observe: ServiceLevels | None = None
    """Levels that differ for observers."""
    interpose: ServiceLevels | None = None
    """Levels that differ for an interposed force."""
    reassure: ServiceLevels | None = None
    """Levels that differ for a reassurance force."""
    robust: ServiceLevels | None = None
    """Levels that differ for a robust force."""
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Force:
    """Limits on the force as a lever: `cap_in_country` people, 0 for no cap."""

    cap_in_country: Count = 0
    pool_groups: tuple[str, ...] = ("coalition",)
    """Which groups of `pools.csv` may be drawn on (column `group`)."""
    start_month: int = 0
    tolerance_share: Share = 0.02
    """Weighted shortfall counted as none (share of weighted demand)."""


@dataclass(frozen=True, kw_only=True)
class BackstopLevers:
    """What a case assumes of the backstop as a whole."""

    asked: bool = True
    """Whether any element is part of the plan."""
    granted: bool = True
    """Whether the owner promises what is asked."""
    honoured: bool = True
    """Whether the promise is kept when called (False: refused at the moment of truth)."""


@dataclass(frozen=True, kw_only=True)
class Threat:
    """What the challenger can bring, as the force and its assets meet it."""

    attacker_battalions_available: Quantity
    raids_air_per_month: Quantity
    drones_per_raid: Quantity
    cruise_missiles_per_raid: Quantity
    ballistic_missiles_per_raid: Quantity
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The twelve behavioural parameters of the stress test, each a range (MODEL.md 5)."""

    episodes_per_100km_day: Quantity
    """Background reportable episodes at no commitment and no presence."""
    episode_branching: ShareQuantity
    """Expected offspring of an episode (spectral radius, below 1)."""
    episode_decay_days: Quantity
    presence_effect: ShareQuantity
    """Share by which full presence lowers background episodes (mass at 0 allowed)."""
    consideration_per_year: Quantity
    """Rate at which the challenger considers a test."""
    belief_weight: Quantity
    """Lambda of MODEL.md 5.2: 0 gives the base rates."""
    belief_prior_strength: Quantity
    """Weight, in seen answers, of the first belief that a test will be answered."""
    attribution_probability: ShareQuantity
    decision_hours: Quantity
    """Hours from attribution to a decision to answer, by the ladder in force."""
    host_share: ShareQuantity
    """Share of the local defence that host forces provide."""
    cohesion_loss: ShareQuantity
    """Chance per unanswered or costly battalion-or-larger test that a contributor leaves."""
    escalation_share: ShareQuantity
    """Chance that an undenied test is followed by one a level higher."""
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class BaseRates:
    """Base rates of the levels of test, pi of MODEL.md 5.2, as weights among considered tests (they sum to 1 or less)."""

    drone_incursion: Share
    raid: Share
    battalion_incursion: Share
    brigade_assault: Share
    renewed_offensive: Share
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class StressSettings:
    """How much is simulated: months, futures drawn from X, replications of each, and the seed."""

    months: Annotated[int, Gt(0)] = 24
    futures: Annotated[int, Gt(0)] = 100
    replications: Annotated[int, Gt(0)] = 20
    seed: Count = 20250222


@dataclass(frozen=True, kw_only=True)
class Option:
    """A named set of levers: dotted keys and the value each takes."""

    id: str
    title: str
    why: str
    set: dict[str, object] = field(default_factory=dict)
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class SettlementVariant:
    """A named set of settlement terms: dotted keys and the value each takes."""

    id: str
    title: str
    weight: NonNegative = 1.0
    set: dict[str, object] = field(default_factory=dict)
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Facts about a past mission: what was deployed and what came of it. For validation only; no stage reads them.

    They may be dated after `as_of`. `kind` is written `class` in the file.
    """

    kind: MissionClass
    """Class of the mission: monitoring, interposition, robust, area, token."""
    strength: Quantity
    """People deployed; a range where sources differ."""
    strength_at: str = ""
    """When it had that strength, and who is counted."""
    checked: Checked = "recalled"
    """How far the strength was checked: searched, mixed, recalled, not found."""
    contributors: str = ""
    outcome: str = ""
    source: str = ""
    assumption: str = ""
    counts: RecordCount = "force"
    """Whom the strength counts: `force` (in units, support and command with them) or `field` (observers or monitors alone)."""
