"""Which questions a query is compared with closely: what words find and what the index finds, with all their views."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from threading import Lock

import numpy as np

from coach.retrieval.fusion import Candidate
from coach.retrieval.index import VectorIndex
from coach.retrieval.store import Filters, PassageHome, ViewRow

DENSE_CANDIDATES = 400
"""Vectors looked up per query, at least: some 100 to 150 questions, since a question has several."""
VECTORS_PER_HIT = 10
"""Vectors looked up per question asked for, when many are."""
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
        depth = max(DENSE_CANDIDATES, VECTORS_PER_HIT * k)
        found = self._questions(index.search(vector, depth))
        allowed = found | set(lexical)
        if conditions:
            among = store.vector_ids(self._model, conditions)
            filtered = self._questions(index.search(vector, depth, among)) if len(among) else set()
            allowed = filtered | set(lexical)
            found |= filtered
        return self.load(found | set(lexical)), allowed

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

    def _questions(self, found: Sequence[tuple[int, float]]) -> set[str]:
        ids = [key for key, _ in found]
        return {question_id for _, question_id in self._home.passages.questions_of(self._model, ids)}


def _candidate(question_id: str, rows: Sequence[ViewRow]) -> Candidate:
    vectors = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float32).reshape(len(rows), -1)
    return Candidate(question_id, tuple(row[1] for row in rows), tuple(row[2] for row in rows), vectors)
