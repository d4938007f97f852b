"""Support and command: units need units, headquarters have spans, housing and medical follow strength.

Leontief in units gives what the units in the field need of others; then everything is rounded up and repeated with spans
of command and strength until nothing changes (formulas 10 and 11 of docs/stages/sizing.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.scenario.types import Capability
from holdfast.sizing.desk import Desk
from holdfast.sizing.program import make_rules, refuse_growth


@dataclass(frozen=True, kw_only=True)
class Supported:
    """Total units by capability (in whole sub-units), of which direct, and how many rounds the fixed point took."""

    total: dict[str, float]
    direct: dict[str, float]
    rounds: int
    contracted: dict[str, float] = field(default_factory=dict)
    """Support that contractors, the host or civilian staff give, as units of the capability, not rounded."""

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
    from holdfast.sizing.program_kernels.kernels import support_units

    names, rules = tuple(desk.inputs.capabilities), make_rules(desk)
    own = np.array([float(direct.get(name, 0.0)) for name in names])
    total, contracted = np.zeros(len(names)), np.zeros(len(names))
    rounds = support_units(
        own, rules.people[0], rules.needs_unit, rules.needs_other, rules.needs_amount, rules.in_country, rules.commanded,
        rules.follows, rules.per_unit[0], rules.spans[0], rules.heads, rules.wards, rules.ward[0], rules.power[0],
        float(rules.asked_power[0]), rules.parts, rules.civil[0], total, contracted,
    )  # fmt: skip
    if rounds == 0:
        refuse_growth()
    return read_supported(names, (own, total, contracted), parts=rules.parts, rounds=rounds)


def read_supported(names: Sequence[str], columns: tuple[Any, Any, Any], *, parts: Any, rounds: float) -> Supported:
    """Units by name from columns over all capabilities (direct, in all, contracted); direct ones rounded up to sub-units."""
    direct, total, contracted = columns
    own = np.ceil(np.asarray(direct) * parts - 1e-9) / parts
    return Supported(
        total={name: float(units) for name, units in zip(names, total, strict=True) if units > 0},
        direct={name: float(units) for name, units in zip(names, own, strict=True) if units > 0},
        rounds=int(rounds),
        contracted={name: float(units) for name, units in zip(names, contracted, strict=True) if units > 1e-9},
    )


def people_in(desk: Desk, total: Mapping[str, float], area: str) -> float:
    """People of the units that count in an area."""
    return sum(
        units * desk.capability(name).personnel for name, units in total.items() if desk.capability(name).area == area
    )
