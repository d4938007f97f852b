"""`holdfast size` and `explain` refuse wrong words before computing anything; what draws say is told in few digits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from holdfast.cli import main
from holdfast.cli.show_size import show_totals
from holdfast.studies.sizes_answer import Ranges, Spread


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["size", "ukraine-2025-02", "--chart", "sizes.pdf"], ".svg or .png"),
        (["size", "ukraine-2025-02", "-o", "sizes.svg"], "--chart"),
        (["size", "ukraine-2025-02", "--why-not", "0"], "why-not"),
        (["size", "ukraine-2025-02", "--posture", "robst"], "robust"),
        (["size", "ukraine-2025-02", "--draws", "-1"], "draws"),
        (["explain", "ukraine-2025-02", "size.in_country", "--depth", "-1"], "depth"),
        (["explain", "plan.nc", "size.in_country", "--set", "a=1"], "saved result"),
    ],
)
def test_wrong_words_are_refused_with_the_fix(words: list[str], message: str) -> None:
    """Each wrong flag ends with code 2 and a message that names what was expected."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert message in done.output


@pytest.mark.parametrize(
    ("nominal", "words"),
    [(8_330.0, "lies below its own range"), (50_240.0, "lies above its own range"), (20_000.0, "")],
)
def test_a_size_outside_its_own_range_says_why(nominal: float, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Below or above its 8 in 10 the reader is told why, once; inside it nothing is said. Totals carry three digits."""
    spread = Spread(low=8_754.0, middle=20_000.0, high=46_558.0)
    totals = dict.fromkeys(("in_country", "in_theatre", "pool_24_months"), spread)
    ranges = Ranges(draws=400, totals=totals, tasks={}, drivers=(), explained=0.0)
    needs = SimpleNamespace(
        in_country=nominal, in_theatre=9_000.0, pool_24_months=10_000.0, tooth_to_tail=1.4, figures={}, contracted=0.0
    )
    show_totals(needs, ranges)
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("its own range") == (1 if words else 0)
    assert words in told
    assert "8,750 - 46,600" in told
    assert "50,240" not in told


def test_details_show_units_over_draws_and_how_far_draws_are_off() -> None:
    """With --details the distribution by capability and the measured error of relaxed draws reach the reader."""
    done = CliRunner().invoke(main, ["size", "ukraine-2026-01", "--draws", "20", "--details"])
    assert done.exit_code == 0, done.output
    assert "Units over 20 draws" in done.output
    told = " ".join(done.output.split())
    assert "Fidelity of relaxed draws: people in country" in told
    assert "(10 draws solved both ways)" in told
