"""Time sizing: one nominal case from changed inputs, draws a second at three sizes, and a plain loop of HiGHS beside it."""

from __future__ import annotations

import sys
from dataclasses import replace
from time import perf_counter, process_time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from holdfast.core.solver import quiet_stdout
from holdfast.scenario.cases import reference_case, resolve_case
from holdfast.scenario.load import load_scenario
from holdfast.sizing.draws import Draws
from holdfast.sizing.drivers import rank_drivers
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.ensemble import size_draws
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.program import RELAXED_NODES, Program, solve_program
from holdfast.sizing.stage import size

SIZES = (1_000, 10_000, 40_000)
PEER = 40
"""Draws solved by the plain loop, and by ours in the same run."""
SLIDER = 15


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print all figures; the first compilation is told apart."""
    inputs = gather_sizing(resolve_case(scenario := load_scenario("ukraine-2025-02"), reference_case(scenario)))
    start = perf_counter()
    size(inputs)
    size_draws(inputs, draws=64, seed=0, checked=4)
    print(f"first run, with compilation or its cache: {perf_counter() - start:.1f} s")
    time_nominal(inputs)
    time_peer(inputs)
    for count in sizes:
        start, worked = perf_counter(), process_time()
        found = size_draws(inputs, draws=count, seed=1)
        took, busy = perf_counter() - start, process_time() - worked
        print(
            f"{count:>7,} draws: {took:6.2f} s ({busy:.2f} of the processor), {count / took:8,.0f} draws/s; {found.error.text}"
        )
    start = perf_counter()
    rank_drivers(found)
    print(f"drivers of {sizes[-1]:,} draws: {perf_counter() - start:.2f} s")
    one, two = (size_draws(inputs, draws=500, seed=2, threads=threads, checked=0) for threads in (1, 2))
    print(f"1 and 2 threads give the same bits: {one.units.tobytes() == two.units.tobytes()}")


def time_nominal(inputs: SizingInputs) -> None:
    """A slider: other minutes each time, so nothing is answered from memory."""
    took, busy = [], []
    for number in range(SLIDER):
        moved = replace(inputs, service=replace(inputs.service, respond_minutes=90.0 + number))
        start, worked = perf_counter(), process_time()
        size(moved)
        took.append(1000.0 * (perf_counter() - start))
        busy.append(1000.0 * (process_time() - worked))
    print(
        f"nominal, from changed inputs: median {np.median(took):.0f} ms, least {min(took):.0f} ms; of the processor "
        f"{np.median(busy):.0f} and {min(busy):.0f} ms"
    )


def time_peer(inputs: SizingInputs) -> None:
    """The direct cover of some draws by scipy.optimize.milp, program by program, beside ours."""
    program = program_of(desk_of(inputs, Draws(PEER, seed=1)), tasks_of(inputs), threads=1)
    start = perf_counter()
    theirs = np.array([_plain_cost(program, draw) for draw in range(PEER)])
    loop = perf_counter() - start
    for name, nodes in (("relaxed", RELAXED_NODES), ("exact", 20_000)):
        start = perf_counter()
        ours = solve_program(program, cases=PEER, nodes=nodes).cost
        took = perf_counter() - start
        print(
            f"{PEER} draws, cover alone by a loop of milp {1000 * loop / PEER:.1f} ms a draw; ours {name}, with support and "
            f"bases, {1000 * took / PEER:.2f} ms: ratio {loop / took:.0f}; cost {np.mean(ours / theirs - 1):+.2%} on average"
        )


def _plain_cost(program: Program, draw: int) -> float:
    """Cheapest cover of one draw with the bases that ours found, by HiGHS through scipy."""
    parts, forces = program.structure, solve_program(program.at(np.array([draw])))
    at = [min(draw, array.shape[0] - 1) for array in (program.amounts, program.per_base, program.shares, program.gains)]
    asked = program.amounts[at[0]] + forces.bases[0] * program.per_base[at[1]]
    total = 0.0
    for part in range(parts.variables.size):
        low, high = parts.starts[part], parts.starts[part + 1]
        matrix = np.zeros((high[0] - low[0], parts.variables[part]))
        for entry in range(low[1], high[1]):
            gain = parts.ent_gain[entry]
            value = program.gains[at[3], gain] if gain >= 0 else (1.0 if gain == -1 else -1.0)
            matrix[parts.ent_con[entry], parts.ent_var[entry]] = value
        rows, shares = parts.con_row[low[0] : high[0]], parts.con_share[low[0] : high[0]]
        right = np.where(rows < 0, 0.0, asked[rows] * program.shares[at[2], shares, rows])
        kinds = parts.kinds[low[2] : high[2]]
        price = np.zeros(parts.variables[part])
        price[: kinds.size] = program.costs[min(draw, program.costs.shape[0] - 1), kinds]
        whole = (np.arange(price.size) < kinds.size).astype(float)
        with quiet_stdout():
            found = milp(price, integrality=whole, bounds=Bounds(0, np.inf), options={"mip_rel_gap": 1e-6},
                         constraints=[LinearConstraint(matrix, right, np.inf)])  # fmt: skip
        total += float(found.fun)
    return total


if __name__ == "__main__":
    main(tuple(int(one) for one in sys.argv[1:]) or SIZES)
