"""What sizing needs of a scenario, and nothing more."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from math import floor

from holdfast.core.errors import Problem, ScenarioError
from holdfast.scenario.lines import line_sectors, weighed_traces
from holdfast.scenario.types import (
    Asset,
    Behaviour,
    Capability,
    DDay,
    Evidence,
    Factor,
    Mission,
    Place,
    Scenario,
    SectorKind,
    SectorRow,
    Service,
    Settlement,
    Threat,
    Trace,
)
from holdfast.sizing.bypass import BypassPlace, bypass_places
from holdfast.sizing.limits import check_factors

DAYS_A_MONTH = 365.0 / 12.0
FACTOR_SECTIONS = (
    "air.", "altitude.", "clear.", "command.", "cost.", "duty.", "exit.", "gives.", "hold.", "housing.", "interpose.",
    "laydown.post_offset_km", "masking.", "medical.", "observe.", "posture.", "protect.", "ratio.", "reach.", "rescue.",
    "respond.", "rotation.", "sensing.", "situation.", "statement.", "strength.", "support.", "train.", "verify.",
    "visibility.",
)  # fmt: skip
"""Beginnings of the keys of the planning factors that sizing reads."""


@dataclass(frozen=True, kw_only=True)
class PastMission:
    """A past mission whose strength and length of line were read in a source, for the regression."""

    id: str
    name: str
    kind: str
    """`monitoring`, `interposition`, `robust`, `area` or `token`."""
    length_km: float
    """Length of the line; 0 where the mission had none."""
    strength: float
    source: str
    area_km2: float = 0.0
    """Area of the mission; 0 where not known."""
    population: float = 0.0
    """People living in it; 0 where not known."""


@dataclass(frozen=True, kw_only=True)
class PoolSupply:
    """What all pools of one capability hold together, by the terms of their rotation (tuples of equal length).

    `units` are free to deploy: deployable share of the units less those on present commitments, whole.
    """

    capability: str
    units: tuple[float, ...]
    tour_months: tuple[float, ...]
    dwell: tuple[float, ...]
    overlap_months: tuple[float, ...]
    rows: int
    """Rows of pools.csv behind it."""


@dataclass(frozen=True, kw_only=True)
class SizingInputs:
    """Terms, service levels, threat and catalogue of one case.

    `sectors` cover the line in order; where a scenario gives only a length, one sector of kind contact stands for it,
    and where it gives only an area, one of kind area, whose width is the side of a square.
    `claims` are evidence rows of quantity `force_size`. `line_source` and `line_assumption` say where the length is from.
    """

    as_of: date
    posture: str
    frame: str
    host_nation: str
    settlement: Settlement
    service: Service
    threat: Threat
    behaviour: Behaviour
    cap_in_country: int
    line_km: float
    line_range_km: tuple[float, float]
    """Shortest and longest of the alternative traces of the line and the length used."""
    line_source: str
    line_assumption: str
    sectors: tuple[SectorRow, ...]
    assets: tuple[Asset, ...]
    base_places: tuple[Place, ...]
    capabilities: dict[str, Capability]
    factors: dict[str, Factor]
    claims: tuple[Evidence, ...]
    missions: tuple[PastMission, ...]
    line_traces: tuple[tuple[float, float], ...] = ()
    """Length (km) and weight of the alternative traces of the line; the first is the one that the sectors follow."""
    pools: tuple[PoolSupply, ...] = ()
    """All pools of the table with their rotation, whoever would join: only the month in which they run out reads them."""
    d_day: DDay | None = None
    """When the ceasefire begins, for the season in which the force arrives."""
    area_km2: float = 0.0
    """Area of the mission; alone it is one sector of kind `area`, as wide as deep; beside a line it gives the depth."""
    population: float = 0.0
    """People who live there; 0 where the scenario does not say."""
    bypass: tuple[BypassPlace, ...] = ()
    """Places on borders and coasts by which the line can be bypassed, each with its distance for every one of `line_traces`."""


def gather_sizing(scenario: Scenario) -> SizingInputs:
    """The narrow inputs of sizing from a scenario resolved for a case.

    Raises
    ------
    ScenarioError
        When a planning factor makes no sense, or the scenario gives neither sectors, nor a trace, nor `line_km`, nor
        `area_km2`, although a force is planned.
    """
    check_factors(scenario.factors)
    mission: Mission = scenario.mission
    sectors, source, assumption = _sectors(scenario)
    length = sum(row.to_km - row.from_km for row in sectors)
    lengths = [length, *(_length_km(trace.points) for trace in _contact_traces(scenario))]
    return SizingInputs(
        as_of=scenario.as_of,
        posture=mission.posture,
        frame=mission.frame,
        host_nation=mission.host_nation,
        settlement=scenario.settlement,
        service=scenario.service,
        threat=scenario.threat,
        behaviour=scenario.behaviour,
        cap_in_country=scenario.force.cap_in_country,
        line_km=length,
        line_range_km=(min(lengths), max(lengths)),
        line_source=source,
        line_assumption=assumption,
        sectors=sectors,
        assets=tuple(scenario.assets.values()),
        base_places=tuple(place for place in scenario.places.values() if "base" in place.may_host),
        capabilities=dict(scenario.capabilities),
        factors={key: row for key, row in scenario.factors.items() if key.startswith(FACTOR_SECTIONS)},
        claims=tuple(row for row in scenario.evidence.values() if row.quantity == "force_size"),
        missions=tuple(row for row in load_missions() if row.id != scenario.name),  # none beside itself
        pools=_pools(scenario),
        d_day=scenario.d_day,
        area_km2=scenario.area_km2,
        population=scenario.population,
        line_traces=_line_traces(scenario, length),
        bypass=bypass_places(scenario, weighed_traces(scenario)),
    )


def _line_traces(scenario: Scenario, length: float) -> tuple[tuple[float, float], ...]:
    """Lengths and weights of the traces of the contact line, the heaviest first and with the length used."""
    ranked = weighed_traces(scenario)
    if not ranked:
        return ((length, 1.0),)
    return ((length, ranked[0].weight), *((_length_km(trace.points), trace.weight) for trace in ranked[1:]))


def _pools(scenario: Scenario) -> tuple[PoolSupply, ...]:
    """Pools by capability, those with equal terms of rotation taken together."""
    found: dict[str, dict[tuple[float, float, float], float]] = {}
    rows: dict[str, int] = {}
    for pool in scenario.pools.values():
        free = max(floor(pool.units.nominal * pool.deployable_share - pool.committed_units + 1e-9), 0)
        terms = (float(pool.tour_months), float(pool.dwell), pool.overlap_days / DAYS_A_MONTH)
        held = found.setdefault(pool.capability, {})
        held[terms] = held.get(terms, 0.0) + free
        rows[pool.capability] = rows.get(pool.capability, 0) + 1
    return tuple(
        PoolSupply(
            capability=name, units=tuple(held.values()), tour_months=tuple(terms[0] for terms in held),
            dwell=tuple(terms[1] for terms in held), overlap_months=tuple(terms[2] for terms in held), rows=rows[name],
        )
        for name, held in found.items()
    )  # fmt: skip


def load_missions() -> tuple[PastMission, ...]:
    """The packaged table of past missions (`data/catalogue/missions.csv`)."""
    text = files("holdfast").joinpath("data", "catalogue", "missions.csv").read_text("utf-8")
    return tuple(
        PastMission(
            id=row["id"], name=row["name"], kind=row["class"], length_km=float(row["length_km"] or 0),
            strength=float(row["strength"]), source=row["source"], area_km2=float(row.get("area_km2") or 0),
            population=float(row.get("population") or 0),
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def _sectors(scenario: Scenario) -> tuple[tuple[SectorRow, ...], str, str]:
    """Sectors in order along the line, with the origin of the length."""
    contact = _contact_traces(scenario)
    rows = line_sectors(scenario)
    if rows:
        origin = max(contact, key=lambda trace: trace.weight) if contact else rows[0]
        return rows, origin.source, origin.assumption
    if contact:
        trace = max(contact, key=lambda found: found.weight)
        return (_one_sector(scenario, _length_km(trace.points)),), trace.source, trace.assumption
    if scenario.line_km > 0:
        return (_one_sector(scenario, scenario.line_km),), "", "length as given in scenario.toml, line_km"
    if scenario.area_km2 > 0:
        side = (_one_sector(scenario, scenario.area_km2**0.5, kind="area"),)
        return side, "", "side of a square of the area given in scenario.toml, area_km2"
    if scenario.mission.posture == "none":
        return (), "", "no force is planned"
    problem = Problem(
        file="scenario.toml",
        line=None,
        key="line_km",
        value="0",
        expected="a length above 0, or area_km2, or line.geojson, or sectors.csv",
    )
    raise ScenarioError([problem])


def _contact_traces(scenario: Scenario) -> list[Trace]:
    return [trace for trace in scenario.traces.values() if trace.kind == "contact"]


def _length_km(points: tuple[tuple[float, float], ...]) -> float:
    from pyproj import Geod

    lon, lat = zip(*points, strict=True)
    return float(Geod(ellps="WGS84").line_length(lon, lat)) / 1000.0


def _one_sector(scenario: Scenario, length_km: float, *, kind: SectorKind = "contact") -> SectorRow:
    what = "area" if kind == "area" else "stretch of contact line"
    return SectorRow(
        id="area" if kind == "area" else "line", name="the whole area" if kind == "area" else "the whole line",
        from_km=0.0, to_km=length_km, kind=kind, terrain=scenario.terrain, mines=0.0,
        threat_weight=1.0, road_kmh=scenario.factor("respond.default_road_kmh"),
        assumption=f"no sectors given: one {what} in {scenario.terrain} terrain",
    )  # fmt: skip
