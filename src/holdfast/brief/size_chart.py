"""The chart of what sizes buy: people against common service level by posture, a panel a settlement variant, with claims."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from holdfast.brief.drawing import INK, QUIET, WIDTH_IN, canvas, svg_of
from holdfast.studies.sizes_claims import group_claims, short_name

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


def draw_own_terms(curves: SizeCurves, settlement: str, claims: Sequence[Claim] = (), *, cap: float = 0.0) -> str:
    """What sizes buy under one settlement variant, with the published claims below on the same axis, as inline SVG."""
    lines = _packed(group_claims(claims), _top(curves))
    with canvas(WIDTH_IN, 3.0 + 0.16 * len(lines)) as figure:
        grid = figure.add_gridspec(
            1 + bool(lines), 1, height_ratios=[2.3, *([0.3 + 0.16 * len(lines)] if lines else [])]
        )
        axis = figure.add_subplot(grid[0])
        _panel(axis, curves, settlement, _top(curves), first=True)
        axis.set_ylabel("common service level", fontsize=7.5)
        if cap:
            axis.axvline(cap / 1000.0, color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
            axis.text(cap / 1000.0, _LEVELS[0], f" cap {cap:,.0f}", fontsize=7, va="bottom")
        figure.legend(*axis.get_legend_handles_labels(), loc="outside upper right", ncols=4, fontsize=7.5)
        if lines:
            _packed_strip(figure.add_subplot(grid[1]), lines, _top(curves))
        figure.supxlabel("thousand people in the country", fontsize=8)
        return svg_of(
            figure, name="own_terms", alt="What each size buys by posture, with published claims on the same axis"
        )


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
    top = _top(curves)
    for number, terms in enumerate(curves.settlements):
        axis = figure.add_subplot(grid[number // columns, number % columns])
        _panel(axis, curves, terms, top, first=number % columns == 0)
        if number == 0:
            figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=4, fontsize=7.5, title=_title(curves),
                          title_fontproperties={"weight": "bold", "size": 9}, alignment="left")  # fmt: skip
    if groups:
        _strip(figure.add_subplot(grid[rows, :]), groups, top)
    figure.supxlabel(_note(curves, claims), fontsize=6.5, color="#555555", x=0.01, ha="left")


def _top(curves: SizeCurves) -> float:
    """Largest size looked at, thousand people."""
    return float(curves.alpha["size"].values[-1]) / 1000.0


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
    letter = ascii_uppercase[curves.settlements.index(terms) % len(ascii_uppercase)]
    axis.set_title("\n".join(textwrap.wrap(f"{letter}  {curves.settlement_titles[terms]}", 50)), fontsize=8)
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


_Bar = tuple[float, float, str, bool]
"""Low and high end (thousand people), label, and whether the label stands to the right."""
_CHARACTER = 0.0082
"""Width of a character of a label, share of the axis."""


def _packed(groups: Sequence[tuple[str, tuple[Claim, ...]]], top: float) -> list[list[_Bar]]:
    """Claims as bars on as few lines as their labels leave room for: each goes on the first line where it fits."""
    lines: list[list[_Bar]] = []
    ends: list[float] = []
    bars = [_bar(members, top) for _, members in groups]
    for bar, begin, end in sorted(bars, key=lambda item: (item[1], item[2])):
        place = next((number for number, taken in enumerate(ends) if taken <= begin), len(lines))
        if place == len(lines):
            lines.append([])
            ends.append(0.0)
        lines[place].append(bar)
        ends[place] = end
    return lines


def _bar(members: Sequence[Claim], top: float) -> tuple[_Bar, float, float]:
    """A bar, and where it begins and ends with its label."""
    claim = members[0]
    low, high = min(claim.low / 1000.0, top), min(claim.high / 1000.0, top)
    mark = {"up to": "\u2264", "at least": "\u2265"}.get(claim.bound, "")
    figures = f"{claim.low / 1000:g}" if claim.low == claim.high else f"{claim.low / 1000:g}\u2013{claim.high / 1000:g}"
    names = ", ".join(dict.fromkeys(short_name(one.said_by) for one in members))
    star = "*" if all(one.later for one in members) else ""
    label = f"{mark}{figures} {textwrap.shorten(names, 44, placeholder=' ...')}{star}"
    wide = (len(label) + 2) * _CHARACTER * top
    right = high + wide <= top
    return (low, high, label, right), low if right else low - wide, high + wide if right else high + 0.02 * top


def _packed_strip(axis: Any, lines: Sequence[Sequence[_Bar]], top: float) -> None:
    for row, bars in enumerate(lines):
        for low, high, label, right in bars:
            if high - low > 0.004 * top:
                axis.plot((low, high), [row, row], color=QUIET, linewidth=4, solid_capstyle="butt")
            else:
                axis.plot([low], [row], "|", color="#555555", ms=6, mew=2)
            place, side = (high + 0.006 * top, "left") if right else (low - 0.006 * top, "right")
            axis.text(place, row, label, ha=side, va="center", fontsize=6.5)
    _across(axis, top)
    axis.set_ylim(len(lines) - 0.4, -0.6)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.set_title("Published claims, thousand people", fontsize=8)
