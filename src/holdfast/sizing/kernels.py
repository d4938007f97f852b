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
def undominated(reach: Any, order: Any) -> Any:
    """Options (rows) that cover something no option earlier in `order` covers wholly along with all else they cover."""
    kept = np.zeros(reach.shape[0], dtype=np.bool_)
    found = np.zeros(reach.shape[0], dtype=np.int64)
    count = 0
    for option in order:
        beaten = not np.any(reach[option])
        for number in range(count):
            if beaten:
                break
            beaten = True
            for cell in range(reach.shape[1]):
                if reach[option, cell] and not reach[found[number], cell]:
                    beaten = False
                    break
        if not beaten:
            kept[option] = True
            found[count] = option
            count += 1
    return kept


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
def _count_cover(one: Any, by: int, covering: Any) -> None:
    """Add an option's cover (or take it away) from how often each asset is covered against each target type."""
    for asset in range(one.shape[0]):
        for target in range(one.shape[1]):
            if one[asset, target]:
                covering[asset, target] += by


@njit
def _weight_at(one: Any, covering: Any, times: int, weights: Any, out: Any) -> None:
    """Weight, by target type, of what an option covers and is covered exactly so many times in all."""
    out[:] = 0.0
    for asset in range(one.shape[0]):
        for target in range(one.shape[1]):
            if one[asset, target] and covering[asset, target] == times:
                out[target] += weights[asset]


@njit
def _drop_spare(gain: Any, weights: Any, costs: Any, asked: Any, chosen: Any, count: int) -> int:
    """Leave out, dearest first, each option without which the cover still suffices."""
    covering = np.zeros(gain.shape[1:], dtype=np.int64)
    covered, some = np.zeros(gain.shape[2]), np.zeros(gain.shape[2])
    for number in range(count):
        _weight_at(gain[chosen[number]], covering, 0, weights, some)
        covered += some
        _count_cover(gain[chosen[number]], 1, covering)
    for candidate in chosen[:count].copy()[np.argsort(-costs[chosen[:count]], kind="mergesort")]:
        _weight_at(gain[candidate], covering, 1, weights, some)
        if np.any(covered - some < asked - 1e-9):
            continue
        covered -= some
        _count_cover(gain[candidate], -1, covering)
        spot = 0
        while chosen[spot] != candidate:
            spot += 1
        for later in range(spot, count - 1):
            chosen[later] = chosen[later + 1]
        count -= 1
    return count


@njit
def _lay_options(order: Any, near: Any, reach: Any, weights: Any, within: Any, added: Any) -> None:
    """How many of the nearest assets each battery at each site covers, and their weight, by target type."""
    for site in range(order.shape[0]):
        for kind in range(reach.shape[0]):
            for target in range(reach.shape[1]):
                number, weight = 0, 0.0
                while (
                    number < order.shape[1] and reach[kind, target] > 0.0 and near[site, number] <= reach[kind, target]
                ):
                    weight += weights[order[site, number]]
                    number += 1
                within[kind * order.shape[0] + site, target] = number
                added[kind * order.shape[0] + site, target] = weight


@njit
def _take_near(pick: int, order: Any, weights: Any, within: Any, covering: Any, covered: Any, added: Any) -> None:
    """Cover what a battery covers, and lower by it what the others would add: distances are the same both ways."""
    sites = order.shape[0]
    site = pick % sites
    for target in range(covered.shape[0]):
        for number in range(within[pick, target]):
            asset = order[site, number]
            covering[asset, target] += 1
            if covering[asset, target] > 1:
                continue
            covered[target] += weights[asset]
            for option in range(asset, within.shape[0], sites):
                for other in range(within[option, target]):
                    added[option - asset + order[asset, other], target] -= weights[asset]


@njit
def _spare_near(
    pick: int, order: Any, weights: Any, within: Any, covering: Any, covered: Any, asked: Any, lost: Any
) -> bool:
    """Leave a battery out if the others still cover enough."""
    site = pick % order.shape[0]
    lost[:] = 0.0
    for target in range(covered.shape[0]):
        for number in range(within[pick, target]):
            if covering[order[site, number], target] == 1:
                lost[target] += weights[order[site, number]]
    if np.any(covered - lost < asked - 1e-9):
        return False
    covered -= lost
    for target in range(covered.shape[0]):
        for number in range(within[pick, target]):
            covering[order[site, number], target] -= 1
    return True


@njit
def cover_assets_each(
    order: Any, near: Any, useful: Any, costs: Any, weights: Any, threatened: Any, share: Any, first: int, last: int,
    units: Any,
) -> None:  # fmt: skip
    """Batteries of each kind by the same greedy cover, for draws `first` to `last`, with batteries standing at assets.

    `order[asset]` lists all assets by distance, `near[asset]` those distances, `useful[draw, battery, target]` is the
    reach, `costs[draw, battery]`, `weights[draw, asset]` sum to 1, `threatened[draw, target]`, `share[draw]`; `units[draw,
    battery]` is filled.
    """
    assets, kinds, targets = order.shape[0], useful.shape[1], useful.shape[2]
    options = kinds * assets
    within, added = np.zeros((options, targets), dtype=np.int64), np.zeros((options, targets))
    covering = np.zeros((assets, targets), dtype=np.int64)
    covered, asked, lost = np.zeros(targets), np.zeros(targets), np.zeros(targets)
    cost, chosen = np.zeros(options), np.zeros(options, dtype=np.int64)
    reach = np.zeros((kinds, targets))
    for draw in range(first, last):
        reach[:] = useful[draw]
        for target in range(targets):
            if not threatened[draw, target]:
                reach[:, target] = 0.0
            asked[target] = share[draw] if np.any(reach[:, target] > 0.0) else 0.0
        for kind in range(kinds):
            cost[kind * assets : (kind + 1) * assets] = costs[draw, kind]
        _lay_options(order, near, reach, weights[draw], within, added)
        covering[:], covered[:] = 0, 0.0
        count = 0
        while count < options and np.any(asked - covered > 1e-9):
            pick = _best_option(added, covered, cost, asked)
            if pick < 0:
                break
            chosen[count] = pick
            count += 1
            _take_near(pick, order, weights[draw], within, covering, covered, added)
        units[draw] = 0.0
        for pick in chosen[:count][np.argsort(-cost[chosen[:count]], kind="mergesort")]:
            if not _spare_near(pick, order, weights[draw], within, covering, covered, asked, lost):
                units[draw, pick // assets] += 1.0
