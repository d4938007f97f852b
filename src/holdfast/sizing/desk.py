"""The desk on which sizing computes: a worksheet that names every input by its scenario key and keeps its origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.core.names import unknown_name
from holdfast.results.derivation import Worksheet, formula
from holdfast.scenario.types import Capability
from holdfast.scenario.values import Quantity
from holdfast.sizing.inputs import SizingInputs

_UNITS = {
    "observe_probability": "1", "observe_event_minutes": "min", "verify_visits_per_site_month": "visits/month",
    "respond_minutes": "min", "respond_blocking": "1", "hold_axes": "axes", "hold_attacker_battalions": "battalions",
    "hold_force_ratio": "1", "hold_warning_days": "days", "medevac_minutes": "min", "protected_share": "1",
    "cap_stations": "stations", "trainees_per_year": "people/year", "clear_km2_year": "km2/year",
    "zone_depth_km": "km", "standoff_km": "km", "forces_left_per_side": "people", "challenger_brigades_near": "brigades",
    "host_brigades_near": "brigades", "withdrawal_sites": "sites", "political_commitment": "1",
    "commitment_half_life_days": "days", "attacker_battalions_available": "battalions", "raids_air_per_month": "raids/month",
    "drones_per_raid": "targets", "cruise_missiles_per_raid": "targets", "ballistic_missiles_per_raid": "targets",
    "episodes_per_100km_day": "1/(100 km day)", "episode_branching": "1", "episode_decay_days": "days",
    "presence_effect": "1", "host_share": "1", "personnel": "people", "output_per_day": "1/day", "cost_musd_year": "MUSD/year",
    "combat_power": "battalions", "interceptors": "missiles", "channels": "targets", "speed_kmh": "km/h", "endurance_h": "h",
    "detect_km": "km", "decision_hours": "h",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One need that units can meet: so many posts, companies, battalions' worth of combat power, batteries.

    `gives` says how much of it one unit of each capability provides; `figure` names the derivation of `amount`.
    """

    task: str
    id: str
    amount: float
    unit: str
    figure: str
    gives: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class TaskDemand:
    """What one task asks for, and what binds it, in words."""

    task: str
    rows: tuple[Row, ...] = ()
    binding: str = ""


@dataclass
class Desk:
    """Inputs and worksheet together; every method returns the name of the figure, `desk[name]` its value."""

    inputs: SizingInputs
    sheet: Worksheet = field(default_factory=Worksheet)

    def __getitem__(self, name: str) -> Any:
        return self.sheet[name]

    def given(self, name: str, value: Any, *, unit: str, **origin: Any) -> str:
        """Name an input once; asking again gives the same name."""
        if name not in self.sheet.figures:
            self.sheet.given(name, value, unit=unit, **origin)
        return name

    def apply(self, name: str, key: str, **inputs: str) -> str:
        """Evaluate a registered formula and keep it under `name`."""
        self.sheet.apply(name, key, **inputs)
        return name

    def factor(self, key: str) -> str:
        """A planning factor.

        Raises
        ------
        UnknownNameError
            When the scenario and its catalogue hold no such factor.
        """
        if key not in self.inputs.factors:
            raise unknown_name("factor", key, self.inputs.factors)
        row = self.inputs.factors[key]
        return self._quantity(f"factors.{key}", row.value, unit=row.unit, text=row.meaning)

    def number(self, key: str) -> float:
        """Value of a planning factor."""
        return float(self[self.factor(key)])

    def service(self, name: str) -> str:
        """A service level."""
        row = self.inputs.service
        origin = {"source": row.source, "assumption": row.assumption}
        return self.given(f"service.{name}", float(getattr(row, name)), unit=_UNITS[name], **origin)

    def settlement(self, name: str) -> str:
        """A quantity of the settlement terms."""
        return self._of("settlement", self.inputs.settlement, name)

    def threat(self, name: str) -> str:
        """A quantity of the threat."""
        return self._of("threat", self.inputs.threat, name)

    def behaviour(self, name: str) -> str:
        """A behavioural parameter."""
        return self._of("behaviour", self.inputs.behaviour, name)

    def capability(self, key: str) -> Capability:
        """A row of the catalogue.

        Raises
        ------
        UnknownNameError
            When nobody defines that capability.
        """
        if key not in self.inputs.capabilities:
            raise unknown_name("capability", key, self.inputs.capabilities)
        return self.inputs.capabilities[key]

    def of_capability(self, key: str, name: str) -> str:
        """A figure of the catalogue."""
        row = self.capability(key)
        origin = {"source": row.source, "assumption": row.assumption, "text": row.name}
        return self.given(f"capabilities.{key}.{name}", float(getattr(row, name)), unit=_UNITS[name], **origin)

    def sector(self, name: str, *, unit: str) -> str:
        """A column of the sectors as a vector along the line."""
        values = np.array([float(getattr(row, name)) for row in self.inputs.sectors])
        sources = sorted({row.source for row in self.inputs.sectors if row.source})
        reasons = sorted({row.assumption for row in self.inputs.sectors if row.assumption})
        return self.given(
            f"sectors.{name}", values, unit=unit, source=";".join(sources), assumption="; ".join(reasons[:3])
        )

    def widths(self) -> str:
        """Widths of the sectors along the line, km."""
        return self.apply_once("size.sector_widths", "size.widths", to_km=self.sector("to_km", unit="km"),
                               from_km=self.sector("from_km", unit="km"))  # fmt: skip

    def length(self) -> str:
        """Length of the line, km; its range is that of the alternative traces."""
        low, high = self.inputs.line_range_km
        return self.given(
            "line.length_km", self.inputs.line_km, unit="km", text="length of the line along its sectors",
            source=self.inputs.line_source, assumption=self.inputs.line_assumption, low=low, high=high,
        )  # fmt: skip

    def apply_once(self, name: str, key: str, **inputs: str) -> str:
        """As `apply`, but keep what is there already."""
        return name if name in self.sheet.figures else self.apply(name, key, **inputs)

    def gives(self, row: str, *, task: str = "") -> dict[str, float]:
        """Capabilities that may serve a row: a factor `gives.<row>.<capability>`, and the task (if named) among its tasks.

        Guards and the way out are the work of any unit the factors name, so they name no task.

        Raises
        ------
        UnknownNameError
            When a factor names a capability that nobody defines.
        """
        start = f"gives.{row}."
        found = {key.removeprefix(start): self.number(key) for key in self.inputs.factors if key.startswith(start)}
        return {
            name: amount
            for name, amount in found.items()
            if amount > 0 and (not task or task in self.capability(name).tasks)
        }

    def asked(self, task: str) -> bool:
        """Whether the posture asks for a task (factor `posture.<posture>.<task>`)."""
        return self.number(f"posture.{self.inputs.posture}.{task}") > 0

    def _of(self, table: str, rows: Any, name: str) -> str:
        return self._quantity(f"{table}.{name}", getattr(rows, name), unit=_UNITS[name], text="given")

    def _quantity(self, name: str, quantity: Quantity, *, unit: str, text: str) -> str:
        return self.given(
            name, quantity.nominal, unit=unit, text=text, source=quantity.source, assumption=quantity.assumption,
            low=quantity.low, high=quantity.high,
        )  # fmt: skip


@formula("size.widths", unit="km", text="end - start of each sector", reference="linear referencing")
def _widths(to_km: Any, from_km: Any) -> Any:
    return to_km - from_km


@formula("size.round_up", unit="1", text="rounded up to whole units", reference="arithmetic")
def round_up(amount: Any) -> Any:
    """The smallest whole number not below `amount` (a hair above a whole number counts as whole)."""
    return float(np.ceil(np.asarray(amount) - 1e-9))


@formula("size.product", unit="", text="product of the figures", reference="arithmetic")
def product(**parts: Any) -> Any:
    """Product of named figures."""
    return float(np.prod([float(part) for part in parts.values()]))


@formula("size.people_sum", unit="people", text="sum of the figures", reference="arithmetic")
def people_sum(**parts: Any) -> Any:
    """Sum of named figures, people."""
    return float(sum(float(part) for part in parts.values()))
