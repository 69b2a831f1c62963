"""Semantic features of many answers at once, for fitting the judges' small models."""

import logging
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from coach.models import KINDS, Kind
from coach.ports import Embedder
from coach.scoring.semantic import view
from training.graded import GradedAnswer

log = logging.getLogger("features")
BATCH = 4096
"""Texts that a stopped run may have to embed again."""


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
    """Vectors computed beforehand, each distinct text once, in large batches, and kept in a file between runs."""

    def __init__(self, embedder: Embedder, file: Path | None = None) -> None:
        self.embedder = embedder
        self.identity = embedder.identity
        self.dim = embedder.dim
        self.file = file
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}
        if file and file.exists():
            with np.load(file) as stored:
                self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def prepare(self, texts: Iterable[str]) -> None:
        """Encode what is not known yet, the short texts first, and save after each batch."""
        missing = sorted({text for text in texts if self._key(text) not in self._vectors}, key=len)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            self._vectors |= dict(zip(map(self._key, batch), self.embedder.encode(batch), strict=True))
            log.info("embedded %d of %d texts", start + len(batch), len(missing))
            self._save()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See `coach.ports.Embedder`."""
        return np.stack([self._vectors[self._key(text)] for text in texts])

    def _key(self, text: str) -> str:
        return blake2b(f"{self.identity}\0{text}".encode(), digest_size=10).hexdigest()

    def _save(self) -> None:
        if self.file:
            partial = self.file.with_suffix(".part.npz")
            np.savez(partial, keys=list(self._vectors), vectors=np.stack(list(self._vectors.values())))
            partial.replace(self.file)


def typed(answer: GradedAnswer) -> str:
    """Everything the candidate said, later turns included."""
    return "\n".join([answer.text, *(reply for _, reply in answer.turns)])


def kind_of(answer: GradedAnswer) -> Kind:
    """The kind of the answer's question. Raises ValueError for an unknown one."""
    for kind in KINDS:
        if kind == answer.kind:
            return kind
    raise ValueError(f"kind {answer.kind!r} is none of {KINDS}")


def semantic_features(answers: Sequence[GradedAnswer], lookup: Lookup) -> list[npt.NDArray[np.float32]]:
    """For each answer (points, features), see `coach.scoring.semantic.FEATURES`."""

    def viewed(encoder: Embedder, answer: GradedAnswer) -> npt.NDArray[np.float32]:
        points = [point.text for point in answer.points]
        return view(encoder, answer.question, typed(answer), points, kind_of(answer)).features

    recorder = Recorder()
    for answer in answers:
        viewed(recorder, answer)
    lookup.prepare(recorder.texts)
    return [viewed(lookup, answer) for answer in answers]
