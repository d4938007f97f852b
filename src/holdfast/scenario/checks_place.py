"""Check that places and assets of the host do not have longitude and latitude the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from holdfast.scenario.distance import LonLat, great_circle_km
from holdfast.scenario.draft import Draft
from holdfast.scenario.levels import main_trace
from holdfast.scenario.problems import Locator, Problems

_FAR_KM = 500.0
_NEARER = 3.0  # turned round, the point lies this many times nearer: no honest point does by chance
_ENOUGH = 3  # points that say where the others lie, where there is no line


def check_swapped(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A place of the host, or an asset, that lies far off and near once turned round, has its two columns swapped."""
    points = dict(_home_points(draft))
    centre = _centre(draft, list(points.values()))
    if centre is None:
        return
    for key, (lon, lat) in points.items():
        if abs(lon) > 90:
            continue
        far, turned = great_circle_km((lon, lat), centre), great_circle_km((lat, lon), centre)
        if far > _FAR_KM and far > _NEARER * turned:
            expected = (
                f"longitude first: turned round it lies {turned:.0f} km from the middle of the others, not {far:.0f}"
            )
            problems.add(locator.find(key), key=f"{key}.lon", value=f"{lon:g}, lat {lat:g}", expected=expected)


def _home_points(draft: Draft) -> Iterator[tuple[str, LonLat]]:
    mission = draft.sections.get("mission")
    host = mission.host_nation if mission is not None else ""
    for key, place in draft.tables["places"].items():
        if place.country == host:
            yield f"places.{key}", (place.lon, place.lat)
    yield from ((f"assets.{key}", (asset.lon, asset.lat)) for key, asset in draft.tables["assets"].items())


def _centre(draft: Draft, points: list[LonLat]) -> LonLat | None:
    """The middle of the line, or of the points where there is none and enough of them."""
    trace = main_trace(draft.traces)
    known = list(trace.points) if trace else points
    if not trace and len(points) < _ENOUGH:
        return None
    return median(lon for lon, _ in known), median(lat for _, lat in known)
