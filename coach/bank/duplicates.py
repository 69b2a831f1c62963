"""Which questions of different sources a person would call the same. They are linked, never merged.

A pair is judged by five numbers (`features`) in a logistic model. Its weights were fitted on 2,233 pairs: questions of
the shipped bank against independently worded ones, 361 of the same meaning, and against each other (all different).
Nearby but different questions - L1/L2 loss and L1/L2 regularisation - are held apart by `CONTRASTS` and by the rule
that a question links to one match only. `python -m benchmarks.duplicates` measures it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from coach.models import Question

WEIGHTS = np.array([18.8, 0.8, 1.1, 3.2, 14.6])
BIAS = -16.6
CONTRAST_COST = 6.0
SURE = 0.5
"""Probability from which a question is linked to its best match."""
POSSIBLE = 0.1
"""Probability that is enough when each is the other's best match among all questions of the two sources.

Not for behavioural questions, where the answers, being stories, say nothing for or against.
"""
STORY_OVERLAP = 0.4
LEAST_COSINE = 0.4
"""Questions whose texts are further apart are not compared; the least similar true pair of the fit had 0.46."""
ANSWER_WORDS = 300
NONE = (0.0, -1)
"""Probability and position of no match."""
AT_ONCE = 128
"""Questions whose cosines are computed together: 51 MB beside 100,000 others."""

_STOP = frozenset(
    "a an the of to in for and or with on is are be do does how what why when would you your it its that this which "
    "from by at as i me tell time about explain describe design implement give write use using example between "
    "difference into vs can one".split()
)
_ENDINGS = tuple("izations ization ations ation izing ized ize ings ing ies es s ed ers er".split())


def stems(text: str) -> list[str]:
    """Content words without endings, British and American spelling made one."""
    american = text.lower().replace("isation", "ization").replace("ise", "ize").replace("yse", "yze")
    return [_stem(word) for word in re.findall(r"[a-z0-9+]+", american) if word not in _STOP]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


CONTRASTS = tuple(
    frozenset(stems(group))
    for group in (
        "loss regularization",
        "precision recall",
        "maximum sum",
        "batch layer group instance",
        "data concept",
        "training serving inference",
        "search recommendation",
        "image video speech text",
        "stack queue heap trie graph array",
        "parameter hyperparameter",
        "bagging boosting stacking",
        "encoder decoder",
        "pruning quantization distillation",
        "learn teach mentor",
        "success failure",
        "manager colleague customer",
    )
)
"""Words that make two otherwise alike questions different when each has one that the other lacks."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question prepared for comparison. vector: of its text, of length 1."""

    question: Question
    vector: npt.NDArray[np.float32]


class Comparison:
    """Compares new questions with all others. Words that many questions share count little."""

    def __init__(self, known: Sequence[Item], new: Sequence[Item]) -> None:
        self._items = [*known, *new]
        self._first_new = len(known)
        self._words = [frozenset(stems(item.question.text)) for item in self._items]
        self._rarity = _rarity(self._words)
        answers = [stems(" ".join(item.question.answer.split()[:ANSWER_WORDS])) for item in self._items]
        frequency = Counter(word for answer in answers for word in set(answer))
        self._answers = [_weighted(answer, frequency, len(answers)) for answer in answers]
        self._vectors = np.stack([item.vector for item in self._items]) if self._items else np.empty((0, 1))

    def links(self) -> dict[str, str | None]:
        """For every new question the id of the one it repeats, or None.

        A match in the shipped bank comes before a better one elsewhere, which would begin a second group about the
        same. A chain of repetitions leads to its beginning.
        """
        best: dict[int, tuple[float, int]] = {}
        shipped: dict[int, tuple[float, int]] = {}
        back: dict[tuple[int, tuple[str, str]], tuple[float, int]] = {}
        for index, near in self._near():
            for other in near:
                probability = self.probability(index, other)
                best[index] = max(best.get(index, NONE), (probability, other))
                if _shipped(self._items[other].question):
                    shipped[index] = max(shipped.get(index, NONE), (probability, other))
                key = (other, _source(self._items[index].question))
                back[key] = max(back.get(key, NONE), (probability, index))
        roots: dict[int, int] = {}
        by_id = {item.question.id: at for at, item in enumerate(self._items)}
        result: dict[str, str | None] = {}
        for index in range(self._first_new, len(self._items)):
            question = self._items[index].question
            story = question.kind == "behavioral"
            result[question.id] = None
            for probability, other in (shipped.get(index, NONE), best.get(index, NONE)):
                mutual = back.get((other, _source(question)), NONE)[1] == index
                if probability >= SURE or (mutual and not story and probability >= POSSIBLE):
                    earlier = self._items[other].question.duplicate_of
                    roots[index] = roots.get(other, by_id.get(earlier or "", other))
                    result[question.id] = self._items[roots[index]].question.id
                    break
        return result

    def _near(self) -> Iterator[tuple[int, list[int]]]:
        """Every new question with the earlier ones of other sources that are similar enough to be compared.

        Within a document nothing is compared, so one long document costs no more than its length.
        """
        sources = [_source(item.question) for item in self._items]
        new = range(self._first_new, len(self._items))
        for source, group in groupby(new, key=sources.__getitem__):
            indices = list(group)
            others = [other for other in range(indices[0]) if sources[other] != source]
            vectors = self._vectors[others]
            for start in range(0, len(indices), AT_ONCE):
                part = indices[start : start + AT_ONCE]
                for index, cosines in zip(part, self._vectors[part] @ vectors.T, strict=True):
                    yield index, [others[at] for at in np.flatnonzero(cosines >= LEAST_COSINE)]

    def probability(self, one: int, other: int) -> float:
        """How likely a person calls two questions (by position) the same, 0..1. A story never is an explanation."""
        kinds = self._items[one].question.kind, self._items[other].question.kind
        if "behavioral" in kinds and kinds[0] != kinds[1]:
            return 0.0
        logit = float(self.features(one, other) @ WEIGHTS) + BIAS
        if self._contrast(one, other):
            logit -= CONTRAST_COST
        return 1 / (1 + math.exp(-logit))

    def _contrast(self, one: int, other: int) -> bool:
        """True if each says a word that excludes the other's, or a task names two such words the other way round."""
        first, second = self._words[one], self._words[other]
        questions = self._items[one].question, self._items[other].question
        task = all(question.kind == "coding" for question in questions)
        for group in CONTRASTS:
            if group & first - second and group & second - first:
                return True
            if task and len(group & first) > 1 and group & first == group & second:
                orders = [[word for word in stems(question.text) if word in group] for question in questions]
                if orders[0][0] != orders[1][0] and orders[0][-1] != orders[1][-1]:
                    return True
        return False

    def features(self, one: int, other: int) -> npt.NDArray[np.float64]:
        """Cosine of texts, share of rare words, same kind, a story, cosine of the answers' words.

        The answers to behavioural questions are stories: equal questions get different ones. Their wordings all are
        alike ("Tell me about a time ..."), so common rare words must speak for them in place of the answers.
        """
        first, second = self._items[one], self._items[other]
        kinds = (first.question.kind, second.question.kind)
        story = "behavioral" in kinds
        overlap = _overlap(self._words[one], self._words[other], self._rarity)
        answers = STORY_OVERLAP * (overlap - 0.55) if story else _dot(self._answers[one], self._answers[other])
        return np.array(
            [
                float(first.vector @ second.vector),
                overlap,
                float(kinds[0] == kinds[1]),
                float(story),
                answers,
            ]
        )


def _shipped(question: Question) -> bool:
    return question.source.startswith("corpus/")


def _source(question: Question) -> tuple[str, str]:
    """Where a question comes from: the shipped bank is one source, elsewhere each document is."""
    return (question.collection, "" if _shipped(question) else question.source)


def _rarity(texts: Sequence[frozenset[str]]) -> dict[str, float]:
    frequency = Counter(word for words in texts for word in words)
    return {word: math.log(len(texts) / count) + 0.1 for word, count in frequency.items()}


def _overlap(one: frozenset[str], other: frozenset[str], rarity: Mapping[str, float]) -> float:
    smaller = min(sum(rarity[word] for word in one), sum(rarity[word] for word in other))
    return sum(rarity[word] for word in one & other) / smaller if smaller else 0.0


def _weighted(words: Sequence[str], frequency: Mapping[str, int], texts: int) -> dict[str, float]:
    """TF-IDF of a text, of length 1."""
    row = {w: (1 + math.log(n)) * math.log((texts + 1) / frequency[w]) for w, n in Counter(words).items()}
    length = math.sqrt(sum(value * value for value in row.values()))
    return {word: value / length for word, value in row.items()} if length else {}


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other.get(word, 0.0) for word, value in one.items())
