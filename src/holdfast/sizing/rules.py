"""How support, command and bases follow from units, as the arrays that the program of the whole force reads.

Needs of the catalogue, what follows strength, hospitals by the formulas of medical care, camps by those of winter housing,
and the spans of command. Formula 11 of docs/stages/sizing.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.scenario.types import Capability
from holdfast.sizing.desk import CONTRACTABLE, Desk
from holdfast.sizing.housing import CAMP_UNIT, places
from holdfast.sizing.medical import battle_wounded, patients_lying, rate_day, routine_wounded, share_day

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
HEADQUARTERS = (("brigade_hq", "command.units_per_brigade"), ("division_hq", "command.brigades_per_division"))
REAR_SPAN = "command.rear_units_per_brigade"
FORCE_HEADQUARTERS = "corps_hq"
_COMMANDED = frozenset({"ground", "air_defence", "support", "sensor"})
_WITH_GROUND = frozenset({"observe", "respond"})
"""Tasks of ground and sensor units that are given a stretch of ground; they count in the span of brigades."""
_WARDS = {"medical_role2": "role2", "medical_role3": "role3"}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How support, command and bases follow from units."""

    people: Array
    needs_unit: Ints
    needs_other: Ints
    needs_amount: Array
    in_country: NDArray[np.bool_]
    commanded: Ints
    """Whose span a unit counts in: 0 none, 1 brigades with ground, 2 headquarters of fires, engineers and support."""
    follows: Ints
    per_unit: Array
    spans: Array
    heads: Ints
    wards: Ints
    ward: Array
    """Shape (case, hospital, 4): patients a person, patients a person engaged, share that may find it full, beds a unit."""
    power: Array
    asked_power: Array
    """Combat power that the design-basis test asks of the force; 0 where the posture does not hold."""
    parts: Array
    """Formed sub-units of a unit, by capability: everything is rounded up to one of them."""
    civil: Array
    """Share of what support asks of a capability that comes from outside the force, by case and capability."""


def stack(parts: Sequence[Any]) -> Array:
    """Columns side by side: numbers and arrays of shape (n, 1) or (n,) to an array (n or 1, parts)."""
    if parts and all(isinstance(part, float) for part in parts):
        return np.array([parts], dtype=float)
    columns = [np.asarray(part, dtype=float).reshape(-1) for part in parts]
    count = max((column.shape[0] for column in columns), default=1)
    if not columns:
        return np.zeros((1, 0))
    return np.ascontiguousarray(np.stack([np.broadcast_to(column, (count,)) for column in columns], axis=1))


def make_rules(desk: Desk) -> Rules:
    """Needs of the catalogue, what follows strength, and the spans of command."""
    table = desk.inputs.capabilities
    names = list(table)
    place = {name: number for number, name in enumerate(names)}
    needs = [
        (place[name], place[other], amount)
        for name, row in table.items() for other, amount in row.needs.items() if other in place
    ]  # fmt: skip
    start = "strength.people_per_"
    follows = [key.removeprefix(start) for key in desk.inputs.factors if key.startswith(start)]
    follows = [name for name in follows if name in place]
    heads = [name for name, _ in HEADQUARTERS] + [FORCE_HEADQUARTERS]
    camps, run_by_one = _camps(desk)
    return Rules(
        people=stack([desk.catalogue(name, "personnel") for name in names]),
        needs_unit=np.array([need[0] for need in needs], dtype=np.int64),
        needs_other=np.array([need[1] for need in needs], dtype=np.int64),
        needs_amount=np.array([need[2] for need in needs], dtype=float),
        in_country=np.array([row.area == "country" for row in table.values()]),
        commanded=np.array([_span_of(row) for row in table.values()], dtype=np.int64),
        follows=np.array([place[name] for name in (*follows, *camps)], dtype=np.int64),
        per_unit=stack([*(desk.number(start + name) for name in follows), *run_by_one]),
        spans=stack([
            desk.number("command.full_unit_people"), *(desk.number(key) for _, key in HEADQUARTERS), desk.number(REAR_SPAN),
        ]),
        heads=np.array([place.get(name, -1) for name in heads], dtype=np.int64),
        wards=np.array([place[name] for name in _WARDS if name in place], dtype=np.int64),
        ward=_ward(desk),
        power=stack([desk.catalogue(name, "combat_power") for name in names]),
        asked_power=_asked_power(desk),
        parts=np.array([float(row.parts) for row in table.values()]),
        civil=stack([civil_share(desk, name) for name in names]),
    )  # fmt: skip


def _span_of(row: Capability) -> int:
    """Whose span a unit counts in: brigades of units with ground, headquarters in the rear, or none."""
    from holdfast.sizing.program_kernels.kernels import HAS_GROUND, IN_REAR

    if row.area != "country" or row.domain not in _COMMANDED:
        return 0
    return HAS_GROUND if row.domain in {"ground", "sensor"} and _WITH_GROUND & set(row.tasks) else IN_REAR


def civil_share(desk: Desk, name: str) -> Any:
    """Share of what support asks of a capability that contractors, the host or civilian staff give."""
    return desk[desk.civil(name)] if CONTRACTABLE + name in desk.inputs.factors else 0.0


def _ward(desk: Desk) -> Array:
    """What each hospital must hold, by the formulas of medical care (`sizing.medical`), linear in people and in engaged."""
    full, test_days = (desk.number(f"medical.{key}") for key in ("full_share", "test_days"))
    bed_share, per_death = (desk.number(f"medical.{key}") for key in ("wounded_admitted_share", "wounded_per_death"))
    hostile = desk.number("medical.hostile_deaths_per_1000_year")
    routine = rate_day(1.0, desk.number("medical.admitted_per_1000_year"))
    routine = routine + bed_share * routine_wounded(1.0, hostile, per_death)
    hurt = battle_wounded(share_day(1.0, desk.number("medical.test_casualties_per_day")), per_death)
    surge = hurt * bed_share * desk.number("medical.own_share_of_test")
    columns = []
    for name, level in _WARDS.items():
        if name not in desk.inputs.capabilities:
            continue
        stay, beds = desk.number(f"medical.stay_{level}_days"), desk.number(f"medical.beds_{level}")
        share = desk.number("medical.onward_share") if level == "role3" else 1.0
        columns += [
            patients_lying(routine, 0.0, stay, test_days, share),
            patients_lying(0.0, surge, stay, test_days, share),
        ]
        columns += [full, beds]
    found = stack(columns)
    return np.ascontiguousarray(found.reshape(found.shape[0], -1, 4))


def _asked_power(desk: Desk) -> Array:
    """Combat power on the axes of the design-basis test that the force brings, once the hold task has been computed."""
    if "size.hold.host" not in desk.sheet.values:
        return np.zeros(1)
    short = np.maximum(np.asarray(desk["size.hold.needed"], dtype=float) - desk["size.hold.host"], 0.0)
    return np.asarray(desk["size.hold.axes"] * short, dtype=float).reshape(-1)


def _camps(desk: Desk) -> tuple[list[str], list[Any]]:
    """Camp units follow strength too: people that one unit runs camps for, by the formulas of winter housing."""
    row = desk.inputs.capabilities.get(CAMP_UNIT)
    if row is None or row.output_per_day <= 0:
        return [], []
    each = places(
        1.0, desk.number("rotation.overlap_months"), desk.number("rotation.tour_months"),
        desk.number("housing.handover_share"),
    )  # fmt: skip
    run = each * (1.0 - desk.number("housing.buildings_share")) / desk.catalogue(CAMP_UNIT, "output_per_day")
    return [CAMP_UNIT], [1.0 / np.maximum(run, 1e-9)]
