"""Planning options side by side in local processes: the same plans, whatever their number.

Options that begin with the same sizing inputs go to the same process, so that what they share is computed once there.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from holdfast.core.errors import InfeasibleError
from holdfast.core.memo import content_hash
from holdfast.core.progress import report
from holdfast.pipeline import plan
from holdfast.results.plan import Plan
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.types import Scenario

Outcome = Plan | str
"""A plan, or in words why there is none."""
_LOOK_SECONDS = 1.0


def plan_cases(scenario: Scenario, cases: Sequence[Case], *, workers: int) -> list[Outcome]:
    """Plan several cases, in `workers` processes when more than one.

    Returns
    -------
    list
        A plan for each case, in order; a sentence where a program had no solution.
    """
    groups = _group(scenario, cases)
    if workers <= 1 or len(groups) <= 1:
        outcomes: list[Outcome] = []
        for number, case in enumerate(cases):
            report(f"planning {case.option} ({number + 1} of {len(cases)})", number / len(cases))
            outcomes.append(plan_or_reason(scenario, case))
        return outcomes
    return _side_by_side(scenario, cases, groups, workers=min(workers, len(groups)))


def plan_or_reason(scenario: Scenario, case: Case) -> Outcome:
    """The plan of a case, or why a program of it had no solution."""
    try:
        return plan(scenario, case)
    except InfeasibleError as error:
        return str(error)


def _group(scenario: Scenario, cases: Sequence[Case]) -> list[list[int]]:
    from holdfast.sizing.inputs import gather_sizing

    groups: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault(content_hash(gather_sizing(resolve_case(scenario, case))), []).append(number)
    return sorted(groups.values(), key=len, reverse=True)


def _plan_group(scenario: Scenario, cases: list[Case]) -> list[Outcome]:
    return [plan_or_reason(scenario, case) for case in cases]


def _quiet_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a Ctrl-C ends a worker without a traceback


def _side_by_side(scenario: Scenario, cases: Sequence[Case], groups: list[list[int]], *, workers: int) -> list[Outcome]:
    from holdfast.core.kernels import compilation_notice

    found: dict[int, Outcome] = {}
    notice = compilation_notice()
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_quiet_worker)
    try:
        waiting: dict[Future[list[Outcome]], list[int]] = {
            executor.submit(_plan_group, scenario, [cases[number] for number in group]): group for group in groups
        }
        while waiting:
            names = ", ".join(cases[number].option for group in list(waiting.values())[:workers] for number in group)
            report(
                f"{notice if not found else ''}{len(found)} of {len(cases)} options planned; planning {names}",
                len(found) / len(cases),
            )
            done, _ = wait(waiting, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                found.update(zip(waiting.pop(future), future.result(), strict=True))
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    executor.shutdown()
    return [found[number] for number in range(len(cases))]
