"""Where the line can be bypassed: places on borders and coasts, and how far they lie beyond an end of the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from holdfast.scenario.lines import bypass_sectors
from holdfast.scenario.types import Scenario, SectorRow, Trace

if TYPE_CHECKING:
    from holdfast.geo.line import Line

Points = tuple[tuple[float, float], ...]
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
    beside = tuple((name, scenario.traces[name].points) for name in dict.fromkeys(row.trace for row in rows))
    return _places(rows, beside, tuple(trace.points for trace in contact))


@lru_cache(maxsize=32)
def _places(
    rows: tuple[SectorRow, ...], beside: tuple[tuple[str, Points], ...], contact: tuple[Points, ...]
) -> tuple[BypassPlace, ...]:
    """The places of rows on borders and coasts: geometry that no case changes."""
    from holdfast.geo.line import Line

    lines, found = [Line(points) for points in contact], []
    for name, points in beside:
        border = Line(points)
        along = [row for row in rows if row.trace == name]
        middles = [min(0.5 * (row.from_km + row.to_km), border.length_km) for row in along]
        spots = list(zip(*(part.tolist() for part in border.at(middles)), strict=True))
        joins = list(zip(*(join(border, middles, line) for line in lines), strict=True))
        for row, (lon, lat), ways in zip(along, spots, joins, strict=True):
            ends, far = zip(*ways, strict=True)
            found.append(BypassPlace(sector=row, lon=lon, lat=lat, end=ends, far_km=far))
    return tuple(found)


def join(beside: Line, along_km: Sequence[float], line: Line) -> list[tuple[int, float]]:
    """For places on a border or coast the end of the line from which each is reached, and its distance from there, km.

    From an end the way leads straight to the nearest point of the border or coast (no distance where they touch) and
    then along it; of both ends the nearer counts.
    """
    _, off, _ = line.nearest(*beside.at(along_km))
    meets, gaps, _ = beside.nearest(*line.points[[0, -1]].T)
    found = []
    for along, away in zip(along_km, off.tolist(), strict=True):
        ways = [
            (gap + abs(along - met), end)
            for end, (met, gap) in enumerate(zip(meets.tolist(), gaps.tolist(), strict=True))
        ]
        far, end = min(ways)
        found.append((0, ON_LINE) if away <= SAME_KM else (end, far))
    return found
