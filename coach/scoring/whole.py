"""Answers judged against a whole model answer, when nobody wrote key points for the question.

Derived points are guesses at what matters, so their mean is a poor score. The model answer as a whole is judged as one
more point by a model fitted for that, and the verdicts on the derived points are moved together until their score is
the one of the whole: they keep their order and say where the answer stands out or falls short.
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

LARGEST_SHIFT = 12.0
BISECTIONS = 40


def is_derived(points: Sequence[KeyPoint]) -> bool:
    """Whether no person wrote any of the points."""
    return bool(points) and all(point.derived for point in points)


def llm_share(reference: str) -> float:
    """Weight of the combined judge against the semantic one alone for a model answer of this length, 0..1."""
    words = len(reference.split())
    beyond = (words - SHORT_REFERENCE_WORDS) / (LONG_REFERENCE_WORDS - SHORT_REFERENCE_WORDS)
    return 1.0 - (1.0 - LEAST_SHARE) * min(1.0, max(0.0, beyond))


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
