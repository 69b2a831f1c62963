"""Choosing the next token, and checking drafted tokens without changing what would have been chosen."""

from typing import Protocol

import numpy as np

from coach.llm.context import Logits


class Chooser(Protocol):
    """Chooses from one row of logits."""

    def choose(self, row: Logits) -> int:
        """The next token."""
        ...

    def check(self, row: Logits, drafted: int) -> tuple[bool, int]:
        """(whether the drafted token is taken, the token to go on with)."""
        ...

    def too_close(self, row: Logits, band: float) -> bool:
        """Whether rounding errors of up to `band` could have changed the choice."""
        ...


class Greedy:
    """Always the likeliest token."""

    def choose(self, row: Logits) -> int:
        """The token with the largest logit."""
        return int(row.argmax())

    def check(self, row: Logits, drafted: int) -> tuple[bool, int]:
        """A draft is taken when it is what would have been chosen."""
        best = int(row.argmax())
        return best == drafted, best

    def too_close(self, row: Logits, band: float) -> bool:
        """Whether the second-best logit is within `band` of the best."""
        return bool(np.count_nonzero(row > row.max() - band) > 1)


class Sampler:
    """Samples at a temperature; drafts speed it up without changing the distribution.

    Leviathan et al. 2023 (arXiv 2211.17192), algorithm 1, for a draft that is certain of itself (q puts all mass on
    one token x): take x with probability p(x), else sample from p without x, renormalised.
    """

    def __init__(self, temperature: float, seed: int) -> None:
        if temperature <= 0:
            raise ValueError(f"temperature must be above 0, not {temperature}")
        self._temperature = temperature
        self._random = np.random.default_rng(seed)

    def probabilities(self, row: Logits) -> np.ndarray:
        """softmax(row / temperature), float64."""
        scaled = (row.astype(np.float64) - row.max()) / self._temperature
        weights = np.exp(scaled)
        return np.asarray(weights / weights.sum())

    def choose(self, row: Logits) -> int:
        """A token drawn from the distribution."""
        return self._draw(self.probabilities(row))

    def check(self, row: Logits, drafted: int) -> tuple[bool, int]:
        """Take the draft with its own probability, else draw from what is left."""
        p = self.probabilities(row)
        if self._random.random() < p[drafted]:
            return True, drafted
        p[drafted] = 0.0
        return False, self._draw(p / p.sum())

    def too_close(self, row: Logits, band: float) -> bool:
        """Never: a draw moves with the probabilities, and rounding moves those by little."""
        return False

    def _draw(self, p: np.ndarray) -> int:
        return min(int(np.searchsorted(np.cumsum(p), self._random.random(), side="right")), len(p) - 1)
