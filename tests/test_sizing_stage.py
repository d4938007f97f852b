from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from holdfast.core.errors import ValueRangeError
from holdfast.results.derivation import explain_figure
from holdfast.scenario.types import TASKS, Evidence
from holdfast.sizing.core import prepare
from holdfast.sizing.derive import people_through, pool, tooth_to_tail
from holdfast.sizing.inputs import PastMission, SizingInputs, gather_sizing
from holdfast.sizing.inverse import ALPHA_TOLERANCE, find_alpha, people_at, scaled_service
from holdfast.sizing.stage import size
from holdfast.sizing.triangulate import fit_density, regress_density
from support import tiny_scenario

POSTURES = ("observe", "interpose", "reassure", "robust")


def _inputs(posture: str = "reassure", **more: object) -> SizingInputs:
    access = {"settlement.access": "both"} if posture == "interpose" else {}
    return gather_sizing(tiny_scenario(**{"mission.posture": posture, **access, **more}))


@pytest.mark.parametrize("posture", POSTURES)
def test_totals_are_the_sums_of_the_table(posture: str) -> None:
    """In country, outside and pool add up from the units of the cover, and the rotation formula gives the pool."""
    found = size(_inputs(posture))
    cover = found.cover
    assert found.in_country == round(float(cover.in_country.sum()))
    assert found.in_theatre == round(float((cover.in_neighbour + cover.in_theatre).sum()))
    assert round(found.figures["size.in_theatre"].value) == found.in_theatre
    assert float(cover.personnel.sum()) == pytest.approx(found.in_country + found.in_theatre)
    assert np.array_equal(cover.total, cover.direct + cover.support)
    assert np.all(cover.total == np.round(cover.total)), "units are whole"
    assert found.pool_24_months == round((found.in_country + found.in_theatre) * 24 / 6)
    assert np.all(cover.weight >= 0)


@pytest.mark.parametrize("posture", POSTURES)
def test_every_figure_reaches_givens_that_name_their_origin(posture: str) -> None:
    """The tree of `size.in_country` ends in inputs that have a source or say assumption, and explains itself."""
    found = size(_inputs(posture))
    seen: set[str] = set()
    queue = ["size.in_country", "size.pool_24_months", "size.cost_10_years", "size.tooth_to_tail"]
    while queue:
        figure = found.figures[queue.pop()]
        if figure.name in seen:
            continue
        seen.add(figure.name)
        if figure.kind == "given" and not figure.name.startswith("size."):
            assert figure.source or figure.assumption, figure.name
        assert figure.inputs or figure.kind in {"given", "optimum"} or figure.value == 0, figure.name
        queue.extend(figure.inputs)
    assert {"service.observe_probability", "factors.rotation.tour_months"} <= seen
    text = explain_figure(found.figures, "size.in_country")
    assert re.search(r"size\.people\.\w+ = ", text)
    assert "factors." in text


def test_labels_cover_all_tasks_and_capabilities() -> None:
    """Downstream stages may index any task and any capability of the catalogue."""
    inputs = _inputs()
    found = size(inputs)
    assert found.demand.task.values.tolist() == list(TASKS)
    assert found.demand.capability.values.tolist() == list(inputs.capabilities)
    assert found.tasks.task.values.tolist() == list(TASKS)
    assert set(found.binding) == {
        "observe",
        "verify",
        "respond",
        "hold",
        "rescue",
        "protect",
        "air",
        "train",
        "clear",
        "command",
        "support",
    }


def test_cover_is_no_more_than_the_sum_of_tasks() -> None:
    """Direct units cost no more than the tasks bought one by one; no task alone needs more people than all together plus rounding."""
    found = size(_inputs())
    field = [task for task in TASKS if task not in {"support", "command"}]
    summed = found.demand.units.sel(task=field).sum("task")
    weight = found.cover.weight
    assert float((found.cover.direct * weight).sum()) <= float((summed * weight).sum()) + 1e-6
    assert np.all(found.tasks.saved.values >= 0)


def test_no_force_is_a_well_formed_zero() -> None:
    """The posture `none` gives zeros with all labels, no cap and no claim."""
    found = size(_inputs("none", **{"force.cap_in_country": 500}))
    assert (found.in_country, found.in_theatre, found.pool_24_months) == (0, 0, 0)
    assert float(found.cover.total.sum()) == 0
    assert found.cap is None
    assert found.triangulation == ()
    assert found.figures["size.in_country"].value == 0


def test_hold_table_falls_with_host_share_and_with_accepted_ratio() -> None:
    """More host and a higher accepted attacker ratio never need more units' worth; the case's own values are in the table."""
    inputs = _inputs(**{"service.hold_attacker_battalions": 12.0})
    table = size(inputs).hold_table
    assert inputs.service.hold_force_ratio in table.force_ratio.values
    assert inputs.behaviour.host_share.nominal in table.host_share.values
    assert float(table[0, 0]) > float(table[-1, -1])
    assert float(table[0, 0]) == float(table.max())


def test_rotation_gives_the_published_factors() -> None:
    """A dwell of 1.5 makes the published 2.5 (40,000 to 100,000); six-month tours make the published 4 (64,000 to 256,000)."""
    assert pool(40_000.0, 1.5, 0.0, 6.0, 1.0) == pytest.approx(100_000)
    assert people_through(64_000.0, 6.0) == pytest.approx(256_000)
    assert tooth_to_tail(tail=30.0, total=40.0) == pytest.approx(1 / 3)


def test_service_at_alpha_one_is_unchanged_and_scales_as_said() -> None:
    """Alpha 1 is the identity; at one half misses double up in the exponent, minutes double, amounts halve."""
    service = _inputs().service
    assert scaled_service(service, 1.0) is service
    half = scaled_service(service, 0.5)
    assert (1 - half.observe_probability) ** 2 == pytest.approx(1 - service.observe_probability)
    assert half.respond_minutes == pytest.approx(2 * service.respond_minutes)
    assert half.protected_share == pytest.approx(service.protected_share / 2)
    assert half.respond_blocking**2 == pytest.approx(service.respond_blocking)
    with pytest.raises(ValueRangeError, match="alpha is 0"):
        scaled_service(service, 0.0)


def test_a_cap_above_the_need_changes_nothing() -> None:
    """A cap that does not bind leaves alpha at 1 and drops no task; without a cap there is no finding."""
    assert size(_inputs()).cap is None
    found = size(_inputs(**{"force.cap_in_country": 10_000_000})).cap
    assert found is not None
    assert (found.alpha, found.dropped_tasks, found.dropped_fits) == (1.0, (), True)


def test_a_binding_cap_is_met_at_alpha_and_not_above() -> None:
    """The force at alpha fits the cap, at alpha plus the tolerance it does not; the tasks left after dropping fit too."""
    uncapped = size(_inputs("robust")).in_country
    cap = int(0.85 * uncapped)
    inputs = _inputs("robust", **{"force.cap_in_country": cap})
    found = size(inputs).cap
    assert found is not None
    assert 0 < found.alpha < 1
    prepared = prepare(inputs)
    assert people_at(inputs, prepared, found.alpha) <= cap
    assert people_at(inputs, prepared, found.alpha + ALPHA_TOLERANCE) > cap
    assert found.in_country_uncapped == uncapped
    assert found.dropped_fits
    assert found.dropped_tasks
    assert found.service_at_alpha["respond_minutes"] == pytest.approx(inputs.service.respond_minutes / found.alpha)


def test_a_cap_below_any_force_is_alpha_zero() -> None:
    """A cap that nothing fits says alpha 0 instead of failing."""
    assert find_alpha(lambda _alpha: 100.0, 99.0) == 0.0
    assert find_alpha(lambda alpha: 100.0 * alpha, 50.0) == pytest.approx(0.5, abs=ALPHA_TOLERANCE)


def test_a_cap_that_nothing_fits_names_no_service_level() -> None:
    """With one person in the country no level fits and no three tasks dropped help; the finding says both."""
    found = size(_inputs("observe", **{"force.cap_in_country": 1})).cap
    assert found is not None
    assert (found.alpha, found.service_at_alpha, found.dropped_tasks, found.dropped_fits) == (0.0, {}, (), False)


def test_alternative_traces_give_the_length_its_range() -> None:
    """The length used stands with the shortest and longest trace of the line."""
    scenario = tiny_scenario()
    main = scenario.traces["main"]
    other = replace(main, id="longer", points=(*main.points, (30.0, 48.65)))
    found = size(gather_sizing(replace(scenario, traces={"main": main, "longer": other})))
    length = found.figures["line.length_km"]
    assert length.value == pytest.approx(100.0)
    assert length.low == pytest.approx(100.0, rel=1e-4)
    assert length.high is not None
    assert length.high > 145.0


def test_regression_in_closed_form() -> None:
    """Two missions of one class, one of another: class mean, pooled deviation and t on one degree of freedom by hand."""
    missions = (
        PastMission(id="a", name="a", kind="robust", length_km=100.0, strength=1000.0, source="x"),
        PastMission(id="b", name="b", kind="robust", length_km=100.0, strength=4000.0, source="x"),
        PastMission(id="c", name="c", kind="monitoring", length_km=100.0, strength=100.0, source="x"),
    )
    fitted = fit_density(missions)
    assert math.exp(fitted.means["robust"]) == pytest.approx(20.0)
    assert fitted.deviation == pytest.approx(math.log(4.0) / math.sqrt(2.0))
    (found,) = regress_density(replace(_inputs("robust"), missions=missions, line_km=10.0))
    assert found.mode == pytest.approx(200.0)
    t80 = math.tan(math.pi * 0.4)  # Student's t with one degree of freedom is Cauchy
    assert found.high == pytest.approx(200.0 * math.exp(t80 * fitted.deviation * math.sqrt(1.5)))
    assert found.low * found.high == pytest.approx(200.0**2)


def test_missions_of_one_each_give_no_interval() -> None:
    """Without degrees of freedom there is no regression, rather than one without an interval."""
    one = (PastMission(id="a", name="a", kind="robust", length_km=1.0, strength=1.0, source="x"),)
    assert regress_density(replace(_inputs("robust"), missions=one)) == ()


def test_claims_stand_beside_ours_and_later_ones_say_so() -> None:
    """Published sizes appear as claims; one dated after `as_of` is marked as known later."""
    early = Evidence(
        id="c1", claim="up to 30,000", quantity="force_size", low=None, high=30000.0, unit="people", said_by="WSJ",
        of_what="reassurance force", publisher="WSJ", date=date(2025, 2, 20), address="x", checked="searched",
    )  # fmt: skip
    late = replace(early, id="c2", date=date(2025, 6, 1))
    found = {row.id: row for row in size(replace(_inputs(), claims=(early, late))).triangulation}
    assert found["c1"].kind == "claim"
    assert (found["c1"].low, found["c1"].high) == (30000.0, 30000.0)
    assert "known later" not in found["c1"].note
    assert "known later (2025-06-01)" in found["c2"].note
    assert {row.kind for row in size(_inputs("observe")).triangulation} == {"regression", "ratio"}


def test_sizing_twice_gives_the_same_bits() -> None:
    """The same inputs give the same result, also past the memory of the stage."""
    first, second = size(_inputs()), size.__wrapped__(_inputs())  # type: ignore[attr-defined]
    assert first.cover.identical(second.cover)
    assert first.figures == second.figures


def test_every_given_has_an_origin() -> None:
    """A size is explained down to sources and assumptions: no given figure of sizing stands without either."""
    for posture in ("observe", "reassure", "robust"):
        figures = size(gather_sizing(tiny_scenario(**{"mission.posture": posture}))).figures
        bare = [name for name, row in figures.items() if row.kind == "given" and not (row.source or row.assumption)]
        assert bare == [], posture
