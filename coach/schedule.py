"""The schedule of one person: the log and cards of the store, moved by a scheduler of `coach.srs`.

Every change is one transaction: a line in the log and the card that follows from it. Moments are given by the caller.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from coach.clock import StudyClock
from coach.errors import CoachError
from coach.models import Card, ReviewEvent, ReviewEventKind
from coach.srs.events import ANSWERS, CardScheduler, answer_kind, effective, replay, to_redo, to_undo, undone_ids
from coach.srs.sm2 import check_grade
from coach.srs.sm2_cards import Sm2Scheduler, expected_recall
from coach.storage import Store
from coach.storage.reviews import Reviews

GRADES = range(6)


@dataclass(frozen=True, slots=True)
class Change:
    """What an undo, redo, regrade or override did. card: None when no answer of the question is left."""

    event: ReviewEvent
    card: Card | None


class Schedule:
    """Records answers, takes them back, and says what is due."""

    def __init__(self, store: Store, clock: StudyClock, scheduler: CardScheduler | None = None) -> None:
        self._store = store
        self.clock = clock
        self.scheduler = scheduler or Sm2Scheduler()

    @property
    def _reviews(self) -> Reviews:
        return self._store.reviews

    def record(
        self,
        question_id: str,
        grade: int,
        at: datetime,
        *,
        topic: str = "",
        seconds: float | None = None,
        attempt_id: int | None = None,
    ) -> Card:
        """Save one graded answer and return the question's new schedule.

        The first answer of a study day is a review; further ones that day are re-drills, which never move the date.
        Raises ValueError for anything but a whole grade 0..5, before anything is written.
        """
        check_grade(grade)
        day = self.clock.day(at)
        with self._transaction() as reviews:
            card = reviews.card(question_id)
            event = self._event(answer_kind(card, day), question_id, at, grade, topic=topic or _topic(card))
            event = replace(event, seconds=seconds, attempt_id=attempt_id, recall=expected_recall(card, day))
            event = replace(event, id=reviews.append(event))
            card = self.scheduler.apply(card, event, grade)
            reviews.save_card(card)
        return card

    def preview(self, question_id: str, at: datetime) -> dict[int, date | None]:
        """The due date each grade 0..5 would lead to: the consequence shown beside the grade keys."""
        card = self._reviews.card(question_id)
        event = self._event(answer_kind(card, self.clock.day(at)), question_id, at, 0)
        return {grade: self.scheduler.apply(card, replace(event, grade=grade), grade).due for grade in GRADES}

    def undo(self, at: datetime) -> Change | None:
        """Take back the latest answer, regrade or override that still counts; None if there is none."""
        with self._transaction() as reviews:
            target = to_undo(reviews.newest_first())
            return None if target is None else self._amend("undo", target, at)

    def redo(self, at: datetime) -> Change | None:
        """Bring back what the last undo took; None if nothing was undone since the last new line."""
        with self._transaction() as reviews:
            target_id = to_redo(reviews.newest_first())
            target = reviews.event(target_id) if target_id is not None else None
            return None if target is None else self._amend("redo", target, at)

    def regrade(self, question_id: str, grade: int, at: datetime, *, attempt_id: int | None = None) -> Change:
        """Give the latest answer to a question (of one attempt, if named) the grade of a repeated judgement."""
        return self._grade_again("regrade", question_id, grade, at, attempt_id)

    def override(self, question_id: str, grade: int, at: datetime, *, attempt_id: int | None = None) -> Change:
        """Give the latest answer to a question (of one attempt, if named) the grade that the person decides."""
        return self._grade_again("override", question_id, grade, at, attempt_id)

    def rebuild(self) -> int:
        """Compute all cards again from the log, e.g. after a change of scheduler; return their number."""
        with self._transaction() as reviews:
            cards = replay(reviews.events(), self.scheduler)
            reviews.replace_cards(cards.values())
        return len(cards)

    def _grade_again(
        self, kind: ReviewEventKind, question_id: str, grade: int, at: datetime, attempt_id: int | None
    ) -> Change:
        check_grade(grade)
        with self._transaction() as reviews:
            events = reviews.events_of(question_id)
            undone = undone_ids(events)
            for event in reversed(events):
                counts = event.kind in ANSWERS and event.id not in undone
                if counts and attempt_id in (None, event.attempt_id):
                    return self._amend(kind, event, at, grade)
        raise CoachError("This question has no answer that counts.", "Answer it first, or redo what was undone.")

    def _amend(self, kind: ReviewEventKind, target: ReviewEvent, at: datetime, grade: int | None = None) -> Change:
        reviews = self._reviews
        event = self._event(kind, target.question_id, at, grade, topic=target.topic)
        reviews.append(replace(event, target_id=target.id))
        card = replay(reviews.events_of(target.question_id), self.scheduler).get(target.question_id)
        if card is None:
            reviews.delete_card(target.question_id)
        else:
            reviews.save_card(card)
        return Change(target, card)

    def _event(
        self, kind: ReviewEventKind, question_id: str, at: datetime, grade: int | None, topic: str = ""
    ) -> ReviewEvent:
        return ReviewEvent(
            id=0,
            kind=kind,
            question_id=question_id,
            at=at,
            study_day=self.clock.day(at),
            grade=grade,
            topic=topic,
            zone=self.clock.zone.key,
            rollover_hour=self.clock.rollover_hour,
            profile=self.scheduler.profile,
        )

    @contextmanager
    def _transaction(self) -> Iterator[Reviews]:
        with self._store.atomic():
            reviews = self._reviews
            reviews.take_write_lock()
            yield reviews

    def answers(self, question_id: str) -> list[tuple[ReviewEvent, int]]:
        """The answers to a question that count, each with the grade that holds."""
        return list(effective(self._reviews.events_of(question_id)))


def _topic(card: Card | None) -> str:
    return card.topic if card else ""
