"""Every example of the documentation runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(?P<kind>python|console)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(kind):
    return [
        pytest.param(
            match["body"], id=f"{page.relative_to(ROOT)}:{page.read_text()[: match.start()].count(chr(10)) + 1}"
        )
        for page in PAGES
        if "_build" not in page.parts
        for match in FENCE.finditer(page.read_text(encoding="utf-8"))
        if match["kind"] == kind
    ]


@pytest.mark.slow
@pytest.mark.parametrize("body", blocks("python"))
def test_python_examples_run(body, tmp_path):
    """A Python example of the documentation runs as it stands, in an empty folder, without a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", body], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("body", blocks("console"))
def test_console_examples_run(body, tmp_path):
    """The commands of a console example run one after the other in an empty folder."""
    for line in body.splitlines():
        if not line.startswith("$ "):
            continue
        words = shlex.split(line[2:])
        assert words[0] == "holdfast", line
        command = [sys.executable, "-m", "holdfast", *words[1:]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
