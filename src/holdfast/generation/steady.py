"""The steady-state linear program: what a set of participants leaves short once everyone is there, month after month.

The relaxation on which backstop elements and pledges are valued: pools stand at what they sustain for ever (Eq. G3), over
the months from a year after D to the horizon, weighted by the share of them in which they are ready; units may be
fractions and tours fall where they are wanted. One program is built; participants come and go by the bounds of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from holdfast.core.solver import WarmLinearProgram
from holdfast.generation.approvals import Participation
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.supply import Edge, Source, element_source, pool_source

FIRST_STEADY_MONTH = 12
"""Months before this one belong to the build-up and do not enter the steady state."""

_MANY = 1e30


@dataclass(frozen=True, kw_only=True)
class SteadyState:
    """The optimum for one set of participants."""

    shortfall: float
    """Weighted shortfall, people-equivalents."""
    missing: dict[str, float]
    """Units missing by line."""
    prices: dict[str, float]
    """People-equivalents of shortfall saved by one more unit of each source, or one more person under the cap (`cap`)."""


class SteadyProgram:
    """The linear program, warm between sets of participants."""

    def __init__(self, inputs: GenerationInputs, *, edges: tuple[Edge, ...], in_full: bool) -> None:
        self._inputs, self._edges = inputs, edges
        linked = {edge.source for edge in edges}
        pools = [pool_source(inputs, offer) for offer in inputs.offers]
        elements = [element_source(inputs, element, in_full=in_full) for element in inputs.elements]
        self._sources = [source for source in pools + elements if source.id in linked]
        self._high = np.array([steady_units(source, inputs.months) for source in self._sources])
        self._program = self._build() if inputs.demand else None
        self._known: dict[tuple[frozenset[str], frozenset[str]], SteadyState] = {}

    def _build(self) -> WarmLinearProgram:
        inputs, edges, lines = self._inputs, self._edges, self._inputs.demand
        rows: list[dict[int, float]] = [{} for _ in self._sources]
        position = {source.id: row for row, source in enumerate(self._sources)}
        for column, edge in enumerate(edges):
            rows[position[edge.source]][column] = 1.0
        low, high = [-_MANY] * len(rows), list(self._high)
        self._cap_row = len(rows)
        rows.append({column: edge.people_in_country for column, edge in enumerate(edges) if edge.people_in_country > 0})
        low.append(-_MANY)
        high.append(float(inputs.cap_in_country) if inputs.cap_in_country > 0 else _MANY)
        for number, line in enumerate(lines):
            mine = [(column, edge) for column, edge in enumerate(edges) if edge.line == line.id]
            for units, willing in [(line.units, mine)] + [
                (units, [(c, e) for c, e in mine if task not in e.refuses]) for task, units in line.by_task
            ]:
                rows.append({column: edge.rate for column, edge in willing} | {len(edges) + number: 1.0})
                low.append(units)
                high.append(_MANY)
        cost = np.concatenate([np.zeros(len(edges)), [line.weight for line in lines]])
        matrix = _sparse(rows, len(cost))
        return WarmLinearProgram(cost, matrix=matrix, low=low, high=high, lower=np.zeros(len(cost)))

    def at(self, state: Participation) -> SteadyState:
        """The optimum when exactly `state` takes part."""
        if self._program is None:
            return SteadyState(shortfall=0.0, missing={}, prices={})
        key = (state.nations, state.elements)
        if key not in self._known:
            for row, source in enumerate(self._sources):
                present = source.id in state.elements if source.is_element else source.nation in state.nations
                self._program.set_high(row, float(self._high[row]) if present else 0.0)
            self._known[key] = self._read(self._program)
        return self._known[key]

    def _read(self, program: WarmLinearProgram) -> SteadyState:
        value, columns, duals = program.solve(what="steady state of force generation")
        missing = columns[len(self._edges) :]
        prices = {source.id: float(-duals[row]) for row, source in enumerate(self._sources) if duals[row] < -1e-9}
        if self._inputs.cap_in_country > 0 and duals[self._cap_row] < -1e-9:
            prices["cap"] = float(-duals[self._cap_row])
        return SteadyState(
            shortfall=max(value, 0.0),
            missing={line.id: max(float(units), 0.0) for line, units in zip(self._inputs.demand, missing, strict=True)},
            prices=prices,
        )


def steady_units(source: Source, months: int) -> float:
    """Units a source keeps on station in the steady months, less where it becomes ready within them."""
    steady = max(months - FIRST_STEADY_MONTH, 1)
    present = min(max(months - source.ready_month, 0), steady) / steady
    return source.sustained * present


def _sparse(rows: list[dict[int, float]], columns: int) -> Any:
    entries = [(row, column, value) for row, terms in enumerate(rows) for column, value in terms.items()]
    index: NDArray[np.int64] = np.array([(row, column) for row, column, _ in entries], dtype=int).reshape(-1, 2)
    values = np.array([value for _, _, value in entries], dtype=float)
    return csr_matrix((values, (index[:, 0], index[:, 1])), shape=(len(rows), columns))
