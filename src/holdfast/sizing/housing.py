"""Winter housing: places by standard, heated area, fuel by degree days, camp units, months to build, cost and season."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.results.derivation import formula
from holdfast.results.sustainment import Housing, HousingStandard
from holdfast.sizing.desk import Desk, whole_parts
from holdfast.sizing.inputs import DAYS_A_MONTH

if TYPE_CHECKING:
    from holdfast.sizing.core import Sized

STANDARDS = ("buildings", "containers", "tents")
CAMP_UNIT = "housing_unit"
BUILDERS = "engineer_bn"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


@formula("size.housing.places", unit="places", text="people in country x (1 + max(overlap / tour, share handing over at once))",
         reference="two tours stand in the country while they hand over")  # fmt: skip
def places(people: Any, overlap_months: Any, tour_months: Any, handover_share: Any) -> Any:
    """Heated places wanted at the fullest moment of a winter."""
    return people * (
        1.0 + np.maximum(overlap_months / tour_months, np.where(np.asarray(overlap_months) > 0, handover_share, 0.0))
    )


@formula("size.housing.share", unit="places", text="places x share of the standard", reference="arithmetic")
def places_of(places: Any, share: Any) -> Any:
    """Places of one standard."""
    return places * share


@formula("size.housing.containers", unit="places", text="places x min(share of containers, 1 - share of buildings)",
         reference="arithmetic")  # fmt: skip
def container_places(places: Any, share: Any, buildings_share: Any) -> Any:
    """Places in containers: no more than the buildings leave."""
    return places * np.minimum(share, 1.0 - buildings_share)


@formula(
    "size.housing.tents",
    unit="places",
    text="places - places in buildings - places in containers",
    reference="arithmetic",
)
def tent_places(places: Any, buildings: Any, containers: Any) -> Any:
    """Places in tents: the rest."""
    return np.maximum(places - buildings - containers, 0.0)


@formula("size.housing.area", unit="m2", text="places x heated area for one", reference="arithmetic")
def area(places: Any, each: Any) -> Any:
    """Heated area of a standard."""
    return places * each


@formula(
    "size.housing.fuel", unit="t/day",
    text="area x heat lost for each m2 and degree x difference x 24 h / (heat of the fuel x efficiency) / 10^6 x share heated by the force",
    reference="steady heat loss; degree days",
)  # fmt: skip
def fuel(area: Any, loss: Any, difference: Any, kwh_kg: Any, efficiency: Any, host_heated: Any) -> Any:
    """Fuel to heat a standard for one day, tonnes."""
    return area * loss * difference * 24.0 / (kwh_kg * efficiency) / 1e6 * (1.0 - host_heated)


@formula(
    "size.housing.season_fuel",
    unit="t",
    text="fuel on the mean day x days of the heating season",
    reference="degree days",
)
def season_fuel(per_day: Any, days: Any) -> Any:
    """Fuel to heat for a whole season, tonnes: proportional to degree days, difference x days."""
    return per_day * days


@formula("size.housing.sum", unit="", text="sum of the figures", reference="arithmetic")
def total(**parts: Any) -> Any:
    """Sum of named figures."""
    return sum(parts.values())


@formula(
    "size.housing.build",
    unit="battalion months",
    text="places / places a battalion builds in a month",
    reference="arithmetic",
)
def build(places: Any, rate: Any) -> Any:
    """Work to build the places of a standard."""
    return places / rate


@formula("size.housing.builders", unit="battalions", text="engineer battalions of the force x share that builds + others",
         reference="arithmetic")  # fmt: skip
def builders(own: Any, share: Any, others: Any) -> Any:
    """Engineer battalions, contractors and host engineers that build camps."""
    return own * share + others


@formula(
    "size.housing.months", unit="months", text="battalion months of all standards / builders", reference="arithmetic"
)
def months(work: Any, builders: Any) -> Any:
    """Months to build all places; infinite where nobody builds."""
    able = np.asarray(builders, float)
    return np.where(able > 0, work / np.where(able > 0, able, 1.0), np.where(np.asarray(work) > 0, np.inf, 0.0))[()]


@formula("size.housing.cost", unit="MUSD", text="places x one-off cost of a place / 10^6", reference="arithmetic")
def cost(places: Any, each_usd: Any) -> Any:
    """One-off cost of the places of a standard."""
    return places * each_usd / 1e6


@formula("size.housing.fuel_cost", unit="MUSD/year", text="fuel of a season x price / 10^6", reference="arithmetic")
def fuel_cost(tonnes: Any, usd_t: Any) -> Any:
    """Yearly cost of the fuel that heats."""
    return tonnes * usd_t / 1e6


@formula(
    "size.housing.camps", unit="units",
    text="places that the host does not run / places a camp unit runs x (1 - share contracted), rounded up to sub-units",
    reference="capability catalogue",
)  # fmt: skip
def camps(places: Any, buildings_share: Any, each: Any, civil: Any = 0.0, parts: Any = 1.0) -> Any:
    """Units of the force that run camps of containers and tents."""
    return whole_parts(places * (1.0 - buildings_share) / each * (1.0 - civil), parts)


@formula("size.housing.arrival", unit="month of the year", text="month of as_of + months to D + months to half of the force",
         reference="calendar")  # fmt: skip
def arrival(as_of_month: Any, d_months: Any, arrival_months: Any) -> Any:
    """Month of the year, 1 up to (not with) 13, in which half of the force is in the country."""
    return np.mod(as_of_month - 1.0 + d_months + arrival_months, 12.0) + 1.0


@formula("size.housing.to_winter", unit="months", text="months from arrival to the first month of heating; 0 within the season",
         reference="calendar")  # fmt: skip
def to_winter(arrival: Any, first_month: Any, heating_days: Any) -> Any:
    """Months in which to build before it is cold."""
    into = np.mod(arrival - first_month, 12.0)
    return np.where(into * DAYS_A_MONTH < heating_days, 0.0, 12.0 - into)[()]


@formula("size.housing.ready", unit="1", text="min(1, (months to half of the force + months to winter) / months to build)",
         reference="building begins at D and goes on evenly")  # fmt: skip
def ready(arrival_months: Any, to_winter: Any, months: Any) -> Any:
    """Share of the places that stand when they are first needed."""
    need = np.maximum(months, 1e-9)
    return np.minimum((arrival_months + to_winter) / need, 1.0)


def derive_housing(sized: Sized) -> Housing:
    """Winter housing of a sized force, every figure with its reason."""
    desk = sized.desk
    _places(desk)
    for standard in STANDARDS:
        _standard(desk, standard)
    for name in ("fuel", "fuel_cold", "work", "cost"):
        desk.apply(
            f"size.housing.{name}", "size.housing.sum", **{part: f"size.housing.{part}_{name}" for part in STANDARDS}
        )
    desk.apply("size.housing.season_fuel", "size.housing.season_fuel", per_day="size.housing.fuel",
               days=desk.factor("housing.heating_days"))  # fmt: skip
    desk.apply("size.housing.fuel_cost_year", "size.housing.fuel_cost", tonnes="size.housing.season_fuel",
               usd_t=desk.factor("housing.fuel_usd_t"))  # fmt: skip
    engineers = "size.total." + BUILDERS
    if engineers not in desk.sheet.figures:
        desk.given(
            engineers, 0.0, unit="units", text="the force has no engineer battalion", assumption="none is asked for"
        )
    desk.apply("size.housing.builders", "size.housing.builders", own=engineers,
               share=desk.factor("housing.own_builders_share"), others=desk.factor("housing.other_builders"))  # fmt: skip
    desk.apply("size.housing.months", "size.housing.months", work="size.housing.work", builders="size.housing.builders")
    _camps(desk)
    return _housing(sized, _season(desk))


def _places(desk: Desk) -> None:
    all_places = desk.apply(
        "size.housing.places", "size.housing.places", people="size.in_country",
        overlap_months=desk.factor("rotation.overlap_months"), tour_months=desk.factor("rotation.tour_months"),
        handover_share=desk.factor("housing.handover_share"),
    )  # fmt: skip
    built = desk.factor("housing.buildings_share")
    desk.apply("size.housing.buildings_places", "size.housing.share", places=all_places, share=built)
    desk.apply("size.housing.containers_places", "size.housing.containers", places=all_places,
               share=desk.factor("housing.containers_share"), buildings_share=built)  # fmt: skip
    desk.apply("size.housing.tents_places", "size.housing.tents", places=all_places,
               buildings="size.housing.buildings_places", containers="size.housing.containers_places")  # fmt: skip


def _standard(desk: Desk, standard: str) -> None:
    """Area, fuel, work and cost of one standard."""
    stem = f"size.housing.{standard}"
    held = f"{stem}_places"
    ground = desk.apply(
        f"{stem}_area", "size.housing.area", places=held, each=desk.factor(f"housing.area_{standard}_m2")
    )
    if standard == "buildings":
        heated = desk.factor("housing.host_heated_share")
    else:
        heated = desk.given("size.housing.host_heated_camps", 0.0, unit="1", text="share of camps that the host's network heats",
                            assumption="containers and tents have heaters of their own")  # fmt: skip
    for name, difference in (("fuel", "mean_difference_k"), ("fuel_cold", "cold_difference_k")):
        desk.apply(
            f"{stem}_{name}", "size.housing.fuel", area=ground, loss=desk.factor(f"housing.loss_{standard}"),
            difference=desk.factor(f"housing.{difference}"), kwh_kg=desk.factor("housing.fuel_kwh_kg"),
            efficiency=desk.factor("housing.heater_efficiency"), host_heated=heated,
        )  # fmt: skip
    desk.apply(f"{stem}_work", "size.housing.build", places=held, rate=desk.factor(f"housing.build_{standard}"))
    desk.apply(f"{stem}_cost", "size.housing.cost", places=held, each_usd=desk.factor(f"housing.cost_{standard}_usd"))


def _camps(desk: Desk) -> None:
    """Camp units that the places ask for, where the catalogue has such a unit."""
    row = desk.inputs.capabilities.get(CAMP_UNIT)
    each = desk.given(
        "size.housing.camp_places", row.output_per_day if row and row.output_per_day > 0 else np.inf, unit="places",
        text=f"places a unit of {CAMP_UNIT} runs", source=row.source if row else "",
        assumption=row.assumption if row else "the catalogue has no camp unit",
    )  # fmt: skip
    desk.apply("size.housing.camps", "size.housing.camps", places="size.housing.places",
               buildings_share=desk.factor("housing.buildings_share"), each=each, civil=desk.civil(CAMP_UNIT),
               parts=_camp_parts(desk))  # fmt: skip


def _camp_parts(desk: Desk) -> str:
    """Sub-units of a camp unit; one where the catalogue has none."""
    if CAMP_UNIT in desk.inputs.capabilities:
        return desk.parts(CAMP_UNIT)
    return desk.given("size.housing.camp_parts", 1.0, unit="sub-units", text="no camp unit", assumption="catalogue")


def _season(desk: Desk) -> bool:
    """Name the month of arrival and what is built by winter; whether D is known."""
    when = desk.inputs.d_day
    if when is None:
        return False
    moved = when.months_after_as_of
    start = desk.given(
        "d_day.months_after_as_of", moved.nominal, unit="months", text="months from as_of to D", source=moved.source,
        assumption=moved.assumption, low=moved.low, high=moved.high,
    )  # fmt: skip
    month = desk.given("as_of.month", desk.inputs.as_of.month + (desk.inputs.as_of.day - 1) / 31.0, unit="month of the year",
                       text="month of as_of with its days as a fraction", assumption="as_of of scenario.toml")  # fmt: skip
    half = desk.factor("housing.arrival_months")
    desk.apply("size.housing.arrival", "size.housing.arrival", as_of_month=month, d_months=start, arrival_months=half)
    desk.apply("size.housing.to_winter", "size.housing.to_winter", arrival="size.housing.arrival",
               first_month=desk.factor("housing.first_winter_month"), heating_days=desk.factor("housing.heating_days"))  # fmt: skip
    desk.apply("size.housing.ready", "size.housing.ready", arrival_months=half, to_winter="size.housing.to_winter",
               months="size.housing.months")  # fmt: skip
    return True


def _housing(sized: Sized, dated: bool) -> Housing:
    desk = sized.desk
    standards = tuple(
        HousingStandard(
            standard=standard, places=_at(desk, standard, "places"), area_m2=_at(desk, standard, "area"),
            fuel_t_day=_at(desk, standard, "fuel"), fuel_t_day_cold=_at(desk, standard, "fuel_cold"),
            build_battalion_months=_at(desk, standard, "work"), cost_musd=_at(desk, standard, "cost"),
        )
        for standard in STANDARDS
    )  # fmt: skip
    return Housing(
        standards=standards,
        places=float(desk["size.housing.places"]),
        fuel_season_t=float(desk["size.housing.season_fuel"]),
        camp_units=float(desk["size.housing.camps"]),
        camp_units_held=float(sized.supported.total.get(CAMP_UNIT, 0.0)),
        builders=float(desk["size.housing.builders"]),
        months_to_build=float(desk["size.housing.months"]),
        arrival_month=int(desk["size.housing.arrival"]) if dated else 0,
        months_to_winter=float(desk["size.housing.to_winter"]) if dated else np.nan,
        ready_share=float(desk["size.housing.ready"]) if dated else np.nan,
        season=_season_text(desk) if dated else "when D comes is not known, so neither is the season of arrival",
    )


def _at(desk: Desk, standard: str, name: str) -> float:
    return float(desk[f"size.housing.{standard}_{name}"])


def _season_text(desk: Desk) -> str:
    month = _MONTHS[int(desk["size.housing.arrival"]) - 1]
    left, needed, share = (float(desk[f"size.housing.{name}"]) for name in ("to_winter", "months", "ready"))
    start = f"at the nominal D half of the force is there in {month}"
    if left <= 0:
        start += ", in the heating season: it arrives in winter"
    else:
        start += f", {left:.2g} months before the heating season"
    return (
        f"{start}; all places take {needed:.2g} months to build, {share:.0%} of them stand when they are first needed"
    )
