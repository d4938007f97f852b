"""Agreement or disagreement with sizes from elsewhere, said in words: inside, above or below, by what factor, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from holdfast.results.stages import Estimate
from holdfast.sizing.inputs import SizingInputs

NEAR = 1.25
"""A size within a quarter of a figure that stands alone agrees with it: published sizes are round."""
_STANCE_OF_POSTURE = {
    "observe": "watching", "interpose": "on the line", "reassure": "away from the line", "robust": "on the line",
}  # fmt: skip
_SAYING = (
    (
        "away from the line",
        ("away from the front", "not on the line", "reassur", "hubs", "key places", "infrastructure", "guarding"),
    ),
    (
        "on the line",
        (
            "interpos",
            "along the line",
            "along 1",
            "near the front",
            "guarantees the line",
            "buffer",
            "on the line",
            "in depth",
        ),
    ),
    ("watching", ("monitor", "observ")),
)
"""Words by which a claim says where its force stands, the telling ones first."""
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One estimate beside our size."""

    id: str
    place: str
    """Where our size lies: `inside`, `above` or `below`."""
    factor: float
    """By how many times it lies outside; 1 inside."""
    reached: bool
    """Whether our range over draws reaches the estimate although the nominal size does not."""
    words: str

    @property
    def agrees(self) -> bool:
        """Whether our size, or its range over draws, agrees with the estimate."""
        return self.place == "inside" or self.reached


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """All estimates beside our size, and one sentence in sum."""

    judged: tuple[Judged, ...]
    words: str


def stance_said(text: str) -> str:
    """Where the force of a claim stands by its words: `away from the line`, `on the line`, `watching`; empty for none or a choice."""
    lowered = text.lower()
    found = [stance for stance, marks in _SAYING if any(mark in lowered for mark in marks)]
    return found[0] if found and found != ["on the line", "watching"] else ""


def judge(
    size: float,
    low: float | None,
    high: float | None,
    estimates: Sequence[Estimate],
    *,
    inputs: SizingInputs | None = None,
) -> Agreement:
    """Set a size beside sizes from elsewhere.

    Parameters
    ----------
    size, low, high
        People in the country at nominal values, and the range over draws where there is one (None: none).
    estimates
        Sizes from elsewhere.
    inputs
        The mission, to say what differs from that of an estimate; None leaves that out.

    Returns
    -------
    Agreement
        One `Judged` for each estimate, in order, and a sentence in sum; no words where there is nothing to judge.
    """
    judged = tuple(_judge(size, low, high, row, inputs) for row in estimates)
    return Agreement(judged=judged, words=_in_sum(size, low, high, judged, estimates) if judged else "")


def three_digits(value: float) -> str:
    """A computed size as its fidelity allows: three significant digits, thousands marked off; fewer digits where it has fewer."""
    if value == 0:
        return "0"
    return f"{round(value, min(2 - floor(log10(abs(value))), 0)):,.0f}"


def _between(low: float | None, high: float | None) -> str:
    """A range over draws in words; empty where there is none."""
    return f"{three_digits(low)} to {three_digits(high)}" if low is not None and high is not None else ""


def _judge(size: float, low: float | None, high: float | None, row: Estimate, inputs: SizingInputs | None) -> Judged:
    bottom, top = _ends(row)
    place = "below" if size < bottom else "above" if size > top else "inside"
    factor = row.low / max(size, 1.0) if place == "below" else size / max(row.high, 1.0) if place == "above" else 1.0
    reached = place != "inside" and low is not None and high is not None and low <= top and bottom <= high
    words = _words(size, row, place, factor=factor)
    if reached:
        words += f", though our range over draws ({_between(low, high)}) reaches it"
    if inputs is not None:
        words += "".join(f"; {text}" for text in differences(row, inputs, outside=place != "inside"))
    return Judged(id=row.id, place=place, factor=factor, reached=reached, words=words)


def _ends(row: Estimate) -> tuple[float, float]:
    """Where an estimate begins and ends: open as it says, a quarter either way for a figure that stands alone."""
    if row.bound == "up_to":
        return 0.0, row.high
    if row.bound == "at_least":
        return row.low, float("inf")
    return (row.low / NEAR, row.high * NEAR) if row.low == row.high else (row.low, row.high)


def _words(size: float, row: Estimate, place: str, *, factor: float) -> str:
    said, ours = _said(row), three_digits(size)
    if place != "inside":
        return f"ours, {ours}, lies {place} {said} by a factor of {factor:.2g}"
    if row.low == row.high and not row.bound:
        return f"agrees: ours, {ours}, is within a quarter of it"
    return f"agrees: ours, {ours}, is within {said}"


def _said(row: Estimate) -> str:
    """An estimate as it was said: a claim in its own digits, what was computed in three."""
    low, high = (f"{end:,.0f}" if row.kind == "claim" else three_digits(end) for end in (row.low, row.high))
    if row.bound == "up_to":
        return f"a ceiling of {high}"
    if row.bound == "at_least":
        return f"a floor of {low}"
    return high if row.low == row.high else f"{low} to {high}"


def differences(row: Estimate, inputs: SizingInputs, *, outside: bool) -> tuple[str, ...]:
    """What differs between the mission of an estimate and ours, as far as the estimate says; terms of ours if nothing does."""
    ours = _STANCE_OF_POSTURE.get(inputs.posture, "")
    found = []
    if row.stance and row.stance != ours:
        found.append(f"it is of a force {row.stance}, ours {_our_stance(inputs)}")
    elif not row.stance and row.kind == "claim" and outside:
        found.append(f"it does not say where its force stands; ours {_our_stance(inputs)}")
    elif outside:
        terms = inputs.settlement
        found.append(
            f"it is of a force {row.stance or 'like ours'} too, so terms and service levels make the difference: ours has access "
            f"{terms.access!r}, a front that is {terms.front}, a zone of {terms.zone_depth_km.nominal:g} km"
        )
    return tuple(found)


def _our_stance(inputs: SizingInputs) -> str:
    stance = _STANCE_OF_POSTURE.get(inputs.posture, "")
    if stance == "away from the line":
        return f"stands {inputs.settlement.standoff_km.nominal:g} km behind the line (posture {inputs.posture})"
    return f"is {stance} (posture {inputs.posture})"


def _in_sum(
    size: float, low: float | None, high: float | None, judged: Sequence[Judged], estimates: Sequence[Estimate]
) -> str:
    """One sentence on all estimates."""
    spread = f" ({_between(low, high)} over draws)" if _between(low, high) else ""
    agreeing = [name.title for name, row in zip(estimates, judged, strict=True) if row.agrees]
    above = sum(row.place == "above" and not row.reached for row in judged)
    below = sum(row.place == "below" and not row.reached for row in judged)
    named = "; ".join(_short(title) for title in agreeing[:_NAMED]) + ("; ..." if len(agreeing) > _NAMED else "")
    return (
        f"Our {three_digits(size)} people in the country{spread} agree with {len(agreeing)} of {len(judged)} sizes from elsewhere"
        + (f" ({named})" if agreeing else "")
        + (f", lie above {above}" if above else "")
        + (f"{' and' if above else ', lie'} below {below}" if below else "")
        + "."
    )


def _short(title: str) -> str:
    """The head of a title: who said it, or what was fitted."""
    return title.partition(": ")[0]
