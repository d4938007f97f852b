"""Content hashes and memoised stages."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from holdfast.core.arrays import labelled
from holdfast.core.errors import LabelError
from holdfast.core.memo import content_hash, memoised


@dataclass(frozen=True)
class Inputs:
    name: str
    values: np.ndarray
    table: dict


INPUTS = Inputs("a", np.arange(3.0), {"x": 1.5})


def test_equal_content_has_equal_hash():
    """The hash follows content, not identity."""
    assert content_hash(INPUTS) == content_hash(Inputs("a", np.arange(3.0), {"x": 1.5}))


@pytest.mark.parametrize(
    "changed",
    [
        replace(INPUTS, name="b"),
        replace(INPUTS, values=np.array([0.0, 1.0, 2.0000001])),
        replace(INPUTS, values=np.arange(3)),
        replace(INPUTS, table={"x": 2}),
        replace(INPUTS, table={"y": 1.5}),
    ],
)
def test_any_change_changes_the_hash(changed):
    """A changed name, value, type or key is another input."""
    assert content_hash(changed) != content_hash(INPUTS)


def test_labels_and_units_are_part_of_the_hash():
    """Equal numbers under other labels or units are another input."""
    base = labelled([1.0], ("a",), {"a": ["x"]}, units="km", long_name="n")
    for other in (
        labelled([1.0], ("a",), {"a": ["y"]}, units="km", long_name="n"),
        labelled([1.0], ("a",), {"a": ["x"]}, units="m", long_name="n"),
    ):
        assert content_hash(base) != content_hash(other)


def test_a_stage_runs_once_for_equal_inputs():
    """A memoised stage is not run again for equal content, and is for changed content."""
    calls = []
    stage = memoised(lambda inputs: calls.append(inputs.name) or len(calls))
    assert stage(INPUTS) == stage(replace(INPUTS)) == 1
    assert stage(replace(INPUTS, name="b")) == 2


def test_what_cannot_be_hashed_raises():
    """A function is no stage input."""
    with pytest.raises(LabelError, match="function"):
        content_hash(lambda: None)
