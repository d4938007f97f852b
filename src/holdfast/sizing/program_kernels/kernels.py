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
HAS_GROUND, IN_REAR = 1, 2
"""Kinds of commanded units: those that are given ground to watch or respond in, and all others in the country."""
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
def up_to_parts(amount: float, parts: float) -> float:
    """The smallest number of units, in parts of a unit, not below `amount` (a hair above counts as equal)."""
    return math.ceil(amount * parts - 1e-9) / parts


@njit
def _spanned(total: Any, people: Any, commanded: Any, full: float, kind: int) -> float:
    """Battalion-sized units of one kind: smaller units count in proportion to their people."""
    found = 0.0
    for k in range(total.shape[0]):
        if commanded[k] == kind:
            found += total[k] * min(1.0, people[k] / full)
    return found


@njit
def _want_heads(total: Any, people: Any, commanded: Any, spans: Any, heads: Any, head_parts: Any, wanted: Any) -> None:
    """Headquarters by span: brigades over units with ground, and over support where that is more than one span of it.

    Divisions stand over several brigades of units with ground, one force headquarters over several divisions.
    """
    line = _spanned(total, people, commanded, spans[0], HAS_GROUND) / spans[1]
    rear = _spanned(total, people, commanded, spans[0], IN_REAR) / spans[3]
    if line <= 0.0 and rear <= 0.0:
        return
    brigades = up_to_parts(line, head_parts[0])
    if rear > 1.0 or brigades <= 0.0:
        brigades += up_to_parts(rear, head_parts[0])
    if heads[0] >= 0:
        wanted[heads[0]] = max(wanted[heads[0]], brigades)
    if brigades <= 1.0:
        return
    divisions = up_to_parts(line / spans[2], head_parts[1])
    if heads[1] >= 0:
        wanted[heads[1]] = max(wanted[heads[1]], divisions)
    if divisions > 1.0 and heads[2] >= 0:
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
        wanted[wards[entry]] = max(wanted[wards[entry]], beds_for(lying, ward[entry, 2]) / ward[entry, 3])


@njit
def support_units(
    own: Any, people: Any, needs_unit: Any, needs_other: Any, needs_amount: Any, in_country: Any, commanded: Any,
    follows: Any, per_unit: Any, spans: Any, heads: Any, wards: Any, ward: Any, power: Any, asked: float, parts: Any,
    civil: Any, total: Any, contracted: Any,
) -> int:  # fmt: skip
    """Least fixed point of needs, spans and strength over parts of units: rounds taken, or 0 where it does not settle.

    `spans` holds people of a full unit, units a brigade, brigades a division and units in the rear a headquarters;
    `heads` the places of brigade, division and force headquarters among the capabilities (-1: there is none); `ward` for
    each hospital of `wards` the patients lying for each person in country and each person engaged, the share that may
    find it full, and its beds; `parts` the formed sub-units of a unit; `civil` the share of what support asks of a
    capability that comes from outside the force, which `contracted` is filled with, in units and not rounded.
    """
    kinds = own.shape[0]
    wanted = np.empty(kinds)
    head_parts = np.ones(3)
    for level in range(3):
        if heads[level] >= 0:
            head_parts[level] = parts[heads[level]]
    for k in range(kinds):
        total[k] = up_to_parts(own[k], parts[k])
    engaged = engaged_people(total, people, power, in_country, asked)
    for step in range(SUPPORT_ROUNDS):
        wanted[:] = 0.0
        for entry in range(needs_unit.shape[0]):
            wanted[needs_other[entry]] += total[needs_unit[entry]] * needs_amount[entry]
        strength = _strength(total, people, in_country)
        _want_services(strength, engaged, follows, per_unit, wards, ward, wanted)
        _want_heads(total, people, commanded, spans, heads, head_parts, wanted)
        same = True
        for k in range(kinds):
            grown = max(total[k], up_to_parts(wanted[k] * (1.0 - civil[k]), parts[k]))
            same = same and grown == total[k]
            total[k] = grown
        if same:
            for k in range(kinds):
                contracted[k] = max(min(wanted[k] * civil[k], wanted[k] - own[k]), 0.0)
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
    ent_gain: Any, amounts: Any, shares: Any, gains: Any, costs: Any, parts: Any, nodes: int, units: Any, prices: Any,
) -> tuple[int, float, float]:  # fmt: skip
    """Cheapest units of one component: whole numbers of sub-units, of which one costs and gives its part of the unit."""
    count = starts[part + 1, 0] - starts[part, 0]
    ints = starts[part + 1, 2] - starts[part, 2]
    matrix = np.empty((count, variables[part]))
    right = np.empty(count)
    _fill(part, starts, con_row, con_share, ent_con, ent_var, ent_gain, amounts, shares, gains, matrix, right)
    price = np.zeros(variables[part])
    for k in range(ints):
        each = parts[kinds[starts[part, 2] + k]]
        price[k] = costs[kinds[starts[part, 2] + k]] / each
        matrix[:, k] /= each
    best = np.zeros(ints)
    found = np.zeros(count)
    if right.max() <= 0.0:
        status, cost, bound = OPTIMAL, 0.0, 0.0
    else:
        status, cost, bound = solve_whole(matrix, right, price, ints, _grain(price[:ints]), nodes, best, found)
    for k in range(ints):
        units[kinds[starts[part, 2] + k]] = best[k] / parts[kinds[starts[part, 2] + k]]
    for con in range(count):
        prices[starts[part, 0] + con] = found[con]
    return status, cost, bound


@njit
def size_cases(
    first: int, last: int, starts: Any, variables: Any, based: Any, kinds: Any, con_row: Any, con_share: Any,
    ent_con: Any, ent_var: Any, ent_gain: Any, amounts: Any, per_base: Any, shares: Any, gains: Any, costs: Any,
    base_people: Any, people: Any, needs_unit: Any, needs_other: Any, needs_amount: Any, in_country: Any,
    commanded: Any, follows: Any, per_unit: Any, spans: Any, heads: Any, wards: Any, ward: Any, power: Any,
    asked_power: Any, parts: Any, civil: Any, nodes: int, direct: Any, total: Any, contracted: Any, prices: Any,
    numbers: Any,
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
        w, f, v = min(case, ward.shape[0] - 1), min(case, power.shape[0] - 1), min(case, civil.shape[0] - 1)
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
                    gains[g], costs[c], parts, nodes, direct[case], prices[min(case, prices.shape[0] - 1)],
                )  # fmt: skip
                solved = solved and state == OPTIMAL
                bounds[part, 0], bounds[part, 1] = cost, bound
            if not solved:
                status = UNSOLVED
                break
            rounds = support_units(
                direct[case], people[p], needs_unit, needs_other, needs_amount, in_country, commanded, follows,
                per_unit[u], spans[h], heads, wards, ward[w], power[f], test, parts, civil[v], total[case],
                contracted[case],
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
