"""The line can be bypassed by borders and coasts, and its own trace is uncertain."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from cover_cases import empty_force, empty_requirement
from holdfast.coverage.inputs import gather_coverage
from holdfast.geo.line import Line
from holdfast.laydown.inputs import gather_laydown
from holdfast.laydown.stage import lay_down
from holdfast.models.zone import Zone
from holdfast.scenario.check import check_scenario
from holdfast.scenario.futures import draw_future
from holdfast.scenario.levels import length_of
from holdfast.scenario.lines import bypass_sectors, line_sectors
from holdfast.scenario.load import load_scenario
from holdfast.scenario.template import write_template
from holdfast.scenario.types import Scenario, SectorRow, Trace
from holdfast.sizing import hold
from holdfast.sizing.bypass import ON_LINE, join
from holdfast.sizing.core import prepare, size_at
from holdfast.sizing.desk import Desk
from holdfast.sizing.draws import ArraySheet, Draws
from holdfast.sizing.each import desk_of, program_of, tasks_of
from holdfast.sizing.ensemble import inputs_at, size_draws
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.menu import make_menus
from holdfast.sizing.perimeter import perimeter
from holdfast.sizing.program import solve_program
from support import LINE, WHY, tiny_scenario

_TERMS = {"mission.posture": "robust", "settlement.access": "both"}
NORTH = tuple((LINE[0][0] - 0.4 * step, LINE[0][1] + 0.5 * step) for step in range(4))
"""A border that begins at the first point of the line."""


def bypass_row(
    number: int, *, trace: str = "north", from_km: float = 0.0, to_km: float = 60.0, **more: Any
) -> SectorRow:
    given = {
        "id": f"b{number}", "name": f"Border {number}", "from_km": from_km, "to_km": to_km, "kind": "border",
        "terrain": "mixed", "mines": 0.0, "threat_weight": 0.5, "road_kmh": 40.0, "trace": trace, "assumption": WHY,
    }  # fmt: skip
    return SectorRow(**(given | more))


def with_border(scenario: Scenario, *rows: SectorRow, points: tuple[tuple[float, float], ...] = NORTH) -> Scenario:
    """The scenario with a border trace and sectors along it."""
    border = Trace(id="north", title="Border", kind="border", weight=0.0, scale="1:1", points=points, assumption=WHY)
    return replace(
        scenario, traces=scenario.traces | {"north": border}, sectors=scenario.sectors | {row.id: row for row in rows}
    )


def times_held(**changes: Any) -> float:
    """Times the need of one axis, on 100 km in ten sectors with 25 km of reach and one place 5 km beyond the end."""
    edges = np.arange(0.0, 101.0, 10.0)
    given: dict[str, Any] = {
        "from_km": edges[:-1], "to_km": edges[1:], "weight": np.ones(10), "axes": 1.0, "reach_km": 25.0,
        "bypass_reach_km": 25.0, "end": np.array([1.0]), "far_km": np.array([5.0]), "lon": np.array([30.0]),
        "lat": np.array([0.0]),
    } | changes  # fmt: skip
    line = hold.concentration(given["from_km"], given["to_km"], given["weight"], given["axes"], given["reach_km"])
    return float(perimeter(line=line, **given))


def test_a_place_beyond_the_end_has_the_units_within_reach_of_it_or_its_own() -> None:
    """A place d beyond the end is reached by the last R - d of L km, so L / (R - d) times, or one garrison more: the less."""
    line = 100.0 / 30.0
    assert times_held(far_km=np.array([0.0])) == pytest.approx(100.0 / 25.0)
    assert times_held(far_km=np.array([1.0])) == pytest.approx(100.0 / 24.0)
    assert times_held(far_km=np.array([5.0])) == pytest.approx(line + 1.0)
    assert times_held(far_km=np.array([500.0])) == pytest.approx(line + 1.0)
    assert times_held(bypass_reach_km=105.0) == pytest.approx(line)


def test_garrisons_are_as_strong_as_the_axes_that_can_come() -> None:
    """Two places near each other share a garrison for one axis, need two for two, and two garrisons where far apart."""
    near, apart = np.array([0.0, 0.1]), np.array([0.0, 2.0])  # 11 and 222 km
    places = {"end": np.ones(2), "far_km": np.array([500.0, 510.0]), "lon": np.full(2, 30.0)}
    alone = times_held(far_km=np.array([ON_LINE]))
    assert times_held(**places, lat=near) == pytest.approx(alone + 1.0)
    assert times_held(**places, lat=apart) == pytest.approx(alone + 2.0)
    two = times_held(far_km=np.array([ON_LINE]), axes=2.0)
    assert times_held(**places, lat=near, axes=2.0) == pytest.approx(two + 2.0)
    assert times_held(**(places | {"end": np.array([0.0, 1.0])}), lat=near) == pytest.approx(alone + 1.0)


def _covered(spans: list[tuple[float, float]]) -> float:
    """Length of a union of stretches."""
    total, right = 0.0, -np.inf
    for low, high in sorted(spans):
        total += max(high - max(low, right), 0.0)
        right = max(right, high)
    return total


def _by_hand(middles: list[float], far: list[tuple[int, float]], axes: int, reach: float, more: float) -> float:
    """Hall's condition over every set of places, 100 km of line, nobody garrisoned."""
    spans = [(max(at - reach, 0.0), min(at + reach, 100.0)) for at in middles]
    spans += [(0.0, min(more - d, 100.0)) if end == 0 else (max(100.0 - more + d, 0.0), 100.0) for end, d in far]
    worst = 0.0
    for count in range(1, min(axes, len(spans)) + 1):
        for chosen in combinations(spans, count):
            worst = max(worst, count * 100.0 / _covered(list(chosen)))
    return worst


@pytest.mark.parametrize("seed", range(12))
def test_the_worst_set_is_that_of_all_sets(seed: int) -> None:
    """The kernel's worst set of places on the line and beyond both ends is the worst of every set there is."""
    rng = np.random.default_rng(seed)
    count, axes = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    reach, more = float(rng.uniform(5, 60)), 140.0
    far = [(int(rng.integers(0, 2)), float(rng.uniform(0, 30))) for _ in range(count)]
    edges = np.array([0.0, *np.sort(rng.uniform(1, 99, 5)), 100.0])
    middles = (0.5 * (edges[1:] + edges[:-1])).tolist()
    found = times_held(
        from_km=edges[:-1], to_km=edges[1:], weight=np.ones(6), axes=float(axes), reach_km=reach, bypass_reach_km=more,
        end=np.array([end for end, _ in far]), far_km=np.array([d for _, d in far]),
        lon=np.zeros(count), lat=10.0 * np.arange(count),
    )  # fmt: skip
    ends = [sorted((d for end, d in far if end == number), reverse=True) for number in (0, 1)]
    least = np.inf
    for left in range(len(ends[0]) + 1):
        for right in range(
            len(ends[1]) + 1
        ):  # the farthest places have garrisons of their own, one each: all far apart
            rest = [(0, d) for d in ends[0][left:]] + [(1, d) for d in ends[1][right:]]
            least = min(least, _by_hand(middles, rest, axes, reach, more) + left + right)
    assert found == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_another_place_never_makes_the_force_smaller(seed: int) -> None:
    """Places beyond the line only add to what is needed, each more than those before it, at any reach."""
    rng = np.random.default_rng(seed)
    axes, reach, more = float(rng.integers(1, 4)), float(rng.uniform(10, 80)), float(rng.uniform(10, 300))
    ends, far, lat = rng.integers(0, 2, 6), rng.uniform(0, 400, 6), rng.uniform(0, 4, 6)
    sizes = [
        times_held(
            axes=axes, reach_km=reach, bypass_reach_km=more, end=ends[:n], far_km=far[:n], lon=np.zeros(n),
            lat=lat[:n],
        )
        for n in range(1, 7)
    ]  # fmt: skip
    assert sizes[0] >= times_held(axes=axes, reach_km=reach, far_km=np.array([ON_LINE])) - 1e-9
    assert all(later >= sooner - 1e-9 for sooner, later in pairwise(sizes))


def test_places_join_the_end_they_are_nearest_to() -> None:
    """Way from an end: straight to the nearest point of the border, then along it; from both ends the nearer one."""
    line, degree = Line([(30.0, 0.0), (31.0, 0.0)]), 111.3195
    touching = Line([(31.0, 0.0), (32.0, 0.0)])
    assert join(touching, [50.0], line) == [(1, pytest.approx(50.0, abs=1e-3))]
    apart = Line([(29.0, 0.0), (28.0, 0.0)])
    assert join(apart, [10.0], line) == [(0, pytest.approx(degree + 10.0, abs=0.01))]
    from_the_middle = Line([(31.5, -1.0), (31.5, 1.0)])
    ((end, far),) = join(from_the_middle, [from_the_middle.length_km], line)
    assert (end, far) == (1, pytest.approx(0.5 * degree + 110.574, abs=0.05))
    assert join(Line([(30.0, 0.01), (31.0, 0.01)]), [60.0], line) == [(0, ON_LINE)]


def _inputs(*rows: SectorRow, **more: object) -> SizingInputs:
    return gather_sizing(with_border(tiny_scenario(**(_TERMS | more)), *rows))


def _power(inputs: SizingInputs) -> float:
    desk = Desk(inputs)
    return float(desk[hold.hold_power(desk)])


def test_a_line_with_a_bypass_needs_at_least_as_much_to_hold() -> None:
    """A threatened border makes the hold task larger or leaves it; one without threat weight, or the switch off, leaves it."""
    without = _power(_inputs())
    assert _power(_inputs(bypass_row(1))) >= without
    far = bypass_row(1, from_km=100.0, to_km=150.0)
    terms = {"service.hold_warning_days": 0.0}
    assert _power(_inputs(far, **terms)) > _power(_inputs(**terms))
    assert _power(_inputs(replace(far, threat_weight=0.0), **terms)) == _power(_inputs(**terms))
    assert _power(_inputs(far, **terms, **{"factors.hold.bypass": 0.0})) == _power(_inputs(**terms))


def test_the_words_say_what_the_bypass_adds() -> None:
    """The hold task names the borders and how many battalions they take, and nothing without them."""
    given = {"service.hold_warning_days": 0.0}
    inputs = _inputs(bypass_row(1, from_km=100.0, to_km=150.0), **given)
    desk = Desk(inputs)
    words = hold.demand_hold(desk).binding
    added = _power(inputs) - _power(_inputs(**given))
    assert f"by north), which takes {added:.2g} of" in words
    assert "bypass" not in hold.demand_hold(Desk(_inputs(**given))).binding


def test_stages_of_the_line_do_not_see_its_bypass() -> None:
    """Laydown, coverage, the length and every task but hold are the same with sectors on a border as without."""
    plain, more = tiny_scenario(**_TERMS), with_border(tiny_scenario(**_TERMS), bypass_row(1))
    assert [row.id for row in bypass_sectors(more)] == ["b1"]
    assert line_sectors(more) == line_sectors(plain)
    assert length_of(more) == length_of(plain)
    one, other = (gather_laydown(found, empty_requirement(), empty_force()) for found in (plain, more))
    assert one == other
    zones: list[Zone] = []
    for found in (plain, more):
        laydown = lay_down(gather_laydown(found, empty_requirement(), empty_force()))
        zones.append(gather_coverage(found, empty_requirement(), laydown, _no_arrivals(laydown)).zone)
    assert zones[0] == zones[1]
    sizes = [gather_sizing(found) for found in (plain, more)]
    assert sizes[0] == replace(sizes[1], bypass=())
    tasks = [size_at(replace(found, bypass=()), prepare(found)).demands for found in sizes]
    assert {name: task.binding for name, task in tasks[0].items()} == {
        name: task.binding for name, task in tasks[1].items()
    }


def _no_arrivals(laydown: Any) -> Any:
    from cover_cases import arrivals

    return arrivals(laydown)


def test_borders_are_watched_only_where_a_planner_says_so() -> None:
    """`observe.bypass` is off; set to 1 each border sector has a menu like a sector of the line, and no posts of its own."""
    row = bypass_row(1)
    off, on = (_inputs(row, **{"factors.observe.bypass": value}) for value in (0.0, 1.0))
    assert [menu.sector for menu in make_menus(off)] == [sector.id for sector in off.sectors]
    menus = make_menus(on)
    assert [menu.sector for menu in menus] == [*(sector.id for sector in on.sectors), "b1"]
    alike = replace(on, sectors=(*on.sectors, replace(row, id="s5", trace="", kind="sea")), bypass=())
    assert len(make_menus(alike)) == len(menus)
    assert size_at(on, prepare(on)).direct.cost >= size_at(off, prepare(off)).direct.cost


def _two_traces(*rows: SectorRow) -> Scenario:
    """A scenario whose line has an alternative half as long again, at a quarter of the weight."""
    scenario = with_border(tiny_scenario(**_TERMS), *rows)
    main = scenario.traces["main"]
    first, last = main.points[0], main.points[-1]
    longer = (first, (last[0] + 0.5 * (last[0] - first[0]), last[1] + 0.5 * (last[1] - first[1])))
    other = replace(main, id="other", points=longer, weight=1.0)
    return replace(scenario, traces=scenario.traces | {"main": replace(main, weight=3.0), "other": other})


def test_futures_draw_the_trace_by_its_weight_and_as_sizing_does() -> None:
    """Future k has the line that draw k of sizing has, sectors and bypass included; each trace comes as often as it weighs.

    2,000 draws of a share of 0.25: beyond 5 standard errors (0.049) about one run in two million.
    """
    scenario = _two_traces(bypass_row(1))
    inputs = gather_sizing(scenario)
    draws = Draws(2000, seed=4)
    desk = Desk(inputs, ArraySheet(), draws)
    lengths = np.asarray(desk[desk.length()]).ravel()
    assert abs(float((lengths > 1.01 * inputs.line_km).mean()) - 0.25) < 0.049
    for number in range(12):
        future = gather_sizing(draw_future(scenario, seed=4, future=number))
        drawn = inputs_at(inputs, draws, number)
        assert future.line_km == pytest.approx(lengths[number], rel=1e-12)
        assert [row.to_km for row in future.sectors] == pytest.approx([row.to_km for row in drawn.sectors])
        assert [place.far_km for place in future.bypass] == [pytest.approx(place.far_km) for place in drawn.bypass]
    assert len(set(lengths[:12].tolist())) == 2


def test_a_draw_with_a_bypass_is_the_nominal_run_of_its_values() -> None:
    """Draw by draw, with the trace drawn, the force costs what the nominal run gives for that draw's values, watched or not."""
    for watches in (0.0, 1.0):
        scenario = _two_traces(bypass_row(1, to_km=50.0), bypass_row(2, from_km=60.0, to_km=120.0))
        factor = scenario.factors["observe.bypass"]
        seen = replace(factor, value=factor.value.fixed_at(watches))
        inputs = gather_sizing(replace(scenario, factors=scenario.factors | {"observe.bypass": seen}))
        draws = Draws(6, seed=3)
        program = program_of(desk_of(inputs, draws), tasks_of(inputs), threads=1)
        forces = solve_program(program, cases=6)
        assert len(set(draws.drawn["line.length_km"].tolist())) == 2
        for number in range(6):
            there = inputs_at(inputs, draws, number)
            assert forces.cost[number] == pytest.approx(size_at(there, prepare(there)).direct.cost, rel=1e-6)


def test_the_trace_is_among_the_inputs_drawn() -> None:
    """The ensemble lists the length of the line among its drawn inputs, so drivers can rank it."""
    found = size_draws(gather_sizing(_two_traces()), draws=20, seed=1, checked=0)
    assert "line.length_km" in found.inputs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The template with a border of some 55 km beside its line."""
    root = tmp_path_factory.mktemp("bypass") / "scenario"
    write_template(root)
    path = root / "line.geojson"
    border = (
        '{"type": "Feature", "properties": {"id": "north", "title": "B", "kind": "border", "weight": 0, "scale": "1:1", '
        '"assumption": "x"}, "geometry": {"type": "LineString", "coordinates": [[35.0, 48.6], [35.0, 49.1]]}},'
    )
    path.write_text(path.read_text("utf-8").replace('"features": [', f'"features": [{border}', 1), "utf-8")
    return root


@pytest.mark.parametrize(
    ("trace", "from_km", "to_km", "key", "said"),
    [
        ("nort", 0, 20, "sectors.b.trace", "(there are north)"),
        ("main", 0, 20, "sectors.b.trace", "sectors follow no alternative trace of kind contact"),
        ("north", 0, 80, "sectors.b.to_km", "at most 55.6 km, the end of trace north"),
        ("north", 5, 20, "sectors.b.from_km", "10 or more, where sector a of trace north ends"),
        ("north", 30, 20, "sectors.b.to_km", "more than from_km, 30"),
    ],
)
def test_sectors_off_the_line_are_checked(
    folder: Any, tmp_path: Any, trace: str, from_km: float, to_km: float, key: str, said: str
) -> None:
    """A wrong trace, an end beyond it and an overlap are named with file, line, key, value and what is expected."""
    import shutil

    root = tmp_path / "scenario"
    shutil.copytree(folder, root)
    path = root / "sectors.csv"
    lines = path.read_text("utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("id,"))
    lines = [*lines[:head], f"{lines[head]},trace", *(f"{line}," for line in lines[head + 1 :])]
    lines += ["a,A,0,10,border,open,0,1,40,1,,example,north"] if from_km else []
    path.write_text("\n".join([*lines, f"b,B,{from_km},{to_km},border,open,0,1,40,1,,example,{trace}"]) + "\n", "utf-8")
    problems = [problem for problem in check_scenario(root).problems if problem.file.endswith("sectors.csv")]
    (problem,) = [found for found in problems if found.key == key]
    assert said in problem.expected
    assert problem.line == len(lines) + 1
    assert problem.value


def test_a_border_may_have_sectors_on_part_of_it(folder: Any, tmp_path: Any) -> None:
    """Sectors along a border need not begin at 0, touch or end with it, and the scenario loads with them."""
    import shutil

    root = tmp_path / "scenario"
    shutil.copytree(folder, root)
    path = root / "sectors.csv"
    text = (
        path.read_text("utf-8").replace("source,assumption", "source,assumption,trace").replace(",example", ",example,")
    )
    rows = "a,A,5,10,border,open,0,1,40,1,,example,north\nb,B,20,40,sea,water,0,0,40,1,,example,north\n"
    path.write_text(text + rows, "utf-8")
    assert check_scenario(root).problems == ()


@pytest.mark.parametrize("name", ["ukraine-2025-02", "ukraine-2026-01"])
def test_the_bundled_lines_can_be_bypassed_on_every_border_and_coast(name: str) -> None:
    """Every border and coast of the bundled scenarios has sectors from end to end; those of no use to the challenger weigh 0."""
    scenario = load_scenario(name)
    rows = bypass_sectors(scenario)
    for trace in (trace for trace in scenario.traces.values() if trace.kind != "contact"):
        along = [row for row in rows if row.trace == trace.id]
        assert along[0].from_km == pytest.approx(0.0, abs=2.0)
        assert all(a.to_km == pytest.approx(b.from_km) for a, b in pairwise(along))
        assert along[-1].to_km == pytest.approx(Line(trace.points).length_km, rel=0.01)
    assert {row.kind for row in rows} == {"border", "sea"}
    assert [row.id for row in rows if row.threat_weight == 0] == ["volyn_border"]
    places = {place.sector.id: place for place in gather_sizing(scenario).bypass}
    assert (
        places["kharkiv_west_border"].far_km[0] < places["sumy_border"].far_km[0] < places["hlukhiv_border"].far_km[0]
    )
    assert places["odesa_coast"].end[0] == 1
    assert {places[key].far_km[2] for key in ("sumy_border", "hlukhiv_border")} == {ON_LINE}
