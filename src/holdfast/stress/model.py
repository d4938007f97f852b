"""The mathematics around the kernel: one case as arrays, replications over futures, and the estimates drawn from them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import HoldfastError
from holdfast.core.progress import report
from holdfast.core.streams import key_of
from holdfast.stress.inputs import StressInputs
from holdfast.stress.names import MEASURES, PARAMETERS, RULES
from holdfast.stress.world.kernels import Crew, Line, World

Floats = NDArray[np.float64]

ABLATIONS = ("none", "presence", "belief", "denial", "backstop")
"""Mechanisms switched off, one at a time; `none` is the full model on the same replications."""

_ROOM, _MOST_ROOM = 1024, 1 << 22


def build_world(inputs: StressInputs) -> World:
    """The arrays of one case, contiguous and in the kernel's order."""
    places, crew = inputs.places, inputs.responders
    cumulated = np.concatenate([[0.0], np.cumsum(places.weight)])
    cumulated[-1] = 1.0
    edges = np.ascontiguousarray(places.edges_km - places.edges_km[0])
    hours = np.ascontiguousarray(places.hours)
    return World(
        Line(edges, cumulated, np.ascontiguousarray(places.seen), np.ascontiguousarray(places.presence)),
        Crew(
            crew.ready_day,
            crew.power,
            hours,
            np.ascontiguousarray(np.argsort(hours, axis=0, kind="stable").T.astype(np.int64)),
            np.concatenate([[0], np.cumsum(crew.companies)]).astype(np.int64),
        ),
        np.ascontiguousarray(places.weight),
        np.ascontiguousarray(inputs.cover_own),
        np.ascontiguousarray(inputs.cover_backstop),
        np.ascontiguousarray(inputs.strength),
        np.ascontiguousarray(inputs.elements.power),
        np.ascontiguousarray(inputs.elements.air_defence),
        np.ascontiguousarray(inputs.nation_share),
        inputs.base_rate,
        inputs.sightings,
        inputs.window_h,
        inputs.attack,
        inputs.loss,
        inputs.casualty_mean,
        np.ascontiguousarray(inputs.graduates),
        np.array([inputs.rules[name] for name in RULES], dtype=float),
    )


def without(inputs: StressInputs, mechanism: str) -> StressInputs:
    """The same case with one mechanism switched off (one of `ABLATIONS`)."""
    if mechanism == "presence":
        return replace(inputs, places=replace(inputs.places, presence=np.zeros_like(inputs.places.presence)))
    if mechanism == "backstop":
        promises = inputs.promises.copy()
        promises[:, :, :2] = 0.0
        return replace(inputs, promises=promises)
    if mechanism in {"belief", "denial"}:
        return replace(inputs, rules=inputs.rules | {f"{mechanism}_on": 0.0})
    return inputs


def run_replications(
    inputs: StressInputs, *, replications: int, threads: int | None = None, what: str = "stress"
) -> Floats:
    """Every future's replications: array (future, replication, measure) in the order of `names.MEASURES`.

    The same bits for any number of threads: each draw is keyed by future, replication, event and decision.

    Raises
    ------
    HoldfastError
        When more events are pending at once than the queue may hold (a branching ratio too near 1).
    """
    futures = inputs.parameters.shape[0]
    out = np.zeros((futures, replications, len(MEASURES)))
    world, key = build_world(inputs), np.uint64(key_of(inputs.seed, "stress"))
    workers = max(1, threads or min(os.cpu_count() or 1, futures))
    cuts = np.linspace(0, futures, min(futures, 8 * workers) + 1).astype(int)
    jobs = [(int(low), int(high)) for low, high in pairwise(cuts) if high > low]

    def run(job: tuple[int, int]) -> None:
        _simulate(world, inputs, key, job, out)

    report(what, 0.0)
    with ThreadPoolExecutor(workers) as pool:
        for number, _ in enumerate(pool.map(run, jobs), start=1):
            report(what, number / len(jobs))
    return out


def _simulate(world: World, inputs: StressInputs, key: np.uint64, job: tuple[int, int], out: Floats) -> None:
    from holdfast.stress.kernels import simulate

    low, high = job
    parameters = np.ascontiguousarray(inputs.parameters[low:high])
    promises = np.ascontiguousarray(inputs.promises[low:high])
    room = _ROOM
    while not simulate(world, parameters, promises, key, low, room, out[low:high]):
        room *= 4
        if room > _MOST_ROOM:
            branching = float(parameters[:, PARAMETERS.index("behaviour.episode_branching")].max())
            raise HoldfastError(
                f"more than {_MOST_ROOM} events are pending in futures {low} to {high - 1}, whose episode_branching "
                f"reaches {branching:.3g}; lower episode_branching or episodes_per_100km_day"
            )


def measure(out: Floats, name: str) -> Floats:
    """One measure of the kernel's output."""
    return np.asarray(out[..., MEASURES.index(name)])


def futures_range(hold: Floats) -> tuple[float, float]:
    """10th and 90th percentile over futures of P(hold): how far the inputs leave it open."""
    low, high = np.percentile(hold, [10.0, 90.0])
    return float(low), float(high)


def ablate(inputs: StressInputs, *, replications: int) -> dict[str, tuple[float, ...]]:
    """P(hold), mean episodes and mean tests with one mechanism off, on the same futures, replications and draws."""
    found: dict[str, tuple[float, ...]] = {}
    for mechanism in ABLATIONS:
        out = run_replications(without(inputs, mechanism), replications=replications, what=f"ablation: {mechanism}")
        found[mechanism] = tuple(float(measure(out, name).mean()) for name in ("held", "episodes", "tests"))
    return found
