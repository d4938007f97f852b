"""The scenario ukraine-2026-01: complete, dated, drawn anew, and told apart from ukraine-2025-02 where the world changed."""

import csv
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import holdfast
from holdfast.geo.basemap import country_of
from holdfast.geo.distance import geodesic_km
from holdfast.geo.line import Line
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.check import check_scenario
from holdfast.scenario.conditions import parse
from holdfast.scenario.levels import posture_levels
from holdfast.scenario.lines import line_sectors
from holdfast.scenario.load import load_scenario
from holdfast.scenario.origin import INFERRED_LATER, sources_of
from holdfast.scenario.traces import find_crossing
from holdfast.scenario.types import POSTURES
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size

ROOT = Path(holdfast.__file__).parents[2]
FOLDER = Path(holdfast.__file__).parent / "data" / "scenarios" / "ukraine-2026-01"
NAMES = ("ukraine-2025-02", "ukraine-2026-01")
MEASURED = {"ukraine-2025-02": "2025-02-20", "ukraine-2026-01": "2026-01-25"}
"""The last day before `as_of` on which the line was measured."""
LADDER = "reassure_15k_ladder"


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ukraine-2026-01")


@pytest.fixture(scope="module")
def both():
    return {name: load_scenario(name) for name in NAMES}


def _reference(name: str) -> list[dict[str, str]]:
    path = ROOT.parent / "shared" / "reference" / name
    if not path.exists():
        pytest.skip("no published figures beside the checkout")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _own_evidence(name: str) -> list[dict[str, str]]:
    with (FOLDER.parent / name / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _line(scenario, trace: str = "contact") -> Line:
    return Line(scenario.traces[trace].points)


def _spot(row) -> tuple[float, float]:
    return row.lon, row.lat


def _case(scenario, option: str, settlement: str = "thinned_host_only", **overrides: object):
    return resolve_case(scenario, Case(option=option, settlement=settlement, overrides=overrides))


# ---------------------------------------------------------------- counts and dates


def test_it_checks_without_a_problem_or_warning():
    """`holdfast check ukraine-2026-01` finds nothing: no idle evidence, no pool of a refusing nation, no hindsight unmarked."""
    report = check_scenario("ukraine-2026-01")
    assert report.is_clean
    assert report.warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_large_as_was_asked(both, name):
    """At least 30 nations, 22 capabilities in the pools, 150 places, 400 legs, 60 defended assets, 80 rows of evidence."""
    found = both[name]
    counts = {
        "nations": (len(found.nations), 30), "capabilities": (len({pool.capability for pool in found.pools.values()}), 22),
        "places": (len(found.places), 150), "legs": (len(found.legs), 400), "assets": (len(found.assets), 60),
        "evidence": (len(_own_evidence(name)), 80), "options": (len(found.options), 7), "variants": (len(found.settlements), 4),
    }  # fmt: skip
    assert {what: pair for what, pair in counts.items() if pair[0] < pair[1]} == {}
    assert {pool.group for pool in found.pools.values()} == {"coalition", "un"}
    assert {leg.mode for leg in found.legs.values()} == {"road", "rail", "sea", "air"}


def test_it_is_about_the_day_it_says(scenario):
    """The scenario stands on 31 January 2026 and no nation's position is dated later."""
    assert scenario.as_of == date(2026, 1, 31)
    assert all(row.position_date is None or row.position_date <= scenario.as_of for row in scenario.nations.values())


def _citing(scenario):
    """Every row, lever and quantity with sources, by dotted key."""
    tables = ("nations", "pools", "backstop", "places", "legs", "assets", "sectors", "options", "settlements", "traces")
    for table in tables:
        for key, row in getattr(scenario, table).items():
            yield f"{table}.{key}", row
            for lever, value in getattr(row, "set", {}).items():
                yield f"{table}.{key}.{lever}", value
    for section in ("mission", "settlement", "threat", "behaviour", "base_rates", "service"):
        thing = getattr(scenario, section)
        yield section, thing
        for name, value in vars(thing).items():
            if hasattr(value, "assumption"):
                yield f"{section}.{name}", value


@pytest.mark.parametrize("name", NAMES)
def test_nothing_rests_on_what_was_said_later(both, name):
    """What cites evidence dated after `as_of` says that it was inferred later; the other way round, nothing in time says so."""
    found, seen = both[name], 0
    for key, thing in _citing(found):
        dates = [found.evidence[one].date for one in sources_of(getattr(thing, "source", "")) if one in found.evidence]
        late = any(day > found.as_of for day in dates)
        seen += late
        assert not late or thing.assumption.startswith(INFERRED_LATER), key
        assert late or not key.startswith("pools.") or not thing.assumption.startswith(INFERRED_LATER), key
    assert seen > 0


def test_only_the_ladder_knows_february(scenario):
    """The response ladder of February 2026 moves its own option and nothing else, and says that it was inferred later."""
    late = [
        row["id"]
        for row in _own_evidence("ukraine-2026-01")
        if row["date"] > "2026-01-31" and row["quantity"] != "force_size"
    ]
    assert "ft-ladder" in late
    citing = {key for key, thing in _citing(scenario) if "ft-ladder" in sources_of(getattr(thing, "source", ""))}
    assert citing == {f"options.{LADDER}"}
    ladder, reference = _case(scenario, LADDER), _case(scenario, "reassure_15k_us_support")
    assert ladder.behaviour.decision_hours.nominal == 24
    assert reference.behaviour.decision_hours == scenario.behaviour.decision_hours
    for element in ("standby_air", "air_defence_neighbours", "csar"):
        together = ladder.behaviour.decision_hours.nominal + ladder.backstop[element].delay_hours.nominal
        assert together == 72, element
        assert reference.backstop[element].delay_hours.nominal < 24, element
    assert ladder.service == reference.service
    assert ladder.pools == reference.pools


def test_positions_are_no_older_than_those_found(scenario):
    """A position is the one found for January 2026, or a later statement of our own evidence; never an older one."""
    compared = 0
    for row in _reference("national_positions.csv"):
        nation = scenario.nations.get(row["iso3"])
        dated = len(row["statement_date"]) == len("2026-01-07") and row["statement_date"] <= scenario.as_of.isoformat()
        if nation is None or not dated or row["verification"] == "recalled":
            continue
        compared += 1
        assert nation.position_date is not None
        assert nation.position_date.isoformat() >= row["statement_date"], nation.id
    assert compared >= 18


def test_every_nation_of_the_coalition_is_there(scenario):
    """Every state of the list of January 2026 is a nation of the scenario."""
    assert {row["iso3"] for row in _reference("national_positions.csv")} <= set(scenario.nations)


# ---------------------------------------------------------------- nations, pools, backstop


def _holds(scenario, nation: str, *facts: str) -> bool:
    return parse(scenario.nations[nation].conditions).evaluate(lambda name: name in facts)


def test_the_signatories_wait_for_each_other_and_for_an_american_element(scenario):
    """Britain and France each need the other, a ceasefire and one of three American elements."""
    for nation, other in (("GBR", "FRA"), ("FRA", "GBR")):
        full = ("ceasefire", f"nation.{other}", "backstop.intelligence")
        assert _holds(scenario, nation, *full)
        for missing in full:
            assert not _holds(scenario, nation, *(fact for fact in full if fact != missing)), (nation, missing)


def test_who_stands_outside_the_country_has_no_pool_in_it(scenario):
    """Germany, Italy, Poland, Romania and Bulgaria have pools, none of which may stand in Ukraine."""
    for nation in ("DEU", "ITA", "POL", "ROU", "BGR"):
        areas = [pool.areas for pool in scenario.pools.values() if pool.nation == nation]
        assert areas, nation
        assert not any("country" in area for area in areas), nation


def test_sweden_and_belgium_send_instructors_only_into_the_country(scenario):
    """Offers for air, sea and training put no formed unit of Sweden or Belgium on the ground in Ukraine."""
    for nation in ("SWE", "BEL"):
        inside = {
            pool.capability for pool in scenario.pools.values() if pool.nation == nation and "country" in pool.areas
        }
        assert inside <= {"training_team"}, nation


def test_refusals_hold(scenario):
    """Those that refuse have no pool; Czechia is among them since December 2025, Australia no longer."""
    refusing = {key for key, row in scenario.nations.items() if row.conditions == "never"}
    assert {"SVK", "HUN", "HRV", "GRC", "CZE", "USA", "RUS"} <= refusing
    assert "AUS" not in refusing
    assert not [pool.id for pool in scenario.pools.values() if pool.nation in refusing]
    assert {key for key, row in scenario.nations.items() if row.position == "refuses"} <= refusing


def test_pools_say_where_they_start(scenario):
    """Each pool starts from a depot of its own nation and no pool passes as sourced."""
    for pool in scenario.pools.values():
        assert scenario.places[pool.depot].country == pool.nation, pool.id
        assert pool.assumption, pool.id


def test_the_monitoring_is_an_american_element(scenario):
    """The lead of the monitoring stands beside the elements of 2025, and none of the elements is based in Ukraine."""
    facts = {row.fact for row in scenario.backstop.values()}
    assert facts >= {"monitoring", "intelligence", "logistics", "standby_air", "air_defence"}
    for row in scenario.backstop.values():
        assert row.owner == "USA"
        assert scenario.places[row.based].country != "UKR"
        assert "par-us-unsigned" in row.source, row.id


# ---------------------------------------------------------------- the map


@pytest.mark.parametrize("name", NAMES)
def test_every_place_lies_in_the_country_it_names(both, name):
    """Each place lies in its country: 5 km are allowed at quays and rivers, 20 where the map is coarse, 3 at a crossing."""
    for row in both[name].places.values():
        lon, lat = _spot(row)
        fine = -25 < lon < 60 and 30 < lat < 72
        around = [(lon + 0.02 * dx, lat + 0.02 * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        near = row.kind in {"crossing", "gauge_break"} and row.country in {country_of(*spot) for spot in around}
        assert near or country_of(lon, lat, tolerance_km=5 if fine else 20) == row.country, row.id


@pytest.mark.parametrize("name", NAMES)
def test_legs_are_as_long_as_geometry_says(both, name):
    """Land legs are 1.2 to 1.4 great circles long, legs by air 1.02 to 1.08, by sea 1.08 to 2.6; none was typed."""
    bounds = {"road": (1.2, 1.4), "rail": (1.2, 1.4), "air": (1.02, 1.08), "sea": (1.08, 2.6)}
    places = both[name].places
    for row in both[name].legs.values():
        direct = geodesic_km([_spot(places[row.origin])], [_spot(places[row.destination])])[0, 0]
        if direct > 30:
            low, high = bounds[row.mode]
            assert low <= row.distance_km / direct <= high, row.id


@pytest.mark.parametrize("name", NAMES)
def test_assets_lie_in_the_host_country_on_its_side(both, name):
    """Each defended asset lies in Ukraine and on the host's side of the line, no finer than 0.01 degrees, of a dozen kinds."""
    line = _line(both[name])
    for row in both[name].assets.values():
        assert country_of(*_spot(row), tolerance_km=5) == "UKR", row.id
        assert line.nearest(*_spot(row))[2] == 1, row.id
        assert all(abs(value * 100 - round(value * 100)) < 1e-6 for value in _spot(row)), row.id
    assert len({row.kind for row in both[name].assets.values()}) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_priorities_follow_the_rule_told(both, name):
    """Cities by size, 2 near the front from 200,000; nuclear plants and government first; one lower 500 km behind the line."""
    line = _line(both[name])
    for row in both[name].assets.values():
        away = float(line.nearest(*_spot(row))[1])
        if row.kind in {"nuclear_plant", "government"}:
            assert row.priority == 1, row.id
        if row.kind == "city":
            by_size = 1 + sum(row.people < step for step in (700_000, 400_000, 200_000))
            far = away > 500
            allowed = {by_size + far} | ({min(by_size, 2) + far} if row.people >= 200_000 else set())
            assert row.priority in allowed, row.id
            assert row.people < 200_000 or away > 100 or row.priority <= 2, row.id


@pytest.mark.parametrize("name", NAMES)
def test_the_line_is_as_long_as_was_measured_at_its_scale(both, name):
    """Without its border the line lies between 0.92 of the length measured at 5 km, pockets included, and that at 1 km.

    The traces are drawn at 5 to 10 km and leave out pockets beyond the border, which the measured lengths count.
    """
    found = both[name]
    (row,) = (row for row in _reference("line_of_contact_length.csv") if row["date"] == MEASURED[name])
    border = sum(sector.to_km - sector.from_km for sector in line_sectors(found) if sector.kind == "border")
    watched = _line(found).length_km - border
    assert 0.92 * float(row["loc_km_simpl5km"]) <= watched <= float(row["loc_km_simpl1km"])
    assert "5 to 10 km" in found.traces["contact"].scale
    assert row["loc_km_simpl5km"] in found.traces["contact"].assumption


def test_the_evidence_of_the_length_is_what_was_measured(scenario):
    """The row of evidence of the length is that of the table for 25 January 2026."""
    (row,) = (row for row in _reference("line_of_contact_length.csv") if row["date"] == "2026-01-25")
    evidence = scenario.evidence["loc-25jan26"]
    assert (evidence.low, evidence.high) == (float(row["loc_km_simpl5km"]), float(row["loc_km_raw"]))


def test_the_line_is_drawn_anew(scenario, both):
    """The line of 2026 crosses no trace of itself, has two alternatives that weigh 1 with it, and is not that of 2025."""
    contacts = [trace for trace in scenario.traces.values() if trace.kind == "contact"]
    assert len(contacts) == 3
    assert sum(trace.weight for trace in contacts) == pytest.approx(1)
    assert all(trace.weight == 0 for trace in scenario.traces.values() if trace.kind != "contact")
    assert {trace.kind for trace in scenario.traces.values()} == {"contact", "border", "coast"}
    for trace in scenario.traces.values():
        assert find_crossing(trace.points) is None, trace.id
    older = set(both["ukraine-2025-02"].traces["contact"].points)
    assert len(set(scenario.traces["contact"].points) - older) > 50


@pytest.mark.parametrize(
    ("town", "lon", "lat", "side"),
    [
        ("Kharkiv", 36.23, 49.99, 1), ("Kupiansk", 37.62, 49.71, 1), ("Borova", 37.62, 49.38, 1), ("Lyman", 37.81, 48.99, 1),
        ("Sloviansk", 37.62, 48.87, 1), ("Kramatorsk", 37.57, 48.73, 1), ("Kostiantynivka", 37.71, 48.53, 1),
        ("Dobropillia", 37.08, 48.47, 1), ("Orikhiv", 35.79, 47.57, 1), ("Zaporizhzhia", 35.14, 47.84, 1), ("Nikopol", 34.39, 47.57, 1),
        ("Kherson", 32.61, 46.64, 1), ("Ochakiv", 31.54, 46.62, 1), ("Vovchansk", 36.95, 50.29, -1), ("Dvorichna", 37.68, 49.85, -1),
        ("Svatove", 38.15, 49.41, -1), ("Kreminna", 38.22, 49.05, -1), ("Siversk", 38.10, 48.87, -1), ("Chasiv Yar", 37.84, 48.59, -1),
        ("Toretsk", 37.85, 48.40, -1), ("Velyka Novosilka", 36.84, 47.84, -1), ("Kurakhove", 37.28, 47.98, -1),
        ("Selydove", 37.30, 48.15, -1), ("Polohy", 36.25, 47.48, -1), ("Enerhodar", 34.65, 47.50, -1), ("Oleshky", 32.72, 46.62, -1),
    ],
)  # fmt: skip
def test_towns_lie_on_the_side_that_held_them(scenario, town, lon, lat, side):
    """Towns that were not in dispute late in January 2026 lie on the side that held them."""
    assert _line(scenario).nearest(lon, lat)[2] == side, town


def test_sectors_cover_the_line_with_kind_terrain_and_mines(scenario):
    """Sectors follow one another from 0 to the end of the line, each with terrain and mines, threat averaging 1."""
    rows = line_sectors(scenario)
    length = _line(scenario).length_km
    assert rows[0].from_km == 0
    assert rows[-1].to_km == pytest.approx(length, abs=1e-5)
    assert all(a.to_km == b.from_km for a, b in pairwise(rows))
    assert {row.kind for row in rows} == {"contact", "border", "river", "sea"}
    assert all(0 < row.mines <= 1 for row in rows)
    assert sum(row.threat_weight * (row.to_km - row.from_km) for row in rows) / length == pytest.approx(1, abs=0.01)
    ids = set(scenario.sectors)
    assert {"kupiansk", "kostiantynivka", "pokrovsk", "huliaipole", "stepnohirsk", "novopavlivka"} <= ids


def test_hubs_and_bases_stand_behind_the_line(scenario):
    """Bases lie 25 km and more behind the line of 2026, hubs of sectors 10 km and more."""
    line = _line(scenario)
    for row in scenario.places.values():
        least = {"base": 25, "sector_hub": 10}.get(row.kind, 0)
        if least:
            _, away, side = line.nearest(*_spot(row))
            assert (side, away > least) == (1, True), row.id


# ---------------------------------------------------------------- options


def test_options_are_those_of_january_2026(scenario):
    """The plan, its three differences, a larger one, monitoring by technology, robust, world-wide and none; all say why."""
    assert set(scenario.options) == {
        "reassure_15k_us_support", "reassure_15k_refused", "reassure_15k_not_honoured", LADDER, "reassure_30k",
        "observe_us_technology", "robust_100k", "un_worldwide", "no_force",
    }  # fmt: skip
    assert scenario.reference_option == "reassure_15k_us_support"
    assert all(option.why and option.source for option in scenario.options.values())
    assert sum(variant.weight for variant in scenario.settlements.values()) == pytest.approx(1)


@pytest.mark.parametrize("option", ["reassure_15k_refused", "reassure_15k_not_honoured"])
def test_siblings_of_the_reference_differ_by_one_lever(scenario, option):
    """What is refused or not honoured differs from the reference by that alone, so that both read side by side."""
    reference, other = (dict(scenario.options[name].set) for name in ("reassure_15k_us_support", option))
    more = {key: value for key, value in other.items() if reference.get(key) != value}
    assert set(reference) <= set(other)
    assert list(more) == [f"backstop_levers.{'granted' if 'refused' in option else 'honoured'}"]


def test_every_option_resolves_under_every_variant(scenario):
    """Each option under each settlement variant is a scenario that checks, with the levers of both in place."""
    for option in scenario.options:
        for variant in scenario.settlements:
            case = _case(scenario, option, variant)
            assert case.settlement.front == variant.split("_")[0]
            assert (case.mission.posture == "none") == (option == "no_force")


def test_every_option_can_be_sized(scenario):
    """Each option has a size under the reference variant, and no force has none; a larger plan needs more people."""
    need = {option: size(gather_sizing(_case(scenario, option))).in_country for option in scenario.options}
    assert {option for option, people in need.items() if people <= 0} == {"no_force"}
    assert need["reassure_15k_us_support"] < need["reassure_30k"] < need["robust_100k"] < 100_000
    assert need["reassure_15k_refused"] == need["reassure_15k_us_support"]


def test_the_posture_alone_asks_for_more(scenario):
    """Each posture has levels of its own: a robust force is larger than the reassurance of the plan without any other lever."""
    assert all(posture_levels(scenario.service, posture) for posture in POSTURES)
    need = {
        posture: size(
            gather_sizing(_case(scenario, "reassure_15k_us_support", **{"mission.posture": posture}))
        ).in_country
        for posture in ("reassure", "robust")
    }
    assert need["robust"] > 1.5 * need["reassure"]


def test_the_host_is_the_first_line(scenario, both):
    """The host holds more of a local defence than in February 2025, and the force stands farther from the line."""
    older = both["ukraine-2025-02"]
    assert scenario.behaviour.host_share.nominal > older.behaviour.host_share.nominal
    assert scenario.settlement.standoff_km.nominal > older.settlement.standoff_km.nominal
    assert scenario.force.cap_in_country == 15000


def test_published_sizes_are_those_of_the_table(scenario):
    """The sizes of January 2026 that the scenario compares with are those of the table of published estimates."""
    published = {
        (row["low"], row["high"]) for row in _reference("ukraine_estimates.csv") if row["verification"] == "searched"
    }
    numbers = {tuple(float(part) if part else None for part in pair) for pair in published} | {(15000.0, 30000.0)}
    for row in scenario.evidence.values():
        if row.id.startswith("est-"):
            assert (row.low, row.high) in numbers | {(None, None)}, row.id


def test_no_claim_is_copied_from_the_articles(scenario):
    """No seven words in a row of our claims stand in the two articles that the reference scenario began with."""
    folder = ROOT.parent / "shared" / "articles"
    if not folder.is_dir():
        pytest.skip("no articles beside the checkout")
    text = " ".join(path.read_text("utf-8", errors="replace").lower() for path in folder.glob("*.txt"))
    text = " ".join(text.split())
    for row in _own_evidence("ukraine-2026-01"):
        words = row["claim"].lower().rstrip(".").split()
        runs = [" ".join(words[start : start + 7]) for start in range(max(len(words) - 6, 0))]
        assert not [run for run in runs if run in text], row["id"]


def test_files_are_plain():
    """The tables open in a spreadsheet: a header, one width throughout, plain line ends; the traces are GeoJSON."""
    for path in sorted(FOLDER.glob("*.csv")):
        raw = path.read_bytes()
        assert b"\r" not in raw, path.name
        with path.open(encoding="utf-8", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1, path.name
    assert json.loads((FOLDER / "line.geojson").read_text("utf-8"))["type"] == "FeatureCollection"
