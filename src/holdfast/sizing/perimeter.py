"""Hold, where the line can be bypassed: axes may fall on borders and coasts beyond its ends too.

The force stands along the line. An attack where the terms leave no forces needs a whole build-up, so the whole warning is left
to march there; places out of reach even so, or so far out that units of their own are fewer, have their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.results.derivation import formula
from holdfast.sizing.bypass import BypassPlace
from holdfast.sizing.desk import Desk, plain


@formula(
    "size.hold.perimeter", unit="1",
    text="least, over how many of the farthest places have units of their own, of the concentration for axes anywhere else "
    "+ min(axes, places) for each garrison",
    reference="MODEL.md 1: sectors of kind border and sea may be tested too; Hall's condition",
)  # fmt: skip
def perimeter(
    line: Any, from_km: Any, to_km: Any, weight: Any, axes: Any, reach_km: Any, bypass_reach_km: Any, end: Any, far_km: Any,
    lon: Any, lat: Any,
) -> Any:  # fmt: skip
    """How many times the need of one axis the whole force must be, for the worst places on the line and beyond its ends.

    Parameters
    ----------
    line
        The same for places on the line alone (`size.hold.concentration`), a number or shape (n, 1).
    from_km, to_km, weight
        Sectors of the line, shape (S,) or (n, S).
    reach_km, bypass_reach_km
        How far units move to a place on the line, and to one beyond its ends.
    end, far_km
        Places beyond: the end of the line and the distance from it, shape (B,) or (n, B).
    lon, lat
        Where they lie, degrees, shape (B,): a garrison serves places within `bypass_reach_km` of one another.
    """
    from holdfast.models.travel import great_circle_km
    from holdfast.sizing.hold_kernels.kernels import worst_perimeter

    starts, ends = (np.asarray(edge, dtype=float) for edge in (from_km, to_km))
    tested = np.broadcast_to(np.asarray(weight, dtype=float) > 0, starts.shape).reshape(-1, starts.shape[-1])[0]
    middle = np.atleast_2d(0.5 * (starts + ends))[:, tested]
    first, last = (np.atleast_1d(edge) for edge in (starts.min(axis=-1), ends.max(axis=-1)))
    plain_numbers = [np.asarray(part, dtype=float).reshape(-1) for part in (line, axes, reach_km, bypass_reach_km)]
    tables = [middle, *(np.atleast_2d(np.asarray(part, dtype=float)) for part in (end, far_km))]
    count = max(part.shape[0] for part in (*plain_numbers, *tables, first))
    numbers = [np.array(np.broadcast_to(part, (count,))) for part in (*plain_numbers, first, last)]
    spots, sides, far = (np.array(np.broadcast_to(part, (count, part.shape[1]))) for part in tables)
    spot, found = np.stack([np.atleast_1d(lon), np.atleast_1d(lat)], axis=-1).astype(float), np.empty(count)
    worst_perimeter(
        numbers[0], spots, numbers[4], numbers[5], numbers[1], numbers[2], numbers[3], sides, far,
        np.asarray(great_circle_km(spot[:, None], spot[None, :]), dtype=float), found,
    )  # fmt: skip
    is_array = any(np.ndim(part) > 0 for part in (line, axes, reach_km, bypass_reach_km)) or np.ndim(far_km) > 1
    return found[:, None] if is_array else float(found[0])


@formula(
    "size.hold.bypass", unit="battalions", text="(needed - host) x (times with the bypass - times without) / (1 - reserve)",
    reference="MODEL.md 1: the line can be bypassed",
)  # fmt: skip
def bypass_power(needed: Any, host: Any, times: Any, line: Any, reserve: Any) -> Any:
    """Combat power that the force holds because the line can be bypassed."""
    return plain(np.maximum(needed - host, 0.0) * (np.asarray(times) - line) / (1.0 - reserve))


def threatened(desk: Desk) -> tuple[BypassPlace, ...]:
    """Places beyond the line on which axes may fall: none without threat weight, or where factor `hold.bypass` is 0."""
    found = tuple(place for place in desk.inputs.bypass if place.sector.threat_weight > 0)
    return found if found and desk.switch("hold.bypass") else ()


def bypass_figures(desk: Desk) -> dict[str, str]:
    """Names of the figures of the places beyond the line, as `perimeter` takes them; nothing where there are none."""
    places = threatened(desk)
    if not places:
        return {}
    more = desk.apply(
        "size.hold.bypass_reach", "size.hold.reach", warning_days=desk.service("hold_warning_days"),
        decision_hours=desk.behaviour("decision_hours"), alone_days=desk.factor("hold.days_an_axis_stands_alone"),
        march_km_day=desk.factor("hold.march_km_day"),
    )  # fmt: skip
    number = desk.trace_number()
    ends, far = (np.array([getattr(place, name) for place in places], dtype=float).T for name in ("end", "far_km"))
    origin = _origin(places)
    return {
        "bypass_reach_km": more,
        "end": desk.given("bypass.end", ends[number], unit="1", text="end of the line: 0 first, 1 last", **origin),
        "far_km": desk.given("bypass.far_km", far[number], unit="km", text="distance from that end", **origin),
        "lon": desk.given("bypass.lon", _column(places, "lon"), unit="degrees", text="middle of the sector", **origin),
        "lat": desk.given("bypass.lat", _column(places, "lat"), unit="degrees", text="middle of the sector", **origin),
    }  # fmt: skip


def with_bypass(desk: Desk, line: str, *, axes: str, reach: str, beyond: dict[str, str]) -> str:
    """Name of the figure of concentration with the places of `bypass_figures`; that of the line where there are none."""
    if not beyond:
        return line
    return desk.apply(
        "size.hold.perimeter", "size.hold.perimeter", line=line, from_km=desk.sector("from_km", unit="km"),
        to_km=desk.sector("to_km", unit="km"), weight=desk.sector("threat_weight", unit="1"), axes=axes, reach_km=reach,
        **beyond,
    )  # fmt: skip


def bypass_text(desk: Desk) -> str:
    """What the bypass adds, in words; nothing where there is none."""
    places = threatened(desk)
    if not places:
        return ""
    traces = ", ".join(dict.fromkeys(place.sector.trace.replace("_", " ") for place in places))
    return (
        f", {desk['size.hold.perimeter']:.2g} times since the line can be bypassed (by {traces}), which takes "
        f"{desk['size.hold.bypass']:.2g} of the {desk['size.hold.power']:.2g} battalions"
    )


def _column(places: tuple[BypassPlace, ...], name: str) -> Any:
    return np.array([float(getattr(place, name)) for place in places])


def _origin(places: tuple[BypassPlace, ...]) -> dict[str, str]:
    rows = [place.sector for place in places]
    return {
        "source": ";".join(sorted({row.source for row in rows if row.source})),
        "assumption": "; ".join(sorted({row.assumption for row in rows if row.assumption})[:3]),
    }
