"""Explain a figure of a result: why the number is what it is, down to the evidence it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.core.errors import FileFormatError, ValueRangeError
from holdfast.core.names import unknown_name
from holdfast.results.derivation import Figure, explain_figure, find_figure, format_value
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


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A figure with the figures it was computed from: a tree that ends in givens."""

    figure: Figure
    inputs: tuple[Branch, ...]
    repeated: bool = False
    """Whether the figure stands in full further up."""
    hidden: int = 0
    """Figures below that a limit of depth leaves out."""

    def figures(self) -> Iterable[Figure]:
        """The figures of the tree, each once."""
        if not self.repeated:
            yield self.figure
            for branch in self.inputs:
                yield from branch.figures()


def tree_of(figures: Mapping[str, Figure], name: str, *, depth: int | None = None) -> Branch:
    """The derivation of figure `name` as a tree; a branch met before is named and not opened again.

    Parameters
    ----------
    depth
        How many steps below the figure are opened; by default all.

    Raises
    ------
    UnknownNameError
        When there is no such figure; the message names the nearest.
    ValueRangeError
        When the depth is below 0.
    """
    if depth is not None and depth < 0:
        raise ValueRangeError(f"depth is {depth}; expected 0 or more")
    shown: set[str] = set()

    def walk(key: str, left: int | None) -> Branch:
        figure = find_figure(figures, key)
        if key in shown:
            return Branch(figure=figure, inputs=(), repeated=True)
        shown.add(key)
        if left == 0:
            return Branch(figure=figure, inputs=(), hidden=len(_below(figures, key)))
        further = None if left is None else left - 1
        return Branch(figure=figure, inputs=tuple(walk(source, further) for source in figure.inputs))

    return walk(name, depth)


def _below(figures: Mapping[str, Figure], name: str) -> set[str]:
    """Names of all figures that one was computed from, at any depth."""
    found: set[str] = set()
    waiting = list(find_figure(figures, name).inputs)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(find_figure(figures, key).inputs)
    return found


def say_tree(branch: Branch, *, depth: int = 0) -> list[str]:
    """The tree in words: two lines a figure, indented by depth."""
    pad = "  " * depth
    figure = branch.figure
    head = f"{pad}{figure.name} = {format_value(figure)}  [{figure.kind}]"
    if branch.repeated:
        return [f"{head} (see above)"]
    lines = [head, f"{pad}  {figure.text}" + (f"  ({origin})" if (origin := _origin(figure)) else "")]
    for below in branch.inputs:
        lines += say_tree(below, depth=depth + 1)
    if branch.hidden:
        lines.append(f"{pad}  ... {branch.hidden} figures below")
    return lines


def _origin(figure: Figure) -> str:
    parts = (
        figure.reference,
        f"evidence {', '.join(cited_in(figure.source))}" if figure.source else "",
        f"assumption: {figure.assumption}" if figure.assumption else "",
    )
    return "; ".join(part for part in parts if part)


def cited_in(source: str) -> tuple[str, ...]:
    """Ids of evidence in a `source` field."""
    return tuple(part.strip() for part in source.split(";") if part.strip())


def cited_by(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Ids of the evidence that some figures cite, each once, in order of appearance."""
    return tuple(dict.fromkeys(name for figure in figures for name in cited_in(figure.source)))


def evidence_of(result: Explainable, *, option: str = "") -> dict[str, dict[str, Any]]:
    """Rows of evidence kept with a result, by id; none for a stage's bare result, which keeps no scenario.

    Raises
    ------
    FileFormatError
        When the scenario kept with the result cannot be read.
    UnknownNameError
        When the study has no such option.
    """
    if isinstance(result, Study):
        chosen = option or result.reference
        if chosen not in result.plans:
            raise unknown_name("option", chosen, result.plans)
        return evidence_of(result.plans[chosen])
    if not isinstance(result, Plan | Findings):
        return {}
    try:
        rows = json.loads(result.provenance.scenario_json)["evidence"]
        return {str(name): dict(row) for name, row in rows.items()}
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise FileFormatError(f"the scenario kept with the result has no readable evidence: {error}") from error
