"""The solver is silent, reproducible and loud when it fails."""

import subprocess
import sys

import pytest

from holdfast.core.errors import InfeasibleError
from holdfast.core.solver import new_model, solve

SCRIPT = """
from holdfast.core.solver import new_model, solve
m = new_model()
x = m.add_variables(lower=0, upper=9, integer=True, coords=[("a", [1, 2, 3])], name="x")
m.add_constraints(x.sum() >= 4.5)
m.add_objective((x * 1.0).sum())
solve(m, what="test")
print("only this")
"""


def test_the_banner_does_not_reach_standard_output():
    """What a program prints is all there is, so `--json` can be parsed."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == "only this\n"


def test_an_infeasible_program_raises_with_its_name():
    """The message says which program has no solution."""
    model = new_model()
    x = model.add_variables(lower=0, upper=1, name="x")
    model.add_constraints(x >= 2)
    model.add_objective(1.0 * x)
    with pytest.raises(InfeasibleError, match="impossible"):
        solve(model, what="impossible")
