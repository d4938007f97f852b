"""Fixtures for all tests; what a machine lacks is skipped with a reason, or fails where `HOLDFAST_REQUIRE` names it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: the first example of a kernel compiles it, and time is never what a test asserts.
# Where CI is set the examples are the same in every run, so that its verdict can be repeated; elsewhere they explore.
settings.register_profile("holdfast", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("holdfast")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


def _data_folder() -> Path | None:
    named = os.environ.get("HOLDFAST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def _has_data() -> str:
    return "" if _data_folder() else "no folder of test data (set HOLDFAST_DATA)"


def _has_chromium() -> str:
    found = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return "" if found else "no Chromium on the path"


def _has_locale() -> str:
    import locale

    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
    except locale.Error:
        return "no German locale (comma decimals)"
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
    return ""


def _has_node() -> str:
    return "" if shutil.which("node") else "no Node.js on the path"


_FEATURES: dict[str, Callable[[], str]] = {
    "data": _has_data,
    "chromium": _has_chromium,
    "locale": _has_locale,
    "node": _has_node,
}


def missing_reason(feature: str) -> str:
    """Why `feature` cannot be used on this machine, or an empty string when it can.

    Features not listed above are the names of optional Python modules.
    """
    if feature in _FEATURES:
        return _FEATURES[feature]()
    return "" if importlib.util.find_spec(feature) else f"Python module {feature} is not installed"


def require(feature: str) -> None:
    """Skip the test with a reason when `feature` is missing; fail where `HOLDFAST_REQUIRE` lists it."""
    reason = missing_reason(feature)
    if not reason:
        return
    demanded = {name.strip() for name in os.environ.get("HOLDFAST_REQUIRE", "").split(",")}
    if feature in demanded:
        pytest.fail(f"HOLDFAST_REQUIRE names {feature}, but: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(name="require")
def require_fixture() -> Callable[[str], None]:
    """`require(feature)` as a fixture, so that test modules need not import this file."""
    return require


@pytest.fixture
def shared_data() -> Path:
    """The folder of shared data sets, read only by tests."""
    require("data")
    folder = _data_folder()
    assert folder is not None
    return folder
