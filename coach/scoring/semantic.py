"""The semantic judge's view of an answer: similarity and word signals for each key point, no language model needed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.canonical import Folded, canonical, fold
from coach.models import Kind
from coach.ports import Embedder
from coach.scoring import signals, story
from coach.scoring.units import Unit, cut, windows

Floats = npt.NDArray[np.float32]
FEATURES = (
    "cosine_unit", "cosine_pair", "cosine_answer", "cosine_mean3", "cosine_margin", "cosine_prefix",
    "words_unit", "words_answer", "new_words_pair", "new_words_answer", "letters_pair", "letters_answer",
    "numbers_asked", "numbers_found", "negation_differs", "opposed", "cosine_point_question", "cosine_pair_question",
    "question_echo", "answer_words", "point_words", "prose", "distinct", "command",
    "story_asked", "story_told",
)  # fmt: skip
"""Columns of `SemanticView.features`, in order."""

UNIT_FEATURES = (
    "cosine_unit", "cosine_pair", "cosine_mean3", "cosine_margin", "words_unit", "new_words_pair", "letters_pair",
    "negation_differs", "opposed", "cosine_pair_question",
)  # fmt: skip
"""Those that compare with a piece of the answer."""


@dataclass(frozen=True, slots=True)
class SemanticView:
    """One answer seen through the encoder.

    folded: the answer in canonical form.  units: pieces of it, single ones first, then pairs.
    similarity: (points, units), cosine.  features: (points, len(FEATURES)) float32.
    """

    folded: Folded
    units: tuple[Unit, ...]
    similarity: Floats
    features: Floats


def view(embedder: Embedder, question: str, answer: str, points: Sequence[str], kind: Kind = "concept") -> SemanticView:
    """Encodes answer, question and points, and computes the features of every point.

    kind: of the question; only points of behavioral ones ask for parts of a story.
    A blank answer has no units; its features are zeros except those of the point itself.
    """
    folded = fold(answer)
    single = cut(folded.text)
    units = (*single, *windows(folded.text, single))
    asked, wanted = canonical(question), [canonical(point) for point in points]
    vectors = embedder.encode([asked, folded.text or "-", *wanted, *(unit.text for unit in units)])
    question_v, answer_v = vectors[0], vectors[1]
    points_v, units_v = vectors[2 : 2 + len(points)], vectors[2 + len(points) :]
    similarity = points_v @ units_v.T
    whole = _answer_features(folded.text, asked)
    rows = [
        whole
        | _story_features(folded.text, text, kind)
        | _point_features(
            folded.text, asked, text, single, units, similarity[i], float(points_v[i] @ answer_v),
            float(points_v[i] @ question_v), units_v @ question_v,
        )
        for i, text in enumerate(wanted)
    ]  # fmt: skip
    features = np.array([row[name] for row in rows for name in FEATURES], np.float32)
    return SemanticView(folded, units, similarity, features.reshape(len(points), len(FEATURES)))


def _answer_features(answer: str, question: str) -> dict[str, float]:
    """What is the same for every point of one answer."""
    return {
        "question_echo": signals.recall(signals.stems(answer), signals.stems(question)),
        "answer_words": float(np.log1p(len(answer.split()))),
        "prose": signals.prose_share(answer),
        "distinct": signals.distinct_share(answer),
        "command": float(signals.looks_like_command(answer, question)),
    }


def _story_features(answer: str, point: str, kind: Kind) -> dict[str, float]:
    part = story.asked_part(point) if kind == "behavioral" else ""
    return {"story_asked": float(bool(part)), "story_told": story.told(part, answer)}


def _point_features(
    answer: str, question: str, point: str, single: Sequence[Unit], units: Sequence[Unit], cosines: Floats,
    cosine_answer: float, cosine_question: float, units_question: Floats,
) -> dict[str, float]:  # fmt: skip
    stems, new = signals.stems(point), signals.stems(point) - signals.stems(question)
    asked = signals.numbers(point)
    found = {
        "cosine_answer": cosine_answer if single else 0.0,
        "cosine_point_question": cosine_question,
        "words_answer": signals.recall(stems, signals.stems(answer)),
        "new_words_answer": signals.recall(new or stems, signals.stems(answer)),
        "letters_answer": signals.recall(signals.trigrams(point), signals.trigrams(answer)),
        "numbers_asked": float(bool(asked)),
        "numbers_found": signals.recall(asked, signals.numbers(answer)) if asked else 0.0,
        "point_words": float(np.log1p(len(point.split()))),
        "cosine_prefix": _clause_cosine(cosines, len(single)),
    }
    if not single:
        return dict.fromkeys(UNIT_FEATURES, 0.0) | found
    alone = cosines[: len(single)]
    best_unit, best = int(alone.argmax()), int(cosines.argmax())
    piece = units[best].text
    top = np.sort(alone)[::-1][:3]
    return found | {
        "cosine_unit": float(alone[best_unit]),
        "cosine_pair": float(cosines[best]),
        "cosine_mean3": float(top.mean()),
        "cosine_margin": float(cosines[best] - units_question[best]),
        "words_unit": signals.recall(stems, signals.stems(units[best_unit].text)),
        "new_words_pair": signals.recall(new or stems, signals.stems(piece)),
        "letters_pair": signals.recall(signals.trigrams(point), signals.trigrams(piece)),
        "negation_differs": float(signals.is_negated(units[best_unit].text) != signals.is_negated(point)),
        "opposed": float(signals.opposed(point, piece)),
        "cosine_pair_question": float(units_question[best]),
    }


def _clause_cosine(cosines: Floats, single: int) -> float:
    """Soft maximum over units (temperature 0.1): rises when several pieces speak to the point."""
    if not single:
        return 0.0
    weights = np.exp((cosines - cosines.max()) / 0.1)
    return float((weights * cosines).sum() / weights.sum())
