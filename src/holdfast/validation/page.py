"""The page of the documentation on the validation of sizing, written from its results."""

from __future__ import annotations

import math
from collections.abc import Sequence

from holdfast.validation.changed import CHANGED
from holdfast.validation.results import WITHIN, ClassScore, MissionScore, SizingValidation
from holdfast.validation.tables import HEADINGS, cells, counting, groups, ordered

_HEAD = """\
# Validation of sizing

**{statement}** A mission that held may have had luck, and one that collapsed may have had enough people: nothing on this
page says how many would have been enough.

This page is written by `holdfast validate sizing`. Each mission is a scenario folder with its terms (terrain, access,
consent, posture), sized by the same program and the same planning factors as any other scenario; `[record]` in the folder says
what was deployed and is read by nothing else. A folder of your own is scored in the same way:
`holdfast validate sizing my-mission`.
"""
_METHOD = """\
## How it is scored

- *Predicted* is people of units in the country of the mission at nominal values: whom the record counts, see *Like with like*.
  Contracted support and civilian staff are neither in the size nor, as far as sources tell, in the strength. *Deployed* is the strength
  of the record, with the range in which sources differ.
- *Interval*: 80 % of {draws:,} draws of the mission's terms and of the planning factors, of its geometry (the folder's settlement
  variants by their weights), and of the service levels that were wanted of it. No record tells these; the packaged levels of the
  posture, moved by one common factor drawn from `validation.common_level` (one in ten below a third, one in ten above three
  times), stand in for them.
  The rule judges this interval: a prediction of what was deployed must own that the levels are unknown. The factor is symmetrical in
  logarithms, so that it favours neither side. It was set once, from that reason, before any mission was sized with it. It was added
  after a first run whose intervals, over terms and factors alone, held 4 of 32: that told that something was missing, not how wide it is.
  It scales what the posture asks for and neither adds nor drops a task.
- *Terms and factors only*: 80 % of the same draws at the packaged levels and the geometry as best known: what is unknown of the size of a
  force *for these levels*. No rule judges it; it shows how much of the interval the unknown levels make.
- *Scored* are missions whose strength was read in a source (`searched`, or `mixed` where other cells are recalled). A mission whose
  folder changes planning factors or figures of units is not scored, except that sensors of a later time may be taken away: no factor is
  set for a mission. A mission that can be read but for which sizing
  finds no size counts as a miss.
- *Token observer missions* stand apart: a few dozen people on a line of hundreds of kilometres answer no service level.
- *Class density* predicts a mission from the others of its class: the geometric mean of their people a kilometre, times its length.
  *Class, length* is a regression of log strength on class and log length with one slope. Both leave the mission itself out.
  Missions without a line are counted by area or by population, whichever predicts the others of them better.
- The *error factor* is how many times too large or too small a prediction is; medians are over missions.
- The *share of support* is that of support, command and services in the size predicted. Support comes in sub-units (companies),
  less the share that the posture leaves to contractors, the host or civilian staff.
- Rules: the median error factor is below that of class density on the missions that both predict; three in four within ×3; the
  number of intervals that hold the strength deployed lies in the central 95 % binomial interval of a chance of 80 %.
"""


def page(found: SizingValidation, *, picture: str) -> str:
    """The page in Markdown.

    Parameters
    ----------
    picture
        Address of the PNG of the picture, relative to the page; the SVG lies beside it.
    """
    parts = [
        _HEAD.format(statement=found.statement),
        _verdict(found),
        f"![Predicted against deployed strength]({picture})\n\n[The picture as SVG]({picture.removesuffix('.png')}.svg)\n",
    ]
    parts += [f"## {title}\n\n{_missions(members)}" for title, members in groups(found)]
    parts += [
        _classes("By class", "class", found.classes, drawn=found.draws > 0),
        _classes("By posture", "posture", found.postures, drawn=found.draws > 0),
        _notes(found.notes), CHANGED if _is_bundled(found) else "", _counts(found), _METHOD.format(draws=found.draws),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _is_bundled(found: SizingValidation) -> bool:
    """Whether the page is about the bundled missions, which the first validation was about."""
    from holdfast.scenario.bundled import bundled_missions

    return tuple(row.given_as for row in found.missions) == tuple(map(str, bundled_missions()))


def _verdict(found: SizingValidation) -> str:
    lines = ["## Verdict\n"]
    lines += [f"- **{rule.title}: {rule.verdict}.** {rule.words}" for rule in found.rules]
    lines += [f"- Beside it: {row.words}" for row in found.comparisons if row.baseline != "density"]
    lines += [f"- Beside it: {found.scaled.words}"] if found.scaled else []
    return "\n".join(lines) + "\n"


def _missions(rows: Sequence[MissionScore]) -> str:
    """One table; columns in which no mission has anything are left out."""
    texts = [cells(row) for row in rows]
    keep = [place for place in range(len(HEADINGS)) if any(text[place] not in {"–", ""} for text in texts)]
    keep = [place for place in keep if HEADINGS[place] != "scored"]
    return table([HEADINGS[place] for place in keep], [[text[place] for place in keep] for text in texts])


def _classes(title: str, what: str, groups: Sequence[ClassScore], *, drawn: bool) -> str:
    if not groups:
        return ""
    heads = [
        what, "missions", "median error", "predicted / deployed", f"within ×{WITHIN:g}", "in interval", "in terms only", "share of support",
        "error of class density",
    ]  # fmt: skip
    rows = [
        [row.kind, str(row.missions), factor(row.error), f"{row.bias:.2f}", str(row.within), str(row.covered) if drawn else "–",
         str(row.terms_covered) if drawn else "–", f"{100 * row.tail:.0f} %", factor(row.density_error)]
        for row in groups
    ]  # fmt: skip
    return f"## {title}\n\n{table(heads, rows)}"


def _counts(found: SizingValidation) -> str:
    """Whom the strengths count and what is predicted for them, mission by mission."""
    rows = [counting(row) for row in ordered(found) if not math.isnan(row.actual)]
    if not rows:
        return ""
    heads = ["mission", "strength deployed: who and when", "predicted for it", "sized in all"]
    return f"## Like with like\n\n{table(heads, rows)}"


def factor(value: float) -> str:
    """An error factor as text."""
    return f"×{value:.2f}" if math.isfinite(value) else "–"


def _notes(notes: Sequence[str]) -> str:
    return "\n".join(f"- {note}" for note in notes) + "\n" if notes else ""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return (
        "\n".join(
            "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in line) + " |" for line in lines
        )
        + "\n"
    )


def nominal_column(text: str) -> dict[str, str]:
    """Predicted size by mission title as a page says it, to tell whether the page is up to date."""
    found: dict[str, str] = {}
    place = -1
    for line in text.splitlines():
        parts = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| mission"):
            place = parts.index("predicted") if "predicted" in parts else -1
        elif line.startswith("| ") and place >= 0 and not set(parts[0]) <= {"-"}:
            found[parts[0]] = parts[place]
        elif not line.startswith("|"):
            place = -1
    return found
