"""Three questions and a cheap encoder whose vectors can be predicted."""

from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
import pytest

from coach.models import KeyPoint, Question


@cache
def direction(word: str, dim: int) -> np.ndarray:
    return np.random.default_rng(crc32(word.encode())).normal(size=dim)


class WordEncoder:
    """Every word has a fixed random direction, a text the normalised sum of its words': texts sharing words are near.

    asked: every text it was given, in order.
    """

    def __init__(self, identity: str = "words-1", dim: int = 64) -> None:
        self.identity, self.dim = identity, dim
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.extend(texts)
        rows = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dim)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def _vector(self, text: str) -> np.ndarray:
        words = text.lower().replace("?", "").replace(".", "").split()
        return np.sum(
            [direction(f"{self.identity} {word}", self.dim) for word in words] or [np.zeros(self.dim)], axis=0
        )


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def questions() -> list[Question]:
    return [
        Question(
            "momentum",
            "What does momentum change about gradient descent?",
            "A velocity accumulates the past slopes, so the path rolls on through noise.",
            "optimisation",
            key_points=(KeyPoint("The velocity is a decaying sum of past slopes."),),
            tags=("sgd",),
        ),
        Question(
            "gan",
            "How is a generative adversarial network (GAN) trained?",
            "A generator forges samples, and a discriminator tells forged ones from real ones.",
            "generative-models",
            level=4,
        ),
        Question(
            "lru-cache",
            "Implement an LRU cache.",
            "A dictionary finds the node, a linked list keeps the order.\n\n```python\nclass LRU:\n    pass\n```",
            "data-structures",
            kind="coding",
            collection="notes",
        ),
    ]
