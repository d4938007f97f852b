"""`holdfast new`: a commented scenario folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from holdfast.cli.common import guarded


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--small", is_flag=True, help="Write one file, enough for `holdfast size` and for past missions.")
@guarded
def new_command(folder: Path, *, small: bool) -> None:
    """Write a commented scenario into FOLDER, which must not exist or be empty.

    \b
    Example:
      holdfast new my-scenario
      holdfast new my-mission --small
    """
    from holdfast.scenario.template import write_template

    write_template(folder, small=small)
    then = f"holdfast size {folder}" if small else f"holdfast plan {folder} -o out/mine"
    click.echo(f"wrote {folder}; edit its files, then: holdfast check {folder} && {then}")
