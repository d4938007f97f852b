"""The names the stress stage counts by: levels of test, parameters of a future, rules and measures, each in order."""

from __future__ import annotations

LEVELS = ("drone_incursion", "raid", "battalion_incursion", "brigade_assault", "renewed_offensive")
"""Classes of test, from the least to the gravest; `BaseRates` holds a weight for each."""

BEHAVIOUR = (
    "episodes_per_100km_day", "episode_branching", "episode_decay_days", "presence_effect", "consideration_per_year",
    "belief_weight", "belief_prior_strength", "attribution_probability", "decision_hours", "host_share",
    "cohesion_loss", "escalation_share",
)  # fmt: skip
"""The twelve behavioural parameters: fields of `Behaviour`, and the first twelve columns of a future."""

PARAMETERS = (
    *(f"behaviour.{name}" for name in BEHAVIOUR),
    "settlement.political_commitment",
    "settlement.commitment_half_life_days",
    "settlement.challenger_brigades_near",
    "settlement.host_brigades_near",
    "threat.attacker_battalions_available",
    "threat.drones_per_raid",
)
"""Columns of a future, by dotted name in the scenario."""

PARAMETER_UNITS = (
    "episodes/100 km/day", "episodes/episode", "day", "share", "1/year", "1", "answers", "probability", "h", "share",
    "probability", "probability", "share", "day", "brigades", "brigades", "battalions", "drones",
)  # fmt: skip
"""Unit of each parameter, in the same order."""

PROMISE = ("believed", "honoured", "delay_hours", "ready_days")
"""What a future says of each backstop element."""

MEASURES = (
    "held", "episodes", "tests", "tests_seen", "tests_answered", "tests_denied", "worst_level", "casualties",
    "collapse_day", "episodes_seen", "episodes_by_host", "calls", "calls_blocked", "considerations", "coalition_share",
    "lost", "cause", "candidates",
)  # fmt: skip
"""What the kernel returns for each replication, in order (kernels count by `M_...`)."""

CAUSES = ("held", "renewed offensive", "loss", "coalition left")

RULES = (
    "horizon_days", "even_force_ratio", "ratio_steepness", "delegated_level", "backstop_level", "ladder_backstop_hours",
    "call_share", "service_hours", "spread_km", "retaliation_share", "host_starts_share", "escalation_days",
    "costly_casualties", "tension_loss", "host_reaction_probability", "host_reaction_episodes", "episode_casualties",
    "coalition_floor_share", "loss_limit", "host_concentration", "battalions_per_brigade", "interceptors",
    "interceptor_resupply_day", "intercept_probability", "belief_on", "denial_on",
)  # fmt: skip
