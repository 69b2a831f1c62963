"""The half of search that needs vectors: the query's, those of the candidates, and the index that finds them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from coach.models import Passage
from coach.ports import Embedder, Progress
from coach.retrieval.candidates import Candidates
from coach.retrieval.embedder import QUERIES_KEPT
from coach.retrieval.fusion import Candidate, fuse, similarity
from coach.retrieval.index import VectorIndex, gpus
from coach.retrieval.index_cache import IndexCache
from coach.retrieval.lexical import terms
from coach.retrieval.store import NO_FILTERS, Filters, PassageHome


@dataclass(frozen=True, slots=True)
class Compared:
    """A query beside the questions it is compared with.

    vector: (dim,) of length 1.  allowed: ids that may be shown; the other candidates are evidence for these only.
    words: how many words of the query carry meaning.
    """

    vector: np.ndarray
    candidates: list[Candidate]
    allowed: set[str]
    words: int

    def scores(self, lexical: Mapping[str, float]) -> dict[str, float]:
        """Fused score by question id, of all candidates."""
        return fuse(self.vector, self.candidates, lexical, self.words)

    def best_answers(self, question_ids: Collection[str]) -> dict[str, int]:
        """By question id the answer passage nearest to the query; any passage when there is no answer."""
        wanted = (one for one in self.candidates if one.question_id in question_ids)
        return {one.question_id: _best_answer(one, self.vector) for one in wanted}


class DenseSearch:
    """Candidates of one home by meaning; opens the index at its first use and keeps it."""

    def __init__(self, home: PassageHome, embedder: Embedder, folder: Path | None) -> None:
        self._home, self._embedder, self._folder = home, embedder, folder
        self._cache: IndexCache | None = None

    def compared(self, query: str, lexical: Mapping[str, float], filters: Filters, k: int) -> Compared:
        """What the query is compared with to get k hits; no candidates while nothing is embedded."""
        vector = self._embedder.encode([query])[0]
        index = self._index(len(vector))
        if not len(index):
            return Compared(vector, [], set(), 0)
        candidates, allowed = self._candidates.find(vector, index, lexical, filters, k)
        return Compared(vector, candidates, allowed, len(terms(query)))

    def passages(
        self, query: str, lexical: Mapping[str, float], filters: Filters, k: int
    ) -> list[tuple[Passage, float]]:
        """The k answer passages nearest to the query, with their cosine."""
        compared = self.compared(query, lexical, filters, k)
        found = [
            (float(row @ compared.vector), key)
            for one in compared.candidates
            if one.question_id in compared.allowed
            for row, key, view in zip(one.vectors, one.passage_ids, one.views, strict=True)
            if view == "answer"
        ]
        nearest = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:k]
        rows = {row.id: row for row in self._home.passages.passages([key for _, key in nearest])}
        return [(rows[key], cosine) for cosine, key in nearest if key in rows]

    def related(self, question_id: str, k: int) -> list[tuple[str, float]]:
        """(question id, similarity) of the k questions nearest to an indexed one; empty for an unknown one."""
        own = self._candidates.load([question_id])
        if not own:
            return []
        center = own[0].questions[0]
        others, _ = self._candidates.find(center, self._index(len(center)), {}, NO_FILTERS, k)
        everyone = [*own, *(one for one in others if one.question_id != question_id)]
        near = similarity(everyone)[0]
        order = [int(row) for row in np.argsort(-near, kind="stable") if row][:k]
        return [(everyone[row].question_id, float(near[row])) for row in order]

    def state(self, progress: Progress | None) -> dict[str, str | int]:
        """Bring the index in step with the database and say what it is."""
        index = self._index(self._embedder.dim, progress)
        return {
            "index": index.kind,
            "vectors": len(index),
            "index_file": self._cache.notes if self._cache else "",
            "faiss_gpus": gpus(),
            "queries_cached": f"up to {QUERIES_KEPT} in each running coach, none on disk",
        }

    @cached_property
    def _candidates(self) -> Candidates:
        return Candidates(self._home, self._embedder.identity)

    def _index(self, dim: int, progress: Progress | None = None) -> VectorIndex:
        if self._cache is None:
            self._cache = IndexCache(self._home, self._embedder.identity, dim, self._folder)
        return self._cache.current(progress) if progress else self._cache.current()


def _best_answer(candidate: Candidate, query: np.ndarray) -> int:
    cosines = candidate.vectors @ query
    rows = [row for row, view in enumerate(candidate.views) if view == "answer"] or range(len(cosines))
    return candidate.passage_ids[max(rows, key=lambda row: float(cosines[row]))]
