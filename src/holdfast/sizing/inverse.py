"""The inverse: what a number of people in the country buys.

Two answers: the highest common service level alpha that fits, and which whole tasks to drop instead at full service.

People grow with alpha almost always, not always: a cheaper unit can have more people, units come whole, and a weaker
design-basis attack can be one that comes with less warning. So a size buys the *highest* alpha whose force fits, whatever
a lower alpha would take (`levels_bought`): who can meet the higher level has met the lower one too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.results.stages import CapFinding
from holdfast.scenario.types import Service
from holdfast.sizing.core import Prepared, Sized, people_without, prepare, size_at
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.program import solve_program

ALPHA_TOLERANCE = 1e-3
"""Alpha is found to this width: a force at alpha + tolerance (on the way up) no longer fits."""
MOST_ALPHA = 4.0
"""Highest common level looked at: four times what was asked for (presentation, not a limit of the model)."""
LADDER = tuple(float(alpha) for alpha in 2.0 ** np.linspace(-4.0, 2.0, 49))
"""Common levels at which a curve of sizes is computed: a sixteenth to four times what was asked, 1 among them."""
_BELOW_LADDER = (0.01, 0.02, 0.04)
_FINER = 10
_MOST_DROPPED = 3
_SHARES = 64
_NODES = 100
"""Branch-and-bound nodes a level of a curve may take: levels far above what is asked can take very many to prove."""


def scaled_service(service: Service, alpha: float) -> Service:
    """Service levels at a common level alpha: p becomes 1 - (1 - p)^alpha, minutes t / alpha, amounts alpha times.

    The share of calls that may find every company busy is a miss, b^alpha; a share protected ends at 1. At alpha = 1 the
    levels are unchanged; above it they are more than was asked for.

    Raises
    ------
    ValueRangeError
        When alpha is not in (0, 4].
    """
    if not 0.0 < alpha <= MOST_ALPHA:
        raise ValueRangeError(f"alpha is {alpha}; expected above 0 and at most {MOST_ALPHA:g}")
    if alpha == 1.0:
        return service
    changes: dict[str, Any] = {name: scale(float(getattr(service, name)), alpha) for name, scale in SCALES.items()}
    return replace(service, **changes)


SCALES: dict[str, Callable[[float, float], float]] = {
    "observe_probability": lambda value, alpha: 1.0 - (1.0 - value) ** alpha,
    "verify_visits_per_site_month": lambda value, alpha: value * alpha,
    "respond_minutes": lambda value, alpha: value / alpha,
    "respond_blocking": lambda value, alpha: value**alpha,
    "hold_attacker_battalions": lambda value, alpha: value * alpha,
    "medevac_minutes": lambda value, alpha: value / alpha,
    "protected_share": lambda value, alpha: min(value * alpha, 1.0),
    "cap_stations": lambda value, alpha: round(value * alpha),
    "trainees_per_year": lambda value, alpha: value * alpha,
    "clear_km2_year": lambda value, alpha: value * alpha,
}
"""How each service level moves with the common level alpha; those not named (axes, ratio, warning) stay."""


def people_at(inputs: SizingInputs, prepared: Prepared, alpha: float) -> float:
    """People in country at a common service level."""
    return size_at(replace(inputs, service=scaled_service(inputs.service, alpha)), prepared).in_country


def people_along(inputs: SizingInputs, alphas: ArrayLike) -> NDArray[np.float64]:
    """People in country at each of several common levels, shape `(levels,)`; infinite where no force meets the level."""
    from holdfast.sizing.levels import people_at_levels

    levels = np.asarray(alphas, dtype=float).reshape(-1)
    try:
        return people_at_levels(inputs, levels, nodes=_NODES)
    except InfeasibleError:
        return _one_by_one(inputs, levels)


def _one_by_one(inputs: SizingInputs, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """As `people_along`, each level by itself as the nominal run does it, so that one that fails does not hide the others."""
    prepared = prepare(inputs)
    found = np.full(levels.size, np.inf)
    for place, alpha in enumerate(levels):
        try:
            found[place] = people_at(inputs, prepared, float(alpha))
        except InfeasibleError:
            continue
    return found


def levels_bought(alphas: ArrayLike, people: ArrayLike, sizes: ArrayLike) -> NDArray[np.float64]:
    """Highest common level that each size buys.

    Parameters
    ----------
    alphas
        Levels in rising order, shape `(levels,)`.
    people
        People in country at each level, shape `(levels,)`; infinite or nan where no force meets it.
    sizes
        People allowed, shape `(sizes,)`.

    Returns
    -------
    array of shape `(sizes,)`
        What is needed for *at least* a level is E(alpha) = min over alpha' >= alpha of people(alpha'), which cannot fall;
        the answer is the largest alpha with E(alpha) <= size, on straight lines between the levels given. 0 where not
        even the lowest level fits, the highest level where that one fits (it may be more).
    """
    levels = np.asarray(alphas, dtype=float)
    asked = np.asarray(people, dtype=float)
    least = np.minimum.accumulate(np.where(np.isfinite(asked), asked, np.inf)[::-1])[::-1]
    wanted = np.asarray(sizes, dtype=float)
    below = np.searchsorted(least, wanted, side="right") - 1
    start = np.clip(below, 0, levels.size - 1)
    end = np.minimum(start + 1, levels.size - 1)
    step = least[end] - least[start]
    rising = np.isfinite(step) & (step > 0)
    part = np.divide(wanted - least[start], step, out=np.zeros(wanted.shape), where=rising)
    return np.where(below < 0, 0.0, levels[start] + part * (levels[end] - levels[start]))


def find_alpha(people: Callable[[NDArray[np.float64]], ArrayLike], cap: float) -> float:
    """Highest alpha up to 1 whose force fits the cap; 0 if none does.

    The highest of the rungs that fits, then finer rungs between it and the next, until they are `ALPHA_TOLERANCE` apart. Where
    headcount does not grow with alpha, a higher alpha beyond the next rung is not looked for.

    Parameters
    ----------
    people
        People in country at each of some levels: an array to an array of its shape (or one number).
    """
    levels = np.array([*_BELOW_LADDER, *(alpha for alpha in LADDER if alpha <= 1.0)])
    while True:
        fits = np.flatnonzero(np.broadcast_to(np.asarray(people(levels), dtype=float), levels.shape) <= cap)
        if not fits.size:
            return 0.0
        if fits[-1] == levels.size - 1:
            return float(levels[-1])
        low, high = float(levels[fits[-1]]), float(levels[fits[-1] + 1])
        if high - low <= ALPHA_TOLERANCE:
            return low
        levels = np.linspace(low, high, _FINER + 1)


def find_dropped(sized: Sized, cap: float) -> tuple[tuple[str, ...], bool]:
    """Fewest whole tasks to drop (three at most) so that the rest, at full service, fits; of those the set that saves least.

    The bases to protect stay as many as for the whole force, so the answer errs to the safe side.
    """
    (found,) = dropped_for(sized, [cap])
    return found or (), found is not None


def dropped_for(sized: Sized, sizes: Sequence[float]) -> tuple[tuple[str, ...] | None, ...]:
    """For each size the tasks that `find_dropped` would drop: empty where all fit, `None` where no set of three fits."""
    found: dict[float, tuple[str, ...]] = {size: () for size in sizes if sized.in_country <= size}
    tasks = tuple(sized.demands)
    for count in range(1, min(_MOST_DROPPED, len(tasks) - 1) + 1):
        waiting = [size for size in sizes if size not in found]
        if not waiting:
            break
        sets = tuple(combinations(tasks, count))
        people = people_without(sized, sets)
        for size in waiting:
            fitting = [(-float(asked), dropped) for dropped, asked in zip(sets, people, strict=True) if asked <= size]
            if fitting:
                found[size] = min(fitting)[1]
    return tuple(found.get(size) for size in sizes)


def share_that_fits(sized: Sized, task: str, size: float) -> float:
    """Largest share of what one task asks for that fits a size with all other tasks in full, to 1/64.

    1 where all of it fits, 0 where only the rest does, nan where even without the task the rest is too many. Bases stay
    as for the whole force.
    """
    shares = np.linspace(0.0, 1.0, _SHARES + 1)
    keep = np.array([[share if row.task == task else 1.0 for row in sized.program.rows] for share in shares])
    program = sized.program.masked(keep, bases=float(sized.forces.bases[0]))
    fits = np.flatnonzero(solve_program(program, cases=shares.size).country <= size)
    return float(shares[fits[-1]]) if fits.size else float("nan")


def find_cap(inputs: SizingInputs, prepared: Prepared, sized: Sized) -> CapFinding | None:
    """What the scenario's cap buys; `None` without a cap."""
    cap = inputs.cap_in_country
    if cap <= 0 or inputs.posture == "none":
        return None
    alpha = 1.0 if sized.in_country <= cap else find_alpha(lambda levels: people_along(inputs, levels), cap)
    if 0.0 < alpha < 1.0 and people_at(inputs, prepared, alpha) > cap:  # the levels are solved together, relaxed
        alpha = find_alpha(lambda levels: _one_by_one(inputs, levels), cap)
    dropped, fits = ((), True) if alpha == 1.0 else find_dropped(sized, cap)
    return CapFinding(
        cap=cap,
        alpha=alpha,
        in_country_uncapped=round(sized.in_country),
        service_at_alpha=service_levels(scaled_service(inputs.service, alpha)) if alpha > 0 else {},
        dropped_tasks=dropped,
        dropped_fits=fits,
    )


def service_levels(service: Service) -> dict[str, float]:
    """Service levels by name: the numbers in force, not the tables of the postures they came from."""
    return {name: float(value) for name, value in vars(service).items() if isinstance(value, int | float)}
