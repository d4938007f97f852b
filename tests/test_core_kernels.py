"""The kernel cache follows every kernel source."""

import shutil
import subprocess
import sys
from pathlib import Path

import holdfast

PACKAGE = Path(holdfast.__file__).parent
HELPER = "from holdfast.core.kernels import njit\n\n\n@njit\ndef helper(x):\n    return x + {}\n"
CALLER = "from holdfast.a.kernels import helper\nfrom holdfast.core.kernels import njit\n\n\n@njit\ndef caller(x):\n    return helper(x)\n"


def test_an_edit_in_a_helper_of_another_file_is_seen(tmp_path):
    """The cache of numba alone would return the old number; ours is keyed by the hash of all kernel sources."""
    copy = tmp_path / "holdfast"
    for part in ("__init__.py", "core"):
        source = PACKAGE / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part) if copy.exists() else (
            copy.mkdir(), (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part))  # fmt: skip
    for name, text in (("a", HELPER.format(1)), ("b", CALLER)):
        (copy / name).mkdir()
        (copy / name / "__init__.py").write_text("")
        (copy / name / "kernels.py").write_text(text)
    found = []
    for constant in (1, 2):
        (copy / "a" / "kernels.py").write_text(HELPER.format(constant))
        done = subprocess.run(
            [sys.executable, "-c", "from holdfast.b.kernels import caller; print(caller(10))"],
            cwd=tmp_path, env={"HOLDFAST_CACHE": str(tmp_path / "cache"), "PATH": "", "PYTHONPATH": str(tmp_path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.append(int(done.stdout))
    assert found == [11, 12]
