from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from holdfast.sizing.hold import concentration

pytestmark = pytest.mark.verification
STEP = 2.0


def _by_linear_program(places: tuple[float, ...], start: float, end: float, reach: float) -> float:
    """Least force, in needs of one axis, that serves all axes at once: a transport program over cells of the line.

    Every cell of the line holds an equal part of the force; a part may go to any axis within reach of the cell's middle.
    """
    cells = np.arange(start + STEP / 2, end, STEP)
    near = np.abs(cells[:, None] - np.array(places)[None, :]) <= reach
    count, axes = near.shape
    # variables: share[cell, axis] of one axis's need, and the force N; N / count is what a cell holds
    cost = np.append(np.zeros(count * axes), 1.0)
    rows = []
    for cell in range(count):
        row = np.zeros(count * axes + 1)
        row[cell * axes : (cell + 1) * axes] = 1.0
        row[-1] = -1.0 / count
        rows.append(row)
    for axis in range(axes):
        row = np.zeros(count * axes + 1)
        row[axis : count * axes : axes] = -1.0
        rows.append(row)
    right = np.concatenate([np.zeros(count), -np.ones(axes)])
    bounds = [(0.0, None) if ok else (0.0, 0.0) for ok in near.ravel()] + [(0.0, None)]
    found = linprog(cost, A_ub=np.array(rows), b_ub=right, bounds=bounds, method="highs")
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_concentration_agrees_with_a_transport_program(seed: int, axes: int) -> None:
    """The closed condition on runs of neighbouring axes gives the same force as sharing units out by linear program.

    Cells of 2 km and bounds on whole cells make the two agree exactly when reach and middles fall on the grid.
    """
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0.0], np.cumsum(rng.integers(2, 8, 6) * 2.0 * STEP)])
    reach = float(rng.integers(2, 12)) * STEP
    start, end = edges[:-1], edges[1:]
    middle = (start + end) / 2.0
    worst = max(_by_linear_program(chosen, 0.0, float(edges[-1]), reach) for chosen in combinations(middle, axes))
    assert concentration(start, end, np.ones(6), float(axes), reach) == pytest.approx(worst, rel=1e-6)
