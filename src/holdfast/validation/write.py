"""Writing a validation to a folder: page, picture, CSV and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from holdfast.validation.page import page
from holdfast.validation.picture import draw_picture
from holdfast.validation.results import SizingValidation
from holdfast.validation.tables import to_csv

PAGE, PICTURE = "sizing.md", "validation-sizing"


def document(found: SizingValidation) -> dict[str, Any]:
    """The validation as JSON-able values, ratios and verdicts of each mission included."""
    from holdfast.results.export import to_jsonable

    told = to_jsonable(found)
    for row, score in zip(told["missions"], found.missions, strict=True):
        row.update(
            {
                name: to_jsonable(getattr(score, name))
                for name in ("ratio", "error", "within", "covered", "terms_covered")
            }
        )
    return {**told, "passed": found.passed}


def write_validation(found: SizingValidation, folder: Path) -> None:
    """Write `sizing.md`, `validation-sizing.svg` and `.png`, `sizing.csv` and `sizing.json` into a folder."""
    from holdfast.core.provenance import OUTPUT_MARKER
    from holdfast.core.version import __version__

    svg, png = draw_picture(found)
    (folder / f"{PICTURE}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{PICTURE}.png").write_bytes(png)
    (folder / PAGE).write_text(page(found, picture=f"{PICTURE}.png"), encoding="utf-8")
    (folder / "sizing.csv").write_text(to_csv(found), encoding="utf-8", newline="")
    text = json.dumps(document(found), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "sizing.json").write_text(text + "\n", encoding="utf-8")
    mark = {"written_by": "holdfast", "version": __version__, "kind": "validation"}
    (folder / OUTPUT_MARKER).write_text(json.dumps(mark), encoding="utf-8")
