"""The stage `size`: how big a force the settlement needs, and why, with every figure derived."""

from __future__ import annotations

import numpy as np
import xarray as xr

from holdfast.core.arrays import check
from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.results.stages import Requirement
from holdfast.sizing.core import Sized, prepare, refused_tasks, size_at
from holdfast.sizing.derive import derive_totals
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.inverse import find_cap
from holdfast.sizing.missed import find_missed
from holdfast.sizing.sustain import derive_sustainment
from holdfast.sizing.tables import (
    cover_dataset,
    cover_table,
    demand_table,
    empty_hold_table,
    hold_table,
    split_by_task,
    task_table,
)
from holdfast.sizing.triangulate import agreement_words, triangulate


@memoised
def size(inputs: SizingInputs) -> Requirement:
    """How big a force the case needs, and why.

    Returns
    -------
    Requirement
        Demands by task, the cover of them, support and command, three totals, the table of the hold task, what a cap
        buys, sizes from elsewhere, troops to tasks, the statement, care, housing and exit, and the derivation of every
        figure.

    Raises
    ------
    UnknownNameError
        When a planning factor or capability is missing.
    InfeasibleError
        When a need has no capability that may serve it.
    """
    if inputs.posture == "none":
        return _no_force(inputs)
    report("size: observation", 0.0)
    prepared = prepare(inputs)
    report("size: cover and support", 0.4)
    sized = size_at(inputs, prepared)
    derive_totals(sized)
    report("size: tasks and cap", 0.6)
    alone, saved, by_task = split_by_task(sized)
    cap = find_cap(inputs, prepared, sized)
    desk = sized.desk
    estimates = triangulate(desk)
    report("size: statement, care and exit", 0.9)
    kept = derive_sustainment(sized)
    return Requirement(
        posture=inputs.posture,
        demand=_checked(demand_table(inputs, by_task), dims=("task", "capability")),
        cover=_checked(cover_table(sized), dims=("capability",)),
        tasks=_checked(task_table(alone, saved), dims=("task",)),
        in_country=round(desk["size.in_country"]),
        in_theatre=round(desk["size.in_theatre"]),
        pool_24_months=round(desk["size.pool_24_months"]),
        tooth_to_tail=float(desk["size.tooth_to_tail"]),
        hold_table=check(hold_table(inputs, sized), dims=("force_ratio", "host_share"), units="people"),
        cap=cap,
        triangulation=estimates,
        agreement=agreement_words(desk, estimates),
        missed=find_missed(
            desk.sheet.figures, short=sized.demands["observe"].binding if "observe" in sized.demands else ""
        ),
        binding=_binding(sized),
        refused=tuple(refused_tasks(inputs).values()),
        figures=desk.sheet.figures,
        matrix=kept.matrix,
        statement=kept.statement,
        medical=kept.medical,
        housing=kept.housing,
        exit=kept.exit,
        contracted=round(desk["size.contracted"]),
    )


def _checked(table: xr.Dataset, *, dims: tuple[str, ...]) -> xr.Dataset:
    """The table, every column of it finite, with units and the dimensions said."""
    for name, column in table.items():
        check(column, dims=dims, what=f"size: {name}")
    return table


def _binding(sized: Sized) -> dict[str, str]:
    found = {task: demand.binding for task, demand in sized.demands.items()}
    total = sized.supported.total
    heads = [f"{total[name]:g} {name}" for name in ("brigade_hq", "division_hq", "corps_hq") if total.get(name)]
    found["command"] = "spans of command: " + (", ".join(heads) or "no headquarters")
    found["support"] = (
        f"{sized.desk['size.tooth_to_tail']:.2g} people in field units for one in support, command and services"
        f"; beside them support of {sized.desk['size.contracted']:,.0f} people from contractors, the host or civilian staff"
    )
    return found


def _no_force(inputs: SizingInputs) -> Requirement:
    """The well-formed empty requirement of the posture `none`."""
    zeros = np.zeros(len(inputs.capabilities))
    people = np.array([row.personnel for row in inputs.capabilities.values()])
    desk = Desk(inputs)
    for name in ("size.in_country", "size.in_theatre", "size.pool_24_months"):
        desk.given(name, 0.0, unit="people", text="posture none: no force", assumption="mission.posture is none")
    return Requirement(
        posture="none",
        demand=demand_table(inputs, {}),
        cover=cover_dataset(inputs, direct=zeros, total=zeros, people=people, weight=people),
        tasks=task_table({}, {}),
        in_country=0,
        in_theatre=0,
        pool_24_months=0,
        tooth_to_tail=0.0,
        hold_table=empty_hold_table(),
        cap=None,
        triangulation=(),
        binding={},
        refused=(),
        figures=desk.sheet.figures,
    )
