"""Tables of what sizes buy: full service by posture and settlement, every size, and what each claim corresponds to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from holdfast.brief.table import Column, Table
from holdfast.studies.sizes_claims import say_pairs, say_reading

if TYPE_CHECKING:
    from holdfast.studies.sizes import SizeCurves
    from holdfast.studies.sizes_claims import Reading


def tables_of_sizes(curves: SizeCurves, readings: Sequence[Reading] = ()) -> dict[str, Table]:
    """All tables by key, raw values inside, for the page and for CSV."""
    tables = (table_of_full_service(curves), table_of_curves(curves), table_of_readings(curves, readings))
    return {table.key: table for table in tables}


def table_of_full_service(curves: SizeCurves) -> Table:
    """Size at full service with its range over draws, and the pool, by posture and settlement variant."""
    rows = []
    for posture in curves.postures:
        for terms in curves.settlements:
            full = curves.full_of(posture, terms)
            allowed = not bool(curves.ruled_out.sel(posture=posture, settlement=terms))
            keys = ("nominal", "low", "high", "pool_nominal", "pool_low", "pool_high")
            rows.append((posture, curves.settlement_titles[terms], allowed, *(full[key] for key in keys)))
    return Table(
        "full_service",
        "Full service by posture and settlement, people in the country",
        (
            Column("posture"),
            Column("settlement"),
            Column("terms allow it", "flag"),
            Column("nominal", "people"),
            Column("10th percentile", "people"),
            Column("90th percentile", "people"),
            Column("pool over 24 months", "people"),
            Column("pool, 10th percentile", "people"),
            Column("pool, 90th percentile", "people"),
        ),
        tuple(rows),
        f"Percentiles over {curves.draws:,} draws of the uncertain inputs. A posture that the terms rule out is sized as what "
        "they leave of it.",
    )


def table_of_curves(curves: SizeCurves) -> Table:
    """Every size: the common level that it buys, and the whole tasks to drop instead."""
    rows = tuple(
        (
            posture,
            curves.settlement_titles[terms],
            float(size),
            float(curves.alpha.sel(posture=posture, settlement=terms, size=size)),
            str(curves.dropped.sel(posture=posture, settlement=terms, size=size).item()).replace("+", ", "),
        )
        for posture in curves.postures
        for terms in curves.settlements
        for size in curves.alpha["size"].values
    )
    return Table(
        "sizes",
        "What each size buys",
        (
            Column("posture"),
            Column("settlement"),
            Column("people in the country", "people"),
            Column("common service level", "number"),
            Column("tasks to drop instead"),
        ),
        rows,
        "Level: 1 is what the posture asks for, 4 four times that or more, 0 less than a sixteenth. Tasks: the fewest whole "
        "tasks to drop so that the rest fits at full service; 'no three' where three are not enough.",
    )


def table_of_readings(curves: SizeCurves, readings: Sequence[Reading]) -> Table:
    """Published claims, what each corresponds to, the nearest where none does, and that in words."""
    rows = tuple(
        (
            reading.claim.people,
            reading.claim.said_by,
            reading.claim.date,
            reading.claim.later,
            say_pairs(reading.corresponds, curves) or "none",
            f"{reading.nearest[0]}, {reading.nearest[1]}",
            reading.factor,
            say_reading(reading, curves),
        )
        for reading in readings
    )
    return Table(
        "claims_read",
        "Which posture and settlement each published claim corresponds to",
        (
            Column("claim, people"),
            Column("said by"),
            Column("date"),
            Column("after the scenario's date", "flag"),
            Column("corresponds to"),
            Column("nearest"),
            Column("claim over our range", "number"),
            Column("in words"),
        ),
        rows,
        "A claim corresponds to the pairs whose range at full service (10th to 90th percentile) meets it and whose force "
        "stands where the claim says.",
    )
