from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from holdfast.core.errors import ScenarioError
from holdfast.scenario.cases import Case, all_cases, reference_case, resolve_case
from holdfast.scenario.overrides import apply_overrides
from holdfast.scenario.quantities import format_quantity
from holdfast.scenario.types import Option, Scenario
from holdfast.scenario.values import Quantity
from strategies import quantities
from support import WHY, tiny_scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return tiny_scenario()


def case(**overrides: object) -> Case:
    return Case(option="reference", settlement="thinned_host_only", overrides=dict(overrides))


def test_reference_case_changes_nothing_but_the_names(scenario: Scenario) -> None:
    """An option and a variant that set nothing leave the scenario as it was loaded."""
    resolved = resolve_case(scenario, reference_case(scenario))
    assert (resolved.option, resolved.settlement_variant) == ("reference", "thinned_host_only")
    assert replace(resolved, option="", settlement_variant="") == scenario


def test_variant_then_option_then_overrides(scenario: Scenario) -> None:
    """Later levers win: settlement variant, option, then what is set by hand."""
    loud = Option(
        id="loud", title="x", why="x", set={"settlement.front": "thinned", "mission.posture": "robust"}, assumption=WHY
    )
    base = replace(scenario, options=scenario.options | {"loud": loud})
    resolved = resolve_case(
        base, Case(option="loud", settlement="boiling_both", overrides={"mission.posture": "observe"})
    )
    assert (resolved.settlement.access, resolved.settlement.front, resolved.mission.posture) == (
        "both",
        "thinned",
        "observe",
    )


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("settlement.access", "both", "both"),
        ("service.cap_stations", "3", 3),
        ("force.cap_in_country", "30000", 30000),
        ("service.respond_minutes", "45.5", 45.5),
        ("mission.nato_assets", "true", True),
        ("backstop_levers.granted", "False", False),
        ("mission.lead_nations", "FRA;GBR", ("FRA", "GBR")),
        ("nations.DEU.position", "offers_troops", "offers_troops"),
        ("nations.FRA.position_date", "2025-02-18", "2025-02-18"),
        ("backstop.standby_air.promised", "0", 0.0),
        ("capabilities.mech_bn.needs", "signals_bn:0.5;engineer_bn:0.25", {"signals_bn": 0.5, "engineer_bn": 0.25}),
        ("traces.main.weight", "0.5", 0.5),
    ],
)
def test_text_is_read_by_the_type_of_its_field(scenario: Scenario, key: str, text: str, expected: object) -> None:
    """`--set key=value` gives what a file would give, whatever the field's type, and marks the row as an assumption."""
    resolved = resolve_case(scenario, case(**{key: text}))
    holder: object = resolved
    *path, name = key.split(".")
    for part in path:
        holder = holder[part] if isinstance(holder, dict) else getattr(holder, part)
    found = getattr(holder, name)
    assert str(found) == expected if name == "position_date" else found == expected
    if hasattr(holder, "assumption"):
        assert f"{name} set by hand for this case" in holder.assumption


def test_head_keys_can_be_set(scenario: Scenario) -> None:
    """The horizon is a lever too."""
    assert resolve_case(scenario, case(horizon_months="36")).horizon_months == 36


@given(quantities())
def test_quantities_are_set_in_every_way(quantity: Quantity) -> None:
    """Cell text, number or range object give the same range, marked as set unless it brings its own origin."""
    scenario = tiny_scenario()
    by_text = resolve_case(scenario, case(**{"pools.fra_mech_bn.units": format_quantity(quantity)}))
    by_value = resolve_case(scenario, case(**{"pools.fra_mech_bn.units": quantity}))
    text, value = by_text.pools["fra_mech_bn"].units, by_value.pools["fra_mech_bn"].units
    assert (
        (text.low, text.mode, text.high)
        == (value.low, value.mode, value.high)
        == (quantity.low, quantity.mode, quantity.high)
    )
    assert text.assumption == "set by hand for this case"
    if quantity.source or quantity.assumption:
        assert value == quantity


def test_a_factor_can_be_set() -> None:
    """Planning factors are levers by `factors.<key>`."""
    scenario = tiny_scenario()
    key = next(iter(scenario.factors))
    resolved = resolve_case(scenario, case(**{f"factors.{key}": "0.25"}))
    assert resolved.factor(key) == 0.25
    assert resolved.factors[key].unit == scenario.factors[key].unit


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("mission.postur", "x", "mission.postur is unknown; expected a key such as mission.frame, mission.posture"),
        ("mission.postur", "x", "(did you mean 'mission.posture'?)"),
        ("misson.posture", "x", "(did you mean 'mission.posture'?)"),
        ("mission", "x", "mission is unknown"),
        ("pools.fra_mech.units", "3", "(did you mean 'pools.fra_mech_bn.units'?)"),
        ("pools.fra_mech_bn.unit", "3", "(did you mean 'pools.fra_mech_bn.units'?)"),
        ("pools.fra_mech_bn.id", "x", "unknown"),
        ("evidence.ev-1.low", "3", "unknown"),
        ("options.reference.title", "x", "unknown"),
        ("factors.no.such.factor", "3", "unknown"),
        ("as_of", "2025-01-01", "unknown"),
        ("mission.posture", "observ", "'observ'; expected one of none, observe"),
        ("service.respond_minutes", "ninety", "'ninety'; expected a number"),
        ("service.respond_minutes", "-1", "expected more than 0"),
        ("service.hold_axes", "1.5", "'1.5'; expected a whole number"),
        ("mission.article5", "yes", "'yes'; expected true or false"),
        ("backstop.standby_air.honoured", "0.5..1.5", "expected at most 1"),
        ("settlement.zone_depth_km", "30..20", "low <= mode <= high"),
        ("pools.fra_mech_bn.capability", "mech_bm", "(did you mean 'mech_bn'?)"),
        ("nations.FRA.conditions", "not nation.GBR", "only positively"),
        ("behaviour.episode_branching", "0.5..1.2", "at most 1"),
        ("sectors.s2.to_km", "60", "where sector s2 ends"),
        ("horizon_months", "0", "expected more than 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(scenario: Scenario, key: str, value: str, told: str) -> None:
    """An unknown key names the nearest known one; a value is held to the same rules as in the files."""
    with pytest.raises(ScenarioError) as caught:
        resolve_case(scenario, case(**{key: value}))
    assert told in str(caught.value)


def test_all_wrong_keys_at_once(scenario: Scenario) -> None:
    """Several slips on the command line are told together."""
    with pytest.raises(ScenarioError) as caught:
        resolve_case(scenario, case(**{"mission.postur": "x", "service.respond_minutes": "soon", "pools.x.units": 1}))
    assert len(caught.value.problems) == 3


def test_unknown_option_and_variant(scenario: Scenario) -> None:
    """A case that names neither an option nor a variant of the scenario says which there are."""
    with pytest.raises(ScenarioError, match="did you mean 'refused'") as caught:
        resolve_case(scenario, Case(option="refusd", settlement="nowhere"))
    assert "one of thinned_host_only, boiling_both" in str(caught.value)


def test_overriding_leaves_the_original_alone(scenario: Scenario) -> None:
    """Resolving a case makes a new scenario."""
    before = scenario.pools["fra_mech_bn"].units
    changed = apply_overrides(scenario, {"pools.fra_mech_bn.units": 1}, why="test")
    assert changed.pools["fra_mech_bn"].units.nominal == 1
    assert scenario.pools["fra_mech_bn"].units is before


def test_all_cases_start_with_the_reference(scenario: Scenario) -> None:
    """Every option once, the reference first, under one settlement."""
    cases = all_cases(replace(scenario, reference_option="observe"), settlement="boiling_both")
    assert [one.option for one in cases] == ["observe", "reference", "refused", "none"]
    assert {one.settlement for one in cases} == {"boiling_both"}
