"""How a test is met: seen, attributed, decided, answered, denied, and what it costs the force."""

from __future__ import annotations

import math

import numpy as np

from holdfast.core.kernels import (
    inlined,
    mix64,
    njit,
    uniform64,
)
from holdfast.models.incident_kernels.kernels import (
    exponential,
)
from holdfast.stress.choice.kernels import (
    arrived_share,
    attack_battalions,
    decision_mean_h,
    denial,
    host_battalions,
)
from holdfast.stress.world.kernels import (
    E_DELAY,
    E_READY,
    M_ANSWERED,
    M_CASUALTIES,
    M_CAUSE,
    M_DENIED,
    M_LOST,
    M_SEEN,
    M_SHARE,
    M_TESTS,
    M_WORST,
    N_LEVELS,
    P_ATTRIBUTE,
    P_COHESION,
    P_DRONES,
    R_BACKSTOP,
    R_COSTLY,
    R_DENIAL_ON,
    R_FLOOR,
    R_KILL,
    R_LADDER,
    R_LIMIT,
    R_RESUPPLY,
    R_STOCK,
    R_TENSION,
    S_COMMITMENT,
    S_STOCK,
    S_STOCK_DAY,
    W_ATTRIBUTED,
    W_CASUALTIES,
    W_COHESION,
    W_DECIDED,
    W_DENIED,
    W_SEEN,
    Branch,
    Crew,
    Floats,
    Run,
    World,
    draw,
    month_of,
    place_of,
)


@inlined
def take_company(crew: Crew, busy: Floats, place: int, day: float, within_h: float, until: float) -> bool:
    """Send the nearest free reaction company that is ready and in time; it is busy until `until`."""
    for rank in range(crew.nearest.shape[1]):
        unit = crew.nearest[place, rank]
        if crew.hours[unit, place] > within_h:
            return False
        if crew.ready_day[unit] <= day:
            for slot in range(crew.slots[unit], crew.slots[unit + 1]):
                if busy[slot] <= day:
                    busy[slot] = until
                    return True
    return False


@njit
def run_air_test(world: World, branch: Branch, run: Run, event: np.uint64, day: float, place: int) -> tuple[bool, bool]:
    """A drone incursion: engaged where air defence covers and interceptors last; returns (answered, denied) (formula 12)."""
    month = month_of(world, day)
    lent = 0.0
    for item in range(world.element_power.size):
        if branch.promise[item, E_READY] <= day and world.element_air_defence[item] > 0.0:
            lent = max(lent, run.honoured[item])
    cover = world.cover_own[month] * run.out[M_SHARE] + world.cover_backstop[month] * lent
    full = world.rules[R_STOCK]
    run.state[S_STOCK] = min(full, run.state[S_STOCK] + world.rules[R_RESUPPLY] * (day - run.state[S_STOCK_DAY]))
    run.state[S_STOCK_DAY] = day
    u = draw(event, W_SEEN)
    if u < max(cover, world.line.seen[place, month]):
        run.out[M_SEEN] += 1.0
    if u >= cover or run.state[S_STOCK] <= 0.0:
        return False, False
    needed = branch.future[P_DRONES] / world.rules[R_KILL]
    enough = 1.0 if needed <= run.state[S_STOCK] else run.state[S_STOCK] / needed
    run.state[S_STOCK] = max(0.0, run.state[S_STOCK] - needed)
    return True, bool(draw(event, W_DENIED) < enough)


@njit
def coalition_battalions(world: World, month: int, day: float, place: int, level: int, decided_h: float) -> float:
    """Battalions of the force over the window of a test, by their arrival (formula 9)."""
    total = 0.0
    for unit in range(world.crew.power.size):
        if world.crew.ready_day[unit] <= day:
            hours = decided_h + world.crew.hours[unit, place]
            total += world.crew.power[unit] * arrived_share(hours, world.window_h[level])
    return float(total * world.strength[month])


@njit
def backstop_battalions(world: World, branch: Branch, run: Run, day: float, level: int, decided_h: float) -> float:
    """Battalion equivalents of the backstop over the window, where it is honoured; -1 where none comes in time."""
    total = 0.0
    came = False
    called = max(decided_h, world.rules[R_LADDER])
    for item in range(world.element_power.size):
        ready = branch.promise[item, E_READY] <= day and level >= world.rules[R_BACKSTOP]
        hours = called + branch.promise[item, E_DELAY]
        if ready and run.honoured[item] > 0.0 and world.element_power[item] > 0.0 and hours <= world.window_h[level]:
            came = True
            total += world.element_power[item] * arrived_share(hours, world.window_h[level])
    return total if came else -1.0


@njit
def run_ground_test(
    world: World, branch: Branch, run: Run, event: np.uint64, day: float, place: int, level: int
) -> tuple[bool, bool]:
    """A test on the ground: seen, attributed, decided, answered, denied or not; returns (answered, denied) (formulas 8-11)."""
    month = month_of(world, day)
    attack = attack_battalions(world, branch.future, level)
    defence = host_battalions(world, branch.future, attack, month)
    answered = False
    if draw(event, W_SEEN) < 1.0 - math.pow(1.0 - world.line.seen[place, month], world.sightings[level]):
        run.out[M_SEEN] += 1.0
        if draw(event, W_ATTRIBUTED) < branch.future[P_ATTRIBUTE]:
            decided = exponential(draw(event, W_DECIDED), decision_mean_h(world, branch.future, level))
            window = world.window_h[level]
            answered = take_company(world.crew, run.busy, place, day, window - decided, day + window / 24.0)
            force = run.out[M_SHARE] * coalition_battalions(world, month, day, place, level, decided)
            lent = backstop_battalions(world, branch, run, day, level, decided)
            answered = answered or lent >= 0.0 or (level >= 2 and force > 0.0)
            defence += force + max(lent, 0.0)
    denied = draw(event, W_DENIED) < world.rules[R_DENIAL_ON] * denial(world, attack, defence)
    return answered, bool(denied)


@njit
def lose_contributors(world: World, branch: Branch, run: Run, event: np.uint64) -> None:
    """After a costly or unanswered test each contributor may leave, each by its own draw (formula 13)."""
    stream = mix64(event, W_COHESION)
    share = 0.0
    for nation in range(run.stays.size):
        if run.stays[nation] > 0.0 and uniform64(mix64(stream, np.uint64(nation))) < branch.future[P_COHESION]:
            run.stays[nation] = 0.0
        share += run.stays[nation] * world.nation_share[nation]
    if run.stays.size > 0:
        run.out[M_SHARE] = share


@njit
def casualties_of(
    world: World, run: Run, event: np.uint64, day: float, place: int, level: int, answered: bool, denied: bool
) -> float:
    """Casualties of the force in one test: where it meets the attacker, or where drones get through."""
    exposed = world.line.presence[place, month_of(world, day)]
    if level == 0:
        exposed = 0.0 if denied else exposed
    elif answered:
        exposed = 1.0
    lost = exponential(draw(event, W_CASUALTIES), world.casualty_mean[level]) * exposed * run.out[M_SHARE]
    run.out[M_CASUALTIES] += lost
    return float(lost)


@njit
def collapse_cause(world: World, run: Run, level: int) -> int:
    """Why the arrangement ends with this test (index of names.CAUSES), or 0 (formula 14)."""
    if level == N_LEVELS - 1:
        return 1
    if run.out[M_LOST] >= world.rules[R_LIMIT]:
        return 2
    if world.nation_share.size > 0 and run.out[M_SHARE] < world.rules[R_FLOOR]:
        return 3
    return 0


@njit
def run_test(world: World, branch: Branch, run: Run, event: np.uint64, day: float, km: float, level: int) -> bool:
    """One test from launch to aftermath; returns whether it was denied."""
    place = place_of(world, km)
    if level == 0:
        answered, denied = run_air_test(world, branch, run, event, day, place)
    else:
        answered, denied = run_ground_test(world, branch, run, event, day, place, level)
    run.out[M_TESTS] += 1.0
    run.out[M_WORST] = max(run.out[M_WORST], level + 1.0)
    run.out[M_ANSWERED] += 1.0 if answered else 0.0
    run.out[M_DENIED] += 1.0 if denied else 0.0
    run.record[level, 0] += 1.0 if answered else 0.0
    run.record[level, 1] += 1.0
    lost = casualties_of(world, run, event, day, place, level, answered, denied)
    if level >= 2 and (not answered or lost > world.rules[R_COSTLY]):
        lose_contributors(world, branch, run, event)
    if not denied:
        run.out[M_LOST] += world.loss[level]
        if level > 0:
            run.state[S_COMMITMENT] *= 1.0 - world.rules[R_TENSION]
    run.out[M_CAUSE] = collapse_cause(world, run, level)
    return bool(denied)
