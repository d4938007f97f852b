"""The command line: one small module a command, imported when the command is run."""

from __future__ import annotations

from importlib import import_module

import click

from holdfast.core.version import __version__

# name -> (module, one-line help). The help stands here so that listing the commands imports none of them.
_COMMANDS = {
    "plan": ("plan", "Plan all options of a scenario and write the brief."),
    "size": ("size", "How big a force does this settlement need, and why?"),
    "generate": ("stages", "Who can supply it, in which month, and what is left to ask?"),
    "laydown": ("stages", "Where do posts, bases and batteries stand?"),
    "deploy": ("stages", "When is it in place?"),
    "cover": ("stages", "What does it see, reach and protect?"),
    "stress": ("stages", "Does it hold when tested?"),
    "validate": ("validate", "What sizing predicts of past missions, beside what was deployed."),
    "explain": ("explain", "Why is a figure what it is?"),
    "rerun": ("rerun", "Compute a saved result again from its own provenance and compare."),
    "check": ("check", "Report every problem of a scenario at once."),
    "new": ("new", "Write a commented scenario to start from."),
    "scenarios": ("scenarios", "List the bundled scenarios."),
}

EXIT_CODES = """\b
Exit codes:
  0    done
  1    the input is wrong (every problem is listed), or a file is not what it should be
  2    the command line is wrong
  3    a mathematical program has no solution
  4    an output exists and --force was not given
  5    a rerun differs from what was saved
  130  interrupted; nothing half-written is left"""


class _LazyGroup(click.Group):
    """A group whose commands are imported only when run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        found = getattr(import_module(f"holdfast.cli.{module}_command"), f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from holdfast.core.names import nearest_name

            nearest = nearest_name(args[0], _COMMANDS)
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="holdfast")
def main() -> None:
    """Plan, stress-test and monitor a post-ceasefire security force.

    Results are conditional statements about stated assumptions, never forecasts.

    \b
    Examples:
      holdfast plan ukraine-2025-02 -o out/ukraine
      holdfast size ukraine-2025-02 --cap 30000
      holdfast new my-scenario && holdfast check my-scenario
    """
