"""Planning factors: reading `factors.toml`, and laying a scenario's factors over the packaged ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.core.errors import ValueRangeError
from holdfast.core.names import nearest_name
from holdfast.scenario.problems import Locator, Problems, shown
from holdfast.scenario.quantities import read_quantity
from holdfast.scenario.types import Factor
from holdfast.scenario.values import Quantity

ABSURD = 1e9
"""No factor is larger: what is, is a slip."""
KEYS = ("value", "unit", "meaning", "exact", "source", "assumption")


def flat_entries(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries of a factors file by dotted key: every table that holds a `value`."""
    for name, entry in table.items():
        key = f"{prefix}{name}"
        if isinstance(entry, Mapping) and "value" not in entry and any(isinstance(v, Mapping) for v in entry.values()):
            yield from flat_entries(entry, f"{key}.")
        else:
            yield key, entry


def read_factors(
    data: Mapping[str, Any], *, base: Mapping[str, Factor], locator: Locator, problems: Problems, extend: bool = False
) -> dict[str, Factor]:
    """Typed factors of a parsed file.

    Parameters
    ----------
    base
        Factors underneath. An entry may leave out unit and meaning where `base` has them, and must not change the unit.
    extend
        Whether keys that `base` lacks are allowed (only the catalogue may bring new ones).
    """
    found: dict[str, Factor] = {}
    for key, entry in flat_entries(data):
        where = locator.find(f"factors.{key}")
        if not isinstance(entry, Mapping) or "value" not in entry:
            problems.add(
                where,
                key=key,
                value=shown(entry),
                expected="a table with value, unit, meaning and source or assumption",
            )
            continue
        if not extend and key not in base:
            problems.add(
                where, key=key, value="unknown", expected="a factor of the catalogue", nearest=nearest_name(key, base)
            )
            continue
        factor = _factor(key, entry, base.get(key), locator=locator, problems=problems)
        if factor is not None:
            found[key] = factor
    return found


def _factor(
    key: str, entry: Mapping[str, Any], under: Factor | None, *, locator: Locator, problems: Problems
) -> Factor | None:
    where = locator.find(f"factors.{key}")
    before = len(problems.found)
    for name, value in entry.items():
        if name not in KEYS:
            expected = f"one of {', '.join(KEYS)}"
            problems.add(
                where, key=f"{key}.{name}", value="unknown", expected=expected, nearest=nearest_name(name, KEYS)
            )
        elif name != "value" and not isinstance(value, str):
            problems.add(where, key=f"{key}.{name}", value=shown(value), expected="text")
    unit = entry.get("unit", under.unit if under else "")
    meaning = entry.get("meaning", under.meaning if under else "")
    if not unit or not meaning:
        problems.add(where, key=key, value="without unit or meaning", expected="both (unit '1' for a bare number)")
    if under and unit != under.unit:
        problems.add(where, key=f"{key}.unit", value=shown(unit), expected=f"{under.unit!r}, the unit of the catalogue")
    if len(problems.found) > before:
        return None
    try:
        return Factor(value=in_range(_value(entry)), unit=unit, meaning=meaning, exact=_exact(entry, under))
    except ValueRangeError as error:
        problems.add(
            where, key=f"{key}.value", value=shown(entry["value"]), expected=str(error).removeprefix("expected ")
        )
    return None


def _exact(entry: Mapping[str, Any], under: Factor | None) -> str:
    """Why the factor has no range, where it says so or the catalogue does."""
    return str(entry.get("exact", under.exact if under else ""))


def in_range(quantity: Quantity) -> Quantity:
    """The quantity, when no value of it is negative or absurdly large.

    Raises
    ------
    ValueRangeError
        Its message is the expectation.
    """
    if quantity.low < 0 or quantity.high > ABSURD:
        raise ValueRangeError("expected 0 or more" if quantity.low < 0 else f"expected at most {ABSURD:g}")
    return quantity


def _value(entry: Mapping[str, Any]) -> Quantity:
    """The quantity of an entry; its table may carry its own origin, else it takes the entry's."""
    value = entry["value"]
    table = dict(value) if isinstance(value, Mapping) else {"value": value}
    for name in ("source", "assumption"):
        if name in entry:
            table.setdefault(name, entry[name])
    return read_quantity(table)
