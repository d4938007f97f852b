"""A tiny scenario for tests: every field filled with round figures, built from the types directly."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any, get_type_hints

from holdfast.scenario import types as t
from holdfast.scenario.catalogue import read_catalogue
from holdfast.scenario.problems import Locator, Problems
from holdfast.scenario.values import Quantity, point
from support_capabilities import WHY, capabilities

# The line runs 100 km due south along 30 degrees east, so that the host stands on the right hand: the west.
LINE = ((30.0, 50.0), (30.0, 49.10088424858503))


def triangular(low: float, mode: float, high: float) -> Quantity:
    """A range of test figures."""
    return Quantity(low=low, mode=mode, high=high, assumption=WHY)


def just(value: float) -> Quantity:
    """A test figure without a range."""
    return point(value, assumption=WHY)


@cache
def _packaged_factors() -> dict[str, t.Factor]:
    problems = Problems()
    found = read_catalogue(problems=problems, locator=Locator()).factors
    problems.raise_if_any()
    return {
        key: replace(factor, value=replace(factor.value, source="", assumption=WHY)) for key, factor in found.items()
    }


def factors() -> dict[str, t.Factor]:
    """The packaged planning factors as they stand in the catalogue, all marked as test figures."""
    return dict(_packaged_factors())


def _nation(iso: str, name: str, group: Any, position: Any, **more: Any) -> t.Nation:
    given: dict[str, Any] = {
        "decision_days": triangular(7, 14, 30),
        "approval_days": triangular(0, 14, 40),
        "probability": triangular(0.6, 0.8, 0.95),
        "assumption": WHY,
    }
    return t.Nation(id=iso, name=name, group=group, position=position, **(given | more))


def nations() -> dict[str, t.Nation]:
    """Three contributors, one nation of the worldwide pool, the host, the challenger and the owner of the backstop."""
    rows = (
        _nation("FRA", "France", "coalition", "offers_troops", conditions="ceasefire", waits_for_ceasefire=False),
        _nation("GBR", "United Kingdom", "coalition", "willing_if", conditions="ceasefire and backstop.air_defence"),
        _nation(
            "DEU", "Germany", "coalition", "open",
            conditions="ceasefire and (nation.FRA or nation.GBR) and not frame.nato",
            approval_days=triangular(14, 30, 60),
        ),
        _nation("NPL", "Nepal", "un", "open", conditions="ceasefire and un_mandate and challenger_consent"),
        _nation("UKR", "Ukraine", "host", "host", decision_days=just(0), approval_days=just(0), probability=just(1)),
        _nation("RUS", "Russia", "challenger", "refuses", conditions="never", probability=just(0)),
        _nation("USA", "United States", "backstop", "refuses_ground_troops", conditions="never", probability=just(0)),
    )  # fmt: skip
    return {row.id: row for row in rows}


def _pool(nation: str, capability: str, units: float, depot: str, **more: Any) -> t.Pool:
    given: dict[str, Any] = {
        "group": "coalition",
        "notice_days": triangular(20, 30, 60),
        "tour_months": 6,
        "dwell": 3.0,
        "assumption": WHY,
        "units": triangular(0.75 * units, units, 1.25 * units),
    }
    return t.Pool(
        id=f"{nation.lower()}_{capability}", nation=nation, capability=capability, depot=depot, **(given | more)
    )


def pools() -> dict[str, t.Pool]:
    """Ground, sensing, air-defence, air and support units of the three contributors, and battalions of the fourth."""
    rows = (
        _pool("FRA", "mech_bn", 8, "dep_fra"),
        _pool("FRA", "sampt_bty", 4, "dep_fra"),
        _pool("FRA", "fighter_sqn", 4, "air_pol", areas=("theatre", "neighbour")),
        _pool("FRA", "brigade_hq", 4, "dep_fra"),
        _pool("GBR", "mech_bn", 6, "dep_gbr"),
        _pool("GBR", "tactical_uav_unit", 4, "dep_gbr"),
        _pool("GBR", "signals_bn", 4, "dep_gbr"),
        _pool("DEU", "mech_bn", 6, "dep_deu", dwell=4.0, refuses_tasks=("hold",)),
        _pool("DEU", "logistics_bn", 8, "dep_deu", areas=("neighbour", "theatre", "country")),
        _pool("DEU", "engineer_bn", 4, "dep_deu", committed_units=1),
        _pool(
            "NPL",
            "infantry_bn",
            8,
            "port_pol",
            group="un",
            tour_months=12,
            dwell=1.0,
            notice_days=triangular(60, 90, 180),
        ),
    )
    return {row.id: row for row in rows}


def _element(name: str, capability: str, mode: Any, fact: str, units: float, **more: Any) -> t.BackstopElement:
    given: dict[str, Any] = {
        "believed": triangular(0.3, 0.6, 0.9),
        "honoured": triangular(0.4, 0.7, 0.95),
        "delay_hours": triangular(2, 6, 24),
        "ready_days": triangular(10, 30, 60),
        "assumption": WHY,
        "units": just(units),
        "owner": "USA",
        "based": "air_pol",
    }
    return t.BackstopElement(
        id=name, name=name.replace("_", " "), capability=capability, mode=mode, fact=fact, **(given | more)
    )


def backstop() -> dict[str, t.BackstopElement]:
    """Air defence across the border, air on standby, intelligence as a service, and a transfer of batteries."""
    rows = (
        _element(
            "air_defence_neighbours", "patriot_bty", "operate_outside", "air_defence", 3,
            based="site_pol", interceptors=64,
        ),
        _element("standby_air", "fighter_sqn", "standby", "standby_air", 3, delay_hours=triangular(0.5, 1, 4)),
        _element(
            "intelligence", "isr_service", "service", "intelligence", 1,
            substitute="aew_orbit", substitute_months=24,
        ),
        _element(
            "air_defence_transfer", "patriot_bty", "transfer", "air_defence_transfer", 2,
            based="stage_ukr", crew_nation="UKR", training_months=4, interceptors=48,
        ),
    )  # fmt: skip
    return {row.id: row for row in rows}


_PLACES = """\
dep_fra,FRA,depot,4.0,48.9,0,
dep_gbr,GBR,depot,-1.8,51.2,0,
dep_deu,DEU,depot,9.7,52.4,0,
port_gbr,GBR,seaport,1.3,51.1,8000,
port_pol,POL,seaport,18.7,54.4,9000,
air_pol,POL,airfield,22.0,50.1,1500,air
rail_pol,POL,railhead,22.8,49.8,6000,
gauge_pol,POL,gauge_break,22.9,49.8,3000,
cross_pol,POL,crossing,23.0,49.8,4000,
site_pol,POL,site,23.2,50.8,0,battery
stage_ukr,UKR,staging,25.6,49.6,4000,base;battery
base_north,UKR,base,29.3,49.9,2000,base;battery
base_south,UKR,base,29.3,49.3,2000,base;battery
hub_ukr,UKR,sector_hub,29.0,49.6,3000,base;battery;air
"""


def places() -> dict[str, t.Place]:
    """Depots, ports, an airfield, the gauge break, a crossing, staging and bases."""
    rows: dict[str, t.Place] = {}
    for row in csv.reader(io.StringIO(_PLACES)):
        key, country, kind, lon, lat, handling, hosts = row
        rows[key] = t.Place(
            id=key, name=key.replace("_", " "), country=country, kind=kind, lon=float(lon), lat=float(lat),
            handling_t_day=float(handling), may_host=tuple(hosts.split(";")) if hosts else (),
            wait_days=2.0 if kind in {"gauge_break", "crossing"} else 0.0, assumption=WHY,
        )  # fmt: skip
    return rows


_LEGS = """\
dep_fra,rail_pol,rail,1600,500,3000
dep_gbr,port_gbr,road,220,300,4000
port_gbr,port_pol,sea,1500,600,8000
port_pol,rail_pol,rail,700,400,3000
dep_deu,rail_pol,rail,1000,500,4000
rail_pol,gauge_pol,rail,10,200,3000
gauge_pol,stage_ukr,rail,220,300,2500
rail_pol,cross_pol,road,20,300,4000
cross_pol,stage_ukr,road,220,300,3500
air_pol,hub_ukr,air,520,5000,400
air_pol,rail_pol,road,70,300,3000
rail_pol,site_pol,road,130,300,2000
stage_ukr,hub_ukr,rail,260,300,2500
stage_ukr,hub_ukr,road,270,300,3000
hub_ukr,base_north,road,50,250,1500
hub_ukr,base_south,road,50,250,1500
"""


def legs() -> dict[str, t.Leg]:
    """One road and one rail way to the line, a sea way from the island, and an air way."""
    rows: dict[str, t.Leg] = {}
    for row in csv.reader(io.StringIO(_LEGS)):
        origin, destination, mode, distance, speed, capacity = row
        key = f"{origin}-{destination}-{mode}"
        rows[key] = t.Leg(
            id=key, origin=origin, destination=destination, mode=mode, distance_km=float(distance),
            speed_km_day=float(speed), capacity_t_day=float(capacity), assumption=WHY,
        )  # fmt: skip
    return rows


_ASSETS = """\
city_hub,city,29.0,49.6,300000,1
city_north,city,29.4,50.0,80000,3
plant,power_plant,28.6,49.4,200000,2
rail_west,rail_hub,25.6,49.6,50000,3
airfield,airfield,28.8,49.7,5000,2
government,government,27.0,50.3,400000,1
"""


def assets() -> dict[str, t.Asset]:
    """Two cities, a power plant, a rail hub, an airfield and a seat of government."""
    rows: dict[str, t.Asset] = {}
    for row in csv.reader(io.StringIO(_ASSETS)):
        key, kind, lon, lat, people, priority = row
        rows[key] = t.Asset(
            id=key, name=key.replace("_", " "), kind=kind, lon=float(lon), lat=float(lat),
            people=float(people), priority=int(priority), assumption=WHY,
        )  # fmt: skip
    return rows


def sectors() -> dict[str, t.SectorRow]:
    """Four stretches of 25 km: contact, river, contact, border."""
    kinds: tuple[tuple[Any, Any, float, float], ...] = (
        ("contact", "open", 0.3, 40.0),
        ("river", "wetland", 0.1, 30.0),
        ("contact", "forest", 0.3, 35.0),
        ("border", "mixed", 0.0, 50.0),
    )
    rows = (
        t.SectorRow(
            id=f"s{number}", name=f"Sector {number}", from_km=25.0 * (number - 1), to_km=25.0 * number, kind=kind,
            terrain=terrain, mines=mines, threat_weight=1.0, road_kmh=road, assumption=WHY,
        )
        for number, (kind, terrain, mines, road) in enumerate(kinds, start=1)
    )  # fmt: skip
    return {row.id: row for row in rows}


def evidence() -> dict[str, t.Evidence]:
    """One row before `as_of` and one after it."""
    rows = (
        t.Evidence(
            id="ev-1", claim="The line is about 100 km long.", quantity="length", low=95.0, high=105.0, unit="km",
            said_by="A test", of_what="the line", publisher="Test press", date=date(2025, 1, 15),
            address="https://example.org/1", checked="searched",
        ),
        t.Evidence(
            id="ev-late", claim="Sites were counted later.", quantity="sites", low=10.0, high=30.0, unit="1",
            said_by="A test", of_what="sites", publisher="Test press", date=date(2025, 6, 1),
            address="https://example.org/2", checked="searched",
        ),
    )  # fmt: skip
    return {row.id: row for row in rows}


def options() -> dict[str, t.Option]:
    """The reference, the same with the backstop refused, light observation, and no force."""
    rows = (
        t.Option(id="reference", title="Reassurance with backstop", why="reference", assumption=WHY),
        t.Option(
            id="refused",
            title="Backstop refused",
            why="contrast",
            set={"backstop_levers.granted": False},
            assumption=WHY,
        ),
        t.Option(id="observe", title="Observation", why="contrast", set={"mission.posture": "observe"}, assumption=WHY),
        t.Option(id="none", title="No force", why="baseline", set={"mission.posture": "none"}, assumption=WHY),
    )
    return {row.id: row for row in rows}


def settlements() -> dict[str, t.SettlementVariant]:
    """Thinned with the host side only (reference), and still boiling with both sides open."""
    rows = (
        t.SettlementVariant(id="thinned_host_only", title="Thinned, host side only", weight=0.6, assumption=WHY),
        t.SettlementVariant(
            id="boiling_both", title="Boiling, both sides", weight=0.4, assumption=WHY,
            set={"settlement.front": "boiling", "settlement.access": "both"},
        ),
    )  # fmt: skip
    return {row.id: row for row in rows}


def _terms() -> t.Settlement:
    return t.Settlement(
        access="host_only", front="thinned", zone_depth_km=triangular(15, 20, 30), standoff_km=triangular(10, 15, 30),
        forces_left_per_side=triangular(1000, 2000, 4000), challenger_brigades_near=triangular(2, 4, 6),
        host_brigades_near=triangular(2, 4, 6), withdrawal_sites=triangular(10, 20, 30),
        political_commitment=triangular(0.2, 0.5, 0.8),
        commitment_half_life_days=triangular(90, 180, 360), assumption=WHY,
    )  # fmt: skip


def _service() -> t.Service:
    return t.Service(
        observe_probability=0.8, observe_event_minutes=60.0, verify_visits_per_site_month=2.0, respond_minutes=90.0,
        respond_blocking=0.05, hold_axes=1, hold_attacker_battalions=4.0, hold_force_ratio=3.0, hold_warning_days=3.0,
        medevac_minutes=60.0, protected_share=0.6, cap_stations=1, trainees_per_year=3000.0, clear_km2_year=10.0,
        assumption=WHY,
    )  # fmt: skip


def _threat() -> t.Threat:
    return t.Threat(
        attacker_battalions_available=triangular(6, 12, 20), raids_air_per_month=triangular(1, 4, 10),
        drones_per_raid=triangular(5, 20, 60), cruise_missiles_per_raid=triangular(0, 4, 10),
        ballistic_missiles_per_raid=triangular(0, 1, 4), assumption=WHY,
    )  # fmt: skip


def _behaviour() -> t.Behaviour:
    return t.Behaviour(
        episodes_per_100km_day=triangular(0.5, 2, 6), episode_branching=triangular(0.3, 0.5, 0.7),
        episode_decay_days=triangular(1, 3, 7), presence_effect=triangular(0, 0.3, 0.75),
        consideration_per_year=triangular(4, 12, 24), belief_weight=triangular(0, 1, 3),
        belief_prior_strength=triangular(1, 4, 10), attribution_probability=triangular(0.5, 0.8, 0.95),
        decision_hours=triangular(2, 12, 48), host_share=triangular(0.5, 0.8, 0.95),
        cohesion_loss=triangular(0.01, 0.05, 0.15), escalation_share=triangular(0.1, 0.3, 0.5), assumption=WHY,
    )  # fmt: skip


def _rates() -> t.BaseRates:
    return t.BaseRates(
        drone_incursion=0.4,
        raid=0.2,
        battalion_incursion=0.05,
        brigade_assault=0.02,
        renewed_offensive=0.01,
        assumption=WHY,
    )


def _base() -> t.Scenario:
    return t.Scenario(
        name="tiny", title="A tiny scenario", question="Does the code hold?", as_of=date(2025, 2, 22), schema_version=1,
        horizon_months=24, reference_option="reference", reference_settlement="thinned_host_only",
        d_day=t.DDay(months_after_as_of=triangular(2, 4, 9)), mission=t.Mission(lead_nations=("FRA",), assumption=WHY),
        settlement=_terms(), service=_service(), force=t.Force(), backstop_levers=t.BackstopLevers(), threat=_threat(),
        behaviour=_behaviour(), base_rates=_rates(), stress=t.StressSettings(futures=8, replications=4),
        options=options(), settlements=settlements(), line_km=0.0,
        traces={
            "main": t.Trace(
                id="main", title="Main trace", kind="contact", weight=1.0, scale="1:1 000 000", points=LINE,
                source="ev-1",
            ),
        },
        sectors=sectors(), nations=nations(), pools=pools(), backstop=backstop(), capabilities=capabilities(),
        places=places(), legs=legs(), assets=assets(), factors=factors(), evidence=evidence(),
    )  # fmt: skip


def tiny_scenario(**overrides: Any) -> t.Scenario:
    """A whole small scenario, with fields replaced.

    Parameters
    ----------
    overrides
        Fields of `Scenario`, whole (`line_km=80.0`), or dotted keys given as `**{"mission.posture": "observe"}`,
        `**{"pools.fra_mech_bn.units": 3}`, `**{"factors.visibility.day": 0.5}`.
        A number given for a quantity becomes one.
    """
    scenario = _base()
    for key, value in overrides.items():
        scenario = _put(scenario, key, value)
    return scenario


def _put(subject: Any, key: str, value: Any) -> Any:
    if isinstance(subject, dict):
        if key in subject or "." not in key:
            old = subject.get(key)
            return subject | {key: _like(old, value)}
        name, _, rest = key.partition(".")
        return subject | {name: _put(subject[name], rest, value)}
    name, _, rest = key.partition(".")
    old = getattr(subject, name)
    return replace(subject, **{name: _put(old, rest, value) if rest else _like(old, value, type(subject), name)})


def _like(old: Any, value: Any, owner: type | None = None, name: str = "") -> Any:
    if isinstance(old, t.Factor) and not isinstance(value, t.Factor):
        return replace(old, value=_like(old.value, value))
    expects = isinstance(old, Quantity) or (
        owner is not None and is_dataclass(owner) and get_type_hints(owner).get(name) is Quantity
    )
    if expects and isinstance(value, int | float) and not isinstance(value, bool):
        return just(float(value))
    return value


def unit_factor(value: float, *, unit: str = "1", meaning: str = "test factor") -> t.Factor:
    """A planning factor for tests that need one the catalogue does not have."""
    return t.Factor(value=just(value), unit=unit, meaning=meaning)


def field_names(kind: type) -> list[str]:
    """Names of a dataclass's fields."""
    return [item.name for item in fields(kind)]
