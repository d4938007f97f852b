"""The stage commands: run the pipeline up to one stage, show what it found, keep it if asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from holdfast.cli.common import case_options, guarded, load_case, output_option, print_json, showing_progress


def _run(  # one body for five commands
    until: str, field: str, *, scenario: str, option: str, settlement: str, sets: tuple[str, ...], as_json: bool,
    output: Path | None, force: bool,
) -> None:  # fmt: skip
    if output is not None:
        from holdfast.results.store import check_result_path

        check_result_path(output, force=force)
    loaded, case = load_case(scenario, option, settlement, sets)
    from holdfast.pipeline import find

    with showing_progress():
        found = find(loaded, case, until=until)
    result = getattr(found, field)
    if output is not None:
        from holdfast.results.store import save_result

        output.parent.mkdir(parents=True, exist_ok=True)
        save_result(found, output, force=force)
    if as_json:
        from holdfast.results.export import to_jsonable
        from holdfast.results.plan import DISCLAIMER

        origins = {
            "sourced": found.provenance.sourced_rows,
            "partly_sourced": found.provenance.partly_sourced_rows,
            "assumed": found.provenance.assumed_rows,
        }
        head = {"disclaimer": DISCLAIMER, "case": to_jsonable(found.case), "rests_on": origins}
        print_json({**head, field: to_jsonable(result)})
    else:
        from holdfast.cli import show

        show.case_heading(found)
        getattr(show, f"show_{field}")(result)
        if output is not None:
            click.echo(f"saved: {output}")
            click.echo(f"why a figure? holdfast explain {output}")


def _stage_command(name: str, until: str, field: str, text: str, example: str) -> click.Command:
    def command(**words: Any) -> None:
        _run(until, field, **words)

    command.__doc__ = f"{text}\n\n\b\nExample:\n  {example}"
    wrapped: Callable[..., Any] = guarded(command)
    wrapped = output_option("File to keep the result in (netCDF); never overwritten without --force.")(wrapped)
    return click.command(name)(case_options(wrapped))


generate_command = _stage_command(
    "generate", "generate", "force", "Who can supply it, in which month, and what is left to ask of the backstop?",
    "holdfast generate ukraine-2025-02 --set nations.POL.position=willing_if",
)  # fmt: skip
laydown_command = _stage_command(
    "laydown", "lay_down", "laydown", "Where do posts, bases and batteries stand?",
    "holdfast laydown ukraine-2025-02 --json",
)  # fmt: skip
deploy_command = _stage_command(
    "deploy", "deploy", "deployment", "When is it in place, over real roads, rails, ports and airfields?",
    "holdfast deploy ukraine-2025-02 --option robust_100k",
)  # fmt: skip
cover_command = _stage_command(
    "cover", "cover", "coverage", "What does it see, reach and protect along the line?",
    "holdfast cover ukraine-2025-02 --settlement thinned_both",
)  # fmt: skip
stress_command = _stage_command(
    "stress", "stress", "stress", "Does it hold when tested? A conditional statement, never a forecast.",
    "holdfast stress ukraine-2025-02 --option reassure_30k_not_honoured",
)  # fmt: skip
