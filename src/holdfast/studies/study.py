"""A study: every option of a scenario under one settlement variant, planned and compared over the same futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from holdfast.core.arrays import collect, labelled
from holdfast.core.names import unknown_name
from holdfast.results.plan import Contrast, Plan, Study
from holdfast.scenario.cases import Case, reference_case
from holdfast.scenario.types import Scenario
from holdfast.studies.contrast import contrast
from holdfast.studies.measures import MEASURES, measure_plan
from holdfast.studies.workers import plan_cases


def study(
    scenario: Scenario,
    *,
    options: Sequence[str] | None = None,
    settlement: str = "",
    overrides: dict[str, object] | None = None,
    workers: int = 1,
) -> Study:
    """Plan all options and compare each with the reference over the same futures.

    Parameters
    ----------
    options
        Ids to plan, in order; by default all, in the order of the scenario.
    settlement
        Settlement variant; by default the scenario's reference.
    overrides
        Dotted keys and values applied to every option after its own levers.
    workers
        Local processes to plan options in; any number gives the same bits. More than one needs the usual
        `if __name__ == "__main__":` in a script.

    Raises
    ------
    UnknownNameError
        When an option is not known.
    """
    reference = reference_case(scenario)
    chosen = list(options) if options is not None else list(scenario.options)
    for option in chosen:
        if option not in scenario.options:
            raise unknown_name("option", option, scenario.options)
    variant = settlement or reference.settlement
    cases = [Case(option=option, settlement=variant, overrides=dict(overrides or {})) for option in chosen]
    outcomes = dict(zip(chosen, plan_cases(scenario, cases, workers=workers), strict=True))
    plans = {option: item for option, item in outcomes.items() if isinstance(item, Plan)}
    skipped = {option: item for option, item in outcomes.items() if isinstance(item, str)}
    base = reference.option if reference.option in plans else next(iter(plans), "")
    return Study(
        title=scenario.title,
        reference=base,
        settlement=variant,
        plans=plans,
        measures=measure_options(plans),
        contrasts=contrast_options(plans, base),
        skipped=skipped,
    )


def measure_options(plans: dict[str, Plan]) -> xr.Dataset:
    """The headline measures of each option: dim option, a variable a measure, with units."""
    rows = {option: measure_plan(item) for option, item in plans.items()}
    coords = {"option": list(rows)}
    return collect(
        **{
            measure.key: labelled(
                np.array([row[measure.key] for row in rows.values()], dtype=float),
                ("option",),
                coords,
                units=measure.unit,
                long_name=measure.title,
            )
            for measure in MEASURES
        }
    )


def contrast_options(plans: dict[str, Plan], reference: str) -> tuple[Contrast, ...]:
    """The reference contrasted with every other option, over the futures they share."""
    if reference not in plans:
        return ()
    base = plans[reference].stress
    return tuple(
        contrast(base, item.stress, name=reference, other_name=option)
        for option, item in plans.items()
        if option != reference
    )
