"""Force generation against independent programs: every plan of small instances enumerated, and rounding against exact."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from generation_cases import demand, inputs, nation, offer
from holdfast.generation import schedule
from holdfast.generation.approvals import participation
from holdfast.generation.inputs import GenerationInputs
from holdfast.generation.model import BURDEN, CHURN, EARLIER, SETTLED_MONTHS
from holdfast.generation.schedule import Schedule, schedule_force
from holdfast.generation.supply import Supply, find_edges, pool_source, supply_of
from holdfast.laydown.inputs import gather_laydown
from holdfast.pipeline import run_stages
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.load import load_scenario

pytestmark = pytest.mark.verification


def supply_for(case: GenerationInputs) -> Supply:
    return supply_of(case, participation(case, offered=(), together=True), edges=find_edges(case))


def solve(case: GenerationInputs) -> Schedule:
    return schedule_force(case, supply_for(case))


def enumerate_best(case: GenerationInputs, *, step: int) -> float:
    """Least value over every way to start whole tours on rotation dates, written out month by month without the model."""
    periods, months = case.months // step, case.months
    plans = []
    for row in case.offers:
        source = pool_source(case, row)
        free = int(source.units)
        options = []
        for starts in product(range(free + 1), repeat=periods):
            if any(starts[q] and step * (q + 1) <= source.ready_month for q in range(periods)):
                continue
            ready = source.ready_month // step
            tour, cycle = row.tour_months // step, -(-source.cycle_months // step)
            period = max(cycle, -(-(periods - ready) // tour) * tour)
            endless = [starts[q] if q < periods else 0 for q in range(ready, ready + period)] * 3
            if any(sum(endless[t : t + cycle]) > free for t in range(len(endless) - cycle + 1)):
                continue
            options.append(_station(starts, source.ready_month, tour=row.tour_months, months=months, step=step))
        plans.append(options)
    line, burden = case.demand[0], case.kinds["mech_bn"].personnel
    last_ready = max(pool_source(case, row).ready_month // step for row in case.offers)
    settled = min(last_ready + 1, SETTLED_MONTHS // step, periods - 1)
    best = np.inf
    for choice in product(*plans):
        present = np.sum([there for there, _ in choice], axis=0)
        used = sum(float(slots.sum()) for _, slots in choice) * step
        short = np.maximum(line.units - present, 0.0).reshape(periods, step).mean(axis=1)
        early = 1 + EARLIER * (periods - np.arange(periods)) / periods
        value = line.weight * step * float(short @ early) + BURDEN * burden * used
        again = max(float(short[settled] - short[-1]), 0.0)
        value += case.withdrawal_months * line.weight * (float(np.maximum(np.diff(short), 0).sum()) + again)
        slots = np.sum([slots for _, slots in choice], axis=0)
        left = float(np.maximum(-np.diff(slots), 0).sum()) + max(float(slots[-1] - slots[settled]), 0.0)
        value += CHURN * min(line.weight, burden) * left
        best = min(best, value)
    return best


def _station(starts: tuple[int, ...], ready: int, *, tour: int, months: int, step: int) -> tuple[Any, Any]:
    """Units on station by month (from readiness on) and by period, of one pool."""
    slots = np.zeros(months // step)
    for q, begun in enumerate(starts):
        slots[q : q + tour // step] += begun
    there = np.repeat(slots, step) * (np.arange(months) >= ready)
    return there, slots


CASES = [
    {"units": (2, 1), "dwell": 1.0, "wanted": 2.0, "late": 0.0},
    {"units": (2, 2), "dwell": 0.5, "wanted": 2.0, "late": 100.0},
    {"units": (1, 1), "dwell": 2.0, "wanted": 1.0, "late": 40.0},
    {"units": (3, 0), "dwell": 1.0, "wanted": 2.0, "late": 0.0},
]


@pytest.mark.parametrize("case", CASES)
def test_small_instances_are_solved_to_the_enumerated_optimum(case: dict[str, Any]) -> None:
    """The integer program's value is the least over every plan there is."""
    first, second = case["units"]
    small = inputs(
        months=18,
        contributors=(nation("FRA"), nation("GBR", decision_days=case["late"])),
        offers=tuple(
            offer(name, units, dwell=case["dwell"]) for name, units in (("FRA", first), ("GBR", second)) if units
        ),
        demand=(demand(units=case["wanted"]),),
        gap=1e-9,
    )
    assert solve(small).value == pytest.approx(enumerate_best(small, step=3), rel=1e-6)


def test_what_arrives_is_what_is_laid_down_and_what_is_seen_in_the_end() -> None:
    """Full capability is one thing: units generated, placed and moved agree by capability and ownership, backstop included.

    So the last day of the build-up shows what coverage says of full capability.
    """
    scenario = load_scenario("ukraine-2025-02")
    case = Case(option="reassure_30k_backstop", settlement="thinned_host_only", overrides={})
    done = run_stages(scenario, case, until="cover")
    resolved = resolve_case(scenario, case)
    placed: dict[str, float] = {}
    for row in gather_laydown(resolved, done.requirement, done.force).units:
        placed[row.capability] = placed.get(row.capability, 0.0) + row.units
    moved: dict[str, float] = {}
    for arrival in done.deployment.arrivals:
        moved[arrival.capability] = moved.get(arrival.capability, 0.0) + arrival.units
    assert moved == pytest.approx(placed)
    assert sum(unit.units for unit in done.force.units if unit.backstop) == pytest.approx(
        sum(row.units.nominal for row in resolved.backstop.values())
    )
    standing = done.force.on_station.sel(backing="with_backstop")
    for name in {unit.capability for unit in done.force.units if not unit.backstop}:
        pools = [p for p in map(str, standing["pool"].values) if resolved.pools[p].capability == name]
        own = sum(unit.units for unit in done.force.units if unit.capability == name and not unit.backstop)
        full = np.floor(np.median(standing.sel(pool=pools).sum("pool").values[12:]) + 0.5)
        assert own == pytest.approx(full), name
    line = done.coverage.line
    ends = np.minimum(line["km"].values + 1, done.coverage.sectors["length_km"].values.sum())
    mean = np.average(line["seen"].values, weights=ends - line["km"].values)
    assert float(done.coverage.by_day["seen"][-1]) == pytest.approx(mean, abs=1e-6)


def large(**more: Any) -> GenerationInputs:
    names = ("FRA", "GBR", "DEU", "NLD", "SWE")
    return inputs(
        months=36,
        contributors=tuple(nation(name, decision_days=17.0 * n) for n, name in enumerate(names)),
        offers=tuple(offer(name, 3 + n, dwell=2.0 + 0.5 * n, overlap_days=14) for n, name in enumerate(names)),
        demand=(demand(units=7, by_task=(("hold", 4.0), ("respond", 7.0))),),
        gap=1e-3,
        node_limit=500,
        **more,
    )


@pytest.mark.parametrize(("cap", "distance"), [(0, 0.02), (500, 0.15)])
def test_rounding_lies_between_the_bound_and_a_stated_distance(
    monkeypatch: pytest.MonkeyPatch, cap: int, distance: float
) -> None:
    """Rounded plans obey rotation and cap, never beat the exact optimum's bound, and come within a stated distance.

    The distances are what `docs/stages/generation.md` states: close where no cap binds; where a cap binds tightly, moves
    of single tours are known to be weak (programs of this size are solved exactly outside this test).
    """
    case = large(cap_in_country=cap)
    exact = solve(case)
    monkeypatch.setattr(schedule, "EXACT_SIZE", 0)
    monkeypatch.setattr(schedule, "EXACT_BLOCK", 0)
    rounded = solve(replace(case, gap=1.1e-3))  # another key, so that the stage's memory does not answer
    assert rounded.value >= exact.bound - 1e-6
    assert rounded.bound <= exact.value + 1e-6
    assert rounded.value <= (1 + distance) * exact.value
    assert np.all(rounded.starts == np.round(rounded.starts))
    supply = supply_for(case)
    for row, source in enumerate(supply.sources):
        dates = np.zeros(case.months)  # a short first tour counts from its rotation date, since its dwell is whole
        np.add.at(dates, np.arange(case.months) // 3 * 3, rounded.starts[row])
        assert np.convolve(dates, np.ones(source.cycle_months))[: case.months].max() <= source.units
    if cap:
        assert (100.0 * rounded.station.sum(axis=0)).max() <= cap + 1e-6
