"""Answers judged against a whole model answer, when nobody wrote key points for the question.

Derived points are guesses at what matters, and those of a short model answer are few, so the model answer as a whole is
judged as one more point by a model fitted for that. A long one says too much to be one point: there the derived points
count for most. The verdicts on the points are then moved together until their score is the one found: they keep their
order and say where the answer stands out or falls short.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.models import KeyPoint
from coach.scoring.combine import OrdinalModel, logistic

Floats = npt.NDArray[np.float64]
SHORT_REFERENCE_WORDS, LONG_REFERENCE_WORDS = 20, 60
LEAST_SHARE = 0.3
"""The adapter was trained on points of at most 45 words. A model answer up to the short length is like a
point; from the long one on, the language model keeps only this share of the word."""

POINTS_FROM_WORDS, POINTS_AT_MOST_FROM_WORDS = 100, 120
MOST_POINTS_SHARE = 0.8
"""Weight of the derived points for model answers of so many words; none below the first. Fluent wrong answers are near
to a long model answer as a whole and contradict its statements, see docs/scoring.md."""

LEAST_CREDIT = 0.01
"""Credits are kept this far from 0 and 1 where their log odds are taken."""

LARGEST_SHIFT = 12.0
BISECTIONS = 40


def is_derived(points: Sequence[KeyPoint]) -> bool:
    """Whether no person wrote any of the points."""
    return bool(points) and all(point.derived for point in points)


def llm_share(reference: str) -> float:
    """Weight of the combined judge against the semantic one alone for a model answer of this length, 0..1."""
    return 1.0 - (1.0 - LEAST_SHARE) * _way(reference, SHORT_REFERENCE_WORDS, LONG_REFERENCE_WORDS)


def with_points(credit: float, of_points: float, reference: str) -> float:
    """Credit of the answer, 0..1, from that of the whole and the mean one of its derived points: a mean of log odds."""
    share = MOST_POINTS_SHARE * _way(reference, POINTS_FROM_WORDS, POINTS_AT_MOST_FROM_WORDS)
    odds = [np.log(c / (1 - c)) for c in np.clip([credit, of_points], LEAST_CREDIT, 1 - LEAST_CREDIT)]
    return float(logistic((1 - share) * odds[0] + share * odds[1]))


def _way(reference: str, first: int, last: int) -> float:
    """How far the length of a text in words has come from `first` to `last`, 0..1."""
    return min(1.0, max(0.0, (len(reference.split()) - first) / (last - first)))


def agreeing(model: OrdinalModel, probabilities: Floats, weights: Floats, credit: float) -> Floats:
    """Probabilities (points, 4) moved by one common shift of their log odds until the weighted mean credit is `credit`.

    Where that cannot be reached (credit of 0 or 1), they come as close as `LARGEST_SHIFT` allows.
    """
    low, high = -LARGEST_SHIFT, LARGEST_SHIFT
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        reached = model.credits(shifted(probabilities, middle)) @ weights / weights.sum()
        low, high = (middle, high) if reached < credit else (low, middle)
    return shifted(probabilities, (low + high) / 2)


def shifted(probabilities: Floats, shift: float) -> Floats:
    """The ordinal model's probabilities had its u been larger by `shift`."""
    covered, partial, missing, wrong = np.clip(probabilities, 1e-9, 1.0).T
    full = logistic(np.log(covered / (partial + missing + wrong)) + shift)
    present = logistic(np.log((covered + partial) / (missing + wrong)) + shift)
    share = wrong / (missing + wrong)
    return np.stack([full, present - full, (1 - present) * (1 - share), (1 - present) * share], axis=1)
