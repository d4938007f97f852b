from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import InfeasibleError, ValueRangeError
from holdfast.sizing.cover import solve_cover
from holdfast.sizing.desk import Desk, Row
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.menu import cost_of
from holdfast.sizing.protect import AssetCover, choose_batteries
from holdfast.sizing.support import add_support, leontief
from support import just, tiny_scenario

INPUTS = gather_sizing(tiny_scenario())


def _row(task: str, amount: float, gives: dict[str, float], name: str = "") -> Row:
    return Row(task=task, id=name or f"{task}.x", amount=amount, unit="units", figure=f"size.{task}", gives=gives)


def _share(situation: str, task: str) -> float:
    return INPUTS.factors[f"situation.{situation}.{task}"].value.nominal


def _enough(units: tuple[int, int], rows: list[Row]) -> bool:
    """Whether two kinds of unit can be shared out over the rows of each situation: every set of rows (Hall)."""
    names = ("infantry_bn", "mech_bn")
    for situation in ("routine", "attack"):
        need = [row.amount * _share(situation, row.task) for row in rows]
        # two kinds: shift each kind's share of time over rows on a fine grid is not needed; rows here give 1 per unit
        for chosen in product([0, 1], repeat=len(rows)):
            asked = sum(n for n, take in zip(need, chosen, strict=True) if take)
            able = [any(take and row.gives.get(name) for row, take in zip(rows, chosen, strict=True)) for name in names]
            if asked > sum(count for count, use in zip(units, able, strict=True) if use) + 1e-9:
                return False
    return True


@given(
    respond=st.integers(0, 4), hold=st.integers(0, 4), observe=st.integers(0, 4),
    roles=st.lists(st.sampled_from([("infantry_bn",), ("mech_bn",), ("infantry_bn", "mech_bn")]), min_size=3, max_size=3),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_cover_is_the_cheapest_by_brute_force(
    respond: int, hold: int, observe: int, roles: list[tuple[str, ...]]
) -> None:
    """No smaller bill of two kinds of battalion meets three tasks in both situations (enumerated with Hall's condition)."""
    amounts = {"respond": respond, "hold": hold, "observe": observe}
    rows = [
        _row(task, float(n), dict.fromkeys(role, 1.0)) for (task, n), role in zip(amounts.items(), roles, strict=True)
    ]
    found = solve_cover(Desk(INPUTS), rows)
    asked = [row for row in rows if row.amount > 0]
    prices = [cost_of(INPUTS.capabilities[name], musd_per_person=0.075) for name in ("infantry_bn", "mech_bn")]
    best = min(
        a * prices[0] + b * prices[1] for a, b in product(range(13), repeat=2) if not asked or _enough((a, b), asked)
    )
    assert found.cost == pytest.approx(best)


def test_a_battalion_serves_day_and_attack() -> None:
    """Three battalions that respond in routine are the same three that hold under attack: a cover, not a sum."""
    rows = [_row("respond", 3.0, {"mech_bn": 1.0}), _row("hold", 3.0, {"mech_bn": 1.0})]
    share = _share("attack", "respond")
    assert solve_cover(Desk(INPUTS), rows).units == {"mech_bn": math.ceil(3.0 + 3.0 * share)}
    assert 3.0 + 3.0 * share < 6.0


def test_two_tasks_of_one_situation_do_not_share() -> None:
    """Responding and observing go on at the same time, so their units add up."""
    rows = [_row("respond", 2.0, {"mech_bn": 1.0}), _row("observe", 2.0, {"mech_bn": 1.0})]
    assert solve_cover(Desk(INPUTS), rows).units == {"mech_bn": 4.0}


def test_a_share_of_a_need_is_met_by_the_same_units() -> None:
    """The heavy share of the defence comes out of the defence, not on top of it."""
    rows = [
        _row("hold", 4.0, {"mech_bn": 1.0, "infantry_bn": 1.0}, "hold.power"),
        _row("hold", 2.0, {"mech_bn": 1.0}, "hold.heavy"),
    ]
    found = solve_cover(Desk(INPUTS), rows).units
    assert sum(found.values()) == 4.0
    assert found["mech_bn"] == 2.0


def test_a_need_that_nobody_can_serve_is_named() -> None:
    """The error names the task, the row and the factor that would help."""
    with pytest.raises(InfeasibleError, match=r"hold: 2 units are asked \(hold.x\).*gives.x"):
        solve_cover(Desk(INPUTS), [_row("hold", 2.0, {})])


def _with_needs(**needs: dict[str, float]) -> SizingInputs:
    known = {name: replace(row, needs=needs.get(name, {})) for name, row in INPUTS.capabilities.items()}
    factors = {key: row for key, row in INPUTS.factors.items() if not key.startswith("strength.")}
    return replace(INPUTS, capabilities=known, factors=factors)


def test_leontief_is_the_sum_of_rounds() -> None:
    """(I - N)^-1 d equals d + N d + N² d + ... summed by hand."""
    inputs = _with_needs(
        mech_bn={"logistics_bn": 0.5}, logistics_bn={"maintenance_bn": 0.2}, maintenance_bn={"logistics_bn": 0.1}
    )
    total = leontief({"mech_bn": 4.0}, inputs.capabilities)
    logistics = 2.0 / (1.0 - 0.2 * 0.1)
    assert total["logistics_bn"] == pytest.approx(logistics)
    assert total["maintenance_bn"] == pytest.approx(0.2 * logistics)


def test_needs_that_feed_on_themselves_are_refused() -> None:
    """Two units that need more than one of each other have no finite support."""
    inputs = _with_needs(mech_bn={"logistics_bn": 2.0}, logistics_bn={"mech_bn": 0.6})
    with pytest.raises(ValueRangeError, match="feed on themselves"):
        leontief({"mech_bn": 1.0}, inputs.capabilities)


@given(battalions=st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_support_is_a_fixed_point_above_leontief(battalions: int) -> None:
    """Every need, span and strength rule holds for the units found, and with all of it from the force none is below Leontief."""
    desk = Desk(INPUTS)
    found = add_support(desk, {"mech_bn": float(battalions)})
    assert add_support(desk, found.total).total == found.total
    for name in found.total:
        users = sum(units * INPUTS.capabilities[other].needs.get(name, 0.0) for other, units in found.total.items())
        assert found.total[name] + found.contracted.get(name, 0.0) >= users - 1e-9
    own = replace(INPUTS, factors={key: row for key, row in INPUTS.factors.items() if "contractable" not in key})
    formed = add_support(Desk(own), {"mech_bn": float(battalions)})
    assert formed.contracted == {}
    for name, amount in leontief({"mech_bn": float(battalions)}, INPUTS.capabilities).items():
        assert formed.total[name] >= amount - 1e-9


def test_one_brigade_needs_no_division() -> None:
    """Four battalions have one brigade headquarters and nothing above; 60 have 15 by a span of four, five divisions, a corps."""
    alone = _with_needs()
    kept = {name: row for name, row in alone.capabilities.items() if name not in {"housing_unit", "medical_role2"}}
    alone = replace(alone, capabilities={name: row for name, row in kept.items() if name != "medical_role3"})
    few = add_support(Desk(alone), {"mech_bn": 4.0}).total
    many = add_support(Desk(alone), {"mech_bn": 60.0}).total
    assert few["brigade_hq"] == 1.0
    assert "division_hq" not in few
    assert many["brigade_hq"] == 15.0
    assert many["division_hq"] == 5.0
    assert many["corps_hq"] == 1.0


def _asset_cover(seed: int) -> AssetCover:
    rng = np.random.default_rng(seed)
    return AssetCover(
        options=tuple((f"b{number % 2}", number // 2) for number in range(8)),
        covers=rng.random((8, 5, 4)) < 0.35,
        costs=np.tile([3.0, 1.0], 4),
        weights=np.full(5, 0.2),
        threatened=np.array([True, True, False, True]),
    )


@pytest.mark.parametrize("seed", range(8))
def test_battery_cover_lies_between_its_bound_and_twice_the_best(seed: int) -> None:
    """The linear bound never exceeds the best choice (enumerated), the greedy choice meets the share and is not far off."""
    cover = _asset_cover(seed)
    gain = cover.covers[:, :, cover.threatened]
    asked = np.minimum(0.6, cover.weights @ gain.any(axis=0))
    found = choose_batteries(cover, share=0.6)
    best = math.inf
    for chosen in product([False, True], repeat=8):
        mask = np.array(chosen)
        if np.all(cover.weights @ gain[mask].any(axis=0) >= asked - 1e-9):
            best = min(best, float(cover.costs[mask].sum()))
    assert found.bound <= best + 1e-9
    assert best <= found.cost + 1e-9
    assert found.cost <= 2.0 * best
    assert np.all(np.array(found.covered)[cover.threatened] >= asked - 1e-9)


def test_no_threat_needs_no_battery() -> None:
    """Without raids no target type is threatened and no battery is bought."""
    quiet = replace(_asset_cover(1), threatened=np.zeros(4, dtype=bool))
    found = choose_batteries(quiet, share=0.9)
    assert found.units == {}
    assert found.cost == 0.0


def test_raids_switch_the_target_types_on() -> None:
    """The scenario's threat decides against which target types assets are covered."""
    from holdfast.sizing.protect import make_asset_cover

    threat = replace(INPUTS.threat, ballistic_missiles_per_raid=just(0.0))
    cover = make_asset_cover(replace(INPUTS, threat=threat))
    assert cover is not None
    assert cover.threatened.tolist() == [True, True, True, False]
    assert make_asset_cover(replace(INPUTS, assets=())) is None
