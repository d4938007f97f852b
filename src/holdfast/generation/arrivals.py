"""Units as they become ready to move: the first fill of each capability up to full capability; reliefs are no arrivals.

Full capability is defined here and nowhere else (Eq. G17): laydown places these units and deployment moves them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.generation.inputs import DAYS_A_MONTH, GenerationInputs
from holdfast.generation.schedule import Schedule
from holdfast.generation.steady import FIRST_STEADY_MONTH
from holdfast.generation.supply import Supply
from holdfast.results.stages import ForceUnit

_SMALLEST = 1e-6
_DIGITS = 6  # units; the solver's dust ends here


def list_units(inputs: GenerationInputs, supply: Supply, schedule: Schedule) -> tuple[ForceUnit, ...]:
    """New units of the force by pool and month, and the backstop's, in the order in which they are ready.

    A capability's strength on station grows when its total exceeds every earlier month's, up to `full_level`; the growth
    belongs to the pools whose own strength grew. Months above that level are handovers, not strength. Nothing is ready to
    move into the country before D.
    """
    found: list[ForceUnit] = []
    kinds = dict.fromkeys(source.capability for source in supply.sources if not source.is_element)
    for kind in kinds:
        found += _growth(inputs, supply, schedule, capability=kind)
    found += _backstop_units(inputs, supply)
    return tuple(sorted(found, key=lambda unit: (unit.ready_day, unit.backstop, unit.id)))


def full_level(station: NDArray[np.float64]) -> float:
    """Units that stand at full capability, by the total on station in each month: whole units in the median steady month.

    The steady months are those from the thirteenth on, the last month alone where the horizon is shorter.
    """
    steady = station[min(FIRST_STEADY_MONTH, len(station) - 1) :]
    return float(np.floor(np.median(steady) + 0.5))


def _growth(inputs: GenerationInputs, supply: Supply, schedule: Schedule, *, capability: str) -> list[ForceUnit]:
    rows = [
        row for row, source in enumerate(supply.sources) if source.capability == capability and not source.is_element
    ]
    full = full_level(schedule.station[rows].sum(axis=0))
    highest = 0.0
    before = np.zeros(len(rows))
    units: list[ForceUnit] = []
    for month in range(inputs.months):
        now = np.round(schedule.station[rows, month], _DIGITS)
        growth = min(float(now.sum()), full) - highest
        for number in sorted(range(len(rows)), key=lambda n: (-(now[n] - before[n]), n)):
            added = min(growth, float(now[number] - before[number]))
            if added > _SMALLEST:
                units.append(_arrival(inputs, supply, schedule, row=rows[number], month=month, units=added))
                growth -= added
        highest = max(highest, min(float(now.sum()), full))
        before = now
    return units


def _arrival(
    inputs: GenerationInputs, supply: Supply, schedule: Schedule, *, row: int, month: int, units: float
) -> ForceUnit:
    """The units added, in the area where the pool is used most."""
    source = supply.sources[row]
    offer = next(offer for offer in inputs.offers if offer.id == source.id)
    by_area: dict[str, float] = {}
    for number, edge in enumerate(supply.edges):
        if edge.source == source.id:
            by_area[edge.area] = by_area.get(edge.area, 0.0) + float(schedule.use[number].sum())
    return ForceUnit(
        id=f"{source.id}-{month:02d}",
        nation=source.nation,
        pool=source.id,
        capability=source.capability,
        units=units,
        personnel=units * source.personnel,
        area=max(by_area, key=lambda area: by_area[area]),
        depot=offer.depot,
        ready_day=max(DAYS_A_MONTH * month if month > source.ready_month else source.ready_day, 0.0),
        backstop=False,
    )


def _backstop_units(inputs: GenerationInputs, supply: Supply) -> list[ForceUnit]:
    """Every backstop element in place in whole units, whether or not a line of demand uses it."""
    elements = {element.id: element for element in inputs.elements}
    found = [
        ForceUnit(
            id=source.id,
            nation=source.nation,
            pool="",
            capability=source.capability,
            units=float(np.floor(source.units + 0.5)),
            personnel=float(np.floor(source.units + 0.5)) * source.personnel,
            area=elements[source.id].area,
            depot=elements[source.id].based,
            ready_day=source.ready_day,
            backstop=True,
        )
        for source in supply.sources
        if source.is_element
    ]
    return [unit for unit in found if unit.units > 0]
