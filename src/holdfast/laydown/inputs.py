"""What laydown needs, taken from the scenario, the requirement and the force: line, places, assets, units to place."""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.core.errors import Problem, ScenarioError
from holdfast.core.names import unknown_name
from holdfast.results.stages import Force, Requirement
from holdfast.scenario.lines import line_sectors as line_rows
from holdfast.scenario.types import Asset, Capability, Place, Scenario, SectorRow, Trace

FACTORS = (
    "duty.aerial", "duty.patrol", "duty.patrol_hours", "duty.post", "duty.sensor",
    "interpose.post_spacing_km", "laydown.air_km", "laydown.assets_per_battery", "laydown.backup_share",
    "laydown.base_spacing_km", "laydown.candidate_km", "laydown.companies_per_base", "laydown.least_detection",
    "laydown.manning_share", "laydown.point_defence_km", "laydown.post_offset_km", "laydown.support_km",
    "masking.forest", "masking.mixed", "masking.open", "masking.urban", "masking.water", "masking.wetland",
    "altitude.aircraft_m", "altitude.cruise_missile_m", "altitude.drone_m", "altitude.ballistic_missile_m",
    "protect.priority_decay", "reach.edge_share",
    "respond.air_alert_minutes", "respond.air_detour", "respond.alert_minutes", "respond.detour",
    "respond.mine_speed_factor", "respond.season_factor",
    "sensing.aerial_masking", "sensing.steepness",
    "visibility.day", "visibility.night", "visibility.poor", "visibility.poor_factor",
)  # fmt: skip
"""Planning factors that laydown reads."""
_SHARES = ("gives.companies.", "gives.posts.")
_DIGITS = 6  # units; less is rounding


@dataclass(frozen=True, kw_only=True)
class UnitsToPlace:
    """Units of one capability that stand in one area at full capability.

    `mode` and `based` speak for backstop elements: an `operate_outside` element never stands in the country.
    """

    capability: str
    area: str
    units: float
    backstop: bool = False
    mode: str = ""
    based: str = ""

    @property
    def label(self) -> str:
        """Name of the family in results: the capability, where it stands outside the country, whose it is."""
        where = "" if self.area == "country" else f" {self.area}"
        return f"{self.capability}{where}" + (" backstop" if self.backstop else "")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A planner's wish: one unit of a capability at a place."""

    capability: str
    place: str


@dataclass(frozen=True, kw_only=True)
class LaydownInputs:
    """All that stage `lay_down` needs.

    `points` are those of the main trace; `sectors` stand in order along it. `forbidden` are ids of places that nothing
    may use; `pins` are kept where the place may host the capability.
    """

    posture: str
    access: str
    host: str
    points: tuple[tuple[float, float], ...]
    sectors: tuple[SectorRow, ...]
    depth_km: float
    standoff_km: float
    respond_minutes: float
    event_minutes: float
    units: tuple[UnitsToPlace, ...]
    capabilities: dict[str, Capability]
    places: tuple[Place, ...]
    assets: tuple[Asset, ...]
    factors: dict[str, float]
    gives: dict[str, float]
    """Posts and companies of one unit by capability: `gives.posts.<id>`, `gives.companies.<id>`."""
    pins: tuple[Pin, ...] = ()
    forbidden: tuple[str, ...] = field(default=())


def gather_laydown(
    scenario: Scenario,
    requirement: Requirement,  # noqa: ARG001  # sites follow the force that exists, not the one asked for
    force: Force,
    *,
    pins: tuple[Pin, ...] = (),
    forbidden: tuple[str, ...] = (),
) -> LaydownInputs:
    """Take from a resolved scenario and its force what laydown needs.

    Parameters
    ----------
    pins, forbidden
        What a planner pins to a place or keeps away from it.

    Raises
    ------
    ScenarioError
        When a force is to be placed but there is no trace of the line.
    UnknownNameError
        When a factor, capability or place is missing.
    """
    empty = scenario.mission.posture == "none"
    trace = None if empty else main_trace(scenario)
    units = () if empty else units_to_place(scenario, force)
    known = {place.id for place in scenario.places.values()}
    for name in (*forbidden, *(pin.place for pin in pins)):
        if name not in known:
            raise unknown_name("place", name, known)
    capabilities = {row.capability for row in units} | {"observer_team"}
    return LaydownInputs(
        posture=scenario.mission.posture,
        access=scenario.settlement.access,
        host=scenario.mission.host_nation,
        points=trace.points if trace else (),
        sectors=() if trace is None else line_sectors(scenario, trace),
        depth_km=scenario.settlement.zone_depth_km.nominal,
        standoff_km=scenario.settlement.standoff_km.nominal,
        respond_minutes=scenario.service.respond_minutes,
        event_minutes=scenario.service.observe_event_minutes,
        units=units,
        capabilities={name: row for name, row in scenario.capabilities.items() if name in capabilities},
        places=tuple(scenario.places.values()),
        assets=tuple(scenario.assets.values()),
        factors={} if empty else {key: scenario.factor(key) for key in FACTORS},
        gives={key: row.value.nominal for key, row in scenario.factors.items() if key.startswith(_SHARES)},
        pins=pins,
        forbidden=forbidden,
    )


def main_trace(scenario: Scenario) -> Trace:
    """The line that is laid out: the contact trace of the greatest weight (the first of equals).

    Raises
    ------
    ScenarioError
        When there is no trace of kind contact.
    """
    contact = [trace for trace in scenario.traces.values() if trace.kind == "contact"]
    if not contact:
        expected = (
            "a trace of kind contact; sizing alone needs only line_km, a laydown needs to know where the line runs"
        )
        raise ScenarioError([Problem(file="line.geojson", line=None, key="kind", value="none", expected=expected)])
    return max(contact, key=lambda trace: trace.weight)


def line_sectors(scenario: Scenario, trace: Trace) -> tuple[SectorRow, ...]:
    """Sectors in order, ending at the end of the trace; one sector of mixed terrain where the scenario has none."""
    from dataclasses import replace

    from holdfast.geo.line import Line

    length = Line(trace.points).length_km
    rows = line_rows(scenario)
    kept = [replace(row, to_km=min(row.to_km, length)) for row in rows if row.from_km < length]
    if kept:
        return tuple(kept)
    whole = SectorRow(
        id="line", name="the whole line", from_km=0.0, to_km=length, kind="contact", terrain="mixed", mines=0.0,
        threat_weight=1.0, road_kmh=scenario.factor("respond.default_road_kmh"), assumption="no sectors given",
    )  # fmt: skip
    return (whole,)


def units_to_place(scenario: Scenario, force: Force) -> tuple[UnitsToPlace, ...]:
    """The force at full capability by capability and area, the backstop's by element.

    Full capability is what generation lists as the force's units (G17): what deployment moves and nothing else. Elements of
    the backstop count where they are asked for and granted.
    """
    totals: dict[tuple[str, str], float] = {}
    for unit in force.units:
        if not unit.backstop:
            key = (unit.capability, unit.area)
            totals[key] = totals.get(key, 0.0) + unit.units
    found = [
        UnitsToPlace(capability=capability, area=area, units=round(units, _DIGITS))
        for (capability, area), units in sorted(totals.items())
    ]
    return tuple(row for row in found + _backstop_units(scenario, force) if row.units > 0)


def _backstop_units(scenario: Scenario, force: Force) -> list[UnitsToPlace]:
    if not (scenario.backstop_levers.asked and scenario.backstop_levers.granted):
        return []
    units = {unit.id: unit for unit in force.units if unit.backstop and unit.id in scenario.backstop}
    rows = [scenario.backstop[name] for name in sorted(units)]
    return [
        UnitsToPlace(
            capability=row.capability,
            area={"transfer": "country", "operate_outside": "neighbour"}.get(row.mode, "theatre"),
            units=round(units[row.id].units, _DIGITS),
            backstop=True,
            mode=row.mode,
            based=row.based,
        )
        for row in rows
    ]
