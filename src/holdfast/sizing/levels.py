"""People in country at common service levels, all levels at once: for the inverse and for charts of what a size buys."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.sizing.draws import Draws
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import SectorMenu, make_menus
from holdfast.sizing.program import EXACT_NODES, solve_program

_STEPS = 40


def people_at_levels(inputs: SizingInputs, alphas: ArrayLike, *, nodes: int = EXACT_NODES) -> NDArray[np.float64]:
    """People in country when every service level is moved by a common alpha, shape (len(alphas),).

    Levels move as `inverse.SCALES` says: p becomes 1 - (1 - p)^alpha, minutes t / alpha, amounts alpha times; alpha may
    exceed 1. What the terms do not allow is held at the most they allow: evacuation and response at the spacing below which
    more sites would not help, observation at the highest probability that every sector reaches in which the level asked can
    be reached. All else stands at its nominal value. Covers are solved to optimality, as in the nominal run; observation and
    the hypercube of reaction companies are those of the draws (relaxed), whose errors `size_draws` reports.

    Parameters
    ----------
    nodes
        Branch-and-bound nodes a component may take at each level; with fewer, covers may be a little dearer than the cheapest.

    Raises
    ------
    ValueRangeError
        When an alpha is not above 0.
    InfeasibleError
        When a need has no capability that may serve it, or strength does not settle.
    """
    from holdfast.sizing.inverse import SCALES

    levels = np.asarray(alphas, dtype=float).reshape(-1)
    if not levels.size or inputs.posture == "none":
        return np.zeros(levels.size)
    if not bool(np.all(levels > 0)):
        raise ValueRangeError(f"alpha is {levels.min()}; expected above 0")
    fixed = {
        f"service.{name}": np.array([scale(float(getattr(inputs.service, name)), float(alpha)) for alpha in levels])
        for name, scale in SCALES.items()
    }
    asked = fixed["service.observe_probability"]
    fixed["service.observe_probability"] = np.minimum(asked, max(most_seen(inputs), inputs.service.observe_probability))
    desk = desk_of(inputs, Draws(levels.size, fixed=fixed))
    program = program_of(desk, tasks_of(inputs), threads=1)
    return solve_program(program, cases=levels.size, nodes=nodes).country


def most_seen(inputs: SizingInputs) -> float:
    """Highest probability that can be asked of observation without another sector falling short than falls short as asked.

    1 where observation is not asked for; sectors that fall short as asked are left out.
    """
    if "observe" not in tasks_of(inputs) or not inputs.sectors:
        return 1.0
    share = inputs.factors[f"observe.impulsive_{inputs.posture}"].value.nominal
    asked = inputs.service.observe_probability
    able = [menu for menu in make_menus(inputs) if _reaches(menu, asked, share)]
    steps = asked + (1.0 - asked) * np.linspace(0.0, 1.0, _STEPS, endpoint=False)
    within = [float(step) for step in steps if all(_reaches(menu, float(step), share) for menu in able)]
    return max(within, default=asked)


def _reaches(menu: SectorMenu, probability: float, share: float) -> bool:
    return menu.best_seen() >= probability and menu.best_impulsive(probability) >= share * probability
