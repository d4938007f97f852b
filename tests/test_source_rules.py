"""Rules of the sources that no linter knows."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src" / "holdfast").rglob("*.py"))
ALIGNING = {"Dataset", "concat", "merge", "combine_by_coords", "align"}


def tracked_files():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_core_arrays_builds_datasets(path):
    """Aligning constructors of xarray stand in one place, where labels are checked."""
    if path.name == "arrays.py" and path.parent.name == "core":
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"xr", "xarray"}
        and node.func.attr in ALIGNING
    ]
    assert calls == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_loads_code_from_data(path):
    """No eval, exec, pickle or shell in the package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not names & {"eval", "exec", "compile", "__import__"}
    assert not imported & {"pickle", "marshal", "shelve", "subprocess", "socket", "urllib.request", "http.client"}


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    """The repository names no package registry's host and no developer's machine."""
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    pattern = re.compile("|".join(map(re.escape, hosts)) + r"|/root/|/home/[a-z]+/|/work/")
    offending = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if path.suffix not in {".png", ".gz", ".nc", ".zip"} and path != Path(__file__)
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert offending == []


def test_the_lock_is_pinned_and_hashed():
    """Every requirement of the lock has one version and at least one hash, and no address."""
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 50
    assert [
        block.split()[0] for block in blocks if "==" not in block.split("\n")[0] or "--hash=sha256:" not in block
    ] == []
    assert "://" not in text


def test_the_core_stays_small():
    """A new core dependency is a decision: ARCHITECTURE.md names thirteen."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(project["dependencies"]) <= 13


def test_start_up_imports_nothing_heavy():
    """`import holdfast` and `--help` load none of the numerical libraries (they would break the 0.2 s of start-up)."""
    code = (
        "import sys, holdfast, holdfast.cli\n"
        "heavy = {'numpy','scipy','numba','xarray','linopy','pydantic','matplotlib','pyproj','shapely','pandas','rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_bundled_data_file_has_a_licence():
    """LICENCES.csv has a row for each file or folder bundled with the package."""
    import csv

    data = ROOT / "src" / "holdfast" / "data"
    with (data / "LICENCES.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = [row["path"].rstrip("/") for row in rows]
    missing = [
        path.relative_to(data).as_posix()
        for path in data.rglob("*")
        if path.is_file()
        and path.name not in {"LICENCES.csv", "__init__.py"}
        and "__pycache__" not in path.parts
        and not any(path.relative_to(data).as_posix().startswith(name) for name in named)
    ]
    assert missing == []
