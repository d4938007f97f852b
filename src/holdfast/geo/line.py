"""The line and its linear referencing on the ellipsoid: kilometres along it, offsets to either side, nearest points.

A line is a chain of geodesics between its points. Walking from kilometre 0 the host's side lies on the right hand, where
offsets are positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from holdfast.core.errors import ValueRangeError
from holdfast.geo.distance import as_lonlat, wgs84
from holdfast.geo.nearest import AT_POINT_M, Floats, Ints, Legs, forward, nearest_feet, sides


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
        self._legs = Legs(self.points, np.asarray(azimuths, dtype=float), np.asarray(lengths, dtype=float))
        if (self._legs.lengths_m < AT_POINT_M).any():
            row = int(np.argmin(self._legs.lengths_m))
            raise ValueRangeError(
                f"points {row} and {row + 1} of the line coincide at {tuple(self.points[row].tolist())}"
            )
        self._reached_m: Floats = np.concatenate([[0.0], np.cumsum(self._legs.lengths_m)])

    @property
    def length_km(self) -> float:
        """Length of the whole line, kilometres."""
        return float(self._reached_m[-1]) / 1000.0

    @property
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
        lon, lat, _ = self._walk(km)
        return lon, lat

    def offset(self, km: ArrayLike, offset_km: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude at `offset_km` square to the line at a kilometre: positive to the right, the host's side.

        Square to the line as seen from there: to the chord of the stretch as far to each side as the offset. So a point a few
        hundred metres off follows every bend, and one 50 km off does not swing about with bends of a few kilometres. Inside
        a sharp bend the point may still lie nearer to another part of the line than its offset.

        Raises
        ------
        ValueRangeError
            When a kilometre lies outside 0..length_km.
        """
        km, offset_km = np.broadcast_arrays(np.asarray(km, dtype=float), np.asarray(offset_km, dtype=float))
        lon, lat, heading = self._walk(km)
        trend = self._trend(km, np.abs(offset_km), heading)
        off_lon, off_lat, _ = forward(np.stack([lon, lat], axis=-1), trend + 90.0, offset_km * 1000.0)
        return off_lon, off_lat

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats, Ints]:
        """The nearest point of the line to a point, or to many.

        Returns
        -------
        tuple
            Kilometre of the nearest point; distance to it in kilometres; side: 1 on the right (the host's), -1 on the left, 0
            on the line (within a metre). Beyond an end the side is that of its leg, drawn on: let a line end in the direction
            in which it would go on.
        """
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        shape = lon.shape
        spots = as_lonlat(np.stack([lon.ravel(), lat.ravel()], axis=-1), what="points")
        if not len(spots):
            return np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.int64)
        leg, along, away = nearest_feet(spots, self._legs)
        side = sides(spots, self._legs, leg, along, away)
        km = (self._reached_m[leg] + along) / 1000.0
        return km.reshape(shape), (away / 1000.0).reshape(shape), side.reshape(shape)

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
        clear = AT_POINT_M / 1000.0
        inner = self.points[(self.reached_km > from_km + clear) & (self.reached_km < to_km - clear)]
        return Line(np.vstack([start, inner, end]))

    def _trend(self, km: Floats, reach_km: Floats, heading: Floats) -> Floats:
        """Heading of the chord over `reach_km` to each side of each kilometre, there; of the line itself for no reach."""
        start, end = np.maximum(km - reach_km, 0.0), np.minimum(km + reach_km, self.length_km)
        first = np.stack(self.at(np.minimum(start, end)), axis=-1)
        last = np.stack(self.at(np.maximum(start, end)), axis=-1)
        azimuth, _, chord = wgs84().inv(first[..., 0], first[..., 1], last[..., 0], last[..., 1])
        share = np.divide(km - start, end - start, out=np.zeros_like(chord), where=end > start)
        _, _, trend = forward(first, np.asarray(azimuth), np.asarray(chord) * share)
        return np.where(np.asarray(chord) > 2.0 * AT_POINT_M, trend, heading)

    def _walk(self, km: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Longitude, latitude and heading at each kilometre."""
        metres = np.asarray(km, dtype=float) * 1000.0
        good = (metres >= -AT_POINT_M) & (metres <= self._reached_m[-1] + AT_POINT_M)
        if not good.all():
            wrong = np.ravel(km)[int(np.argmin(good.ravel()))]
            raise ValueRangeError(f"kilometre {wrong} is off the line; expected 0 to {self.length_km}")
        leg = np.clip(np.searchsorted(self._reached_m, metres, side="right") - 1, 0, len(self._legs.lengths_m) - 1)
        along = np.clip(metres - self._reached_m[leg], 0.0, self._legs.lengths_m[leg])
        return forward(self.points[leg], self._legs.azimuths[leg], along)
