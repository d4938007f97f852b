"""Drawing settings of the brief: one style, equal bytes on every run, SVG that stands inline in HTML."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

# Colour-blind safe (Okabe and Ito 2008), one meaning each throughout the brief.
OURS = "#0072B2"
BACKSTOP = "#D55E00"
BOUND = "#009E73"
QUIET = "#999999"
INK = "#1a1a1a"
LINE = "#B2182B"
WIDTH_IN = 7.4

_STYLE: dict[str, Any] = {
    "svg.hashsalt": "holdfast",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "path.simplify": True,
    "text.parse_math": False,  # a planner's title with a dollar sign is no formula
}


@contextmanager
def canvas(width_in: float, height_in: float) -> Iterator[Canvas]:
    """A figure of the brief's style, closed afterwards."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as NewCanvas

    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]  # the stubs want every key spelt out
        figure = NewCanvas(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure


def svg_of(figure: Canvas, *, name: str, alt: str) -> str:
    """The figure as inline SVG: role, label, ids of its own, no prolog, no date.

    Parameters
    ----------
    name
        Prefix of every id inside, so that several figures can stand in one page.
    alt
        What the picture shows, for readers who do not see it.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": "Holdfast"})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{name}-{m[1]}"', text)
    text = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{name}-{m[1]})", text)
    text = re.sub(r'xlink:href="#([^"]+)"', lambda m: f'xlink:href="#{name}-{m[1]}"', text)
    text = re.sub(r"(\d\d\.\d{2})\d+", r"\1", text)  # hundredths of a point; small scale factors keep their digits
    return text.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)
