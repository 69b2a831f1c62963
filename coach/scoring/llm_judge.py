"""Verdicts read from a language model's logits: one branch for each key point, no text generated."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.errors import NotGraded
from coach.ports import Trunk

VERDICT_WORDS = ("Yes", "Partly", "No", "Wrong")
"""Replies the adapter was trained on, in the order covered, partial, missing, contradicted."""


def branch(point: str) -> str:
    """The question put to the model about one key point; its reply starts with one of `VERDICT_WORDS`."""
    return f"\nKey point: {point.strip()}\nDoes the answer state it?"


def verdict_log_probabilities(trunk: Trunk, points: Sequence[str]) -> npt.NDArray[np.float64]:
    """Natural logarithms of the probabilities of `VERDICT_WORDS` among themselves, (points, 4).

    Raises NotGraded if the model returns something that is no number.
    """
    if not points:
        return np.zeros((0, len(VERDICT_WORDS)))
    logits = np.asarray(trunk.word_logits([branch(point) for point in points], VERDICT_WORDS), dtype=np.float64)
    if logits.shape != (len(points), len(VERDICT_WORDS)):
        raise ValueError(f"expected logits of shape {(len(points), len(VERDICT_WORDS))}, got {logits.shape}")
    if not np.isfinite(logits).all():
        raise NotGraded("The language model returned no usable verdict.", "Try again, or grade the answer yourself.")
    return log_softmax(logits)


def log_softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Row-wise, numerically safe."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
