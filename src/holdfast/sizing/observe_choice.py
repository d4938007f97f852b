"""The choice of observation: one mix a sector and whole orbits shared between sectors, at least cost, exactly.

The program min Σ c x + C K with Σ_m x_im = 1 in each sector, Σ w x <= K and K whole is solved by dynamic programming over the
sectors: of all partial choices with the same total share of orbits only the cheapest can be part of an optimum, and none
that takes more orbits for no less cost. Shares are multiples of one step, so a few dozen partial choices stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.sizing.menu import SectorMenu

Array = NDArray[np.float64]
POINT = 0.01
"""One point of probability. Units come whole, so shadow values are taken over one point and over ten."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """The mix chosen for every sector: units by capability, orbits, and what is seen."""

    units: dict[str, float]
    orbits: float
    seen: tuple[float, ...]
    impulsive: tuple[float, ...]
    short: tuple[str, ...]
    """Sectors whose menu cannot reach the probability asked, with the best it reaches, in words."""
    cost: float
    picks: tuple[int, ...] = ()
    """Place of the mix chosen in the menu of each sector."""
    asked: tuple[tuple[float, float], ...] = ()
    """What each sector is asked for in the end: of violations that last, and of shots."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a sector has its mix: what binds, and what a higher probability would cost there, MUSD a year.

    Costs are infinite where no mix with the same share of an orbit sees that much.
    """

    binds: str
    """`seen`, `heard`, `seen and heard`, `seen or heard` (either alone would ask the same), or `nothing`."""
    point_musd: float
    """One more point of probability."""
    ten_musd: float
    """Ten more points."""


def choose_mix(
    menus: Sequence[SectorMenu], *, probability: float, impulsive: float, orbit_cost: float, share_of_best: float
) -> Mix:
    """One mix a sector and whole orbits at least cost.

    Parameters
    ----------
    probability, impulsive
        Asked for violations that last, and for shots.
    orbit_cost
        Yearly cost of a whole orbit, MUSD.
    share_of_best
        A sector that cannot reach what is asked is asked for this share of the most it can.
    """
    short: list[str] = []
    asked = tuple(_reachable(menu, probability, impulsive, share_of_best, short) for menu in menus)
    found = [menu.cheapest(*levels) for menu, levels in zip(menus, asked, strict=True)]
    options = [
        (np.array(list(picks)), menu.cost[list(picks.values())]) for menu, picks in zip(menus, found, strict=True)
    ]
    taken, orbits = share_orbits(options, orbit_cost=orbit_cost)
    chosen = tuple(list(picks.values())[option] for picks, option in zip(found, taken, strict=True))
    pairs = list(zip(menus, chosen, strict=True))
    units: dict[str, float] = {}
    for menu, pick in pairs:
        for name, count in zip(menu.capabilities, menu.units[pick].tolist(), strict=True):
            units[name] = units.get(name, 0.0) + count
    return Mix(
        units={name: count for name, count in units.items() if count > 0},
        orbits=orbits,
        seen=tuple(float(menu.seen[pick]) for menu, pick in pairs),
        impulsive=tuple(float(menu.impulsive[pick]) for menu, pick in pairs),
        short=tuple(short),
        cost=float(sum(menu.cost[pick] for menu, pick in pairs)) + orbits * orbit_cost,
        picks=chosen,
        asked=asked,
    )


def _reachable(
    menu: SectorMenu, probability: float, impulsive: float, share_of_best: float, short: list[str]
) -> tuple[float, float]:
    """What a sector is asked for: what is asked of all, or a share of the most that its menu can."""
    asked, heard = probability, impulsive
    best = menu.best_seen()
    if best < probability:
        asked = share_of_best * best
        short.append(f"{menu.sector}: at most {best:.2f}")
    if impulsive > 0:
        most = menu.best_impulsive(asked)
        if most < impulsive:
            heard = share_of_best * most
            short.append(f"{menu.sector}: shots at most {most:.2f}")
    return asked, heard


def share_orbits(options: Sequence[tuple[Array, Array]], *, orbit_cost: float) -> tuple[list[int], float]:
    """Which option each sector takes, and how many whole orbits, at least cost of both.

    Parameters
    ----------
    options
        For each sector, shares of an orbit and costs of its options, each of shape (option,).
    orbit_cost
        Cost of a whole orbit, at least 0.

    Notes
    -----
    Exact: partial choices are dropped only where another takes no more orbits and costs no more, whatever follows. Among
    equals the fewest orbits win, then the earlier option.
    """
    share, cost = np.zeros(1), np.zeros(1)
    steps: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    for shares, costs in options:
        totals, prices = np.round((share[:, None] + shares).ravel(), 9), (cost[:, None] + costs).ravel()
        order = np.lexsort((prices, totals))
        lowest = np.minimum.accumulate(prices[order])
        better = np.ones(order.size, dtype=bool)
        better[1:] = lowest[1:] < lowest[:-1] - 1e-12 * np.abs(lowest[:-1])
        kept = order[better]
        steps.append((kept // shares.size, kept % shares.size))
        share, cost = totals[kept], prices[kept]
    orbits = np.ceil(share - 1e-9)
    place = int(np.argmin(cost + orbits * orbit_cost))
    whole = float(orbits[place])
    taken: list[int] = []
    for before, option in reversed(steps):
        taken.append(int(option[place]))
        place = int(before[place])
    return taken[::-1], whole


def reason_of(menu: SectorMenu, pick: int, *, asked: tuple[float, float], rise: float) -> Reason:
    """What binds a sector's mix, and the cost of seeing more: differences along its menu at the same share of an orbit.

    Parameters
    ----------
    asked
        Of violations that last and of shots, in this sector.
    rise
        By how much the probability of shots rises with one point of the other (0 where no shots are asked).
    """
    same = slice(pick % len(menu.shares), None, len(menu.shares)) if menu.shares else menu.orbits == menu.orbits[pick]
    seen, heard, cost = menu.seen[same], menu.impulsive[same], menu.cost[same]
    sees, hears = seen >= asked[0] - 1e-12, heard >= asked[1] - 1e-12
    paid = float(menu.cost[pick]) - 1e-9
    without = {"seen": float(cost[hears].min()) < paid, "heard": float(cost[sees].min()) < paid}
    binding = [name for name, cheaper in without.items() if cheaper]
    if not binding:
        binding = ["seen or heard"] if paid > float(cost.min()) else ["nothing"]
    one, ten = (
        _dearer(seen, heard, cost, asked=(asked[0] + step, asked[1] + step * rise)) for step in (POINT, 10.0 * POINT)
    )
    now = float(menu.cost[pick])
    return Reason(binds=" and ".join(binding), point_musd=max(one - now, 0.0), ten_musd=max(ten - now, 0.0))


def _dearer(seen: Array, heard: Array, cost: Array, *, asked: tuple[float, float]) -> float:
    able = (seen >= asked[0] - 1e-12) & (heard >= asked[1] - 1e-12)
    return float(cost[able].min()) if able.any() else float("inf")
