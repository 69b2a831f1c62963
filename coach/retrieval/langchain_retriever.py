"""LangChain on both sides: our search as a retriever of theirs, and any retriever of theirs in place of our search.

This file alone imports LangChain at its head (0.5 s), so it is imported only where LangChain is wanted.
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from coach.errors import CoachError, ConfigError
from coach.models import Passage, Question, SearchHit
from coach.ports import Embedder
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.store import NO_FILTERS, Filters


class CoachRetriever(BaseRetriever):
    """Our search for a LangChain chain: each document is a question's best passage.

    k: at most so many documents; `invoke(query, k=...)` overrides it.  Metadata: question_id, passage_id, score.
    """

    retriever: Any  # a coach.ports.Retriever: pydantic cannot check a Protocol
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        hits = self.retriever.search(query, self.k if k is None else k)
        return [
            Document(
                page_content=hit.passage,
                metadata={"question_id": hit.question_id, "passage_id": hit.passage_id, "score": hit.score},
            )
            for hit in hits
        ]


class CoachEmbeddings(Embeddings):
    """Our sentence encoder for a LangChain vector store, so that its vectors are the same as ours."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        return [[float(value) for value in row] for row in self._embedder.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a query: the same as of a document."""
        return self.embed_documents([text])[0]


def documents(questions: Iterable[Question], passages: Iterable[Passage]) -> Iterator[Document]:
    """What to load into a foreign store: every answer passage behind its question, with the metadata we need back."""
    by_id = {question.id: question for question in questions}
    for passage in passages:
        question = by_id.get(passage.question_id)
        if question is None or passage.view != "answer":
            continue
        metadata = {"question_id": question.id, "passage_id": passage.id, "topic": question.topic}
        metadata |= {"kind": question.kind, "level": question.level, "collection": question.collection}
        yield Document(page_content=f"{question.text}\n{passage.text}", metadata=metadata)


class ForeignRetriever(HybridRetriever):
    """A LangChain retriever in place of our search; everything it does not offer stays ours.

    Its documents carry `question_id` in their metadata, and `passage_id` and `score` if they have them.
    """

    def __init__(self, foreign: BaseRetriever, own: HybridRetriever) -> None:
        super().__init__(own._home, own._embedder, own._folder, own._shipped)
        self._foreign = foreign

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[SearchHit]:
        """At most k questions, each once, in the foreign retriever's order. Raises CoachError when it fails."""
        if not query.strip() or k < 1:
            return []
        hits: dict[str, SearchHit] = {}
        for rank, document in enumerate(self._documents(query, 3 * k, filters), start=1):
            key = document.metadata.get("question_id")
            if isinstance(key, str) and key not in hits:
                score = document.metadata.get("score", 1.0 / rank)
                passage_id = document.metadata.get("passage_id")
                hits[key] = SearchHit(key, float(score), document.page_content, passage_id)
        return list(hits.values())[:k]

    def _documents(self, query: str, k: int, filters: Filters) -> Sequence[Document]:
        wanted = filters.conditions()
        try:
            found = self._foreign.invoke(query, k=k)
        except Exception as error:  # foreign code, often behind a network: it may raise anything
            raise CoachError(
                f"The configured retriever failed: {error}", "Check retrieval.retriever in config.toml."
            ) from error
        return [row for row in found if all(row.metadata.get(name) == value for name, value in wanted.items())]


def load_foreign(named: str, own: HybridRetriever) -> ForeignRetriever:
    """The retriever that the setting "module:attribute" names: a `BaseRetriever`, or a function without arguments
    that makes one. Raises ConfigError.
    """
    module, _, attribute = named.partition(":")
    try:
        value: Any = getattr(import_module(module), attribute)
        foreign = value if isinstance(value, BaseRetriever) else value()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise ConfigError(
            f"Cannot load the retriever {named!r}: {error}", "retrieval.retriever is written module:attribute."
        ) from error
    if not isinstance(foreign, BaseRetriever):
        raise ConfigError(f"{named!r} is no LangChain retriever but a {type(foreign).__name__}.")
    return ForeignRetriever(foreign, own)
