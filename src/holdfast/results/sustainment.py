"""The parts of a requirement that say how it is kept alive and ended: statement, medical care, housing, exit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import xarray as xr


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One line of the statement of requirements, as planners write it: what, how many, for what, where, by when."""

    capability: str
    name: str
    symbol: str
    """Symbol code of the catalogue (empty where it has none)."""
    units: float
    tasks: tuple[str, ...]
    """Tasks that its units are allotted to in any situation."""
    area: str
    """`country`, `neighbour` or `theatre`."""
    people: float
    need_month: float
    """Month after D by which it is wanted: enabling units first."""
    notice_days: float
    """Readiness wanted: days of notice to move at D."""
    sustain_t_day: float
    """Supply, tonnes a day."""
    lift_t: float
    """Weight to move, tonnes."""
    vehicles: float
    cost_musd_year: float
    sourced_share: float
    """Share of the inputs behind the number that rest on a source and on no assumption."""
    partly_sourced_share: float
    """Share of them that name a source and an assumption too."""
    figure: str
    """Name of the figure that says why this number (for `explain`)."""
    contracted: float = 0.0
    """Support beside these units that contractors, the host or civilian staff give, as units of the capability."""


@dataclass(frozen=True, kw_only=True)
class Casualties:
    """People a day in one situation; the design-basis test adds to routine."""

    situation: str
    """`routine` or `test`."""
    sick: float
    admitted: float
    wounded: float
    dead: float


@dataclass(frozen=True, kw_only=True)
class CareStep:
    """One step of the 10-1-2 timeline, in minutes from the wound: what is wanted and what the sites sized give."""

    step: str
    """`first_response`, `resuscitation` or `surgery`."""
    limit: float
    mean: float
    """By air, mean over the line (nan where the force has no site)."""
    worst: float
    """By air, at the farthest point."""
    road: float
    """At the farthest point when helicopters cannot fly."""

    @property
    def is_met(self) -> bool:
        """Whether the farthest point is reached in time by air."""
        return self.worst <= self.limit


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """Hospitals of one role: patients, beds, and units by each rule beside those held."""

    role: str
    lying: float
    """Mean number of patients lying at the end of the design-basis test."""
    beds: float
    """Beds for them with the margin for queues."""
    by_timeline: float
    by_beds: float
    by_strength: float
    held: float
    beds_held: float
    binding: str
    """The rule that binds: timeline, beds, strength, or the cover where tasks hold more than any rule asks."""


@dataclass(frozen=True, kw_only=True)
class Medical:
    """Casualties expected, minutes to care, and the hospitals that follow."""

    casualties: tuple[Casualties, ...]
    timeline: tuple[CareStep, ...]
    hospitals: tuple[Hospital, ...]
    home_per_month: float
    """Patients flown home a month in routine."""
    flights_per_month: float
    flights_after_test: float
    """Flights home for the wounded of the design-basis test."""
    fly_share: float
    """Share of the time when helicopters can fly."""


@dataclass(frozen=True, kw_only=True)
class HousingStandard:
    """Places of one standard, and what they take."""

    standard: str
    """`buildings`, `containers` or `tents`."""
    places: float
    area_m2: float
    fuel_t_day: float
    """On the mean day of the heating season."""
    fuel_t_day_cold: float
    build_battalion_months: float
    cost_musd: float


@dataclass(frozen=True, kw_only=True)
class Housing:
    """Winter housing: places, heated area, fuel, camps, months to build and cost."""

    standards: tuple[HousingStandard, ...]
    places: float
    fuel_season_t: float
    camp_units: float
    """Units that run camps asked by the places that the host does not run."""
    camp_units_held: float
    builders: float
    """Engineer battalions and their like that build."""
    months_to_build: float
    arrival_month: int
    """Month of the year (1 to 12) in which half of the force is in the country, at the nominal D; 0 where D is not known."""
    months_to_winter: float
    """Months from arrival to the next heating season; 0 when it arrives in one; nan where D is not known."""
    ready_share: float
    """Share of the places that stand when the first winter begins (or at arrival in winter); nan where D is not known."""
    season: str
    """What that means, in words."""


@dataclass(frozen=True, kw_only=True)
class PastDrawdown:
    """A strength of a past force after its first months: stands beside our rule, is no target of it."""

    force: str
    months: float
    people: float
    source: str


@dataclass(frozen=True, kw_only=True)
class ExitCost:
    """What the force costs over some years, MUSD."""

    rule: str
    """`kept`, `halving` or `steps`."""
    years: float
    running: float
    with_housing: float
    """Running cost and the one-off cost of winter housing."""


@dataclass(frozen=True, kw_only=True)
class PoolLimit:
    """How long the pools of one capability keep the number required on station."""

    capability: str
    required: float
    pool: float
    """Units free to deploy in all pools of the table, whoever would join."""
    break_month: float
    """Month after D in which they can no longer fill it (inf: never; 0: not even once)."""
    lasting: dict[str, float]
    """Units that they keep on station for 24, 60 and 120 months."""


@dataclass(frozen=True, kw_only=True)
class RotationRule:
    """A tour rule, and both meanings of rotation under it."""

    id: str
    name: str
    tour_months: float
    dwell: float
    overlap_months: float
    deployable_share: float
    standing: float
    """Pool over deployed, to go on for ever."""
    throughput: float
    """People through the force in two years over deployed."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Exit:
    """How the force shrinks, what it costs over the years, and when rotation breaks."""

    people: xr.DataArray
    """Dims (rule, month): people deployed, months 0 to 120; rules `kept`, `halving`, `steps`."""
    costs: tuple[ExitCost, ...]
    price_basis: str
    pools: tuple[PoolLimit, ...]
    """Capabilities required that have a pool, the first to break first."""
    pool_needed: dict[str, float]
    """People in the pool at which rotation by the plan's own tour rule breaks in month 24, 60 and 120; beyond the cycle of
    tour and dwell it is the standing pool, which never breaks."""
    pool_spent: dict[str, float]
    """The same where nobody serves twice: the other meaning of rotation, how many pass through in these months."""
    break_month: float
    """Month in which the first capability that has a pool breaks (inf: never; nan: the table names no pool at all)."""
    breaks_first: str
    break_month_people: float
    """Month in which all pools together break if people were exchangeable between capabilities: an upper bound (nan: no
    pool at all)."""
    no_pool: tuple[str, ...]
    """Capabilities required for which the table names no pool at all."""
    rules: tuple[RotationRule, ...]
    """The plan's own tour rule and published ones."""
    past: tuple[PastDrawdown, ...]
    past_halving: dict[str, float]
    """Months in which each past force halved, by regression of its logarithm."""

    @property
    def rotation_words(self) -> str:
        """When rotation breaks, in a sentence or two: what cannot be filled even once, what runs out first, what lasts."""
        if not self.pools:
            return "The table names no pool of a capability required, so nothing is known of rotation."
        never = [limit for limit in self.pools if limit.break_month <= 0]
        later = [limit for limit in self.pools if 0 < limit.break_month < math.inf]
        words: list[str] = []
        if never:
            names = ", ".join(f"{limit.capability} ({limit.pool:g} of {limit.required:g})" for limit in never)
            words.append(f"All pools of the table together cannot fill {names} even once.")
        if later:
            names = ", ".join(f"{limit.capability} in month {limit.break_month:.0f}" for limit in later[:3])
            words.append(f"Rotation breaks first at {names}{' and at others later' if len(later) > 3 else ''}.")
        lasting = len(self.pools) - len(never) - len(later)
        words.append(f"{lasting} of {len(self.pools)} capabilities with pools last for ever.")
        if math.isinf(self.break_month_people):
            words.append("In people alone the pools would last for ever.")
        elif self.break_month_people > 0:
            words.append(f"In people alone they would last {self.break_month_people:.0f} months.")
        return " ".join(words)
