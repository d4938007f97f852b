"""The desk on which sizing computes: a worksheet that names every input by its scenario key and keeps its origin.

The same formulas run nominally and over draws. Nominally a figure is a number, or a vector over the sectors. Over draws
(`Desk(inputs, ArraySheet(), Draws(...))`) the first axis of every array is the draw: numbers have shape (n, 1), vectors over
the sectors (n, S) or (1, S), and what is certain stays a plain number; sums along the line keep the draw's axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.core.names import unknown_name
from holdfast.results.derivation import Worksheet, formula
from holdfast.scenario.types import Capability
from holdfast.scenario.values import Quantity, point
from holdfast.sizing.draws import TRACE, Draws
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
    "detect_km": "km", "decision_hours": "h", "detect_night_factor": "1", "antenna_m": "m",
}  # fmt: skip

CONTRACTABLE = "support.contractable."
"""Factors that say which support can come from outside the force."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One need that units can meet: so many posts, companies, battalions' worth of combat power, batteries.

    `gives` says how much of it one unit of each capability provides; `figure` names the derivation of `amount`. Over draws
    amounts and what a unit gives may be arrays of shape (n, 1). `per_base` is the need of each base to protect, for needs
    that follow strength.
    """

    task: str
    id: str
    amount: Any
    unit: str
    figure: str
    gives: dict[str, Any]
    per_base: Any = 0.0


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
    draws: Draws | None = None

    def __getitem__(self, name: str) -> Any:
        return self.sheet[name]

    def given(self, name: str, value: Any, *, unit: str, **origin: Any) -> str:
        """Name an input once; asking again gives the same name."""
        if name not in self.sheet.values:
            self.sheet.given(name, value, unit=unit, **origin)
        return name

    def say(self, text: Callable[[], str]) -> str:
        """Words on the nominal figures; nothing over draws, where there is no one figure to speak of."""
        return "" if self.draws is not None else text()

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

    def number(self, key: str) -> Any:
        """Value of a planning factor: a number, or over draws an array of shape (n, 1) where it is uncertain."""
        return self[self.factor(key)]

    def switch(self, key: str) -> bool:
        """Whether a factor that switches something on stands above 0, at its nominal value."""
        self.factor(key)
        return self.inputs.factors[key].value.nominal > 0

    def service(self, name: str) -> str:
        """A service level."""
        row = self.inputs.service
        origin = {"source": row.source, "assumption": row.assumption}
        key = f"service.{name}"
        value = float(getattr(row, name))
        if self.draws is not None:
            value = self.draws.value(key, point(value))
        return self.given(key, value, unit=_UNITS[name], **origin)

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
        """A figure of the catalogue; its range is that of the columns `<name>_low` and `<name>_high` where there are any."""
        full = f"capabilities.{key}.{name}"
        if full in self.sheet.values:
            return full
        row = self.capability(key)
        quantity = catalogue_range(row, name)
        spread = {"low": quantity.low, "high": quantity.high} if quantity.is_uncertain else {}
        value = quantity.nominal if self.draws is None else self.draws.value(full, quantity)
        origin = {"source": row.source, "assumption": row.assumption, "text": row.name}
        return self.given(full, value, unit=_UNITS.get(name, "km"), **spread, **origin)

    def parts(self, key: str) -> str:
        """Formed sub-units of a unit, to which it is rounded up."""
        row = self.capability(key)
        return self.given(f"capabilities.{key}.parts", float(row.parts), unit="sub-units", text=f"{row.name}: sub-units",
                          assumption="the rule of sub-units of the catalogue")  # fmt: skip

    def civil(self, key: str) -> str:
        """Share of what support asks of a capability that contractors, the host or civilian staff give."""
        name = f"size.support.civil.{key}"
        if CONTRACTABLE + key not in self.inputs.factors:
            return self.given(name, 0.0, unit="1", text="not given from outside the force",
                              assumption=f"no factor {CONTRACTABLE}{key}")  # fmt: skip
        return self.apply_once(name, "size.support.civil", contractable=self.factor(CONTRACTABLE + key),
                               share=self.factor(f"support.contracted_{self.inputs.posture}"))  # fmt: skip

    def catalogue(self, key: str, name: str) -> Any:
        """Value of a figure of the catalogue; nominally without naming it on the sheet (a table has many cells)."""
        if self.draws is None or (self.draws.seed is None and f"capabilities.{key}.{name}" not in self.draws.fixed):
            return float(getattr(self.capability(key), name))
        return self[self.of_capability(key, name)]

    def sector(self, name: str, *, unit: str) -> str:
        """A column of the sectors as a vector along the line; kilometres scale with the trace of the line that is drawn."""
        if f"sectors.{name}" in self.sheet.values:
            return f"sectors.{name}"
        values: Any = np.array([float(getattr(row, name)) for row in self.inputs.sectors])
        if self.draws is not None:
            values = values[None, :] * (self._stretch() if name in {"from_km", "to_km"} else 1.0)
        sources = sorted({row.source for row in self.inputs.sectors if row.source})
        reasons = sorted({row.assumption for row in self.inputs.sectors if row.assumption})
        return self.given(
            f"sectors.{name}", values, unit=unit, source=";".join(sources), assumption="; ".join(reasons[:3])
        )

    def widths(self) -> str:
        """Widths of the sectors along the line, km."""
        return self.apply_once("size.sector_widths", "size.widths", to_km=self.sector("to_km", unit="km"),
                               from_km=self.sector("from_km", unit="km"))  # fmt: skip

    @property
    def is_area(self) -> bool:
        """Whether the mission is in an area without a line."""
        return any(row.kind == "area" for row in self.inputs.sectors)

    def area(self) -> str:
        """Area of the mission, km2."""
        return self.given(
            "area_km2", float(self.inputs.area_km2), unit="km2", text="area of the mission",
            source=self.inputs.line_source, assumption=self.inputs.line_assumption,
        )  # fmt: skip

    def population(self) -> str:
        """People who live in the area."""
        return self.given(
            "population", float(self.inputs.population), unit="people", text="people who live in the area",
            source=self.inputs.line_source, assumption=self.inputs.line_assumption,
        )  # fmt: skip

    def length(self) -> str:
        """Length of the line, km; its range is that of the alternative traces."""
        low, high = self.inputs.line_range_km
        return self.given(
            "line.length_km", self.inputs.line_km * self._stretch(), unit="km", text="length of the line along its sectors",
            source=self.inputs.line_source, assumption=self.inputs.line_assumption, low=low, high=high,
        )  # fmt: skip

    def _stretch(self) -> Any:
        """Length of the trace drawn over the length of the sectors (1 nominally)."""
        inputs = self.inputs
        if self.draws is None or inputs.line_km <= 0 or not inputs.line_traces:
            return 1.0
        lengths, weights = (np.array(column) for column in zip(*inputs.line_traces, strict=True))
        return self.draws.choice(TRACE, lengths, weights) / inputs.line_km

    def trace_number(self) -> Any:
        """Number of the trace of the line: 0, or over draws of the trace the one drawn, shape (n,)."""
        stretched = self._stretch()
        if np.ndim(stretched) == 0:
            return 0
        lengths = np.array([length for length, _ in self.inputs.line_traces])
        drawn = np.asarray(stretched, dtype=float).reshape(-1, 1) * self.inputs.line_km
        return np.asarray(np.abs(drawn - lengths).argmin(axis=1))

    def apply_once(self, name: str, key: str, **inputs: str) -> str:
        """As `apply`, but keep what is there already."""
        return name if name in self.sheet.values else self.apply(name, key, **inputs)

    def gives(self, row: str, *, task: str = "") -> dict[str, Any]:
        """Capabilities that may serve a row: a factor `gives.<row>.<capability>`, and the task (if named) among its tasks.

        Guards and the way out are the work of any unit the factors name, so they name no task.

        Raises
        ------
        UnknownNameError
            When a factor names a capability that nobody defines.
        """
        start = f"gives.{row}."
        keys = [key for key, row in self.inputs.factors.items() if key.startswith(start) and row.value.nominal > 0]
        found = {key.removeprefix(start): self.number(key) for key in keys}
        return {name: amount for name, amount in found.items() if not task or task in self.capability(name).tasks}

    def asked(self, task: str) -> bool:
        """Whether the posture asks for a task (factor `posture.<posture>.<task>`)."""
        return self.switch(f"posture.{self.inputs.posture}.{task}")

    def _of(self, table: str, rows: Any, name: str) -> str:
        return self._quantity(f"{table}.{name}", getattr(rows, name), unit=_UNITS[name], text="given")

    def _quantity(self, name: str, quantity: Quantity, *, unit: str, text: str) -> str:
        if name in self.sheet.values:
            return name
        value = quantity.nominal if self.draws is None else self.draws.value(name, quantity)
        return self.given(
            name, value, unit=unit, text=text, source=quantity.source, assumption=quantity.assumption,
            low=quantity.low, high=quantity.high,
        )  # fmt: skip


def catalogue_range(row: Capability, name: str) -> Quantity:
    """A figure of the catalogue as a quantity: its columns `<name>_low` and `<name>_high` where they span it, else a point."""
    value = float(getattr(row, name))
    low, high = (float(getattr(row, f"{name}_{end}", value)) for end in ("low", "high"))
    if low <= value <= high and high > low:
        return Quantity(low=low, mode=value, high=high, source=row.source, assumption=row.assumption)
    return point(value, source=row.source, assumption=row.assumption)


def along(values: Any) -> Any:
    """Sum along the line: a number nominally, shape (n, 1) over draws."""
    array = np.asarray(values, dtype=float)
    return array.sum(axis=-1, keepdims=True) if array.ndim > 1 else float(array.sum())


def plain(value: Any) -> Any:
    """A number where there is one value, else the array."""
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array


def counted(number: Any, word: str) -> str:
    """A number with its word, in the plural unless there is one."""
    return f"{number:g} {word}" if number == 1 else f"{number:g} {word}s"


def whole(amount: Any) -> Any:
    """The smallest whole number not below `amount` (a hair above a whole number counts as whole)."""
    return plain(np.ceil(np.asarray(amount, dtype=float) - 1e-9))


def whole_parts(amount: Any, parts: Any) -> Any:
    """The smallest number of units, in sub-units of which a unit has `parts`, not below `amount`."""
    return plain(np.ceil(np.asarray(amount, dtype=float) * parts - 1e-9) / parts)


@formula(
    "size.support.civil",
    unit="1",
    text="whether it can be contracted x share that the posture contracts",
    reference="arithmetic",
)
def _civil(contractable: Any, share: Any) -> Any:
    return contractable * share


@formula("size.widths", unit="km", text="end - start of each sector", reference="linear referencing")
def _widths(to_km: Any, from_km: Any) -> Any:
    return to_km - from_km


@formula("size.round_up", unit="1", text="rounded up to whole units", reference="arithmetic")
def round_up(amount: Any) -> Any:
    """The smallest whole number not below `amount` (a hair above a whole number counts as whole)."""
    return whole(amount)


@formula("size.product", unit="", text="product of the figures", reference="arithmetic")
def product(**parts: Any) -> Any:
    """Product of named figures."""
    found: Any = 1.0
    for part in parts.values():
        found = found * part
    return plain(found)


@formula("size.people_sum", unit="people", text="sum of the figures", reference="arithmetic")
def people_sum(**parts: Any) -> Any:
    """Sum of named figures, people."""
    found: Any = 0.0
    for part in parts.values():
        found = found + part
    return plain(found)
