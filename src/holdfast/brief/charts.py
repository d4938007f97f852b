"""Charts of the brief: options, size by task, people by month, closure, the line seen, the ask."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.brief.drawing import BACKSTOP, BOUND, INK, OURS, QUIET, WIDTH_IN, canvas, svg_of

if TYPE_CHECKING:
    from holdfast.results.plan import Plan, Study
    from holdfast.results.stages import Coverage, Deployment, Force, Requirement
    from holdfast.results.sustainment import Exit
    from holdfast.studies.sizes_answer import Ranges

_NATION_COLOURS = (
    "#0072B2", "#56B4E9", "#009E73", "#F0E442", "#E69F00", "#CC79A7", "#882255", "#44AA99", "#999933", "#BBBBBB",
)  # fmt: skip


def draw_options(study: Study) -> str:
    """The options in one picture: people, fill, day of full capability, P(hold) range."""
    options = list(study.plans)
    titles = [study.plans[option].case.option_title for option in options]
    rows = np.arange(len(options))[::-1]
    data = {str(name): item.values for name, item in study.measures.data_vars.items()}
    with canvas(WIDTH_IN, 1.3 + 0.4 * len(options)) as figure:
        axes = figure.subplots(1, 4, sharey=True, width_ratios=(1.25, 1.0, 1.0, 1.0))
        _panel_people(axes[0], rows, data)
        _panel_fill(axes[1], rows, data)
        _panel_days(axes[2], rows, data)
        _panel_hold(axes[3], rows, data)
        axes[0].set_yticks(rows, [_wrapped(title, 30) for title in titles])
        for axis in axes:
            axis.set_ylim(-0.7, len(options) - 0.3)
            axis.tick_params(axis="y", length=0)
            axis.grid(axis="x", color="#dddddd", linewidth=0.6)
            axis.set_axisbelow(True)
        return svg_of(figure, name="options", alt="Options compared: people, fill, day of full capability, P(hold)")


_BELOW: dict[str, Any] = {
    "loc": "upper left", "bbox_to_anchor": (-0.08, -0.1), "ncols": 1, "fontsize": 7, "handletextpad": 0.4, "borderaxespad": 1.2,
}  # fmt: skip
"""Where the legend of a panel stands: below it, one entry a line."""


def _wrapped(text: str, width: int) -> str:
    import textwrap

    lines = textwrap.wrap(text, width)
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def _panel_people(axis: Any, rows: Any, data: dict[str, Any]) -> None:
    axis.hlines(rows, 0, data["required"] / 1000, color=QUIET, linewidth=1)
    axis.plot(data["required"] / 1000, rows, "o", mfc="white", mec=INK, ms=5, label="required")
    axis.plot(data["on_station"] / 1000, rows, "o", color=OURS, ms=5, label="on station")
    axis.set_title("In the country,\nthousand people")
    axis.set_xlim(left=0)
    axis.legend(**_BELOW)


def _panel_fill(axis: Any, rows: Any, data: dict[str, Any]) -> None:
    axis.hlines(rows, 100 * data["fill_europe"], 100 * data["fill"], color=QUIET, linewidth=1)
    axis.plot(100 * data["fill_europe"], rows, "o", color=OURS, ms=5, label="Europe alone")
    axis.plot(100 * data["fill"], rows, "D", color=BACKSTOP, ms=4, label="with backstop")
    axis.set_title("Filled,\nper cent")
    axis.set_xlim(0, 104)
    axis.legend(**_BELOW)


def _panel_days(axis: Any, rows: Any, data: dict[str, Any]) -> None:
    axis.plot(data["ioc"], rows, "o", mfc="white", mec=OURS, ms=5, label="initial")
    axis.plot(data["foc"], rows, "o", color=OURS, ms=5, label="full")
    reach = [value for value in (*data["ioc"], *data["foc"]) if math.isfinite(value)]
    axis.set_xlim(min([0.0, *reach]), max([30.0, *reach]) * 1.12)
    for row, full in zip(rows, data["foc"], strict=True):
        if not math.isfinite(full):
            axis.text(0.97, row, "not reached", transform=axis.get_yaxis_transform(), ha="right", va="center",
                      fontsize=6.5, color="#555555")  # fmt: skip
    axis.set_title("Capability,\ndays after D")
    axis.legend(**_BELOW)


def _panel_hold(axis: Any, rows: Any, data: dict[str, Any]) -> None:
    axis.hlines(rows, data["hold_low"], data["hold_high"], color=BOUND, linewidth=5, alpha=0.6, label="10–90 % futures")
    axis.plot(data["hold"], rows, "|", color=INK, ms=8, mew=1.4, label="mean")
    axis.set_title("P(hold),\nnot a forecast")
    axis.set_xlim(0, 1.02)
    axis.legend(**_BELOW)


def draw_tasks(requirement: Requirement, ranges: Ranges | None = None) -> str:
    """Size by task: alone with its range over draws, and saved if dropped."""
    tasks = [
        str(task) for task in requirement.tasks["task"].values if float(requirement.tasks["alone"].sel(task=task)) > 0
    ]
    if not tasks:
        return ""
    alone = np.array([float(requirement.tasks["alone"].sel(task=task)) for task in tasks]) / 1000
    saved = np.array([float(requirement.tasks["saved"].sel(task=task)) for task in tasks]) / 1000
    order = np.argsort(alone)
    rows = np.arange(len(tasks))
    with canvas(WIDTH_IN, 0.7 + 0.28 * len(tasks)) as figure:
        axis = figure.subplots()
        axis.barh(rows + 0.19, alone[order], height=0.36, color=OURS, label="if it were the only task")
        axis.barh(rows - 0.19, saved[order], height=0.36, color=BACKSTOP, label="saved if it alone were dropped")
        for row, index in zip(rows, order, strict=True):
            spread = ranges.tasks.get(tasks[index]) if ranges else None
            if spread is not None:
                axis.plot(
                    [spread.low / 1000, spread.high / 1000],
                    [row + 0.19] * 2,
                    color=INK,
                    linewidth=1.1,
                    marker="|",
                    ms=4,
                )
        if ranges:
            axis.plot([], [], color=INK, linewidth=1.1, marker="|", ms=4, label="10th to 90th percentile over draws")
        axis.axvline(requirement.in_country / 1000, color=INK, linewidth=1, linestyle="--")
        axis.text(
            requirement.in_country / 1000, len(tasks) - 0.45, " whole force", fontsize=7, va="bottom", ha="center"
        )
        axis.set_yticks(rows, [tasks[index] for index in order])
        axis.set_xlabel("thousand people in the country")
        axis.legend(loc="lower right", frameon=True, facecolor="white", edgecolor="none", framealpha=1)
        return svg_of(
            figure, name="tasks", alt="Size by task: people if it were the only task, and people saved if dropped"
        )


def draw_force(force: Force, requirement: Requirement, nations: dict[str, str], pool_nation: dict[str, str],
               pool_people: dict[str, float]) -> str:  # fmt: skip
    """People on station in the country by month, by nation, beside the requirement."""
    station = force.on_station.sel(backing="with_backstop")
    months = force.on_station["month"].values
    by_nation: dict[str, Any] = {}
    for pool in [str(item) for item in station["pool"].values]:
        if pool not in pool_nation:
            continue
        people = station.sel(pool=pool).values * pool_people[pool]
        by_nation[pool_nation[pool]] = by_nation.get(pool_nation[pool], 0.0) + people
    ranked = sorted((item for item in by_nation.items() if item[1].max() > 0), key=lambda item: -item[1].sum())
    main, rest = ranked[:9], ranked[9:]
    series = [item[1] / 1000 for item in main] + ([sum(item[1] for item in rest) / 1000] if rest else [])
    labels = [nations.get(item[0], item[0]) for item in main] + ([f"{len(rest)} others"] if rest else [])
    with canvas(WIDTH_IN, 3.0) as figure:
        axis = figure.subplots()
        if series:
            axis.stackplot(months, *series, labels=labels, colors=_NATION_COLOURS[: len(series)], step="post")
        axis.axhline(requirement.in_country / 1000, color=INK, linestyle="--", linewidth=1, label="required in country")
        axis.set_xlabel("month after D (units ready to move; arrival is in the closure curve)")
        axis.set_ylabel("thousand people on station")
        axis.set_xlim(0, max(float(months[-1]), 1))
        axis.set_ylim(bottom=0)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7.5, reverse=True)
        return svg_of(figure, name="force", alt="People on station by month and nation beside the requirement")


def draw_closure(deployment: Deployment) -> str:
    """The closure curve: ready to move, bound and plan, with IOC and FOC."""
    closure = deployment.closure
    days = closure["day"].values
    if not len(days) or float(closure["people_ready"].max()) == 0:
        return ""
    with canvas(WIDTH_IN, 2.6) as figure:
        axis = figure.subplots()
        axis.step(days, closure["people_ready"] / 1000, where="post", color=QUIET, label="ready to move")
        axis.step(
            days,
            closure["people_bound"] / 1000,
            where="post",
            color=BOUND,
            linestyle="--",
            label="in place, best possible",
        )
        axis.step(days, closure["people_plan"] / 1000, where="post", color=OURS, linewidth=1.8, label="in place, plan")
        top = float(closure["people_ready"].max()) / 1000
        for day, name in ((deployment.initial_capability_day, "IOC"), (deployment.full_capability_day, "FOC")):
            if math.isfinite(day):
                axis.axvline(day, color=INK, linewidth=0.8, linestyle=":")
                axis.text(day, top * 1.04, f"{name} day {day:.0f}", fontsize=7.5, ha="center")
        axis.set_ylim(0, top * 1.15)
        axis.set_xlabel("day after D")
        axis.set_ylabel("thousand people")
        axis.legend(loc="lower right")
        return svg_of(figure, name="closure", alt="Closure curve: people ready and in place by day after D")


def draw_line(coverage: Coverage) -> str:
    """What is seen along the line, by kilometre."""
    line = coverage.line
    kilometres = line["km"].values
    if not len(kilometres):
        return ""
    with canvas(WIDTH_IN, 2.2) as figure:
        axis = figure.subplots()
        axis.fill_between(kilometres, line["seen"].values, step="mid", color=OURS, alpha=0.35, linewidth=0)
        axis.plot(
            kilometres, line["seen"].values, color=OURS, linewidth=1, label="a violation of the design class is seen"
        )
        if float(line["seen_impulsive"].max()) > 0:
            axis.plot(kilometres, line["seen_impulsive"].values, color=BACKSTOP, linewidth=1, label="a shot is located")
        axis.set_ylim(0, 1.02)
        axis.set_xlim(0, float(kilometres[-1]))
        axis.set_xlabel("kilometre of the line, from its first point")
        axis.set_ylabel("probability")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=2)
        return svg_of(figure, name="line", alt="Probability that a violation is seen, by kilometre of the line")


def draw_ask(force: Force) -> str:
    """The worth of each element of the ask: as units, and as a condition of nations."""
    items = sorted(force.ask, key=lambda item: item.shapley)
    if not items:
        return ""
    rows = np.arange(len(items))
    units = np.array([max(item.shapley_units, 0.0) for item in items]) / 1000
    whole = np.array([max(item.shapley, item.shapley_units, 0.0) for item in items]) / 1000
    with canvas(WIDTH_IN, 0.9 + 0.3 * len(items)) as figure:
        axis = figure.subplots()
        axis.barh(rows, units, color=BACKSTOP, label="its units")
        axis.barh(rows, whole - units, left=units, color="#f0c2a0", label="nations that make it a condition")
        axis.plot(
            [item.closes_alone / 1000 for item in items], rows, "o", mfc="white", mec=INK, ms=4.5, label="closes alone"
        )
        axis.set_yticks(rows, [_wrapped(item.name, 34) + (" *" if item.needed else "") for item in items])
        axis.set_xlabel("shortfall closed, thousand people-equivalents (* in the smallest ask)")
        axis.set_xlim(left=0)
        axis.legend(loc="lower right")
        return svg_of(figure, name="ask", alt="Worth of each element of the ask: its units, and the nations it brings")


_RULES = {
    "kept": (OURS, "-", "kept at strength"),
    "halving": (BACKSTOP, "--", "halving"),
    "steps": (BOUND, "-.", "in steps"),
}
_PAST = {0: "o", 1: "s", 2: "^"}


def draw_exit(leaving: Exit | None) -> str:
    """How the force shrinks by rule, with past forces scaled to the same start."""
    if leaving is None or not leaving.people.size or float(leaving.people.max()) <= 0:
        return ""
    years = leaving.people["month"].values / 12
    start = float(leaving.people.values[:, 0].max()) / 1000
    with canvas(WIDTH_IN, 2.1) as figure:
        axis = figure.subplots()
        for rule in (str(name) for name in leaving.people["rule"].values):
            colour, style, label = _RULES.get(rule, (INK, "-", rule))
            axis.plot(
                years, leaving.people.sel(rule=rule) / 1000, color=colour, linestyle=style, linewidth=1.6, label=label
            )
        for number, force in enumerate(dict.fromkeys(row.force for row in leaving.past)):
            rows = [row for row in leaving.past if row.force == force and row.months <= 12 * float(years[-1])]
            first = max(row.people for row in rows)
            look: dict[str, Any] = {
                "mfc": "white",
                "mec": INK,
                "ms": 4,
                "clip_on": False,
                "label": f"{force}, scaled to our start",
            }
            axis.plot([row.months / 12 for row in rows], [start * row.people / first for row in rows],
                      _PAST[number % len(_PAST)], **look)  # fmt: skip
        axis.set_ylim(bottom=0)
        axis.set_xlim(0, float(years[-1]))
        axis.set_xlabel("years after D")
        axis.set_ylabel("thousand people")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7.5)
        return svg_of(figure, name="exit", alt="People deployed by drawdown rule over ten years, beside past forces")


def draw_all(study: Study, plan: Plan, nations: dict[str, str], pool_nation: dict[str, str],
             pool_people: dict[str, float], ranges: Ranges | None = None) -> dict[str, str]:  # fmt: skip
    """Every chart of the brief by name; an empty string where there is nothing to draw."""
    return {
        "options": draw_options(study),
        "tasks": draw_tasks(plan.requirement, ranges),
        "force": draw_force(plan.force, plan.requirement, nations, pool_nation, pool_people),
        "ask": draw_ask(plan.force),
        "closure": draw_closure(plan.deployment),
        "line": draw_line(plan.coverage),
        "exit": draw_exit(plan.requirement.exit),
    }
