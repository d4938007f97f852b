"""The statement of requirements as planners write it: a line a capability, enabling units first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.results.derivation import Figure, formula
from holdfast.results.sustainment import StatementLine
from holdfast.sizing.derive import only_contracted

if TYPE_CHECKING:
    import xarray as xr

    from holdfast.scenario.types import Capability
    from holdfast.sizing.core import Sized
    from holdfast.sizing.desk import Desk

_CLASSES = {"sensor": "watching", "air_defence": "protecting", "air": "air", "sea": "watching", "ground": "fighting"}
"""Class of a capability by its domain, where it is neither an enabler nor a trainer."""
_ORDER = ("enabling", "watching", "protecting", "air", "fighting", "training")
_ENABLING_TASKS = frozenset({"support", "clear"})
_DAYS_A_MONTH = 365.0 / 12.0


@formula("size.statement.notice", unit="days", text="max(month wanted x 365 / 12 - days to be in place, shortest notice), whole days",
         reference="readiness backwards from the month in which a unit is wanted")  # fmt: skip
def notice(month: Any, move_days: Any, least: Any) -> Any:
    """Days of notice to move at D that still bring a unit into place in time."""
    return np.maximum(np.floor(month * _DAYS_A_MONTH - move_days), least)


@formula("size.statement.of_units", unit="", text="units x figure of one unit", reference="capability catalogue")
def of_units(units: Any, each: Any) -> Any:
    """Supply, weight or vehicles of a number of units."""
    return units * each


def class_of(row: Capability) -> str:
    """Class of a capability for the order in which it is wanted: enabling, watching, protecting, air, fighting or training."""
    if row.domain in {"support", "command", "service"}:
        return "training" if "train" in row.tasks else "enabling"
    if row.domain == "ground" and _ENABLING_TASKS & set(row.tasks) and row.combat_power <= 0.2 * row.personnel / 500.0:
        return "enabling"
    if "observe" in row.tasks and row.combat_power == 0 and row.domain == "ground":
        return "watching"
    return _CLASSES[row.domain]


def derive_statement(sized: Sized, matrix: xr.Dataset) -> tuple[StatementLine, ...]:
    """One line for each capability held, in the order in which they are wanted; the figures of a line are named.

    Parameters
    ----------
    matrix
        The troop-to-task matrix, for the tasks that a capability serves.
    """
    desk = sized.desk
    serves = matrix["allotted"].values.max(axis=0) > 0
    tasks = [str(task) for task in matrix["task"].values]
    names = [str(name) for name in matrix["capability"].values]
    origins = _Origins(desk.sheet.figures)
    lines = [
        _line(desk, name, tuple(task for row, task in enumerate(tasks) if serves[row, names.index(name)]), origins)
        for name in (*sized.supported.total, *only_contracted(sized))
    ]
    return tuple(
        sorted(lines, key=lambda line: (line.need_month, _ORDER.index(class_of(desk.capability(line.capability)))))
    )


def _line(desk: Desk, name: str, tasks: tuple[str, ...], origins: _Origins) -> StatementLine:
    row, units = desk.capability(name), f"size.total.{name}"
    month = desk.factor(f"statement.month_{class_of(row)}")
    wanted = desk.apply(f"size.notice.{name}", "size.statement.notice", month=month,
                        move_days=desk.factor("statement.move_days"), least=desk.factor("statement.least_notice_days"))  # fmt: skip
    sourced, partly = origins.shares(units)
    loads = {key: _load(desk, name, key, unit) for key, unit in _LOADS.items()}
    return StatementLine(
        capability=name, name=row.name, symbol=str(getattr(row, "symbol", "")), units=float(desk[units]), tasks=tasks,
        area=row.area, people=float(desk[f"size.people.{name}"]), need_month=float(desk[month]),
        notice_days=float(desk[wanted]), sustain_t_day=loads["sustain_t_day"], lift_t=loads["tonnes"],
        vehicles=loads["vehicles"], cost_musd_year=float(desk[f"size.cost.{name}"]),
        contracted=float(desk[f"size.contracted.{name}"]) if f"size.contracted.{name}" in desk.sheet.figures else 0.0,
        sourced_share=sourced, partly_sourced_share=partly, figure=units,
    )  # fmt: skip


_LOADS = {"sustain_t_day": "t/day", "tonnes": "t", "vehicles": "vehicles"}


def _load(desk: Desk, name: str, key: str, unit: str) -> float:
    """Supply a day, weight or vehicles of all units of a capability, as a figure."""
    row = desk.capability(name)
    each = desk.given(f"capabilities.{name}.{key}", float(getattr(row, key)), unit=unit, text=row.name, source=row.source,
                      assumption=row.assumption)  # fmt: skip
    return float(
        desk[desk.apply(f"size.{key}.{name}", "size.statement.of_units", units=f"size.total.{name}", each=each)]
    )


class _Origins:
    """Inputs behind figures, found once for each figure: the tree shares most of its branches."""

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self._figures = figures
        self._found: dict[str, frozenset[str]] = {}

    def inputs_of(self, name: str) -> frozenset[str]:
        """Names of the given figures from which a figure follows."""
        if name not in self._found:
            figure = self._figures[name]
            self._found[name] = (
                frozenset((name,)) if figure.kind == "given" else frozenset().union(*map(self.inputs_of, figure.inputs))
            )
        return self._found[name]

    def shares(self, name: str) -> tuple[float, float]:
        """Shares of these inputs that rest on a source alone, and on a source and an assumption; 0 where there are none."""
        inputs = [self._figures[key] for key in self.inputs_of(name)]
        sourced = [figure for figure in inputs if figure.source]
        wholly = sum(1 for figure in sourced if not figure.assumption)
        count = max(len(inputs), 1)
        return wholly / count, (len(sourced) - wholly) / count
