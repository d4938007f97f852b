"""The movement problem as plain numbers: moves, the ways open to each, capacities by day, and what supply takes.

Both the linear program and the list schedule read this and nothing else, so that every schedule is a point of the
program and no schedule can beat its bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Way:
    """A route open to a move: resources used so many days after the start, and days until it is in place."""

    resources: tuple[int, ...] = ()
    offsets: tuple[int, ...] = ()
    days: int = 0
    earliest: int = -(10**6)
    """First start day that the route allows (nothing enters the host country before D)."""
    route: int = -1
    """Number of the route among those offered; -1 for a move by its own means."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """One or more whole units that travel together: a packet of the list schedule, a group of the program."""

    key: str
    tonnes: float
    people: float
    supply: float
    """Tonnes a day it needs once in place, over the ways of its supply line."""
    ready: int
    """First day on which it may start."""
    ways: tuple[Way, ...]
    line: int = -1
    """Number of its supply line; -1: supplied without the network."""
    rank: float = 0.0
    """Place in the enabling order; lower goes first."""
    group: str = ""
    """Moves of one group have the same ways, readiness, line, and people and supply a tonne."""

    def first_start(self, way: Way) -> int:
        """First day on which it may start along `way`."""
        return max(self.ready, way.earliest)


@dataclass(frozen=True, kw_only=True)
class SupplyLine:
    """Where the daily supply of a destination runs: share of it on each resource."""

    resources: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that decides who arrives when."""

    capacity: NDArray[np.float64]
    """Tonnes a day, shape (resource,)."""
    moves: tuple[Move, ...]
    lines: tuple[SupplyLine, ...] = ()
    horizon: int = 720
    """Last day. What is not in place by then counts as arriving on it, in program and schedule alike."""
    first_day: int = field(init=False)

    def __post_init__(self) -> None:
        starts = [move.first_start(way) for move in self.moves for way in move.ways]
        object.__setattr__(self, "first_day", min([0, *starts]))

    @property
    def days(self) -> int:
        """Number of days from the first to the horizon."""
        return self.horizon - self.first_day + 1

    @property
    def people(self) -> float:
        """People of all moves."""
        return float(sum(move.people for move in self.moves))


def group_moves(moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """Moves of one group as one move: tonnes, people and supply added (exact for the program, which splits freely)."""
    merged: dict[str, Move] = {}
    for move in moves:
        name = move.group or move.key
        old = merged.get(name)
        merged[name] = Move(
            key=name,
            tonnes=move.tonnes + (old.tonnes if old else 0.0),
            people=move.people + (old.people if old else 0.0),
            supply=move.supply + (old.supply if old else 0.0),
            ready=move.ready,
            ways=move.ways,
            line=move.line,
            rank=move.rank,
        )
    return tuple(merged.values())
