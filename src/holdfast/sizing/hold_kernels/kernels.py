"""Kernels of the hold task: the worst set of axes where some lie on borders and coasts beyond the ends of the line.

Units stand evenly along the line from `start` to `end` and reach a place beyond an end as far as its distance from that end
leaves. Places farthest out may have units of their own instead; how many are so garrisoned is chosen to need the least.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.kernels import njit


@njit
def _beyond_one_end(far: Any, near: Any, length: float, axes: int, reach: float, more: float) -> float:
    """How many times the need of one axis, for axes on places beyond one end with or without axes on the line.

    `far` are distances of the places beyond the end, farthest first; `near` distances along the line of its places from
    that end, nearest first; `reach` and `more` how far units move to a place on the line and to one beyond it. The stretch
    of units within reach of places beyond the end begins at the end, so of sets with the same number of each kind the
    farthest places beyond and the nearest on the line have the fewest units (Hall's condition).
    """
    worst = 0.0
    for beyond in range(1, min(axes, far.shape[0]) + 1):
        covered = min(more - far[beyond - 1], length)
        if covered <= 0.0:
            return np.inf
        worst = max(worst, beyond * length / covered)
        for on_line in range(1, min(axes - beyond, near.shape[0]) + 1):
            place = near[on_line - 1]
            if place - reach > covered:
                break
            covered = max(covered, min(place + reach, length))
            worst = max(worst, (beyond + on_line) * length / covered)
    return worst


@njit
def _own_units(places: Any, apart: Any, axes: int, reach: float) -> float:
    """Times the need of one axis that garrisons of some places are.

    A garrison serves places that lie within `reach` of one another, as many at once as axes come; `places` are numbers of
    places in order around the country, and those of one garrison follow each other in it. The cheapest way to share them
    counts.
    """
    least = np.zeros(places.shape[0] + 1)
    for last in range(1, places.shape[0] + 1):
        least[last] = np.inf
        for first in range(last - 1, -1, -1):
            wide = 0.0
            for other in range(first, last):
                wide = max(wide, apart[places[first], places[other]])
            if wide > reach:
                break
            least[last] = min(least[last], least[first] + min(axes, last - first))
    return float(least[places.shape[0]])


@njit
def _least_of_all(
    line: float, near: Any, length: float, axes: int, reach: float, more: float, side: Any, far: Any, apart: Any
) -> float:
    """One case: the best number of places garrisoned beyond each end."""
    order = np.argsort(-far, kind="mergesort")
    there = np.array([place for place in order if far[place] >= 0.0])
    before = np.array([place for place in there if side[place] == 0])
    behind = np.array([place for place in there if side[place] == 1])
    back = np.sort(length - near)
    best = np.inf
    for left in range(before.shape[0] + 1):
        first = _beyond_one_end(far[before[left:]], near, length, axes, reach, more)
        for right in range(behind.shape[0] + 1):
            last = _beyond_one_end(far[behind[right:]], back, length, axes, reach, more)
            open_places = near.shape[0] + there.shape[0] - left - right
            times = max(line, first, last, float(min(axes, open_places)))
            around = np.concatenate((before[:left][::-1], behind[:right]))
            best = min(best, times + _own_units(around, apart, axes, more))
    return best


@njit
def worst_perimeter(
    line: Any,
    middle: Any,
    start: Any,
    end: Any,
    axes: Any,
    reach: Any,
    more: Any,
    side: Any,
    far: Any,
    apart: Any,
    out: Any,
) -> None:
    """For each case, how many times the need of one axis the force must be; `line` is that of the line alone.

    Shapes: numbers (case,), `middle` (case, place of the line), `side` and `far` (case, place beyond; a distance below 0
    says that the place lies on the line itself), `apart` (place beyond, place beyond).
    """
    for case in range(out.shape[0]):
        number = int(axes[case])
        out[case] = line[case]
        if number > 0:
            near = np.sort(middle[case] - start[case])
            out[case] = _least_of_all(
                line[case], near, end[case] - start[case], number, reach[case], more[case], side[case], far[case], apart
            )
