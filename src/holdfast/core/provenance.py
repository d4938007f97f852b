"""Who computed a result, with what: versions, class of processor, time. What a rerun compares itself with."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

OUTPUT_MARKER = "holdfast-output.json"
"""File that marks a folder as written by Holdfast, so that --force replaces only such folders."""
LIBRARIES = ("numpy", "scipy", "numba", "xarray", "linopy", "highspy", "shapely", "pyproj", "pydantic")


def library_versions() -> dict[str, str]:
    """Versions of Python and of every library whose arithmetic reaches a result."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def processor_class() -> str:
    """The class of processor within which results are bit-equal: system and architecture."""
    return f"{platform.system()}-{platform.machine()}".lower()


def now_utc() -> str:
    """The present time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
