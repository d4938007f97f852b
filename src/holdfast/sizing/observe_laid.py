"""Arrays over draws that the kernels of observation read, and their run in threads.

Layers follow `models.sensing.layer_of` and `swept_band_km`, written for arrays whose first axis is the draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import ValueRangeError
from holdfast.models import even_cover as table
from holdfast.models.detection import VISIBILITY, require_range
from holdfast.models.sensing import is_aerial
from holdfast.scenario.types import Capability
from holdfast.sizing.inputs import SizingInputs
from holdfast.sizing.observe_layers import AREA_COUNTS, LINE_OPTICS, ORBIT_SHARES, Observers, is_area, observers_of
from holdfast.sizing.observe_results import WIDTHS, ObserveDraws

Array = NDArray[np.float64]
_STEEPNESS_STEP, _DUTY_STEP = 0.5, 0.1
_BLOCK = 250  # draws a thread takes at a time


@dataclass(frozen=True, kw_only=True)
class Laid:
    """What the kernels read, in the order in which they take it, and what the results are named by."""

    arguments: tuple[Any, ...]
    capabilities: tuple[str, ...]
    sectors: int
    line_posts: Array


class Drawn:
    """Values over draws by dotted name, nominal where nothing is drawn; every answer has the draw as its first axis."""

    def __init__(self, inputs: SizingInputs, columns: Mapping[str, Array], count: int) -> None:
        self.inputs, self.columns, self.count = inputs, columns, count

    def number(self, name: str, nominal: float) -> Array:
        """A quantity by name, shape (n,)."""
        found = self.columns.get(name, np.full((1, 1), nominal))[:, 0]
        return np.ascontiguousarray(np.broadcast_to(found, self.count))

    def factor(self, key: str) -> Array:
        """A planning factor, shape (n,)."""
        return self.number(f"factors.{key}", self.inputs.factors[key].value.nominal)

    def of(self, row: Capability, column: str) -> Array:
        """A figure of the catalogue, shape (n,)."""
        return self.number(f"capabilities.{row.id}.{column}", float(getattr(row, column)))

    def service(self, name: str) -> Array:
        """A service level, shape (n,)."""
        return self.number(f"service.{name}", float(getattr(self.inputs.service, name)))

    def terms(self, name: str) -> Array:
        """A quantity of the settlement terms, shape (n,)."""
        return self.number(f"settlement.{name}", getattr(self.inputs.settlement, name).nominal)

    def weights(self) -> Array:
        """Weights of the states of visibility, shape (n, 3), summing to 1."""
        raw = np.stack([self.factor(f"visibility.{state}") for state in VISIBILITY], axis=-1)
        return np.asarray(raw / raw.sum(axis=-1, keepdims=True), dtype=float)

    def widths(self) -> Array:
        """Widths of the sectors, shape (n, S)."""
        nominal = np.array([[row.to_km - row.from_km for row in self.inputs.sectors]])
        found = self.columns.get(WIDTHS, nominal)
        return np.ascontiguousarray(np.broadcast_to(found, (self.count, nominal.shape[1])))

    def reach(self, row: Capability, terrains: Sequence[str]) -> Array:
        """Range of even odds by terrain and visibility, shape (n, T, 3)."""
        left = np.stack([self.factor(f"masking.{terrain}") for terrain in terrains], axis=-1)
        if is_aerial(row):
            left = 1.0 - self.factor("sensing.aerial_masking")[:, None] * (1.0 - left)
        day = self.of(row, "detect_km")[:, None] * left
        others = (self.of(row, "detect_night_factor"), self.factor("visibility.poor_factor"))
        return np.stack([day, *(day * part[:, None] for part in others)], axis=-1)

    def duty(self, row: Capability) -> Array:
        """Platforms of one moving unit that watch at a time, shape (n,)."""
        if is_aerial(row):
            return self.factor("duty.aerial")
        if row.output_unit.startswith("patrol"):
            return self.of(row, "output_per_day") * self.factor("duty.patrol_hours") / 24.0
        return self.factor("duty.patrol")

    def cost(self, row: Capability) -> Array:
        """Yearly cost of one unit, MUSD, shape (n,)."""
        given = self.of(row, "cost_musd_year")
        return np.where(given > 0, given, self.of(row, "personnel") * self.factor("cost.musd_per_person_year"))


def lay_out(inputs: SizingInputs, columns: Mapping[str, Array], count: int) -> Laid:
    """Everything the kernels read, from values by dotted name (shapes (1 or n, 1 or S)).

    Raises
    ------
    ValueRangeError
        When a drawn depth, width or weight is not positive, or steepness or duty is outside what the tables serve.
    """
    drawn = Drawn(inputs, columns, count)
    sectors = inputs.sectors
    terrains = tuple(dict.fromkeys(row.terrain for row in sectors))
    by_sector = [observers_of(inputs, row) for row in sectors]
    static, movers, orbit = _union(by_sector)
    areas = np.array([is_area(row) for row in sectors], dtype=bool)
    widths = drawn.widths()
    length = widths.sum(axis=-1)
    depth = inputs.area_km2 / length if inputs.area_km2 > 0 else drawn.terms("zone_depth_km")
    require_range(bool((depth > 0).all() and (widths > 0).all()), "a drawn depth or width is 0; expected more than 0")
    behind = inputs.posture in {"reassure", "robust"}
    near = np.minimum(drawn.factor("laydown.post_offset_km"), depth / 4.0)
    steepness = drawn.factor("sensing.steepness")
    optics = inputs.capabilities.get(LINE_OPTICS)
    reach = [drawn.reach(row, terrains) for row in static]
    reach.append(drawn.reach(optics, terrains) if optics else np.zeros((count, len(terrains), 3)))
    moving = [*movers, *orbit]
    sweeps, bands, insides = _sweeps(drawn, moving, terrains=terrains, depth=depth, steepness=steepness)
    if not orbit:
        sweeps, bands, insides = (
            np.concatenate([part, np.zeros_like(part[:, :1])], axis=1) for part in (sweeps, bands, insides)
        )
    classes = np.array([0 if row.domain == "sensor" else 1 for row in static] + [1], dtype=np.int64)
    rows, corners, tables = _corners(
        steepness, [drawn.factor("duty.sensor"), drawn.factor("duty.post")], spread=bool(areas.any())
    )
    most_orbits = drawn.factor("observe.most_orbits_per_sector")
    line_posts = _line_posts(drawn, widths)
    probability = drawn.service("observe_probability")
    levels = (
        probability,
        probability * drawn.factor(f"observe.impulsive_{inputs.posture}"),
        drawn.factor("observe.share_of_best"),
    )
    ratios = np.geomspace(4.0, 0.25, int(inputs.factors["observe.spacing_steps"].value.nominal))
    arguments = (
        *tables, table.SPACINGS, table.PLACES, table.SQUARES, np.array([table.LATERAL_STEP, table.LATERAL_MOST]),
        rows, corners, steepness, depth, drawn.terms("standoff_km") if behind else near, drawn.weights(), widths, areas,
        np.array([terrains.index(row.terrain) for row in sectors], dtype=np.int64),
        _joined(reach), classes, np.array([float(row.sees_impulsive) for row in static] + [0.0]),
        _joined([drawn.cost(row) for row in static], empty=(count, 0)),
        _allowed(by_sector, static, "static"), ratios, _most(drawn, "static", widths, depth, areas),
        np.maximum(1.0, np.ceil(_most(drawn, "movers", widths, depth, areas))), sweeps, bands, insides,
        _allowed(by_sector, [*movers, *(orbit or (None,))], "moving"),
        _joined([drawn.cost(row) for row in movers], empty=(count, 0)), drawn.service("observe_event_minutes"),
        line_posts, AREA_COUNTS, ORBIT_SHARES if orbit else 1, most_orbits / (ORBIT_SHARES - 1),
        drawn.cost(orbit[0]) if orbit else np.zeros(count), np.stack(levels, axis=-1),
    )  # fmt: skip
    names = tuple(row.id for row in (*static, *movers))
    # one layout of memory for every array: numba compiles the kernels anew for each other
    plain = tuple(np.require(one, requirements=["C", "W"]) if isinstance(one, np.ndarray) else one for one in arguments)
    return Laid(arguments=plain, capabilities=names, sectors=len(sectors), line_posts=line_posts.sum(axis=-1))


def solve_laid(laid: Laid, *, count: int, threads: int) -> ObserveDraws:
    """Run the kernel over all draws in blocks; draws do not touch each other, so threads change nothing."""
    from holdfast.sizing.observe_kernels.kernels import solve_draws

    run: Any = solve_draws
    sectors = laid.sectors
    units, orbits, cost = np.zeros((count, len(laid.capabilities))), np.zeros(count), np.zeros(count)
    seen, heard = np.zeros((count, sectors)), np.zeros((count, sectors))
    short = np.zeros((count, sectors), dtype=bool)

    def block(first: int) -> None:
        last = min(first + _BLOCK, count)
        run(first, last, *laid.arguments, units, orbits, seen, heard, short, cost)

    starts = range(0, count, _BLOCK)
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        list(pool.map(block, starts))
    return ObserveDraws(
        capabilities=laid.capabilities, units=units, orbits=orbits, seen=seen, heard=heard, posts=laid.line_posts,
        short=short, cost=cost,
    )  # fmt: skip


def _joined(parts: Sequence[Array], *, empty: tuple[int, ...] = ()) -> Array:
    return np.ascontiguousarray(np.stack(parts, axis=1)) if parts else np.zeros(empty)


def _union(by_sector: Sequence[Observers]) -> tuple[list[Capability], list[Capability], list[Capability]]:
    """Static kinds and movers of all sectors in the order of the catalogue, and the one kind of shared orbit."""
    static = list({row.id: row for found in by_sector for row in found.static}.values())
    movers = list({row.id: row for found in by_sector for row in found.movers}.values())
    orbits = list({row.id: row for found in by_sector for row in found.shared[:1]}.values())
    return static, movers, orbits[:1]


def _allowed(by_sector: Sequence[Observers], rows: Sequence[Capability | None], what: str) -> NDArray[np.bool_]:
    """Whether each sector may hold each kind, shape (S, kind)."""
    found = [
        {row.id for row in (one.static if what == "static" else (*one.movers, *one.shared[:1]))} for one in by_sector
    ]
    allowed = [[row is not None and row.id in names for row in rows] for names in found]
    return np.array(allowed, dtype=bool).reshape(len(by_sector), len(rows))


def _most(drawn: Drawn, what: str, widths: Array, depth: Array, areas: NDArray[np.bool_]) -> Array:
    """Most units of one kind in each sector, shape (n, S)."""
    line = drawn.factor(f"observe.most_{what}_per_100km")[:, None] * widths / 100.0
    square = drawn.factor(f"observe.most_{what}_per_1000km2")[:, None] * widths * depth[:, None] / 1000.0
    return np.maximum(np.where(areas, square, line), 1.0)


def _line_posts(drawn: Drawn, widths: Array) -> Array:
    """Posts that interposition keeps in each sector, shape (n, S)."""
    inputs = drawn.inputs
    on_line = np.array([row.kind not in {"sea", "area"} and not row.trace for row in inputs.sectors], dtype=float)
    asked = inputs.posture == "interpose" and inputs.settlement.access == "both"
    spacing = drawn.factor("interpose.post_spacing_km")[:, None]
    return np.asarray(np.ceil(widths / spacing - 1e-9) * on_line * float(asked), dtype=float)


def _sweeps(
    drawn: Drawn, rows: Sequence[Capability], *, terrains: Sequence[str], depth: Array, steepness: Array
) -> tuple[Array, Array, Array]:
    """Area swept an hour (n, mover, T, 3), width of the band (n, mover, T), and its share of the depth's cells."""
    shape = (drawn.count, len(rows), len(terrains))
    sweeps, bands, insides = np.zeros((*shape, 3)), np.zeros(shape), np.zeros(shape)
    angle = np.pi / steepness
    per_reach = 2.0 * angle / np.sin(angle)
    half = depth[:, None] / 2.0
    cells = np.maximum(16, np.ceil(depth))[:, None]
    for number, row in enumerate(rows):
        reach = drawn.reach(row, terrains)
        sweeps[:, number] = reach * (per_reach * drawn.of(row, "speed_kmh") * drawn.duty(row))[:, None, None]
        low = np.minimum(_band_starts(drawn, row, half=half, reach=reach[..., 0]), half)
        bands[:, number] = half - low
        first = np.ceil((low + half) / (2.0 * half) * cells - 0.5 - 1e-12)
        insides[:, number] = np.clip((cells - first) / cells, 0.0, 1.0)
    return sweeps, bands, insides


def _band_starts(drawn: Drawn, row: Capability, *, half: Array, reach: Array) -> Array:
    """Where across the line a mover's band begins, shape (n, T) (`swept_band_km`)."""
    both = drawn.inputs.settlement.access == "both"
    if is_aerial(row):
        return np.broadcast_to(-half, reach.shape) if both else -np.minimum(half, reach)
    if row.domain != "sea" and drawn.inputs.posture in {"reassure", "robust"}:
        return np.broadcast_to(drawn.terms("standoff_km")[:, None], reach.shape)
    return np.broadcast_to(-half if both else 0.0 * half, reach.shape)


def _corners(
    steepness: Array, duties: Sequence[Array], *, spread: bool
) -> tuple[NDArray[np.int64], Array, tuple[Any, Any, Array]]:
    """Rows of the tables to blend and their weights, shape (n, duty class, corner), and the tables.

    Cubic in the steepness and quadratic in the duty; one value in all draws is its own node, without error. Tables of
    cover are of single precision, which errs by a ten-millionth.
    """
    low, high = table.STEEPNESS_RANGE
    if float(steepness.min()) < low or float(steepness.max()) > high:
        raise ValueRangeError(
            f"drawn factor sensing.steepness spans {steepness.min():.3g} to {steepness.max():.3g}; expected {low} to {high}"
        )
    steep_nodes = _nodes(steepness, step=_STEEPNESS_STEP, least=4, low=low, high=high)
    duty_nodes = _nodes(np.concatenate(list(duties)), step=_DUTY_STEP, least=3, low=0.0, high=1.0)
    first, by_steep = _lagrange(steep_nodes, steepness, order=4)
    rows, weights = [], []
    for duty in duties:
        start, by_duty = _lagrange(duty_nodes, duty, order=3)
        places = (first[:, None] + np.arange(by_steep.shape[1]))[:, :, None] * duty_nodes.size
        rows.append((places + (start[:, None] + np.arange(by_duty.shape[1]))[:, None, :]).reshape(steepness.size, -1))
        weights.append((by_steep[:, :, None] * by_duty[:, None, :]).reshape(steepness.size, -1))
    pairs = [(float(k), float(d)) for k in steep_nodes for d in duty_nodes]
    nothing = np.zeros((len(pairs), 1))
    if spread:
        tables = (
            nothing.astype(np.float32),
            nothing.astype(np.float32),
            np.stack([table.spread_table(*pair) for pair in pairs]),
        )
    else:
        found = [table.cover_table(*pair) for pair in pairs]
        tables = (
            np.stack([one.integral.ravel() for one in found]).astype(np.float32),
            np.stack([one.far.ravel() for one in found]).astype(np.float32), nothing,
        )  # fmt: skip
    return np.stack(rows, axis=1).astype(np.int64), np.ascontiguousarray(np.stack(weights, axis=1)), tables


def _nodes(values: Array, *, step: float, least: int, low: float, high: float) -> Array:
    """Nodes on a fixed grid that hold all values, at least `least`; the value itself where there is one."""
    if float(values.min()) == float(values.max()):
        return values[:1]
    first, last = np.floor(values.min() / step + 1e-9), np.ceil(values.max() / step - 1e-9)
    while last - first + 1 < least:
        first, last = (first - 1, last) if (first - 1) * step >= low - 1e-9 else (first, last + 1)
    return np.asarray(np.round(np.clip(np.arange(first, last + 1) * step, low, high), 9), dtype=float)


def _lagrange(nodes: Array, values: Array, *, order: int) -> tuple[NDArray[np.intp], Array]:
    """First of `order` nodes around each value and Lagrange's weights; a single node has weight 1."""
    if nodes.size == 1:
        return np.zeros(values.size, dtype=np.intp), np.ones((values.size, 1))
    start = np.clip(np.searchsorted(nodes, values) - order // 2, 0, nodes.size - order)
    near = nodes[start[:, None] + np.arange(order)]
    weights = np.ones(near.shape)
    for i in range(order):
        for j in range(order):
            if i != j:
                weights[:, i] *= (values - near[:, j]) / (near[:, i] - near[:, j])
    return start, weights
