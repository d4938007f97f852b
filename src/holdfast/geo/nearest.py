"""The nearest point of a chain of geodesics to many points: kilometres along it, distance and side.

First the legs that can be nearest are found by straight lines through the Earth (a bound of the error is kept), then the foot
of the perpendicular on each is found on the ellipsoid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.geo.distance import wgs84

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RADIUS_M = 6_371_008.8
_SEMI_MAJOR_M, _ECCENTRICITY_2 = 6_378_137.0, 0.006694379990141317
_FLATTENING_SLACK = 0.01
"""Chord lengths on the ellipsoid rank as distances do within this share (flattening is 1/298)."""
_ROUNDS, _EXACT_M, _CHUNK = 30, 1e-6, 4096
ON_LINE_M, AT_POINT_M = 1.0, 1e-3


class Legs(NamedTuple):
    """A chain of geodesics: its points (degrees), and the azimuth (degrees) and length (metres) of each leg."""

    points: Floats
    azimuths: Floats
    lengths_m: Floats


def forward(points: Floats, azimuths: Floats, metres: Floats) -> tuple[Floats, Floats, Floats]:
    """End of a geodesic from each point: longitude, latitude and the heading there, degrees."""
    shape = np.shape(metres)
    start = np.broadcast_to(points, (*shape, 2))
    lon, lat, back = wgs84().fwd(
        start[..., 0].ravel(), start[..., 1].ravel(), np.broadcast_to(azimuths, shape).ravel(), np.ravel(metres)
    )
    heading = np.where(
        np.ravel(metres) > AT_POINT_M, np.asarray(back) + 180.0, np.broadcast_to(azimuths, shape).ravel()
    )
    return np.asarray(lon).reshape(shape), np.asarray(lat).reshape(shape), heading.reshape(shape)


def _earth_centred(points: Floats) -> Floats:
    """Cartesian coordinates on the ellipsoid, metres."""
    lon, lat = np.radians(points.T)
    normal = _SEMI_MAJOR_M / np.sqrt(1.0 - _ECCENTRICITY_2 * np.sin(lat) ** 2)
    flat = normal * np.cos(lat)
    return np.stack([flat * np.cos(lon), flat * np.sin(lon), normal * (1.0 - _ECCENTRICITY_2) * np.sin(lat)], axis=-1)


def candidate_legs(spots: Floats, legs: Legs) -> tuple[Ints, Ints]:
    """Pairs (spot, leg) that hold the nearest leg of each spot for certain."""
    corners = _earth_centred(legs.points)
    start, along = corners[:-1], np.diff(corners, axis=0)
    out = _earth_centred(spots)[:, None, :] - start[None, :, :]
    share = np.clip((out * along).sum(axis=-1) / (along**2).sum(axis=-1), 0.0, 1.0)
    away = np.linalg.norm(out - share[..., None] * along, axis=-1)
    depth = legs.lengths_m**2 / (8.0 * RADIUS_M) * (1.0 + _FLATTENING_SLACK)
    reach = (away + depth).min(axis=1, keepdims=True) * (1.0 + _FLATTENING_SLACK) + 1.0
    spot, leg = np.nonzero(away - depth <= reach)
    return spot.astype(np.int64), leg.astype(np.int64)


def foot_on_legs(spots: Floats, legs: Legs, leg: Ints) -> tuple[Floats, Floats]:
    """Metres along its leg at which each spot is nearest, and the distance there, metres.

    The along-track distance of a right spherical triangle (R atan2(sin δ cos θ, cos δ), seen from the current foot) is added
    until it vanishes; the flattening of the Earth makes it shrink by a factor of about 300 in each round.
    """
    points, azimuths, lengths = legs.points[leg], legs.azimuths[leg], legs.lengths_m[leg]
    along = np.zeros(len(leg))
    for _ in range(_ROUNDS):
        lon, lat, heading = forward(points, azimuths, along)
        bearing, _, away = wgs84().inv(lon, lat, spots[:, 0], spots[:, 1])
        delta, theta = np.asarray(away) / RADIUS_M, np.radians(np.asarray(bearing) - heading)
        moved = np.clip(along + RADIUS_M * np.arctan2(np.sin(delta) * np.cos(theta), np.cos(delta)), 0.0, lengths)
        still = bool(np.all(np.abs(moved - along) < _EXACT_M))
        along = moved
        if still:
            break
    lon, lat, _ = forward(points, azimuths, along)
    _, _, away = wgs84().inv(lon, lat, spots[:, 0], spots[:, 1])
    return along, np.asarray(away, dtype=float)


def _nearest_chunk(spots: Floats, legs: Legs) -> tuple[Ints, Floats, Floats]:
    spot, leg = candidate_legs(spots, legs)
    along, away = foot_on_legs(spots[spot], legs, leg)
    order = np.lexsort((leg, away, spot))
    first = order[np.unique(spot[order], return_index=True)[1]]
    return leg[first], along[first], away[first]


def nearest_feet(spots: Floats, legs: Legs) -> tuple[Ints, Floats, Floats]:
    """Nearest leg of each spot, metres along that leg, and metres away."""
    parts = [_nearest_chunk(spots[k : k + _CHUNK], legs) for k in range(0, len(spots), _CHUNK)]
    leg, along, away = (np.concatenate(values) for values in zip(*parts, strict=True))
    return leg, along, away


def _angle(degrees: Floats) -> Floats:
    """The angle in -180..180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0


def sides(spots: Floats, legs: Legs, leg: Ints, along_m: Floats, away_m: Floats) -> Ints:
    """1 for spots on the right hand, -1 on the left, 0 on the chain (within a metre).

    A spot whose foot is a bend lies on the outer side of that bend. A spot beyond an end is parted by the leg there, drawn on.
    """
    lon, lat, heading = forward(legs.points[leg], legs.azimuths[leg], along_m)
    bearing, _, _ = wgs84().inv(lon, lat, spots[:, 0], spots[:, 1])
    angle = _angle(np.asarray(bearing) - heading)
    inner_start = (along_m <= AT_POINT_M) & (leg > 0)
    inner_end = (along_m >= legs.lengths_m[leg] - AT_POINT_M) & (leg + 1 < len(legs.lengths_m))
    corner = np.where(inner_end, leg + 1, leg)
    turn = _turns(legs)[corner]
    bent = (inner_start | inner_end) & (np.abs(turn) > _EXACT_M)
    angle = np.where(bent, -turn, angle)
    return np.where(away_m < ON_LINE_M, 0, np.where(angle > 0, 1, -1)).astype(np.int64)


def _turns(legs: Legs) -> Floats:
    """Turn at the beginning of each leg, degrees, positive to the right; 0 at the first."""
    _, _, arriving = forward(legs.points[:-1], legs.azimuths, legs.lengths_m)
    return np.concatenate([[0.0], _angle(legs.azimuths[1:] - arriving[:-1])])
