"""The few interfaces that packages share; `coach.assemble` decides which class stands behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from coach.models import Judgement, Question, SearchHit

if TYPE_CHECKING:  # the first frame of the screen does not wait for NumPy
    import numpy as np

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what)."""


class Embedder(Protocol):
    """A sentence encoder."""

    @property
    def identity(self) -> str:
        """Changes when vectors of the same text would change."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return (len(texts), dim) float32 rows of length 1."""
        ...


class Trunk(Protocol):
    """The growing token sequence of one attempt, kept in the model's KV memory; only ever appended to.

    The trunk is one open user message. Everything appended is data: special tokens in it are never parsed.
    A branch is text put after the trunk for one side question; the message is closed behind it, the model's reply
    opened, and the branch is thrown away afterwards.
    """

    @property
    def tokens(self) -> int:
        """Length of the trunk in tokens."""
        ...

    def extend(self, text: str) -> int:
        """Append `text`; return the number of tokens evaluated for it. Raises ContextFull with the numbers."""
        ...

    def word_logits(self, branches: Sequence[str], words: Sequence[str]) -> np.ndarray:
        """Return (len(branches), len(words)) float32: logit of each word's first token as the reply to each branch.

        All branches are evaluated in one batch over the shared trunk.
        """
        ...

    def stream(
        self, branch: str, *, max_tokens: int, drafts: Sequence[str] = (), temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Generate the reply to one branch, piece by piece. Closing the iterator stops the model within one token.

        drafts: texts whose words the reply is likely to repeat (passages); they speed up, and never change, the result.
        """
        ...

    def close(self) -> None:
        """Give the KV memory back."""
        ...


class LanguageModel(Protocol):
    """A language model that answers questions about a trunk."""

    name: str
    identity: str  # hash over weights, adapter, template and build
    context_tokens: int

    def trunk(self, system: str, opening: str) -> Trunk:
        """Start a trunk: system text, then `opening` as the beginning of the open user message."""
        ...

    def stop(self) -> None:
        """Break off what is being computed, from any thread: streams end, other calls raise Stopped."""
        ...

    def close(self) -> None:
        """Free its memory; nothing may be asked of it afterwards."""
        ...


class Judge(Protocol):
    """Judges one answer point by point."""

    @property
    def name(self) -> str:
        """Shown beside every verdict."""
        ...

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        """Return one verdict per key point of `question`, in order. Raises NotGraded."""
        ...


class Retriever(Protocol):
    """Finds questions with their best passage."""

    def search(self, query: str, k: int = 10) -> list[SearchHit]:
        """Return at most k hits, each question at most once, best first."""
        ...
