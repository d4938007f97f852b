"""Exit: how the force shrinks by rule, what it costs over the years, and the month in which rotation breaks."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.core.arrays import labelled
from holdfast.models.rotation import standing_pool, throughput
from holdfast.results.derivation import formula
from holdfast.results.sustainment import Exit, ExitCost, PastDrawdown, PoolLimit, RotationRule
from holdfast.sizing.desk import Desk
from holdfast.sizing.pools import keeps

if TYPE_CHECKING:
    import xarray as xr

    from holdfast.sizing.core import Sized
    from holdfast.sizing.inputs import PoolSupply

RULES = ("kept", "halving", "steps")
MONTHS = 120
"""Months shown: ten years."""
_LEVEL = 1e-9
SPANS = (24, 60, 120)
"""Months for which the pool is asked: two, five and ten years."""


@formula("size.exit.halving", unit="1", text="max(stays to the end, 2^-((month - start) / halving)) after the start, 1 before",
         reference="MODEL.md 1, exit")  # fmt: skip
def halving(month: Any, start: Any, halving_months: Any, floor_share: Any) -> Any:
    """Share of the first strength left in a month when the force halves again and again."""
    after = np.maximum(np.asarray(month, float) - start, 0.0)
    return np.maximum(2.0 ** (-after / halving_months), floor_share)


@formula(
    "size.exit.steps",
    unit="1",
    text="max(stays to the end, 1 - step x benchmarks met by the month)",
    reference="MODEL.md 1, exit",
)
def steps(month: Any, start: Any, benchmark_months: Any, step_share: Any, floor_share: Any) -> Any:
    """Share of the first strength left in a month when a step leaves at the start and at each benchmark after it."""
    after = np.asarray(month, float) - start
    met = np.where(after >= 0, np.floor(after / benchmark_months + 1e-9) + 1.0, 0.0)
    return np.maximum(1.0 - step_share * met, floor_share)


@formula("size.exit.years_halving", unit="years", text="start + h / ln 2 (1 - 2^-(t / h)) until the floor, then the floor, in years",
         reference="closed form of the integral")  # fmt: skip
def years_halving(years: Any, start: Any, halving_months: Any, floor_share: Any) -> Any:
    """Years at full strength that cost as much as the force that halves (cost follows strength)."""
    months = 12.0 * np.asarray(years, float)
    whole = np.minimum(months, start)
    left = np.maximum(months - start, 0.0)
    falls = halving_months * np.log2(1.0 / np.maximum(floor_share, 1e-12))
    falling = np.minimum(left, falls)
    spent = halving_months / np.log(2.0) * (1.0 - 2.0 ** (-falling / halving_months))
    return (whole + spent + floor_share * np.maximum(left - falls, 0.0)) / 12.0


@formula(
    "size.exit.years_steps",
    unit="years",
    text="sum over the months of the share left / 12",
    reference="closed form of the steps",
)
def years_steps(years: Any, start: Any, benchmark_months: Any, step_share: Any, floor_share: Any) -> Any:
    """Years at full strength that cost as much as the force that leaves in steps."""
    months = 12.0 * np.asarray(years, float)
    total = np.minimum(months, start)
    met = 1
    begin = np.asarray(start, float)
    while np.any(begin < months):
        share = np.maximum(1.0 - step_share * met, floor_share)
        total = total + share * np.clip(months - begin, 0.0, benchmark_months)
        begin = begin + benchmark_months
        met += 1
    return total / 12.0


@formula("size.exit.cost", unit="MUSD", text="yearly cost x years at full strength", reference="MODEL.md 1, exit")
def exit_cost(cost_year: Any, years: Any) -> Any:
    """Cumulative running cost of a force that shrinks, in constant prices."""
    return cost_year * years


@formula(
    "size.exit.with_housing", unit="MUSD", text="running cost + one-off cost of winter housing", reference="arithmetic"
)
def with_housing(running: Any, housing: Any) -> Any:
    """Cumulative cost with the camps."""
    return running + housing


@formula("size.exit.standing_factor", unit="1", text="(1 + dwell)(1 + overlap / tour) / deployable share",
         reference="MODEL.md 1, rotation")  # fmt: skip
def standing_factor(tour_months: Any, dwell: Any, overlap_months: Any, deployable_share: Any) -> Any:
    """Pool over deployed, for a force that goes on for ever."""
    return standing_pool(
        1.0, dwell=dwell, overlap_months=overlap_months, tour_months=tour_months, deployable_share=deployable_share
    )


@formula("size.exit.throughput_factor", unit="1", text="24 / tour", reference="MODEL.md 1, rotation")
def throughput_factor(tour_months: Any) -> Any:
    """People who pass through in two years over deployed."""
    return throughput(1.0, years=2.0, tour_months=tour_months)


def derive_exit(sized: Sized) -> Exit:
    """Drawdown, cost over the years, and the month in which rotation breaks, every figure with its reason."""
    desk = sized.desk
    people = _people(desk)
    costs = _costs(desk)
    limits, missing = _limits(sized)
    limits = sorted(limits, key=lambda limit: (limit.break_month, limit.pool / limit.required))
    first = limits[0] if limits else None
    past = past_drawdowns()
    return Exit(
        people=people,
        costs=costs,
        price_basis=_price_basis(sized),
        pools=tuple(limits),
        pool_needed=_pool_needed(desk, again=True),
        pool_spent=_pool_needed(desk, again=False),
        break_month=first.break_month if first else np.nan,
        breaks_first=first.capability if first and np.isfinite(first.break_month) else "",
        break_month_people=_break_of_people(sized),
        no_pool=missing,
        rules=_rules(desk),
        past=past,
        past_halving=past_halving(past),
    )


def _people(desk: Desk) -> xr.DataArray:
    """People deployed by month under each rule."""
    months = np.arange(MONTHS + 1, dtype=float)
    start, floor = desk[desk.factor("exit.start_month")], desk[desk.factor("exit.floor_share")]
    deployed = float(desk["size.deployed"])
    shares = np.array([
        np.ones_like(months),
        halving(months, start, desk[desk.factor("exit.halving_months")], floor),
        steps(months, start, desk[desk.factor("exit.benchmark_months")], desk[desk.factor("exit.step_share")], floor),
    ])  # fmt: skip
    coords: dict[str, Sequence[Any]] = {"rule": list(RULES), "month": list(range(MONTHS + 1))}
    return labelled(
        deployed * shares,
        ("rule", "month"),
        coords,
        units="people",
        long_name="people deployed after D by drawdown rule",
    )


def _costs(desk: Desk) -> tuple[ExitCost, ...]:
    """Cumulative cost by rule and span."""
    start, floor = desk.factor("exit.start_month"), desk.factor("exit.floor_share")
    found: list[ExitCost] = []
    for span in SPANS:
        years = desk.given(f"size.years_{span // 12}", span / 12.0, unit="years", text="span looked at",
                           assumption="chosen to be shown")  # fmt: skip
        worth = {
            "kept": years,
            "halving": desk.apply(f"size.exit.years_{span // 12}_halving", "size.exit.years_halving", years=years, start=start,
                                  halving_months=desk.factor("exit.halving_months"), floor_share=floor),
            "steps": desk.apply(f"size.exit.years_{span // 12}_steps", "size.exit.years_steps", years=years, start=start,
                                benchmark_months=desk.factor("exit.benchmark_months"),
                                step_share=desk.factor("exit.step_share"), floor_share=floor),
        }  # fmt: skip
        for rule, equal in worth.items():
            stem = f"size.exit.cost_{span // 12}_years_{rule}"
            desk.apply(stem, "size.exit.cost", cost_year="size.cost_year", years=equal)
            desk.apply(f"{stem}_housed", "size.exit.with_housing", running=stem, housing="size.housing.cost")
            found.append(
                ExitCost(
                    rule=rule, years=span / 12.0, running=float(desk[stem]), with_housing=float(desk[f"{stem}_housed"])
                )
            )
    return tuple(found)


def _price_basis(sized: Sized) -> str:
    years = [sized.desk.capability(name).figures_year for name in sized.supported.total]
    span = f"of {min(years)} to {max(years)}" if years else "of no year"
    return (
        f"constant prices in US dollars as the catalogue gives them (figures {span}, not brought to one year); "
        "no inflation, no discounting; cost follows strength; procurement and the way home not counted"
    )


def _limits(sized: Sized) -> tuple[list[PoolLimit], tuple[str, ...]]:
    """For each capability required: the pools, how many they keep on station, and when they break."""
    supplies = {supply.capability: supply for supply in sized.desk.inputs.pools}
    found: list[PoolLimit] = []
    missing: list[str] = []
    for name, required in sized.supported.total.items():
        if name in supplies:
            found.append(_limit(sized.desk, supplies[name], float(required)))
        else:
            missing.append(name)
    return found, tuple(missing)


def _limit(desk: Desk, supply: PoolSupply, required: float) -> PoolLimit:
    name = supply.capability
    terms = _terms(desk, supply)
    month = desk.apply(f"size.exit.break.{name}", "size.exit.break_month", required=f"size.total.{name}", **terms)
    return PoolLimit(
        capability=name, required=required, pool=sum(supply.units), break_month=float(desk[month]),
        lasting={
            str(span): keeps(supply.units, supply.tour_months, supply.dwell, supply.overlap_months, months=float(span))
            for span in SPANS
        },
    )  # fmt: skip


def _terms(desk: Desk, supply: PoolSupply) -> dict[str, str]:
    """Figures of the pools of one capability: units free, tour, dwell, overlap (a vector over terms of rotation)."""
    why = f"{supply.rows} rows of pools.csv, whoever would join; each row says where it is from"
    columns = {
        "units": (supply.units, "units", "units free to deploy"), "tour_months": (supply.tour_months, "months", "tours"),
        "dwell": (supply.dwell, "1", "months at home for each month out"),
        "overlap_months": (supply.overlap_months, "months", "overlap of tours"),
    }  # fmt: skip
    return {
        key: desk.given(f"pools.{supply.capability}.{key}", np.array(values), unit=unit, text=f"{text}, by terms of rotation",
                        assumption=why)
        for key, (values, unit, text) in columns.items()
    }  # fmt: skip


def _break_of_people(sized: Sized) -> float:
    """All pools as people, as if a capability could stand in for any other: the latest month that can be hoped for."""
    desk = sized.desk
    columns: dict[str, list[float]] = {"units": [], "tour_months": [], "dwell": [], "overlap_months": []}
    for supply in desk.inputs.pools:
        if supply.capability in sized.supported.total:
            each = desk.capability(supply.capability).personnel
            columns["units"].extend(units * each for units in supply.units)
            for key in ("tour_months", "dwell", "overlap_months"):
                columns[key].extend(getattr(supply, key))
    if not columns["units"]:
        return float(np.nan)
    terms = {
        key: desk.given(f"pools.people.{key}", np.array(values), unit="people" if key == "units" else "months or 1",
                        text="all pools of the capabilities required, as people", assumption="rows of pools.csv, whoever would join")
        for key, values in columns.items()
    }  # fmt: skip
    return float(desk[desk.apply("size.exit.break_people", "size.exit.break_month", required="size.deployed", **terms)])


def _pool_needed(desk: Desk, *, again: bool) -> dict[str, float]:
    """People in the pool at which rotation breaks in a month; `again`: units that have served come back after dwell."""
    rotation = _own_rule(desk)
    stem = "size.exit.pool"
    if not again:
        stem = "size.exit.pool_spent"
        rotation["dwell"] = desk.given("size.exit.no_return", np.inf, unit="1", text="nobody serves twice",
                                       assumption="the other meaning of rotation: how many pass through")  # fmt: skip
    found: dict[str, float] = {}
    for span in SPANS:
        months = desk.given(f"size.exit.months_{span}", float(span), unit="months", text="span looked at",
                            assumption="chosen to be shown")  # fmt: skip
        figure = desk.apply(
            f"{stem}_{span}", "size.exit.pool_needed", deployed="size.deployed", months=months, **rotation
        )
        found[str(span)] = float(desk[figure])
    return found


def _own_rule(desk: Desk) -> dict[str, str]:
    """Figures of the plan's own tour rule."""
    return {
        name: desk.factor(f"rotation.{name}") for name in ("tour_months", "dwell", "overlap_months", "deployable_share")
    }


def _rules(desk: Desk) -> tuple[RotationRule, ...]:
    """The plan's own tour rule and the published ones, each with both meanings of rotation."""
    own = _own_rule(desk)
    standing = desk.apply("size.exit.standing_factor", "size.exit.standing_factor", **own)
    through = desk.apply("size.exit.throughput_factor", "size.exit.throughput_factor", tour_months=own["tour_months"])
    values = {name: float(desk[figure]) for name, figure in own.items()}
    first = RotationRule(id="plan", name="This plan", standing=float(desk[standing]), throughput=float(desk[through]),
                         source="factors.rotation", **values)  # fmt: skip
    return first, *published_rules()


@lru_cache(maxsize=1)
def published_rules() -> tuple[RotationRule, ...]:
    """The packaged table of published tour rules (`data/catalogue/rotation_rules.csv`)."""
    found: list[RotationRule] = []
    for row in _table("rotation_rules.csv"):
        terms = {key: float(row[key]) for key in ("tour_months", "dwell", "overlap_months", "deployable_share")}
        found.append(
            RotationRule(id=row["id"], name=row["name"], source=row["source"], standing=standing_factor(**terms),
                         throughput=throughput_factor(terms["tour_months"]), **terms)
        )  # fmt: skip
    return tuple(found)


@lru_cache(maxsize=1)
def past_drawdowns() -> tuple[PastDrawdown, ...]:
    """Strengths of past forces by months after they came (`data/catalogue/drawdowns.csv`)."""
    return tuple(
        PastDrawdown(force=row["force"], months=float(row["months"]), people=float(row["people"]), source=row["source"])
        for row in _table("drawdowns.csv")
    )


def past_halving(past: Sequence[PastDrawdown]) -> dict[str, float]:
    """Months in which each past force halved: minus log 2 over the slope of log people on months, least squares."""
    found: dict[str, float] = {}
    for force in dict.fromkeys(row.force for row in past):
        rows = [row for row in past if row.force == force]
        months, people = np.array([row.months for row in rows]), np.log([row.people for row in rows])
        spread = months - months.mean()
        slope = float(spread @ people / (spread @ spread)) if len(rows) > 1 else 0.0
        falls = -slope * float(np.ptp(months)) > _LEVEL
        found[force] = -float(np.log(2.0)) / slope if falls else float(np.inf)
    return found


def _table(name: str) -> list[dict[str, str]]:
    text = files("holdfast").joinpath("data", "catalogue", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
