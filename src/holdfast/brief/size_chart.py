"""The chart of what sizes buy: people against common service level by posture, a panel a settlement variant, with claims."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from holdfast.brief.drawing import INK, QUIET, WIDTH_IN, canvas, svg_of
from holdfast.studies.sizes_claims import group_claims

if TYPE_CHECKING:
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_claims import Claim

_LOOK: dict[str, tuple[str, str]] = {
    "observe": ("#0072B2", "-"), "interpose": ("#D55E00", "--"), "reassure": ("#009E73", "-."), "robust": ("#AA3377", ":"),
}  # fmt: skip
"""Colour (Okabe and Ito, and a purple that stays apart from them) and line style of each posture."""
_LEVELS = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
_TWO_COLUMNS = 2
_NOTE = "Conditional on stated assumptions and open sources; not a forecast."


def draw_sizes(curves: SizeCurves, claims: Sequence[Claim] = ()) -> str:
    """What sizes buy, as inline SVG.

    Each panel is a settlement variant; each line a posture, broken off where the terms rule it out; the bar on the line
    "as asked" is the 10th to 90th percentile of the size at full service. The strip below shows published claims.
    """
    with canvas(WIDTH_IN, _height(curves, claims)) as figure:
        _draw(figure, curves, claims)
        return svg_of(figure, name="sizes", alt="What each size buys: common service level by posture and settlement")


def picture_of_sizes(curves: SizeCurves, claims: Sequence[Claim] = (), *, kind: str) -> bytes:
    """The chart as the bytes of a file, `svg` or `png`."""
    with canvas(WIDTH_IN, _height(curves, claims)) as figure:
        _draw(figure, curves, claims)
        stream = io.BytesIO()
        bare = {"Date": None, "Creator": "Holdfast"} if kind == "svg" else {"Software": "Holdfast"}
        figure.savefig(stream, format=kind, dpi=160, metadata=bare)
        return stream.getvalue()


def _height(curves: SizeCurves, claims: Sequence[Claim]) -> float:
    rows = -(-len(curves.settlements) // _TWO_COLUMNS)
    return 1.2 + 2.2 * rows + _strip_height(len(group_claims(claims)))


def _strip_height(groups: int) -> float:
    return 0.4 + 0.145 * groups if groups else 0.0


def _draw(figure: Any, curves: SizeCurves, claims: Sequence[Claim]) -> None:
    count = len(curves.settlements)
    columns = min(count, _TWO_COLUMNS)
    rows = -(-count // columns)
    groups = group_claims(claims)
    grid = figure.add_gridspec(
        rows + bool(groups), columns, height_ratios=[2.2] * rows + ([_strip_height(len(groups))] if groups else [])
    )
    top = float(curves.alpha["size"].values[-1]) / 1000.0
    for number, terms in enumerate(curves.settlements):
        axis = figure.add_subplot(grid[number // columns, number % columns])
        _panel(axis, curves, terms, top, first=number % columns == 0)
        if number == 0:
            figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=4, fontsize=7.5, title=_title(curves),
                          title_fontproperties={"weight": "bold", "size": 9}, alignment="left")  # fmt: skip
    if groups:
        _strip(figure.add_subplot(grid[rows, :]), groups, top)
    figure.supxlabel(_note(curves, claims), fontsize=6.5, color="#555555", x=0.01, ha="left")


def _note(curves: SizeCurves, claims: Sequence[Claim]) -> str:
    spread = "10th to 90th percentile over draws" if curves.draws else "nominal size only, nothing drawn"
    later = f" * said after {curves.as_of}: shown, never an input." if any(claim.later for claim in claims) else ""
    return (
        f"Horizontal axes: thousand people in the country. Bar and dot: size at full service, {spread}. Curves: highest common "
        f"service level\nthat a size buys; they end where four times what is asked fits.{later}\n{_NOTE}"
    )


def _title(curves: SizeCurves) -> str:
    return "\n".join(textwrap.wrap(f"What each size buys: {curves.title}", 96)[:2])


def _panel(axis: Any, curves: SizeCurves, terms: str, top: float, *, first: bool) -> None:
    axis.set_yscale("log", base=2)
    axis.axhline(1.0, color=INK, linewidth=0.8)
    for number, posture in enumerate(curves.postures):
        colour, style = _LOOK[posture]
        look = {"color": colour, "linestyle": style, "linewidth": 1.6, "label": posture}
        if bool(curves.ruled_out.sel(posture=posture, settlement=terms)):
            axis.plot([], [], **look)
            continue
        axis.plot(*_line(curves, posture, terms), **look)
        full = curves.full_of(posture, terms)
        place = 2.0 ** (0.14 * (1.5 - number))
        ends = [min(full[end] / 1000.0, top) for end in ("low", "high")]
        axis.plot(ends, [place, place], color=colour, linewidth=3.2, alpha=0.5, solid_capstyle="butt")
        axis.plot([full["nominal"] / 1000.0], [place], "o", color=colour, ms=3.5)
    lost = [p for p in curves.postures if bool(curves.ruled_out.sel(posture=p, settlement=terms))]
    if lost:
        axis.text(0.98, 0.04, f"{', '.join(lost)}: ruled out by these terms", transform=axis.transAxes, ha="right",
                  fontsize=7, color="#555555")  # fmt: skip
    axis.set_title("\n".join(textwrap.wrap(curves.settlement_titles[terms], 46)), fontsize=8)
    axis.set_ylim(_LEVELS[0] * 0.9, _LEVELS[-1] * 1.15)
    axis.set_yticks(
        _LEVELS, ["1/16", "1/8", "1/4", "1/2", "as asked", "2 times", "4 times"] if first else [""] * len(_LEVELS)
    )
    _across(axis, top)


def _line(curves: SizeCurves, posture: str, terms: str) -> tuple[Any, Any]:
    """Sizes (thousands) and levels, from the first size that buys anything to the first that buys the most looked at."""
    part = curves.alpha.sel(posture=posture, settlement=terms).values
    sizes = curves.alpha["size"].values / 1000.0
    full = (part >= _LEVELS[-1]).nonzero()[0]
    end = full[0] + 1 if full.size else part.size
    shown = part[:end] > 0
    return sizes[:end][shown], part[:end][shown]


def _across(axis: Any, top: float) -> None:
    axis.set_xlim(0, top)
    axis.tick_params(labelsize=7.5)
    axis.grid(color="#e5e5e5", linewidth=0.5)
    axis.set_axisbelow(True)


def _strip(axis: Any, groups: Sequence[tuple[str, tuple[Claim, ...]]], top: float) -> None:
    """Published claims as bands, one a line, the label on the side that has room."""
    for row, (label, members) in enumerate(groups):
        low, high = min(members[0].low / 1000.0, top), min(members[0].high / 1000.0, top)
        if high - low > 0.004 * top:
            axis.plot((low, high), [row, row], color=QUIET, linewidth=4.5, solid_capstyle="butt")
        else:
            axis.plot([low], [row], "|", color="#555555", ms=6, mew=2)
        right = high <= 0.68 * top
        mark = "*" if all(claim.later for claim in members) else ""
        axis.text(high + 0.008 * top if right else low - 0.008 * top, row, textwrap.shorten(label + mark, 70, placeholder=" ..."),
                  ha="left" if right else "right", va="center", fontsize=6.5)  # fmt: skip
    _across(axis, top)
    axis.set_ylim(len(groups) - 0.4, -0.6)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.set_title("Published claims", fontsize=8)
