"""What the force watches: the line, and where factor `observe.bypass` says so the borders and coasts beside it."""

from __future__ import annotations

from dataclasses import replace

from holdfast.sizing.inputs import SizingInputs

SWITCH = "observe.bypass"


def watched(inputs: SizingInputs) -> SizingInputs:
    """The inputs with every sector that is watched as a sector of the line; an area grows so that its depth stays."""
    factor = inputs.factors.get(SWITCH)
    if not inputs.bypass or factor is None or factor.value.nominal <= 0:
        return inputs
    more = tuple(place.sector for place in inputs.bypass)
    length = inputs.line_km + sum(row.to_km - row.from_km for row in more)
    area = inputs.area_km2 * length / inputs.line_km if inputs.line_km > 0 else inputs.area_km2
    return replace(inputs, sectors=(*inputs.sectors, *more), line_km=length, area_km2=area, bypass=())
