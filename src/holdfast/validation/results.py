"""What a validation of sizing found, as frozen types: missions, baselines, comparisons and pass rules."""

from __future__ import annotations

import math
from dataclasses import dataclass

from holdfast.sizing.past import error_factor

STATEMENT = "Sizing predicts what was deployed, which politics decided, not what sufficed."
LEVEL = 0.8
"""Probability that the intervals of the predictions claim."""
WITHIN = 3.0
"""A size within this factor of what was deployed counts as near (MODEL.md 7)."""
FIELD = "field"
"""What a record counts that leaves out support and command (`scenario.vocabulary.RecordCount`)."""
TOKEN = "token"  # noqa: S105  # a class of missions, no secret
"""Class of the token observer missions, which stand apart (MODEL.md 7)."""


@dataclass(frozen=True, kw_only=True)
class MissionScore:
    """One mission: what sizing predicts of it, what was deployed, what the baselines predict without having seen it.

    People are those in the country of the mission. Numbers that do not exist are nan.
    """

    id: str
    title: str
    given_as: str
    """The folder, zip or bundled name it was read from."""
    kind: str
    """Class of its record (`monitoring`, `interposition`, `robust`, `area`, `token`); empty without a record."""
    posture: str = ""
    line_km: float = 0.0
    area_km2: float = 0.0
    population: float = 0.0
    predicted: float = math.nan
    """The nominal size: the point prediction."""
    low: float = math.nan
    high: float = math.nan
    """80 % of draws of terms, factors, service levels and geometry: the interval that the rule judges."""
    draws: int = 0
    tail: float = math.nan
    """Share of the people predicted who support, command and serve: high where whole support units meet a small mission."""
    actual: float = math.nan
    actual_low: float = math.nan
    actual_high: float = math.nan
    actual_at: str = ""
    counts: str = "force"
    """Whom the strength counts, and so the prediction: `force`, or `field` (observers, monitors and troops without support)."""
    in_country: float = math.nan
    """The nominal size in all, support and command with it: the prediction itself where the strength counts the force."""
    checked: str = ""
    outcome: str = ""
    source: str = ""
    scored: bool = False
    why: str = ""
    """Why it is not scored; empty where it is."""
    problems: tuple[str, ...] = ()
    """What is wrong with the folder, or why no size was found."""
    density: float = math.nan
    """Prediction of the class-density baseline from the other missions."""
    length: float = math.nan
    """Prediction of the baseline of class with length (or area), from the other missions."""
    terms_low: float = math.nan
    terms_high: float = math.nan
    """80 % of draws of terms and factors alone, at the packaged service levels and the geometry as best known."""
    middle: float = math.nan
    """Median of the draws behind `low` and `high`."""
    density_low: float = math.nan
    density_high: float = math.nan
    """80 % prediction interval of the class-density baseline, from the scatter of the others."""

    @property
    def is_sized(self) -> bool:
        """Whether sizing found a size."""
        return math.isfinite(self.predicted)

    @property
    def ratio(self) -> float:
        """Predicted over deployed; nan without either."""
        return self.predicted / self.actual if self.is_sized and self.actual > 0 else math.nan

    @property
    def error(self) -> float:
        """How many times too large or too small; inf for a prediction of nobody, nan without a prediction or a record."""
        if not self.is_sized or math.isnan(self.actual):
            return math.nan
        return error_factor(self.predicted, self.actual)

    @property
    def within(self) -> bool:
        """Whether the size lies within a factor of 3 of what was deployed."""
        return self.error <= WITHIN

    @property
    def has_interval(self) -> bool:
        """Whether draws were made."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def covered(self) -> bool:
        """Whether the interval over draws, levels and geometry unknown, holds the strength deployed."""
        return self.low <= self.actual <= self.high

    @property
    def terms_covered(self) -> bool:
        """Whether the interval over terms and factors alone holds the strength deployed."""
        return self.terms_low <= self.actual <= self.terms_high

    @property
    def touches(self) -> bool:
        """Whether the interval holds any strength of the range in which the sources differ."""
        return self.low <= self.actual_high and self.actual_low <= self.high


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Sizing against a baseline on the missions that both predict, paired."""

    baseline: str
    """`density` or `length`."""
    title: str
    missions: int
    ours: float
    """Median error factor of sizing on these missions."""
    theirs: float
    """Median error factor of the baseline, leave-one-out."""
    reference: float
    """The median factor that MODEL.md quotes for this baseline on the reference file."""
    nearer: int
    """Missions on which sizing is nearer."""
    level: int
    """Missions on which both are equally near."""
    chance: float
    """Sign test: chance that a coin would have sizing nearer on at least so many missions."""
    ratio_low: float
    ratio_high: float
    """80 % bootstrap interval over missions of (our median error factor / theirs); below 1 is better."""
    words: str


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """What sizing would say if its sizes were scaled by class to other missions: no part of the model, and in no rule.

    The baselines know the level of each class from past missions and sizing does not. Scaled alike (leave-one-out), the two tell
    whether the size computed carries more than the length or area does.
    """

    missions: int
    error: float
    """Median error factor of the sizes scaled by class."""
    density_error: float
    """That of class density on the same missions."""
    covered: int
    """Missions inside the 80 % prediction interval of the scaled size (Student's t on the scatter of the others)."""
    judged: int
    """Missions that have such an interval."""
    words: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One pass rule, its verdict and the figures behind it."""

    id: str
    title: str
    verdict: str
    """`pass`, `fail` or `not judged`."""
    words: str


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """The scored missions of one class together."""

    kind: str
    missions: int
    error: float
    """Median error factor."""
    bias: float
    """Geometric mean of predicted over deployed: above 1 too large."""
    within: int
    covered: int
    terms_covered: int
    tail: float
    """Median share of support, command and services in the size predicted."""
    density_error: float
    """Median error factor of the class-density baseline on those of them that it predicts."""


@dataclass(frozen=True, kw_only=True)
class SizingValidation:
    """What `holdfast validate sizing` found."""

    statement: str
    missions: tuple[MissionScore, ...]
    classes: tuple[ClassScore, ...]
    postures: tuple[ClassScore, ...]
    """The same missions by the posture that they were read to have; token missions left out."""
    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    """What a reader should know: what the area baseline is, which service levels differ from mission to mission."""
    draws: int
    seed: int
    level: float = LEVEL
    scaled: Scaled | None = None

    @property
    def scored(self) -> tuple[MissionScore, ...]:
        """Missions in the pass rules: scored, and no token observer mission."""
        return tuple(row for row in self.missions if row.scored and row.kind != TOKEN)

    @property
    def passed(self) -> bool:
        """Whether every rule that could be judged passes, and at least one could."""
        verdicts = {rule.verdict for rule in self.rules}
        return "pass" in verdicts and "fail" not in verdicts
