"""Which posture and settlement each published claim corresponds to, and which none does.

The rule, stated once. A claim names people from `low` to `high` (one figure, "up to" and "at least" are read as the figure
named). A posture under a settlement variant needs, at full service, a range of people: the 10th to the 90th percentile over
draws, taken with the nominal size. The claim *corresponds* to every pair whose range meets the claim's. Where none does, the
nearest pair is the one with the smallest factor between the facing ends of the two ranges. Postures that the terms rule out
are left out. Claims of quantity `force_size` are compared with people in the country, those of quantity `force_pool` with the
people who pass through in 24 months. Every force_size claim is *also* read as such a pool, because published figures do not
always say which they are.

A claim whose words say where its force stands (watching, on the line, away from the line) corresponds only to postures that
stand there, one that speaks of interposition only to that; other pairs whose range it meets are named as alike in number only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.scenario.types import Evidence, Scenario
from holdfast.sizing.agreement import stance_said
from holdfast.studies.sizes import SizeCurves

QUANTITIES = {"force_size": "in_country", "force_pool": "pool"}
"""Quantity of the evidence row, and the total of ours that it is compared with."""
_ENDS = {"in_country": ("low", "nominal", "high"), "pool": ("pool_low", "pool_nominal", "pool_high")}
STANCES = {
    "observe": "watching", "interpose": "on the line", "reassure": "away from the line", "robust": "on the line",
}  # fmt: skip
"""Where the force of each posture stands, as the words of claims are read."""
_INTERPOSITION = "interpos"
_JUST = 1.05
"""Factor under which a claim lies just beside a range: two digits would say "1 times larger"."""
_ROTATES = ("rotation", "over two years", "rotate")
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
    stance: str
    """Where its force stands by its words; empty where they do not say."""
    rotates: bool
    """Whether it speaks of rotation, so that more people are behind those in place."""
    later: bool
    """Whether it was said after the scenario's `as_of`: shown, never an input."""

    def means(self, posture: str) -> bool:
        """Whether the words of the claim allow a posture: interposition where they say so, else by where the force stands."""
        if _INTERPOSITION in self.says.lower():
            return posture == "interpose"
        return self.stance in ("", STANCES[posture])

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
    in_number_only: tuple[Pair, ...]
    """Pairs whose range it meets although its words say that its force stands elsewhere."""
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
        later=row.date > as_of, stance=stance_said(row.claim), rotates=any(word in row.claim for word in _ROTATES),
    )  # fmt: skip


def read_claims(curves: SizeCurves, claims: Iterable[Claim]) -> tuple[Reading, ...]:
    """Each claim beside the ranges of the curves, by the rule that heads this module."""
    return tuple(_read(curves, claim) for claim in claims) if curves.pairs() else ()


def _read(curves: SizeCurves, claim: Claim) -> Reading:
    ranges = {pair: _range(curves, pair, claim.quantity) for pair in curves.pairs()}
    factors = {pair: factor_between(claim.low, claim.high, low, high) for pair, (low, _, high) in ranges.items()}

    def apart(pair: Pair) -> float:
        return _distance(ranges[pair][1] / (claim.low * claim.high) ** 0.5)

    meets = sorted((pair for pair, factor in factors.items() if factor == 1.0), key=apart)
    alike = [pair for pair in ranges if claim.means(pair[0])] or list(ranges)
    nearest = min(alike, key=lambda pair: (_distance(factors[pair]), apart(pair)))
    counted = claim.quantity == "in_country"
    pools = {pair: _range(curves, pair, "pool") for pair in ranges} if counted else {}
    through = {pair: factor_between(claim.low, claim.high, low, high) for pair, (low, _, high) in pools.items()}
    return Reading(
        claim=claim,
        corresponds=tuple(pair for pair in meets if pair in alike),
        in_number_only=tuple(pair for pair in meets if pair not in alike),
        nearest=nearest,
        factor=factors[nearest],
        as_pool=tuple(pair for pair in pools if through[pair] == 1.0),
        buys={pair: _bought(curves, pair, claim) for pair in ranges} if counted else {},
    )


def factor_between(low: float, high: float, our_low: float, our_high: float) -> float:
    """1 where the ranges meet; else the claim over the facing end of ours: above 1 larger, below 1 smaller."""
    if low > our_high:
        return low / our_high if our_high > 0 else float("inf")
    return high / our_low if high < our_low else 1.0


def _distance(factor: float) -> float:
    """How far a factor is from 1, either way."""
    return max(factor, 1.0 / factor) if factor > 0 else float("inf")


def _range(curves: SizeCurves, pair: Pair, quantity: str) -> tuple[float, float, float]:
    full = curves.full_of(*pair)
    low, nominal, high = (full[name] for name in _ENDS[quantity])
    return min(low, nominal), nominal, max(high, nominal)


def _bought(curves: SizeCurves, pair: Pair, claim: Claim) -> tuple[float, float]:
    low, high = curves.alpha_of(*pair, (claim.low, claim.high))
    return float(low), float(high)


def say_reading(reading: Reading, curves: SizeCurves) -> str:
    """What a claim corresponds to, in words."""
    claim = reading.claim
    what = "passing through in 24 months" if claim.quantity == "pool" else "in the country"
    if reading.corresponds:
        said = f"{claim.people} {what} corresponds to {say_pairs(reading.corresponds, curves)}"
    else:
        stands = f" {claim.stance}" if claim.stance else ""
        said = (
            f"{claim.people} {what} corresponds to none{stands}; nearest is {reading.nearest[0]} under {reading.nearest[1]}, "
            + _say_factor(reading.factor)
        )
    if reading.in_number_only:
        said += f". Alike in number only: {say_pairs(reading.in_number_only, curves)}"
    if reading.as_pool and (claim.rotates or not reading.corresponds):
        said += f". As everyone passing through in 24 months: {say_pairs(reading.as_pool, curves)}"
    if claim.rotates and claim.quantity == "in_country":
        said += f". {say_rotation(claim.high, curves)}"
    return f"{said}."


def _say_factor(factor: float) -> str:
    """How a claim lies to the nearest range: by how many times larger or smaller, or just beside it."""
    if factor == 1.0:
        return "alike in number"
    side, place, times = ("larger", "above", factor) if factor > 1.0 else ("smaller", "below", _distance(factor))
    if times < _JUST:
        return f"the claim being just {place} its range"
    return f"the claim being {times:.2g} times {side} than its range"


def say_rotation(people: float, curves: SizeCurves) -> str:
    """What so many people in place take through the force, and in standing behind it, by the scenario's rotation."""
    return (
        f"In place {people:,.0f} take {people * curves.pool_times:,.0f} through in 24 months ({curves.pool_times:.2g} a post) and "
        f"{people * curves.standing_times:,.0f} standing behind them ({curves.standing_times:.2g} a post)"
    )


def say_pairs(pairs: Sequence[Pair], curves: SizeCurves) -> str:
    """Pairs as words, one posture once: `reassure under any terms; robust (thinned_both, boiling_both)`."""
    allowed = curves.pairs()
    grouped: dict[str, list[str]] = {}
    for posture, settlement in pairs:
        grouped.setdefault(posture, []).append(settlement)
    said: list[str] = []
    for posture, names in grouped.items():
        possible = sum(pair[0] == posture for pair in allowed)
        every = "under any terms" if possible == len(curves.settlements) else "under any terms that allow it"
        said.append(f"{posture} {every}" if len(names) == possible > 1 else f"{posture} ({', '.join(names)})")
    return "; ".join(said)


def unmatched(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Readings of claims that correspond to no posture under any settlement variant."""
    return tuple(reading for reading in readings if not reading.corresponds)


def group_claims(claims: Iterable[Claim]) -> tuple[tuple[str, tuple[Claim, ...]], ...]:
    """Claims of people in the country that name the same figures, taken together: a label and the claims, smallest first."""
    groups: dict[tuple[float, float, str], list[Claim]] = {}
    for claim in claims:
        if claim.quantity == "in_country":
            groups.setdefault((claim.low, claim.high, claim.bound), []).append(claim)
    ordered = sorted(groups.items(), key=lambda item: item[0])
    return tuple(
        (
            f"{members[0].people}: {', '.join(dict.fromkeys(short_name(claim.said_by) for claim in members))}",
            tuple(members),
        )
        for _, members in ordered
    )


def short_name(said_by: str) -> str:
    """Who said it without what stands in brackets or after a dash."""
    return said_by.split(" (", maxsplit=1)[0].split(" - ", maxsplit=1)[0].strip()
