"""Whether an answer speaks about the question at all.

A language model trained on graded answers partly learns the manner of good candidates: an excellent answer to
another question reads well and is far from every key point. So nearness to the group of points bounds single verdicts.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from coach.scoring.combine import logistic
from coach.scoring.semantic import FEATURES

Floats = npt.NDArray[np.float64]

FEWEST_POINTS = 3
"""With fewer points, nearness of the group says no more than the point's own signals."""

DOUBTFUL = 0.35
"""P(on topic) below which verdicts are lowered. On held-out questions 1 in 100 honest answers lies there, just below,
and most answers to other questions, far below."""

COMMAND_SHARE = 0.5
"""What a text that addresses the grader keeps of each verdict: where one sentence fakes, the rest is doubtful."""


def on_topic(features: npt.NDArray[np.float32]) -> float:
    """Probability, 0..1, that the answer belongs to the question; 1 for fewer than `FEWEST_POINTS` points.

    features: (points, len(FEATURES)).
    """
    if len(features) < FEWEST_POINTS:
        return 1.0
    weights, bias = _fitted()
    return float(logistic(np.array(summary(features) @ weights + bias)))


def summary(features: npt.NDArray[np.float32]) -> Floats:
    """Nearness of the points as a group, (4,): mean and best cosine of a piece, mean cosine of the whole, new words."""
    pieces, answer, words = (
        features[:, FEATURES.index(name)] for name in ("cosine_pair", "cosine_answer", "new_words_answer")
    )
    return np.array([pieces.mean(), pieces.max(), answer.mean(), words.mean()], dtype=np.float64)


def bounded(probabilities: Floats, topical: float, *, commanding: bool = False) -> Floats:
    """Probabilities (points, 4) with covered and partial lowered: hardly on the topic, or to the grader."""
    share = min(1.0, topical / DOUBTFUL) ** 2 * (COMMAND_SHARE if commanding else 1.0)
    kept = probabilities * np.array([share, share, 1.0, 1.0])
    kept[:, 2] += 1.0 - kept.sum(axis=1)
    return kept


@cache
def _fitted() -> tuple[Floats, float]:
    record = json.loads(files("coach.scoring").joinpath("weights", "relevance.json").read_text(encoding="utf-8"))
    return np.asarray(record["weights"], dtype=np.float64), float(record["bias"])
