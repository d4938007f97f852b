"""What every size buys: the common service level of each posture under each settlement, and what full service takes.

For each posture and settlement variant the people in country are computed at a ladder of common levels (alpha, MODEL.md 1,
Inverse). Read the other way round, the ladder says what a size buys. Beside it stand the whole tasks that would have to be
dropped instead, the size at full service with its range over draws of the uncertain inputs, and what the terms rule out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from holdfast.core.arrays import Coordinates, check, collect, labelled
from holdfast.core.errors import ValueRangeError
from holdfast.core.names import unknown_name
from holdfast.core.progress import report
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.types import Scenario
from holdfast.sizing.core import Sized, prepare, refused_tasks, size_at
from holdfast.sizing.derive import derive_totals
from holdfast.sizing.desk import Desk
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.inverse import LADDER, dropped_for, levels_bought, people_along

POSTURES = ("observe", "interpose", "reassure", "robust")
SIZES = tuple(range(5_000, 150_001, 2_500))
"""Sizes looked at where nobody names others, people in country."""
NO_SET = "no three"
"""What `dropped` says where no set of three tasks or fewer can be dropped so that the rest fits."""
DRAWS = 400
"""Draws of the uncertain inputs behind a range where nobody names another number."""
_TAILS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, kw_only=True)
class SizeCurves:
    """What sizes buy, by posture and settlement variant. All people are people in the country unless said otherwise."""

    title: str
    as_of: str
    draws: int
    postures: tuple[str, ...]
    settlements: tuple[str, ...]
    settlement_titles: dict[str, str]
    options: dict[str, str]
    """For each posture the option of the scenario whose levers it carries."""
    people: xr.DataArray
    """Dims (posture, settlement, level): people at each common level; infinite where no force meets it."""
    alpha: xr.DataArray
    """Dims (posture, settlement, size): highest common level that the size buys; 0: not even the lowest level looked at,
    the highest level where that fits (it may be more)."""
    dropped: xr.DataArray
    """Dims (posture, settlement, size): whole tasks to drop instead, joined by `+`; empty: all fit; or `no three`."""
    full: xr.Dataset
    """Dims (posture, settlement): at full service `nominal`, `low`, `middle`, `high` (10th, 50th and 90th percentile over
    draws) in country, and `pool_nominal`, `pool_low`, `pool_high`, people who pass through in 24 months."""
    ruled_out: xr.DataArray
    """Dims (posture, settlement): whether the terms rule the posture itself out (it is sized as what they leave of it)."""
    refused: dict[str, tuple[str, ...]]
    """What the terms refuse, by `posture/settlement`."""
    pool_times: float
    """People who pass through in 24 months for each one deployed."""
    standing_times: float
    """People who must stand behind the force for each one deployed."""

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Postures and settlement variants that the terms allow."""
        return tuple(
            (posture, terms)
            for posture in self.postures
            for terms in self.settlements
            if not bool(self.ruled_out.sel(posture=posture, settlement=terms))
        )

    def full_of(self, posture: str, settlement: str) -> dict[str, float]:
        """Nominal size, range over draws and pool at full service of one posture under one settlement variant."""
        part = self.full.sel(posture=posture, settlement=settlement)
        return {str(name): float(part[name]) for name in part.data_vars}

    def alpha_of(self, posture: str, settlement: str, sizes: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Highest common level that any sizes buy, also sizes between those of the curve."""
        curve = self.people.sel(posture=posture, settlement=settlement).values
        return levels_bought(self.people["level"].values, curve, sizes)


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """One posture under one settlement variant."""

    people: np.ndarray[Any, np.dtype[np.float64]]
    alpha: np.ndarray[Any, np.dtype[np.float64]]
    dropped: tuple[str, ...]
    full: dict[str, float]
    ruled_out: bool
    refused: tuple[str, ...]
    times: tuple[float, float]


def size_curves(
    scenario: Scenario, case: Case, *, postures: Sequence[str] | None = None, settlements: Sequence[str] | None = None,
    sizes: Sequence[float] = SIZES, draws: int = DRAWS,
) -> SizeCurves:  # fmt: skip
    """What sizes buy, for each posture under each settlement variant.

    Parameters
    ----------
    case
        Its overrides hold throughout; which option stands for which posture says `option_of_posture`.
    postures, settlements
        Which to look at; by default all.
    sizes
        People in country, rising.
    draws
        Draws of the uncertain inputs for the range of the full-service size; 0 leaves the range at the nominal size.

    Raises
    ------
    UnknownNameError
        When a posture or settlement variant is not known.
    ValueRangeError
        When sizes are not above 0 and rising.
    ScenarioError
        When the case does not fit the scenario.
    """
    chosen = _known(postures, POSTURES, "posture")
    terms = _known(settlements, scenario.settlements, "settlement variant")
    if not sizes or min(sizes) <= 0 or list(sizes) != sorted(set(sizes)):
        raise ValueRangeError(f"sizes {list(sizes)[:6]}; expected people above 0 in rising order")
    cells: dict[tuple[str, str], _Cell] = {}
    for number, (posture, name) in enumerate((p, s) for p in chosen for s in terms):
        report(f"sizes: {posture}, {name}", number / (len(chosen) * len(terms)))
        inputs = inputs_of(scenario, case, posture=posture, settlement=name)
        cells[posture, name] = _cell(inputs, sizes, draws=draws, seed=scenario.stress.seed)
    return SizeCurves(
        title=scenario.title,
        as_of=scenario.as_of.isoformat(),
        draws=draws,
        postures=chosen,
        settlements=terms,
        settlement_titles={name: scenario.settlements[name].title for name in terms},
        options={posture: option_of_posture(scenario, case, posture) for posture in chosen},
        refused={f"{posture}/{name}": cell.refused for (posture, name), cell in cells.items() if cell.refused},
        pool_times=_median(cell.times[0] for cell in cells.values()),
        standing_times=_median(cell.times[1] for cell in cells.values()),
        **_arrays(cells, chosen, terms, sizes),
    )


def _median(values: Iterable[float]) -> float:
    return float(np.nanmedian(list(values)))


def option_of_posture(scenario: Scenario, case: Case, posture: str) -> str:
    """The option whose levers a posture carries.

    The case's own option where it has that posture; else the scenario's first option that sets it, because its levers say
    what the planner means by that posture; else the case's own option with the posture alone changed.
    """

    def sets(name: str) -> object:
        return scenario.options[name].set.get("mission.posture", scenario.mission.posture)

    if sets(case.option) == posture:
        return case.option
    return next((name for name in scenario.options if sets(name) == posture), case.option)


def case_of(scenario: Scenario, case: Case, *, posture: str, settlement: str) -> Case:
    """The case with another posture and settlement variant; its overrides hold."""
    option = option_of_posture(scenario, case, posture)
    return Case(option=option, settlement=settlement, overrides={**case.overrides, "mission.posture": posture})


def inputs_of(scenario: Scenario, case: Case, *, posture: str, settlement: str) -> SizingInputs:
    """What sizing needs for the case with another posture and settlement variant, no cap."""
    resolved = resolve_case(scenario, case_of(scenario, case, posture=posture, settlement=settlement))
    return replace(gather_sizing(resolved), cap_in_country=0)


def _known(names: Sequence[str] | None, known: Sequence[str] | Mapping[str, Any], what: str) -> tuple[str, ...]:
    for name in names or ():
        if name not in known:
            raise unknown_name(what, name, known)
    return tuple(names) if names else tuple(known)


def _cell(inputs: SizingInputs, sizes: Sequence[float], *, draws: int, seed: int) -> _Cell:
    refused = refused_tasks(inputs)
    people = people_along(inputs, LADDER)
    sized = size_at(inputs, prepare(inputs))
    derive_totals(sized)
    return _Cell(
        people=people,
        alpha=levels_bought(LADDER, people, sizes),
        dropped=tuple(NO_SET if tasks is None else "+".join(tasks) for tasks in dropped_for(sized, sizes)),
        full=_full(inputs, sized, draws=draws, seed=seed),
        ruled_out=inputs.posture in refused,
        refused=tuple(refused.values()),
        times=_rotation_of(sized.desk),
    )


def _rotation_of(desk: Desk) -> tuple[float, float]:
    """Pool over 24 months and standing pool for each person deployed (nan where nobody is)."""
    deployed = float(desk["size.deployed"])
    if deployed <= 0:
        return float("nan"), float("nan")
    return float(desk["size.pool_24_months"]) / deployed, float(desk["size.standing_pool"]) / deployed


def _full(inputs: SizingInputs, sized: Sized, *, draws: int, seed: int) -> dict[str, float]:
    """Nominal size and pool at full service (exact), with their 10th, 50th and 90th percentiles over draws."""
    size, pool = sized.in_country, float(sized.desk["size.pool_24_months"])
    if draws == 0:
        people = dict.fromkeys(("nominal", "low", "middle", "high"), size)
        return people | dict.fromkeys(("pool_nominal", "pool_low", "pool_high"), pool)
    from holdfast.sizing.ensemble import size_draws

    found = size_draws(inputs, draws=draws, seed=seed, checked=0)
    low, middle, high = (float(np.quantile(found.people["country"], share)) for share in _TAILS)
    everywhere = sum(found.people.values())
    tour = found.inputs.get("factors.rotation.tour_months", sized.desk.number("rotation.tour_months"))
    through = everywhere * 24.0 / tour
    return {
        "nominal": size, "low": low, "middle": middle, "high": high, "pool_nominal": pool,
        "pool_low": float(np.quantile(through, _TAILS[0])), "pool_high": float(np.quantile(through, _TAILS[-1])),
    }  # fmt: skip


def _arrays(
    cells: Mapping[tuple[str, str], _Cell], postures: Sequence[str], settlements: Sequence[str], sizes: Sequence[float]
) -> dict[str, Any]:
    coords: Coordinates = {
        "posture": list(postures), "settlement": list(settlements), "level": list(LADDER),
        "size": [float(size) for size in sizes],
    }  # fmt: skip
    pair = ("posture", "settlement")

    def gather(pick: Any, *more: str, units: str, long_name: str) -> xr.DataArray:
        values = np.array([[pick(cells[posture, name]) for name in settlements] for posture in postures])
        return labelled(values, (*pair, *more), coords, units=units, long_name=long_name)

    def of_full(key: str) -> xr.DataArray:
        return gather(lambda cell: cell.full[key], units="people", long_name=f"full service: {key.replace('_', ' ')}")

    people = gather(lambda cell: cell.people, "level", units="people", long_name="people in country at a common level")
    alpha = gather(lambda cell: cell.alpha, "size", units="1", long_name="highest common level that the size buys")
    dropped = gather(lambda cell: cell.dropped, "size", units="1", long_name="whole tasks to drop instead")
    return {
        "people": check(people, dims=(*pair, "level"), units="people", finite=False),
        "alpha": check(alpha, dims=(*pair, "size"), units="1"),
        "dropped": check(dropped, dims=(*pair, "size"), kind="U"),
        "full": collect(**{key: of_full(key) for key in next(iter(cells.values())).full}),
        "ruled_out": gather(lambda cell: cell.ruled_out, units="1", long_name="whether the terms rule the posture out"),
    }
