"""The queue of pending events: a binary heap ordered by time, in arrays of fixed length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from holdfast.core.kernels import inlined, njit
from holdfast.stress.world.kernels import Floats, Ints, Words


class Queue(NamedTuple):
    """Pending events; the first `size` entries form the heap."""

    times: Floats
    """Day."""
    ids: Words
    spots: Floats
    """Kilometre of the line."""
    kinds: Ints
    """Below 0 an episode by side, else the level of a follow-up test."""


@njit
def new_queue(room: int) -> Queue:
    """An empty queue for at most `room` events."""
    return Queue(np.empty(room), np.empty(room, np.uint64), np.empty(room), np.empty(room, np.int64))


@inlined
def push(
    times: Floats, ids: Words, spots: Floats, kinds: Ints, size: int, day: float, event: np.uint64, km: float, kind: int
) -> int:
    """Add an event; returns the new size, or -1 when the queue is full (or was before)."""
    if size < 0 or size >= times.size:
        return -1
    hole = size
    while hole > 0 and times[(hole - 1) // 2] > day:
        above = (hole - 1) // 2
        times[hole], ids[hole], spots[hole], kinds[hole] = times[above], ids[above], spots[above], kinds[above]
        hole = above
    times[hole], ids[hole], spots[hole], kinds[hole] = day, event, km, kind
    return size + 1


@inlined
def pop(times: Floats, ids: Words, spots: Floats, kinds: Ints, size: int) -> int:
    """Drop the first event; returns the new size."""
    last = size - 1
    hole, child = 0, 1
    while child < last:
        if child + 1 < last and times[child + 1] < times[child]:
            child += 1
        if times[child] >= times[last]:
            break
        times[hole], ids[hole], spots[hole], kinds[hole] = times[child], ids[child], spots[child], kinds[child]
        hole, child = child, 2 * child + 1
    times[hole], ids[hole], spots[hole], kinds[hole] = times[last], ids[last], spots[last], kinds[last]
    return last
