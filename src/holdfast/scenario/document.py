"""The canonical document: a whole resolved scenario as JSON-able data, exact both ways, with a stable hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any, cast

from holdfast.scenario.problems import Problems, Where, shown
from holdfast.scenario.quantities import plain_number, plain_quantity
from holdfast.scenario.schema import validate
from holdfast.scenario.types import Scenario
from holdfast.scenario.values import Quantity

FORMAT = "holdfast-scenario"


def plain(value: Any) -> Any:
    """Frozen types as JSON-able data: quantities as files write them, whole floats as integers, dates as ISO text."""
    if isinstance(value, Quantity):
        return plain_quantity(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return plain_number(value) if isinstance(value, float) else value


def canonical(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario (catalogue and factors merged) as JSON-able data; `from_canonical` gives back an equal one."""
    document: dict[str, Any] = {"format": FORMAT} | plain(scenario)
    return document


def from_canonical(document: Mapping[str, Any]) -> Scenario:
    """The scenario of a canonical document.

    Raises
    ------
    ScenarioError
        When the document is not one, with every problem.
    """
    problems = Problems()
    where = Where("canonical document")
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, Mapping) else document
        problems.add(where, key="format", value=shown(found), expected=repr(FORMAT))
        problems.raise_if_any()
    data = {key: value for key, value in document.items() if key != "format"}
    scenario = validate(Scenario, data, key="", where=lambda _key: where, problems=problems)
    problems.raise_if_any()
    return cast("Scenario", scenario)  # None only where a problem was added


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the canonical document: equal scenarios, equal hash, on every machine and in every process."""
    text = json.dumps(canonical(scenario), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8")).hexdigest()
