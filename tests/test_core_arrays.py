"""The checked arrays raise where xarray would guess."""

import numpy as np
import pytest

from holdfast.core.arrays import check, collect, labelled
from holdfast.core.errors import LabelError

COORDS = {"nation": ["FRA", "GBR"], "month": [0, 1, 2]}


def units_array(**changes: object):
    words = {
        "values": np.ones((2, 3)),
        "dims": ("nation", "month"),
        "coords": COORDS,
        "units": "unit",
        "long_name": "units",
    }
    words |= changes
    return labelled(words.pop("values"), words.pop("dims"), words.pop("coords"), **words)


def test_labels_that_repeat_raise():
    """A label that stands twice is an error, not two rows with one name."""
    with pytest.raises(LabelError, match="repeat"):
        units_array(coords={"nation": ["FRA", "FRA"], "month": [0, 1, 2]})


def test_a_shape_that_does_not_match_the_labels_raises():
    """Values must have one entry for each label."""
    with pytest.raises(LabelError, match="shape"):
        units_array(values=np.ones((3, 2)))


def test_collect_refuses_labels_in_another_order():
    """Two arrays whose labels are the same set in another order are not joined."""
    turned = labelled(np.ones(2), ("nation",), {"nation": ["GBR", "FRA"]}, units="unit", long_name="turned")
    with pytest.raises(LabelError, match="nation"):
        collect(one=units_array(), other=turned)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"dims": ("month", "nation")}, "dimensions"),
        ({"dims": ("nation", "month"), "coords": {"nation": ["GBR", "FRA"]}}, "labels"),
        ({"dims": ("nation", "month"), "kind": "i"}, "type"),
        ({"dims": ("nation", "month"), "units": "km"}, "unit"),
    ],
)
def test_check_names_what_is_wrong(words, message):
    """A wrong dimension, label, type or unit is named."""
    with pytest.raises(LabelError, match=message):
        check(units_array(), **words)


def test_check_finds_values_that_are_not_finite():
    """NaN from an outer join does not get past the check."""
    with pytest.raises(LabelError, match="finite"):
        check(units_array(values=np.full((2, 3), np.nan)), dims=("nation", "month"))
