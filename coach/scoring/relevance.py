"""Whether an answer speaks about the question at all.

A language model trained on graded answers partly learns the manner of good candidates: an excellent answer to
another question reads well and is far from every key point. So nearness to the group of points bounds single verdicts.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from coach.models import Kind
from coach.scoring.combine import logistic
from coach.scoring.semantic import FEATURES

Floats = npt.NDArray[np.float64]

FEWEST_POINTS = 3
"""With fewer points, nearness of the group says no more than the point's own signals."""

STEEPNESS = 3.0
"""Power with which the share falls below the doubtful probability."""

COMMAND_SHARE = 0.5
"""What a text that addresses the grader keeps of each verdict: where one sentence fakes, the rest is doubtful."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Logistic regression over `summary`. doubtful: P(on topic) below which verdicts are lowered."""

    weights: Floats
    bias: float
    doubtful: float

    def probability(self, summaries: Floats) -> Floats:
        """P(on topic), (...,), of summaries (..., columns)."""
        return logistic(summaries @ self.weights + self.bias)


def kept_share(features: npt.NDArray[np.float32], kind: Kind = "concept") -> float:
    """What an answer keeps of its verdicts, 0..1: all unless it hardly belongs to the question.

    features: (points, len(FEATURES)). Fewer than `FEWEST_POINTS` points keep all, and so does a story: it may be about
    anything, and its key points ask for its parts.
    """
    if len(features) < FEWEST_POINTS or kind == "behavioral":
        return 1.0
    model = shipped()
    return min(1.0, float(model.probability(summary(features))) / model.doubtful) ** STEEPNESS


def summary(features: npt.NDArray[np.float32]) -> Floats:
    """Nearness of the points as a group and of the question, (8,)."""
    column = {name: features[:, i].astype(np.float64) for i, name in enumerate(FEATURES)}
    pieces = np.sort(column["cosine_pair"])[::-1]
    return np.array([
        pieces.mean(), pieces[0], pieces[:3].mean(), column["cosine_answer"].mean(), column["cosine_answer"].max(),
        column["new_words_answer"].mean(), column["new_words_pair"].max(), column["cosine_pair_question"].max(),
    ])  # fmt: skip


def bounded(probabilities: Floats, share: float, *, commanding: bool = False) -> Floats:
    """Probabilities (points, 4) with covered and partial lowered: hardly on the topic, or to the grader.

    share: see `kept_share`.
    """
    share *= COMMAND_SHARE if commanding else 1.0
    kept = probabilities * np.array([share, share, 1.0, 1.0])
    kept[:, 2] += 1.0 - kept.sum(axis=1)
    return kept


@cache
def shipped() -> TopicModel:
    """The fitted weights that come with the coach."""
    record = json.loads(files("coach.scoring").joinpath("weights", "relevance.json").read_text(encoding="utf-8"))
    return TopicModel(np.asarray(record["weights"], dtype=np.float64), float(record["bias"]), float(record["doubtful"]))
