"""A plan: all results of one case with its provenance; and a study: many cases, paired."""

from __future__ import annotations

from dataclasses import dataclass, field

import xarray as xr

from holdfast.results.derivation import Figure
from holdfast.results.stages import Coverage, Deployment, Force, Laydown, Requirement, Stress

DISCLAIMER = (
    "Conditional statements about stated assumptions, from open sources and aggregated units; never a forecast."
)


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """One branch of the tree a planner studies: option, settlement variant, overrides."""

    option: str
    option_title: str
    settlement: str
    settlement_title: str
    overrides: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a rerun needs: canonical scenario, case, seed, versions, class of processor."""

    holdfast_version: str
    scenario_json: str
    """The canonical scenario (all files, catalogue and factors merged) as JSON."""
    scenario_hash: str
    seed: int
    versions: dict[str, str]
    processor: str
    created: str
    """UTC, ISO 8601; not part of equality of results."""
    sourced_rows: int
    partly_sourced_rows: int
    assumed_rows: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything Holdfast found for one case."""

    title: str
    question: str
    as_of: str
    case: CaseRecord
    requirement: Requirement
    force: Force
    laydown: Laydown
    deployment: Deployment
    coverage: Coverage
    stress: Stress
    provenance: Provenance
    disclaimer: str = DISCLAIMER

    @property
    def figures(self) -> dict[str, Figure]:
        """All named figures of all stages."""
        merged: dict[str, Figure] = {}
        for stage in (self.requirement, self.force, self.laydown, self.deployment, self.coverage, self.stress):
            merged.update(stage.figures)
        return merged


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The results of one case up to some stage, with its provenance: what a stage command keeps."""

    title: str
    as_of: str
    case: CaseRecord
    until: str
    """Last stage that was run."""
    requirement: Requirement
    force: Force | None = None
    laydown: Laydown | None = None
    deployment: Deployment | None = None
    coverage: Coverage | None = None
    stress: Stress | None = None
    provenance: Provenance
    disclaimer: str = DISCLAIMER

    @property
    def figures(self) -> dict[str, Figure]:
        """All named figures of the stages that were run."""
        merged: dict[str, Figure] = {}
        for stage in (self.requirement, self.force, self.laydown, self.deployment, self.coverage, self.stress):
            if stage is not None:
                merged.update(stage.figures)
        return merged


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Two options compared over the same futures."""

    better: str
    worse: str
    wins_share: float
    """Share of futures in which `better` has the higher P(hold)."""
    ties_share: float
    difference: float
    """Mean difference of P(hold)."""
    low: float
    high: float
    """95 % interval of the mean difference, paired by future."""
    correlation: float
    """Correlation over futures that the pairing achieved."""
    distinguishable: bool
    flips: str
    """Which input at which value flips the order, in words (empty: none found)."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Many cases, paired: a plan an option, and the contrasts between them."""

    title: str
    reference: str
    settlement: str
    plans: dict[str, Plan]
    measures: xr.Dataset
    """Dim option: the headline measures with units."""
    contrasts: tuple[Contrast, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    """Options that could not be planned, with the reason."""
