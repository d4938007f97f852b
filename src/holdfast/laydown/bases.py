"""Bases: reaction companies by response time, then headquarters, support, aircraft and ships near those they serve.

Formula L1 of `docs/stages/laydown.md` with cover by minutes (L4) or by distance (L5).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.laydown.frame import Frame, Placed, Spot, spread_rest
from holdfast.laydown.inputs import UnitsToPlace
from holdfast.models.covering import maximal_cover
from holdfast.models.travel import response_minutes, road_speed_kmh
from holdfast.results.stages import Site

Array = NDArray[np.float64]

LIFT = "lift_helo_sqn"
"""The unit that flies reaction companies."""
_CELL_KM = 5.0  # stretches of the line that reaction companies serve in the covering program
_GAP = 5e-3


def response_cover(minutes: Array, limit: float) -> Array:
    """Worth of an arrival: 1 within the limit, falling to 0 at twice the limit, formula L4."""
    return np.asarray(np.clip(2.0 - minutes / limit, 0.0, 1.0), dtype=float)


def nearness(distance_km: Array, limit_km: float) -> Array:
    """Worth of support at a distance: 1 − d / limit, at least 0, formula L5."""
    return np.asarray(np.clip(1.0 - distance_km / limit_km, 0.0, 1.0), dtype=float)


def place_reaction(frame: Frame, rows: Sequence[UnitsToPlace]) -> Placed:
    """Reaction companies of all battalions together: bases from which most of the line is reached in time."""
    companies = [_Companies(frame, row) for row in rows]
    limit = sum(item.count for item in companies)
    spots = frame.base_spots()
    if not limit or not spots:
        return Placed(family="reaction", unplaced={row.capability: row.units for row in rows})
    cells = frame.cell_spots(_CELL_KM)
    quality = _response_quality(frame, spots, cells)
    worth = _threat_by_cell(frame, cells)
    each = max(frame.factor("laydown.companies_per_base"), np.ceil(limit / len(spots)))
    backup = frame.factor("laydown.backup_share")
    fixed = _pinned(frame, spots, [row.capability for row in rows], limit=limit)
    found = maximal_cover(quality, worth, limit=limit, upper=each, fixed=fixed, backup_share=backup, gap=_GAP)
    useful = found.counts > 0
    allowed = useful if useful.any() else np.ones(len(spots), dtype=bool)
    counts = spread_rest(found.counts, quality @ worth, limit - int(found.counts.sum()), allowed=allowed)
    return Placed(
        family="reaction", sites=_company_sites(frame, spots, counts, companies), objective=found.objective,
        bound=found.bound, total=float(worth.sum()) * (1.0 + backup),
    )  # fmt: skip


def reach_minutes(frame: Frame, spots: Sequence[Spot], cells: Sequence[Spot]) -> Array:
    """Minutes from a call to arrival by road from each spot to each cell of the line, shape (spot, cell)."""
    speed = np.array([sector_speed(frame, spot.km) for spot in cells])
    distance = frame.distances(spots, cells) * frame.factor("respond.detour")
    return np.asarray(response_minutes(distance, speed[None, :], frame.factor("respond.alert_minutes")), dtype=float)


def _response_quality(frame: Frame, spots: Sequence[Spot], cells: Sequence[Spot]) -> Array:
    """Worth of a company at each spot for each cell (L4): by road, or by helicopter too when the weather lets it fly."""
    limit = frame.inputs.respond_minutes
    by_road = response_cover(reach_minutes(frame, spots, cells), limit)
    lift = [row for row in frame.inputs.units if row.capability == LIFT and row.area == "country"]
    if not lift:
        return by_road
    flown = frame.distances(spots, cells) * frame.factor("respond.air_detour")
    speed = frame.inputs.capabilities[LIFT].speed_kmh
    minutes = np.asarray(response_minutes(flown, speed, frame.factor("respond.air_alert_minutes")), dtype=float)
    grounded = frame.factor("visibility.poor")
    best = np.maximum(by_road, response_cover(minutes, limit))
    return np.asarray((1.0 - grounded) * best + grounded * by_road, dtype=float)


def sector_speed(frame: Frame, km: float) -> float:
    """Road speed in the sector at a kilometre, by season and mines."""
    number = max(int(frame.zone.sector_of(km)[0]), 0)
    row = frame.inputs.sectors[number]
    return float(
        road_speed_kmh(
            row.road_kmh, season_factor=frame.factor("respond.season_factor"), mines=row.mines,
            mine_speed_factor=frame.factor("respond.mine_speed_factor"),
        )
    )  # fmt: skip


def place_support(frame: Frame, row: UnitsToPlace, served: Sequence[Site], *, kind: str) -> Placed:
    """Units that serve others: bases near the people already placed (L5)."""
    spots = frame.allowed(host="base", inside=row.area == "country")
    if not spots:
        spots = frame.base_spots() if row.area == "country" else frame.outside_spots()
    targets, people = _people_served(frame, served)
    if not targets:
        targets = frame.cell_spots(4.0 * _CELL_KM)
        people = np.ones(len(targets))
    return place_near(frame, row, spots, targets, people, kind=kind, limit_km=frame.factor("laydown.support_km"))


def place_aircraft(frame: Frame, row: UnitsToPlace) -> Placed:
    """Squadrons and orbits at airfields near the line; helicopters in the country at bases where no airfield is allowed."""
    inside = row.area == "country"
    spots = frame.allowed(host="air", inside=inside) or (frame.base_spots() if inside else [])
    if row.based:
        spots = [spot for spot in spots if spot.place == row.based] or spots
    cells = frame.cell_spots(4.0 * _CELL_KM)
    limit = frame.factor("laydown.air_km")
    return place_near(frame, row, spots, cells, np.ones(len(cells)), kind="base", limit_km=limit)


def place_ships(frame: Frame, row: UnitsToPlace) -> Placed:
    """Ships at the seaport nearest to the line, on the side of the border where they are to stand."""
    ports = [spot for place, spot in frame.seaports if (place.country == frame.inputs.host) == (row.area == "country")]
    cells = frame.cell_spots(4.0 * _CELL_KM)
    return place_near(
        frame, row, ports, cells, np.ones(len(cells)), kind="base", limit_km=frame.factor("laydown.air_km")
    )


def place_near(
    frame: Frame,
    row: UnitsToPlace,
    spots: Sequence[Spot],
    targets: Sequence[Spot],
    worth: Array,
    *,
    kind: str,
    limit_km: float,
) -> Placed:
    """Units at the spots from which most of the weighted targets are near, first and second unit counted."""
    units = round(row.units)
    family = f"{kind} {row.label}"
    if not spots or units <= 0:
        return Placed(family=family, unplaced={row.capability: row.units} if row.units > 0 else {})
    quality = nearness(frame.distances(spots, targets), limit_km)
    backup = frame.factor("laydown.backup_share")
    each = max(1.0, np.ceil(2.0 * units / len(spots)))
    fixed = _pinned(frame, spots, [row.capability], limit=units)
    found = maximal_cover(quality, worth, limit=units, upper=each, fixed=fixed, backup_share=backup, gap=_GAP)
    everywhere = np.ones(len(spots), dtype=bool)
    near = quality @ worth
    counts = spread_rest(
        found.counts, near, units - int(found.counts.sum()), allowed=near > 0 if near.any() else everywhere
    )
    sites = tuple(
        frame.site(spot, kind=kind, capability=row.capability, units=float(count), sector="", backstop=row.backstop)
        for spot, count in zip(spots, counts, strict=True)
        if count > 0
    )
    total = float(np.sum(worth)) * (1.0 + backup) if near.any() else 0.0
    return Placed(family=family, sites=sites, objective=found.objective, bound=found.bound, total=total)


class _Companies:
    """Companies that the battalions of one kind send out as reaction forces."""

    def __init__(self, frame: Frame, row: UnitsToPlace) -> None:
        self.capability = row.capability
        gives = frame.inputs.gives.get(f"gives.companies.{row.capability}", 0.0)
        self.each = max(1, round(gives))
        self.units = round(row.units)
        self.count = self.units * self.each
        manning = frame.is_interposed and frame.posts_manned(row.capability) > 0
        self.share = (1.0 - frame.factor("laydown.manning_share") if manning else 1.0) / self.each


def _company_sites(
    frame: Frame, spots: Sequence[Spot], counts: NDArray[np.int64], companies: Sequence[_Companies]
) -> tuple[Site, ...]:
    """Sites of the companies: battalions are kept together along the line, kinds interleaved in proportion."""
    order = sorted(range(len(spots)), key=lambda number: spots[number].km)
    slots = [number for number in order for _ in range(int(counts[number]))]
    turns = sorted(
        ((turn + 0.5) / item.units, kind) for kind, item in enumerate(companies) for turn in range(item.units)
    )
    kinds = [kind for _, kind in turns for _ in range(companies[kind].each)]
    units: dict[tuple[int, int], float] = {}
    for number, kind in zip(slots, kinds, strict=True):
        units[number, kind] = units.get((number, kind), 0.0) + companies[kind].share
    return tuple(
        frame.site(spots[number], kind="reaction", capability=companies[kind].capability, units=count, sector=None)
        for (number, kind), count in units.items()
    )


def _threat_by_cell(frame: Frame, cells: Sequence[Spot]) -> Array:
    """Threat weight of the sector at each cell; every part of the line counts for something."""
    numbers = np.maximum(frame.zone.sector_of([spot.km for spot in cells]), 0)
    weights = np.array([row.threat_weight for row in frame.inputs.sectors])
    worth = weights[numbers]
    return np.asarray(worth if worth.any() else np.ones(worth.size), dtype=float)


def _pinned(frame: Frame, spots: Sequence[Spot], capabilities: Sequence[str], *, limit: int) -> list[int]:
    """Spots at which the planner wants a unit of one of these capabilities, as many as there are units."""
    wanted = [pin.place for pin in frame.inputs.pins if pin.capability in capabilities]
    by_place = {spot.place: number for number, spot in enumerate(spots) if spot.place}
    return [by_place[place] for place in wanted if place in by_place][:limit]


def _people(frame: Frame, capability: str) -> float:
    return frame.inputs.capabilities[capability].personnel


def _people_served(frame: Frame, served: Sequence[Site]) -> tuple[list[Spot], Array]:
    """Where the people placed so far stand, joined to squares of about 50 km, with their number."""
    squares: dict[tuple[float, float], list[Site]] = {}
    for site in served:
        if not site.across_border:
            squares.setdefault((round(2.0 * site.lon) / 2.0, round(2.0 * site.lat) / 2.0), []).append(site)
    spots: list[Spot] = []
    people: list[float] = []
    for sites in squares.values():
        count = np.array([site.units * _people(frame, site.capability) for site in sites])
        middle = np.average([(site.lon, site.lat) for site in sites], axis=0, weights=count)
        spots.append(
            Spot(
                lon=float(middle[0]), lat=float(middle[1]), country=frame.inputs.host, place="", km=0.0,
                distance_km=0.0, host_side=True,
            )
        )  # fmt: skip
        people.append(float(count.sum()))
    return spots, np.array(people)
