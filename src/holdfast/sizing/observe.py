"""Observe: the cheapest mix of posts, sensors, patrols and orbits that sees violations as often as asked.

Each sector chooses one mix from its menu; orbits are shared between sectors and bought whole. That choice is an integer
program (formula 4 of docs/stages/sizing.md), solved exactly in `observe_choice`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.errors import Problem, ScenarioError
from holdfast.models.detection import require_range
from holdfast.models.sensing import barrier_probability, layer_of, sweep_width_km, visibility_weights
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, along, whole
from holdfast.sizing.menu import SectorMenu, cost_of
from holdfast.sizing.observe_choice import Mix, choose_mix, reason_of
from holdfast.sizing.watched import watched

__all__ = [
    "ORBIT",
    "TASK",
    "Mix",
    "aircraft_for",
    "choose_mix",
    "crossing_text",
    "demand_observe",
    "keeps_line_posts",
    "orbit_row",
    "post_row",
    "require_orbit",
]

TASK = "observe"
ORBIT = "male_uav_orbit"


@formula(
    "size.observe.line_posts", unit="posts", text="width / spacing, rounded up in each sector on a line on land",
    reference="MODEL.md 1.1; UNDOF's spacing",
)  # fmt: skip
def line_posts(width_km: Any, land: Any, spacing_km: Any) -> Any:
    """Posts that interposition keeps on the line."""
    return along(whole(np.asarray(width_km) / spacing_km) * land)


@formula(
    "size.observe.orbit_aircraft", unit="aircraft", text="ceil(n (e + u) / ((e - 2 tau) a))",
    reference="MODEL.md 1.1, orbit",
)  # fmt: skip
def aircraft_for(orbits: Any, endurance_h: Any, transit_h: Any, turnaround_h: Any, availability: Any) -> Any:
    """Aircraft that keep the orbits filled around the clock.

    Raises
    ------
    ValueRangeError
        When the endurance does not exceed the way there and back.
    """
    useful = np.asarray(endurance_h - 2.0 * np.asarray(transit_h, dtype=float))
    require_range(
        bool((useful > 0).all()),
        "an orbit is farther than its aircraft fly: endurance_h must exceed twice factor observe.orbit_transit_h",
    )
    return whole(orbits * (endurance_h + np.asarray(turnaround_h)) / (useful * availability))


@formula(
    "size.observe.orbit_units", unit="units", text="aircraft / aircraft a unit, rounded up", reference="MODEL.md 1.1"
)
def orbit_units(aircraft: Any, aircraft_per_unit: Any) -> Any:
    """Units that own the aircraft of the orbits."""
    return whole(np.asarray(aircraft) / aircraft_per_unit)


def require_orbit(desk: Desk) -> None:
    """Stop where the aircraft of the shared orbits cannot reach them.

    Raises
    ------
    ScenarioError
        When the endurance is not more than twice the way; names the row of the catalogue and the factor.
    """
    row, transit = desk.capability(ORBIT), desk.inputs.factors["observe.orbit_transit_h"].value.nominal
    if row.endurance_h <= 2.0 * transit:
        expected = (
            f"more than {2.0 * transit:g}, twice the way to the orbit (factors.observe.orbit_transit_h = {transit:g} h): "
            "base it nearer or take one that flies longer"
        )
        key, value = f"{ORBIT}.endurance_h", f"{row.endurance_h:g}"
        raise ScenarioError([Problem(file="capabilities.csv", line=None, key=key, value=value, expected=expected)])


def demand_observe(desk: Desk, menus: tuple[SectorMenu, ...]) -> TaskDemand:
    """Units that watch the zone, and the posts that interposition keeps on it.

    Raises
    ------
    ScenarioError
        When the aircraft of a shared orbit cannot reach it.
    """
    if any(len(menu.shares) > 1 for menu in menus):
        require_orbit(desk)
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
    tens = _sector_figures(desk, menus, mix, rise=desk[share], inputs=reasons)
    text = f"integer program over the menu of each sector; {_worst(menus, mix)}; {_dearest(menus, tens)}"
    rows = []
    for name, count in sorted(mix.units.items()):
        where = _sectors_with(menus, mix, name)
        rows.append(_mix_row(desk, name, count, text, (*reasons, *where)))
    if mix.orbits:
        where = _sectors_with(menus, mix, ORBIT)
        rows.append(orbit_row(desk, mix.orbits, text=text, inputs=(*reasons, *where)))
    desk.sheet.optimum(
        "size.observe.seen",
        np.array(mix.seen),
        unit="1",
        text="probability seen in each sector as sized",
        inputs=reasons,
    )
    desk.sheet.optimum(
        "size.observe.heard", np.array(mix.impulsive), unit="1",
        text="probability that a shot is noticed, by sector", inputs=reasons,
    )  # fmt: skip
    if keeps_line_posts(desk):
        rows.append(post_row(desk))
    return TaskDemand(task=TASK, rows=tuple(rows), binding=_binding(desk, mix))


def keeps_line_posts(desk: Desk) -> bool:
    """Whether the posture and the terms put posts between the sides."""
    return desk.inputs.posture == "interpose" and desk.inputs.settlement.access == "both"


def _sector_figures(
    desk: Desk, menus: tuple[SectorMenu, ...], mix: Mix, *, rise: float, inputs: tuple[str, ...]
) -> tuple[float, ...]:
    """Name the mix of every sector with what binds it; returns the cost of ten more points of probability in each."""
    tens = []
    for number, menu in enumerate(menus):
        why = reason_of(menu, mix.picks[number], asked=mix.asked[number], rise=rise)
        tens.append(why.ten_musd)
        asked, heard = mix.asked[number]
        text = (
            f"{_in_words(menu, mix.picks[number])}: sees {mix.seen[number]:.3f} of {asked:.3f} asked, notices shots "
            f"{mix.impulsive[number]:.3f} of {heard:.3f}; binds: {why.binds}; one more point of probability: "
            f"{_price(why.point_musd)}, ten more: {_price(why.ten_musd)}"
        )
        cost = float(menu.cost[mix.picks[number]])
        desk.sheet.optimum(f"size.observe.mix.{menu.sector}", cost, unit="MUSD/year", text=text, inputs=inputs)
    return tuple(tens)


def _price(musd: float) -> str:
    return f"{musd:.3g} MUSD/year" if np.isfinite(musd) else "no mix with this share of orbits"


def _in_words(menu: SectorMenu, pick: int) -> str:
    counts = zip(menu.capabilities, menu.units[pick].tolist(), strict=True)
    said = [f"{count:g} {name}" for name, count in counts if count > 0]
    orbits = float(menu.orbits[pick])
    return " and ".join([*said, *([f"{orbits:g} of an orbit"] if orbits else [])]) or "nothing"


def _sectors_with(menus: tuple[SectorMenu, ...], mix: Mix, name: str) -> tuple[str, ...]:
    """Figures of the sectors whose mix holds a capability."""
    found = []
    for menu, pick in zip(menus, mix.picks, strict=True):
        held = menu.orbits[pick] if name == ORBIT else dict(zip(menu.capabilities, menu.units[pick], strict=True))[name]
        if held > 0:
            found.append(f"size.observe.mix.{menu.sector}")
    return tuple(found)


def _dearest(menus: tuple[SectorMenu, ...], tens: tuple[float, ...]) -> str:
    """What ten more points of probability in every sector would cost, and where they cost most."""
    able = [(ten, menu.sector) for ten, menu in zip(tens, menus, strict=True) if np.isfinite(ten)]
    if not able:
        return "no sector can be seen ten points better with the same orbits"
    most, sector = max(able, key=lambda pair: pair[0])
    words = f"shadow value: ten more points of probability cost {sum(ten for ten, _ in able):.3g} MUSD/year"
    words += f", most in {sector} ({most:.3g})"
    return words + (f"; {len(tens) - len(able)} sectors cannot" if len(able) < len(tens) else "")


def _reasons(desk: Desk, probability: str, impulsive: str) -> tuple[str, ...]:
    return (
        probability, impulsive, desk.service("observe_event_minutes"), desk.settlement("zone_depth_km"),
        desk.settlement("standoff_km"), desk.widths(), desk.factor("sensing.steepness"),
        *(desk.factor(f"visibility.{state}") for state in ("day", "night", "poor")),
    )  # fmt: skip


def _mix_row(desk: Desk, name: str, count: Any, text: str, reasons: tuple[str, ...]) -> Row:
    figure = f"size.observe.{name}"
    desk.sheet.optimum(figure, count, unit="units", text=text, inputs=(*reasons, desk.of_capability(name, "detect_km")))
    return Row(task=TASK, id=figure, amount=count, unit="units", figure=figure, gives={name: 1.0})


def orbit_row(desk: Desk, orbits: Any, *, text: str, inputs: tuple[str, ...] = ()) -> Row:
    """Units that own the aircraft of the orbits.

    Parameters
    ----------
    orbits
        Whole orbits: a number, or over draws an array of shape (n, 1).
    text, inputs
        How the orbits were chosen, and the figures that they follow from.
    """
    desk.sheet.optimum("size.observe.orbits", orbits, unit="orbits", text=text, inputs=inputs)
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


def post_row(desk: Desk) -> Row:
    """Posts that interposition keeps on the line, by sector on land; one case or many."""
    land = np.array([float(row.kind not in {"sea", "area"}) for row in desk.inputs.sectors])
    flag = desk.given(
        "sectors.on_land", land, unit="1", text="1 where a sector is a stretch of a line on land",
        assumption="from the kind of the sector",
    )  # fmt: skip
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
    if all(chance == 1.0 for chance in missed) or desk.is_area:
        return ""
    chance = 1.0 - float(np.prod(missed))
    reasons = (desk.length(), desk.factor("observe.crosser_kmh"))
    text = "random barrier patrol by each kind of mover chosen, mean over sectors and visibility"
    desk.sheet.optimum("size.observe.crossing", chance, unit="1", text=text, inputs=reasons)
    return f"; a crossing is met by a patrol or orbit with probability {chance:.2f}"


def _missed_crossing(desk: Desk, name: str, count: float) -> float:
    """Chance that no unit of one kind of mover, spread over the line, meets a crosser; 1 for layers that stand still."""
    row, inputs = desk.capability(name), watched(desk.inputs)
    weights = visibility_weights(inputs.factors)
    share: dict[str, float] = {}
    for sector in inputs.sectors:
        share[sector.terrain] = share.get(sector.terrain, 0.0) + (sector.to_km - sector.from_km) / inputs.line_km
    missed = 0.0
    for terrain, part in share.items():
        layer = layer_of(row, inputs.factors, terrain=terrain)
        if layer.is_static:
            return 1.0
        met = [
            barrier_probability(
                count * layer.duty * sweep_width_km(reach, steepness=desk.number("sensing.steepness")),
                length_km=inputs.line_km, searcher_kmh=row.speed_kmh, crosser_kmh=desk.number("observe.crosser_kmh"),
            )
            for reach in layer.r50_km
        ]  # fmt: skip
        missed += part * (1.0 - float(weights @ np.array(met)))
    return missed
