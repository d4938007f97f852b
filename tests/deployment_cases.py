"""Small movement problems for the tests of stage deploy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from holdfast.deployment.inputs import DeploymentInputs, gather_deployment
from holdfast.deployment.problem import Move, Problem, SupplyLine, Way, group_moves
from holdfast.results.stages import ForceUnit, Site
from holdfast.scenario.types import Scenario
from support import tiny_scenario


def a_move(key: str, tonnes: float, *ways: Way, people: float = 100.0, ready: int = 0, **more: float | str) -> Move:
    """A move with round figures."""
    given: dict[str, object] = {"supply": 0.0, "line": -1, "rank": 0.0, "group": key} | more
    return Move(key=key, tonnes=tonnes, people=people, ready=ready, ways=ways, **given)  # type: ignore[arg-type]


def as_groups(problem: Problem) -> Problem:
    """The problem with its moves merged."""
    return replace(problem, moves=group_moves(problem.moves))


@st.composite
def problems(draw: st.DrawFn, *, supplied: bool = True) -> Problem:
    """Random small problems: up to 4 resources, 6 moves of up to 3 ways, with and without supply lines."""
    resources = draw(st.integers(1, 4))
    capacity = np.array([float(draw(st.integers(50, 300))) for _ in range(resources)])
    lines = (SupplyLine(resources=(0,), shares=(1.0,)),) if supplied else ()
    moves = []
    for number in range(draw(st.integers(1, 6))):
        ways = tuple(_way(draw, resources) for _ in range(draw(st.integers(1, 3))))
        supply = draw(st.sampled_from([0.0, 2.0, 5.0])) if supplied else 0.0
        moves.append(
            a_move(
                f"m{number}", float(draw(st.integers(0, 900))), *ways, people=float(draw(st.integers(1, 500))),
                ready=draw(st.integers(-3, 12)), rank=float(draw(st.integers(1, 3))), supply=supply,
                line=0 if supply else -1,
            )
        )  # fmt: skip
    return Problem(capacity=capacity, moves=tuple(moves), lines=lines, horizon=150)


def _way(draw: st.DrawFn, resources: int) -> Way:
    used = draw(st.lists(st.integers(0, resources - 1), min_size=1, max_size=resources, unique=True))
    days = draw(st.integers(0, 6))
    offsets = sorted(draw(st.integers(0, days)) for _ in used)
    return Way(resources=tuple(used), offsets=tuple(offsets), days=days, route=0)


def a_unit(pool: str, scenario: Scenario, *, units: float = 1.0, ready: float = 30.0, **more: object) -> ForceUnit:
    """Units of one of the tiny scenario's pools, ready on a day."""
    row = scenario.pools[pool]
    given: dict[str, object] = {
        "area": "country",
        "depot": row.depot,
        "backstop": False,
        "id": f"{pool}@{ready:g}",
    } | more
    return ForceUnit(
        nation=row.nation, pool=pool, capability=row.capability, units=units, ready_day=ready,
        personnel=units * scenario.capabilities[row.capability].personnel, **given,
    )  # type: ignore[arg-type]  # fmt: skip


def a_site(capability: str, place: str, scenario: Scenario, *, units: float = 1.0) -> Site:
    """A site at a place of the scenario."""
    row = scenario.places[place]
    return Site(
        id=f"{capability}@{place}", kind="base", capability=capability, units=units, lon=row.lon, lat=row.lat,
        country=row.country, sector="", place=place, line_km=float("nan"), across_border=row.country != "UKR",
    )  # fmt: skip


class Given:
    """A force and a laydown with only what deployment reads."""

    def __init__(self, units: tuple[ForceUnit, ...], sites: tuple[Site, ...] = ()) -> None:
        self.units = units
        self.sites = sites


def gathered(scenario: Scenario, units: tuple[ForceUnit, ...], sites: tuple[Site, ...] = ()) -> DeploymentInputs:
    """Inputs of stage deploy for a force and a laydown."""
    given = Given(units, sites)
    return gather_deployment(scenario, given, given)  # type: ignore[arg-type]  # reads units and sites only


def tiny_force() -> tuple[Scenario, tuple[ForceUnit, ...], tuple[Site, ...]]:
    """The tiny scenario with a brigade of three nations, a battery abroad and fighters."""
    scenario = tiny_scenario()
    units = (
        a_unit("fra_mech_bn", scenario, units=3, ready=30),
        a_unit("gbr_mech_bn", scenario, units=2, ready=45),
        a_unit("deu_logistics_bn", scenario, units=1, ready=40),
        a_unit("fra_brigade_hq", scenario, units=1, ready=35),
        a_unit("gbr_signals_bn", scenario, units=1, ready=35),
        a_unit("fra_fighter_sqn", scenario, units=1, ready=20, area="theatre", depot="dep_fra"),
        a_unit("fra_sampt_bty", scenario, units=1, ready=25, area="neighbour"),
    )
    sites = (
        a_site("mech_bn", "base_north", scenario, units=3),
        a_site("mech_bn", "base_south", scenario, units=2),
        a_site("sampt_bty", "site_pol", scenario),
    )
    return scenario, units, sites
