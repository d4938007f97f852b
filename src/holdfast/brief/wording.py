"""Ids said as words: capabilities, pools, nations and service levels by the names a planner uses."""

from __future__ import annotations

import re
from dataclasses import replace

from holdfast.brief.table import Table
from holdfast.scenario.types import Scenario

SERVICE_LEVELS = {
    "observe_probability": "chance that a violation of the design class is seen",
    "observe_event_minutes": "mean minutes that a violation of the design class lasts",
    "verify_visits_per_site_month": "visits to each storage or withdrawal site a month",
    "respond_minutes": "minutes within which a formed sub-unit reaches any point",
    "respond_blocking": "share of calls that may find every reaction company busy",
    "hold_axes": "axes of the design-basis test",
    "hold_attacker_battalions": "attacking battalions on each axis",
    "hold_force_ratio": "attacker to defender ratio accepted",
    "hold_warning_days": "days of warning",
    "medevac_minutes": "minutes to surgery",
    "protected_share": "share of the weighted defended assets protected",
    "cap_stations": "combat air patrol stations",
    "trainees_per_year": "host soldiers trained a year",
    "clear_km2_year": "square kilometres cleared of mines a year",
}

"""Service levels in words."""

UNCERTAIN = {
    "line.length_km": "length of the line",
    "settlement.zone_depth_km": "depth of the watched zone",
    "settlement.standoff_km": "distance behind the line at which formed units stay",
    "settlement.forces_left_per_side": "soldiers that each side leaves near the line",
    "settlement.challenger_brigades_near": "the challenger's brigades near the line",
    "settlement.host_brigades_near": "the host's brigades near the line",
    "settlement.withdrawal_sites": "storage and withdrawal sites to visit",
    "settlement.political_commitment": "share by which the parties' commitment lowers incidents at D",
    "settlement.commitment_half_life_days": "days in which that commitment halves",
    "threat.attacker_battalions_available": "battalions that the challenger could bring",
    "threat.raids_air_per_month": "air raids a month",
    "threat.drones_per_raid": "drones in a raid",
    "threat.cruise_missiles_per_raid": "cruise missiles in a raid",
    "threat.ballistic_missiles_per_raid": "ballistic missiles in a raid",
    "behaviour.episodes_per_100km_day": "episodes on 100 km a day without presence or commitment",
    "behaviour.episode_branching": "further episodes that one sets off",
    "behaviour.episode_decay_days": "days over which one episode sets off others",
    "behaviour.presence_effect": "share by which full presence lowers episodes",
    "behaviour.consideration_per_year": "times a year that the challenger considers a test",
    "behaviour.belief_weight": "weight of belief beside base rates",
    "behaviour.belief_prior_strength": "weight of the first belief that a test will be answered",
    "behaviour.attribution_probability": "chance that an episode is attributed",
    "behaviour.decision_hours": "hours from attribution to a decision to answer",
    "behaviour.host_share": "share of the local defence that host forces provide",
    "behaviour.cohesion_loss": "chance that a contributor leaves after a test unanswered or costly",
    "behaviour.escalation_share": "chance that a test not denied is followed by a higher one",
}
"""Uncertain inputs of a scenario in words, by dotted name."""


def say_input(key: str, scenario: Scenario) -> str:
    """An uncertain input in words, by its dotted name: `behaviour.host_share`, `factors.hold.march_km_day`."""
    table, _, name = key.partition(".")
    if key in UNCERTAIN:
        return UNCERTAIN[key]
    if table == "service" and name in SERVICE_LEVELS:
        return SERVICE_LEVELS[name]
    if table == "factors" and name in scenario.factors:
        return scenario.factors[name].meaning
    if table == "capabilities":
        row, _, column = name.rpartition(".")
        if row in scenario.capabilities:
            return f"{column.replace('_', ' ')} of each {inside(scenario.capabilities[row].name)}"
    return key


_ALTERNATIVES = re.compile(r"\(needs: [^()]*\)(?: or \(needs: [^()]*\))+")


def _say_alternatives(match: re.Match[str]) -> str:
    """`(needs: A) or (needs: B)` as "needs A, or B"."""
    return "needs " + ", or ".join(re.findall(r"\(needs: ([^()]*)\)", match[0]))


class Wording:
    """Replaces ids in sentences by names: `pol_patriot_bty` becomes "Poland's Patriot battery"."""

    def __init__(self, scenario: Scenario) -> None:
        names = {key: inside(item.name) for key, item in scenario.capabilities.items()}
        nations = {key: item.name for key, item in scenario.nations.items()}
        pools = {
            key: f"{_possessive(nations.get(pool.nation, pool.nation))} {names.get(pool.capability, pool.capability)}"
            for key, pool in scenario.pools.items()
        }
        elements = {key: f"the backstop's {inside(item.name)}" for key, item in scenario.backstop.items()}
        places = {key: item.name for key, item in scenario.places.items()}
        sectors = {key: item.name for key, item in scenario.sectors.items()}
        capabilities = {key: item.name for key, item in scenario.capabilities.items()}
        # A whole cell that is an id, even one without an underscore.
        self._cells = {**capabilities, **sectors}
        self._words = {**places, **elements, **names, **nations, **pools, **SERVICE_LEVELS}
        # Ids of one common word ("logistics") stay: only words with an underscore or three capitals are certainly ids.
        self._pattern = re.compile(r"\b(?:[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z]{3})\b")

    def say(self, text: str) -> str:
        """The text with every known id replaced by its name."""
        if text in self._cells:
            return self._cells[text]
        plain = _ALTERNATIVES.sub(_say_alternatives, text).replace(
            "needs: what never happens", "it has ruled troops out"
        )
        return self._pattern.sub(lambda match: self._words.get(match[0], match[0]), plain)

    def say_table(self, table: Table) -> Table:
        """The table with ids replaced in its text cells; its first column of plain ids too."""
        texts = [column.kind == "text" for column in table.columns]
        rows = tuple(
            tuple(
                self.say(value) if is_text and isinstance(value, str) else value
                for value, is_text in zip(row, texts, strict=True)
            )
            for row in table.rows
        )
        return replace(table, rows=rows, note=self.say(table.note))


def inside(name: str) -> str:
    """A name as it stands inside a sentence: lower case unless it begins with an acronym or a proper name."""
    first = name.split(" ", 1)[0]
    proper = first in {"Patriot", "SAMP/T", "European", "American"} or first.isupper()
    return name if proper else name[:1].lower() + name[1:]


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
