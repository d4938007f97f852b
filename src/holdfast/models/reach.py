"""Reach: which assets an air-defence site can defend, against which kind of target.

The probability falls near the edge of the reach, and a low flyer is masked by the radio horizon. Ranges are aggregated
open-source figures by kind of unit. Formula numbers refer to `docs/stages/coverage.md`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import unknown_name
from holdfast.geo.distance import geodesic_km
from holdfast.models.detection import radio_horizon_km
from holdfast.scenario.types import TARGET_TYPES, Capability

Array = NDArray[np.float64]


def reach_km(capability: Capability, target: str) -> float:
    """Reach of a capability against a kind of target, km (0 where it has none).

    Raises
    ------
    UnknownNameError
        When `target` is not one of `TARGET_TYPES`.
    """
    if target not in TARGET_TYPES:
        raise unknown_name("target type", target, TARGET_TYPES)
    return float(getattr(capability, f"reach_{target}_km"))


def reaches_km(capability: Capability) -> Array:
    """Reach against each of `TARGET_TYPES`, in that order, shape (target,)."""
    return np.array([reach_km(capability, target) for target in TARGET_TYPES])


def reach_probability(distance_km: ArrayLike, reach_km: ArrayLike, *, edge_share: float) -> Array:
    """Probability that a target over a place at `distance_km` can be engaged: min(1, (1 − d/R) / edge), formula P1.

    Parameters
    ----------
    distance_km, reach_km
        Distances and reaches, broadcast against each other; no reach, no engagement.
    edge_share
        Outer share of the reach over which the probability falls from 1 to 0 (factor `reach.edge_share`).

    Raises
    ------
    ValueRangeError
        When `edge_share` is not in (0, 1].
    """
    if not 0.0 < edge_share <= 1.0:
        raise ValueRangeError(
            f"edge share is {edge_share}; expected more than 0 and at most 1 (factor reach.edge_share)"
        )
    distance, reach = np.broadcast_arrays(np.asarray(distance_km, float), np.asarray(reach_km, float))
    with np.errstate(over="ignore"):
        ratio = np.divide(distance, reach, out=np.full(distance.shape, np.inf), where=reach > 0)
        return np.asarray(np.clip((1.0 - ratio) / edge_share, 0.0, 1.0), dtype=float)


def masked_reach_km(reach_km: ArrayLike, *, antenna_m: ArrayLike, altitude_m: ArrayLike) -> Array:
    """Reach cut to the radio horizon of each target's altitude: min(R, 4.12 (√h + √a)), formula P2.

    Parameters
    ----------
    reach_km
        Shape (site, target).
    antenna_m
        Shape (site,): height of the radar's antenna above the ground around it.
    altitude_m
        Shape (target,): altitude above ground at which the target comes in.
    """
    horizon = radio_horizon_km(np.asarray(antenna_m, float)[:, None], np.asarray(altitude_m, float)[None, :])
    return np.asarray(np.minimum(np.asarray(reach_km, float), horizon), dtype=float)


def reach_matrix(
    sites_lonlat: ArrayLike,
    assets_lonlat: ArrayLike,
    reach_km: ArrayLike,
    *,
    antenna_m: ArrayLike,
    altitude_m: ArrayLike,
    edge_share: float,
) -> Array:
    """Probability that each site can engage each kind of target over each asset, shape (site, asset, target).

    Parameters
    ----------
    sites_lonlat, assets_lonlat
        Shapes (site, 2) and (asset, 2), degrees WGS 84.
    reach_km
        Shape (site, target), as in the catalogue; masked here by P2.
    """
    sites = np.asarray(sites_lonlat, float).reshape(-1, 2)
    assets = np.asarray(assets_lonlat, float).reshape(-1, 2)
    reach = np.asarray(reach_km, float).reshape(len(sites), np.asarray(altitude_m).size)
    distance = geodesic_km(sites, assets)
    masked = masked_reach_km(reach, antenna_m=antenna_m, altitude_m=altitude_m)
    return reach_probability(distance[:, :, None], masked[:, None, :], edge_share=edge_share)


def engaged_share(raid: ArrayLike, capacity: ArrayLike) -> Array:
    """Share of a raid that can be engaged: min(1, capacity / raid), formula P3; 1 where there is no raid."""
    size, able = np.broadcast_arrays(np.asarray(raid, float), np.asarray(capacity, float))
    ratio = np.divide(able, size, out=np.ones(size.shape), where=size > 0)
    return np.asarray(np.clip(ratio, 0.0, 1.0), dtype=float)
