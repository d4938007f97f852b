"""`holdfast explain`: the derivation of a figure of a saved result, or of a scenario's size, down to its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from holdfast.cli.common import DISCLAIMER, guarded, load_case, print_json, showing_progress

if TYPE_CHECKING:
    from holdfast.results.derivation import Figure
    from holdfast.results.explain import Branch, Explainable

_NOT_RESULTS = (".zip", ".toml")


@click.command("explain")
@click.argument("source", metavar="FILE|SCENARIO")
@click.argument("name", required=False)
@click.option("--option", metavar="ID", default="", help="Option of a study or scenario (default: its reference).")
@click.option(
    "--settlement", metavar="ID", default="", help="Settlement variant of a scenario (default: the reference)."
)
@click.option("--set", "sets", metavar="KEY=VALUE", multiple=True, help="Override one value of a scenario; repeatable.")
@click.option(
    "--depth", type=click.IntRange(min=0), help="Steps below the figure that are opened (default: all, to the sources)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the tree and its evidence as JSON on standard output.")
@guarded
def explain_command(
    source: str,
    name: str | None,
    option: str,
    settlement: str,
    sets: tuple[str, ...],
    depth: int | None,
    *,
    as_json: bool,
) -> None:
    """Say why figure NAME of a saved result, or of the size of a scenario, is what it is. Without NAME, list the figures.

    \b
    Examples:
      holdfast explain out/ukraine-2025-02/study.nc size.in_country
      holdfast explain ukraine-2025-02 size.in_country --depth 3
    """
    from holdfast.results.explain import evidence_of, figures_of, tree_of

    result = _result_of(source, option, settlement, sets)
    figures = figures_of(result, option=option)
    if name is None:
        _list_figures(figures, as_json=as_json)
        return
    branch = tree_of(figures, name, depth=depth)
    evidence = evidence_of(result, option=option)
    if as_json:
        print_json(_document(branch, evidence))
        return
    _show(branch, evidence)


def _result_of(source: str, option: str, settlement: str, sets: tuple[str, ...]) -> Explainable:
    """The saved result that a path names, or the size of the scenario that a name or folder names."""
    path = Path(source)
    output = path.is_dir() and not (path / "scenario.toml").exists() and any(path.glob("*.nc"))
    if output or path.suffix.lower() == ".nc" or (path.is_file() and path.suffix.lower() not in _NOT_RESULTS):
        if settlement or sets:
            raise click.UsageError("--settlement and --set change a scenario; a saved result is explained as it is")
        from holdfast.results.store import load_result

        result: Explainable = load_result(path)
        return result
    from holdfast.pipeline import find

    scenario, case = load_case(source, option, settlement, sets)
    with showing_progress():
        return find(scenario, case, until="size")


def _list_figures(figures: Mapping[str, Figure], *, as_json: bool) -> None:
    from holdfast.results.derivation import format_value

    if as_json:
        print_json(sorted(figures))
        return
    for key in sorted(figures):
        click.echo(f"{key} = {format_value(figures[key])}")


def _show(branch: Branch, evidence: Mapping[str, Mapping[str, Any]]) -> None:
    """The tree, then each row of evidence that its leaves cite."""
    from holdfast.cli.text import paragraph
    from holdfast.results.explain import cited_by, say_tree

    for line in say_tree(branch):
        click.echo(line)
    figures = list(branch.figures())
    cited = cited_by(figures)
    if cited:
        click.echo(f"\nEvidence cited ({len(cited)}):")
    for name in cited:
        for line in paragraph(_say_evidence(name, evidence), indent="  ", hang="    "):
            click.echo(line)
    assumed = sum(bool(figure.assumption) for figure in figures)
    click.echo("")
    for line in paragraph(
        f"{len(figures)} figures, {assumed} of which rest on an assumption wholly or in part. {DISCLAIMER}"
    ):
        click.echo(line)


def _say_evidence(name: str, evidence: Mapping[str, Mapping[str, Any]]) -> str:
    row = evidence.get(name)
    if row is None:
        return f"{name}: not among the evidence kept with the result"
    place = f", {row['address']}" if row.get("address") and row["address"] != row["publisher"] else ""
    return f"{name}: {row['claim']} ({row['said_by']}; {row['publisher']}, {row['date']}{place}; {row['checked']})"


def _document(branch: Branch, evidence: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    from holdfast.results.explain import cited_by

    cited: Sequence[str] = cited_by(branch.figures())
    return {
        "disclaimer": DISCLAIMER,
        "figure": branch.figure.name,
        "tree": _tree(branch),
        "evidence": {name: dict(evidence[name]) if name in evidence else None for name in cited},
    }


def _tree(branch: Branch) -> dict[str, Any]:
    """A branch as nested JSON; a figure that stands in full elsewhere has only its name, value and `repeated`."""
    from holdfast.results.explain import cited_in
    from holdfast.results.export import to_jsonable

    figure = branch.figure
    head = {"name": figure.name, "value": to_jsonable(figure.value), "unit": figure.unit}
    if branch.repeated:
        return {**head, "repeated": True}
    return {
        **head,
        "kind": figure.kind,
        "text": figure.text,
        "reference": figure.reference,
        "evidence": list(cited_in(figure.source)),
        "assumption": figure.assumption,
        "low": to_jsonable(figure.low),
        "high": to_jsonable(figure.high),
        "hidden": branch.hidden,
        "inputs": [_tree(below) for below in branch.inputs],
    }
