"""What the challenger expects and chooses: local power, denial and answers on paper, belief, and whether a test is launched."""

from __future__ import annotations

import math

import numpy as np

from holdfast.core.kernels import (
    njit,
)
from holdfast.stress.world.kernels import (
    E_BELIEVED,
    E_DELAY,
    E_READY,
    M_SHARE,
    MONTH_DAYS,
    N_LEVELS,
    NO_TEST,
    P_ATTRIBUTE,
    P_BATTALIONS,
    P_BRIGADES,
    P_DECISION,
    P_HOST,
    P_HOST_BRIGADES,
    P_PRIOR,
    P_WEIGHT,
    R_BACKSTOP,
    R_BATTALIONS,
    R_BELIEF_ON,
    R_CONCENTRATION,
    R_DELEGATED,
    R_DENIAL_ON,
    R_EVEN,
    R_LADDER,
    R_STEEP,
    W_ACCEPT,
    W_LEVEL,
    Branch,
    Floats,
    Run,
    World,
    draw,
    month_of,
    place_of,
)


@njit
def arrived_share(hours: float, window_h: float) -> float:
    """Share of the window for which something that arrives after `hours` is there (formula 9)."""
    return max(0.0, 1.0 - hours / window_h)


@njit
def denial(world: World, attack: float, defence: float) -> float:
    """Probability that an attack is denied by the local force ratio over time (formula 10)."""
    if attack <= 0.0:
        return 1.0
    if defence <= 0.0:
        return 0.0
    ratio = attack / (defence * world.rules[R_EVEN])
    return 1.0 / (1.0 + math.pow(ratio, world.rules[R_STEEP]))


@njit
def attack_battalions(world: World, future: Floats, level: int) -> float:
    """Battalions that attack at a level, no more than stand near (formula 7)."""
    if level == N_LEVELS - 1:
        return float(world.attack[level] * future[P_BATTALIONS])
    return float(min(world.attack[level], future[P_BRIGADES] * world.rules[R_BATTALIONS]))


@njit
def host_battalions(world: World, future: Floats, attack: float, month: int) -> float:
    """Host battalions that bear on one place: its share of the defence needed, as far as they stand near (formula 8)."""
    near = future[P_HOST_BRIGADES] * world.rules[R_BATTALIONS]
    grown = near + world.graduates[month]
    planned = future[P_HOST] * attack / world.rules[R_EVEN]
    if near > 0.0:
        planned *= grown / near
    return float(min(planned, world.rules[R_CONCENTRATION] * grown))


@njit
def decision_mean_h(world: World, future: Floats, level: int) -> float:
    """Mean hours to a decision: none where the commander on the spot decides."""
    return 0.0 if level <= world.rules[R_DELEGATED] else future[P_DECISION]


@njit
def fill_paper_power(world: World, future: Floats, promise: Floats, power: Floats) -> None:
    """Battalions the challenger expects by (month, level, place): the force as it stands, the backstop as believed."""
    places = world.weight.size
    for month in range(power.shape[0]):
        day = MONTH_DAYS * month
        for level in range(1, N_LEVELS):
            decided = decision_mean_h(world, future, level)
            window = world.window_h[level]
            called = max(decided, world.rules[R_LADDER])
            for place in range(places):
                total = 0.0
                for unit in range(world.crew.power.size):
                    if world.crew.ready_day[unit] <= day:
                        hours = decided + world.crew.hours[unit, place]
                        total += world.crew.power[unit] * arrived_share(hours, window)
                power[month, level, place] = total * world.strength[month]
            if level >= world.rules[R_BACKSTOP]:
                lent = 0.0
                for item in range(world.element_power.size):
                    if promise[item, E_READY] <= day:
                        there = arrived_share(called + promise[item, E_DELAY], window)
                        lent += promise[item, E_BELIEVED] * world.element_power[item] * there
                power[month, level, places] = lent


@njit
def in_time(mean_h: float, hours_left: float) -> float:
    """Probability that an exponential decision time leaves enough for the way."""
    if hours_left < 0.0:
        return 0.0
    return 1.0 if mean_h <= 0.0 else 1.0 - math.exp(-hours_left / mean_h)


@njit
def backstop_on_paper(world: World, future: Floats, promise: Floats, month: int, level: int) -> float:
    """Belief that the backstop would answer at a level: that of the most believed element that could be there in time."""
    best = 0.0
    for item in range(world.element_power.size):
        if promise[item, E_READY] > MONTH_DAYS * month:
            continue
        if level == 0:
            best = max(best, promise[item, E_BELIEVED] * world.element_air_defence[item] * world.cover_backstop[month])
        elif level >= world.rules[R_BACKSTOP] and world.element_power[item] > 0.0:
            left = world.window_h[level] - promise[item, E_DELAY] - world.rules[R_LADDER]
            best = max(best, promise[item, E_BELIEVED] * in_time(decision_mean_h(world, future, level), left))
    return best


@njit
def fill_paper_answer(world: World, future: Floats, promise: Floats, answer: Floats) -> None:
    """Prior mean of the belief in an answer by (month, level): what the force could do on paper (formula 5)."""
    places = world.weight.size
    for month in range(answer.shape[0]):
        for level in range(N_LEVELS):
            own = world.cover_own[month] if level == 0 else 0.0
            for place in range(places if level > 0 else 0):
                first = math.inf
                for unit in range(world.crew.power.size):
                    if world.crew.ready_day[unit] <= MONTH_DAYS * month:
                        first = min(first, world.crew.hours[unit, place])
                seen = 1.0 - math.pow(1.0 - world.line.seen[place, month], world.sightings[level])
                left = world.window_h[level] - first
                own += world.weight[place] * seen * in_time(decision_mean_h(world, future, level), left)
            if level > 0:
                own *= future[P_ATTRIBUTE]
            answer[month, level] = 1.0 - (1.0 - own) * (1.0 - backstop_on_paper(world, future, promise, month, level))


@njit
def belief(branch: Branch, run: Run, month: int, level: int) -> float:
    """Mean of the Beta of one class of test after what was seen to be answered at that class (formula 6)."""
    strength, prior = branch.future[P_PRIOR], branch.answer[month, level]
    weight = strength + run.record[level, 1]
    if weight <= 0.0:
        return float(prior)
    return float((strength * prior + run.record[level, 0]) / weight)


@njit
def utility(world: World, branch: Branch, run: Run, month: int, level: int, place: int) -> float:
    """Utility of a test, from 0 (neither answered nor denied, as believed) down to -1 (surely one of them) (formula 4)."""
    unanswered = 1.0 - world.rules[R_BELIEF_ON] * belief(branch, run, month, level)
    denied = 0.0
    if level > 0:
        attack = attack_battalions(world, branch.future, level)
        power = host_battalions(world, branch.future, attack, month)
        power += run.out[M_SHARE] * branch.power[month, level, place] + branch.power[month, level, world.weight.size]
        denied = world.rules[R_DENIAL_ON] * denial(world, attack, power)
    return float(unanswered * (1.0 - denied) - 1.0)


@njit
def choose_level(world: World, event: np.uint64) -> int:
    """Level of a candidate by the base rates, gravest first; NO_TEST for the rest. No lever touches it."""
    left = draw(event, W_LEVEL)
    for step in range(N_LEVELS):
        level = N_LEVELS - 1 - step
        if left < world.base_rate[level]:
            return level
        left -= world.base_rate[level]
    return NO_TEST


@njit
def is_launched(world: World, branch: Branch, run: Run, event: np.uint64, day: float, km: float, level: int) -> bool:
    """Whether a candidate becomes a test: its one acceptance uniform against exp(λU) (formula 3)."""
    value = utility(world, branch, run, month_of(world, day), level, place_of(world, km))
    return bool(draw(event, W_ACCEPT) < math.exp(branch.future[P_WEIGHT] * value))
