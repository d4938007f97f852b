"""Checks that a force of finite size can exist: levels that divide, needs that end, weights that spread."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.scenario.draft import Draft
from holdfast.scenario.problems import Locator, Problems, Where

_ROUNDS = 60  # as many rounds as sizing follows needs for
_LONGEST_DAYS = 3650  # ten years on one leg
_NEGLIGIBLE = 0.5  # units that one unit may still call for in the last of them


def check_levels(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A zone has a depth, episodes last some time, and a share of calls may find every company busy (none cannot be had)."""
    settlement, service = draft.sections.get("settlement"), draft.sections.get("service")
    behaviour = draft.sections.get("behaviour")
    found = {}
    if settlement is not None and settlement.zone_depth_km.low <= 0:
        found["settlement.zone_depth_km"] = settlement.zone_depth_km.low
    if service is not None and service.respond_blocking <= 0:
        found["service.respond_blocking"] = service.respond_blocking
    if behaviour is not None and behaviour.episode_decay_days.low <= 0:
        found["behaviour.episode_decay_days"] = behaviour.episode_decay_days.low
    for key, value in found.items():
        problems.add(locator.find(key), key=key, value=f"{value:g}", expected="more than 0")


def check_days(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A leg is travelled within years: what takes longer is a speed in another unit."""
    for key, leg in draft.tables["legs"].items():
        if leg.distance_km > _LONGEST_DAYS * leg.speed_km_day:
            name = f"legs.{key}.speed_km_day"
            expected = f"a speed at which {leg.distance_km:g} km take at most {_LONGEST_DAYS} days"
            problems.add(locator.find(name), key=name, value=f"{leg.speed_km_day:g}", expected=expected)


def check_needs(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Needs that lead back to a capability call for ever fewer units of it, else a force never ends."""
    needs = {key: row.needs for key, row in draft.tables["capabilities"].items()}
    for key in needs:
        ring = _endless(key, needs)
        if ring:
            expected = "needs that end: followed round, they must call for ever fewer units"
            name = f"capabilities.{key}.needs"
            problems.add(locator.find(name), key=name, value=ring, expected=expected)


def _endless(key: str, needs: Mapping[str, Mapping[str, float]]) -> str:
    """What one unit keeps calling for through its needs, if that does not die out."""
    called = {key: 1.0}
    for _ in range(_ROUNDS):
        following: dict[str, float] = {}
        for name, units in called.items():
            for other, amount in needs.get(name, {}).items():
                following[other] = following.get(other, 0.0) + units * amount
        called = {name: units for name, units in following.items() if units > 0}
    if called.get(key, 0.0) + sum(called.values()) < _NEGLIGIBLE:
        return ""
    return f"a round of {', '.join(sorted(called))}"


def check_weights(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Tests of the force fall on sectors by threat_weight: one at least has some."""
    rows = draft.tables["sectors"].values()
    if rows and len(rows) == len(draft.ids["sectors"]) and not sum(row.threat_weight for row in rows) > 0:
        where = Where(locator.find(f"sectors.{next(iter(rows)).id}").file)
        problems.add(where, key="threat_weight", value="0 in every sector", expected="one sector at least above 0")
