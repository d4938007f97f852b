"""The parts of a requirement that say how it is kept alive and ended: statement, medical care, housing, exit."""

from __future__ import annotations

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
    figure: str
    """Name of the figure that says why this number (for `explain`)."""


@dataclass(frozen=True, kw_only=True)
class Medical:
    """Casualties expected, minutes to care, and the hospitals that follow."""

    casualties: xr.Dataset
    """Dim situation (routine, test): `sick`, `admitted`, `wounded`, `dead`, people a day."""
    timeline: xr.Dataset
    """Dim step (first_response, resuscitation, surgery): `limit`, `mean`, `worst`, minutes by air from the sites sized,
    and `road`, minutes at worst when helicopters cannot fly (nan where the force has no site)."""
    beds: xr.Dataset
    """Dim role (medical_role2, medical_role3): `load` (patients lying), `beds` (with the margin for queues), units
    `by_timeline`, `by_beds`, `by_strength`, `held`, and `beds_held`."""
    binding: dict[str, str]
    """For each role the rule that binds: timeline, beds, strength, or `the cover` where tasks hold more."""
    home_per_month: float
    """Patients flown home a month in routine."""
    flights_per_month: float
    flights_after_test: float
    """Flights home for the wounded of the design-basis test."""
    fly_share: float
    """Share of the time when helicopters can fly."""


@dataclass(frozen=True, kw_only=True)
class Housing:
    """Winter housing: places, heated area, fuel, camps, months to build and cost."""

    standards: xr.Dataset
    """Dim standard (buildings, containers, tents): `places`, `area_m2`, `fuel_t_day`, `fuel_t_day_cold`, `build_months`
    (unit: battalion months), `cost_musd`."""
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
class Exit:
    """How the force shrinks, what it costs over the years, and when rotation breaks."""

    people: xr.DataArray
    """Dims (rule, month): people deployed, months 0 to 120; rules `kept`, `halving`, `steps`."""
    cost: xr.DataArray
    """Dims (rule, years): cumulative cost over 2, 5 and 10 years, MUSD, with the one-off cost of housing."""
    price_basis: str
    pools: xr.Dataset
    """Dim capability (those required): `required` and `pool` (units), `break_month` (inf: never), `lasting_24`,
    `lasting_60`, `lasting_120` (units that the pools keep on station for so many months)."""
    pool_needed: xr.DataArray
    """Dim months (24, 60, 120): people in the pool at which rotation by the planning factors breaks in that month."""
    break_month: float
    """Month in which the first capability that has a pool breaks (inf: never)."""
    break_month_people: float
    """Month in which all pools together break, if people were exchangeable between capabilities: an upper bound."""
    breaks_first: str
    no_pool: tuple[str, ...]
    """Capabilities required for which the table names no pool at all."""
    rules: xr.Dataset
    """Dim rule (published tour rules and the plan's own): `tour_months`, `dwell`, `overlap_months`, `deployable_share`,
    `standing` (pool over deployed, for ever), `throughput` (people through the force in two years over deployed)."""
    past: tuple[PastDrawdown, ...]
    past_halving: dict[str, float]
    """Months in which each past force halved, by regression of its logarithm."""
