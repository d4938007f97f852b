"""Why a figure is what it is: named figures, the registered formula of each, and the tree between them.

A stage computes on a :class:`Worksheet`. `given` names an input with its origin; `apply` evaluates a registered
formula on figures already named; `optimum` and `estimate` name results that no closed formula gives. The worksheet
computes the same numbers whether or not anyone reads its tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np

from holdfast.core.errors import HoldfastError
from holdfast.core.names import unknown_name

F = TypeVar("F", bound=Callable[..., Any])
FigureKind = Literal["given", "formula", "optimum", "estimate"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A registered formula: a function on arrays, its unit, how it reads, and its source."""

    key: str
    function: Callable[..., Any]
    unit: str
    text: str
    reference: str


FORMULAS: dict[str, Formula] = {}


def formula(key: str, *, unit: str, text: str, reference: str) -> Callable[[F], F]:
    """Register a function on arrays as the formula `key`.

    Parameters
    ----------
    unit
        Unit of the value.
    text
        The formula as a planner would write it, for example `"length / spacing"`.
    reference
        Where the formula comes from, for example `"MODEL.md 1.3, Hayward"`.

    Raises
    ------
    HoldfastError
        When the key is taken.
    """

    def register(function: F) -> F:
        if key in FORMULAS and FORMULAS[key].function.__qualname__ != function.__qualname__:
            raise HoldfastError(f"formula {key!r} is registered twice")
        FORMULAS[key] = Formula(key, function, unit, text, reference)
        return function

    return register


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One named figure with its reason.

    `inputs` are names of other figures. `text` says the formula, the binding rows of an optimum, or the estimator.
    `source` and `assumption` speak for givens. `low` and `high` hold the interval of an estimate or range of a given.
    """

    name: str
    kind: FigureKind
    value: float | tuple[float, ...]
    unit: str
    text: str
    inputs: tuple[str, ...] = ()
    reference: str = ""
    source: str = ""
    assumption: str = ""
    low: float | None = None
    high: float | None = None


@dataclass
class Worksheet:
    """Figures under construction: values by name, and the reason of each."""

    figures: dict[str, Figure] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def given(
        self,
        name: str,
        value: Any,
        *,
        unit: str,
        source: str = "",
        assumption: str = "",
        text: str = "given",
        low: float | None = None,
        high: float | None = None,
    ) -> Any:
        """Name an input and keep where it comes from; returns the value."""
        figure = Figure(
            name=name, kind="given", value=_plain(value), unit=unit, text=text,
            source=source, assumption=assumption, low=low, high=high,
        )  # fmt: skip
        return self._keep(figure, value)

    def apply(self, name: str, key: str, **inputs: str) -> Any:
        """Evaluate formula `key` on named figures and keep the result under `name`.

        Parameters
        ----------
        inputs
            For each parameter of the formula, the name of the figure that feeds it.

        Raises
        ------
        UnknownNameError
            When the formula or an input figure is not known.
        """
        if key not in FORMULAS:
            raise unknown_name("formula", key, FORMULAS)
        registered = FORMULAS[key]
        value = registered.function(**{parameter: self[source] for parameter, source in inputs.items()})
        figure = Figure(
            name=name, kind="formula", value=_plain(value), unit=registered.unit, text=registered.text,
            inputs=tuple(inputs.values()), reference=registered.reference,
        )  # fmt: skip
        return self._keep(figure, value)

    def optimum(self, name: str, value: Any, *, unit: str, text: str, inputs: tuple[str, ...] = ()) -> Any:
        """Keep a figure that an optimisation decided; `text` names the binding rows and their duals."""
        return self._keep(
            Figure(name=name, kind="optimum", value=_plain(value), unit=unit, text=text, inputs=inputs), value
        )

    def estimate(
        self, name: str, value: float, *, unit: str, text: str, low: float, high: float, inputs: tuple[str, ...] = ()
    ) -> float:
        """Keep an estimated figure; `text` names the estimator and n, `low` and `high` the interval."""
        figure = Figure(
            name=name, kind="estimate", value=value, unit=unit, text=text, inputs=inputs, low=low, high=high
        )
        return float(self._keep(figure, value))

    def __getitem__(self, name: str) -> Any:
        if name not in self.values:
            raise unknown_name("figure", name, self.values)
        return self.values[name]

    def _keep(self, figure: Figure, value: Any) -> Any:
        if figure.name in self.figures:
            raise HoldfastError(f"figure {figure.name!r} is computed twice")
        self.figures[figure.name] = figure
        self.values[figure.name] = value
        return value


def _plain(value: Any) -> float | tuple[float, ...]:
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else tuple(float(item) for item in array.ravel())


def find_figure(figures: Mapping[str, Figure], name: str) -> Figure:
    """The figure called `name`.

    Raises
    ------
    UnknownNameError
        With the nearest name, when there is none.
    """
    if name not in figures:
        raise unknown_name("figure", name, figures)
    return figures[name]


def explain_figure(figures: Mapping[str, Figure], name: str) -> str:
    """The tree of a figure in words, one line a figure, indented by depth; repeated branches are named once."""
    lines: list[str] = []
    shown: set[str] = set()

    def walk(key: str, depth: int) -> None:
        figure = find_figure(figures, key)
        pad = "  " * depth
        lines.append(f"{pad}{figure.name} = {format_value(figure)}  [{figure.kind}]")
        if key in shown:
            lines.append(f"{pad}  (see above)")
            return
        shown.add(key)
        origin = figure.reference or (f"source {figure.source}" if figure.source else "")
        if figure.assumption:
            origin = f"{origin}; assumption: {figure.assumption}" if origin else f"assumption: {figure.assumption}"
        lines.append(f"{pad}  {figure.text}" + (f"  ({origin})" if origin else ""))
        for source in figure.inputs:
            walk(source, depth + 1)

    walk(name, 0)
    return "\n".join(lines)


def format_value(figure: Figure) -> str:
    """Value, unit and interval of a figure as text."""
    if isinstance(figure.value, tuple):
        body = ", ".join(f"{item:.4g}" for item in figure.value[:8]) + (", ..." if len(figure.value) > 8 else "")
        text = f"[{body}]"
    else:
        text = f"{figure.value:,.0f}" if abs(figure.value) >= 1000 else f"{figure.value:.4g}"
    text = f"{text} {figure.unit}".rstrip()
    if figure.low is not None and figure.high is not None and figure.high > figure.low:
        text += f" ({figure.low:.4g} to {figure.high:.4g})"
    return text
