"""`holdfast check`: every problem of a scenario at once."""

from __future__ import annotations

import sys

import click

from holdfast.cli.common import guarded, print_json


@click.command("check")
@click.argument("scenario")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@guarded
def check_command(scenario: str, *, as_json: bool) -> None:
    """Check a scenario folder, .zip or bundled name: every problem with file, line, key, value and expectation.

    \b
    Example:
      holdfast check my-scenario
    """
    from holdfast.scenario.check import check_scenario

    report = check_scenario(scenario)
    if as_json:
        from holdfast.results.export import to_jsonable

        print_json(to_jsonable(report))
    else:
        for problem in report.problems:
            click.echo(str(problem))
        for warning in report.warnings:
            click.echo(f"warning: {warning}")
        click.echo(report.summary())
    if report.problems:
        sys.exit(1)
