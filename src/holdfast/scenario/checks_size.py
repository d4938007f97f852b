"""Checks that a force of finite size can exist: levels that divide, needs that end, weights that spread."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.scenario.draft import Draft
from holdfast.scenario.problems import Locator, Problems, Where
from holdfast.scenario.types import POSTURES

_ROUNDS = 400  # powers that settle the growth of any ring of a catalogue
_LONGEST_DAYS = 3650  # ten years on one leg
_SUM_SLACK = 1e-6  # sums of decimal shares
_TRANSIT = "observe.orbit_transit_h"
_STRENGTH = "strength.people_per_"
_FARTHEST_KM = 20_000  # half way round the Earth
_BOUNDS = {
    "observe_probability": (
        "0 asks for nothing; to ask no observation at all set factors.posture.<posture>.observe to 0",
        "no finite force sees every violation",
    ),
    "respond_blocking": ("no finite force is never busy", "1 lets every call go unanswered, which asks for nothing"),
}
"""Levels without an answer at 0 and 1, and why. `protected_share` has one at both: no asset, and all of them."""


def check_levels(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A zone has a depth, episodes last some time, and no service level asks for certainty or for nothing."""
    settlement, behaviour = draft.sections.get("settlement"), draft.sections.get("behaviour")
    found = {}
    if settlement is not None and settlement.zone_depth_km.low <= 0:
        found["settlement.zone_depth_km"] = settlement.zone_depth_km.low
    if behaviour is not None and behaviour.episode_decay_days.low <= 0:
        found["behaviour.episode_decay_days"] = behaviour.episode_decay_days.low
    for key, value in found.items():
        problems.add(locator.find(key), key=key, value=f"{value:g}", expected="more than 0")
    for name in ("zone_depth_km", "standoff_km") if settlement is not None else ():
        value = getattr(settlement, name).high
        if value > _FARTHEST_KM:
            key = f"settlement.{name}"
            expected = f"at most {_FARTHEST_KM}, half way round the Earth"
            problems.add(locator.find(key), key=key, value=f"{value:g}", expected=expected)
    _check_service(draft, locator, problems)


def _check_service(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Levels at which no finite force, or no force at all, is asked for; the common ones and each posture's own."""
    service = draft.sections.get("service")
    if service is None:
        return
    tables = {"service": service} | {f"service.{name}": getattr(service, name) for name in POSTURES}
    for stem, table in tables.items():
        for name, (at_zero, at_one) in _BOUNDS.items():
            value = getattr(table, name, None)
            if value in (0, 1):
                expected = f"between 0 and 1, neither included: {at_one if value else at_zero}"
                problems.add(
                    locator.find(f"{stem}.{name}"), key=f"{stem}.{name}", value=f"{value:g}", expected=expected
                )


def check_factors(draft: Draft, locator: Locator, problems: Problems) -> None:
    """The posture asks for some task, and the states of visibility share out all the time there is."""
    _check_switches(draft, locator, problems)
    values = {key: factor.value.nominal for key, factor in draft.factors.items()}
    mission = draft.sections.get("mission")
    if mission is not None and mission.posture != "none":
        start = f"posture.{mission.posture}."
        tasks = [key for key in values if key.startswith(start)]
        if tasks and not any(values[key] > 0 for key in tasks):
            expected = f"a posture with tasks: at least one of {', '.join(tasks)} above 0, or mission.posture = 'none'"
            where = locator.find(f"factors.{tasks[0]}")
            problems.add(where, key=f"factors.{start}*", value="0 for every task", expected=expected)
    states = [key for key in ("visibility.day", "visibility.night", "visibility.poor") if key in values]
    total = sum(values[key] for key in states)
    if states and abs(total - 1) > _SUM_SLACK:
        expected = "shares of the time that sum to 1: set the three together"
        where = locator.find(f"factors.{states[0]}")
        said = ", ".join(f"{key.partition('.')[2]} {values[key]:g}" for key in states)
        problems.add(where, key="factors.visibility", value=f"{total:g} in sum ({said})", expected=expected)


def _check_switches(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A task is asked of a posture or not, and one unit for each so many people counts some people."""
    for key, factor in draft.factors.items():
        name, value = f"factors.{key}", factor.value
        if key.startswith("posture.") and not (value.low == value.high and value.nominal in {0, 1}):
            expected = "0 or 1: the task is asked or it is not (how much of it: the levels of [service])"
            problems.add(locator.find(name), key=name, value=f"{value.nominal:g}", expected=expected)
        if key.startswith(_STRENGTH) and value.low <= 0:
            expected = "more than 0: one unit for so many people in the country"
            problems.add(locator.find(name), key=name, value=f"{value.low:g}", expected=expected)


def check_orbits(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Aircraft that watch from beyond the country have time left on station after the way there and back."""
    transit = draft.factors.get(_TRANSIT)
    if transit is None:
        return
    longest = 2 * transit.value.high
    for key, row in draft.tables["capabilities"].items():
        watches = row.domain in {"sensor", "air"} and "observe" in row.tasks and row.detect_km > 0 and row.speed_kmh > 0
        if watches and row.area != "country" and row.endurance_h <= longest:
            name = f"capabilities.{key}.endurance_h"
            expected = (
                f"more than {longest:g}, twice the way to the orbit (factors.{_TRANSIT}, up to {transit.value.high:g} h): "
                "base it nearer or take one that flies longer"
            )
            problems.add(locator.find(name), key=name, value=f"{row.endurance_h:g}", expected=expected)


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
    seen: set[str] = set()
    for key in needs:
        ring = _ring(key, needs) if key not in seen else ()
        seen |= set(ring)
        if not ring or not _is_endless(ring, needs):
            continue
        rows = ", ".join(f"{name} needs {_called(name, ring, needs)}" for name in ring)
        name = f"capabilities.{key}.needs"
        expected = "needs that end: followed round, they must call for ever fewer units"
        problems.add(locator.find(name), key=name, value=f"a ring: {rows}", expected=expected)


def check_strength(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Units that follow strength are strength themselves: of each other, too, they call for ever fewer."""
    needs, counted = _with_strength(draft)
    alone = [name for name in counted if needs.get(name, {}).get(name, 0.0) >= 1.0]
    for name in alone:
        key = f"factors.{_STRENGTH}{name}"
        people = draft.tables["capabilities"][name].personnel
        expected = (
            f"more than {people:g}, the people of one {name} (capabilities.{name}.personnel), else each needs another"
        )
        problems.add(locator.find(key), key=key, value=f"{counted[name]:g}", expected=expected)
    ring = next((found for name in counted if (found := _ring(name, needs))), ())
    if alone or not ring or not _is_endless(ring, needs) or _has_endless(draft):
        return
    rows = ", ".join(f"{name} needs {_called(name, ring, needs)}" for name in ring)
    keys = [f"factors.{_STRENGTH}{name}" for name in counted if name in ring]
    expected = f"needs that end: followed round, with {', '.join(keys)}, they must call for ever fewer units"
    problems.add(locator.find(keys[0]), key=keys[0], value=f"a ring: {rows}", expected=expected)


def _has_endless(draft: Draft) -> bool:
    """Whether the catalogue's own needs already hold an endless ring, which is told by `check_needs`."""
    needs = {key: row.needs for key, row in draft.tables["capabilities"].items()}
    return any((ring := _ring(key, needs)) and _is_endless(ring, needs) for key in needs)


def _with_strength(draft: Draft) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """What each unit needs once its people count as strength, and the people for one of each unit that follows it."""
    table = draft.tables["capabilities"]
    needs = {key: dict(row.needs) for key, row in table.items()}
    counted = {}
    for key, factor in draft.factors.items():
        name = key.removeprefix(_STRENGTH)
        if not key.startswith(_STRENGTH) or name not in table or factor.value.low <= 0:
            continue
        counted[name] = factor.value.low
        for other, row in table.items():
            if row.area == "country":
                needs[other][name] = max(needs[other].get(name, 0.0), row.personnel / factor.value.low)
    return needs, counted


def _called(name: str, ring: tuple[str, ...], needs: Mapping[str, Mapping[str, float]]) -> str:
    return " + ".join(f"{needs[name][other]:g} {other}" for other in ring if needs[name].get(other, 0) > 0)


def _ring(key: str, needs: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """Capabilities that a capability calls for and that call for it, itself among them; empty where none leads back."""
    ahead = {
        name: {other for other, units in row.items() if units > 0 and other in needs} for name, row in needs.items()
    }
    behind: dict[str, set[str]] = {name: set() for name in needs}
    for name, others in ahead.items():
        for other in others:
            behind[other].add(name)
    both = _reached(key, ahead) & _reached(key, behind)
    return tuple(name for name in needs if name in both) if key in both else ()


def _reached(key: str, ways: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    front = list(ways[key])
    while front:
        name = front.pop()
        if name not in found:
            found.add(name)
            front += ways[name]
    return found


def _is_endless(ring: tuple[str, ...], needs: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether a unit of the ring calls for one unit or more a round in the long run: spectral radius 1 or above.

    Powers of I + N, which is primitive on a strongly connected ring, bring the Collatz-Wielandt bounds of its radius,
    1 + r, together: min and max over the ring of what follows divided by what was.
    """
    units = dict.fromkeys(ring, 1.0)
    least = most = 0.0
    for _ in range(_ROUNDS):
        following = {
            name: units[name] + sum(units[other] * needs[name].get(other, 0.0) for other in ring) for name in ring
        }
        ratios = [following[name] / units[name] - 1.0 for name in ring]
        least, most = min(ratios), max(ratios)
        if most < 1.0 - _SUM_SLACK or least >= 1.0 - _SUM_SLACK:
            break
        largest = max(following.values())
        units = {name: value / largest for name, value in following.items()}
    return least >= 1.0 - _SUM_SLACK or (most >= 1.0 - _SUM_SLACK and least + most >= 2.0 - _SUM_SLACK)


def check_weights(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Tests of the force fall on sectors of the line by threat_weight: one at least has some."""
    rows = [row for row in draft.tables["sectors"].values() if not row.trace]
    if (
        rows
        and len(draft.tables["sectors"]) == len(draft.ids["sectors"])
        and not sum(row.threat_weight for row in rows) > 0
    ):
        where = Where(locator.find(f"sectors.{rows[0].id}").file)
        problems.add(where, key="threat_weight", value="0 in every sector", expected="one sector at least above 0")
