"""Respond: companies near enough to arrive in time, and enough of them when calls come in clusters.

Two needs, both enforced: reach (spacing by road speed and alert time) and load (Erlang's loss with Hayward's correction
at each base, or more bases that help each other, by the hypercube). The one that binds is named.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from holdfast.models.incidents import expected_rate, peakedness
from holdfast.models.queueing import overlapping_bases, servers_for_loss_each
from holdfast.models.travel import response_radius_km, road_speed_kmh
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, along, plain, whole

TASK = "respond"
DISC = 1.5 * math.sqrt(3.0)
"""Area a disc of radius 1 serves in the densest covering of the plane by equal discs, that by hexagons."""


@formula(
    "size.respond.speed", unit="km/h", text="clear road x season, slowed on the mined share", reference="MODEL.md 1.3"
)
def speed(road_kmh: Any, season_factor: Any, mines: Any, mine_speed_factor: Any) -> Any:
    """Road speed in each sector."""
    return road_speed_kmh(road_kmh, season_factor=season_factor, mines=mines, mine_speed_factor=mine_speed_factor)


@formula(
    "size.respond.frontage", unit="km", text="2 sqrt((v (t - alert) / detour)^2 - standoff^2) where above 0",
    reference="MODEL.md 1.3, spacing",
)  # fmt: skip
def frontage(minutes: Any, speed_kmh: Any, alert_minutes: Any, detour: Any, offset_km: Any) -> Any:
    """Length of line that one base reaches in time; 0 where it reaches none of it."""
    radius = np.asarray(response_radius_km(minutes, speed_kmh, alert_minutes), dtype=float) / detour
    return 2.0 * np.sqrt(np.maximum(radius**2 - np.asarray(offset_km) ** 2, 0.0))


@formula(
    "size.respond.road_used", unit="km", text="frontage by road where it is at least the least useful one, else 0",
    reference="MODEL.md 1.3, spacing",
)  # fmt: skip
def road_used(by_road: Any, least_km: Any) -> Any:
    """Frontage of the sectors that roads serve."""
    return np.where(np.asarray(by_road) >= least_km, by_road, 0.0)


@formula(
    "size.respond.air_used", unit="km", text="frontage by helicopter where roads do not serve", reference="MODEL.md 1.3"
)
def air_used(by_road: Any, by_air: Any) -> Any:
    """Frontage of the sectors that only helicopters serve."""
    return np.where(np.asarray(by_road) > 0, 0.0, by_air)


@formula(
    "size.respond.air_share", unit="1", text="width of sectors served by helicopter / length", reference="MODEL.md 1.3"
)
def air_share(by_air: Any, width_km: Any) -> Any:
    """Share of the line reached in time only by helicopter."""
    only = np.asarray(by_air) > 0
    return plain(along(np.where(only, width_km, 0.0)) / np.maximum(along(width_km + np.zeros(only.shape)), 1e-9))


@formula(
    "size.respond.bases", unit="bases",
    text="sum over sectors of width / frontage by road, or by air at least twice the standoff and the least useful one, rounded up",
    reference="MODEL.md 1.3, spacing",
)  # fmt: skip
def bases(width_km: Any, by_road: Any, by_air: Any, least_km: Any, offset_km: Any) -> Any:
    """Bases so that every point lies inside a frontage.

    Those that fly never stand closer than one standoff to either side, as evacuation sites do not: where no means arrives in
    time, more bases would all be late, and a stretch out of reach must not make the force smaller.
    """
    flown = np.maximum(np.maximum(by_air, least_km), 2.0 * np.asarray(offset_km))
    best = np.where(np.asarray(by_road) > 0, by_road, flown)
    return whole(along(width_km / np.maximum(best, 1e-9)))


@formula(
    "size.respond.late", unit="1", text="1 where neither road nor air, at the spacing of the bases, arrives in time",
    reference="MODEL.md 1.3, spacing",
)  # fmt: skip
def late(by_road: Any, by_air: Any, least_km: Any, offset_km: Any) -> Any:
    """Sectors where companies come late."""
    flown = np.maximum(least_km, 2.0 * np.asarray(offset_km))
    return np.asarray((np.asarray(by_road) <= 0) & (np.asarray(by_air) < flown - 1e-9), dtype=float)


@formula(
    "size.respond.radius", unit="km", text="v (t - alert) / 60 / detour", reference="MODEL.md 1.3, spacing",
)  # fmt: skip
def radius(minutes: Any, speed_kmh: Any, alert_minutes: Any, detour: Any) -> Any:
    """How far from a base a company gets in time, by the slowest road of the area."""
    slowest = np.min(np.asarray(speed_kmh, dtype=float), axis=-1, keepdims=np.ndim(speed_kmh) > 1)
    return plain(np.asarray(response_radius_km(minutes, slowest, alert_minutes)) / detour)


@formula(
    "size.respond.discs", unit="bases", text="area / (3 sqrt(3) / 2 x max(radius, least frontage / 2)^2), rounded up",
    reference="least density of discs that cover the plane, Kershner 1939",
)  # fmt: skip
def discs(area_km2: Any, radius_km: Any, least_km: Any) -> Any:
    """Bases whose discs cover an area: no arrangement of equal discs covers a large area with fewer.

    None stands for a disc narrower than the least useful frontage `least_km`, as along a line.
    """
    return whole(area_km2 / (DISC * np.maximum(radius_km, np.asarray(least_km) / 2.0) ** 2))


@formula(
    "size.respond.calls", unit="calls/day", text="episodes x length x weight x (1 - commitment) / (1 - branching) x share called",
    reference="MODEL.md 5.1, expected rate",
)  # fmt: skip
def calls_per_day(width_km: Any, weight: Any, episodes: Any, commitment: Any, branching: Any, share: Any) -> Any:
    """Calls on reaction companies along the whole line; what presence may prevent is not counted on."""
    background = along(width_km * weight) / 100.0 * episodes * (1.0 - commitment)
    return plain(expected_rate(background, branching) * share)


@formula(
    "size.respond.calls_of_people", unit="calls/day",
    text="people / 100,000 x episodes x (1 - commitment) / (1 - branching) x share called",
    reference="MODEL.md 5.1, expected rate, of a population",
)  # fmt: skip
def calls_of_people(people: Any, episodes: Any, commitment: Any, branching: Any, share: Any) -> Any:
    """Calls on reaction companies from the people of an area."""
    return plain(expected_rate(people / 1e5 * episodes * (1.0 - commitment), branching) * share)


@formula(
    "size.respond.peakedness",
    unit="1",
    text="Hawkes clusters through exponential service",
    reference="MODEL.md 1.3, Hayward",
)
def call_peakedness(calls: Any, branching: Any, decay_days: Any, service_hours: Any) -> Any:
    """Variance over mean of companies busy if there were infinitely many."""
    return peakedness(calls, branching, decay_days, service_hours / 24.0)


@formula(
    "size.respond.colocated", unit="companies", text="bases x companies a base (Hayward's loss at most the share accepted)",
    reference="MODEL.md 1.3, Hayward",
)  # fmt: skip
def colocated(bases: Any, calls: Any, service_hours: Any, peak: Any, blocking: Any) -> Any:
    """Companies when each base must answer its own calls."""
    load = calls * service_hours / 24.0 / np.maximum(bases, 1.0)
    return plain(bases * np.maximum(1.0, servers_for_loss_each(load, blocking, peak)))


@formula(
    "size.respond.spread", unit="companies", text="fewest bases of one company, overlapping, that answer in time (hypercube)",
    reference="MODEL.md 1.3, Larson",
)  # fmt: skip
def spread(bases: Any, calls: Any, service_hours: Any, peak: Any, blocking: Any) -> Any:
    """Companies when more bases than reach asks for stand closer together and help each other."""
    found = overlapping_bases(bases, calls * service_hours / 24.0, blocking, peak, tabulated=np.ndim(calls) > 0)
    return plain(found)


@formula("size.respond.companies", unit="companies", text="the smaller of the two layouts", reference="MODEL.md 1.3")
def companies(colocated: Any, spread: Any) -> Any:
    """Reaction companies: several a base, or more bases that overlap, whichever needs fewer."""
    return plain(np.minimum(colocated, spread))


def demand_respond(desk: Desk) -> TaskDemand:
    """Reaction companies by reach and by load, and lift where only the air is fast enough."""
    base = _discs(desk) if desk.is_area else _bases(desk)
    shared = {
        "bases": base, "calls": _calls(desk), "service_hours": desk.factor("respond.service_hours"),
        "blocking": desk.service("respond_blocking"),
    }  # fmt: skip
    shared["peak"] = desk.apply(
        "size.respond.peakedness", "size.respond.peakedness", calls=shared["calls"],
        branching=desk.behaviour("episode_branching"), decay_days=desk.behaviour("episode_decay_days"),
        service_hours=shared["service_hours"],
    )  # fmt: skip
    figure = desk.apply("size.respond.colocated", "size.respond.colocated", **shared)
    if not desk.is_area:  # bases in a row help each other; for bases in the plane each is judged alone, which is safe
        helped = desk.apply("size.respond.spread", "size.respond.spread", **shared)
        figure = desk.apply("size.respond.companies", "size.respond.companies", colocated=figure, spread=helped)
    rows = [Row(task=TASK, id="respond.companies", amount=desk[figure], unit="companies", figure=figure,
                gives=desk.gives("companies", task=TASK))]  # fmt: skip
    if not desk.is_area:
        rows.extend(_lift_rows(desk, figure))
    return TaskDemand(task=TASK, rows=tuple(rows), binding=desk.say(lambda: _binding(desk, base, figure)))


def _offset(desk: Desk) -> str:
    """How far behind the line the companies stand: the standoff for postures away from it, else at its posts."""
    if desk.inputs.posture in {"reassure", "robust"}:
        return desk.settlement("standoff_km")
    return desk.factor("laydown.post_offset_km")


def _road(desk: Desk) -> str:
    return desk.apply_once(
        "size.respond.speed", "size.respond.speed", road_kmh=desk.sector("road_kmh", unit="km/h"),
        season_factor=desk.factor("respond.season_factor"), mines=desk.sector("mines", unit="1"),
        mine_speed_factor=desk.factor("respond.mine_speed_factor"),
    )  # fmt: skip


def _discs(desk: Desk) -> str:
    """Bases that cover an area by road."""
    reached = desk.apply(
        "size.respond.radius", "size.respond.radius", minutes=desk.service("respond_minutes"), speed_kmh=_road(desk),
        alert_minutes=desk.factor("respond.alert_minutes"), detour=desk.factor("respond.detour"),
    )  # fmt: skip
    return desk.apply(
        "size.respond.bases", "size.respond.discs", area_km2=desk.area(), radius_km=reached,
        least_km=desk.factor("respond.least_frontage_km"),
    )  # fmt: skip


def _bases(desk: Desk) -> str:
    road = _road(desk)
    shared = {"minutes": desk.service("respond_minutes"), "offset_km": _offset(desk)}
    by_road = desk.apply(
        "size.respond.frontage_road", "size.respond.frontage", speed_kmh=road,
        alert_minutes=desk.factor("respond.alert_minutes"), detour=desk.factor("respond.detour"), **shared,
    )  # fmt: skip
    by_air = desk.apply(
        "size.respond.frontage_air", "size.respond.frontage", speed_kmh=desk.of_capability("lift_helo_sqn", "speed_kmh"),
        alert_minutes=desk.factor("respond.air_alert_minutes"), detour=desk.factor("respond.air_detour"), **shared,
    )  # fmt: skip
    road_used = desk.apply(
        "size.respond.road_used", "size.respond.road_used", by_road=by_road,
        least_km=desk.factor("respond.least_frontage_km"),
    )  # fmt: skip
    air_used = desk.apply("size.respond.air_used", "size.respond.air_used", by_road=road_used, by_air=by_air)
    used = {
        "by_road": road_used, "by_air": air_used, "least_km": desk.factor("respond.least_frontage_km"),
        "offset_km": shared["offset_km"],
    }  # fmt: skip
    desk.apply("size.respond.late", "size.respond.late", **used)
    return desk.apply("size.respond.bases", "size.respond.bases", width_km=desk.widths(), **used)


def _calls(desk: Desk) -> str:
    shared = {
        "commitment": desk.settlement("political_commitment"), "branching": desk.behaviour("episode_branching"),
        "share": desk.factor(f"respond.call_share_{desk.inputs.posture}"),
    }  # fmt: skip
    if desk.is_area:
        return desk.apply(
            "size.respond.calls", "size.respond.calls_of_people", people=desk.population(),
            episodes=desk.factor("respond.episodes_per_100k_people_day"), **shared,
        )  # fmt: skip
    return desk.apply(
        "size.respond.calls", "size.respond.calls", width_km=desk.widths(),
        weight=desk.sector("threat_weight", unit="1"), episodes=desk.behaviour("episodes_per_100km_day"), **shared,
    )  # fmt: skip


def _lift_rows(desk: Desk, companies_figure: str) -> list[Row]:
    """Helicopters for the share of the line that only they reach in time."""
    if desk.draws is None and not np.any(np.asarray(desk["size.respond.air_used"]) > 0):
        return []
    name = desk.apply(
        "size.respond.air_share", "size.respond.air_share", by_air="size.respond.air_used", width_km=desk.widths()
    )
    figure = desk.apply(
        "size.respond.lifted_companies", "size.product", companies=companies_figure, share=name,
        simultaneous=desk.factor("respond.lifted_at_once"),
    )  # fmt: skip
    return [Row(task=TASK, id="respond.lift", amount=desk[figure], unit="companies lifted", figure=figure,
                gives=desk.gives("lift", task=TASK))]  # fmt: skip


def _binding(desk: Desk, base: str, figure: str) -> str:
    binds = "reach" if desk[figure] <= desk[base] else "load (clustered calls)"
    text = (
        f"{binds} binds: {desk[base]:g} bases reach the {'area' if desk.is_area else 'line'} in "
        f"{desk['service.respond_minutes']:.0f} minutes, {desk[figure]:g} companies answer "
        f"{desk['size.respond.calls']:.2g} calls a day (peakedness {desk['size.respond.peakedness']:.2g})"
    )
    if desk.is_area:
        return text + ("" if desk["population"] > 0 else "; no population is given, so no calls are counted")
    unreached = np.atleast_1d(desk["size.respond.late"]) > 0
    if np.any(unreached):
        names = [row.id for row, out in zip(desk.inputs.sectors, unreached, strict=True) if out]
        text += "; cannot be met by any means behind the standoff, as sized companies come late to: " + ", ".join(names)
    return text
