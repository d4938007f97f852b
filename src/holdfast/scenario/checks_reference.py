"""Checks of references: every nation, capability, place, fact and case that something names must exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, get_args

from holdfast.core.errors import ConditionError
from holdfast.scenario.conditions import Condition, parse
from holdfast.scenario.distance import great_circle_km
from holdfast.scenario.draft import Draft
from holdfast.scenario.problems import Locator, Problems, shown
from holdfast.scenario.symbols import fault_of
from holdfast.scenario.types import TASKS, Area
from holdfast.scenario.vocabulary import RANGED

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*")
_FACT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AREAS: tuple[str, ...] = get_args(Area)
_HOSTS = ("base", "battery", "air")
_GROUPS = ("coalition", "un")
_SHORTEST = 0.97  # a leg may be this much shorter than the great circle: places are rounded, distances too


class _Refer:
    """Adds a problem for each name that is not among those known."""

    def __init__(self, locator: Locator, problems: Problems) -> None:
        self.locator = locator
        self.problems = problems

    def __call__(self, key: str, names: str | Iterable[str], known: Collection[str], what: str) -> None:
        for name in [names] if isinstance(names, str) else names:
            if name not in known:
                self.problems.add(self.locator.find(key), key=key, value=shown(name), expected=what, known=known)


def check_ids(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Ids are single words, since dotted keys, lists and conditions refer to them."""
    tables = (*draft.tables, *draft.keyed)
    keys = [(name, key) for name in tables for key in draft.ids[name]] + [("traces", key) for key in draft.traces]
    for name, key in sorted(keys):
        if not _ID.fullmatch(key.replace(".", "") if name == "evidence" else key):
            expected = "letters, digits, _, + and - only"
            problems.add(locator.find(f"{name}.{key}"), key="id", value=shown(key), expected=expected)


def check_mission(draft: Draft, locator: Locator, problems: Problems) -> None:
    """The nations and pool groups that the settings name."""
    refer = _Refer(locator, problems)
    nations = draft.known("nations")
    mission, force = draft.sections.get("mission"), draft.sections.get("force")
    if mission is not None and nations:
        refer("mission.lead_nations", mission.lead_nations, nations, "a nation of nations.csv")
        refer("mission.host_nation", mission.host_nation, nations, "a nation of nations.csv")
        refer("mission.challenger", mission.challenger, nations, "a nation of nations.csv")
    if force is not None:
        refer("force.pool_groups", force.pool_groups, _GROUPS, "coalition or un")


def check_pools(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Nation, capability, depot, areas and tasks of each pool; commitments within its units."""
    refer = _Refer(locator, problems)
    for key, pool in draft.tables["pools"].items():
        stem = f"pools.{key}"
        refer(f"{stem}.nation", pool.nation, draft.known("nations"), "a nation of nations.csv")
        refer(f"{stem}.capability", pool.capability, draft.known("capabilities"), "a capability of the catalogue")
        refer(f"{stem}.depot", pool.depot, draft.known("places"), "a place of places.csv")
        refer(f"{stem}.areas", pool.areas, _AREAS, f"areas among {', '.join(_AREAS)}")
        refer(f"{stem}.refuses_tasks", pool.refuses_tasks, TASKS, f"tasks among {', '.join(TASKS)}")
        if pool.committed_units > pool.units.high:
            expected = f"at most the {pool.units.high:g} units of the pool"
            problems.add(
                locator.find(stem), key=f"{stem}.committed_units", value=f"{pool.committed_units:g}", expected=expected
            )


def check_backstop(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Owner, capability, base, fact and crew of each element of the backstop."""
    refer = _Refer(locator, problems)
    nations = draft.known("nations")
    for key, element in draft.tables["backstop"].items():
        stem = f"backstop.{key}"
        refer(f"{stem}.owner", element.owner, nations, "a nation of nations.csv")
        refer(f"{stem}.capability", element.capability, draft.known("capabilities"), "a capability of the catalogue")
        refer(f"{stem}.based", element.based, draft.known("places"), "a place of places.csv")
        if element.crew_nation:
            refer(f"{stem}.crew_nation", element.crew_nation, nations, "a nation of nations.csv")
        elif element.mode == "transfer":
            expected = "the nation that crews what is transferred"
            problems.add(locator.find(stem), key=f"{stem}.crew_nation", value="empty", expected=expected)
        if not _FACT.fullmatch(element.fact):
            expected = "letters, digits and _ only, since conditions name it"
            problems.add(locator.find(stem), key=f"{stem}.fact", value=shown(element.fact), expected=expected)


def check_capabilities(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Tasks, needs, substitutes and symbol of each capability, and the order of its ranges."""
    refer = _Refer(locator, problems)
    known = draft.known("capabilities")
    for key, row in draft.tables["capabilities"].items():
        stem = f"capabilities.{key}"
        refer(f"{stem}.tasks", row.tasks, TASKS, f"tasks among {', '.join(TASKS)}")
        refer(f"{stem}.needs", row.needs, known, "a capability of the catalogue")
        refer(f"{stem}.substitutes", row.substitutes, known, "a capability of the catalogue")
        add = partial(problems.add, locator.find(stem))
        for name in RANGED:
            low, value, high = getattr(row, f"{name}_low"), getattr(row, name), getattr(row, f"{name}_high")
            if (low or high or name == "personnel") and not low <= value <= high:
                expected = f"{name}_low, {name}, {name}_high in order"
                add(key=f"{stem}.{name}", value=f"{low:g}, {value:g}, {high:g}", expected=expected)
        if row.symbol and (fault := fault_of(row.symbol)):
            add(key=f"{stem}.symbol", value=shown(row.symbol), expected=fault)
        for name in ("needs", "substitutes"):
            pairs: dict[str, float] = getattr(row, name)
            if key in pairs:
                add(key=f"{stem}.{name}", value=shown(key), expected="other capabilities than itself")
            for other, amount in pairs.items():
                if amount < 0 or (name == "substitutes" and amount == 0):
                    add(key=f"{stem}.{name}.{other}", value=f"{amount:g}", expected="more than 0")


def check_places(draft: Draft, locator: Locator, problems: Problems) -> None:
    """What places may host, and that their country is an ISO 3166 alpha-3 code."""
    refer = _Refer(locator, problems)
    for key, place in draft.tables["places"].items():
        refer(f"places.{key}.may_host", place.may_host, _HOSTS, "base, battery or air")
        if not re.fullmatch(r"[A-Z]{3}", place.country):
            expected = "a country code of three capitals such as POL"
            problems.add(
                locator.find(f"places.{key}"),
                key=f"places.{key}.country",
                value=shown(place.country),
                expected=expected,
            )


def check_legs(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Ends of each leg; no leg is shorter than the great circle between its ends (a wrong unit, most often)."""
    refer = _Refer(locator, problems)
    places = draft.tables["places"]
    for key, leg in draft.tables["legs"].items():
        stem = f"legs.{key}"
        refer(f"{stem}.origin", leg.origin, draft.known("places"), "a place of places.csv")
        refer(f"{stem}.destination", leg.destination, draft.known("places"), "a place of places.csv")
        if leg.origin == leg.destination:
            problems.add(
                locator.find(stem),
                key=f"{stem}.destination",
                value=shown(leg.destination),
                expected="another place than the origin",
            )
        elif leg.origin in places and leg.destination in places:
            start, end = places[leg.origin], places[leg.destination]
            straight = great_circle_km((start.lon, start.lat), (end.lon, end.lat))
            if leg.distance_km < _SHORTEST * straight - 1.0:
                expected = f"at least the {straight:.0f} km of the great circle, in kilometres"
                problems.add(
                    locator.find(stem), key=f"{stem}.distance_km", value=f"{leg.distance_km:g}", expected=expected
                )


def check_conditions(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Conditions can be read, their facts exist, none stands on itself, and no negated fact depends on a nation."""
    facts = {element.fact for element in draft.tables["backstop"].values()}
    parsed: dict[str, Condition] = {}
    for table in ("nations", "backstop"):
        for key, row in draft.tables[table].items():
            try:
                parsed[f"{table}.{key}"] = parse(row.conditions)
            except ConditionError as error:
                name = f"{table}.{key}.conditions"
                problems.add(
                    locator.find(name), key=name, value=shown(row.conditions), expected=f"a condition: {error}"
                )
    for stem, condition in parsed.items():
        _check_facts(stem, condition, draft, facts, locator, problems)
    resting = _facts_resting_on_nations(draft, parsed)
    for stem, condition in parsed.items():
        for name in sorted(condition.negated_names & resting):
            expected = f"no `not {name}`: its own conditions depend on nations, which may stand only positively"
            problems.add(
                locator.find(f"{stem}.conditions"),
                key=f"{stem}.conditions",
                value=shown(str(condition)),
                expected=expected,
            )


def _check_facts(
    stem: str, condition: Condition, draft: Draft, facts: Collection[str], locator: Locator, problems: Problems
) -> None:
    refer = _Refer(locator, problems)
    key = f"{stem}.conditions"
    complete = len(draft.ids["backstop"]) == len(draft.tables["backstop"]) and "backstop" not in draft.unread
    for name in sorted(condition.names):
        family, _, member = name.partition(".")
        if family == "nation" and "nations" not in draft.unread:
            refer(key, name, {f"nation.{iso}" for iso in draft.ids["nations"]}, "a nation of nations.csv")
        if family == "backstop" and complete:
            refer(key, name, {f"backstop.{fact}" for fact in facts}, "a fact of backstop.csv")
        own_fact = stem.startswith("backstop.") and draft.tables["backstop"][stem.removeprefix("backstop.")].fact
        if (family == "nation" and stem == f"nations.{member}") or (family == "backstop" and member == own_fact):
            problems.add(
                locator.find(key), key=key, value=shown(name), expected="a condition that does not stand on itself"
            )


def _facts_resting_on_nations(draft: Draft, parsed: dict[str, Condition]) -> frozenset[str]:
    """Facts of the backstop whose conditions mention a nation, directly or through other facts."""
    mentions = {
        f"backstop.{element.fact}": parsed[f"backstop.{key}"].names
        for key, element in draft.tables["backstop"].items()
        if f"backstop.{key}" in parsed
    }
    resting: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            fact
            for fact, names in mentions.items()
            if names & resting or any(name.startswith("nation.") for name in names)
        )
        if more == resting:
            return resting
        resting = more


def check_cases(draft: Draft, locator: Locator, problems: Problems) -> None:
    """The reference option and settlement variant exist; the variants' weights are not all 0."""
    if draft.head is None:
        return
    refer = _Refer(locator, problems)
    for key, name, table, what in (
        ("reference_option", draft.head.reference_option, "options", "an option"),
        ("reference_settlement", draft.head.reference_settlement, "settlements", "a settlement variant"),
    ):
        there = ", ".join(sorted(draft.ids[table])[:6])
        refer(key, name, draft.ids[table], f"{what} of scenario.toml" + (f": {there}" if there else ""))
    variants: list[Any] = list(draft.keyed["settlements"].values())
    if variants and not sum(variant.weight for variant in variants) > 0:
        problems.add(
            locator.find("settlements"),
            key="settlements",
            value="weights sum to 0",
            expected="at least one weight above 0",
        )


def check_behaviour(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Base rates sum to 1 or less; an episode has fewer than one offspring on average."""
    rates, behaviour = draft.sections.get("base_rates"), draft.sections.get("behaviour")
    if rates is not None:
        levels = ("drone_incursion", "raid", "battalion_incursion", "brigade_assault", "renewed_offensive")
        total = sum(getattr(rates, level) for level in levels)
        if total > 1 + 1e-9:
            problems.add(
                locator.find("base_rates"),
                key="base_rates",
                value=f"{total:g} in sum",
                expected="levels that sum to 1 or less",
            )
    if behaviour is not None and behaviour.episode_branching.high >= 1:
        key = "behaviour.episode_branching"
        problems.add(
            locator.find(key),
            key=key,
            value=f"{behaviour.episode_branching.high:g}",
            expected="less than 1 (at 1 episodes never end)",
        )
