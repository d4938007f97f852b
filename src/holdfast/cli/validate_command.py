"""`holdfast validate`: what the models predict of past missions, beside what was deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from holdfast.cli.common import (
    DISCLAIMER,
    check_target,
    guarded,
    new_folder,
    output_option,
    print_json,
    showing_progress,
)

if TYPE_CHECKING:
    from holdfast.validation.results import SizingValidation


@click.group("validate")
def validate_command() -> None:
    """What is claimed of the models, and what is not.

    \b
    Example:
      holdfast validate sizing
    """


@validate_command.command("sizing")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
@click.option(
    "--draws", type=click.IntRange(min=0), help="Draws of terms and planning factors for the intervals (0: none)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output instead of tables.")
@output_option("Folder for the page, the picture (SVG, PNG), CSV and JSON.")
@guarded
def validate_sizing_command(
    folders: tuple[str, ...], draws: int | None, output: Path | None, *, as_json: bool, force: bool
) -> None:
    """Size past missions and compare with what was deployed and with simple rules.

    Without FOLDER all bundled missions; with FOLDERs (scenario folders with a [record], .zip files of such, or a folder that
    holds several) those. A folder without a record is sized and not scored; one that cannot be read is listed with its
    problems.

    \b
    Example:
      holdfast validate sizing -o out/validation
      holdfast validate sizing my-mission another-mission.zip
    """
    if output is not None:
        check_target(output, force=force)
    from holdfast.validation.sizing import DRAWS, validate_sizing
    from holdfast.validation.write import document, write_validation

    with showing_progress():
        found = validate_sizing(folders, draws=DRAWS if draws is None else draws)
        if output is not None:
            with new_folder(output, force=force) as folder:
                write_validation(found, folder)
    if as_json:
        print_json({"disclaimer": DISCLAIMER, **document(found)})
        return
    _show(found)
    if output is not None:
        click.echo(f"written: {output}")


def _show(found: SizingValidation) -> None:
    from holdfast.validation.tables import sentences, terminal_text

    click.echo(terminal_text(found))
    for row in found.missions:
        for problem in row.problems:
            click.echo(f"{row.given_as}: {problem}")
    click.echo()
    for sentence in sentences(found):
        click.echo(sentence)
