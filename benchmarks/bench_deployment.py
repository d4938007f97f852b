"""Time stage deploy on the reference scenario: routes, plan, bound, and the range of closure."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np


def main() -> None:
    from holdfast.deployment.assembly import assemble, build_problem
    from holdfast.deployment.closure import draw_closure
    from holdfast.deployment.inputs import gather_deployment
    from holdfast.deployment.model import solve_bound
    from holdfast.deployment.problem import group_moves
    from holdfast.deployment.schedule import choose_ways, list_schedule, mean_arrival
    from holdfast.pipeline import run_stages
    from holdfast.scenario.cases import Case, resolve_case
    from holdfast.scenario.load import load_scenario

    scenario = load_scenario("ukraine-2025-02")
    option = sys.argv[1] if len(sys.argv) > 1 else scenario.reference_option
    case = Case(option=option, settlement=scenario.reference_settlement, overrides={})
    done = run_stages(scenario, case, until="lay_down")
    if done.force is None or done.laydown is None:
        raise SystemExit("no force to deploy")
    inputs = gather_deployment(resolve_case(scenario, case), done.force, done.laydown)

    clock = time.perf_counter()
    movement = assemble(inputs)
    print(
        f"routes: {time.perf_counter() - clock:.2f} s for {len(movement.routes)} pairs, {len(movement.packets)} packets"
    )
    problem = build_problem(movement, inputs)
    ways = choose_ways(problem)
    list_schedule(problem, ways)
    clock = time.perf_counter()
    schedule = list_schedule(problem, ways)
    print(f"list schedule: {time.perf_counter() - clock:.3f} s, mean day {mean_arrival(problem, schedule.arrival):.1f}")
    groups = replace(problem, moves=group_moves(problem.moves))
    clock = time.perf_counter()
    bound = solve_bound(groups, last_starts=np.array([move.ready + 30 for move in groups.moves]))
    print(f"bound: {time.perf_counter() - clock:.2f} s, mean day {bound.mean_day:.1f}, {bound.rounds} rounds")
    clock = time.perf_counter()
    draw_closure(movement, inputs, ways=ways)
    print(f"range: {time.perf_counter() - clock:.2f} s for {inputs.settings.draws} draws")


if __name__ == "__main__":
    main()
