"""The pipeline: one case through all stages, each a pure function of what the one before handed on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.core.errors import FileFormatError, HoldfastError
from holdfast.core.names import unknown_name
from holdfast.core.progress import report

if TYPE_CHECKING:
    from holdfast.results.plan import CaseRecord, Findings, Plan, Provenance
    from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Requirement, Stress
    from holdfast.scenario.cases import Case
    from holdfast.scenario.types import Scenario

T = TypeVar("T")

STAGES = ("size", "generate", "lay_down", "deploy", "cover", "stress")
"""The stages in the order in which each hands its result on."""


@dataclass(frozen=True, kw_only=True)
class StageResults:
    """Results up to some stage; those after it are `None`."""

    requirement: Requirement
    force: Force | None = None
    laydown: Laydown | None = None
    deployment: Deployment | None = None
    coverage: Coverage | None = None
    stress: Stress | None = None


def plan(scenario: Scenario, case: Case | None = None) -> Plan:
    """Plan one case of a scenario: size, generate, lay down, deploy, cover, stress.

    Parameters
    ----------
    scenario
        As loaded; the case's settlement terms, levers and overrides are applied here.
    case
        Option, settlement variant and overrides; by default the scenario's reference case.

    Returns
    -------
    Plan
        Every stage's result with the provenance a rerun needs.

    Raises
    ------
    ScenarioError
        When the case names an unknown option, variant or key.
    """
    from holdfast.results.plan import Plan
    from holdfast.scenario.cases import reference_case

    chosen = case or reference_case(scenario)
    done = run_stages(scenario, chosen)
    return Plan(
        title=scenario.title,
        question=scenario.question,
        as_of=scenario.as_of.isoformat(),
        case=case_record(scenario, chosen),
        requirement=done.requirement,
        force=_present(done.force),
        laydown=_present(done.laydown),
        deployment=_present(done.deployment),
        coverage=_present(done.coverage),
        stress=_present(done.stress),
        provenance=provenance_of(scenario),
    )


def run_stages(scenario: Scenario, case: Case, *, until: str = "stress") -> StageResults:
    """Run the stages of one case in order, up to and with `until`.

    Raises
    ------
    UnknownNameError
        When `until` is not a stage.
    ScenarioError
        When the scenario lacks a file that one of the stages needs.
    """
    from holdfast.scenario.cases import resolve_case
    from holdfast.scenario.needs import require_stage

    if until not in STAGES:
        raise unknown_name("stage", until, STAGES)
    require_stage(scenario, until)
    last = STAGES.index(until)
    resolved = resolve_case(scenario, case)
    done = StageResults(requirement=_size(resolved))
    for number, (stage, step) in enumerate(
        zip(STAGES[1:], (_generate, _lay_down, _deploy, _cover, _stress), strict=True)
    ):
        if number >= last:
            break
        report(f"{case.option or 'case'}: {stage.replace('_', ' ')}", (number + 1) / (last + 1))
        done = step(resolved, done)
    report(f"{case.option or 'case'}: done", 1.0)
    return done


def _size(resolved: Scenario) -> Requirement:
    from holdfast.sizing.inputs import gather_sizing
    from holdfast.sizing.stage import size

    return size(gather_sizing(resolved))


def _generate(resolved: Scenario, done: StageResults) -> StageResults:
    from holdfast.generation.inputs import gather_generation
    from holdfast.generation.stage import generate

    return replace(done, force=generate(gather_generation(resolved, done.requirement)))


def _lay_down(resolved: Scenario, done: StageResults) -> StageResults:
    from holdfast.laydown.inputs import gather_laydown
    from holdfast.laydown.stage import lay_down

    return replace(done, laydown=lay_down(gather_laydown(resolved, done.requirement, _present(done.force))))


def _deploy(resolved: Scenario, done: StageResults) -> StageResults:
    from holdfast.deployment.inputs import gather_deployment
    from holdfast.deployment.stage import deploy

    inputs = gather_deployment(resolved, _present(done.force), _present(done.laydown))
    return replace(done, deployment=deploy(inputs))


def _cover(resolved: Scenario, done: StageResults) -> StageResults:
    from holdfast.coverage.inputs import gather_coverage
    from holdfast.coverage.stage import cover

    inputs = gather_coverage(resolved, done.requirement, _present(done.laydown), _present(done.deployment))
    return replace(done, coverage=cover(inputs))


def _stress(resolved: Scenario, done: StageResults) -> StageResults:
    from holdfast.core.kernels import compilation_notice
    from holdfast.stress.inputs import gather_stress
    from holdfast.stress.stage import stress

    inputs = gather_stress(
        resolved,
        done.requirement,
        _present(done.force),
        _present(done.laydown),
        _present(done.deployment),
        _present(done.coverage),
    )
    if notice := compilation_notice():
        report(f"{notice}stress", 5 / len(STAGES))
    return replace(done, stress=stress(inputs))


def _present(result: T | None) -> T:
    if result is None:
        raise HoldfastError("a stage was asked for before the one it builds on")
    return result


def case_record(scenario: Scenario, case: Case) -> CaseRecord:
    """The case as results keep it: names and titles of option and settlement variant, and the overrides."""
    from holdfast.results.plan import CaseRecord

    return CaseRecord(
        option=case.option,
        option_title=scenario.options[case.option].title,
        settlement=case.settlement,
        settlement_title=scenario.settlements[case.settlement].title,
        overrides=dict(case.overrides),
    )


def provenance_of(scenario: Scenario) -> Provenance:
    """What a rerun needs: the canonical scenario (catalogue and factors merged), seed, versions, processor."""
    from holdfast.core.provenance import library_versions, now_utc, processor_class
    from holdfast.core.version import __version__
    from holdfast.results.plan import Provenance
    from holdfast.scenario.document import canonical, scenario_hash
    from holdfast.scenario.origin import sourced_share

    share = sourced_share(scenario)
    return Provenance(
        holdfast_version=__version__,
        scenario_json=json.dumps(canonical(scenario), ensure_ascii=False),
        scenario_hash=scenario_hash(scenario),
        seed=scenario.stress.seed,
        versions=library_versions(),
        processor=processor_class(),
        created=now_utc(),
        sourced_rows=share.sourced,
        partly_sourced_rows=share.partly,
        assumed_rows=share.assumed,
    )


def find(scenario: Scenario, case: Case, *, until: str) -> Findings:
    """Run one case up to and with stage `until`, and keep the results with their provenance.

    Raises
    ------
    UnknownNameError
        When `until` is not a stage.
    """
    from holdfast.results.plan import Findings

    done = run_stages(scenario, case, until=until)
    return Findings(
        title=scenario.title,
        as_of=scenario.as_of.isoformat(),
        case=case_record(scenario, case),
        until=until,
        requirement=done.requirement,
        force=done.force,
        laydown=done.laydown,
        deployment=done.deployment,
        coverage=done.coverage,
        stress=done.stress,
        provenance=provenance_of(scenario),
    )


def rerun(saved: Plan | Findings) -> tuple[Plan | Findings, dict[str, Any]]:
    """Compute again from a result's own provenance and compare.

    Parameters
    ----------
    saved
        A plan, or the findings of a stage command.

    Returns
    -------
    (same type, dict)
        The new result, and a verdict: `equal` (bit for bit), the stages that differ, and what differs in the circumstances.
    """
    from holdfast.results.plan import Findings
    from holdfast.results.store import results_equal
    from holdfast.scenario.cases import Case
    from holdfast.scenario.document import from_canonical

    try:
        document = json.loads(saved.provenance.scenario_json)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"the scenario kept with the result is not JSON: {error}") from error
    scenario = from_canonical(document)
    record = saved.case
    case = Case(option=record.option, settlement=record.settlement, overrides=dict(record.overrides))
    again: Plan | Findings
    again = find(scenario, case, until=saved.until) if isinstance(saved, Findings) else plan(scenario, case)
    stages = ("requirement", "force", "laydown", "deployment", "coverage", "stress")
    differing = [name for name in stages if not results_equal(getattr(saved, name), getattr(again, name))]
    before, after = asdict(saved.provenance), asdict(again.provenance)
    changed = {
        key: (before[key], after[key])
        for key in ("holdfast_version", "scenario_hash", "processor", "versions")
        if before[key] != after[key]
    }
    return again, {"equal": not differing, "differing_stages": differing, "circumstances": changed}
