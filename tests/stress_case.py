"""A small case of the stress test built directly as arrays: figures chosen so that every rule is exercised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from holdfast.stress.answering import Responders
from holdfast.stress.inputs import StressInputs
from holdfast.stress.names import PARAMETERS, RULES
from holdfast.stress.places import Places
from holdfast.stress.promises import Elements

NOMINAL = {
    "behaviour.episodes_per_100km_day": 0.5, "behaviour.episode_branching": 0.5, "behaviour.episode_decay_days": 3.0,
    "behaviour.presence_effect": 0.4, "behaviour.consideration_per_year": 9.0, "behaviour.belief_weight": 1.5,
    "behaviour.belief_prior_strength": 4.0, "behaviour.attribution_probability": 0.8, "behaviour.decision_hours": 12.0,
    "behaviour.host_share": 0.6, "behaviour.cohesion_loss": 0.2, "behaviour.escalation_share": 0.4,
    "settlement.political_commitment": 0.6, "settlement.commitment_half_life_days": 120.0,
    "settlement.challenger_brigades_near": 6.0, "settlement.host_brigades_near": 5.0,
    "threat.attacker_battalions_available": 30.0, "threat.drones_per_raid": 20.0,
}  # fmt: skip
RULE_VALUES = {
    "even_force_ratio": 3.0, "ratio_steepness": 2.0, "delegated_level": 1.0, "backstop_level": 2.0,
    "ladder_backstop_hours": 6.0, "call_share": 0.5, "service_hours": 24.0, "spread_km": 8.0, "retaliation_share": 0.4,
    "host_starts_share": 0.3, "escalation_days": 4.0, "costly_casualties": 20.0, "tension_loss": 0.3,
    "host_reaction_probability": 0.4, "host_reaction_episodes": 6.0, "episode_casualties": 0.02,
    "coalition_floor_share": 0.55, "loss_limit": 25.0, "host_concentration": 0.1, "battalions_per_brigade": 4.0,
    "interceptors": 60.0, "interceptor_resupply_day": 0.5, "intercept_probability": 0.6, "belief_on": 1.0,
    "denial_on": 1.0,
}  # fmt: skip


def parameters(futures: int, **changes: float) -> np.ndarray:
    """The same values in every future; keys without their table (`belief_weight=0.0`)."""
    values = dict(NOMINAL)
    for name, value in changes.items():
        key = next(key for key in values if key.endswith("." + name))
        values[key] = value
    return np.tile([values[key] for key in PARAMETERS], (futures, 1))


def make_case(*, futures: int = 4, replications: int = 5, months: int = 24, **changes: Any) -> StressInputs:
    """Five places on 100 km, two battalions and a squadron, two backstop elements, three nations."""
    named = {key: changes.pop(key) for key in list(changes) if any(full.endswith("." + key) for full in NOMINAL)}
    rules = {"horizon_days": 30.0 * months} | RULE_VALUES | changes.pop("rules", {})
    base = StressInputs(
        posture="robust",
        months=months,
        replications=replications,
        seed=changes.pop("seed", 11),
        places=Places(
            edges_km=np.array([0.0, 10.0, 30.0, 45.0, 80.0, 100.0]),
            sector=("a", "a", "b", "b", "c"),
            weight=np.array([0.1, 0.3, 0.1, 0.35, 0.15]),
            seen=np.linspace(0.2, 0.9, 5)[:, None] * np.linspace(0.3, 1.0, months)[None, :],
            presence=np.linspace(0.9, 0.1, 5)[:, None] * np.linspace(0.5, 1.0, months)[None, :],
            hours=np.array([[1.0, 2.0, 3.0, 5.0, 7.0], [6.0, 5.0, 3.0, 1.5, 1.0], [2.0, 2.1, 2.2, 2.3, 2.4]]),
        ),
        responders=Responders(
            ids=("north", "south", "jets"),
            lonlat=np.zeros((3, 2)),
            line_km=np.array([10.0, 80.0, np.nan]),
            ready_day=np.array([40.0, 130.0, 70.0]),
            power=np.array([0.8, 1.2, 0.5]),
            people=np.array([700.0, 800.0, 200.0]),
            companies=np.array([2, 1, 0]),
            flies=np.array([0.0, 0.0, 1.0]),
            speed_kmh=np.array([0.0, 0.0, 900.0]),
        ),
        elements=Elements(
            ids=("air", "shield"), power=np.array([1.5, 0.0]), air_defence=np.array([0.0, 1.0]), interceptors=30.0
        ),
        cover_own=np.linspace(0.1, 0.4, months),
        cover_backstop=np.full(months, 0.3),
        strength=np.linspace(1.0, 0.9, months),
        nations=("A", "B", "C"),
        nation_share=np.array([0.5, 0.3, 0.2]),
        graduates=np.linspace(0.0, 4.0, months),
        base_rate=np.array([0.3, 0.3, 0.15, 0.06, 0.02]),
        sightings=np.array([1.0, 1.0, 3.0, 8.0, 20.0]),
        window_h=np.array([1.0, 6.0, 36.0, 96.0, 240.0]),
        attack=np.array([0.0, 0.2, 1.0, 4.0, 0.2]),
        loss=np.array([0.0, 0.0, 3.0, 10.0, 30.0]),
        casualty_mean=np.array([2.0, 3.0, 15.0, 60.0, 200.0]),
        rules={name: float(rules[name]) for name in RULES},
        parameters=parameters(futures, **named),
        promises=np.tile([[0.6, 0.7, 5.0, 50.0], [0.5, 0.8, 1.0, 20.0]], (futures, 1, 1)),
        origins={},
    )
    return replace(base, **changes)
