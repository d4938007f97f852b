"""The ask: what each element of the backstop closes alone, leaves when refused, and is worth; and the cheapest set.

The value of a set S of elements is v(S) = shortfall without the backstop less shortfall with S, in the steady state, the
nations answering to S by their conditions (greatest fixed point). All 2^n sets are solved; Shapley values are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.generation.approvals import Participation, participation
from holdfast.generation.inputs import Element, GenerationInputs
from holdfast.generation.requests import request_of
from holdfast.generation.steady import SteadyProgram
from holdfast.results.stages import AskItem

MOST_ELEMENTS = 12
"""Elements up to which all sets are solved (4,096 small programs)."""
_TIE = 1e-6  # share of demand below which two shortfalls are the same

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The ask as a whole."""

    items: tuple[AskItem, ...]
    needed: frozenset[str]
    left: float
    """Weighted shortfall that the needed set leaves, people-equivalents at steady state."""
    under_tolerance: bool
    sourced_share: float
    goes_anyway: float
    """Weighted shortfall if every nation that joins with the whole backstop came without any of it."""


def value_of_sets(inputs: GenerationInputs, program: SteadyProgram, *, hold_nations: bool = False) -> Array:
    """Weighted shortfall left with each set of elements; entry k holds the set of the bits of k.

    Parameters
    ----------
    hold_nations
        Whether the nations are held as they are with every element granted; otherwise they answer to each set.

    Raises
    ------
    ValueRangeError
        When there are more elements than can be solved set by set.
    """
    count = len(inputs.elements)
    if count > MOST_ELEMENTS:
        raise ValueRangeError(
            f"the backstop has {count} elements; expected at most {MOST_ELEMENTS}, since every set is solved: join elements "
            "that would only be asked for together"
        )
    complete = participation(inputs, offered=members(inputs, 2**count - 1), together=True)
    left = np.zeros(2**count)
    for number in range(2**count):
        state = participation(inputs, offered=members(inputs, number), together=True)
        if hold_nations:
            state = Participation(complete.nations, complete.elements & members(inputs, number))
        left[number] = program.at(state).shortfall
    return left


def members(inputs: GenerationInputs, number: int) -> frozenset[str]:
    """Ids of the elements whose bits are set in `number`."""
    return frozenset(element.id for bit, element in enumerate(inputs.elements) if number >> bit & 1)


def shapley_values(values: Array) -> Array:
    """Shapley value of each of n players from the values of all 2^n sets (entry k: the players of the bits of k).

    Source: Shapley 1953, φ_i = Σ_S |S|! (n-|S|-1)! / n! (v(S ∪ i) - v(S)).
    """
    count = (len(values) - 1).bit_length()
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    found = np.zeros(count)
    for player in range(count):
        for number in range(len(values)):
            if not number >> player & 1:
                found[player] += weights[number.bit_count()] * (values[number | 1 << player] - values[number])
    return found


def element_cost(inputs: GenerationInputs, element: Element) -> float:
    """Yearly cost of an element, MUSD: units × running cost of its capability."""
    return element.units * inputs.kinds[element.capability].cost_musd_year


def cheapest_set(inputs: GenerationInputs, left: Array, *, tolerance: float) -> int:
    """The set that brings the shortfall under `tolerance` most cheaply; where none does, the cheapest that closes most."""
    demand = max(weighted_demand(inputs), 1.0)
    target = tolerance if np.any(left <= tolerance) else float(left.min()) + _TIE * demand
    costs = [element_cost(inputs, element) for element in inputs.elements]

    def price(number: int) -> tuple[float, int, int]:
        chosen = [cost for bit, cost in enumerate(costs) if number >> bit & 1]
        return sum(chosen), len(chosen), number

    return min((number for number in range(len(left)) if left[number] <= target), key=price)


def weighted_demand(inputs: GenerationInputs) -> float:
    """Weight of all that is demanded, people-equivalents."""
    return sum(line.weight * line.units for line in inputs.demand)


def make_ask(inputs: GenerationInputs, program: SteadyProgram) -> Ask:
    """Value every element and choose the cheapest set that suffices."""
    left = value_of_sets(inputs, program)
    tolerance = inputs.tolerance_share * weighted_demand(inputs)
    chosen = cheapest_set(inputs, left, tolerance=tolerance)
    held = value_of_sets(inputs, program, hold_nations=True)
    worth, of_units = shapley_values(left[0] - left), shapley_values(held[0] - held)
    needed = members(inputs, chosen)
    everything = len(left) - 1
    items = tuple(
        AskItem(
            element=element.id,
            name=element.name,
            owner=element.owner,
            mode=element.mode,
            units=element.units,
            closes_alone=float(left[0] - left[1 << bit]),
            refusal_leaves=float(left[everything & ~(1 << bit)]),
            shapley=float(worth[bit]),
            needed=element.id in needed,
            capability=element.capability,
            substitute=substitute_text(inputs, element),
            substitute_months=element.substitute_months or inputs.kinds[element.capability].procure_months,
            sourced=element.sourced,
            shapley_units=float(of_units[bit]),
            unlocks=_unlocked(inputs, element.id),
            request=request_of(inputs, element),
        )
        for bit, element in enumerate(inputs.elements)
    )
    return Ask(
        items=tuple(sorted(items, key=lambda item: (not item.needed, -item.shapley, item.element))),
        needed=needed,
        left=float(left[chosen]),
        under_tolerance=bool(left[chosen] <= tolerance),
        sourced_share=sourced_share(items),
        goes_anyway=float(held[0]),
    )


def sourced_share(items: tuple[AskItem, ...]) -> float:
    """Share of the needed elements' worth that rests on sourced rows (by number where none is worth anything)."""
    needed = [item for item in items if item.needed]
    worth = [max(item.shapley, 0.0) for item in needed]
    if sum(worth) <= 0:
        worth = [1.0] * len(needed)
    if not needed:
        return 0.0
    return sum(value for value, item in zip(worth, needed, strict=True) if item.sourced) / sum(worth)


def substitute_text(inputs: GenerationInputs, element: Element) -> str:
    """The cheapest substitute in words: the scenario's own, or buying the same capability."""
    kind = inputs.kinds[element.capability]
    if element.substitute:
        cost = f" for about {element.substitute_cost_musd:,.0f} MUSD" if element.substitute_cost_musd > 0 else ""
        return f"{element.substitute}{cost}"
    if kind.procure_months > 0:
        return f"buying {element.units:g} × {kind.name} for about {element.units * kind.procure_musd:,.0f} MUSD"
    return "none known"


def _unlocked(inputs: GenerationInputs, element: str) -> tuple[str, ...]:
    offered = frozenset(row.id for row in inputs.elements)
    complete = participation(inputs, offered=offered, together=True)
    without = participation(inputs, offered=offered - {element}, together=True)
    return tuple(sorted(complete.nations - without.nations))
