"""The troop-to-task matrix: which units of each capability serve which task in each situation, and which are shared.

The cover (formula 10) decides how many units there are. Here the units it holds are allotted: in each situation every
need is met and no unit serves two tasks at once; of all allotments the one that ties fewest units (by yearly cost) is
shown, so that what is free is seen. Shares of another need (its heavy part, its fires, channels against a salvo) are
met by units allotted to that task where this can be done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from holdfast.core.arrays import Coordinates, collect, labelled
from holdfast.core.errors import InfeasibleError
from holdfast.scenario.types import TASKS
from holdfast.sizing.menu import cost_of
from holdfast.sizing.program import SITUATIONS, is_part

if TYPE_CHECKING:
    from holdfast.sizing.core import Sized
    from holdfast.sizing.desk import Desk, Row

Array = NDArray[np.float64]
_NOTHING = 1e-9
_MISSED = 1e6  # weight of a part that cannot be met by units of its own task: any allotment that meets it is better


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One need in one situation: its task, how much, what one unit of each capability gives, and whether it is a part."""

    task: str
    amount: float
    gives: tuple[tuple[str, float], ...]
    part: bool


def allot(
    asked: Sequence[Asked], units: Mapping[str, float], costs: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Units of each capability for each task in one situation.

    Parameters
    ----------
    asked
        Needs of this situation.
    units
        Units held, by capability.
    costs
        Yearly cost of a unit: of all allotments that meet every need, the cheapest is taken.

    Returns
    -------
    dict
        Units by (task, capability), above 0; over the tasks they add up to no more than the units held.

    Raises
    ------
    InfeasibleError
        When the units cannot meet the needs of the situation at once; the message names the tasks.
    """
    held = tuple(sorted((name, float(count)) for name, count in units.items() if count > 0))
    prices = tuple(float(costs[name]) for name, _ in held)
    return dict(_allot(tuple(asked), held, prices))


@lru_cache(maxsize=512)
def _allot(
    asked: tuple[Asked, ...], held: tuple[tuple[str, float], ...], prices: tuple[float, ...]
) -> tuple[tuple[tuple[str, str], float], ...]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    wanted = [need for need in asked if need.amount > _NOTHING]
    whole = [number for number, need in enumerate(wanted) if not need.part]
    if not whole:
        return ()
    names = [name for name, _ in held]
    pairs = [
        (number, names.index(name))
        for number in whole
        for name, amount in wanted[number].gives
        if amount > 0 and name in names
    ]
    parts = [need for need in wanted if need.part]
    columns = len(pairs) + len(parts)
    rows, right = _need_rows(wanted, whole, pairs, names, columns)
    for place, part in enumerate(parts):
        given = dict(part.gives)
        row = np.zeros(columns)
        for column, (number, kind) in enumerate(pairs):
            if wanted[number].task == part.task:
                row[column] = -given.get(names[kind], 0.0)
        row[len(pairs) + place] = -1.0
        rows.append(row)
        right.append(-part.amount)
    for kind, (_, count) in enumerate(held):
        rows.append(np.array([float(column < len(pairs) and pairs[column][1] == kind) for column in range(columns)]))
        right.append(count)
    dearest = max(*prices, 1.0)
    cost = np.array([prices[kind] + _NOTHING for _, kind in pairs] + [_MISSED * dearest] * len(parts))
    found = milp(cost, bounds=Bounds(0.0, np.inf), constraints=LinearConstraint(np.array(rows), -np.inf, right))
    if found.x is None:
        tasks = sorted({need.task for need in wanted})
        raise InfeasibleError(
            f"troops to tasks: the units held cannot serve {', '.join(tasks)} at once ({found.message})"
        )
    return _pairs_found(wanted, pairs, held, np.asarray(found.x, float))


def _need_rows(
    wanted: Sequence[Asked], whole: Sequence[int], pairs: Sequence[tuple[int, int]], names: Sequence[str], columns: int
) -> tuple[list[Array], list[float]]:
    """A row for each whole need: what the units allotted to it give is at least what it asks."""
    rows: list[Array] = []
    for number in whole:
        given = dict(wanted[number].gives)
        row = np.zeros(columns)
        for column, (owner, kind) in enumerate(pairs):
            if owner == number:
                row[column] = -given[names[kind]]
        rows.append(row)
    return rows, [-wanted[number].amount for number in whole]


def _pairs_found(
    wanted: Sequence[Asked], pairs: Sequence[tuple[int, int]], held: Sequence[tuple[str, float]], values: Array
) -> tuple[tuple[tuple[str, str], float], ...]:
    found: dict[tuple[str, str], float] = {}
    for (number, kind), value in zip(pairs, values, strict=False):
        if value > _NOTHING:
            key = (wanted[number].task, held[kind][0])
            found[key] = found.get(key, 0.0) + float(value)
    for name, count in held:  # the solver meets bounds to its tolerance; what is shown never exceeds the units held
        used = sum(value for (_, other), value in found.items() if other == name)
        if used > count:
            found |= {key: value * count / used for key, value in found.items() if key[1] == name}
    return tuple(found.items())


def asked_in(desk: Desk, rows: Sequence[Row], situation: str) -> tuple[Asked, ...]:
    """The needs of one situation, as the cover asks them."""
    return tuple(
        Asked(
            task=row.task, amount=float(row.amount * desk.number(f"situation.{situation}.{row.task}")),
            gives=tuple(sorted(row.gives.items())), part=is_part(row),
        )
        for row in rows
    )  # fmt: skip


def task_matrix(sized: Sized) -> xr.Dataset:
    """The troop-to-task matrix of a sized force.

    Returns
    -------
    xr.Dataset
        As `Requirement.matrix`. Units that support and command do so in every situation.
    """
    desk, names = sized.desk, list(sized.desk.inputs.capabilities)
    price = desk.number("cost.musd_per_person_year")
    costs = {name: cost_of(desk.capability(name), musd_per_person=price) for name in sized.direct.units}
    allotted = np.zeros((len(SITUATIONS), len(TASKS), len(names)))
    for number, situation in enumerate(SITUATIONS):
        for (task, name), units in allot(asked_in(desk, sized.rows, situation), sized.direct.units, costs).items():
            allotted[number, TASKS.index(task), names.index(name)] += units
    may = _may(sized, names)
    for name in sized.supported.total:
        extra, task = (
            sized.supported.support(name),
            "command" if desk.capability(name).domain == "command" else "support",
        )
        if extra > 0:
            allotted[:, TASKS.index(task), names.index(name)] += extra
            may[TASKS.index(task), names.index(name)] = True
    coords: Coordinates = {"situation": list(SITUATIONS), "task": list(TASKS), "capability": names}
    return collect(
        allotted=labelled(allotted, ("situation", "task", "capability"), coords, units="unit",
                          long_name="units of a capability that serve a task in a situation"),
        may=labelled(may, ("task", "capability"), coords, units="1", long_name="whether its role suits a need of the task"),
    )  # fmt: skip


def _may(sized: Sized, names: Sequence[str]) -> NDArray[np.bool_]:
    """Role compatibility: whether a unit of the capability may serve a need of the task."""
    may = np.zeros((len(TASKS), len(names)), dtype=bool)
    for row in sized.rows:
        for name, amount in row.gives.items():
            if amount > 0 and row.amount > _NOTHING and name in names:
                may[TASKS.index(row.task), names.index(name)] = True
    return may
