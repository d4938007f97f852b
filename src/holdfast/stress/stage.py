"""Stage stress: does the arrangement hold when tested? Conditional statements, never forecasts."""

from __future__ import annotations

import numpy as np
import xarray as xr

from holdfast.core.arrays import check, collect, labelled
from holdfast.core.memo import memoised
from holdfast.core.statistics import wilson_interval
from holdfast.results.derivation import Figure, Worksheet
from holdfast.results.stages import Stress
from holdfast.stress.inputs import StressInputs
from holdfast.stress.model import ABLATIONS, Floats, ablate, futures_range, measure, run_replications
from holdfast.stress.names import MEASURES, PARAMETER_UNITS, PARAMETERS, PROMISE

ABLATION_SHARE = 10
"""The ablation runs one replication in so many: it shows signs and sizes, not digits."""

_TITLES = {
    "held": ("1", "the arrangement held to the horizon"),
    "episodes": ("1", "reportable episodes"),
    "tests": ("1", "tests made by the challenger"),
    "tests_seen": ("1", "tests seen by the force"),
    "tests_answered": ("1", "tests answered by the force or the backstop"),
    "tests_denied": ("1", "tests denied"),
    "worst_level": ("level", "gravest test: 0 none, 1 drone incursion to 5 renewed offensive"),
    "casualties": ("people", "casualties of the force"),
    "collapse_day": ("day", "day after D of the collapse; the horizon where it held"),
    "episodes_seen": ("1", "episodes seen"),
    "episodes_by_host": ("1", "episodes started by the host's side"),
    "calls": ("1", "episodes that called for a reaction company"),
    "calls_blocked": ("1", "calls that found every company out"),
    "considerations": ("1", "times the challenger considered a test (drawn alike for all options)"),
    "coalition_share": ("1", "share of the force whose nations stayed"),
    "lost": ("1", "kilometres of the line, or defended areas, lost"),
    "cause": ("1", "why it ended: 0 held, 1 renewed offensive, 2 loss, 3 coalition left"),
    "candidates": ("1", "candidates of background episodes (drawn alike for all options)"),
}  # fmt: skip


@memoised
def stress(inputs: StressInputs) -> Stress:
    """Test one case over its futures.

    Parameters
    ----------
    inputs
        From `gather_stress`.

    Returns
    -------
    Stress
        Outcomes by (future, replication), the range over futures, the Monte Carlo interval, the ablation, the futures
        drawn, and the figures behind the headline.
    """
    out = run_replications(inputs, replications=inputs.replications)
    outcomes = _outcomes(out)
    check(outcomes["held"], dims=("future", "replication"), units="1", what="stress outcomes")
    held = measure(out, "held")
    hold = held.mean(axis=1)
    low, high = futures_range(hold)
    below, above = wilson_interval(float(held.sum()), held.size)
    return Stress(
        outcomes=outcomes,
        hold_low=low,
        hold_high=high,
        hold_mean=float(held.mean()),
        wilson_low=below,
        wilson_high=above,
        ablation=_ablation(inputs),
        futures=_futures(inputs),
        figures=_figures(inputs, out, hold),
    )


def per_future_hold(result: Stress) -> xr.DataArray:
    """P(hold) in each future: the share of its replications that held. Dim future."""
    held = result.outcomes["held"]
    return labelled(
        held.values.mean(axis=1),
        ("future",),
        {"future": held["future"].values},
        units="1",
        long_name="P(hold) by future",
    )


def _outcomes(out: Floats) -> xr.Dataset:
    coords = {"future": np.arange(out.shape[0]), "replication": np.arange(out.shape[1])}
    arrays = {
        name: labelled(
            measure(out, name).copy(),
            ("future", "replication"),
            coords,
            units=_TITLES[name][0],
            long_name=_TITLES[name][1],
        )
        for name in MEASURES
    }
    return collect(**arrays)


def _ablation(inputs: StressInputs) -> xr.Dataset:
    found = ablate(inputs, replications=max(1, inputs.replications // ABLATION_SHARE))
    coords = {"ablation": np.array(ABLATIONS)}
    names = (
        ("hold", "P(hold) with one mechanism off"),
        ("episodes", "mean episodes with one mechanism off"),
        ("tests", "mean tests with one mechanism off"),
    )
    return collect(
        **{
            name: labelled(
                [found[item][index] for item in ABLATIONS], ("ablation",), coords, units="1", long_name=title
            )
            for index, (name, title) in enumerate(names)
        }
    )


def _futures(inputs: StressInputs) -> xr.DataArray:
    promised = [f"backstop.{element}.{name}" for element in inputs.elements.ids for name in PROMISE]
    futures = inputs.parameters.shape[0]
    values = np.concatenate([inputs.parameters, inputs.promises.reshape(futures, -1)], axis=1)
    coords = {"future": np.arange(futures), "parameter": np.array([*PARAMETERS, *promised])}
    return labelled(values, ("future", "parameter"), coords, units="as the key says", long_name="values drawn")


def _figures(inputs: StressInputs, out: Floats, hold: Floats) -> dict[str, Figure]:
    sheet = Worksheet()
    futures, replications = out.shape[:2]
    spread = f"over {futures} futures of {replications} replications each"
    given = _given_ranges(sheet, inputs)
    low, high = futures_range(hold)
    sheet.estimate(
        "stress.hold", float(hold.mean()), unit="probability", low=low, high=high, inputs=given,
        text=f"share of replications that held to month {inputs.months}, {spread}; the range is the 10th to 90th "
        "percentile over futures, not an interval of the estimate",
    )  # fmt: skip
    below, above = wilson_interval(float(hold.sum() * replications), futures * replications)
    sheet.estimate(
        "stress.hold_monte_carlo", float(hold.mean()), unit="probability", low=below, high=above, inputs=("stress.hold",),
        text=f"the same share with its Monte Carlo interval (Wilson, 95 %), n = {futures * replications}",
    )  # fmt: skip
    for name in ("episodes", "tests", "tests_seen", "tests_answered", "tests_denied", "casualties"):
        by_future = measure(out, name).mean(axis=1)
        low, high = futures_range(by_future)
        sheet.estimate(
            f"stress.{name}", float(by_future.mean()), unit=_TITLES[name][0], low=low, high=high, inputs=given,
            text=f"mean {_TITLES[name][1]} to collapse or horizon, {spread}; 10th to 90th percentile over futures",
        )  # fmt: skip
    return dict(sheet.figures)


def _given_ranges(sheet: Worksheet, inputs: StressInputs) -> tuple[str, ...]:
    """The parameters of the futures as givens: mean of what was drawn, with the range drawn."""
    names = []
    for column, (key, unit) in enumerate(zip(PARAMETERS, PARAMETER_UNITS, strict=True)):
        values = inputs.parameters[:, column]
        source, assumption = inputs.origins.get(key, ("", ""))
        sheet.given(
            f"stress.{key}", float(values.mean()), unit=unit, source=source, assumption=assumption,
            text="mean and range of the values drawn over futures",
            low=float(values.min()), high=float(values.max()),
        )  # fmt: skip
        names.append(f"stress.{key}")
    return tuple(names)
