"""Use cases around the questions themselves: finding them while one types, and their history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coach.models import Attempt, Card, Question
from coach.retrieval.store import Filters
from coach.retrieval.word_search import lexical_scores
from coach.session import Session
from coach.storage import Store

FOUND = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a question's history. grade: the one that holds; drill: repeated on the same day."""

    day: date
    grade: int
    drill: bool


@dataclass(frozen=True, slots=True)
class History:
    """card: None if the question was never asked.  answers: oldest first.  attempts: newest first."""

    card: Card | None
    answers: tuple[Answer, ...]
    attempts: tuple[Attempt, ...]


class Shelf:
    """All live questions, in memory, so that search keeps up with typing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.questions = {question.id: question for question in store.questions.live()}
        self._folded = {key: q.text.casefold() for key, q in self.questions.items()}

    def topics(self) -> dict[str, int]:
        """Number of questions by topic, by name."""
        counts: dict[str, int] = {}
        for question in self.questions.values():
            counts[question.topic] = counts.get(question.topic, 0) + 1
        return dict(sorted(counts.items()))

    def of_topic(self, topic: str) -> list[Question]:
        """The questions of a topic ("" for all), in the order of their sources."""
        return [question for question in self.questions.values() if topic in ("", question.topic)]

    def find(self, query: str, topic: str = "") -> list[Question]:
        """At once and without a model: questions that contain all the typed beginnings, then those found by words."""
        words = query.casefold().split()
        if not words:
            return self.of_topic(topic)
        titles = [key for key, text in self._folded.items() if all(word in text for word in words)]
        by_words = lexical_scores(self._store, query, Filters(topic=topic or None))
        ranked = [*titles, *sorted(by_words, key=lambda key: -by_words[key])]
        return self.ordered(ranked, topic)

    def ordered(self, ids: Iterable[str], topic: str = "") -> list[Question]:
        """These questions in this order, each once, unknown ones and other topics left out."""
        found = [self.questions[key] for key in dict.fromkeys(ids) if key in self.questions]
        return [question for question in found if topic in ("", question.topic)][:FOUND]


def refined(session: Session, query: str, topic: str = "") -> list[str]:
    """Ids by meaning as well as by words. Slow at first: loads the encoder if need be. Raises EmbedderUnavailable."""
    hits = session.parts.retriever.search(query, FOUND // 4, Filters(topic=topic or None))
    return [hit.question_id for hit in hits]


def history(session: Session, question_id: str) -> History:
    """Schedule, answers that count, and transcripts of one question."""
    answers = tuple(
        Answer(event.study_day, grade, event.kind == "redrill")
        for event, grade in session.schedule.answers(question_id)
        if grade >= 0
    )
    attempts = [attempt for attempt in session.store.attempts.of_question(question_id) if attempt.turns]
    return History(session.store.reviews.card(question_id), answers, tuple(attempts))
