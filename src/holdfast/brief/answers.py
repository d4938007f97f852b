"""What the brief says of size beyond the plan: ranges over draws, what sizes buy, why not the cap, found once a brief."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from holdfast.core.errors import HoldfastError
from holdfast.core.memo import memoised
from holdfast.core.progress import report, reporting
from holdfast.results.plan import Study
from holdfast.results.stages import Estimate
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.types import Scenario
from holdfast.sizing.inputs import SizingInputs, gather_sizing

if TYPE_CHECKING:
    from holdfast.sizing.agreement import Agreement
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_answer import Ranges
    from holdfast.studies.sizes_claims import Claim, Reading
    from holdfast.studies.sizes_why import WhyNot

DRAWS = 1_000
"""Draws behind the range of the reference option and what drives it."""
CURVE_DRAWS = 200
"""Draws behind the range of each posture under each settlement variant: there are sixteen of them."""
CHANGES = 3
"""Single changes looked for that would turn whether the cap is enough; each is sized exactly some ten times."""
_SHARE = 0.96
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class SizeAnswers:
    """Answers of sizing for the reference option; `None` or empty where there is none, with the reason in `missing`."""

    ranges: Ranges | None = None
    agreement: Agreement | None = None
    curves: SizeCurves | None = None
    claims: tuple[Claim, ...] = ()
    readings: tuple[Reading, ...] = ()
    why: WhyNot | None = None
    cap: int = 0
    """People allowed in the country by the case (0: no cap)."""
    posture: str = ""
    """Posture of the reference option where the curves carry that option for it; empty else."""
    settlement: str = ""
    missing: tuple[str, ...] = ()
    """What could not be answered, and why."""


@dataclass
class _Asked:
    """Questions put one after the other; one without an answer is kept with its reason and stops no other."""

    missing: list[str] = field(default_factory=list)

    def ask(self, what: str, answer: Callable[[], _T]) -> _T | None:
        """The answer, or `None` where the scenario gives none."""
        report(f"writing the brief: {what}", _SHARE)
        try:
            with reporting(_quiet):
                return answer()
        except HoldfastError as error:
            self.missing.append(f"Not answered: {what}: {error}")
            return None


def _quiet(_what: str, _share: float) -> None:
    """No word of the stages inside: the brief says which question it is at."""


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What the answers depend on: the same question is answered once."""

    scenario: Scenario
    case: Case
    draws: int
    curve_draws: int


def answer_sizes(
    study: Study, scenario: Scenario, *, draws: int = DRAWS, curve_draws: int = CURVE_DRAWS
) -> SizeAnswers:
    """Answers for the reference option of a study; nothing where it plans no force.

    Parameters
    ----------
    scenario
        As loaded, before any case.
    draws, curve_draws
        Draws of the uncertain inputs for the reference option, and for each posture under each settlement variant.
    """
    plan = study.plans[study.reference]
    requirement = plan.requirement
    if requirement.posture == "none":
        return SizeAnswers()
    case = Case(option=plan.case.option, settlement=plan.case.settlement, overrides=dict(plan.case.overrides))
    found = _answered(_Question(scenario=scenario, case=case, draws=draws, curve_draws=curve_draws))
    inputs = gather_sizing(resolve_case(scenario, case))
    return replace(
        found,
        agreement=_judged(requirement.in_country, requirement.triangulation, inputs, found.ranges),
        posture=requirement.posture if _is_own(found.curves, requirement.posture, case.option) else "",
    )


@memoised
def _answered(question: _Question) -> SizeAnswers:
    scenario, case = question.scenario, question.case
    inputs = gather_sizing(resolve_case(scenario, case))
    cap, asked = inputs.cap_in_country, _Asked()
    ranges = asked.ask("size over draws", lambda: _ranges(inputs, draws=question.draws, seed=scenario.stress.seed))
    curves = asked.ask("what every size buys", lambda: _curves(scenario, case, cap, draws=question.curve_draws))
    why = asked.ask(f"why not {cap:,}", lambda: _why(scenario, case, cap)) if cap else None
    claims, readings = _claims(scenario, curves)
    return SizeAnswers(
        ranges=ranges, curves=curves, claims=claims, readings=readings, why=why, cap=cap, settlement=case.settlement,
        missing=tuple(asked.missing),
    )  # fmt: skip


def _is_own(curves: SizeCurves | None, posture: str, option: str) -> bool:
    """Whether the curve of a posture is that of the option itself."""
    return curves is not None and curves.options.get(posture) == option


def _ranges(inputs: SizingInputs, *, draws: int, seed: int) -> Ranges:
    from holdfast.studies.sizes_answer import size_ranges

    return size_ranges(inputs, draws=draws, seed=seed)


def _curves(scenario: Scenario, case: Case, cap: int, *, draws: int) -> SizeCurves:
    from holdfast.studies.sizes import SIZES, size_curves

    return size_curves(scenario, case, sizes=sorted({*SIZES, cap} - {0}), draws=draws)


def _why(scenario: Scenario, case: Case, cap: int) -> WhyNot:
    from holdfast.studies.sizes_why import why_not

    return why_not(scenario, case, cap, most=CHANGES)


def _claims(scenario: Scenario, curves: SizeCurves | None) -> tuple[tuple[Claim, ...], tuple[Reading, ...]]:
    from holdfast.studies.sizes_claims import find_claims, read_claims

    claims = find_claims(scenario)
    return claims, read_claims(curves, claims) if curves is not None else ()


def _judged(size: float, estimates: tuple[Estimate, ...], inputs: SizingInputs, ranges: Ranges | None) -> Agreement:
    from holdfast.sizing.agreement import judge

    spread = ranges.totals["in_country"] if ranges else None
    low, high = (spread.low, spread.high) if spread else (None, None)
    return judge(size, low, high, estimates, inputs=inputs)
