"""The medical part of a requirement, every figure named: casualties, the 10-1-2 timeline, beds and the rule that binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.results.sustainment import CareStep, Casualties, Hospital, Medical
from holdfast.sizing.desk import Desk, whole_parts
from holdfast.sizing.medical import ROLES, fighting

if TYPE_CHECKING:
    from holdfast.sizing.core import Sized

_STEM = "size.medical"
_STEPS = ("first_response", "resuscitation", "surgery")
_LEVELS = dict(zip(ROLES, ("role2", "role3"), strict=True))


def derive_medical(sized: Sized) -> Medical:
    """Casualties, minutes and beds of a sized force, and which rule set its hospitals."""
    desk = sized.desk
    _casualties(sized)
    timed = _timeline(desk)
    hospitals = tuple(_hospital(sized, role) for role in ROLES if role in desk.inputs.capabilities)
    home, flight = desk.factor("medical.home_share"), desk.factor("medical.patients_per_flight")
    desk.apply(f"{_STEM}.home", f"{_STEM}.flights", admitted=f"{_STEM}.admitted", home_share=home,
               per_flight=desk.given(f"{_STEM}.one", 1.0, unit="people", text="patients counted one by one",
                                     assumption="arithmetic"))  # fmt: skip
    desk.apply(f"{_STEM}.flights", f"{_STEM}.flights", admitted=f"{_STEM}.admitted", home_share=home, per_flight=flight)
    desk.apply(f"{_STEM}.flights_test", f"{_STEM}.flights_test", admitted=f"{_STEM}.test_admitted",
               days=desk.factor("medical.test_days"), per_flight=flight)  # fmt: skip
    return Medical(
        casualties=_casualty_rows(desk),
        timeline=_care_steps(desk, timed=timed),
        hospitals=hospitals,
        home_per_month=float(desk[f"{_STEM}.home"]),
        flights_per_month=float(desk[f"{_STEM}.flights"]),
        flights_after_test=float(desk[f"{_STEM}.flights_test"]),
        fly_share=1.0 - float(desk[desk.factor("medical.no_fly_share")]),
    )


def _casualties(sized: Sized) -> None:
    """Sick, admitted, wounded and dead a day, in routine and in the design-basis test."""
    desk, people = sized.desk, "size.in_country"
    ratio, hostile = desk.factor("medical.wounded_per_death"), desk.factor("medical.hostile_deaths_per_1000_year")
    bed = desk.factor("medical.wounded_admitted_share")
    desk.apply(f"{_STEM}.sick", f"{_STEM}.share_day", people=people, share=desk.factor("medical.sick_share_day"))
    desk.apply(
        f"{_STEM}.ill", f"{_STEM}.rate_day", people=people, per_1000_year=desk.factor("medical.admitted_per_1000_year")
    )
    desk.apply(
        f"{_STEM}.wounded", f"{_STEM}.routine_wounded", people=people, per_1000_year=hostile, wounded_per_death=ratio
    )
    desk.apply(f"{_STEM}.wounded_admitted", f"{_STEM}.share_day", people=f"{_STEM}.wounded", share=bed)
    desk.apply(f"{_STEM}.admitted", "size.people_sum", ill=f"{_STEM}.ill", wounded=f"{_STEM}.wounded_admitted")
    desk.apply(f"{_STEM}.dead", f"{_STEM}.deaths_routine", people=people, hostile=hostile,
               other=desk.factor("medical.other_deaths_per_1000_year"))  # fmt: skip
    desk.apply(f"{_STEM}.test_casualties", f"{_STEM}.share_day", people=_engaged(sized),
               share=desk.factor("medical.test_casualties_per_day"))  # fmt: skip
    for name in ("wounded", "dead"):
        desk.apply(
            f"{_STEM}.test_{name}",
            f"{_STEM}.test_{name}",
            casualties=f"{_STEM}.test_casualties",
            wounded_per_death=ratio,
        )
    desk.apply(f"{_STEM}.test_admitted", f"{_STEM}.share_day", people=f"{_STEM}.test_wounded", share=bed)
    desk.apply(f"{_STEM}.test_held", f"{_STEM}.share_day", people=f"{_STEM}.test_admitted",
               share=desk.factor("medical.own_share_of_test"))  # fmt: skip


def _engaged(sized: Sized) -> str:
    """People in contact in the design-basis test; none where the posture is asked to hold nothing."""
    desk, name = sized.desk, f"{_STEM}.engaged"
    if "hold" not in sized.demands:
        return desk.given(name, 0.0, unit="people", text="the posture is not asked to hold: no design-basis test",
                          assumption="posture")  # fmt: skip
    people, power = fighting(desk, sized.direct.units)
    figures = tuple(
        f"size.direct.{unit}"
        for unit in sized.direct.units
        if desk.capability(unit).combat_power > 0 and f"size.direct.{unit}" in desk.sheet.figures
    )
    desk.sheet.optimum(f"{_STEM}.fighters", people, unit="people", text="people of the units in country that can fight",
                       inputs=figures)  # fmt: skip
    desk.sheet.optimum(f"{_STEM}.power", power, unit="battalions", text="combat power of the units in country that can fight",
                       inputs=figures)  # fmt: skip
    return desk.apply(
        name, f"{_STEM}.engaged", fighters=f"{_STEM}.fighters", power=f"{_STEM}.power", axes="size.hold.axes",
        needed="size.hold.needed", host="size.hold.host",
    )  # fmt: skip


def _timeline(desk: Desk) -> bool:
    """Minutes to each step of care from the sites sized; whether there are any."""
    sites = "size.rescue.sites"
    if sites not in desk.sheet.figures or "medevac_helo_det" not in desk.inputs.capabilities or desk[sites] <= 0:
        return False
    _distances(desk, sites)
    speed, alert = desk.of_capability("medevac_helo_det", "speed_kmh"), desk.factor("rescue.alert_minutes")
    scene = desk.factor("rescue.scene_minutes")
    for where in ("mean", "worst"):
        far = f"{_STEM}.{where}_km"
        desk.apply(
            f"{_STEM}.{where}_resuscitation",
            f"{_STEM}.minutes_out",
            distance_km=far,
            speed_kmh=speed,
            alert_minutes=alert,
        )
        desk.apply(f"{_STEM}.{where}_surgery", f"{_STEM}.minutes_surgery", distance_km=far, speed_kmh=speed,
                   alert_minutes=alert, scene_minutes=scene)  # fmt: skip
    slowest = desk.apply_once(f"{_STEM}.road_kmh", f"{_STEM}.slowest", road_kmh=desk.sector("road_kmh", unit="km/h"))
    desk.apply(f"{_STEM}.road", f"{_STEM}.minutes_road", distance_km=f"{_STEM}.worst_km",
               detour=desk.factor("respond.detour"), speed_kmh=slowest, scene_minutes=scene)  # fmt: skip
    return True


def _distances(desk: Desk, sites: str) -> None:
    if desk.is_area:
        worst = desk.apply(f"{_STEM}.worst_km", f"{_STEM}.disc_km", area_km2=desk.area(), sites=sites)
        desk.apply(f"{_STEM}.mean_km", f"{_STEM}.disc_mean_km", radius_km=worst)
        return
    behind = desk.inputs.posture in {"reassure", "robust"}
    offset = desk.settlement("standoff_km") if behind else desk.factor("laydown.post_offset_km")
    for name in ("worst_km", "mean_km"):
        desk.apply(f"{_STEM}.{name}", f"{_STEM}.{name}", length_km=desk.length(), sites=sites, offset_km=offset)


def _hospital(sized: Sized, role: str) -> Hospital:
    """Beds and units of one role by each rule, and the rule that binds."""
    desk, level = sized.desk, _LEVELS[role]
    share = desk.factor("medical.onward_share") if level == "role3" else desk.given(
        f"{_STEM}.all", 1.0, unit="1", text="all who are admitted come to role 2 first", assumption="chain of evacuation"
    )  # fmt: skip
    desk.apply(
        f"{_STEM}.{level}_lying", f"{_STEM}.lying", routine=f"{_STEM}.admitted", surge=f"{_STEM}.test_held",
        stay=desk.factor(f"medical.stay_{level}_days"), test_days=desk.factor("medical.test_days"), share=share,
    )  # fmt: skip
    desk.apply(f"{_STEM}.{level}_beds", f"{_STEM}.beds", lying=f"{_STEM}.{level}_lying",
               full_share=desk.factor("medical.full_share"))  # fmt: skip
    each = desk.factor(f"medical.beds_{level}")
    by_beds = float(
        desk[
            desk.apply(
                f"{_STEM}.{level}_by_beds",
                f"{_STEM}.units",
                beds=f"{_STEM}.{level}_beds",
                each=each,
                civil=desk.civil(role),
                parts=desk.parts(role),
            )
        ]
    )
    rules = {"timeline": _by_timeline(desk, role), "beds": by_beds, "strength": by_strength(sized, role)}
    held = sized.supported.total.get(role, 0.0)
    return Hospital(
        role=role, lying=float(desk[f"{_STEM}.{level}_lying"]), beds=float(desk[f"{_STEM}.{level}_beds"]),
        by_timeline=rules["timeline"], by_beds=by_beds, by_strength=rules["strength"], held=held,
        beds_held=held * float(desk[each]), binding=_binding(rules, held),
    )  # fmt: skip


def _binding(rules: dict[str, float], held: float) -> str:
    most = max(rules.values())
    words = ", ".join(f"{name} {units:g}" for name, units in rules.items())
    if held > most:
        return f"the cover holds {held:g}, more than any rule asks ({words})"
    names = [name for name, units in rules.items() if units == most and most > 0]
    return f"{' and '.join(names) or 'nothing'} bind{'' if len(names) > 1 else 's'} ({words})"


def _by_timeline(desk: Desk, role: str) -> float:
    figure = "size.rescue.surgery"
    return float(desk[figure]) if role == ROLES[0] and figure in desk.sheet.figures else 0.0


def by_strength(sized: Sized, role: str) -> float:
    """Hospitals that strength asks of the force: people in country over people a unit, or what the units held need.

    Less what is contracted, rounded up to sub-units.
    """
    desk, total = sized.desk, sized.supported.total
    needs = sum(units * desk.capability(name).needs.get(role, 0.0) for name, units in total.items())
    key = f"strength.people_per_{role}"
    people = sized.in_country / float(desk[desk.factor(key)]) if key in desk.inputs.factors else 0.0
    formed = max(needs, people) * (1.0 - float(desk[desk.civil(role)]))
    return float(whole_parts(formed, desk.capability(role).parts))


def _casualty_rows(desk: Desk) -> tuple[Casualties, ...]:
    routine = {name: float(desk[f"{_STEM}.{name}"]) for name in ("sick", "admitted", "wounded", "dead")}
    test = {name: float(desk[f"{_STEM}.test_{name}"]) for name in ("admitted", "wounded", "dead")}
    return Casualties(situation="routine", **routine), Casualties(situation="test", sick=0.0, **test)


def _care_steps(desk: Desk, *, timed: bool) -> tuple[CareStep, ...]:
    first = float(desk[desk.factor("medical.first_response_minutes")])
    steps: list[CareStep] = []
    minutes: tuple[float, ...]
    for step in _STEPS:
        limit = float(desk[desk.factor(f"medical.{step}_limit")])
        if step == "first_response":
            minutes = (first, first, first)
        elif timed:
            names = (f"mean_{step}", f"worst_{step}", "road")
            minutes = tuple(float(desk[f"{_STEM}.{name}"]) for name in names)
        else:
            minutes = (np.nan, np.nan, np.nan)
        steps.append(CareStep(step=step, limit=limit, mean=minutes[0], worst=minutes[1], road=minutes[2]))
    return tuple(steps)
