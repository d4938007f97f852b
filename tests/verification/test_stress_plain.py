"""The kernel beside the same rules written plainly in SimPy, and beside theory."""

import numpy as np
import pytest
from scipy import stats
from stress_plain import run_plain

from holdfast.models.incidents import expected_rate
from holdfast.stress.model import measure, run_replications
from stress_case import make_case

pytestmark = pytest.mark.verification

PAIRS = {
    "held": "held", "episodes": "episodes", "episodes_seen": "episodes_seen", "by_host": "episodes_by_host",
    "calls": "calls", "blocked": "calls_blocked", "tests": "tests", "seen": "tests_seen", "answered": "tests_answered",
    "denied": "tests_denied", "worst": "worst_level", "casualties": "casualties", "lost": "lost", "day": "collapse_day",
    "cause": "cause",
}  # fmt: skip
PLAIN, KERNEL = 1500, 12_000

CASES = {
    "all rules": {},
    "strong belief": {"belief_weight": 4.0, "consideration_per_year": 24.0, "decision_hours": 4.0},
    "no deterrence, deep escalation": {
        "belief_weight": 0.0, "escalation_share": 0.8, "cohesion_loss": 0.4, "attribution_probability": 0.5,
        "host_share": 0.9, "presence_effect": 0.0, "drones_per_raid": 60.0,
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_distributions_agree_with_a_plain_simpy_program(name: str) -> None:
    """Means of all measures and the distributions of four agree with a plain SimPy program of the same rules.

    False-alarm rate below 1 in 1,000 a case: 15 means at |z| < 4.4 (1.1e-5 each) and 4 Kolmogorov-Smirnov tests at
    p > 1e-4; the seeds are fixed.
    """
    case = make_case(futures=1, **CASES[name])
    plain = run_plain(case, replications=PLAIN, seed=1000)
    out = run_replications(case, replications=KERNEL)[0]
    for theirs, ours in PAIRS.items():
        x, y = np.array(plain[theirs]), measure(out, ours)
        error = np.sqrt(x.var() / x.size + y.var() / y.size)
        assert abs(x.mean() - y.mean()) <= 4.4 * error + 1e-12, (ours, x.mean(), y.mean())
    for theirs in ("episodes", "tests", "casualties", "day"):
        assert stats.ks_2samp(plain[theirs], measure(out, PAIRS[theirs])).pvalue > 1e-4, theirs


def quiet(**changes: float) -> dict[str, float]:
    """Episodes alone: no tests, no commitment, no presence effect."""
    return {
        "consideration_per_year": 0.0, "political_commitment": 0.0, "presence_effect": 0.0, "episode_decay_days": 0.5,
    } | changes  # fmt: skip


@pytest.mark.parametrize("branching", [0.0, 0.5, 0.8])
def test_episodes_have_the_moments_of_a_hawkes_process(branching: float) -> None:
    """Mean count = background/(1-n); index of dispersion 1/(1-n)^2 over a long window, 1 (Poisson) for n = 0.

    False-alarm rate below 1e-4 a case: 4.4 standard errors of 4,000 replications; the offspring cut off at the end of
    720 days shift the mean by less than 0.4 per cent, which is allowed for.
    """
    case = make_case(futures=1, **quiet(episode_branching=branching))
    counts = measure(run_replications(case, replications=4000)[0], "episodes")
    mean = float(expected_rate(0.5, branching)) * 720.0
    assert abs(counts.mean() - mean) < 4.4 * counts.std() / np.sqrt(counts.size) + 0.004 * mean
    expected = 1.0 / (1.0 - branching) ** 2
    kurtosis = float(np.mean((counts - counts.mean()) ** 4) / counts.var() ** 2)
    error = expected * np.sqrt((kurtosis - 1.0) / counts.size)
    assert abs(counts.var() / counts.mean() - expected) < 4.4 * error + 0.02 * expected


def test_a_force_sized_for_p_shows_p() -> None:
    """Where every place sees with probability p, a share p of episodes is seen (4.4 standard errors, clusters included)."""
    base = make_case(futures=1)
    seen = np.full_like(base.places.seen, 0.8)
    case = make_case(futures=1, places=type(base.places)(**{**vars(base.places), "seen": seen}))
    out = run_replications(case, replications=2000)[0]
    share = measure(out, "episodes_seen").sum() / measure(out, "episodes").sum()
    assert abs(share - 0.8) < 4.4 * np.sqrt(0.8 * 0.2 / measure(out, "episodes").sum())


def test_lambda_zero_gives_the_base_rates() -> None:
    """With belief_weight 0 every considered test is launched and levels come by their base rates (4.4 standard errors)."""
    rates = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    case = make_case(
        futures=1, belief_weight=0.0, escalation_share=0.0, cohesion_loss=0.0, consideration_per_year=0.2, base_rate=rates,
        rules={"loss_limit": 1e9},
    )  # fmt: skip
    out = run_replications(case, replications=40_000)[0]
    first = out[measure(out, "considerations") == 1]
    assert np.all(measure(first, "tests") == 1)
    for level, rate in enumerate(rates):
        share = float(np.mean(measure(first, "worst_level") == level + 1))
        assert abs(share - rate) < 4.4 * np.sqrt(rate * (1 - rate) / len(first))
