"""The backstop as the stress test sees it, and what each future says of parameters and promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from holdfast.core.streams import uniform
from holdfast.results.stages import Force
from holdfast.scenario.futures import STREAM
from holdfast.scenario.types import BackstopElement, Scenario
from holdfast.scenario.values import Quantity
from holdfast.stress.answering import power_of
from holdfast.stress.names import PARAMETERS, PROMISE

Floats = NDArray[np.float64]


def _none() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, kw_only=True)
class Elements:
    """Backstop elements that answer tests: air and other support, and air defence."""

    ids: tuple[str, ...] = ()
    power: Floats = field(default_factory=_none)
    """(element): battalion equivalents."""
    air_defence: Floats = field(default_factory=_none)
    """(element): 1 where it is air defence."""
    interceptors: float = 0.0


def gather_elements(scenario: Scenario, force: Force) -> Elements:
    """Elements of the backstop that are part of the case and can answer a test.

    An element is part of the case when the backstop is asked and granted, the element is promised, and force generation
    drew on it. Elements that neither fight nor intercept (lift, fuel, intelligence) act through the other stages.
    """
    levers = scenario.backstop_levers
    drawn = {name for unit in force.units if unit.backstop for name in (unit.id, unit.pool)}
    rows = [
        row
        for row in scenario.backstop.values()
        if levers.asked and levers.granted and row.promised > 0 and row.id in drawn and _answers(scenario, row)
    ]
    return Elements(
        ids=tuple(row.id for row in rows),
        power=np.array([power_of(scenario, row.capability) * row.units.nominal for row in rows], dtype=float),
        air_defence=np.array([float(_is_air_defence(scenario, row)) for row in rows]),
        interceptors=float(sum(row.interceptors * row.units.nominal * row.promised for row in rows)),
    )


def _is_air_defence(scenario: Scenario, row: BackstopElement) -> bool:
    return scenario.capabilities[row.capability].domain == "air_defence"


def _answers(scenario: Scenario, row: BackstopElement) -> bool:
    return _is_air_defence(scenario, row) or power_of(scenario, row.capability) > 0


def draw_parameters(scenario: Scenario, *, futures: int) -> tuple[Floats, dict[str, tuple[str, str]]]:
    """Values of `names.PARAMETERS` in each future, shape (future, parameter), and source and assumption of each.

    Draws are keyed by (seed, future, dotted name), exactly as `scenario.futures.draw_future` keys them, so that two
    options share them.
    """
    quantities = [_quantity(scenario, key) for key in PARAMETERS]
    drawn = [
        [
            _draw(scenario.stress.seed, future, key, quantity)
            for key, quantity in zip(PARAMETERS, quantities, strict=True)
        ]
        for future in range(futures)
    ]
    origins = {key: (item.source, item.assumption) for key, item in zip(PARAMETERS, quantities, strict=True)}
    return np.array(drawn, dtype=float).reshape(futures, len(PARAMETERS)), origins


def draw_promises(scenario: Scenario, elements: Elements, *, futures: int) -> Floats:
    """Believed, honoured, delay and ready day of each element in each future, shape (future, element, promise).

    What is promised scales belief and honour alike; the lever `backstop_levers.honoured` takes honour only.
    """
    out = np.zeros((futures, len(elements.ids), len(PROMISE)))
    kept = 1.0 if scenario.backstop_levers.honoured else 0.0
    for column, key in enumerate(elements.ids):
        row = scenario.backstop[key]
        for future in range(futures):
            believed, honoured, delay, ready = (
                _draw(scenario.stress.seed, future, f"backstop.{key}.{name}", getattr(row, name)) for name in PROMISE
            )
            ready += 30.0 * row.training_months
            out[future, column] = (row.promised * believed, row.promised * honoured * kept, delay, ready)
    return out


def _quantity(scenario: Scenario, key: str) -> Quantity:
    found = reduce(getattr, key.split("."), scenario)
    if not isinstance(found, Quantity):
        raise TypeError(f"{key} is a {type(found).__name__}; expected a quantity")
    return found


def _draw(seed: int, future: int, key: str, quantity: Quantity) -> float:
    return quantity.quantile(uniform(seed, STREAM, future, key)) if quantity.is_uncertain else quantity.nominal
