"""The size of one case at given service levels: demands of the tasks, the cover of them, and the support it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.core.errors import InfeasibleError
from holdfast.results.derivation import Worksheet
from holdfast.scenario.types import Task
from holdfast.sizing.air import demand_air
from holdfast.sizing.clear import demand_clear
from holdfast.sizing.cover import Direct, read_direct
from holdfast.sizing.desk import Desk, Row, TaskDemand
from holdfast.sizing.hold import demand_hold
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import SectorMenu, make_menus
from holdfast.sizing.observe import demand_observe
from holdfast.sizing.program import Forces, Program, build_program, solve_program
from holdfast.sizing.protect import AssetCover, asset_rows, base_rows, demand_protect, make_asset_cover
from holdfast.sizing.rescue import demand_rescue
from holdfast.sizing.respond import demand_respond
from holdfast.sizing.support import Supported, people_in, read_supported
from holdfast.sizing.train import demand_train
from holdfast.sizing.verify import demand_verify

FIELD_TASKS: tuple[Task, ...] = ("observe", "verify", "respond", "hold", "rescue", "protect", "air", "train", "clear")
"""Tasks that ask for units of their own; support and command follow from the units."""
_ON_THE_LINE: tuple[Task, ...] = ("verify", "respond", "clear")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What no service level moves: computed once for a case, reused by the inverse and the futures."""

    menus: tuple[SectorMenu, ...]
    assets: AssetCover | None


@dataclass(frozen=True, kw_only=True)
class Sized:
    """A force sized: worksheet, demands, direct cover, and all units with their support."""

    desk: Desk
    demands: dict[str, TaskDemand]
    direct: Direct
    supported: Supported
    program: Program
    forces: Forces

    @property
    def in_country(self) -> float:
        """People in the host country."""
        return people_in(self.desk, self.supported.total, "country")

    @property
    def rows(self) -> tuple[Row, ...]:
        """All needs of all tasks."""
        return tuple(row for demand in self.demands.values() for row in demand.rows)


def prepare(inputs: SizingInputs) -> Prepared:
    """Menus of observation and the reach of batteries over assets."""
    return Prepared(menus=make_menus(inputs), assets=make_asset_cover(inputs))


def refused_tasks(inputs: SizingInputs) -> dict[str, str]:
    """Tasks that the terms rule out, each with the row that does."""
    access = inputs.settlement.access
    refused: dict[str, str] = {}
    if inputs.posture == "interpose" and access != "both":
        refused["interpose"] = (
            f"interposition (posts between the sides): settlement.access is {access!r}; expected 'both'. "
            "Sized without a line of posts, as watching from the side open to the force."
        )
    if access == "none":
        for task in _ON_THE_LINE:
            refused[task] = f"{task}: settlement.access is 'none'; expected 'both' or 'host_only'"
    return refused


def asked_tasks(inputs: SizingInputs) -> tuple[Task, ...]:
    """Tasks that the posture asks for and the terms allow.

    Raises
    ------
    InfeasibleError
        When the posture asks for none at all.
    """
    if inputs.posture == "none":
        return ()
    desk, refused = Desk(inputs), refused_tasks(inputs)
    wanted = [task for task in FIELD_TASKS if desk.asked(task)]
    if not wanted:
        raise InfeasibleError(
            f"posture {inputs.posture!r} asks for no task: all factors posture.{inputs.posture}.<task> are 0; expected at "
            "least one above 0 (factors.toml), or mission.posture = 'none'"
        )
    return tuple(task for task in wanted if task not in refused)


def size_at(inputs: SizingInputs, prepared: Prepared, *, dropped: Sequence[str] = ()) -> Sized:
    """Size the force for the tasks asked, without those dropped.

    The number of bases to protect follows strength and strength follows from it: repeated until it settles.

    Raises
    ------
    InfeasibleError
        When bases and strength do not settle, a need has no capability that may serve it, or the posture has no task.
    """
    desk = Desk(inputs, Worksheet())
    tasks: list[str] = [task for task in asked_tasks(inputs) if task not in dropped]
    demands: dict[str, TaskDemand] = {task: _demand(desk, task, prepared) for task in tasks if task != "protect"}
    rows = [row for demand in demands.values() for row in demand.rows]
    protects = "protect" in tasks
    assets, words = asset_rows(desk, prepared.assets) if protects else ([], "")
    program = build_program(desk, [*rows, *assets, *base_rows(desk)] if protects else rows, bases=protects)
    forces = solve_program(program)
    if protects:
        demands["protect"] = demand_protect(desk, assets, words, bases=float(forces.bases[0]))
    return Sized(
        desk=desk, demands={task: demands[task] for task in tasks}, direct=read_direct(program, forces),
        supported=read_supported(
            forces.names, (forces.direct[0], forces.total[0], forces.contracted[0]), parts=program.rules.parts,
            rounds=float(forces.rounds[0]),
        ),
        program=program, forces=forces,
    )  # fmt: skip


def people_without(sized: Sized, dropped: Sequence[Sequence[str]]) -> Any:
    """People in country for the force without each set of tasks, bases as for the whole force: shape (set,).

    All sets are solved together, each to optimality.
    """
    keep = [[row.task not in tasks for row in sized.program.rows] for tasks in dropped]
    program = sized.program.masked(keep, bases=float(sized.forces.bases[0]))
    return solve_program(program, cases=len(keep)).country


def forces_alone(sized: Sized) -> Forces:
    """The force that each task would take if it were the only one, bases as for the whole force: a case a task."""
    keep = [[row.task == task for row in sized.program.rows] for task in sized.demands]
    return solve_program(sized.program.masked(keep, bases=float(sized.forces.bases[0])), cases=len(keep))


def people_for(desk: Desk, rows: Sequence[Row]) -> tuple[Direct, float]:
    """Direct units and people in country for some rows alone, with their own support."""
    program = build_program(desk, rows)
    forces = solve_program(program)
    return read_direct(program, forces), float(forces.country[0])


def _demand(desk: Desk, task: str, prepared: Prepared) -> TaskDemand:
    if task == "observe":
        return demand_observe(desk, prepared.menus)
    simple = {
        "verify": demand_verify, "respond": demand_respond, "hold": demand_hold, "rescue": demand_rescue,
        "air": demand_air, "train": demand_train, "clear": demand_clear,
    }  # fmt: skip
    return simple[task](desk)
