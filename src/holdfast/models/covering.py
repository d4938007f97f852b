"""Covering: where to put units so that most is covered, and the cheapest mix that covers a demand.

Maximal covering after Church and ReVelle (1974) with partial cover, backup cover after Hogan and ReVelle (1986) and
capacities; the least-cost cover is a set cover in units. Both are integer programs on HiGHS with bound and gap. Formula
numbers refer to `docs/stages/laydown.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from holdfast.core.errors import InfeasibleError, ValueRangeError

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_NODES = 2000  # nodes after which the best solution is taken: a node limit is reproducible, a time limit is not


@dataclass(frozen=True, kw_only=True)
class CoverSolution:
    """Sites chosen by a covering program, what they cover, and how much better any choice could be.

    `objective` and `bound` are in the unit of the weights; `gap` = (bound − objective) / bound.
    """

    chosen: tuple[int, ...]
    counts: Ints
    objective: float
    bound: float
    gap: float


@dataclass(frozen=True, kw_only=True)
class LeastCostSolution:
    """Cheapest units that meet all demands.

    `duals` are the shadow prices of the demands in the linear relaxation (cost per unit of demand); `binding` are the
    demands whose price is positive.
    """

    x: Array
    cost: float
    duals: Array
    binding: tuple[int, ...]


def maximal_cover(
    covers: ArrayLike,
    weights: ArrayLike,
    *,
    limit: int,
    fixed: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    backup_share: float = 0.0,
    capacities: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    gap: float = 1e-3,
) -> CoverSolution:
    """Place at most `limit` units so that the weight covered is greatest, formula L1.

    Parameters
    ----------
    covers
        Shape (site, item): how well a unit at the site covers the item, 0 to 1 (0/1 is the classical problem).
    weights
        Shape (item,), 0 or more.
    limit
        Units to place.
    fixed
        Sites that must have a unit each (a site named twice has two).
    forbidden
        Sites that may have none.
    backup_share
        Worth of covering an item a second time, by another unit, as a share of the first.
    capacities
        Shape (site,): items that one unit there can serve, first and second cover together; `None`: no limit.
    upper
        Most units a site takes, scalar or shape (site,); by default 1, or as many as `fixed` names.
    gap
        Relative gap at which the program counts as solved.

    Returns
    -------
    CoverSolution
        Its `bound` holds for every choice of sites.

    Raises
    ------
    ValueRangeError
        When shapes, weights or covers are out of range, or more is fixed than the limit.
    InfeasibleError
        When no choice satisfies the pins.
    """
    quality, worth = np.atleast_2d(np.asarray(covers, float)), np.asarray(weights, float)
    low, high = _site_bounds(quality.shape[0], limit=limit, fixed=fixed, forbidden=forbidden, upper=upper)
    _check_cover(quality, worth, backup_share=backup_share)
    if limit <= 0 or not quality.size or not float(quality.max()) > 0 or not high.any():
        counts = low.astype(np.int64)
        return CoverSolution(chosen=_chosen(counts), counts=counts, objective=0.0, bound=0.0, gap=0.0)
    program = _CoverProgram(quality, worth, backup_share=backup_share, capacities=capacities, limit=limit)
    return program.solve(low, high, gap=gap)


def covered_value(counts: ArrayLike, covers: ArrayLike, weights: ArrayLike, *, backup_share: float = 0.0) -> float:
    """Value of L1 of a given placement without capacities: best cover of each item, and the second best as backup."""
    quality = np.atleast_2d(np.asarray(covers, float))
    placed = np.repeat(np.arange(quality.shape[0]), np.asarray(counts, int))
    if not placed.size:
        return 0.0
    ranked = -np.sort(-quality[placed], axis=0)
    value = ranked[0] + (backup_share * ranked[1] if placed.size > 1 else 0.0)
    return float(np.asarray(weights, float) @ value)


class _CoverProgram:
    """L1 as a mixed integer program: n (units a site), y (first cover), z (second cover) on the pairs that cover."""

    def __init__(
        self, quality: Array, worth: Array, *, backup_share: float, capacities: ArrayLike | None, limit: int
    ) -> None:
        self.sites, self.items = quality.shape
        self.pair_site, self.pair_item = np.nonzero(quality * worth[None, :] > 0)
        self.pairs = self.pair_site.size
        self.layers = 2 if backup_share > 0 else 1
        gains = quality[self.pair_site, self.pair_item] * worth[self.pair_item]
        parts = [np.zeros(self.sites), -gains] + ([-backup_share * gains] if self.layers == 2 else [])
        self.objective = np.concatenate(parts)
        self.limit = limit
        self.capacities = None if capacities is None else np.broadcast_to(np.asarray(capacities, float), (self.sites,))

    def solve(self, low: Array, high: Array, *, gap: float) -> CoverSolution:
        """Solve with HiGHS and read the placement, its value and the bound."""
        size = self.objective.size
        integrality = np.zeros(size)
        integrality[: self.sites] = 1
        bounds = Bounds(
            np.concatenate([low, np.zeros(size - self.sites)]), np.concatenate([high, np.ones(size - self.sites)])
        )
        options = {"mip_rel_gap": gap, "node_limit": _NODES}
        found = milp(self.objective, integrality=integrality, bounds=bounds, constraints=self._rows(), options=options)
        if found.x is None:
            raise InfeasibleError(f"maximal cover: no placement satisfies the pins ({found.message})")
        counts = np.rint(found.x[: self.sites]).astype(np.int64)
        value = -float(found.fun)
        bound = max(value, -float(found.mip_dual_bound)) if found.mip_dual_bound is not None else value
        missed = (bound - value) / bound if bound > 0 else 0.0
        return CoverSolution(chosen=_chosen(counts), counts=counts, objective=value, bound=bound, gap=missed)

    def _rows(self) -> list[LinearConstraint]:
        rows = [self._row_units(), self._rows_linked(), *self._rows_once()]
        if self.capacities is not None:
            rows.append(self._rows_capacity())
        return rows

    def _row_units(self) -> LinearConstraint:
        """Σ n <= limit."""
        row = sparse.csr_array(
            (np.ones(self.sites), (np.zeros(self.sites, int), np.arange(self.sites))), self._shape(1)
        )
        return LinearConstraint(row, -np.inf, self.limit)

    def _rows_linked(self) -> LinearConstraint:
        """Cover y + z <= n on every pair."""
        lines = np.arange(self.pairs)
        blocks = [self._block(lines, lines, layer) for layer in range(self.layers)]
        units = sparse.csr_array((-np.ones(self.pairs), (lines, self.pair_site)), self._shape(self.pairs))
        return LinearConstraint(sum(blocks, units), -np.inf, 0.0)

    def _rows_once(self) -> list[LinearConstraint]:
        """Each item is covered at most once first, and at most as often a second time as first."""
        lines = np.arange(self.pairs)
        first = self._block(self.pair_item, lines, 0, rows=self.items)
        found = [LinearConstraint(first, -np.inf, 1.0)]
        if self.layers == 2:
            second = self._block(self.pair_item, lines, 1, rows=self.items)
            found.append(LinearConstraint(second - first, -np.inf, 0.0))
        return found

    def _rows_capacity(self) -> LinearConstraint:
        """What a site serves is at most what its units can serve."""
        lines = np.arange(self.pairs)
        blocks = [self._block(self.pair_site, lines, layer, rows=self.sites) for layer in range(self.layers)]
        sites = np.arange(self.sites)
        able = np.asarray(self.capacities, float)
        units = sparse.csr_array((-able, (sites, sites)), self._shape(self.sites))
        return LinearConstraint(sum(blocks, units), -np.inf, 0.0)

    def _block(self, lines: Ints, pairs: Ints, layer: int, *, rows: int | None = None) -> Any:
        columns = self.sites + layer * self.pairs + pairs
        return sparse.csr_array((np.ones(self.pairs), (lines, columns)), self._shape(rows or self.pairs))

    def _shape(self, rows: int) -> tuple[int, int]:
        return rows, self.objective.size


def least_cost_cover(
    gains: ArrayLike,
    costs: ArrayLike,
    demands: ArrayLike,
    *,
    integer: bool = True,
    upper: ArrayLike | None = None,
    groups: Sequence[Sequence[int]] | None = None,
    priced: bool = True,
) -> LeastCostSolution:
    """Cheapest units x that meet every demand: min c·x with G x >= d, formula L3.

    Parameters
    ----------
    gains
        Shape (demand, capability): what one unit adds to a demand.
    costs
        Shape (capability,), 0 or more.
    demands
        Shape (demand,).
    integer
        Whole units; otherwise the linear relaxation.
    upper
        Most units of each capability.
    groups
        Sets of demands that one unit cannot serve at once: inside a group the units are shared out
        (Σ_r x_rj <= x_j), demands of different groups are served by the same units at once. By default every demand
        is served by all units at once.
    priced
        Whether shadow prices are wanted; without them `duals` are nan and `binding` is empty, and whole units take half
        the time.

    Raises
    ------
    InfeasibleError
        Naming the demands that no capability with units left can meet.
    ValueRangeError
        When shapes do not agree or a cost is negative.
    """
    gain, cost, need = np.atleast_2d(np.asarray(gains, float)), np.asarray(costs, float), np.asarray(demands, float)
    if gain.shape != (need.size, cost.size):
        raise ValueRangeError(f"gains have shape {gain.shape}; expected {(need.size, cost.size)} (demand, capability)")
    if cost.size and float(cost.min()) < 0:
        raise ValueRangeError(f"a cost is {cost.min()}; expected 0 or more")
    most = np.full(cost.size, np.inf) if upper is None else np.broadcast_to(np.asarray(upper, float), cost.shape)
    _check_reachable(gain, need, most)
    rows, right, columns = _least_cost_rows(gain, need, groups)
    objective = np.concatenate([cost, np.zeros(columns - cost.size)])
    high = np.concatenate([most, np.full(columns - cost.size, np.inf)])
    duals, solution = np.full(need.size, np.nan), np.zeros(columns)
    if priced or not integer:
        duals, solution = _solve_relaxed(objective, rows, right, high, demands=need.size)
    if integer:
        solution = _solve_whole(objective, rows, right, high, kinds=cost.size)
    x = solution[: cost.size]
    binding = tuple(int(row) for row in np.flatnonzero(duals > 1e-9))
    return LeastCostSolution(x=x, cost=float(cost @ x), duals=duals, binding=binding)


def relaxed_cost(matrix: ArrayLike, right: ArrayLike, costs: ArrayLike) -> float:
    """Least cost c x with A x >= b and x >= 0, by a compiled dual simplex: for small dense programs.

    Raises
    ------
    InfeasibleError
        When no x meets all rows.
    ValueRangeError
        When a cost is negative.
    """
    from holdfast.models.covering_kernels.kernels import OPTIMAL, relax

    rows, least, price = (np.ascontiguousarray(part, dtype=float) for part in (matrix, right, costs))
    if price.size and float(price.min()) < 0:
        raise ValueRangeError(f"a cost is {price.min()}; expected 0 or more")
    status, cost = relax(np.atleast_2d(rows), least, price)
    if status != OPTIMAL:
        raise InfeasibleError("covering program: the units allowed cannot meet all demands together")
    return float(cost)


def _solve_whole(objective: Array, rows: Any, right: Array, high: Array, *, kinds: int) -> Array:
    """The program with whole units of each kind; what they share out may be fractions."""
    whole = (np.arange(objective.size) < kinds).astype(float)
    found = milp(
        objective, integrality=whole, bounds=Bounds(np.zeros(objective.size), high),
        constraints=[LinearConstraint(rows, right, np.inf)], options={"mip_rel_gap": 1e-6, "node_limit": _NODES},
    )  # fmt: skip
    if found.x is None:
        raise InfeasibleError(f"least-cost cover: no whole number of units meets all demands ({found.message})")
    return np.concatenate([np.rint(found.x[:kinds]), found.x[kinds:]])


def _solve_relaxed(objective: Array, rows: Any, right: Array, high: Array, *, demands: int) -> tuple[Array, Array]:
    """Shadow prices of the demands and the solution of the linear relaxation."""
    relaxed = linprog(
        objective, A_ub=-rows, b_ub=-right, bounds=np.column_stack([np.zeros(high.size), high]), method="highs"
    )
    if relaxed.status != 0:
        raise InfeasibleError(
            f"least-cost cover: the units allowed cannot meet all demands together ({relaxed.message})"
        )
    return -np.asarray(relaxed.ineqlin.marginals, float)[:demands], np.asarray(relaxed.x, float)


def _least_cost_rows(gain: Array, need: Array, groups: Sequence[Sequence[int]] | None) -> tuple[Any, Array, int]:
    """Rows `A v >= b`: the demands first, then, in groups, what the shares of a unit may add up to."""
    if groups is None:
        return sparse.csr_array(gain), need, gain.shape[1]
    kinds = gain.shape[1]
    shared = [tuple(group) for group in groups if len(group) > 1]
    rows_shared = [row for group in shared for row in group]
    start = {row: kinds * (1 + number) for number, row in enumerate(rows_shared)}
    if len(start) != len(rows_shared):
        raise ValueRangeError("a demand stands in two groups; expected each demand in one group at most")
    columns = kinds * (1 + len(rows_shared))
    matrix = sparse.lil_array((need.size + kinds * len(shared), columns))
    for row in range(need.size):
        first = start.get(row, 0)
        matrix[row, first : first + kinds] = gain[row]
    for number, group in enumerate(shared):
        for kind in range(kinds):
            line = need.size + number * kinds + kind
            matrix[line, kind] = 1.0
            for row in group:
                matrix[line, start[row] + kind] = -1.0
    return matrix.tocsr(), np.concatenate([need, np.zeros(kinds * len(shared))]), columns


def _check_reachable(gain: Array, need: Array, most: Array) -> None:
    able = np.where(gain > 0, gain * np.where(np.isinf(most), 1e18, most)[None, :], 0.0).sum(axis=1)
    short = [int(row) for row in np.flatnonzero(able + 1e-9 < need)]
    if short:
        raise InfeasibleError(f"least-cost cover: demands {short} exceed what all units allowed can give")


def _check_cover(quality: Array, worth: Array, *, backup_share: float) -> None:
    if worth.shape != (quality.shape[1],):
        raise ValueRangeError(f"weights have shape {worth.shape}; expected ({quality.shape[1]},), one an item")
    if quality.size and (float(quality.min()) < 0.0 or float(quality.max()) > 1.0):
        raise ValueRangeError(f"covers range over {quality.min()}..{quality.max()}; expected 0..1")
    if worth.size and float(worth.min()) < 0:
        raise ValueRangeError(f"a weight is {worth.min()}; expected 0 or more")
    if not 0.0 <= backup_share <= 1.0:
        raise ValueRangeError(f"backup share is {backup_share}; expected 0..1")


def _site_bounds(
    sites: int, *, limit: int, fixed: Sequence[int], forbidden: Sequence[int], upper: ArrayLike | None
) -> tuple[Array, Array]:
    low = np.bincount(np.asarray(fixed, int), minlength=sites).astype(float) if len(fixed) else np.zeros(sites)
    high = np.maximum(np.broadcast_to(np.asarray(1.0 if upper is None else upper, float), (sites,)), low)
    high[list(forbidden)] = 0.0
    if low.sum() > limit:
        raise ValueRangeError(
            f"{low.sum():.0f} units are fixed but {limit} may be placed; raise the limit or fix fewer"
        )
    if bool(np.any(low > high)):
        raise ValueRangeError(f"sites {np.flatnonzero(low > high).tolist()} are fixed and forbidden at once")
    return low, high


def _chosen(counts: Ints) -> tuple[int, ...]:
    return tuple(int(site) for site in np.flatnonzero(counts > 0))
