"""Terrain: how far it masks what a sensor sees, by class of terrain, and how far the Earth itself lets two heights see.

The figures per class are planning factors; they come in as arguments, so that nothing here is a constant of judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import unknown_name

TERRAINS: Final = ("open", "mixed", "forest", "urban", "wetland", "water")
EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG 1980), metres."""


def masking_factor(terrain: str, *, factors: Mapping[str, float]) -> float:
    """Share of the nominal detection range that is left in a class of terrain.

    Parameters
    ----------
    terrain
        Class of terrain.
    factors
        Share by class, 0 to 1 (planning factors `masking.<class>`).

    Raises
    ------
    UnknownNameError
        When the factors do not hold the class.
    ValueRangeError
        When the share is outside 0..1.
    """
    if terrain not in factors:
        raise unknown_name("terrain with a masking factor", terrain, factors)
    share = factors[terrain]
    if not 0.0 <= share <= 1.0:
        raise ValueRangeError(f"masking factor of {terrain!r} is {share}; expected 0 to 1")
    return share


def masking_factors(terrains: Sequence[str], *, factors: Mapping[str, float]) -> NDArray[np.float64]:
    """Masking factor of each of many stretches, in order; raises as :func:`masking_factor`."""
    return np.array([masking_factor(terrain, factors=factors) for terrain in terrains], dtype=float)


def horizon_km(height_m: float, *, refraction: float) -> float:
    """Distance to the horizon from a height above smooth ground, kilometres: √(2kRh).

    Parameters
    ----------
    height_m
        Height above ground, metres, 0 or more.
    refraction
        Effective-radius factor k: 1 without refraction, 4/3 for radio in a standard atmosphere (ITU-R P.452).

    Raises
    ------
    ValueRangeError
        When the height is negative or the factor is not positive.
    """
    if height_m < 0:
        raise ValueRangeError(f"height is {height_m} m; expected 0 or more")
    if refraction <= 0:
        raise ValueRangeError(f"refraction factor is {refraction}; expected more than 0")
    return sqrt(2.0 * refraction * EARTH_RADIUS_M * height_m) / 1000.0


def line_of_sight_km(first_m: float, second_m: float, *, refraction: float) -> float:
    """Greatest distance at which two heights above smooth ground see each other, kilometres: the sum of their horizons."""
    return horizon_km(first_m, refraction=refraction) + horizon_km(second_m, refraction=refraction)
