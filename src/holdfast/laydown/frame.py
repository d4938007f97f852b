"""The ground on which sites are chosen: the line with its zone, spots in the field, and the places a planner allows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holdfast.geo.distance import geodesic_km
from holdfast.geo.line import Line
from holdfast.laydown.inputs import LaydownInputs
from holdfast.models.zone import Zone
from holdfast.results.stages import Site
from holdfast.scenario.types import Asset, Place

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Somewhere a unit could stand: a place of the scenario, an asset, or a spot in the field behind the line."""

    lon: float
    lat: float
    country: str
    place: str
    """Id of the place, or empty."""
    km: float
    """Kilometre of the line nearest to it."""
    distance_km: float
    """Distance from the line."""
    host_side: bool


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What one family of units came to: sites, the value reached, the bound, the value of covering everything."""

    family: str
    sites: tuple[Site, ...] = ()
    objective: float = 0.0
    bound: float = 0.0
    total: float = 0.0
    unplaced: dict[str, float] = field(default_factory=dict)


class Frame:
    """Geometry of one laydown, computed once."""

    def __init__(self, inputs: LaydownInputs) -> None:
        self.inputs = inputs
        self.line = Line(inputs.points)
        self.zone = Zone(
            sectors=inputs.sectors,
            depth_km=inputs.depth_km,
            standoff_km=inputs.standoff_km,
            access=inputs.access,
            posture=inputs.posture,
            mean_minutes=inputs.event_minutes,
            steepness=inputs.factors["sensing.steepness"],
            weights=tuple(inputs.factors[f"visibility.{state}"] for state in ("day", "night", "poor")),
        )
        self._counts: dict[tuple[str, str], int] = {}

    @property
    def length_km(self) -> float:
        """Length of the line that sectors cover."""
        return min(self.zone.length_km, self.line.length_km)

    def factor(self, key: str) -> float:
        """A planning factor."""
        return self.inputs.factors[key]

    @property
    def is_interposed(self) -> bool:
        """Whether battalions stand between the sides: posture interpose with access to both of them."""
        return self.inputs.posture == "interpose" and self.inputs.access == "both"

    def posts_manned(self, capability: str) -> float:
        """Posts that one battalion mans: as its catalogue row says (output in posts), else `gives.posts.<capability>`."""
        row = self.inputs.capabilities[capability]
        if row.output_unit == "posts" and row.output_per_day > 0:
            return row.output_per_day
        return self.inputs.gives.get(f"gives.posts.{capability}", 0.0)

    def sector_id(self, km: float) -> str:
        """Id of the sector at a kilometre; empty outside all."""
        number = int(self.zone.sector_of(km)[0])
        return self.inputs.sectors[number].id if number >= 0 else ""

    def field_spots(self, kms: Iterable[float], *, offset_km: float) -> list[Spot]:
        """Spots in the field, `offset_km` behind the line on the host's side."""
        at = np.array(list(kms), dtype=float)
        if not at.size:
            return []
        lons, lats = self.line.offset(at, offset_km)
        return [
            Spot(
                lon=float(lon), lat=float(lat), country=self.inputs.host, place="", km=float(km),
                distance_km=offset_km, host_side=True,
            )
            for km, lon, lat in zip(at, lons, lats, strict=True)
        ]  # fmt: skip

    @cached_property
    def places(self) -> list[tuple[Place, Spot]]:
        """Places that may host something and are not forbidden, referred to the line."""
        rows = [row for row in self.inputs.places if row.may_host and row.id not in self.inputs.forbidden]
        spots = self._spots(
            [(row.lon, row.lat) for row in rows], [row.country for row in rows], [row.id for row in rows]
        )
        return list(zip(rows, spots, strict=True))

    @cached_property
    def seaports(self) -> list[tuple[Place, Spot]]:
        """Seaports, wherever they are."""
        rows = [row for row in self.inputs.places if row.kind == "seaport" and row.id not in self.inputs.forbidden]
        spots = self._spots(
            [(row.lon, row.lat) for row in rows], [row.country for row in rows], [row.id for row in rows]
        )
        return list(zip(rows, spots, strict=True))

    @cached_property
    def staging(self) -> list[tuple[Place, Spot]]:
        """Staging places and railheads, wherever they are."""
        kinds = {"staging", "railhead"}
        rows = [row for row in self.inputs.places if row.kind in kinds and row.id not in self.inputs.forbidden]
        spots = self._spots(
            [(row.lon, row.lat) for row in rows], [row.country for row in rows], [row.id for row in rows]
        )
        return list(zip(rows, spots, strict=True))

    @cached_property
    def assets(self) -> list[tuple[Asset, Spot]]:
        """Defended assets referred to the line, with the country they lie in."""
        from holdfast.geo.basemap import country_of

        rows = list(self.inputs.assets)
        countries = [country_of(row.lon, row.lat, tolerance_km=25.0) or "" for row in rows]
        return list(
            zip(rows, self._spots([(row.lon, row.lat) for row in rows], countries, [""] * len(rows)), strict=True)
        )

    def allowed(self, *, host: str, inside: bool) -> list[Spot]:
        """Spots of the places that may host `host`, in the country (behind the standoff) or outside it."""
        return [
            spot
            for row, spot in self.places
            if host in row.may_host
            and (row.country == self.inputs.host) == inside
            and (not inside or self.is_behind(spot))
        ]

    def outside_spots(self) -> list[Spot]:
        """Spots outside the country for units that are no battery and no aircraft: any listed place, else staging places."""
        listed = [spot for row, spot in self.places if row.country != self.inputs.host]
        return listed or [spot for row, spot in self.staging if row.country != self.inputs.host]

    def is_behind(self, spot: Spot) -> bool:
        """Whether a spot lies on the host's side and at least the standoff behind the line."""
        return spot.host_side and spot.distance_km >= self.inputs.standoff_km - 1e-6

    def base_spots(self) -> list[Spot]:
        """Bases in the country: the places allowed, and spots in the field where none is near.

        A field base is a candidate every `laydown.base_spacing_km` along the line, at the standoff, unless a listed
        place stands within half that spacing.
        """
        listed = self.allowed(host="base", inside=True)
        step = self.factor("laydown.base_spacing_km")
        offset = max(self.inputs.standoff_km, self.zone.depth_km / 2.0)
        field_bases = self.field_spots(even_kms(0.0, self.length_km, step), offset_km=offset)
        if listed and field_bases:
            away = self.distances(field_bases, listed).min(axis=1)
            field_bases = [spot for spot, km in zip(field_bases, away, strict=True) if km > 0.5 * step]
        return listed + field_bases

    def distances(self, spots: Sequence[Spot], others: Sequence[Spot]) -> Array:
        """Geodesic distances between spots, km, shape (spot, other)."""
        return geodesic_km([(spot.lon, spot.lat) for spot in spots], [(spot.lon, spot.lat) for spot in others])

    def cell_spots(self, step_km: float) -> list[Spot]:
        """Spots on the line itself, one in the middle of every stretch of about `step_km`."""
        return self.field_spots(even_kms(0.0, self.length_km, step_km), offset_km=0.0)

    def site(
        self, spot: Spot, *, kind: str, capability: str, units: float, sector: str | None, backstop: bool = False
    ) -> Site:
        """A site at a spot; `sector` defaults to the one it faces, and an empty one serves no sector."""
        number = self._counts[kind, capability] = self._counts.get((kind, capability), 0) + 1
        outside = spot.country != self.inputs.host
        faces = self.sector_id(spot.km) if sector is None else sector
        return Site(
            id=f"{kind}-{capability}-{number:03d}",
            kind=kind,
            capability=capability,
            units=units,
            lon=spot.lon,
            lat=spot.lat,
            country=spot.country,
            sector=faces,
            place=spot.place,
            line_km=spot.km if faces else math.nan,
            across_border=outside,
            backstop=backstop,
        )

    def _spots(self, lonlat: list[tuple[float, float]], countries: list[str], ids: list[str]) -> list[Spot]:
        if not lonlat:
            return []
        points = np.array(lonlat)
        km, distance, side = self.line.nearest(points[:, 0], points[:, 1])
        return [
            Spot(
                lon=float(lon), lat=float(lat), country=country, place=name, km=float(at), distance_km=float(away),
                host_side=bool(hand >= 0),
            )
            for (lon, lat), country, name, at, away, hand in zip(points, countries, ids, km, distance, side, strict=True)
        ]  # fmt: skip


def even_kms(from_km: float, to_km: float, step_km: float) -> list[float]:
    """Middles of equal stretches of at most `step_km`."""
    width = to_km - from_km
    if width <= 0:
        return []
    count = max(1, math.ceil(width / step_km - 1e-9))
    return [from_km + (number + 0.5) * width / count for number in range(count)]


def spread_rest(counts: NDArray[np.int64], worth: Array, rest: int, *, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Put units that add nothing to a covering program where they relieve most (D'Hondt: worth / (units + 1))."""
    found = counts.copy()
    if not allowed.any():
        return found
    for _ in range(rest):
        score = np.where(allowed, np.maximum(worth, 1e-12) / (found + 1.0), -1.0)
        found[int(np.argmax(score))] += 1
    return found
