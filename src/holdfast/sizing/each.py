"""Needs of all tasks over many cases at once: draws of what is uncertain, or common service levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.sizing.air import demand_air
from holdfast.sizing.clear import demand_clear
from holdfast.sizing.core import asked_tasks
from holdfast.sizing.desk import Desk, Row, catalogue_range
from holdfast.sizing.draws import ArraySheet, Draws
from holdfast.sizing.hold import demand_hold
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import cost_of, make_menus
from holdfast.sizing.observe import ORBIT, keeps_line_posts, orbit_row, post_row
from holdfast.sizing.observe import TASK as OBSERVE
from holdfast.sizing.observe_choice import choose_mix
from holdfast.sizing.observe_draws import WIDTHS, observe_draws, observe_reads
from holdfast.sizing.program import Program, build_program
from holdfast.sizing.protect import asset_rows_each, base_rows
from holdfast.sizing.rescue import demand_rescue
from holdfast.sizing.respond import demand_respond
from holdfast.sizing.train import demand_train
from holdfast.sizing.verify import demand_verify
from holdfast.sizing.watched import watched

Array = NDArray[np.float64]
_OBSERVED = ("detect_km", "detect_night_factor", "speed_kmh", "output_per_day", "cost_musd_year", "personnel")
ASKED = "service.observe_probability"
_SIMPLE = {
    "verify": demand_verify, "respond": demand_respond, "hold": demand_hold, "rescue": demand_rescue, "air": demand_air,
    "train": demand_train, "clear": demand_clear,
}  # fmt: skip


def desk_of(inputs: SizingInputs, draws: Draws) -> Desk:
    """A desk over draws."""
    return Desk(inputs, ArraySheet(), draws)


def program_of(desk: Desk, tasks: Sequence[str], *, threads: int) -> Program:
    """The program of all tasks over the desk's draws."""
    rows: list[Row] = []
    for task in tasks:
        if task == OBSERVE:
            rows.extend(observe_rows(desk, threads=threads))
        elif task in _SIMPLE:
            rows.extend(_SIMPLE[task](desk).rows)
    protects = "protect" in tasks
    if protects:
        rows.extend([*asset_rows_each(desk, threads=threads), *base_rows(desk)])
    return build_program(desk, rows, bases=protects)


def tasks_of(inputs: SizingInputs) -> tuple[str, ...]:
    """Tasks that the posture asks for and the terms allow, in order."""
    return tuple(asked_tasks(inputs))


def observe_rows(desk: Desk, *, threads: int) -> list[Row]:
    """What observation asks for in every draw."""
    draws = desk.draws or Draws(1)
    read = _read(desk)
    if draws.seed is None and not _moves_menus(read):
        units, orbits = _exact_mixes(desk, draws.count)
    else:
        found = observe_draws(desk.inputs, read, count=draws.count, check=0, threads=threads)
        units = {name: found.units[:, number] for number, name in enumerate(found.capabilities)}
        orbits = found.orbits
    rows = [
        Row(task=OBSERVE, id=f"size.observe.{name}", amount=amount, unit="units", figure=f"size.observe.{name}",
            gives={name: 1.0})
        for name, amount in units.items()
    ]  # fmt: skip
    if orbits.any():
        rows.append(orbit_row(desk, orbits[:, None], text="whole orbits of every case"))
    if keeps_line_posts(desk):
        rows.append(post_row(desk))
    return rows


def _moves_menus(read: Mapping[str, Any]) -> bool:
    """Whether anything but the probability asked differs between cases: what mixes see and cost is then not the nominal."""
    return any(np.size(value) > 1 for name, value in read.items() if name not in {ASKED, WIDTHS}) or (
        np.ndim(read[WIDTHS]) > 1 and np.shape(read[WIDTHS])[0] > 1
    )


def _exact_mixes(desk: Desk, count: int) -> tuple[dict[str, Array], Array]:
    """The choice of the nominal run for every level of probability, where nothing but service levels differs."""
    inputs = desk.inputs
    menus, price = make_menus(inputs), desk.number("cost.musd_per_person_year")
    share, best = (desk.number(f"observe.{key}") for key in (f"impulsive_{inputs.posture}", "share_of_best"))
    dear = cost_of(inputs.capabilities[ORBIT], musd_per_person=price) if ORBIT in inputs.capabilities else 0.0
    asked = np.broadcast_to(np.asarray(desk[desk.service("observe_probability")], dtype=float).reshape(-1), (count,))
    mixes = {
        level: choose_mix(menus, probability=level, impulsive=level * share, orbit_cost=dear, share_of_best=best)
        for level in sorted(set(asked.tolist()))
    }
    names = sorted({name for mix in mixes.values() for name in mix.units})
    units = {name: np.array([mixes[level].units.get(name, 0.0) for level in asked.tolist()]) for name in names}
    return units, np.array([mixes[level].orbits for level in asked.tolist()])


def _widths_watched(desk: Desk) -> Any:
    """Widths of the sectors of the line as the desk has them, with those of borders and coasts that are watched."""
    line = np.asarray(desk[desk.widths()], dtype=float)
    more = [row.to_km - row.from_km for row in watched(desk.inputs).sectors[len(desk.inputs.sectors) :]]
    return np.concatenate([line, np.broadcast_to(np.array(more), (*line.shape[:-1], len(more)))], axis=-1)


def _read(desk: Desk) -> dict[str, Any]:
    """What observation reads, as the desk has it."""
    inputs = desk.inputs
    fixed = desk.draws.fixed if desk.draws else {}
    found: dict[str, Any] = {}
    for name in observe_reads(inputs):
        table, _, key = name.partition(".")
        if name == WIDTHS:
            found[name] = _widths_watched(desk)
        elif table == "factors":
            if inputs.factors[key].value.is_uncertain or name in fixed:
                found[name] = desk.number(key)
        elif table in {"service", "settlement"}:
            found[name] = desk[getattr(desk, table)(key)]
    for name, row in inputs.capabilities.items():
        if OBSERVE in row.tasks:
            for column in _OBSERVED:
                if catalogue_range(row, column).is_uncertain or f"capabilities.{name}.{column}" in fixed:
                    found[f"capabilities.{name}.{column}"] = desk.catalogue(name, column)
    return {name: value for name, value in found.items() if np.ndim(value) > 0}
