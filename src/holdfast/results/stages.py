"""The frozen results that stages hand on: requirement, force, laydown, deployment, coverage, stress.

Arrays are labelled and carry units; months count from D (month 0 begins with the ceasefire), days likewise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import xarray as xr

from holdfast.results.derivation import Figure
from holdfast.results.sustainment import Exit, Housing, Medical, StatementLine


@dataclass(frozen=True, kw_only=True)
class CapFinding:
    """What a cap on people in the country buys (MODEL.md 1, Inverse)."""

    cap: int
    alpha: float
    """Highest common service level that fits (1: everything asked for fits)."""
    in_country_uncapped: int
    service_at_alpha: dict[str, float]
    """Service level by name as it stands at alpha."""
    dropped_tasks: tuple[str, ...]
    """Whole tasks to drop instead, cheapest set first, at full service for the rest (empty: none, or no set fits)."""
    dropped_fits: bool


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A size from elsewhere, to stand beside ours: a regression, a ratio, or a published claim."""

    id: str
    title: str
    low: float
    mode: float | None
    high: float
    unit: str
    kind: str
    """`regression`, `ratio` or `claim`."""
    source: str
    note: str
    bound: str = ""
    """`up_to` or `at_least` where only one end was said (`low` and `high` are then equal); else empty."""
    stance: str = ""
    """Where its force stands, as far as it says: `watching`, `on the line`, `away from the line`."""
    verdict: str = ""
    """Whether our size agrees with it, by what factor not, and what differs in the mission, in words."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """How big and why (stage size)."""

    posture: str
    demand: xr.Dataset
    """Dims (task, capability): `units`, demanded by each task alone before the cover; unit `unit`."""
    cover: xr.Dataset
    """Dim capability: `direct`, `support`, `total` (units, in whole sub-units: 2.25 is two and a quarter), `personnel`,
    `in_country`, `in_neighbour`, `in_theatre` (people), `weight` (value of a missing unit, in people)."""
    tasks: xr.Dataset
    """Dim task: `alone` (people in country if it were the only task), `saved` (people saved if it alone were dropped)."""
    in_country: int
    in_theatre: int
    """People outside the country: neighbours, air, sea, rear."""
    pool_24_months: int
    tooth_to_tail: float
    hold_table: xr.DataArray
    """Dims (force_ratio, host_share): people in country for the hold task."""
    cap: CapFinding | None
    triangulation: tuple[Estimate, ...]
    binding: dict[str, str]
    """For each task, what binds in words."""
    refused: tuple[str, ...]
    """Tasks that the terms of the settlement rule out, with the row that does."""
    figures: dict[str, Figure] = field(default_factory=dict)
    agreement: str = ""
    """How our size agrees with all estimates of the triangulation, in one sentence."""
    missed: tuple[str, ...] = ()
    """Service levels that no force meets under these terms, in words."""
    matrix: xr.Dataset | None = None
    """Troops to tasks: `allotted` (situation, task, capability), units; `may` (task, capability), whether its role suits
    the task. What is left of `cover.total` in a situation is free then."""
    statement: tuple[StatementLine, ...] = ()
    medical: Medical | None = None
    housing: Housing | None = None
    exit: Exit | None = None
    contracted: int = 0
    """People that support from contractors, the host or civilian staff stands for; in none of the totals."""


@dataclass(frozen=True, kw_only=True)
class ForceUnit:
    """Units that become ready to move together: one pool, one start."""

    id: str
    nation: str
    pool: str
    capability: str
    units: float
    personnel: float
    area: str
    depot: str
    ready_day: float
    """Day after D on which they are ready to move (decision, approval, notice)."""
    backstop: bool
    """Whether the unit belongs to the backstop."""


@dataclass(frozen=True, kw_only=True)
class Approval:
    """When and whether a nation may join."""

    nation: str
    name: str
    joins_alone: bool
    """In the least fixed point: everyone waits for the others."""
    joins_together: bool
    """In the greatest fixed point: a joint declaration."""
    decision_day: float
    """Day after D of the last approval (negative: before D); nan where it does not join."""
    probability_low: float
    probability_high: float
    blocked_by: str
    """What stands in the way, in words (empty: nothing)."""
    procedure: str


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """A capability that is short in the months named, and why."""

    capability: str
    name: str
    required: float
    provided: float
    missing: float
    first_month: int
    last_month: int
    why: str
    closes: str
    """Smallest change that closes it, in words."""


@dataclass(frozen=True, kw_only=True)
class AskItem:
    """One element to ask of the backstop, and what it is worth."""

    element: str
    name: str
    owner: str
    mode: str
    units: float
    closes_alone: float
    """Weighted shortfall closed by this element alone (people-equivalents)."""
    refusal_leaves: float
    """Weighted shortfall left if this one is refused and the rest granted."""
    shapley: float
    needed: bool
    """Whether it is in the cheapest set that brings the shortfall under tolerance."""
    capability: str
    substitute: str
    substitute_months: float
    sourced: bool
    shapley_units: float = 0.0
    """Shapley value of its units alone, the nations held as they are with every element granted."""
    unlocks: tuple[str, ...] = ()
    """Nations that take part with all elements granted but not without this one."""
    request: str = ""
    """What to ask for, as a sentence: units, mode, where based, ready by when, for which requirement."""


@dataclass(frozen=True, kw_only=True)
class Force:
    """Who supplies what, when, and what is left to ask (stage generate)."""

    on_station: xr.DataArray
    """Dims (backing, pool, month): units on station; backing is `europe_only` or `with_backstop`."""
    starts: xr.DataArray
    """Dims (backing, pool, month): units whose tour starts."""
    balance: xr.Dataset
    """Dims (backing, capability, month): `required`, `provided`, `shortfall`, in units."""
    weighted_shortfall: xr.DataArray
    """Dims (backing, month): people-equivalents."""
    gap: float
    """Relative gap the integer program was solved to."""
    approvals: tuple[Approval, ...]
    units: tuple[ForceUnit, ...]
    """Units as they become ready, for the case as it stands (with the backstop where it is part of it)."""
    shortfalls_europe_only: tuple[Shortfall, ...]
    shortfalls: tuple[Shortfall, ...]
    """With the backstop where it is part of the case."""
    ask: tuple[AskItem, ...]
    ask_sourced_share: float
    people_on_station: xr.DataArray
    """Dims (backing, month): people in country."""
    pledge_together_gain: float
    """Weighted fill gained between the least and the greatest fixed point (people-equivalents at steady state)."""
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place where something of the force stands at full capability."""

    id: str
    kind: str
    """`post`, `base`, `battery`, `sensor`, `reaction` or `hq`."""
    capability: str
    units: float
    lon: float
    lat: float
    country: str
    sector: str
    """Sector it watches or serves; empty where it serves none."""
    place: str
    """Place of the scenario it uses; empty for a site in the field."""
    line_km: float
    """Kilometre of the line it faces; nan where it faces none."""
    across_border: bool
    backstop: bool = False


@dataclass(frozen=True, kw_only=True)
class Laydown:
    """Where posts, bases and batteries stand at full capability (stage laydown)."""

    sites: tuple[Site, ...]
    covered_share: dict[str, float]
    """Objective reached by each covering program, share of its weight."""
    bound_share: dict[str, float]
    """Best possible by the program's bound."""
    unplaced: dict[str, float]
    """Units by capability for which no site was found."""
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A leg or node that limits the movement."""

    id: str
    name: str
    kind: str
    """`leg` or `node`."""
    days_bound: int
    shadow_price: float
    """People-days of earlier arrival per extra tonne a day."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A unit's way to its station."""

    unit: str
    nation: str
    capability: str
    personnel: float
    ready_day: float
    arrival_day: float
    destination: str
    route: tuple[str, ...]
    units: float = 0.0
    """Units that arrive together (`personnel` are theirs); one unit of the force may come in several arrivals."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """When it is in place (stage deploy). Days after D."""

    arrivals: tuple[Arrival, ...]
    closure: xr.Dataset
    """Dim day: `people_plan` (list schedule), `people_bound` (linear program), `people_ready` (ready to move)."""
    bindings: tuple[Binding, ...]
    initial_capability_day: float
    """IOC against the option's own force; nan if not reached."""
    full_capability_day: float
    gap_share: float
    """(plan - bound) / bound of the mean arrival day."""
    closure_range: dict[str, float]
    """`p10`, `p50`, `p90` of the day of full capability over notice, approvals, borders, weather."""
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch of the line or an asset that is not seen or not protected."""

    kind: str
    """`unseen`, `unreached` or `unprotected`."""
    what: str
    from_km: float
    to_km: float
    value: float
    """Probability seen, minutes to reach, or share protected."""
    people: float
    note: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the force sees, reaches and protects (stage cover)."""

    line: xr.Dataset
    """Dim km (every kilometre of the line): `seen` (probability, violation of the design class), `seen_impulsive`,
    `reach_minutes`."""
    sectors: xr.Dataset
    """Dim sector: `length_km`, `seen`, `seen_impulsive`, `reach_minutes`."""
    layers: xr.DataArray
    """Dims (sector, layer): probability seen by each layer alone."""
    protection: xr.DataArray
    """Dims (backing, target, asset): probability that the asset lies under an engagement; backing is `country`,
    `across_border` or `both`."""
    shares: xr.Dataset
    """Dims (backing, target): `people`, `weight` (share of people and of priority weight protected)."""
    by_day: xr.Dataset
    """Dim day: `seen`, `people_protected` as units arrive."""
    gaps: tuple[Gap, ...]
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stress:
    """Which holds better when tested (stage stress). Conditional statements, never forecasts."""

    outcomes: xr.Dataset
    """Dims (future, replication): `held` (0/1), `episodes`, `tests`, `tests_seen`, `tests_answered`, `tests_denied`,
    `worst_level`, `casualties`, `collapse_day` (horizon where it held)."""
    hold_low: float
    hold_high: float
    """10th and 90th percentile over futures of P(hold): a range over futures, not an interval of the estimate."""
    hold_mean: float
    wilson_low: float
    wilson_high: float
    """Monte Carlo interval (Wilson, 95 %) of the mean over all replications."""
    ablation: xr.Dataset
    """Dim ablation: `hold` with one mechanism switched off (presence, belief, denial, backstop)."""
    futures: xr.DataArray
    """Dims (future, parameter): the values drawn."""
    figures: dict[str, Figure] = field(default_factory=dict)
