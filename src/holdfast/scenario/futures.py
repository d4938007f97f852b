"""Futures: every uncertain quantity of a scenario by dotted name, and the scenario with each fixed at a drawn value."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from holdfast.core.streams import key_of, mix, name_word, unit
from holdfast.scenario.cells import quantity_fields
from holdfast.scenario.lines import DRAWN, on_trace
from holdfast.scenario.schema import SECTIONS, TABLES
from holdfast.scenario.types import Scenario, Uncertainty
from holdfast.scenario.values import Quantity

T = TypeVar("T")
STREAM = "future"
_TABLES = tuple(name for name in TABLES if name != "evidence")


def _holders(scenario: Scenario) -> Iterator[tuple[str, str, Any]]:
    """Every section and row that may hold quantities, as (table, row id or empty, object)."""
    yield from ((name, "", getattr(scenario, name)) for name in SECTIONS if quantity_fields(SECTIONS[name]))
    for name in (name for name in _TABLES if quantity_fields(TABLES[name])):
        yield from ((name, key, row) for key, row in getattr(scenario, name).items())


def uncertainties(scenario: Scenario) -> tuple[Uncertainty, ...]:
    """Every quantity with a range, by dotted name (`settlement.zone_depth_km`, `pools.<id>.units`, `factors.<key>`)."""
    found: list[tuple[str, Quantity]] = []
    for table, key, holder in _holders(scenario):
        stem = f"{table}.{key}" if key else table
        found += [(f"{stem}.{name}", getattr(holder, name)) for name in quantity_fields(type(holder))]
    found += [(f"factors.{key}", factor.value) for key, factor in scenario.factors.items()]
    return tuple(Uncertainty(key=key, quantity=quantity) for key, quantity in found if quantity.is_uncertain)


@cache
def _word(key: str) -> int:
    """The word of a dotted name, hashed once and not again for each future."""
    return name_word(key)


def _with(holder: T, changes: dict[str, Any]) -> T:
    """A copy of a frozen row with fields changed: `replace` without a second round of `__init__`, ten times as quick."""
    fresh = copy(holder)
    fresh.__dict__.update(changes)
    return fresh


def draw_future(scenario: Scenario, *, seed: int, future: int) -> Scenario:
    """The scenario with every uncertain quantity fixed at one draw, and one of the alternative traces as its line.

    A draw is keyed by (seed, future, dotted name): two options share the draw of every quantity that both have, whatever
    else differs between them, and a quantity added to a scenario shifts no other draw.

    Parameters
    ----------
    seed
        Of the stress settings.
    future
        Number of the future, 0 or more.
    """
    stem_key = key_of(seed, STREAM, future)

    def drawn(key: str, quantity: Quantity) -> Quantity:
        return quantity.fixed_at(quantity.quantile(unit(mix(stem_key, _word(key)))))

    def fixed(stem: str, holder: Any) -> Any:
        changes = {
            name: drawn(f"{stem}.{name}", quantity)
            for name in quantity_fields(type(holder))
            if (quantity := getattr(holder, name)).is_uncertain
        }
        return _with(holder, changes) if changes else holder

    changes: dict[str, Any] = {}
    for table, key, holder in _holders(scenario):
        if key:
            changes.setdefault(table, {})[key] = fixed(f"{table}.{key}", holder)
        else:
            changes[table] = fixed(table, holder)
    changes["factors"] = {
        key: _with(factor, {"value": drawn(f"factors.{key}", factor.value)}) if factor.value.is_uncertain else factor
        for key, factor in scenario.factors.items()
    }
    return on_trace(replace(scenario, **changes), unit(mix(stem_key, _word(DRAWN))))
