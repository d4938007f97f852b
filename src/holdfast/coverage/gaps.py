"""The gap list: stretches not seen or not reached in time, and assets not protected, largest first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.coverage.inputs import CoverageInputs
from holdfast.results.stages import Gap

Array = NDArray[np.float64]

_LEAST = 1e-6  # a figure this near to what is asked for is what is asked for


def find_gaps(
    inputs: CoverageInputs,
    *,
    seen: Array,
    minutes: Array,
    nearest: Sequence[str],
    protection: Array,
    within_border: Array,
) -> tuple[Gap, ...]:
    """All gaps: unseen stretches, unreached stretches, unprotected assets; each kind largest first.

    Parameters
    ----------
    seen, minutes, nearest
        By cell of the line: probability seen, minutes to reach, and the reaction site that is there first.
    protection
        Shape (asset, target), from both sides of the border.
    within_border
        Shape (asset, target): best chance to engage from any place outside the country.
    """
    least = inputs.observe_probability - inputs.factors["cover.seen_tolerance"]
    unseen = [
        _stretch(inputs, "unseen", run, seen, note=_unseen_note(inputs, run, seen))
        for run in runs(seen < least - _LEAST)
    ]
    late = np.isnan(minutes) | (minutes > inputs.respond_minutes + _LEAST)
    unreached = [
        _stretch(inputs, "unreached", run, minutes, note=_unreached_note(inputs, run, minutes, nearest))
        for run in runs(late)
    ]
    bare = _unprotected(inputs, protection, within_border)
    size: Callable[[Gap], float] = lambda gap: -(gap.to_km - gap.from_km)  # noqa: E731  # a sort key read once
    return (*sorted(unseen, key=size), *sorted(unreached, key=size), *bare)


def runs(flags: NDArray[np.bool_]) -> list[slice]:
    """Stretches of neighbouring cells that are flagged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [slice(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _stretch(inputs: CoverageInputs, kind: str, run: slice, values: Array, *, note: str) -> Gap:
    starts = inputs.zone.cell_starts_km()[run]
    held = values[run]
    finite = held[np.isfinite(held)]
    return Gap(
        kind=kind,
        what=_sectors_of(inputs, run),
        from_km=float(starts[0]),
        to_km=float(min(starts[-1] + 1.0, inputs.zone.length_km)),
        value=float(finite.mean()) if finite.size else math.nan,
        people=0.0,
        note=note,
    )


def _sectors_of(inputs: CoverageInputs, run: slice) -> str:
    numbers = inputs.zone.sector_of(inputs.zone.cell_middles_km()[run])
    names = [inputs.zone.sectors[number].name for number in dict.fromkeys(numbers.tolist()) if number >= 0]
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more sectors" if len(names) > 3 else shown or "outside all sectors"


def _unseen_note(inputs: CoverageInputs, run: slice, seen: Array) -> str:
    return f"asked for {inputs.observe_probability:.2f}; least here {float(seen[run].min()):.2f}"


def _unreached_note(inputs: CoverageInputs, run: slice, minutes: Array, nearest: Sequence[str]) -> str:
    if not np.isfinite(minutes[run]).any():
        return "no reaction force stands anywhere"
    worst = run.start + int(np.nanargmax(minutes[run]))
    name = nearest[worst]
    return f"asked for {inputs.respond_minutes:.0f} min; at most {minutes[worst]:.0f} min, from {name}"


def _unprotected(inputs: CoverageInputs, protection: Array, within_border: Array) -> list[Gap]:
    """Assets whose protection, mean over the threats faced, is below the factor `cover.protected_at_least`."""
    least = inputs.factors["cover.protected_at_least"]
    mean = protection.mean(axis=1) if protection.size else np.zeros(0)
    found = [
        Gap(
            kind="unprotected", what=row.name, from_km=math.nan, to_km=math.nan, value=float(value), people=row.people,
            note=_asset_note(row.priority, within_border[number]),
        )
        for number, (row, value) in enumerate(zip(inputs.assets, mean, strict=True))
        if value < least - _LEAST
    ]  # fmt: skip
    return sorted(found, key=lambda gap: (-(1.0 - gap.value) * gap.people, gap.what))


def _asset_note(priority: int, within: Array) -> str:
    beyond = "" if within.max(initial=0.0) > 0 else "; cannot be covered from across the border"
    return f"priority {priority}{beyond}"
