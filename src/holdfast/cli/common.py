"""What commands share: arguments, errors as messages and exit codes, progress on standard error, safe output."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from holdfast.core.errors import (
    FileConflictError,
    HoldfastError,
    InfeasibleError,
    ScenarioError,
)
from holdfast.core.progress import reporting
from holdfast.core.provenance import OUTPUT_MARKER

if TYPE_CHECKING:
    from holdfast.scenario.cases import Case
    from holdfast.scenario.types import Scenario

F = TypeVar("F", bound=Callable[..., Any])

EXIT_INPUT, EXIT_INFEASIBLE, EXIT_CONFLICT, EXIT_DIFFERS, EXIT_INTERRUPTED = 1, 3, 4, 5, 130
_QUIET_SECONDS = 2.0
DISCLAIMER = "Conditional on stated assumptions and open sources; not a forecast."


def guarded(command: F) -> F:
    """Turn Holdfast's errors into a message on standard error and an exit code; an interrupt into 130."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            click.echo("\ninterrupted; nothing half-written is left", err=True)
            sys.exit(EXIT_INTERRUPTED)
        except ScenarioError as error:
            count = len(error.problems)
            click.echo(f"{count} problem{'s' if count != 1 else ''} in the scenario:", err=True)
            click.echo(str(error), err=True)
            sys.exit(EXIT_INPUT)
        except FileConflictError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(EXIT_CONFLICT)
        except InfeasibleError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(EXIT_INFEASIBLE)
        except BrokenPipeError:
            # Whoever read standard output has enough (`| head`): nothing is wrong, and nobody is left to be told.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except (HoldfastError, OSError) as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(EXIT_INPUT)

    return run  # type: ignore[return-value]  # wraps() keeps the signature


def case_options(command: F) -> F:
    """Add the arguments that name a case: scenario, option, settlement variant, overrides, JSON."""
    decorators = (
        click.argument("scenario"),
        click.option("--option", metavar="ID", default="", help="Option to plan (default: the scenario's reference)."),
        click.option("--settlement", metavar="ID", default="", help="Settlement variant (default: the reference)."),
        click.option(
            "--set", "sets", metavar="KEY=VALUE", multiple=True,
            help="Override one value by its dotted key; repeatable. For example --set service.respond_minutes=45",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output instead of tables."),
    )  # fmt: skip
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def output_option(what: str) -> Callable[[F], F]:
    """Add `-o/--output` and `--force`."""

    def decorate(command: F) -> F:
        command = click.option("--force", is_flag=True, help="Overwrite what -o names.")(command)
        return click.option("-o", "--output", type=click.Path(path_type=Path), help=what)(command)

    return decorate


def parse_sets(sets: tuple[str, ...]) -> dict[str, object]:
    """`KEY=VALUE` words as a mapping; values stay text and are read by the type of their field.

    Raises
    ------
    click.UsageError
        When a word has no `=` or a key is given twice.
    """
    found: dict[str, object] = {}
    for word in sets:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"--set {word!r}: expected KEY=VALUE, for example service.respond_minutes=45")
        if key.strip() in found:
            raise click.UsageError(f"--set names {key.strip()!r} twice")
        found[key.strip()] = value.strip()
    return found


def load_case(scenario: str, option: str, settlement: str, sets: tuple[str, ...]) -> tuple[Scenario, Case]:
    """Load a scenario and the case the words name.

    Raises
    ------
    ScenarioError, UnknownNameError
        When the scenario is wrong or the option, variant or key is not known.
    """
    from dataclasses import replace

    from holdfast.core.names import unknown_name
    from holdfast.scenario.cases import reference_case
    from holdfast.scenario.load import load_scenario

    overrides = parse_sets(sets)
    loaded = load_scenario(scenario)
    if option and option not in loaded.options:
        raise unknown_name("option", option, loaded.options)
    if settlement and settlement not in loaded.settlements:
        raise unknown_name("settlement variant", settlement, loaded.settlements)
    case = reference_case(loaded)
    return loaded, replace(
        case,
        option=option or case.option,
        settlement=settlement or case.settlement,
        overrides=overrides,
    )


class _Progress:
    """Says on standard error what is being done, once work has taken longer than two seconds."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.live = sys.stderr.isatty()
        self.said = ""

    def __call__(self, what: str, share: float) -> None:
        now = time.monotonic()
        if now - self.started < _QUIET_SECONDS or (what == self.said and now - self.last < _QUIET_SECONDS):
            return
        self.last, self.said = now, what
        line = f"[{now - self.started:5.1f} s] {100 * share:3.0f} %  {what}"
        click.echo(f"\r\x1b[2K{line}" if self.live else line, err=True, nl=not self.live)

    def finish(self) -> None:
        if self.live and self.said:
            click.echo("\r\x1b[2K", err=True, nl=False)


@contextmanager
def showing_progress() -> Iterator[None]:
    """Show progress on standard error while the block runs."""
    progress = _Progress()
    try:
        with reporting(progress):
            yield
    finally:
        progress.finish()


@contextmanager
def new_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill that takes its place at `target` only when the block ends well.

    Raises
    ------
    FileConflictError
        When `target` exists, is not an empty folder, and `force` is false; or is not ours to replace.
    """
    check_target(target, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield partial
        _swap(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a folder that holds something: without --force anything, with it what Holdfast did not write.

    Raises
    ------
    FileConflictError
        Saying which and what to do.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not target.is_dir():
        raise FileConflictError(f"{target} is a file; name a folder")
    if not force:
        raise FileConflictError(f"{target} exists and is not empty; say --force to replace it, or name another folder")
    if not (target / OUTPUT_MARKER).exists():
        raise FileConflictError(f"{target} holds files that Holdfast did not write; name another folder")


def _swap(partial: Path, target: Path) -> None:
    partial.chmod(0o755)
    if not target.exists():
        partial.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    target.rename(old / "old")
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))
