"""HiGHS with the project's settings: reproducible, silent, and loud when it fails.

One thread, a fixed seed, no time limit (a time limit makes results depend on the machine; node limits do not). The
solver prints a banner to the C-level standard output, which would corrupt `--json`: it is redirected at descriptor
level for the duration of a solve.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from holdfast.core.errors import InfeasibleError

if TYPE_CHECKING:
    import linopy

OPTIONS: dict[str, Any] = {"threads": 1, "random_seed": 0, "output_flag": False, "parallel": "off"}


@contextmanager
def quiet_stdout() -> Iterator[None]:
    """Send what C code writes to standard output to nowhere, and put the descriptor back afterwards."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        descriptor = 1
    sys.stdout.flush()
    saved = os.dup(descriptor)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, descriptor)
        yield
    finally:
        os.dup2(saved, descriptor)
        os.close(saved)
        os.close(sink)


def new_model() -> linopy.Model:
    """An empty linopy model under v1 semantics (labels that do not match raise)."""
    import linopy

    linopy.options["semantics"] = "v1"
    return linopy.Model()


def solve(model: linopy.Model, *, what: str, gap: float = 1e-4, node_limit: int | None = 50_000) -> None:
    """Solve a linopy model in place with HiGHS.

    Parameters
    ----------
    what
        Name of the program, for the message.
    gap
        Relative gap at which an integer program counts as solved.
    node_limit
        Branch-and-bound nodes after which the best solution found is taken.

    Raises
    ------
    InfeasibleError
        When no feasible solution was found.
    """
    options = dict(OPTIONS, mip_rel_gap=gap)
    if node_limit is not None:
        options["mip_max_nodes"] = node_limit
    with quiet_stdout():
        status, condition = model.solve(solver_name="highs", io_api="direct", progress=False, **options)
    if status != "ok" and condition not in {"solution_limit", "iteration_limit"}:
        raise InfeasibleError(f"{what}: HiGHS ended with {status} ({condition})")


class WarmLinearProgram:
    """A linear program min c x, low ≤ A x ≤ high, lower ≤ x, solved again and again for other row bounds.

    Parameters
    ----------
    cost, lower
        One entry a column.
    matrix
        Sparse rows × columns (anything with `tocsr`).
    low, high
        Row bounds; may be infinite.
    """

    def __init__(self, cost: Any, *, matrix: Any, low: Any, high: Any, lower: Any) -> None:
        import highspy
        import numpy as np

        rows = matrix.tocsr()
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = rows.shape
        program.col_cost_, program.col_lower_ = np.asarray(cost, dtype=float), np.asarray(lower, dtype=float)
        program.col_upper_ = np.full(rows.shape[1], highspy.kHighsInf)
        program.row_lower_, program.row_upper_ = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = (
            rows.indptr,
            rows.indices,
            rows.data,
        )
        self._low, self._high = program.row_lower_, program.row_upper_
        make: Any = highspy.Highs  # untyped in the package
        self._solver = make()
        for option, value in OPTIONS.items():
            self._solver.setOptionValue(option, value)
        self._solver.passModel(program)
        self._optimal = highspy.HighsModelStatus.kOptimal

    def set_high(self, row: int, high: float) -> None:
        """Give a row another upper bound."""
        self._solver.changeRowBounds(row, float(self._low[row]), high)

    def solve(self, *, what: str) -> tuple[float, Any, Any]:
        """Objective, values of the columns and duals of the rows at the optimum.

        Raises
        ------
        InfeasibleError
            When there is none.
        """
        import numpy as np

        with quiet_stdout():
            self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            raise InfeasibleError(
                f"{what}: HiGHS ended with {self._solver.modelStatusToString(self._solver.getModelStatus())}"
            )
        solution = self._solver.getSolution()
        value = float(self._solver.getInfo().objective_function_value)
        return value, np.asarray(solution.col_value), np.asarray(solution.row_dual)
