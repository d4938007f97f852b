"""Symbols of units: the 20 digits of APP-6D, held to a packaged table of the codes in use, and what they mean in words."""

from __future__ import annotations

import csv
import re
from functools import cache

from holdfast.scenario.bundled import data_folder

FILE = "catalogue/symbols.csv"
"""Codes in use, each with its meaning as the published tables of APP-6D have it."""
LENGTH = 20
_PREFIX = "1003"
"""Version 10 of the code, reality, friend."""
_PARTS = (
    ("set", 4, 6),
    ("headquarters", 7, 8),
    ("echelon", 8, 10),
    ("entity", 10, 16),
    ("first", 16, 18),
    ("second", 18, 20),
)
_PRESENT = "0"


@cache
def codes() -> dict[tuple[str, str, str], str]:
    """Meaning of each code by part, symbol set and digits; the parts that all sets share have set `*`."""
    text = (data_folder() / FILE).read_text("utf-8")
    return {(row["part"], row["set"], row["code"]): row["meaning"] for row in csv.DictReader(text.splitlines())}


def parts_of(symbol: str) -> dict[str, str]:
    """The digits of each part of a symbol."""
    return {name: symbol[start:end] for name, start, end in _PARTS}


def fault_of(symbol: str) -> str:
    """What was expected where a symbol is wrong, else nothing."""
    if not re.fullmatch(r"\d{20}", symbol):
        return f"{LENGTH} digits of APP-6D"
    if not symbol.startswith(_PREFIX) or symbol[6] != _PRESENT:
        return (
            f"a symbol that begins with {_PREFIX} (version 10, reality, friend) and is present ({_PRESENT} in place 7)"
        )
    parts = parts_of(symbol)
    for name, digits in parts.items():
        if _meaning(name, parts["set"], digits) is None:
            known = ", ".join(
                code for part, symbols, code in codes() if part == name and symbols in ("*", parts["set"])
            )
            return f"as {name} one of {known} ({FILE})"
    return ""


def _meaning(name: str, symbol_set: str, digits: str) -> str | None:
    shared = "*" if name in ("set", "headquarters", "echelon") else symbol_set
    return codes().get((name, shared, digits))


def meaning_of(symbol: str) -> str:
    """A symbol in words: its set, its entity and what modifies it."""
    parts = parts_of(symbol)
    words = {name: _meaning(name, parts["set"], digits) or "" for name, digits in parts.items()}
    more = [words[name] for name in ("first", "second", "echelon", "headquarters") if words[name]]
    return ", ".join([f"{words['set']}: {words['entity']}", *more])
