"""TOML with line numbers: tomllib reads the values, a scan of the text finds where each key stands."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from holdfast.scenario.problems import Locator, Problems, Where

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*\[\[?\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]\]?")
_ERROR_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_STRINGS = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')


def read_toml(text: str, *, file: str, problems: Problems, locator: Locator, prefix: str = "") -> dict[str, Any]:
    """Parse TOML; note the line of every key, after `prefix`, in `locator`; a syntax error becomes a problem."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number or nesting beyond all bounds
        found = _ERROR_LINE.search(str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        message = _ERROR_LINE.sub("", str(error)).strip()
        problems.add(Where(file, line), key="TOML", value=message, expected="valid TOML")
        return {}
    for key, line in key_lines(text).items():
        locator.note(prefix + key, Where(file, line))
    return data


def key_lines(text: str) -> dict[str, int]:
    """Line of every table header and key by its dotted name (keys inside multi-line values are left out)."""
    found: dict[str, int] = {}
    section, depth, closing = "", 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth == 0:
            section = _note(line, number, section, found)
        bare, closing = _without_strings(line)
        depth = max(0, depth + _opened(bare, is_header=bool(_HEADER.match(line)) and depth == 0))
    return found


def _note(line: str, number: int, section: str, found: dict[str, int]) -> str:
    """Note the key or header of a line; returns the section that holds from here on."""
    header = _HEADER.match(line)
    if header:
        section = _dotted(header.group(1))
        found.setdefault(section, number)
        return section
    key = _KEY.match(line)
    if key:
        name = _dotted(key.group(1))
        found.setdefault(f"{section}.{name}" if section else name, number)
    return section


def _dotted(key: str) -> str:
    parts = re.findall(_PART, key)
    return ".".join(part[1:-1] if part[0] in "\"'" else part for part in parts)


def _without_strings(line: str) -> tuple[str, str]:
    """The line without its strings and comment, and the mark of a multi-line string left open (or nothing)."""
    kept, position = "", 0
    while found := _STRINGS.search(line, position):
        kept += line[position : found.start()]
        mark = found.group()
        position = found.end()
        if mark in ('"""', "'''"):
            end = line.find(mark, position)
            if end < 0:
                return kept, mark
            position = end + 3
    return kept + line[position:], ""


def _opened(bare: str, *, is_header: bool) -> int:
    if is_header:
        return 0
    return sum(bare.count(sign) for sign in "[{") - sum(bare.count(sign) for sign in "]}")
