"""Which questions a query is compared with closely: what words find and what the index finds, with all their views."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from threading import Lock

import numpy as np

from coach.retrieval.fusion import Candidate
from coach.retrieval.index import VectorIndex
from coach.retrieval.store import Filters, PassageHome, ViewRow

DENSE_CANDIDATES, DENSE_CANDIDATES_OF_MANY = 400, 100
"""Vectors looked up per query, at least, in a small and in a large collection: a question has several."""
VECTORS_PER_HIT = 10
"""Vectors looked up per question asked for, when many are."""
COMPARED_OF_MANY = 40
"""Questions of a large collection that are compared closely, at least: those of the best first impression. Reading
their vectors is most of a search there, while in a small one most are in memory."""
COMPARED_PER_HIT = 3
"""Questions of a large collection that are compared closely per question asked for, when many are."""
LEXICAL_IMPRESSION = 0.3
"""Weight of words in the first impression; the rest is the cosine that the index gives."""
CANDIDATES_KEPT = 2000
"""Questions whose vectors stay in memory: some 30 MB."""


class Candidates:
    """Finds candidates in one home and keeps the vectors of recent ones."""

    def __init__(self, home: PassageHome, model: str) -> None:
        self._home, self._model = home, model
        self._kept: dict[str, Candidate] = {}
        self._kept_token = ""
        self._lock = Lock()

    def find(
        self, vector: np.ndarray, index: VectorIndex, lexical: Mapping[str, float], filters: Filters, k: int
    ) -> tuple[list[Candidate], set[str]]:
        """(candidates, enough for k hits; ids that the filters allow).

        Candidates that the filters exclude are there as evidence for their sisters only.
        """
        store, conditions = self._home.passages, filters.conditions()
        few = index.kind == "flat"
        depth = max(DENSE_CANDIDATES if few else DENSE_CANDIDATES_OF_MANY, VECTORS_PER_HIT * k)
        most = None if few else max(COMPARED_OF_MANY, COMPARED_PER_HIT * k)
        everywhere = self._questions(index.search(vector, depth))
        if not conditions:
            allowed = promising(everywhere, lexical)[:most]
            return self.load(allowed), set(allowed)
        among = store.vector_ids(self._model, conditions)
        filtered = self._questions(index.search(vector, depth, among)) if len(among) else {}
        allowed = promising(filtered, lexical)[:most]
        return self.load([*allowed, *promising(everywhere, {})[:most]]), set(allowed)

    def load(self, question_ids: Iterable[str]) -> list[Candidate]:
        """These questions with all their vectors; those that have none are left out. Ordered by id."""
        wanted = sorted(set(question_ids))
        token = self._home.passages.corpus_token()
        with self._lock:
            if token != self._kept_token or len(self._kept) > CANDIDATES_KEPT:
                self._kept, self._kept_token = {}, token
            missing = [key for key in wanted if key not in self._kept]
            rows = sorted(self._home.passages.views(self._model, missing), key=lambda row: (row[0], row[1]))
            for key, group in groupby(rows, key=lambda row: row[0]):
                self._kept[key] = _candidate(key, list(group))
            return [self._kept[key] for key in wanted if key in self._kept]

    def _questions(self, found: Sequence[tuple[int, float]]) -> dict[str, float]:
        """Questions that show one of these vectors, with the cosine of the best."""
        cosines = dict(found)
        best: dict[str, float] = {}
        for vector_id, question_id in self._home.passages.questions_of(self._model, list(cosines)):
            best[question_id] = max(best.get(question_id, -1.0), cosines[vector_id])
        return best


def promising(cosines: Mapping[str, float], lexical: Mapping[str, float]) -> list[str]:
    """All of these questions, those first that are most worth a closer look.

    cosines: of the best vector, by question id.  What only words found counts as near as the farthest of them.
    """
    farthest, top = min(cosines.values(), default=0.0), max(lexical.values(), default=0.0) or 1.0
    impression = {
        key: cosines.get(key, farthest) + LEXICAL_IMPRESSION * lexical.get(key, 0.0) / top
        for key in {*cosines, *lexical}
    }
    return sorted(impression, key=lambda key: (-impression[key], key))


def _candidate(question_id: str, rows: Sequence[ViewRow]) -> Candidate:
    vectors = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float32).reshape(len(rows), -1)
    return Candidate(question_id, tuple(row[1] for row in rows), tuple(row[2] for row in rows), vectors)
