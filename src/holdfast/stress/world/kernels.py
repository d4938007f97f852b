"""What the kernels of the stress stage share: the arrays of one case, where columns stand, and draws by event id."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.core.kernels import inlined, mix64, njit, uniform64
from holdfast.core.streams import name_word

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

N_LEVELS, N_MEASURES, NO_TEST = 5, 18, -1
MONTH_DAYS, YEAR_DAYS, EVER_H, LN_2 = 30.0, 365.25, 1e12, 0.6931471805599453

# Literals, not derived from names: the kernel cache sees edits of kernel sources only (a test holds both together).
# Columns of a future, in the order of names.PARAMETERS.
(P_EPISODES, P_BRANCHING, P_DECAY, P_PRESENCE, P_CONSIDER, P_WEIGHT, P_PRIOR, P_ATTRIBUTE, P_DECISION, P_HOST,
 P_COHESION, P_ESCALATE, P_COMMITMENT, P_HALF_LIFE, P_BRIGADES, P_HOST_BRIGADES, P_BATTALIONS, P_DRONES) = range(18)  # fmt: skip
# Scalars, in the order of names.RULES.
(R_HORIZON, R_EVEN, R_STEEP, R_DELEGATED, R_BACKSTOP, R_LADDER, R_CALL, R_SERVICE, R_SPREAD, R_RETALIATE, R_HOST_STARTS,
 R_ESCALATION, R_COSTLY, R_TENSION, R_REACT, R_REACT_EPISODES, R_CASUALTY, R_FLOOR, R_LIMIT, R_CONCENTRATION, R_BATTALIONS,
 R_STOCK, R_RESUPPLY, R_KILL, R_BELIEF_ON, R_DENIAL_ON) = range(26)  # fmt: skip
# Measures, in the order of names.MEASURES.
(M_HELD, M_EPISODES, M_TESTS, M_SEEN, M_ANSWERED, M_DENIED, M_WORST, M_CASUALTIES, M_COLLAPSE, M_EPISODES_SEEN, M_BY_HOST,
 M_CALLS, M_BLOCKED, M_CONSIDERED, M_SHARE, M_LOST, M_CAUSE, M_CANDIDATES) = range(18)  # fmt: skip
# What a future says of an element, in the order of names.PROMISE.
E_BELIEVED, E_HONOURED, E_DELAY, E_READY = range(4)
# State that is not a measure.
S_COMMITMENT, S_STOCK, S_STOCK_DAY = range(3)
# Kinds in the queue below 0 are episodes by side; 0 and above are follow-up tests by level.
BY_CHALLENGER, BY_HOST = -1, -2

W_EPISODES, W_TESTS = np.uint64(name_word("episodes")), np.uint64(name_word("tests"))
W_GAP, W_PLACE = np.uint64(name_word("gap")), np.uint64(name_word("place"))
W_ACCEPT, W_SIDE = np.uint64(name_word("accept")), np.uint64(name_word("side"))
W_OFFSPRING, W_DELAY = np.uint64(name_word("offspring")), np.uint64(name_word("delay"))
W_SPREAD, W_SEEN = np.uint64(name_word("spread")), np.uint64(name_word("seen"))
W_CALL, W_SERVICE = np.uint64(name_word("call")), np.uint64(name_word("service"))
W_LEVEL, W_ATTRIBUTED = np.uint64(name_word("level")), np.uint64(name_word("attributed"))
W_DECIDED, W_DENIED = np.uint64(name_word("decided")), np.uint64(name_word("denied"))
W_CASUALTIES, W_HURT = np.uint64(name_word("casualties")), np.uint64(name_word("hurt"))
W_COHESION, W_ESCALATE = np.uint64(name_word("cohesion")), np.uint64(name_word("escalate"))
W_REACTION, W_BURST = np.uint64(name_word("reaction")), np.uint64(name_word("burst"))
W_HONOURED = np.uint64(name_word("honoured"))


class Line(NamedTuple):
    """The line as places: stretches of it, each with what the force does there."""

    edges_km: Floats
    """(place + 1): where places begin and end."""
    cumulated: Floats
    """(place + 1): share of tests and background episodes before each edge (threat weight by length), from 0 to 1."""
    seen: Floats
    """(place, month): probability that an incident is seen."""
    presence: Floats
    """(place, month): presence of the force, 0 to 1 (full)."""


class Crew(NamedTuple):
    """What may answer on the ground or from the air: sites and squadrons of the force."""

    ready_day: Floats
    """(responder)."""
    power: Floats
    """(responder): battalion equivalents that may act."""
    hours: Floats
    """(responder, place): hours from the order to arrival; infinite where it may not act."""
    nearest: Ints
    """(place, responder): responders by arrival time."""
    slots: Ints
    """(responder + 1): first reaction company of each responder, and how many there are."""


class World(NamedTuple):
    """One case as arrays, the same for every future; times in hours or days as the names say."""

    line: Line
    crew: Crew
    weight: Floats
    """(place): share of tests; sums to 1."""
    cover_own: Floats
    """(month): share protected against drones by the force's own air defence."""
    cover_backstop: Floats
    """(month): share that the backstop's air defence adds."""
    strength: Floats
    """(month): share of the force kept on station by rotation."""
    element_power: Floats
    """(element): battalion equivalents of air and other support that a backstop element brings."""
    element_air_defence: Floats
    """(element): 1 where it is air defence, else 0."""
    nation_share: Floats
    """(nation): share of the force; sums to 1, empty without a force."""
    base_rate: Floats
    """(level): share of considered tests; the rest is no test."""
    sightings: Floats
    """(level): independent chances to be seen that a test of the level offers."""
    window_h: Floats
    """(level): hours within which an answer still counts."""
    attack: Floats
    """(level): attacking battalions; the last is the share of those available on the main axis."""
    loss: Floats
    """(level): what an undenied test takes, in the unit of rule `loss_limit`."""
    casualty_mean: Floats
    """(level): mean casualties of a test that meets the force."""
    graduates: Floats
    """(month): host battalions trained by then."""
    rules: Floats
    """(rule): scalars in the order of `names.RULES`."""


class Branch(NamedTuple):
    """One future of a case, with what the challenger makes of it on paper."""

    future: Floats
    """(parameter): `names.PARAMETERS`."""
    promise: Floats
    """(element, promise): `names.PROMISE`."""
    power: Floats
    """(month, level, place + 1): battalions of the force expected within the window of a test; last the backstop's."""
    answer: Floats
    """(month, level): prior mean of the belief in an answer."""


class Run(NamedTuple):
    """The state of one replication."""

    out: Floats
    """(measure): `names.MEASURES`."""
    state: Floats
    """Share of the commitment left by tests, interceptors in stock, day of the last look at the stock."""
    busy: Floats
    """(company): day until which it is sent out."""
    record: Floats
    """(level, 2): tests answered and tests made, as the challenger saw them."""
    stays: Floats
    """(nation): 1 while it contributes."""
    honoured: Floats
    """(element): 1 where the promise is kept in this replication."""


@inlined
def draw(event: np.uint64, decision: np.uint64) -> float:
    """The uniform number of one decision about one event."""
    return uniform64(mix64(event, decision))


@inlined
def month_in(months: int, day: float) -> int:
    """Month that holds a day, the last of `months` at the horizon."""
    return min(int(day / MONTH_DAYS), months - 1)


@njit
def month_of(world: World, day: float) -> int:
    """Month that holds a day."""
    return month_in(world.strength.size, day)


@inlined
def locate(edges: Floats, value: float) -> int:
    """Interval of rising edges, the first at 0, that holds a value: a first guess as if they were even, then a walk."""
    last = edges.size - 2
    place = min(last, max(0, int(value / edges[last + 1] * (last + 1))))
    while place < last and value >= edges[place + 1]:
        place += 1
    while place > 0 and value < edges[place]:
        place -= 1
    return place


@njit
def place_of(world: World, km: float) -> int:
    """Place that holds a kilometre of the line."""
    return locate(world.line.edges_km, km)


@inlined
def km_within(edges_km: Floats, cumulated: Floats, place: int, u: float) -> float:
    """Kilometre within a place where the cumulated weight reaches u, uniform over the place."""
    inside = min(1.0, (u - cumulated[place]) / (cumulated[place + 1] - cumulated[place]))
    return float(edges_km[place] + (edges_km[place + 1] - edges_km[place]) * inside)


@inlined
def km_by_weight(edges_km: Floats, cumulated: Floats, u: float) -> float:
    """Kilometre where the cumulated weight (from 0, one more than places) reaches u."""
    return km_within(edges_km, cumulated, locate(cumulated, u), u)
