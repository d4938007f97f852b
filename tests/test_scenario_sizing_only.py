"""A scenario of one file: what sizing needs, what the package stands in for, and what later stages ask for."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.core.errors import ScenarioError
from holdfast.pipeline import find, plan
from holdfast.scenario.bundled import bundled_folder, data_folder
from holdfast.scenario.cases import Case, reference_case, resolve_case
from holdfast.scenario.check import check_scenario
from holdfast.scenario.checks_place import check_swapped
from holdfast.scenario.defaults import MARK
from holdfast.scenario.draft import draft_of
from holdfast.scenario.load import load_scenario
from holdfast.scenario.problems import Locator, Problems
from holdfast.scenario.schema import SECTIONS
from holdfast.scenario.template import write_template
from holdfast.sizing.inputs import gather_sizing
from support import tiny_scenario

SMALL = """\
schema_version = 1
title = "Observers on a short line"
as_of = 1975-06-01
{place}

[mission]
frame = "un"
posture = "observe"
host_nation = "SYR"
challenger = "ISR"
assumption = "the mandate"

[settlement]
access = "both"
front = "thinned"
{depth}
standoff_km = 0
assumption = "the agreement"

[threat]
attacker_battalions_available = 3
assumption = "a planner's guess"
"""


def write(folder: Path, place: str, depth: str = "", more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "scenario.toml").write_text(SMALL.format(place=place, depth=depth) + more, "utf-8")
    return folder


def told(folder: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder)
    return str(caught.value)


def test_one_file_is_enough_to_size(tmp_path: Path) -> None:
    """A line, the terms and the threat in one file of 20 lines check clean, without a warning, and are sized."""
    folder = write(tmp_path / "small", "line_km = 80", "zone_depth_km = 4")
    report = check_scenario(folder)
    assert (report.problems, report.warnings) == ((), ())
    scenario = load_scenario(folder)
    assert find(scenario, reference_case(scenario), until="size").requirement.in_country > 0


def test_an_area_is_enough_to_size(tmp_path: Path) -> None:
    """An area without a line becomes a square sector of kind area whose depth is area / width."""
    folder = write(tmp_path / "area", "area_km2 = 10000\npopulation = 1800000\nterrain = 'forest'")
    scenario = load_scenario(folder)
    inputs = gather_sizing(resolve_case(scenario, reference_case(scenario)))
    (sector,) = inputs.sectors
    assert (sector.kind, sector.to_km, sector.terrain) == ("area", 100.0, "forest")
    assert inputs.settlement.zone_depth_km.nominal == 100.0
    assert (inputs.area_km2, inputs.population) == (10000, 1800000)


def test_an_area_beside_a_line_gives_the_depth(tmp_path: Path) -> None:
    """With both, the watched zone is as deep as area / length, also when either is changed for a case."""
    scenario = load_scenario(write(tmp_path / "both", "line_km = 80\narea_km2 = 400"))
    case = reference_case(scenario)
    assert resolve_case(scenario, case).settlement.zone_depth_km.nominal == 5.0
    wider = Case(option=case.option, settlement=case.settlement, overrides={"area_km2": 800, "line_km": 160})
    assert resolve_case(scenario, wider).settlement.zone_depth_km.nominal == 5.0
    deeper = Case(option=case.option, settlement=case.settlement, overrides={"area_km2": 800})
    assert resolve_case(scenario, deeper).settlement.zone_depth_km.nominal == 10.0


@pytest.mark.parametrize(
    ("place", "depth", "expected"),
    [
        ("", "zone_depth_km = 4", "line_km is missing; expected line_km, area_km2, or a file line.geojson"),
        ("population = 5", "zone_depth_km = 4", "scenario.toml:4: population is 5; expected area_km2, line_km or"),
        ("line_km = 80\narea_km2 = 6401", "", "scenario.toml:5: area_km2 is 6401; expected at most 6400"),
        ("line_km = 80\narea_km2 = 400", "zone_depth_km = 9", "settlement.zone_depth_km is 9; expected the 5 km"),
        (
            "line_km = 80",
            "",
            "settlement.zone_depth_km is missing; expected a value, or area_km2 at the top of the file",
        ),
        ("line_km = 80\nterrain = 'snow'", "zone_depth_km = 4", "terrain is 'snow'; expected one of open"),
    ],
)
def test_a_place_that_makes_no_sense_is_told(tmp_path: Path, place: str, depth: str, expected: str) -> None:
    """Neither line nor area, people nowhere, a zone deeper than long, two depths that differ: each by its key."""
    assert expected in told(write(tmp_path / "wrong", place, depth))


def test_what_is_left_out_is_an_assumption(tmp_path: Path) -> None:
    """Nothing that the package stands in for counts as sourced, and `check` names each of it."""
    report = check_scenario(write(tmp_path / "small", "line_km = 80", "zone_depth_km = 4"))
    assert report.share is not None
    for section in ("d_day", "settlement", "service", "threat", "behaviour", "base_rates"):
        assert report.share.by_table[section][:2] == (0, 0), section
    note = next(note for note in report.notes if note.startswith("left to the package"))
    for key in ("settlement.withdrawal_sites", "threat.drones_per_raid", "behaviour.host_share", "[base_rates]"):
        assert key in note
    assert "settlement.standoff_km" not in note


def test_a_scenario_that_leaves_nothing_out_has_no_note(tmp_path: Path) -> None:
    """The template states every setting, so nothing is said to be left to the package."""
    write_template(tmp_path / "new")
    assert check_scenario(tmp_path / "new").notes == ()


def test_packaged_defaults_are_settings_and_say_assumption() -> None:
    """Every key of the packaged defaults is a setting, and every value says that it is a packaged default."""
    table = tomllib.loads((data_folder() / "catalogue" / "defaults.toml").read_text("utf-8"))
    for name, section in table.items():
        known = SECTIONS[name].__dataclass_fields__
        for key, value in section.items():
            assert key in known, (name, key)
            if isinstance(value, dict):
                assert value["assumption"].startswith(MARK), (name, key)
                assert "source" not in value
        assert name != "service" or section["assumption"].startswith(MARK)


def test_a_stated_common_level_is_not_overruled_by_a_packaged_one(tmp_path: Path) -> None:
    """The package's levels by posture stand in only for what the scenario's own table does not say."""
    folder = write(
        tmp_path / "s", "line_km = 80", "zone_depth_km = 4", "[service]\nrespond_minutes = 200\nassumption='x'\n"
    )
    scenario = load_scenario(folder)
    case = Case(option="as_written", settlement="as_written", overrides={"mission.posture": "robust"})
    service = resolve_case(scenario, case).service
    assert service.respond_minutes == 200
    assert service.respond_blocking == 0.05
    assert MARK in service.assumption


def test_plan_says_which_files_are_needed(tmp_path: Path) -> None:
    """Asked for a plan, a sizing-only scenario names every file that is missing and that sizing does without."""
    scenario = load_scenario(write(tmp_path / "small", "line_km = 80", "zone_depth_km = 4"))
    with pytest.raises(ScenarioError) as caught:
        plan(scenario)
    files = [problem.file for problem in caught.value.problems]
    assert files == ["nations.csv", "pools.csv", "line.geojson", "places.csv", "legs.csv"]
    assert all("`holdfast size` does without" in problem.expected for problem in caught.value.problems)
    with pytest.raises(ScenarioError) as caught:
        find(scenario, reference_case(scenario), until="generate")
    assert [problem.file for problem in caught.value.problems] == ["nations.csv", "pools.csv"]


RECORD = """
[record]
class = "monitoring"
strength = "1200..1250"
strength_at = "1976"
checked = "recalled"
contributors = "four nations"
outcome = "held"
"""


def test_a_record_is_kept_and_read_by_no_stage(tmp_path: Path) -> None:
    """What a past mission really was stands beside the scenario and changes nothing that sizing reads."""
    plain = write(tmp_path / "plain", "line_km = 80", "zone_depth_km = 4")
    recorded = write(
        tmp_path / "recorded", "line_km = 80", "zone_depth_km = 4", RECORD + "assumption = 'from memory'\n"
    )
    scenario = load_scenario(recorded)
    assert scenario.record is not None
    assert (scenario.record.kind, scenario.record.strength.high) == ("monitoring", 1250)
    assert gather_sizing(scenario) == gather_sizing(load_scenario(plain))


def test_a_record_says_where_it_comes_from(tmp_path: Path) -> None:
    """A record needs an origin, its evidence must exist, and evidence later than as_of is welcome in it."""
    folder = write(tmp_path / "s", "line_km = 80", "zone_depth_km = 4", RECORD)
    assert "record is without origin" in told(folder)
    write(folder, "line_km = 80", "zone_depth_km = 4", RECORD + "source = 'later'\n")
    assert "record.source is 'later'" in told(folder)
    (folder / "evidence.csv").write_text(
        "id,claim,said_by,publisher,date,checked\nlater,it had 1200,a report,a publisher,1990-01-01,searched\n"
    )
    assert load_scenario(folder).record is not None
    assert check_scenario(folder).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('class = "monitoring"', 'class = "police"', "record.class is 'police'; expected one of monitoring"),
        ('class = "monitoring"', "", "record.class is missing"),
        ('class = "monitoring"', 'kind = "monitoring"', "record.kind is unknown; expected class"),
        ('strength_at = "1976"', "strengh_at = 1", "record.strengh_at is unknown"),
    ],
)
def test_slips_in_a_record_bear_the_names_of_the_file(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Problems of a record name its keys as the file writes them."""
    text = RECORD.replace(old, new) + "assumption = 'x'\n"
    assert expected in told(write(tmp_path / "s", "line_km = 80", "zone_depth_km = 4", text))


def test_missions_load_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario under `scenarios/missions` loads and is listed as missions/<id>, after those to plan with."""
    from holdfast.scenario import bundled

    for name, path in bundled._folders().items():
        assert bundled_folder(name) == path
    (tmp_path / "scenarios" / "missions").mkdir(parents=True)
    write(tmp_path / "scenarios" / "zz", "line_km = 80", "zone_depth_km = 4")
    write(
        tmp_path / "scenarios" / "missions" / "old", "line_km = 9", "zone_depth_km = 4", RECORD + "assumption = 'x'\n"
    )
    monkeypatch.setattr(bundled, "data_folder", lambda: tmp_path)
    assert bundled.bundled_names() == ("zz", "missions/old")
    assert bundled.bundled_missions() == ("missions/old",)
    plain, mission = bundled.list_scenarios()
    assert (plain.group, mission.group, mission.strength, mission.posture) == ("", "missions", "1200..1250", "observe")


def test_an_unreadable_table_is_the_only_problem(tmp_path: Path) -> None:
    """One table that cannot be read is told once, and not once more for every reference to it."""
    for name in ("nations.csv", "places.csv", "evidence.csv"):
        folder = tmp_path / name
        write_template(folder)
        (folder / name).write_bytes((folder / name).read_text("utf-8").encode("utf-16"))
        with pytest.raises(ScenarioError) as caught:
            load_scenario(folder)
        assert [problem.file for problem in caught.value.problems] == [name]


def test_swapped_coordinates_are_told(tmp_path: Path) -> None:
    """A place or asset of the host with longitude and latitude the wrong way round is named by its row."""
    write_template(tmp_path / "s")
    path = tmp_path / "s" / "assets.csv"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    header, first = lines[0].split(","), lines[1].split(",")
    lon, lat = header.index("lon"), header.index("lat")
    first[lon], first[lat] = first[lat], first[lon]
    path.write_text("\n".join([lines[0], ",".join(first), *lines[2:]]) + "\n", "utf-8")
    assert f"assets.csv:2: assets.{first[0]}.lon is" in told(tmp_path / "s")


def refused(**overrides: object) -> str:
    scenario = tiny_scenario()
    with pytest.raises(ScenarioError) as caught:
        resolve_case(scenario, Case(option="reference", settlement="thinned_host_only", overrides=dict(overrides)))
    return str(caught.value)


def test_a_posture_without_tasks_is_told() -> None:
    """A posture whose factors ask for no task is refused with the factors that would ask for one."""
    tasks = [key for key in tiny_scenario().factors if key.startswith("posture.reassure.")]
    message = refused(**{"mission.posture": "reassure"}, **{f"factors.{key}": 0 for key in tasks})
    assert "factors.posture.reassure.* is 0 for every task; expected a posture with tasks" in message
    assert tasks[0] in message


def test_visibility_is_shared_out_whole() -> None:
    """States of visibility that do not sum to 1 are refused with the three of them."""
    assert "factors.visibility is 1.02 in sum (day 0.45" in refused(**{"factors.visibility.day": 0.45})


def test_an_orbit_out_of_reach_is_told() -> None:
    """Aircraft that spend all their endurance on the way are refused with the row and the factor."""
    message = refused(**{"factors.observe.orbit_transit_h": 14})
    assert "capabilities.male_uav_orbit.endurance_h is " in message
    assert "expected more than 28, twice the way to the orbit (factors.observe.orbit_transit_h" in message


def test_a_sector_of_no_width_is_told() -> None:
    """A sector that ends where it begins is refused by its row."""
    first = next(iter(tiny_scenario().sectors.values()))
    key = f"sectors.{first.id}.to_km"
    assert f"{key} is 1; expected more than from_km, 1" in refused(**{key: 1, f"sectors.{first.id}.from_km": 1})


def test_small_template_is_one_file_that_can_be_sized(tmp_path: Path) -> None:
    """`holdfast new --small` writes one file that checks clean, and in which every commented line can be put in force."""
    (path,) = write_template(tmp_path / "mine", small=True)
    assert check_scenario(tmp_path / "mine").problems == ()
    lines = path.read_text("utf-8").splitlines()
    start = lines.index("schema_version = 1")
    path.write_text("\n".join(line.removeprefix("# ") for line in lines[start:]) + "\n", "utf-8")
    report = check_scenario(tmp_path / "mine")
    assert (report.problems, report.warnings) == ((), ())
    scenario = load_scenario(tmp_path / "mine")
    assert scenario.record is not None
    assert (scenario.population, scenario.service.respond_minutes) == (20000, 60)


def test_every_place_of_the_reference_is_found_when_swapped() -> None:
    """Of the host's places every one is told when turned round; of other countries' most, and no honest place is."""
    scenario = load_scenario("ukraine-2025-02")
    draft = draft_of(scenario)
    honest = Problems()
    check_swapped(draft, Locator(), honest)
    assert honest.found == []
    found, tried = 0, 0
    for key, place in scenario.places.items():
        turned = replace(place, lon=place.lat, lat=place.lon) if abs(place.lon) <= 90 else None
        if turned is None:
            continue
        problems = Problems()
        draft.tables["places"][key] = turned
        check_swapped(draft, Locator(), problems)
        draft.tables["places"][key] = place
        told_of = [problem.key for problem in problems.found]
        assert told_of in ([], [f"places.{key}.lon"])
        if place.country == scenario.mission.host_nation:
            assert told_of, key
        found, tried = found + bool(told_of), tried + 1
    assert found > 0.5 * tried
