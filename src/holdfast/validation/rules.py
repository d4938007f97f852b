"""Pass rules of the validation of sizing, and what so few missions can tell: sign test, bootstrap, binomial intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from holdfast.core.statistics import wilson_interval
from holdfast.core.streams import uniform
from holdfast.sizing.past import error_factor, median
from holdfast.validation.results import LEVEL, TOKEN, WITHIN, ClassScore, Comparison, MissionScore, Rule

REFERENCE = {"density": 2.8, "length": 2.0}
"""Median error factors of the two baselines on the reference file, as MODEL.md 7 quotes them."""
TITLES = {"density": "density of the class", "length": "class with length of line (or area)"}
NEAR_SHARE = 0.75
"""Share of the missions that must lie within the factor of 3."""
CONFIDENCE = 0.95
BOOTSTRAPS = 2000
_FEW = 5
"""Below so many missions a verdict says that it rests on few."""


def compare(rows: Sequence[MissionScore], baseline: str, *, seed: int) -> Comparison:
    """Sizing against a baseline over the missions that both predict."""
    pairs = [(row.error, error_factor(getattr(row, baseline), row.actual)) for row in rows if _both(row, baseline)]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    nearer = sum(our < their for our, their in pairs)
    level = sum(our == their for our, their in pairs)
    low, high = bootstrap_ratio(ours, theirs, seed=seed)
    found = Comparison(
        baseline=baseline, title=TITLES[baseline], missions=len(pairs), ours=median(ours), theirs=median(theirs),
        reference=REFERENCE[baseline], nearer=nearer, level=level, chance=sign_test(nearer, len(pairs) - level),
        ratio_low=low, ratio_high=high, words="",
    )  # fmt: skip
    return replace(found, words=_comparison_words(found))


def _both(row: MissionScore, baseline: str) -> bool:
    return math.isfinite(getattr(row, baseline)) and not math.isnan(row.error)


def sign_test(wins: int, trials: int) -> float:
    """Chance of at least `wins` heads in `trials` throws of a fair coin (1 without a trial)."""
    ways = sum(math.comb(trials, count) for count in range(wins, trials + 1))
    return float(ways / 2**trials)


def bootstrap_ratio(ours: Sequence[float], theirs: Sequence[float], *, seed: int) -> tuple[float, float]:
    """80 % percentile interval of the ratio of the two median error factors, missions drawn with replacement in pairs."""
    count = len(ours)
    if count < 2:
        return math.nan, math.nan
    draws = [[uniform(seed, "validation.bootstrap", row, place) for place in range(count)] for row in range(BOOTSTRAPS)]
    picks = (np.array(draws) * count).astype(int)
    first, second = (np.median(np.array(values)[picks], axis=1) for values in (ours, theirs))
    sure = np.isfinite(first) & np.isfinite(second)
    if not sure.all():
        return math.nan, math.nan
    low, high = np.quantile(first / second, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _comparison_words(found: Comparison) -> str:
    if not found.missions:
        return f"{found.title}: no mission that both predict"
    said = (
        f"Median error factor ×{found.ours:.2f} against ×{found.theirs:.2f} for {found.title} on {found.missions} missions "
        f"(the reference study: about ×{found.reference:.1f}); nearer on {found.nearer} of {found.missions}"
    )
    if found.level:
        said += f", level on {found.level}"
    said += f"; a coin would do as well in {100 * found.chance:.0f} % of trials"
    if math.isfinite(found.ratio_low):
        said += (
            f". Drawing the missions anew, the ratio of the two medians lies between {found.ratio_low:.2f} and "
            f"{found.ratio_high:.2f} four times in five: {_judged(found)}"
        )
    return said + "."


def _judged(found: Comparison) -> str:
    if found.ratio_high < 1:
        return "better, beyond what the choice of these missions explains"
    if found.ratio_low > 1:
        return "worse, beyond what the choice of these missions explains"
    return "these missions are too few to tell the two apart"


def acceptance(trials: int, share: float, *, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Counts out of `trials` that are consistent with a chance `share`: the central binomial interval.

    At most (1 - confidence) / 2 of the probability lies below the first count, and as much above the second.
    """
    tail = (1.0 - confidence) / 2.0
    mass = [math.comb(trials, k) * share**k * (1.0 - share) ** (trials - k) for k in range(trials + 1)]
    below = np.cumsum(mass)
    low = int(np.argmax(below > tail))
    high = int(np.argmax(below >= 1.0 - tail - 1e-12))
    return low, high


def judge_rules(rows: Sequence[MissionScore], comparisons: Sequence[Comparison]) -> tuple[Rule, ...]:
    """The three pass rules of MODEL.md 7 over the scored missions that are no token missions."""
    return (_beats(comparisons), _near(rows), _covers(rows))


def _beats(comparisons: Sequence[Comparison]) -> Rule:
    (found,) = (row for row in comparisons if row.baseline == "density")
    verdict = "not judged" if not found.missions else "pass" if found.ours < found.theirs else "fail"
    return Rule(id="beats_density", title="Beats the density of the class", verdict=verdict, words=found.words)


def _near(rows: Sequence[MissionScore]) -> Rule:
    title = f"Three in four within ×{WITHIN:g}"
    if not rows:
        return Rule(id="near", title=title, verdict="not judged", words="no scored mission")
    count = sum(row.within for row in rows)
    low, high = wilson_interval(count, len(rows))
    words = (
        f"{count} of {len(rows)} within ×{WITHIN:g} ({100 * count / len(rows):.0f} %; over missions like these "
        f"{100 * low:.0f} to {100 * high:.0f} %){_few(len(rows))}."
    )
    verdict = "pass" if count >= NEAR_SHARE * len(rows) else "fail"
    return Rule(id="near", title=title, verdict=verdict, words=words)


def _covers(rows: Sequence[MissionScore]) -> Rule:
    """Judged by the intervals in which service levels and geometry are unknown too: they are the prediction intervals."""
    title = f"{100 * LEVEL:.0f} % intervals cover"
    drawn = [row for row in rows if row.has_interval]
    if not drawn:
        return Rule(id="covers", title=title, verdict="not judged", words="no scored mission with draws")
    count, trials = sum(row.covered for row in drawn), len(drawn)
    low, high = acceptance(trials, LEVEL)
    touched = sum(row.touches for row in drawn)
    words = (
        f"{count} of {trials} intervals hold the strength deployed ({touched} hold some strength of the range where sources "
        f"differ); {low} to {high} of {trials} are consistent with {100 * LEVEL:.0f} % (95 % binomial interval)"
        f"{_side(count, low, high)}. Half of the intervals are wider than ×/÷ {width([(row.low, row.high) for row in drawn]):.2f}"
        f"{_few(trials)}. {_terms_words(drawn)}"
    )
    if low == 0:
        return Rule(id="covers", title=title, verdict="not judged", words=f"{words} No count of so few could fail.")
    return Rule(id="covers", title=title, verdict="pass" if low <= count <= high else "fail", words=words)


def width(intervals: Sequence[tuple[float, float]]) -> float:
    """Median over intervals of the factor from their middle to either end; infinite for those without an end."""
    return median([math.sqrt(high / low) if low > 0 else math.inf for low, high in intervals])


def _terms_words(drawn: Sequence[MissionScore]) -> str:
    """What the intervals over terms and factors alone, which no rule judges, would have held."""
    held = sum(row.terms_covered for row in drawn)
    return (
        f"With terms and factors alone, as if the service levels wanted were known, {held} of {len(drawn)} would hold it, half of the "
        f"intervals wider than ×/÷ {width([(row.terms_low, row.terms_high) for row in drawn]):.2f}."
    )


def density_intervals(rows: Sequence[MissionScore]) -> tuple[str, ...]:
    """In words how the intervals of the class-density baseline do on the same missions; nothing for fewer than two."""
    known = [row for row in rows if row.has_interval and not math.isnan(row.density_low)]
    if len(known) < 2:
        return ()
    held, ours = (
        sum(row.density_low <= row.actual <= row.density_high for row in known),
        sum(row.covered for row in known),
    )
    words = (
        f"On the {len(known)} missions for which the density of the class has an 80 % interval too (from the scatter of the others), "
        f"{held} of its intervals hold the strength deployed, half of them wider than ×/÷ "
        f"{width([(row.density_low, row.density_high) for row in known]):.2f}; of those of sizing {ours}, half of them wider than ×/÷ "
        f"{width([(row.low, row.high) for row in known]):.2f}."
    )
    return (words,)


def median_draw(rows: Sequence[MissionScore]) -> tuple[str, ...]:
    """In words how the median of the draws would have done as point prediction; nothing for fewer than two missions."""
    drawn = [row for row in rows if row.has_interval]
    if len(drawn) < 2:
        return ()
    errors = [error_factor(row.middle, row.actual) for row in drawn]
    words = (
        f"The point prediction is the nominal size, since that is what `holdfast size` answers. The median of the draws would have been "
        f"off by ×{median(errors):.2f} in the median (nominal on the same missions: ×{median([row.error for row in drawn]):.2f}), "
        f"{sum(error <= WITHIN for error in errors)} of {len(drawn)} within ×{WITHIN:g}."
    )
    return (words,)


def _side(count: int, low: int, high: int) -> str:
    if count < low:
        return ": too few, the intervals are too narrow for how far off the sizes are"
    return ": too many, so the intervals are wider than they claim" if count > high else ""


def _few(count: int) -> str:
    return f"; {count} missions are too few for a verdict to mean much" if count < _FEW else ""


def class_scores(rows: Sequence[MissionScore]) -> tuple[ClassScore, ...]:
    """The scored missions by class, the token missions last."""
    kinds = sorted({row.kind for row in rows}, key=lambda kind: (kind == TOKEN, kind))
    return tuple(_class_score(kind, [row for row in rows if row.kind == kind]) for kind in kinds)


def posture_scores(rows: Sequence[MissionScore]) -> tuple[ClassScore, ...]:
    """The scored missions by the posture that sizing was given for them, token missions left out."""
    counted = [row for row in rows if row.kind != TOKEN]
    postures = sorted({row.posture for row in counted})
    return tuple(_class_score(name, [row for row in counted if row.posture == name]) for name in postures)


def _class_score(kind: str, rows: Sequence[MissionScore]) -> ClassScore:
    ratios = [row.ratio for row in rows]
    bias = math.exp(sum(map(math.log, ratios)) / len(ratios)) if min(ratios) > 0 else 0.0
    drawn = [row for row in rows if row.has_interval]
    return ClassScore(
        kind=kind, missions=len(rows), error=median([row.error for row in rows]), bias=bias,
        within=sum(row.within for row in rows), covered=sum(row.covered for row in drawn),
        terms_covered=sum(row.terms_covered for row in drawn),
        tail=median([row.tail for row in rows if math.isfinite(row.tail)]),
        density_error=median([error_factor(row.density, row.actual) for row in rows if math.isfinite(row.density)]),
    )  # fmt: skip
