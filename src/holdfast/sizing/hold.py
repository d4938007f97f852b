"""Hold: combat power to withstand the design-basis attack, with the host, at the accepted force ratio.

The attacker strikes on several axes at once, at the set of places where the force concentrates worst within the warning. He
may choose fewer axes than the design basis allows, each then stronger: the number that asks most of the force counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand, plain
from holdfast.sizing.perimeter import bypass_figures, bypass_text, perimeter, with_bypass

TASK = "hold"


@formula(
    "size.hold.attackers", unit="battalions",
    text="min(battalions an axis, battalions available / axes, brigades near x battalions a brigade / axes), axes those that bind",
    reference="MODEL.md 1.4, design basis",
)  # fmt: skip
def attackers(per_axis: Any, axes: Any, available: Any, brigades: Any, per_brigade: Any) -> Any:
    """Attacking battalions on each axis: what is designed against, at most what the terms leave near the line."""
    share = np.maximum(axes, 1.0)
    least = np.minimum(np.minimum(per_axis, available / share), brigades * per_brigade / share)
    return plain(np.where(np.asarray(axes) == 0, 0.0, least))


@formula(
    "size.hold.standing", unit="battalions",
    text="forces left a side / soldiers behind a battalion x min(1, 2 x unnoticed move x axes / length) / axes",
    reference="MODEL.md 1, settlement terms; 1.4",
)  # fmt: skip
def standing(forces_left: Any, people: Any, unnoticed_km: Any, length_km: Any, axes: Any) -> Any:
    """Battalions that the terms leave so near each axis that they attack without a build-up that could be seen."""
    share = np.maximum(axes, 1.0)
    near = np.minimum(1.0, 2.0 * unnoticed_km * axes / np.maximum(length_km, 1e-9))
    found = forces_left / people * near / share
    return plain(np.where((np.asarray(axes) == 0) | (np.asarray(length_km) <= 0), 0.0, found))


@formula(
    "size.hold.warning", unit="days", text="warning of a full build-up x share of the attackers that must be brought up",
    reference="MODEL.md 1.4, warning",
)  # fmt: skip
def warning(full_days: Any, standing: Any, attackers: Any) -> Any:
    """Days of warning that the terms leave: none where the attackers stand at the line already."""
    none = np.asarray(attackers) <= 0
    left = np.maximum(0.0, 1.0 - standing / np.where(none, 1.0, attackers))
    return plain(full_days * np.where(none, 1.0, left))


@formula("size.hold.needed", unit="battalions", text="attackers an axis / accepted ratio", reference="MODEL.md 1.4")
def needed(attackers: Any, ratio: Any) -> Any:
    """Defending battalions needed on each axis, host and force together."""
    if not np.all(np.asarray(ratio) > 0):
        raise ValueRangeError(f"accepted force ratio is {ratio}; expected more than 0 (service.hold_force_ratio)")
    return attackers / ratio


@formula(
    "size.hold.host", unit="battalions", text="min(share x needed, brigades near x battalions a brigade x power / axes)",
    reference="MODEL.md 1.4, H(t)",
)  # fmt: skip
def host(needed: Any, share: Any, brigades: Any, per_brigade: Any, power: Any, graduates: Any, axes: Any) -> Any:
    """Battalions that the host brings to each axis: its share of the defence, if it has them near; H(t) = H0 + graduates."""
    able = (brigades * per_brigade * power + graduates) / np.maximum(axes, 1.0)
    return plain(np.where(np.asarray(axes) == 0, 0.0, np.minimum(share * needed, able)))


@formula(
    "size.hold.graduates", unit="battalions", text="trainees a year x years to the design basis / people a battalion x power",
    reference="MODEL.md 1.4, H(t) = H0 + graduates(t)",
)  # fmt: skip
def graduates(trainees: Any, years: Any, people: Any, power: Any) -> Any:
    """Battalions' worth of host soldiers trained by the time the design basis is judged at."""
    return trainees * years / people * power


@formula(
    "size.hold.concentration", unit="1", text="max over sets of axes of axes / share of the force within reach of them",
    reference="MODEL.md 1.4, worst set of axes; Hall's condition on intervals",
)  # fmt: skip
def concentration(from_km: Any, to_km: Any, weight: Any, axes: Any, reach_km: Any) -> Any:
    """How many times the need of one axis the whole force must be, for the worst set of places.

    Units stand evenly along the line and move up to `reach_km` within the warning; each helps one axis. A set of axes
    can be served exactly if every run of neighbouring axes has enough units within reach of any of them.
    """
    from holdfast.sizing.kernels import worst_concentration

    starts, ends = (np.asarray(edge, dtype=float) for edge in (from_km, to_km))
    tested = np.broadcast_to(np.asarray(weight, dtype=float) > 0, starts.shape).reshape(-1, starts.shape[-1])[0]
    middle = np.atleast_2d(0.5 * (starts + ends))[:, tested]
    first, last = (np.atleast_1d(edge) for edge in (starts.min(axis=-1), ends.max(axis=-1)))
    number, reach = (np.asarray(part, dtype=float).reshape(-1) for part in (axes, reach_km))
    count = max(part.shape[0] for part in (middle, number, reach))
    found = np.empty(count)
    first, last, number, reach = (np.array(np.broadcast_to(part, (count,))) for part in (first, last, number, reach))
    worst_concentration(np.array(np.broadcast_to(middle, (count, middle.shape[1]))), first, last, number, reach, found)
    is_array = np.ndim(reach_km) > 0 or np.ndim(axes) > 0 or starts.ndim > 1
    return found[:, None] if is_array else float(found[0])


@formula(
    "size.hold.power",
    unit="battalions",
    text="(needed - host) x concentration / (1 - reserve)",
    reference="MODEL.md 1.4",
)
def power(needed: Any, host: Any, concentration: Any, reserve: Any) -> Any:
    """Combat power the force must hold in the country, in battalion equivalents, with its uncommitted reserve."""
    return plain(np.maximum(needed - host, 0.0) * concentration / (1.0 - reserve))


@formula(
    "size.hold.reach", unit="km", text="max(warning - decision, days an axis stands alone) x march a day",
    reference="MODEL.md 1.4, warning and reinforcement",
)  # fmt: skip
def reach(warning_days: Any, decision_hours: Any, alone_days: Any, march_km_day: Any) -> Any:
    """How far units move between the decision and the moment at which the axis attacked needs them."""
    return plain(np.maximum(warning_days - decision_hours / 24.0, alone_days) * march_km_day)


@formula(
    "size.hold.axes", unit="axes", text="the number of axes, from 1 to those of the design basis, that asks for most combat power",
    reference="MODEL.md 1.4, design basis: the attacker chooses how many axes he uses",
)  # fmt: skip
def worst_axes(
    axes: Any, per_axis: Any, available: Any, brigades: Any, per_brigade: Any, ratio: Any, share: Any, host_brigades: Any,
    host_per_brigade: Any, host_power: Any, trained: Any, forces_left: Any, people: Any, unnoticed_km: Any, length_km: Any,
    full_days: Any, decision_hours: Any, alone_days: Any, march_km_day: Any, from_km: Any, to_km: Any, weight: Any,
    **beyond: Any,
) -> Any:  # fmt: skip
    """How many axes at once bind; the most of those that ask for as much.

    Parameters are those of the formulas of this module; `beyond` those of `perimeter` for places beyond the line, if any.
    """
    most = np.asarray(axes, dtype=float)
    if most.max() <= 1.0:
        return plain(most)
    place = {"from_km": from_km, "to_km": to_km, "weight": weight}
    best, found = np.asarray(-np.inf), most
    for number in range(1, int(most.max()) + 1):
        strength = attackers(per_axis, number, available, brigades, per_brigade)
        need = needed(strength, ratio)
        helped = host(need, share, host_brigades, host_per_brigade, host_power, trained, number)
        left = warning(full_days, standing(forces_left, people, unnoticed_km, length_km, number), strength)
        far = reach(left, decision_hours, alone_days, march_km_day)
        times = concentration(axes=number, reach_km=far, **place)
        if beyond:
            times = perimeter(times, axes=number, reach_km=far, **place, **beyond)
        asked = np.asarray(power(need, helped, times, 0.0))
        worse = (asked >= best * (1.0 - np.sign(best) * 1e-9)) & (number <= most)
        best, found = np.where(worse, np.fmax(asked, best), best), np.where(worse, float(number), found)
    return plain(found)


def demand_hold(desk: Desk) -> TaskDemand:
    """Combat power for the design basis, of which a share heavy and a share fires."""
    figure = hold_power(desk)
    rows = hold_rows(desk, desk[figure])
    return TaskDemand(task=TASK, rows=rows, binding=desk.say(lambda: _binding(desk)))


def _binding(desk: Desk) -> str:
    most, worst = desk["service.hold_axes"], desk["size.hold.axes"]
    choice = f" (of 1 to {most:g} axes at once these ask most)" if worst < most else ""
    return (
        f"{worst:g} {'axis' if worst == 1 else 'axes'} of {desk['size.hold.attackers']:.2g} battalions{choice} at "
        f"1:{desk['service.hold_force_ratio']:.2g}, host share {desk['behaviour.host_share']:.0%} "
        f"(host brings {desk['size.hold.host']:.2g} of {desk['size.hold.needed']:.2g} battalions an axis); "
        f"{desk['settlement.forces_left_per_side']:,.0f} soldiers left a side leave {desk['size.hold.warning']:.2g} of "
        f"{desk['service.hold_warning_days']:.2g} days of warning, so the force must be "
        f"{desk['size.hold.concentration']:.2g} times the need of one axis{bypass_text(desk)}"
    )


def hold_power(desk: Desk) -> str:
    """Name of the figure of combat power, with its tree: that of the number of axes that asks most."""
    beyond = bypass_figures(desk)
    trained = desk.apply(
        "size.hold.graduates", "size.hold.graduates", trainees=desk.service("trainees_per_year"),
        years=desk.factor("hold.years_of_training"), people=desk.factor("hold.host_people_per_battalion"),
        power=desk.factor("hold.host_battalion_power"),
    )  # fmt: skip
    axes = _worst_axes(desk, trained, beyond)
    strength = desk.apply(
        "size.hold.attackers", "size.hold.attackers", per_axis=desk.service("hold_attacker_battalions"), axes=axes,
        available=desk.threat("attacker_battalions_available"), brigades=desk.settlement("challenger_brigades_near"),
        per_brigade=desk.factor("hold.challenger_battalions_per_brigade"),
    )  # fmt: skip
    need = desk.apply(
        "size.hold.needed", "size.hold.needed", attackers=strength, ratio=desk.service("hold_force_ratio")
    )
    helped = desk.apply(
        "size.hold.host", "size.hold.host", needed=need, share=desk.behaviour("host_share"),
        brigades=desk.settlement("host_brigades_near"), per_brigade=desk.factor("hold.host_battalions_per_brigade"),
        power=desk.factor("hold.host_battalion_power"), graduates=trained, axes=axes,
    )  # fmt: skip
    far = _reach(desk, axes, strength)
    line = desk.apply(
        "size.hold.concentration", "size.hold.concentration", from_km=desk.sector("from_km", unit="km"),
        to_km=desk.sector("to_km", unit="km"), weight=desk.sector("threat_weight", unit="1"), axes=axes,
        reach_km=far,
    )  # fmt: skip
    times = with_bypass(desk, line, axes=axes, reach=far, beyond=beyond)
    reserve = desk.factor("hold.reserve_share")
    if beyond:
        desk.apply(
            "size.hold.bypass", "size.hold.bypass", needed=need, host=helped, times=times, line=line, reserve=reserve
        )
    return desk.apply(
        "size.hold.power", "size.hold.power", needed=need, host=helped, concentration=times, reserve=reserve
    )


def _worst_axes(desk: Desk, trained: str, beyond: dict[str, str]) -> str:
    """Name of the figure of how many axes bind, from everything that the combat power for a number of axes rests on."""
    return desk.apply(
        "size.hold.axes", "size.hold.axes", axes=desk.service("hold_axes"),
        per_axis=desk.service("hold_attacker_battalions"), available=desk.threat("attacker_battalions_available"),
        brigades=desk.settlement("challenger_brigades_near"), per_brigade=desk.factor("hold.challenger_battalions_per_brigade"),
        ratio=desk.service("hold_force_ratio"), share=desk.behaviour("host_share"),
        host_brigades=desk.settlement("host_brigades_near"), host_per_brigade=desk.factor("hold.host_battalions_per_brigade"),
        host_power=desk.factor("hold.host_battalion_power"), trained=trained,
        forces_left=desk.settlement("forces_left_per_side"), people=desk.factor("hold.challenger_people_per_battalion"),
        unnoticed_km=desk.factor("hold.unnoticed_move_km"), length_km=desk.length(),
        full_days=desk.service("hold_warning_days"), decision_hours=desk.behaviour("decision_hours"),
        alone_days=desk.factor("hold.days_an_axis_stands_alone"), march_km_day=desk.factor("hold.march_km_day"),
        from_km=desk.sector("from_km", unit="km"), to_km=desk.sector("to_km", unit="km"),
        weight=desk.sector("threat_weight", unit="1"), **beyond,
    )  # fmt: skip


def _reach(desk: Desk, axes: str, strength: str) -> str:
    """How far help comes from: the forces that the terms leave at the line decide how much warning there is."""
    near = desk.apply(
        "size.hold.standing", "size.hold.standing", forces_left=desk.settlement("forces_left_per_side"),
        people=desk.factor("hold.challenger_people_per_battalion"), unnoticed_km=desk.factor("hold.unnoticed_move_km"),
        length_km=desk.length(), axes=axes,
    )  # fmt: skip
    left = desk.apply(
        "size.hold.warning", "size.hold.warning", full_days=desk.service("hold_warning_days"), standing=near,
        attackers=strength,
    )  # fmt: skip
    return desk.apply(
        "size.hold.reach", "size.hold.reach", warning_days=left, decision_hours=desk.behaviour("decision_hours"),
        alone_days=desk.factor("hold.days_an_axis_stands_alone"), march_km_day=desk.factor("hold.march_km_day"),
    )  # fmt: skip


def hold_rows(desk: Desk, amount: Any) -> tuple[Row, ...]:
    """The three needs of a combined-arms defence: combat power, its heavy share, its fires."""
    caps = {name: row for name, row in desk.inputs.capabilities.items() if TASK in row.tasks and row.combat_power > 0}
    everything = {name: desk[desk.of_capability(name, "combat_power")] for name in caps}
    rows = [
        Row(task=TASK, id="hold.power", amount=amount, unit="battalions", figure="size.hold.power", gives=everything)
    ]
    for part in ("heavy", "fires"):
        gives = {name: rate * everything[name] for name, rate in desk.gives(part, task=TASK).items() if name in caps}
        share = desk.number(f"hold.{part}_share")
        rows.append(
            Row(
                task=TASK,
                id=f"hold.{part}",
                amount=share * amount,
                unit="battalions",
                figure="size.hold.power",
                gives=gives,
            )
        )
    return tuple(rows)
