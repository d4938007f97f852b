"""Plain and slow versions of what sizing computes in kernels, for tests to compare with."""

from __future__ import annotations

import numpy as np

from holdfast.models.queueing import hayward_loss, hypercube

WINDOW = 11


def late_share(needed: float, count: int, *, load: float, peak: float) -> float:
    """Share of calls at the middle of a row of `count` bases not answered by a base whose frontage holds the place.

    `needed` bases just reach everything, so a frontage is count/needed spacings wide. In plain numpy with the hypercube of
    `models.queueing`, which tests hold against an event simulation.
    """
    lost = hayward_loss(load / count, 1.0, peak)
    if lost >= 1.0 - 1e-9:
        return 1.0
    units = min(count, WINDOW)
    at = (np.arange(4 * units) + 0.5) / 4.0 - 0.5
    distance = np.abs(at[:, None] - np.arange(units)[None, :])
    order = np.argsort(distance, axis=1, kind="stable").astype(np.int64)
    rate = np.full(at.size, lost / (1.0 - lost) / 4.0)
    found = hypercube(rate, order, 1.0, exact=units <= 5)
    reach = distance <= 0.5 * count / needed + 1e-9
    middle = np.abs(at - (units - 1) / 2.0) <= 0.5
    answered = np.where(reach, found.dispatch, 0.0).sum(axis=1)
    return float(1.0 - answered[middle].mean())
