"""Contrasts: paired over futures, honest about what they cannot tell apart."""

from dataclasses import replace

import numpy as np
import pytest

from holdfast.core.errors import LabelError
from holdfast.results.stages import Stress
from holdfast.stress.names import PARAMETERS
from holdfast.stress.stage import stress
from holdfast.studies.contrast import best_split, contrast, find_flip, mean_interval
from stress_case import make_case, parameters


def over_futures(*, power: float = 1.0, futures: int = 40, **changes: float) -> Stress:
    """A case whose futures differ in the rate of consideration, run on shared draws."""
    drawn = parameters(futures, **changes)
    drawn[:, PARAMETERS.index("behaviour.consideration_per_year")] = np.linspace(2.0, 30.0, futures)
    case = make_case(futures=futures, replications=8)
    crew = replace(case.responders, power=case.responders.power * power)
    return stress(replace(case, parameters=drawn, responders=crew))


def test_the_stronger_option_is_named_better_whichever_comes_first() -> None:
    """Order of arguments does not matter; difference is positive, shares lie in 0..1, correlation is what pairing gave."""
    strong, weak = over_futures(power=4.0), over_futures(power=0.1)
    one = contrast(strong, weak, name="strong", other_name="weak")
    two = contrast(weak, strong, name="weak", other_name="strong")
    assert (one.better, one.worse) == (two.better, two.worse) == ("strong", "weak")
    assert one.difference == pytest.approx(two.difference)
    assert one.difference > 0
    assert one.low <= one.difference <= one.high
    assert one.wins_share + one.ties_share <= 1.0
    assert one.correlation > 0.3


def test_an_option_against_itself_is_a_tie_and_not_distinguishable() -> None:
    """The same option twice: all futures tie, no difference, no flip."""
    result = over_futures()
    same = contrast(result, result, name="a", other_name="b")
    assert same.ties_share == 1.0
    assert same.difference == 0.0
    assert not same.distinguishable
    assert same.flips == ""


def test_options_of_different_futures_are_refused() -> None:
    """Results over different futures cannot be paired: an error, not an alignment."""
    with pytest.raises(LabelError, match="different futures"):
        contrast(over_futures(futures=10), over_futures(futures=12), name="a", other_name="b")


def test_a_planted_threshold_is_found() -> None:
    """Where the order flips at 0.6 of one input among five, that input and a value near 0.6 are named."""
    rng = np.random.default_rng(4)
    values = rng.uniform(size=(120, 5))
    gap = np.where(values[:, 3] > 0.6, -0.2, 0.3) + rng.normal(0, 0.15, 120)
    flip = find_flip(gap, ("a", "b", "c", "d", "e"), values)
    assert flip is not None
    assert flip.parameter == "d"
    assert flip.threshold == pytest.approx(0.6, abs=0.05)
    assert flip.below > 0 > flip.above


def test_no_threshold_is_named_where_inputs_decide_nothing() -> None:
    """Over 60 sets of pure noise a flip is named in at most 8 (expected at most 3 at the 5 % level; false alarm < 0.01)."""
    named = 0
    for number in range(60):
        rng = np.random.default_rng(number)
        named += find_flip(rng.normal(0.02, 0.2, 60), tuple("abcdef"), rng.uniform(size=(60, 6))) is not None
    assert named <= 8


def test_best_split_is_the_best_by_brute_force() -> None:
    """The stump explains as much variance as the best of all splits tried one by one."""
    rng = np.random.default_rng(1)
    values, gap = rng.uniform(size=(30, 3)), rng.normal(size=30)
    best = 0.0
    for column in range(3):
        for size in range(8, 23):
            order = np.argsort(values[:, column])
            parts = gap[order[:size]], gap[order[size:]]
            best = max(best, gap.var() * 30 - sum(part.var() * part.size for part in parts))
    assert best_split(gap, values)[0] == pytest.approx(best)


def test_few_futures_allow_no_split_and_no_interval() -> None:
    """With a handful of futures nothing is claimed: no split, and with one future an endless interval."""
    assert best_split(np.ones(6), np.ones((6, 2)))[1] == -1
    assert mean_interval(np.array([0.3])) == (-np.inf, np.inf)
