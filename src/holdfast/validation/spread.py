"""Sizes over draws for the intervals of the validation: of terms and factors alone, and with what no record tells unknown too.

Two things of a past mission are known to be unknown before its size is looked at. The service levels that were wanted of it
stand in no record: they are drawn as a common multiple of the packaged ones (`factors.validation.common_level`), moved as the
inverse moves them. And where its geometry is uncertain, the folder's settlement variants are drawn by their weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import InfeasibleError
from holdfast.validation.results import FIELD

if TYPE_CHECKING:
    from holdfast.scenario.types import Capability, Scenario
    from holdfast.sizing.inputs import SizingInputs

Array = NDArray[np.float64]
LEVEL_FACTOR = "validation.common_level"
VARIANT = "validation.settlement_variant"
"""Name of the draw that chooses among settlement variants."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """People in the country over the same draws, each of shape (n,); infinite where no force meets what is drawn."""

    terms: Array
    """Ranges of terms, planning factors and figures of units drawn."""
    whole: Array
    """Service levels and settlement variant drawn as well."""
    levels: Array
    """Common multiple of the service levels in each draw."""
    variants: tuple[str, ...]
    """Settlement variants that were drawn."""


def in_the_field(row: Capability) -> bool:
    """Whether a unit is of those that a strength of observers, monitors or troops in the field counts."""
    return row.area == "country" and row.domain in {"ground", "sensor"}


def draw_sizes(scenario: Scenario, *, draws: int, seed: int, counts: str = "force") -> Spread:
    """Size a mission in many draws, without and with its levels and geometry unknown.

    Parameters
    ----------
    scenario
        As loaded, for no case yet: its settlement variants are resolved here.
    draws, seed
        Draw k is future k of the stress test under the same seed, in both.
    counts
        Whom to count: all of the force in the country, or those in the field (`scenario.vocabulary.RecordCount`).
    """
    from holdfast.scenario.cases import reference_case

    case = reference_case(scenario)
    futures, levels = np.arange(draws), draw_levels(scenario, draws=draws, seed=seed)
    whole = np.empty(draws)
    chosen = draw_variants(scenario, draws=draws, seed=seed)
    for name in dict.fromkeys(chosen.tolist()):
        picks = np.flatnonzero(chosen == name)
        whole[picks] = _people(_inputs(scenario, name), futures[picks], levels[picks], seed=seed, counts=counts)
    terms = _people(_inputs(scenario, case.settlement), futures, np.ones(draws), seed=seed, counts=counts)
    return Spread(terms=terms, whole=whole, levels=levels, variants=tuple(sorted(set(chosen.tolist()))))


def _inputs(scenario: Scenario, settlement: str) -> SizingInputs:
    from holdfast.scenario.cases import Case, resolve_case
    from holdfast.sizing.inputs import gather_sizing

    return gather_sizing(resolve_case(scenario, Case(option=scenario.reference_option, settlement=settlement)))


def draw_levels(scenario: Scenario, *, draws: int, seed: int) -> Array:
    """Common multiples of the packaged service levels, shape (draws,), kept within what the inverse looks at either way."""
    from holdfast.sizing.draws import Draws
    from holdfast.sizing.inverse import MOST_ALPHA

    quantity = scenario.factors[LEVEL_FACTOR].value
    drawn = np.asarray(Draws(draws, seed=seed).value(f"factors.{LEVEL_FACTOR}", quantity), dtype=float)
    return np.asarray(np.clip(np.broadcast_to(drawn.reshape(-1), (draws,)), 1.0 / MOST_ALPHA, MOST_ALPHA))


def draw_variants(scenario: Scenario, *, draws: int, seed: int) -> NDArray[np.str_]:
    """Ids of settlement variants drawn by weight, shape (draws,)."""
    from holdfast.sizing.draws import Draws

    names = [name for name, row in scenario.settlements.items() if row.weight > 0]
    weights = np.array([scenario.settlements[name].weight for name in names])
    places = Draws(draws, seed=seed).choice(VARIANT, np.arange(float(len(names))), weights)
    return np.asarray(np.array(names)[np.broadcast_to(np.asarray(places, dtype=int).reshape(-1), (draws,))])


def _people(inputs: SizingInputs, futures: NDArray[np.int64], levels: Array, *, seed: int, counts: str) -> Array:
    """People in country in each draw; where some draws have no force, those that have one are found by halving."""
    if inputs.posture == "none":
        return np.zeros(futures.size)
    try:
        return _solved(inputs, futures, levels, seed=seed, counts=counts)
    except InfeasibleError:
        if futures.size == 1:
            return np.full(1, np.inf)
    found, order = np.empty(futures.size), np.argsort(levels, kind="stable")
    for part in np.array_split(order, 2):
        found[part] = _people(inputs, futures[part], levels[part], seed=seed, counts=counts)
    return found


def _solved(inputs: SizingInputs, futures: NDArray[np.int64], levels: Array, *, seed: int, counts: str) -> Array:
    from holdfast.sizing.draws import Draws
    from holdfast.sizing.each import desk_of, program_of, tasks_of
    from holdfast.sizing.program import RELAXED_NODES, solve_program

    draws = Draws(futures.size, seed=seed, fixed=_service_at(inputs, levels), futures=futures)
    program = program_of(desk_of(inputs, draws), tasks_of(inputs), threads=2)
    forces = solve_program(program, cases=futures.size, nodes=RELAXED_NODES, threads=2)
    if counts != FIELD:
        return forces.country
    kept = np.array([in_the_field(inputs.capabilities[name]) for name in forces.names])
    return np.asarray((forces.direct * program.rules.people * kept).sum(axis=1))


def _service_at(inputs: SizingInputs, levels: Array) -> dict[str, Any]:
    """Service levels of each draw by dotted name; none where all stand as packaged."""
    from holdfast.sizing.inverse import SCALES

    if bool(np.all(levels == 1.0)):
        return {}
    return {
        f"service.{name}": np.array([scale(float(getattr(inputs.service, name)), float(level)) for level in levels])
        for name, scale in SCALES.items()
    }
