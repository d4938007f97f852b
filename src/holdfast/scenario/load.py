"""Loading a scenario: a folder, a zip or a bundled name becomes one typed, checked object, or one error with all problems."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from holdfast.scenario.catalogue import Catalogue, RawRows, add_rows, read_catalogue
from holdfast.scenario.checks import check_draft
from holdfast.scenario.draft import Draft
from holdfast.scenario.factors import read_factors
from holdfast.scenario.files import FACTORS, LINE, SETTINGS, ScenarioFiles, read_files
from holdfast.scenario.levels import with_depth
from holdfast.scenario.origin import inferred_later, inherit_origins
from holdfast.scenario.overrides import apply_overrides, check_levers, with_points
from holdfast.scenario.problems import Locator, Problems
from holdfast.scenario.schema import TABLES, validate_rows
from holdfast.scenario.settings import read_settings
from holdfast.scenario.tomltext import read_toml
from holdfast.scenario.traces import read_traces
from holdfast.scenario.types import Scenario

BY_HAND = "set by hand for this run"
_UNREAD = ("file", "encoding", "table", "row", "column id")
"""Keys of problems after which rows of a table, and so ids, may be missing."""


def load_scenario(path_or_name: str | Path, overrides: Mapping[str, object] | None = None) -> Scenario:
    """Load and check a scenario.

    Parameters
    ----------
    path_or_name
        A folder, a `.zip` of one, or the name of a bundled scenario.
    overrides
        Values by dotted key (`settlement.access`, `pools.fra_mech_bn.units`, `factors.visibility.day`); text is read
        as a CSV cell of the field would be.

    Returns
    -------
    Scenario
        With the packaged catalogue merged underneath. Quantities without an origin carry that of their row or section.

    Raises
    ------
    ScenarioError
        With every problem found: file, line, key, value, expectation and nearest name.
    """
    scenario, _locator = load_with_lines(path_or_name)
    if overrides:
        scenario = apply_overrides(scenario, overrides, why=BY_HAND)
    return scenario


def load_with_lines(path_or_name: str | Path) -> tuple[Scenario, Locator]:
    """`load_scenario`, and where each row and setting stands in the files."""
    problems, locator = Problems(), Locator(SETTINGS)
    files = read_files(path_or_name, problems=problems)
    if SETTINGS not in files.texts:
        problems.raise_if_any()
    draft = _read(files, problems, locator)
    check_draft(draft, locator=locator, problems=problems)
    check_levers(draft, locator=locator, problems=problems)
    problems.raise_if_any()
    return inherit_origins(with_depth(draft.scenario())), locator


def _read(files: ScenarioFiles, problems: Problems, locator: Locator) -> Draft:
    draft = Draft()
    catalogue = read_catalogue(problems=problems, locator=locator)
    settings = read_toml(files.texts[SETTINGS], file=SETTINGS, problems=problems, locator=locator)
    if settings or not any(problem.file == SETTINGS for problem in problems.found):
        read_settings(settings, draft, name=files.name, locator=locator, problems=problems)
    if LINE in files.texts:
        draft.traces = read_traces(files.texts[LINE], file=LINE, problems=problems, locator=locator)
    for table, cls in TABLES.items():
        raw = _raw_rows(table, cls, files, catalogue, problems)
        if any(problem.file == f"{table}.csv" and problem.key in _UNREAD for problem in problems.found):
            draft.unread.add(table)
        _type_rows(table, cls, raw, draft, locator=locator, problems=problems)
    _read_factors(files, catalogue, draft, locator=locator, problems=problems)
    inferred_later(draft, catalogue_keys=_catalogue_keys(catalogue, locator))
    return draft


def _raw_rows(table: str, cls: type, files: ScenarioFiles, catalogue: Catalogue, problems: Problems) -> RawRows:
    """Rows of the scenario laid over the catalogue's: a row there needs only the columns that it changes, and an origin."""
    own = RawRows()
    file = f"{table}.csv"
    if file in files.texts:
        add_rows(own, files.texts[file], file=file, cls=cls, problems=problems)
    under: RawRows | None = {"capabilities": catalogue.capabilities, "evidence": catalogue.evidence}.get(table)
    if under is None:
        return own
    rows = dict(under.rows)
    for key, row in own.rows.items():
        kept = {name: value for name, value in rows.get(key, {}).items() if name not in {"source", "assumption"}}
        rows[key] = kept | with_points(row, table)
    return RawRows(rows, under.places | own.places, under.faulty | own.faulty, under.columns | own.columns)


def _type_rows(table: str, cls: type, raw: RawRows, draft: Draft, *, locator: Locator, problems: Problems) -> None:
    keys = list(raw.rows)
    for key in keys:
        locator.note(f"{table}.{key}", raw.places[key])
    draft.ids[table] = set(keys)
    number = {key: index for index, key in enumerate(keys)}
    typed = validate_rows(
        cls,
        list(raw.rows.values()),
        table=table,
        where=lambda index: raw.places[keys[index]],
        columns=raw.columns,
        faulty={(number[key], column) for key, column in raw.faulty if key in number},
        problems=problems,
    )
    draft.tables[table] = {key: row for key, row in zip(keys, typed, strict=True) if row is not None}


def _read_factors(
    files: ScenarioFiles, catalogue: Catalogue, draft: Draft, *, locator: Locator, problems: Problems
) -> None:
    draft.factors = dict(catalogue.factors)
    if FACTORS not in files.texts:
        return
    here = Locator(FACTORS)
    data = read_toml(files.texts[FACTORS], file=FACTORS, problems=problems, locator=here, prefix="factors.")
    own = read_factors(data, base=catalogue.factors, locator=here, problems=problems)
    for key in own:
        locator.note(f"factors.{key}", here.find(f"factors.{key}"))
    draft.factors |= own


def _catalogue_keys(catalogue: Catalogue, locator: Locator) -> set[str]:
    """Dotted keys of the rows and factors that stand as the catalogue has them."""
    rows = {f"capabilities.{key}" for key in catalogue.capabilities.rows}
    factors = {f"factors.{key}" for key in catalogue.factors}
    return {key for key in rows | factors if locator.find(key).file.startswith("catalogue/")}
