"""The trunk of one attempt: an open user message in KV memory, and the branches asked on it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coach.errors import ContextFull
from coach.llm import branches as side_questions
from coach.llm.context import Logits
from coach.llm.generation import generate
from coach.llm.memory import Strand
from coach.llm.state_cache import StateCache

if TYPE_CHECKING:
    from coach.llm.local import LlamaCppModel


class LocalTrunk:
    """A `coach.ports.Trunk` on llama.cpp. Made by `LlamaCppModel.trunk`."""

    def __init__(self, model: "LlamaCppModel", beginning: Sequence[int], states: StateCache | None) -> None:
        self._model = model
        self._strand = model.memory.new()
        self._earlier = self._taken_up(beginning, states) if states else None
        self.evaluated = 0  # tokens evaluated for the trunk itself, branches left out
        try:
            self._append(beginning)
        except BaseException:
            self.close()
            raise

    def _taken_up(self, beginning: Sequence[int], states: StateCache) -> Strand | None:
        """This interview as an earlier process left it, to borrow from while its turns are repeated."""
        saved = states.load(beginning, longer=True)
        if saved is None or len(saved[0]) <= len(beginning):
            return None
        earlier = self._model.memory.new(saved[0])
        if self._model.memory.put(earlier, saved[1]):
            return earlier
        self._model.memory.drop(earlier)
        return None

    @property
    def tokens(self) -> int:
        """Length of the trunk in tokens."""
        return len(self._strand.tokens)

    def token_ids(self) -> list[int]:
        """The trunk's tokens, template markers included; the message at its end is still open."""
        return list(self._strand.tokens)

    def extend(self, text: str) -> int:
        """Append `text` as data and evaluate it; return the number of tokens evaluated.

        All or nothing: after ContextFull or Stopped the trunk is as before.
        """
        return self._append(self._model.vocabulary.data(text))

    def _append(self, new: Sequence[int]) -> int:
        before, limit = self.tokens, self._model.trunk_limit
        if before + len(new) > limit:
            raise ContextFull(
                f"{before} + {len(new)} tokens do not fit: the window has {self._model.context_tokens}, of which "
                f"{self._model.context_tokens - limit} are kept for verdicts and replies.",
                "Raise `context_tokens` under [llm], or shorten the text.",
            )
        with self._model.working() as memory:
            self._strand.tokens += new
            try:
                count = memory.stand(self._strand)
            except BaseException:
                memory.shorten(self._strand, before)
                raise
            if self._earlier and count:  # beyond what was saved, or different from it
                memory.drop(self._earlier)
                self._earlier = None
        self.evaluated += count
        return count

    def word_logits(self, branches: Sequence[str], words: Sequence[str]) -> Logits:
        """Logit of each word's first token as the reply to each branch: (len(branches), len(words)) float32."""
        vocabulary = self._model.vocabulary
        first = [vocabulary.data(word)[:1] for word in words]
        if not all(first):
            raise ValueError(f"every word needs at least one token: {list(words)!r}")
        if not branches:
            return np.empty((0, len(words)), np.float32)
        prompts = [vocabulary.data(branch) + self._model.suffix for branch in branches]
        with self._model.working() as memory:
            return side_questions.word_logits(memory, self._strand, prompts, [ids[0] for ids in first])

    def stream(
        self, branch: str, *, max_tokens: int, drafts: Sequence[str] = (), temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Generate the reply to one branch. Closing the iterator stops the model within one token.

        Other calls may come between two pieces: the branch has its own sequence, and the lock is held per step only.
        """
        prompt = self._model.vocabulary.data(branch) + self._model.suffix
        return generate(
            self._model, self._strand, prompt, max_tokens=max_tokens, drafts=drafts, temperature=temperature, seed=seed
        )

    def close(self) -> None:
        """Give the KV memory back."""
        with self._model.locked() as memory:
            memory.drop(self._strand)
            if self._earlier:
                memory.drop(self._earlier)
                self._earlier = None
            self._model.forget(self)

    def save(self, states: StateCache) -> None:
        """Write the trunk's state, for a later process to take the interview up."""
        with self._model.locked() as memory:
            memory.stand(self._strand)
            states.save(self._strand.tokens, memory.context.save(self._strand.sequence))
