"""Which service levels the terms do not allow to be met: said before the size, since no number of people mends them."""

from __future__ import annotations

import numpy as np

from holdfast.results.derivation import Figure

_ROUNDING = 1e-6


def find_missed(figures: dict[str, Figure], *, short: str) -> tuple[str, ...]:
    """Sentences on the levels that the force, as sized, does not meet.

    Parameters
    ----------
    figures
        The derivation of a size.
    short
        What binds observation, in words; it names the sectors in which no mix sees as much as asked.
    """
    found: list[str] = []
    if "not reachable" in short:
        found.append("observe: in some sectors no mix sees as much as asked")
    late = figures.get("size.respond.late")
    if late is not None and np.any(np.asarray(late.value) > 0):
        count = int(np.count_nonzero(np.asarray(late.value) > 0))
        asked = np.asarray(figures["service.respond_minutes"].value)
        found.append(
            f"respond: companies come later than {asked:g} minutes to {count} sector{'s' if count > 1 else ''}"
        )
    takes, wanted = figures.get("size.rescue.medevac_minutes"), figures.get("service.medevac_minutes")
    if (
        takes is not None
        and wanted is not None
        and np.any(np.asarray(takes.value) > np.asarray(wanted.value) + _ROUNDING)
    ):
        found.append(
            f"rescue: evacuation takes up to {np.asarray(takes.value):.0f} minutes, {np.asarray(wanted.value):g} are asked"
        )
    return tuple(found)
