"""What draws say beyond the totals, on a terminal: the units of each capability, and how far relaxed draws are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.cli.show_size import show_lines, show_paragraph
from holdfast.cli.text import columns, figure

if TYPE_CHECKING:
    from holdfast.results.stages import Requirement
    from holdfast.studies.sizes_answer import Ranges


def show_units_over_draws(requirement: Requirement, ranges: Ranges | None) -> None:
    """Units of each capability at nominal values and over draws, for those that are held in either."""
    if ranges is None or not ranges.units:
        return
    total = requirement.cover["total"]
    nominal = {str(name): float(total.sel(capability=name)) for name in total["capability"].values}
    held = [name for name in nominal if nominal[name] > 0 or (name in ranges.units and ranges.units[name].high > 0)]
    rows = []
    for name in sorted(held, key=lambda name: -nominal[name]):
        spread = ranges.units.get(name)
        low, high = (figure(spread.low), figure(spread.high)) if spread else ("0", "0")
        rows.append((name, low, f"{nominal[name]:g}", high))
    show_lines(columns((f"Units over {ranges.draws:,} draws", "P10", "nominal", "P90"), rows))


def show_error(ranges: Ranges | None) -> None:
    """How far the relaxed draws are off the exact ones, where some were solved both ways."""
    if ranges is not None and ranges.error:
        show_paragraph(f"Fidelity of {ranges.error}.")
