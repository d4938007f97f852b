"""Explain a figure of a result: why the number is what it is."""

from __future__ import annotations

from holdfast.core.names import unknown_name
from holdfast.results.derivation import Figure, explain_figure
from holdfast.results.plan import Findings, Plan, Study
from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Requirement, Stress

Explainable = Plan | Findings | Study | Requirement | Force | Laydown | Deployment | Coverage | Stress


def figures_of(result: Explainable, *, option: str = "") -> dict[str, Figure]:
    """All named figures of a result; of a study, those of one option (by default the reference).

    Raises
    ------
    UnknownNameError
        When the study has no such option.
    """
    if isinstance(result, Study):
        chosen = option or result.reference
        if chosen not in result.plans:
            raise unknown_name("option", chosen, result.plans)
        return result.plans[chosen].figures
    return result.figures


def explain(result: Explainable, name: str, *, option: str = "") -> str:
    """The derivation of figure `name` as an indented tree that ends in sources and assumptions.

    Raises
    ------
    UnknownNameError
        When the result holds no such figure; the message names the nearest.
    """
    return explain_figure(figures_of(result, option=option), name)
