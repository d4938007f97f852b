"""What observation takes and sees over draws."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WIDTHS = "size.sector_widths"
"""Name under which widths of the sectors are drawn, shape (n, S)."""


@dataclass(frozen=True, kw_only=True)
class ObserveDraws:
    """What observation takes and sees in every draw; n draws, S sectors, C capabilities."""

    capabilities: tuple[str, ...]
    """Names along the second axis of `units`, in order; shared orbits stand in `orbits`."""
    units: Array
    """Units on the ground by draw and capability, shape (n, C)."""
    orbits: Array
    """Whole orbits shared by the sectors, shape (n,)."""
    seen: Array
    """Probability that a violation that lasts is seen, shape (n, S)."""
    heard: Array
    """Probability that a shot is noticed, shape (n, S)."""
    posts: Array
    """Posts that interposition keeps on the line, shape (n,)."""
    short: NDArray[np.bool_]
    """Whether a sector cannot reach what is asked in a draw, shape (n, S)."""
    cost: Array
    """Yearly cost of the mix, MUSD, shape (n,)."""
    error: dict[str, float] = field(default_factory=dict)
    """Against the exact choice on a sample of draws: `draws` compared; relative differences of cost (`cost_mean`,
    `cost_worst`) and of people on the ground (`people_mean`, `people_worst`); `seen_worst` absolute difference of the
    probability seen in a sector, where another mix may have been taken; `same_mix` share of draws with the same mix."""
