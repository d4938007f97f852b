"""Ids reach the reader as words."""

from typing import get_type_hints

import pytest

from holdfast.brief.table import Column, Table
from holdfast.brief.wording import SERVICE_LEVELS, UNCERTAIN, Wording, say_input
from holdfast.scenario.types import Behaviour, Service, Settlement, Threat
from holdfast.scenario.values import Quantity
from holdfast.studies.sizes import POSTURES
from support import tiny_scenario


@pytest.fixture(scope="module")
def scenario():
    return tiny_scenario()


def test_a_pool_is_said_as_a_nation_and_its_unit(scenario):
    """A pool's id becomes the nation's name and the capability's."""
    key, pool = next(iter(scenario.pools.items()))
    said = Wording(scenario).say(f"8 more units on the terms of {key}")
    assert key not in said
    assert scenario.nations[pool.nation].name in said


def test_alternatives_read_as_a_sentence(scenario):
    """Alternatives of a condition become one phrase."""
    said = Wording(scenario).say("stays out: (needs: air defence) or (needs: standby air)")
    assert said == "stays out: needs air defence, or standby air"


def test_unknown_words_stay(scenario):
    """What is no id is left alone, capitals and underscores included."""
    text = "IOC and FOC of some_thing in NATO"
    assert Wording(scenario).say(text) == text


def test_a_cell_that_is_a_sector_gets_its_name(scenario):
    """A sector's id alone in a cell is replaced even when it is one plain word; numbers stay."""
    key, sector = next(iter(scenario.sectors.items()))
    table = Table("t", "t", (Column("sector"), Column("n", "number")), ((key, 1.5),))
    assert Wording(scenario).say_table(table).rows == ((sector.name, 1.5),)


def test_every_service_level_has_words():
    """A service level that a planner may set is named in the brief."""
    others = {"source", "assumption", *POSTURES}
    levels = {name for name in Service.__dataclass_fields__ if name not in others}
    assert levels == set(SERVICE_LEVELS)


def test_every_uncertain_input_of_the_tables_has_words():
    """Each range of settlement, threat and behaviour that a planner may set is named in the brief; nothing else is."""
    ranges = {
        f"{table}.{name}"
        for table, kind in (("settlement", Settlement), ("threat", Threat), ("behaviour", Behaviour))
        for name, hint in get_type_hints(kind).items()
        if hint is Quantity
    }
    assert len(ranges) > 20
    assert ranges == set(UNCERTAIN) - {"line.length_km"}


def test_an_input_is_said_by_its_meaning(scenario):
    """Factors are said by what they mean, capabilities by column and name, service levels by theirs; a stranger stays."""
    factor = next(iter(scenario.factors))
    row = next(iter(scenario.capabilities.values()))
    assert say_input(f"factors.{factor}", scenario) == scenario.factors[factor].meaning
    assert row.name[1:] in say_input(f"capabilities.{row.id}.personnel", scenario)
    assert say_input("service.medevac_minutes", scenario) == "minutes to surgery"
    assert say_input("weather.mud", scenario) == "weather.mud"
