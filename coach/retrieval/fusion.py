"""Putting several opinions on the same candidates into one score."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.retrieval.hybrid import Candidate

LEXICAL_WEIGHT = 0.2
QUESTION_WEIGHT = 0.3


def scaled(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores divided by their largest, so that the best is 1. Nothing positive gives zeros."""
    top = max(scores.values(), default=0.0)
    return {key: (value / top if top > 0 else 0.0) for key, value in scores.items()}


def fuse(candidates: "Sequence[Candidate]", lexical: Mapping[str, float]) -> dict[str, float]:
    """Convex fusion: cosine of the best passage, plus scaled lexical score, plus cosine with the question."""
    words = scaled(lexical)
    return {
        one.question_id: one.best(("answer", "point"))[0]
        + LEXICAL_WEIGHT * words.get(one.question_id, 0.0)
        + QUESTION_WEIGHT * one.best(("question",))[0]
        for one in candidates
    }
