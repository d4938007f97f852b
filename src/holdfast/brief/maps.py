"""The map of the brief: borders, line, laydown and air-defence footprints from both sides of the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.brief.drawing import BACKSTOP, INK, LINE, OURS, WIDTH_IN, canvas, svg_of

if TYPE_CHECKING:
    from holdfast.results.plan import Plan
    from holdfast.results.stages import Site
    from holdfast.scenario.types import Scenario

FOOTPRINT_TARGET = "aircraft"
"""Footprints are drawn for this target type; the caption says so."""
_MARGIN_KM = 60.0
_LEGEND_IN = 1.05
"""Height kept for the legend below the map."""
_SITE_STYLE = {
    "post": ("o", 2.2, "post or patrol base"),
    "sensor": ("s", 1.8, "sensor site"),
    "reaction": ("v", 4.0, "reaction force"),
    "base": ("s", 4.5, "base"),
    "hq": ("P", 5.0, "headquarters"),
    "battery": ("^", 4.5, "air-defence battery"),
    "air": ("*", 6.5, "air base"),
}


class _Frame:
    """An equal-area frame around what the plan is about: projects degrees to kilometres."""

    def __init__(self, lonlat: np.ndarray) -> None:
        from pyproj import Transformer

        lon, lat = lonlat[:, 0], lonlat[:, 1]
        centre = (float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2)
        crs = f"+proj=laea +lon_0={centre[0]:.3f} +lat_0={centre[1]:.3f} +units=km +ellps=WGS84"
        self._transform = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        xy = self(lonlat)
        self.low, self.high = xy.min(axis=0) - _MARGIN_KM, xy.max(axis=0) + _MARGIN_KM

    def __call__(self, lonlat: Any) -> np.ndarray:
        points = np.asarray(lonlat, float).reshape(-1, 2)
        x, y = self._transform.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])


def draw_map(scenario: Scenario, plan: Plan) -> str:
    """The laydown map as SVG; an empty string where the scenario has no line on a map."""
    traces = list(scenario.traces.values())
    if not traces:
        return ""
    sites = plan.laydown.sites
    around = [trace.points for trace in traces if trace.kind == "contact"] or [traces[0].points]
    # The window holds the line, the assets and what stands within reach of them; far rear bases do not shrink the map.
    near: list[Site] = [
        site for site in sites if site.kind in {"post", "sensor", "reaction", "battery"} or not site.across_border
    ]
    spots = [(site.lon, site.lat) for site in near] + [(asset.lon, asset.lat) for asset in scenario.assets.values()]
    points = np.vstack([*(np.asarray(item) for item in around), np.array(spots).reshape(-1, 2)])
    frame = _Frame(points)
    span = frame.high - frame.low
    height = WIDTH_IN * float(span[1] / span[0]) + _LEGEND_IN
    with canvas(WIDTH_IN, height) as figure:
        figure.set_layout_engine("none")
        below = _LEGEND_IN / height
        axis = figure.add_axes((0.003, below, 0.994, 1 - below - 0.005))
        axis.set_xlim(frame.low[0], frame.high[0])
        axis.set_ylim(frame.low[1], frame.high[1])
        axis.set_aspect("equal")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.set_facecolor("#dfe9f1")
        for spine in axis.spines.values():
            spine.set_visible(True)
            spine.set_color("#aaaaaa")
        _draw_countries(axis, frame, scenario.mission.host_nation)
        _draw_footprints(axis, frame, scenario, sites)
        _draw_traces(axis, frame, traces)
        _draw_assets(axis, frame, scenario)
        _draw_sites(axis, frame, sites)
        _draw_scale(axis, frame)
        axis.legend(loc="upper left", bbox_to_anchor=(0.0, -0.005), ncols=3, fontsize=6.8, columnspacing=1.5)
        return svg_of(
            figure,
            name="map",
            alt="Map: line of contact, laydown, and air-defence footprints from both sides of the border",
        )


def _draw_countries(axis: Any, frame: _Frame, host: str) -> None:
    from matplotlib.patches import PathPatch

    from holdfast.geo.basemap import load_countries, load_disputed_lines

    for code, shape in load_countries().items():
        for path in _paths(frame, shape):
            face = "#fbf7ec" if code == host else "#f1f0ee"
            axis.add_patch(PathPatch(path, facecolor=face, edgecolor="#9a9a9a", linewidth=0.5, zorder=1))
        if code != host:
            _label_country(axis, frame, code, shape)
    for line in load_disputed_lines():
        xy = frame(np.asarray(line.coords))
        axis.plot(xy[:, 0], xy[:, 1], color="#9a9a9a", linewidth=0.5, linestyle=(0, (2, 2)), zorder=1.5)


def _label_country(axis: Any, frame: _Frame, code: str, shape: Any) -> None:
    from shapely import box, transform

    projected = transform(shape, frame)
    inside = projected.buffer(0).intersection(box(*frame.low, *frame.high))
    if inside.is_empty or inside.area < 25_000:
        return
    point = (
        inside.buffer(-40).representative_point() if not inside.buffer(-40).is_empty else inside.representative_point()
    )
    axis.text(point.x, point.y, code, fontsize=7, color="#9a938a", ha="center", va="center", zorder=1.6)


def _paths(frame: _Frame, shape: Any) -> list[Any]:
    from matplotlib.path import Path
    from shapely import box, get_parts, segmentize

    window = _degrees_window(frame)
    clipped = shape.intersection(box(*window)) if not box(*window).contains(shape) else shape
    paths = []
    for part in get_parts(segmentize(clipped, 0.5)):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = [part.exterior, *part.interiors]
        paths.append(Path.make_compound_path(*(Path(frame(np.asarray(ring.coords)), closed=True) for ring in rings)))
    return paths


def _degrees_window(frame: _Frame) -> tuple[float, float, float, float]:
    edge = np.linspace(0.0, 1.0, 25)
    low, high = frame.low, frame.high
    x = np.concatenate([low[0] + edge * (high[0] - low[0])] * 2 + [np.full(25, low[0]), np.full(25, high[0])])
    y = np.concatenate([np.full(25, low[1]), np.full(25, high[1])] + [low[1] + edge * (high[1] - low[1])] * 2)
    lon, lat = frame._transform.transform(x, y, direction="INVERSE")  # noqa: SLF001  # its own frame
    return float(lon.min()) - 1, float(lat.min()) - 1, float(lon.max()) + 1, float(lat.max()) + 1


def _draw_footprints(axis: Any, frame: _Frame, scenario: Scenario, sites: tuple[Site, ...]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from pyproj import Geod

    from holdfast.models.reach import masked_reach_km, reach_km

    geod = Geod(ellps="WGS84")
    said = set()
    for site in sites:
        capability = scenario.capabilities.get(site.capability)
        if site.kind != "battery" or capability is None or reach_km(capability, FOOTPRINT_TARGET) < 15:
            continue
        reach = float(
            masked_reach_km(
                [[reach_km(capability, FOOTPRINT_TARGET)]],
                antenna_m=[capability.antenna_m],
                altitude_m=[scenario.factor(f"altitude.{FOOTPRINT_TARGET}_m")],
            )[0, 0]
        )
        lon, lat, _ = geod.fwd(
            np.full(73, site.lon), np.full(73, site.lat), np.linspace(0, 360, 73), np.full(73, reach * 1000)
        )
        colour = BACKSTOP if site.across_border else OURS
        label = f"air-defence reach against {FOOTPRINT_TARGET}, " + (
            "from across the border" if site.across_border else "from inside"
        )
        axis.add_patch(
            PathPatch(
                Path(frame(np.column_stack([lon, lat]))), facecolor=colour, alpha=0.10, edgecolor="none", zorder=2
            )
        )
        axis.add_patch(
            PathPatch(Path(frame(np.column_stack([lon, lat]))), facecolor="none", edgecolor=colour, alpha=0.6, linewidth=0.6,
                      zorder=2, label="" if label in said else label)
        )  # fmt: skip
        said.add(label)


def _draw_traces(axis: Any, frame: _Frame, traces: list[Any]) -> None:
    for trace in traces:
        xy = frame(np.asarray(trace.points))
        heaviest = trace is max(traces, key=lambda item: (item.kind == "contact", item.weight))
        style = {"linewidth": 2.0, "linestyle": "-"} if heaviest else {"linewidth": 1.0, "linestyle": (0, (4, 2))}
        label = "line of contact as drawn" if heaviest else "other line that may be agreed or tested"
        known = axis.get_legend_handles_labels()[1]
        axis.plot(xy[:, 0], xy[:, 1], color=LINE, zorder=4, label="" if label in known else label, **style)


def _draw_assets(axis: Any, frame: _Frame, scenario: Scenario) -> None:
    assets = list(scenario.assets.values())
    if not assets:
        return
    xy = frame([(asset.lon, asset.lat) for asset in assets])
    axis.plot(xy[:, 0], xy[:, 1], "o", ms=2.6, mfc="white", mec="#333333", mew=0.6, zorder=4.5, label="defended asset")
    placed: list[np.ndarray] = []
    for asset, point in sorted(zip(assets, xy, strict=True), key=lambda item: (item[0].priority, -item[0].people)):
        if asset.kind != "city" or any(np.hypot(*((point - other) / (95.0, 30.0))) < 1 for other in placed):
            continue
        placed.append(point)
        at_edge = point[0] > frame.high[0] - 140
        axis.annotate(
            asset.name, point, xytext=(-3 if at_edge else 3, 2.5), textcoords="offset points",
            ha="right" if at_edge else "left", fontsize=6.5, color=INK, zorder=6, clip_on=True, annotation_clip=True,
        )  # fmt: skip


def _draw_sites(axis: Any, frame: _Frame, sites: tuple[Site, ...]) -> None:
    for kind, (marker, size, label) in _SITE_STYLE.items():
        for across, colour in ((False, OURS), (True, BACKSTOP)):
            chosen = [site for site in sites if site.kind == kind and site.across_border is across]
            if not chosen:
                continue
            xy = frame([(site.lon, site.lat) for site in chosen])
            text = f"{label}, {'outside the country' if across else 'in the country'}"
            axis.plot(
                xy[:, 0],
                xy[:, 1],
                marker,
                ms=size,
                color=colour,
                mec="white",
                mew=0.4,
                zorder=5,
                label=text,
                linestyle="",
            )


def _draw_scale(axis: Any, frame: _Frame) -> None:
    x, y = frame.low[0] + 40, frame.low[1] + 45
    axis.plot([x, x + 200], [y, y], color=INK, linewidth=1.5, zorder=7)
    axis.text(x + 100, y + 12, "200 km", fontsize=6.5, ha="center", zorder=7)
