"""Kernel of the whole force: the cover of all needs, its support and command, and the bases to protect, case by case.

Cases are draws, levels or sets of tasks; each is computed alone, so any split over threads gives the same bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit
from holdfast.models.covering_kernels.kernels import OPTIMAL, solve_whole

SETTLED, UNSETTLED_SUPPORT, UNSETTLED_BASES, UNSOLVED = 0, 1, 2, 3
SUPPORT_ROUNDS, BASE_ROUNDS = 60, 30


@njit
def beds_for(lying: float, full_share: float) -> float:
    """Fewest beds at which no more than `full_share` of the patients finds all taken (Erlang's loss)."""
    beds, inverse = 0.0, 1.0
    while lying > 0.0 and inverse * full_share < 1.0:
        beds += 1.0
        inverse = 1.0 + beds / lying * inverse
    return beds


@njit
def engaged_people(own: Any, people: Any, power: Any, in_country: Any, asked: float) -> float:
    """People of the fighting units in contact in the design-basis test, which asks for so much combat power."""
    fighters, able = 0.0, 0.0
    for k in range(own.shape[0]):
        if power[k] > 0.0 and in_country[k]:
            fighters += own[k] * people[k]
            able += own[k] * power[k]
    return fighters * min(asked / max(able, 1e-9), 1.0) if able > 0.0 else 0.0


@njit
def _strength(total: Any, people: Any, in_country: Any) -> float:
    """People in the country."""
    found = 0.0
    for k in range(total.shape[0]):
        if in_country[k]:
            found += total[k] * people[k]
    return found


@njit
def _want_heads(total: Any, people: Any, commanded: Any, spans: Any, heads: Any, wanted: Any) -> None:
    """Headquarters by span: brigades over units, divisions over several brigades, one force headquarters over divisions."""
    below = 0.0
    for k in range(total.shape[0]):
        if commanded[k]:
            below += total[k] * min(1.0, people[k] / spans[0])
    for level in range(2):
        if below <= 0.0 or (level > 0 and below <= 1.0):
            return
        below = math.ceil(below / spans[1 + level] - 1e-9)
        if heads[level] >= 0:
            wanted[heads[level]] = max(wanted[heads[level]], below)
    if below > 1.0 and heads[2] >= 0:
        wanted[heads[2]] = max(wanted[heads[2]], 1.0)


@njit
def _want_services(
    strength: float, engaged: float, follows: Any, per_unit: Any, wards: Any, ward: Any, wanted: Any
) -> None:
    """What follows strength: so many people a unit, and hospitals by beds."""
    for entry in range(follows.shape[0]):
        wanted[follows[entry]] = max(wanted[follows[entry]], strength / per_unit[entry])
    for entry in range(wards.shape[0]):
        lying = strength * ward[entry, 0] + engaged * ward[entry, 1]
        units = math.ceil(beds_for(lying, ward[entry, 2]) / ward[entry, 3] - 1e-9)
        wanted[wards[entry]] = max(wanted[wards[entry]], units)


@njit
def support_units(
    own: Any, people: Any, needs_unit: Any, needs_other: Any, needs_amount: Any, in_country: Any, commanded: Any,
    follows: Any, per_unit: Any, spans: Any, heads: Any, wards: Any, ward: Any, power: Any, asked: float, total: Any,
) -> int:  # fmt: skip
    """Least fixed point of needs, spans and strength over whole units: rounds taken, or 0 where it does not settle.

    `spans` holds people of a full unit, units a brigade and brigades a division; `heads` the places of brigade, division
    and force headquarters among the capabilities (-1: there is none); `ward` for each hospital of `wards` the patients
    lying for each person in country and each person engaged, the share that may find it full, and its beds.
    """
    kinds = own.shape[0]
    wanted = np.empty(kinds)
    for k in range(kinds):
        total[k] = math.ceil(own[k] - 1e-9)
    engaged = engaged_people(total, people, power, in_country, asked)
    for step in range(SUPPORT_ROUNDS):
        wanted[:] = 0.0
        for entry in range(needs_unit.shape[0]):
            wanted[needs_other[entry]] += total[needs_unit[entry]] * needs_amount[entry]
        strength = _strength(total, people, in_country)
        _want_services(strength, engaged, follows, per_unit, wards, ward, wanted)
        _want_heads(total, people, commanded, spans, heads, wanted)
        same = True
        for k in range(kinds):
            grown = max(total[k], math.ceil(wanted[k] - 1e-9))
            same = same and grown == total[k]
            total[k] = grown
        if same:
            return step + 1
    return 0


@njit
def _fill(
    part: int, starts: Any, con_row: Any, con_share: Any, ent_con: Any, ent_var: Any, ent_gain: Any, amounts: Any,
    shares: Any, gains: Any, matrix: Any, right: Any,
) -> None:  # fmt: skip
    """Matrix and right side of one component: needs in each situation, and units shared out no more than once."""
    matrix[:] = 0.0
    for con in range(starts[part, 0], starts[part + 1, 0]):
        row = con_row[con]
        right[con - starts[part, 0]] = 0.0 if row < 0 else amounts[row] * shares[con_share[con], row]
    for ent in range(starts[part, 1], starts[part + 1, 1]):
        gain = ent_gain[ent]
        value = gains[gain] if gain >= 0 else (1.0 if gain == -1 else -1.0)
        matrix[ent_con[ent], ent_var[ent]] = value


@njit
def _grain(costs: Any) -> float:
    """A number of which all costs are multiples, to a ten-thousandth; 0 where there is none so coarse."""
    found = 0
    for cost in costs:
        scaled = cost * 1e4
        if abs(scaled - round(scaled)) > 1e-6 * max(scaled, 1.0):
            return 0.0
        a, b = found, round(scaled)
        while b:
            a, b = b, a % b
        found = a
    return found / 1e4


@njit
def _solve_part(
    part: int, starts: Any, variables: Any, kinds: Any, con_row: Any, con_share: Any, ent_con: Any, ent_var: Any,
    ent_gain: Any, amounts: Any, shares: Any, gains: Any, costs: Any, nodes: int, units: Any, prices: Any,
) -> tuple[int, float, float]:  # fmt: skip
    """Cheapest whole units of one component."""
    count = starts[part + 1, 0] - starts[part, 0]
    ints = starts[part + 1, 2] - starts[part, 2]
    matrix = np.empty((count, variables[part]))
    right = np.empty(count)
    _fill(part, starts, con_row, con_share, ent_con, ent_var, ent_gain, amounts, shares, gains, matrix, right)
    price = np.zeros(variables[part])
    for k in range(ints):
        price[k] = costs[kinds[starts[part, 2] + k]]
    best = np.zeros(ints)
    found = np.zeros(count)
    if right.max() <= 0.0:
        status, cost, bound = OPTIMAL, 0.0, 0.0
    else:
        status, cost, bound = solve_whole(matrix, right, price, ints, _grain(price[:ints]), nodes, best, found)
    for k in range(ints):
        units[kinds[starts[part, 2] + k]] = best[k]
    for con in range(count):
        prices[starts[part, 0] + con] = found[con]
    return status, cost, bound


@njit
def size_cases(
    first: int, last: int, starts: Any, variables: Any, based: Any, kinds: Any, con_row: Any, con_share: Any,
    ent_con: Any, ent_var: Any, ent_gain: Any, amounts: Any, per_base: Any, shares: Any, gains: Any, costs: Any,
    base_people: Any, people: Any, needs_unit: Any, needs_other: Any, needs_amount: Any, in_country: Any,
    commanded: Any, follows: Any, per_unit: Any, spans: Any, heads: Any, wards: Any, ward: Any, power: Any,
    asked_power: Any, nodes: int, direct: Any, total: Any, prices: Any, numbers: Any,
) -> None:  # fmt: skip
    """Size the cases `first` to `last`.

    What varies has the case on its first axis, of length 1 where it is the same for all. `base_people` of 0 leaves bases out.
    `numbers[case]` is filled with status, cost, bound, bases, rounds of support.
    """
    rows = amounts.shape[1]
    asked = np.empty(rows)
    bounds = np.zeros((starts.shape[0] - 1, 2))
    for case in range(first, last):
        a, b = min(case, amounts.shape[0] - 1), min(case, per_base.shape[0] - 1)
        s, g = min(case, shares.shape[0] - 1), min(case, gains.shape[0] - 1)
        c, p = min(case, costs.shape[0] - 1), min(case, people.shape[0] - 1)
        u, h = min(case, per_unit.shape[0] - 1), min(case, spans.shape[0] - 1)
        w, f = min(case, ward.shape[0] - 1), min(case, power.shape[0] - 1)
        test = asked_power[min(case, asked_power.shape[0] - 1)]
        room = base_people[min(case, base_people.shape[0] - 1)]
        bases, status, rounds = 0.0, UNSETTLED_BASES, 0
        for attempt in range(BASE_ROUNDS):
            for row in range(rows):
                asked[row] = amounts[a, row] + bases * per_base[b, row]
            solved = True
            for part in range(starts.shape[0] - 1):
                if attempt > 0 and not based[part]:
                    continue
                state, cost, bound = _solve_part(
                    part, starts, variables, kinds, con_row, con_share, ent_con, ent_var, ent_gain, asked, shares[s],
                    gains[g], costs[c], nodes, direct[case], prices[min(case, prices.shape[0] - 1)],
                )  # fmt: skip
                solved = solved and state == OPTIMAL
                bounds[part, 0], bounds[part, 1] = cost, bound
            if not solved:
                status = UNSOLVED
                break
            rounds = support_units(
                direct[case], people[p], needs_unit, needs_other, needs_amount, in_country, commanded, follows,
                per_unit[u], spans[h], heads, wards, ward[w], power[f], test, total[case],
            )  # fmt: skip
            if rounds == 0:
                status = UNSETTLED_SUPPORT
                break
            strength = _strength(total[case], people[p], in_country)
            settled = math.ceil(strength / room - 1e-9) if room > 0.0 else 0.0
            if settled <= bases:
                status = SETTLED
                break
            bases = settled
        numbers[case, 0], numbers[case, 3], numbers[case, 4] = status, bases, rounds
        numbers[case, 1], numbers[case, 2] = bounds[:, 0].sum(), bounds[:, 1].sum()
