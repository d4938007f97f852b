"""The direct requirement as a cover: a battalion serves several tasks, but not at the same time.

In each situation (routine, attack) every task asks for a share of its need; units are shared out between the tasks of one
situation and serve those of the other at another time. The cheapest whole units that do for every situation are an
integer program (formula 10 of docs/stages/sizing.md). Role compatibility is the set of capabilities a row accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.program import Forces, Program, build_program, solve_program

CERTIFIED = 1e-6
"""Relative gap at which a choice of units counts as the cheapest."""


@dataclass(frozen=True, kw_only=True)
class Direct:
    """Units by capability that meet all rows, their cost, and the rows whose shadow price is positive."""

    units: dict[str, float]
    cost: float
    prices: dict[str, float]
    serves: dict[str, tuple[str, ...]]
    """For each capability, the figures of the rows it may serve."""
    gap: float = 0.0
    """How much cheaper any other choice could be, as a share of the cost; 0 where the choice is certified."""


def solve_cover(desk: Desk, rows: Sequence[Row]) -> Direct:
    """Cheapest whole units that meet every row in every situation, with the shadow prices of the linear relaxation.

    Raises
    ------
    InfeasibleError
        When a row accepts no capability that anybody defines; the message names the row and the factors that would help.
    """
    program = build_program(desk, rows)
    return read_direct(program, solve_program(program))


def read_direct(program: Program, forces: Forces) -> Direct:
    """Direct units, prices and what each serves, of the first case."""
    units = {name: float(count) for name, count in zip(forces.names, forces.direct[0], strict=True) if count > 0}
    prices: dict[str, float] = {}
    for row, price in zip(program.structure.con_row, forces.prices[0], strict=True):
        if row >= 0 and price > CERTIFIED:
            label = program.rows[row].id
            prices[label] = max(prices.get(label, 0.0), float(price))
    serves = {name: tuple(dict.fromkeys(row.figure for row in program.rows if name in row.gives)) for name in units}
    cost = float(forces.cost[0])
    gap = max(1.0 - float(forces.bound[0]) / cost, 0.0) if cost > 0 else 0.0
    return Direct(units=units, cost=cost, prices=prices, serves=serves, gap=gap if gap > CERTIFIED else 0.0)
