"""Validation of sizing: baselines, rules, reading of missions, table, picture, page and command."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfast.cli import main
from holdfast.results.derivation import Figure
from holdfast.scenario.bundled import bundled_missions
from holdfast.validation.baselines import add_baselines, scale_by_class
from holdfast.validation.labels import overlap
from holdfast.validation.missions import expand, interval, score_mission
from holdfast.validation.page import nominal_column, page
from holdfast.validation.picture import canvas, compose, draw_picture, plotted, short_name
from holdfast.validation.results import STATEMENT, MissionScore, SizingValidation
from holdfast.validation.rules import class_scores, compare, density_intervals, judge_rules, median_draw, posture_scores
from holdfast.validation.sizing import bias_notes, validate_sizing
from holdfast.validation.spread import LEVEL_FACTOR, draw_levels, draw_sizes, draw_variants
from holdfast.validation.tables import ordered, people, sentences, span, terminal_text, to_csv
from holdfast.validation.untouched import level_notes, own_factors, own_figures, sight_notes
from support import tiny_scenario
from validation_cases import mission, write_mission

ROOT = Path(__file__).resolve().parent.parent


def five() -> list[MissionScore]:
    """Five missions with round densities: 10, 40 and 20 people a km; a token one; one by area."""
    return [
        mission("a", line_km=100.0, actual=1000.0),
        mission("b", line_km=10.0, actual=400.0),
        mission("c", line_km=1.0, actual=20.0),
        mission("d", kind="token", line_km=700.0, actual=70.0),
        mission("e", kind="area", line_km=0.0, area_km2=10_000.0, population=1e6, actual=40_000.0),
    ]


def found_of(rows: list[MissionScore]) -> SizingValidation:
    counted = [row for row in rows if row.scored and row.kind != "token"]
    comparisons = tuple(compare(counted, name, seed=1) for name in ("density", "length"))
    return SizingValidation(
        statement=STATEMENT, missions=tuple(rows), classes=class_scores([row for row in rows if row.scored]),
        postures=posture_scores([row for row in rows if row.scored]),
        comparisons=comparisons, rules=judge_rules(counted, comparisons), notes=("a note",), draws=10, seed=1,
    )  # fmt: skip


def test_class_density_leaves_each_mission_out_by_hand() -> None:
    """The geometric mean density of the others of the class times the length; the only mission of a class has no baseline."""
    rows = {row.id: row for row in add_baselines(five()).missions}
    assert rows["a"].density == pytest.approx(100 * math.sqrt(40 * 20))
    assert rows["b"].density == pytest.approx(10 * math.sqrt(10 * 20))
    assert rows["c"].density == pytest.approx(math.sqrt(10 * 40))
    assert math.isnan(rows["d"].density)
    assert math.isnan(rows["e"].density)


def test_class_with_length_of_two_others_runs_through_both() -> None:
    """With two other missions of the class the line in logarithms passes through both: c is extrapolated by hand."""
    rows = {row.id: row for row in add_baselines(five()[:3]).missions}
    slope = math.log(1000 / 400) / math.log(100 / 10)
    assert rows["c"].length == pytest.approx(400 * (1 / 10) ** slope)


def test_a_recalled_strength_serves_no_baseline() -> None:
    """A mission that is not scored is predicted but predicts none."""
    rows = five()
    rows[1] = replace(rows[1], scored=False)
    found = {row.id: row for row in add_baselines(rows).missions}
    assert found["c"].density == pytest.approx(10.0)  # a alone
    assert found["b"].density == pytest.approx(10 * math.sqrt(10 * 20))


def test_area_missions_are_counted_by_what_predicts_them_better() -> None:
    """Three missions with equal people a head and unequal people a km² are counted by population."""
    rows = [
        mission(name, kind="area", line_km=0.0, area_km2=area, population=heads, actual=heads / 50)
        for name, area, heads in (("x", 10_000.0, 1e6), ("y", 900.0, 2e6), ("z", 50_000.0, 5e5))
    ]
    found = add_baselines(rows)
    assert found.area_measure == "population"
    assert found.area_errors["population"] == pytest.approx(1.0)
    assert [row.density for row in found.missions] == pytest.approx([row.actual for row in rows])


def test_missions_given_by_hand_learn_from_others_but_never_from_themselves() -> None:
    """The packaged table serves the baselines of a folder, except for a row of the same id."""
    given = [mission("a", line_km=100.0, actual=1000.0)]
    others = [mission("a", line_km=100.0, actual=5.0), mission("z", line_km=10.0, actual=300.0)]
    (row,) = add_baselines(given, others=others).missions
    assert row.density == pytest.approx(3000.0)


def test_ratio_error_and_coverage_of_a_mission() -> None:
    """Twice too many is a ratio and an error of 2, within 3; half as many a ratio of one half and the same error."""
    row = mission("a", predicted=2000.0, low=800.0, high=2500.0)
    assert (row.ratio, row.error, row.within, row.covered) == (2.0, pytest.approx(2.0), True, True)
    assert mission("b", predicted=500.0).error == pytest.approx(2.0)
    wide = mission("c", predicted=5000.0, low=1200.0, high=9000.0, actual_high=1500.0)
    assert (wide.covered, wide.touches, wide.within) == (False, True, False)
    assert mission("d", predicted=0.0).error == math.inf
    unknown = MissionScore(id="e", title="e", given_as="e", kind="")
    assert math.isnan(unknown.ratio)
    assert not unknown.within


def rules_of(rows: list[MissionScore]) -> dict[str, str]:
    return {rule.id: rule.verdict for rule in found_of(rows).rules}


def test_rules_pass_for_a_model_that_is_right() -> None:
    """Near everywhere, 8 of 10 covered, nearer than the baseline: all three rules pass."""
    rows = [
        mission(f"m{n}", predicted=1100.0, low=900.0 if n < 8 else 1050.0, high=1200.0, density=2500.0, length=1500.0)
        for n in range(10)
    ]
    found = found_of(rows)
    assert rules_of(rows) == {"beats_density": "pass", "near": "pass", "covers": "pass"}
    assert found.passed
    assert found.comparisons[0].nearer == 10
    assert "beyond what the choice of these missions explains" in found.comparisons[0].words


def test_rules_fail_plainly_for_a_model_that_is_wrong() -> None:
    """Ten times too large, sure of it, and farther off than the baseline: each rule fails and says why."""
    rows = [mission(f"m{n}", predicted=10_000.0, low=9000.0, high=11_000.0, density=1500.0) for n in range(10)]
    found = found_of(rows)
    assert rules_of(rows) == {"beats_density": "fail", "near": "fail", "covers": "fail"}
    assert not found.passed
    words = {rule.id: rule.words for rule in found.rules}
    assert "too narrow" in words["covers"]
    assert "0 of 10 within ×3" in words["near"]
    assert any(line.startswith("FAIL: ") for line in sentences(found))


def test_intervals_that_always_cover_fail_for_being_too_wide() -> None:
    """Thirty of thirty intervals of 80 % claim too little: the chance of it is 0.8^30 = 0.1 %."""
    rows = [mission(f"m{n}", low=1.0, high=1e6, density=1500.0) for n in range(30)]
    (rule,) = (rule for rule in found_of(rows).rules if rule.id == "covers")
    assert rule.verdict == "fail"
    assert "wider than they claim" in rule.words


def test_nothing_is_judged_where_there_is_nothing_to_judge() -> None:
    """Without a scored mission no rule passes or fails, and the validation does not count as passed."""
    rows = [mission("a", scored=False, why="its strength is recalled, not read in a source")]
    assert set(rules_of(rows).values()) == {"not judged"}
    assert not found_of(rows).passed
    few = [mission(name, low=1500.0, high=2500.0) for name in ("a", "b")]
    assert rules_of(few)["covers"] == "not judged"


def test_token_missions_stand_apart() -> None:
    """A token observer mission is no part of the rules, and has a class of its own at the end."""
    rows = [mission("t", kind="token", predicted=1e6), mission("a", predicted=1000.0)]
    found = found_of(rows)
    assert [row.id for row in found.scored] == ["a"]
    assert [row.kind for row in found.classes] == ["robust", "token"]
    assert {rule.id: rule.verdict for rule in found.rules}["near"] == "pass"


def test_class_scores_by_hand() -> None:
    """Bias is the geometric mean of the ratios: 2 and 1/2 cancel, the median error stays 2."""
    (found,) = class_scores([mission("a", predicted=2000.0), mission("b", predicted=500.0)])
    assert (found.bias, found.error, found.within) == (pytest.approx(1.0), pytest.approx(2.0), 2)


def test_scaling_by_class_uses_the_other_missions_alone() -> None:
    """Sizes that are all ten times too large in one class are right once scaled; a density that is off stays off."""
    rows = [
        mission(f"m{n}", predicted=10.0 * strength, actual=strength, density=4 * strength)
        for n, strength in enumerate((100.0, 700.0, 3000.0))
    ]
    found = scale_by_class(rows)
    assert (found.missions, found.error, found.density_error) == (3, pytest.approx(1.0), pytest.approx(4.0))
    assert "in no rule" in found.words
    assert scale_by_class(rows[:1]).missions == 0


def test_classes_missed_on_one_side_are_named() -> None:
    """A class sized at ten times what was deployed is named with the factor; one that scatters about the truth is not."""
    high = [mission(f"h{n}", kind="monitoring", predicted=10_000.0, tail=0.6) for n in range(2)]
    fair = [mission("f1", predicted=2000.0, tail=0.4), mission("f2", predicted=500.0, tail=0.4)]
    (note,) = bias_notes(class_scores([*high, *fair]))
    assert "Class monitoring" in note
    assert "×10 " in note
    assert "60 %" in note


def test_the_interval_is_the_middle_four_fifths() -> None:
    """Of the numbers 0 to 100 the central 80 % run from 10 to 90."""
    import numpy as np

    assert interval(np.arange(101.0)) == pytest.approx((10.0, 90.0))


def test_an_interval_says_that_draws_have_no_force() -> None:
    """Three of ten draws without any force: the interval has no end, and says so; its lower end stands."""
    import numpy as np

    low, high = interval(np.array([*range(1, 8), math.inf, math.inf, math.inf], dtype=float))
    assert (low, high) == (1.0, math.inf)
    assert span(low, high) == "1 to ∞"


def test_levels_are_drawn_alike_to_both_sides() -> None:
    """One draw in ten asks less than a third of the packaged level and one in ten more than three times (false alarm < 1e-4)."""
    import numpy as np

    levels = draw_levels(tiny_scenario(), draws=10_000, seed=3)
    for share in (float((levels < 1 / 3).mean()), float((levels > 3).mean())):
        assert share == pytest.approx(0.1, abs=4 * 0.003)
    assert abs(float(np.log(levels).mean())) < 4 * 0.8 / 100
    assert (levels.min(), levels.max()) == (0.25, 4.0)
    value = tiny_scenario().factors[LEVEL_FACTOR].value
    assert value.low * value.high == pytest.approx(1.0, rel=1e-3)


VARIED = """
[settlements.as_known]
title = "known"
weight = 1
assumption = "a test"

[settlements.longer]
title = "longer"
weight = 3
set = { "line_km" = 600 }
assumption = "a test"

[settlements.never]
title = "never"
weight = 0
set = { "line_km" = 6000 }
assumption = "a test"
"""


def varied(folder: Path) -> Path:
    """A mission whose line is 60 or, three times as likely, 600 km long."""
    extent = 'line_km = 60\nreference_settlement = "as_known"'
    return write_mission(folder, extent=extent, more=VARIED)


def test_settlement_variants_are_drawn_by_weight(tmp_path: Path) -> None:
    """Weights 1 and 3 are drawn in that ratio and weight 0 never (false alarm < 1e-4)."""
    from holdfast.scenario.load import load_scenario

    chosen = draw_variants(load_scenario(varied(tmp_path / "v")), draws=4000, seed=5).tolist()
    assert chosen.count("longer") / 4000 == pytest.approx(0.75, abs=4 * 0.0069)
    assert "never" not in chosen


def test_a_draw_with_unknowns_is_the_nominal_run_of_its_case(tmp_path: Path) -> None:
    """With every range closed, draw k is the nominal size of the variant drawn at the service levels drawn."""
    from holdfast.scenario.cases import Case, resolve_case
    from holdfast.scenario.load import load_scenario
    from holdfast.sizing.inputs import gather_sizing
    from holdfast.sizing.levels import people_at_levels
    from holdfast.sizing.stage import size

    loaded = load_scenario(varied(tmp_path / "v"))
    draws, seed = 6, 11
    chosen = draw_variants(loaded, draws=draws, seed=seed)
    found = draw_sizes(loaded, draws=draws, seed=seed)
    assert set(found.variants) == set(chosen.tolist())
    exact = {
        name: gather_sizing(resolve_case(loaded, Case(option=loaded.reference_option, settlement=name)))
        for name in set(chosen.tolist())
    }
    from holdfast.sizing.draws import Draws
    from holdfast.sizing.each import desk_of, program_of, tasks_of
    from holdfast.sizing.ensemble import inputs_at

    for draw, name in enumerate(chosen.tolist()):
        drawn = Draws(draws, seed=seed)
        program_of(desk_of(exact[name], drawn), tasks_of(exact[name]), threads=1)  # reads, and so draws, every input
        there = inputs_at(exact[name], drawn, draw)
        (expected,) = people_at_levels(there, [found.levels[draw]])
        assert found.whole[draw] == pytest.approx(expected, rel=0.05)
        if name == "as_known":
            assert found.terms[draw] == pytest.approx(size(there).in_country, rel=0.05)


def test_draws_without_a_force_do_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where levels above twice the packaged ones cannot be met, those draws are infinite and all others as before."""
    import numpy as np

    from holdfast.core.errors import InfeasibleError
    from holdfast.scenario.load import load_scenario
    from holdfast.validation import spread

    loaded = load_scenario(write_mission(tmp_path / "v"))
    before = draw_sizes(loaded, draws=20, seed=2)
    solved = spread._solved

    def refuse(inputs: object, futures: object, levels: object, **more: object) -> object:
        if np.any(np.asarray(levels) > 2.0):
            raise InfeasibleError("too much is asked")
        return solved(inputs, futures, levels, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(spread, "_solved", refuse)
    after = draw_sizes(loaded, draws=20, seed=2)
    high = before.levels > 2.0
    assert high.any()
    assert np.isinf(after.whole[high]).all()
    assert np.array_equal(after.whole[~high], before.whole[~high])
    assert np.array_equal(after.terms, before.terms)


def test_a_strength_of_observers_is_compared_with_observers(tmp_path: Path) -> None:
    """Where the record counts those in the field alone, fewer are predicted than the force, and the draws follow."""
    whole = write_mission(tmp_path / "force")
    alone = write_mission(tmp_path / "field", more='counts = "field"\n')
    force, field = validate_sizing([whole, alone], draws=20).missions
    assert field.in_country == force.predicted == force.in_country
    assert 0 < field.predicted < force.predicted
    assert field.low < force.low
    assert field.high < force.high


def test_the_rule_judges_the_interval_with_levels_unknown() -> None:
    """Eight of ten wide intervals hold, none over terms alone: the rule passes and says both; the density's interval is told too."""
    rows = [
        mission(
            f"m{n}", low=900.0 if n < 8 else 1050.0, high=4000.0, terms_low=1800.0, terms_high=2200.0, middle=1500.0, density=900.0,
            density_low=500.0, density_high=1500.0,
        )
        for n in range(10)
    ]  # fmt: skip
    rule = next(rule for rule in found_of(rows).rules if rule.id == "covers")
    assert rule.verdict == "pass"
    assert "0 of 10 would hold it" in rule.words
    assert "×1.50 in the median (nominal on the same missions: ×2.00), 10 of 10" in median_draw(rows)[0]
    assert "10 of its intervals" in density_intervals(rows)[0]
    assert "×/÷ 1.73" in density_intervals(rows)[0]


def test_a_mission_folder_is_sized_and_scored(tmp_path: Path) -> None:
    """A new folder with a record is sized by the same stage and scored; its record changes nothing of the size."""
    with_record, bare = write_mission(tmp_path / "seen"), write_mission(tmp_path / "bare", record=False)
    found = validate_sizing([with_record, bare], draws=3)
    seen, unscored = found.missions
    assert seen.scored
    assert (seen.kind, seen.actual, seen.line_km) == ("monitoring", 120.0, 60.0)
    assert seen.predicted > 0
    assert seen.low <= seen.high
    assert seen.draws == 3
    assert not unscored.scored
    assert "no [record]" in unscored.why
    assert unscored.predicted == seen.predicted
    assert math.isfinite(seen.density), "the packaged table of past missions serves as baseline"


def test_recalled_strengths_are_not_scored(tmp_path: Path) -> None:
    """Only missions whose strength was read in a source are scored; the others say so."""
    row, _ = score_mission(write_mission(tmp_path / "recalled", checked="recalled"), draws=0, seed=1)
    assert not row.scored
    assert "recalled" in row.why
    assert row.predicted > 0
    assert not row.has_interval


def test_a_mission_that_sets_factors_is_not_scored(tmp_path: Path) -> None:
    """No factor is set for a mission: a folder that changes one is sized, shown and not scored."""
    folder = write_mission(tmp_path / "fitted")
    (folder / "factors.toml").write_text(
        '["respond.detour"]\nvalue = 9.5\nunit = "1"\nmeaning = "fitted"\nassumption = "fitted"\n', encoding="utf-8"
    )
    (row,) = validate_sizing([folder], draws=0).missions
    assert not row.scored
    assert "respond.detour" in row.why
    assert own_factors(tiny_scenario()) == ()


def test_a_mission_that_sets_figures_of_units_is_not_scored(tmp_path: Path) -> None:
    """A smaller battalion for one mission is a fit; a radar that did not exist yet is a fact of its time, and told."""
    from holdfast.validation.missions import read_mission

    fitted, dated = write_mission(tmp_path / "fitted"), write_mission(tmp_path / "dated")
    (fitted / "capabilities.csv").write_text(
        "id,personnel,assumption\nlogistics_bn,499,inferred later: mine\n", encoding="utf-8"
    )
    (dated / "capabilities.csv").write_text(
        "id,detect_km,assumption\ngsr_section,0,inferred later: before its time\n", encoding="utf-8"
    )
    assert ("logistics_bn", "personnel") in own_figures(read_mission(fitted))
    assert own_figures(read_mission(dated)) == ()
    assert "1 of 2 missions" in sight_notes([read_mission(dated), read_mission(fitted)])[0]
    row, same = validate_sizing([fitted, dated], draws=0).missions
    assert not row.scored
    assert "logistics_bn.personnel" in row.why
    assert same.scored


def test_a_broken_folder_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Problems of one folder are listed with it; missing paths, damaged zips and other files too; the good one is scored."""
    good = write_mission(tmp_path / "good")
    broken = write_mission(tmp_path / "broken", more="\n[settlment]\naccess = 3\n")
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"no zip")
    found = {row.id: row for row in validate_sizing([broken, tmp_path / "missing", damaged, good], draws=0).missions}
    assert found["good"].scored
    assert any("settlment" in problem for problem in found["broken"].problems)
    for name in ("broken", "missing", "damaged"):
        assert found[name].why == "cannot be read"
        assert found[name].problems
        assert not found[name].is_sized


def test_a_mission_that_cannot_be_sized_counts_as_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving out what sizing cannot do would flatter it: a scored mission without a size is a miss with its reason."""
    from holdfast.core.errors import InfeasibleError
    from holdfast.sizing import stage

    def refuse(_inputs: object) -> Figure:
        raise InfeasibleError("a need that nobody serves")

    monkeypatch.setattr(stage, "size", refuse)
    (row,) = validate_sizing([write_mission(tmp_path / "odd")], draws=0).missions
    assert row.scored
    assert row.error == math.inf
    assert "a need that nobody serves" in row.problems[0]


def test_zips_and_folders_of_missions_are_read(tmp_path: Path) -> None:
    """A zip is a mission, and a folder that holds missions stands for them."""
    write_mission(tmp_path / "all" / "one")
    write_mission(tmp_path / "pack" / "two", strength="240")
    shutil.make_archive(str(tmp_path / "all" / "two"), "zip", tmp_path / "pack" / "two")
    assert [Path(item).name for item in expand([tmp_path / "all"])] == ["one", "two.zip"]
    found = validate_sizing([tmp_path / "all"], draws=0)
    assert [(row.id, row.actual) for row in found.missions] == [("one", 120.0), ("two", 240.0)]
    assert found.missions[0].predicted == found.missions[1].predicted


def test_two_missions_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two folders of one name keep their own row and learn from each other."""
    found = validate_sizing([write_mission(tmp_path / "x" / "same"), write_mission(tmp_path / "y" / "same")], draws=0)
    assert len({row.id for row in found.missions}) == 2


def test_levels_that_differ_between_missions_are_told(tmp_path: Path) -> None:
    """A service level set for one mission alone is named: a mission could be fitted through it."""
    from holdfast.validation.missions import read_mission

    plain = read_mission(write_mission(tmp_path / "plain"))
    own = read_mission(write_mission(tmp_path / "own", more="\n[service]\nrespond_minutes = 77\nassumption = 'mine'\n"))
    assert "the same service levels" in level_notes([plain, plain])[0]
    (note,) = level_notes([plain, own])
    assert "respond_minutes" in note
    assert "77" in note


def test_the_table_holds_every_mission_once_in_groups() -> None:
    """Scored first, token missions next, then the rest; the terminal shows the ids, the CSV raw values."""
    rows = [
        mission("late", scored=False, why="no [record]: sized, nothing to compare with"),
        mission("t", kind="token"),
        mission("first", low=1000.0, high=3000.0),
        replace(mission("=bad"), predicted=math.nan, scored=False, problems=("a problem",)),
    ]
    found = found_of(rows)
    assert [row.id for row in ordered(found)] == ["first", "t", "late", "=bad"]
    text = terminal_text(found)
    assert text.index("Missions scored") < text.index("Token") < text.index("Not scored")
    assert max(map(len, text.splitlines())) < 160
    table = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [row["id"] for row in table] == ["first", "t", "late", "'=bad"]
    assert float(table[0]["ratio"]) == 2.0
    assert table[3]["predicted"] == ""


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (7.4, "7"), (1234.0, "1,230"), (123_456.0, "123,000"), (math.nan, "–")]
)
def test_people_are_said_to_three_figures(value: float, text: str) -> None:
    """No size claims more figures than it has."""
    assert people(value) == text


def test_the_page_says_the_statement_the_verdicts_and_the_sizes() -> None:
    """A reader of the page finds the statement, each verdict, and the predicted size of each mission by its title."""
    found = found_of([mission("a | b", predicted=1234.0, low=1000.0, high=2000.0), mission("c", predicted=50.0)])
    text = page(found, picture="p.png")
    assert STATEMENT in text
    assert all(f"**{rule.title}: {rule.verdict}.**" in text for rule in found.rules)
    assert nominal_column(text) == {"a / b": "1,230", "c": "50"}


def test_the_picture_is_the_same_on_every_run_and_shows_what_can_be_shown() -> None:
    """Equal bytes twice; a mission without a size or a record is not drawn, and crowded names overlap no other."""
    crowd = [
        mission(f"mission_{n}", predicted=1000.0 + 40 * n, actual=1000.0 + 25 * n, low=500.0, high=5000.0)
        for n in range(12)
    ]
    found = found_of([*crowd, replace(mission("x"), predicted=math.nan), mission("t", kind="token", scored=False)])
    assert len(plotted(found)) == 13
    svg, png = draw_picture(found)
    assert (svg, png) == draw_picture(found)
    assert png.startswith(b"\x89PNG")
    assert svg.startswith("<?xml")
    assert short_name(crowd[3]) == "mission 3"


def test_names_on_the_picture_cover_neither_marks_nor_each_other() -> None:
    """Thirty missions, half of them crowded together: the boxes of names, marks and legend that lie apart stay apart."""
    crowd = [
        mission(f"crowded_{n}", predicted=1000.0 * 1.09**n, actual=1000.0 * 1.06**n, low=500.0, high=5000.0)
        for n in range(15)
    ]
    spread = [mission(f"far_{n}", predicted=30.0 * 1.7**n, actual=50.0 * 1.6**n, kind="token") for n in range(15)]
    rows = plotted(found_of([*crowd, *spread]))
    with canvas() as figure:
        boxes = compose(figure, rows)
    marks, names = boxes[: len(rows)], boxes[-len(rows) :]
    assert len(boxes) == 2 * len(rows) + 1
    assert not overlap(names, boxes[: len(rows) + 1]).any()
    assert overlap(names, names).sum() == len(rows), "each name overlaps itself alone"
    assert overlap(marks, marks).sum() > len(rows), "the marks themselves are crowded"


def test_the_command_writes_page_picture_table_and_json(tmp_path: Path) -> None:
    """`holdfast validate sizing FOLDER -o OUT` leaves a folder with everything; JSON on the terminal is one document."""
    folder, out = write_mission(tmp_path / "seen"), tmp_path / "out"
    done = CliRunner().invoke(main, ["validate", "sizing", str(folder), "--draws", "2", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert STATEMENT in done.output
    names = {path.name for path in out.iterdir()}
    assert names >= {"sizing.md", "sizing.csv", "sizing.json", "validation-sizing.svg", "validation-sizing.png"}
    kept = json.loads((out / "sizing.json").read_text(encoding="utf-8"))
    assert kept["missions"][0]["ratio"] == pytest.approx(kept["missions"][0]["predicted"] / 120.0)
    again = CliRunner().invoke(main, ["validate", "sizing", str(folder), "-o", str(out)])
    assert again.exit_code == 4
    told = CliRunner().invoke(main, ["validate", "sizing", str(folder), "--draws", "0", "--json"])
    assert json.loads(told.output)["statement"] == STATEMENT


def test_the_page_of_the_documentation_is_up_to_date() -> None:
    """The nominal sizes of the bundled missions are those that the page in the documentation shows."""
    found = validate_sizing(draws=0)
    shown = nominal_column((ROOT / "docs" / "validation" / "sizing.md").read_text(encoding="utf-8"))
    assert len(found.missions) == len(bundled_missions())
    assert shown == {row.title: people(row.predicted) for row in found.missions}
