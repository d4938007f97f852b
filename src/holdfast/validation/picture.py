"""The picture of the validation: predicted against deployed strength, both on logarithmic axes."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from holdfast.validation.labels import place_labels
from holdfast.validation.results import TOKEN, WITHIN, MissionScore, SizingValidation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colour-blind safe (Okabe and Ito 2008); a marker of its own for readers who see no colour.
MARKS = {
    "monitoring": ("o", "#0072B2"), "interposition": ("s", "#D55E00"), "robust": ("^", "#009E73"), "area": ("D", "#CC79A7"),
    TOKEN: ("v", "#777777"),
}  # fmt: skip
_OTHER = ("P", "#1a1a1a")
INK, QUIET, BAND = "#1a1a1a", "#777777", "#e9eef3"
_SIZE_IN = (8.2, 8.0)
_DPI = 130
_NAME_POINTS, _MARK_POINTS = 7.0, 9.0
Array = NDArray[np.float64]
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "holdfast", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "legend.frameon": False, "text.parse_math": False, "axes.edgecolor": "#555555",
}  # fmt: skip


def plotted(found: SizingValidation) -> list[MissionScore]:
    """Missions that the picture shows: sized, with a known strength, the small ones first."""
    return sorted((row for row in found.missions if row.predicted > 0 and row.actual > 0), key=lambda row: row.actual)


def draw_picture(found: SizingValidation) -> tuple[str, bytes]:
    """The picture as SVG text and as PNG bytes; the same bytes on every run."""
    with canvas() as figure:
        compose(figure, plotted(found))
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": "Holdfast"})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": "Holdfast"})
    return re.sub(r"(\d\d\.\d{2})\d+", r"\1", svg.getvalue()), png.getvalue()


def compose(figure: Figure, rows: Sequence[MissionScore]) -> Array:
    """Draw everything on a figure; returns the boxes of marks, legend and names, which should not overlap."""
    axes = figure.add_subplot()
    _frame(axes, rows)
    for row in rows:
        _mark(axes, row)
    _legend(axes, rows)
    return _labels(figure, axes, rows)


@contextmanager
def canvas() -> Iterator[Figure]:
    """A figure in the style of the project."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as NewFigure

    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]  # the stubs want every key spelt out
        figure = NewFigure(figsize=_SIZE_IN, layout="constrained", dpi=_DPI)
        FigureCanvasAgg(figure)
        yield figure


def _frame(axes: Axes, rows: Sequence[MissionScore]) -> None:
    """Axes, the line of agreement and the band of a factor of 3."""
    wide = _limits([row.actual for row in rows] + [row.actual_low for row in rows] + [row.actual_high for row in rows])
    tall = _limits(
        [value for row in rows for value in (row.predicted, row.low, row.high, row.terms_low, row.terms_high)]
    )
    axes.set(xscale="log", yscale="log", xlim=wide, ylim=tall)
    ends = np.array([min(wide[0], tall[0]), max(wide[1], tall[1])])
    axes.fill_between(ends, ends / WITHIN, ends * WITHIN, color=BAND, lw=0, zorder=0, label=f"within ×{WITHIN:g}")
    axes.plot(ends, ends, color=QUIET, lw=0.8, zorder=1, label="predicted = deployed")
    axes.set_aspect("equal")
    axes.set_xlabel("deployed, people in the country (bar: range where sources differ)")
    axes.set_ylabel("predicted by sizing, people in the country (bar: 80 % of draws; thick: terms and factors only)")
    axes.set_title("Past missions: what sizing predicts and what was deployed")
    axes.xaxis.set_major_formatter(_thousands)
    axes.yaxis.set_major_formatter(_thousands)
    axes.grid(visible=True, which="major", color="#e0e0e0", lw=0.5, zorder=0)


def _thousands(value: float, _place: float) -> str:
    return f"{value:,.0f}"


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis that holds all values that can be shown, with room at both."""
    shown = [value for value in values if math.isfinite(value) and value > 0] or [10.0, 1000.0]
    return min(shown) / 1.6, max(shown) * 1.6


def _mark(axes: Axes, row: MissionScore) -> None:
    """One mission: its mark (hollow where not scored) and its two ranges."""
    marker, colour = MARKS.get(row.kind, _OTHER)
    bar: dict[str, Any] = {"color": colour, "lw": 1.1, "alpha": 0.55, "zorder": 2, "solid_capstyle": "butt"}
    for (low, high), width in zip(_intervals(axes, row), (1.1, 3.0), strict=False):
        axes.plot([row.actual, row.actual], [low, high], **(bar | {"lw": width}))
    if row.actual_low < row.actual_high:
        axes.plot([max(row.actual_low, 1e-9), row.actual_high], [row.predicted, row.predicted], **bar)
    face = colour if row.scored else "white"
    axes.plot(row.actual, row.predicted, marker, ms=6, mfc=face, mec=colour, mew=1.2, zorder=4)


def _intervals(axes: Axes, row: MissionScore) -> list[tuple[float, float]]:
    """The interval and the one over terms and factors alone, ends inside the axes; none where they cannot be drawn."""
    bottom, top = axes.get_ylim()
    ends = [(row.low, row.high), (row.terms_low, row.terms_high)]
    return [(max(low, bottom), min(high, top)) for low, high in ends if high >= bottom]


def _legend(axes: Axes, rows: Sequence[MissionScore]) -> None:
    from matplotlib.lines import Line2D

    handles, names = axes.get_legend_handles_labels()
    for kind in dict.fromkeys(row.kind for row in sorted(rows, key=lambda row: list(MARKS).index(row.kind))):
        marker, colour = MARKS[kind]
        handles.append(Line2D([], [], marker=marker, color=colour, mfc=colour, ls="none", ms=6))
        names.append(kind if kind != TOKEN else "token (a class apart)")
    if any(not row.scored for row in rows):
        handles.append(Line2D([], [], marker="o", color=INK, mfc="white", ls="none", ms=6))
        names.append("hollow: not scored")
    axes.legend(handles, names, loc="upper left", fontsize=8)


def _labels(figure: Figure, axes: Axes, rows: Sequence[MissionScore]) -> Array:
    """Write the name of each mission; returns the boxes of the marks, of the legend and of the names, pixels."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    pixels = figure.dpi / 72.0
    half = _MARK_POINTS / 2.0 * pixels
    marks = np.asarray(axes.transData.transform([(row.actual, row.predicted) for row in rows])).reshape(-1, 2)
    bars = np.array([box for row in rows for box in _bar_boxes(axes, row)]).reshape(-1, 4)
    legend = axes.get_legend()
    walls = np.array([legend.get_window_extent().extents] if legend is not None else []).reshape(-1, 4)
    placed = place_labels(
        marks, _sizes(axes, rows), half=half, unit=pixels, inside=np.asarray(axes.get_window_extent().extents), walls=walls,
        bars=bars,
    )  # fmt: skip
    back = axes.transData.inverted()
    for place, row in enumerate(rows):
        box = placed.boxes[place]
        x, y = back.transform((box[0], box[1] + 0.22 * (box[3] - box[1])))
        axes.text(x, y, short_name(row), fontsize=_NAME_POINTS, color=INK, zorder=5)
        if placed.leads[place]:
            end = back.transform(placed.ends[place])
            axes.plot([row.actual, end[0]], [row.predicted, end[1]], color=QUIET, lw=0.5, zorder=3)
    return np.concatenate([np.hstack([marks - half, marks + half]), walls, placed.boxes])


def _sizes(axes: Axes, rows: Sequence[MissionScore]) -> Array:
    """Width and height of the names as they will be written, pixels."""
    found = []
    for row in rows:
        text = axes.text(row.actual, row.predicted, short_name(row), fontsize=_NAME_POINTS)
        box = text.get_window_extent()
        found.append((box.width, box.height))
        text.remove()
    return np.array(found).reshape(-1, 2)


def short_name(row: MissionScore) -> str:
    """The name on the picture: the id with spaces."""
    return row.id.replace("_", " ")


def _bar_boxes(axes: Axes, row: MissionScore) -> list[tuple[float, float, float, float]]:
    """The two ranges of a mission as thin boxes, pixels."""
    ends = []
    for low, high in _intervals(axes, row)[:1]:
        ends.append(((row.actual, low), (row.actual, high)))
    if row.actual_low < row.actual_high:
        ends.append(((max(row.actual_low, 1e-9), row.predicted), (row.actual_high, row.predicted)))
    found = []
    for first, second in ends:
        (x0, y0), (x1, y1) = axes.transData.transform([first, second])
        found.append((x0 - 1, y0 - 1, x1 + 1, y1 + 1))
    return found
