"""Write line.geojson and sectors.csv of the reference scenario from the hand-drawn points in tools/hand.

Developer script: run `python tools/make_line.py` after an edit of a hand list and commit what it writes. The border and the coast
are cut from the packaged base map (Natural Earth, public domain).
"""

from __future__ import annotations

import csv
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from holdfast.geo.basemap import load_countries
from holdfast.geo.line import Line

HAND = Path(__file__).parent / "hand"
SCENARIO = Path(__file__).parents[1] / "src/holdfast/data/scenarios/ukraine-2025-02"
SUMY_WEST, OCHAKIV, DANUBE = (33.83, 52.36), (31.52, 46.61), (29.70, 45.22)
"""Where the border of the Sumy region begins, and both ends of the coast of Odesa."""
BORDER_TOLERANCE = 0.05
"""Douglas-Peucker tolerance of border and coast, degrees (about 5 km)."""
LIMAN = 0.1
"""Half the width of the inlets that the coast passes by, degrees."""

Points = list[tuple[float, float]]


def read_points(name: str) -> tuple[Points, list[str]]:
    """Points of a hand list and the places they are near."""
    points, near = [], []
    for line in (HAND / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            lon, lat, *words = line.split()
            points.append((float(lon), float(lat)))
            near.append(" ".join(words))
    return points, near


def cut(line: LineString, start: tuple[float, float], end: tuple[float, float]) -> Points:
    """The part of a line between the points nearest to two others, in that order, simplified."""
    part = substring(line, line.project(Point(start)), line.project(Point(end))).simplify(BORDER_TOLERANCE)
    return [(round(lon, 3), round(lat, 3)) for lon, lat in part.coords]


def border(end: tuple[float, float]) -> Points:
    """International border from the north-west of the Sumy region to the start of the line of contact."""
    countries = load_countries()
    shared = shapely.line_merge(countries["UKR"].boundary.intersection(countries["RUS"].boundary))
    return cut(shared, SUMY_WEST, end)


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


def features(contact: Points, oblast: Points) -> list[dict[str, Any]]:
    north = border(contact[0])
    joined = contact[contact.index((36.54, 47.70)) :]
    drawn = (
        "drawn by hand from general public knowledge of late February 2025 and not from a survey; real places of contact differ by "
        "5 km and more"
    )
    return [
        feature(
            contact,
            id="contact",
            title="Line of contact, late February 2025",
            kind="contact",
            weight=0.6,
            scale="generalised, 5 to 10 km",
            source="",
            assumption=f"{drawn}. {length_note(contact)}",
        ),
        feature(
            oblast + joined,
            id="oblast_borders",
            title="After withdrawals to the administrative borders of the Donetsk and Luhansk regions",
            kind="contact",
            weight=0.2,
            scale="generalised, about 10 km",
            source="",
            assumption="a possible term of a settlement, not one that anyone has agreed; drawn by hand, south of Rivnopil as `contact`",
        ),
        feature(
            north + contact[1:],
            id="contact_and_border",
            title="Line of contact with the international border of the Sumy and Kharkiv regions",
            kind="contact",
            weight=0.2,
            scale="generalised, 5 to 10 km",
            source="",
            assumption="a settlement that has the border watched as well; border from Natural Earth simplified to 5 km, then `contact`; "
            "the fighting in the Kursk region is left out",
        ),
        feature(
            north,
            id="northern_border",
            title="International border of the Sumy and Kharkiv regions",
            kind="border",
            weight=0,
            scale="1:10m, simplified to 5 km",
            source="",
            assumption="a border that may be tested beside the line; from Natural Earth; weight 0: not an alternative to the line",
        ),
        feature(
            coast(),
            id="odesa_coast",
            title="Coast of the Odesa region from Ochakiv to the Danube",
            kind="coast",
            weight=0,
            scale="1:10m, simplified to 5 km, limans closed",
            source="",
            assumption="a coast that may be tested beside the line; from Natural Earth; weight 0: not an alternative to the line",
        ),
    ]


def length_note(contact: Points) -> str:
    """How the length as drawn compares with what was measured."""
    _, near = read_points("line_contact.txt")
    ends = near.index("Tykhe"), near.index("border by the Oskil (Topoli)")
    whole = Line(contact).length_km
    watched = Line(contact[ends[0] : ends[1] + 1]).length_km
    return (
        f"Length as drawn {whole:.0f} km, of which {watched:.0f} km are international border between Vovchansk and the Oskil; the other "
        f"{whole - watched:.0f} km compare with 896 km measured on 20 February 2025 after simplification to 5 km, 1,078 km to 1 km and "
        "1,197 km raw (geo_line_measured)"
    )


def sectors(contact: Points, near: list[str]) -> list[dict[str, str]]:
    """Sector rows whose ends are points of the line, in kilometres from its first point; threat averages 1 along the line."""
    reached = [0.0, *(Line(contact[: k + 1]).length_km for k in range(1, len(contact)))]
    with (HAND / "sectors.csv").open(encoding="utf-8", newline="") as file:
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
    return [sector(row, start, end, mean) for row, (start, end) in zip(drawn, pairwise(ends), strict=True)]


def sector(row: dict[str, str], start: float, end: float, mean: float) -> dict[str, str]:
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
        "of public reports up to February 2025",
    }


def main() -> int:
    contact, near = read_points("line_contact.txt")
    oblast, _ = read_points("line_oblast.txt")
    listed = features(contact, oblast)
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in listed)
    (SCENARIO / "line.geojson").write_text(
        f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8"
    )
    rows = sectors(contact, near)
    with (SCENARIO / "sectors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for item in listed:
        points = item["geometry"]["coordinates"]
        print(f"{item['properties']['id']}: {len(points)} points, {Line(points).length_km:.0f} km")
    print(f"{len(rows)} sectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
