"""Progress without a screen: stages report, whoever runs them decides what to show.

The default reporter is silent; the command line installs one that draws. A reporter may raise `KeyboardInterrupt` to
cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Reporter = Callable[[str, float], None]
"""Called with what is being done and the share done, 0 to 1."""


def _silent(_what: str, _share: float) -> None:
    return None


_REPORTER: ContextVar[Reporter] = ContextVar("holdfast_progress", default=_silent)


def report(what: str, share: float) -> None:
    """Say what is being done and how much of it is done."""
    _REPORTER.get()(what, share)


@contextmanager
def reporting(reporter: Reporter) -> Iterator[None]:
    """Send reports made inside the block to `reporter`."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)
