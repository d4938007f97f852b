"""The attacker chooses how many axes he uses, up to those of the design basis: more axes never make the force smaller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.load import load_scenario
from holdfast.sizing import hold
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.stage import size
from support import tiny_scenario

AXES = (1, 2, 3, 5, 6, 10)
LINE_100 = {
    "from_km": np.arange(0.0, 100.0, 10.0), "to_km": np.arange(10.0, 110.0, 10.0), "weight": np.ones(10),
    "length_km": 100.0, "march_km_day": 25.0, "alone_days": 1.0, "full_days": 0.0, "decision_hours": 0.0,
}  # fmt: skip
"""Units move 25 km: one axis at the end has 30 of 100 km of them, two have 40, three 50."""
SIDES = {
    "per_axis": 4.0, "brigades": 1000.0, "per_brigade": 3.0, "ratio": 1.0, "share": 0.0, "host_brigades": 0.0,
    "host_per_brigade": 1.0, "host_power": 1.0, "trained": 0.0, "forces_left": 0.0, "people": 1000.0, "unnoticed_km": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> SizingInputs:
    case = Case(option="reassure_30k_backstop", settlement="thinned_host_only", overrides={})
    return gather_sizing(resolve_case(load_scenario("ukraine-2025-02"), case))


def _with_axes(inputs: SizingInputs, axes: int) -> SizingInputs:
    return replace(inputs, service=replace(inputs.service, hold_axes=axes))


def _power(inputs: SizingInputs) -> float:
    desk = Desk(inputs)
    return float(desk[hold.hold_power(desk)])


@pytest.mark.parametrize(
    ("available", "binding"),
    [(4.0, 1.0), (8.0, 2.0), (12.0, 3.0)],
)
def test_as_many_axes_bind_as_the_attackers_fill(available: float, binding: float) -> None:
    """Of 1 to 3 axes of at most 4 battalions, those bind that the attackers just fill: times 3.33, 5 and 6 (closed form).

    Fewer full axes beat more that are thinner: 4 battalions ask 4 x 3.33 on one axis, 2 x 5 on two, 1.33 x 6 on three.
    """
    asked = [min(4.0, available / number) * number * 100.0 / (20.0 + 10.0 * number) for number in (1, 2, 3)]
    assert binding == 1.0 + float(np.argmax(asked))
    assert hold.worst_axes(axes=3.0, available=available, **LINE_100, **SIDES) == binding


def test_the_axes_that_bind_are_the_same_over_draws() -> None:
    """Arrays over draws find the same number of axes as one case after the other, never more than each draw allows."""
    axes, available = np.array([[1.0], [2.0], [3.0], [3.0], [0.0]]), np.array([[12.0], [4.0], [4.0], [12.0], [12.0]])
    found = hold.worst_axes(axes=axes, available=available, **LINE_100, **SIDES)
    one: list[Any] = [
        hold.worst_axes(axes=float(number), available=float(brought), **LINE_100, **SIDES)
        for number, brought in zip(axes[:, 0], available[:, 0], strict=True)
    ]
    assert found[:, 0].tolist() == one == [1.0, 1.0, 1.0, 3.0, 0.0]


@pytest.mark.parametrize("bypass", [0.0, 1.0])
def test_power_never_falls_with_axes(reference: SizingInputs, bypass: float) -> None:
    """On the reference line, with its bypass and without, more axes never need less combat power to hold."""
    factors = reference.factors
    switch = replace(factors["hold.bypass"], value=factors["hold.bypass"].value.fixed_at(bypass))
    inputs = replace(reference, factors={**factors, "hold.bypass": switch})
    found = [_power(_with_axes(inputs, number)) for number in AXES]
    assert found == sorted(found)
    assert found[-1] > found[0]


def test_people_never_fall_with_axes(reference: SizingInputs) -> None:
    """The whole reference force, with its support and hospitals, is never smaller for more axes."""
    found = [size(_with_axes(reference, number)).in_country for number in AXES]
    assert found == sorted(found)


def test_the_words_say_how_many_axes_bind(reference: SizingInputs) -> None:
    """Where fewer axes than the design basis ask most, text and figure name them; else the text is of the design basis."""
    desk = Desk(_with_axes(reference, 10))
    words, worst = hold.demand_hold(desk).binding, desk["size.hold.axes"]
    assert 1 < worst < 10
    assert words.startswith(f"{worst:g} axes of ")
    assert "of 1 to 10 axes at once these ask most" in words
    assert "at once these ask most" not in hold.demand_hold(Desk(_with_axes(reference, 2))).binding
    one = gather_sizing(tiny_scenario(**{"mission.posture": "robust"}))
    assert hold.demand_hold(Desk(_with_axes(one, 1))).binding.startswith("1 axis of ")
