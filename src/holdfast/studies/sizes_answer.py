"""The answer to "how big, and why?": a size with its range, what a number buys for each posture, and what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.types import Scenario
from holdfast.sizing.core import prepare, refused_tasks, size_at
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.inverse import LADDER, dropped_for, levels_bought, people_along
from holdfast.studies.sizes import POSTURES, case_of, option_of_posture

if TYPE_CHECKING:
    from holdfast.sizing.drivers import Driver

TAILS = (0.1, 0.5, 0.9)
"""Percentiles that a range is told by."""
LEAST_DRAWS = 200
"""Draws below which nothing is said of what drives the size."""
_DRIVERS = 6


@dataclass(frozen=True, kw_only=True)
class Spread:
    """10th, 50th and 90th percentile over draws, people."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Bought:
    """What a number of people in the country buys for one posture."""

    posture: str
    option: str
    """The option of the scenario whose levers the posture carries."""
    size: float
    people: float
    """People in country that full service takes."""
    alpha: float
    """Highest common service level that fits; 4 means four or more, 0 that not even a sixteenth fits."""
    dropped: tuple[str, ...] | None
    """Whole tasks to drop instead (empty: none); `None` where no three tasks dropped make room."""
    ruled_out: str
    """Why the terms rule the posture out (empty: they do not); it is then sized as what they leave of it."""


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """The size over draws of its uncertain inputs, relaxed (no whole units in the cover)."""

    draws: int
    totals: dict[str, Spread]
    """`in_country`, `in_theatre` (outside the country), `pool_24_months`."""
    tasks: dict[str, Spread]
    """People in country for each task alone."""
    drivers: tuple[Driver, ...]
    """What drives the people in country, the largest share of variance first; empty with fewer than 200 draws."""
    explained: float
    """Share of the variance that all drivers above the noise floor explain."""
    units: dict[str, Spread] = field(default_factory=dict)
    """Units in all of each capability that any draw holds."""
    error: str = ""
    """How far these relaxed draws are off the exact ones, in words; empty where none was solved again."""


def spread_of(values: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Spread:
    """Percentiles of values over draws."""
    low, middle, high = (float(share) for share in np.quantile(np.asarray(values, dtype=float), TAILS))
    return Spread(low=low, middle=middle, high=high)


def size_ranges(inputs: SizingInputs, *, draws: int, seed: int, checked: int = 0) -> Ranges:
    """Ranges of the totals, of each task and of each capability over draws, and what drives the size.

    Parameters
    ----------
    checked
        Draws also solved exactly, to say how far the relaxed ones are off (0: none, and nothing is said).
    """
    from holdfast.sizing.drivers import bin_of, find_drivers
    from holdfast.sizing.ensemble import size_draws

    found = size_draws(inputs, draws=draws, seed=seed, checked=checked)
    country, outside = found.people["country"], found.people["neighbour"] + found.people["theatre"]
    tour = found.inputs.get("factors.rotation.tour_months", inputs.factors["rotation.tour_months"].value.nominal)
    drivers: tuple[Driver, ...] = ()
    explained = 0.0
    if draws >= LEAST_DRAWS:
        labels = {key: bin_of(column) for key, column in found.inputs.items()}
        ranked = find_drivers(labels, country, measure="country", seed=seed, most=_DRIVERS)
        drivers, explained = ranked.drivers, ranked.explained
    return Ranges(
        draws=draws,
        totals={
            "in_country": spread_of(country),
            "in_theatre": spread_of(outside),
            "pool_24_months": spread_of((country + outside) * 24.0 / tour),
        },
        tasks={task: spread_of(found.task_people[:, number]) for number, task in enumerate(found.tasks)},
        drivers=drivers,
        explained=explained,
        units={
            name: Spread(low=low, middle=middle, high=high)
            for name, (low, middle, high) in found.unit_percentiles(tuple(100.0 * share for share in TAILS)).items()
        },
        error=found.error.text if found.error.draws else "",
    )


def bought_by_posture(scenario: Scenario, case: Case, size: float) -> tuple[Bought, ...]:
    """What a number of people buys for each posture under the case's settlement variant, the case's own posture first."""
    own = resolve_case(scenario, case).mission.posture
    order = sorted(POSTURES, key=lambda posture: posture != own)
    return tuple(_bought(scenario, case, posture, size, own=posture == own) for posture in order)


def _bought(scenario: Scenario, case: Case, posture: str, size: float, *, own: bool) -> Bought:
    chosen = case if own else case_of(scenario, case, posture=posture, settlement=case.settlement)
    inputs = replace(gather_sizing(resolve_case(scenario, chosen)), cap_in_country=0)
    sized = size_at(inputs, prepare(inputs))
    alpha = float(levels_bought(LADDER, people_along(inputs, LADDER), [size])[0])
    return Bought(
        posture=posture,
        option=case.option if own else option_of_posture(scenario, case, posture),
        size=size,
        people=sized.in_country,
        alpha=alpha,
        dropped=dropped_for(sized, [size])[0],
        ruled_out=refused_tasks(inputs).get(posture, ""),
    )
