"""The published JSON Schema of `scenario.toml`, so that editors complete and check it.

Written by ``python -m holdfast.scenario.publish docs/schema/scenario.schema.json``; a test holds the file current.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from inspect import getdoc, getsource
from pathlib import Path
from types import ModuleType
from typing import Any

from holdfast.scenario import force_types, schema, settings_types, types
from holdfast.scenario.defaults import packaged_defaults
from holdfast.scenario.quantities import json_schema_of_quantity
from holdfast.scenario.schema import KEYED, SCHEMA_VERSION, SECTIONS, Head, adapter
from holdfast.scenario.settings import OPTIONAL
from holdfast.scenario.types import Record, ServiceLevels

_IN_FILES = {"kind": "class"}
"""Keys that are written otherwise in the files: only `kind` of the record, as no other table of settings has one."""


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `scenario.toml`."""
    head = _object(Head)
    properties = head["properties"] | {name: {"$ref": f"#/$defs/{cls.__name__}"} for name, cls in SECTIONS.items()}
    for name, cls in KEYED.items():
        properties[name] = {
            "type": "object",
            "description": _first_paragraph(cls),
            "additionalProperties": {"$ref": f"#/$defs/{cls.__name__}"},
        }
    properties["schema_version"] = {"const": SCHEMA_VERSION, "description": "Version of the format."}
    properties["record"] = {"$ref": "#/$defs/Record"}
    needed = [name for name, cls in SECTIONS.items() if _is_needed(cls) and name not in OPTIONAL]
    parts = (*SECTIONS.values(), ServiceLevels, Record, *KEYED.values())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:holdfast:scenario:{SCHEMA_VERSION}",
        "title": f"Holdfast scenario.toml, version {SCHEMA_VERSION}",
        "type": "object",
        "additionalProperties": False,
        "required": [*head["required"], *needed],
        "properties": properties,
        "$defs": {"Quantity": json_schema_of_quantity()} | {cls.__name__: _object(cls) for cls in parts},
    }


def _is_needed(cls: Any) -> bool:
    """Whether a section must stand in the file: it has a key without default, or must say where it comes from."""
    return any(item.name == "source" or item.default is item.default_factory is MISSING for item in fields(cls))


def _object(cls: Any) -> dict[str, Any]:
    """Schema of one table, with the docstrings of its keys as descriptions."""
    found = adapter(cls).json_schema()
    keyed = cls in KEYED.values()
    properties = {name: entry for name, entry in found["properties"].items() if not (keyed and name == "id")}
    for name, entry in properties.items():
        entry.pop("title", None)
        _without_null(entry)
        if entry.get("anyOf") == json_schema_of_quantity()["anyOf"]:
            entry.clear()
            entry["$ref"] = "#/$defs/Quantity"
        if text := _described().get((cls.__name__, name)):
            entry["description"] = text
    filled = _left_to_the_package(cls)
    return {
        "type": "object",
        "description": _first_paragraph(cls),
        "additionalProperties": False,
        "required": [
            _IN_FILES.get(name, name) for name in found.get("required", []) if name in properties and name not in filled
        ],
        "properties": {_IN_FILES.get(name, name): entry for name, entry in properties.items()},
    }


def _left_to_the_package(cls: Any) -> frozenset[str]:
    """Keys of a section that may be left out: the package has a default, or the area gives the depth of the zone."""
    section = next((name for name, known in SECTIONS.items() if known is cls), "")
    derived = {"zone_depth_km"} if section == "settlement" else set()
    return frozenset(packaged_defaults().get(section, {})) | derived


def _without_null(entry: dict[str, Any]) -> None:
    """TOML has no null: a key that may be absent is simply left out."""
    kinds = [kind for kind in entry.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1 and len(kinds) < len(entry["anyOf"]):
        entry.pop("anyOf")
        entry.pop("default", None)
        entry.update(kinds[0])


def _first_paragraph(cls: Any) -> str:
    return _one_line((getdoc(cls) or "").split("\n\n")[0])


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@cache
def _described() -> dict[tuple[str, str], str]:
    """Docstring under each field, by class and field."""
    return _field_texts(settings_types) | _field_texts(force_types) | _field_texts(types) | _field_texts(schema)


def _field_texts(module: ModuleType) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(getsource(module)).body:
        if not isinstance(node, ast.ClassDef) or not is_dataclass(getattr(module, node.name)):
            continue
        for line, following in zip(node.body, node.body[1:], strict=False):
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and is_text:
                found[node.name, line.target.id] = _one_line(str(ast.literal_eval(following.value)))  # type: ignore[attr-defined]
    return found


def schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
