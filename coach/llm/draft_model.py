"""A second, smaller model that guesses what the main model will say (Leviathan et al. 2023, arXiv 2211.17192)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from coach.errors import LlmUnavailable, Stopped
from coach.llm.context import Context, Logits, Settings, Token
from coach.llm.memory import KvMemory
from coach.llm.vocabulary import Vocabulary
from coach.llm.weights import Weights

LEAST_SURE = 0.5  # a guess less probable than this ends the draft


class DraftModel:
    """Guesses greedily. Not thread-safe: used inside the lock of the model it serves."""

    def __init__(self, path: Path, vocabulary: Vocabulary, settings: Settings, *, gpu_layers: int = 0) -> None:
        """Load the weights. Raises LlmUnavailable, also when their vocabulary differs from the main model's."""
        self._weights = Weights(path, gpu_layers=gpu_layers)
        if self._weights.vocabulary.fingerprint != vocabulary.fingerprint:
            self._weights.close()
            raise LlmUnavailable(
                f"{path.name} has another vocabulary than the main model, so it cannot draft for it.",
                "Choose a draft model of the same family, or set `draft_model` to nothing.",
            )
        try:
            self._context = Context(self._weights, replace(settings, sequences=2))
        except LlmUnavailable:
            self._weights.close()
            raise
        self._memory = KvMemory(self._context)
        self._strand = self._memory.new()

    def propose(self, tokens: Sequence[int], length: int) -> list[int]:
        """At most `length` likely tokens after `tokens`; none when the text does not fit or the work was stopped."""
        if len(tokens) + length > self._context.capacity:
            return []
        self._follow(tokens)
        drafted: list[int] = []
        pending = tokens[-1]
        try:
            while len(drafted) < length:
                self._memory.stand(self._strand)
                at = len(self._strand.tokens)
                step = [Token(pending, at, (self._strand.sequence,), True)]
                ((best, chance),) = self._memory.run(step, [(self._strand.sequence, at)], self._strand, _best)
                self._strand.tokens.append(pending)
                self._strand.standing = at + 1
                if chance < LEAST_SURE:
                    break
                drafted.append(best)
                pending = best
        except Stopped:
            return []
        return drafted

    def _follow(self, tokens: Sequence[int]) -> None:
        """Make the strand hold all but the last of `tokens`, keeping what agrees."""
        wanted = list(tokens[:-1])
        held = self._strand.tokens
        agree = next(
            (i for i, (a, b) in enumerate(zip(held, wanted, strict=False)) if a != b), min(len(held), len(wanted))
        )
        self._memory.shorten(self._strand, agree)
        self._strand.tokens += wanted[agree:]

    def stop(self) -> None:
        """Break off the evaluation in progress."""
        self._context.stop()

    def resume(self) -> None:
        """Take the stop flag down."""
        self._context.resume()

    def close(self) -> None:
        """Free the memory."""
        self._context.close()
        self._weights.close()


def _best(row: Logits) -> tuple[int, float]:
    """(likeliest token, its probability)."""
    best = int(row.argmax())
    return best, float(1.0 / np.exp(row - row[best]).sum())
