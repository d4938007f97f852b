"""The figures of coverage with their reasons: what is seen, reached and protected, and what only the country's side can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.coverage.inputs import CoverageInputs
from holdfast.coverage.protection import BACKINGS, asset_people, asset_weights
from holdfast.coverage.watch import Watch
from holdfast.results.derivation import Figure, Worksheet, formula
from holdfast.scenario.types import TARGET_TYPES

Array = NDArray[np.float64]


@formula(
    "cover.line_mean",
    unit="1",
    text="sum of probability x length of each cell / length of the line",
    reference="MODEL.md 4; C6",
)
def line_mean(by_km: Array, length_km: Array) -> float:
    """Mean over the line, by length."""
    total = float(np.sum(length_km))
    return float(np.sum(np.asarray(by_km) * np.asarray(length_km)) / total) if total > 0 else 0.0


@formula("cover.least", unit="1", text="least over the kilometres of the line", reference="MODEL.md 4")
def least(by_km: Array) -> float:
    """The least of a figure over the line."""
    return float(np.min(by_km)) if np.size(by_km) else 0.0


@formula(
    "cover.share_at_least", unit="share", text="share of the line with at least what is asked", reference="MODEL.md 4"
)
def share_at_least(by_km: Array, length_km: Array, asked: float) -> float:
    """Share of the line on which a figure reaches what is asked."""
    return line_mean((np.asarray(by_km) >= asked - 1e-9).astype(float), length_km)


@formula(
    "cover.share_within",
    unit="share",
    text="share of the line reached within the minutes asked",
    reference="MODEL.md 1.3, 4",
)
def share_within(minutes: Array, length_km: Array, asked: float) -> float:
    """Share of the line reached in time; a line without reaction forces is not reached."""
    return line_mean((np.nan_to_num(np.asarray(minutes), nan=np.inf) <= asked + 1e-9).astype(float), length_km)


@formula(
    "cover.protected",
    unit="share",
    text="sum of weight x probability under an engagement / sum of weight",
    reference="MODEL.md 4; P5",
)
def protected(probability: Array, weight: Array) -> float:
    """Weighted share of assets protected."""
    total = float(np.sum(weight))
    return float(np.sum(np.asarray(probability) * np.asarray(weight)) / total) if total > 0 else 0.0


@formula("cover.added", unit="share", text="both - country", reference="MODEL.md 4")
def added(both: float, country: float) -> float:
    """What sites across the border add to those in the country."""
    return both - country


@formula(
    "cover.beyond_border",
    unit="share",
    text="share of people whose asset no unit across the border can reach",
    reference="MODEL.md 4",
)
def beyond_border(best: Array, people: Array) -> float:
    """Share of people that cannot be covered from across the border."""
    return protected((np.asarray(best) <= 0.0).astype(float), people)


def write_figures(
    inputs: CoverageInputs, *, watch: Watch, minutes: Array, protection: Array, within: Array
) -> dict[str, Figure]:
    """Name every figure of the stage and keep how it came about; empty for posture `none`."""
    if inputs.posture == "none":
        return {}
    sheet = Worksheet()
    _write_line(sheet, inputs, watch, minutes)
    _write_protection(sheet, inputs, protection, within)
    return sheet.figures


def _write_line(sheet: Worksheet, inputs: CoverageInputs, watch: Watch, minutes: Array) -> None:
    starts = inputs.zone.cell_starts_km()
    sites = f"from {len({item.site.id for item in inputs.standing})} sites of the laydown"
    sheet.given(
        "cover.length_km",
        np.minimum(starts + 1.0, inputs.zone.length_km) - starts,
        unit="km",
        text="length of each cell",
    )
    sheet.given("cover.seen_by_km", watch.seen, unit="1", text=f"C6 averaged over the depth of the zone, {sites}")
    sheet.given("cover.shots_by_km", watch.impulsive, unit="1", text="C7, layers that notice a shot at once")
    sheet.given(
        "cover.minutes_by_km", minutes, unit="min", text="alert + road time from the reaction site that is there first"
    )
    for name, asked, unit in (
        ("observe_probability", inputs.observe_probability, "1"),
        ("respond_minutes", inputs.respond_minutes, "min"),
    ):
        sheet.given(
            f"service.{name}", asked, unit=unit, text="service level asked", source=inputs.service_source,
            assumption=inputs.service_assumption,
        )  # fmt: skip
    sheet.apply("cover.seen", "cover.line_mean", by_km="cover.seen_by_km", length_km="cover.length_km")
    sheet.apply("cover.seen_least", "cover.least", by_km="cover.seen_by_km")
    sheet.apply("cover.shots_noticed", "cover.line_mean", by_km="cover.shots_by_km", length_km="cover.length_km")
    sheet.apply(
        "cover.seen_as_asked", "cover.share_at_least", by_km="cover.seen_by_km", length_km="cover.length_km",
        asked="service.observe_probability",
    )  # fmt: skip
    sheet.apply(
        "cover.reached_in_time", "cover.share_within", minutes="cover.minutes_by_km", length_km="cover.length_km",
        asked="service.respond_minutes",
    )  # fmt: skip


def _write_protection(sheet: Worksheet, inputs: CoverageInputs, protection: Array, within: Array) -> None:
    if not inputs.assets:
        return
    sheet.given("cover.people", asset_people(inputs), unit="people", text="people who depend on each asset")
    sheet.given(
        "cover.weight", asset_weights(inputs), unit="1", text="priority weight of each asset, decay^(priority - 1)"
    )
    for target_number, target in enumerate(TARGET_TYPES):
        for number, backing in enumerate(BACKINGS):
            probability = f"cover.probability.{backing}.{target}"
            values = protection[number, :, target_number]
            sheet.given(probability, values, unit="1", text="P5: under an engagement, raids that saturate counted")
            for what in ("people", "weight"):
                sheet.apply(
                    f"cover.{what}_protected.{backing}.{target}",
                    "cover.protected",
                    probability=probability,
                    weight=f"cover.{what}",
                )
        sheet.apply(
            f"cover.people_added_across.{target}", "cover.added", both=f"cover.people_protected.both.{target}",
            country=f"cover.people_protected.country.{target}",
        )  # fmt: skip
        best = f"cover.best_from_across.{target}"
        sheet.given(
            best,
            within[:, target_number],
            unit="1",
            text="best chance to engage from any place outside that may host a battery",
        )
        sheet.apply(f"cover.people_beyond_border.{target}", "cover.beyond_border", best=best, people="cover.people")
