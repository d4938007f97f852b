"""The same bits in another time zone, locale, hash seed, folder and number of threads."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from conftest import require

COMMAND = [sys.executable, "-m", "holdfast", "size", "ukraine-2025-02", "--json"]


def run(folder, **changes):
    env = {key: value for key, value in os.environ.items() if key not in {"TZ", "LANG", "LC_ALL", "PYTHONHASHSEED"}}
    done = subprocess.run(COMMAND, cwd=folder, env=env | changes, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@cache
def usual():
    return run(Path.cwd(), LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0")


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Pacific/Chatham", "America/St_Johns"])
def test_the_time_zone_changes_nothing(zone):
    """A planner in another time zone gets the same document."""
    assert run(Path.cwd(), TZ=zone) == usual()


@pytest.mark.slow
def test_a_comma_decimal_locale_changes_nothing():
    """A German machine writes and reads the same numbers."""
    require("locale")
    assert run(Path.cwd(), LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8") == usual()


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "4242"])
def test_the_hash_seed_changes_nothing(seed):
    """No result depends on the order of a set."""
    assert run(Path.cwd(), PYTHONHASHSEED=seed) == usual()


@pytest.mark.slow
def test_a_folder_with_spaces_and_cyrillic_changes_nothing(tmp_path):
    """The working folder's name is no input."""
    folder = tmp_path / "тека з пробілом"
    folder.mkdir()
    assert run(folder) == usual()


@pytest.mark.slow
def test_the_number_of_threads_changes_nothing():
    """One thread or two: the same bits."""
    one = run(Path.cwd(), OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    assert one == run(Path.cwd(), OMP_NUM_THREADS="2", NUMBA_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2") == usual()
