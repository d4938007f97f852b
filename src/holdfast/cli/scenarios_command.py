"""`holdfast scenarios`: the bundled scenarios."""

from __future__ import annotations

import click

from holdfast.cli.common import guarded, print_json


@click.command("scenarios")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@guarded
def scenarios_command(*, as_json: bool) -> None:
    """List the scenarios that come with Holdfast, with their options and settlement variants, then past missions.

    \b
    Example:
      holdfast scenarios
    """
    from holdfast.scenario.bundled import list_scenarios

    found = list_scenarios()
    if as_json:
        from holdfast.results.export import to_jsonable

        print_json(to_jsonable(found))
        return
    for item in (item for item in found if not item.group):
        click.echo(f"{item.name}: {item.title} (as of {item.as_of.isoformat()})")
        click.echo(f"  options: {', '.join(item.options)}")
        click.echo(f"  settlement variants: {', '.join(item.settlements)}")
    missions = [item for item in found if item.group]
    if missions:
        click.echo("past missions, for sizing (holdfast size NAME):")
    for item in missions:
        strength = f", {item.strength} people" if item.strength else ""
        click.echo(f"  {item.name}: {item.title} ({item.posture}{strength})")
