"""Tables of the size and its answers: totals and tasks with ranges, drivers, what the cap buys, the hold grid, claims by terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from string import ascii_uppercase
from typing import TYPE_CHECKING

from holdfast.brief.origins import origin_of
from holdfast.brief.table import Column, Table
from holdfast.brief.wording import say_input

if TYPE_CHECKING:
    from holdfast.brief.answers import SizeAnswers
    from holdfast.results.derivation import Figure
    from holdfast.results.stages import Requirement
    from holdfast.scenario.types import Scenario
    from holdfast.sizing.agreement import Judged
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_answer import Ranges
    from holdfast.studies.sizes_claims import Reading

NAN = math.nan
_TOTALS = (
    ("in the country", "in_country", "size.in_country", "what a cap counts"),
    ("in theatre outside it", "in_theatre", "size.in_theatre", "neighbours, air, sea, rear"),
    ("pool over 24 months", "pool_24_months", "size.pool_24_months", "everyone who passes through, both places"),
)


def table_of_totals(requirement: Requirement, ranges: Ranges | None) -> Table:
    """The three totals with their range over draws and what they rest on; tooth to tail and cost in the note."""
    rows = []
    for name, key, figure, meaning in _TOTALS:
        spread = ranges.totals[key] if ranges else None
        low, middle, high = (spread.low, spread.middle, spread.high) if spread else (NAN, NAN, NAN)
        rows.append((name, float(getattr(requirement, key)), low, middle, high,
                     origin_of(requirement.figures, [figure]).cell, meaning))  # fmt: skip
    cost = requirement.figures.get("size.cost_year")
    note = f"Tooth to tail: {requirement.tooth_to_tail:.1f} people in field units for each in support, command and services."
    if cost is not None and not isinstance(cost.value, tuple):
        note += f" Running cost {cost.value:,.0f} million USD a year."
    note += f" {say_draws(ranges)} Origin: share of the inputs behind the number, per cent sourced / partly / assumed."
    return Table(
        "totals",
        "Three totals, people",
        (
            Column("total"),
            Column("nominal, people", "people"),
            Column("10th percentile", "people"),
            Column("median", "people"),
            Column("90th percentile", "people"),
            Column("origin, % sourced / partly / assumed"),
            Column("meaning"),
        ),
        tuple(rows),
        note,
    )


def say_draws(ranges: Ranges | None) -> str:
    """What stands behind percentiles, in one sentence."""
    if ranges is None:
        return "No draws were made: no percentiles."
    return (
        f"Percentiles over {ranges.draws:,} draws of every uncertain input, solved relaxed (a few nodes of branch and bound); "
        "nominal values are exact."
    )


def table_of_tasks(requirement: Requirement, ranges: Ranges | None) -> Table:
    """Size by task with its range over draws and the reason of each."""
    tasks = requirement.tasks
    rows = []
    for task in (str(name) for name in tasks["task"].values):
        alone, saved = (float(tasks[column].sel(task=task)) for column in ("alone", "saved"))
        if alone > 0 or task in requirement.binding:
            spread = ranges.tasks.get(task) if ranges else None
            low, high = (spread.low, spread.high) if spread else (NAN, NAN)
            rows.append((task, alone, low, high, saved, requirement.binding.get(task, "")))
    return Table(
        "size_by_task",
        "Size by task, people in the country",
        (
            Column("task"),
            Column("if it were the only task", "people"),
            Column("10th percentile", "people"),
            Column("90th percentile", "people"),
            Column("saved if it alone were dropped", "people"),
            Column("what decides it"),
        ),
        tuple(rows),
        "A unit may serve several tasks, so the columns do not add up to the total: the force is a cover, not a sum. "
        "Percentiles are those of the task alone; a nominal size may lie outside them, because it takes every input at its mode.",
    )


def table_of_drivers(ranges: Ranges | None, scenario: Scenario) -> Table:
    """What drives the people in the country: inputs by the share of the variance that each explains."""
    rows = tuple(
        (say_input(driver.key, scenario), driver.share, f"{100 * max(driver.low, 0.0):.0f} to {100 * driver.high:.0f} %",
         driver.slope, driver.key)
        for driver in (ranges.drivers if ranges else ())
    )  # fmt: skip
    rest = 1.0 - ranges.explained if ranges else NAN
    return Table(
        "drivers",
        "What drives the people in the country",
        (
            Column("input"),
            Column("of the variance", "share"),
            Column("90 % interval of it"),
            Column("people more from its low to its high end", "people"),
            Column("name for --set"),
        ),
        rows,
        f"First-order shares from the draws (correlation ratio, less what chance shows), above the noise floor. The other "
        f"{100 * rest:.0f} % are inputs below it and interplay." if rows else "",
    )  # fmt: skip


def table_of_cap_by_posture(answers: SizeAnswers) -> Table:
    """Full service with its range, and what the cap buys, for each posture under each settlement variant that allows it."""
    curves, cap = answers.curves, answers.cap
    columns = (
        Column("posture"),
        Column("terms"),
        Column("full service, people", "people"),
        Column("10th percentile", "people"),
        Column("90th percentile", "people"),
        Column("pool over 24 months", "people"),
        Column(f"level that {cap:,} buys" if cap else "level that a cap buys", "number"),
        Column("tasks to drop instead"),
        Column("published claims that correspond"),
        Column("settlement"),
    )
    if curves is None:
        return Table("cap_by_posture", "What each posture takes", columns, ())
    rows = tuple(_cap_row(answers, curves, posture, terms) for posture, terms in _by_terms(curves, answers.settlement))
    return Table("cap_by_posture", _cap_title(cap), columns, rows, _cap_note(answers, curves))


def _by_terms(curves: SizeCurves, own: str) -> list[tuple[str, str]]:
    """Pairs the terms allow, those of the case's own settlement variant first."""
    return sorted(curves.pairs(), key=lambda pair: (pair[1] != own, curves.settlements.index(pair[1])))


def _cap_title(cap: int) -> str:
    return f"What each posture takes, and what {cap:,} buys" if cap else "What each posture takes"


def _cap_row(answers: SizeAnswers, curves: SizeCurves, posture: str, terms: str) -> tuple[object, ...]:
    full = curves.full_of(posture, terms) | _own_range(answers, posture, terms)
    alpha, dropped = NAN, ""
    if answers.cap:
        place = {"posture": posture, "settlement": terms, "size": float(answers.cap)}
        alpha = float(curves.alpha.sel(place))
        dropped = say_dropped(str(curves.dropped.sel(place).item()))
    claims = [reading.claim.people for reading in answers.readings if (posture, terms) in reading.corresponds]
    return (
        posture, letter_of(curves, terms), full["nominal"], full["low"], full["high"], full["pool_nominal"], alpha, dropped,
        "; ".join(dict.fromkeys(claims)) or "none", curves.settlement_titles[terms],
    )  # fmt: skip


def _own_range(answers: SizeAnswers, posture: str, terms: str) -> dict[str, float]:
    """The range of the reference option itself, where the pair is that option: it rests on more draws."""
    if answers.ranges is None or (posture, terms) != (answers.posture, answers.settlement):
        return {}
    spread = answers.ranges.totals["in_country"]
    return {"low": spread.low, "high": spread.high}


def say_dropped(names: str) -> str:
    """Tasks to drop as the curves keep them, in words."""
    if not names:
        return "none: all fits"
    return "no three tasks make room" if names.startswith("no ") else names.replace("+", ", ")


def _cap_note(answers: SizeAnswers, curves: SizeCurves) -> str:
    levers = ", ".join(f"{posture}: {option}" for posture, option in curves.options.items())
    lost = [
        f"{posture} under {', '.join(letters)}"
        for posture in curves.postures
        if (letters := [letter_of(curves, terms) for terms in curves.settlements
                        if bool(curves.ruled_out.sel(posture=posture, settlement=terms))])
    ]  # fmt: skip
    ruled = f" Ruled out by the terms: {'; '.join(lost)}." if lost else ""
    level = (
        "Level: 1 is what the posture asks for, 0.5 half of it, 4 four times or more, 0 less than a sixteenth. "
        if answers.cap
        else ""
    )
    return f"{say_terms(curves)} {say_draws_of(answers)} {level}Postures carry the levers of options {levers}.{ruled}"


def say_draws_of(answers: SizeAnswers) -> str:
    """How many draws stand behind the percentiles of postures."""
    each = answers.curves.draws if answers.curves else 0
    own = f" ({answers.ranges.draws:,} for the reference option)" if answers.ranges else ""
    return f"Percentiles over {each:,} draws{own}."


def letter_of(curves: SizeCurves, terms: str) -> str:
    """The letter by which a settlement variant goes in charts and tables."""
    return ascii_uppercase[curves.settlements.index(terms) % len(ascii_uppercase)]


def say_terms(curves: SizeCurves) -> str:
    """Which letter stands for which settlement variant."""
    said = "; ".join(f"{letter_of(curves, terms)} {curves.settlement_titles[terms]}" for terms in curves.settlements)
    return f"Terms: {said}."


def table_of_hold(requirement: Requirement) -> Table:
    """Size against accepted force ratio and host share, the case's own cell marked."""
    grid = requirement.hold_table
    ratios, shares = ([float(value) for value in grid[name].values] for name in ("force_ratio", "host_share"))
    rows = tuple(
        (f"{ratio:g} to 1", *(float(grid.sel(force_ratio=ratio, host_share=share)) for share in shares))
        for ratio in ratios
    )
    rows = rows if float(grid.max()) > 0 else ()
    marked = _own_cell(requirement.figures, ratios, shares) if rows else frozenset()
    note = "Boxed: the case as it stands. " if marked else ""
    return Table(
        "hold",
        "People in the country for the hold task alone, by accepted ratio and host share",
        (Column("attacker to defender"), *(Column(f"host holds {100 * share:.0f} %", "people") for share in shares)),
        rows,
        f"{note}Down: how many attackers to a defender are accepted (a service level). Across: share of the local defence that the "
        "host provides (an assumption).",
        marked,
    )


def _own_cell(figures: Mapping[str, Figure], ratios: list[float], shares: list[float]) -> frozenset[tuple[int, int]]:
    own = [
        figures[name].value if name in figures else NAN for name in ("service.hold_force_ratio", "behaviour.host_share")
    ]
    if own[0] not in ratios or own[1] not in shares:
        return frozenset()
    return frozenset({(ratios.index(own[0]), 1 + shares.index(own[1]))})


def table_of_claims_by_terms(answers: SizeAnswers, requirement: Requirement) -> Table:
    """Published claims down, postures across: the settlement variants under which each corresponds, else the nearest."""
    curves = answers.curves
    if curves is None:
        return Table(
            "claims_by_terms", "Which posture and terms each published claim corresponds to", (Column("claim"),), ()
        )
    judged = {row.id: row for row in (answers.agreement.judged if answers.agreement else ())}
    grouped: dict[tuple[str, ...], list[str]] = {}
    order = sorted(answers.readings, key=lambda reading: (reading.claim.low, reading.claim.high, reading.claim.bound))
    for reading in order:
        cells = (
            reading.claim.people,
            *(_terms_cell(reading, curves, posture) for posture in curves.postures),
            _nearest_cell(reading, curves),
            _beside(judged.get(reading.claim.id)),
        )
        star = "*" if reading.claim.later else ""
        grouped.setdefault(cells, []).append(f"{reading.claim.said_by}, {reading.claim.date[:7]}{star}")
    rows = tuple((cells[0], "; ".join(said), *cells[1:]) for cells, said in grouped.items())
    return Table(
        "claims_by_terms",
        "Which posture and terms each published claim corresponds to",
        (
            Column("claim, people"),
            Column("said by, month"),
            *(Column(posture) for posture in curves.postures),
            Column("where it is none: nearest; or as a pool"),
            Column(f"ours, {requirement.in_country:,}"),
        ),
        rows,
        f"A letter: the claim meets the range of that posture at full service under these terms (10th to 90th percentile) and its "
        f"force stands where the claim says; in brackets: alike in number only. {say_terms(curves)} "
        f"* said after {curves.as_of}: shown, never an input. Sentences and sources: tables/claims_read.csv, tables/claims.csv.",
    )


def _terms_cell(reading: Reading, curves: SizeCurves, posture: str) -> str:
    held = [letter_of(curves, terms) for name, terms in reading.corresponds if name == posture]
    alike = [letter_of(curves, terms) for name, terms in reading.in_number_only if name == posture]
    return " ".join([*sorted(held), *(f"({letter})" for letter in sorted(alike))]) or "–"


def _nearest_cell(reading: Reading, curves: SizeCurves) -> str:
    if reading.corresponds:
        return ""
    posture, terms = reading.nearest
    said = f"none; nearest {posture} {letter_of(curves, terms)}"
    if reading.factor != 1.0:
        side, times = ("larger", reading.factor) if reading.factor > 1 else ("smaller", 1 / reading.factor)
        said += f", {max(times, 1.05):.2g} times {side}"
    if reading.as_pool:
        pools: dict[str, list[str]] = {}
        for name, variant in reading.as_pool:
            pools.setdefault(name, []).append(letter_of(curves, variant))
        said += "; as everyone in 24 months: " + ", ".join(
            f"{name} {' '.join(sorted(held))}" for name, held in pools.items()
        )
    return said


def _beside(judged: Judged | None) -> str:
    if judged is None:
        return ""
    if judged.place == "inside":
        return "agrees"
    return (
        "its range agrees"
        if judged.reached
        else f"{judged.factor:.2g} times {'less' if judged.place == 'below' else 'more'}"
    )
