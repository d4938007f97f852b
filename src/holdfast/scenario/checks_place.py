"""Check that no place or asset has longitude and latitude the wrong way round."""

from __future__ import annotations

from statistics import median

from holdfast.scenario.distance import LonLat, great_circle_km
from holdfast.scenario.draft import Draft
from holdfast.scenario.levels import main_trace
from holdfast.scenario.problems import Locator, Problems

_FAR_KM = 500.0
_NEARER = 2.0  # turned round, the point lies this many times nearer: no honest point does by chance
_ENOUGH = 3  # points of a country that say where the others lie, where there is no line


def check_swapped(draft: Draft, locator: Locator, problems: Problems) -> None:
    """A point far off the others of its country, and near once turned round, has its two columns swapped.

    The host's places and the assets are held to the middle of the line, other countries' places to their own middle.
    """
    mission = draft.sections.get("mission")
    host = mission.host_nation if mission is not None else ""
    trace = main_trace(draft.traces)
    for country, points in _by_country(draft, host).items():
        known = list(trace.points) if trace and country == host else list(points.values())
        if len(known) < _ENOUGH and not (trace and country == host):
            continue
        centre = median(lon for lon, _ in known), median(lat for _, lat in known)
        _check_points(points, centre, locator, problems)


def _by_country(draft: Draft, host: str) -> dict[str, dict[str, LonLat]]:
    """Places by country, assets with the host's."""
    found: dict[str, dict[str, LonLat]] = {}
    for key, place in draft.tables["places"].items():
        found.setdefault(place.country, {})[f"places.{key}"] = (place.lon, place.lat)
    for key, asset in draft.tables["assets"].items():
        found.setdefault(host, {})[f"assets.{key}"] = (asset.lon, asset.lat)
    return found


def _check_points(points: dict[str, LonLat], centre: LonLat, locator: Locator, problems: Problems) -> None:
    for key, (lon, lat) in points.items():
        if abs(lon) > 90:
            continue
        far, turned = great_circle_km((lon, lat), centre), great_circle_km((lat, lon), centre)
        if far > _FAR_KM and far > _NEARER * turned:
            expected = (
                f"longitude first: turned round it lies {turned:.0f} km from the middle of the others, not {far:.0f}"
            )
            problems.add(locator.find(key), key=f"{key}.lon", value=f"{lon:g}, lat {lat:g}", expected=expected)
