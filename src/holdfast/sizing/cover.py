"""The direct requirement as a cover: a battalion serves several tasks, but not at the same time.

In each situation (routine, attack) every task asks for a share of its need; units are shared out between the tasks of one
situation and serve those of the other at another time. The cheapest whole units that do for every situation are an
integer program (formula 9 of docs/stages/sizing.md). Role compatibility is the set of capabilities a row accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from holdfast.core.errors import InfeasibleError
from holdfast.core.solver import quiet_stdout
from holdfast.models.covering import least_cost_cover
from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.menu import cost_of
from holdfast.sizing.protect import PART_PREFIX

SITUATIONS = ("routine", "attack")
_NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Direct:
    """Units by capability that meet all rows, their cost, and the rows whose shadow price is positive."""

    units: dict[str, float]
    cost: float
    prices: dict[str, float]
    serves: dict[str, tuple[str, ...]]
    """For each capability, the figures of the rows it may serve."""


def solve_cover(desk: Desk, rows: Sequence[Row], *, priced: bool = True) -> Direct:
    """Cheapest whole units that meet every row in every situation; shadow prices only where they are wanted.

    Raises
    ------
    InfeasibleError
        When a row accepts no capability that anybody defines; the message names the row and the factors that would help.
    """
    asked = [row for row in rows if row.amount > _NOTHING]
    for row in asked:
        if not row.gives:
            raise InfeasibleError(
                f"{row.task}: {row.amount:g} {row.unit} are asked ({row.id}), but no capability may serve it; expected one "
                f"with {row.task!r} among its tasks and a factor gives.{row.id.split('.')[-1]}.<capability>"
            )
    price = desk.number("cost.musd_per_person_year")
    units: dict[str, float] = {}
    prices: dict[str, float] = {}
    cost = 0.0
    for needs in _components([_need(desk, row) for row in asked]):
        names = tuple(sorted({name for need in needs for name, _ in need.gives}))
        costs = tuple(cost_of(desk.capability(name), musd_per_person=price) for name in names)
        part = _solve_component(needs, names, costs, priced)
        units |= part.units
        prices |= part.prices
        cost += part.cost
    serves = {name: tuple(dict.fromkeys(row.figure for row in asked if name in row.gives)) for name in units}
    return Direct(units=units, cost=cost, prices=prices, serves=serves)


@dataclass(frozen=True, kw_only=True)
class _Need:
    """A row as the program sees it: what it asks in each situation, and what one unit of a capability gives."""

    label: str
    amounts: tuple[float, ...]
    gives: tuple[tuple[str, float], ...]
    part: bool


@dataclass(frozen=True, kw_only=True)
class _Part:
    units: dict[str, float]
    cost: float
    prices: dict[str, float]


def _need(desk: Desk, row: Row) -> _Need:
    amounts = tuple(row.amount * desk.number(f"situation.{situation}.{row.task}") for situation in SITUATIONS)
    return _Need(label=row.id, amounts=amounts, gives=tuple(sorted(row.gives.items())), part=is_part(row))


def _components(needs: Sequence[_Need]) -> list[tuple[_Need, ...]]:
    """Needs that share no capability, directly or through others, are separate programs."""
    groups: list[tuple[set[str], list[_Need]]] = []
    for need in needs:
        names = {name for name, _ in need.gives}
        touching = [group for group in groups if group[0] & names]
        merged = [item for _, members in touching for item in members]
        groups = [group for group in groups if not group[0] & names]
        groups.append((names.union(*(group[0] for group in touching)), [*merged, need]))
    return [tuple(members) for _, members in groups]


@lru_cache(maxsize=4096)
def _solve_component(needs: tuple[_Need, ...], names: tuple[str, ...], costs: tuple[float, ...], priced: bool) -> _Part:
    """The integer program of one component.

    Needs of one situation form a group whose units are shared out. Needs that are only parts of another (its heavy
    share, its fires) are met by the same units as the whole, so they stand outside the groups.
    """
    gains: list[list[float]] = []
    demands: list[float] = []
    labels: list[str] = []
    groups: list[list[int]] = []
    for situation in range(len(SITUATIONS)):
        group: list[int] = []
        for need in needs:
            if need.amounts[situation] <= _NOTHING:
                continue
            if not need.part:
                group.append(len(demands))
            given = dict(need.gives)
            gains.append([given.get(name, 0.0) for name in names])
            demands.append(need.amounts[situation])
            labels.append(need.label)
        groups.append(group)
    if not demands:
        return _Part(units={}, cost=0.0, prices={})
    with quiet_stdout():
        found = least_cost_cover(gains, costs, demands, groups=groups, priced=priced)
    prices: dict[str, float] = {}
    for index in found.binding:
        prices[labels[index]] = max(prices.get(labels[index], 0.0), float(found.duals[index]))
    units = {name: float(count) for name, count in zip(names, found.x, strict=True) if count > 0}
    return _Part(units=units, cost=found.cost, prices=prices)


def is_part(row: Row) -> bool:
    """Whether a row asks for a share of another row's units instead of units of its own."""
    return row.id in {"hold.heavy", "hold.fires"} or row.id.startswith(PART_PREFIX)
