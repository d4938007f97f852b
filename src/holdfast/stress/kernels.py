"""The event simulation of the stress stage: episodes and tests in continuous time, every draw keyed by its event.

Rules and formula numbers: docs/stages/stress.md. Nothing here knows of files, labels or options.
"""

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
    child_id,
    exponential,
    poisson_inverse,
)
from holdfast.stress.answer.kernels import (
    run_test,
    take_company,
)
from holdfast.stress.choice.kernels import (
    choose_level,
    fill_paper_answer,
    fill_paper_power,
    is_launched,
)
from holdfast.stress.queue.kernels import (
    Queue,
    new_queue,
    pop,
    push,
)
from holdfast.stress.world.kernels import (
    BY_CHALLENGER,
    BY_HOST,
    E_HONOURED,
    EVER_H,
    LN_2,
    M_BLOCKED,
    M_BY_HOST,
    M_CALLS,
    M_CANDIDATES,
    M_CASUALTIES,
    M_CAUSE,
    M_COLLAPSE,
    M_CONSIDERED,
    M_EPISODES,
    M_EPISODES_SEEN,
    M_HELD,
    M_SHARE,
    N_LEVELS,
    NO_TEST,
    P_BRANCHING,
    P_COMMITMENT,
    P_CONSIDER,
    P_DECAY,
    P_EPISODES,
    P_ESCALATE,
    P_HALF_LIFE,
    P_PRESENCE,
    R_CALL,
    R_CASUALTY,
    R_ESCALATION,
    R_HORIZON,
    R_HOST_STARTS,
    R_REACT,
    R_REACT_EPISODES,
    R_RETALIATE,
    R_SERVICE,
    R_SPREAD,
    R_STOCK,
    S_COMMITMENT,
    W_ACCEPT,
    W_BURST,
    W_CALL,
    W_DELAY,
    W_EPISODES,
    W_ESCALATE,
    W_GAP,
    W_HONOURED,
    W_HURT,
    W_OFFSPRING,
    W_PLACE,
    W_REACTION,
    W_SEEN,
    W_SERVICE,
    W_SIDE,
    W_SPREAD,
    W_TESTS,
    YEAR_DAYS,
    Branch,
    Floats,
    Ints,
    Run,
    Words,
    World,
    draw,
    km_by_weight,
    km_within,
    locate,
    month_in,
)


@inlined
def happens(future: Floats, presence: Floats, tension: float, event: np.uint64, day: float, place: int) -> bool:
    """Whether a candidate becomes a background episode: commitment and presence thin the dominating process (formula 1)."""
    commitment = future[P_COMMITMENT] * tension * math.exp(-LN_2 * day / future[P_HALF_LIFE])
    present = presence[place, month_in(presence.shape[1], day)]
    return bool(draw(event, W_ACCEPT) < (1.0 - commitment) * (1.0 - future[P_PRESENCE] * present))


@inlined
def run_episode(
    seen: Floats, presence: Floats, rules: Floats, out: Floats, event: np.uint64, day: float, place: int, kind: int
) -> bool:
    """One episode: counted, seen or not; returns whether it calls for a reaction company.

    Draws that cannot matter are left out: each stands for itself, so no other shifts.
    """
    out[M_EPISODES] += 1.0
    if kind == BY_HOST:
        out[M_BY_HOST] += 1.0
    month = month_in(seen.shape[1], day)
    exposed = rules[R_CASUALTY] * presence[place, month]
    if exposed > 0.0 and draw(event, W_HURT) < exposed:
        out[M_CASUALTIES] += 1.0
    if seen[place, month] <= 0.0 or draw(event, W_SEEN) >= seen[place, month]:
        return False
    out[M_EPISODES_SEEN] += 1.0
    return bool(draw(event, W_CALL) < rules[R_CALL])


@njit
def call_company(world: World, run: Run, event: np.uint64, day: float, place: int) -> None:
    """Send a reaction company to an episode, or count that none was free."""
    if run.busy.size == 0:
        return
    run.out[M_CALLS] += 1.0
    until = day + exponential(draw(event, W_SERVICE), world.rules[R_SERVICE]) / 24.0
    if not take_company(world.crew, run.busy, place, day, EVER_H, until):
        run.out[M_BLOCKED] += 1.0


@inlined
def spread_km(length: float, mean_km: float, event: np.uint64, km: float) -> float:
    """Where an offspring lies: a two-sided exponential step along the line, reflected at its ends."""
    u = draw(event, W_SPREAD)
    step = exponential(2.0 * u, mean_km) if u < 0.5 else -exponential(2.0 * (1.0 - u), mean_km)
    moved = math.fabs(km + step)
    folded = moved - 2.0 * length * math.floor(moved / (2.0 * length))
    return float(min(folded, 2.0 * length - folded))


@inlined
def push_offspring(
    length: float, future: Floats, rules: Floats, times: Floats, ids: Words, spots: Floats, kinds: Ints, size: int,
    event: np.uint64, day: float, km: float, kind: int,
) -> int:  # fmt: skip
    """Queue the offspring of an episode: Poisson in number, exponential in delay, near it on the line, either side."""
    for child in range(poisson_inverse(draw(event, W_OFFSPRING), future[P_BRANCHING])):
        own = child_id(event, child)
        when = day + exponential(draw(own, W_DELAY), future[P_DECAY])
        side = kind
        if draw(own, W_SIDE) < rules[R_RETALIATE]:
            side = BY_HOST if kind == BY_CHALLENGER else BY_CHALLENGER
        if when < rules[R_HORIZON]:
            size = push(times, ids, spots, kinds, size, when, own, spread_km(length, rules[R_SPREAD], own, km), side)
    return size


@njit
def push_aftermath(
    world: World, branch: Branch, queue: Queue, size: int, event: np.uint64, day: float, km: float, level: int
) -> int:
    """After an undenied test: perhaps a test one level higher at the place, perhaps the host's reaction in episodes."""
    if draw(event, W_ESCALATE) < branch.future[P_ESCALATE]:
        own = child_id(event, 0)
        when = day + exponential(draw(own, W_DELAY), world.rules[R_ESCALATION])
        size = push(queue.times, queue.ids, queue.spots, queue.kinds, size, when, own, km, level + 1)
    if level > 0 and draw(event, W_REACTION) < world.rules[R_REACT]:
        burst = mix64(event, W_BURST)
        for child in range(poisson_inverse(uniform64(burst), world.rules[R_REACT_EPISODES])):
            own = child_id(burst, child)
            when = day + exponential(draw(own, W_DELAY), branch.future[P_DECAY])
            size = push(
                queue.times,
                queue.ids,
                queue.spots,
                queue.kinds,
                size,
                when,
                own,
                spread_km(world.line.edges_km[-1], world.rules[R_SPREAD], own, km),
                BY_HOST,
            )
    return size


@inlined
def next_gap(event: np.uint64, rate: float) -> float:
    """Days to the next candidate of a Poisson process; endless where the rate is 0."""
    return math.inf if rate <= 0.0 else exponential(draw(event, W_GAP), 1.0 / rate)


@njit
def new_run(world: World, branch: Branch, key: np.uint64, out: Floats) -> Run:
    """The state at D: nothing sent out, nothing seen, everyone in, and which promises will be kept."""
    honoured = np.empty(world.element_power.size)
    stream = mix64(key, W_HONOURED)
    for item in range(honoured.size):
        kept = uniform64(mix64(stream, np.uint64(item))) < branch.promise[item, E_HONOURED]
        honoured[item] = 1.0 if kept else 0.0
    out[:] = 0.0
    out[M_SHARE] = 1.0 if world.nation_share.size + world.crew.power.size > 0 else 0.0
    state = np.array([1.0, world.rules[R_STOCK], 0.0])
    busy, stays = np.zeros(world.crew.slots[-1]), np.ones(world.nation_share.size)
    return Run(out, state, busy, np.zeros((N_LEVELS, 2)), stays, honoured)


@njit
def launch_test(
    world: World, branch: Branch, run: Run, queue: Queue, size: int, event: np.uint64, day: float, km: float, level: int
) -> int:
    """A test and what it leaves pending; returns the new size of the queue."""
    if run_test(world, branch, run, event, day, km, level) or level == N_LEVELS - 1:
        return size
    return push_aftermath(world, branch, queue, size, event, day, km, level)


@njit
def consider_test(world: World, branch: Branch, run: Run, queue: Queue, size: int, event: np.uint64, day: float) -> int:
    """The challenger considers a test: level and place by draws no lever touches, then whether; returns the new size."""
    run.out[M_CONSIDERED] += 1.0
    level = choose_level(world, event)
    if level == NO_TEST:
        return size
    km = km_by_weight(world.line.edges_km, world.line.cumulated, draw(event, W_PLACE))
    if not is_launched(world, branch, run, event, day, km, level):
        return size
    return launch_test(world, branch, run, queue, size, event, day, km, level)


@njit
def run_episodes(
    world: World, branch: Branch, run: Run, queue: Queue, size: int, key: np.uint64, next_day: float, until: float
) -> tuple[int, float]:
    """Run candidates and queued episodes until `until` or until a follow-up test heads the queue.

    `next_day` is the day of the next candidate; returns the new size of the queue and the new `next_day`. Arrays are
    taken out of their tuples once, before the loop: counting references inside it costs more than the mathematics.
    """
    edges_km, cumulated, seen, presence = (
        world.line.edges_km,
        world.line.cumulated,
        world.line.seen,
        world.line.presence,
    )
    times, ids, spots, kinds = queue.times, queue.ids, queue.spots, queue.kinds
    future, rules, out, tension = branch.future, world.rules, run.out, run.state[S_COMMITMENT]
    length = edges_km[edges_km.size - 1]
    rate = future[P_EPISODES] * length / 100.0
    while size >= 0:
        pending = times[0] if size > 0 else math.inf
        day = min(pending, next_day)
        if day >= until or (pending == day and kinds[0] >= 0):
            break
        if pending == day:
            event, km, kind, real = ids[0], spots[0], kinds[0], True
            place = locate(edges_km, km)
            size = pop(times, ids, spots, kinds, size)
        else:
            event = child_id(key, int(out[M_CANDIDATES]))
            where = draw(event, W_PLACE)
            place = locate(cumulated, where)
            km = km_within(edges_km, cumulated, place, where)
            kind = BY_HOST if draw(event, W_SIDE) < rules[R_HOST_STARTS] else BY_CHALLENGER
            real = happens(future, presence, tension, event, day, place)
            out[M_CANDIDATES] += 1.0
            next_day += next_gap(child_id(key, int(out[M_CANDIDATES])), rate)
        if real:
            if run_episode(seen, presence, rules, out, event, day, place, kind):
                call_company(world, run, event, day, place)
            size = push_offspring(length, future, rules, times, ids, spots, kinds, size, event, day, km, kind)
    return size, next_day


@njit
def replicate(world: World, branch: Branch, key: np.uint64, room: int, out: Floats) -> bool:
    """Run one replication into `out`; returns False when the queue was too short."""
    run, queue, size = new_run(world, branch, key, out), new_queue(room), 0
    future, horizon = branch.future, world.rules[R_HORIZON]
    episodes, tests = mix64(key, W_EPISODES), mix64(key, W_TESTS)
    pace = future[P_CONSIDER] / YEAR_DAYS
    next_episode = next_gap(child_id(episodes, 0), future[P_EPISODES] * world.line.edges_km[-1] / 100.0)
    next_test = next_gap(child_id(tests, 0), pace)
    while size >= 0:
        until = min(next_test, horizon)
        size, next_episode = run_episodes(world, branch, run, queue, size, episodes, next_episode, until)
        if size > 0 and queue.times[0] < until:
            day, event, km, kind = queue.times[0], queue.ids[0], queue.spots[0], queue.kinds[0]
            size = pop(queue.times, queue.ids, queue.spots, queue.kinds, size)
            size = launch_test(world, branch, run, queue, size, event, day, km, kind)
        elif next_test < horizon:
            day, event = next_test, child_id(tests, int(out[M_CONSIDERED]))
            size = consider_test(world, branch, run, queue, size, event, day)
            next_test = day + next_gap(child_id(tests, int(out[M_CONSIDERED])), pace)
        else:
            out[M_HELD], out[M_COLLAPSE] = 1.0, horizon
            return size >= 0
        if out[M_CAUSE] > 0.0:
            out[M_COLLAPSE] = day
            return True
    return False


@njit
def simulate(
    world: World, futures: Floats, promises: Floats, key: np.uint64, first: int, room: int, out: Floats
) -> bool:
    """Run all replications of the futures given into `out` (future, replication, measure).

    `first` is the number of the first of these futures, so that any split over calls or threads gives the same bits.
    """
    power = np.zeros((world.strength.size, N_LEVELS, world.weight.size + 1))
    answer = np.zeros((world.strength.size, N_LEVELS))
    for row in range(futures.shape[0]):
        fill_paper_power(world, futures[row], promises[row], power)
        fill_paper_answer(world, futures[row], promises[row], answer)
        branch = Branch(futures[row], promises[row], power, answer)
        own = mix64(key, np.uint64(first + row))
        for replication in range(out.shape[1]):
            if not replicate(world, branch, mix64(own, np.uint64(replication)), room, out[row, replication]):
                return False
    return True
