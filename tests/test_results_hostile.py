"""A result file that was damaged or edited by hand is refused when it is read, in words, and reads nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from holdfast.core.errors import FileConflictError, FileFormatError, ScenarioError
from holdfast.results.derivation import Figure
from holdfast.results.plan import CaseRecord, Contrast, Study
from holdfast.results.shape import fits
from holdfast.results.store import check_result_path, load_result, save_result
from holdfast.scenario.document import from_canonical

h5py = pytest.importorskip("h5py")


def study() -> Study:
    """A study without plans but with arrays, text and a contrast."""
    measures = xr.Dataset({"people": ("option", np.array([1.0, 2.0]), {"units": "people"})}, {"option": ["a", "b"]})
    contrast = Contrast(
        better="a", worse="b", wins_share=0.5, ties_share=0.0, difference=0.1, low=0.0, high=0.2, correlation=0.3,
        distinguishable=False, flips="nothing",
    )  # fmt: skip
    return Study(
        title="T", reference="a", settlement="s", plans={}, measures=measures, contrasts=(contrast,), skipped={"b": "x"}
    )


def rewritten(path: Path, document: Any) -> Path:
    """The file with another JSON tree (text is put as it is)."""
    text = document if isinstance(document, str) else json.dumps(document)
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    with h5py.File(path, "a") as file:
        del file["head"]
    xr.DataArray(data, dims=("byte",)).to_dataset(name="tree").to_netcdf(
        path, mode="a", engine="h5netcdf", group="head"
    )
    return path


def tree_of(path: Path) -> Any:
    """The JSON tree of a file."""
    with h5py.File(path) as file:
        return json.loads(file["head/tree"][:].astype(np.uint8).tobytes())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A study's file."""
    return save_result(study(), tmp_path / "study.nc")


@pytest.mark.parametrize("tree", [None, 5, "text", {"$map": []}, {"$tuple": [1]}, {"$float": "1"}])
def test_a_tree_that_is_no_result_is_refused(saved: Path, tree: Any) -> None:
    """Only a result type comes out of a file, not whatever its tree spells."""
    with pytest.raises(FileFormatError, match="not a Holdfast result"):
        load_result(rewritten(saved, {"format": "holdfast-result", "version": 1, "tree": tree}))


@pytest.mark.parametrize(
    ("field", "value"),
    [("plans", 5), ("plans", {"$map": [["a", 5]]}), ("title", 7), ("measures", "x"), ("contrasts", {"$tuple": [1]}),
     ("skipped", None)],
)  # fmt: skip
def test_a_field_of_another_type_is_named(saved: Path, field: str, value: Any) -> None:
    """A value edited to another type is refused with the name of its field."""
    document = tree_of(saved)
    document["tree"]["fields"][field] = value
    with pytest.raises(FileFormatError, match=f"Study.{field} holds"):
        load_result(rewritten(saved, document))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[1]", "7", "{", '{"format":"holdfast-result","version":1,"tree":' + "1" * 5000 + "}"]
)
def test_json_beyond_reason_is_refused(saved: Path, text: str) -> None:
    """Endless nesting, huge numbers and trees of another form end in a message."""
    with pytest.raises(FileFormatError):
        load_result(rewritten(saved, text))


def test_a_file_with_flipped_bits_is_refused_or_equal(saved: Path) -> None:
    """Whatever byte is damaged, reading ends in a result or a FileFormatError, never in another error."""
    whole = saved.read_bytes()
    refused = 0
    for start in range(40):
        damaged = bytearray(whole)
        for position in range(start * 13, len(damaged), 997):
            damaged[position] ^= 0xFF
        saved.write_bytes(bytes(damaged))
        try:
            load_result(saved)
        except FileFormatError:
            refused += 1
    assert refused > 0


def test_links_to_other_files_are_not_followed(saved: Path, tmp_path: Path) -> None:
    """An array that is a link into another file is refused before that file is opened."""
    other = save_result(study(), tmp_path / "other.nc")
    with h5py.File(saved, "a") as file:
        del file["array0"]
        file["array0"] = h5py.ExternalLink(str(other), "/array0")
    with pytest.raises(FileFormatError, match="points outside itself"):
        load_result(saved)


def test_values_kept_in_another_file_are_not_read(saved: Path, tmp_path: Path) -> None:
    """A dataset whose bytes lie in a file of the attacker's choice is refused."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * 16)
    with h5py.File(saved, "a") as file:
        del file["array0/people"]
        file["array0"].create_dataset("people", shape=(2,), dtype="f8", external=[(str(secret), 0, 16)])
    with pytest.raises(FileFormatError, match="in another file"):
        load_result(saved)


def test_a_place_that_cannot_hold_a_result_is_told_before_computing(tmp_path: Path) -> None:
    """A folder, `.`, `/`, and a path below a file are refused by name, with --force too."""
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, Path(), Path("/")):
        with pytest.raises(FileConflictError, match="is a folder"):
            check_result_path(path, force=True)
    with pytest.raises(FileConflictError, match="is a file, so"):
        check_result_path(tmp_path / "file" / "x.nc", force=True)
    check_result_path(tmp_path / "new" / "deep" / "x.nc", force=False)


def test_a_missing_file_is_told_plainly(tmp_path: Path) -> None:
    """No words of the HDF5 library for a file that is not there, or is a folder."""
    with pytest.raises(FileNotFoundError, match=r"none\.nc does not exist; name"):
        load_result(tmp_path / "none.nc")
    with pytest.raises(FileFormatError, match="is a folder"):
        load_result(tmp_path)


@pytest.mark.parametrize("document", [[], 7, None, "x", {"a": 1}])
def test_a_canonical_document_that_is_none_is_told(document: Any) -> None:
    """What a result keeps as its scenario is checked like a file."""
    with pytest.raises(ScenarioError, match="canonical document: format is"):
        from_canonical(document)


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [(True, float, False), (1, float, True), (True, int, False), (("a",), tuple[str, ...], True),
     ((1,), tuple[str, ...], False), ({"a": 1.0}, dict[str, float], True), ({"a": "x"}, dict[str, float], False),
     (None, float | None, True), ((1.0, "x"), tuple[float, str], True), ((1.0,), tuple[float, str], False),
     (CaseRecord(option="a", option_title="", settlement="", settlement_title=""), CaseRecord, True),
     (5, Figure, False)],
)  # fmt: skip
def test_types_are_compared_through_their_parts(value: Any, hint: Any, *, expected: bool) -> None:
    """A value fits a declared type only if its parts do."""
    assert fits(value, hint) is expected
