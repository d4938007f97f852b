"""Plain text for a terminal: columns of which one wraps, paragraphs, bars."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

_NARROWEST, _WIDEST = 60, 110
_GAP = "  "


def terminal_width() -> int:
    """Characters to a line: that of the terminal within reason, 80 where there is none."""
    return max(_NARROWEST, min(shutil.get_terminal_size((80, 24)).columns, _WIDEST))


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int] = (0,), wrap: int | None = None,
    width: int | None = None,
) -> list[str]:  # fmt: skip
    """Rows as aligned lines under their headings.

    Parameters
    ----------
    left
        Columns aligned to the left; the others, numbers, to the right.
    wrap
        The column that gets what is left of the width and wraps within it; by default none does.
    width
        Characters to a line.
    """
    room = width or terminal_width()
    wide = [max(len(line) for line in (head, *(row[place] for row in rows))) for place, head in enumerate(heads)]
    if wrap is not None:
        others = sum(wide) - wide[wrap] + len(_GAP) * (len(heads) - 1)
        wide[wrap] = max(min(wide[wrap], room - others), 12)
    lines = _cells(heads, wide, left, wrap)
    lines.append(_GAP.join("-" * size for size in wide))
    for row in rows:
        lines += _cells(row, wide, left, wrap)
    return lines


def _cells(row: Sequence[str], wide: Sequence[int], left: Sequence[int], wrap: int | None) -> list[str]:
    parts = [textwrap.wrap(cell, wide[place]) or [""] if place == wrap else [cell] for place, cell in enumerate(row)]
    lines = []
    for number in range(max(len(part) for part in parts)):
        cells = [part[number] if number < len(part) else "" for part in parts]
        aligned = (
            cell.ljust(size) if place in left or place == wrap else cell.rjust(size)
            for place, (cell, size) in enumerate(zip(cells, wide, strict=True))
        )
        lines.append(_GAP.join(aligned).rstrip())
    return lines


def paragraph(text: str, *, indent: str = "", hang: str = "") -> list[str]:
    """A paragraph wrapped to the terminal, further lines indented by `hang` more."""
    return textwrap.wrap(
        text, terminal_width(), initial_indent=indent, subsequent_indent=indent + hang, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def people(value: float) -> str:
    """People as a reader wants them: to tens from a thousand on."""
    return f"{round(value, -1):,.0f}" if abs(value) >= 1000 else f"{value:,.0f}"


def figure(value: float) -> str:
    """A figure in three digits, whole from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
