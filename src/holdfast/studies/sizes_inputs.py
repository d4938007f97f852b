"""One input of sizing at another value: which inputs there are, how far each may move, and the size that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from holdfast.core.errors import HoldfastError
from holdfast.core.names import unknown_name
from holdfast.results.derivation import Figure
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.inverse import MOST_ALPHA, SCALES

Kind = Literal["service level", "settlement term", "threat", "assumption"]
_KINDS: dict[str, Kind] = {
    "service": "service level", "settlement": "settlement term", "threat": "threat", "behaviour": "assumption",
    "factors": "assumption", "capabilities": "assumption",
}  # fmt: skip
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


def _scale_of(key: str) -> Callable[[float, float], float]:
    return SCALES.get(key.removeprefix("service."), lambda value, alpha: value * alpha)


def movable_inputs(inputs: SizingInputs, figures: Mapping[str, Figure]) -> tuple[Movable, ...]:
    """Every input behind some figures that `--set` can change and that has room to move."""
    found = [_levels(figure) for figure in figures.values() if figure.name.startswith("service.")]
    found += [_range(figure) for figure in figures.values() if figure.name.split(".")[0] in _KINDS]
    found += [_strength(inputs, figure) for figure in figures.values() if figure.name.endswith(".personnel")]
    return tuple(item for item in found if item is not None and item.high > item.low)


def _levels(figure: Figure) -> Movable | None:
    if figure.kind != "given" or isinstance(figure.value, tuple) or figure.value <= 0:
        return None
    ends = [_scale_of(figure.name)(figure.value, alpha) for alpha in (1.0 / MOST_ALPHA, MOST_ALPHA)]
    return Movable(
        key=figure.name, kind="service level", text=figure.name.removeprefix("service.").replace("_", " "),
        unit=figure.unit, was=figure.value, low=min(ends), high=max(ends),
    )  # fmt: skip


def _range(figure: Figure) -> Movable | None:
    table, _, name = figure.name.partition(".")
    if figure.kind != "given" or isinstance(figure.value, tuple) or figure.low is None or figure.high is None:
        return None
    text = figure.text if table == "factors" else name.replace("_", " ")
    return Movable(
        key=figure.name, kind=_KINDS[table], text=text, unit=figure.unit, was=figure.value, low=figure.low,
        high=figure.high,
    )  # fmt: skip


def _strength(inputs: SizingInputs, figure: Figure) -> Movable | None:
    name = figure.name.removeprefix("capabilities.").removesuffix(".personnel")
    if name not in inputs.capabilities:
        return None
    row = inputs.capabilities[name]
    return Movable(
        key=figure.name, kind="assumption", text=f"people of one {row.name}", unit="people", was=row.personnel,
        low=row.personnel_low, high=row.personnel_high,
    )  # fmt: skip


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


def people_with(inputs: SizingInputs, changes: Iterable[Mapping[str, float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """People in country, sized exactly, with each set of values in turn; infinite where no force meets it."""
    return np.array([_people(with_values(inputs, values)) for values in changes])


def _people(inputs: SizingInputs) -> float:
    try:
        return size_at(inputs, prepare(inputs)).in_country
    except HoldfastError:
        return float("inf")


def steps_of(movable: Movable, count: int) -> tuple[float, ...]:
    """Shares of the way to each end that has room, the nearest first: 1/count, -1/count, 2/count, ..."""
    ends = [sign for sign in (1.0, -1.0) if movable.at(sign) != movable.was]
    return tuple(sign * step / count for step in range(1, count + 1) for sign in ends)


def values_of(movables: Sequence[Movable], count: int) -> list[tuple[Movable, float]]:
    """Every input at every step of its range, one at a time."""
    return [(item, share) for item in movables for share in steps_of(item, count)]
