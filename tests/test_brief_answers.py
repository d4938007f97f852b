"""What the brief says of size beyond the plan: answers, their tables, their sentences, what they rest on."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from holdfast.brief import answers as module
from holdfast.brief.answer_tables import (
    table_of_cap_by_posture,
    table_of_claims_by_terms,
    table_of_drivers,
    table_of_hold,
    table_of_tasks,
    table_of_totals,
)
from holdfast.brief.answers import SizeAnswers, answer_sizes
from holdfast.brief.origins import Origin, origin_below, origin_of
from holdfast.brief.size_chart import _packed, draw_own_terms
from holdfast.brief.size_sentences import say_exit, say_housing, say_sizing, say_why_not
from holdfast.brief.sustain_tables import (
    _both,
    halves_of_statement,
    table_of_costs,
    table_of_requirements,
    table_of_rotation,
    table_of_troops,
    tables_of_sheets,
)
from holdfast.brief.table import Column, Table, to_csv, to_html
from holdfast.core.errors import InfeasibleError
from holdfast.pipeline import find
from holdfast.results.derivation import Figure
from holdfast.scenario.cases import reference_case
from holdfast.studies.sizes_answer import Ranges, Spread
from holdfast.studies.sizes_claims import group_claims, read_claims
from support import tiny_scenario
from test_sizes import RANGES, by_hand, claim

CAP = 10_000


@pytest.fixture(scope="module")
def scenario():
    return tiny_scenario(**{"mission.posture": "reassure"})


@pytest.fixture(scope="module")
def found(scenario):
    return find(scenario, reference_case(scenario), until="size")


@pytest.fixture(scope="module")
def study(found):
    """As much of a study as the answers read."""
    plan = SimpleNamespace(requirement=found.requirement, case=found.case)
    return SimpleNamespace(reference="reference", plans={"reference": plan})


@pytest.fixture
def answers():
    """Answers whose ranges and claims are known."""
    curves = by_hand(RANGES, ruled_out=("robust", "hot"))
    claims = (claim(10_000, 10_000), claim(20_000, 30_000), claim(200_000, 200_000))
    spread = Spread(low=15_500, middle=20_500, high=27_000)
    ranges = Ranges(
        draws=500, totals=dict.fromkeys(("in_country", "in_theatre", "pool_24_months"), spread), tasks={"hold": spread},
        drivers=(), explained=0.0,
    )  # fmt: skip
    return SizeAnswers(
        ranges=ranges, curves=curves, claims=claims, readings=read_claims(curves, claims), cap=CAP, settlement="calm",
        posture="reassure",
    )  # fmt: skip


def figure(name, *inputs, source="", assumption=""):
    kind = "formula" if inputs else "given"
    return Figure(
        name=name, kind=kind, value=1.0, unit="1", text="", inputs=inputs, source=source, assumption=assumption
    )


FIGURES = {
    row.name: row
    for row in (
        figure("size.a", "size.b", "size.c", "x"), figure("size.b", "x", "y"), figure("size.c", "y", "z"),
        figure("x", source="e1"), figure("y", source="e2", assumption="judged"), figure("z", assumption="judged"),
        figure("bare"), figure("other", "x"),
    )
}  # fmt: skip


def test_inputs_behind_a_figure_are_counted_once():
    """Inputs reached by several ways count once, each by what it rests on; names not there are skipped."""
    assert origin_of(FIGURES, ["size.a", "nobody"]) == Origin(1, 1, 1)
    assert origin_of(FIGURES, ["size.b"]) == Origin(1, 1, 0)
    assert origin_below(FIGURES, "size.b", "other") == Origin(1, 1, 0)
    assert origin_of(FIGURES, ["bare"]).words == ""
    assert origin_of(FIGURES, ["size.a"]).cell == "33 / 33 / 33"


def test_an_own_cell_is_set_off_and_no_other():
    """The mark of the case at hand stands on its cell alone, in a number column and in the first."""
    table = Table("t", "t", (Column("a"), Column("n", "number")), (("x", 1.0), ("y", 2.0)), marked=frozenset({(1, 1)}))
    assert re.findall(r"<t[dh] [^>]*own[^>]*>([^<]*)<", to_html(table)) == ["2"]
    first = replace(table, marked=frozenset({(0, 0)}))
    assert re.findall(r"<t[dh] [^>]*own[^>]*>([^<]*)<", to_html(first)) == ["x"]
    assert to_csv(first) == to_csv(table)


def test_columns_are_picked_by_title():
    """A part of a table has the columns named, in that order, with their kinds; a stranger is refused."""
    table = Table("t", "t", (Column("a"), Column("b", "people"), Column("c", "share")), (("x", 1.0, 0.5),))
    part = table.only("c", "a")
    assert part.rows == ((0.5, "x"),)
    assert [column.kind for column in part.columns] == ["share", "text"]
    with pytest.raises(ValueError, match="not in list"):
        table.only("d")


def test_the_hold_grid_marks_the_case(found):
    """The boxed cell is the case's own ratio and host share, and holds the people of the hold task alone."""
    requirement = found.requirement
    table = table_of_hold(requirement)
    ((row, column),) = table.marked
    figures = requirement.figures
    assert table.rows[row][0] == f"{figures['service.hold_force_ratio'].value:g} to 1"
    assert table.columns[column].title == f"host holds {100 * figures['behaviour.host_share'].value:.0f} %"
    alone = float(requirement.tasks["alone"].sel(task="hold"))
    assert table.rows[row][column] == pytest.approx(alone, rel=0.02)


def test_totals_and_tasks_carry_their_range(found, answers):
    """Each total has its percentiles and origin; a task drawn has its own; without draws the cells are empty."""
    totals = table_of_totals(found.requirement, answers.ranges)
    assert [row[1] for row in totals.rows] == [
        found.requirement.in_country, found.requirement.in_theatre, found.requirement.pool_24_months,
    ]  # fmt: skip
    assert all(row[2:5] == (15_500, 20_500, 27_000) for row in totals.rows)
    assert all(re.fullmatch(r"\d+ / \d+ / \d+", row[5]) for row in totals.rows)
    assert "500 draws" in totals.note
    tasks = {row[0]: row for row in table_of_tasks(found.requirement, answers.ranges).rows}
    assert tasks["hold"][2:4] == (15_500, 27_000)
    assert np.isnan(table_of_totals(found.requirement, None).rows[0][2])


def test_each_posture_that_the_terms_allow_has_a_row(answers):
    """Allowed pairs stand once, the case's own terms first; the reference option's range is that of its own draws."""
    table = table_of_cap_by_posture(answers)
    pairs = [(row[0], row[-1]) for row in table.rows]
    assert sorted(pairs) == sorted(answers.curves.pairs())
    assert [terms for _, terms in pairs] == ["calm"] * 3 + ["hot"] * 2
    assert "Ruled out by the terms: robust under B" in table.note
    rows = {(row[0], row[-1]): row for row in table.rows}
    assert rows["reassure", "calm"][3:5] == (15_500, 27_000)
    assert rows["reassure", "hot"][3:5] == (27_000, 45_000)
    assert rows["observe", "calm"][6:9] == (1.0, "hold", "10,000")
    assert rows["robust", "calm"][8] == "none"


def test_claims_stand_under_the_terms_they_meet(answers, found):
    """A letter stands where a claim meets a range and nowhere else; a claim that meets none has its nearest, by brute force."""
    table = table_of_claims_by_terms(answers, found.requirement)
    letters = {"calm": "A", "hot": "B"}
    postures = answers.curves.postures
    for reading, row in zip(answers.readings, table.rows, strict=True):
        said = reading.claim
        for place, posture in enumerate(postures):
            met = sorted(
                letters[terms]
                for name, terms in answers.curves.pairs()
                if name == posture and said.low <= RANGES[name, terms][2] and said.high >= RANGES[name, terms][0]
            )
            assert row[2 + place] == (" ".join(met) or "–")
    last = table.rows[-1]
    assert last[0] == "200,000"
    assert last[2 + len(postures)].startswith("none; nearest robust A, 3.6 times larger")


def test_claims_alike_share_a_row(answers, found):
    """Claims of the same figures that meet the same terms are one row that names both."""
    first, *rest = answers.readings
    twin = replace(first, claim=replace(first.claim, said_by="another"))
    table = table_of_claims_by_terms(replace(answers, readings=(first, twin, *rest)), found.requirement)
    assert len(table.rows) == len(answers.readings)
    assert "somebody" in table.rows[0][1]
    assert "another" in table.rows[0][1]


def test_bars_of_claims_leave_room_for_their_labels():
    """On each line of the chart no bar or label reaches into the next, and every group of claims has one bar."""
    random = np.random.default_rng(7)
    claims = [claim(low, low + 5_000 * random.integers(0, 9)) for low in 1_000.0 * random.integers(2, 180, size=40)]
    groups = group_claims(claims)
    lines = _packed(groups, 150.0)
    assert sum(len(line) for line in lines) == len(groups)
    assert len(lines) < len(groups)
    for line in lines:
        spans = []
        for low, high, label, right in line:
            wide = len(label) * 150.0 * 0.0082
            spans.append((low, high + wide) if right else (low - wide, high))
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_the_chart_of_own_terms_is_drawn(answers):
    """The chart under the case's own terms is well-formed and the same on every run."""
    text = draw_own_terms(answers.curves, "calm", answers.claims, cap=CAP)
    assert text == draw_own_terms(answers.curves, "calm", answers.claims, cap=CAP)
    assert "posture" in re.search(r'aria-label="([^"]*)"', text)[1]


def test_a_question_without_an_answer_stops_no_other(study, scenario, monkeypatch):
    """Where one question fails the others are answered, and the reason is kept for the page."""

    def fail(*_given, **_more):
        raise InfeasibleError("no unit may do it")

    monkeypatch.setattr(module, "_curves", fail)
    got = answer_sizes(study, replace(scenario, title="without curves"), draws=250, curve_draws=0)
    assert got.curves is None
    assert got.readings == ()
    assert got.missing == ("Not answered: what every size buys: no unit may do it",)
    assert got.ranges.draws == 250


def test_the_same_question_is_answered_once(study, scenario, monkeypatch):
    """A second brief of the same study takes the answers from the first."""
    asked = []
    curves = by_hand(RANGES)
    monkeypatch.setattr(module, "_curves", lambda *_given, **_more: asked.append(1) or curves)
    monkeypatch.setattr(module, "_why", lambda *_given: None)
    once = replace(scenario, title="asked once")
    assert answer_sizes(study, once, draws=200) == answer_sizes(study, once, draws=200)
    assert asked == [1]


def test_no_force_has_no_answers(study, scenario):
    """The posture without a force asks nothing."""
    none = SimpleNamespace(requirement=SimpleNamespace(posture="none"), case=None)
    assert answer_sizes(SimpleNamespace(reference="r", plans={"r": none}), scenario) == SizeAnswers()


@pytest.mark.parametrize("share", [0.9, 1.2])
def test_why_not_is_said_in_three_sentences(scenario, found, share):
    """A number that is too small and one that is enough: the size, the gap, and changes that turn it, no more."""
    from holdfast.studies.sizes_why import why_not

    needed = found.requirement.in_country
    why = why_not(scenario, reference_case(scenario), round(share * needed))
    said = say_why_not(why, scenario)
    assert f"{round(needed, -2):,.0f}" in said
    assert ("are enough" in said) == (share > 1)
    assert str(why.searched) in said
    assert 1 <= len(re.findall(r"\.(?: |$)", said)) <= 4
    assert "_" not in said


def test_the_paragraph_on_size_says_all(found, answers, scenario):
    """Totals with ranges, the cap, how many claims fit and which do not, and what the totals rest on."""
    plan = SimpleNamespace(requirement=found.requirement)
    said = say_sizing(plan, answers, scenario)
    assert (
        f"{round(found.requirement.in_country, -2):,.0f} people in the country (8 draws in 10: 15,500 to 27,000)"
        in said
    )
    assert "Of 3 published claims 2 correspond" in said
    assert "200,000" in said
    assert "partly sourced" in said
    assert "  " not in said


def test_drivers_are_said_in_words(scenario):
    """Every input that the ensemble draws has words, none of them an id."""
    from holdfast.sizing.inputs import gather_sizing
    from holdfast.studies.sizes_answer import size_ranges

    ranges = size_ranges(gather_sizing(scenario), draws=300, seed=1)
    assert ranges.drivers
    table = table_of_drivers(ranges, scenario)
    assert [row[-1] for row in table.rows] == [driver.key for driver in ranges.drivers]
    assert all(row[0] != row[-1] and "_" not in row[0] for row in table.rows)


def test_the_statement_is_whole_in_two_halves(found):
    """Both halves have the same lines in the same order; together they show units, loads, symbols and origin."""
    table = table_of_requirements(found.requirement, None)
    needs, loads = halves_of_statement(table)
    assert [row[0] for row in needs.rows] == [row[0] for row in loads.rows] == [row[0] for row in table.rows]
    assert len(table.rows) == len(found.requirement.statement)
    assert sum(row[1] for row in table.rows) == sum(line.units for line in found.requirement.statement)
    people = [row[2] for row in table.rows]
    assert people == sorted(people, reverse=True)


def test_troops_to_tasks_add_up(found):
    """In each situation the units at tasks and those free are the units held, cell by cell to their rounding."""
    table = table_of_troops(found.requirement)
    assert table.rows
    for row in table.rows:
        for situation in (0, -1):
            parts = [float(re.split(" → ", cell)[situation]) for cell in row[2:] if cell]
            assert sum(parts) == pytest.approx(row[1], abs=0.02 + 0.05 * sum(part > 0 for part in parts) * max(parts))


def test_both_situations_share_a_cell_when_equal():
    """Equal units are said once, different ones in order, none not at all."""
    assert _both((3.0, 3.0)) == "3"
    assert _both((3.0, 0.0)) == "3 → 0"
    assert _both((0.0, 0.0)) == ""
    assert _both((0.666, 12.4)) == "0.67 → 12"


def test_sheets_are_tables_with_origin(found):
    """Every sheet of the requirement but the statement is a table with its rows and, where figures stand behind, its origin."""
    from holdfast.results.sheets import requirement_sheets

    sheets = {sheet.key: sheet for sheet in requirement_sheets(found.requirement)}
    tables = tables_of_sheets(found.requirement)
    assert set(tables) == set(sheets) - {"statement"}
    for key, table in tables.items():
        assert len(table.rows) == len(sheets[key].rows), key
        assert "MUSD" not in to_html(table), key
    for key in ("casualties", "timeline", "hospitals", "winter_housing", "cost"):
        assert re.search(r"of the \d+ inputs behind it", tables[key].note), key


def test_cost_and_rotation_follow_the_exit(found):
    """Billion USD are a thousandth of the exit's million; each tour rule has a line."""
    leaving = found.requirement.exit
    table = table_of_costs(leaving)
    shown = sorted(value for row in table.rows for value in row[1:])
    given = sorted(value / 1000 for cost in leaving.costs for value in (cost.running, cost.with_housing))
    assert shown == pytest.approx(given)
    assert len(table_of_rotation(leaving).rows) == len(leaving.rules)


def test_exit_and_housing_are_said(found, scenario):
    """Sentences name the months and people of the exit and the places of the housing; no id, nothing infinite."""
    requirement = found.requirement
    said = say_exit(requirement.exit, scenario)
    assert f"{round(requirement.exit.pool_needed['24'], -2):,.0f}" in said
    assert not re.search(r"\b(inf|nan)\b|_", said)
    assert f"{round(requirement.housing.places, -2):,.0f} heated places" in say_housing(requirement.housing)
