"""What every size buys, which claim corresponds to what, and why not a number: promises of the studies of size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.brief.size_chart import draw_sizes, picture_of_sizes
from holdfast.brief.size_tables import tables_of_sizes
from holdfast.brief.table import to_csv
from holdfast.core.arrays import collect, labelled
from holdfast.core.errors import UnknownNameError, ValueRangeError
from holdfast.scenario.cases import Case, reference_case, resolve_case
from holdfast.scenario.types import Evidence, Scenario
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size
from holdfast.studies.sizes import NO_SET, SizeCurves, case_of, option_of_posture, size_curves
from holdfast.studies.sizes_answer import size_ranges
from holdfast.studies.sizes_claims import (
    Claim,
    Reading,
    factor_between,
    find_claims,
    group_claims,
    read_claims,
    say_pairs,
    say_reading,
    say_rotation,
)
from holdfast.studies.sizes_inputs import Movable, movable_inputs, with_values
from holdfast.studies.sizes_why import WhyNot, rounded_outwards, why_not
from support import tiny_scenario

SIZES = (1_000, 3_000, 6_000, 20_000)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return tiny_scenario(**{"mission.posture": "reassure"})


@pytest.fixture(scope="module")
def curves(scenario: Scenario) -> SizeCurves:
    return size_curves(scenario, reference_case(scenario), sizes=SIZES, draws=0)


def by_hand(
    ranges: dict[tuple[str, str], tuple[float, float, float]], *, ruled_out: tuple[str, str] = ("", "")
) -> SizeCurves:
    """Curves whose ranges at full service are given, with people proportional to the level and four passing a post."""
    postures = tuple(dict.fromkeys(pair[0] for pair in ranges))
    terms = tuple(dict.fromkeys(pair[1] for pair in ranges))
    levels = [0.5, 1.0, 2.0, 4.0]
    coords = {"posture": list(postures), "settlement": list(terms), "level": levels, "size": [10_000.0, 150_000.0]}
    pair = ("posture", "settlement")

    def of(values: object, *more: str, units: str = "people") -> object:
        return labelled(np.array(values), (*pair, *more), coords, units=units, long_name="by hand")

    def column(place: int, times: float = 1.0) -> object:
        return of([[times * ranges[p, s][place] for s in terms] for p in postures])

    full = {"low": column(0), "nominal": column(1), "middle": column(1), "high": column(2)}
    full |= {"pool_low": column(0, 4.0), "pool_nominal": column(1, 4.0), "pool_high": column(2, 4.0)}
    return SizeCurves(
        title="By hand", as_of="2025-02-22", draws=100, postures=postures, settlements=terms,
        settlement_titles={name: name for name in terms}, options=dict.fromkeys(postures, "one"),
        people=of([[[ranges[p, s][1] * level for level in levels] for s in terms] for p in postures], "level"),
        alpha=of([[[1.0, 4.0] for _ in terms] for _ in postures], "size", units="1"),
        dropped=of([[["hold", ""] for _ in terms] for _ in postures], "size", units="1"),
        full=collect(**full),
        ruled_out=of([[(p, s) == ruled_out for s in terms] for p in postures], units="1"),
        refused={}, pool_times=4.0, standing_times=2.5,
    )  # fmt: skip


RANGES = {
    ("observe", "calm"): (6_000.0, 8_000.0, 11_000.0), ("observe", "hot"): (6_000.0, 8_000.0, 12_000.0),
    ("reassure", "calm"): (15_000.0, 20_000.0, 28_000.0), ("reassure", "hot"): (27_000.0, 33_000.0, 45_000.0),
    ("robust", "calm"): (38_000.0, 44_000.0, 55_000.0), ("robust", "hot"): (50_000.0, 60_000.0, 70_000.0),
}  # fmt: skip


def claim(low: float, high: float, *, says: str = "So many.", **more: object) -> Claim:
    """A claim as evidence would give it."""
    row = Evidence(
        id="c", claim=says, quantity="force_size", low=low, high=high, unit="people", said_by="somebody (paper)",
        publisher="paper", date=date(2025, 2, 1), checked="searched",
    )  # fmt: skip
    (found,) = find_claims(tiny_scenario(evidence={"c": replace(row, **more)}))
    return found


def read_one(said: Claim, curves: SizeCurves | None = None) -> Reading:
    (reading,) = read_claims(curves or by_hand(RANGES), [said])
    return reading


def test_a_size_that_is_needed_buys_full_service(curves: SizeCurves) -> None:
    """The nominal size of each pair buys a level of 1 or more, and one person fewer than any level needs buys nothing."""
    for posture, terms in ((p, s) for p in curves.postures for s in curves.settlements):
        needed = curves.full_of(posture, terms)["nominal"]
        least = float(curves.people.sel(posture=posture, settlement=terms).min())
        bought = curves.alpha_of(posture, terms, [least - 1, needed])
        assert bought[0] == 0.0
        assert bought[1] >= 1.0


def test_the_curve_agrees_with_the_stage(scenario: Scenario, curves: SizeCurves) -> None:
    """Nominal full service is the size that the stage itself finds for the case."""
    for posture in curves.postures:
        for terms in curves.settlements:
            case = case_of(scenario, reference_case(scenario), posture=posture, settlement=terms)
            assert (
                size(gather_sizing(resolve_case(scenario, case))).in_country
                == curves.full_of(posture, terms)["nominal"]
            )


def test_more_people_never_buy_less(curves: SizeCurves) -> None:
    """Levels rise with size in every pair, and tasks are dropped only where full service does not fit."""
    assert bool((curves.alpha.diff("size") >= 0).all())
    fits = curves.alpha["size"] >= curves.full["nominal"]
    assert bool(((curves.dropped == "") == fits.transpose(*curves.dropped.dims)).all())
    assert {str(item) for item in curves.dropped.values.ravel()} - {"", NO_SET}


def test_a_posture_that_the_terms_rule_out_is_marked(curves: SizeCurves) -> None:
    """Interposition with access to one side only is ruled out with the row that does it, and left out of the pairs."""
    assert bool(curves.ruled_out.sel(posture="interpose", settlement="thinned_host_only"))
    assert "settlement.access" in curves.refused["interpose/thinned_host_only"][0]
    assert ("interpose", "thinned_host_only") not in curves.pairs()
    assert ("interpose", "boiling_both") in curves.pairs()


def test_a_posture_carries_the_levers_of_its_option(scenario: Scenario) -> None:
    """The case's own option where it has the posture, else the first that sets it, else its own with the posture changed."""
    own = reference_case(scenario)
    assert option_of_posture(scenario, own, "reassure") == own.option
    assert option_of_posture(scenario, own, "observe") == "observe"
    assert option_of_posture(scenario, own, "robust") == own.option
    case = case_of(
        scenario,
        replace(own, overrides={"service.respond_minutes": "45"}),
        posture="observe",
        settlement="boiling_both",
    )
    resolved = resolve_case(scenario, case)
    assert (resolved.mission.posture, resolved.service.respond_minutes) == ("observe", 45)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"postures": ["robst"]}, UnknownNameError, "robust"),
        ({"settlements": ["boiling"]}, UnknownNameError, "boiling_both"),
        ({"sizes": ()}, ValueRangeError, "rising order"),
        ({"sizes": (5_000, 4_000)}, ValueRangeError, "rising order"),
        ({"sizes": (0, 4_000)}, ValueRangeError, "above 0"),
    ],
)
def test_wrong_words_are_refused(
    scenario: Scenario, words: dict[str, object], error: type[Exception], message: str
) -> None:
    """An unknown posture or variant, and sizes that do not rise, name themselves and what was expected."""
    with pytest.raises(error, match=message):
        size_curves(scenario, reference_case(scenario), draws=0, **words)


@given(ends=st.lists(st.floats(1.0, 1e6), min_size=4, max_size=4))
def test_the_factor_between_two_ranges(ends: list[float]) -> None:
    """1 exactly where they meet; else multiplying ours by the factor makes the facing ends touch."""
    low, high = sorted(ends[:2])
    our_low, our_high = sorted(ends[2:])
    factor = factor_between(low, high, our_low, our_high)
    assert (factor == 1.0) == (low <= our_high and our_low <= high)
    if factor > 1.0:
        assert factor * our_high == pytest.approx(low)
    elif factor < 1.0:
        assert factor * our_low == pytest.approx(high)


def test_a_claim_corresponds_to_what_its_range_meets_the_closest_first() -> None:
    """30,000 to 40,000 meets reassurance on a hot front and the robust force on a calm one, in the order of nearness."""
    reading = read_one(claim(30_000, 40_000))
    assert reading.corresponds == (("reassure", "hot"), ("robust", "calm"))
    assert reading.factor == 1.0
    assert reading.as_pool == (("observe", "calm"), ("observe", "hot"))


def test_a_claim_that_nothing_reaches_names_the_nearest_and_the_factor() -> None:
    """100,000 to 150,000 lies above every range: the robust force on a hot front is nearest, the claim 100/70 of it."""
    reading = read_one(claim(100_000, 150_000))
    assert reading.corresponds == ()
    assert reading.nearest == ("robust", "hot")
    assert reading.factor == pytest.approx(100 / 70)
    words = say_reading(reading, by_hand(RANGES))
    assert "corresponds to none; nearest is robust under hot" in words
    assert "1.4 times larger" in words


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (70_200, "the claim being just above its range"),
        (5_950, "the claim being just below its range"),
        (73_600, "the claim being 1.1 times larger than its range"),
        (4_000, "the claim being 1.5 times smaller than its range"),
    ],
)
def test_a_claim_just_beside_a_range_is_not_one_times_larger(people: float, words: str) -> None:
    """Below a factor of 1.05 the words say just above or just below; from there on they name the factor."""
    curves = by_hand(RANGES)
    assert words in say_reading(read_one(claim(people, people), curves), curves)


def test_ranges_carry_units_and_the_error_of_draws_only_when_checked(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units of each capability over draws keep their order; the error is said, and its work announced, only when it is asked for."""
    said: list[str] = []
    monkeypatch.setattr("holdfast.sizing.ensemble.report", lambda what, _: said.append(what))
    inputs = gather_sizing(resolve_case(scenario, reference_case(scenario)))
    quick = size_ranges(inputs, draws=12, seed=3)
    assert quick.error == ""
    assert not any("exact" in what for what in said)
    checked = size_ranges(inputs, draws=12, seed=3, checked=2)
    assert "2 draws solved both ways" in checked.error
    assert any("exact" in what for what in said)
    assert checked.units == quick.units
    assert quick.units
    assert all(0 <= row.low <= row.middle <= row.high for row in quick.units.values())


def test_a_claim_that_says_where_it_stands_is_held_to_it() -> None:
    """A force away from the front is no robust one on it, though the numbers meet: alike in number only."""
    reading = read_one(claim(30_000, 40_000, says="A force of 30,000 to 40,000 away from the front."))
    assert reading.claim.stance == "away from the line"
    assert reading.corresponds == (("reassure", "hot"),)
    assert reading.in_number_only == (("robust", "calm"),)
    lost = read_one(claim(8_000, 8_000, says="A brigade of 8,000, not on the line."))
    assert lost.corresponds == ()
    assert lost.nearest == ("reassure", "calm")
    assert lost.factor == pytest.approx(8 / 15)


def test_one_ended_claims_are_read_at_the_end_they_name() -> None:
    """Bounds ("up to", "at least") stand at their figure and say so; rows without a figure are no claims."""
    assert claim(None, 30_000).people == "up to 30,000"
    assert claim(100_000, None).people == "at least 100,000"
    assert find_claims(tiny_scenario()) == ()


def test_a_claim_after_the_date_is_marked() -> None:
    """What was said after `as_of` is shown as such."""
    assert not claim(1.0, 2.0).later
    assert claim(1.0, 2.0, date=date(2025, 4, 29)).later


def test_a_pool_is_compared_with_the_pool() -> None:
    """Evidence of quantity force_pool is set beside everyone passing through, not beside those in the country."""
    reading = read_one(claim(256_000, 256_000, quantity="force_pool"))
    assert reading.corresponds == (("robust", "hot"),)
    assert reading.buys == {}


def test_the_published_rotation_is_reproduced() -> None:
    """64,000 in place take 256,000 through in two years, as published, at four a post."""
    assert "64,000 take 256,000 through" in say_rotation(64_000, by_hand(RANGES))
    rotating = read_one(claim(64_000, 64_000, says="64,000, which takes 256,000 over two years."))
    assert "256,000" in say_reading(rotating, by_hand(RANGES))


def test_what_a_claim_buys_follows_the_curve() -> None:
    """Where people are proportional to the level, 40,000 buy twice what full service at 20,000 asks."""
    reading = read_one(claim(10_000, 40_000))
    assert reading.buys["reassure", "calm"] == pytest.approx((0.5, 2.0))


def test_pairs_are_said_once_a_posture() -> None:
    """A posture that fits under all terms says so; one that the terms allow once is named with them."""
    curves = by_hand(RANGES, ruled_out=("robust", "hot"))
    assert say_pairs([("observe", "calm"), ("observe", "hot"), ("robust", "calm")], curves) == (
        "observe under any terms; robust (calm)"
    )


def test_equal_claims_stand_together() -> None:
    """Claims that name the same figures form one group, the smallest figures first."""
    claims = [claim(30_000, 40_000), claim(10_000, 10_000), claim(30_000, 40_000)]
    assert [label for label, _ in group_claims(claims)] == ["10,000: somebody", "30,000-40,000: somebody"]


def test_the_chart_is_a_picture_with_its_parts() -> None:
    """The drawing is well-formed, says what it shows, and its file forms carry their marks."""
    curves = by_hand(RANGES, ruled_out=("robust", "hot"))
    text = draw_sizes(curves, [claim(30_000, 40_000)])
    root = ET.fromstring(text)  # noqa: S314  # our own drawing
    assert "posture and settlement" in root.attrib["aria-label"]
    assert picture_of_sizes(curves, kind="png").startswith(b"\x89PNG")
    again = picture_of_sizes(curves, kind="svg")
    assert again == picture_of_sizes(curves, kind="svg"), "equal bytes on every run"


def test_the_tables_hold_every_pair_and_size(curves: SizeCurves) -> None:
    """The export has a row for each pair, for each pair and size, and for each claim."""
    readings = read_claims(curves, [claim(3_000, 6_000)])
    tables = tables_of_sizes(curves, readings)
    pairs = len(curves.postures) * len(curves.settlements)
    assert len(tables["full_service"].rows) == pairs
    assert len(tables["sizes"].rows) == pairs * len(SIZES)
    assert len(tables["claims_read"].rows) == 1
    assert all(to_csv(table).count("\r\n") == len(table.rows) + 1 for table in tables.values())


@pytest.fixture(scope="module")
def not_enough(scenario: Scenario) -> WhyNot:
    needed = size(gather_sizing(resolve_case(scenario, reference_case(scenario)))).in_country
    return why_not(scenario, reference_case(scenario), 0.93 * needed)


def test_each_change_reported_makes_the_number_enough_through_the_scenario(
    scenario: Scenario, not_enough: WhyNot
) -> None:
    """Set by its key as `--set` would, each single change is enough: sized by the stage on the scenario itself."""
    assert not not_enough.enough
    assert not_enough.changes
    for change in not_enough.changes:
        case = reference_case(scenario)
        if change.key == "settlement":
            case = replace(case, settlement=str(change.becomes))
        elif change.key == "posture":
            case = case_of(scenario, case, posture=str(change.becomes), settlement=case.settlement)
        else:
            case = Case(option=case.option, settlement=case.settlement, overrides={change.key: change.becomes})
        found = size(gather_sizing(resolve_case(scenario, case))).in_country
        assert found <= not_enough.size, change.key
        assert found == pytest.approx(change.people), change.key


def test_a_change_is_reported_in_three_digits(not_enough: WhyNot) -> None:
    """Halving finds where the answer turns no closer than that: no value reported claims more than three digits."""
    values = [change.becomes for change in not_enough.changes if not isinstance(change.becomes, str)]
    assert values
    assert all(float(f"{value:.3g}") == value for value in values), values


@given(st.floats(0.01, 5_000.0), st.floats(-0.9, 0.9).filter(lambda move: abs(move) > 0.01))
def test_a_value_is_rounded_away_from_the_present_one(was: float, move: float) -> None:
    """Every rounding lies on the far side of the value found, inside the range; the first that fits adds at most half the move."""
    item = Movable(key="factors.a", kind="assumption", text="", unit="", was=was, low=0.0, high=2.0 * was)
    value = was * (1.0 + move)
    told = list(rounded_outwards(item, value))
    assert told[-1] == value
    assert all(item.low <= row <= item.high for row in told)
    assert all((row >= value) if move > 0 else (row <= value) for row in told)
    assert abs(told[0] - value) <= 0.5 * abs(value - was) * (1 + 1e-9)
    assert len(f"{told[0]:.12g}".replace(".", "").strip("0")) <= 5
    assert item.at(item.share_at(value)) == pytest.approx(value)


def test_the_value_told_is_the_next_short_one_outwards() -> None:
    """By hand: 4.63833 found above 4 is told as 4.7, 85.7422 above 80 as 86, 74.21 below 80 as 74, at a range's end as it is."""

    def told(was: float, value: float, *, high: float = 200.0) -> float:
        item = Movable(key="factors.a", kind="assumption", text="", unit="", was=was, low=0.0, high=high)
        return next(iter(rounded_outwards(item, value)))

    assert told(4.0, 4.63833) == 4.7
    assert told(80.0, 85.7422) == 86.0
    assert told(80.0, 74.21) == 74.0
    assert told(80.0, 81.04) == 81.1
    assert told(80.0, 85.95, high=85.95) == 85.95


def test_changes_come_the_smallest_first(not_enough: WhyNot) -> None:
    """Ranked by the share of the way to the end of the range; other terms and postures last."""
    shares = [change.share for change in not_enough.changes]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)


def test_a_number_that_is_enough_is_broken_by_each_change(scenario: Scenario) -> None:
    """With people to spare the question turns round: each change, through the scenario, takes more than the number."""
    needed = size(gather_sizing(resolve_case(scenario, reference_case(scenario)))).in_country
    found = why_not(scenario, reference_case(scenario), 1.02 * needed)
    assert found.enough
    assert all(task.share == 1.0 for task in found.tasks)
    assert found.changes
    for change in found.changes:
        if change.kind not in {"settlement", "posture"}:
            case = replace(reference_case(scenario), overrides={change.key: change.becomes})
            assert size(gather_sizing(resolve_case(scenario, case))).in_country > found.size, change.key


def test_no_force_and_no_number_are_refused(scenario: Scenario) -> None:
    """Why not needs a number above 0 and a posture with tasks."""
    with pytest.raises(ValueRangeError, match="above 0"):
        why_not(scenario, reference_case(scenario), 0)
    none = replace(reference_case(scenario), overrides={"mission.posture": "none"})
    with pytest.raises(ValueRangeError, match="posture none"):
        why_not(scenario, none, 1_000)


def test_every_movable_input_can_be_set_by_its_key(scenario: Scenario) -> None:
    """Each input has room, its ends differ from its value, and setting it by key changes the inputs of sizing."""
    inputs = gather_sizing(resolve_case(scenario, reference_case(scenario)))
    movables = movable_inputs(inputs, size(inputs).figures)
    kinds = {item.kind for item in movables}
    assert kinds == {"service level", "settlement term", "threat", "assumption"}
    for item in movables:
        value = item.at(1.0) if item.at(1.0) != item.was else item.at(-1.0)
        assert value != item.was, item.key
        assert with_values(inputs, {item.key: value}) != inputs, item.key
    with pytest.raises(UnknownNameError):
        with_values(inputs, {"weather.rain": 1.0})
