"""Which of the four words a point's probabilities become."""

import numpy as np
import pytest

from coach.scoring.judge import verdict_of


@pytest.mark.parametrize(
    ("probabilities", "name"),
    [
        ([0.50, 0.20, 0.20, 0.10], "covered"),
        ([0.45, 0.30, 0.15, 0.10], "partial"),  # present, and likelier full than half, but not clearly
        ([0.20, 0.45, 0.30, 0.05], "partial"),
        ([0.30, 0.15, 0.40, 0.15], "missing"),
        ([0.10, 0.20, 0.30, 0.40], "contradicted"),
    ],
)
def test_covered_is_said_only_of_what_is_likelier_so_than_not(probabilities: list[float], name: str) -> None:
    assert verdict_of(np.array(probabilities), positive=0.52) == name
