"""The labelled tables of a requirement: demand by task, the cover of it, people by task, and the table of the hold task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from holdfast.core.arrays import Coordinates, collect, labelled
from holdfast.scenario.types import TASKS
from holdfast.sizing.core import Sized, forces_alone, people_without
from holdfast.sizing.desk import Desk
from holdfast.sizing.draws import ArraySheet, Draws
from holdfast.sizing.hold import hold_power, hold_rows
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import cost_of
from holdfast.sizing.program import build_program, solve_program

# Presentation only: the rows and columns of the table that every brief shows, beside the case's own values.
_RATIOS = (1.5, 2.0, 3.0, 4.0, 6.0)
_COLUMNS = {"country": "in_country", "neighbour": "in_neighbour", "theatre": "in_theatre"}
_HOST_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)


def split_by_task(sized: Sized) -> tuple[dict[str, float], dict[str, float], dict[str, dict[str, float]]]:
    """People if each task were alone, people saved without it, and the units each asks for alone."""
    tasks = list(sized.demands)
    forces = forces_alone(sized)
    alone = dict(zip(tasks, forces.country.tolist(), strict=True))
    less = people_without(sized, [(task,) for task in tasks])
    saved = {task: max(sized.in_country - float(people), 0.0) for task, people in zip(tasks, less, strict=True)}
    units = {
        task: {name: float(count) for name, count in zip(forces.names, row, strict=True) if count > 0}
        for task, row in zip(tasks, forces.direct, strict=True)
    }
    desk = sized.desk
    support = {name: sized.supported.support(name) for name in sized.supported.total}
    for name, extra in support.items():
        if extra > 0:
            task = "command" if desk.capability(name).domain == "command" else "support"
            units.setdefault(task, {})[name] = extra
            if desk.capability(name).area == "country":
                alone[task] = alone.get(task, 0.0) + extra * desk.capability(name).personnel
    return alone, saved, units


def demand_table(inputs: SizingInputs, by_task: Mapping[str, Mapping[str, float]]) -> xr.Dataset:
    """Units by task and capability, every task and capability of the catalogue present."""
    names = list(inputs.capabilities)
    values = np.array([[by_task.get(task, {}).get(name, 0.0) for name in names] for task in TASKS])
    coords: Coordinates = {"task": list(TASKS), "capability": names}
    return collect(
        units=labelled(values, ("task", "capability"), coords, units="unit", long_name="units each task asks for alone")
    )


def cover_table(sized: Sized) -> xr.Dataset:
    """Direct, support and total units with their people and the weight of a missing one."""
    desk, inputs = sized.desk, sized.desk.inputs
    names = list(inputs.capabilities)
    price = desk.number("cost.musd_per_person_year")
    people = np.array([inputs.capabilities[name].personnel for name in names])
    direct = np.array([sized.direct.units.get(name, 0.0) for name in names])
    total = np.array([sized.supported.total.get(name, 0.0) for name in names])
    cost = np.array([cost_of(inputs.capabilities[name], musd_per_person=price) for name in names])
    return cover_dataset(inputs, direct=direct, total=total, people=people, weight=np.maximum(people, cost / price))


def cover_dataset(
    inputs: SizingInputs, *, direct: np.ndarray, total: np.ndarray, people: np.ndarray, weight: np.ndarray
) -> xr.Dataset:
    """The cover from columns over all capabilities of the catalogue."""
    coords = {"capability": list(inputs.capabilities)}
    blank = labelled(direct, ("capability",), coords, units="unit", long_name="units that serve tasks")

    def column(values: np.ndarray, units: str, long_name: str) -> xr.DataArray:
        found = blank.copy(data=values)  # labels are checked once, not for each column
        found.attrs = {"units": units, "long_name": long_name}
        return found

    where = np.array([row.area for row in inputs.capabilities.values()])
    areas = {
        name: column(total * people * (where == area), "people", f"people in area {area}")
        for area, name in _COLUMNS.items()
    }
    return collect(
        direct=column(direct, "unit", "units that serve tasks"),
        support=column(total - direct, "unit", "units that support and command"),
        total=column(total, "unit", "units in all"),
        personnel=column(total * people, "people", "people of the units"),
        **areas,
        weight=column(weight, "people", "value of a missing unit, as people of the same yearly cost"),
    )


def task_table(alone: Mapping[str, float], saved: Mapping[str, float]) -> xr.Dataset:
    """People in country for each task alone, and people saved if it alone were dropped."""
    coords = {"task": list(TASKS)}
    return collect(
        alone=labelled(
            [alone.get(task, 0.0) for task in TASKS],
            ("task",),
            coords,
            units="people",
            long_name="people in country for the task alone",
        ),
        saved=labelled(
            [saved.get(task, 0.0) for task in TASKS],
            ("task",),
            coords,
            units="people",
            long_name="people saved without the task",
        ),
    )


def hold_table(inputs: SizingInputs, sized: Sized) -> xr.DataArray:
    """People in country for the hold task alone against accepted ratio and host share; zeros where it is not asked."""
    ratios = sorted({*_RATIOS, inputs.service.hold_force_ratio})
    shares = sorted({*_HOST_SHARES, inputs.behaviour.host_share.nominal})
    table = np.zeros((len(ratios), len(shares)))
    if "hold" in sized.demands:
        table = people_to_hold(inputs, ratios, shares)
    return _hold_array(table, ratios, shares)


def empty_hold_table() -> xr.DataArray:
    """Zeros, for the posture without a force."""
    return _hold_array(np.zeros((len(_RATIOS), len(_HOST_SHARES))), _RATIOS, _HOST_SHARES)


def _hold_array(table: np.ndarray, ratios: Sequence[float], shares: Sequence[float]) -> xr.DataArray:
    coords: Coordinates = {"force_ratio": list(ratios), "host_share": list(shares)}
    return labelled(
        table, ("force_ratio", "host_share"), coords, units="people", long_name="people in country for the hold task"
    )


def people_to_hold(inputs: SizingInputs, ratios: Sequence[float], shares: Sequence[float]) -> np.ndarray:
    """People in country for the hold task alone, for every ratio (rows) and host share (columns) together."""
    pairs = np.array([(ratio, share) for ratio in ratios for share in shares])
    draws = Draws(len(pairs), fixed={"service.hold_force_ratio": pairs[:, 0], "behaviour.host_share": pairs[:, 1]})
    desk = Desk(inputs, ArraySheet(), draws)
    program = build_program(desk, hold_rows(desk, desk[hold_power(desk)]))
    return np.asarray(solve_program(program, cases=len(pairs)).country.reshape(len(ratios), len(shares)))
