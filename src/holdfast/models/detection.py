"""Detection and search: the closed forms of seeing, without any scenario.

Detection by range, sweep width, posts along a zone, random search with a random duration, barriers, orbits and the radio
horizon. Formula numbers refer to `docs/stages/coverage.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.errors import ValueRangeError

Array = NDArray[np.float64]

VISIBILITY: tuple[str, str, str] = ("day", "night", "poor")
"""The states of visibility, in the order of every array with a visibility axis."""

_CELL_KM = 0.5  # numerical resolution of the zone: halving it moves no result in the third digit
_CELLS_A_SPACING = 8
_DEPTH_CELLS = 16


@dataclass(frozen=True, kw_only=True)
class SeenResult:
    """Probability that an event is seen: by all layers together, and by each layer alone (same order as the input)."""

    total: float
    by_layer: Array


def detection_by_range(distance_km: ArrayLike, r50_km: ArrayLike, *, steepness: float) -> Array:
    """Probability of detection at a distance: 1 / (1 + (d / r50)^steepness), formula C1.

    Parameters
    ----------
    distance_km, r50_km
        Distances and ranges of even odds, broadcast against each other. Where `r50_km` is 0 nothing is seen.
    steepness
        How sharply detection falls around `r50_km`; more than 1.

    Raises
    ------
    ValueRangeError
        When `steepness` is 1 or less (the sweep width would be infinite).
    """
    require_range(steepness > 1.0, f"steepness is {steepness}; expected more than 1 (factor sensing.steepness)")
    distance, r50 = np.broadcast_arrays(np.asarray(distance_km, float), np.asarray(r50_km, float))
    with np.errstate(over="ignore"):
        ratio = np.divide(distance, r50, out=np.full(distance.shape, np.inf), where=r50 > 0)
        return np.asarray(1.0 / (1.0 + ratio**steepness), dtype=float)


def sweep_width_km(r50_km: float, *, steepness: float) -> float:
    """Sweep width W = integral of C1 over the lateral distance = 2 r50 (π/k) / sin(π/k), formula C2.

    Raises
    ------
    ValueRangeError
        When `steepness` is 1 or less.
    """
    require_range(steepness > 1.0, f"steepness is {steepness}; expected more than 1 (factor sensing.steepness)")
    angle = math.pi / steepness
    return 2.0 * r50_km * angle / math.sin(angle)


def static_cover_at(
    cells_km: ArrayLike,
    cells_offset_km: ArrayLike,
    *,
    posts_km: ArrayLike,
    posts_offset_km: ArrayLike,
    r50_km: ArrayLike,
    steepness: float,
    duty: ArrayLike = 1.0,
) -> Array:
    """Probability that some post sees an event at each cell, 1 − Π(1 − duty · p), formula C3.

    Parameters
    ----------
    cells_km, cells_offset_km
        Position of the cells along and across the line (same shape).
    posts_km, posts_offset_km
        Position of the posts, shape `(post,)`.
    r50_km, duty
        Scalar or shape `(post,)`.
    """
    cells_x, cells_y = np.broadcast_arrays(np.asarray(cells_km, float), np.asarray(cells_offset_km, float))
    posts_x = np.atleast_1d(np.asarray(posts_km, float))
    posts_y = np.broadcast_to(np.asarray(posts_offset_km, float), posts_x.shape)
    distance = np.hypot(cells_x[..., None] - posts_x, cells_y[..., None] - posts_y)
    p = np.asarray(duty, float) * detection_by_range(distance, r50_km, steepness=steepness)
    return np.asarray(1.0 - np.prod(1.0 - p, axis=-1), dtype=float)


def zone_offsets_km(depth_km: float) -> Array:
    """Midpoints across the zone, from the far edge (−depth/2) to the host's edge (+depth/2)."""
    count = max(_DEPTH_CELLS, math.ceil(depth_km / _CELL_KM / 2.0))
    return (np.arange(count) + 0.5) / count * depth_km - depth_km / 2.0


def even_static_cover(
    count: int,
    *,
    length_km: float,
    depth_km: float,
    offset_km: float,
    r50_km: float,
    steepness: float,
    duty: float = 1.0,
) -> float:
    """Mean of C3 over the zone for `count` posts evenly spaced along it, formula C4.

    Posts stand at kilometres (k + ½) length/count, `offset_km` behind the line; the zone is `depth_km` deep, half on
    each side. The ends of the line are ends: no post stands beyond them. An event is equally likely in every cell.

    Raises
    ------
    ValueRangeError
        When `count` is negative, or a length is not positive.
    """
    require_range(count >= 0, f"count of posts is {count}; expected 0 or more")
    require_range(length_km > 0 and depth_km > 0, f"zone is {length_km} x {depth_km} km; expected both more than 0")
    require_range(
        0 <= duty <= 1, f"duty of a post is {duty}; expected 0..1 (for units that move, layer_of(..., posted=True))"
    )
    if count == 0 or r50_km <= 0:
        return 0.0
    spacing = length_km / count
    parts = max(_CELLS_A_SPACING, math.ceil(spacing / _CELL_KM))
    # The log of the chance to miss depends on the cell's distance from each post only, so the sum over all posts is a
    # window of one cumulative sum: shift j in −(count−1)..count−1 counts spacings between cell and post.
    shift = np.arange(-(count - 1), count)[:, None, None] * spacing
    along = ((np.arange(parts) + 0.5) / parts - 0.5)[None, :, None] * spacing
    across = zone_offsets_km(depth_km)[None, None, :] - offset_km
    p = duty * detection_by_range(np.hypot(shift + along, across), r50_km, steepness=steepness)
    summed = np.cumsum(np.log1p(-np.minimum(p, 1.0 - 1e-15)), axis=0)
    window = summed[count - 1 :].copy()
    window[1:] -= summed[: count - 1]
    return float(np.mean(-np.expm1(window)))


def combine_layers(static_cover: Array) -> Array:
    """Cover by all posts together, 1 − Π(1 − c), over the first axis (layer)."""
    return np.asarray(1.0 - np.prod(1.0 - static_cover, axis=0), dtype=float)


def seen_by_state(static_cover: ArrayLike, swept_times: ArrayLike) -> Array:
    """Seen by a post at once or swept while it lasts: 1 − (1 − c) / (1 + r), formula C5.

    `swept_times` is r = m Σ W v / A: how many times the area is swept during the mean time m the event lasts. For a
    duration T that is exponential with mean m, E[exp(−T Σ W v / A)] = 1 / (1 + r).
    """
    cover, swept = np.asarray(static_cover, float), np.asarray(swept_times, float)
    return np.asarray(1.0 - (1.0 - cover) / (1.0 + swept), dtype=float)


def seen_probability(
    static_cover: ArrayLike,
    sweep_km2_h: ArrayLike,
    *,
    area_km2: float,
    mean_minutes: float,
    weights: ArrayLike,
) -> SeenResult:
    """Probability that a violation of random duration is seen: Σ_s π_s [1 − (1 − c_s) / (1 + m Σ W v / A)], formula C6.

    Koopman's random search with an exponential duration of the event.

    Parameters
    ----------
    static_cover
        Shape (layer, visibility): probability that the layer's posts see a place of the zone.
    sweep_km2_h
        Shape (layer, visibility): W v of the layer's movers together, km² an hour.
    area_km2
        Area that the movers sweep.
    mean_minutes
        Mean duration of the event.
    weights
        Shape (visibility,): probability of each state, summing to 1.

    Raises
    ------
    ValueRangeError
        When shapes differ, the area is not positive, or the weights do not sum to 1.
    """
    cover = np.atleast_2d(np.asarray(static_cover, float))
    sweep = np.atleast_2d(np.asarray(sweep_km2_h, float))
    pi = np.asarray(weights, float)
    require_range(
        cover.shape == sweep.shape, f"static cover has shape {cover.shape}, sweep {sweep.shape}; expected the same"
    )
    require_range(cover.shape[1] == pi.size, f"{pi.size} weights for {cover.shape[1]} visibility states")
    require_range(area_km2 > 0, f"area is {area_km2} km2; expected more than 0")
    require_range(
        abs(pi.sum() - 1.0) < 1e-6, f"visibility weights sum to {pi.sum():.6g}; expected 1 (factors visibility.*)"
    )
    swept = mean_minutes / 60.0 * sweep / area_km2
    total = float(pi @ seen_by_state(combine_layers(cover), swept.sum(axis=0)))
    return SeenResult(total=total, by_layer=np.asarray(seen_by_state(cover, swept) @ pi, dtype=float))


def seen_impulsive(static_cover: ArrayLike, sees: ArrayLike, *, weights: ArrayLike) -> SeenResult:
    """Probability that an event without duration (a shot) is seen: only by layers that notice it at once, formula C7.

    Parameters
    ----------
    static_cover
        Shape (layer, visibility).
    sees
        Shape (layer,): whether the layer notices impulsive events (acoustic, cameras).
    """
    cover = np.atleast_2d(np.asarray(static_cover, float)) * np.asarray(sees, float)[:, None]
    pi = np.asarray(weights, float)
    return SeenResult(total=float(combine_layers(cover) @ pi), by_layer=np.asarray(cover @ pi, dtype=float))


def barrier_probability(width_km: float, *, length_km: float, searcher_kmh: float, crosser_kmh: float) -> float:
    """Chance that a patrol meets a crosser of its stretch: 1 − exp(−(W / L) √(1 + (v/u)²)), formula C8.

    The random barrier patrol of Koopman (as in Washburn, *Search and Detection*): u is the speed of the crosser, v that
    of the searcher, W its sweep width, L the stretch.
    """
    require_range(
        length_km > 0 and crosser_kmh > 0, f"stretch {length_km} km, crosser {crosser_kmh} km/h; expected more than 0"
    )
    return -math.expm1(-(width_km / length_km) * math.hypot(1.0, searcher_kmh / crosser_kmh))


def orbit_aircraft(
    on_station: float, *, endurance_h: float, transit_h: float, turnaround_h: float, availability: float
) -> int:
    """Aircraft needed to keep `on_station` aloft without a break: ceil(n (e + u) / ((e − 2τ) a)), formula C9.

    Raises
    ------
    ValueRangeError
        When the endurance does not exceed the way there and back, or availability is not in (0, 1].
    """
    require_range(0 < availability <= 1, f"availability is {availability}; expected more than 0 and at most 1")
    useful = endurance_h - 2.0 * transit_h
    require_range(
        useful > 0,
        f"endurance {endurance_h} h does not exceed the way there and back, {2.0 * transit_h} h; base the orbit nearer",
    )
    exact = on_station * (endurance_h + turnaround_h) / (useful * availability)
    return math.ceil(exact - 1e-9)


def radio_horizon_km(h1_m: ArrayLike, h2_m: ArrayLike) -> Array:
    """Radio horizon over a smooth earth with standard refraction: 4.12 (√h1 + √h2) km, heights in m, formula C10."""
    return np.asarray(4.12 * (np.sqrt(np.asarray(h1_m, float)) + np.sqrt(np.asarray(h2_m, float))), dtype=float)


def require_range(condition: bool, message: str) -> None:
    """Raise with `message` unless `condition` holds.

    Raises
    ------
    ValueRangeError
        When it does not.
    """
    if not condition:
        raise ValueRangeError(message)
