from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from holdfast.core.errors import ScenarioError
from holdfast.core.memo import content_hash
from holdfast.scenario.document import canonical, from_canonical, scenario_hash
from holdfast.scenario.types import Scenario
from strategies import scenarios
from support import tiny_scenario


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_canonical_document_round_trips(scenario: Scenario) -> None:
    """A scenario written as JSON text and read back is equal, with the same hash and the same document."""
    document = json.loads(json.dumps(canonical(scenario)))
    again = from_canonical(document)
    assert again == scenario
    assert canonical(again) == document
    assert scenario_hash(again) == scenario_hash(scenario)


def test_whole_numbers_hash_alike_however_they_were_typed() -> None:
    """12 and 12.0 are one value: a scenario built in Python hashes as the one read from files."""
    a = tiny_scenario(**{"service.respond_minutes": 60})
    b = tiny_scenario(**{"service.respond_minutes": 60.0})
    assert scenario_hash(a) == scenario_hash(b)


@pytest.mark.parametrize(
    "key", ["settlement.zone_depth_km", "pools.fra_mech_bn.units", "service.respond_minutes", "title"]
)
def test_any_change_changes_the_hash(key: str) -> None:
    """Two scenarios that differ anywhere have different hashes."""
    assert scenario_hash(tiny_scenario(**{key: "x" if key == "title" else 7.5})) != scenario_hash(tiny_scenario())


def test_order_of_rows_is_kept() -> None:
    """Tables come back in file order, which stages may rely on."""
    scenario = tiny_scenario()
    turned = replace(scenario, pools=dict(reversed(scenario.pools.items())))
    assert list(from_canonical(canonical(turned)).pools) == list(turned.pools)


def test_read_back_scenario_gives_stages_the_same_inputs() -> None:
    """Stage inputs hash by exact bits: a scenario read back must give the very same ones (a rerun depends on it)."""
    once = from_canonical(canonical(tiny_scenario()))
    assert content_hash(from_canonical(canonical(once))) == content_hash(once)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("format",), "other", "format is 'other'; expected 'holdfast-scenario'"),
        (("surprise",), 1, "surprise is unknown"),
        (("service", "respond_minutes"), -3, "service.respond_minutes is -3; expected more than 0"),
        (("pools", "fra_mech_bn", "units"), "many", "pools.fra_mech_bn.units is 'many'"),
        (("settlement",), None, "settlement"),
    ],
)
def test_damaged_documents_are_refused(path: tuple[str, ...], value: object, told: str) -> None:
    """A document that is not a scenario says where it is wrong."""
    document = canonical(tiny_scenario())
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(ScenarioError) as caught:
        from_canonical(document)
    assert told in str(caught.value)
