"""The score, by hand-computed examples."""

import numpy as np
import pytest

from coach.retrieval import fusion
from coach.retrieval.fusion import Candidate, familiarity, fuse, raised_by_sisters, similarity

EAST, NORTH = np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, 1.0], dtype=np.float32)
NORTHEAST = ((EAST + NORTH) / np.sqrt(2)).astype(np.float32)


def candidate(name: str, question: np.ndarray, *answers: np.ndarray) -> Candidate:
    kinds = ("question", *["answer"] * len(answers))
    return Candidate(name, tuple(range(len(kinds))), kinds, np.array([question, *answers]))


def test_a_lonely_candidate_is_a_plain_convex_sum():
    scores = fuse(EAST, [candidate("a", NORTHEAST, EAST)], {"a": 3.0, "b": 6.0}, words=4)
    assert scores["a"] == pytest.approx(1.0 + 0.2 * 2**-0.5 + 0.2 * 0.5, abs=1e-6)
    scores = fuse(EAST, [candidate("a", NORTHEAST, EAST)], {"a": 3.0, "b": 6.0}, words=3)
    assert scores["a"] == pytest.approx(1.0 + 0.2 * 2**-0.5 + 0.3 * 0.5, abs=1e-6)


def test_what_is_near_to_everything_counts_less():
    specific, hub = candidate("a", EAST, EAST), candidate("hub", NORTHEAST, EAST, NORTH)
    others = [candidate(f"n{number}", NORTH, NORTH) for number in range(5)]
    assert familiarity([specific, hub, *others])[1] > familiarity([specific, hub, *others])[0]


def test_sisters_are_told_by_question_and_answer():
    near = similarity([candidate("a", EAST, NORTH), candidate("b", EAST, EAST), candidate("c", EAST, NORTH)])
    assert near[0, 1] == pytest.approx(0.5)
    assert near[0, 2] == pytest.approx(1.0)
    assert near[0, 0] == -1.0


def test_a_sister_lifts_and_never_lowers():
    similar = np.array([[-1.0, 0.9, 0.1], [0.9, -1.0, 0.1], [0.1, 0.1, -1.0]])
    raised = raised_by_sisters(np.array([1.0, 0.0, 0.5]), similar)
    assert raised.tolist() == pytest.approx([1.0, fusion.SISTER_SHARE, 0.5])


def test_a_question_without_an_answer_is_compared_by_what_it_has():
    assert fuse(EAST, [candidate("a", EAST), candidate("b", NORTH)], {}, 4)["a"] > 1
    assert fuse(EAST, [], {"a": 1.0}, 4) == {}
