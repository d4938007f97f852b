# ruff: noqa: E501  # a slip a row reads better in one line than in seven
"""Loading: each class of error gives its file, line, key, value, expectation and nearest name, all at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.errors import Problem, ScenarioError
from holdfast.scenario.load import load_scenario
from holdfast.scenario.template import write_template

Edit = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario that checks clean, in a folder whose name has a space and Cyrillic letters."""
    target = tmp_path / "мій сценарій"
    write_template(target)
    return target


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace text that stands once in a file; returns the line on which it stood."""
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (file, old, text.count(old))
    path.write_text(text.replace(old, new), "utf-8")
    return text.count("\n", 0, text.index(old)) + 1


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder)
    return list(caught.value.problems)


def only_problem(folder: Path) -> Problem:
    found = problems_of(folder)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def test_template_loads(folder: Path) -> None:
    """The template that `holdfast new` writes loads as it is, and takes the name of its folder."""
    scenario = load_scenario(folder)
    assert scenario.name == "мій сценарій"
    assert list(scenario.sectors) == ["north", "south"]
    assert scenario.pools["fra_mech_bn"].units.mode == 6
    assert scenario.settlement.zone_depth_km.assumption == scenario.settlement.assumption
    assert scenario.factors["visibility.day"].unit


CELLS = [
    # file, old, new, key, value, expected (a part), nearest
    ("pools.csv", "fra_mech_bn,FRA", "fra_mech_bn,FRE", "pools.fra_mech_bn.nation", "'FRE'", "nations.csv", "FRA"),
    ("pools.csv", "coalition,sampt_bty", "coalition,sampt_btry", "pools.fra_sampt_bty.capability", "'sampt_btry'", "catalogue", "sampt_bty"),
    ("pools.csv", ",dep_gbr,,example\ngbr_t", ",dep_gb,,example\ngbr_t", "pools.gbr_mech_bn.depot", "'dep_gb'", "places.csv", "dep_gbr"),
    ("pools.csv", "4..6..8", "4..6..8..9", "pools.fra_mech_bn.units", "'4..6..8..9'", "a range such as 8..12..20", ""),
    ("pools.csv", "4..6..8", "-4..6..8", "pools.fra_mech_bn.units", "-4..8", "0 or more", ""),
    ("pools.csv", "4..6..8", "4e12", "pools.fra_mech_bn.units", "4e+12", "at most 1e+09", ""),
    ("pools.csv", "neighbour;theatre;country,hold", "neighbour;theater;country,hold", "pools.deu_logistics_bn.areas", "'theater'", "country", "theatre"),
    ("pools.csv", "neighbour;theatre;country,hold", "country,holds", "pools.deu_logistics_bn.refuses_tasks", "'holds'", "observe", "hold"),
    ("nations.csv", "willing_if", "willing", "nations.GBR.position", "'willing'", "offers_troops", "willing_if"),
    ("nations.csv", "0.5..0.7..0.9", "0.5..0.7..1.9", "nations.GBR.probability", "0.5..1.9", "at most 1", ""),
    ("nations.csv", "backstop.air_defence,,7", "backstop.air_defense,,7", "nations.GBR.conditions", "'backstop.air_defense'", "backstop.csv", "backstop.air_defence"),
    ("nations.csv", "nation.GBR)", "nation.GBX)", "nations.DEU.conditions", "'nation.GBX'", "nations.csv", "nation.GBR"),
    ("nations.csv", "(nation.FRA or nation.GBR)", "not nation.FRA", "nations.DEU.conditions", "'ceasefire and not nation.FRA'", "column 19", ""),
    ("nations.csv", "ceasefire and backstop.air_defence", "cease-fire", "nations.GBR.conditions", "'cease-fire'", "column", ""),
    ("nations.csv", "true,0.5..0.7..0.9", "yes,0.5..0.7..0.9", "nations.GBR.waits_for_ceasefire", "'yes'", "true or false", ""),
    ("nations.csv", "offers_troops,,", "offers_troops,22.02.2025,", "nations.FRA.position_date", "'22.02.2025'", "ISO date", ""),
    ("nations.csv", "offers_troops,,", "offers_troops,2025-03-01,", "nations.FRA.position_date", "2025-03-01", "as_of 2025-02-22", ""),
    ("legs.csv", "dep_fra,rail_pol", "dep_fra,rail_po", "legs.fra-pol-rail.destination", "'rail_po'", "places.csv", "rail_pol"),
    ("legs.csv", "rail,1600,", "rail,160,", "legs.fra-pol-rail.distance_km", "160", "great circle", ""),
    ("legs.csv", "rail,1600,500,3000", "rail,1600,0,3000", "legs.fra-pol-rail.speed_km_day", "0.0", "more than 0", ""),
    ("places.csv", "rail_pol,Railhead in Poland,POL,railhead,22.8", "rail_pol,Railhead in Poland,POL,railhead,222.8", "places.rail_pol.lon", "222.8", "180 or less", ""),
    ("places.csv", "battery;air,0,,example\nhub", "batteries;air,0,,example\nhub", "places.site_pol.may_host", "'batteries'", "base, battery or air", "battery"),
    ("places.csv", "rail_pol,Railhead in Poland,POL", "rail_pol,Railhead in Poland,Pol", "places.rail_pol.country", "'Pol'", "three capitals", ""),
    ("assets.csv", "300000,1", "300 000,1", "assets.city.people", "'300 000'", "a number", ""),
    ("assets.csv", "300000,1", "300000,9", "assets.city.priority", "9", "5 or less", ""),
    ("assets.csv", "300000,1", "300000,1.5", "assets.city.priority", "'1.5'", "a whole number", ""),
    ("backstop.csv", "USA,patriot_bty,operate_outside", "USA,patriot_bty,transfer", "backstop.air_defence_neighbours.crew_nation", "empty", "crews", ""),
    ("sectors.csv", "South", "South ,x", "row", "13 cells", "12 cells", ""),
    ("sectors.csv", "50,100", "51,100", "sectors.south.from_km", "51", "where sector north ends", ""),
    ("sectors.csv", "50,100", "50,90", "sectors.south.to_km", "90", "100", ""),
    ("sectors.csv", "north,Northern sector,0,50", "north,Northern sector,1,50", "sectors.north.from_km", "1", "first point", ""),
    ("assets.csv", ",example\nplant", ",\nplant", "assets.city", "without origin", "a source", ""),
    ("assets.csv", ",example\nplant", ",x\ncity", "id", "'city' again", "first in assets.csv:3", ""),
    ("assets.csv", ",,example\nplant", ",ev-exampel,\nplant", "assets.city.source", "'ev-exampel'", "evidence.csv", "ev-example"),
    ("assets.csv", ",,example\nplant", ",ev-example,\nplant", "assets.city.assumption", "empty", "not found", ""),
    ("evidence.csv", "95,105", "195,105", "evidence.ev-example.low", "195", "at most high, 105", ""),
    ("scenario.toml", 'posture = "reassure"', 'posture = "reasure"', "mission.posture", "'reasure'", "reassure", "reassure"),
    ("scenario.toml", "[service]", "[servise]", "servise", "unknown", "one of", "service"),
    ("scenario.toml", "respond_minutes =", "respond_minute =", "service.respond_minute", "unknown", "one of", "respond_minutes"),
    ("scenario.toml", "respond_minutes = 90", 'respond_minutes = "90 km"', "service.respond_minutes", "'90 km'", "a number", ""),
    ("scenario.toml", "respond_minutes = 90", "respond_minutes = true", "service.respond_minutes", "True", "a number", ""),
    ("scenario.toml", "respond_minutes = 90", "respond_minutes = -1", "service.respond_minutes", "-1", "more than 0", ""),
    ("scenario.toml", "respond_minutes = 90", "respond_minutes = nan", "service.respond_minutes", "nan", "a finite number", ""),
    ("scenario.toml", '"15..20..30"', '"30..20..15"', "settlement.zone_depth_km", "'30..20..15'", "low <= mode <= high", ""),
    ("scenario.toml", '"0.2..0.5..0.8"', '"0.2..0.5..1.8"', "settlement.political_commitment", "0.2..1.8", "at most 1", ""),
    ("scenario.toml", '"0.3..0.5..0.7"', '"0.3..0.5..1"', "behaviour.episode_branching", "1", "less than 1", ""),
    ("scenario.toml", "drone_incursion = 0.4", "drone_incursion = 0.9", "base_rates", "1.18 in sum", "1 or less", ""),
    ("scenario.toml", "horizon_months = 24", "horizon_months = 24.5", "horizon_months", "24.5", "a whole number", ""),
    ("scenario.toml", "as_of = 2025-02-22 ", 'as_of = "February" ', "as_of", "'February'", "an ISO date", ""),
    ("scenario.toml", "schema_version = 1", "schema_version = 2", "schema_version", "2", "1, the version", ""),
    ("scenario.toml", 'lead_nations = ["FRA"]', 'lead_nations = ["FRO"]', "mission.lead_nations", "'FRO'", "nations.csv", "FRA"),
    ("scenario.toml", 'reference_option = "reassure"', 'reference_option = "reasure"', "reference_option", "'reasure'", "an option", "reassure"),
    ("scenario.toml", '"backstop_levers.granted" = false', '"backstop_levers.grant" = false', "options.refused.set.backstop_levers.grant", "unknown", "backstop_levers.granted", "backstop_levers.granted"),
    ("scenario.toml", '"backstop_levers.granted" = false', '"pools.fra_mech.units" = 1', "options.refused.set.pools.fra_mech.units", "unknown", "pools.fra_mech_bn.units", "pools.fra_mech_bn.units"),
    ("scenario.toml", '"backstop_levers.granted" = false', '"service.respond_minutes" = -5', "options.refused.set.service.respond_minutes", "-5", "more than 0", ""),
    ("scenario.toml", 'assumption = "talks have begun"', 'source = ""', "d_day.months_after_as_of", "without origin", "a source", ""),
    ("scenario.toml", 'assumption = "example: the frame is for the planner to set"', "", "mission", "without origin", "a source", ""),
    ("line.geojson", "[35.05, 48.2]", "[35.05, 98.2]", "traces.main.coordinates.1", "[35.05, 98.2]", "latitude from -90 to 90", ""),
    ("line.geojson", "[35.05, 48.2]", "[35.05, 48.2], [35.2, 48.4], [34.8, 48.4]", "traces.main.coordinates", "segments 0 and 2 cross", "cross itself", ""),
    ("line.geojson", "[35.05, 48.2]", '"x"', "traces.main.coordinates.1", "'x'", "a pair of numbers", ""),
    ("line.geojson", '"weight": 1', '"wieght": 1', "traces.main.wieght", "unknown", "one of", "weight"),
    ("line.geojson", '"kind": "contact"', '"kind": "front"', "traces.main.kind", "'front'", "contact", ""),
    ("line.geojson", '"LineString"', '"Polygon"', "traces.main.geometry", "'Polygon'", "LineString", ""),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "value", "expected", "nearest"), CELLS)
def test_each_error_is_told_in_full(
    folder: Path, file: str, old: str, new: str, key: str, value: str, expected: str, nearest: str
) -> None:
    """A single slip gives a problem with file, line, key, value found, expectation and nearest name."""
    line = change(folder, file, old, new)
    first = next(problem for problem in problems_of(folder) if problem.key == key)
    assert first.file == file
    if file != "line.geojson":
        assert first.line is not None
        assert first.line - line in {0, new.count("\n")} or key in {"base_rates", "mission", "id"}
    assert value in first.value
    assert expected in first.expected
    assert first.nearest == nearest
    assert str(first).startswith(f"{file}:")


def test_all_problems_at_once(folder: Path) -> None:
    """Slips in five files are all in one error, in order of file and line."""
    change(folder, "pools.csv", "fra_mech_bn,FRA", "fra_mech_bn,FRE")
    change(folder, "nations.csv", "willing_if", "willing")
    change(folder, "scenario.toml", 'posture = "reassure"', 'posture = "reasure"')
    change(folder, "legs.csv", "rail,1600,", "rail,-1600,")
    change(folder, "factors.toml", "# [visibility.poor_factor]", "[visibility.dai]\nvalue = 1\n#")
    found = problems_of(folder)
    assert [problem.file for problem in found] == [
        "factors.toml",
        "legs.csv",
        "nations.csv",
        "pools.csv",
        "scenario.toml",
    ]


def test_a_faulty_row_raises_no_second_problem(folder: Path) -> None:
    """Rows that refer to a row with a wrong cell are not reported for it."""
    change(folder, "places.csv", "dep_gbr,Depot in Britain,GBR,depot,-1.8", "dep_gbr,Depot in Britain,GBR,depot,west")
    assert only_problem(folder).key == "places.dep_gbr.lon"


def test_missing_folder_names_the_bundled_ones() -> None:
    """An unknown name is told with the bundled scenarios."""
    with pytest.raises(ScenarioError, match=r"no-such-scenario: scenario is missing; expected a folder, a \.zip, or"):
        load_scenario("no-such-scenario")


def test_missing_settings(folder: Path) -> None:
    """A folder without scenario.toml says so."""
    (folder / "scenario.toml").unlink()
    assert only_problem(folder).file == "scenario.toml"


def test_missing_section(folder: Path) -> None:
    """A section that has values without defaults must stand in the file."""
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    start = text.index("[threat]")
    path.write_text(text[:start] + text[text.index("[behaviour]") :], "utf-8")
    found = only_problem(folder)
    assert (found.key, found.value) == ("[threat]", "missing")


def test_toml_syntax_error_has_its_line(folder: Path) -> None:
    """Broken TOML is told by its line."""
    line = change(folder, "scenario.toml", 'posture = "reassure"', 'posture = "reassure')
    assert (only_problem(folder).line, only_problem(folder).key) == (line, "TOML")


def test_broken_geojson_has_its_line(folder: Path) -> None:
    """Broken JSON is told by its line."""
    line = change(folder, "line.geojson", '"kind": "contact",', '"kind": "contact"')
    found = only_problem(folder)
    assert found.file == "line.geojson"
    assert found.line in {line, line + 1}


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('{"type": "LineString"', '{"type": "LineStrin"', "LineStrin"),
        ('"FeatureCollection",\n  "features"', '"FeatureCollection",\n  "feature"', "features"),
        ('"FeatureCollection",', '"FeatureCollection", "crs": "EPSG:3857",', "crs"),
    ],
)
def test_foreign_geojson(folder: Path, old: str, new: str, word: str) -> None:
    """A file that is not a collection of WGS 84 line strings is refused."""
    change(folder, "line.geojson", old, new)
    assert any(word in str(problem) for problem in problems_of(folder))


def test_unknown_file_has_a_nearest_name(folder: Path) -> None:
    """A table under a wrong name is not passed over in silence."""
    (folder / "nations.csv").rename(folder / "nation.csv")
    first = next(problem for problem in problems_of(folder) if problem.file == "nation.csv")
    assert first.nearest == "nations.csv"


def test_other_files_may_lie_beside(folder: Path) -> None:
    """Notes, pictures and Excel's lock files do no harm."""
    (folder / "README.md").write_text("notes")
    (folder / "~$pools.csv").write_bytes(b"\xff\xfe")
    assert load_scenario(folder).pools


def test_sizing_alone_needs_one_file(folder: Path) -> None:
    """scenario.toml with line_km is a scenario: tables are empty, and one option and variant stand for it as written."""
    path = folder / "scenario.toml"
    text = path.read_text("utf-8").replace("# line_km = 100", "line_km = 180").replace('lead_nations = ["FRA"]', "")
    text = text[: text.index("# Options are named")]
    text = text.replace('reference_option = "reassure"', "").replace('reference_settlement = "thinned"', "")
    path.write_text(text, "utf-8")
    for other in folder.iterdir():
        if other != path:
            other.unlink()
    scenario = load_scenario(folder)
    assert (scenario.line_km, scenario.pools, scenario.traces) == (180, {}, {})
    assert scenario.reference_option in scenario.options
    assert scenario.reference_settlement in scenario.settlements


def test_a_line_is_needed_once(folder: Path) -> None:
    """Neither trace nor length, and both, are problems."""
    change(folder, "scenario.toml", "# line_km = 100", "line_km = 100")
    assert only_problem(folder).key == "line_km"
    (folder / "line.geojson").unlink()
    assert load_scenario(folder).line_km == 100
    change(folder, "scenario.toml", "line_km = 100", "# line_km = 100")
    assert only_problem(folder).value == "missing"


HINDSIGHT = "ev-late,Found later.,x,1,2,km,a,b,c,2025-06-01,https://example.org/,searched\n"


@pytest.mark.parametrize("assumption", ["", "example"])
def test_hindsight_must_be_marked(folder: Path, assumption: str) -> None:
    """A row citing evidence dated after as_of needs an assumption that begins with `inferred later`."""
    with (folder / "evidence.csv").open("a", encoding="utf-8") as stream:
        stream.write(HINDSIGHT)
    line = change(folder, "assets.csv", "300000,1,,example", f"300000,1,ev-late,{assumption}")
    found = only_problem(folder)
    assert (found.line, found.key) == (line, "assets.city.assumption")
    assert "'inferred later': evidence ev-late is of 2025-06-01, after as_of 2025-02-22" in found.expected
    change(folder, "assets.csv", f"ev-late,{assumption}", "ev-late,inferred later: counted in June")
    assert load_scenario(folder).assets["city"].assumption.startswith("inferred later")


def test_hindsight_holds_for_single_quantities(folder: Path) -> None:
    """A quantity with an origin of its own is held to the same rule as a row."""
    with (folder / "evidence.csv").open("a", encoding="utf-8") as stream:
        stream.write(HINDSIGHT)
    change(folder, "scenario.toml", '"15..20..30"', '{ low = 15, mode = 20, high = 30, source = "ev-late" }')
    assert only_problem(folder).key == "settlement.zone_depth_km.assumption"


def test_catalogue_rows_of_later_years_are_marked(folder: Path) -> None:
    """A packaged capability whose figures are later than as_of counts as an assumption, marked by the loader."""
    change(folder, "scenario.toml", "as_of = 2025-02-22", "as_of = 1990-02-22")
    (folder / "evidence.csv").unlink()
    change(folder, "line.geojson", '"source": "ev-example",\n', "")
    scenario = load_scenario(folder)
    later = [row for row in scenario.capabilities.values() if row.figures_year > 1990]
    assert later
    assert all(row.assumption.startswith("inferred later") for row in later)


def test_scenario_rows_lie_over_the_catalogue(folder: Path) -> None:
    """A capability row needs only the columns that it changes, and an origin of its own."""
    before = load_scenario(folder).capabilities["mech_bn"]
    (folder / "capabilities.csv").write_text(
        "id,personnel_high,source,assumption\nmech_bn,4000,,lean brigade\n", "utf-8"
    )
    after = load_scenario(folder).capabilities["mech_bn"]
    assert after == replace(before, personnel_high=4000.0, source="", assumption="lean brigade")
    (folder / "capabilities.csv").write_text("id,personnel_high\nmech_bn,4000\n", "utf-8")
    assert only_problem(folder).value == "without origin"


def test_a_capability_nobody_defines_needs_all_columns(folder: Path) -> None:
    """A new capability with two columns says which columns are missing, once."""
    (folder / "capabilities.csv").write_text("id,personnel_high,assumption\nhorse_bn,4000,x\n", "utf-8")
    assert {problem.file for problem in problems_of(folder)} == {"capabilities.csv"}


@pytest.mark.parametrize(
    ("text", "key", "value", "nearest"),
    [
        ("[visibility.dai]\nvalue = 0.5\nassumption = 'x'", "visibility.dai", "unknown", "visibility.day"),
        ("[visibility.day]\nvalue = 0.5\nunit = 'km'\nassumption = 'x'", "visibility.day.unit", "'km'", ""),
        ("[visibility.day]\nvalue = 'much'\nassumption = 'x'", "visibility.day.value", "'much'", ""),
        (
            "[visibility.day]\nvalue = 0.5\nmeening = 'x'\nassumption = 'x'",
            "visibility.day.meening",
            "unknown",
            "meaning",
        ),
        ("[visibility.poor_factor]\nvalue = 0.5", "factors.visibility.poor_factor", "without origin", ""),
        ("[visibility]\nday = 3", "visibility", "{'day': 3}", ""),
    ],
)
def test_factors_are_held_to_the_catalogue(folder: Path, text: str, key: str, value: str, nearest: str) -> None:
    """A factor must exist in the catalogue, keep its unit, and say where it comes from."""
    (folder / "factors.toml").write_text("# ours\n" + text, "utf-8")
    found = only_problem(folder)
    assert (found.file, found.line, found.key, found.value, found.nearest) == ("factors.toml", 2, key, value, nearest)


def test_factor_override_takes_effect(folder: Path) -> None:
    """A factor of the scenario replaces the packaged value and keeps its unit and meaning."""
    before = load_scenario(folder).factors["visibility.poor_factor"]
    (folder / "factors.toml").write_text(
        "[visibility.poor_factor]\nvalue = '0.1..0.2..0.3'\nassumption = 'winter'", "utf-8"
    )
    after = load_scenario(folder).factors["visibility.poor_factor"]
    assert (after.value.nominal, after.value.assumption, after.unit, after.meaning) == (
        0.2,
        "winter",
        before.unit,
        before.meaning,
    )


def test_backstop_negated_through_nations_is_refused(folder: Path) -> None:
    """A `not backstop.x` whose conditions rest on a nation would break monotony, and is refused."""
    change(folder, "backstop.csv", "air_defence,ceasefire", "air_defence,nation.FRA")
    change(folder, "nations.csv", "ceasefire and backstop.air_defence", "ceasefire and not backstop.air_defence")
    assert "nations, which may stand only positively" in only_problem(folder).expected


def test_nation_standing_on_itself_is_refused(folder: Path) -> None:
    """A nation that joins if it joins is a slip."""
    change(folder, "nations.csv", "(nation.FRA or nation.GBR)", "(nation.DEU or nation.GBR)")
    assert "stand on itself" in only_problem(folder).expected


def test_overrides_at_load(folder: Path) -> None:
    """Overrides given as text, as the command line gives them, are typed by their field."""
    scenario = load_scenario(folder, {"mission.lead_nations": "FRA;GBR", "pools.fra_mech_bn.units": "2..3..4"})
    assert scenario.mission.lead_nations == ("FRA", "GBR")
    assert scenario.pools["fra_mech_bn"].units.high == 4
    with pytest.raises(ScenarioError, match=r"did you mean 'mission\.posture'"):
        load_scenario(folder, {"mission.postur": "observe"})


def test_nothing_is_ever_executed_or_fetched() -> None:
    """The package's scenario code has no eval, exec, pickle, or network import."""
    sources = Path(load_scenario.__code__.co_filename).parent.glob("*.py")
    words = ("import pickle", " eval(", " exec(", "urllib.request", "import socket", "import requests", "yaml.load")
    found = [(path.name, word) for path in sources for word in words if word in path.read_text("utf-8")]
    assert not found


@pytest.mark.parametrize("variable", [{"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu"}, {"PYTHONHASHSEED": "7"}])
def test_hash_is_the_same_in_another_process(folder: Path, variable: dict[str, str]) -> None:
    """Another locale, time zone or hash seed changes nothing in the canonical document."""
    from holdfast.scenario.document import scenario_hash

    code = (
        "import sys; from holdfast.scenario.load import load_scenario; from holdfast.scenario.document import scenario_hash;"
        "print(scenario_hash(load_scenario(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, env=variable, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == scenario_hash(load_scenario(folder))


PIECES = (
    b"", b"nan", b"-1", b"1e400", b"[]", b"{}", b"\n", b",", b";", b'"', b"..", b"null", b"true", b"[", b"\xff", b"9" * 400,
    b"9" * 5000, b"=", b"1e308..2e308", b"'''", b"{ low = 1 }", b"not nation.FRA", b"[" * 3000, b"\xe2\x80\xa8",
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_broken_is_told_never_a_crash(folder: Path, data: st.DataObject) -> None:
    """Any word of any file replaced by anything gives a scenario or a list of problems, and nothing else."""
    path = data.draw(st.sampled_from(sorted(folder.iterdir())), label="file")
    before = path.read_bytes()
    words = list(re.finditer(rb"[A-Za-z0-9_.-]+", before))
    word = data.draw(st.sampled_from(words), label="word")
    piece = data.draw(st.sampled_from(PIECES), label="piece")
    path.write_bytes(before[: word.start()] + piece + before[word.end() :])
    found: tuple[Problem, ...] = ()
    try:
        load_scenario(folder)
    except ScenarioError as error:
        found = error.problems
    finally:
        path.write_bytes(before)
    assert all(problem.file and problem.key and problem.expected for problem in found)
