"""Start-up: `holdfast --help` beside a bare interpreter, in one run, as a ratio.

Target: `--help` under 0.2 s on the reference machine. Run: python benchmarks/bench_startup.py
"""

from __future__ import annotations

import subprocess
import sys
import time

RUNS = 9


def seconds(*words: str) -> float:
    """Median wall time of a command over an odd number of runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *words], capture_output=True, check=True)
        taken.append(time.perf_counter() - start)
    return sorted(taken)[RUNS // 2]


if __name__ == "__main__":
    bare = seconds("-c", "pass")
    for name, words in {
        "import holdfast": ("-c", "import holdfast"),
        "holdfast --help": ("-m", "holdfast", "--help"),
        "holdfast check": ("-m", "holdfast", "check", "ukraine-2025-02"),
        "holdfast size": ("-m", "holdfast", "size", "ukraine-2025-02", "--json"),
    }.items():
        taken = seconds(*words)
        print(f"{name:18} {taken:6.3f} s   {taken / bare:5.1f} x a bare interpreter ({bare:.3f} s)")
