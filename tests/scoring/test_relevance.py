import numpy as np
import pytest

from coach.ports import Embedder
from coach.scoring import relevance
from coach.scoring.semantic import FEATURES, view

POINTS = [
    "The velocity is an exponentially decaying sum of past gradients.",
    "Momentum damps oscillation across a narrow valley.",
    "A typical coefficient is 0.9.",
]
QUESTION = "What does momentum change about gradient descent?"
SURE = np.array([[0.8, 0.15, 0.05, 0.0]] * 3)


def test_an_answer_to_another_question_is_told_from_one_to_this(encoder: Embedder) -> None:
    said = "We keep a decaying sum of the past gradients, so zig-zag steps cancel. 0.9 is usual."
    elsewhere = "Upload the parts straight to S3 with presigned URLs and resume at the last part."
    right, other = (view(encoder, QUESTION, text, POINTS) for text in (said, elsewhere))
    assert relevance.kept_share(right.features) == 1.0
    assert relevance.kept_share(other.features) < 0.1


def test_few_points_say_nothing_about_the_topic() -> None:
    assert relevance.kept_share(np.zeros((2, len(FEATURES)), np.float32)) == 1.0


def test_verdicts_are_only_ever_lowered_and_stay_probabilities() -> None:
    for share in (0.0, 0.1, 0.5, 1.0):
        for commanding in (False, True):
            found = relevance.bounded(SURE, share, commanding=commanding)
            assert found.sum(axis=1) == pytest.approx(np.ones(3))
            assert (found[:, :2] <= SURE[:, :2]).all()
    assert (relevance.bounded(SURE, 1.0) == SURE).all()
