"""Queueing: how many servers a load needs, when calls come in clusters and when bases overlap.

Erlang's loss formula, Hayward's correction of it for clustered ("peaked") arrivals, and Larson's hypercube for bases
that help each other: exact for few units, approximate for many. Loads are in erlangs (calls an hour × hours a call).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import InfeasibleError, ValueRangeError

Array = NDArray[np.float64]

_SMALL_LOAD = 50.0  # below it the incomplete gamma function does not underflow; above it the integrand is smooth
_MOST_EXACT_UNITS = 12  # 4,096 states; beyond it the approximation is meant


def erlang_b(load: float, servers: float) -> float:
    """Share of calls that find all servers busy (Erlang's loss formula), also for a fractional number of servers.

    Starts the recursion `1/B(s) = 1 + s / (a B(s-1))` at the fractional part x of `servers`, where
    `1/B(x, a)` is the integral of `exp(-t) (1 + t/a)^x` over t from 0 to infinity.

    Parameters
    ----------
    load
        Offered load a, erlangs.
    servers
        Number of servers, 0 or more; Hayward's correction needs fractions.

    Raises
    ------
    ValueRangeError
        When a load or a number of servers is negative or not finite.

    Notes
    -----
    Jagerman (1974), "Some properties of the Erlang loss function", Bell System Technical Journal 53.
    """
    _refuse_negative(load=load, servers=servers)
    if load == 0.0:
        return 1.0 if servers == 0.0 else 0.0
    whole = math.floor(servers)
    fraction = servers - whole
    loss = _loss_below_one(load, fraction)
    for step in range(1, whole + 1):
        loss = load * loss / (step + fraction + load * loss)
    return loss


def _loss_below_one(load: float, fraction: float) -> float:
    """Continuous Erlang loss for 0 <= servers < 1."""
    if fraction == 0.0:
        return 1.0
    if load < _SMALL_LOAD:
        from scipy.special import gammaincc, gammaln

        log_top = fraction * math.log(load) - load
        return float(math.exp(log_top - gammaln(fraction + 1.0)) / gammaincc(fraction + 1.0, load))
    nodes, weights = np.polynomial.laguerre.laggauss(40)
    return 1.0 / float(weights @ (1.0 + nodes / load) ** fraction)


def hayward_loss(load: float, servers: float, peakedness: float) -> float:
    """Share of clustered calls lost: Erlang's loss of the load and the servers, both divided by the peakedness.

    Parameters
    ----------
    peakedness
        Variance over mean of the busy servers if there were infinitely many (1: Poisson arrivals; above 1: clusters).

    Raises
    ------
    ValueRangeError
        When the peakedness is not above 0.

    Notes
    -----
    Hayward's approximation; Fredericks (1980), "Congestion in blocking systems", Bell System Technical Journal 59.
    """
    if not peakedness > 0.0:
        raise ValueRangeError(f"peakedness is {peakedness}; expected more than 0 (1 for independent calls)")
    return erlang_b(load / peakedness, servers / peakedness)


def servers_for_loss(load: float, loss: float, peakedness: float = 1.0, *, most: int = 100_000) -> int:
    """Fewest servers at which no more than the share `loss` of calls finds all of them busy.

    Raises
    ------
    ValueRangeError
        When `loss` is not in (0, 1].
    InfeasibleError
        When more than `most` servers would be needed.
    """
    if not 0.0 < loss <= 1.0:
        raise ValueRangeError(f"accepted loss is {loss}; expected above 0 and at most 1")
    low, high = -1, 1
    while hayward_loss(load, high, peakedness) > loss:
        low, high = high, 2 * high
        if high > 2 * most:
            raise InfeasibleError(f"a load of {load:g} erlangs needs more than {most} servers for a loss of {loss:g}")
    while high - low > 1:
        middle = (low + high) // 2
        if middle >= 0 and hayward_loss(load, middle, peakedness) <= loss:
            high = middle
        else:
            low = middle
    return high


def servers_for_loss_each(load: ArrayLike, loss: ArrayLike, peakedness: ArrayLike, *, most: int = 100_000) -> Array:
    """`servers_for_loss` of arrays that broadcast against each other, by compiled kernels.

    Raises
    ------
    ValueRangeError
        When a loss is not in (0, 1], a load is negative or a peakedness is not above 0.
    InfeasibleError
        When more than `most` servers would be needed.
    """
    from holdfast.models.queueing_kernels.kernels import fewest_servers_each

    loads, losses, peaks = _queues(load, loss, peakedness)
    found = np.empty(loads.shape)
    fewest_servers_each(loads.ravel(), losses.ravel(), peaks.ravel(), most, found.ravel())
    if bool(np.any(found < 0)):
        worst = float(loads[found < 0].max())
        raise InfeasibleError(f"a load of {worst:g} erlangs needs more than {most} servers for the loss accepted")
    return found


def overlapping_bases(
    bases: ArrayLike, load: ArrayLike, loss: ArrayLike, peakedness: ArrayLike, *, tabulated: bool = False
) -> Array:
    """Fewest bases of one unit each, in a row and helping each other, that answer all but `loss` of the calls in time.

    `bases` evenly spaced ones just reach everything; more stand closer together, so that several reach each place.
    Clusters enter by the Poisson load that loses as much at one server as Hayward's formula says (equivalent random
    load). The hypercube is solved for up to 11 neighbours in a row. Arrays broadcast against each other.

    Parameters
    ----------
    load
        Of the whole row, erlangs.
    tabulated
        Interpolate the hypercube in a table over the share lost (129 points, cubic; the share answered late is off by
        less than 1e-6, which a test holds), instead of solving it each time: for many cases at once.

    Returns
    -------
    Array
        Bases; infinite where 64 times `bases` would not do.

    Raises
    ------
    ValueRangeError
        As `servers_for_loss_each`.
    """
    from holdfast.models.queueing_kernels.kernels import fewest_bases_each

    count, loads, losses, peaks = np.broadcast_arrays(np.asarray(bases, float), *_queues(load, loss, peakedness))
    found = np.empty(count.shape)
    table = _late_table() if tabulated else np.zeros((0, 0, 0))
    bases_, load_, loss_, peak_ = (np.array(column, order="C").ravel() for column in (count, loads, losses, peaks))
    fewest_bases_each(bases_, load_, loss_, peak_, table, found.ravel())
    return found


@lru_cache(maxsize=1)
def _late_table() -> Array:
    from holdfast.models.queueing_kernels.kernels import late_table

    return np.asarray(late_table(129))


def _queues(load: ArrayLike, loss: ArrayLike, peakedness: ArrayLike) -> tuple[Array, Array, Array]:
    """Load, loss and peakedness as arrays of one shape, checked."""
    loads, losses, peaks = (
        np.array(part, order="C")  # a copy: what broadcasts may not be written, which numba asks
        for part in np.broadcast_arrays(*(np.asarray(part, float) for part in (load, loss, peakedness)))
    )
    if loads.size and not (losses.min() > 0.0 and losses.max() <= 1.0):
        raise ValueRangeError(f"accepted loss is {losses.min()} to {losses.max()}; expected above 0 and at most 1")
    if loads.size and not peaks.min() > 0.0:
        raise ValueRangeError(f"peakedness is {peaks.min()}; expected more than 0 (1 for independent calls)")
    if not (bool(np.isfinite(loads).all()) and bool(np.all(loads >= 0.0))):
        raise ValueRangeError(f"load is {loads.min()} to {loads.max()}; expected finite numbers, 0 or more")
    return loads, losses, peaks


@dataclass(frozen=True, kw_only=True)
class Hypercube:
    """Steady state of a spatial loss system whose units help each other.

    `busy[n]` is the share of time unit n is busy, `dispatch[j, n]` the share of all calls of place j that unit n
    answers, `lost` the share of all calls that find every unit busy, `exact` how it was computed.
    """

    busy: Array
    dispatch: Array
    lost: float
    exact: bool

    def answered_within(self, reach: NDArray[np.bool_], calls: Array) -> float:
        """Share of all calls answered by a unit whose `reach[j, n]` is true; `calls[j]` are rates of the places."""
        answered = np.where(reach, self.dispatch, 0.0).sum(axis=1)
        return float(answered @ calls / calls.sum())


def hypercube(
    calls: Array, preference: NDArray[np.int64], service_hours: float, *, exact: bool | None = None
) -> Hypercube:
    """Larson's hypercube with lost calls: who answers where, when the nearest unit may be busy.

    Parameters
    ----------
    calls
        Calls an hour from each place j.
    preference
        `preference[j]` lists all units in the order in which they are called to place j.
    service_hours
        Mean time a unit is bound by a call (exponential).
    exact
        Solve all 2^N states (N <= 12), or Larson's approximation; by default exact up to 8 units.

    Raises
    ------
    ValueRangeError
        When the preferences are not permutations, or an exact answer is asked for more than 12 units.

    Notes
    -----
    Larson (1974), "A hypercube queuing model for facility location and redistricting", Computers and Operations
    Research 1; Larson (1975), "Approximating the performance of urban emergency service systems", Operations
    Research 23.
    """
    units = preference.shape[1]
    if preference.shape[0] != calls.size or not bool(np.all(np.sort(preference, axis=1) == np.arange(units))):
        raise ValueRangeError(
            f"preferences of shape {preference.shape}: expected a permutation of the units for each place"
        )
    _refuse_negative(service_hours=service_hours, least_call_rate=float(calls.min()))
    wanted = units <= 8 if exact is None else exact
    if wanted and units > _MOST_EXACT_UNITS:
        raise ValueRangeError(
            f"exact hypercube of {units} units; expected at most {_MOST_EXACT_UNITS}, else exact=False"
        )
    if float(calls.sum()) == 0.0 or service_hours == 0.0:
        nearest = np.zeros((calls.size, units))
        nearest[np.arange(calls.size), preference[:, 0]] = 1.0
        return Hypercube(busy=np.zeros(units), dispatch=nearest, lost=0.0, exact=True)
    return (
        _hypercube_exact(calls, preference, service_hours)
        if wanted
        else _hypercube_approximate(calls, preference, service_hours)
    )


def _hypercube_exact(calls: Array, preference: NDArray[np.int64], service_hours: float) -> Hypercube:
    """Solve the balance equations of all 2^N states."""
    from scipy.sparse import coo_array, csc_array
    from scipy.sparse.linalg import spsolve

    places, units = preference.shape
    states = np.arange(1 << units)
    called = _first_free(states, preference)  # (state, place), -1 where all are busy
    rows: list[Array] = []
    columns: list[Array] = []
    rates: list[Array] = []
    for place in range(places):
        free = called[:, place] >= 0
        rows.append(states[free] | (1 << called[free, place]))
        columns.append(states[free])
        rates.append(np.full(int(free.sum()), calls[place] * service_hours))
    for unit in range(units):
        busy = (states >> unit) & 1 == 1
        rows.append(states[busy] ^ (1 << unit))
        columns.append(states[busy])
        rates.append(np.ones(int(busy.sum())))
    flow = csc_array(coo_array((np.concatenate(rates), (np.concatenate(rows), np.concatenate(columns)))))
    balance = (flow - csc_array(coo_array((flow.sum(axis=0), (states, states))))).tolil()
    balance[0, :] = 1.0
    right = np.zeros(states.size)
    right[0] = 1.0
    share = np.asarray(spsolve(csc_array(balance), right))
    busy_share = np.array([share[(states >> unit) & 1 == 1].sum() for unit in range(units)])
    dispatch = np.array([[share[called[:, j] == n].sum() for n in range(units)] for j in range(places)])
    return Hypercube(busy=busy_share, dispatch=dispatch, lost=float(share[-1]), exact=True)


def _first_free(states: NDArray[np.int64], preference: NDArray[np.int64]) -> NDArray[np.int64]:
    """The unit called from each place in each state, -1 where all are busy: shape (state, place)."""
    called = np.full((states.size, preference.shape[0]), -1, dtype=np.int64)
    for place, order in enumerate(preference):
        for unit in order[::-1]:
            called[(states >> unit) & 1 == 0, place] = unit
    return called


def _hypercube_approximate(calls: Array, preference: NDArray[np.int64], service_hours: float) -> Hypercube:
    """Larson's fixed point: units busy independently, corrected by the factors Q of the pooled loss system."""
    places, units = preference.shape
    load = float(calls.sum()) * service_hours
    lost = erlang_b(load, units)
    mean_busy = load * (1.0 - lost) / units
    factor = _independence_factors(load, units, mean_busy)
    busy = np.full(units, mean_busy)
    for _ in range(500):
        chain = _all_before_busy(busy, preference) * factor
        answered = np.zeros(units)
        np.add.at(answered, preference, chain * (calls * service_hours)[:, None])
        following = answered / (1.0 + answered)
        following *= units * mean_busy / following.sum()
        following = np.minimum(following, 1.0)
        if float(np.max(np.abs(following - busy))) < 1e-12:
            break
        busy = 0.5 * (busy + following)
    chain = _all_before_busy(busy, preference) * factor
    share = chain * (1.0 - busy[preference])
    dispatch = np.zeros((places, units))
    np.put_along_axis(dispatch, preference, share * ((1.0 - lost) / share.sum(axis=1))[:, None], axis=1)
    return Hypercube(busy=busy, dispatch=dispatch, lost=lost, exact=False)


def _all_before_busy(busy: Array, preference: NDArray[np.int64]) -> Array:
    """Product of the busy shares of the units called before, shape (place, rank)."""
    ranked = busy[preference]
    return np.concatenate([np.ones((ranked.shape[0], 1)), np.cumprod(ranked[:, :-1], axis=1)], axis=1)


def _independence_factors(load: float, units: int, mean_busy: float) -> Array:
    """Q_k: P(first k called are busy, the next is free) in the pooled system over its value were units independent."""
    count = np.arange(units + 1)
    log_weight = count * math.log(load) - np.array([math.lgamma(n + 1.0) for n in count])
    weight = np.exp(log_weight - log_weight.max())
    share = weight / weight.sum()
    factors = np.empty(units)
    chosen = np.ones(units + 1)  # P(the first k sampled without replacement are busy | n busy)
    for k in range(units):
        next_free = chosen * (units - count) / (units - k)
        factors[k] = float(share @ next_free) / (mean_busy**k * (1.0 - mean_busy))
        chosen = chosen * np.maximum(count - k, 0) / (units - k)
    return factors


def _refuse_negative(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value >= 0.0):
            raise ValueRangeError(f"{name.replace('_', ' ')} is {value}; expected a finite number, 0 or more")
