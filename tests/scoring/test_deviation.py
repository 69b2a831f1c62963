import numpy as np
import pytest

from coach.scoring.judge import UNSURE_DEVIATION, score_deviation

CLEAR, OPEN = [0.98, 0.01, 0.01, 0.0], [0.5, 0.0, 0.5, 0.0]


def deviation(rows: list[list[float]], weights: list[float]) -> float:
    return score_deviation(np.array(rows), np.array(weights))


def test_clear_verdicts_are_sure_and_one_heavy_open_point_is_not() -> None:
    assert deviation([CLEAR] * 5, [3, 3, 2, 1, 1]) < UNSURE_DEVIATION
    assert deviation([OPEN, *[CLEAR] * 4], [3, 3, 2, 1, 1]) > deviation([*[CLEAR] * 4, OPEN], [3, 3, 2, 1, 1])
    assert deviation([OPEN, OPEN, CLEAR, CLEAR], [3, 3, 2, 1]) > UNSURE_DEVIATION


def test_it_is_the_spread_of_the_score() -> None:
    assert deviation([OPEN], [3]) == pytest.approx(2.5)
    assert deviation([[0.0, 0.0, 0.3, 0.7]], [1]) == 0.0
