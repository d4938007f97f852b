"""The whole force as one program: which needs there are, what meets them, and what support, command and bases follow.

Built once for a set of rows; solved for one case, or for many at once (draws, service levels, sets of tasks), by the same
kernel. Formulas 9 to 11 of docs/stages/sizing.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import InfeasibleError
from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.rules import Ints, Rules, make_rules, stack

__all__ = [
    "EXACT_NODES",
    "PART_PREFIX",
    "PART_ROWS",
    "RELAXED_NODES",
    "SITUATIONS",
    "Array",
    "Forces",
    "Program",
    "Rules",
    "Structure",
    "build_program",
    "cost_of",
    "is_part",
    "make_rules",
    "refuse_growth",
    "share_out",
    "solve_program",
    "stack",
]

Array = NDArray[np.float64]
SITUATIONS = ("routine", "attack")
PART_ROWS = ("hold.heavy", "hold.fires")
"""Rows that ask for a share of another row's units."""
PART_PREFIX = "protect.salvo_"
"""Rows met by the batteries that cover the assets, not by batteries of their own."""
EXACT_NODES = 20_000
RELAXED_NODES = 60
_CASES_OF_RULES = ("people", "per_unit", "spans", "ward", "power", "asked_power", "civil")
_CASES = ("amounts", "per_base", "shares", "gains", "costs", "base_people")
"""Arrays whose first axis is the case."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Which needs share which capabilities: independent of amounts, so common to all cases.

    A component is a set of needs that share capabilities, directly or through others. `starts[part]` says where its
    constraints, entries and kinds begin; a constraint is a need in a situation (`con_row`, `con_share`) or, with row -1,
    says that the units shared out between the needs of one situation are no more than there are. An entry is a
    coefficient: a gain by its place, or plus one (-1), or minus one (-2).
    """

    starts: Ints
    variables: Ints
    based: NDArray[np.bool_]
    kinds: Ints
    con_row: Ints
    con_share: Ints
    ent_con: Ints
    ent_var: Ints
    ent_gain: Ints


@dataclass(frozen=True, kw_only=True)
class Program:
    """Needs of all rows over cases: the first axis of every array of numbers is the case (1 where all are alike)."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    structure: Structure
    rules: Rules
    amounts: Array
    per_base: Array
    shares: Array
    gains: Array
    costs: Array
    base_people: Array

    def at(self, picks: Ints) -> Program:
        """The program of some cases only."""
        kept: dict[str, Any] = {name: _rows_at(getattr(self.rules, name), picks) for name in _CASES_OF_RULES}
        own: dict[str, Any] = {name: _rows_at(getattr(self, name), picks) for name in _CASES}
        return replace(self, rules=replace(self.rules, **kept), **own)

    def masked(self, keep: Any, *, bases: Any) -> Program:
        """The program for sets of rows with the bases fixed: `keep` has shape (case, row), `bases` is a number or (case,)."""
        kept = np.asarray(keep, dtype=float).reshape(-1, len(self.rows))
        held = kept[:, [number for number, row in enumerate(self.rows) if row.task == "hold"]].any(axis=1)
        return replace(
            self, amounts=(self.amounts + np.reshape(bases, (-1, 1)) * self.per_base) * kept, per_base=np.zeros((1, len(self.rows))),
            base_people=np.zeros(1), rules=replace(self.rules, asked_power=self.rules.asked_power * held),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Forces:
    """Units of every case: direct and in all, the cost of the direct ones with its lower bound, and the bases."""

    names: tuple[str, ...]
    direct: Array
    total: Array
    prices: Array
    cost: Array
    bound: Array
    bases: Array
    rounds: Array
    people: Array
    """People by case and capability."""
    in_country: NDArray[np.bool_]
    contracted: Array
    """Support that does not come from formed units, by case and capability, in units and not rounded."""

    @property
    def country(self) -> Array:
        """People in the country, shape (case,)."""
        return np.asarray(self.people[:, self.in_country].sum(axis=1))


def _rows_at(values: Array, picks: Ints) -> Array:
    return values if values.shape[0] == 1 else np.ascontiguousarray(values[picks])


def build_program(desk: Desk, rows: Sequence[Row], *, bases: bool = False) -> Program:
    """The program of some rows; `bases` lets needs with `per_base` follow strength.

    Raises
    ------
    InfeasibleError
        When a row accepts no capability that anybody defines; the message names the row and the factors that would help.
    """
    asked = tuple(row for row in rows if np.any(np.asarray(row.amount) > 1e-9) or np.any(np.asarray(row.per_base) > 0))
    _refuse_unmet(asked)
    names = tuple(desk.inputs.capabilities)
    shares = stack([desk.number(f"situation.{situation}.{row.task}") for situation in SITUATIONS for row in asked])
    shares = shares.reshape(shares.shape[0], len(SITUATIONS), len(asked))
    gains = [gain for row in asked for gain in row.gives.values()]
    room = desk.number("protect.people_per_base") if bases else 0.0
    return Program(
        names=names, rows=asked, structure=_structure(asked, names, shares.max(axis=0)), rules=make_rules(desk),
        amounts=stack([row.amount for row in asked]), per_base=stack([row.per_base for row in asked]),
        shares=np.ascontiguousarray(shares), gains=stack(gains), costs=stack([cost_of(desk, name) for name in names]),
        base_people=np.asarray(room, dtype=float).reshape(-1),
    )  # fmt: skip


def _refuse_unmet(rows: Sequence[Row]) -> None:
    for row in rows:
        if not row.gives:
            raise InfeasibleError(
                f"{row.task}: {float(np.max(row.amount)):g} {row.unit} are asked ({row.id}), but no capability may serve "
                f"it; expected one with {row.task!r} among its tasks and a factor "
                f"gives.{row.id.split('.')[-1]}.<capability>"
            )


def cost_of(desk: Desk, name: str) -> Any:
    """Yearly cost of one unit, MUSD: the catalogue's, or people × cost of a person where it gives none."""
    if desk.capability(name).cost_musd_year > 0:
        return desk.catalogue(name, "cost_musd_year")
    return desk.catalogue(name, "personnel") * desk.number("cost.musd_per_person_year")


def is_part(row: Row) -> bool:
    """Whether a row asks for a share of another row's units instead of units of its own."""
    return row.id in PART_ROWS or row.id.startswith(PART_PREFIX)


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Rows that share no capability, directly or through others, are separate programs."""
    groups: list[tuple[set[str], list[int]]] = []
    for number, row in enumerate(rows):
        names = set(row.gives)
        touching = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        merged = sorted([item for _, members in touching for item in members] + [number])
        groups.append((names.union(*(group[0] for group in touching)), merged))
    return [members for _, members in groups]


class _Builder:
    """Collects the constraints and entries of one component after the other."""

    def __init__(self, rows: Sequence[Row], names: tuple[str, ...], shares: Array) -> None:
        self.rows, self.shares = rows, shares
        self.place = {name: number for number, name in enumerate(names)}
        self.con: list[tuple[int, int]] = []
        self.ent: list[tuple[int, int, int]] = []
        self.kinds: list[int] = []
        self.starts: list[tuple[int, int, int]] = []
        self.variables: list[int] = []
        self.based: list[bool] = []
        self.gain: dict[tuple[int, str], int] = {}
        for number, row in enumerate(rows):
            for name in row.gives:
                self.gain[number, name] = len(self.gain)

    def add(self, members: list[int]) -> None:
        """One component: whole units first among its variables, then what is shared out."""
        start = len(self.con)
        self.starts.append((start, len(self.ent), len(self.kinds)))
        kinds = sorted({self.place[name] for number in members for name in self.rows[number].gives})
        local = {kind: spot for spot, kind in enumerate(kinds)}
        self.kinds.extend(kinds)
        count = len(kinds)
        for situation in range(len(SITUATIONS)):
            asking = [number for number in members if self.shares[situation, number] > 0]
            users: dict[str, list[int]] = {}
            for number in asking:
                if not is_part(self.rows[number]):
                    for name in self.rows[number].gives:
                        users.setdefault(name, []).append(number)
            shared = {name: used for name, used in users.items() if len(used) > 1}
            spots = {}
            for name, used in shared.items():
                for number in used:
                    spots[number, name] = count
                    count += 1
            for number in asking:
                con = len(self.con) - start
                self.con.append((number, situation))
                for name in self.rows[number].gives:
                    own = spots.get((number, name), local[self.place[name]])
                    self.ent.append((con, own, self.gain[number, name]))
            for name, used in shared.items():
                con = len(self.con) - start
                self.con.append((-1, 0))
                self.ent.append((con, local[self.place[name]], -1))
                self.ent.extend((con, spots[number, name], -2) for number in used)
        self.variables.append(count)
        self.based.append(any(np.any(np.asarray(self.rows[number].per_base) > 0) for number in members))

    def structure(self) -> Structure:
        """Everything as arrays."""
        starts = [*self.starts, (len(self.con), len(self.ent), len(self.kinds))]
        con = np.array(self.con, dtype=np.int64).reshape(-1, 2)
        ent = np.array(self.ent, dtype=np.int64).reshape(-1, 3)
        return Structure(
            starts=np.array(starts, dtype=np.int64).reshape(-1, 3), variables=np.array(self.variables, dtype=np.int64),
            based=np.array(self.based, dtype=bool), kinds=np.array(self.kinds, dtype=np.int64),
            con_row=con[:, 0].copy(), con_share=con[:, 1].copy(), ent_con=ent[:, 0].copy(), ent_var=ent[:, 1].copy(),
            ent_gain=ent[:, 2].copy(),
        )  # fmt: skip


def _structure(rows: Sequence[Row], names: tuple[str, ...], shares: Array) -> Structure:
    """Components with at least one need in some situation."""
    builder = _Builder(rows, names, shares)
    for members in _groups(rows):
        if shares[:, members].max() > 0:
            builder.add(members)
    return builder.structure()


def solve_program(program: Program, *, cases: int = 1, nodes: int = EXACT_NODES, threads: int = 1) -> Forces:
    """Units of every case; each case is computed alone, so the bits do not depend on `threads`.

    Parameters
    ----------
    nodes
        Branch-and-bound nodes a component may take in each case (`RELAXED_NODES` for draws).

    Raises
    ------
    InfeasibleError
        When bases and strength, or needs, spans and strength, do not settle.
    """
    from holdfast.sizing.program_kernels.kernels import size_cases

    kinds, parts, rules = len(program.names), program.structure, program.rules
    direct, total, contracted = (np.zeros((cases, kinds)) for _ in range(3))
    prices = np.zeros((cases if cases < 2 else 1, parts.con_row.size))
    numbers = np.zeros((cases, 5))
    given = (
        parts.starts, parts.variables, parts.based, parts.kinds, parts.con_row, parts.con_share, parts.ent_con,
        parts.ent_var, parts.ent_gain, program.amounts, program.per_base, program.shares, program.gains, program.costs,
        program.base_people, rules.people, rules.needs_unit, rules.needs_other, rules.needs_amount, rules.in_country,
        rules.commanded, rules.follows, rules.per_unit, rules.spans, rules.heads, rules.wards, rules.ward, rules.power,
        rules.asked_power, rules.parts, rules.civil, nodes, direct, total, contracted,
    )  # fmt: skip

    def run(job: tuple[int, int]) -> None:
        size_cases(job[0], job[1], *given, prices if cases < 2 else np.zeros_like(prices), numbers)

    share_out(run, cases, threads=threads)
    _refuse_unsettled(numbers[:, 0])
    return Forces(
        names=program.names, direct=direct, total=total, prices=prices, cost=numbers[:, 1], bound=numbers[:, 2],
        bases=numbers[:, 3], rounds=numbers[:, 4], people=total * rules.people, in_country=rules.in_country,
        contracted=contracted,
    )  # fmt: skip


def share_out(run: Any, cases: int, *, threads: int) -> None:
    """Run `(first, last)` jobs over all cases, in threads where there are many."""
    if threads < 2 or cases < 64:
        run((0, cases))
        return
    cuts = np.linspace(0, cases, 8 * threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, [(int(low), int(high)) for low, high in pairwise(cuts)]))


def _refuse_unsettled(status: Array) -> None:
    from holdfast.sizing.program_kernels.kernels import UNSETTLED_BASES, UNSETTLED_SUPPORT, UNSOLVED

    if np.any(status == UNSETTLED_SUPPORT):
        refuse_growth()
    if np.any(status == UNSETTLED_BASES):
        raise InfeasibleError(
            "protect: bases still grow after 30 rounds; expected guards (factors.protect.guard_per_base_*) to need fewer "
            "bases (factors.protect.people_per_base) than they fill"
        )
    if np.any(status == UNSOLVED):
        raise InfeasibleError(
            "cover: no whole number of units meets all needs; expected every need to have a capability"
        )


def refuse_growth() -> None:
    """Say that support does not settle.

    Raises
    ------
    InfeasibleError
        Always.
    """
    raise InfeasibleError(
        "support: units still grow after 60 rounds; expected needs of capabilities (capabilities.csv, needs), "
        "factors.command.* and factors.strength.people_per_* to settle: some units need each other without end"
    )
