"""Write the brief of a study into a folder: brief.html, the tables as CSV, the geography as GeoJSON, the results."""

from __future__ import annotations

import json
from pathlib import Path

from holdfast.brief.content import BriefContent, gather_content
from holdfast.brief.geography import geography_of
from holdfast.brief.page import page_html
from holdfast.brief.table import to_csv
from holdfast.core.provenance import OUTPUT_MARKER
from holdfast.results.plan import Study
from holdfast.results.store import save_result
from holdfast.scenario.types import Scenario


def write_brief(study: Study, scenario: Scenario, folder: str | Path) -> Path:
    """Write everything a study has to say into `folder`, which is made if need be.

    Parameters
    ----------
    study
        As `holdfast.study` returns it.
    scenario
        The scenario it was made from (as loaded, before any case).

    Returns
    -------
    Path
        The brief.
    """
    target = Path(folder)
    content = gather_content(study, scenario)
    target.mkdir(parents=True, exist_ok=True)
    brief = target / "brief.html"
    brief.write_text(render(content), encoding="utf-8")
    (target / "tables").mkdir(exist_ok=True)
    for table in content.tables:
        # The byte-order mark makes Excel read UTF-8.
        (target / "tables" / f"{table.key}.csv").write_bytes(b"\xef\xbb\xbf" + to_csv(table).encode("utf-8"))
    (target / "geo").mkdir(exist_ok=True)
    for name, text in geography_of(scenario, study.plans[study.reference]).items():
        (target / "geo" / name).write_text(text, encoding="utf-8")
    save_result(study, target / "study.nc", force=True)
    mark = {"written_by": "holdfast", "scenario": scenario.name, "hash": content.scenario_hash}
    (target / OUTPUT_MARKER).write_text(json.dumps(mark), encoding="utf-8")
    return brief


def render(content: BriefContent) -> str:
    """The brief as one HTML text."""
    return page_html(
        title=content.title,
        kicker=content.kicker,
        question=content.question,
        disclaimer=content.disclaimer,
        reading=content.reading,
        sections=content.sections,
    )
