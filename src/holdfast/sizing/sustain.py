"""What comes to a sized force after its totals: troops to tasks, statement, medical care, winter housing, exit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.sizing.care import derive_medical
from holdfast.sizing.exit import derive_exit
from holdfast.sizing.housing import derive_housing
from holdfast.sizing.matrix import task_matrix
from holdfast.sizing.statement import derive_statement

if TYPE_CHECKING:
    import xarray as xr

    from holdfast.results.sustainment import Exit, Housing, Medical, StatementLine
    from holdfast.sizing.core import Sized


@dataclass(frozen=True, kw_only=True)
class Sustained:
    """The fields of `Requirement` that say how the force is used, kept alive and ended."""

    matrix: xr.Dataset
    statement: tuple[StatementLine, ...]
    medical: Medical
    housing: Housing
    exit: Exit


def derive_sustainment(sized: Sized) -> Sustained:
    """All of them, once the totals of the force are named (`derive_totals`)."""
    matrix = task_matrix(sized)
    return Sustained(
        matrix=matrix,
        statement=derive_statement(sized, matrix),
        medical=derive_medical(sized),
        housing=derive_housing(sized),
        exit=derive_exit(sized),
    )
