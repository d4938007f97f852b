"""Why not this many: which tasks do not fit into a number, by how much, and the smallest single change that would flip it.

Each input that sizing read is moved alone over its range (a service level from a quarter to four times of what is
asked) and the force sized again. A change is small that uses little of the way from the present value to the end of
the range. Eight steps each way are solved together, relaxed; where the answer turns is then found by halving, rounded
outwards to as few digits as say it (halving finds it no closer), and every change reported has been sized as the
nominal run does at the value reported. An answer that turns between two steps and turns back is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from holdfast.core.errors import HoldfastError, ValueRangeError
from holdfast.core.progress import report
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.types import Scenario
from holdfast.sizing.core import Sized, forces_alone, prepare, size_at
from holdfast.sizing.derive import derive_totals
from holdfast.sizing.inputs import SizingInputs, gather_sizing
from holdfast.sizing.inverse import LADDER, dropped_for, levels_bought, people_along, share_that_fits
from holdfast.studies.sizes import POSTURES, case_of
from holdfast.studies.sizes_inputs import Movable, movable_inputs, moves_of, people_one_at_a_time, people_with

_HALVINGS = 5
_STEPS = 8
_OUTWARDS = 3
_MOST = 8
_DIGITS = ((2, 0.1), (3, 0.5), (4, 0.5), (5, 0.5))


@dataclass(frozen=True, kw_only=True)
class TaskFit:
    """How much of one task fits into the number when everything else is done in full."""

    task: str
    alone: float
    """People in country if it were the only task."""
    share: float
    """Share of what it asks for that fits (1: all of it; 0: nothing; nan: even without it the rest is too many)."""
    needs: tuple[tuple[str, float, str], ...]
    """What it asks for: name, amount and unit."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One input at another value, alone, that turns the answer."""

    key: str
    """As `--set` takes it; `settlement` and `posture` are options of the command."""
    kind: str
    text: str
    unit: str
    was: float | str
    becomes: float | str
    share: float
    """Share of the way to the end of its range (1 for another settlement variant or posture)."""
    people: float
    """People in country then, sized exactly."""


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """Why a number is not, or is, enough."""

    size: float
    posture: str
    settlement: str
    people: float
    """People in country that the case needs at full service."""
    alpha: float
    dropped: tuple[str, ...] | None
    tasks: tuple[TaskFit, ...]
    changes: tuple[Change, ...]
    """Single changes that turn the answer, the smallest first."""
    searched: int
    """Inputs that were moved."""

    @property
    def enough(self) -> bool:
        """Whether the number is enough as the case stands."""
        return self.people <= self.size


def why_not(scenario: Scenario, case: Case, size: float, *, most: int = _MOST) -> WhyNot:
    """Why a number of people is not enough for a case, or what would break it where it is.

    Parameters
    ----------
    size
        People in country.
    most
        Changes reported.

    Raises
    ------
    ValueRangeError
        When the size is not above 0, or the case plans no force.
    """
    if not size > 0:
        raise ValueRangeError(f"size is {size}; expected people above 0")
    inputs = replace(gather_sizing(resolve_case(scenario, case)), cap_in_country=0)
    if inputs.posture == "none":
        raise ValueRangeError("the case plans no force (posture none); expected a posture with tasks")
    sized = size_at(inputs, prepare(inputs))
    derive_totals(sized)
    movables = movable_inputs(inputs, sized.desk.sheet.figures)
    others = _other_cases(scenario, case, inputs, size=size, enough=sized.in_country <= size)
    changes = (*_changes(inputs, movables, size, enough=sized.in_country <= size, most=most), *others)
    return WhyNot(
        size=size,
        posture=inputs.posture,
        settlement=case.settlement,
        people=sized.in_country,
        alpha=float(levels_bought(LADDER, people_along(inputs, LADDER), [size])[0]),
        dropped=dropped_for(sized, [size])[0],
        tasks=_fits(sized, size),
        changes=changes,
        searched=len(movables),
    )


def _fits(sized: Sized, size: float) -> tuple[TaskFit, ...]:
    alone = forces_alone(sized).country
    return tuple(
        TaskFit(
            task=task,
            alone=float(people),
            share=share_that_fits(sized, task, size),
            needs=tuple((row.id, float(row.amount), row.unit) for row in demand.rows if row.amount > 0),
        )
        for (task, demand), people in zip(sized.demands.items(), alone, strict=True)
    )


def _changes(
    inputs: SizingInputs, movables: Sequence[Movable], size: float, *, enough: bool, most: int
) -> tuple[Change, ...]:
    """The smallest change of each input alone that turns the answer: looked for relaxed, then sized exactly."""
    moves = moves_of(movables, steps=_STEPS)
    report("why not: each input alone", 0.2)
    turned = (people_one_at_a_time(inputs, moves) <= size) != enough
    first: dict[str, tuple[Movable, float]] = {}
    for (item, share), turns in zip(moves, turned, strict=True):
        if turns:
            first.setdefault(item.key, (item, share))
    nearest = sorted(first.values(), key=lambda move: abs(move[1]))
    found: list[Change] = []
    for number, (item, share) in enumerate(nearest):
        if len(found) >= most:
            break
        report(f"why not: {item.key}", 0.4 + 0.6 * number / len(nearest))
        change = _nearest_turn(inputs, item, share, size, enough=enough)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda change: (change.share, change.key)))


def _nearest_turn(inputs: SizingInputs, item: Movable, share: float, size: float, *, enough: bool) -> Change | None:
    """The least of a change that still turns the answer, sized exactly: by halving between the step before and that one.

    The relaxed screening may be a step off, so the next steps outwards are tried too; `None` where none of them turns it.
    """
    known: dict[float, float] = {}

    def turns(value: float) -> bool:
        if value not in known:
            known[value] = people_with(inputs, {item.key: value})
        return (known[value] <= size) != enough

    step = 1.0 / _STEPS if share > 0 else -1.0 / _STEPS
    outwards = [share + number * step for number in range(_OUTWARDS) if abs(share + number * step) <= 1.0 + 1e-9]
    far = next((place for place in outwards if turns(item.at(place))), None)
    if far is None:
        return None
    near = far - step
    for _ in range(_HALVINGS):
        middle = 0.5 * (near + far)
        near, far = (near, middle) if turns(item.at(middle)) else (middle, far)
    value = next(told for told in rounded_outwards(item, item.at(far)) if turns(told))
    way = far if value == item.at(far) else item.share_at(value)
    return Change(
        key=item.key, kind=item.kind, text=item.text, unit=item.unit, was=item.was, becomes=value,
        share=item.way_to(way), people=known[value],
    )  # fmt: skip


def rounded_outwards(item: Movable, value: float) -> Iterator[float]:
    """A value in few significant digits, away from the present one and within the range; last, the value itself.

    Two digits where that adds at most a tenth to the move, three where at most half, else the next digits that add so little.
    """
    exact = Decimal(repr(value))
    towards = ROUND_CEILING if value > item.was else ROUND_FLOOR
    for digits, slack in _DIGITS:
        told = float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=towards))
        if item.low <= told <= item.high and abs(told - value) <= slack * abs(value - item.was):
            yield told
    yield value


def _other_cases(
    scenario: Scenario, case: Case, inputs: SizingInputs, *, size: float, enough: bool
) -> tuple[Change, ...]:
    """Other settlement variants, and other postures, that turn the answer."""
    tries = [
        ("settlement", name, replace(case, settlement=name)) for name in scenario.settlements if name != case.settlement
    ]
    tries += [
        ("posture", name, case_of(scenario, case, posture=name, settlement=case.settlement))
        for name in POSTURES
        if name != inputs.posture
    ]
    found: list[Change] = []
    for what, name, other in tries:
        try:
            there = replace(gather_sizing(resolve_case(scenario, other)), cap_in_country=0)
            people = size_at(there, prepare(there)).in_country
        except HoldfastError:
            continue
        if (people <= size) != enough:
            was = case.settlement if what == "settlement" else inputs.posture
            found.append(
                Change(key=what, kind=what, text=what, unit="", was=was, becomes=name, share=1.0, people=people)
            )
    return tuple(sorted(found, key=lambda change: abs(change.people - size)))
