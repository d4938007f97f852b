"""Past movements predicted from global capacities: printed with their error, tuned for none."""

from __future__ import annotations

import pytest

from holdfast.deployment.validation import PastMovement, predict_movement
from support import tiny_scenario

pytestmark = pytest.mark.verification

EAGLE = PastMovement(name="Task Force Eagle 1995/96", tonnes=160_000, great_circle_km=1_000, observed_days=68)
DACIAN = PastMovement(name="Dacian Fall 2025", tonnes=6_000, great_circle_km=1_900, observed_days=10)


@pytest.mark.parametrize("movement", [EAGLE, DACIAN], ids=["eagle", "dacian"])
def test_past_movements_are_predicted_with_their_error(
    movement: PastMovement, capsys: pytest.CaptureFixture[str]
) -> None:
    """The prediction says its range, the observation and the error; the observation lies within the range of factors."""
    prediction = predict_movement(movement, tiny_scenario())
    with capsys.disabled():
        print(f"\n{prediction}")  # noqa: T201  # the point of the test is that it is printed
    assert prediction.fast < prediction.nominal < prediction.slow
    assert prediction.fast <= movement.observed_days <= prediction.slow
    assert f"observed {movement.observed_days:.0f}, error" in str(prediction)


def test_the_prediction_is_tonnes_over_capacity_and_the_way() -> None:
    """By hand: 2,400 t by rail and 960 t by road a day, 4.6 and 4.3 days of way: about 160,000 / 3,360 + 4."""
    prediction = predict_movement(EAGLE, tiny_scenario())
    assert prediction.nominal == pytest.approx(160_000 / 3_360 + 4.5, abs=2.0)
