"""`holdfast plan`: all options of a scenario (or one), with the brief, the tables, the geography and the results."""

from __future__ import annotations

from multiprocessing import cpu_count
from pathlib import Path

import click

from holdfast.cli.common import (
    DISCLAIMER,
    case_options,
    check_target,
    guarded,
    load_case,
    new_folder,
    output_option,
    print_json,
    showing_progress,
)


@click.command("plan")
@case_options
@output_option("Folder for brief.html, study.nc, tables/ and geo/ (default: out/<name of the scenario>).")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes to plan options in (default: one for each core)."
)
@guarded
def plan_command(
    scenario: str, option: str, settlement: str, sets: tuple[str, ...], output: Path | None,
    workers: int | None, *, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Plan every option of SCENARIO (a folder, .zip or bundled name) and write the brief.

    With --option only that option is planned, beside the reference it is compared with.

    \b
    Example:
      holdfast plan ukraine-2025-02 -o out/ukraine-2025-02
    """
    loaded, case = load_case(scenario, option, settlement, sets)
    target = output or Path("out") / loaded.name
    check_target(target, force=force)
    from holdfast.brief.write import write_brief
    from holdfast.studies.study import study

    options = list(dict.fromkeys([loaded.reference_option, option])) if option else None
    with showing_progress():
        found = study(
            loaded,
            options=options,
            settlement=case.settlement,
            overrides=case.overrides,
            workers=workers or cpu_count(),
        )
        with new_folder(target, force=force) as folder:
            write_brief(found, loaded, folder)
    if as_json:
        from holdfast.results.export import to_jsonable

        measures = to_jsonable(found.measures)
        print_json({"disclaimer": DISCLAIMER, "brief": str(target / "brief.html"), "measures": measures})
        return
    from holdfast.cli import show

    show.show_study(found)
    click.echo(f"brief:   {target / 'brief.html'}")
    click.echo(f"tables:  {target / 'tables'}   geography: {target / 'geo'}   results: {target / 'study.nc'}")
    click.echo(f"why a figure? holdfast explain {target / 'study.nc'}")
