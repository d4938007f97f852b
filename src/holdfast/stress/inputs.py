"""What the stress test needs, gathered from a resolved scenario and the stages before it: arrays and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Requirement
from holdfast.scenario.types import Scenario
from holdfast.stress.answering import Responders, gather_responders, interceptors_of, strength_by_month
from holdfast.stress.names import LEVELS, RULES
from holdfast.stress.places import Places, gather_places
from holdfast.stress.promises import Elements, draw_parameters, draw_promises, gather_elements

Floats = NDArray[np.float64]

_FACTOR_RULES = (
    "even_force_ratio", "ratio_steepness", "delegated_level", "backstop_level", "ladder_backstop_hours", "call_share",
    "service_hours", "spread_km", "retaliation_share", "host_starts_share", "escalation_days", "costly_casualties",
    "tension_loss", "host_reaction_probability", "host_reaction_episodes", "episode_casualties", "coalition_floor_share",
    "host_concentration", "battalions_per_brigade", "intercept_probability",
)  # fmt: skip
"""Rules that are read as factors `stress.<rule>`."""


@dataclass(frozen=True, kw_only=True)
class StressInputs:
    """One case for the stress test. Months count from D and last 30 days."""

    posture: str
    months: int
    replications: int
    seed: int
    places: Places
    responders: Responders
    elements: Elements
    cover_own: Floats
    """(month): share of what is defended that lies under the force's own air defence against drones."""
    cover_backstop: Floats
    """(month): what the backstop's air defence adds."""
    strength: Floats
    """(month): combat power on station as a share of the most until then."""
    nations: tuple[str, ...]
    nation_share: Floats
    """(nation): share of the force's people."""
    graduates: Floats
    """(month): host battalions trained."""
    base_rate: Floats
    """(level)."""
    sightings: Floats
    window_h: Floats
    attack: Floats
    loss: Floats
    casualty_mean: Floats
    rules: dict[str, float]
    """By name, in the order of `names.RULES`."""
    parameters: Floats
    """(future, parameter) in the order of `names.PARAMETERS`."""
    promises: Floats
    """(future, element, promise) in the order of `names.PROMISE`."""
    origins: dict[str, tuple[str, str]]
    """Evidence ids and assumption of each parameter."""


def gather_stress(
    scenario: Scenario,
    requirement: Requirement,
    force: Force,
    laydown: Laydown,
    deployment: Deployment,
    coverage: Coverage,
) -> StressInputs:
    """Gather the stress test's inputs for one case.

    Parameters
    ----------
    scenario
        Resolved for the case.
    requirement, force, laydown, deployment, coverage
        Results of the stages before; with posture `none` they are empty and only host forces stand.

    Raises
    ------
    UnknownNameError
        When a planning factor `stress.<name>` is missing.
    ValueRangeError
        When the line has no length, or the base rates sum to more than 1.
    """
    months = scenario.stress.months
    stands = requirement.posture != "none"
    responders = gather_responders(scenario, force, laydown, deployment)
    places = gather_places(scenario, coverage, responders, months=months)
    elements = gather_elements(scenario, force) if stands else Elements()
    own, lent = _drone_cover(coverage, months=months, lent=any(elements.air_defence))
    nations = _nation_shares(force) if stands else {}
    futures = scenario.stress.futures
    parameters, origins = draw_parameters(scenario, futures=futures)
    return StressInputs(
        posture=requirement.posture,
        months=months,
        replications=scenario.stress.replications,
        seed=scenario.stress.seed,
        places=places,
        responders=responders,
        elements=elements,
        cover_own=own,
        cover_backstop=lent,
        strength=strength_by_month(scenario, force, months=months),
        nations=tuple(nations),
        nation_share=np.array(list(nations.values()), dtype=float),
        graduates=_graduates(scenario, deployment, months=months),
        base_rate=_base_rates(scenario),
        sightings=_by_level(scenario, "sightings"),
        window_h=_by_level(scenario, "window_h"),
        attack=_by_level(scenario, "attack_battalions"),
        loss=_losses(scenario, requirement.posture),
        casualty_mean=_by_level(scenario, "casualties"),
        rules=_rules(scenario, requirement.posture, places.length_km, interceptors_of(scenario, laydown, elements)),
        parameters=parameters,
        promises=draw_promises(scenario, elements, futures=futures),
        origins=origins,
    )


def _by_level(scenario: Scenario, name: str) -> Floats:
    return np.array([scenario.factor(f"stress.{name}.{level}") for level in LEVELS], dtype=float)


def _base_rates(scenario: Scenario) -> Floats:
    from holdfast.core.errors import ValueRangeError

    rates = np.array([getattr(scenario.base_rates, level) for level in LEVELS], dtype=float)
    if rates.sum() > 1.0 + 1e-9:
        raise ValueRangeError(f"base_rates sum to {rates.sum():.4g}; expected 1 or less (the rest is 'no test')")
    return rates


def _losses(scenario: Scenario, posture: str) -> Floats:
    """What an undenied test takes: kilometres of the line, or for reassurance defended areas."""
    name = "areas_lost" if posture == "reassure" else "km_lost"
    return _by_level(scenario, name)


def _rules(scenario: Scenario, posture: str, length_km: float, stock: float) -> dict[str, float]:
    limit = (
        scenario.factor("stress.areas_limit")
        if posture == "reassure"
        else scenario.factor("stress.line_limit_share") * length_km
    )
    found = {name: scenario.factor(f"stress.{name}") for name in _FACTOR_RULES} | {
        "horizon_days": 30.0 * scenario.stress.months,
        "loss_limit": limit,
        "interceptors": stock,
        "interceptor_resupply_day": stock * scenario.factor("stress.interceptor_resupply_month") / 30.0,
        "belief_on": 1.0,
        "denial_on": 1.0,
    }
    return {name: float(found[name]) for name in RULES}


def _drone_cover(coverage: Coverage, *, months: int, lent: bool) -> tuple[Floats, Floats]:
    """Share under air defence against drones by month: from the country, and what stands across the border adds."""
    shares = coverage.shares["weight"].sel(target="drone")
    country, both = float(shares.sel(backing="country")), float(shares.sel(backing="both"))
    days, people = coverage.by_day["day"].values, coverage.by_day["people_protected"].values
    arrived = np.zeros(months)
    if days.size and people[-1] > 0:
        arrived = np.minimum(1.0, np.interp(30.0 * np.arange(months) + 15.0, days, people / people[-1]))
    own = country if lent else both
    return own * arrived, np.full(months, max(0.0, both - own))


def _nation_shares(force: Force) -> dict[str, float]:
    """Share of each nation in the people in the country: those who can be hit, and be called home."""
    people: dict[str, float] = {}
    for unit in force.units:
        if not unit.backstop and unit.area == "country":
            people[unit.nation] = people.get(unit.nation, 0.0) + unit.personnel
    total = sum(people.values())
    return {nation: count / total for nation, count in sorted(people.items()) if count > 0}


def _graduates(scenario: Scenario, deployment: Deployment, *, months: int) -> Floats:
    """New host battalions by month: what the trainers in place turn out, at most what is asked, less replacements."""
    asked = scenario.service.trainees_per_year / 365.25
    rate = np.zeros(30 * months)
    for arrival in deployment.arrivals:
        row = scenario.capabilities[arrival.capability]
        if "train" in row.tasks and np.isfinite(arrival.arrival_day):
            first = max(0, math.ceil(arrival.arrival_day + scenario.factor("stress.course_days")))
            rate[first:] += row.output_per_day * arrival.personnel / row.personnel
    people = np.concatenate([[0.0], np.cumsum(np.minimum(rate, asked))])[30 * np.arange(months)]
    new = scenario.factor("stress.graduates_new_share") / scenario.factor("stress.people_per_host_battalion")
    return np.asarray(people * new)
