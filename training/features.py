"""Semantic features of many answers at once, for fitting the judges' small models."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.models import KINDS, Kind
from coach.ports import Embedder
from coach.scoring.semantic import view
from training.graded import GradedAnswer


class Recorder:
    """Stands in for an encoder to learn which texts a view needs."""

    identity = "recorder"
    dim = 1

    def __init__(self) -> None:
        self.texts: dict[str, None] = {}

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See `coach.ports.Embedder`."""
        self.texts.update(dict.fromkeys(texts))
        return np.zeros((len(texts), 1), np.float32)


class Lookup:
    """Vectors computed beforehand, each distinct text once, in large batches."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self.identity = embedder.identity
        ordered = sorted(texts, key=len)
        vectors = embedder.encode(ordered)
        self.dim = vectors.shape[1]
        self._vectors = dict(zip(ordered, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See `coach.ports.Embedder`."""
        return np.stack([self._vectors[text] for text in texts])


def typed(answer: GradedAnswer) -> str:
    """Everything the candidate said, later turns included."""
    return "\n".join([answer.text, *(reply for _, reply in answer.turns)])


def kind_of(answer: GradedAnswer) -> Kind:
    """The kind of the answer's question. Raises ValueError for an unknown one."""
    for kind in KINDS:
        if kind == answer.kind:
            return kind
    raise ValueError(f"kind {answer.kind!r} is none of {KINDS}")


def semantic_features(answers: Sequence[GradedAnswer], embedder: Embedder) -> list[npt.NDArray[np.float32]]:
    """For each answer (points, features), see `coach.scoring.semantic.FEATURES`."""

    def viewed(encoder: Embedder, answer: GradedAnswer) -> npt.NDArray[np.float32]:
        points = [point.text for point in answer.points]
        return view(encoder, answer.question, typed(answer), points, kind_of(answer)).features

    recorder = Recorder()
    for answer in answers:
        viewed(recorder, answer)
    lookup = Lookup(embedder, list(recorder.texts))
    return [viewed(lookup, answer) for answer in answers]
