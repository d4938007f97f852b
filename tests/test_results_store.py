"""What is saved loads back equal, whole or not at all."""

import math
from dataclasses import replace

import numpy as np
import pytest

from holdfast.core.arrays import collect, labelled
from holdfast.core.errors import FileConflictError, FileFormatError
from holdfast.results.derivation import Figure
from holdfast.results.stages import Arrival, Binding, Deployment
from holdfast.results.store import load_result, results_equal, save_result


@pytest.fixture
def deployment():
    days = {"day": [0, 1, 2]}
    people = [
        labelled(np.array([0.0, 5.0, 9.5]) + k, ("day",), days, units="people", long_name=f"n{k}") for k in range(3)
    ]
    return Deployment(
        arrivals=(Arrival(unit="u1", nation="FRA", capability="mech_bn", personnel=650.0, ready_day=-3.5,
                          arrival_day=12.0, destination="Lviv", route=("a", "b")),),
        closure=collect(people_plan=people[0], people_bound=people[1], people_ready=people[2]),
        bindings=(Binding(id="x", name="Перехід", kind="node", days_bound=3, shadow_price=0.25),),
        initial_capability_day=12.0,
        full_capability_day=math.inf,
        gap_share=math.nan,
        closure_range={"p10": 1.0},
        figures={"deploy.x": Figure(name="deploy.x", kind="given", value=(1.0, 2.0), unit="day", text="given")},
    )  # fmt: skip


def test_a_result_loads_back_equal(deployment, tmp_path):
    """Labels, units, text in any script, NaN and infinity survive the file."""
    loaded = load_result(save_result(deployment, tmp_path / "ж d.nc"))
    assert results_equal(deployment, loaded)
    assert loaded.closure["people_plan"].attrs == {"units": "people", "long_name": "n0"}


def test_a_changed_bit_is_not_equal(deployment):
    """The comparison sees one changed value, label or unit."""
    other = deployment.closure.copy(deep=True)
    other["people_plan"].values[0] = 1e-12
    assert not results_equal(deployment, replace(deployment, closure=other))
    assert not results_equal(deployment, replace(deployment, closure=deployment.closure.assign_coords(day=[0, 1, 3])))


def test_a_file_is_not_overwritten_unasked(deployment, tmp_path):
    """The second save raises and leaves the first file as it was; `force` replaces it."""
    path = save_result(deployment, tmp_path / "d.nc")
    before = path.read_bytes()
    with pytest.raises(FileConflictError, match="--force"):
        save_result(deployment, path)
    assert path.read_bytes() == before
    save_result(replace(deployment, initial_capability_day=1.0), path, force=True)
    assert load_result(path).initial_capability_day == 1.0


def test_a_failed_save_leaves_nothing(deployment, tmp_path):
    """A result that cannot be saved leaves no file and no part of one."""
    with pytest.raises(FileFormatError):
        save_result(replace(deployment, closure_range={"x": object()}), tmp_path / "d.nc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a file of ours", b"\x89HDF\r\n\x1a\n" + b"\0" * 50])
def test_a_foreign_file_is_refused(content, tmp_path):
    """An empty, foreign or damaged file gives an error that names it."""
    path = tmp_path / "x.nc"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"x\.nc"):
        load_result(path)
