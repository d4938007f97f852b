"""Tests of the bundled past missions: clean folders, sizes, one set of rules for all, ranges, and a record nobody reads."""

import csv
import gzip
import importlib.util
import shutil
import tomllib
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest
from click.testing import CliRunner

from holdfast.cli import main
from holdfast.scenario.bundled import bundled_folder, bundled_missions
from holdfast.scenario.cases import reference_case, resolve_case
from holdfast.scenario.catalogue import read_catalogue
from holdfast.scenario.check import check_scenario
from holdfast.scenario.levels import LEVELS
from holdfast.scenario.load import load_scenario
from holdfast.scenario.problems import Locator, Problems
from holdfast.scenario.types import Capability, Quantity, Scenario
from holdfast.sizing.inputs import SizingInputs, gather_sizing, load_missions
from holdfast.sizing.stage import size

ROOT = Path(__file__).parents[1]
MISSIONS = bundled_missions()
RANGES = ("line", "area", "population", "depth", "forces", "challenger_brigades", "host_brigades", "attackers", "sites")
ALLOWED = {"scenario.toml", "sectors.csv", "capabilities.csv"}
SERIES = {
    "unficyp-1974": ("UNFICYP", "1990-11"), "unmogip-1949": ("UNMOGIP", "1990-11"),
    "unifil-2006": ("UNIFIL", "2006-09"), "unpredep-1995": ("UNPREDEP", "1995-04"), "unomig-1994": ("UNOMIG", "1994-08"),
    "untaet-2000": ("UNTAET", "1999-10"), "unmiset-2002": ("UNMISET", "2002-05"), "minurso-1991": ("MINURSO", "1991-09"),
    "unisfa-2011": ("UNISFA", "2011-08"), "unmil-2003": ("UNMIL", "2003-09"), "unamsil-2001": ("UNAMSIL", "2000-06"),
}  # fmt: skip
"""Missions whose strength is the median of the monthly series by the rule of docs/missions.md: name there, first month read."""


@cache
def script() -> ModuleType:
    """The developer script that writes the missions."""
    spec = importlib.util.spec_from_file_location("make_missions", ROOT / "tools" / "make_missions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def scenario_of(name: str) -> Scenario:
    scenario = load_scenario(name)
    return resolve_case(scenario, reference_case(scenario))


def facts_of(name: str) -> dict[str, object]:
    found: dict[str, object] = script().read_facts()[name.removeprefix("missions/")]
    return found


@cache
def packaged() -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Factors and rows of capabilities as the package brings them."""
    catalogue = read_catalogue(problems=Problems(), locator=Locator())
    return dict(catalogue.factors), catalogue.capabilities.rows


def test_there_are_missions_of_every_class() -> None:
    """Enough missions are bundled for leave-one-out in every class that is scored."""
    kinds = [scenario_of(name).record.kind for name in MISSIONS]  # type: ignore[union-attr]
    assert len(MISSIONS) >= 25
    assert {kind: kinds.count(kind) for kind in set(kinds)}.keys() == {
        "monitoring",
        "interposition",
        "robust",
        "area",
        "token",
    }
    assert min(kinds.count(kind) for kind in ("monitoring", "interposition", "robust", "area")) >= 3


@pytest.mark.parametrize("name", MISSIONS)
def test_a_mission_checks_clean(name: str) -> None:
    """Every bundled mission is without problem and without warning, in each of its settlement variants."""
    report = check_scenario(name)
    assert report.problems == ()
    assert report.warnings == ()


@pytest.mark.parametrize("name", MISSIONS)
def test_a_mission_is_sized(name: str) -> None:
    """Every bundled mission has a size above nobody, whether it is a good one or not."""
    inputs = gather_sizing(scenario_of(name))
    assert size(inputs).in_country > 0


def test_a_mission_is_sized_by_its_name_on_the_command_line() -> None:
    """`holdfast size missions/<id>` works as for any scenario."""
    done = CliRunner().invoke(main, ["size", "missions/undof-1974"])
    assert done.exit_code == 0, done.output
    assert "UNDOF" in done.output


def test_folders_are_what_the_script_writes() -> None:
    """Folders, table and page follow from the facts by the rules of the script: nothing in a folder was set by hand."""
    written = dict(script().folders())
    assert {f"missions/{name}" for name in written} == set(MISSIONS)
    for name, files in written.items():
        folder = bundled_folder(f"missions/{name}")
        assert {path.name for path in folder.iterdir()} == set(files) <= ALLOWED
        for file, text in files.items():
            assert (folder / file).read_text("utf-8") == text, f"{name}/{file}: run python tools/make_missions.py"
    page = (ROOT / "docs" / "missions.md").read_text("utf-8")
    assert script().page(page) == page
    assert script().TABLE.read_text("utf-8") == script().table()


@pytest.mark.parametrize("name", MISSIONS)
def test_no_mission_has_levels_behaviour_or_factors_of_its_own(name: str) -> None:
    """A mission states terms and geometry alone; levels, behaviour and factors are the package's, so none can be fitted."""
    text = tomllib.loads((bundled_folder(name) / "scenario.toml").read_text("utf-8"))
    tables = {key for key, value in text.items() if isinstance(value, dict)}
    assert tables <= {"mission", "settlement", "threat", "settlements", "record"}
    assert set(text["threat"]) <= {"attacker_battalions_available", "assumption"}
    assert scenario_of(name).factors.keys() == packaged()[0].keys()
    for key, factor in scenario_of(name).factors.items():
        found, given = factor.value, packaged()[0][key].value  # type: ignore[attr-defined]
        assert (found.low, found.mode, found.high) == (given.low, given.mode, given.high), key


def test_levels_and_behaviour_are_the_same_for_a_posture() -> None:
    """Missions of one posture are held to the same service levels, and all have the same behaviour."""
    levels: dict[str, set[tuple[float, ...]]] = {}
    behaviours = set()
    for name in MISSIONS:
        scenario = scenario_of(name)
        found = tuple(float(getattr(scenario.service, level)) for level in LEVELS)
        levels.setdefault(scenario.mission.posture, set()).add(found)
        behaviours.add(
            tuple(
                (value.low, value.mode, value.high)
                for item in fields(scenario.behaviour)
                if isinstance(value := getattr(scenario.behaviour, item.name), Quantity)
            )
        )
    assert levels.keys() == {"observe", "interpose", "robust"}
    assert all(len(found) == 1 for found in levels.values())
    assert len(behaviours) == 1


@pytest.mark.parametrize("name", MISSIONS)
def test_levers_of_a_mission_move_geometry_alone(name: str) -> None:
    """Settlement variants of a mission change its length, area and people, and nothing else."""
    for variant in load_scenario(name).settlements.values():
        assert variant.set.keys() <= {"line_km", "area_km2", "population", "sectors.line.to_km"}


@pytest.mark.parametrize("name", MISSIONS)
def test_capabilities_differ_by_year_and_frame_alone(name: str) -> None:
    """Figures of units are the package's but for the sensors that the rule by year takes away, and for their night sight."""
    scenario, rows = scenario_of(name), packaged()[1]
    with (ROOT / "tools/hand/missions/technology.csv").open(encoding="utf-8", newline="") as file:
        rule = list(csv.DictReader(file))
    first = "first_year_allied" if scenario.mission.frame in {"nato", "coalition"} else "first_year_other"
    expected = {
        (row["capability"], row["column"]): float(row["before"])
        for row in rule
        if scenario.as_of.year < int(row[first])
    }
    plain = {key: Capability(**row) for key, row in rows.items()}  # type: ignore[arg-type]
    names = [item.name for item in fields(Capability) if item.name not in {"source", "assumption", "tasks"}]
    changed = {
        (key, column): getattr(row, column)
        for key, row in scenario.capabilities.items()
        for column in names
        if getattr(row, column) != getattr(plain[key], column)
    }
    expected = {key: value for key, value in expected.items() if value != getattr(plain[key[0]], key[1])}
    ranges = {(key, f"{column}_{end}") for key, column in expected for end in ("low", "high")}
    assert {key: value for key, value in changed.items() if key not in ranges} == expected
    assert not any(value for key, value in changed.items() if key in ranges), "a sensor taken away keeps no range"


def test_every_sensor_has_its_first_year() -> None:
    """No sensor of the catalogue reaches a mission of 1956 because the rule by year forgot it."""
    with (ROOT / "tools/hand/missions/technology.csv").open(encoding="utf-8", newline="") as file:
        ruled = {row["capability"] for row in csv.DictReader(file) if row["column"] == "detect_km"}
    sensors = {
        key
        for key, row in packaged()[1].items()
        if row["domain"] == "sensor" and float(str(row.get("detect_km", 0))) > 0
    }
    assert sensors <= ruled
    unef = scenario_of("missions/unef-1-1956")
    assert not any(unef.capabilities[key].detect_km for key in sensors)


@pytest.mark.parametrize("name", MISSIONS)
def test_recalled_facts_are_ranges(name: str) -> None:
    """What no source gives enters as a range: terms in the file, geometry as settlement variants (0 stands for none)."""
    facts = facts_of(name)
    for key in RANGES:
        if key in facts and f"{key}_source" not in facts:
            low, mode, high = facts[key]  # type: ignore[misc]
            assert low < high or low == mode == high == 0, key
    scenario = load_scenario(name)
    if any(key in facts and facts[key][0] < facts[key][2] for key in ("line", "area", "population")):  # type: ignore[index]
        assert set(scenario.settlements) == {"as_known", "smallest", "largest"}
    for item in fields(scenario.settlement):
        value = getattr(scenario.settlement, item.name)
        if isinstance(value, Quantity) and not value.source and value.nominal > 0:
            follows = value.assumption.startswith("area_km2 over the length")
            assert value.is_uncertain or follows, item.name


def test_posture_and_class_follow_from_the_type() -> None:
    """One rule turns types into postures, and only a robust mission without a line is of class area."""
    for name in MISSIONS:
        scenario, facts = scenario_of(name), facts_of(name)
        assert scenario.record is not None
        words = str(facts["type"])
        if "robust" in words or words == "stabilisation":
            expected = ("robust", "robust" if scenario.line_km else "area")
        elif "interposition" in words:
            expected = ("interpose", "interposition")
        else:
            expected = ("observe", "token" if facts.get("token") else "monitoring")
        assert (scenario.mission.posture, scenario.record.kind) == expected
        watched = scenario.record.strength.nominal / scenario.line_km if scenario.line_km else 1.0
        assert (scenario.record.kind == "token") == (expected[0] == "observe" and watched < 0.2), name


@pytest.mark.parametrize("name", MISSIONS)
def test_sources_of_strength_were_read(name: str) -> None:
    """A strength that counts as searched rests on evidence that was read; nothing with a recalled one is called so."""
    record = scenario_of(name).record
    assert record is not None
    assert record.source
    rows = [scenario_of(name).evidence[key] for key in record.source.split(";")]
    assert all(row.checked == "searched" for row in rows) or record.checked == "mixed"
    low = min(row.low for row in rows if row.low is not None)
    high = max(row.high for row in rows if row.high is not None)
    assert low <= record.strength.mode <= high
    assert record.checked in {"searched", "mixed"}


@pytest.mark.parametrize("name", ["missions/undof-1974", "missions/kfor-1999", "missions/osce-smm-2014"])
def test_the_record_changes_no_size(name: str, tmp_path: Path) -> None:
    """Sizing never sees what was deployed: another record, or none, gives the same inputs and the same size."""
    scenario = scenario_of(name)
    assert scenario.record is not None
    inputs = gather_sizing(scenario)
    other = replace(scenario.record, kind="token", strength=Quantity(low=1, mode=1, high=1, assumption="another"))
    for record in (other, None):
        assert gather_sizing(replace(scenario, record=record)) == inputs
    assert "record" not in {item.name for item in fields(SizingInputs)}
    folder = tmp_path / name.rpartition("/")[2]
    shutil.copytree(bundled_folder(name), folder)
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[record]", "[record]\n# of another world").replace("strength = {", "strength = 1 #"), "utf-8"
    )
    moved = load_scenario(folder)
    assert moved.record is not None
    assert moved.record.strength.nominal == 1
    assert size(gather_sizing(resolve_case(moved, reference_case(moved)))).in_country == size(inputs).in_country


def test_no_module_of_sizing_reads_a_record() -> None:
    """The word `record` of a scenario stands in no module of sizing."""
    for path in sorted((ROOT / "src/holdfast/sizing").glob("*.py")):
        assert ".record" not in path.read_text("utf-8"), path.name


def test_the_table_for_the_regression_agrees_with_the_folders() -> None:
    """catalogue/missions.csv holds every mission whose strength was read, with the class, strength and geometry of its folder."""
    rows = {row.id: row for row in load_missions()}
    assert {f"missions/{key}" for key in rows} == set(MISSIONS)
    for key, row in rows.items():
        scenario = scenario_of(f"missions/{key}")
        assert scenario.record is not None
        assert (row.kind, row.strength) == (scenario.record.kind, scenario.record.strength.mode)
        assert (row.length_km, row.area_km2) == (scenario.line_km, scenario.area_km2)
        assert row.population == scenario.population
        assert set(row.source.split(";")) <= scenario.evidence.keys()
        assert row.length_km > 0 or row.area_km2 > 0


def test_strengths_are_those_of_the_monthly_series(shared_data: Path) -> None:
    """Figures quoted from the monthly series are what it says, by the rule: median of the first year at full deployment."""
    path = shared_data / "peacekeeping" / "ipi_mission_month_1990_2017.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["Date"])
    for name, (series, first) in SERIES.items():
        months = [
            float(row["Troops"] or 0) + float(row["Observers"] or 0)
            for row in rows
            if row["Mission"] == series and row["Date"] >= first
        ]
        start = next(number for number, total in enumerate(months) if total >= 0.9 * max(months[:24]))
        year = months[start : start + 12]
        record = scenario_of(f"missions/{name}").record
        assert record is not None
        assert record.strength.mode == pytest.approx(median(year), abs=0.5), name
        quoted = [
            row for key, row in scenario_of(f"missions/{name}").evidence.items() if key in record.source.split(";")
        ]
        ipi = [row for row in quoted if row.id.startswith("mi-ipi-")]
        assert any((row.low, row.high) == (min(year), max(year)) or (row.low or 0) <= min(year) for row in ipi), name
