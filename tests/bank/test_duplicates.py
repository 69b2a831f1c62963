"""Near-duplicates across sources, with the encoder that ships: pairs of our own that a person called same or different.

None of them was used to fit the weights.
"""

import numpy as np
import pytest

from coach.bank.duplicates import Comparison, Item
from coach.models import Kind, Question
from coach.retrieval.embedder import SentenceEncoder

SAME: list[tuple[Kind, str, str, str, str]] = [
    (
        "concept",
        "What is dropout and why does it work?",
        "Dropout zeroes random activations during training, so units cannot co-adapt; at test time all are kept.",
        "Explain dropout regularization in neural networks.",
        "Random units are dropped in training, which prevents co-adaptation; at inference all are used.",
    ),
    (
        "concept",
        "How does a random forest differ from a single decision tree?",
        "It averages many trees grown on bootstrap samples with random features, lowering variance.",
        "Decision tree versus random forest: what is the difference?",
        "A forest averages trees on bootstrap samples and random feature subsets; variance drops.",
    ),
    (
        "coding",
        "Reverse a singly linked list in place.",
        "Walk with previous and current pointers and turn each next pointer round. O(n) time, O(1) space.",
        "Write a function that reverses a linked list.",
        "Iterate with previous, current and next pointers and flip the links; linear time, constant space.",
    ),
    (
        "coding",
        "Implement binary search on a sorted array.",
        "Keep low and high; compare the middle; halve. O(log n).",
        "Write binary search over a sorted list in Python.",
        "Halve the interval between low and high by comparing with the middle element; O(log n).",
    ),
    (
        "system_design",
        "Design a URL shortener.",
        "Hash or counter to base 62, key-value store, cache, redirects.",
        "How would you design a service like bit.ly that shortens URLs?",
        "Base 62 of a counter, a key-value store with cache in front, HTTP redirects.",
    ),
    (
        "system_design",
        "Design a near real-time spam filter for e-mail.",
        "Features from headers and text, online scoring, feedback from users, retraining.",
        "Build a system that detects spam in e-mails as they arrive.",
        "Score headers and text online, collect user feedback, retrain often.",
    ),
    (
        "behavioral",
        "Tell me about a time you missed a deadline.",
        "A migration took longer than planned.",
        "Describe a situation where you failed to meet a deadline.",
        "We underestimated labelling for a launch.",
    ),
    (
        "behavioral",
        "Describe a disagreement with your manager and how it ended.",
        "We argued about the metric of a launch.",
        "Tell me about a time you disagreed with your boss.",
        "He wanted to skip tests.",
    ),
    (
        "concept",
        "What is the curse of dimensionality?",
        "Volume grows exponentially with dimensions, data become sparse and distances concentrate.",
        "Explain the curse of dimensionality.",
        "With more dimensions data are sparse and distances lose contrast, since volume grows exponentially.",
    ),
    (
        "concept",
        "Why do we use cross-validation?",
        "To estimate generalisation by rotating the held-out fold.",
        "What is k-fold cross-validation and what is it good for?",
        "Every fold is held out once; the mean estimates generalisation.",
    ),
]
DIFFERENT: list[tuple[Kind, str, str, str, str]] = [
    (
        "concept",
        "What is the difference between L1 and L2 loss?",
        "Absolute against squared errors; robustness to outliers.",
        "What is the difference between L1 and L2 regularization?",
        "Penalties on absolute or squared weights; sparsity against shrinkage.",
    ),
    (
        "concept",
        "What is batch normalization?",
        "Normalises activations over the mini-batch per channel.",
        "What is batch inference?",
        "Predictions for many records at scheduled times.",
    ),
    (
        "concept",
        "What is data drift?",
        "The distribution of inputs changes.",
        "What is data parallelism?",
        "Replicas of the model process slices of the batch.",
    ),
    (
        "coding",
        "Implement a queue using two stacks.",
        "An inbox and an outbox; move when the outbox is empty.",
        "Implement a stack using two queues.",
        "Rotate the queue after each push.",
    ),
    (
        "coding",
        "Find the longest common subsequence of two strings.",
        "Dynamic programming over prefixes.",
        "Find the longest palindromic substring.",
        "Expand around every centre.",
    ),
    (
        "system_design",
        "Design a recommendation system for music.",
        "Candidates by embeddings, ranking by listening time.",
        "Design a search engine for music.",
        "Inverted index, query understanding, ranking by clicks.",
    ),
    (
        "behavioral",
        "Tell me about a time you had to learn something quickly.",
        "A new framework in a week.",
        "Tell me about a time you had to teach something.",
        "A course for analysts.",
    ),
    (
        "behavioral",
        "Describe a conflict with a colleague.",
        "About code style.",
        "Describe a project you are proud of.",
        "A search engine.",
    ),
    (
        "concept",
        "What is precision?",
        "Share of true positives among predicted positives.",
        "What is recall?",
        "Share of true positives among actual positives.",
    ),
    (
        "concept",
        "How does k-means work?",
        "Assign to the nearest centre, move centres.",
        "How does k-nearest neighbours work?",
        "Vote among the closest training points.",
    ),
]


@pytest.fixture(scope="module")
def links() -> dict[str, str | None]:
    """All first questions as one source, all second ones as another."""
    first, second = [], []
    for name, pairs in (("same", SAME), ("different", DIFFERENT)):
        for at, (kind, one, answer, other, other_answer) in enumerate(pairs):
            first.append(Question(f"{name}-{at}", one, answer, "t", kind=kind, collection="a", source="a"))
            second.append(Question(f"{name}-{at}-b", other, other_answer, "t", kind=kind, collection="b", source="b"))
    encoder = SentenceEncoder()
    texts = encoder.encode([question.text for question in first + second])
    items = [Item(*parts) for parts in zip(first + second, texts, strict=True)]
    return Comparison(items[: len(first)], items[len(first) :]).links()


def test_same_questions_are_linked(links: dict[str, str | None]) -> None:
    found = [links[f"same-{at}-b"] == f"same-{at}" for at in range(len(SAME))]
    assert sum(found) >= 0.9 * len(SAME), [pair[1] for pair, ok in zip(SAME, found, strict=True) if not ok]


def test_different_questions_are_not_linked(links: dict[str, str | None]) -> None:
    wrong = [DIFFERENT[at][1] for at in range(len(DIFFERENT)) if links[f"different-{at}-b"] is not None]
    assert len(wrong) <= 1, wrong
    assert links["different-0-b"] is None, "a loss is not a penalty"


class Judged(Comparison):
    """A comparison in which the probabilities are given."""

    def probability(self, one: int, other: int) -> float:
        ids = {self._items[one].question.id, self._items[other].question.id}
        return {"ours": 0.6, "own": 0.9}[(ids - {"other"}).pop()] if "other" in ids else 0.0


def test_a_match_in_the_bank_comes_before_a_better_one_elsewhere() -> None:
    """Otherwise two groups about the same would stand side by side, one without the question of the bank."""
    sources = {"ours": "corpus/t/t.md", "own": "a.md", "other": "b.md"}
    items = [
        Item(Question(name, "What is it?", "It is.", "t", source=source), np.ones(1, dtype=np.float32))
        for name, source in sources.items()
    ]
    assert Judged(items[:1], items[1:]).links() == {"own": None, "other": "ours"}


def test_a_story_is_never_linked_to_an_explanation() -> None:
    """A question as short as “Why scale?” is near to both."""

    def link(kind: Kind) -> str | None:
        ours = Question("ours", "How did you scale it?", "I did.", "t", kind="behavioral", source="corpus/t/t.md")
        own = Question("own", "How did you scale it?", "I did.", "t", kind=kind, source="a.md")
        items = [Item(question, np.ones(1, dtype=np.float32)) for question in (ours, own)]
        return Comparison(items[:1], items[1:]).links()["own"]

    assert (link("behavioral"), link("concept")) == ("ours", None)
