from __future__ import annotations

import json
import time
import tomllib
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

from holdfast.core.errors import FileConflictError, UnknownNameError
from holdfast.scenario.bundled import bundled_folder, bundled_names, data_folder, list_scenarios
from holdfast.scenario.check import check_scenario
from holdfast.scenario.files import KNOWN
from holdfast.scenario.load import load_scenario
from holdfast.scenario.publish import schema_text
from holdfast.scenario.schema import TABLES
from holdfast.scenario.template import write_template
from holdfast.scenario.warnings import warnings_of
from support import tiny_scenario

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "schema" / "scenario.schema.json"


def test_template_checks_clean(tmp_path: Path) -> None:
    """What `holdfast new` writes has no problem and no warning, and holds every kind of file."""
    write_template(tmp_path / "new")
    report = check_scenario(tmp_path / "new")
    assert [str(problem) for problem in report.problems] == []
    assert report.warnings == ()
    assert report.is_clean
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(KNOWN) - {"capabilities.csv"}
    assert report.counts["pools"] == 6
    assert report.share is not None
    assert "new: no problem, 0 warnings" in report.summary()


def test_template_never_overwrites(tmp_path: Path) -> None:
    """An existing file or a folder that holds something stays as it is; an empty folder is filled."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("keep")
    (tmp_path / "file").write_text("keep")
    for name in ("taken", "file"):
        with pytest.raises(FileConflictError, match=name):
            write_template(tmp_path / name)
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert write_template(tmp_path / "empty")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "taken"]


def test_report_of_a_broken_scenario(tmp_path: Path) -> None:
    """A scenario that cannot be loaded gives a report with its problems, not an exception."""
    report = check_scenario(tmp_path)
    assert not report.is_clean
    assert report.share is None
    assert report.summary() == f"{tmp_path}: 1 problem"


def test_problems_of_an_option_are_found_by_check(tmp_path: Path) -> None:
    """A lever that only clashes once it is applied is told with the option that sets it."""
    target = tmp_path / "new"
    write_template(target)
    path = target / "scenario.toml"
    text = path.read_text("utf-8").replace('"backstop_levers.granted" = false', '"sectors.north.to_km" = 40')
    path.write_text(text, "utf-8")
    (problem,) = check_scenario(target).problems
    assert (problem.file, problem.key) == ("scenario.toml", "options.refused: sectors.south.from_km")
    assert problem.line == 1 + text.count("\n", 0, text.index('"sectors.north.to_km"'))


def test_warnings_of_slips() -> None:
    """A line drawn the wrong way round, a depot without a way out, and a refusing nation's pool are warned of."""
    assert warnings_of(tiny_scenario()) == ()
    trace = tiny_scenario().traces["main"]
    turned = tiny_scenario(**{"traces.main.points": tuple(reversed(trace.points))})
    assert any("to the left of trace 'main'" in warning for warning in warnings_of(turned))
    cut = tiny_scenario(legs={key: leg for key, leg in tiny_scenario().legs.items() if leg.origin != "dep_fra"})
    assert any("no way leads from depot 'dep_fra'" in warning for warning in warnings_of(cut))
    refusing = tiny_scenario(**{"nations.FRA.position": "refuses_ground_troops"})
    assert any(warning.startswith("pools.csv: fra_mech_bn") for warning in warnings_of(refusing))
    assert any(warning.startswith("assets.csv is missing") for warning in warnings_of(tiny_scenario(assets={})))


def test_published_schema_is_current() -> None:
    """docs/schema holds what the types say: `python -m holdfast.scenario.publish docs/schema/scenario.schema.json`."""
    assert SCHEMA.read_text("utf-8") == schema_text()


def toml_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        json.dumps(tomllib.loads((folder / "scenario.toml").read_text("utf-8")), default=str)
    )
    return found


@pytest.mark.parametrize(
    "folder", [data_folder() / "template", *map(bundled_folder, bundled_names())], ids=lambda path: path.name
)
def test_scenarios_validate_against_the_published_schema(folder: Path) -> None:
    """The template and every bundled scenario pass the published schema in an independent validator."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(toml_of(folder))] == []


def test_published_schema_refuses_what_the_loader_refuses() -> None:
    """Unknown keys, wrong types and values out of range fail in an editor too."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    good = toml_of(data_folder() / "template")
    for section, key, value in (
        ("mission", "posture", "sleep"),
        ("service", "respond_minutes", -1),
        ("service", "respond_minute", 1),
        ("settlement", "zone_depth_km", {"low": 1, "height": 2}),
        ("base_rates", "raid", 1.5),
    ):
        bad = json.loads(json.dumps(good))
        bad[section][key] = value
        assert not validator.is_valid(bad), (section, key)
    assert validator.is_valid(good)


def test_bundled_scenarios_are_listed() -> None:
    """Each bundled scenario is listed with its options, and an unknown name is refused."""
    assert [item.name for item in list_scenarios()] == list(bundled_names())
    assert all(item.title and (item.options or item.group) for item in list_scenarios())
    with pytest.raises(UnknownNameError, match="no bundled scenario is called 'x'"):
        bundled_folder("x")


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_scenarios_check_clean(name: str) -> None:
    """A bundled scenario has no problem."""
    assert [str(problem) for problem in check_scenario(name).problems] == []


def test_a_field_stands_once() -> None:
    """Every table has id first and, evidence aside, source and assumption among its columns."""
    for name, cls in TABLES.items():
        names = [item.name for item in fields(cls)]
        assert names[0] == "id"
        assert name == "evidence" or {"source", "assumption"} <= set(names)


@pytest.mark.parametrize("name", bundled_names())
def test_loading_is_quick(name: str) -> None:
    """A bundled scenario loads in half a second once the program is warm (the best of three)."""
    times = []
    for _ in range(3):
        start = time.process_time()
        load_scenario(name)
        times.append(time.process_time() - start)
    assert min(times) < 0.5
