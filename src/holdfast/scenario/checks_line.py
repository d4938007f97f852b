"""Checks of the line: its traces, and sectors that follow one another along it."""

from __future__ import annotations

from itertools import pairwise

from holdfast.scenario.distance import length_km
from holdfast.scenario.draft import Draft
from holdfast.scenario.problems import Locator, Problems, Where
from holdfast.scenario.types import Trace

_TOUCH_KM = 1e-6
_SLACK = 0.01  # sectors may end this share of the line's length before or behind its end: files round to kilometres


def main_trace(traces: dict[str, Trace]) -> Trace | None:
    """The contact trace of highest weight, the first of equals: the one that sectors are measured along."""
    contact = [trace for trace in traces.values() if trace.kind == "contact"]
    return max(contact, key=lambda trace: trace.weight) if contact else None


def check_line(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A line is given once: by traces of which one of kind contact has a weight, or by its length."""
    if draft.head is None:
        return
    where = locator.find("line_km")
    if draft.traces and draft.head.line_km:
        problems.add(where, key="line_km", value=f"{draft.head.line_km:g}", expected="no line_km beside a line.geojson")
    if not draft.traces and not draft.head.line_km:
        if not any(problem.file == "line.geojson" for problem in problems.found):
            problems.add(where, key="line_km", value="missing", expected="line_km, or a file line.geojson")
        return
    trace = main_trace(draft.traces)
    if draft.traces and not (trace and trace.weight > 0):
        expected = "a trace of kind contact with a weight above 0"
        problems.add(Where("line.geojson"), key="traces", value=", ".join(draft.traces), expected=expected)


def check_sectors(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Sectors run from 0 to the end of the line without gap or overlap."""
    rows = list(draft.tables["sectors"].values())
    if draft.head is None or not rows or len(rows) < len(draft.ids["sectors"]):
        return
    first, last = rows[0], rows[-1]
    for row in rows:
        if row.to_km <= row.from_km:
            key = f"sectors.{row.id}.to_km"
            problems.add(
                locator.find(key), key=key, value=f"{row.to_km:g}", expected=f"more than from_km, {row.from_km:g}"
            )
    if abs(first.from_km) > _TOUCH_KM:
        key = f"sectors.{first.id}.from_km"
        problems.add(locator.find(key), key=key, value=f"{first.from_km:g}", expected="0, the first point of the line")
    for row, following in pairwise(rows):
        if abs(row.to_km - following.from_km) > _TOUCH_KM:
            key = f"sectors.{following.id}.from_km"
            expected = f"{row.to_km:g}, where sector {row.id} ends"
            problems.add(locator.find(key), key=key, value=f"{following.from_km:g}", expected=expected)
    trace = main_trace(draft.traces)
    length = length_km(trace.points) if trace else draft.head.line_km
    if length and abs(last.to_km - length) > max(0.5, _SLACK * length):
        key = f"sectors.{last.id}.to_km"
        problems.add(locator.find(key), key=key, value=f"{last.to_km:g}", expected=f"the line's end at {length:.1f} km")
