"""How well each topic is mastered, with its uncertainty, from the answers in the log.

A topic has an ability on the logit scale, relative to what is expected of its questions: the chance that an answer
passes is sigmoid(logit(expected) + ability), where `expected` is the memory estimate for a repeated question and the
learner's overall rate for a first answer. So an answer to a question that should be long forgotten says more than one
to a question asked yesterday. The belief about an ability is a normal distribution; each answer moves it by one step of
assumed-density filtering (as in Glicko, Glickman 1999), each day without one widens it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coach.srs import sm2

PRIOR_SD = 0.8  # spread of abilities between topics, logits
DRIFT_PER_DAY = 0.015  # growth of the standard deviation a day, logits
FIRST_RATE, FIRST_WEIGHT = 0.3, 10.0  # rate of passes at first answers before any was seen, and its weight in answers
FLOOR, CEILING = 0.03, 0.97  # an expectation beyond these says nothing more
Z90 = 1.645  # half width of a 90 % range in standard deviations
WEAK_PROBABILITY = 0.8
# Besides the ability, a topic's true share differs from the estimate question by question, and as a whole where people
# forget otherwise than the estimate assumes. Standard deviations that make the range cover nine of ten simulated
# learners of four laws of forgetting (`benchmarks/srs.py`).
QUESTION_SD, LAW_SD = 0.14, 0.025


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """One review that counts. recall: chance of recall expected before it, None for a first answer."""

    topic: str
    day: date
    grade: int
    recall: float | None


@dataclass(frozen=True, slots=True)
class Ability:
    """Belief about a topic: normal with this mean and standard deviation, in logits, 0 for an average topic."""

    mean: float = 0.0
    deviation: float = PRIOR_SD
    answers: int = 0
    day: date | None = None

    def on(self, day: date) -> "Ability":
        """The belief on a later day: less sure, at most as unsure as without answers."""
        if self.day is None or day <= self.day:
            return self
        variance = self.deviation**2 + (DRIFT_PER_DAY**2) * (day - self.day).days
        return Ability(self.mean, min(PRIOR_SD, math.sqrt(variance)), self.answers, day)


@dataclass(frozen=True, slots=True)
class Mastery:
    """Share of a topic's questions that would be answered today, 0..1, with a 90 % range.

    weak: the topic is below the learner's average with a probability of at least 0.8.
    """

    topic: str
    estimate: float
    low: float
    high: float
    answers: int
    weak: bool


class TopicModel:
    """Abilities of all topics, fed with answers in the order they were given."""

    def __init__(self) -> None:
        self.abilities: dict[str, Ability] = {}
        self._first_passes = FIRST_RATE * FIRST_WEIGHT
        self._first_answers = FIRST_WEIGHT

    @property
    def first_rate(self) -> float:
        """Overall rate of passes at first answers."""
        return self._first_passes / self._first_answers

    def chance(self, topic: str, recall: float | None, day: date) -> float:
        """Chance that the next answer in a topic passes."""
        ability = self.abilities.get(topic, Ability()).on(day)
        return _expected_sigmoid(_logit(self._base(recall)) + ability.mean, ability.deviation)

    def learn(self, answer: TopicAnswer) -> None:
        """Take one answer into account."""
        before = self.abilities.get(answer.topic, Ability()).on(answer.day)
        passed = answer.grade >= sm2.PASS_GRADE
        chance = _sigmoid(_logit(self._base(answer.recall)) + before.mean)
        precision = 1 / before.deviation**2 + chance * (1 - chance)
        mean = before.mean + (passed - chance) / precision
        self.abilities[answer.topic] = Ability(mean, math.sqrt(1 / precision), before.answers + 1, answer.day)
        if answer.recall is None:
            self._first_answers += 1
            self._first_passes += passed

    def mastery(self, topic: str, recalls: Sequence[float | None], day: date) -> Mastery:
        """Mastery of a topic whose questions have these expected recalls today (None: never asked)."""
        ability = self.abilities.get(topic, Ability()).on(day)
        bases = [_logit(self._base(recall)) for recall in recalls]
        count = max(1, len(bases))
        low, estimate, high = (
            sum(_sigmoid(base + ability.mean + z * ability.deviation) for base in bases) / count
            for z in (-Z90, 0.0, Z90)
        )
        other = Z90**2 * (QUESTION_SD**2 / count + LAW_SD**2)
        low = max(0.0, estimate - math.sqrt((estimate - low) ** 2 + other))
        high = min(1.0, estimate + math.sqrt((high - estimate) ** 2 + other))
        return Mastery(topic, estimate, low, high, ability.answers, self.is_weak(topic, day))

    def is_weak(self, topic: str, day: date) -> bool:
        """Whether a topic lies below the learner's average with a probability of at least 0.8."""
        ability = self.abilities.get(topic, Ability()).on(day)
        return ability.answers > 0 and _normal_cdf(-ability.mean / ability.deviation) >= WEAK_PROBABILITY

    def _base(self, recall: float | None) -> float:
        return self.first_rate if recall is None else recall


def learn_all(answers: Iterable[TopicAnswer]) -> TopicModel:
    """The model after all these answers."""
    model = TopicModel()
    for answer in answers:
        model.learn(answer)
    return model


def topic_cards(answers: Iterable[TopicAnswer]) -> dict[str, sm2.Sm2State]:
    """The SM-2 card of every topic: one review on each day that the topic was practised, graded by that day's mean.

    It follows from the log alone and touches no question's card.
    """
    days: dict[tuple[date, str], list[int]] = {}
    for answer in answers:
        days.setdefault((answer.day, answer.topic), []).append(answer.grade)
    cards: dict[str, sm2.Sm2State] = {}
    for (day, topic), grades in sorted(days.items()):
        grade = (2 * sum(grades) + len(grades)) // (2 * len(grades))  # the mean, halves up
        cards[topic] = sm2.review(cards.get(topic, sm2.NEW), grade, day)
    return cards


def weak_topics_due(model: TopicModel, cards: Mapping[str, sm2.Sm2State], day: date) -> list[str]:
    """Weak topics whose card is due on `day`, the weakest first: each should bring a question never asked."""
    due = [topic for topic, card in cards.items() if (card.due or date.max) <= day and model.is_weak(topic, day)]
    return sorted(due, key=lambda topic: (model.abilities[topic].mean, topic))


def _logit(chance: float) -> float:
    chance = min(CEILING, max(FLOOR, chance))
    return math.log(chance / (1 - chance))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _expected_sigmoid(mean: float, deviation: float) -> float:
    # probit approximation of the logistic-normal mean (MacKay 1992)
    return _sigmoid(mean / math.sqrt(1 + math.pi * deviation**2 / 8))


def _normal_cdf(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))
