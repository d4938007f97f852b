"""Sizes from elsewhere: regression on past missions, and agreement said in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from holdfast.results.stages import Estimate
from holdfast.sizing.agreement import NEAR, judge, stance_said, three_digits
from holdfast.sizing.inputs import PastMission, SizingInputs, gather_sizing, load_missions
from holdfast.sizing.past import (
    PastStrength,
    choose_slope,
    error_factor,
    leave_one_out,
    median,
    predict_strength,
)
from holdfast.sizing.triangulate import past_areas, past_lines, regress_area, regress_density
from support import tiny_scenario


def past(name: str, kind: str, measure: float, strength: float) -> PastStrength:
    return PastStrength(id=name, kind=kind, measure=measure, strength=strength)


def mission(name: str, kind: str, length: float, strength: float, **more: float) -> PastMission:
    return PastMission(id=name, name=name, kind=kind, length_km=length, strength=strength, source="x", **more)


def estimate(low: float, high: float, **more: str) -> Estimate:
    given: dict[str, str] = {"id": "e", "title": "Somebody: a size", "unit": "people", "kind": "claim", "source": "e"}
    return Estimate(low=low, mode=None, high=high, note="", **(given | more))  # type: ignore[arg-type]


def inputs(posture: str = "reassure") -> SizingInputs:
    access = {"settlement.access": "both"} if posture == "interpose" else {}
    return gather_sizing(tiny_scenario(**{"mission.posture": posture, **access}))


def test_a_density_is_the_geometric_mean_of_its_class() -> None:
    """Two missions of 10 and 40 people a km predict 20 a km, whatever another class has."""
    rows = [past("a", "robust", 100, 1000), past("b", "robust", 50, 2000), past("c", "token", 500, 50)]
    found = predict_strength(rows, kind="robust", measure=7.0, free_slope=False)
    assert found is not None
    assert found.middle == pytest.approx(140.0)
    assert (found.slope, found.freedom) == (1.0, 1)


def test_the_interval_of_a_density_is_students_t_in_closed_form() -> None:
    """With one degree of freedom Student's t is Cauchy, whose quantile is a tangent; s² and 1 + 1/n by hand."""
    rows = [past("a", "robust", 100, 1000), past("b", "robust", 100, 4000), past("c", "token", 500, 50)]
    found = predict_strength(rows, kind="robust", measure=10.0, free_slope=False)
    assert found is not None
    deviation = math.log(4.0) / math.sqrt(2.0)
    reach = math.tan(math.pi * 0.4) * deviation * math.sqrt(1.5)
    assert found.interval(0.8) == pytest.approx((200.0 * math.exp(-reach), 200.0 * math.exp(reach)))


def test_a_fitted_slope_is_recovered_exactly_from_data_that_have_one() -> None:
    """Strengths that grow with the square root of length give a slope of one half and no scatter."""
    rows = [past(f"a{km}", "robust", km, 30 * math.sqrt(km)) for km in (10, 40, 90)]
    rows += [past(f"b{km}", "token", km, 2 * math.sqrt(km)) for km in (100, 400)]
    found = predict_strength(rows, kind="token", measure=900.0, free_slope=True)
    assert found is not None
    assert found.slope == pytest.approx(0.5)
    assert found.middle == pytest.approx(60.0)
    assert found.spread == pytest.approx(0.0, abs=1e-7)
    assert found.freedom == 2


def test_what_the_missions_do_not_determine_is_not_predicted() -> None:
    """No mission of the class, no positive measure, or no two of one class that differ in length: no prediction."""
    rows = [past("a", "robust", 100, 1000), past("b", "token", 50, 20)]
    assert predict_strength(rows, kind="area", measure=10, free_slope=False) is None
    assert predict_strength(rows, kind="robust", measure=0, free_slope=False) is None
    assert predict_strength(rows, kind="robust", measure=10, free_slope=True) is None
    found = predict_strength(rows, kind="robust", measure=10, free_slope=False)
    assert found is not None
    assert found.interval(0.8) == (0.0, math.inf)


def test_leave_one_out_on_five_missions_by_hand() -> None:
    """Each mission is predicted by the geometric mean density of the others of its class; the only one of a class by none."""
    rows = [
        past("a", "robust", 100, 1000),  # 10 a km
        past("b", "robust", 10, 400),  # 40 a km
        past("c", "robust", 1, 20),  # 20 a km
        past("d", "token", 700, 70),
        past("e", "monitoring", 400, 800),
    ]
    found = [row.middle if row else None for row in leave_one_out(rows, free_slope=False)]
    # a: 100 sqrt(40*20); b: 10 sqrt(10*20); c: sqrt(10*40)
    assert found[:3] == pytest.approx([100 * math.sqrt(800), 10 * math.sqrt(200), 20.0])
    assert found[3:] == [None, None]


def test_two_missions_of_one_name_are_left_out_one_at_a_time() -> None:
    """Leaving one out goes by place: a namesake stays in."""
    rows = [past("same", "robust", 10, 100), past("same", "robust", 10, 400)]
    found = leave_one_out(rows, free_slope=False)
    assert [row.middle for row in found if row] == pytest.approx([400.0, 100.0])


def test_the_slope_is_free_only_where_leave_one_out_is_better_with_it() -> None:
    """Constant strength whatever the length wants a slope; proportional strength with scatter does not need one."""
    flat = [
        past(str(km), "robust", km, strength) for km, strength in ((10, 900), (100, 1100), (1000, 1000), (300, 950))
    ]
    assert choose_slope(flat).free_slope
    dense = [past(str(km), "robust", km, 10 * km * odd) for km, odd in ((90, 2.0), (100, 0.5), (110, 2.0), (120, 0.5))]
    choice = choose_slope(dense)
    assert not choice.free_slope
    assert choice.density_error < choice.length_error
    assert f"x{choice.density_error:.2f} in proportion" in choice.words("length")
    assert "too few" in choose_slope(flat[:1]).words("length")


def test_error_factors() -> None:
    """Twice too many and half as many are both off by two; nobody predicted is infinitely off; the median of none is nan."""
    assert error_factor(200, 100) == pytest.approx(2.0)
    assert error_factor(50, 100) == pytest.approx(2.0)
    assert error_factor(0, 100) == math.inf
    assert median([1.0, 8.0, 2.0]) == 2.0
    assert math.isnan(median([]))


def test_missions_without_a_line_do_not_enter_the_regression_on_length() -> None:
    """Area missions have a regression of their own, on area and on people."""
    rows = (
        mission("a", "robust", 100, 1000),
        mission("b", "robust", 100, 4000),
        mission("kfor", "area", 0, 40000, area_km2=10000, population=2e6),
        mission("timor", "area", 0, 8000, area_km2=15000, population=8e5),
    )
    assert [row.id for row in past_lines(rows)[0]] == ["a", "b"]
    assert [row.measure for row in past_areas(rows, "population")[0]] == [2e6, 8e5]
    case = replace(inputs("robust"), missions=rows, line_km=10.0)
    (found,) = regress_density(case)
    assert found.mode == pytest.approx(200.0)
    assert found.stance == "on the line"
    assert "outside what those of the class span" in found.note
    by_area, by_people = regress_area(replace(case, area_km2=10000.0, population=1e6))
    assert by_area.mode == pytest.approx(10000 * math.sqrt(4 * 8000 / 15000))
    assert by_people.mode == pytest.approx(1e6 * math.sqrt(0.02 * 0.01))
    assert regress_area(case) == ()


def test_no_mission_is_compared_with_itself() -> None:
    """A scenario that is one of the past missions is left out of the regression that stands beside it."""
    row = load_missions()[0]
    assert row.id in {other.id for other in inputs().missions}
    assert row.id not in {other.id for other in gather_sizing(tiny_scenario(name=row.id)).missions}


@pytest.mark.parametrize(
    ("size", "low", "high", "place", "factor"),
    [
        (15_000, 10_000, 30_000, "inside", 1.0),
        (60_000, 10_000, 30_000, "above", 2.0),
        (5_000, 10_000, 30_000, "below", 2.0),
        (44_000, 40_000, 40_000, "inside", 1.0),
        (100_000, 40_000, 40_000, "above", 2.5),
    ],
)
def test_a_size_is_inside_above_or_below_by_a_factor(
    size: float, low: float, high: float, place: str, factor: float
) -> None:
    """The factor is how many times outside; a figure that stands alone is met within a quarter."""
    (found,) = judge(size, None, None, [estimate(low, high)]).judged
    assert (found.place, found.factor) == (place, pytest.approx(factor))
    assert found.agrees == (place == "inside")
    assert NEAR == 1.25


def test_ceilings_and_floors_are_open_at_one_end() -> None:
    """`Up to 30,000` is met by 8,000 and not by 45,000; `at least 100,000` the other way round."""
    ceiling, floor = estimate(30_000, 30_000, bound="up_to"), estimate(100_000, 100_000, bound="at_least")
    assert [row.place for row in judge(8_000, None, None, [ceiling, floor]).judged] == ["inside", "below"]
    assert [row.place for row in judge(145_000, None, None, [ceiling, floor]).judged] == ["above", "inside"]
    assert "a ceiling of 30,000" in judge(45_000, None, None, [ceiling]).judged[0].words


def test_a_range_over_draws_that_reaches_an_estimate_agrees_and_says_so() -> None:
    """Nominally outside, but within what the draws give: counted as agreement, in words that keep the two apart."""
    found = judge(45_000, 25_000, 80_000, [estimate(10_000, 30_000), estimate(1_000, 2_000)])
    assert [row.agrees for row in found.judged] == [True, False]
    assert "reaches it" in found.judged[0].words
    assert "by a factor of 1.5" in found.judged[0].words
    assert "agree with 1 of 2" in found.words
    assert "above 1" in found.words


def test_one_sentence_counts_agreement_and_disagreement() -> None:
    """The sum names who agrees and counts those above and below."""
    rows = [estimate(10, 20), estimate(30, 60, title="Friend: about so many"), estimate(100, 200)]
    found = judge(40, None, None, rows)
    assert found.words == (
        "Our 40 people in the country agree with 1 of 3 sizes from elsewhere (Friend), lie above 1 and below 1."
    )
    assert judge(40, None, None, []).words == ""


def test_computed_sizes_are_told_in_three_digits_and_claims_as_they_were_said() -> None:
    """Ours, its range and a regression carry three digits; a published figure keeps its own."""
    fitted = replace(estimate(13_343, 81_865), kind="regression")
    found = judge(22_201, 16_858, 34_452, [fitted, replace(estimate(1_275, 1_275), kind="claim")])
    assert found.words.startswith("Our 22,200 people in the country (16,900 to 34,500 over draws)")
    assert found.judged[0].words == "agrees: ours, 22,200, is within 13,300 to 81,900"
    assert "lies above 1,275 by a factor of 17" in found.judged[1].words
    assert [three_digits(value) for value in (0.0, 7.4, 40.0, 999.6, 1_004.0, 181_234.0)] == [
        "0", "7", "40", "1,000", "1,000", "181,000",
    ]  # fmt: skip


def test_what_differs_in_the_mission_is_named() -> None:
    """A claim of another stance is set against our posture and standoff; one of the same stance against our terms."""
    case = inputs("reassure")
    line = judge(9_000, None, None, [estimate(50_000, 60_000, stance="on the line")], inputs=case).judged[0].words
    assert "of a force on the line" in line
    assert f"{case.settlement.standoff_km.nominal:g} km behind the line" in line
    same = (
        judge(9_000, None, None, [estimate(50_000, 60_000, stance="away from the line")], inputs=case).judged[0].words
    )
    assert "terms and service levels make the difference" in same
    assert "thinned" in same
    silent = judge(9_000, None, None, [estimate(50_000, 60_000)], inputs=case).judged[0].words
    assert "does not say where" in silent


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        (
            "Fewer than 30,000 near key places such as nuclear plants and ports, away from the front.",
            "away from the line",
        ),
        ("25,000 to 30,000 troops, not on the line of contact, with a larger reserve outside.", "away from the line"),
        ("Interposition that guarantees the line: 100,000 to 200,000.", "on the line"),
        ("100,000 to 150,000 troops on or near the front.", "on the line"),
        ("6,000 monitors of a stable ceasefire", "watching"),
        ("From 6,000 monitors of a stable ceasefire to more than 100,000 for a defence in depth.", ""),
        ("A force of 40,000 for ten years costs USD 30 billion.", ""),
    ],
)
def test_where_the_force_of_a_claim_stands_is_read_from_its_words(text: str, stance: str) -> None:
    """What a claim says of its place decides what it may be compared with; silence is kept as silence."""
    assert stance_said(text) == stance
