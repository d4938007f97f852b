import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.core.statistics import wilson_interval
from holdfast.results.derivation import explain_figure
from holdfast.stress import names
from holdfast.stress.inputs import StressInputs
from holdfast.stress.model import ABLATIONS, futures_range, measure, run_replications, without
from holdfast.stress.places import Places
from holdfast.stress.stage import per_future_hold, stress
from stress_case import NOMINAL, make_case, parameters

SMOOTH = {"cohesion_loss": 0.0, "rules": {"host_reaction_probability": 0.0}}
"""Cohesion and host reaction off: then more of a good thing never hurts in expectation."""


KERNEL_PARAMETERS = """EPISODES BRANCHING DECAY PRESENCE CONSIDER WEIGHT PRIOR ATTRIBUTE DECISION HOST COHESION ESCALATE
COMMITMENT HALF_LIFE BRIGADES HOST_BRIGADES BATTALIONS DRONES"""
KERNEL_RULES = """HORIZON EVEN STEEP DELEGATED BACKSTOP LADDER CALL SERVICE SPREAD RETALIATE HOST_STARTS ESCALATION COSTLY
TENSION REACT REACT_EPISODES CASUALTY FLOOR LIMIT CONCENTRATION BATTALIONS STOCK RESUPPLY KILL BELIEF_ON DENIAL_ON"""
KERNEL_MEASURES = """HELD EPISODES TESTS SEEN ANSWERED DENIED WORST CASUALTIES COLLAPSE EPISODES_SEEN BY_HOST CALLS
BLOCKED CONSIDERED SHARE LOST CAUSE CANDIDATES"""


def hold(case: StressInputs, *, replications: int = 400) -> np.ndarray:
    return measure(run_replications(case, replications=replications), "held").mean(axis=1)


def with_places(case: StressInputs, **changes: Any) -> StressInputs:
    return replace(case, places=replace(case.places, **changes))


def with_crew(case: StressInputs, **changes: Any) -> StressInputs:
    return replace(case, responders=replace(case.responders, **changes))


def test_kernel_counts_by_the_published_names() -> None:
    """Every column the kernels count by stands where names.py says it does."""
    from holdfast.stress.world import kernels as world

    kernel_names = {
        "P_": (KERNEL_PARAMETERS, names.PARAMETERS),
        "R_": (KERNEL_RULES, names.RULES),
        "M_": (KERNEL_MEASURES, names.MEASURES),
        "E_": ("BELIEVED HONOURED DELAY READY", names.PROMISE),
    }
    for stem, (words, published) in kernel_names.items():
        assert [getattr(world, stem + word) for word in words.split()] == list(range(len(published)))
    assert len(names.LEVELS) == world.N_LEVELS
    assert len(names.BEHAVIOUR) == 12


def test_no_considered_test_always_holds() -> None:
    """Zero threat: with no tests considered, or base rates of 0, the arrangement holds in every replication."""
    assert hold(make_case(consideration_per_year=0.0)).min() == 1.0
    assert hold(make_case(base_rate=np.zeros(5))).min() == 1.0


def test_overwhelming_threat_never_holds() -> None:
    """A challenger who weighs nothing and considers renewed war weekly always brings the arrangement down."""
    case = make_case(consideration_per_year=52.0, belief_weight=0.0, base_rate=np.array([0.0, 0.0, 0.0, 0.0, 1.0]))
    assert hold(case).max() == 0.0


def test_doubling_the_sectors_changes_nothing() -> None:
    """Cutting every place in two halves leaves every outcome the same (to rounding of where a place ends)."""
    case = make_case(futures=3, replications=100)
    old = case.places
    middle = 0.5 * (old.edges_km[1:] + old.edges_km[:-1])
    halves = Places(
        edges_km=np.sort(np.concatenate([old.edges_km, middle])),
        sector=tuple(name for name in old.sector for _ in range(2)),
        weight=np.repeat(old.weight, 2) / 2,
        seen=np.repeat(old.seen, 2, axis=0),
        presence=np.repeat(old.presence, 2, axis=0),
        hours=np.repeat(old.hours, 2, axis=1),
    )
    one, two = (
        run_replications(case, replications=100),
        run_replications(replace(case, places=halves), replications=100),
    )
    assert np.mean(np.all(np.isclose(one, two, rtol=1e-9), axis=2)) > 0.99
    assert np.isclose(one.mean(axis=(0, 1)), two.mean(axis=(0, 1)), rtol=0.02, atol=0.02).all()


def test_two_options_share_every_exogenous_draw() -> None:
    """Options meet the same candidates in the same futures; what is left of chance is shared, so outcomes correlate."""
    drawn = np.array([[*parameters(1)[0]] for _ in range(60)])
    drawn[:, names.PARAMETERS.index("behaviour.consideration_per_year")] = np.linspace(2, 30, 60)
    strong = replace(make_case(futures=60), parameters=drawn)
    weak = with_crew(strong, power=strong.responders.power / 4)
    one, two = run_replications(strong, replications=10), run_replications(weak, replications=10)
    both = (measure(one, "held") == 1) & (measure(two, "held") == 1)
    assert both.sum() > 50
    for name in ("considerations", "candidates"):
        assert np.array_equal(measure(one, name)[both], measure(two, name)[both])
    assert np.corrcoef(measure(one, "held").ravel(), measure(two, "held").ravel())[0, 1] > 0.5


def test_a_new_element_of_chance_elsewhere_shifts_no_other_draw() -> None:
    """Taking the backstop away leaves every episode of a replication without tests bit for bit the same."""
    case = make_case(consideration_per_year=0.0)
    assert np.array_equal(
        run_replications(case, replications=5), run_replications(without(case, "backstop"), replications=5)
    )


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_more_detection_speed_and_force_never_hurt(data: st.DataObject) -> None:
    """In expectation, cohesion and reaction off: seeing more, arriving sooner and more force never lower P(hold).

    Paired over 400 replications of 4 futures; the bound is 4 standard errors of the paired difference (false-alarm rate
    below 1e-3 over the examples).
    """
    case = make_case(
        **SMOOTH, seed=data.draw(st.integers(0, 99)), belief_weight=data.draw(st.sampled_from([0.5, 1.5, 4.0])),
        attribution_probability=data.draw(st.sampled_from([0.5, 0.9])),
    )  # fmt: skip
    factor = data.draw(st.floats(1.1, 3.0))
    better = {
        "detection": with_places(case, seen=1 - (1 - case.places.seen) ** factor),
        "speed": with_places(case, hours=case.places.hours / factor),
        "force": with_crew(case, power=case.responders.power * factor),
        "warning": replace(case, parameters=parameters(4, cohesion_loss=0.0, decision_hours=12.0 / factor,
                                                        belief_weight=case.parameters[0, 5],
                                                        attribution_probability=case.parameters[0, 7])),
    }[data.draw(st.sampled_from(["detection", "speed", "force", "warning"]))]  # fmt: skip
    gap = measure(run_replications(better, replications=400), "held") - measure(
        run_replications(case, replications=400), "held"
    )
    assert gap.mean() >= -4.0 * gap.std() / np.sqrt(gap.size) - 1e-12


def test_presence_acts_on_episodes_and_belief_and_denial_on_tests() -> None:
    """The ablation shows each: no presence, more episodes and the same tests; no belief, denial or backstop, more tests."""
    result = stress(make_case(futures=30, replications=80, belief_weight=3.0, **SMOOTH))
    table = result.ablation
    assert list(table["ablation"].values) == list(ABLATIONS)
    base = table.sel(ablation="none")
    assert float(table["episodes"].sel(ablation="presence")) > 1.05 * float(base["episodes"])
    assert float(table["tests"].sel(ablation="presence")) == float(base["tests"])
    for mechanism in ("belief", "denial", "backstop"):
        assert float(table["tests"].sel(ablation=mechanism)) > float(base["tests"])
        assert float(table["hold"].sel(ablation=mechanism)) <= float(base["hold"])


def test_without_tests_presence_lowers_episodes_by_its_effect() -> None:
    """Full presence with an effect of one half and no offspring halves the episodes (4.4 standard errors)."""
    case = make_case(
        futures=1, consideration_per_year=0.0, presence_effect=0.5, episode_branching=0.0, political_commitment=0.0
    )
    full = with_places(case, presence=np.ones_like(case.places.presence))
    none = measure(run_replications(without(case, "presence"), replications=1000), "episodes")
    half = measure(run_replications(full, replications=1000), "episodes")
    assert abs(half.mean() / none.mean() - 0.5) < 4.4 * 0.5 * np.sqrt(1 / half.sum() + 1 / none.sum())


def test_belief_deters_and_honour_protects() -> None:
    """More belief means fewer tests with nothing honoured; more honour means more tests denied with nothing believed."""
    case = make_case(futures=20, belief_weight=3.0, **SMOOTH)

    def promised(believed: float, honoured: float) -> np.ndarray:
        promises = case.promises.copy()
        promises[:, :, 0], promises[:, :, 1] = believed, honoured
        return run_replications(replace(case, promises=promises), replications=100)

    none, believed, kept = promised(0, 0), promised(1, 0), promised(0, 1)
    assert measure(believed, "tests").sum() < measure(none, "tests").sum()
    share = [measure(out, "tests_denied").sum() / measure(out, "tests").sum() for out in (none, kept)]
    assert share[1] > share[0]


def test_no_force_is_well_formed() -> None:
    """Without a force nothing is seen, answered or lost by it; host forces still deny."""
    case = make_case()
    empty = replace(
        with_crew(
            case, ids=(), lonlat=np.zeros((0, 2)), line_km=np.zeros(0), ready_day=np.zeros(0), power=np.zeros(0),
            people=np.zeros(0), companies=np.zeros(0, dtype=np.int64), flies=np.zeros(0), speed_kmh=np.zeros(0),
        ),
        posture="none", nations=(), nation_share=np.zeros(0), elements=type(case.elements)(),
        promises=np.zeros((4, 0, 4)), cover_own=np.zeros(24), cover_backstop=np.zeros(24),
    )  # fmt: skip
    empty = with_places(
        empty,
        seen=np.zeros_like(case.places.seen),
        presence=np.zeros_like(case.places.presence),
        hours=np.zeros((0, 5)),
    )
    result = stress(empty)
    for name in ("tests_seen", "tests_answered", "casualties", "episodes_seen", "calls"):
        assert float(result.outcomes[name].max()) == 0.0
    assert float(result.outcomes["tests_denied"].sum()) > 0
    assert set(np.unique(result.outcomes["cause"])) <= {0, 1, 2}


def test_the_result_is_whole_and_labelled() -> None:
    """Every field is filled, every array carries units, and the headline is explained down to the twelve parameters."""
    result = stress(make_case(futures=12, replications=20))
    assert set(names.MEASURES) == set(result.outcomes)
    assert all(result.outcomes[name].attrs["units"] for name in result.outcomes)
    assert result.outcomes["held"].dims == ("future", "replication")
    assert result.hold_low <= result.hold_mean <= result.hold_high
    assert result.wilson_low < result.hold_mean < result.wilson_high
    assert result.futures.dims == ("future", "parameter")
    assert result.futures.sizes["parameter"] == len(NOMINAL) + 2 * len(names.PROMISE)
    assert np.allclose(per_future_hold(result), result.outcomes["held"].mean("replication"))
    text = explain_figure(result.figures, "stress.hold_monte_carlo")
    assert "Wilson" in text
    assert "percentile over futures" in text
    assert all(f"behaviour.{name}" in text for name in names.BEHAVIOUR)
    ended = result.outcomes["collapse_day"].values < 720
    assert np.array_equal(ended, result.outcomes["held"].values == 0)


def test_threads_and_splits_do_not_change_a_bit() -> None:
    """One thread and four give the same bits; a future alone gives what it gives among others."""
    case = make_case(futures=9)
    one = run_replications(case, replications=6, threads=1)
    assert np.array_equal(one, run_replications(case, replications=6, threads=4))
    assert np.array_equal(one[:, :2], run_replications(case, replications=2))


def test_a_queue_that_overflows_is_run_again_with_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of the queue never shows in the result, and an explosive process is an error that names the cause."""
    from holdfast.stress import model

    case = make_case(futures=2)
    whole = run_replications(case, replications=3)
    monkeypatch.setattr(model, "_ROOM", 1)
    assert np.array_equal(whole, run_replications(case, replications=3))
    monkeypatch.setattr(model, "_MOST_ROOM", 4)
    with pytest.raises(HoldfastError, match="episode_branching"):
        run_replications(case, replications=3)


def test_the_same_bits_with_compilation_off() -> None:
    """A small case gives the same bits compiled and interpreted (HOLDFAST_JIT=0)."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from stress_case import make_case\n"
        "from holdfast.core.kernels import is_compiled\n"
        "from holdfast.stress.model import run_replications\n"
        "out = run_replications(make_case(futures=2, months=6), replications=2)\n"
        "print(is_compiled(), out.tobytes().hex())\n"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | {"HOLDFAST_JIT": "0"}
    ).stdout.split()
    assert done[0] == "False"
    assert done[1] == run_replications(make_case(futures=2, months=6), replications=2).tobytes().hex()


@given(successes=st.integers(0, 50), more=st.integers(0, 50))
def test_wilson_interval_holds_the_share_and_stays_inside(successes: int, more: int) -> None:
    """The interval contains the share, lies in [0, 1], and matches the published formula at 0 of n."""
    trials = successes + more + 1
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    if successes == 0:
        assert high == pytest.approx(1.959963984540054**2 / (trials + 1.959963984540054**2))


def test_futures_range_is_the_tenth_and_ninetieth_percentile() -> None:
    """Of 0, 0.1, ..., 1 the range is 0.1 to 0.9."""
    assert futures_range(np.linspace(0, 1, 11)) == pytest.approx((0.1, 0.9))
