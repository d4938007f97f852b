"""Hold: combat power to withstand the design-basis attack, with the host, at the accepted force ratio.

The attacker strikes on several axes at once, at the set of places where the force concentrates worst within the warning.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import formula
from holdfast.sizing.desk import Desk, Row, TaskDemand

TASK = "hold"
Array = NDArray[np.float64]


@formula(
    "size.hold.attackers", unit="battalions", text="min(battalions an axis, battalions available / axes)",
    reference="MODEL.md 1.4, design basis",
)  # fmt: skip
def attackers(per_axis: Any, axes: Any, available: Any) -> Any:
    """Attacking battalions on each axis."""
    return 0.0 if axes == 0 else min(per_axis, available / axes)


@formula("size.hold.needed", unit="battalions", text="attackers an axis / accepted ratio", reference="MODEL.md 1.4")
def needed(attackers: Any, ratio: Any) -> Any:
    """Defending battalions needed on each axis, host and force together."""
    if not ratio > 0:
        raise ValueRangeError(f"accepted force ratio is {ratio}; expected more than 0")
    return attackers / ratio


@formula(
    "size.hold.host", unit="battalions", text="min(share x needed, brigades near x battalions a brigade x power / axes)",
    reference="MODEL.md 1.4, H(t)",
)  # fmt: skip
def host(needed: Any, share: Any, brigades: Any, per_brigade: Any, power: Any, graduates: Any, axes: Any) -> Any:
    """Battalions that the host brings to each axis: its share of the defence, if it has them near; H(t) = H0 + graduates."""
    if axes == 0:
        return 0.0
    return min(share * needed, (brigades * per_brigade * power + graduates) / axes)


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
    middle = 0.5 * (np.asarray(from_km) + np.asarray(to_km))
    exposed = middle[np.asarray(weight) > 0]
    start, end = float(np.min(from_km)), float(np.max(to_km))
    count = min(int(axes), exposed.size)
    if count == 0:
        return 0.0
    return max(_times_one_axis(np.array(places), start, end, float(reach_km)) for places in _sets(exposed, count))


def _sets(exposed: Array, count: int) -> Any:
    """Sets of axes to look at: all of them, or runs of neighbours (the worst for concentration) when there are many."""
    from math import comb

    if comb(exposed.size, count) <= 5000:
        return combinations(exposed, count)
    return (exposed[first : first + count] for first in range(exposed.size - count + 1))


def _times_one_axis(places: Array, start: float, end: float, reach: float) -> float:
    worst = 0.0
    for first in range(places.size):
        covered, right = 0.0, start
        for last in range(first, places.size):
            left = max(places[last] - reach, right, start)
            right = max(right, min(places[last] + reach, end))
            covered += max(right - left, 0.0)
            share = covered / (end - start)
            worst = max(worst, (last - first + 1) / share if share > 0 else np.inf)
    return worst


@formula(
    "size.hold.power",
    unit="battalions",
    text="(needed - host) x concentration / (1 - reserve)",
    reference="MODEL.md 1.4",
)
def power(needed: Any, host: Any, concentration: Any, reserve: Any) -> Any:
    """Combat power the force must hold in the country, in battalion equivalents, with its uncommitted reserve."""
    return max(needed - host, 0.0) * concentration / (1.0 - reserve)


@formula(
    "size.hold.reach", unit="km", text="(warning - decision) x march a day, at least half a day's march",
    reference="MODEL.md 1.4, warning and reinforcement",
)  # fmt: skip
def reach(warning_days: Any, decision_hours: Any, march_km_day: Any) -> Any:
    """How far units move between the decision and the attack."""
    return max(warning_days - decision_hours / 24.0, 0.5) * march_km_day


def demand_hold(desk: Desk) -> TaskDemand:
    """Combat power for the design basis, of which a share heavy and a share fires."""
    figure = hold_power(desk)
    rows = hold_rows(desk, float(desk[figure]))
    text = (
        f"{desk['service.hold_axes']:g} axes of {desk['size.hold.attackers']:.2g} battalions at "
        f"1:{desk['service.hold_force_ratio']:.2g}, host share {desk['behaviour.host_share']:.0%} "
        f"(host brings {desk['size.hold.host']:.2g} of {desk['size.hold.needed']:.2g} battalions an axis); the force must be "
        f"{desk['size.hold.concentration']:.2g} times the need of one axis"
    )
    return TaskDemand(task=TASK, rows=rows, binding=text)


def hold_power(desk: Desk) -> str:
    """Name of the figure of combat power, with its tree."""
    axes = desk.service("hold_axes")
    strength = desk.apply(
        "size.hold.attackers", "size.hold.attackers", per_axis=desk.service("hold_attacker_battalions"), axes=axes,
        available=desk.threat("attacker_battalions_available"),
    )  # fmt: skip
    need = desk.apply(
        "size.hold.needed", "size.hold.needed", attackers=strength, ratio=desk.service("hold_force_ratio")
    )
    trained = desk.apply(
        "size.hold.graduates", "size.hold.graduates", trainees=desk.service("trainees_per_year"),
        years=desk.factor("hold.years_of_training"), people=desk.factor("hold.host_people_per_battalion"),
        power=desk.factor("hold.host_battalion_power"),
    )  # fmt: skip
    helped = desk.apply(
        "size.hold.host", "size.hold.host", needed=need, share=desk.behaviour("host_share"),
        brigades=desk.settlement("host_brigades_near"), per_brigade=desk.factor("hold.host_battalions_per_brigade"),
        power=desk.factor("hold.host_battalion_power"), graduates=trained, axes=axes,
    )  # fmt: skip
    far = desk.apply(
        "size.hold.reach", "size.hold.reach", warning_days=desk.service("hold_warning_days"),
        decision_hours=desk.behaviour("decision_hours"), march_km_day=desk.factor("hold.march_km_day"),
    )  # fmt: skip
    times = desk.apply(
        "size.hold.concentration", "size.hold.concentration", from_km=desk.sector("from_km", unit="km"),
        to_km=desk.sector("to_km", unit="km"), weight=desk.sector("threat_weight", unit="1"), axes=axes, reach_km=far,
    )  # fmt: skip
    return desk.apply(
        "size.hold.power", "size.hold.power", needed=need, host=helped, concentration=times,
        reserve=desk.factor("hold.reserve_share"),
    )  # fmt: skip


def hold_rows(desk: Desk, amount: float) -> tuple[Row, ...]:
    """The three needs of a combined-arms defence: combat power, its heavy share, its fires."""
    caps = {name: row for name, row in desk.inputs.capabilities.items() if TASK in row.tasks and row.combat_power > 0}
    everything = {name: row.combat_power for name, row in caps.items()}
    rows = [
        Row(task=TASK, id="hold.power", amount=amount, unit="battalions", figure="size.hold.power", gives=everything)
    ]
    for part in ("heavy", "fires"):
        gives = {
            name: rate * caps[name].combat_power for name, rate in desk.gives(part, task=TASK).items() if name in caps
        }
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
