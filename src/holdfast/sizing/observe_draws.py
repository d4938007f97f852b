"""Observation over draws: the cheapest mix of every draw at once, for thousands of draws of what observation reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.models.sensing import VISIBILITY
from holdfast.scenario.types import Factor
from holdfast.scenario.values import Quantity
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import cost_of, make_menus
from holdfast.sizing.observe import ORBIT
from holdfast.sizing.observe_choice import Mix, choose_mix
from holdfast.sizing.observe_laid import lay_out, solve_laid
from holdfast.sizing.observe_results import WIDTHS, ObserveDraws
from holdfast.sizing.watched import watched

Array = NDArray[np.float64]

__all__ = ["WIDTHS", "ObserveDraws", "exact_at", "inputs_at", "observe_draws", "observe_reads"]

_SERVICE = ("observe_probability", "observe_event_minutes")
_SETTLEMENT = ("zone_depth_km", "standoff_km")
_SECTIONS = ("duty.", "masking.", "observe.", "sensing.", "visibility.")


def observe_reads(inputs: SizingInputs) -> tuple[str, ...]:
    """Dotted names of everything observation reads that may be drawn, in a fixed order.

    Service levels, settlement terms and planning factors, as futures name them, and `size.sector_widths`. Names of
    catalogue figures (`capabilities.<id>.detect_km`, `.detect_night_factor`, `.speed_kmh`, `.output_per_day`,
    `.cost_musd_year`, `.personnel`) are read where `drawn` holds them.
    """
    keys = [key for key in inputs.factors if key.startswith(_SECTIONS)]
    keys += ["cost.musd_per_person_year", "interpose.post_spacing_km", "laydown.post_offset_km"]
    return (
        *(f"service.{name}" for name in _SERVICE), *(f"settlement.{name}" for name in _SETTLEMENT),
        *(f"factors.{key}" for key in keys), WIDTHS,
    )  # fmt: skip


def observe_draws(
    inputs: SizingInputs, drawn: Mapping[str, ArrayLike], *, count: int, check: int = 32, threads: int = 2
) -> ObserveDraws:
    """The cheapest mix of observation in every draw.

    Parameters
    ----------
    inputs
        The case; what is not drawn stands at its nominal value.
    drawn
        Values over draws by dotted name (`observe_reads`): a number, or an array of shape (n,) or (n, 1);
        `size.sector_widths` of shape (n, S) or (1, S), a column for each sector that is watched. Names that observation does
        not read are ignored. Weights of visibility are made to sum to 1 in each draw.
    count
        n, the number of draws.
    check
        Draws, spread evenly, that are also solved exactly to measure `error`; 0 for none.
    threads
        Threads to use; the results do not depend on it.

    Raises
    ------
    ValueRangeError
        When an array has another length than `count`, or a drawn value is out of range.
    """
    inputs = watched(inputs)
    columns = {name: _column(name, drawn[name], count) for name in _known(inputs, drawn)}
    laid = lay_out(inputs, columns, count)
    found = solve_laid(laid, count=count, threads=threads)
    return replace(found, error=_measured(inputs, columns, found, check=min(check, count)))


def _measured(
    inputs: SizingInputs, columns: Mapping[str, Array], found: ObserveDraws, *, check: int
) -> dict[str, float]:
    """Differences from the exact choice on draws spread evenly over all."""
    if check <= 0:
        return {"draws": 0.0}
    sample = np.unique(np.linspace(0, found.orbits.size - 1, check).astype(int))
    cost, seen, people, same = [], [], [], []
    for draw in sample.tolist():
        exact = exact_at(inputs, columns, draw)
        cost.append(abs(float(found.cost[draw]) - exact.cost) / max(exact.cost, 1e-9))
        seen.append(float(np.abs(found.seen[draw] - np.array(exact.seen)).max()))
        units = np.array([exact.units.get(name, 0.0) for name in found.capabilities])
        same.append(bool((units == found.units[draw]).all()) and exact.orbits == found.orbits[draw])
        there = [inputs.capabilities[name].personnel for name in found.capabilities]
        people.append(abs(float((found.units[draw] - units) @ there)) / max(float(units @ there), 1.0))
    return {
        "draws": float(len(sample)), "cost_mean": float(np.mean(cost)), "cost_worst": float(np.max(cost)),
        "people_mean": float(np.mean(people)), "people_worst": float(np.max(people)),
        "seen_worst": float(np.max(seen)), "same_mix": float(np.mean(same)),
    }  # fmt: skip


def exact_at(inputs: SizingInputs, columns: Mapping[str, Array], draw: int) -> Mix:
    """The exact choice of one draw, by the functions of the nominal run."""
    there = inputs_at(inputs, {name: column[draw if column.shape[0] > 1 else 0] for name, column in columns.items()})
    price = there.factors["cost.musd_per_person_year"].value.nominal
    orbit = there.capabilities.get(ORBIT)
    share = there.factors[f"observe.impulsive_{there.posture}"].value.nominal
    return choose_mix(
        make_menus(there),
        probability=there.service.observe_probability,
        impulsive=there.service.observe_probability * share,
        orbit_cost=cost_of(orbit, musd_per_person=price) if orbit else 0.0,
        share_of_best=there.factors["observe.share_of_best"].value.nominal,
    )


def inputs_at(inputs: SizingInputs, values: Mapping[str, Array]) -> SizingInputs:
    """The inputs with the values of one draw, by dotted name, each an array of shape (1,) or (S,)."""
    factors, service, terms = dict(inputs.factors), inputs.service, inputs.settlement
    capabilities, sectors = dict(inputs.capabilities), inputs.sectors
    for name, value in values.items():
        table, _, key = name.partition(".")
        if table == "factors":
            factors[key] = _fixed(factors[key], float(value[0]))
        elif table == "service":
            level: dict[str, Any] = {key: float(value[0])}
            service = replace(service, **level)
        elif table == "settlement":
            terms = replace(terms, **{key: getattr(terms, key).fixed_at(float(value[0]))})
        elif table == "capabilities":
            row, column = key.split(".", 1)
            changed: dict[str, Any] = {column: float(value[0])}
            capabilities[row] = replace(capabilities[row], **changed)
    if WIDTHS in values:
        widths = np.broadcast_to(values[WIDTHS], len(sectors))
        sectors = tuple(replace(row, from_km=0.0, to_km=float(w)) for row, w in zip(sectors, widths, strict=True))
    weights = [factors[f"visibility.{state}"].value.nominal for state in VISIBILITY]
    for state, weight in zip(VISIBILITY, weights, strict=True):
        factors[f"visibility.{state}"] = _fixed(factors[f"visibility.{state}"], weight / sum(weights))
    return replace(
        inputs, factors=factors, service=service, settlement=terms, capabilities=capabilities, sectors=sectors
    )


def _fixed(factor: Factor, value: float) -> Factor:
    return replace(factor, value=Quantity(low=value, mode=value, high=value, distribution="point"))


def _known(inputs: SizingInputs, drawn: Mapping[str, ArrayLike]) -> list[str]:
    reads = set(observe_reads(inputs))
    columns = {"detect_km", "detect_night_factor", "speed_kmh", "output_per_day", "cost_musd_year", "personnel"}
    return [
        name for name in drawn
        if name in reads or (name.startswith("capabilities.") and name.rsplit(".", 1)[-1] in columns)
    ]  # fmt: skip


def _column(name: str, value: ArrayLike, count: int) -> Array:
    """A value over draws as an array whose first axis is the draw (1 where it is the same in all)."""
    array = np.asarray(value, dtype=float)
    if array.ndim == 0:
        return array.reshape(1, 1)
    if array.shape[0] not in {1, count}:
        raise ValueRangeError(f"{name} is drawn with shape {array.shape}; expected {count} draws along the first axis")
    return array.reshape(array.shape[0], -1)
