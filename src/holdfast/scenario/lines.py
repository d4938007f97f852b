"""Which sectors are of the line, and which are of the borders and coasts by which it can be bypassed.

Observation, posts, response, clearing, laydown and coverage are about the line; only the challenger chooses among both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate

from holdfast.scenario.types import Scenario, SectorRow, Trace

DRAWN = "line.length_km"
"""Name of the draw that chooses among the alternative traces of the line, in futures and in draws of sizing alike."""


def along_line(rows: Iterable[SectorRow]) -> tuple[SectorRow, ...]:
    """The rows of the main contact trace, in order of their kilometres."""
    return tuple(sorted((row for row in rows if not row.trace), key=lambda row: row.from_km))


def line_sectors(scenario: Scenario) -> tuple[SectorRow, ...]:
    """Sectors of the line in order along it; none where the scenario has no sectors."""
    return along_line(scenario.sectors.values())


def bypass_sectors(scenario: Scenario) -> tuple[SectorRow, ...]:
    """Sectors along border and coast traces, by trace as the file has them, in order along each."""
    order = {name: number for number, name in enumerate(scenario.traces)}
    rows = [row for row in scenario.sectors.values() if row.trace]
    return tuple(sorted(rows, key=lambda row: (order.get(row.trace, len(order)), row.from_km)))


def weighed_traces(scenario: Scenario) -> tuple[Trace, ...]:
    """Alternative traces of the line that have a weight, the heaviest (the main trace) first."""
    contact = (trace for trace in scenario.traces.values() if trace.kind == "contact" and trace.weight > 0)
    return tuple(sorted(contact, key=lambda trace: -trace.weight))


def on_trace(scenario: Scenario, u: float) -> Scenario:
    """The scenario with one alternative trace as its line: the one whose share of the weights holds `u`, from 0 to 1.

    The trace drawn becomes the main one and the only one with a weight; the sectors of the line stretch or shrink to its
    length, those of borders and coasts stay.
    """
    traces = weighed_traces(scenario)
    if len(traces) < 2:
        return scenario
    upto = [part / sum(trace.weight for trace in traces) for part in accumulate(trace.weight for trace in traces)]
    number = min(bisect_left(upto, u), len(traces) - 1)
    kept = {
        name: replace(trace, weight=float(name == traces[number].id)) if trace.kind == "contact" else trace
        for name, trace in scenario.traces.items()
    }
    sectors = _stretched(scenario, traces[number]) if number else scenario.sectors
    return replace(scenario, traces=kept, sectors=sectors)


def _stretched(scenario: Scenario, trace: Trace) -> dict[str, SectorRow]:
    """The sectors, those of the line scaled to the length of a trace."""
    from holdfast.geo.line import Line

    length = sum(row.to_km - row.from_km for row in line_sectors(scenario))
    times = Line(trace.points).length_km / length if length > 0 else 1.0
    return {
        name: row if row.trace else replace(row, from_km=row.from_km * times, to_km=row.to_km * times)
        for name, row in scenario.sectors.items()
    }
