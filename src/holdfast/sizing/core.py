"""The size of one case at given service levels: demands of the tasks, the cover of them, and the support it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.core.errors import InfeasibleError
from holdfast.results.derivation import Worksheet
from holdfast.scenario.types import Task
from holdfast.sizing.air import demand_air
from holdfast.sizing.clear import demand_clear
from holdfast.sizing.cover import Direct, solve_cover
from holdfast.sizing.desk import Desk, Row, TaskDemand
from holdfast.sizing.hold import demand_hold
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import SectorMenu, make_menus
from holdfast.sizing.observe import demand_observe
from holdfast.sizing.protect import AssetCover, asset_rows, base_count, base_rows, demand_protect, make_asset_cover
from holdfast.sizing.rescue import demand_rescue
from holdfast.sizing.respond import demand_respond
from holdfast.sizing.support import Supported, add_support, people_in
from holdfast.sizing.train import demand_train
from holdfast.sizing.verify import demand_verify

FIELD_TASKS: tuple[Task, ...] = ("observe", "verify", "respond", "hold", "rescue", "protect", "air", "train", "clear")
"""Tasks that ask for units of their own; support and command follow from the units."""
_ON_THE_LINE: tuple[Task, ...] = ("verify", "respond", "clear")
_ROUNDS = 30


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
    """Tasks that the posture asks for and the terms allow."""
    if inputs.posture == "none":
        return ()
    desk, refused = Desk(inputs), refused_tasks(inputs)
    return tuple(task for task in FIELD_TASKS if task not in refused and desk.asked(task))


def size_at(inputs: SizingInputs, prepared: Prepared, *, dropped: Sequence[str] = ()) -> Sized:
    """Size the force for the tasks asked, without those dropped.

    The number of bases to protect follows strength and strength follows from it: repeated until it settles.

    Raises
    ------
    InfeasibleError
        When bases and strength do not settle, or a need has no capability that may serve it.
    """
    desk = Desk(inputs, Worksheet())
    tasks: list[str] = [task for task in asked_tasks(inputs) if task not in dropped]
    demands: dict[str, TaskDemand] = {task: _demand(desk, task, prepared) for task in tasks if task != "protect"}
    fixed = [row for demand in demands.values() for row in demand.rows]
    protects = "protect" in tasks
    assets, words = asset_rows(desk, prepared.assets) if protects else ([], "")
    bases = 0.0
    for _ in range(_ROUNDS):
        direct = solve_cover(desk, [*fixed, *assets, *base_rows(desk, bases)] if protects else fixed)
        supported = add_support(desk, direct.units)
        settled = base_count(desk, people_in(desk, supported.total, "country")) if protects else 0.0
        if settled <= bases:
            break
        bases = settled
    else:
        raise InfeasibleError(
            f"protect: bases still grow after {_ROUNDS} rounds; expected guards to need fewer bases than they fill"
        )
    if protects:
        demands["protect"] = demand_protect(desk, assets, words, bases=bases)
    return Sized(desk=desk, demands={task: demands[task] for task in tasks}, direct=direct, supported=supported)


def people_for(desk: Desk, rows: Sequence[Row]) -> tuple[Direct, float]:
    """Direct units and people in country for some rows alone, with their own support."""
    direct = solve_cover(desk, rows, priced=False)
    return direct, people_in(desk, add_support(desk, direct.units).total, "country")


def _demand(desk: Desk, task: str, prepared: Prepared) -> TaskDemand:
    if task == "observe":
        return demand_observe(desk, prepared.menus)
    simple = {
        "verify": demand_verify, "respond": demand_respond, "hold": demand_hold, "rescue": demand_rescue,
        "air": demand_air, "train": demand_train, "clear": demand_clear,
    }  # fmt: skip
    return simple[task](desk)
