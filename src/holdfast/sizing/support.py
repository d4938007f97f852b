"""Support and command: units need units, headquarters have spans, housing and medical follow strength.

Leontief in units gives what the units in the field need of others; then everything is rounded up and repeated with spans
of command and strength until nothing changes (formulas 10 and 11 of docs/stages/sizing.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.scenario.types import Capability
from holdfast.sizing.desk import Desk

HEADQUARTERS = (("brigade_hq", "command.units_per_brigade"), ("division_hq", "command.brigades_per_division"))
FORCE_HEADQUARTERS = "corps_hq"
_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Supported:
    """Total units by capability (whole), of which direct, and how many rounds the fixed point took."""

    total: dict[str, float]
    direct: dict[str, float]
    rounds: int

    def support(self, name: str) -> float:
        """Units of a capability held to support others."""
        return self.total.get(name, 0.0) - self.direct.get(name, 0.0)


def leontief(direct: Mapping[str, float], capabilities: Mapping[str, Capability]) -> dict[str, float]:
    """Total units x = (I - N)^-1 d, where N[i, j] units of i are needed by one unit of j; not rounded.

    Raises
    ------
    ValueRangeError
        When the needs feed on themselves (spectral radius of N not below 1).
    """
    names = sorted(capabilities)
    index = {name: number for number, name in enumerate(names)}
    needs = np.zeros((len(names), len(names)))
    for name in names:
        for other, amount in capabilities[name].needs.items():
            if other in index:
                needs[index[other], index[name]] += amount
    if float(np.max(np.abs(np.linalg.eigvals(needs)))) >= 1.0 - 1e-9:
        raise ValueRangeError(
            "needs of capabilities feed on themselves; expected a unit to need less than one of itself in all"
        )
    demand = np.array([direct.get(name, 0.0) for name in names])
    total = np.linalg.solve(np.eye(len(names)) - needs, demand)
    return {name: float(amount) for name, amount in zip(names, total, strict=True) if amount > 1e-9}


def add_support(desk: Desk, direct: Mapping[str, float]) -> Supported:
    """Least fixed point of: needs of the units held, rounded up; spans of command; what follows strength.

    Raises
    ------
    InfeasibleError
        When the numbers still grow after many rounds.
    """
    capabilities = desk.inputs.capabilities
    total = {name: _whole(direct[name]) for name in capabilities if direct.get(name, 0.0) > 0}
    own = dict(total)
    for number in range(_ROUNDS):
        wanted = _needed(total, capabilities)
        for name, units in (_follow_strength(desk, total) | _headquarters(desk, total)).items():
            wanted[name] = max(wanted.get(name, 0.0), units)
        grown = {
            name: _whole(max(total.get(name, 0.0), own.get(name, 0.0), wanted.get(name, 0.0)))
            for name in capabilities
            if name in total or name in wanted
        }
        grown = {name: units for name, units in grown.items() if units > 0}
        if grown == total:
            return Supported(total=total, direct=own, rounds=number + 1)
        total = grown
    raise InfeasibleError(
        f"support: units still grow after {_ROUNDS} rounds; expected needs, spans and strength to settle"
    )


def _whole(units: float) -> float:
    return float(np.ceil(units - 1e-9))


def _needed(total: Mapping[str, float], capabilities: Mapping[str, Capability]) -> dict[str, float]:
    """Units needed by those held: one round of the Leontief recursion."""
    wanted: dict[str, float] = {}
    for name, units in total.items():
        for other, amount in capabilities[name].needs.items():
            if other in capabilities:
                wanted[other] = wanted.get(other, 0.0) + units * amount
    return wanted


def _follow_strength(desk: Desk, total: Mapping[str, float]) -> dict[str, float]:
    """Housing, medical, police and the like: people in country over people a unit (factors `strength.people_per_*`)."""
    people = people_in(desk, total, "country")
    found: dict[str, float] = {}
    for key in desk.inputs.factors:
        if key.startswith("strength.people_per_"):
            name = key.removeprefix("strength.people_per_")
            if name in desk.inputs.capabilities:
                found[name] = people / desk.number(key)
    return found


def _headquarters(desk: Desk, total: Mapping[str, float]) -> dict[str, float]:
    """Headquarters by span: brigades over units, divisions over several brigades, one force headquarters over divisions."""
    below = commanded_units(desk, total)
    found: dict[str, float] = {}
    for level, (name, key) in enumerate(HEADQUARTERS):
        if below <= 0 or (level > 0 and below <= 1):
            return found
        below = _whole(below / desk.number(key))
        if name in desk.inputs.capabilities:
            found[name] = below
    if below > 1 and FORCE_HEADQUARTERS in desk.inputs.capabilities:
        found[FORCE_HEADQUARTERS] = 1.0
    return found


def commanded_units(desk: Desk, total: Mapping[str, float]) -> float:
    """Units a brigade commands: ground, air-defence and support units in country, small ones in proportion to people."""
    full = desk.number("command.full_unit_people")
    count = 0.0
    for name, units in total.items():
        row = desk.capability(name)
        if row.area == "country" and row.domain in {"ground", "air_defence", "support", "sensor"}:
            count += units * min(1.0, row.personnel / full)
    return count


def people_in(desk: Desk, total: Mapping[str, float], area: str) -> float:
    """People of the units that count in an area."""
    return sum(
        units * desk.capability(name).personnel for name, units in total.items() if desk.capability(name).area == area
    )
