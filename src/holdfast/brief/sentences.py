"""The reading of a study in five sentences, each made from its figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from holdfast.brief.size_sentences import say_range
from holdfast.brief.study_tables import coarse_range
from holdfast.results.plan import Contrast, Plan, Study

if TYPE_CHECKING:
    from holdfast.brief.answers import SizeAnswers
    from holdfast.studies.sizes_answer import Ranges


def reading(study: Study, answers: SizeAnswers | None = None) -> tuple[str, ...]:
    """Five sentences: size, supply, ask, time, and what holds better and what would flip it."""
    plan = study.plans[study.reference]
    return (
        say_size(study, plan, answers.ranges if answers else None),
        say_supply(plan, study),
        say_ask(plan),
        say_time(plan),
        say_hold(study),
    )


def _people(value: float) -> str:
    return f"{round(value, -2):,.0f}"


def say_size(study: Study, plan: Plan, ranges: Ranges | None = None) -> str:
    """What size is needed for what, with the range of the reference over draws, and what the cap buys."""
    requirement, cap = plan.requirement, plan.requirement.cap
    needed = {
        option: item.requirement.in_country for option, item in study.plans.items() if item.requirement.in_country
    }
    if not needed:
        return "No option needs people in the country."
    low, high = min(needed, key=needed.__getitem__), max(needed, key=needed.__getitem__)
    if low == high:
        text = f"The force needs {_people(needed[low])} people in the country ({study.plans[low].case.option_title})"
    else:
        text = (
            f"Size follows the task: the options need from {_people(needed[low])} people in the country "
            f"({study.plans[low].case.option_title}) to {_people(needed[high])} ({study.plans[high].case.option_title})"
        )
    if cap is not None:
        text += (
            f"; under a cap of {cap.cap:,} the reference option meets {100 * cap.alpha:.0f} % of the common service level "
            f"it was asked for, which would take {_people(cap.in_country_uncapped)}{say_range(ranges)}"
            if cap.alpha < 1
            else f"; the cap of {cap.cap:,} is enough for the reference option's service levels, "
            f"{_people(requirement.in_country)}{say_range(ranges)}"
        )
    elif ranges is not None:
        text += f"; the reference option needs {_people(requirement.in_country)}{say_range(ranges)}"
    return f"{text}."


def say_supply(plan: Plan, study: Study) -> str:
    """Who can supply it, and how much of it without the backstop."""
    fill = float(study.measures["fill"].sel(option=study.reference))
    alone = float(study.measures["fill_europe"].sel(option=study.reference))
    on_station = float(study.measures["on_station"].sel(option=study.reference))
    joining = [item.name for item in plan.force.approvals if item.joins_together]
    waiting = [item.name for item in plan.force.approvals if item.joins_together and not item.joins_alone]
    text = (
        f"{len(joining)} nations can join under their stated conditions and keep about {_people(on_station)} people on "
        f"station in the country from month 12, {100 * fill:.0f} % of the requirement by weight; without the backstop it is "
        f"{100 * alone:.0f} %"
    )
    if waiting and alone < fill:
        text += f", because {len(waiting)} of them come only with it or with one another"
    return text + "."


def say_ask(plan: Plan) -> str:
    """What to ask of the backstop first."""
    needed = sorted((item for item in plan.force.ask if item.needed), key=lambda item: -item.shapley)
    if not plan.force.ask:
        return "Nothing is asked of a backstop in the reference option."
    if not needed:
        return "No element of the backstop is needed to bring the shortfall under tolerance."
    names = "; ".join(item.name[:1].lower() + item.name[1:] for item in needed)
    best = needed[0]
    text = f"The smallest ask is {len(needed)} of {len(plan.force.ask)} elements: {names}"
    share = best.shapley_units / best.shapley if best.shapley > 0 else 1.0
    if share < 0.5:
        text += (
            f"; most of the worth of the first lies not in its units ({100 * share:.0f} %) but in the nations that make it "
            "a condition"
        )
    return text + "."


def say_time(plan: Plan) -> str:
    """When it is in place, and what limits it."""
    deployment = plan.deployment
    first = _day(deployment.initial_capability_day)
    full = _day(deployment.full_capability_day)
    spread = deployment.closure_range
    text = f"Initial capability comes {first} and full capability {full}"
    if math.isfinite(spread.get("p10", math.nan)) and math.isfinite(spread.get("p90", math.nan)):
        text += f" (day {spread['p10']:.0f} to {spread['p90']:.0f}, P10 to P90)"
    if deployment.bindings:
        text += f"; movement is limited first by {deployment.bindings[0].name}"
    else:
        text += "; no leg or node limits the movement: approvals and notice do"
    return text + "."


def _day(day: float) -> str:
    return f"on day {day:.0f} after D" if math.isfinite(day) else "is not reached"


def say_hold(study: Study) -> str:
    """Which options hold better, in what share of futures, and what would flip it; never a probability alone."""
    plan = study.plans[study.reference]
    hold = coarse_range(plan.stress.hold_low, plan.stress.hold_high)
    tail = f"P(hold) of the reference spans {hold} over futures and is no forecast."
    clear = [item for item in study.contrasts if item.distinguishable]
    if not clear:
        return f"Tested over the same futures, no option can be told apart from the reference. {tail}"
    ahead = sorted((item for item in clear if item.better == study.reference), key=lambda item: -item.difference)
    behind = [item for item in clear if item.worse == study.reference]
    parts = []
    if ahead:
        shown = "; ".join(f"“{_title(study, item.worse)}” in {100 * item.wins_share:.0f} %" for item in ahead[:2])
        parts.append(
            f"Over the same futures the reference holds better than {len(ahead)} other options, most clearly {shown}"
        )
    if behind:
        shown = "; ".join(f"“{_title(study, item.better)}” in {100 * item.wins_share:.0f} %" for item in behind[:2])
        parts.append(
            f"worse than {len(behind)} ({shown})" if parts else f"The reference holds worse than {shown} of futures"
        )
    level = [item for item in study.contrasts if not item.distinguishable]
    if level:
        other = level[0].worse if level[0].better == study.reference else level[0].better
        shown = f"“{_title(study, other)}”" + (f" and {len(level) - 1} more" if len(level) > 1 else "")
        tail = f"It cannot be told apart from {shown}. {tail}"
    return f"{', '.join(parts)} of futures; {_flip((ahead or behind)[0])}. {tail}"


def _title(study: Study, option: str) -> str:
    return study.plans[option].case.option_title


def _flip(item: Contrast) -> str:
    return (
        f"the first of these flips if {item.flips}"
        if item.flips
        else "no single input within its range flips the first of these"
    )
