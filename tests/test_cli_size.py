"""`holdfast size` and `explain` refuse wrong words before computing anything."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from holdfast.cli import main


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
