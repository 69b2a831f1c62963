"""The use cases of practising: start, ask, answer, follow up, grade, override, undo, finish, resume.

Front ends talk to this class and to the `Conversation` it hands out; they compute nothing themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Thread

from coach.assemble import Parts
from coach.clock import utc_now
from coach.conversation import Clock, Conversation
from coach.errors import CoachError
from coach.models import Attempt, Card, DueItem, Judgement, Question
from coach.retrieval.rewrite import rewritten
from coach.schedule import Change

MISSED = ("missing", "contradicted")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a graded attempt.

    due: None past the year 9999.  redrill: asked again today, until graded 4 or better.
    """

    attempt_id: int
    grade: int
    due: date | None
    redrill: bool


@dataclass(frozen=True, slots=True)
class Resume:
    """An interview that was left open."""

    attempt: Attempt
    question: Question


@dataclass(frozen=True, slots=True)
class Source:
    """What a verdict rests on.  origin: file and section.  passages: texts, those that the judge cited if any."""

    origin: str
    passages: tuple[str, ...]


class Session:
    """One person at one home."""

    def __init__(self, parts: Parts, clock: Clock = utc_now) -> None:
        self.parts = parts
        self.store = parts.store
        self.schedule = parts.schedule
        self._clock = clock
        self._session_id: int | None = None
        self._backup: Thread | None = None
        self._queue: list[str] = []
        self._chosen: frozenset[str] = frozenset()
        self._follows_schedule = True  # False: a chosen queue, which ends

    # -- looking ------------------------------------------------------------------------------------------------

    def due(self, limit: int | None = None) -> list[DueItem]:
        """Today's questions in the order they should be asked, within the day's budget."""
        return self.parts.planner.due(self._clock(), limit)

    def due_rows(self, limit: int | None = None) -> list[dict[str, object]]:
        """What is due in the form of the machine interface."""
        items = self.due(limit)
        texts = {question.id: question.text for question in self.store.questions.many([i.question_id for i in items])}
        return [
            {
                "question_id": item.question_id,
                "question": texts.get(item.question_id, ""),
                "topic": item.topic,
                "due": item.due.isoformat() if item.due else None,
                "overdue_days": item.overdue_days,
                "minutes": item.minutes,
            }
            for item in items
        ]

    def of_topic(self, topic: str) -> list[str]:
        """Ids of a topic's questions: due ones first, then never asked ones, then the rest. Raises CoachError."""
        ids = [question.id for question in self.store.questions.live(topic=topic)]
        if not ids:
            known = ", ".join(sorted(self.store.questions.topics()))
            raise CoachError(f"There is no topic “{topic}”.", f"Topics: {known}.")
        due = {card.question_id for card in self.store.reviews.due(self.schedule.clock.day(self._clock()))}
        asked = self.store.reviews.asked_ids()
        return sorted(ids, key=lambda key: (key not in due, key in asked))

    def ahead(self, limit: int) -> list[str]:
        """Ids of the questions that come due next, after today: for studying ahead."""
        today = self.schedule.clock.day(self._clock())
        coming = [
            (card.due, card.question_id) for card in self.store.reviews.live_cards() if card.due and card.due > today
        ]
        return [question_id for _, question_id in sorted(coming)[:limit]]

    def resumable(self) -> Resume | None:
        """The interview that was left open, if its question still exists."""
        attempt = self.store.attempts.open_attempt()
        question = self.store.questions.get(attempt.question_id) if attempt else None
        return Resume(attempt, question) if attempt and question else None

    def consequences(self, question_id: str, settled: Settled | None = None) -> dict[int, date | None]:
        """Due date that each grade 0..5 would give a question today; in place of what is settled, if that is given."""
        if settled is None:
            return self.schedule.preview(question_id, self._clock())
        return self.schedule.preview_override(question_id, self._clock(), attempt_id=settled.attempt_id)

    def source(self, conversation: Conversation) -> Source:
        """The passages that the question's answers are held against."""
        question, judgement = conversation.question, conversation.attempt.judgement
        passages = self.store.passages
        found = passages.passages(judgement.cited) if judgement and judgement.cited else []
        found = found or [p for p in passages.passages_of([question.id]) if p.view == "answer"]
        origin = " · ".join(part for part in (question.collection, question.source, question.section) if part)
        return Source(origin, tuple(passage.text for passage in found) or (question.answer,))

    @property
    def left(self) -> int:
        """Questions left in the queue."""
        return len(self._queue)

    def settles_alone(self, judgement: Judgement) -> bool:
        """Whether the judge's grade counts without being confirmed."""
        return judgement.sure or not self.parts.config.judging.ask_when_unsure

    # -- interviewing -------------------------------------------------------------------------------------------

    def begin(self, queue: Sequence[str] | None = None, *, kind: str = "practice", **settings: object) -> int:
        """Open a session over these questions (None: whatever is due); returns its id."""
        self._backup = self.parts.back_up_daily(self.schedule.clock.day(self._clock()))
        chosen = list(queue) if queue is not None else [item.question_id for item in self.due()]
        self._session_id = self.store.attempts.start_session(kind, chosen, self._clock(), dict(settings))
        self._queue, self._chosen = chosen, frozenset(chosen)
        self._follows_schedule = queue is None
        return self._session_id

    def next(self) -> Conversation | None:
        """The interview that was left open, else the next question: of the queue, then of the schedule.

        A chosen queue goes on with one of its own questions alone: who asks for a topic is not given another.
        """
        resume = self.resumable()
        if resume and (self._follows_schedule or resume.question.id in self._chosen):
            self._queue = [question_id for question_id in self._queue if question_id != resume.question.id]
            return self.converse(resume.attempt, resume.question)
        question_id = self._next_id()
        return self.ask(question_id) if question_id else None

    def ask(self, question_id: str) -> Conversation:
        """Ask one particular question. Raises CoachError for an unknown id."""
        question = self.store.questions.get(question_id)
        if question is None:
            raise CoachError(f"There is no question “{question_id}”.", "See `coach questions`.")
        with self.store.atomic():
            attempt_id = self.store.attempts.start(question_id, self._clock(), self._session_id)
        return self.converse(self.store.attempts.get(attempt_id), question)

    def converse(self, attempt: Attempt, question: Question) -> Conversation:
        """The conduct of an attempt, new or resumed: one that was judged goes on with the points it was judged on."""
        if attempt.judgement:
            question = replace(question, key_points=tuple(verdict.point for verdict in attempt.judgement.points))
        question = self.parts.with_key_points(question)
        return Conversation(
            self.store,
            question,
            attempt,
            lambda: self.parts.talkers,
            self._clock,
            missed_last_time=self._missed_last_time(attempt),
            related=lambda: self.related(question),
            max_follow_ups=self.parts.config.study.max_follow_ups,
            passages_on=lambda point: self.passages_on(question, point),
        )

    def passages_on(self, question: Question, point: str) -> list[str]:
        """What the bank says on one point of a question, best passage only."""
        return [found.text for found, _ in self.parts.retriever.passages(rewritten(question.text, point), 1)]

    def related(self, question: Question) -> Question | None:
        """A near question to deepen with: never the same one, nor a near-duplicate."""
        near = [key for key, _ in self.parts.retriever.related(question.id, 5)]
        by_words = (hit.question_id for hit in self.parts.retriever.search_lexical(question.text, 5))
        for key in near or by_words:  # before anything is embedded, words must do
            other = self.store.questions.get(key)
            if other and (other.duplicate_of or other.id) != (question.duplicate_of or question.id):
                return other
        return None

    def skip(self, conversation: Conversation) -> None:
        """Leave a question without a grade: nothing is scheduled."""
        with self.store.atomic():
            self.store.attempts.update(
                conversation.attempt.id, state="abandoned", finished_at=self._clock().isoformat()
            )

    def note_confidence(self, conversation: Conversation, percent: int) -> None:
        """Keep how sure the person was, 0..100, before seeing a verdict."""
        with self.store.atomic():
            self.store.attempts.update(conversation.attempt.id, confidence=percent)

    def finish(self) -> None:
        """Close the session; an attempt that is still open stays resumable."""
        if self._session_id is not None:
            self.store.attempts.finish_session(self._session_id, self._clock())
            self._session_id, self._queue = None, []

    def finish_backup(self) -> None:
        """Wait for the backup that `begin` has started, if it is still being written."""
        if self._backup is not None:
            self._backup.join()

    # -- grading ------------------------------------------------------------------------------------------------

    def settle(self, conversation: Conversation, grade: int | None = None, seconds: float | None = None) -> Settled:
        """Record the review: by the judge's grade, or by the person's, which is kept as a case for measuring the judge.

        The attempt is closed in the same transaction. Raises CoachError when there is no grade at all.
        """
        attempt = conversation.attempt
        judged = attempt.graded
        if grade is None and judged is None:
            raise CoachError("This answer is not graded.", "Retry, or grade it yourself with 0 to 5.")
        final = grade if grade is not None else judged.grade  # type: ignore[union-attr]
        now = self._clock()
        with self.store.atomic():
            question = conversation.question
            card = self.schedule.record(
                question.id, final, now, topic=question.topic, seconds=seconds, attempt_id=attempt.id
            )
            self.store.attempts.update(attempt.id, state="closed", finished_at=now.isoformat(), seconds=seconds)
            if grade is not None:
                self.store.attempts.add_case(attempt.id, now, judged, grade)
        return Settled(attempt.id, final, card.due, card.redrill)

    def override(self, attempt_id: int, grade: int) -> Settled:
        """Give an earlier attempt another grade: a log event; the schedule is replayed and the case is kept."""
        attempt, now = self.store.attempts.get(attempt_id), self._clock()
        with self.store.atomic():
            change = self.schedule.override(attempt.question_id, grade, now, attempt_id=attempt_id)
            self.store.attempts.add_case(attempt_id, now, attempt.graded, grade)
        card = change.card
        return Settled(attempt_id, grade, card.due if card else None, card.redrill if card else False)

    def undo(self) -> str:
        """Take back the latest grade; returns a sentence saying what was undone. Raises CoachError if there is none."""
        change = self.schedule.undo(self._clock())
        if change is None:
            raise CoachError("There is nothing to undo.")
        return f"Undone: {self._described(change)}"

    def redo(self) -> str:
        """Bring back what was undone last."""
        change = self.schedule.redo(self._clock())
        if change is None:
            raise CoachError("There is nothing to redo.")
        return f"Done again: {self._described(change)}"

    def standing(self, attempt_id: int) -> Settled | None:
        """What counts for an attempt after undo and redo; None while no grade of it counts."""
        attempt = self.store.attempts.get(attempt_id)
        card = self.store.reviews.card(attempt.question_id)
        for event, grade in reversed(self.schedule.answers(attempt.question_id)):
            if event.attempt_id == attempt_id and card is not None:
                return Settled(attempt_id, grade, card.due, card.redrill)
        return None

    # -- inside -------------------------------------------------------------------------------------------------

    def _next_id(self) -> str | None:
        if self._session_id is not None and self._queue:
            return self._queue.pop(0)
        if not self._follows_schedule:
            return None
        return next((item.question_id for item in self.due(1)), None)

    def _described(self, change: Change) -> str:
        question = self.store.questions.get(change.event.question_id)
        title = question.text if question else change.event.question_id
        return f"{change.event.kind} with grade {change.event.grade} of “{title}”; {_due_text(change.card)}."

    def _missed_last_time(self, attempt: Attempt) -> frozenset[int]:
        for past in self.store.attempts.of_question(attempt.question_id, 3):
            if past.id != attempt.id and past.judgement is not None:
                return frozenset(i for i, verdict in enumerate(past.judgement.points) if verdict.verdict in MISSED)
        return frozenset()


def _due_text(card: Card | None) -> str:
    return f"due {card.due}" if card else "not scheduled"
