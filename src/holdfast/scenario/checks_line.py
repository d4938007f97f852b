"""Checks of the line: its traces, and sectors that follow one another along it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from holdfast.scenario.distance import length_km
from holdfast.scenario.draft import Draft
from holdfast.scenario.levels import DEPTH_FROM_AREA, depth_of_area, length_of, main_trace
from holdfast.scenario.problems import Locator, Problems, Where
from holdfast.scenario.types import SectorRow, Trace

_ROUND_KM = 40_075  # the equator
_SURFACE_KM2 = 510_100_000
_ROUNDED = 0.05  # a depth may be stated beside the area, rounded
_TOUCH_KM = 1e-6
_SLACK = 0.01  # sectors may end this share of the line's length before or behind its end: files round to kilometres


def check_line(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A line is given once: by traces of which one of kind contact has a weight, or by its length; or there is an area."""
    if draft.head is None:
        return
    where = locator.find("line_km")
    if draft.traces and draft.head.line_km:
        problems.add(where, key="line_km", value=f"{draft.head.line_km:g}", expected="no line_km beside a line.geojson")
    if not draft.traces and not draft.head.line_km:
        if not draft.head.area_km2 and not any(problem.file == "line.geojson" for problem in problems.found):
            expected = "line_km, area_km2, or a file line.geojson"
            problems.add(where, key="line_km", value="missing", expected=expected)
        return
    trace = main_trace(draft.traces)
    if draft.traces and not (trace and trace.weight > 0):
        expected = "a trace of kind contact with a weight above 0"
        problems.add(Where("line.geojson"), key="traces", value=", ".join(draft.traces), expected=expected)


def check_area(draft: Draft, locator: Locator, problems: Problems) -> None:
    """An area beside a line is no deeper than long, and says how deep the zone is; people live somewhere."""
    head, settlement = draft.head, draft.sections.get("settlement")
    if head is None:
        return
    length = length_of(draft)
    for key, value, most, said in (
        ("line_km", head.line_km, _ROUND_KM, "once round the Earth"),
        ("area_km2", head.area_km2, _SURFACE_KM2, "the surface of the Earth"),
    ):
        if value > most:
            expected = f"at most {most}, {said}"
            problems.add(locator.find(key), key=key, value=f"{value:g}", expected=expected)
    if head.population and not (head.area_km2 or length):
        expected = "area_km2, line_km or a line.geojson beside it: people live somewhere"
        problems.add(locator.find("population"), key="population", value=f"{head.population:g}", expected=expected)
    if not head.area_km2:
        return
    depth = depth_of_area(head.area_km2, length)
    if length and depth > length:
        expected = (
            f"at most {length * length:g}, else the zone is deeper ({depth:g} km) than the line is long ({length:g} km); "
            "for an area without a line leave line_km out"
        )
        problems.add(locator.find("area_km2"), key="area_km2", value=f"{head.area_km2:g}", expected=expected)
    stated = settlement.zone_depth_km if settlement is not None else None
    if stated is None or stated.assumption.startswith(DEPTH_FROM_AREA):
        return
    if abs(stated.nominal - depth) > _ROUNDED * depth:
        key = "settlement.zone_depth_km"
        expected = f"the {depth:.4g} km that area_km2 gives (area / length, or the side of a square), or no such key"
        problems.add(locator.find(key), key=key, value=f"{stated.nominal:g}", expected=expected)


def check_sectors(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Sectors of the line run from 0 to its end without gap or overlap."""
    rows = [row for row in draft.tables["sectors"].values() if not row.trace]
    if draft.head is None or not rows or _is_partly_read(draft):
        return
    first, last = rows[0], rows[-1]
    _check_widths(rows, locator, problems)
    if abs(first.from_km) > _TOUCH_KM:
        key = f"sectors.{first.id}.from_km"
        problems.add(locator.find(key), key=key, value=f"{first.from_km:g}", expected="0, the first point of the line")
    for row, following in pairwise(rows):
        if abs(row.to_km - following.from_km) > _TOUCH_KM:
            key = f"sectors.{following.id}.from_km"
            expected = f"{row.to_km:g}, where sector {row.id} ends"
            problems.add(locator.find(key), key=key, value=f"{following.from_km:g}", expected=expected)
    trace = main_trace(draft.traces)
    length = length_km(trace.points) if trace else draft.head.line_km or draft.head.area_km2**0.5
    if length and abs(last.to_km - length) > max(0.5, _SLACK * length):
        key = f"sectors.{last.id}.to_km"
        problems.add(locator.find(key), key=key, value=f"{last.to_km:g}", expected=f"the line's end at {length:.1f} km")


def check_bypass(draft: Draft, locator: Locator, problems: Problems) -> None:
    """Sectors off the line name a border or coast trace, end on it and do not overlap; they need not cover it."""
    rows = [row for row in draft.tables["sectors"].values() if row.trace]
    _check_widths(rows, locator, problems)
    if any(problem.file == "line.geojson" for problem in problems.found):
        return  # nothing is known of the traces that could not be read
    beside = {name: trace for name, trace in draft.traces.items() if trace.kind != "contact"}
    by_trace: dict[str, list[SectorRow]] = {}
    for row in rows:
        if row.trace in beside:
            by_trace.setdefault(row.trace, []).append(row)
        else:
            _name_trace(row, draft.traces, beside, locator, problems)
    for name, along in by_trace.items():
        _check_along(sorted(along, key=lambda row: row.from_km), beside[name], locator, problems)


def _is_partly_read(draft: Draft) -> bool:
    return len(draft.tables["sectors"]) < len(draft.ids["sectors"]) or "sectors" in draft.unread


def _check_widths(rows: list[SectorRow], locator: Locator, problems: Problems) -> None:
    for row in rows:
        if row.to_km <= row.from_km:
            key = f"sectors.{row.id}.to_km"
            problems.add(
                locator.find(key), key=key, value=f"{row.to_km:g}", expected=f"more than from_km, {row.from_km:g}"
            )


def _name_trace(
    row: SectorRow, traces: Mapping[str, Trace], beside: Mapping[str, Trace], locator: Locator, problems: Problems
) -> None:
    """Say which traces a sector may lie on: one of kind border or coast, or the line itself."""
    key = f"sectors.{row.id}.trace"
    expected = "a trace of kind border or coast in line.geojson, or nothing for the line itself"
    if row.trace in traces:
        expected += "; sectors follow no alternative trace of kind contact"
    if beside:
        expected += f" (there are {', '.join(sorted(beside))})"
    problems.add(locator.find(key), key=key, value=row.trace, expected=expected, known=tuple(beside))


def _check_along(rows: list[SectorRow], trace: Trace, locator: Locator, problems: Problems) -> None:
    """Sectors of one trace, in order: none reaches beyond its end, none begins before the one before it ends."""
    length = length_km(trace.points)
    for row in rows:
        if row.to_km - length > max(0.5, _SLACK * length):
            key = f"sectors.{row.id}.to_km"
            expected = f"at most {length:.1f} km, the end of trace {trace.id}"
            problems.add(locator.find(key), key=key, value=f"{row.to_km:g}", expected=expected)
    for row, following in pairwise(rows):
        if following.from_km < row.to_km - _TOUCH_KM:
            key = f"sectors.{following.id}.from_km"
            expected = f"{row.to_km:g} or more, where sector {row.id} of trace {trace.id} ends"
            problems.add(locator.find(key), key=key, value=f"{following.from_km:g}", expected=expected)
