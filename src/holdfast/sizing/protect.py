"""Protect: counter-drone and short-range air defence over bases, and a cover of the defended assets by reach.

The batteries for the assets are chosen by a greedy cover whose distance from the best possible is bounded by the linear
relaxation; a salvo row adds channels against ballistic and cruise missiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.models.detection import radio_horizon_km
from holdfast.models.reach import reach_km, reaches_km
from holdfast.models.travel import great_circle_km
from holdfast.results.derivation import formula
from holdfast.scenario.types import TARGET_TYPES, Capability
from holdfast.sizing.desk import Desk, Row, TaskDemand, counted, plain, whole
from holdfast.sizing.inputs import DAYS_A_MONTH, SizingInputs
from holdfast.sizing.program import PART_PREFIX, cost_of, stack

TASK = "protect"
BASE_NEEDS = ("cuas", "shorad", "guard")
Array = NDArray[np.float64]


@formula(
    "size.protect.bases", unit="bases", text="people in country / people a base, rounded up", reference="MODEL.md 1.6"
)
def bases(people: Any, per_base: Any) -> Any:
    """Bases that must be protected."""
    return whole(people / per_base)


@formula(
    "size.protect.engaged", unit="1", text="min(1, channels a base x times a channel is used in a raid / targets)",
    reference="MODEL.md 1.6, attack on bases; formula P3",
)  # fmt: skip
def engaged(channels: Any, bases: Any, targets: Any, cycles: Any) -> Any:
    """Share of a raid on one base that the base's own weapons can engage."""
    able = channels / np.maximum(bases, 1.0) * cycles
    return plain(np.minimum(1.0, able / np.maximum(targets, 1e-9)))


@formula(
    "size.protect.days_of_supply", unit="days",
    text="interceptors held / (raids a month x 12 / 365 x targets a raid x share engaged x shots a target)",
    reference="MODEL.md 1.6, interceptor days of supply",
)  # fmt: skip
def days_of_supply(interceptors: Any, raids_per_month: Any, targets_per_raid: Any, share: Any, shots: Any) -> Any:
    """How long the first load of interceptors lasts at the expected rate of attack."""
    a_day = np.asarray(raids_per_month / DAYS_A_MONTH * targets_per_raid * share * shots, dtype=float)
    return plain(np.where(a_day > 0, interceptors / np.where(a_day > 0, a_day, 1.0), np.inf))


@formula(
    "size.protect.salvo", unit="channels", text="missiles a raid x protected share / times a channel is used in a raid",
    reference="MODEL.md 1.6",
)  # fmt: skip
def salvo(missiles: Any, share: Any, cycles: Any) -> Any:
    """Engagement channels that meet the missiles of one raid over the protected share."""
    return missiles * share / cycles


@dataclass(frozen=True, kw_only=True)
class AssetCover:
    """Which batteries at which assets cover which assets: the part of the cover that no service level moves.

    `covers[b, a, t]`: whether battery option b (a capability at a site) covers asset a against target type t.
    """

    options: tuple[tuple[str, int], ...]
    covers: NDArray[np.bool_]
    costs: Array
    weights: Array
    threatened: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Batteries:
    """Batteries chosen, the share of weight covered against each target type, and the linear bound on their cost."""

    units: dict[str, float]
    covered: tuple[float, ...]
    cost: float
    bound: float
    reachable: bool


def make_asset_cover(inputs: SizingInputs) -> AssetCover | None:
    """Options and what they cover; `None` when there is no asset or no battery."""
    field = find_field(Desk(inputs))
    if field is None:
        return None
    count = len(inputs.assets)
    useful = field.useful[0]
    blocks = [(field.distance[:, :, None] <= reach[None, None, :]) & (reach > 0) for reach in useful]
    return AssetCover(
        options=tuple((name, site) for name in field.kinds for site in range(count)),
        covers=np.concatenate(blocks),
        costs=np.repeat(field.costs[0], count),
        weights=field.weights[0],
        threatened=field.threatened[0],
    )


@dataclass(frozen=True, kw_only=True)
class AssetField:
    """The same as arrays over draws (first axis; of length 1 nominally), before options are laid out at the assets."""

    kinds: tuple[str, ...]
    distance: Array
    """Shape (site, asset), km: batteries stand at the assets."""
    useful: Array
    """Shape (draw, battery, target): reach at which the chance to engage is one half, km."""
    costs: Array
    weights: Array
    threatened: NDArray[np.bool_]


def find_field(desk: Desk) -> AssetField | None:
    """Reaches, costs and weights of batteries and assets as the desk has them; `None` without assets or batteries."""
    inputs = desk.inputs
    kinds = tuple(row.id for row in inputs.capabilities.values() if _is_battery(row))
    if not inputs.assets or not kinds:
        return None
    places = np.array([(row.lon, row.lat) for row in inputs.assets])
    edge = stack([desk.number("reach.edge_share")])[:, :, None]
    altitude = stack([desk.number(f"altitude.{target}_m") for target in TARGET_TYPES])[:, None, :]
    reach = np.stack([_reaches(desk, name) for name in kinds], axis=1)
    antenna = np.array([inputs.capabilities[name].antenna_m for name in kinds])[None, :, None]
    decay = stack([desk.number("protect.priority_decay")])
    weight = decay ** (np.array([row.priority for row in inputs.assets])[None, :] - 1.0)
    raids = [desk[desk.threat(name)] for name in _THREATS]
    return AssetField(
        kinds=kinds,
        distance=np.asarray(great_circle_km(places[:, None], places[None, :])),
        useful=np.minimum(reach, radio_horizon_km(antenna, altitude)) * (1.0 - 0.5 * edge),  # formula P1 at one half
        costs=stack([cost_of(desk, name) for name in kinds]),
        weights=weight / weight.sum(axis=1, keepdims=True),
        threatened=stack([np.where(np.asarray(raids[0]) > 0, raid, 0.0) for raid in raids]) > 0,
    )


_THREATS = ("raids_air_per_month", "cruise_missiles_per_raid", "drones_per_raid", "ballistic_missiles_per_raid")
"""What makes each target type a threat, in the order of `TARGET_TYPES`; none comes without raids."""


def _reaches(desk: Desk, name: str) -> Array:
    """Reach of a battery against each target type, shape (draw, target)."""
    return stack([desk.catalogue(name, f"reach_{target}_km") for target in TARGET_TYPES])


def _is_battery(row: Capability) -> bool:
    return row.domain == "air_defence" and TASK in row.tasks and bool(reaches_km(row).any())


def choose_batteries(cover: AssetCover, *, share: float) -> Batteries:
    """Greedy cover: always the battery that adds most weighted cover for its cost; then drop what is not needed.

    Every threatened target type must have `share` of the weight covered, or as much as all options together cover.
    """
    from holdfast.sizing.kernels import cover_assets

    gain = np.ascontiguousarray(cover.covers[:, :, cover.threatened])
    best = cover.weights @ gain.any(axis=0) if gain.size else np.zeros(0)
    asked = np.minimum(share, best)
    room = np.zeros(len(cover.options), dtype=np.int64)
    count = cover_assets(gain, cover.weights, cover.costs, asked, room) if gain.size else 0
    chosen = room[:count].tolist()
    units: dict[str, float] = {}
    for index in chosen:
        name = cover.options[index][0]
        units[name] = units.get(name, 0.0) + 1.0
    reached = np.full(len(TARGET_TYPES), np.nan)
    reached[cover.threatened] = cover.weights @ gain[chosen].any(axis=0) if chosen else 0.0
    cost = float(cover.costs[chosen].sum())
    bound = _linear_bound(cover, gain, asked) if chosen else 0.0
    full = bool(np.all(best >= share - 1e-9))
    return Batteries(units=units, covered=tuple(reached.tolist()), cost=cost, bound=bound, reachable=full)


def choose_batteries_each(field: AssetField, share: Any, *, threads: int = 1) -> dict[str, Array]:
    """Batteries of each kind by the same greedy cover for every draw."""
    from holdfast.sizing.kernels import cover_assets_each
    from holdfast.sizing.program import share_out

    asked = np.asarray(share, dtype=float).reshape(-1)
    parts = [field.useful, field.costs, field.weights, field.threatened, asked]
    cases = max(part.shape[0] for part in parts)
    spread = [np.ascontiguousarray(np.broadcast_to(part, (cases, *part.shape[1:]))) for part in parts]
    useful, costs, weights, threatened, asked = (part.copy() if not part.flags.writeable else part for part in spread)
    units = np.zeros((cases, len(field.kinds)))
    order = np.argsort(field.distance, axis=1, kind="stable")
    near = np.take_along_axis(field.distance, order, axis=1)

    def run(job: tuple[int, int]) -> None:
        cover_assets_each(order, near, useful, costs, weights, threatened, asked, job[0], job[1], units)

    share_out(run, cases, threads=threads)
    return {name: units[:, number] for number, name in enumerate(field.kinds)}


def _linear_bound(cover: AssetCover, gain: NDArray[np.bool_], asked: Array) -> float:
    """Least cost of the linear relaxation: no cover costs less.

    Options that another covers at no more cost, and places covered by the same options, are taken together first. What is
    left uncovered of a place is a variable u: what covers it plus u makes 1, and the weighted sum of u is at most what may
    stay uncovered.
    """
    from holdfast.models.covering import relaxed_cost
    from holdfast.sizing.kernels import undominated

    count, assets, targets = gain.shape
    reach = gain.reshape(count, assets * targets)
    order = np.lexsort((np.arange(count), -reach.sum(axis=1), cover.costs))
    kept = np.flatnonzero(undominated(reach, order))
    costs = cover.costs[kept]
    weight, target = np.repeat(cover.weights, targets), np.tile(np.arange(targets), assets)
    alike: dict[tuple[int, bytes], float] = {}
    for number, column in enumerate(np.ascontiguousarray(reach[kept].T)):
        if column.any():
            key = (int(target[number]), column.tobytes())
            alike[key] = alike.get(key, 0.0) + float(weight[number])
    groups = np.array([key[0] for key in alike])
    patterns = np.array([np.frombuffer(key[1], dtype=bool) for key in alike])
    worth = np.array(list(alike.values()))
    cells = len(patterns)
    matrix = np.zeros((cells + targets, len(costs) + cells))
    matrix[:cells, : len(costs)] = patterns
    matrix[:cells, len(costs) :] = np.eye(cells)
    right = np.ones(cells + targets)
    for number in range(targets):
        mine = groups == number
        matrix[cells + number, len(costs) :] = np.where(mine, -worth, 0.0)
        right[cells + number] = asked[number] - worth[mine].sum()
    return relaxed_cost(matrix, right, np.concatenate([costs, np.zeros(cells)]))


def _each(desk: Desk, name: str) -> str:
    """Key of the factor that says how much of a need one base has."""
    return f"protect.{name}_per_base_{desk.inputs.posture}"


def base_rows(desk: Desk, count: Any = 0.0) -> list[Row]:
    """Sections, batteries and guards for so many bases, and for each base more that strength brings."""
    return [
        Row(task=TASK, id=f"protect.{name}", amount=count * desk.number(_each(desk, name)), unit="units",
            figure=f"size.protect.base_{name}", gives=desk.gives(name) if name == "guard" else desk.gives(name, task=TASK),
            per_base=desk.number(_each(desk, name)))
        for name in BASE_NEEDS
    ]  # fmt: skip


def demand_protect(desk: Desk, assets: list[Row], words: str, *, bases: float) -> TaskDemand:
    """The whole task: `bases` as they settled with strength, and the batteries for the assets.

    Parameters
    ----------
    assets, words
        Rows and text of `asset_rows`.
    """
    desk.sheet.optimum(
        "size.protect.bases", bases, unit="bases", text="fixed point of people in country / people a base, rounded up",
        inputs=(desk.factor("protect.people_per_base"),),
    )  # fmt: skip
    rows = base_rows(desk, bases)
    for row, name in zip(rows, BASE_NEEDS, strict=True):
        desk.apply(row.figure, "size.product", bases="size.protect.bases", each=desk.factor(_each(desk, name)))
    raided = desk.say(lambda: _raid_text(desk, rows, bases))
    text = counted(bases, "base") + raided + (f"; {words}" if words else "")
    return TaskDemand(task=TASK, rows=(*rows, *assets), binding=text)


def _raid_text(desk: Desk, rows: list[Row], count: float) -> str:
    """How much of one raid, aimed at the bases alone, their own guns and missiles can engage: figures and words."""
    reach_drones = {name for name, row in desk.inputs.capabilities.items() if row.reach_drone_km > 0}
    channels = sum(
        row.amount * desk.capability(name).channels
        for row in rows
        for name in list(row.gives)[:1]
        if name in reach_drones
    )
    raided = min(desk[desk.threat("raids_air_per_month")], desk[desk.threat("drones_per_raid")])
    if min(count, channels, raided) <= 0:
        return ""
    held = desk.sheet.optimum(
        "size.protect.base_channels", channels, unit="targets",
        text="sum over bases of units there x targets each engages at once", inputs=tuple(row.figure for row in rows),
    )  # fmt: skip
    share = desk.apply(
        "size.protect.base_engaged", "size.protect.engaged", channels="size.protect.base_channels",
        bases="size.protect.bases", targets=desk.threat("drones_per_raid"), cycles=desk.factor("reach.cycles_per_raid"),
    )  # fmt: skip
    return f" (a raid of {desk['threat.drones_per_raid']:g} drones on one base: {desk[share]:.0%} engaged by {held / count:.2g} channels)"


def asset_rows(desk: Desk, cover: AssetCover | None) -> tuple[list[Row], str]:
    """Batteries for the defended assets, and what they cover, in words; nothing where the posture does not ask."""
    if cover is None or not desk.switch(f"protect.assets_{desk.inputs.posture}"):
        return [], ""
    share = desk.service("protected_share")
    found = choose_batteries(cover, share=desk[share])
    gap = 0.0 if found.cost == 0 else max(1.0 - found.bound / found.cost, 0.0)
    text = f"greedy cover of the defended assets; at most {gap:.0%} dearer than the cheapest cover (linear bound)"
    reasons = (
        share, desk.factor("protect.priority_decay"), desk.factor("reach.edge_share"),
        desk.threat("raids_air_per_month"),
    )  # fmt: skip
    rows: list[Row] = []
    for name, units in sorted(found.units.items()):
        figure = f"size.protect.assets.{name}"
        desk.sheet.optimum(figure, units, unit="batteries", text=text, inputs=reasons)
        rows.append(_battery_row(name, units))
    rows.extend(_salvo_rows(desk, dict.fromkeys(option[0] for option in cover.options)))
    words = ", ".join(
        f"{target.replace('_', ' ')} {value:.0%}"
        for target, value in zip(TARGET_TYPES, found.covered, strict=True)
        if not np.isnan(value)
    )
    binding = (
        f"weighted assets covered against {words}; {text}" if words else "no raids, so no batteries for the assets"
    )
    if not found.reachable:
        binding += f" (no layout reaches {desk[share]:.0%} against every target type)"
    return rows, "; ".join(part for part in (binding, _supply_text(desk, found)) if part)


def asset_rows_each(desk: Desk, *, threads: int = 1) -> list[Row]:
    """The rows of `asset_rows` over draws."""
    field = find_field(desk)
    if field is None or not desk.switch(f"protect.assets_{desk.inputs.posture}"):
        return []
    units = choose_batteries_each(field, desk[desk.service("protected_share")], threads=threads)
    return [*(_battery_row(name, count) for name, count in units.items()), *_salvo_rows(desk, field.kinds)]


def _battery_row(name: str, units: Any) -> Row:
    figure = f"size.protect.assets.{name}"
    return Row(task=TASK, id=figure, amount=units, unit="batteries", figure=figure, gives={name: 1.0})


def _salvo_rows(desk: Desk, batteries: Iterable[str]) -> list[Row]:
    """Channels enough, over all batteries that reach them, for the missiles of one raid over the protected share."""
    rows: list[Row] = []
    for target in ("cruise_missile", "ballistic_missile"):
        gives = {
            name: desk.catalogue(name, "channels") for name in batteries
            if reach_km(desk.capability(name), target) > 0 and desk.capability(name).channels > 0
        }  # fmt: skip
        figure = desk.apply(
            f"size.protect.salvo_{target}", "size.protect.salvo", missiles=desk.threat(f"{target}s_per_raid"),
            share=desk.service("protected_share"), cycles=desk.factor("reach.cycles_per_raid"),
        )  # fmt: skip
        if gives:
            rows.append(
                Row(
                    task=TASK, id=PART_PREFIX + target, amount=desk[figure], unit="channels", figure=figure, gives=gives
                )
            )
    return rows


def _supply_text(desk: Desk, found: Batteries) -> str:
    """Interceptor days of supply of the batteries chosen, as a figure and in words; nothing where no raids use any."""
    stock = sum(units * desk.capability(name).interceptors for name, units in found.units.items())
    held = "size.protect.interceptors"
    loads = [desk.of_capability(name, "interceptors") for name in sorted(found.units)]
    desk.sheet.optimum(
        held, stock, unit="missiles", text="first load of the batteries chosen: sum of units x interceptors a unit",
        inputs=(*(f"size.protect.assets.{name}" for name in sorted(found.units)), *loads),
    )  # fmt: skip
    targets = desk.apply(
        "size.protect.targets", "size.people_sum", drones=desk.threat("drones_per_raid"),
        cruise=desk.threat("cruise_missiles_per_raid"), ballistic=desk.threat("ballistic_missiles_per_raid"),
    )  # fmt: skip
    aimed = desk.apply(
        "size.protect.engaged_share",
        "size.product",
        share=desk.service("protected_share"),
        part=desk.factor("protect.missile_share"),
    )
    days = desk.apply(
        "size.protect.days_of_supply", "size.protect.days_of_supply", interceptors=held,
        raids_per_month=desk.threat("raids_air_per_month"), targets_per_raid=targets, share=aimed,
        shots=desk.factor("reach.shots_per_target"),
    )  # fmt: skip
    wanted = desk.number("protect.days_of_supply")
    if not np.isfinite(desk[days]):
        return ""
    verdict = "enough" if desk[days] >= wanted else "too few"
    return (
        f"interceptors for {desk[days]:,.0f} days of raids at the expected rate ({verdict} for the {wanted:g} planned)"
    )
