"""The sizing answers in sentences: the main paragraph, why not the cap, housing, exit; each made from its figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from holdfast.brief.answers import CHANGES
from holdfast.brief.origins import origin_of
from holdfast.brief.wording import SERVICE_LEVELS, inside, say_input

if TYPE_CHECKING:
    from holdfast.brief.answers import SizeAnswers
    from holdfast.results.plan import Plan
    from holdfast.results.stages import Requirement
    from holdfast.results.sustainment import Exit, Housing
    from holdfast.scenario.types import Scenario
    from holdfast.studies.sizes_answer import Ranges, Spread
    from holdfast.studies.sizes_why import Change, WhyNot

_NAMED = 3
_CHANGES = 2


def people(value: float) -> str:
    """People to the nearest hundred."""
    return f"{round(value, -2):,.0f}"


def say_range(ranges: Ranges | None, key: str = "in_country") -> str:
    """A range over draws in brackets, empty without draws: ` (8 draws in 10: 14,900 to 29,300)`."""
    if ranges is None:
        return ""
    spread: Spread = ranges.totals[key]
    return f" (8 draws in 10: {people(spread.low)} to {people(spread.high)})"


def say_sizing(plan: Plan, answers: SizeAnswers, scenario: Scenario) -> str:
    """The paragraph on size for those who read no annex: totals with ranges, drivers, the cap, claims, agreement, origin."""
    requirement = plan.requirement
    missed = f"Not met by any force under these terms: {'; '.join(requirement.missed)}." if requirement.missed else ""
    parts = [
        _say_totals(requirement, answers.ranges),
        missed,
        _say_drivers(answers.ranges, scenario),
        _say_cap(requirement, answers),
    ]
    parts += [_say_claims(answers), _say_agreement(answers), _say_origin(requirement)]
    return " ".join(part for part in parts if part)


def _say_totals(requirement: Requirement, ranges: Ranges | None) -> str:
    cost = requirement.figures.get("size.cost_year")
    priced = (
        f", at {cost.value / 1000:.1f} billion USD a year"
        if cost is not None and not isinstance(cost.value, tuple)
        else ""
    )
    return (
        f"The reference option needs {people(requirement.in_country)} people in the country{say_range(ranges)} and "
        f"{people(requirement.in_theatre)} in theatre outside it; {people(requirement.pool_24_months)} pass through in 24 "
        f"months{say_range(ranges, 'pool_24_months')}{priced}."
    )


def _say_drivers(ranges: Ranges | None, scenario: Scenario) -> str:
    if ranges is None or not ranges.drivers:
        return ""
    said = "; ".join(
        f"{say_input(driver.key, scenario)} ({100 * driver.share:.0f} % of the variance)"
        for driver in ranges.drivers[:_NAMED]
    )
    return f"What drives it most: {said}."


def _say_cap(requirement: Requirement, answers: SizeAnswers) -> str:
    cap, found = answers.cap, requirement.cap
    if not cap or found is None:
        return ""
    if found.alpha >= 1:
        return f"The cap of {cap:,} is enough, with {people(cap - requirement.in_country)} to spare."
    drop = (
        f", or all of it without {', '.join(found.dropped_tasks)}" if found.dropped_tasks and found.dropped_fits else ""
    )
    return f"The cap of {cap:,} buys {100 * found.alpha:.0f} % of the common service level asked for{drop}."


def _say_claims(answers: SizeAnswers) -> str:
    """How many published claims correspond to anything, and the figures of those that do to nothing."""
    if not answers.readings:
        return ""
    none = [reading for reading in answers.readings if not reading.corresponds]
    said = f"Of {len(answers.readings)} published claims {len(answers.readings) - len(none)} correspond to some posture and terms"
    if not none:
        return f"{said}."
    figures = dict.fromkeys(
        reading.claim.people for reading in sorted(none, key=lambda reading: (reading.claim.low, reading.claim.high))
    )
    return f"{said}; as said these do to none: {'; '.join(figures)}."


def _say_agreement(answers: SizeAnswers) -> str:
    """How our size lies beside sizes from elsewhere, counted."""
    judged = answers.agreement.judged if answers.agreement else ()
    if not judged:
        return ""
    above, below = (sum(row.place == place and not row.reached for row in judged) for place in ("above", "below"))
    agreeing = sum(row.agrees for row in judged)
    return (
        f"Our size agrees with {agreeing} of {len(judged)} sizes from elsewhere, lies above {above} and below {below}."
    )


def _say_origin(requirement: Requirement) -> str:
    origin = origin_of(requirement.figures, ["size.in_country", "size.in_theatre", "size.pool_24_months"])
    return _sentence(origin.behind("these totals")) if origin.count else ""


def say_why_not(why: WhyNot, scenario: Scenario) -> str:
    """Why a number is not enough, or what would break it where it is, in three sentences."""
    terms = scenario.settlements[why.settlement].title if why.settlement in scenario.settlements else why.settlement
    gap = people(abs(why.people - why.size))
    if why.enough:
        first = (
            f"{why.size:,.0f} people are enough for posture {why.posture} (terms: {terms}): full service takes "
            f"{people(why.people)}, {gap} fewer."
        )
    else:
        first = (
            f"Posture {why.posture} (terms: {terms}) takes {people(why.people)} at full service, {gap} more; {why.size:,.0f} buys a "
            f"{_say_level(why)}{_say_unmet(why)}."
        )
    inputs = [change for change in why.changes if not isinstance(change.becomes, str)]
    would = "break it" if why.enough else "make it enough"
    second = (
        f"Of {why.searched} inputs moved alone over their ranges {_count(len(inputs))} would {would}: "
        f"{'; '.join(_say_change(change, scenario) for change in inputs[:_CHANGES])}."
        if inputs
        else f"None of {why.searched} inputs, moved alone over its whole range, would {would}."
    )
    return " ".join(part for part in (first, second, _say_cases(why, scenario)) if part)


def _count(found: int) -> str:
    """How many inputs turn the answer; the search stops after a few."""
    return f"at least {found}" if found >= CHANGES else str(found)


def _say_level(why: WhyNot) -> str:
    """The common level that a number buys."""
    return f"common level of {why.alpha:.2f}" if why.alpha > 0 else "common level below a sixteenth"


def _say_unmet(why: WhyNot) -> str:
    """The tasks that do not fit, with all others in full, and what to drop instead."""
    part = [f"{100 * task.share:.0f} % of {task.task}" for task in why.tasks if 0 < task.share < 1]
    fits = f"; with all other tasks in full {' or '.join(part)} fits" if part else ""
    drop = f"; or all of the rest without {', '.join(why.dropped)}" if why.dropped else ""
    return f"{fits}{drop}"


def _say_change(change: Change, scenario: Scenario) -> str:
    words = SERVICE_LEVELS.get(change.key.removeprefix("service."), "") or say_input(change.key, scenario)
    was = f"{change.was:.3g}" if not isinstance(change.was, str) else change.was
    unit = f" {change.unit}" if change.unit not in {"", "1"} else ""
    return f"{words} at {change.becomes:.3g} in place of {was}{unit} ({100 * change.share:.0f} % of the way to the end of its range)"


def _say_cases(why: WhyNot, scenario: Scenario) -> str:
    """Other settlement variants and postures that turn the answer."""
    others = [change for change in why.changes if isinstance(change.becomes, str)]
    said = "; ".join(_say_case(change, scenario) for change in others)
    return f"So would, with nothing else changed: {said}." if others else ""


def _say_case(change: Change, scenario: Scenario) -> str:
    name = str(change.becomes)
    if change.kind == "settlement" and name in scenario.settlements:
        name = f"\u201c{scenario.settlements[name].title}\u201d"
    return f"{'terms' if change.kind == 'settlement' else 'posture'} {name} ({people(change.people)})"


def say_housing(housing: Housing) -> str:
    """Winter housing in two sentences: places, fuel, camps, and when they stand."""
    return (
        f"{people(housing.places)} heated places take {housing.fuel_season_t:,.0f} t of fuel in a heating season; the camps that the "
        f"host does not run ask for {housing.camp_units:g} camp units ({housing.camp_units_held:g} held) and "
        f"{housing.months_to_build:.1f} months of {housing.builders:.1f} engineer battalions. {_sentence(housing.season)}"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def say_exit(leaving: Exit, scenario: Scenario) -> str:
    """When rotation breaks, what it takes to last, and how past forces shrank."""
    parts = []
    if leaving.breaks_first:
        name = scenario.capabilities[leaving.breaks_first].name if leaving.breaks_first in scenario.capabilities else ""
        limit = next(row for row in leaving.pools if row.capability == leaving.breaks_first)
        when = (
            "cannot be filled even once" if leaving.break_month <= 0 else
            "never breaks" if math.isinf(leaving.break_month) else f"breaks in month {leaving.break_month:.0f}"
        )  # fmt: skip
        parts.append(
            f"Rotation by this plan's tours {when} for {inside(name)} ({limit.required:g} required, {limit.pool:g} in all "
            f"pools, whoever joins); {_say_broken(leaving)}."
        )
    whole = (
        "never breaks"
        if math.isinf(leaving.break_month_people)
        else f"breaks in month {leaving.break_month_people:.0f}"
    )
    parts.append(
        f"Counted in people alone, as if any could do any job, the pool {whole}; to last 24 months it has to hold "
        f"{people(leaving.pool_needed['24'])}, and {people(leaving.pool_spent['24'])} where nobody serves twice."
    )
    if leaving.past_halving:
        past = ", ".join(f"{force} in {months:.0f} months" for force, months in leaving.past_halving.items())
        parts.append(f"Past forces halved: {past}.")
    return " ".join(parts)


def _say_broken(leaving: Exit) -> str:
    """How many capabilities break within two years."""
    early = sum(row.break_month < 24 for row in leaving.pools)
    return f"{early} of {len(leaving.pools)} capabilities with a pool break within 24 months"
