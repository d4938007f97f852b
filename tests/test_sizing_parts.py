"""Sub-units, support that is not of the force, and spans of command: closed forms, monotonicity and the fixed point."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import ScenarioError
from holdfast.scenario.values import point
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.cover import solve_cover
from holdfast.sizing.desk import Desk, Row, whole_parts
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.limits import check_factors
from holdfast.sizing.program_kernels.kernels import HAS_GROUND, IN_REAR, _want_heads
from holdfast.sizing.support import add_support
from support import tiny_scenario

INPUTS = gather_sizing(tiny_scenario())
POSTURES = ("observe", "interpose", "reassure", "robust")


def _parts(inputs: SizingInputs, parts: int, *names: str) -> SizingInputs:
    """The inputs with so many sub-units in every unit, or in the units named."""
    rows = {
        name: replace(row, parts=parts) if not names or name in names else row for name, row in inputs.capabilities.items()
    }  # fmt: skip
    return replace(inputs, capabilities=rows)


def _contracted(inputs: SizingInputs, share: float) -> SizingInputs:
    """The inputs with one share of contracted support for every posture."""
    factors = {
        key: replace(row, value=point(share)) if key.startswith("support.contracted_") else row
        for key, row in inputs.factors.items()
    }  # fmt: skip
    return replace(inputs, factors=factors)


def _without_needs(inputs: SizingInputs) -> SizingInputs:
    """The inputs with no needs, nothing that follows strength, no hospitals and no camps."""
    kept = {
        name: replace(row, needs={}) for name, row in inputs.capabilities.items()
        if name not in {"housing_unit", "medical_role2", "medical_role3"}
    }  # fmt: skip
    factors = {key: row for key, row in inputs.factors.items() if not key.startswith("strength.")}
    return replace(inputs, capabilities=kept, factors=factors)


def _hold(amount: float) -> Row:
    return Row(task="hold", id="hold.x", amount=amount, unit="units", figure="size.x", gives={"mech_bn": 1.0})


@pytest.mark.parametrize(("parts", "expected"), [(1, 3.0), (2, 2.5), (4, 2.25), (8, 2.125)])
def test_a_need_is_met_to_the_next_sub_unit(parts: int, expected: float) -> None:
    """2.1 battalions are 3 whole ones, 2 1/2 in halves, 2 1/4 in companies of four."""
    found = solve_cover(Desk(_parts(INPUTS, parts)), [_hold(2.1)])
    assert found.units == {"mech_bn": expected}
    assert whole_parts(2.1, parts) == expected
    assert whole_parts(np.array([2.1, 2.0]), parts) == pytest.approx([expected, 2.0])


@given(need=st.floats(0.05, 9.0), heavy=st.floats(0.0, 1.0), parts=st.sampled_from([1, 2, 4]))
@settings(max_examples=40, deadline=None)
def test_the_cover_in_parts_is_the_best_of_all_that_can_be_listed(need: float, heavy: float, parts: int) -> None:
    """Branch and bound over sub-units finds the least cost that listing every number of sub-units finds."""
    inputs = _parts(INPUTS, parts)
    rows = [
        Row(task="hold", id="hold.power", amount=need, unit="units", figure="size.a",
            gives={"mech_bn": 1.0, "infantry_bn": 0.5}),
        Row(task="hold", id="hold.heavy", amount=need * heavy, unit="units", figure="size.b", gives={"mech_bn": 1.0}),
    ]  # fmt: skip
    light, mech = (inputs.capabilities[name].cost_musd_year or inputs.capabilities[name].personnel * 0.075
                   for name in ("infantry_bn", "mech_bn"))  # fmt: skip
    best = math.inf
    for count in range(math.ceil(need) * parts + 1):
        some = count / parts
        if some >= need * heavy - 1e-9:
            best = min(best, some * mech + max(math.ceil((need - some) * 2.0 * parts - 1e-6), 0) / parts * light)
    assert solve_cover(Desk(inputs), rows).cost == pytest.approx(best, rel=1e-6)


@given(units=st.floats(0.1, 30.0))
@settings(max_examples=20, deadline=None)
def test_support_in_parts_settles_and_never_exceeds_that_in_whole_units(units: float) -> None:
    """Sub-units are whole, running the rules again changes nothing, and finer parts never ask for more of any unit."""
    whole = add_support(Desk(_parts(INPUTS, 1)), {"mech_bn": units}).total
    half = add_support(Desk(_parts(INPUTS, 2)), {"mech_bn": units}).total
    desk = Desk(_parts(INPUTS, 4))
    quarter = add_support(desk, {"mech_bn": units})
    assert add_support(desk, quarter.total).total == quarter.total
    for name, count in quarter.total.items():
        assert count * 4.0 == round(count * 4.0)
        assert count <= half.get(name, 0.0) <= whole.get(name, 0.0)


@pytest.mark.parametrize("posture", POSTURES)
def test_more_parts_never_cost_more_for_the_units_of_tasks(posture: str) -> None:
    """The cheapest units of the tasks at a given number of bases are no dearer in companies than whole."""
    inputs = replace(INPUTS, posture=posture)
    whole = size_at(_parts(inputs, 1), prepare(inputs))
    rows = whole.rows
    costs = [solve_cover(Desk(_parts(inputs, parts)), rows).cost for parts in (1, 2, 4)]
    assert costs[0] >= costs[1] - 1e-6 >= costs[2] - 2e-6


def test_contracted_support_and_formed_units_add_up_to_the_need() -> None:
    """Of 10 battalions that each need a quarter of a logistics battalion, the share contracted is not formed."""
    inputs = _without_needs(INPUTS)
    rows = dict(inputs.capabilities)
    rows["mech_bn"] = replace(rows["mech_bn"], needs={"logistics_bn": 0.25})
    for share, formed in ((0.0, 2.5), (0.2, 2.0), (0.5, 1.25), (0.55, 1.25), (1.0, 0.0)):
        found = add_support(Desk(_parts(_contracted(replace(inputs, capabilities=rows), share), 4)), {"mech_bn": 10.0})
        assert found.total.get("logistics_bn", 0.0) == formed
        assert found.contracted.get("logistics_bn", 0.0) == pytest.approx(2.5 * share)


def test_units_that_tasks_ask_for_are_not_contracted() -> None:
    """What the cover itself holds stays of the force: only support beyond it can come from outside."""
    inputs = _without_needs(INPUTS)
    rows = dict(inputs.capabilities)
    rows["mech_bn"] = replace(rows["mech_bn"], needs={"logistics_bn": 0.25})
    found = add_support(
        Desk(_contracted(replace(inputs, capabilities=rows), 1.0)), {"mech_bn": 10.0, "logistics_bn": 2.0}
    )
    assert found.total["logistics_bn"] == 2.0
    assert found.contracted["logistics_bn"] == pytest.approx(0.5)


@pytest.mark.parametrize("posture", POSTURES)
def test_the_force_shrinks_and_what_is_contracted_grows_with_the_share(posture: str) -> None:
    """People of the force never rise with the share contracted; with none, nothing is contracted."""
    inputs = replace(INPUTS, posture=posture)
    ready = prepare(inputs)
    found = [size_at(_contracted(inputs, share), ready) for share in (0.0, 0.3, 0.6, 1.0)]
    people = [one.in_country for one in found]
    assert people == sorted(people, reverse=True)
    assert people[-1] < people[0]
    assert found[0].supported.contracted == {}


def test_a_share_above_one_is_refused_by_its_key() -> None:
    """More than all support cannot be contracted; the error names the factor and what is expected."""
    with pytest.raises(ScenarioError, match=r"support\.contracted_observe.*at most 1"):
        check_factors(_contracted(INPUTS, 1.2).factors)


def _heads(line: float, rear: float, *, parts: float = 4.0) -> tuple[float, float, float]:
    """Brigade, division and force headquarters by spans of 4, 3 and 6 for battalions with ground and in the rear."""
    wanted = np.zeros(5)
    total, people = np.array([line, rear, 0.0, 0.0, 0.0]), np.full(5, 500.0)
    kinds = np.array([HAS_GROUND, IN_REAR, 0, 0, 0])
    sized: Any = _want_heads
    sized(
        total,
        people,
        kinds,
        np.array([500.0, 4.0, 3.0, 6.0]),
        np.array([2, 3, 4]),
        np.array([parts, parts, 1.0]),
        wanted,
    )
    return float(wanted[2]), float(wanted[3]), float(wanted[4])


@pytest.mark.parametrize(
    ("line", "rear", "expected"),
    [
        (0.0, 0.0, (0.0, 0.0, 0.0)),
        (1.0, 1.0, (0.25, 0.0, 0.0)),  # a small mission: one small headquarters, support directly under it
        (4.0, 3.0, (1.0, 0.0, 0.0)),
        (8.0, 5.0, (2.0, 0.75, 0.0)),
        (11.0, 6.0, (2.75, 1.0, 0.0)),  # eleven battalions: three sectors and one force headquarters
        (12.0, 9.0, (4.5, 1.0, 0.0)),  # more support than one span has headquarters of its own
        (16.0, 12.0, (6.0, 1.5, 1.0)),
        (0.0, 3.0, (0.5, 0.0, 0.0)),  # support alone is led too
    ],
)
def test_headquarters_follow_the_spans(line: float, rear: float, expected: tuple[float, float, float]) -> None:
    """Headquarters of a force by hand: only units with ground count in the span of brigades."""
    assert _heads(line, rear) == expected


@given(line=st.floats(0.0, 60.0), rear=st.floats(0.0, 60.0), more=st.floats(0.0, 10.0))
@settings(max_examples=60, deadline=None)
def test_more_units_never_take_fewer_headquarters(line: float, rear: float, more: float) -> None:
    """People of all headquarters never fall as units with ground or in the rear are added, once there is ground to hold."""
    few = _heads(line + 1.0, rear)
    for found in (_heads(line + 1.0 + more, rear), _heads(line + 1.0, rear + more)):
        assert all(big >= small for big, small in zip(found, few, strict=True))
