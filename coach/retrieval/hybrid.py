"""The coach's own retriever: lexical answers at once, dense ones as soon as the encoder is there, fused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from coach.models import Passage, SearchHit
from coach.ports import Embedder
from coach.retrieval import fusion
from coach.retrieval.index import VectorIndex
from coach.retrieval.index_cache import IndexCache
from coach.retrieval.lexical import match_expression, terms
from coach.retrieval.store import NO_FILTERS, Filters, PassageHome

DENSE_CANDIDATES = 400
"""Vectors looked up per query: some 100 questions, since a question has several."""
LEXICAL_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be shown, with the cosine of the query to each of its views."""

    question_id: str
    passage_ids: tuple[int, ...]
    views: tuple[str, ...]
    cosines: np.ndarray

    def best(self, views: Sequence[str]) -> tuple[float, int]:
        """Highest cosine among these views and the passage it belongs to; of all views if it has none of these."""
        rows = [row for row, view in enumerate(self.views) if view in views] or list(range(len(self.views)))
        row = max(rows, key=lambda row: float(self.cosines[row]))
        return float(self.cosines[row]), self.passage_ids[row]


class HybridRetriever:
    """Searches the questions and passages of one home."""

    def __init__(self, home: PassageHome, embedder: Embedder, folder: Path | None = None) -> None:
        """folder: where the index file is kept; None keeps the index in memory."""
        self._home = home
        self._embedder = embedder
        self._folder = folder
        self._cache: IndexCache | None = None

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """At most k questions that answer `query`, each once, best first. Loads the encoder if need be.

        While nothing is embedded yet the result is the lexical one. Raises EmbedderUnavailable.
        """
        if not query.strip() or k < 1:
            return []
        lexical = self._lexical_scores(query, filters)
        candidates = self._candidates(query, lexical, filters)
        if not candidates:
            return self._lexical_hits(query, lexical, k)
        scores = fusion.fuse(candidates, lexical)
        best = {one.question_id: one.best(("answer",))[1] for one in candidates}
        order = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        texts = {row.id: row.text for row in self._home.passages.passages([best[key] for key in order])}
        return [SearchHit(key, scores[key], texts.get(best[key], ""), best[key]) for key in order]

    def search_lexical(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """The same by words alone: needs no encoder and no vectors."""
        return self._lexical_hits(query, self._lexical_scores(query, filters), k)

    def progressive(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> Iterator[list[SearchHit]]:
        """Yield the lexical result at once, then the full one (which may first have to load the encoder)."""
        yield self.search_lexical(query, k, filters)
        yield self.search(query, k, filters)

    def passages(self, query: str, k: int = 5, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """The k answer passages nearest to `query`, with their cosine: what answers are grounded on."""
        if not query.strip() or k < 1:
            return []
        candidates = self._candidates(query, self._lexical_scores(query, filters), filters)
        found = [
            (float(cosine), key)
            for one in candidates
            for cosine, key, view in zip(one.cosines, one.passage_ids, one.views, strict=True)
            if view == "answer"
        ]
        nearest = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:k]
        rows = {row.id: row for row in self._home.passages.passages([key for _, key in nearest])}
        return [(rows[key], cosine) for cosine, key in nearest if key in rows]

    def _lexical_scores(self, query: str, filters: Filters) -> dict[str, float]:
        expression = match_expression(terms(query))
        if not expression:
            return {}
        return dict(self._home.passages.lexical(expression, LEXICAL_CANDIDATES, filters.conditions()))

    def _lexical_hits(self, query: str, scores: Mapping[str, float], k: int) -> list[SearchHit]:
        order = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        words = terms(query)
        shown: dict[str, Passage] = {}
        for key, rows in groupby(self._home.passages.passages_of(order), key=lambda row: row.question_id):
            answers = [row for row in rows if row.view == "answer"]
            if answers:
                shown[key] = max(answers, key=lambda row: sum(row.text.lower().count(word) for word in words))
        return [
            SearchHit(
                key, scores[key], shown[key].text if key in shown else "", shown[key].id if key in shown else None
            )
            for key in order
        ]

    def _candidates(self, query: str, lexical: Mapping[str, float], filters: Filters) -> list[Candidate]:
        """Questions found by either search, with all their views scored."""
        store, model = self._home.passages, self._embedder.identity
        index = self._fresh_index()
        if not len(index):
            return []
        vector = self._embedder.encode([query])[0]
        found = [key for key, _ in index.search(vector, DENSE_CANDIDATES)]
        dense = {question_id for _, question_id in store.questions_of(model, found)}
        if filters.conditions():
            dense = store.allowed(filters.conditions(), sorted(dense))
        rows = store.views(model, sorted(dense | set(lexical)))
        rows.sort(key=lambda row: (row[0], row[1]))
        return [self._candidate(vector, key, list(group)) for key, group in groupby(rows, key=lambda row: row[0])]

    @staticmethod
    def _candidate(query: np.ndarray, question_id: str, rows: list[tuple[str, int, str, bytes]]) -> Candidate:
        matrix = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float32).reshape(len(rows), -1)
        return Candidate(question_id, tuple(row[1] for row in rows), tuple(row[2] for row in rows), matrix @ query)

    def _fresh_index(self) -> VectorIndex:
        if self._cache is None:
            self._cache = IndexCache(self._home, self._embedder.identity, self._embedder.dim, self._folder)
        return self._cache.current()
