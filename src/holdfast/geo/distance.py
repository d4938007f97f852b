"""Distances on the WGS 84 ellipsoid between many points at once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from holdfast.core.errors import ValueRangeError


@cache
def wgs84() -> Geod:
    """The ellipsoid on which every length of Holdfast is measured."""
    return Geod(ellps="WGS84")


def as_lonlat(points: ArrayLike, *, what: str) -> NDArray[np.float64]:
    """Points as an array of shape (n, 2), checked to be degrees.

    Raises
    ------
    ValueRangeError
        When the shape is wrong, or a coordinate is not finite or out of range.
    """
    array = np.asarray(points, dtype=float)
    if array.size == 0:
        return array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueRangeError(f"{what} have shape {array.shape}; expected (n, 2): longitude and latitude in degrees")
    good = np.isfinite(array).all(axis=1) & (np.abs(array) <= (180.0, 90.0)).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise ValueRangeError(
            f"{what}, point {row} is {tuple(array[row].tolist())}; expected longitude within ±180 and latitude within ±90"
        )
    return array


def geodesic_km(lonlat_a: ArrayLike, lonlat_b: ArrayLike) -> NDArray[np.float64]:
    """Length of the geodesic between each point of one list and each of another.

    Parameters
    ----------
    lonlat_a, lonlat_b
        Shapes (n, 2) and (m, 2), degrees.

    Returns
    -------
    NDArray
        Shape (n, m), kilometres. Karney's algorithm through pyproj: exact to nanometres.
    """
    a, b = as_lonlat(lonlat_a, what="first points"), as_lonlat(lonlat_b, what="second points")
    if not (len(a) and len(b)):
        return np.zeros((len(a), len(b)))
    lon_a, lon_b = np.broadcast_arrays(a[:, None, 0], b[None, :, 0])
    lat_a, lat_b = np.broadcast_arrays(a[:, None, 1], b[None, :, 1])
    _, _, metres = wgs84().inv(lon_a, lat_a, lon_b, lat_b)
    return np.asarray(metres, dtype=float) / 1000.0
