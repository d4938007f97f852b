"""Medical care: casualties, minutes to care, beds against need, and the hospitals that follow from the rule that binds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, whole_parts
from holdfast.sizing.inputs import DAYS_A_MONTH

ROLES = ("medical_role2", "medical_role3")
_MOST_BEDS = 100_000


@formula(
    "size.medical.rate_day", unit="people/day", text="people x rate a year for 1,000 people / 365,000",
    reference="arithmetic",
)  # fmt: skip
def rate_day(people: Any, per_1000_year: Any) -> Any:
    """People a day from a rate a year for 1,000 people."""
    return people * per_1000_year / 365_000.0


@formula("size.medical.share_day", unit="people/day", text="people x share of them a day", reference="arithmetic")
def share_day(people: Any, share: Any) -> Any:
    """People a day from a share of them a day."""
    return people * share


@formula(
    "size.medical.routine_wounded", unit="people/day",
    text="people x hostile deaths a year for 1,000 / 365,000 x wounded for one death", reference="arithmetic",
)  # fmt: skip
def routine_wounded(people: Any, per_1000_year: Any, wounded_per_death: Any) -> Any:
    """People wounded a day by hostile acts outside the design-basis test."""
    return rate_day(people, per_1000_year) * wounded_per_death


@formula("size.medical.deaths_routine", unit="people/day", text="people x (hostile + other deaths a year for 1,000) / 365,000",
         reference="arithmetic")  # fmt: skip
def routine_deaths(people: Any, hostile: Any, other: Any) -> Any:
    """Deaths a day outside the design-basis test."""
    return rate_day(people, hostile + other)


@formula(
    "size.medical.engaged", unit="people",
    text="people of fighting units x min(1, axes x (needed - host) / combat power of these units)",
    reference="MODEL.md 1.4, the design-basis test",
)  # fmt: skip
def engaged_people(fighters: Any, power: Any, axes: Any, needed: Any, host: Any) -> Any:
    """People in contact on the axes of the design-basis test; the rest of the fighting units is reserve or elsewhere."""
    asked = axes * np.maximum(needed - host, 0.0)
    share = np.minimum(asked / np.maximum(power, 1e-9), 1.0)
    return fighters * np.where(np.asarray(power) > 0, share, 0.0)[()]


@formula("size.medical.test_wounded", unit="people/day", text="battle casualties a day x wounded / (wounded + dead)",
         reference="arithmetic")  # fmt: skip
def battle_wounded(casualties: Any, wounded_per_death: Any) -> Any:
    """Of the battle casualties of a day, those wounded."""
    return casualties * wounded_per_death / (1.0 + wounded_per_death)


@formula("size.medical.test_dead", unit="people/day", text="battle casualties a day x dead / (wounded + dead)",
         reference="arithmetic")  # fmt: skip
def battle_dead(casualties: Any, wounded_per_death: Any) -> Any:
    """Of the battle casualties of a day, those killed or dead of wounds."""
    return casualties / (1.0 + wounded_per_death)


@formula(
    "size.medical.lying", unit="patients",
    text="share that comes to this role x stay x (routine admissions + those of the test x (1 - exp(-days / stay)))",
    reference="infinite-server queue with exponential stays, transient mean",
)  # fmt: skip
def patients_lying(routine: Any, surge: Any, stay: Any, test_days: Any, share: Any) -> Any:
    """Mean number of patients lying at the end of the design-basis test on top of routine, if beds were without end."""
    return share * (routine * stay + surge * stay * (1.0 - np.exp(-test_days / stay)))


@formula("size.medical.beds", unit="beds", text="fewest beds at which no more than the accepted share of patients finds all taken",
         reference="Erlang's loss formula")  # fmt: skip
def beds_for(lying: Any, full_share: Any) -> Any:
    """Fewest beds for a load of patients, by the recursion 1/B(n) = 1 + n/a 1/B(n-1); scalars or arrays that broadcast.

    Raises
    ------
    ValueRangeError
        When the accepted share is not in (0, 1].
    InfeasibleError
        When the load is beyond any hospital.
    """
    if np.any(np.asarray(full_share) <= 0) or np.any(np.asarray(full_share) > 1):
        raise ValueRangeError(f"medical.full_share is {full_share}; expected above 0 and at most 1")
    if np.max(lying) > _MOST_BEDS:
        raise InfeasibleError(
            f"the force would be so large that {np.max(lying):,.0f} patients lie at once; expected at most {_MOST_BEDS:,}: "
            "look for a service level or term that is far too high (holdfast check names what it finds)"
        )
    if np.ndim(lying) == 0 and np.ndim(full_share) == 0:
        return _beds_of_one(float(lying), float(full_share))
    load, asked = np.broadcast_arrays(np.asarray(lying, float), 1.0 / np.asarray(full_share, float))
    beds, inverse = np.zeros(load.shape), np.ones(load.shape)
    waiting = (inverse < asked) & (load > 0)
    while waiting.any():
        beds[waiting] += 1.0
        inverse[waiting] = 1.0 + beds[waiting] / load[waiting] * inverse[waiting]
        waiting &= inverse < asked
    return beds


def _beds_of_one(load: float, full_share: float) -> float:
    beds, inverse = 0, 1.0
    while load > 0 and inverse * full_share < 1.0:
        beds += 1
        inverse = 1.0 + beds / load * inverse
    return float(beds)


@formula(
    "size.medical.units", unit="units", text="beds / beds of a unit x (1 - share contracted), rounded up to sub-units",
    reference="arithmetic",
)  # fmt: skip
def units_for(beds: Any, each: Any, civil: Any = 0.0, parts: Any = 1.0) -> Any:
    """Hospitals of the force for a number of beds."""
    return whole_parts(beds / each * (1.0 - civil), parts)


@formula("size.medical.flights", unit="flights/month", text="admissions a day x share flown home x 365 / 12 / patients a flight",
         reference="arithmetic")  # fmt: skip
def flights(admitted: Any, home_share: Any, per_flight: Any) -> Any:
    """Flights home a month, not rounded."""
    return admitted * home_share * DAYS_A_MONTH / per_flight


@formula("size.medical.flights_test", unit="flights", text="wounded of the test who need a bed / patients a flight, rounded up",
         reference="arithmetic")  # fmt: skip
def flights_after_test(admitted: Any, days: Any, per_flight: Any) -> Any:
    """Flights that bring the wounded of the design-basis test home."""
    return np.maximum(np.ceil(np.asarray(admitted * days / per_flight) - 1e-9), 0.0)


def fighting(desk: Desk, direct: Mapping[str, Any]) -> tuple[Any, Any]:
    """People and combat power of the units in country that can fight."""
    people: Any = 0.0
    power: Any = 0.0
    for name, units in direct.items():
        row = desk.capability(name)
        if row.combat_power > 0 and row.area == "country":
            people = people + units * row.personnel
            power = power + units * row.combat_power
    return people, power


@formula(
    "size.medical.worst_km", unit="km", text="farthest point of a site's stretch: sqrt((length / 2 sites)^2 + offset^2)",
    reference="geometry of even spacing",
)  # fmt: skip
def worst_km(length_km: Any, sites: Any, offset_km: Any) -> Any:
    """Farthest point that a site serves, kilometres away."""
    return np.sqrt((length_km / (2.0 * sites)) ** 2 + offset_km**2)


@formula(
    "size.medical.mean_km", unit="km", text="1/2 (sqrt(h^2 + o^2) + o^2 / h asinh(h / o)), h = length / 2 sites, o offset",
    reference="integral of sqrt(x^2 + o^2) over 0..h, divided by h",
)  # fmt: skip
def mean_km(length_km: Any, sites: Any, offset_km: Any) -> Any:
    """Mean distance from a site to the points of its stretch, kilometres."""
    half = length_km / (2.0 * sites)
    offset = np.maximum(offset_km, 1e-9)
    return 0.5 * (np.sqrt(half**2 + offset**2) + offset**2 / half * np.arcsinh(half / offset))


@formula(
    "size.medical.disc_km",
    unit="km",
    text="radius of the disc that a site serves: sqrt(area / (pi sites))",
    reference="geometry",
)
def disc_km(area_km2: Any, sites: Any) -> Any:
    """Radius of the disc of ground behind each site, kilometres."""
    return np.sqrt(area_km2 / (math.pi * sites))


@formula(
    "size.medical.disc_mean_km",
    unit="km",
    text="2/3 of the radius",
    reference="mean distance from the centre of a disc",
)
def disc_mean_km(radius_km: Any) -> Any:
    """Mean distance from a site to the points of its disc, kilometres."""
    return 2.0 / 3.0 * radius_km


@formula("size.medical.minutes_out", unit="min", text="alert + distance / speed", reference="10-1-2 rule")
def minutes_out(distance_km: Any, speed_kmh: Any, alert_minutes: Any) -> Any:
    """Minutes from the call until the team that begins resuscitation is at the casualty."""
    return alert_minutes + 60.0 * distance_km / speed_kmh


@formula("size.medical.minutes_surgery", unit="min", text="alert + distance out / speed + on the scene + distance back / speed",
         reference="10-1-2 rule")  # fmt: skip
def minutes_surgery(distance_km: Any, speed_kmh: Any, alert_minutes: Any, scene_minutes: Any) -> Any:
    """Minutes from the call until surgery at the site from which the team came."""
    return alert_minutes + scene_minutes + 120.0 * distance_km / speed_kmh


@formula("size.medical.minutes_road", unit="min", text="distance x detour / road speed, by the vehicle of the patrol, + on the scene",
         reference="10-1-2 rule, when helicopters cannot fly")  # fmt: skip
def minutes_road(distance_km: Any, detour: Any, speed_kmh: Any, scene_minutes: Any) -> Any:
    """Minutes to surgery on the road, in the patrol's own vehicle."""
    return scene_minutes + 60.0 * distance_km * detour / speed_kmh


@formula("size.medical.slowest", unit="km/h", text="slowest road of the sectors", reference="sectors")
def slowest(road_kmh: Any) -> Any:
    """Road speed of the slowest sector."""
    speeds = np.asarray(road_kmh, float)
    return np.min(speeds, axis=-1, keepdims=speeds.ndim > 1)
