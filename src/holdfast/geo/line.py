"""The line and its linear referencing on the ellipsoid: kilometres along it, offsets to either side, nearest points.

A line is a chain of geodesics between its points. Walking from kilometre 0 the host's side lies on the right hand, where
offsets are positive.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.geo.distance import as_lonlat, wgs84

Floats = NDArray[np.float64]
_ROUNDS = 12
_EXACT_M = 1e-6
_AHEAD_M = 1e-3
"""Beyond its ends, and on a leg shorter than this, a line has no direction of its own to measure."""


class Line:
    """A polyline of geodesics on WGS 84 with linear referencing.

    Parameters
    ----------
    points
        Shape (n, 2) with n >= 2: longitude and latitude in degrees, in order. No two neighbours may coincide.

    Raises
    ------
    ValueRangeError
        When there are fewer than two points, a coordinate is out of range, or two neighbours coincide.
    """

    def __init__(self, points: ArrayLike) -> None:
        self.points: Floats = as_lonlat(points, what="points of the line")
        if len(self.points) < 2:
            raise ValueRangeError(f"the line has {len(self.points)} points; expected 2 or more")
        azimuths, _, lengths = wgs84().inv(*self.points[:-1].T, *self.points[1:].T)
        self._azimuths: Floats = np.asarray(azimuths, dtype=float)
        self._lengths_m: Floats = np.asarray(lengths, dtype=float)
        if (self._lengths_m < _AHEAD_M).any():
            row = int(np.argmin(self._lengths_m))
            raise ValueRangeError(f"points {row} and {row + 1} of the line coincide at {tuple(self.points[row].tolist())}")
        self._reached_m: Floats = np.concatenate([[0.0], np.cumsum(self._lengths_m)])

    @property
    def length_km(self) -> float:
        """Length of the whole line, kilometres."""
        return float(self._reached_m[-1]) / 1000.0

    @cached_property
    def reached_km(self) -> Floats:
        """Kilometres at which each of its points lies."""
        return self._reached_m / 1000.0

    def at(self, km: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude at a kilometre, or at many.

        Raises
        ------
        ValueRangeError
            When a kilometre lies outside 0..length_km.
        """
        leg, along_m = self._leg_at(km)
        lon, lat, _ = self._forward(self.points[leg], self._azimuths[leg], along_m)
        return lon, lat

    def offset(self, km: ArrayLike, offset_km: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude at `offset_km` square to the line at a kilometre: positive to the right, the host's side.

        At a bend the direction is that of the leg that begins there. On the inner side of a sharp bend, points further off
        than the bend is wide may lie nearer to another part of the line.

        Raises
        ------
        ValueRangeError
            When a kilometre lies outside 0..length_km.
        """
        km, offset_km = np.broadcast_arrays(np.asarray(km, dtype=float), np.asarray(offset_km, dtype=float))
        leg, along_m = self._leg_at(km)
        lon, lat, back = self._forward(self.points[leg], self._azimuths[leg], along_m)
        here = np.where(along_m > _AHEAD_M, back + 180.0, self._azimuths[leg])
        return self._forward(np.stack([lon, lat], axis=-1), here + 90.0, offset_km * 1000.0)[:2]

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """The nearest point of the line to a point, or to many.

        Returns
        -------
        tuple
            Kilometre of the nearest point; distance to it in kilometres; side: 1 on the right (the host's), -1 on the left, 0
            on the line (within a metre).
        """
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        spots = np.stack([lon.ravel(), lat.ravel()], axis=-1)
        found = [self._nearest_one(spot) for spot in as_lonlat(spots, what="points")]
        km, away, side = (np.array(values).reshape(lon.shape) for values in zip(*found, strict=True)) if found else (lon, lon, lon)
        return km.astype(float), away.astype(float), side.astype(np.int64)

    def sample(self, step_km: float) -> Floats:
        """Kilometres from 0 to the end in equal steps of at most `step_km`, both ends included.

        Raises
        ------
        ValueRangeError
            When the step is not positive.
        """
        if not step_km > 0:
            raise ValueRangeError(f"step is {step_km} km; expected more than 0")
        count = max(1, int(np.ceil(self.length_km / step_km - 1e-9)))
        return np.linspace(0.0, self.length_km, count + 1)

    def between(self, from_km: float, to_km: float) -> Line:
        """The stretch of the line between two kilometres.

        Raises
        ------
        ValueRangeError
            When the two are not in order, coincide, or lie outside the line.
        """
        if not from_km < to_km:
            raise ValueRangeError(f"stretch runs from {from_km} to {to_km} km; expected from_km < to_km")
        start, end = np.array(self.at(from_km)), np.array(self.at(to_km))
        clear = _AHEAD_M / 1000.0
        inner = self.points[(self.reached_km > from_km + clear) & (self.reached_km < to_km - clear)]
        return Line(np.vstack([start, inner, end]))

    def _leg_at(self, km: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
        """Leg that holds each kilometre and metres along it."""
        metres = np.asarray(km, dtype=float) * 1000.0
        slack = _AHEAD_M
        if not ((metres >= -slack) & (metres <= self._reached_m[-1] + slack)).all():
            wrong = np.ravel(km)[int(np.argmax(~((metres >= -slack) & (metres <= self._reached_m[-1] + slack)).ravel()))]
            raise ValueRangeError(f"kilometre {wrong} is off the line; expected 0 to {self.length_km}")
        leg = np.clip(np.searchsorted(self._reached_m, metres, side="right") - 1, 0, len(self._lengths_m) - 1)
        return leg, np.clip(metres - self._reached_m[leg], 0.0, self._lengths_m[leg])

    @staticmethod
    def _forward(points: Floats, azimuths: Floats, metres: Floats) -> tuple[Floats, Floats, Floats]:
        shape = np.shape(metres)
        lon, lat, back = wgs84().fwd(points[..., 0].ravel(), points[..., 1].ravel(), np.ravel(azimuths), np.ravel(metres))
        return np.asarray(lon).reshape(shape), np.asarray(lat).reshape(shape), np.asarray(back).reshape(shape)

    def _nearest_one(self, spot: Floats) -> tuple[float, float, int]:
        """Kilometre, distance (km) and side for one point.

        The foot of the perpendicular on each geodesic leg by iteration on spherical excess-free steps: the along-track part of the
        vector to the spot, seen from the current foot, is added until it vanishes (it shrinks by the square of distance over the
        radius of the Earth in each round).
        """
        legs = len(self._lengths_m)
        along = np.zeros(legs)
        lon, lat = np.full(legs, spot[0]), np.full(legs, spot[1])
        for _ in range(_ROUNDS):
            foot_lon, foot_lat, back = self._forward(self.points[:-1], self._azimuths, along)
            heading = np.where(along > _AHEAD_M, back + 180.0, self._azimuths)
            bearing, _, away = wgs84().inv(foot_lon, foot_lat, lon, lat)
            step = np.asarray(away) * np.cos(np.radians(np.asarray(bearing) - heading))
            moved = np.clip(along + step, 0.0, self._lengths_m)
            done = np.abs(moved - along).max() < _EXACT_M
            along = moved
            if done:
                break
        foot_lon, foot_lat, _ = self._forward(self.points[:-1], self._azimuths, along)
        _, _, away = wgs84().inv(foot_lon, foot_lat, lon, lat)
        best = int(np.argmin(away))
        km = (self._reached_m[best] + along[best]) / 1000.0
        return float(km), float(away[best]) / 1000.0, self._side_of(spot, best, float(along[best]), float(away[best]))

    def _side_of(self, spot: Floats, leg: int, along: float, away: float) -> int:
        """1 on the right hand, -1 on the left, 0 on the line; at a bend, by the leg whose direction parts the two sides there."""
        if away < 1.0:
            return 0
        at_start, at_end = along <= _AHEAD_M, along >= self._lengths_m[leg] - _AHEAD_M
        corner = leg if at_start and leg > 0 else leg + 1 if at_end and leg + 1 < len(self._lengths_m) else None
        if corner is None:
            return 1 if self._bearing_off(spot, leg, along) > 0 else -1
        return self._side_at_corner(spot, corner)

    def _bearing_off(self, spot: Floats, leg: int, along: float) -> float:
        """Angle from the heading of the leg to the spot, degrees in -180..180, positive to the right."""
        lon, lat, back = self._forward(self.points[leg], self._azimuths[leg], np.float64(along))
        heading = back + 180.0 if along > _AHEAD_M else self._azimuths[leg]
        bearing = wgs84().inv(float(lon), float(lat), spot[0], spot[1])[0]
        return float((bearing - heading + 180.0) % 360.0 - 180.0)

    def _side_at_corner(self, spot: Floats, corner: int) -> int:
        """Side of a spot whose nearest point is the bend at a point of the line: the reflex side of the bend."""
        back = wgs84().inv(*self.points[corner], *self.points[corner - 1])[0]
        turn = (self._azimuths[corner] - (back + 180.0) + 180.0) % 360.0 - 180.0
        if abs(turn) < 1e-9:
            return 1 if self._bearing_off(spot, corner, 0.0) > 0 else -1
        return -1 if turn > 0 else 1


def stretches(boundaries_km: ArrayLike) -> list[tuple[float, float]]:
    """Pairs of neighbouring boundaries: (from_km, to_km) of each stretch between them."""
    return [(float(a), float(b)) for a, b in pairwise(np.asarray(boundaries_km, dtype=float))]
