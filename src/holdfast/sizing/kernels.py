"""Kernels of sizing: the worst set of axes, and the greedy cover of defended assets by batteries, over many draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.kernels import njit

MOST_SETS = 5000
"""Sets of axes looked at one by one; beyond it, runs of neighbours, which are the worst for concentration."""


@njit
def _times_one_axis(places: Any, chosen: Any, start: float, end: float, reach: float) -> float:
    """How many times the need of one axis a force spread evenly must be, for one set of axes (Hall's condition)."""
    worst = 0.0
    for first in range(chosen.shape[0]):
        covered, right = 0.0, start
        for last in range(first, chosen.shape[0]):
            place = places[chosen[last]]
            left = max(place - reach, right, start)
            right = max(right, min(place + reach, end))
            covered += max(right - left, 0.0)
            if covered <= 0.0:
                return np.inf
            worst = max(worst, (last - first + 1) * (end - start) / covered)
    return worst


@njit
def _sets_of(places: int, axes: int) -> float:
    """Number of sets of `axes` places."""
    found = 1.0
    for number in range(axes):
        found = found * (places - number) / (number + 1)
    return found


@njit
def _next_set(chosen: Any, places: int) -> bool:
    """The following set of places in lexicographic order; False after the last."""
    spot = chosen.shape[0] - 1
    while spot >= 0 and chosen[spot] == places - chosen.shape[0] + spot:
        spot -= 1
    if spot < 0:
        return False
    chosen[spot] += 1
    for later in range(spot + 1, chosen.shape[0]):
        chosen[later] = chosen[later - 1] + 1
    return True


@njit
def worst_concentration(middle: Any, start: Any, end: Any, axes: Any, reach: Any, out: Any) -> None:
    """For each case, the largest `_times_one_axis` over all sets of axes; 0 where there is no place or no axis."""
    for case in range(out.shape[0]):
        places = middle.shape[1]
        count = min(int(axes[case]), places)
        out[case] = 0.0
        if count == 0:
            continue
        chosen = np.arange(count)
        every = _sets_of(places, count) <= MOST_SETS
        while True:
            times = _times_one_axis(middle[case], chosen, start[case], end[case], reach[case])
            out[case] = max(out[case], times)
            if every:
                if not _next_set(chosen, places):
                    break
            elif chosen[count - 1] == places - 1:
                break
            else:
                chosen += 1


@njit
def covered_weight(gain: Any, weights: Any, chosen: Any, count: int, out: Any) -> None:
    """Weight of the assets that the chosen options cover against each target type."""
    for target in range(gain.shape[2]):
        out[target] = 0.0
        for asset in range(gain.shape[1]):
            for number in range(count):
                if gain[chosen[number], asset, target]:
                    out[target] += weights[asset]
                    break


@njit
def _best_option(added: Any, covered: Any, costs: Any, asked: Any) -> int:
    """The option that adds most of the weight still missing for its cost, the first of equals; -1 where none adds any."""
    best, pick = 0.0, -1
    for option in range(added.shape[0]):
        value = 0.0
        for target in range(added.shape[1]):
            value += min(added[option, target], max(asked[target] - covered[target], 0.0))
        if value / costs[option] > best * (1.0 + 1e-12):
            best, pick = value / costs[option], option
    return pick


@njit
def _take(gain: Any, weights: Any, pick: int, have: Any, added: Any, covered: Any) -> None:
    """Cover what an option covers, and lower by it what the others would add."""
    for asset in range(gain.shape[1]):
        for target in range(gain.shape[2]):
            if gain[pick, asset, target] and not have[asset, target]:
                have[asset, target] = True
                covered[target] += weights[asset]
                for option in range(gain.shape[0]):
                    if gain[option, asset, target]:
                        added[option, target] -= weights[asset]


@njit
def cover_assets(gain: Any, weights: Any, costs: Any, asked: Any, chosen: Any) -> int:
    """Greedy cover: always the option that adds most weight still missing for its cost; then spare ones are left out.

    `gain[option, asset, target]` says what is covered, `asked[target]` how much weight (reachable by all options together);
    the options chosen come first in `chosen`, their number is returned.
    """
    options, assets, targets = gain.shape
    added, covered = np.zeros((options, targets)), np.zeros(targets)
    have = np.zeros((assets, targets), dtype=np.bool_)
    for option in range(options):
        for asset in range(assets):
            for target in range(targets):
                if gain[option, asset, target]:
                    added[option, target] += weights[asset]
    count = 0
    while count < chosen.shape[0] and np.any(asked - covered > 1e-9):
        pick = _best_option(added, covered, costs, asked)
        if pick < 0:
            break
        chosen[count] = pick
        count += 1
        _take(gain, weights, pick, have, added, covered)
    return _drop_spare(gain, weights, costs, asked, chosen, count)


@njit
def _drop_spare(gain: Any, weights: Any, costs: Any, asked: Any, chosen: Any, count: int) -> int:
    """Leave out, dearest first, each option without which the cover still suffices."""
    order = np.argsort(-costs[chosen[:count]], kind="mergesort")
    candidates = chosen[:count].copy()[order]
    reached = np.zeros(gain.shape[2])
    for candidate in candidates:
        spot = 0
        while chosen[spot] != candidate:
            spot += 1
        for later in range(spot, count - 1):
            chosen[later] = chosen[later + 1]
        covered_weight(gain, weights, chosen, count - 1, reached)
        enough = True
        for target in range(gain.shape[2]):
            enough = enough and reached[target] >= asked[target] - 1e-9
        if enough:
            count -= 1
        else:
            for later in range(count - 1, spot, -1):
                chosen[later] = chosen[later - 1]
            chosen[spot] = candidate
    return count


@njit
def cover_assets_each(
    distance: Any, useful: Any, costs: Any, weights: Any, threatened: Any, share: Any, first: int, last: int, units: Any
) -> None:  # fmt: skip
    """Batteries of each kind by the greedy cover, for draws `first` to `last`.

    `useful[draw, battery, target]` is the reach, `distance[asset, asset]` how far sites (at the assets) are from assets,
    `costs[draw, battery]`, `weights[draw, asset]` summing to 1, `threatened[draw, target]`, `share[draw]`; `units[draw,
    battery]` is filled.
    """
    assets, kinds, targets = distance.shape[0], useful.shape[1], useful.shape[2]
    options = kinds * assets
    gain = np.zeros((options, assets, targets), dtype=np.bool_)
    cost = np.zeros(options)
    asked = np.zeros(targets)
    chosen = np.zeros(options, dtype=np.int64)
    every = np.arange(options)
    for draw in range(first, last):
        for kind in range(kinds):
            for site in range(assets):
                option = kind * assets + site
                cost[option] = costs[draw, kind]
                for asset in range(assets):
                    for target in range(targets):
                        reach = useful[draw, kind, target]
                        gain[option, asset, target] = (
                            threatened[draw, target] and reach > 0.0 and distance[site, asset] <= reach
                        )
        covered_weight(gain, weights[draw], every, options, asked)
        for target in range(targets):
            asked[target] = min(share[draw], asked[target]) if threatened[draw, target] else 0.0
        count = cover_assets(gain, weights[draw], cost, asked, chosen)
        for kind in range(kinds):
            units[draw, kind] = 0.0
        for number in range(count):
            units[draw, chosen[number] // assets] += 1.0
