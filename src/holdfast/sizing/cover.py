"""The direct requirement as a cover: a battalion serves several tasks, but not at the same time.

In each situation (routine, attack) every task asks for a share of its need; units are shared out between the tasks of one
situation and serve those of the other at another time. The cheapest whole units that do for every situation are an
integer program (formula 9 of docs/stages/sizing.md). Role compatibility is the set of capabilities a row accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.core.errors import InfeasibleError
from holdfast.models.covering import least_cost_cover
from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.menu import cost_of
from holdfast.sizing.protect import PART_PREFIX

SITUATIONS = ("routine", "attack")


@dataclass(frozen=True, kw_only=True)
class Direct:
    """Units by capability that meet all rows, their cost, and the rows whose shadow price is positive."""

    units: dict[str, float]
    cost: float
    prices: dict[str, float]
    serves: dict[str, tuple[str, ...]]
    """For each capability, the figures of the rows it may serve."""


def solve_cover(desk: Desk, rows: Sequence[Row]) -> Direct:
    """Cheapest whole units that meet every row in every situation.

    Raises
    ------
    InfeasibleError
        When a row accepts no capability that anybody defines; the message names the row and the factors that would help.
    """
    asked = [row for row in rows if row.amount > 1e-9]
    for row in asked:
        if not row.gives:
            raise InfeasibleError(
                f"{row.task}: {row.amount:g} {row.unit} are asked ({row.id}), but no capability may serve it; expected one "
                f"with {row.task!r} among its tasks and a factor gives.{row.id.split('.')[-1]}.<capability>"
            )
    names = sorted({name for row in asked for name in row.gives})
    if not names:
        return Direct(units={}, cost=0.0, prices={}, serves={})
    gains, demands, groups, labels = _program(desk, asked, names)
    price = desk.number("cost.musd_per_person_year")
    costs = np.array([cost_of(desk.capability(name), musd_per_person=price) for name in names])
    found = least_cost_cover(gains, costs, demands, groups=groups)
    prices: dict[str, float] = {}
    for index in found.binding:
        prices[labels[index]] = max(prices.get(labels[index], 0.0), float(found.duals[index]))
    return Direct(
        units={name: float(count) for name, count in zip(names, found.x, strict=True) if count > 0},
        cost=found.cost,
        prices=prices,
        serves={name: tuple(dict.fromkeys(row.figure for row in asked if name in row.gives)) for name in names},
    )


def _program(
    desk: Desk, rows: Sequence[Row], names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, list[list[int]], list[str]]:
    """Gains and demands of each row in each situation; rows of one situation form a group.

    Rows that only parts of one need (its heavy share, its fires) are met by the same units as the whole, so they stand
    outside the groups.
    """
    gains: list[list[float]] = []
    demands: list[float] = []
    labels: list[str] = []
    groups: list[list[int]] = []
    for situation in SITUATIONS:
        group: list[int] = []
        for row in rows:
            amount = row.amount * desk.number(f"situation.{situation}.{row.task}")
            if amount <= 1e-9:
                continue
            if not is_part(row):
                group.append(len(demands))
            gains.append([row.gives.get(name, 0.0) for name in names])
            demands.append(amount)
            labels.append(row.id)
        groups.append(group)
    return np.array(gains), np.array(demands), groups, labels


def is_part(row: Row) -> bool:
    """Whether a row asks for a share of another row's units instead of units of its own."""
    return row.id in {"hold.heavy", "hold.fires"} or row.id.startswith(PART_PREFIX)
