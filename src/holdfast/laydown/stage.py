"""Stage `lay_down`: from units on station to sites of posts, sensors, bases and batteries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from holdfast.core.memo import memoised
from holdfast.core.progress import report
from holdfast.laydown.bases import place_aircraft, place_reaction, place_ships, place_support
from holdfast.laydown.batteries import Batteries
from holdfast.laydown.frame import Frame, Placed
from holdfast.laydown.inputs import LaydownInputs, UnitsToPlace
from holdfast.laydown.watch import place_watch
from holdfast.models.reach import reaches_km
from holdfast.results.derivation import Worksheet, formula
from holdfast.results.stages import Laydown, Site


@formula(
    "lay_down.covered_share",
    unit="share",
    text="value reached / value if everything were covered twice over",
    reference="MODEL.md 2, Laydown; L1",
)
def covered_share(objective: float, total: float) -> float:
    """Share of the weight that a covering program reached."""
    return objective / total if total > 0 else 0.0


@formula("lay_down.gap", unit="share", text="(bound - value) / bound", reference="MODEL.md 2, Laydown")
def gap_share(objective: float, bound: float) -> float:
    """How much better any other choice of sites could be."""
    return (bound - objective) / bound if bound > 0 else 0.0


@memoised
def lay_down(inputs: LaydownInputs) -> Laydown:
    """Choose sites for the units of the force at full capability.

    Posts and sensors stand along the line, reaction companies where most of it is reached in time, batteries where most
    of the assets' worth is protected (across the border only, where they may not enter), the rest near those they serve.
    Each covering program reports its value beside the bound that no choice of sites can pass.

    Parameters
    ----------
    inputs
        From `gather_laydown`.

    Returns
    -------
    Laydown
        Empty for posture `none` or a force without units.
    """
    if inputs.posture == "none" or not inputs.units:
        return Laydown(sites=(), covered_share={}, bound_share={}, unplaced={})
    return _assemble(_place_all(Frame(inputs)))


def _place_all(frame: Frame) -> list[Placed]:
    report("lay down: posts and sensors", 0.0)
    placed, watching = place_watch(frame)
    rest = [row for row in frame.inputs.units if row not in watching]
    reacting = [row for row in rest if _reacts(frame, row)]
    report("lay down: reaction forces", 0.3)
    if reacting:
        placed.append(place_reaction(frame, reacting))
    served = [site for item in placed for site in item.sites]
    defence = [row for row in rest if _domain(frame, row) == "air_defence"]
    others = [row for row in rest if row not in reacting and row not in defence and _domain(frame, row) != "service"]
    placed += [_place_other(frame, row, served) for row in others]
    report("lay down: air defence", 0.6)
    batteries = Batteries(frame, [site for item in placed for site in item.sites])
    placed += [batteries.place(row) for row in sorted(defence, key=lambda row: _battery_rank(frame, row))]
    return placed


def _place_other(frame: Frame, row: UnitsToPlace, served: Sequence[Site]) -> Placed:
    domain = _domain(frame, row)
    if domain == "air" or (domain == "sensor" and row.area != "country"):
        return place_aircraft(frame, row)
    if domain == "sea":
        return place_ships(frame, row)
    return place_support(frame, row, served, kind="hq" if domain == "command" else "base")


def _reacts(frame: Frame, row: UnitsToPlace) -> bool:
    capability = frame.inputs.capabilities[row.capability]
    return capability.domain == "ground" and row.area == "country" and "respond" in capability.tasks


def _domain(frame: Frame, row: UnitsToPlace) -> str:
    return frame.inputs.capabilities[row.capability].domain


def _battery_rank(frame: Frame, row: UnitsToPlace) -> tuple[bool, float, str]:
    """Those that may only stand outside the country first, so that the others cover what they cannot; then by reach."""
    return row.area == "country", -float(reaches_km(frame.inputs.capabilities[row.capability]).max()), row.capability


def _assemble(placed: Sequence[Placed]) -> Laydown:
    sheet = Worksheet()
    covered: dict[str, float] = {}
    bound: dict[str, float] = {}
    unplaced: dict[str, float] = {}
    for item in placed:
        for name, units in item.unplaced.items():
            unplaced[name] = unplaced.get(name, 0.0) + units
    for item in _by_family(placed):
        if item.total > 0:
            covered[item.family], bound[item.family] = _programme(sheet, item)
    sites = tuple(site for item in placed for site in item.sites)
    sheet.given("lay_down.sites", float(len(sites)), unit="sites", text="sites chosen by the programs above")
    sheet.given(
        "lay_down.unplaced", float(sum(unplaced.values())), unit="units", text="units for which no site was found"
    )
    return Laydown(sites=sites, covered_share=covered, bound_share=bound, unplaced=unplaced, figures=sheet.figures)


def _by_family(placed: Sequence[Placed]) -> list[Placed]:
    """Programs of one family (two elements of one kind) added up."""
    found: dict[str, Placed] = {}
    for item in placed:
        old = found.get(item.family)
        found[item.family] = item if old is None else replace(
            old, sites=old.sites + item.sites, objective=old.objective + item.objective, bound=old.bound + item.bound,
            total=old.total + item.total,
        )  # fmt: skip
    return list(found.values())


def _programme(sheet: Worksheet, item: Placed) -> tuple[float, float]:
    """Figures of one covering program: value, bound, share covered, gap."""
    key = "lay_down." + item.family.replace(" ", "_")
    text = f"maximal and backup cover, integer program; {len(item.sites)} sites chosen, bound {item.bound:.4g}"
    sheet.optimum(f"{key}.value", item.objective, unit="weight", text=text)
    sheet.optimum(f"{key}.bound", item.bound, unit="weight", text="no choice of sites is worth more (HiGHS dual bound)")
    sheet.given(f"{key}.total", item.total, unit="weight", text="value if everything were covered, and covered again")
    share = sheet.apply(key, "lay_down.covered_share", objective=f"{key}.value", total=f"{key}.total")
    sheet.apply(f"{key}.gap", "lay_down.gap", objective=f"{key}.value", bound=f"{key}.bound")
    return float(share), item.bound / item.total
