"""Solving a program in its independent blocks: what shares no constraint is decided apart, which is exact and fast.

Where one family of constraints couples the blocks (the cap on people), the relaxation of the whole program shares the
coupled resource out, blocks are solved in turn within their share and what earlier ones left, and the relaxation's
value is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import bmat, csr_matrix
from scipy.sparse.csgraph import connected_components

from holdfast.core.errors import InfeasibleError
from holdfast.core.solver import quiet_stdout

if TYPE_CHECKING:
    from linopy import Model, Variable

Array = NDArray[np.float64]
_SLACK = 1e-6


@dataclass(frozen=True)
class Solved:
    """Values of all variables by label, the program's value and a lower bound of it."""

    by_label: Array
    value: float
    bound: float

    def of(self, variable: Variable) -> Array:
        """Solution of a variable as an array of its own shape."""
        return np.asarray(self.by_label[np.asarray(variable.labels.values)], dtype=float)


@dataclass(frozen=True)
class _Matrices:
    """A program min c x, low ≤ A x ≤ high, lower ≤ x ≤ upper, some x whole; `shared` marks the coupling rows."""

    A: Any
    low: Array
    high: Array
    lower: Array
    upper: Array
    cost: Array
    whole: NDArray[np.int64]
    shared: NDArray[np.bool_]


def solve_in_blocks(model: Model, *, coupling: str, gap: float, node_limit: int) -> Solved:
    """Minimise a linopy model block by block.

    Parameters
    ----------
    coupling
        Name of the one family of ≤ constraints that may join blocks.
    gap, node_limit
        For each block: relative gap at which it counts as solved, and nodes after which its best solution is taken.

    Raises
    ------
    InfeasibleError
        When a block has no solution.
    """
    matrices, labels = _matrices(model, coupling)
    blocks = _blocks(matrices)
    values, bound = _solve_apart(matrices, blocks, gap=gap, node_limit=node_limit)
    shared = matrices.A[matrices.shared]
    if bool(np.any(shared @ values > matrices.high[matrices.shared] + _SLACK)):
        values, bound = _solve_sharing(matrices, blocks, gap=gap, node_limit=node_limit)
    by_label = np.full(int(labels.max()) + 1, np.nan)
    by_label[labels] = values
    return Solved(by_label, float(matrices.cost @ values), bound)


class Relaxation:
    """A linopy model's relaxation, solved whole, and again with some variables fixed."""

    def __init__(self, model: Model, *, coupling: str) -> None:
        self._matrices, self._labels = _matrices(model, coupling)
        self.solved = self._solve(self._matrices)

    def fixed(self, variable: Variable, values: Array) -> Solved:
        """The optimum with `variable` fixed at `values`; its bound is the relaxation's."""
        position = np.full(int(self._labels.max()) + 1, -1)
        position[self._labels] = np.arange(len(self._labels))
        columns = position[np.asarray(variable.labels.values).ravel()]
        lower, upper = self._matrices.lower.copy(), self._matrices.upper.copy()
        lower[columns] = upper[columns] = np.asarray(values, dtype=float).ravel()
        found = self._solve(replace(self._matrices, lower=lower, upper=upper))
        return Solved(found.by_label, found.value, self.solved.value)

    def sharpen(self, rough: Solved, *, columns: int, gap: float, node_limit: int) -> Solved:
        """A rough solution with its smaller blocks solved exactly, where the coupling rows allow that.

        Each block keeps the better of the two; its bound takes the place of its part of the relaxation's.
        """
        matrices = self._matrices
        shared, limit = matrices.A[matrices.shared], matrices.high[matrices.shared]
        relaxed, values = self.solved.by_label[self._labels], rough.by_label[self._labels].copy()
        if bool(np.any(shared @ relaxed > limit - _SLACK)):
            return rough  # the shared resource is scarce: blocks are not independent
        bound = self.solved.value
        for rows, block in _blocks(matrices):
            if len(block) > columns or not matrices.whole[block].any():
                continue
            found, best = _solve_block(matrices, rows, block, gap=gap, node_limit=node_limit)
            cost = matrices.cost[block]
            bound += max(best - float(cost @ relaxed[block]), 0.0)
            kept = values[block].copy()
            values[block] = found
            if cost @ found > cost @ kept or bool(np.any(shared @ values > limit + _SLACK)):
                values[block] = kept
        by_label = rough.by_label.copy()
        by_label[self._labels] = values
        return Solved(by_label, float(matrices.cost @ values), bound)

    def _solve(self, matrices: _Matrices) -> Solved:
        rows, columns = np.arange(len(matrices.low)), np.arange(len(matrices.cost))
        values, bound = _solve_block(matrices, rows, columns, gap=0.0, node_limit=1, relax=True)
        by_label = np.full(int(self._labels.max()) + 1, np.nan)
        by_label[self._labels] = values
        return Solved(by_label, float(matrices.cost @ values), bound)


def _matrices(model: Model, coupling: str) -> tuple[_Matrices, NDArray[np.int64]]:
    found = model.matrices
    sense, right = np.asarray(found.sense), np.asarray(found.b, dtype=float)
    shared = (
        np.isin(found.clabels, model.constraints[coupling].labels.values) if coupling in model.constraints else None
    )
    matrices = _Matrices(
        A=csr_matrix(found.A),
        low=np.where(sense == "<", -np.inf, right),
        high=np.where(sense == ">", np.inf, right),
        lower=np.asarray(found.lb, dtype=float),
        upper=np.asarray(found.ub, dtype=float),
        cost=np.asarray(found.c, dtype=float),
        whole=(np.asarray(found.vtypes) != "C").astype(int),
        shared=np.zeros(len(right), dtype=bool) if shared is None else shared,
    )
    return matrices, np.asarray(found.vlabels, dtype=int)


def _blocks(matrices: _Matrices) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of each block, largest cost first; coupling rows belong to none."""
    own = np.flatnonzero(~matrices.shared)
    pattern = csr_matrix(matrices.A[own] != 0)
    count, part = connected_components(bmat([[None, pattern], [pattern.T, None]]), directed=False)
    rows, columns = part[: len(own)], part[len(own) :]
    blocks = [(own[rows == number], np.flatnonzero(columns == number)) for number in range(count)]
    return sorted((b for b in blocks if len(b[1])), key=lambda b: (-float(matrices.cost[b[1]].sum()), int(b[1][0])))


def _solve_apart(
    matrices: _Matrices, blocks: list[tuple[NDArray[np.int64], NDArray[np.int64]]], *, gap: float, node_limit: int
) -> tuple[Array, float]:
    values, bound = np.zeros(len(matrices.cost)), 0.0
    for rows, columns in blocks:
        found, best = _solve_block(matrices, rows, columns, gap=gap, node_limit=node_limit)
        values[columns] = found
        bound += best
    return values, bound


def _solve_sharing(
    matrices: _Matrices, blocks: list[tuple[NDArray[np.int64], NDArray[np.int64]]], *, gap: float, node_limit: int
) -> tuple[Array, float]:
    everything = np.arange(len(matrices.cost))
    relaxed, bound = _solve_block(
        matrices, np.arange(len(matrices.low)), everything, gap=gap, node_limit=node_limit, relax=True
    )
    shared = matrices.A[matrices.shared].tocsc()
    left = matrices.high[matrices.shared] - shared @ relaxed
    values = np.zeros(len(matrices.cost))
    for rows, columns in blocks:
        mine = shared[:, columns]
        budget = np.maximum(mine @ relaxed[columns] + left, 0.0)
        values[columns], _ = _solve_block(
            matrices, rows, columns, gap=gap, node_limit=node_limit, limit=(csr_matrix(mine), budget)
        )
        left = budget - mine @ values[columns]
    return values, bound


def _solve_block(
    matrices: _Matrices,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    *,
    gap: float,
    node_limit: int,
    relax: bool = False,
    limit: tuple[Any, Array] | None = None,
) -> tuple[Array, float]:
    constraints = []
    if len(rows):
        constraints.append(LinearConstraint(matrices.A[rows][:, columns], matrices.low[rows], matrices.high[rows]))
    if limit is not None and limit[0].nnz:
        constraints.append(LinearConstraint(limit[0], -np.inf, limit[1]))
    whole = np.zeros(len(columns), dtype=int) if relax else matrices.whole[columns]
    with quiet_stdout():
        result = milp(
            matrices.cost[columns],
            integrality=whole,
            bounds=Bounds(matrices.lower[columns], matrices.upper[columns]),
            constraints=constraints,
            options={"mip_rel_gap": gap, "node_limit": node_limit},
        )
    if result.x is None:
        raise InfeasibleError(
            f"force generation: a block of {len(columns)} variables has no solution ({result.message})"
        )
    bound = result.mip_dual_bound if result.mip_dual_bound is not None and whole.any() else result.fun
    return np.asarray(result.x, dtype=float), float(bound)
