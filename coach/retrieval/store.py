"""What retrieval asks of the database, as plain values. `coach.storage.passages` fulfils it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coach.models import Passage, Question

if TYPE_CHECKING:  # an answer by words does not wait for NumPy
    import numpy as np


@dataclass(frozen=True, slots=True)
class Filters:
    """Which questions a search may return. None means: any."""

    topic: str | None = None
    kind: str | None = None
    level: int | None = None
    collection: str | None = None

    def conditions(self) -> dict[str, str | int]:
        """The filters that are set, by column name."""
        pairs = {"topic": self.topic, "kind": self.kind, "level": self.level, "collection": self.collection}
        return {name: value for name, value in pairs.items() if value is not None}


NO_FILTERS = Filters()

TextRow = tuple[str, str]
"""(text hash, text)."""
View = tuple[str, str, str]
"""(view, lead, text): one way of looking at a question, see `Passage.view`.  What is shown is `text`; what is embedded
is `lead`, when there is one, and `text` on the next line."""
ViewRow = tuple[str, int, str, bytes]
"""(question id, passage id, view, vector as float32 bytes)."""


class PassageStore(Protocol):
    """Passages, their vectors and the lexical index."""

    def content_hashes(self) -> dict[str, str]:
        """Content hash of every indexed question, by id."""
        ...

    def replace(self, question: Question, content_hash: str, views: Sequence[View], body: str) -> None:
        """Index one question anew: its passages and its lexical document (title, `body`, tags)."""
        ...

    def remove(self, question_ids: Sequence[str]) -> None:
        """Take questions out of the index."""
        ...

    def texts_without_vector(self, model: str) -> list[TextRow]:
        """Each distinct text of a live passage that `model` has not embedded, once."""
        ...

    def add_vectors(self, model: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Keep vectors (text hash, float32 bytes) of `model`."""
        ...

    def drop_vectors_except(self, models: Sequence[str]) -> int:
        """Forget the vectors of all other models; return how many went."""
        ...

    def corpus_token(self) -> str:
        """A random token that every change of passages or vectors replaces: equal tokens mean an equal corpus."""
        ...

    def vector_ids(self, model: str, conditions: Mapping[str, str | int] | None = None) -> np.ndarray:
        """Sorted int64 ids of the vectors in use, of the questions that fulfil all conditions.

        A vector's content never changes under its id.
        """
        ...

    def vectors(self, model: str, ids: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Blocks of (ids (n,), vectors (n, dim) float32) of the vectors in use, in order of id."""
        ...

    def questions_of(self, model: str, vector_ids: Sequence[int]) -> list[tuple[int, str]]:
        """(vector id, question id) for every question that shows one of these vectors."""
        ...

    def collections(self, question_ids: Sequence[str]) -> dict[str, str]:
        """The collection of each of these questions that is indexed."""
        ...

    def views(self, model: str, question_ids: Sequence[str]) -> list[ViewRow]:
        """All views of these questions that have a vector."""
        ...

    def documents(self) -> int:
        """Number of lexical documents, or a little more."""
        ...

    def matches(self, match: str) -> int:
        """How many lexical documents an FTS5 expression finds."""
        ...

    def lexical(self, match: str, limit: int, conditions: Mapping[str, str | int]) -> list[tuple[str, float]]:
        """(question id, BM25 score, larger is better) for an FTS5 expression, best first."""
        ...

    def passages_of(self, question_ids: Sequence[str]) -> list[Passage]:
        """All passages of these questions, in order."""
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Passages by id, in the order asked; unknown ids are left out."""
        ...


class PassageHome(Protocol):
    """Hands out the store of the calling thread (SQLite connections must not travel between threads)."""

    @property
    def passages(self) -> PassageStore:
        """The calling thread's store."""
        ...

    def atomic(self) -> AbstractContextManager[None]:
        """Everything inside is saved together or not at all."""
        ...
