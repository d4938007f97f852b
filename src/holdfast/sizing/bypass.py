"""Where the line can be bypassed: places on borders and coasts, and how far they lie beyond an end of the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.scenario.lines import bypass_sectors
from holdfast.scenario.types import Scenario, SectorRow, Trace

if TYPE_CHECKING:
    from holdfast.geo.line import Line

SAME_KM = 5.0
"""Places no farther from the line than this lie on it: traces are drawn no finer."""
ON_LINE = -1.0
"""Distance of a place that lies on the line itself."""


@dataclass(frozen=True, kw_only=True)
class BypassPlace:
    """One sector of a border or coast, with its distance from the line for each alternative trace of the line."""

    sector: SectorRow
    lon: float
    lat: float
    """Where its middle lies."""
    end: tuple[int, ...]
    """For each trace of the line, the end from which it is reached: 0 the first point, 1 the last."""
    far_km: tuple[float, ...]
    """For each trace of the line, the distance from that end; `ON_LINE` where it lies on the line."""


def bypass_places(scenario: Scenario, contact: Sequence[Trace]) -> tuple[BypassPlace, ...]:
    """Places by which the line can be bypassed, in order of trace and kilometre.

    Parameters
    ----------
    contact
        Traces of the line, the one in use first.
    """
    rows = bypass_sectors(scenario)
    if not rows or not contact:
        return ()
    from holdfast.geo.line import Line

    lines = [Line(trace.points) for trace in contact]
    beside = {name: Line(scenario.traces[name].points) for name in dict.fromkeys(row.trace for row in rows)}
    found = []
    for row in rows:
        along = min(0.5 * (row.from_km + row.to_km), beside[row.trace].length_km)
        joins = [join(beside[row.trace], along, line) for line in lines]
        lon, lat = beside[row.trace].at(along)
        found.append(
            BypassPlace(
                sector=row, lon=float(lon), lat=float(lat), end=tuple(end for end, _ in joins),
                far_km=tuple(far for _, far in joins),
            )
        )  # fmt: skip
    return tuple(found)


def join(beside: Line, along_km: float, line: Line) -> tuple[int, float]:
    """The end of the line from which a place on a border or coast is reached, and its distance from there, km.

    From an end the way leads straight to the nearest point of the border or coast (no distance where they touch) and
    then along it; of both ends the nearer counts.
    """
    lon, lat = beside.at(along_km)
    _, off, _ = line.nearest(lon, lat)
    if float(off) <= SAME_KM:
        return 0, ON_LINE
    ways = []
    for number, point in enumerate((line.points[0], line.points[-1])):
        meets, gap, _ = beside.nearest(*point)
        ways.append((float(gap) + abs(along_km - float(meets)), number))
    far, number = min(ways)
    return number, far
