"""Every command has help with an example, says what is wrong, and leaves nothing half-written."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from holdfast.cli import _COMMANDS, main


def holdfast(*words, cwd=None, env=None):
    return subprocess.run(
        [sys.executable, "-m", "holdfast", *map(str, words)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_has_help_with_an_example(name):
    """The help of a command shows a line one can type."""
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert f"holdfast {name}" in done.output


def test_a_mistyped_command_is_answered_with_the_nearest():
    """`holdfast siz` says that `size` is meant."""
    done = CliRunner().invoke(main, ["siz"])
    assert done.exit_code == 2
    assert "'size'" in done.output


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["size", "no-such-scenario"], 1, "no-such-scenario"),
        (["size", "ukraine-2025-02", "--option", "robust_100"], 1, "'robust_100k'"),
        (["size", "ukraine-2025-02", "--settlement", "thinned"], 1, "thinned"),
        (["size", "ukraine-2025-02", "--set", "service.respond_minute=45"], 1, "respond_minutes"),
        (["size", "ukraine-2025-02", "--set", "service.respond_minutes=soon"], 1, "respond_minutes"),
        (["size", "ukraine-2025-02", "--set", "service.respond_minutes"], 2, "KEY=VALUE"),
        (["size", "ukraine-2025-02", "--cap", "-5"], 2, "cap"),
        (["explain", "no-such-file.nc"], 1, "no-such-file.nc"),
        (["check", "no-such-folder"], 1, "no-such-folder"),
    ],
)
def test_wrong_input_gives_a_message_and_its_exit_code(words, code, message, tmp_path):
    """The message names what is wrong; no traceback; the exit code is the documented one."""
    done = holdfast(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert message in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_json_is_one_document(tmp_path):
    """With --json standard output is one JSON document, whatever solvers print."""
    done = holdfast("generate", "ukraine-2025-02", "--option", "observe_light", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["case"]["option"] == "observe_light"
    assert "not" in document["disclaimer"] or "never" in document["disclaimer"]


def test_a_result_is_saved_explained_and_not_overwritten(tmp_path):
    """-o keeps the result, explain reaches the sources, a second run refuses to overwrite (exit 4)."""
    done = holdfast("size", "ukraine-2025-02", "-o", "size.nc", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    explained = holdfast("explain", "size.nc", "size.in_country", cwd=tmp_path)
    assert explained.returncode == 0, explained.stderr
    assert "assumption" in explained.stdout or "source" in explained.stdout
    unknown = holdfast("explain", "size.nc", "size.in_contry", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "size.in_country" in unknown.stderr
    again = holdfast("size", "ukraine-2025-02", "-o", "size.nc", cwd=tmp_path)
    assert again.returncode == 4
    assert "--force" in again.stderr


def test_a_new_scenario_checks_clean_and_is_not_overwritten(tmp_path):
    """The template is a scenario without a problem; a second `new` into it is refused."""
    assert holdfast("new", "мій сценарій", cwd=tmp_path).returncode == 0
    checked = holdfast("check", "мій сценарій", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert holdfast("new", "мій сценарій", cwd=tmp_path).returncode == 4
