from __future__ import annotations

from dataclasses import replace

from holdfast.scenario.origin import inherit_origins, sourced_share
from holdfast.scenario.values import point
from support import WHY, just, tiny_scenario


def test_counts_add_up_over_tables() -> None:
    """What is sourced and what is assumed in all is the sum over tables, and every table with rows is named."""
    scenario = tiny_scenario()
    found = sourced_share(scenario)
    assert found.sourced == sum(counts[0] for counts in found.by_table.values())
    assert found.partly == sum(counts[1] for counts in found.by_table.values())
    assert found.assumed == sum(counts[2] for counts in found.by_table.values())
    assert found.by_table["pools"] == (0, 0, len(scenario.pools))
    assert found.by_table["traces"] == (1, 0, 0)
    assert found.by_table["behaviour"] == (0, 0, 12)
    assert "evidence" not in found.by_table
    assert found.share == found.sourced / (found.sourced + found.assumed)


def test_a_row_with_source_and_assumption_counts_as_assumed() -> None:
    """Only what rests on evidence and on nothing else counts as sourced; evidence beside an assumption counts in part."""
    scenario = tiny_scenario()
    pool = scenario.pools["fra_mech_bn"]
    for source, assumption, sourced in (("ev-1", "", 1), ("ev-1", "rounded", 0), ("", WHY, 0)):
        pools = scenario.pools | {pool.id: replace(pool, source=source, assumption=assumption)}
        found = sourced_share(replace(scenario, pools=pools))
        assert found.by_table["pools"][0] == sourced
        assert found.partly == bool(source and assumption)


def test_a_quantity_counts_by_its_own_origin_before_its_sections() -> None:
    """In settings, a value with a source of its own counts as sourced though its section is assumed."""
    terms = replace(tiny_scenario().settlement, zone_depth_km=point(20, source="ev-1"))
    assert sourced_share(tiny_scenario(settlement=terms)).by_table["settlement"] == (1, 0, 9)


def test_origins_are_handed_down() -> None:
    """A quantity without an origin takes its row's; one with an origin keeps it."""
    scenario = tiny_scenario()
    pool = replace(scenario.pools["fra_mech_bn"], units=point(3), notice_days=just(9), source="ev-1", assumption="")
    done = inherit_origins(replace(scenario, pools={pool.id: pool})).pools[pool.id]
    assert (done.units.source, done.units.assumption) == ("ev-1", "")
    assert (done.notice_days.source, done.notice_days.assumption) == ("", WHY)
