"""Lengths on the ellipsoid without heavy imports, good to a part in a thousand: enough to tell a wrong file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

LonLat = tuple[float, float]
_EQUATOR_KM, _FLATTENING = 6378.137, 1 / 298.257223563  # WGS 84


def great_circle_km(a: LonLat, b: LonLat) -> float:
    """Distance between two points, by the haversine formula with Andoyer and Lambert's correction for flattening.

    Lambert, W. D. (1942), J. Washington Academy of Sciences 32(5); error below a hundred metres in the thousand
    kilometres (checked against pyproj in the tests).
    """
    if a == b:
        return 0.0
    beta_1, beta_2 = (math.atan((1 - _FLATTENING) * math.tan(math.radians(lat))) for lat in (a[1], b[1]))
    half_lon = math.radians(b[0] - a[0]) / 2
    root = math.sin((beta_2 - beta_1) / 2) ** 2 + math.cos(beta_1) * math.cos(beta_2) * math.sin(half_lon) ** 2
    sigma = 2 * math.asin(min(1.0, math.sqrt(root)))
    if sigma <= 0 or sigma >= math.pi - 1e-6:
        return _EQUATOR_KM * sigma
    p, q = (beta_1 + beta_2) / 2, (beta_2 - beta_1) / 2
    x = (sigma - math.sin(sigma)) * (math.sin(p) * math.cos(q) / math.cos(sigma / 2)) ** 2
    y = (sigma + math.sin(sigma)) * (math.cos(p) * math.sin(q) / math.sin(sigma / 2)) ** 2
    return _EQUATOR_KM * (sigma - _FLATTENING / 2 * (x + y))


def length_km(points: Sequence[LonLat]) -> float:
    """Length of a polyline."""
    return sum(great_circle_km(a, b) for a, b in pairwise(points))
