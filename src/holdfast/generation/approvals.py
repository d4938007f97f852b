"""Who joins, and when: conditions that refer to one another, solved from below and from above, and the approval clocks.

A nation's condition may need others and the backstop; an element's may need nations. More participants never turn a
condition false, so the map from participants to those whose conditions hold is monotone and has a least fixed point
(everyone waits for the others) and a greatest (a joint declaration), by Knaster and Tarski; plain iteration finds both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Any

from holdfast.core.errors import InfeasibleError
from holdfast.generation.inputs import Contributor, Element, GenerationInputs
from holdfast.results.derivation import Worksheet, formula
from holdfast.results.stages import Approval
from holdfast.scenario.conditions import Condition, parse


@dataclass(frozen=True)
class Participation:
    """Nations that join and backstop elements that are in place."""

    nations: frozenset[str]
    elements: frozenset[str]

    def __le__(self, other: Participation) -> bool:
        return self.nations <= other.nations and self.elements <= other.elements


@cache
def condition_of(text: str) -> Condition:
    """The parsed condition (an empty one always holds)."""
    return parse(text or "always")


def facts_of(inputs: GenerationInputs, state: Participation) -> Callable[[str], bool]:
    """The facts that hold when exactly `state` takes part."""
    provided = {element.fact for element in inputs.elements if element.id in state.elements}

    def holds(name: str) -> bool:
        family, _, member = name.partition(".")
        if family == "nation":
            return member in state.nations or member == inputs.host
        if family == "backstop":
            return member in provided or not inputs.backstop_conditions_bind
        return inputs.facts.get(name, False)

    return holds


def respond(inputs: GenerationInputs, state: Participation, *, offered: frozenset[str]) -> Participation:
    """Who takes part once exactly `state` does: one application of the monotone map.

    Parameters
    ----------
    offered
        Ids of the backstop elements that their owner is willing to provide.
    """
    holds = facts_of(inputs, state)
    nations = frozenset(
        nation.id
        for nation in inputs.contributors
        if _counted(inputs, nation) and condition_of(nation.conditions).evaluate(holds)
    )
    elements = frozenset(
        element.id
        for element in inputs.elements
        if element.id in offered
        and not element_lacks(inputs, element, state)
        and condition_of(element.conditions).evaluate(holds)
    )
    return Participation(nations, elements)


def _counted(inputs: GenerationInputs, nation: Contributor) -> bool:
    return nation.probability >= inputs.counts_from_probability


def element_lacks(inputs: GenerationInputs, element: Element, state: Participation) -> str:
    """What a transfer of hardware still lacks: a crew nation that takes part, interceptors. Empty: nothing."""
    if element.mode != "transfer":
        return ""
    if element.crew_nation not in state.nations | {inputs.host}:
        return f"a crew: {element.crew_nation or 'no nation named'} does not take part"
    return "" if element.interceptors > 0 else "interceptors"


def participation(inputs: GenerationInputs, *, offered: Iterable[str], together: bool) -> Participation:
    """The greatest fixed point (`together`) or the least of who takes part.

    Parameters
    ----------
    offered
        Ids of the backstop elements on offer.

    Raises
    ------
    InfeasibleError
        When a condition is turned false by a participant (a backstop fact under `not` that itself waits for nations).
    """
    on_offer = frozenset(offered)
    state = Participation(frozenset(), frozenset())
    if together:
        state = Participation(frozenset(nation.id for nation in inputs.contributors), on_offer)
    while True:
        following = respond(inputs, state, offered=on_offer)
        if following == state:
            return state
        if not (following <= state if together else state <= following):
            raise InfeasibleError(
                f"conditions of {_moved(state, following)} turn false when others join; expected conditions that more "
                "participants never break: take the backstop fact out of the `not`, or the nations out of the element's condition"
            )
        state = following


def _moved(before: Participation, after: Participation) -> str:
    changed = (before.nations ^ after.nations) | (before.elements ^ after.elements)
    return ", ".join(sorted(changed))


@formula(
    "generate.approval_day",
    unit="day after D",
    text="start of the clock + decision + approval",
    reference="MODEL.md, Time: decision clocks may start before D",
)
def approval_day(start: float, decision: float, approval: float) -> float:
    """Day after D of a nation's last approval; negative before D."""
    return start + decision + approval


def last_approval_day(nation: Contributor) -> float:
    """Day after D on which a nation may begin to prepare its units."""
    return approval_day(nation.start_day, nation.decision_days, nation.approval_days)


def why_not(inputs: GenerationInputs, nation: Contributor, state: Participation) -> str:
    """What keeps a nation out when `state` takes part, in words; empty when nothing does."""
    reasons: list[str] = []
    if not _counted(inputs, nation):
        reasons.append(
            f"its chance of joining is put at {nation.probability:.0%}, below the {inputs.counts_from_probability:.0%} "
            "from which a plan counts on a nation"
        )
    missing = condition_of(nation.conditions).explain(facts_of(inputs, state))
    return "; ".join(reasons + ([missing] if missing else []))


def list_approvals(
    inputs: GenerationInputs, *, alone: Participation, together: Participation, sheet: Worksheet
) -> tuple[Approval, ...]:
    """Every nation that may join: whether it does alone or together, on which day, and what stands in the way."""
    rows: list[Approval] = []
    for nation in inputs.contributors:
        joins = nation.id in together.nations
        rows.append(
            Approval(
                nation=nation.id,
                name=nation.name,
                joins_alone=nation.id in alone.nations,
                joins_together=joins,
                decision_day=_record_clock(nation, sheet) if joins else nan,
                probability_low=nation.probability_low,
                probability_high=nation.probability_high,
                blocked_by=_blocked(inputs, nation, alone=alone, together=together),
                procedure=nation.procedure,
            )
        )
    return tuple(rows)


def _blocked(inputs: GenerationInputs, nation: Contributor, *, alone: Participation, together: Participation) -> str:
    if nation.id in alone.nations:
        return ""
    if nation.id in together.nations:
        return f"joins in a joint declaration only; alone it waits: {why_not(inputs, nation, alone)}"
    return why_not(inputs, nation, together)


def _record_clock(nation: Contributor, sheet: Worksheet) -> float:
    name = f"generate.approval.{nation.id}"
    origin: dict[str, Any] = {"source": nation.source, "assumption": nation.assumption}
    sheet.given(f"{name}.start", nation.start_day, unit="day after D", text="start of the decision clock", **origin)
    sheet.given(f"{name}.decision", nation.decision_days, unit="day", text="government decision", **origin)
    sheet.given(f"{name}.approval", nation.approval_days, unit="day", text="vote or consultation", **origin)
    day = sheet.apply(
        f"{name}.day", "generate.approval_day",
        start=f"{name}.start", decision=f"{name}.decision", approval=f"{name}.approval",
    )  # fmt: skip
    return float(day)
