"""`holdfast new`: a commented scenario folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from holdfast.cli.common import guarded


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@guarded
def new_command(folder: Path) -> None:
    """Write a small commented scenario into FOLDER, which must not exist or be empty.

    \b
    Example:
      holdfast new my-scenario
    """
    from holdfast.scenario.template import write_template

    write_template(folder)
    click.echo(f"wrote {folder}; edit its files, then: holdfast check {folder} && holdfast plan {folder} -o out/mine")
