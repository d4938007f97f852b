"""Kernels of queueing: Erlang's loss for any number of servers, Hayward's correction, and a row of bases that help each other.

The same equations as `models.queueing`, written for many cases at once; tests hold the two together.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.core.kernels import njit

WINDOW = 11
"""Bases of a row looked at together when they overlap; farther ones are never called in time."""
PLACES = 4
"""Places a base's width is divided into."""
_EXACT = 5
_TERMS = 500


@njit
def loss_below_one(load: float, fraction: float) -> float:
    """Continuous Erlang loss a^x e^-a / Gamma(x + 1, a) for 0 <= x < 1 (series below a = x + 2, continued fraction above)."""
    if fraction == 0.0:
        return 1.0
    shape = fraction + 1.0
    if load >= shape + 1.0:
        return 1.0 / (load * _upper_fraction(shape, load))
    term = 1.0 / shape
    total = term
    for number in range(1, _TERMS):
        term *= load / (shape + number)
        total += term
        if term < total * 1e-17:
            break
    scale = math.exp(fraction * math.log(load) - load)
    return scale / (math.gamma(shape) - scale * load * total)


@njit
def _upper_fraction(shape: float, load: float) -> float:
    """Gamma(s, a) e^a a^-s by Lentz's continued fraction (Abramowitz and Stegun 6.5.31)."""
    tiny = 1e-300
    b = load + 1.0 - shape
    c = 1.0 / tiny
    d = 1.0 / b
    found = d
    for number in range(1, _TERMS):
        a = -number * (number - shape)
        b += 2.0
        d = a * d + b
        if abs(d) < tiny:
            d = tiny
        c = b + a / c
        if abs(c) < tiny:
            c = tiny
        d = 1.0 / d
        step = d * c
        found *= step
        if abs(step - 1.0) < 1e-16:
            break
    return found


@njit
def erlang_loss(load: float, servers: float) -> float:
    """Erlang's loss formula, also for a fractional number of servers."""
    if load <= 0.0:
        return 1.0 if servers == 0.0 else 0.0
    steps = math.floor(servers)
    fraction = servers - steps
    loss = loss_below_one(load, fraction)
    for step in range(1, steps + 1):
        loss = load * loss / (step + fraction + load * loss)
    return loss


@njit
def fewest_servers(load: float, loss: float, peak: float, most: int) -> int:
    """Fewest servers at which clustered calls lose no more than `loss`; -1 where that takes more than `most`."""
    low, high = -1, 1
    while erlang_loss(load / peak, high / peak) > loss:
        low, high = high, 2 * high
        if high > 2 * most:
            return -1
    while high - low > 1:
        middle = (low + high) // 2
        if middle >= 0 and erlang_loss(load / peak, middle / peak) <= loss:
            high = middle
        else:
            low = middle
    return high


@njit
def fewest_servers_each(load: Any, loss: Any, peak: Any, most: int, out: Any) -> None:
    """`fewest_servers` of each case."""
    for case in range(out.shape[0]):
        out[case] = fewest_servers(load[case], loss[case], peak[case], most)


@njit
def _independence(load: float, units: int, busy: float, out: Any) -> None:
    """Larson's factors Q_k of a pooled loss system of `units` servers."""
    share = np.empty(units + 1)
    share[0] = 1.0
    total = 1.0
    for n in range(1, units + 1):
        share[n] = share[n - 1] * load / n
        total += share[n]
    chosen = np.ones(units + 1)
    for k in range(units):
        found = 0.0
        for n in range(units + 1):
            found += share[n] / total * chosen[n] * (units - n) / (units - k)
        out[k] = found / (busy**k * (1.0 - busy))
        for n in range(units + 1):
            chosen[n] = chosen[n] * max(n - k, 0) / (units - k)


@njit
def _preferences(units: int, order: Any) -> None:
    """Bases in order of distance from each place of the row."""
    for place in range(order.shape[0]):
        at = (place + 0.5) / PLACES - 0.5
        for unit in range(units):
            spot = unit
            while spot > 0 and abs(at - order[place, spot - 1]) > abs(at - unit):
                order[place, spot] = order[place, spot - 1]
                spot -= 1
            order[place, spot] = unit


@njit
def _busy_shares(rate: float, units: int, order: Any, factor: Any, mean_busy: float) -> Any:
    """Larson's fixed point for the busy shares of the bases of a row."""
    places = order.shape[0]
    busy = np.full(units, mean_busy)
    for _ in range(500):
        answered = np.zeros(units)
        for place in range(places):
            chain = 1.0
            for rank in range(units):
                unit = order[place, rank]
                answered[unit] += chain * factor[rank] * rate
                chain *= busy[unit]
        following = answered / (1.0 + answered)
        following *= units * mean_busy / following.sum()
        widest = 0.0
        for unit in range(units):
            following[unit] = min(following[unit], 1.0)
            widest = max(widest, abs(following[unit] - busy[unit]))
        if widest < 1e-12:
            break
        busy = 0.5 * (busy + following)
    return busy


@njit
def _ranks_approximate(rate: float, units: int, order: Any, ranks: Any) -> None:
    """Share of the calls of each place answered by the base of each rank, by Larson's approximation."""
    load = rate * order.shape[0]
    lost = erlang_loss(load, float(units))
    mean_busy = load * (1.0 - lost) / units
    factor = np.empty(units)
    _independence(load, units, mean_busy, factor)
    busy = _busy_shares(rate, units, order, factor, mean_busy)
    for place in range(order.shape[0]):
        chain, total = 1.0, 0.0
        for rank in range(units):
            unit = order[place, rank]
            ranks[place, rank] = chain * factor[rank] * (1.0 - busy[unit])
            total += ranks[place, rank]
            chain *= busy[unit]
        for rank in range(units):
            ranks[place, rank] *= (1.0 - lost) / total


@njit
def _ranks_exact(rate: float, units: int, order: Any, ranks: Any) -> None:
    """The same from the balance equations of all states."""
    states = 1 << units
    flow = np.zeros((states, states))
    for state in range(states):
        for place in range(order.shape[0]):
            for rank in range(units):
                unit = order[place, rank]
                if (state >> unit) & 1 == 0:
                    flow[state | (1 << unit), state] += rate
                    flow[state, state] -= rate
                    break
        for unit in range(units):
            if (state >> unit) & 1 == 1:
                flow[state ^ (1 << unit), state] += 1.0
                flow[state, state] -= 1.0
    flow[0, :] = 1.0
    right = np.zeros(states)
    right[0] = 1.0
    _eliminate(flow, right)
    for place in range(order.shape[0]):
        for rank in range(units):
            ranks[place, rank] = 0.0
        for state in range(states):
            for rank in range(units):
                if (state >> order[place, rank]) & 1 == 0:
                    ranks[place, rank] += right[state]
                    break


@njit
def _eliminate(matrix: Any, right: Any) -> None:
    """Solve a small linear system in place: Gauss with the largest pivot of the column."""
    size = right.shape[0]
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[pivot, column]):
                pivot = row
        if pivot != column:
            for other in range(size):
                matrix[column, other], matrix[pivot, other] = matrix[pivot, other], matrix[column, other]
            right[column], right[pivot] = right[pivot], right[column]
        for row in range(column + 1, size):
            share = matrix[row, column] / matrix[column, column]
            if share != 0.0:
                for other in range(column, size):
                    matrix[row, other] -= share * matrix[column, other]
                right[row] -= share * right[column]
    for row in range(size - 1, -1, -1):
        for other in range(row + 1, size):
            right[row] -= matrix[row, other] * right[other]
        right[row] /= matrix[row, row]


@njit
def late_shares(rate: float, units: int, late: Any) -> None:
    """Share of calls at the middle of a row of bases not answered from within k + 1/2 quarter widths, for each k.

    `late[k]` counts what bases farther than (k + 1/2) / 4 widths would have to answer, and what is lost. `rate` is the load
    of one place; `late` has `PLACES * units` entries.
    """
    places = PLACES * units
    order = np.zeros((places, units), dtype=np.int64)
    _preferences(units, order)
    ranks = np.zeros((places, units))
    if rate <= 0.0:
        ranks[:, 0] = 1.0
    elif units <= _EXACT:
        _ranks_exact(rate, units, order, ranks)
    else:
        _ranks_approximate(rate, units, order, ranks)
    middle, count = 0.5 * (units - 1), 0
    late[:] = 0.0
    for place in range(places):
        at = (place + 0.5) / PLACES - 0.5
        if abs(at - middle) > 0.5:
            continue
        count += 1
        for rank in range(units):
            step = round(abs(at - order[place, rank]) * PLACES - 0.5)
            for wider in range(step, late.shape[0]):
                late[wider] += ranks[place, rank]
    for step in range(late.shape[0]):
        late[step] = 1.0 - late[step] / count


@njit
def _late_from_table(lost: float, units: int, step: int, table: Any) -> float:
    """`late_shares` read from a table over the share lost by one base alone: cubic interpolation between its points."""
    points = table.shape[1]
    at = lost * (points - 1)
    first = min(max(int(at) - 1, 0), points - 4)
    found = 0.0
    for i in range(4):
        weight = 1.0
        for j in range(4):
            if j != i:
                weight *= (at - first - j) / (i - j)
        found += weight * table[units, first + i, step]
    return found


@njit
def late_share(bases: float, count: int, load: float, peak: float, table: Any) -> float:
    """Share of calls not answered in time by `count` bases where `bases` just reach everything.

    `load` is the load of the whole row; `table` is empty for the direct computation.
    """
    lost = erlang_loss(load / count / peak, 1.0 / peak)
    if lost >= 1.0 - 1e-9:
        return 1.0
    units = min(count, WINDOW)
    reach = 0.5 * count / bases + 1e-9
    step = min(math.floor(reach * PLACES - 0.5), PLACES * units - 1)
    if step < 0:
        return 1.0
    if table.shape[1] > 0 and lost < 0.98:
        return _late_from_table(lost, units, step, table)
    late = np.zeros(PLACES * units)
    late_shares(lost / (1.0 - lost) / PLACES, units, late)
    return float(late[step])


@njit
def fewest_bases(bases: float, load: float, loss: float, peak: float, table: Any) -> float:
    """Fewest bases of one company that answer all but `loss` of the calls in time; infinite beyond 64 times `bases`."""
    if bases <= 0.0:
        return 0.0
    low, high = int(bases), int(bases)
    while late_share(bases, high, load, peak, table) > loss:
        low, high = high, 2 * high
        if high > 64 * bases:
            return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        if late_share(bases, middle, load, peak, table) > loss:
            low = middle
        else:
            high = middle
    return float(high)


@njit
def fewest_bases_each(bases: Any, load: Any, loss: Any, peak: Any, table: Any, out: Any) -> None:
    """`fewest_bases` of each case."""
    for case in range(out.shape[0]):
        out[case] = fewest_bases(bases[case], load[case], loss[case], peak[case], table)


@njit
def late_table(points: int) -> Any:
    """`late_shares` for each number of bases up to the window and each share lost k / (points - 1)."""
    table = np.ones((WINDOW + 1, points, PLACES * WINDOW))
    for units in range(1, WINDOW + 1):
        for point in range(points - 1):
            lost = point / (points - 1)
            late_shares(lost / (1.0 - lost) / PLACES, units, table[units, point, : PLACES * units])
    return table
