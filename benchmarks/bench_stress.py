"""Time the stress kernel beside the same rules written plainly in SimPy, in one process, at three sizes."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter, process_time

_TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(_TESTS), str(_TESTS / "verification")]

SIZES = {"quiet line": 0.1, "as in the tests": 0.5, "boiling line": 3.0}
"""Background episodes per 100 km and day."""
PLAIN, KERNEL = 20, 400


def main() -> None:
    """Print accepted events per second of both programs and their ratio; the first compilation is told apart."""
    from stress_plain import run_plain  # type: ignore[import-not-found]  # as above

    from holdfast.stress.model import measure, run_replications
    from stress_case import make_case  # type: ignore[import-not-found]  # beside the tests, not installed

    start = perf_counter()
    run_replications(make_case(futures=1), replications=1, threads=1)
    print(f"first run, with compilation or its cache: {perf_counter() - start:.1f} s")
    print(f"{'size':<18}{'SimPy ev/s':>14}{'kernel ev/s':>14}{'ratio':>8}")
    for name, rate in SIZES.items():
        case = make_case(futures=1, episodes_per_100km_day=rate)
        start = process_time()
        plain = run_plain(case, replications=PLAIN, seed=1)
        plain_rate = (sum(plain["episodes"]) + sum(plain["tests"])) / (process_time() - start)
        start = process_time()
        out = run_replications(case, replications=KERNEL, threads=1)
        events = float(measure(out, "episodes").sum() + measure(out, "tests").sum())
        kernel_rate = events / (process_time() - start)
        print(f"{name:<18}{plain_rate:>14,.0f}{kernel_rate:>14,.0f}{kernel_rate / plain_rate:>8,.0f}")


if __name__ == "__main__":
    main()
