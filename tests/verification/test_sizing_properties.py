from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.models.sensing import even_zone_seen, layer_of, visibility_weights
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.menu import cost_of
from holdfast.sizing.observe import choose_mix
from support import just, tiny_scenario

pytestmark = pytest.mark.verification
CALM = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _inputs(posture: str = "robust") -> SizingInputs:
    return gather_sizing(tiny_scenario(**{"mission.posture": posture, "settlement.access": "both"}))


def _direct_cost(inputs: SizingInputs) -> float:
    return size_at(inputs, prepare(inputs)).direct.cost


def _scaled_threat(inputs: SizingInputs, factor: float) -> SizingInputs:
    service = replace(inputs.service, hold_attacker_battalions=inputs.service.hold_attacker_battalions * factor)
    episodes = just(inputs.behaviour.episodes_per_100km_day.nominal * factor)
    return replace(
        inputs, service=service, behaviour=replace(inputs.behaviour, episodes_per_100km_day=episodes),
        threat=replace(inputs.threat, attacker_battalions_available=just(1000.0)),
    )  # fmt: skip


@given(factor=st.floats(1.1, 6.0))
@CALM
def test_more_threat_never_costs_less(factor: float) -> None:
    """The cheapest cost of units with a task is monotone in attackers and incidents (cost, not headcount)."""
    inputs = _inputs()
    assert _direct_cost(_scaled_threat(inputs, factor)) >= _direct_cost(_scaled_threat(inputs, 1.0)) - 1e-6


@given(share=st.floats(0.3, 0.7), more=st.floats(1.1, 1.4))
@CALM
def test_a_larger_protected_share_never_costs_less(share: float, more: float) -> None:
    """Protecting more of the defended assets never costs less (the greedy cover is nested in the share)."""
    inputs = _inputs()
    low = replace(inputs, service=replace(inputs.service, protected_share=share))
    high = replace(inputs, service=replace(inputs.service, protected_share=min(share * more, 1.0)))
    from holdfast.sizing.protect import choose_batteries, make_asset_cover

    cover = make_asset_cover(inputs)
    assert cover is not None
    bound_low = choose_batteries(cover, share=low.service.protected_share).bound
    bound_high = choose_batteries(cover, share=high.service.protected_share).bound
    assert bound_high >= bound_low - 1e-9


@pytest.mark.parametrize("posture", ["observe", "interpose", "robust"])
def test_a_longer_line_never_costs_less(posture: str) -> None:
    """Adding the same sectors again beyond the end of the line never makes the force cheaper."""
    inputs = _inputs(posture)
    further = tuple(
        replace(row, id=f"{row.id}b", from_km=row.from_km + 100.0, to_km=row.to_km + 100.0) for row in inputs.sectors
    )
    longer = replace(inputs, sectors=inputs.sectors + further, line_km=200.0)
    assert _direct_cost(longer) >= _direct_cost(inputs) - 1e-6


@given(probability=st.floats(0.1, 0.85), more=st.floats(0.01, 0.1))
@CALM
def test_seeing_more_never_costs_less(probability: float, more: float) -> None:
    """The integer program of observation is monotone in the probability asked, where it can be reached."""
    inputs = _inputs("observe")
    menus = prepare(inputs).menus
    best = min(menu.best_seen() for menu in menus)
    first, second = min(probability, best), min(probability + more, best)
    costs = [
        choose_mix(menus, probability=p, impulsive=0.0, orbit_cost=45.0, share_of_best=0.9).cost
        for p in (first, second)
    ]
    assert costs[1] >= costs[0] - 1e-6


@pytest.mark.parametrize("posture", ["observe", "reassure", "robust"])
def test_a_force_sized_for_p_shows_p_by_the_formula_of_coverage(posture: str) -> None:
    """Each sector's mix, laid evenly and put through coverage's own formula C11, is seen at the probability claimed.

    Sizing reads the cover of posts from a table and coverage sums cells; both err by less than 0.001 at this steepness
    (`test_sizing_observe.py` holds them against fine integration), so they agree to that.
    """
    inputs = _inputs(posture)
    menus = prepare(inputs).menus
    for sector, menu in zip(inputs.sectors, menus, strict=True):
        picks = [
            index for share, index in menu.cheapest(min(0.8, menu.best_seen()), 0.0).items() if share in {0.0, 1.0}
        ]
        for pick in picks:
            counts = dict(zip(menu.capabilities, menu.units[pick], strict=True))
            counts = {name: float(count) for name, count in counts.items() if count}
            if menu.orbits[pick]:
                counts["male_uav_orbit"] = float(menu.orbits[pick])
            layers = [
                layer_of(inputs.capabilities[name], inputs.factors, terrain=sector.terrain, count=count)
                for name, count in counts.items()
            ]
            standoff = inputs.settlement.standoff_km.nominal
            near = min(
                inputs.factors["laydown.post_offset_km"].value.nominal, inputs.settlement.zone_depth_km.nominal / 4
            )
            seen = even_zone_seen(
                layers, length_km=sector.to_km - sector.from_km, depth_km=inputs.settlement.zone_depth_km.nominal,
                offset_km=standoff if posture in {"reassure", "robust"} else near, access=inputs.settlement.access,
                posture=posture, standoff_km=standoff, mean_minutes=inputs.service.observe_event_minutes,
                steepness=inputs.factors["sensing.steepness"].value.nominal, weights=visibility_weights(inputs.factors),
            )  # fmt: skip
            assert seen.total == pytest.approx(menu.seen[pick], abs=1e-3)
            assert seen.total >= min(0.8, menu.best_seen()) - 1e-3


def test_cost_counts_people_where_the_catalogue_gives_no_cost() -> None:
    """A row without a cost is priced by its people."""
    row = replace(_inputs().capabilities["mech_bn"], cost_musd_year=0.0)
    assert cost_of(row, musd_per_person=0.1) == pytest.approx(row.personnel * 0.1)
