"""Small inputs of force generation for tests: every argument has a round default."""

from __future__ import annotations

from typing import Any

from holdfast.generation.inputs import Contributor, DemandLine, Element, GenerationInputs, Offer, UnitKind


def kind(name: str, **more: Any) -> UnitKind:
    given: dict[str, Any] = {
        "id": name, "name": name.replace("_", " "), "domain": "ground", "personnel": 100.0, "substitutes": {},
        "cost_musd_year": 0.0,
    }  # fmt: skip
    return UnitKind(**(given | more))


def demand(capability: str = "mech_bn", units: float = 4.0, **more: Any) -> DemandLine:
    given: dict[str, Any] = {
        "capability": capability,
        "area": "country",
        "units": units,
        "weight": 100.0,
        "by_task": (),
    }
    return DemandLine(**(given | more))


def nation(name: str = "FRA", **more: Any) -> Contributor:
    given: dict[str, Any] = {
        "id": name, "name": name, "position": "open", "conditions": "always", "procedure": "", "start_day": 0.0,
        "decision_days": 0.0, "approval_days": 0.0, "probability_low": 0.6, "probability": 0.8, "probability_high": 1.0,
    }  # fmt: skip
    return Contributor(**(given | more))


def offer(nation_id: str = "FRA", units: float = 8.0, capability: str = "mech_bn", **more: Any) -> Offer:
    given: dict[str, Any] = {
        "id": f"{nation_id.lower()}_{capability}", "nation": nation_id, "capability": capability, "units": units,
        "notice_days": 0.0, "tour_months": 6, "dwell": 1.0, "overlap_days": 0.0, "deployable_share": 1.0, "committed": 0.0,
        "areas": ("country", "neighbour", "theatre"), "refuses_tasks": (), "depot": "depot",
    }  # fmt: skip
    return Offer(**(given | more))


def element(name: str, units: float = 1.0, capability: str = "mech_bn", **more: Any) -> Element:
    given: dict[str, Any] = {
        "id": name, "name": name, "owner": "USA", "capability": capability, "mode": "operate_outside", "units": units,
        "promised": 1.0, "fact": name, "conditions": "always", "area": "neighbour", "ready_days": 0.0, "crew_nation": "",
        "interceptors": 0.0, "substitute": "", "substitute_months": 0.0, "substitute_cost_musd": 0.0, "based": "site",
        "sourced": True,
    }  # fmt: skip
    return Element(**(given | more))


def inputs(**more: Any) -> GenerationInputs:
    """One nation, one pool of eight battalions on equal tours, four battalions demanded, no backstop."""
    given: dict[str, Any] = {
        "posture": "reassure", "months": 24, "host": "UKR", "demand": (demand(),), "contributors": (nation(),),
        "offers": (offer(),), "elements": (), "facts": {"ceasefire": True}, "cap_in_country": 0, "start_month": 0,
        "tolerance_share": 0.02, "asked": True, "granted": True, "counts_from_probability": 0.5,
        "backstop_conditions_bind": True, "outside_share": 0.5,
        "substitute_people_ratio": 3.0, "withdrawal_months": 3.0, "musd_per_person_year": 0.1,
        "d_month": 6.0, "gap": 1e-6, "node_limit": 5000,
    }  # fmt: skip
    given |= more
    names = [line.capability for line in given["demand"]]
    names += [row.capability for row in (*given["offers"], *given["elements"])]
    given.setdefault("kinds", {name: kind(name) for name in names})
    given.setdefault("required", {line.capability: line.units for line in given["demand"]})
    return GenerationInputs(**given)
