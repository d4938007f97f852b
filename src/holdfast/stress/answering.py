"""Who of the force may answer a test: sites with combat power, when they are ready, and how fast they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.results.stages import Deployment, Force, Laydown, Site
from holdfast.scenario.types import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Responders:
    """Sites and squadrons that may answer; arrays over responders."""

    ids: tuple[str, ...]
    lonlat: Floats
    """(responder, 2)."""
    line_km: Floats
    """(responder): kilometre of the line it faces; nan where it faces none."""
    ready_day: Floats
    power: Floats
    """(responder): battalion equivalents that may act (caveats taken off)."""
    people: Floats
    companies: NDArray[np.int64]
    """(responder): reaction companies it keeps on call."""
    flies: Floats
    """(responder): 1 for aircraft."""
    speed_kmh: Floats
    """(responder): flying speed; 0 on the ground."""


def power_of(scenario: Scenario, capability: str) -> float:
    """Battalion equivalents of one unit in a test: combat power, or for squadrons factor `stress.air_power.<id>`."""
    key = f"stress.air_power.{capability}"
    return scenario.capabilities[capability].combat_power + (scenario.factor(key) if key in scenario.factors else 0.0)


def acting_share(scenario: Scenario, force: Force, capability: str) -> float:
    """Share of the units of a capability whose nations let them fight: pools that do not refuse `hold` or `respond`."""
    units = [unit for unit in force.units if unit.capability == capability and not unit.backstop]
    total = sum(unit.units for unit in units)
    if total <= 0:
        return 1.0
    refusing = {"hold", "respond"}
    free = sum(
        unit.units
        for unit in units
        if unit.pool not in scenario.pools or not refusing & set(scenario.pools[unit.pool].refuses_tasks)
    )
    return free / total


def ready_days(sites: Sequence[Site], deployment: Deployment, *, personnel: float) -> list[float]:
    """Day on which each site of one capability is manned: sites fill in order as units of it arrive (inf: never)."""
    arrivals = sorted(
        (arrival.arrival_day, arrival.personnel / personnel)
        for arrival in deployment.arrivals
        if sites and arrival.capability == sites[0].capability and np.isfinite(arrival.arrival_day)
    )
    days = np.array([day for day, _ in arrivals])
    stock = np.cumsum([units for _, units in arrivals])
    needed = np.cumsum([site.units for site in sites])
    found = []
    for need in needed:
        index = int(np.searchsorted(stock, need * (1.0 - 1e-6))) if stock.size else 0
        found.append(float(days[index]) if index < days.size else np.inf)
    return found


def _companies(scenario: Scenario, site: Site) -> int:
    key = f"gives.companies.{site.capability}"
    if key not in scenario.factors or scenario.factor(f"posture.{scenario.mission.posture}.respond") <= 0:
        return 0
    return max(1, round(site.units * scenario.factor(key)))


def gather_responders(scenario: Scenario, force: Force, laydown: Laydown, deployment: Deployment) -> Responders:
    """Sites of the force with combat power (the backstop's apart), manned as units arrive."""
    sites = [
        site
        for site in laydown.sites
        if not site.backstop
        and power_of(scenario, site.capability) > 0
        and (scenario.capabilities[site.capability].domain == "air" or not site.across_border)
    ]
    ready: dict[str, float] = {}
    for capability in {site.capability for site in sites}:
        own = [site for site in sites if site.capability == capability]
        people = scenario.capabilities[capability].personnel
        ready |= dict(zip((site.id for site in own), ready_days(own, deployment, personnel=people), strict=True))
    flies = [scenario.capabilities[site.capability].domain == "air" for site in sites]
    return Responders(
        ids=tuple(site.id for site in sites),
        lonlat=np.array([(site.lon, site.lat) for site in sites], dtype=float).reshape(-1, 2),
        line_km=np.array([site.line_km for site in sites], dtype=float),
        ready_day=np.array([ready[site.id] for site in sites], dtype=float),
        power=np.array(
            [
                site.units * power_of(scenario, site.capability) * acting_share(scenario, force, site.capability)
                for site in sites
            ],
            dtype=float,
        ),
        people=np.array([site.units * scenario.capabilities[site.capability].personnel for site in sites], dtype=float),
        companies=np.array(
            [0 if flier else _companies(scenario, site) for site, flier in zip(sites, flies, strict=True)],
            dtype=np.int64,
        ),
        flies=np.array(flies, dtype=float),
        speed_kmh=np.array(
            [
                scenario.capabilities[site.capability].speed_kmh if flier else 0.0
                for site, flier in zip(sites, flies, strict=True)
            ],
            dtype=float,
        ),
    )


def strength_by_month(scenario: Scenario, force: Force, *, months: int) -> Floats:
    """Combat power on station as a share of the most until then: below 1 where rotation cannot keep it up."""
    backing = "with_backstop" if scenario.backstop_levers.asked and scenario.backstop_levers.granted else "europe_only"
    stock = force.on_station.sel(backing=backing)
    total = np.zeros(stock.sizes["month"])
    for pool in stock["pool"].values.tolist():
        if pool in scenario.pools:
            total += power_of(scenario, scenario.pools[pool].capability) * stock.sel(pool=pool).values
    labels = stock["month"].values
    total = total[labels >= 0]
    if total.size == 0 or total.max() <= 0:
        return np.ones(months)
    peak = np.maximum.accumulate(total)
    share = np.where(peak > 0, total / np.where(peak > 0, peak, 1.0), 1.0)
    return np.asarray(share[np.minimum(np.arange(months), share.size - 1)], dtype=float)


def interceptors_of(scenario: Scenario, laydown: Laydown, elements: object) -> float:
    """Interceptors at hand where one raid comes: the local share of what the batteries and the backstop hold."""
    own = sum(
        site.units * scenario.capabilities[site.capability].interceptors
        for site in laydown.sites
        if not site.backstop and scenario.capabilities[site.capability].domain == "air_defence"
    )
    lent = float(getattr(elements, "interceptors", 0.0))
    return (own + lent) * scenario.factor("stress.interceptor_local_share")
