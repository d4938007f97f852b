"""The inverse: what a cap on people in the country buys.

Two answers: the highest common service level alpha that fits, and which whole tasks to drop instead at full service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.stages import CapFinding
from holdfast.scenario.types import Service
from holdfast.sizing.core import Prepared, Sized, people_for, size_at
from holdfast.sizing.inputs import SizingInputs

ALPHA_TOLERANCE = 1e-3
"""Alpha is found to this width: a force at alpha + tolerance (on the way up) no longer fits."""
_LEAST_ALPHA = 0.01
_GRID = 8
_MOST_DROPPED = 3


def scaled_service(service: Service, alpha: float) -> Service:
    """Service levels at a common level alpha: p becomes 1 - (1 - p)^alpha, minutes t / alpha, amounts alpha times.

    The share of calls that may find every company busy is a miss, b^alpha. At alpha = 1 the levels are unchanged.

    Raises
    ------
    ValueRangeError
        When alpha is not in (0, 1].
    """
    if not 0.0 < alpha <= 1.0:
        raise ValueRangeError(f"alpha is {alpha}; expected above 0 and at most 1")
    if alpha == 1.0:
        return service
    return replace(
        service,
        observe_probability=1.0 - (1.0 - service.observe_probability) ** alpha,
        verify_visits_per_site_month=service.verify_visits_per_site_month * alpha,
        respond_minutes=service.respond_minutes / alpha,
        respond_blocking=service.respond_blocking**alpha,
        hold_attacker_battalions=service.hold_attacker_battalions * alpha,
        medevac_minutes=service.medevac_minutes / alpha,
        protected_share=service.protected_share * alpha,
        cap_stations=round(service.cap_stations * alpha),
        trainees_per_year=service.trainees_per_year * alpha,
        clear_km2_year=service.clear_km2_year * alpha,
    )


def people_at(inputs: SizingInputs, prepared: Prepared, alpha: float) -> float:
    """People in country at a common service level."""
    return size_at(replace(inputs, service=scaled_service(inputs.service, alpha)), prepared).in_country


def find_alpha(people: Callable[[float], float], cap: float) -> float:
    """Highest alpha whose force fits the cap: the highest of a grid that fits, then bisection above it; 0 if none does.

    Cost grows with alpha, headcount almost always; where it does not, a higher alpha beyond the next grid point is not
    looked for.
    """
    if people(1.0) <= cap:
        return 1.0
    grid = np.linspace(_LEAST_ALPHA, 1.0, _GRID + 1)
    fitting = [index for index in range(_GRID - 1, -1, -1) if people(float(grid[index])) <= cap][:1]
    if not fitting:
        return 0.0
    low, high = float(grid[fitting[0]]), float(grid[fitting[0] + 1])
    while high - low > ALPHA_TOLERANCE:
        middle = 0.5 * (low + high)
        if people(middle) <= cap:
            low = middle
        else:
            high = middle
    return low


def find_dropped(sized: Sized, cap: float, *, alone: Mapping[str, float]) -> tuple[tuple[str, ...], bool]:
    """Fewest whole tasks to drop (three at most) so that the rest, at full service, fits; of those the set that saves least.

    The bases to protect stay as many as for the whole force, so the answer errs to the safe side.

    Parameters
    ----------
    alone
        People in country for each task alone: a task that does not fit alone must be dropped.
    """
    tasks = tuple(sized.demands)
    must = {task for task in tasks if alone[task] > cap}
    for count in range(max(1, len(must)), min(_MOST_DROPPED, len(tasks) - 1) + 1):
        fitting: list[tuple[float, tuple[str, ...]]] = []
        for dropped in combinations(tasks, count):
            if not must <= set(dropped):
                continue
            rows = [row for row in sized.rows if row.task not in dropped]
            people = people_for(sized.desk, rows)[1]
            if people <= cap:
                fitting.append((-people, dropped))
        if fitting:
            return min(fitting)[1], True
    return (), False


def find_cap(
    inputs: SizingInputs, prepared: Prepared, sized: Sized, *, alone: Mapping[str, float]
) -> CapFinding | None:
    """What the scenario's cap buys; `None` without a cap."""
    cap = inputs.cap_in_country
    if cap <= 0 or inputs.posture == "none":
        return None
    known: dict[float, float] = {1.0: sized.in_country}

    def people(alpha: float) -> float:
        if alpha not in known:
            known[alpha] = people_at(inputs, prepared, alpha)
        return known[alpha]

    alpha = find_alpha(people, cap)
    dropped, fits = ((), True) if alpha == 1.0 else find_dropped(sized, cap, alone=alone)
    return CapFinding(
        cap=cap,
        alpha=alpha,
        in_country_uncapped=round(sized.in_country),
        service_at_alpha=service_levels(scaled_service(inputs.service, alpha)) if alpha > 0 else {},
        dropped_tasks=dropped,
        dropped_fits=fits,
    )


def service_levels(service: Service, *, skip: Sequence[str] = ("source", "assumption")) -> dict[str, float]:
    """Service levels by name."""
    return {name: float(value) for name, value in vars(service).items() if name not in skip}
