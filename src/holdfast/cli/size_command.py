"""`holdfast size`: how big a force the settlement needs, and why; what a number buys, why not that number, which claims fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from holdfast.cli.common import case_options, guarded, load_case, output_option, print_json, showing_progress

if TYPE_CHECKING:
    from holdfast.results.plan import Findings
    from holdfast.results.stages import Requirement
    from holdfast.scenario.cases import Case
    from holdfast.scenario.types import Scenario
    from holdfast.sizing.agreement import Agreement
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_answer import Bought, Ranges
    from holdfast.studies.sizes_claims import Claim, Reading
    from holdfast.studies.sizes_why import WhyNot

_DRAWS = 400
_CHECKED = 10
"""Draws solved again exactly where someone looks at the draws: with --details, or --draws named."""
_PICTURES = (".svg", ".png")
_POSTURES = ("observe", "interpose", "reassure", "robust")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for on the command line."""

    curves: bool
    claims: bool
    details: bool
    why_not: int | None
    chart: Path | None
    draws: int
    draws_named: bool
    """Whether the number of draws was named on the command line."""
    tables: Path | None

    @property
    def needs_curves(self) -> bool:
        """Whether anything asked for rests on the curves."""
        return self.curves or self.claims or self.chart is not None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything found."""

    found: Findings
    ranges: Ranges | None
    agreement: Agreement
    bought: tuple[Bought, ...]
    curves: SizeCurves | None
    claims: tuple[Claim, ...]
    readings: tuple[Reading, ...]
    words: dict[str, str]
    why: WhyNot | None


@click.command("size")
@case_options
@click.option("--posture", type=click.Choice(_POSTURES), help="Posture to size (its levers: see docs/commands.md).")
@click.option("--cap", type=click.IntRange(min=1), help="People allowed in the country: what does this number buy?")
@click.option(
    "--why-not", "why_not", type=click.IntRange(min=1), metavar="N", help="Why not N people? What would change it?"
)
@click.option("--claims", is_flag=True, help="Which posture and settlement each published claim corresponds to.")
@click.option("--curves", is_flag=True, help="What every size from 5,000 to 150,000 buys, by posture and settlement.")
@click.option("--details", is_flag=True, help="Statement of requirements, medical timeline, housing, exit.")
@click.option("--chart", type=click.Path(path_type=Path), help="File for the chart of the curves (.svg or .png).")
@click.option(
    "--tables",
    type=click.Path(path_type=Path),
    help="Statement, troops to tasks, care, housing and exit as tables: a folder for CSV files, or a file .xlsx.",
)
@click.option("--draws", type=click.IntRange(min=0, max=100_000), default=_DRAWS, show_default=True,
              help="Draws of the uncertain inputs for the ranges; 0: none.")  # fmt: skip
@output_option("File to keep the result in (netCDF); never overwritten without --force.")
@guarded
def size_command(
    scenario: str, option: str, settlement: str, sets: tuple[str, ...], posture: str | None, cap: int | None,
    output: Path | None, *, as_json: bool, force: bool, **wanted: Any,
) -> None:  # fmt: skip
    """Say how big a force the settlement needs, and why; what a number buys; why not that number.

    \b
    Examples:
      holdfast size ukraine-2025-02 --cap 30000
      holdfast size ukraine-2025-02 --why-not 30000
      holdfast size ukraine-2025-02 --claims --chart sizes.svg
    """
    named = click.get_current_context().get_parameter_source("draws") is ParameterSource.COMMANDLINE
    asked = Wanted(draws_named=named, **wanted)
    _check_files(output, asked.chart, force=force)
    if asked.tables is not None:
        from holdfast.results.sheets import check_tables_path

        check_tables_path(asked.tables, force=force)
    if cap is not None:
        sets = (*sets, f"force.cap_in_country={cap}")
    loaded, case = load_case(scenario, option, settlement, sets)
    if posture:
        case = _with_posture(loaded, case, posture, chosen=bool(option))
    with showing_progress():
        answer = _answer(loaded, case, asked)
    if output is not None:
        from holdfast.results.store import save_result

        output.parent.mkdir(parents=True, exist_ok=True)
        save_result(answer.found, output, force=force)
    if asked.chart is not None:
        _write_chart(answer, asked.chart)
    if asked.tables is not None:
        _write_tables(answer, asked.tables, force=force)
    if as_json:
        print_json(_document(answer))
        return
    _show(answer, asked, settlement=case.settlement)
    for path in (path for path in (output, asked.chart, asked.tables) if path is not None):
        click.echo(f"saved: {path}")
    click.echo(f"why a figure? holdfast explain {output or scenario} size.in_country")


def _check_files(output: Path | None, chart: Path | None, *, force: bool) -> None:
    """Refuse a place where nothing can be written before anything is computed."""
    if chart is not None and chart.suffix.lower() not in _PICTURES:
        raise click.UsageError(f"--chart {chart}: expected a file that ends in .svg or .png")
    if output is not None and output.suffix.lower() in _PICTURES:
        raise click.UsageError(f"-o {output} keeps the result as netCDF; for a picture say --chart {output}")
    if output is not None and output == chart:
        raise click.UsageError(f"-o and --chart both name {output}; name two files")
    if output is None and chart is None:
        return
    from holdfast.results.store import check_result_path

    for path in (path for path in (output, chart) if path is not None):
        check_result_path(path, force=force)


def _with_posture(scenario: Scenario, case: Case, posture: str, *, chosen: bool) -> Case:
    """The case with a posture: that of the scenario's option for it, unless an option was named too."""
    from holdfast.studies.sizes import case_of

    if chosen:
        return replace(case, overrides={**case.overrides, "mission.posture": posture})
    return case_of(scenario, case, posture=posture, settlement=case.settlement)


def _answer(scenario: Scenario, case: Case, asked: Wanted) -> Answer:
    from holdfast.pipeline import find
    from holdfast.scenario.cases import resolve_case
    from holdfast.sizing.inputs import gather_sizing

    found = find(scenario, case, until="size")
    inputs = gather_sizing(resolve_case(scenario, case))
    planned = inputs.posture != "none"
    ranges = _ranges(inputs, scenario, asked) if planned and asked.draws else None
    return Answer(
        found=found,
        ranges=ranges,
        agreement=_agreement(inputs, found.requirement, ranges),
        bought=_bought(scenario, case, inputs.cap_in_country) if planned and inputs.cap_in_country else (),
        why=_why(scenario, case, asked.why_not) if asked.why_not else None,
        **_curves(scenario, case, asked),
    )


def _ranges(inputs: Any, scenario: Scenario, asked: Wanted) -> Ranges:
    from holdfast.studies.sizes_answer import size_ranges

    checked = _CHECKED if asked.details or asked.draws_named else 0
    return size_ranges(inputs, draws=asked.draws, seed=scenario.stress.seed, checked=checked)


def _agreement(inputs: Any, requirement: Requirement, ranges: Ranges | None) -> Agreement:
    """Our size, with its range, beside sizes from elsewhere."""
    from holdfast.sizing.agreement import judge

    spread = ranges.totals["in_country"] if ranges else None
    low, high = (spread.low, spread.high) if spread else (None, None)
    return judge(requirement.in_country, low, high, requirement.triangulation, inputs=inputs)


def _bought(scenario: Scenario, case: Case, cap: int) -> tuple[Bought, ...]:
    from holdfast.studies.sizes_answer import bought_by_posture

    return bought_by_posture(scenario, case, cap)


def _why(scenario: Scenario, case: Case, size: int) -> WhyNot:
    from holdfast.studies.sizes_why import why_not

    return why_not(scenario, case, size)


def _curves(scenario: Scenario, case: Case, asked: Wanted) -> dict[str, Any]:
    """Curves, claims, what each claim corresponds to, and that in words; empty where nothing rests on them."""
    if not asked.needs_curves:
        return {"curves": None, "claims": (), "readings": (), "words": {}}
    from holdfast.studies.sizes import size_curves
    from holdfast.studies.sizes_claims import find_claims, read_claims, say_reading

    curves = size_curves(scenario, case, draws=asked.draws)
    claims = find_claims(scenario)
    readings = read_claims(curves, claims)
    words = {reading.claim.id: say_reading(reading, curves) for reading in readings}
    return {"curves": curves, "claims": claims, "readings": readings, "words": words}


def _write_chart(answer: Answer, target: Path) -> None:
    from holdfast.brief.size_chart import picture_of_sizes

    if answer.curves is None:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(picture_of_sizes(answer.curves, answer.claims, kind=target.suffix.lower().removeprefix(".")))


def _write_tables(answer: Answer, target: Path, *, force: bool) -> None:
    from holdfast.results.sheets import write_tables

    write_tables(answer.found.requirement, target, force=force)


def _show(answer: Answer, asked: Wanted, *, settlement: str) -> None:
    from holdfast.cli import show_draws
    from holdfast.cli import show_size as show
    from holdfast.cli.show import case_heading

    requirement = answer.found.requirement
    case_heading(answer.found)
    if answer.why is not None:
        show.show_why_not(answer.why)
    if not asked.claims and not asked.curves and answer.why is None:
        show.show_totals(requirement, answer.ranges)
        show.show_tasks(requirement, answer.ranges)
        show.show_bought(answer.bought, settlement)
        show.show_agreement(requirement, answer.agreement)
        show.show_drivers(answer.ranges)
        show.show_hold(requirement)
        show.show_units(requirement)
    if asked.details:
        show.show_cap(requirement.cap)
        show.show_details(requirement)
        show_draws.show_units_over_draws(requirement, answer.ranges)
    show_draws.show_error(answer.ranges)
    if asked.curves and answer.curves is not None:
        show.show_curves(answer.curves)
    if asked.claims:
        show.show_claims(answer.readings, answer.words)


def _document(answer: Answer) -> dict[str, Any]:
    """One JSON document: keys are always the same, `null` or empty where nothing was asked for."""
    from holdfast.results.export import to_jsonable
    from holdfast.results.plan import DISCLAIMER

    found = answer.found
    origin = found.provenance
    return {
        "disclaimer": DISCLAIMER,
        "case": to_jsonable(found.case),
        "rests_on": {
            "sourced": origin.sourced_rows, "partly_sourced": origin.partly_sourced_rows, "assumed": origin.assumed_rows,
        },
        "requirement": to_jsonable(found.requirement),
        "ranges": to_jsonable(answer.ranges),
        "agreement": to_jsonable(answer.agreement),
        "bought": to_jsonable(answer.bought),
        "curves": to_jsonable(answer.curves),
        "claims": [_claim(reading, answer.words[reading.claim.id]) for reading in answer.readings],
        "why_not": to_jsonable(answer.why),
    }  # fmt: skip


def _claim(reading: Reading, words: str) -> dict[str, Any]:
    """A reading with its pairs as names, since JSON has no pairs as keys."""
    from holdfast.results.export import to_jsonable

    bought = {f"{posture}/{terms}": ends for (posture, terms), ends in reading.buys.items()}
    return {**to_jsonable(replace(reading, buys={})), "buys": to_jsonable(bought), "words": words}
