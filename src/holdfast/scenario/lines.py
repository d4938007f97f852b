"""Which sectors are of the line, and which are of the borders and coasts by which it can be bypassed.

Observation, posts, response, clearing, laydown and coverage are about the line; only the challenger chooses among both.
"""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.scenario.types import Scenario, SectorRow


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
