"""Write line.geojson and sectors.csv of the bundled Ukraine scenarios from the hand-drawn points in tools/hand.

Developer script: run `python tools/make_line.py` after an edit of a hand list and commit what it writes. The borders and the coast
are cut from the packaged base map (Natural Earth, public domain). What differs between the scenarios stands in
`tools/hand/<scenario>/line.toml`.
"""

from __future__ import annotations

import csv
import json
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from holdfast.geo.basemap import load_countries
from holdfast.geo.line import Line

HAND = Path(__file__).parent / "hand"
SCENARIOS = Path(__file__).parents[1] / "src/holdfast/data/scenarios"
NAMES = ("ukraine-2025-02", "ukraine-2026-01")
SUMY_WEST, OCHAKIV, DANUBE = (33.83, 52.36), (31.52, 46.61), (29.70, 45.22)
"""Where the border of the Sumy region begins, and both ends of the coast of Odesa."""
BUH_AT_BREST, THREE_STATES = (23.62, 51.50), (31.78, 52.10)
"""Where Belarus meets Poland, and where it meets Russia, on the border of Ukraine."""
BORDER_TOLERANCE = 0.05
"""Douglas-Peucker tolerance of border and coast, degrees (about 5 km)."""
LIMAN = 0.1
"""Half the width of the inlets that the coast passes by, degrees."""

Points = list[tuple[float, float]]


def read_points(path: Path) -> tuple[Points, list[str]]:
    """Points of a hand list and the places they are near."""
    points, near = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            lon, lat, *words = line.split()
            points.append((float(lon), float(lat)))
            near.append(" ".join(words))
    return points, near


def cut(line: LineString, start: tuple[float, float], end: tuple[float, float]) -> Points:
    """The part of a line between the points nearest to two others, in that order, simplified."""
    part = substring(line, line.project(Point(start)), line.project(Point(end))).simplify(BORDER_TOLERANCE)
    return [(round(lon, 3), round(lat, 3)) for lon, lat in part.coords]


def border(neighbour: str, start: tuple[float, float], end: tuple[float, float]) -> Points:
    """International border with a neighbour between two of its points."""
    countries = load_countries()
    shared = shapely.line_merge(countries["UKR"].boundary.intersection(countries[neighbour].boundary))
    if isinstance(shared, shapely.MultiLineString):
        shared = max(shared.geoms, key=lambda part: part.length)
    return cut(shared, start, end)


def coast() -> Points:
    """Coast of the Odesa region from Ochakiv to the Danube, limans closed: land on the right hand."""
    mainland = max(load_countries()["UKR"].geoms, key=lambda shape: shape.area).buffer(LIMAN).buffer(-LIMAN)
    ring = LineString(mainland.exterior.coords)
    direct, around = cut(ring, OCHAKIV, DANUBE), cut(ring, DANUBE, OCHAKIV)[::-1]
    return min((direct, around), key=lambda points: Line(points).length_km)


def feature(points: Points, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": [list(point) for point in points]},
    }


def features(contact: Points, near: list[str], oblast: Points, text: dict[str, Any]) -> list[dict[str, Any]]:
    north = border("RUS", SUMY_WEST, contact[0])
    joined = contact[near.index(text["oblast_joins_after"]) + 1 :]
    beside = "a border that may be tested beside the line; from Natural Earth; weight 0: not an alternative to the line"
    listed: list[tuple[Points, str, str, float]] = [
        (contact, "contact", "generalised, 5 to 10 km", 0.6),
        (oblast + joined, "oblast_borders", "generalised, about 10 km", 0.2),
        (north + contact[1:], "contact_and_border", "generalised, 5 to 10 km", 0.2),
    ]
    drawn = [
        feature(
            points,
            id=name,
            title=text["titles"][name],
            kind="contact",
            weight=weight,
            scale=scale,
            source=text["sources"].get(name, ""),
            assumption=text["assumptions"][name].format(length=length_note(contact, near, text)),
        )
        for points, name, scale, weight in listed
    ]
    edges = [
        (north, "northern_border", "International border of the Sumy and Kharkiv regions", "border"),
        (
            border("RUS", THREE_STATES, SUMY_WEST),
            "chernihiv_border",
            "International border of the Chernihiv region with Russia",
            "border",
        ),
        (border("BLR", BUH_AT_BREST, THREE_STATES), "belarus_border", "International border with Belarus", "border"),
        (coast(), "odesa_coast", "Coast of the Odesa region from Ochakiv to the Danube", "coast"),
    ]
    for points, name, title, kind in edges:
        at_sea = kind == "coast"
        scale = "1:10m, simplified to 5 km" + (", limans closed" if at_sea else "")
        why = beside.replace("border", "coast") if at_sea else beside
        drawn.append(feature(points, id=name, title=title, kind=kind, weight=0, scale=scale, source="", assumption=why))
    return drawn


def length_note(contact: Points, near: list[str], text: dict[str, Any]) -> str:
    """How the length as drawn compares with what was measured."""
    first, last = (near.index(name) for name in text["border_between"])
    whole = Line(contact).length_km
    watched = Line(contact[first : last + 1]).length_km
    words: str = text["length"]
    return words.format(whole=f"{whole:.0f}", border=f"{watched:.0f}", rest=f"{whole - watched:.0f}")


def sectors(
    folder: Path, contact: Points, near: list[str], beside: dict[str, Points], when: str
) -> list[dict[str, str]]:
    """Sector rows whose ends are points of the line, in kilometres from its first point; threat averages 1 along the line.

    Behind them those of `bypass.csv`, on the borders and coasts by which the line can be bypassed, threat on the same scale.
    """
    reached = [0.0, *(Line(contact[: k + 1]).length_km for k in range(1, len(contact)))]
    with (folder / "sectors.csv").open(encoding="utf-8", newline="") as file:
        drawn = list(csv.DictReader(file))
    ends = [0.0]
    for row in drawn:
        ends.append(
            next(km for km, name in zip(reached, near, strict=True) if name == row["ends_at"] and km > ends[-1])
        )
    if ends[-1] != reached[-1]:
        raise SystemExit(f"sectors end at {ends[-1]} km; the line is {reached[-1]} km long")
    spans = [end - start for start, end in pairwise(ends)]
    mean = sum(float(row["threat_weight"]) * span for row, span in zip(drawn, spans, strict=True)) / ends[-1]
    found = [sector(row, start, end, mean, when) for row, (start, end) in zip(drawn, pairwise(ends), strict=True)]
    return found + bypass(folder, beside, mean, when)


def bypass(folder: Path, beside: dict[str, Points], mean: float, when: str) -> list[dict[str, str]]:
    """Sector rows on borders and coasts, from the point of the trace nearest to one place to that nearest to another."""
    with (folder / "bypass.csv").open(encoding="utf-8", newline="") as file:
        drawn = list(csv.DictReader(file))
    found = []
    for row in drawn:
        trace = Line(beside[row["trace"]])
        start, end = (float(trace.nearest(*map(float, row[name].split()))[0]) for name in ("start", "end"))
        found.append(sector(row, start, end, mean, when))
    return found


def sector(row: dict[str, str], start: float, end: float, mean: float, when: str) -> dict[str, str]:
    note = f"{row['note']}; " if row["note"] else ""
    return {
        "id": row["id"],
        "name": row["name"],
        "from_km": f"{start:.6f}",
        "to_km": f"{end:.6f}",
        "kind": row["kind"],
        "terrain": row["terrain"],
        "mines": row["mines"],
        "threat_weight": f"{float(row['threat_weight']) / mean:.2f}",
        "road_kmh": row["road_kmh"],
        "observation_effort": row["observation_effort"],
        "source": "",
        "assumption": f"{note}terrain by the map; mines, threat (1: mean of the line) and road speed by our own judgement "
        f"of public reports up to {when}",
        "trace": row.get("trace", ""),
    }


def make(name: str, out: Path) -> None:
    """Write line and sectors of one scenario into a folder."""
    folder = HAND / name
    contact, near = read_points(folder / "line_contact.txt")
    oblast, _ = read_points(folder / "line_oblast.txt")
    with (folder / "line.toml").open("rb") as file:
        text = tomllib.load(file)
    listed = features(contact, near, oblast, text)
    out.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in listed)
    (out / "line.geojson").write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8")
    beside = {item["properties"]["id"]: item["geometry"]["coordinates"] for item in listed}
    rows = sectors(folder, contact, near, beside, text["reports_until"])
    with (out / "sectors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for item in listed:
        points = item["geometry"]["coordinates"]
        print(f"{name} {item['properties']['id']}: {len(points)} points, {Line(points).length_km:.0f} km")
    print(f"{name}: {len(rows)} sectors")


def main() -> int:
    for name in NAMES:
        make(name, SCENARIOS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
