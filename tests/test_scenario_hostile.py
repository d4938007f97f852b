"""What a hostile or careless planner feeds a scenario: told in words, quickly, before anything is computed."""

from __future__ import annotations

import re
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.core.errors import ScenarioError
from holdfast.scenario import checks_size
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.load import load_scenario
from holdfast.scenario.template import write_template
from holdfast.scenario.traces import find_crossing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The template in a folder of its own."""
    target = tmp_path / "mine"
    write_template(target)
    return target


def told(path: Path) -> str:
    """What loading says, which must be a ScenarioError."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return str(caught.value)


def refused(path: Path, key: str, value: str) -> str:
    """What setting one value by hand says, which must be a ScenarioError."""
    scenario = load_scenario(path)
    case = Case(option="reassure", settlement=scenario.reference_settlement, overrides={key: value})
    with pytest.raises(ScenarioError) as caught:
        resolve_case(scenario, case)
    return str(caught.value)


def test_empty_settings_name_every_missing_table(folder: Path) -> None:
    """An empty scenario.toml is answered with the file and what it lacks."""
    (folder / "scenario.toml").write_text("")
    message = told(folder)
    assert "scenario.toml: [mission] is missing" in message
    assert "scenario.toml: [settlement] is missing" in message
    assert "scenario.toml: [threat] is missing" in message
    assert "scenario.toml: as_of is missing" in message


def test_a_pipe_or_folder_in_place_of_a_file_is_told(folder: Path) -> None:
    """A name that is there but is no file is not taken for a missing table."""
    (folder / "assets.csv").unlink()
    (folder / "assets.csv").mkdir()
    assert "assets.csv: file is no plain file" in told(folder)


def test_utf32_is_called_by_its_name(folder: Path) -> None:
    """UTF-32, whose mark begins as UTF-16's does, is called UTF-32."""
    text = (folder / "assets.csv").read_text("utf-8")
    (folder / "assets.csv").write_bytes(text.encode("utf-32"))
    assert "assets.csv:1: encoding is UTF-32" in told(folder)


@pytest.mark.parametrize("value", ["1e309", "-1e309", "9" * 400])
def test_a_number_beyond_all_bounds_is_told_plainly(folder: Path, value: str) -> None:
    """A number that is no finite number is refused without a `nan` that nobody wrote."""
    message = refused(folder, "pools.fra_mech_bn.units", value)
    assert "expected finite numbers" in message
    assert "nan" not in message


@pytest.mark.parametrize(
    ("value", "expected"), [("-3", "0 or more"), ("1e300", "at most 1e+09"), ("-1..2", "0 or more")]
)
def test_a_factor_is_held_to_its_range(folder: Path, value: str, expected: str) -> None:
    """A planning factor may be neither negative nor absurd, in the file and set by hand."""
    assert expected in refused(folder, "factors.visibility.day", value)
    (folder / "factors.toml").write_text(f'[visibility.day]\nvalue = "{value}"\nassumption = "x"\n')
    message = told(folder)
    assert "factors.toml:2" in message or "factors.toml:1" in message
    assert expected in message


@pytest.mark.parametrize("amount", ["1", "1e8"])
def test_needs_that_never_end_are_found_before_sizing(folder: Path, amount: str) -> None:
    """Two capabilities that need each other one for one, or more, would make a force without end."""
    (folder / "capabilities.csv").write_text(
        f"id,needs,source,assumption\nmech_bn,logistics_bn:{amount},,x\nlogistics_bn,mech_bn:1,,x\n"
    )
    message = told(folder)
    ring = f"a ring: mech_bn needs {float(amount):g} logistics_bn, logistics_bn needs 1 mech_bn"
    assert f"capabilities.csv:2: capabilities.mech_bn.needs is {ring}; expected" in message
    assert message.count("a ring") == 1


def test_needs_that_die_out_are_allowed(folder: Path) -> None:
    """A ring of needs whose amounts multiply to less than one has an end."""
    (folder / "capabilities.csv").write_text(
        "id,needs,source,assumption\nmech_bn,logistics_bn:0.5,,x\nlogistics_bn,mech_bn:0.5,,x\n"
    )
    assert load_scenario(folder).capabilities["logistics_bn"].needs == {"mech_bn": 0.5}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("settlement.zone_depth_km", "0"),
        ("settlement.zone_depth_km", "0..5..9"),
        ("behaviour.episode_decay_days", "0..3..7"),
    ],
)
def test_a_level_that_no_force_can_meet_names_its_key(folder: Path, key: str, value: str) -> None:
    """A zone without depth, or no accepted loss at all, is refused by key, also where only a future would draw it."""
    assert f"{key} is 0; expected more than 0" in refused(folder, key, value)


@pytest.mark.parametrize("value", ["1e-300", "0.0001"])
def test_a_leg_that_takes_centuries_is_a_slip(folder: Path, value: str) -> None:
    """A speed at which a leg takes more than ten years is refused with the leg's length, before days overflow."""
    message = refused(folder, "legs.hub-north-road.speed_km_day", value)
    assert "expected a speed at which 80 km take at most 3650 days" in message


def test_sectors_without_any_threat_are_refused(folder: Path) -> None:
    """Where no sector has a weight nothing says where the force would be tested."""
    text = (folder / "sectors.csv").read_text("utf-8")
    text = text.replace("0.2,1,40", "0.2,0,40").replace("0.1,0.5,30", "0.1,0,30")
    (folder / "sectors.csv").write_text(text)
    assert "sectors.csv: threat_weight is 0 in every sector" in told(folder)


def pack(folder: Path, target: Path, *tops: str) -> Path:
    """A zip of the folder under each of `tops`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for top in tops:
            for path in sorted(folder.iterdir()):
                archive.write(path, top + path.name)
    return target


def test_a_zip_of_two_scenarios_is_not_guessed_at(folder: Path, tmp_path: Path) -> None:
    """Which of two scenarios was meant is asked, not chosen."""
    assert "expected one scenario in a .zip" in told(pack(folder, tmp_path / "two.zip", "a/", "b/"))


def test_a_zip_with_a_file_twice_is_refused(folder: Path, tmp_path: Path) -> None:
    """Of two members of one name none is silently preferred."""
    target = pack(folder, tmp_path / "twice.zip", "")
    with zipfile.ZipFile(target, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("nations.csv", "id\n")
    assert "nations.csv' is twice" in told(target)


def test_a_zip_of_very_many_files_is_refused_at_once(folder: Path, tmp_path: Path) -> None:
    """Fifty thousand members are not read, looked at one by one, or compared with the known names."""
    target = pack(folder, tmp_path / "many.zip", "")
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(50_000):
            archive.writestr(f"x{number}.csv", "")
    start = time.perf_counter()
    message = told(target)
    assert "expected a scenario folder of at most 1000 files" in message
    assert time.perf_counter() - start < 20


def test_an_unknown_member_is_told_without_being_unpacked(folder: Path, tmp_path: Path) -> None:
    """A file whose name means nothing costs no memory, whatever its size."""
    target = pack(folder, tmp_path / "big.zip", "")
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nation.csv", b"\xff" * 30_000_000)
    message = told(target)
    assert "nation.csv: file is unknown" in message
    assert "MiB" not in message


def test_a_long_line_is_checked_in_seconds() -> None:
    """Twenty thousand points whose longitudes all overlap, and a zigzag, are seen not to cross; one more leg back does."""
    upright = [(35 + 1e-7 * (number % 2), 49 - number * 1e-4) for number in range(20_000)]
    zigzag = [(35.0 + number % 2, 49 - number * 1e-4) for number in range(2_000)]
    start = time.perf_counter()
    assert find_crossing(upright) is None
    assert find_crossing(zigzag) is None
    assert find_crossing([*upright, (34.0, 47.0), (36.0, 48.99995)]) is not None
    assert time.perf_counter() - start < 30


@given(
    amounts=st.lists(st.floats(0.05, 4), min_size=2, max_size=6),
    chord=st.floats(0, 1),
)
def test_rings_end_exactly_where_the_spectral_radius_is_below_one(amounts: list[float], chord: float) -> None:
    """A ring of any length, with a chord across it, is endless if and only if its matrix of needs has radius 1 or more."""
    names = tuple(f"u{number}" for number in range(len(amounts)))
    needs: dict[str, dict[str, float]] = {name: {} for name in names}
    matrix = np.zeros((len(names), len(names)))
    for number, amount in enumerate(amounts):
        needs[names[number]][names[(number + 1) % len(names)]] = amount
        matrix[number, (number + 1) % len(names)] = amount
    needs[names[0]][names[-1]] = needs[names[0]].get(names[-1], 0.0) + chord
    matrix[0, -1] += chord
    radius = float(np.abs(np.linalg.eigvals(matrix)).max())
    assume(abs(radius - 1) > 1e-3)
    assert checks_size._is_endless(names, needs) == (radius > 1)


@pytest.mark.parametrize("unit", ["medical_role2", "medical_role3", "housing_unit", "logistics_bn"])
def test_units_that_follow_strength_never_call_for_themselves_without_end(folder: Path, unit: str) -> None:
    """One unit for each single person is a ring of its own: its people need another; told by factor, not looped over."""
    (folder / "factors.toml").write_text(f'[strength.people_per_{unit}]\nvalue = 1\nassumption = "a slip"\n')
    message = told(folder)
    assert f"factors.strength.people_per_{unit} is 1; expected more than" in message
    assert f"capabilities.{unit}.personnel" in message
    assert "factors.toml:" in message


def test_a_ring_through_strength_names_its_rows(folder: Path) -> None:
    """Housing and logistics that each count the other's people are a ring when together they call for ever more."""
    house = load_scenario(folder).capabilities["housing_unit"].personnel
    supply = load_scenario(folder).capabilities["logistics_bn"].personnel
    (folder / "factors.toml").write_text(
        f'[strength.people_per_housing_unit]\nvalue = {house * 1.5}\nassumption = "a slip"\n'
        f'[strength.people_per_logistics_bn]\nvalue = {supply * 1.5}\nassumption = "a slip"\n'
    )
    message = told(folder)
    assert "a ring: " in message
    assert "0.666667 housing_unit" in message
    assert "factors.strength.people_per_logistics_bn" in message


@pytest.mark.parametrize("unit", ["medical_role2", "medical_role3", "housing_unit", "logistics_bn"])
def test_a_unit_for_nobody_is_refused(folder: Path, unit: str) -> None:
    """A unit for each 0 people would divide by nought."""
    assert "expected more than 0" in refused(folder, f"factors.strength.people_per_{unit}", "0")


@pytest.mark.parametrize("value", ["2", "0.5", "0..1"])
def test_a_task_is_asked_or_not(folder: Path, value: str) -> None:
    """A switch of a posture is 0 or 1: two thirds of a task, or twice it, is asked by service levels."""
    assert "expected 0 or 1" in refused(folder, "factors.posture.observe.observe", value)


@pytest.mark.parametrize("key", ["settlement.zone_depth_km", "settlement.standoff_km"])
def test_depths_beyond_the_earth_are_refused(folder: Path, key: str) -> None:
    """Metres typed as kilometres asked for a grid of a thousand million cells; now the key is named at once."""
    assert "at most 20000" in refused(folder, key, "1e9")


def test_an_aircraft_without_endurance_is_refused(folder: Path) -> None:
    """An orbit with no endurance at all is farther than it flies, as one with too little is."""
    assert "expected more than" in refused(folder, "capabilities.male_uav_orbit.endurance_h", "0")


@pytest.mark.parametrize(("key", "value"), [("line_km", "1e6"), ("area_km2", "1e9")])
def test_a_line_or_area_beyond_the_earth_is_refused(tmp_path: Path, key: str, value: str) -> None:
    """Metres typed as kilometres asked for minutes of sizing and gigabytes; now the key is named at once."""
    write_template(tmp_path / "small", small=True)
    text = (tmp_path / "small" / "scenario.toml").read_text().replace("line_km = 80 ", f"{key} = {value} ", 1)
    (tmp_path / "small" / "scenario.toml").write_text(text)
    assert re.search(rf"scenario.toml:\d+: {key} is .*; expected at most \d+, .*Earth", told(tmp_path / "small"))
