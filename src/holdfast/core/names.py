"""Nearest known names, for messages that help."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from holdfast.core.errors import UnknownNameError


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name closest to `name`, or an empty string when none is close."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else ""


def unknown_name(what: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """An error that says which `what` is unknown, which is nearest, and which there are."""
    names = sorted(known)
    nearest = nearest_name(name, names)
    hint = f"; did you mean {nearest!r}?" if nearest else "."
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return UnknownNameError(f"no {what} is called {name!r}{hint} Known: {shown or 'none'}")
