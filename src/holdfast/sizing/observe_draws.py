"""Observation over draws: the cheapest mix of every draw at once, for thousands of draws of what observation reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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

Array = NDArray[np.float64]

WIDTHS = "size.sector_widths"
"""Name under which widths of the sectors are drawn, shape (n, S)."""
_SERVICE = ("observe_probability", "observe_event_minutes")
_SETTLEMENT = ("zone_depth_km", "standoff_km")
_SECTIONS = ("duty.", "masking.", "observe.", "sensing.", "visibility.")


@dataclass(frozen=True, kw_only=True)
class ObserveDraws:
    """What observation takes and sees in every draw; n draws, S sectors, C capabilities."""

    capabilities: tuple[str, ...]
    """Names along the second axis of `units`, in order; shared orbits stand in `orbits`."""
    units: Array
    """Units on the ground by draw and capability, shape (n, C)."""
    orbits: Array
    """Whole orbits shared by the sectors, shape (n,)."""
    seen: Array
    """Probability that a violation that lasts is seen, shape (n, S)."""
    heard: Array
    """Probability that a shot is noticed, shape (n, S)."""
    posts: Array
    """Posts that interposition keeps on the line, shape (n,)."""
    short: Array
    """Whether a sector cannot reach what is asked in a draw, shape (n, S)."""
    cost: Array
    """Yearly cost of the mix, MUSD, shape (n,)."""
    error: dict[str, float]
    """Against the exact choice on a sample of draws: `draws` compared, `cost_mean` and `cost_worst` relative differences
    of cost, `seen_worst` absolute difference of the probability seen, `same_mix` share of draws with the same mix."""


def observe_reads(inputs: SizingInputs) -> tuple[str, ...]:
    """Dotted names of everything observation reads that may be drawn, in a fixed order.

    Service levels, settlement terms and planning factors, as futures name them, and `size.sector_widths`. Names of
    catalogue figures (`capabilities.<id>.detect_km`, `.detect_night_factor`, `.speed_kmh`, `.output_per_day`,
    `.cost_musd_year`) are read where `drawn` holds them.
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
        `size.sector_widths` of shape (n, S) or (1, S). Names that observation does not read are ignored. Weights of
        visibility are made to sum to 1 in each draw.
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
    columns = {name: _column(name, drawn[name], count) for name in _known(inputs, drawn)}
    mixes = [exact_at(inputs, columns, draw) for draw in range(count)]
    names = tuple(sorted({name for mix in mixes for name in mix.units}))
    return ObserveDraws(
        capabilities=names,
        units=np.array([[mix.units.get(name, 0.0) for name in names] for mix in mixes]).reshape(count, len(names)),
        orbits=np.array([mix.orbits for mix in mixes]),
        seen=np.array([mix.seen for mix in mixes]),
        heard=np.array([mix.impulsive for mix in mixes]),
        posts=np.zeros(count),
        short=np.zeros((count, len(inputs.sectors)), dtype=bool),
        cost=np.array([mix.cost for mix in mixes]),
        error={"draws": float(min(check, count)), "cost_mean": 0.0, "cost_worst": 0.0, "seen_worst": 0.0, "same_mix": 1.0},
    )  # fmt: skip


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
    columns = {"detect_km", "detect_night_factor", "speed_kmh", "output_per_day", "cost_musd_year"}
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
