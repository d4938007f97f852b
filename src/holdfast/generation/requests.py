"""The request: one element of the backstop as a sentence that a diplomat could put in a paper."""

from __future__ import annotations

from holdfast.generation.approvals import condition_of
from holdfast.generation.inputs import Element, GenerationInputs
from holdfast.generation.supply import find_edges
from holdfast.scenario.conditions import Condition, Fact, Joined, Not, describe

_MODES = {
    "operate_outside": "operated by its own crews from outside the country",
    "standby": "held on standby outside the country",
    "service": "provided as a service from outside the country",
    "transfer": "handed over for good",
}
_MOST_TASKS = 3  # named in a sentence


def request_of(inputs: GenerationInputs, element: Element) -> str:
    """What is asked for: units and how they are provided, where based, ready by which day, for which need, on what terms."""
    kind = inputs.kinds[element.capability]
    place = element.based_name or element.based
    sentences = [
        f"{element.owner_name or element.owner} is asked for {element.units:g} × {kind.name}, {_mode(inputs, element)}",
        f"based at {place}" if place else "",
        f"ready {element.ready_days:.0f} days after the ceasefire",
        _need(inputs, element),
    ]
    terms = _terms(inputs, element)
    return ", ".join(filter(None, sentences)) + "." + (f" {terms}" if terms else "")


def _mode(inputs: GenerationInputs, element: Element) -> str:
    words = _MODES[element.mode]
    if element.mode != "transfer":
        return words
    names = {nation.id: nation.name for nation in inputs.contributors}
    crew = names.get(element.crew_nation, element.crew_nation)
    stock = f" with {element.interceptors:g} interceptors" if element.interceptors > 0 else ""
    return f"{words}{stock}" + (f" and crewed by {crew}" if crew else "")


def _need(inputs: GenerationInputs, element: Element) -> str:
    """The requirement that its units fill, by the edges of generation."""
    reached = {edge.line for edge in find_edges(inputs) if edge.source == element.id}
    lines = [line for line in inputs.demand if line.id in reached]
    if not lines:
        return "for no requirement of this option"
    units: dict[str, float] = {}
    tasks: dict[str, float] = {}
    for line in lines:
        units[line.capability] = units.get(line.capability, 0.0) + line.units
        for task, count in line.by_task:
            tasks[task] = tasks.get(task, 0.0) + count * line.weight
    needs = " and ".join(f"{count:g} × {inputs.kinds[name].name}" for name, count in units.items())
    served = sorted(tasks, key=lambda task: (-tasks[task], task))[:_MOST_TASKS]
    return f"towards the requirement of {needs}" + (f" (task: {', '.join(served)})" if served else "")


def _terms(inputs: GenerationInputs, element: Element) -> str:
    condition = condition_of(element.conditions)
    if condition.names <= {"always"}:
        return ""
    said = say_condition(condition)
    for nation in inputs.contributors:
        said = said.replace(describe(f"nation.{nation.id}"), f"{nation.name} takes part")
    return f"Terms: {said}."


def say_condition(condition: Condition) -> str:
    """A condition in words, its brackets kept."""
    if isinstance(condition, Not):
        return f"it is not so that {say_condition(condition.part)}"
    if isinstance(condition, Joined):
        parts = [
            f"({say_condition(part)})" if isinstance(part, Joined) else say_condition(part) for part in condition.parts
        ]
        return f" {condition.word} ".join(parts)
    return describe(condition.name) if isinstance(condition, Fact) else str(condition)
