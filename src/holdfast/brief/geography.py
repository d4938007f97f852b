"""The geography of a plan as GeoJSON: line, sites, footprints' centres, assets with their protection, gaps."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from holdfast.results.plan import DISCLAIMER

if TYPE_CHECKING:
    from holdfast.results.plan import Plan
    from holdfast.scenario.types import Scenario


def geography_of(scenario: Scenario, plan: Plan) -> dict[str, str]:
    """GeoJSON texts by file name."""
    return {
        "line.geojson": _collection(_lines(scenario)),
        "sites.geojson": _collection(_sites(plan)),
        "assets.geojson": _collection(_assets(scenario, plan)),
    }


def _collection(features: list[dict[str, Any]]) -> str:
    document = {"type": "FeatureCollection", "note": DISCLAIMER, "features": features}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    clean = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in properties.items()
    }
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": clean}


def _lines(scenario: Scenario) -> list[dict[str, Any]]:
    return [
        _feature(
            "LineString",
            [list(point) for point in trace.points],
            {"id": trace.id, "title": trace.title, "kind": trace.kind, "weight": trace.weight, "scale": trace.scale,
             "source": trace.source, "assumption": trace.assumption},
        )
        for trace in scenario.traces.values()
    ]  # fmt: skip


def _sites(plan: Plan) -> list[dict[str, Any]]:
    return [
        _feature(
            "Point",
            [round(site.lon, 3), round(site.lat, 3)],
            {"id": site.id, "kind": site.kind, "capability": site.capability, "units": site.units, "country": site.country,
             "sector": site.sector, "line_km": site.line_km, "across_border": site.across_border},
        )
        for site in plan.laydown.sites
    ]  # fmt: skip


def _assets(scenario: Scenario, plan: Plan) -> list[dict[str, Any]]:
    protection = plan.coverage.protection
    known = {str(item) for item in protection["asset"].values}
    return [
        _feature(
            "Point",
            [asset.lon, asset.lat],
            {"id": key, "name": asset.name, "kind": asset.kind, "people": asset.people, "priority": asset.priority}
            | {
                f"protected_{backing}_{target}": round(
                    float(protection.sel(backing=backing, target=target, asset=key)), 3
                )
                for backing in protection["backing"].values
                for target in protection["target"].values
                if key in known
            },
        )
        for key, asset in scenario.assets.items()
    ]
