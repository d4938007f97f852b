"""Sensing: the probability that a violation in the watched zone is seen, by layer and visibility.

Weather and night are states that hit all layers at once, so layers are combined inside a state and states are averaged
last. Formula numbers refer to `docs/stages/coverage.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.core.names import unknown_name
from holdfast.models.detection import (
    VISIBILITY,
    SeenResult,
    barrier_probability,
    combine_layers,
    detection_by_range,
    even_static_cover,
    orbit_aircraft,
    radio_horizon_km,
    require_range,
    seen_by_state,
    seen_impulsive,
    seen_probability,
    static_cover_at,
    sweep_width_km,
    zone_offsets_km,
)
from holdfast.scenario.types import Capability, Factor

Array = NDArray[np.float64]

__all__ = [
    "VISIBILITY",
    "Layer",
    "SeenResult",
    "barrier_probability",
    "combine_layers",
    "detection_by_range",
    "duty_of",
    "even_static_cover",
    "even_zone_seen",
    "factor_value",
    "is_aerial",
    "is_mobile",
    "is_observer",
    "layer_of",
    "masking_of",
    "orbit_aircraft",
    "radio_horizon_km",
    "seen_by_state",
    "seen_impulsive",
    "seen_probability",
    "static_cover_at",
    "sweep_width_km",
    "swept_band_km",
    "swept_by_offset",
    "visibility_weights",
    "watches_sector",
    "zone_offsets_km",
]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of observers over the zone: what one of its units sees.

    `r50_km` and `sweep_km2_h` have one entry a visibility state and speak for one unit; `count` units make the layer.
    A layer whose sweep is zero watches from posts; the others move. `duty` is the share of time it watches.
    """

    capability: str
    count: float
    r50_km: tuple[float, float, float]
    sweep_km2_h: tuple[float, float, float]
    duty: float
    sees_impulsive: bool
    aerial: bool = False
    afloat: bool = False

    @property
    def is_static(self) -> bool:
        """Whether the layer watches from fixed posts."""
        return not any(self.sweep_km2_h)


def factor_value(factors: Mapping[str, Factor] | Mapping[str, float], key: str) -> float:
    """Nominal value of a planning factor given as `Factor` or as a number.

    Raises
    ------
    UnknownNameError
        When no factor has that key; the message names the nearest.
    """
    if key not in factors:
        raise unknown_name("factor", key, factors)
    found = factors[key]
    return found.value.nominal if isinstance(found, Factor) else float(found)


def visibility_weights(factors: Mapping[str, Factor] | Mapping[str, float]) -> Array:
    """Probabilities of the visibility states (factors `visibility.day`, `.night`, `.poor`).

    Raises
    ------
    ValueRangeError
        When they do not sum to 1.
    """
    weights = np.array([factor_value(factors, f"visibility.{state}") for state in VISIBILITY])
    require_range(abs(weights.sum() - 1.0) < 1e-6, f"factors visibility.* sum to {weights.sum():.6g}; expected 1")
    return weights


def masking_of(
    factors: Mapping[str, Factor] | Mapping[str, float],
    terrain: str,
    *,
    masking: Mapping[str, float] | float | None = None,
) -> float:
    """Share of the open-terrain range that is left in a terrain class: given, or factor `masking.<terrain>`."""
    if masking is None:
        return factor_value(factors, f"masking.{terrain}")
    if isinstance(masking, Mapping):
        if terrain not in masking:
            raise unknown_name("masking factor", terrain, masking)
        return float(masking[terrain])
    return float(masking)


def layer_of(
    capability: Capability,
    factors: Mapping[str, Factor] | Mapping[str, float],
    *,
    terrain: str = "open",
    masking: Mapping[str, float] | float | None = None,
    count: float = 1.0,
    posted: bool = False,
) -> Layer:
    """The layer that units of a capability make in a terrain class.

    Parameters
    ----------
    factors
        `scenario.factors`, or plain numbers by key. Read: `visibility.poor_factor`, `sensing.steepness`,
        `sensing.aerial_masking`, `masking.<terrain>`, and the `duty.*` of its kind.
    masking
        Share of the open-terrain range left, by terrain class or as one number; by default the factor.
    count
        Units in the layer.
    posted
        Whether units that could move stand watch at posts instead (observers on an interposition line).

    Notes
    -----
    Looking down, only the share `sensing.aerial_masking` of the terrain's loss applies. Patrols out at once are the
    patrols a day of the catalogue row times `duty.patrol_hours` / 24.
    """
    aerial = is_aerial(capability)
    left = masking_of(factors, terrain, masking=masking)
    if aerial:
        left = 1.0 - factor_value(factors, "sensing.aerial_masking") * (1.0 - left)
    day = capability.detect_km * left
    ranges = (day, day * capability.detect_night_factor, day * factor_value(factors, "visibility.poor_factor"))
    duty = factor_value(factors, "duty.post") if posted else duty_of(capability, factors)
    steepness = factor_value(factors, "sensing.steepness")
    speed = 0.0 if posted else capability.speed_kmh
    day_sweep, night_sweep, poor_sweep = (sweep_width_km(r, steepness=steepness) * speed * duty for r in ranges)
    return Layer(
        capability=capability.id,
        count=count,
        r50_km=ranges,
        sweep_km2_h=(day_sweep, night_sweep, poor_sweep),
        duty=duty,
        sees_impulsive=capability.sees_impulsive,
        aerial=aerial,
        afloat=capability.domain == "sea",
    )


def is_aerial(capability: Capability) -> bool:
    """Whether a capability watches from the air: it flies (has an endurance) and is of the sensor or air domain."""
    return capability.domain in {"sensor", "air"} and capability.endurance_h > 0


def is_mobile(capability: Capability) -> bool:
    """Whether a capability sweeps the zone by moving."""
    return capability.speed_kmh > 0


def is_observer(capability: Capability) -> bool:
    """Whether a capability watches the zone: it has a range of detection and serves the task `observe`."""
    return capability.detect_km > 0 and "observe" in capability.tasks and capability.domain != "service"


def watches_sector(capability: Capability, sector_kind: str) -> bool:
    """Whether units of a capability are there to watch a sector of that kind.

    Sensors and observers on land, sensors and ships at sea; not battalions whose task is to hold ground, and not the
    aircraft of air forces.
    """
    domains = {"sensor", "sea"} if sector_kind == "sea" else {"sensor", "ground"}
    return is_observer(capability) and "hold" not in capability.tasks and capability.domain in domains


def duty_of(capability: Capability, factors: Mapping[str, Factor] | Mapping[str, float]) -> float:
    """Platforms of one unit that watch at a time: a share for posts and orbits, a number for patrols."""
    if is_aerial(capability):
        return factor_value(factors, "duty.aerial")
    if not is_mobile(capability):
        return factor_value(factors, "duty.sensor" if capability.domain == "sensor" else "duty.post")
    if capability.output_unit.startswith("patrol"):
        return capability.output_per_day * factor_value(factors, "duty.patrol_hours") / 24.0
    return factor_value(factors, "duty.patrol")


def swept_band_km(
    layer: Layer, *, access: str, posture: str, depth_km: float, standoff_km: float
) -> tuple[float, float]:
    """Across the line, the band of the zone that a moving layer can sweep (from, to), host side positive.

    With access to both sides, all of it. With the host's side only, ground patrols stay on it and aircraft look across
    by their range by day; ships keep to the host's side. Postures that keep formed units behind the line (reassure,
    robust) keep their ground patrols at least `standoff_km` behind it. An empty band is `(x, x)`.
    """
    half = depth_km / 2.0
    if layer.aerial:
        low = -half if access == "both" else -min(half, layer.r50_km[0])
    elif layer.afloat:
        low = -half if access == "both" else 0.0
    elif posture in {"reassure", "robust"}:
        low = standoff_km
    else:
        low = -half if access == "both" else 0.0
    return min(low, half), half


def even_zone_seen(
    layers: Sequence[Layer],
    *,
    length_km: float,
    depth_km: float,
    offset_km: float,
    access: str,
    posture: str,
    standoff_km: float,
    mean_minutes: float,
    steepness: float,
    weights: ArrayLike,
) -> SeenResult:
    """Probability of C6 for layers laid evenly along a uniform stretch, averaged across the zone, formula C11.

    Posts of a layer are evenly spaced (C4); movers sweep their band (`swept_band_km`) evenly. The bands differ across
    the zone, so C5 is taken at each depth and averaged.
    """
    pi = np.asarray(weights, float)
    across = zone_offsets_km(depth_km)
    cover = np.zeros((len(layers), pi.size))
    swept = np.zeros((len(layers), pi.size, across.size))
    for number, layer in enumerate(layers):
        if layer.is_static:
            cover[number] = [
                even_static_cover(
                    round(layer.count), length_km=length_km, depth_km=depth_km, offset_km=offset_km, r50_km=r50,
                    steepness=steepness, duty=layer.duty,
                )
                for r50 in layer.r50_km
            ]  # fmt: skip
            continue
        swept[number] = swept_by_offset(
            layer, across, length_km=length_km, access=access, posture=posture, depth_km=depth_km,
            standoff_km=standoff_km, mean_minutes=mean_minutes,
        )  # fmt: skip
    total = seen_by_state(combine_layers(cover)[:, None], swept.sum(axis=0)).mean(axis=-1) @ pi
    alone = seen_by_state(cover[:, :, None], swept).mean(axis=-1) @ pi
    return SeenResult(total=float(total), by_layer=np.asarray(alone, dtype=float))


def swept_by_offset(
    layer: Layer,
    across_km: Array,
    *,
    length_km: float,
    access: str,
    posture: str,
    depth_km: float,
    standoff_km: float,
    mean_minutes: float,
) -> Array:
    """Times each depth is swept during the mean event, shape (visibility, offset): m n W v / A inside the band."""
    low, high = swept_band_km(layer, access=access, posture=posture, depth_km=depth_km, standoff_km=standoff_km)
    width = high - low
    rate = np.zeros((len(VISIBILITY), across_km.size))
    if width <= 0:
        return rate
    inside = (across_km >= low) & (across_km <= high)
    per_time = np.asarray(layer.sweep_km2_h, float) * layer.count * mean_minutes / 60.0 / (length_km * width)
    rate[:, inside] = per_time[:, None]
    return rate
