"""The list schedule day by day, compiled: who is ready ships, in order, what the way and the supply of those in place leave."""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.kernels import njit

LEAST = 1e-6
"""Tonnes; less is rounding."""


@njit
def room_for(
    wanted: float,
    day: int,
    days: int,
    last: int,
    load: float,
    ways: Any,
    offsets: Any,
    lines: Any,
    shares: Any,
    left: Any,
    tail: Any,
) -> float:
    """Tonnes of `wanted` that may start on column `day`: what each use leaves, and supply for ever after arrival.

    `load` is the daily supply a tonne; `left` the tonnes left by resource and column up to `last`, `tail` beyond it.
    """
    amount = wanted
    for use in range(len(ways)):
        amount = min(amount, left[ways[use], day + offsets[use]])
    if load <= 0.0 or amount < LEAST:
        return amount
    for row in range(len(lines)):
        resource, need = lines[row], shares[row] * load
        if need <= 0.0:
            continue
        amount = min(amount, tail[resource] / need)
        for column in range(day + days, last + 1):
            together = need
            if column == day + days:
                for use in range(len(ways)):
                    if ways[use] == resource and offsets[use] == days:
                        together += 1.0
            amount = min(amount, left[resource, column] / together)
    return amount


@njit
def book(
    amount: float,
    day: int,
    days: int,
    last: int,
    load: float,
    ways: Any,
    offsets: Any,
    lines: Any,
    shares: Any,
    left: Any,
    tail: Any,
) -> None:
    """Take what starts on column `day` and its supply for ever after from what is left."""
    for use in range(len(ways)):
        left[ways[use], day + offsets[use]] -= amount
    for row in range(len(lines)):
        need = shares[row] * load * amount
        tail[lines[row]] -= need
        for column in range(day + days, last + 1):
            left[lines[row], column] -= need


@njit
def ship(
    order: Any,
    tonnes: Any,
    supply: Any,
    first: Any,
    days: Any,
    way_from: Any,
    ways: Any,
    offsets: Any,
    line_from: Any,
    lines: Any,
    shares: Any,
    capacity: Any,
    columns: int,
) -> Any:
    """Ship all moves; returns what starts, shape (move, column), and the column of each arrival (-1: not by the last).

    Columns are days from the first. `order` is the enabling order; `first` the first column a move may start on. Uses
    of a move are `ways[way_from[j]:way_from[j + 1]]`, the shares of its supply line `lines[line_from[j]:...]`.
    """
    moves = len(order)
    reach = 1
    for j in range(moves):
        reach = max(reach, days[j] + 1)
    started = np.zeros((moves, columns))
    arrival = np.full(moves, -1)
    remaining = tonnes.copy()
    left = np.zeros((len(capacity), columns + reach))
    tail = capacity.copy()
    for column in range(reach):
        left[:, column] = capacity
    for day in range(columns):
        last = day + reach - 1
        left[:, last] = tail
        waiting = 0
        for position in range(moves):
            j = order[position]
            if remaining[j] <= 0.0 or day + days[j] >= columns:
                continue
            waiting += 1
            if first[j] > day:
                continue
            w = slice(way_from[j], way_from[j + 1])
            n = slice(line_from[j], line_from[j + 1])
            load = supply[j] / tonnes[j]
            amount = room_for(
                remaining[j], day, days[j], last, load, ways[w], offsets[w], lines[n], shares[n], left, tail
            )
            if amount < LEAST:
                continue
            if remaining[j] - amount < LEAST:
                amount = remaining[j]
                arrival[j] = day + days[j]
            remaining[j] -= amount
            started[j, day] = amount
            book(amount, day, days[j], last, load, ways[w], offsets[w], lines[n], shares[n], left, tail)
        if waiting == 0:
            break
    return started, arrival
