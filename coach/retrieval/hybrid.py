"""The coach's own retriever: lexical answers at once, dense ones as soon as the encoder is there, fused."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np

from coach.models import Passage, SearchHit
from coach.ports import Embedder, Progress
from coach.retrieval.candidates import Candidates, lexical_scores
from coach.retrieval.fusion import Candidate, fuse, similarity
from coach.retrieval.index import VectorIndex, gpus
from coach.retrieval.index_cache import IndexCache
from coach.retrieval.lexical import terms
from coach.retrieval.store import NO_FILTERS, Filters, PassageHome

OWN_BONUS = 0.05
"""Added to the score of what the person imported: of two questions on one matter, their own document's comes first."""


class HybridRetriever:
    """Searches the questions and passages of one home. Safe to use from several threads."""

    def __init__(self, home: PassageHome, embedder: Embedder, folder: Path | None = None, shipped: str = "") -> None:
        """folder: where the index file is kept; None keeps the index in memory.

        shipped: the collection that comes with the coach, over which the person's own are preferred a little.
        """
        self._home, self._embedder, self._folder, self._shipped = home, embedder, folder, shipped
        self._cache: IndexCache | None = None
        self._candidates: Candidates | None = None

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """At most k questions that answer `query`, each once, best first. Loads the encoder if need be.

        While nothing is embedded yet the result is the lexical one. Raises EmbedderUnavailable.
        """
        if not query.strip() or k < 1:
            return []
        lexical = lexical_scores(self._home, query, filters, k)
        vector, candidates, allowed = self._compared(query, lexical, filters, k)
        if not candidates:
            return self._lexical_hits(query, lexical, k)
        everywhere = lexical_scores(self._home, query, NO_FILTERS, k) if filters.conditions() else lexical
        scores = self._preferring_own(fuse(vector, candidates, {**everywhere, **lexical}))
        order = sorted((key for key in scores if key in allowed), key=lambda key: (-scores[key], key))[:k]
        best = {one.question_id: _best_answer(one, vector) for one in candidates}
        texts = {row.id: row.text for row in self._home.passages.passages([best[key] for key in order])}
        hits = [SearchHit(key, scores[key], texts.get(best[key], ""), best[key]) for key in order]
        return hits + self._not_embedded_yet(query, lexical, scores, k - len(hits))

    def search_lexical(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """The same by words alone: needs no encoder and no vectors."""
        return self._lexical_hits(query, lexical_scores(self._home, query, filters, k), k)

    def progressive(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> Iterator[list[SearchHit]]:
        """Yield the lexical result at once, then the full one (which may first have to load the encoder)."""
        yield self.search_lexical(query, k, filters)
        yield self.search(query, k, filters)

    def passages(self, query: str, k: int = 5, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """The k answer passages nearest to `query`, with their cosine: what answers are grounded on."""
        if not query.strip() or k < 1:
            return []
        vector, candidates, allowed = self._compared(query, lexical_scores(self._home, query, filters), filters, k)
        found = [
            (float(row @ vector), key)
            for one in candidates
            if one.question_id in allowed
            for row, key, view in zip(one.vectors, one.passage_ids, one.views, strict=True)
            if view == "answer"
        ]
        nearest = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:k]
        rows = {row.id: row for row in self._home.passages.passages([key for _, key in nearest])}
        return [(rows[key], cosine) for cosine, key in nearest if key in rows]

    def related(self, question_id: str, k: int = 5) -> list[tuple[str, float]]:
        """Questions nearest to an indexed one, with their similarity (-1..1, near 1: the same question).

        Empty for an unknown question. Rests on stored vectors: nothing is encoded.
        """
        own = self._candidates_of(self._embedder.identity).load([question_id])
        if not own:
            return []
        center = own[0].rows("question")[0]
        index = self._index(len(center))
        others, _ = self._candidates_of(self._embedder.identity).find(center, index, {}, NO_FILTERS, k)
        everyone = [*own, *(one for one in others if one.question_id != question_id)]
        near = similarity(everyone)[0]
        order = [int(row) for row in np.argsort(-near, kind="stable") if row][:k]
        return [(everyone[row].question_id, float(near[row])) for row in order]

    def refresh(self, progress: Progress | None = None) -> dict[str, str | int]:
        """Bring the index in step with the database and say what it is, for `coach doctor`."""
        index = self._index(self._embedder.dim, progress)
        return {
            "index": index.kind,
            "vectors": len(index),
            "index_file": self._cache.notes if self._cache else "",
            "faiss_gpus": gpus(),
            "queries_cached": getattr(self._embedder, "queries_cached", 0),
        }

    def _preferring_own(self, scores: dict[str, float]) -> dict[str, float]:
        if not self._shipped:
            return scores
        collections = self._home.passages.collections(list(scores))
        own = {key for key, collection in collections.items() if collection != self._shipped}
        return {key: score + OWN_BONUS if key in own else score for key, score in scores.items()}

    def _compared(
        self, query: str, lexical: Mapping[str, float], filters: Filters, k: int
    ) -> tuple[np.ndarray, list[Candidate], set[str]]:
        """(query vector, questions to compare it with, ids that may be shown)."""
        vector = self._embedder.encode([query])[0]
        index = self._index(len(vector))
        if not len(index):
            return vector, [], set()
        return vector, *self._candidates_of(self._embedder.identity).find(vector, index, lexical, filters, k)

    def _not_embedded_yet(
        self, query: str, lexical: Mapping[str, float], scores: Mapping[str, float], k: int
    ) -> list[SearchHit]:
        """Lexical hits that have no vector, for instance just edited: below all others, with scores that say so."""
        without = {key: score for key, score in lexical.items() if key not in scores}
        lowest = min(scores.values(), default=0.0)
        hits = self._lexical_hits(query, without, k)
        return [replace(hit, score=lowest - rank) for rank, hit in enumerate(hits, start=1)]

    def _lexical_hits(self, query: str, scores: Mapping[str, float], k: int) -> list[SearchHit]:
        order = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        words = terms(query)
        rows = self._home.passages.passages_of(order)
        rows.sort(key=lambda row: row.question_id)
        shown: dict[str, Passage] = {}
        for key, group in groupby(rows, key=lambda row: row.question_id):
            if answers := [row for row in group if row.view == "answer"]:
                shown[key] = max(answers, key=lambda row: sum(row.text.lower().count(word) for word in words))
        return [
            SearchHit(
                key, scores[key], shown[key].text if key in shown else "", shown[key].id if key in shown else None
            )
            for key in order
        ]

    def _candidates_of(self, model: str) -> Candidates:
        if self._candidates is None:
            self._candidates = Candidates(self._home, model)
        return self._candidates

    def _index(self, dim: int, progress: Progress | None = None) -> VectorIndex:
        if self._cache is None:
            self._cache = IndexCache(self._home, self._embedder.identity, dim, self._folder)
        return self._cache.current(progress) if progress else self._cache.current()


def _best_answer(candidate: Candidate, query: np.ndarray) -> int:
    """Id of the answer passage nearest to the query; of any passage when there is no answer."""
    cosines = candidate.vectors @ query
    rows = [row for row, view in enumerate(candidate.views) if view == "answer"] or range(len(cosines))
    return candidate.passage_ids[max(rows, key=lambda row: float(cosines[row]))]
