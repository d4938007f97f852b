"""`holdfast rerun`: compute a saved plan or study again from its own provenance and compare."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from holdfast.cli.common import EXIT_DIFFERS, guarded, output_option, print_json, showing_progress


@click.command("rerun")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--option", metavar="ID", default="", help="Option of a study (default: its reference).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@output_option("File to keep the new result in.")
@guarded
def rerun_command(file: Path, option: str, output: Path | None, *, as_json: bool, force: bool) -> None:
    """Plan again from what FILE carries and say whether the same bits came out.

    \b
    Example:
      holdfast rerun out/ukraine-2025-02/study.nc
    """
    from holdfast.core.errors import FileFormatError
    from holdfast.core.names import unknown_name
    from holdfast.pipeline import rerun
    from holdfast.results.plan import Findings, Plan, Study
    from holdfast.results.store import check_result_path, load_result, save_result

    if output is not None:
        check_result_path(output, force=force)
    saved = load_result(file)
    if isinstance(saved, Study):
        chosen = option or saved.reference
        if chosen not in saved.plans:
            raise unknown_name("option", chosen, saved.plans)
        saved = saved.plans[chosen]
    if not isinstance(saved, Plan | Findings):
        raise FileFormatError(
            f"{file} holds a {type(saved).__name__}; a rerun needs a plan, a study or a stage command's file"
        )
    with showing_progress():
        again, verdict = rerun(saved)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        save_result(again, output, force=force)
    if as_json:
        print_json(verdict)
    elif verdict["equal"]:
        click.echo(f"{file}: option {saved.case.option}: every bit of every stage came out the same")
    else:
        click.echo(f"{file}: option {saved.case.option}: these stages differ: {', '.join(verdict['differing_stages'])}")
        for key, (before, after) in verdict["circumstances"].items():
            click.echo(f"  {key} was {before}, is {after}")
    if not verdict["equal"]:
        sys.exit(EXIT_DIFFERS)
