"""Reading `line.geojson`: the traces of the line, checked for shape before anything is measured along them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.core.names import nearest_name
from holdfast.scenario.problems import Locator, Problems, Where, shown
from holdfast.scenario.schema import validate
from holdfast.scenario.types import Trace

Point = tuple[float, float]
_PROPERTIES = ("id", "title", "kind", "weight", "scale", "source", "assumption")
MAX_POINTS = 20_000


def read_traces(text: str, *, file: str, problems: Problems, locator: Locator) -> dict[str, Trace]:
    """Traces of a GeoJSON feature collection of line strings, by id, in file order."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:  # JSONDecodeError, or a number or nesting beyond all bounds
        problems.add(
            Where(file, getattr(error, "lineno", None)), key="JSON", value=shown(str(error)), expected="valid JSON"
        )
        return {}
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        problems.add(
            Where(file), key="features", value="missing or empty", expected="a FeatureCollection of LineStrings"
        )
        return {}
    if "crs" in data:
        problems.add(
            Where(file),
            key="crs",
            value=shown(data["crs"]),
            expected="WGS 84 longitude and latitude, no crs (RFC 7946)",
        )
    traces: dict[str, Trace] = {}
    for number, feature in enumerate(features):
        trace = _trace(feature, number, text=text, file=file, problems=problems)
        if trace is None:
            continue
        where = Where(file, _line_of(text, trace.id))
        if trace.id in traces:
            problems.add(where, key=f"traces.{trace.id}", value="twice", expected="each id once")
            continue
        locator.note(f"traces.{trace.id}", where)
        traces[trace.id] = trace
    return traces


def _line_of(text: str, key: str) -> int | None:
    """Line of the feature's id in the text."""
    position = text.find(f'"{key}"')
    return text.count("\n", 0, position) + 1 if position >= 0 else None


def _trace(feature: Any, number: int, *, text: str, file: str, problems: Problems) -> Trace | None:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(geometry, Mapping):
        problems.add(
            Where(file),
            key=f"features.{number}",
            value=shown(feature),
            expected="a Feature with properties and geometry",
        )
        return None
    name = str(properties.get("id", number))
    where = Where(file, _line_of(text, name))
    key = f"traces.{name}"
    for extra in [extra for extra in properties if extra not in _PROPERTIES]:
        problems.add(
            where, key=f"{key}.{extra}", value="unknown",
            expected=f"one of {', '.join(_PROPERTIES)}", nearest=nearest_name(extra, _PROPERTIES),
        )  # fmt: skip
        return None
    points = _points(geometry, key=key, where=where, problems=problems)
    if points is None:
        return None
    row = dict(properties) | {"points": points}
    return validate(Trace, row, key=key, where=lambda _key: where, problems=problems)


def _points(geometry: Mapping[str, Any], *, key: str, where: Where, problems: Problems) -> list[Point] | None:
    if geometry.get("type") != "LineString":
        problems.add(where, key=f"{key}.geometry", value=shown(geometry.get("type")), expected="a LineString")
        return None
    found = geometry.get("coordinates")
    if not isinstance(found, list) or not 2 <= len(found) <= MAX_POINTS:
        problems.add(where, key=f"{key}.coordinates", value=shown(found), expected=f"2 to {MAX_POINTS} points")
        return None
    points: list[Point] = []
    for number, pair in enumerate(found):
        fault = _fault(pair)
        if fault:
            problems.add(where, key=f"{key}.coordinates.{number}", value=shown(pair), expected=fault)
            return None
        points.append((float(pair[0]), float(pair[1])))
    return points if _is_simple(points, key=key, where=where, problems=problems) else None


def _fault(pair: Any) -> str:
    """What is expected of a coordinate pair that is not one, or nothing."""
    is_number = isinstance(pair, list) and len(pair) >= 2 and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in pair[:2]
    )  # fmt: skip
    if not is_number:
        return "a pair of numbers, longitude and latitude"
    lon, lat = pair[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return "longitude from -180 to 180, latitude from -90 to 90"
    return ""


def _is_simple(points: list[Point], *, key: str, where: Where, problems: Problems) -> bool:
    for number in range(1, len(points)):
        if points[number] == points[number - 1]:
            problems.add(
                where,
                key=f"{key}.coordinates.{number}",
                value=shown(points[number]),
                expected="no point twice in a row",
            )
            return False
        if abs(points[number][0] - points[number - 1][0]) > 180:
            problems.add(
                where, key=f"{key}.coordinates.{number}", value=shown(points[number]),
                expected="steps of less than 180 degrees of longitude (a line across the date line is not supported)",
            )  # fmt: skip
            return False
    crossing = find_crossing(points)
    if crossing:
        first, second = crossing
        problems.add(
            where, key=f"{key}.coordinates", value=f"segments {first} and {second} cross or touch",
            expected="a line that does not cross itself",
        )  # fmt: skip
        return False
    return True


def find_crossing(points: Sequence[Point]) -> tuple[int, int] | None:
    """The first two segments of a polyline that meet elsewhere than at a shared end, or None (plane geometry).

    A tree of the segments' boxes gives the pairs whose boxes overlap; only those are compared.
    """
    import numpy as np
    from shapely import STRtree, linestrings

    corners = np.asarray(points, dtype=float)
    segments = linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
    tree = STRtree(segments)
    for number, segment in enumerate(segments):
        overlapping = tree.query(segment)
        for other in sorted(int(one) for one in overlapping if one > number):
            if _meet(*points[number : number + 2], *points[other : other + 2], gap=other - number):
                return number, other
    return None


def _meet(a: Point, b: Point, c: Point, d: Point, *, gap: int) -> bool:
    """Whether segments a-b and c-d meet; neighbours along the line (gap 1) only if one runs back over the other."""
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    if gap == 1:
        shared, far_1, far_2 = (b, a, d) if b == c else (a, b, c)
        along = (far_1[0] - shared[0]) * (far_2[0] - shared[0]) + (far_1[1] - shared[1]) * (far_2[1] - shared[1])
        return along > 0 and _turn(shared, far_1, far_2) == 0
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _within(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> int:
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _within(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
