"""Protect: counter-drone and short-range air defence over bases, and a cover of the defended assets by reach.

The batteries for the assets are chosen by a greedy cover whose distance from the best possible is bounded by the linear
relaxation; a salvo row adds channels against ballistic and cruise missiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.solver import quiet_stdout
from holdfast.models.reach import masked_reach_km, reach_km, reaches_km
from holdfast.models.sensing import factor_value
from holdfast.models.travel import great_circle_km
from holdfast.results.derivation import formula
from holdfast.scenario.types import TARGET_TYPES, Capability
from holdfast.sizing.desk import Desk, Row, TaskDemand
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.menu import cost_of

TASK = "protect"
BASE_NEEDS = ("cuas", "shorad", "guard")
PART_PREFIX = "protect.salvo_"
"""Rows met by the batteries that cover the assets, not by batteries of their own."""
Array = NDArray[np.float64]


@formula(
    "size.protect.bases", unit="bases", text="people in country / people a base, rounded up", reference="MODEL.md 1.6"
)
def bases(people: Any, per_base: Any) -> Any:
    """Bases that must be protected."""
    return float(np.ceil(people / per_base - 1e-9))


@formula(
    "size.protect.days_of_supply", unit="days", text="interceptors held / (targets a day engaged x shots a target)",
    reference="MODEL.md 1.6, interceptor days of supply",
)  # fmt: skip
def days_of_supply(interceptors: Any, raids_per_month: Any, targets_per_raid: Any, share: Any, shots: Any) -> Any:
    """How long the first load of interceptors lasts at the expected rate of attack."""
    a_day = raids_per_month / 30.0 * targets_per_raid * share * shots
    return interceptors / a_day if a_day > 0 else np.inf


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
    batteries = [row for row in inputs.capabilities.values() if _is_battery(row)]
    if not inputs.assets or not batteries:
        return None
    places = np.array([(row.lon, row.lat) for row in inputs.assets])
    distance = np.asarray(great_circle_km(places[:, None], places[None, :]))
    altitude = np.array([factor_value(inputs.factors, f"altitude.{target}_m") for target in TARGET_TYPES])
    price = factor_value(inputs.factors, "cost.musd_per_person_year")
    decay = factor_value(inputs.factors, "protect.priority_decay")
    edge = factor_value(inputs.factors, "reach.edge_share")
    blocks: list[NDArray[np.bool_]] = []
    for row in batteries:
        reach = masked_reach_km(reaches_km(row)[None], antenna_m=np.array([row.antenna_m]), altitude_m=altitude)[0]
        useful = reach * (1.0 - 0.5 * edge)  # where the chance to engage is one half (formula P1)
        blocks.append((distance[:, :, None] <= useful[None, None, :]) & (reach > 0))
    costs = [cost_of(row, musd_per_person=price) for row in batteries]
    weight = np.array([decay ** (row.priority - 1) for row in inputs.assets])
    threat = inputs.threat
    raids = threat.raids_air_per_month.nominal > 0
    return AssetCover(
        options=tuple((row.id, site) for row in batteries for site in range(len(places))),
        covers=np.concatenate(blocks),
        costs=np.repeat(costs, len(places)),
        weights=weight / weight.sum(),
        threatened=np.array([
            raids, raids and threat.cruise_missiles_per_raid.nominal > 0, raids and threat.drones_per_raid.nominal > 0,
            raids and threat.ballistic_missiles_per_raid.nominal > 0,
        ]),
    )  # fmt: skip


def _is_battery(row: Capability) -> bool:
    return row.domain == "air_defence" and TASK in row.tasks and bool(reaches_km(row).any())


def choose_batteries(cover: AssetCover, *, share: float) -> Batteries:
    """Greedy cover: always the battery that adds most weighted cover for its cost; then drop what is not needed.

    Every threatened target type must have `share` of the weight covered, or as much as all options together cover.
    """
    gain = cover.covers[:, :, cover.threatened]
    best = cover.weights @ gain.any(axis=0) if gain.size else np.zeros(0)
    asked = np.minimum(share, best)
    chosen = _drop_spare(cover, _greedy(cover, gain, asked), gain, asked)
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


def _greedy(cover: AssetCover, gain: NDArray[np.bool_], asked: Array) -> list[int]:
    chosen: list[int] = []
    have = np.zeros(gain.shape[1:], dtype=bool)
    while True:
        missing = np.maximum(asked - cover.weights @ have, 0.0)
        if not np.any(missing > 1e-9):
            return chosen
        added = np.einsum("a,bat->bt", cover.weights, gain & ~have[None])
        value = np.minimum(added, missing[None]).sum(axis=1) / cover.costs
        pick = int(np.argmax(value))
        chosen.append(pick)
        have |= gain[pick]


def _drop_spare(cover: AssetCover, chosen: list[int], gain: NDArray[np.bool_], asked: Array) -> list[int]:
    """Leave out, dearest first, each battery without which the cover still suffices."""
    kept = list(chosen)
    for index in sorted(chosen, key=lambda option: -cover.costs[option]):
        rest = [other for other in kept if other != index]
        if np.all(cover.weights @ gain[rest].any(axis=0) >= asked - 1e-9):
            kept = rest
    return kept


def _linear_bound(cover: AssetCover, gain: NDArray[np.bool_], asked: Array) -> float:
    """Least cost of the linear relaxation: no cover costs less."""
    from scipy.optimize import linprog
    from scipy.sparse import bmat, csr_array, eye_array

    count, assets, targets = gain.shape
    reaches = csr_array(-gain.reshape(count, assets * targets).T.astype(float))
    worth = csr_array(np.kron(-cover.weights[None, :], np.eye(targets)))
    rows = bmat([[reaches, eye_array(assets * targets)], [None, worth]], format="csr")
    right = np.concatenate([np.zeros(assets * targets), -asked])
    costs = np.concatenate([cover.costs, np.zeros(assets * targets)])
    bounds = [(0.0, None)] * count + [(0.0, 1.0)] * (assets * targets)
    with quiet_stdout():
        found = linprog(costs, A_ub=rows, b_ub=right, bounds=bounds, method="highs")
    return float(found.fun) if found.status == 0 else 0.0


def base_count(desk: Desk, people: float) -> float:
    """Bases for so many people in country."""
    return float(bases(people, desk.number("protect.people_per_base")))


def _each(desk: Desk, name: str) -> str:
    """Key of the factor that says how much of a need one base has."""
    return f"protect.{name}_per_base_{desk.inputs.posture}"


def base_rows(desk: Desk, count: float) -> list[Row]:
    """Sections, batteries and guards for so many bases."""
    return [
        Row(task=TASK, id=f"protect.{name}", amount=count * desk.number(_each(desk, name)), unit="units",
            figure=f"size.protect.base_{name}", gives=desk.gives(name) if name == "guard" else desk.gives(name, task=TASK))
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
    text = f"{bases:g} bases" + (f"; {words}" if words else "")
    return TaskDemand(task=TASK, rows=(*rows, *assets), binding=text)


def asset_rows(desk: Desk, cover: AssetCover | None) -> tuple[list[Row], str]:
    """Batteries for the defended assets, and what they cover, in words; nothing where the posture does not ask."""
    if cover is None or desk.number(f"protect.assets_{desk.inputs.posture}") <= 0:
        return [], ""
    share = desk.service("protected_share")
    found = choose_batteries(cover, share=desk[share])
    gap = 0.0 if found.cost == 0 else max(1.0 - found.bound / found.cost, 0.0)
    text = f"greedy cover of the defended assets; at most {gap:.0%} dearer than the linear bound"
    reasons = (
        share, desk.factor("protect.priority_decay"), desk.factor("reach.edge_share"),
        desk.threat("raids_air_per_month"),
    )  # fmt: skip
    rows: list[Row] = []
    for name, units in sorted(found.units.items()):
        figure = f"size.protect.assets.{name}"
        desk.sheet.optimum(figure, units, unit="batteries", text=text, inputs=reasons)
        rows.append(Row(task=TASK, id=figure, amount=units, unit="batteries", figure=figure, gives={name: 1.0}))
    rows.extend(_salvo_rows(desk, cover))
    words = ", ".join(
        f"{target.replace('_', ' ')} {value:.0%}"
        for target, value in zip(TARGET_TYPES, found.covered, strict=True)
        if not np.isnan(value)
    )
    binding = f"weighted assets covered against {words}"
    if not found.reachable:
        binding += f" (no layout reaches {desk[share]:.0%} against every target type)"
    return rows, binding + "; " + _supply_text(desk, found)


def _salvo_rows(desk: Desk, cover: AssetCover) -> list[Row]:
    """Channels enough, over all batteries that reach them, for the missiles of one raid over the protected share."""
    rows: list[Row] = []
    for target in ("cruise_missile", "ballistic_missile"):
        gives = {
            name: desk.capability(name).channels for name in dict.fromkeys(option[0] for option in cover.options)
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
    """Interceptor days of supply of the batteries chosen, as a figure and in words."""
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
    verdict = "enough" if desk[days] >= wanted else "too few"
    return f"interceptors for {min(desk[days], 999):.0f} days of raids at the expected rate ({verdict} for the {wanted:g} planned)"
