"""Observe: the cheapest mix of posts, sensors, patrols and orbits that sees violations as often as asked.

Each sector chooses one mix from its menu; orbits are shared between sectors and bought whole. That choice is an integer
program (formula 4 of docs/stages/sizing.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from holdfast.core.errors import InfeasibleError
from holdfast.core.solver import quiet_stdout
from holdfast.models.sensing import (
    barrier_probability,
    layer_of,
    orbit_aircraft,
    sweep_width_km,
    visibility_weights,
)
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand
from holdfast.sizing.menu import SectorMenu, cost_of

TASK = "observe"
ORBIT = "male_uav_orbit"


@formula(
    "size.observe.line_posts", unit="posts", text="width / spacing, rounded up in each sector that is not sea",
    reference="MODEL.md 1.1; UNDOF's spacing",
)  # fmt: skip
def line_posts(width_km: Any, land: Any, spacing_km: Any) -> Any:
    """Posts that interposition keeps on the line."""
    return float(np.sum(np.ceil(np.asarray(width_km) / spacing_km - 1e-9) * land))


@formula(
    "size.observe.orbit_aircraft", unit="aircraft", text="ceil(n (e + u) / ((e - 2 tau) a))",
    reference="MODEL.md 1.1, orbit",
)  # fmt: skip
def aircraft_for(orbits: Any, endurance_h: Any, transit_h: Any, turnaround_h: Any, availability: Any) -> Any:
    """Aircraft that keep the orbits filled around the clock."""
    if orbits == 0:
        return 0.0
    return float(
        orbit_aircraft(
            orbits, endurance_h=endurance_h, transit_h=transit_h, turnaround_h=turnaround_h, availability=availability
        )
    )


@formula(
    "size.observe.orbit_units", unit="units", text="aircraft / aircraft a unit, rounded up", reference="MODEL.md 1.1"
)
def orbit_units(aircraft: Any, aircraft_per_unit: Any) -> Any:
    """Units that own the aircraft of the orbits."""
    return float(np.ceil(aircraft / aircraft_per_unit - 1e-9))


@dataclass(frozen=True, kw_only=True)
class Mix:
    """The mix chosen for every sector: units by capability, orbits, and what is seen."""

    units: dict[str, float]
    orbits: float
    seen: tuple[float, ...]
    impulsive: tuple[float, ...]
    short: tuple[str, ...]
    """Sectors whose menu cannot reach the probability asked, with the best it reaches, in words."""
    cost: float


def choose_mix(
    menus: tuple[SectorMenu, ...], *, probability: float, impulsive: float, orbit_cost: float, share_of_best: float
) -> Mix:
    """One mix a sector and whole orbits at least cost: min Σ c x + C K with Σ_m x_im = 1, Σ w x <= K, K whole.

    Parameters
    ----------
    probability, impulsive
        Asked for violations that last, and for shots.
    share_of_best
        A sector that cannot reach what is asked is asked for this share of the most it can.

    Raises
    ------
    InfeasibleError
        When the solver finds no choice (it always exists; this would be an error of the program).
    """
    sectors: list[int] = []
    picks: list[int] = []
    short: list[str] = []
    for number, menu in enumerate(menus):
        asked, heard = probability, impulsive
        if menu.best_seen() < probability:
            asked = share_of_best * menu.best_seen()
            short.append(f"{menu.sector}: at most {menu.best_seen():.2f}")
        if menu.best_impulsive(asked) < impulsive:
            heard = share_of_best * menu.best_impulsive(asked)
            short.append(f"{menu.sector}: shots at most {menu.best_impulsive(asked):.2f}")
        for pick in menu.cheapest(asked, heard).values():
            sectors.append(number)
            picks.append(pick)
    chosen, orbits = _solve_choice(menus, sectors, picks, orbit_cost=orbit_cost)
    units: dict[str, float] = {}
    for menu, pick in zip(menus, chosen, strict=True):
        for name, count in zip(menu.capabilities, menu.units[pick], strict=True):
            units[name] = units.get(name, 0.0) + float(count)
    pairs = list(zip(menus, chosen, strict=True))
    return Mix(
        units={name: count for name, count in units.items() if count > 0},
        orbits=orbits,
        seen=tuple(float(menu.seen[pick]) for menu, pick in pairs),
        impulsive=tuple(float(menu.impulsive[pick]) for menu, pick in pairs),
        short=tuple(short),
        cost=float(sum(menu.cost[pick] for menu, pick in pairs)) + orbits * orbit_cost,
    )


def _solve_choice(
    menus: tuple[SectorMenu, ...], sectors: list[int], picks: list[int], *, orbit_cost: float
) -> tuple[list[int], float]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    count = len(picks)
    costs = np.array([menus[i].cost[m] for i, m in zip(sectors, picks, strict=True)] + [orbit_cost])
    one_each = np.zeros((len(menus), count + 1))
    one_each[sectors, np.arange(count)] = 1.0
    enough = np.array([*(-menus[i].orbits[m] for i, m in zip(sectors, picks, strict=True)), 1.0])
    high = np.append(np.ones(count), np.inf)
    with quiet_stdout():
        found = milp(
            costs, integrality=np.ones(count + 1), bounds=Bounds(0, high),
            constraints=[LinearConstraint(one_each, 1, 1), LinearConstraint(enough[None], 0, np.inf)],
            options={"mip_rel_gap": 1e-6, "node_limit": 20_000},
        )  # fmt: skip
    if found.x is None:
        raise InfeasibleError(f"observe: no choice of mixes was found ({found.message})")
    taken = np.flatnonzero(found.x[:count] > 0.5)
    by_sector = {sectors[index]: picks[index] for index in taken}
    return [by_sector[number] for number in range(len(menus))], float(round(found.x[count]))


def demand_observe(desk: Desk, menus: tuple[SectorMenu, ...]) -> TaskDemand:
    """Units that watch the zone, and the posts that interposition keeps on it."""
    probability = desk.service("observe_probability")
    share = desk.factor(f"observe.impulsive_{desk.inputs.posture}")
    impulsive = desk.apply("size.observe.impulsive_asked", "size.product", probability=probability, share=share)
    price = desk.number("cost.musd_per_person_year")
    orbit_cost = cost_of(desk.capability(ORBIT), musd_per_person=price) if ORBIT in desk.inputs.capabilities else 0.0
    mix = choose_mix(
        menus, probability=desk[probability], impulsive=desk[impulsive], orbit_cost=orbit_cost,
        share_of_best=desk.number("observe.share_of_best"),
    )  # fmt: skip
    reasons = _reasons(desk, probability, impulsive)
    text = "integer program over the menu of each sector; " + _worst(menus, mix)
    rows = [_mix_row(desk, name, count, text, reasons) for name, count in sorted(mix.units.items())]
    if mix.orbits:
        rows.append(_orbit_row(desk, mix, text, reasons))
    desk.sheet.optimum(
        "size.observe.seen",
        np.array(mix.seen),
        unit="1",
        text="probability seen in each sector as sized",
        inputs=reasons,
    )
    desk.sheet.optimum(
        "size.observe.heard",
        np.array(mix.impulsive),
        unit="1",
        text="probability that a shot is noticed, by sector",
        inputs=reasons,
    )
    if desk.inputs.posture == "interpose" and desk.inputs.settlement.access == "both":
        rows.append(_post_row(desk))
    return TaskDemand(task=TASK, rows=tuple(rows), binding=_binding(desk, mix))


def _reasons(desk: Desk, probability: str, impulsive: str) -> tuple[str, ...]:
    return (
        probability, impulsive, desk.service("observe_event_minutes"), desk.settlement("zone_depth_km"),
        desk.settlement("standoff_km"), desk.widths(), desk.factor("sensing.steepness"),
        *(desk.factor(f"visibility.{state}") for state in ("day", "night", "poor")),
    )  # fmt: skip


def _mix_row(desk: Desk, name: str, count: float, text: str, reasons: tuple[str, ...]) -> Row:
    figure = f"size.observe.{name}"
    desk.sheet.optimum(figure, count, unit="units", text=text, inputs=(*reasons, desk.of_capability(name, "detect_km")))
    return Row(task=TASK, id=figure, amount=count, unit="units", figure=figure, gives={name: 1.0})


def _orbit_row(desk: Desk, mix: Mix, text: str, reasons: tuple[str, ...]) -> Row:
    desk.sheet.optimum("size.observe.orbits", mix.orbits, unit="orbits", text=text, inputs=reasons)
    aircraft = desk.apply(
        "size.observe.orbit_aircraft", "size.observe.orbit_aircraft", orbits="size.observe.orbits",
        endurance_h=desk.of_capability(ORBIT, "endurance_h"), transit_h=desk.factor("observe.orbit_transit_h"),
        turnaround_h=desk.factor("observe.turnaround_h"), availability=desk.factor("observe.aircraft_availability"),
    )  # fmt: skip
    figure = desk.apply(
        f"size.observe.{ORBIT}", "size.observe.orbit_units", aircraft=aircraft,
        aircraft_per_unit=desk.factor("observe.aircraft_per_orbit_unit"),
    )  # fmt: skip
    return Row(task=TASK, id=figure, amount=desk[figure], unit="units", figure=figure, gives={ORBIT: 1.0})


def _post_row(desk: Desk) -> Row:
    land = np.array([float(row.kind != "sea") for row in desk.inputs.sectors])
    flag = desk.given(
        "sectors.on_land", land, unit="1", text="1 where a sector is not sea", assumption="from the kind of the sector"
    )
    figure = desk.apply(
        "size.observe.posts", "size.observe.line_posts", width_km=desk.widths(), land=flag,
        spacing_km=desk.factor("interpose.post_spacing_km"),
    )  # fmt: skip
    return Row(task=TASK, id=figure, amount=desk[figure], unit="posts", figure=figure, gives=_post_gives(desk))


def _post_gives(desk: Desk) -> dict[str, float]:
    """Posts a battalion mans: as its catalogue row says (output in posts), else factor `gives.posts.<capability>`."""
    return desk.gives("posts", task=TASK) | {
        name: row.output_per_day for name, row in desk.inputs.capabilities.items()
        if row.output_unit == "posts" and row.output_per_day > 0 and TASK in row.tasks
    }  # fmt: skip


def _worst(menus: tuple[SectorMenu, ...], mix: Mix) -> str:
    worst = int(np.argmin(mix.seen))
    return f"least seen: {menus[worst].sector} at {mix.seen[worst]:.2f}"


def _binding(desk: Desk, mix: Mix) -> str:
    asked = desk["service.observe_probability"]
    parts = [f"{', '.join(f'{count:g} {name}' for name, count in sorted(mix.units.items())) or 'no ground units'}"]
    if mix.orbits:
        parts.append(f"{mix.orbits:g} drone orbits")
    text = f"violations seen with probability {asked:.2f}: " + " and ".join(parts)
    if mix.short:
        text += (
            "; not reachable with any mix under these terms ("
            + "; ".join(mix.short[:6])
            + (", ..." if len(mix.short) > 6 else "")
            + ")"
        )
    return text + crossing_text(desk, mix)


def crossing_text(desk: Desk, mix: Mix) -> str:
    """How often an orbit or patrol meets a crosser on its stretch (barrier formula), in words; empty without movers."""
    movers = dict(mix.units) | ({ORBIT: mix.orbits} if mix.orbits else {})
    missed = [_missed_crossing(desk, name, count) for name, count in movers.items()]
    if all(chance == 1.0 for chance in missed):
        return ""
    chance = 1.0 - float(np.prod(missed))
    reasons = (desk.length(), desk.factor("observe.crosser_kmh"))
    text = "random barrier patrol by each kind of mover chosen, mean over sectors and visibility"
    desk.sheet.optimum("size.observe.crossing", chance, unit="1", text=text, inputs=reasons)
    return f"; a crossing is met by a patrol or orbit with probability {chance:.2f}"


def _missed_crossing(desk: Desk, name: str, count: float) -> float:
    """Chance that no unit of one kind of mover, spread over the line, meets a crosser; 1 for layers that stand still."""
    row, inputs = desk.capability(name), desk.inputs
    weights = visibility_weights(inputs.factors)
    missed = 0.0
    for sector in inputs.sectors:
        layer = layer_of(row, inputs.factors, terrain=sector.terrain)
        if layer.is_static:
            return 1.0
        widths = [
            count * layer.duty * sweep_width_km(reach, steepness=desk.number("sensing.steepness"))
            for reach in layer.r50_km
        ]
        chances = [
            barrier_probability(
                width,
                length_km=inputs.line_km,
                searcher_kmh=row.speed_kmh,
                crosser_kmh=desk.number("observe.crosser_kmh"),
            )
            for width in widths
        ]
        missed += (sector.to_km - sector.from_km) / inputs.line_km * (1.0 - float(weights @ np.array(chances)))
    return missed
