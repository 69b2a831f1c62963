"""The coach's own retriever: lexical answers at once, dense ones as soon as the encoder is there, fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from coach.models import Passage, SearchHit
from coach.ports import Embedder, Progress
from coach.retrieval.store import NO_FILTERS, Filters, PassageHome
from coach.retrieval.word_search import lexical_hits, lexical_scores

if TYPE_CHECKING:
    from coach.retrieval.dense import DenseSearch

OWN_BONUS = 0.05
"""Added to the score of what the person imported: of two questions on one matter, their own document's comes first."""


class HybridRetriever:
    """Searches the questions and passages of one home. Safe to use from several threads."""

    def __init__(self, home: PassageHome, embedder: Embedder, folder: Path | None = None, shipped: str = "") -> None:
        """folder: where the index file is kept; None keeps the index in memory.

        shipped: the collection that comes with the coach, over which the person's own are preferred a little.
        """
        self._home, self._embedder, self._folder, self._shipped = home, embedder, folder, shipped

    @cached_property
    def _dense(self) -> DenseSearch:
        from coach.retrieval.dense import DenseSearch  # an answer by words does not wait for NumPy

        return DenseSearch(self._home, self._embedder, self._folder)

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """At most k questions that answer `query`, each once, best first. Loads the encoder if need be.

        While nothing is embedded yet the result is the lexical one. Raises EmbedderUnavailable.
        """
        if not query.strip() or k < 1:
            return []
        lexical = lexical_scores(self._home, query, filters, k)
        compared = self._dense.compared(query, lexical, filters, k)
        if not compared.candidates:
            return lexical_hits(self._home, query, lexical, k)
        everywhere = lexical_scores(self._home, query, NO_FILTERS, k) if filters.conditions() else lexical
        scores = self._preferring_own(compared.scores({**everywhere, **lexical}))
        order = sorted((key for key in scores if key in compared.allowed), key=lambda key: (-scores[key], key))[:k]
        best = compared.best_answers(order)
        texts = {row.id: row.text for row in self._home.passages.passages([best[key] for key in order])}
        hits = [SearchHit(key, scores[key], texts.get(best[key], ""), best[key]) for key in order]
        return hits + self._not_embedded_yet(query, lexical, scores, k - len(hits))

    def search_lexical(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """The same by words alone: needs no encoder and no vectors."""
        return lexical_hits(self._home, query, lexical_scores(self._home, query, filters, k), k)

    def passages(self, query: str, k: int = 5, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """The k answer passages nearest to `query`, with their cosine: what answers are grounded on."""
        if not query.strip() or k < 1:
            return []
        return self._dense.passages(query, lexical_scores(self._home, query, filters), filters, k)

    def related(self, question_id: str, k: int = 5) -> list[tuple[str, float]]:
        """Questions nearest to an indexed one, with their similarity (-1..1, near 1: the same question).

        Empty for an unknown question. Rests on stored vectors: nothing is encoded.
        """
        return self._dense.related(question_id, k)

    def refresh(self, progress: Progress | None = None) -> dict[str, str | int]:
        """Bring the index in step with the database and say what it is, for `coach doctor`."""
        return self._dense.state(progress)

    def _preferring_own(self, scores: dict[str, float]) -> dict[str, float]:
        if not self._shipped:
            return scores
        collections = self._home.passages.collections(list(scores))
        own = {key for key, collection in collections.items() if collection != self._shipped}
        return {key: score + OWN_BONUS if key in own else score for key, score in scores.items()}

    def _not_embedded_yet(
        self, query: str, lexical: Mapping[str, float], scores: Mapping[str, float], k: int
    ) -> list[SearchHit]:
        """Lexical hits that have no vector, for instance just edited: below all others, with scores that say so."""
        without = {key: score for key, score in lexical.items() if key not in scores}
        lowest = min(scores.values(), default=0.0)
        hits = lexical_hits(self._home, query, without, k)
        return [replace(hit, score=lowest - rank) for rank, hit in enumerate(hits, start=1)]
