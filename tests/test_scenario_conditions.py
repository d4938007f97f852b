from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ConditionError
from holdfast.scenario.conditions import Condition, known_names, parse
from strategies import NATIONS, conditions, facts


@pytest.mark.parametrize(
    ("text", "holding", "expected"),
    [
        ("always", set(), True),
        ("never", {"never"}, False),
        ("ceasefire", {"ceasefire"}, True),
        ("ceasefire and backstop.air_defence", {"ceasefire"}, False),
        ("ceasefire or un_mandate and article5", {"ceasefire"}, True),
        ("(ceasefire or un_mandate) and article5", {"ceasefire"}, False),
        ("not frame.nato and ceasefire", {"ceasefire"}, True),
        ("not not ceasefire", {"ceasefire"}, True),
        ("ceasefire and backstop.air_defence and (nation.FRA or nation.GBR)", {"ceasefire", "backstop.air_defence", "nation.GBR"}, True),
    ],
)  # fmt: skip
def test_language(text: str, holding: set[str], expected: bool) -> None:
    """`and` binds closer than `or`, `not` closest, parentheses decide."""
    assert parse(text).evaluate(holding.__contains__) is expected


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "expected a fact"),
        ("ceasefire and", 14, "ends early"),
        ("and ceasefire", 1, "unexpected 'and'"),
        ("ceasefire ceasefire", 11, "unexpected 'ceasefire'"),
        ("(ceasefire or un_mandate", 25, "not closed"),
        ("ceasefire)", 10, "unexpected"),
        ("cease_fire", 1, "did you mean 'ceasefire'"),
        ("ceasefire and frame.nado", 15, "did you mean 'frame.nato'"),
        ("ceasefire & always", 11, "not part of the language"),
        ("not nation.FRA", 5, "only positively"),
        ("not not nation.FRA", 9, "only positively"),
        ("ceasefire and not (always or nation.FRA)", 30, "only positively"),
        ("__import__('os')", 12, "not part of the language"),
        ("posture.sleeping", 1, "unknown fact"),
    ],
)
def test_errors_name_the_column(text: str, column: int, message: str) -> None:
    """What cannot be read is refused with its column; a nation under a `not` always is."""
    with pytest.raises(ConditionError, match=r".") as caught:
        parse(text)
    assert caught.value.column == column
    assert message in str(caught.value)


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    """A condition of ten thousand parentheses is refused."""
    with pytest.raises(ConditionError, match="nested"):
        parse("(" * 10_000 + "always" + ")" * 10_000)


@given(conditions)
def test_unparsing_and_parsing_give_the_same_condition(condition: Condition) -> None:
    """A condition written out reads back as the same tree of facts, up to grouping, and evaluates alike."""
    again = parse(str(condition))
    assert str(again) == str(condition)
    assert again.names == condition.names
    assert again.negated_names == condition.negated_names


@given(conditions, facts)
def test_parsed_condition_evaluates_as_the_tree(condition: Condition, holding: set[str]) -> None:
    """Parsing changes no truth value; Python's own operators are the oracle."""
    names = {name: name == "always" or (name in holding and name != "never") for name in condition.names}
    text = str(condition)
    for number, name in enumerate(sorted(names, key=len, reverse=True)):
        text = text.replace(name, f"@{number}@")
    for number, name in enumerate(sorted(names, key=len, reverse=True)):
        text = text.replace(f"@{number}@", str(names[name]))
    expected = eval(text, {"__builtins__": {}})  # noqa: S307  # True, False, and, or, not and parentheses only
    assert parse(str(condition)).evaluate(holding.__contains__) is expected


@given(conditions, facts, st.sets(st.sampled_from(NATIONS)))
def test_more_nations_never_turn_a_condition_false(condition: Condition, holding: set[str], joining: set[str]) -> None:
    """Nations stand only positively, so a condition is monotone in who joins."""
    more = holding | {f"nation.{iso}" for iso in joining}
    assert not condition.evaluate(holding.__contains__) or condition.evaluate(more.__contains__)


@given(conditions, facts)
def test_explanation_is_given_exactly_when_a_condition_fails(condition: Condition, holding: set[str]) -> None:
    """`explain` is empty for a condition that holds and says something for one that does not."""
    assert (condition.explain(holding.__contains__) == "") is condition.evaluate(holding.__contains__)


def test_explanation_names_what_is_missing() -> None:
    """A planner reads which facts are missing, and where one of several would do."""
    condition = parse("ceasefire and backstop.air_defence and (nation.FRA or nation.GBR) and not frame.nato")
    told = condition.explain({"ceasefire", "frame.nato"}.__contains__)
    assert told == (
        "needs: the backstop provides air defence; (needs: FRA takes part) or (needs: GBR takes part); "
        "excludes: the mission frame is NATO"
    )


def test_every_known_fact_can_be_written() -> None:
    """Each closed fact of the language parses to itself."""
    assert all(parse(name).names == {name} for name in known_names())
