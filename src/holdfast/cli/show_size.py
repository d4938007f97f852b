"""The size of a force on a terminal: two screens for a planner, and the tables behind the flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

import click

from holdfast.brief.wording import SERVICE_LEVELS
from holdfast.cli.text import columns, figure, paragraph, people

if TYPE_CHECKING:
    from holdfast.results.stages import CapFinding, Requirement
    from holdfast.results.sustainment import Medical
    from holdfast.sizing.agreement import Agreement
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_answer import Bought, Ranges, Spread
    from holdfast.studies.sizes_claims import Reading
    from holdfast.studies.sizes_why import Change, WhyNot

_TOTALS = (
    ("in the country", "in_country", "what a cap counts"),
    ("in theatre outside it", "in_theatre", "neighbours, air, sea, rear"),
    ("pool over 24 months", "pool_24_months", "everyone who passes through"),
)
_MOST_UNITS = 12
_CURVE_SIZES = (10_000, 25_000, 30_000, 40_000, 64_000, 100_000, 150_000)
_SOME_TASKS = 2
_ENOUGH = 4.0


def show_lines(lines: Iterable[str]) -> None:
    """Print lines after an empty one."""
    click.echo("")
    for line in lines:
        click.echo(line)


def show_totals(requirement: Requirement, ranges: Ranges | None) -> None:
    """The three totals with their range over draws, tooth to tail and yearly cost."""
    from holdfast.sizing.agreement import three_digits

    spreads = ranges.totals if ranges else {}
    rows = [
        (name, three_digits(getattr(requirement, key)), _spread(spreads.get(key)), meaning)
        for name, key, meaning in _TOTALS
    ]
    told = f"8 in 10 of {ranges.draws:,} draws" if ranges else "no draws"
    show_lines(columns(("Three totals", "people", told, ""), rows, left=(0, 3)))
    _show_outside(requirement.in_country, spreads.get("in_country"))
    cost = requirement.figures.get("size.cost_year")
    text = f"Tooth to tail {requirement.tooth_to_tail:.1f} (people in field units for each in support, command and services)"
    if cost is not None and not isinstance(cost.value, tuple):
        text += f"; {people(cost.value)} million USD a year"
    if requirement.contracted:
        text += (
            f". Beside the force, support that would take {people(requirement.contracted)} of its people comes from contractors, "
            "the host or civilian staff; the cost includes it"
        )
    for line in paragraph(f"{text}."):
        click.echo(line)


def _spread(spread: Spread | None) -> str:
    from holdfast.sizing.agreement import three_digits

    return f"{three_digits(spread.low)} - {three_digits(spread.high)}" if spread else ""


def _show_outside(nominal: float, spread: Spread | None) -> None:
    """Why a nominal size lies outside its own range, where it does."""
    if spread is None or spread.low <= nominal <= spread.high:
        return
    side, way = ("below", "up than down") if nominal < spread.low else ("above", "down than up")
    show_paragraph(
        f"The size in the country lies {side} its own range: it takes every input at its most credible value, and draws move all of "
        f"them at once over ranges of which many reach farther {way} in people."
    )


def _thousands(spread: Spread | None) -> str:
    """A range in thousands, short enough to stand in a column."""
    return f"{spread.low / 1000:.1f}-{spread.high / 1000:.1f}k" if spread and spread.high > 0 else ""


def show_tasks(requirement: Requirement, ranges: Ranges | None) -> None:
    """People by task, and what decides each in words."""
    tasks = requirement.tasks
    spreads = ranges.tasks if ranges else {}
    rows = []
    for task in (str(name) for name in tasks["task"].values):
        alone, saved = (float(tasks[column].sel(task=task)) for column in ("alone", "saved"))
        if alone > 0 or task in requirement.binding:
            cells = (
                task,
                people(alone),
                _thousands(spreads.get(task)),
                people(saved),
                requirement.binding.get(task, ""),
            )
            rows.append(cells)
    heads = ("Task", "alone", "8 in 10", "saved", "what binds")
    show_lines(columns(heads, rows, left=(0, 4), wrap=4))
    for line in paragraph(
        "alone: if it were the only task; saved: if it alone were dropped. Units serve several tasks, so columns do not add up."
    ):
        click.echo(line)
    for text in requirement.refused:
        show_paragraph(f"Refused: {text}")
    if requirement.missed:
        show_paragraph(
            f"Not met by any force under these terms: {'; '.join(requirement.missed)}. Full service means the rest."
        )


def show_paragraph(text: str, *, hang: str = "  ") -> None:
    """Print one paragraph wrapped to the terminal."""
    for line in paragraph(text, hang=hang):
        click.echo(line)


def show_units(requirement: Requirement) -> None:
    """The force in one paragraph: so many of each capability."""
    total = requirement.cover["total"]
    held = sorted(
        ((float(total.sel(capability=name)), str(name)) for name in total["capability"].values),
        key=lambda item: -item[0],
    )
    present = [f"{units:g} {name}" for units, name in held if units > 0]
    words = ", ".join(present[:_MOST_UNITS]) + (
        f" and {len(present) - _MOST_UNITS} more kinds" if len(present) > _MOST_UNITS else ""
    )
    click.echo("")
    show_paragraph(f"Units: {words or 'none'} (all with --details).")


def show_bought(bought: Sequence[Bought], settlement: str) -> None:
    """What a number buys for each posture: the level in words, and the tasks to drop instead."""
    if not bought:
        return
    rows = [
        (item.posture, people(item.people), "-" if item.ruled_out else say_alpha(item.alpha), _say_dropped(item))
        for item in bought
    ]
    heads = (f"What {bought[0].size:,.0f} buys", "full service", "level", "at full service, drop instead")
    show_lines(columns(heads, rows, left=(0, 3), wrap=3))
    options = ", ".join(f"{item.posture} of {item.option}" for item in bought[1:] if item.option != bought[0].option)
    show_paragraph(
        f"Under {settlement}. Level: 1 is what the posture asks for, 0.5 half of it (twice the minutes, half the attackers)."
        + (f" Levers: {options}." if options else "")
    )
    for item in bought:
        if item.ruled_out:
            show_paragraph(f"* {item.ruled_out}")


def say_alpha(alpha: float) -> str:
    """A common level as a reader wants it."""
    if alpha <= 0:
        return "none"
    return "4 or more" if alpha >= _ENOUGH else f"{alpha:.2f}"


def _say_dropped(item: Bought) -> str:
    if item.ruled_out:
        return "ruled out by these terms *"
    if item.dropped is None:
        return "no three tasks make room"
    return ", ".join(item.dropped) if item.dropped else "nothing: all fits"


def show_cap(cap: CapFinding | None) -> None:
    """Service levels at the cap, where it binds."""
    if cap is None or cap.alpha >= 1.0 or not cap.service_at_alpha:
        return
    rows = [
        (f"service.{name}", figure(value), SERVICE_LEVELS.get(name, "")) for name, value in cap.service_at_alpha.items()
    ]
    show_lines(columns((f"Levels at {cap.cap:,}", "value", "meaning"), rows, left=(0, 2), wrap=2))


def show_agreement(requirement: Requirement, agreement: Agreement) -> None:
    """How the size agrees with sizes from elsewhere, in words; each regression and ratio by itself, claims in sum."""
    if not requirement.triangulation:
        return
    click.echo("")
    show_paragraph(f"Beside it: {agreement.words}")
    titles = {item.id: item.title for item in requirement.triangulation if item.kind != "claim"}
    for judged in agreement.judged:
        if judged.id in titles:
            show_paragraph(f"- {titles[judged.id]}: {judged.words}.")
    claims = sum(item.kind == "claim" for item in requirement.triangulation)
    if claims:
        show_paragraph(f"- {claims} published claims: which posture and settlement each corresponds to says --claims.")


def show_drivers(ranges: Ranges | None) -> None:
    """What drives the size: the inputs whose range explains most of its variance, with what they do."""
    if ranges is None or not ranges.drivers:
        return
    rows = [
        (driver.key, f"{100 * driver.share:.0f} %", f"{'+' if driver.slope > 0 else '-'}{people(abs(driver.slope))}")
        for driver in ranges.drivers
    ]
    show_lines(columns(("What drives the size (see --why-not)", "of variance", "people, low to high end"), rows))


def show_hold(requirement: Requirement) -> None:
    """People for the hold task against accepted ratio and host share."""
    table = requirement.hold_table
    if float(table.max()) <= 0:
        return
    heads = ("Hold: accepted ratio, host share", *(f"{100 * share:.0f} %" for share in table["host_share"].values))
    rows = [(f"{ratio:g} to 1", *(people(float(cell)) for cell in table.sel(force_ratio=ratio).values))
            for ratio in table["force_ratio"].values]  # fmt: skip
    show_lines(columns(heads, rows))


def show_details(requirement: Requirement) -> None:
    """The statement of requirements, and each size from elsewhere with its verdict."""
    rows = [
        (line.name, f"{line.units:g}", people(line.people), line.area, f"{line.need_month:g}", f"{line.notice_days:g}",
         ", ".join(line.tasks))
        for line in requirement.statement
    ]  # fmt: skip
    if rows:
        heads = ("Statement of requirements", "units", "people", "where", "by month", "notice", "for")
        show_lines(columns(heads, rows, left=(0, 3, 6), wrap=6))
    _show_care(requirement)
    _show_exit(requirement)


def _show_care(requirement: Requirement) -> None:
    if requirement.medical is not None:
        rows = [
            (
                step.step.replace("_", " "),
                f"{step.limit:g}",
                f"{step.mean:.0f}",
                f"{step.worst:.0f}",
                f"{step.road:.0f}",
            )
            for step in requirement.medical.timeline
        ]
        show_lines(columns(("Minutes to care", "limit", "mean", "farthest", "by road"), rows))
        _show_hospitals(requirement.medical)
    if requirement.housing is not None:
        click.echo("")
        show_paragraph(f"Winter housing: {people(requirement.housing.places)} places; {requirement.housing.season}")


def _show_hospitals(care: Medical) -> None:
    rows = [
        (row.situation, f"{row.sick:.0f}", f"{row.admitted:.1f}", f"{row.wounded:.1f}", f"{row.dead:.2g}")
        for row in care.casualties
    ]
    show_lines(columns(("People a day (the test adds)", "sick", "admitted", "wounded", "dead"), rows))
    rows = [
        (row.role.replace("_", " "), f"{row.beds:.0f}", f"{row.beds_held:.0f}", f"{row.held:g}", row.binding)
        for row in care.hospitals
    ]
    show_lines(columns(("Hospitals", "beds wanted", "beds", "held", "what binds"), rows, left=(0, 4), wrap=4))


def _show_exit(requirement: Requirement) -> None:
    if requirement.exit is None:
        return
    rows = [
        (f"{cost.rule}, {cost.years:g} years", people(cost.running), people(cost.with_housing))
        for cost in requirement.exit.costs
    ]
    show_lines(columns(("Cost, million USD", "running", "with housing"), rows))
    show_paragraph(f"Prices: {requirement.exit.price_basis}.")
    show_paragraph(requirement.exit.rotation_words)


def show_claims(readings: Sequence[Reading], words: Mapping[str, str]) -> None:
    """Which posture and settlement each published claim corresponds to: one wrapped column of words."""
    rows = [
        (f"{reading.claim.people}{' *' if reading.claim.later else ''}", _say_claim(reading, words))
        for reading in readings
    ]
    if not rows:
        click.echo("\nNo published claim of the scenario names a figure.")
        return
    show_lines(columns(("Claim, people", "who said what -> what it is in this model"), rows, left=(0, 1), wrap=1))
    none = [reading.claim.people for reading in readings if not reading.corresponds]
    show_paragraph(
        "A claim corresponds to the postures and settlements whose range at full service (10th to 90th percentile over draws) meets "
        "it, and whose force stands where the claim says. * said after the scenario's date, no input. "
        + (f"Corresponding to none: {'; '.join(dict.fromkeys(none))}." if none else "Every claim corresponds to some.")
    )


def _say_claim(reading: Reading, words: Mapping[str, str]) -> str:
    claim = reading.claim
    said = words[claim.id].removeprefix(f"{claim.people} in the country ")
    return f"{claim.said_by}, {claim.date}: {claim.says} -> {said}"


def show_curves(curves: SizeCurves) -> None:
    """What sizes buy by posture and settlement: full service with its range, and the level that some sizes buy."""
    sizes = [size for size in _CURVE_SIZES if size <= float(curves.alpha["size"].values[-1])]
    heads = ("Full service", "people", "8 in 10", *(f"{size // 1000}k" for size in sizes))
    rows: list[tuple[str, ...]] = []
    for posture in curves.postures:
        rows.append((posture, "", "", *("" for _ in sizes)))
        rows += [_curve_row(curves, posture, terms, sizes) for terms in curves.settlements]
    show_lines(columns(heads, rows))
    show_paragraph(
        "Under each size (thousands of people in the country) the highest common service level that it buys: 1 is what is asked, "
        "4+ four times that or more, 0 less than a sixteenth."
    )


def _curve_row(curves: SizeCurves, posture: str, terms: str, sizes: Sequence[int]) -> tuple[str, ...]:
    if bool(curves.ruled_out.sel(posture=posture, settlement=terms)):
        return (f" {terms}", "-", "ruled out", *("-" for _ in sizes))
    full = curves.full_of(posture, terms)
    told = f"{full['low'] / 1000:.1f}-{full['high'] / 1000:.1f}k"
    return (
        f" {terms}",
        people(full["nominal"]),
        told,
        *(_short_alpha(value) for value in curves.alpha_of(posture, terms, sizes)),
    )


def _short_alpha(alpha: float) -> str:
    """A level in three characters."""
    if alpha <= 0:
        return "0"
    return "4+" if alpha >= _ENOUGH else f"{alpha:.1f}" if alpha >= 1 else f"{min(alpha, 0.99):.2f}".removeprefix("0")


def show_why_not(found: WhyNot) -> None:
    """Why a number is not enough, or what would break it: tasks that do not fit, then the smallest single changes."""
    gap = abs(found.people - found.size)
    verdict = "is enough" if found.enough else "is not enough"
    spare = "to spare" if found.enough else "too few"
    click.echo("")
    show_paragraph(
        f"{found.size:,.0f} {verdict} for {found.posture} under {found.settlement}: full service takes {people(found.people)}, "
        f"{people(gap)} {spare}; the number buys a common level of {say_alpha(found.alpha)}."
    )
    if not found.enough:
        _show_fits(found)
    title = "would break it" if found.enough else "would make it enough"
    if not found.changes:
        show_paragraph(f"None of {found.searched} inputs alone, moved over its whole range, {title}.")
        return
    rows = [_say_change(number, change) for number, change in enumerate(found.changes, 1)]
    show_lines(columns((f"Alone {title}", "people", "--set, and what it is"), rows, left=(0, 2), wrap=2))
    show_paragraph(
        f"{found.searched} inputs moved one at a time over their ranges (service levels from a quarter to four times), smallest share "
        "of the way first; each line was sized exactly."
    )


def _say_change(number: int, change: Change) -> tuple[str, str, str]:
    if isinstance(change.becomes, str):
        return (
            f"{number}. another {change.key}",
            people(change.people),
            f"--{change.key} {change.becomes} (was {change.was})",
        )
    was = change.was if isinstance(change.was, str) else figure(change.was)
    unit = f" {change.unit}" if change.unit not in ("", "1") else ""
    return (
        f"{number}. {100 * change.share:.0f} % of its range",
        people(change.people),
        f"{change.key}={change.becomes:.6g} (was {was}{unit}; {change.kind}): {change.text}",
    )


def _show_fits(found: WhyNot) -> None:
    """How much of each task fits when all others are done in full."""
    rows = []
    for task in found.tasks:
        asks = ", ".join(f"{amount:.3g} {unit}" for _, amount, unit in task.needs[:_SOME_TASKS]) or "nothing"
        fits = "even without it, too many" if isnan(task.share) else f"{100 * task.share:.0f} % of it fits"
        rows.append((task.task, people(task.alone), fits, asks))
    show_lines(columns(("Task", "alone", "with all others in full", "asks for"), rows, left=(0, 2, 3), wrap=3))
    if found.dropped is None:
        show_paragraph("No three tasks dropped make room.")
    elif found.dropped:
        show_paragraph(f"Fewest whole tasks to drop: {', '.join(found.dropped)}.")
