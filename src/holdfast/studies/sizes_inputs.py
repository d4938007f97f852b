"""One input of sizing at another value: which inputs there are, how far each may move, and the size that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import HoldfastError
from holdfast.core.names import unknown_name
from holdfast.results.derivation import Figure
from holdfast.scenario.values import Quantity
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.desk import catalogue_range
from holdfast.sizing.draws import Draws
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.inverse import MOST_ALPHA, SCALES
from holdfast.sizing.program import RELAXED_NODES, solve_program

Kind = Literal["service level", "settlement term", "threat", "assumption"]
_KINDS: dict[str, Kind] = {
    "service": "service level", "settlement": "settlement term", "threat": "threat", "behaviour": "assumption",
    "factors": "assumption", "capabilities": "assumption",
}  # fmt: skip
_THREADS = 2
_HALVINGS = 40
_WHOLE = frozenset({"service.hold_axes", "service.cap_stations"})


@dataclass(frozen=True, kw_only=True)
class Movable:
    """An input that can be set by its key, and the values it may take.

    A quantity moves over its range. A service level moves by the common level alpha, from a quarter to four times of what
    is asked; levels that alpha leaves alone (axes, ratio, warning, duration) are themselves multiplied.
    """

    key: str
    kind: Kind
    text: str
    unit: str
    was: float
    low: float
    high: float

    def at(self, share: float) -> float:
        """The value a share of the way to one end (above 0: the upper end, or more service) or the other (below 0)."""
        if self.kind == "service level":
            value = _scale_of(self.key)(self.was, MOST_ALPHA**share)
            return float(round(value)) if self.key in _WHOLE else value
        return self.was + abs(share) * ((self.high if share > 0 else self.low) - self.was)

    def share_at(self, value: float) -> float:
        """The share of the way at which `at` gives a value, by halving (`at` is monotone); an end for values beyond it."""
        sign = 1.0 if (value > self.was) == (self.at(1.0) > self.was) else -1.0
        near, far = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (near + far)
            short = abs(self.at(sign * middle) - self.was) < abs(value - self.was)
            near, far = (middle, far) if short else (near, middle)
        return sign * far

    def way_to(self, share: float) -> float:
        """How far a share of the way is when values are whole: that of the value it is rounded to, else itself."""
        if self.key in _WHOLE and self.at(share) > 0:
            return min(abs(log(self.at(share) / self.was)) / log(MOST_ALPHA), 1.0)
        return abs(share)


def _scale_of(key: str) -> Callable[[float, float], float]:
    return SCALES.get(key.removeprefix("service."), lambda value, alpha: value * alpha)


def movable_inputs(inputs: SizingInputs, figures: Mapping[str, Figure]) -> tuple[Movable, ...]:
    """Every input that sizing reads, that `--set` can change, and that has room to move.

    Parameters
    ----------
    figures
        Of the nominal size: the service levels among them are those that the case's tasks read.
    """
    levels = [_level(figure) for figure in figures.values() if figure.name.startswith("service.")]
    ranges = [_range(inputs, key, figures) for key in keys_read(inputs)]
    return tuple(item for item in (*levels, *ranges) if item is not None and item.high > item.low)


def keys_read(inputs: SizingInputs) -> tuple[str, ...]:
    """Dotted names of the uncertain inputs that sizing reads for the case, found by drawing it twice."""
    drawn = Draws(2, seed=0)
    program_of(desk_of(inputs, drawn), tasks_of(inputs), threads=1)
    return tuple(key for key in drawn.drawn if key.partition(".")[0] in _KINDS)


def _level(figure: Figure) -> Movable | None:
    if figure.kind != "given" or isinstance(figure.value, tuple) or figure.value <= 0:
        return None
    ends = [_scale_of(figure.name)(figure.value, alpha) for alpha in (1.0 / MOST_ALPHA, MOST_ALPHA)]
    return Movable(
        key=figure.name, kind="service level", text=figure.name.removeprefix("service.").replace("_", " "),
        unit=figure.unit, was=figure.value, low=min(ends), high=max(ends),
    )  # fmt: skip


def _range(inputs: SizingInputs, key: str, figures: Mapping[str, Figure]) -> Movable:
    table, _, name = key.partition(".")
    unit = figures[key].unit if key in figures else ""
    quantity, text = _quantity(inputs, table, name)
    if table == "factors":
        unit = inputs.factors[name].unit
    return Movable(
        key=key, kind=_KINDS[table], text=text, unit=unit, was=quantity.nominal, low=quantity.low, high=quantity.high
    )


def _quantity(inputs: SizingInputs, table: str, name: str) -> tuple[Quantity, str]:
    """The quantity that a dotted name stands for, and what it is in words."""
    if table == "factors":
        return inputs.factors[name].value, inputs.factors[name].meaning
    if table == "capabilities":
        key, _, column = name.rpartition(".")
        row = inputs.capabilities[key]
        return catalogue_range(row, column), f"{column.replace('_', ' ')} of {row.name}"
    quantity: Quantity = getattr(getattr(inputs, table), name)
    return quantity, name.replace("_", " ")


def with_values(inputs: SizingInputs, values: Mapping[str, float]) -> SizingInputs:
    """The inputs with values set by dotted key, as `--set` would.

    Raises
    ------
    UnknownNameError
        When a key names nothing that sizing reads.
    """
    for key, value in values.items():
        inputs = _with(inputs, key, value)
    return inputs


def _with(inputs: SizingInputs, key: str, value: float) -> SizingInputs:
    table, _, name = key.partition(".")
    if table not in _KINDS:
        raise unknown_name("input of sizing", key, _KINDS)
    if table == "factors":
        return replace(inputs, factors=_fixed(inputs.factors, name, value))
    if table == "capabilities":
        row, _, field = name.rpartition(".")
        change: dict[str, Any] = {field: value}
        return replace(inputs, capabilities=inputs.capabilities | {row: replace(inputs.capabilities[row], **change)})
    holder = getattr(inputs, table)
    level: Any = (
        (int(value) if key in _WHOLE else value) if table == "service" else getattr(holder, name).fixed_at(value)
    )
    return replace(inputs, **{table: replace(holder, **{name: level})})


def _fixed(factors: Mapping[str, Any], name: str, value: float) -> dict[str, Any]:
    if name not in factors:
        raise unknown_name("factor", name, factors)
    return dict(factors) | {name: replace(factors[name], value=factors[name].value.fixed_at(value))}


def people_with(inputs: SizingInputs, values: Mapping[str, float]) -> float:
    """People in country, sized as the nominal run does, with values set by key; infinite where no force meets it."""
    there = with_values(inputs, values)
    try:
        return size_at(there, prepare(there)).in_country
    except HoldfastError:
        return float("inf")


def people_one_at_a_time(inputs: SizingInputs, moves: Sequence[tuple[Movable, float]]) -> NDArray[np.float64]:
    """People in country with each input in turn at a share of its range and all others as they are, shape (moves,).

    All moves are solved together, relaxed as draws are (a few branch-and-bound nodes, tables for observation); where one of
    them cannot be met, each by itself as the nominal run does.
    """
    fixed: dict[str, NDArray[np.float64]] = {}
    for place, (item, share) in enumerate(moves):
        column = fixed.setdefault(item.key, np.full(len(moves), item.was))
        column[place] = item.at(share)
    try:
        program = program_of(desk_of(inputs, Draws(len(moves), fixed=dict(fixed))), tasks_of(inputs), threads=_THREADS)
        return solve_program(program, cases=len(moves), nodes=RELAXED_NODES, threads=_THREADS).country
    except HoldfastError:
        return np.array([people_with(inputs, {item.key: item.at(share)}) for item, share in moves])


def moves_of(movables: Sequence[Movable], *, steps: int) -> list[tuple[Movable, float]]:
    """Every input at equal steps over its range both ways, one at a time, the nearest steps first."""
    shares = [sign * step / steps for step in range(1, steps + 1) for sign in (1.0, -1.0)]
    return [(item, share) for share in shares for item in movables if item.at(share) != item.was]
