"""Hypothesis strategies of the scenario's values, kept in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from holdfast.scenario import conditions as c
from holdfast.scenario.types import Scenario
from holdfast.scenario.values import Quantity
from support import WHY, tiny_scenario

NATIONS = ("FRA", "GBR", "DEU", "POL")
OTHER_FACTS = ("ceasefire", "un_mandate", "backstop.air_defence", "frame.nato", "access.both", "always", "never")

numbers = st.floats(min_value=0, max_value=1e6, allow_nan=False, allow_infinity=False, allow_subnormal=False)


@st.composite
def quantities(draw: st.DrawFn, *, limit: float = 1e6) -> Quantity:
    """Points and ranges of every distribution, from 0 to `limit`, with any origin."""
    bounds = st.floats(min_value=0, max_value=limit, allow_nan=False, allow_subnormal=False)
    low, mode, high = sorted(draw(st.tuples(bounds, bounds, bounds)))
    shapes = ["uniform", "triangular"] + (["lognormal"] if low > 0 else [])
    shape: Any = "point" if low == high else draw(st.sampled_from(shapes))
    source, assumption = draw(st.sampled_from(["", "ev-1"])), draw(st.sampled_from(["", WHY, "inferred later: test"]))
    return Quantity(low=low, mode=mode, high=high, distribution=shape, source=source, assumption=assumption)


def _joined(parts: st.SearchStrategy[c.Condition]) -> st.SearchStrategy[c.Condition]:
    groups = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(c.Joined, st.sampled_from(["and", "or"]), groups)


_plain_facts = st.sampled_from(OTHER_FACTS).map(c.Fact)
_any_facts = st.sampled_from([*OTHER_FACTS, *(f"nation.{iso}" for iso in NATIONS)]).map(c.Fact)
_without_nations = st.recursive(_plain_facts, lambda part: _joined(part) | part.map(c.Not), max_leaves=6)
conditions: st.SearchStrategy[c.Condition] = st.recursive(
    _any_facts | _without_nations.map(c.Not), _joined, max_leaves=10
)
"""Conditions in which nations stand only positively."""

facts = st.sets(st.sampled_from([*OTHER_FACTS, *(f"nation.{iso}" for iso in NATIONS)]))
"""Which facts hold."""


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """The tiny scenario with drawn settings, rows, texts and origins."""
    scenario = tiny_scenario()
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
    terms = replace(
        scenario.settlement, access=draw(st.sampled_from(["both", "host_only", "none"])), zone_depth_km=draw(quantities()),
        political_commitment=draw(quantities(limit=1.0)), assumption=draw(text),
    )  # fmt: skip
    pool = replace(
        scenario.pools["fra_mech_bn"], units=draw(quantities()), dwell=draw(numbers), tour_months=draw(st.integers(1, 24)),
        areas=tuple(draw(st.lists(st.sampled_from(["country", "neighbour", "theatre"]), unique=True))),
    )  # fmt: skip
    capability = replace(
        scenario.capabilities["mech_bn"],
        needs=draw(st.dictionaries(st.sampled_from(["signals_bn", "engineer_bn"]), numbers)),
    )
    return replace(
        scenario, title=draw(text), settlement=terms, pools=scenario.pools | {pool.id: pool},
        capabilities=scenario.capabilities | {capability.id: capability},
    )  # fmt: skip
