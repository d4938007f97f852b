"""The condition language: a small boolean language over named facts, parsed, never run as code.

Grammar (lowest first)::

    condition = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation = "not" negation | "(" condition ")" | fact

Another nation may stand only positively: nothing that holds a `nation.X` may be under a `not`, however often. So more
nations joining never turns a condition false, and circular conditions have a least and a greatest solution.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from holdfast.core.errors import ConditionError
from holdfast.core.names import nearest_name

Facts = Callable[[str], bool]

PLAIN_FACTS = {
    "ceasefire": "a ceasefire holds",
    "un_mandate": "the United Nations have given a mandate",
    "challenger_consent": "the challenger consents",
    "lasting_agreement": "there is a lasting agreement",
    "nato_assets": "NATO assets may be used",
    "article5": "Article 5 covers the force",
}
"""Facts without a dot, in words. `always` and `never` are facts too."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "frame": ("un", "eu", "coalition", "nato"),
    "access": ("both", "host_only", "none"),
    "front": ("thinned", "boiling"),
    "posture": ("none", "observe", "interpose", "reassure", "robust"),
}
"""Facts of the form `family.member`, with their members. `backstop.<fact>` and `nation.<ISO3>` are open families."""

OPEN_FAMILIES = ("backstop", "nation")
_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)|(?P<sign>[()])|(?P<bad>\S))")
_KEYWORDS = ("and", "or", "not")
_MAX_DEPTH = 50


class Condition(ABC):
    """A parsed condition."""

    @abstractmethod
    def evaluate(self, facts: Facts) -> bool:
        """Whether the condition holds, given which facts hold."""

    @property
    @abstractmethod
    def names(self) -> frozenset[str]:
        """Facts that the condition mentions."""

    @abstractmethod
    def explain(self, facts: Facts) -> str:
        """What keeps the condition from holding, in words; empty when it holds."""

    @abstractmethod
    def _why(self, facts: Facts, *, wanted: bool) -> str:
        """Why the condition is not as wanted, in words."""

    @property
    def negated_names(self) -> frozenset[str]:
        """Facts that stand under a `not`."""
        return frozenset()


@dataclass(frozen=True)
class Fact(Condition):
    """A single fact."""

    name: str

    def evaluate(self, facts: Facts) -> bool:
        """Whether the fact holds (`always` and `never` need no asking)."""
        return self.name == "always" or (self.name != "never" and facts(self.name))

    @property
    def names(self) -> frozenset[str]:
        """The fact itself."""
        return frozenset({self.name})

    def explain(self, facts: Facts) -> str:
        """The fact in words, if it does not hold."""
        return self._why(facts, wanted=True)

    def _why(self, facts: Facts, *, wanted: bool) -> str:
        if self.evaluate(facts) == wanted:
            return ""
        return f"{'needs' if wanted else 'excludes'}: {describe(self.name)}"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Not(Condition):
    """Negation of a condition without nations."""

    part: Condition

    def evaluate(self, facts: Facts) -> bool:
        """Whether the part does not hold."""
        return not self.part.evaluate(facts)

    @property
    def names(self) -> frozenset[str]:
        """Facts of the part."""
        return self.part.names

    @property
    def negated_names(self) -> frozenset[str]:
        """All facts of the part."""
        return self.part.names

    def explain(self, facts: Facts) -> str:
        """What holds that must not."""
        return self._why(facts, wanted=True)

    def _why(self, facts: Facts, *, wanted: bool) -> str:
        return self.part._why(facts, wanted=not wanted)  # noqa: SLF001  # the same family of classes

    def __str__(self) -> str:
        return f"not {_bracketed(self.part)}"


@dataclass(frozen=True)
class Joined(Condition):
    """Two or more conditions joined by `and` (`word` = "and") or by `or`."""

    word: str
    parts: tuple[Condition, ...]

    def evaluate(self, facts: Facts) -> bool:
        """Whether all parts hold, or any of them."""
        test = all if self.word == "and" else any
        return test(part.evaluate(facts) for part in self.parts)

    @property
    def names(self) -> frozenset[str]:
        """Facts of all parts."""
        return frozenset().union(*(part.names for part in self.parts))

    @property
    def negated_names(self) -> frozenset[str]:
        """Facts under a `not` in any part."""
        return frozenset().union(*(part.negated_names for part in self.parts))

    def explain(self, facts: Facts) -> str:
        """The parts that fail: each of them for `and`, the choice between them for `or`."""
        return self._why(facts, wanted=True)

    def _why(self, facts: Facts, *, wanted: bool) -> str:
        if self.evaluate(facts) == wanted:
            return ""
        reasons = [reason for part in self.parts if (reason := part._why(facts, wanted=wanted))]  # noqa: SLF001
        every_part_needed = (self.word == "and") == wanted
        return "; ".join(reasons) if every_part_needed else " or ".join(f"({reason})" for reason in reasons)

    def __str__(self) -> str:
        return f" {self.word} ".join(_bracketed(part) for part in self.parts)


def _bracketed(part: Condition) -> str:
    return f"({part})" if isinstance(part, Joined) else str(part)


def describe(name: str) -> str:
    """A fact in words."""
    family, _, member = name.partition(".")
    words = {
        "backstop": f"the backstop provides {member.replace('_', ' ')}",
        "nation": f"{member} takes part",
        "frame": f"the mission frame is {member.upper() if member in {'un', 'eu', 'nato'} else member}",
        "access": f"access is {member.replace('_', ' ')}",
        "front": f"the front is {member}",
        "posture": f"the posture is {member}",
    }
    if member:
        return words.get(family, name)
    return {"always": "nothing", "never": "what never happens"}.get(name, PLAIN_FACTS.get(name, name))


def is_known_form(name: str) -> bool:
    """Whether a fact has a form of the language (whether the nation or backstop element exists is another question)."""
    family, _, member = name.partition(".")
    if not member:
        return name in PLAIN_FACTS or name in {"always", "never"}
    return family in OPEN_FAMILIES or member in FAMILIES.get(family, ())


def known_names() -> list[str]:
    """Every fact of the language but those of open families."""
    return [
        "always",
        "never",
        *PLAIN_FACTS,
        *(f"{family}.{one}" for family, members in FAMILIES.items() for one in members),
    ]


@dataclass(frozen=True)
class _Token:
    text: str
    column: int


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None:  # only spaces are left
            return
        kind = found.lastgroup or "bad"
        token = _Token(found.group(kind), found.start(kind) + 1)
        if kind == "bad":
            raise ConditionError(
                f"{token.text!r} is not part of the language; expected facts, and, or, not, ( )", column=token.column
            )
        yield token
        position = found.end()


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._end = len(text.rstrip()) + 1
        self._next = 0

    def parse(self) -> Condition:
        found = self._joined("or", negated=False, depth=0)
        if token := self._peek():
            raise ConditionError(f"unexpected {token.text!r}; expected and, or, or the end", column=token.column)
        return found

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.text != text:
            return False
        self._next += 1
        return True

    def _joined(self, word: str, *, negated: bool, depth: int) -> Condition:
        def part() -> Condition:
            if word == "or":
                return self._joined("and", negated=negated, depth=depth)
            return self._negation(negated=negated, depth=depth)

        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _negation(self, *, negated: bool, depth: int) -> Condition:
        token = self._peek()
        if token is None:
            raise ConditionError("the condition ends early; expected a fact", column=self._end)
        if depth > _MAX_DEPTH:
            raise ConditionError(f"nested more than {_MAX_DEPTH} deep", column=token.column)
        if self._take("not"):
            return Not(self._negation(negated=True, depth=depth + 1))
        if self._take("("):
            found = self._joined("or", negated=negated, depth=depth + 1)
            if not self._take(")"):
                column = following.column if (following := self._peek()) else self._end
                raise ConditionError("a parenthesis is not closed", column=column)
            return found
        self._next += 1
        return _fact(token, negated=negated)


def _fact(token: _Token, *, negated: bool) -> Fact:
    if token.text in _KEYWORDS or token.text in "()":
        raise ConditionError(f"unexpected {token.text!r}; expected a fact", column=token.column)
    if not is_known_form(token.text):
        nearest = nearest_name(token.text, known_names())
        hint = f" (did you mean {nearest!r}?)" if nearest else ""
        raise ConditionError(f"unknown fact {token.text!r}{hint}", column=token.column)
    if negated and token.text.startswith("nation."):
        raise ConditionError(f"{token.text} stands under a not; expected nations only positively", column=token.column)
    return Fact(token.text)


@cache
def parse(text: str) -> Condition:
    """Parse a condition.

    Raises
    ------
    ConditionError
        With the column of what cannot be read: unknown fact, open parenthesis, a nation under a `not`.
    """
    return _Parser(text).parse()
