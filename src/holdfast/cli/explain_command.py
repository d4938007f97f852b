"""`holdfast explain`: the derivation of a figure of a saved result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from holdfast.cli.common import guarded, print_json

if TYPE_CHECKING:
    from holdfast.results.derivation import Figure


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("name", required=False)
@click.option("--option", metavar="ID", default="", help="Option of a study (default: its reference).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@guarded
def explain_command(file: Path, name: str | None, option: str, *, as_json: bool) -> None:
    """Why is figure NAME of the saved result FILE what it is? Without NAME, list the figures.

    \b
    Example:
      holdfast explain out/ukraine-2025-02/study.nc size.in_country
    """
    from holdfast.results.derivation import find_figure, format_value
    from holdfast.results.explain import explain, figures_of
    from holdfast.results.store import load_result

    result = load_result(file)
    figures = figures_of(result, option=option)
    if name is None:
        if as_json:
            print_json(sorted(figures))
            return
        for key in sorted(figures):
            click.echo(f"{key} = {format_value(figures[key])}")
        return
    if as_json:
        from holdfast.results.export import to_jsonable

        print_json(to_jsonable(_branch(figures, find_figure(figures, name).name)))
        return
    click.echo(explain(result, name, option=option))


def _branch(figures: Mapping[str, Figure], name: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    waiting = [name]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = figures[key]
            waiting.extend(figures[key].inputs)
    return found
