"""The page of the data says what the data say: it is written from them, and counts as an independent count does."""

from __future__ import annotations

import csv
import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.scenario.bundled import bundled_missions, bundled_names, data_folder
from holdfast.scenario.factors import flat_entries

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "data.md"
CATALOGUE = data_folder() / "catalogue"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The developer script that writes the page."""
    spec = importlib.util.spec_from_file_location("data_page", ROOT / "tools" / "data_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def text() -> str:
    """The page as it stands."""
    return PAGE.read_text("utf-8")


def test_page_is_current(script: ModuleType, text: str) -> None:
    """docs/data.md holds what the data hold now: run `python tools/data_page.py` after a change of them."""
    assert text == script.page()


def test_every_unit_scenario_and_mission_stands_on_it(text: str) -> None:
    """No kind of unit, bundled scenario, mission, file of factors or of evidence is left off the page."""
    with (CATALOGUE / "capabilities.csv").open(encoding="utf-8") as file:
        units = [row["id"] for row in csv.DictReader(file)]
    files = [
        f"{path.parent.name}/{path.name}"
        for folder in ("factors", "evidence")
        for path in (CATALOGUE / folder).iterdir()
    ]
    for name in [*units, *files, *bundled_names()]:
        assert f"`{name.removeprefix('missions/')}`" in text, name
    assert f"{len(bundled_missions())} past missions" in text


def test_factors_are_counted_as_a_plain_reading_of_the_files_counts(text: str) -> None:
    """Rows, sourced, partly and assumed of the factors agree with a count of the TOML entries."""
    sourced = partly = assumed = 0
    for path in (CATALOGUE / "factors").glob("*.toml"):
        for _key, entry in flat_entries(tomllib.loads(path.read_text("utf-8"))):
            value = entry["value"] if isinstance(entry["value"], dict) else {}
            source = value.get("source") or entry.get("source")
            assumption = value.get("assumption") or entry.get("assumption")
            sourced += bool(source and not assumption)
            partly += bool(source and assumption)
            assumed += not source
    row = re.search(r"\| planning factors \| ([\d,]+) \| (\d+) \| (\d+) \| (\d+) \|", text)
    assert row is not None
    total, *counts = (int(cell.replace(",", "")) for cell in row.groups())
    assert counts == [sourced, partly, assumed]
    assert total == sourced + partly + assumed
