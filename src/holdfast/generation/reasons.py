"""Shortfalls in words: which capability is short from when to when, what binds, and the smallest change that closes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.generation.approvals import Participation, last_approval_day, why_not
from holdfast.generation.inputs import DAYS_A_MONTH, GenerationInputs, Offer
from holdfast.generation.schedule import Schedule
from holdfast.generation.steady import SteadyState
from holdfast.generation.supply import Edge, Source, pool_source
from holdfast.results.stages import Shortfall

NOTABLE = 0.05
"""Units below which a capability does not count as short (solver and exchange-rate dust)."""

ROTATION_DATES = 3
"""Months between rotation dates at most: a pool that is ready fills its place no later."""
SHORTEST_DWELL = 1.0
"""Months at home for each month away below which a shorter dwell is not named as a way out."""

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Backing:
    """One solved backing with what explains it."""

    state: Participation
    schedule: Schedule
    steady: SteadyState
    edges: tuple[Edge, ...]
    """Every edge, whoever takes part."""


@dataclass(frozen=True, kw_only=True)
class _Supplier:
    """A pool that could fill the capability."""

    offer: Offer
    source: Source
    rate: float
    joins: bool

    @property
    def fills(self) -> float:
        return self.source.sustained * self.rate


def list_shortfalls(inputs: GenerationInputs, backing: Backing) -> tuple[Shortfall, ...]:
    """Every capability that is short in some month, heaviest first."""
    rows: list[tuple[float, Shortfall]] = []
    for name in dict.fromkeys(line.capability for line in inputs.demand):
        numbers = [row for row, line in enumerate(inputs.demand) if line.capability == name]
        missing = backing.schedule.shortfall[numbers].sum(axis=0)
        short = np.flatnonzero(missing > NOTABLE)
        if len(short):
            weight = inputs.demand[numbers[0]].weight
            rows.append((weight * float(missing.sum()), _describe(inputs, backing, name, missing=missing, short=short)))
    return tuple(row for _, row in sorted(rows, key=lambda pair: (-pair[0], pair[1].capability)))


def _describe(
    inputs: GenerationInputs, backing: Backing, name: str, *, missing: Array, short: NDArray[np.intp]
) -> Shortfall:
    required = sum(line.units for line in inputs.demand if line.capability == name)
    lasting = bool(missing[-1] > NOTABLE)
    mean = float(missing[short].mean())
    settled = float(missing[len(missing) // 3 :].mean()) if lasting else mean  # the build-up apart
    ready = [s.source.ready_month for s in _suppliers(inputs, backing, name) if s.joins and s.fills > 0]
    late = not lasting and int(short[-1]) < max(ready, default=0) + ROTATION_DATES
    if late or (not ready and not lasting):
        why, closes = _explain_late(inputs, backing, name, last=int(short[-1]))
    else:
        why, closes = _explain_lasting(inputs, backing, name, missing=settled)
    return Shortfall(
        capability=name,
        name=inputs.kinds[name].name,
        required=required,
        provided=max(required - settled, 0.0),
        missing=settled,
        first_month=int(short[0]),
        last_month=int(short[-1]),
        why=why,
        closes=closes,
    )


def _suppliers(inputs: GenerationInputs, backing: Backing, name: str) -> list[_Supplier]:
    lines = {line.id for line in inputs.demand if line.capability == name}
    rates: dict[str, float] = {}
    for edge in backing.edges:
        if edge.line in lines:
            rates[edge.source] = max(rates.get(edge.source, 0.0), edge.rate)
    return [
        _Supplier(
            offer=offer,
            source=pool_source(inputs, offer),
            rate=rates[offer.id],
            joins=offer.nation in backing.state.nations,
        )
        for offer in inputs.offers
        if offer.id in rates
    ]


def _explain_lasting(inputs: GenerationInputs, backing: Backing, name: str, *, missing: float) -> tuple[str, str]:
    suppliers = _suppliers(inputs, backing, name)
    joined, out = [s for s in suppliers if s.joins], [s for s in suppliers if not s.joins]
    why: list[str] = []
    if not suppliers:
        why.append(_no_pool(inputs, name))
    if joined:
        held, kept = sum(s.source.units * s.rate for s in joined), sum(s.fills for s in joined)
        shared = (
            ", shared with other demands" if kept >= sum(x.units for x in inputs.demand if x.capability == name) else ""
        )
        why.append(
            f"rotation: pools of those who join hold {held:.1f} units' worth and keep {kept:.1f} on station{shared}"
        )
    elif out:
        why.append("approval: no nation that joins has any")
    if _cap_binds(backing, name, inputs) and sum(s.fills for s in joined) >= missing:
        why.insert(0, f"cap: {inputs.cap_in_country:,} people in the country leave no room for it")
    caveat = _caveats(inputs, joined)
    return "; ".join(why + ([caveat] if caveat else []) + _who_is_out(inputs, backing, out)), _smallest_change(
        inputs, backing, name, missing=missing, joined=joined, out=out
    )


def _no_pool(inputs: GenerationInputs, name: str) -> str:
    owners = [offer.id for offer in inputs.offers if offer.capability == name]
    if owners:
        return f"no pool may serve where it is needed: {', '.join(owners)} are barred by area or caveat"
    return "no pool: no nation offers it or a substitute"


def _cap_binds(backing: Backing, name: str, inputs: GenerationInputs) -> bool:
    in_country = any(line.area == "country" for line in inputs.demand if line.capability == name)
    return in_country and backing.steady.prices.get("cap", 0.0) > 0


def _caveats(inputs: GenerationInputs, joined: list[_Supplier]) -> str:
    barred = sorted({s.offer.nation for s in joined if s.offer.refuses_tasks})
    if not barred:
        return ""
    tasks = sorted({task for s in joined for task in s.offer.refuses_tasks})
    names = {nation.id: nation.name for nation in inputs.contributors}
    return f"caveats: {', '.join(names[nation] for nation in barred)} refuse {', '.join(tasks)}"


def _who_is_out(inputs: GenerationInputs, backing: Backing, out: list[_Supplier]) -> list[str]:
    by_nation: dict[str, float] = {}
    for supplier in out:
        by_nation[supplier.offer.nation] = by_nation.get(supplier.offer.nation, 0.0) + supplier.fills
    nations = {nation.id: nation for nation in inputs.contributors}
    largest = sorted(by_nation.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    return [
        f"{nations[name].name} stays out ({units:.1f} units): {why_not(inputs, nations[name], backing.state)}"
        for name, units in largest
        if units > 0
    ]


def _smallest_change(
    inputs: GenerationInputs,
    backing: Backing,
    name: str,
    *,
    missing: float,
    joined: list[_Supplier],
    out: list[_Supplier],
) -> str:
    kind = inputs.kinds[name]
    if _cap_binds(backing, name, inputs) and sum(s.fills for s in joined) >= missing:
        return f"a cap higher by {math.ceil(missing * kind.personnel):,} people"
    single = _single_nation(inputs, out, missing)
    if single:
        return single
    spare = [
        element.name
        for element in inputs.elements
        if element.capability == name and element.id not in backing.state.elements and element.units >= missing
    ]
    if spare:
        return f"the backstop's {spare[0]}"
    if joined:
        best = max(joined, key=lambda s: (s.rate * s.source.tour_months / s.source.cycle_months, s.fills, s.offer.id))
        more = math.ceil(missing / best.rate * best.source.cycle_months / best.source.tour_months - 1e-9)
        return f"{more} more units in rotation on the terms of {best.offer.id}" + _shorter_dwell(joined, missing)
    return f"{missing:.1f} units on station from any nation, or a substitute"


def _single_nation(inputs: GenerationInputs, out: list[_Supplier], missing: float) -> str:
    worth: dict[str, float] = {}
    for supplier in out:
        worth[supplier.offer.nation] = worth.get(supplier.offer.nation, 0.0) + supplier.fills
    enough = sorted((units, nation) for nation, units in worth.items() if units >= missing)
    names = {nation.id: nation.name for nation in inputs.contributors}
    return f"{names[enough[0][1]]} joining ({enough[0][0]:.1f} units)" if enough else ""


def _shorter_dwell(joined: list[_Supplier], missing: float) -> str:
    """The dwell that would close it with the units at hand, where one does."""
    kept = sum(s.fills for s in joined)
    held = sum(s.source.units * s.rate for s in joined)
    if held <= kept + missing or kept <= 0:
        return ""
    shorter = held / (kept + missing) - 1.0
    if shorter < SHORTEST_DWELL:
        return ""
    now = sum(s.offer.dwell * s.fills for s in joined) / kept
    return f", or a dwell of {shorter:.1f} in place of {now:.1f}"


def _explain_late(inputs: GenerationInputs, backing: Backing, name: str, *, last: int) -> tuple[str, str]:
    suppliers = [s for s in _suppliers(inputs, backing, name) if s.joins and s.fills > 0]
    joined = [s for s in suppliers if 0 < s.source.ready_month <= last + 1]
    lines = {line.id for line in inputs.demand if line.capability == name}
    if any(edge.source in backing.state.elements and edge.line in lines for edge in backing.edges) or not joined:
        return f"the backstop is in place from month {last + 1} on", "an earlier hand-over"
    slowest = max(joined, key=lambda s: (min(s.source.ready_month, last + 1), s.fills))
    nation = next(nation for nation in inputs.contributors if nation.id == slowest.offer.nation)
    approval = last_approval_day(nation)
    why = (
        f"notice: filled from month {last + 1}; {slowest.offer.id} is ready on day {slowest.source.ready_day:.0f} "
        f"(approval on day {approval:.0f}, notice {slowest.offer.notice_days:.0f} days)"
    )
    days = min(slowest.source.ready_day, DAYS_A_MONTH * (last + 1))
    if nation.start_day >= 0:
        return why, f"deciding {days:.0f} days before the ceasefire instead of after it"
    return why, f"a notice to move shorter by {min(days, slowest.offer.notice_days):.0f} days"
