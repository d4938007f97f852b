from __future__ import annotations

from holdfast.scenario.problems import Locator, Problems
from holdfast.scenario.tomltext import key_lines, read_toml

TEXT = '''# head
title = "x"   # a = 1
[a]
b = 1
"c.d" = 2
e.f = { g = 1 }
[a.h]
list = [
  1,
  2, # [not.a.header]
]
text = """
[no.header]
k = 3
"""
after = 'it = "s"'
[x.'quoted name'.set]
"mission.posture" = "observe"
'''


def test_keys_are_found_on_their_lines() -> None:
    """Headers, plain, quoted and dotted keys are found; what stands inside strings and arrays is not."""
    assert key_lines(TEXT) == {
        "title": 2,
        "a": 3,
        "a.b": 4,
        "a.c.d": 5,
        "a.e.f": 6,
        "a.h": 7,
        "a.h.list": 8,
        "a.h.text": 12,
        "a.h.after": 16,
        "x.quoted name.set": 17,
        "x.quoted name.set.mission.posture": 18,
    }


def test_a_key_without_a_line_of_its_own_is_found_at_its_table() -> None:
    """The longest known beginning of a dotted key gives the line."""
    locator = Locator("x.toml")
    read_toml(TEXT, file="x.toml", problems=Problems(), locator=locator)
    assert locator.find("a.e.f.g").line == 6
    assert locator.find("a.unheard.of").line == 3
    assert locator.find("unheard").line is None


def test_syntax_errors_carry_their_line() -> None:
    """A syntax error becomes one problem, and no data."""
    problems = Problems()
    assert read_toml("a = 1\nb = = 2\n", file="x.toml", problems=problems, locator=Locator()) == {}
    assert [(problem.file, problem.line) for problem in problems.found] == [("x.toml", 2)]
