"""Which posture and settlement each published claim corresponds to, and which none does.

The rule, stated once. A claim names people from `low` to `high` (one figure, "up to" and "at least" are read as the figure
named). A posture under a settlement variant needs, at full service, a range of people: the 10th to the 90th percentile over
draws, taken with the nominal size. The claim *corresponds* to every pair whose range meets the claim's. Where none does, the
nearest pair is the one with the smallest factor between the facing ends of the two ranges. Postures that the terms rule out
are left out. Claims of quantity `force_size` are compared with people in the country, those of quantity `force_pool` with the
people who pass through in 24 months. Every force_size claim is *also* read as such a pool, because published figures do not
always say which they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.scenario.types import Evidence, Scenario
from holdfast.studies.sizes import SizeCurves

QUANTITIES = {"force_size": "in_country", "force_pool": "pool"}
"""Quantity of the evidence row, and the total of ours that it is compared with."""
_ENDS = {"in_country": ("low", "nominal", "high"), "pool": ("pool_low", "pool_nominal", "pool_high")}
Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A published size."""

    id: str
    said_by: str
    says: str
    of_what: str
    quantity: str
    """`in_country` or `pool`."""
    low: float
    high: float
    bound: str
    """`up to`, `at least`, or empty."""
    date: str
    publisher: str
    later: bool
    """Whether it was said after the scenario's `as_of`: shown, never an input."""

    @property
    def people(self) -> str:
        """The figure as one would write it: `up to 30,000`, `100,000-150,000`."""
        if self.low == self.high:
            return f"{self.bound} {self.low:,.0f}".strip()
        return f"{self.low:,.0f}-{self.high:,.0f}"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A claim beside our ranges: the pairs it corresponds to, the nearest pair, and what it buys under each."""

    claim: Claim
    corresponds: tuple[Pair, ...]
    """Pairs of posture and settlement variant, the closest nominal size first."""
    nearest: Pair
    factor: float
    """Claim over the facing end of our range at the nearest pair: above 1 the claim is larger, below 1 smaller, 1 it meets."""
    as_pool: tuple[Pair, ...]
    """Pairs to which the figure corresponds if it means everyone who passes through in 24 months."""
    buys: dict[Pair, tuple[float, float]]
    """Common service level that the two ends of the claim buy under each pair (in the country; empty for a pool)."""


def find_claims(scenario: Scenario) -> tuple[Claim, ...]:
    """Published sizes of a scenario's evidence that name a figure, by date."""
    found = [_claim(row, scenario.as_of) for row in scenario.evidence.values() if row.quantity in QUANTITIES]
    return tuple(sorted((row for row in found if row is not None), key=lambda row: (row.date, row.id)))


def _claim(row: Evidence, as_of: date) -> Claim | None:
    ends = [value for value in (row.low, row.high) if value is not None and value > 0]
    if not ends:
        return None
    bound = "" if len(ends) == 2 else ("up to" if row.low is None else "at least")
    return Claim(
        id=row.id, said_by=row.said_by, says=row.claim, of_what=row.of_what, quantity=QUANTITIES[row.quantity],
        low=min(ends), high=max(ends), bound=bound, date=row.date.isoformat(), publisher=row.publisher,
        later=row.date > as_of,
    )  # fmt: skip


def read_claims(curves: SizeCurves, claims: Iterable[Claim]) -> tuple[Reading, ...]:
    """Each claim beside the ranges of the curves, by the rule that heads this module."""
    return tuple(_read(curves, claim) for claim in claims) if curves.pairs() else ()


def _read(curves: SizeCurves, claim: Claim) -> Reading:
    ranges = {pair: _range(curves, pair, claim.quantity) for pair in curves.pairs()}
    factors = {pair: factor_between(claim.low, claim.high, low, high) for pair, (low, _, high) in ranges.items()}
    nearest = min(factors, key=lambda pair: (_distance(factors[pair]), _off_middle(claim, ranges[pair][1])))
    meets = [pair for pair, factor in factors.items() if factor == 1.0]
    pools = {pair: _range(curves, pair, "pool") for pair in ranges} if claim.quantity == "in_country" else {}
    return Reading(
        claim=claim,
        corresponds=tuple(sorted(meets, key=lambda pair: _off_middle(claim, ranges[pair][1]))),
        nearest=nearest,
        factor=factors[nearest],
        as_pool=tuple(
            pair for pair, (low, _, high) in pools.items() if factor_between(claim.low, claim.high, low, high) == 1.0
        ),
        buys={pair: _bought(curves, pair, claim) for pair in ranges} if claim.quantity == "in_country" else {},
    )


def factor_between(low: float, high: float, our_low: float, our_high: float) -> float:
    """1 where the ranges meet; else the claim over the facing end of ours: above 1 larger, below 1 smaller."""
    if low > our_high:
        return low / our_high if our_high > 0 else float("inf")
    return high / our_low if high < our_low else 1.0


def _distance(factor: float) -> float:
    return max(factor, 1.0 / factor)


def _off_middle(claim: Claim, nominal: float) -> float:
    """How far our nominal size is from the claim's middle, as a factor."""
    middle = (claim.low * claim.high) ** 0.5
    return _distance(nominal / middle) if nominal > 0 else float("inf")


def _range(curves: SizeCurves, pair: Pair, quantity: str) -> tuple[float, float, float]:
    full = curves.full_of(*pair)
    low, nominal, high = (full[name] for name in _ENDS[quantity])
    return min(low, nominal), nominal, max(high, nominal)


def _bought(curves: SizeCurves, pair: Pair, claim: Claim) -> tuple[float, float]:
    low, high = curves.alpha_of(*pair, (claim.low, claim.high))
    return float(low), float(high)


def say_reading(reading: Reading, *, most: int = 3) -> str:
    """What a claim corresponds to, as one sentence; at most so many pairs are named."""
    claim = reading.claim
    what = "passing through in 24 months" if claim.quantity == "pool" else "in the country"
    if reading.corresponds:
        told = say_pairs(reading.corresponds, most=most)
        said = f"{claim.people} {what} corresponds to {told}"
    else:
        side = "larger" if reading.factor > 1 else "smaller"
        times = reading.factor if reading.factor > 1 else 1.0 / reading.factor
        said = (
            f"{claim.people} {what} corresponds to none; nearest is {_say_pair(reading.nearest)}, "
            f"the claim being {times:.2g} times {side} than its range"
        )
    if reading.as_pool:
        said += f". As everyone passing through in 24 months it would be {say_pairs(reading.as_pool, most=most)}"
    return f"{said}."


def say_pairs(pairs: Sequence[Pair], *, most: int = 3) -> str:
    """Pairs as words, one posture once: `reassure (thinned_both, boiling_both); robust (thinned_both)`."""
    grouped: dict[str, list[str]] = {}
    for posture, terms in pairs:
        grouped.setdefault(posture, []).append(terms)
    named = [f"{posture} ({', '.join(terms)})" for posture, terms in list(grouped.items())[:most]]
    rest = len(grouped) - most
    return "; ".join(named) + (f" and {rest} more" if rest > 0 else "")


def _say_pair(pair: Pair) -> str:
    return f"{pair[0]} under {pair[1]}"


def unmatched(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Readings of claims that correspond to no posture under any settlement variant."""
    return tuple(reading for reading in readings if not reading.corresponds)
