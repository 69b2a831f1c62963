"""The schedule of one person: the log and cards of the store, moved by a scheduler of `coach.srs`.

Every change is one transaction: a line in the log and the card that follows from it. Moments are given by the caller.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from coach.clock import StudyClock
from coach.config import Study
from coach.errors import CoachError
from coach.models import Card, ReviewEvent, ReviewEventKind
from coach.srs.events import ANSWERS, CardScheduler, answer_kind, effective, replay, to_redo, to_undo, undone_ids
from coach.srs.explain import Step, explain
from coach.srs.export import from_line, to_line
from coach.srs.sm2 import PROFILE, check_grade
from coach.srs.sm2_cards import Sm2Scheduler, expected_recall
from coach.storage import Store
from coach.storage.reviews import Reviews

GRADES = range(6)
FSRS_PARAMETERS, CARDS_PROFILE = "fsrs_parameters", "cards_profile"  # names of settings in the store


@dataclass(frozen=True, slots=True)
class Change:
    """What an undo, redo, regrade or override did. card: None when no answer of the question is left."""

    event: ReviewEvent
    card: Card | None


def scheduler_for(study: Study, store: Store) -> CardScheduler:
    """The scheduler that the settings name; FSRS with this home's own parameters, if some were accepted."""
    if study.scheduler == "sm2":
        return Sm2Scheduler()
    from coach.srs.fsrs_scheduler import FsrsScheduler  # the SM-2 path does without it
    from coach.srs.memory import Memory

    fitted = store.attempts.setting(FSRS_PARAMETERS)
    return FsrsScheduler(Memory(fitted) if fitted else None)


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

        The first answer of a study day is a review; further ones that day are re-drills, which never move
        the date under SM-2; FSRS takes them into its estimate of memory, and the date follows.
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

    def preview_override(self, question_id: str, at: datetime, *, attempt_id: int) -> dict[int, date | None]:
        """The due date that each grade 0..5 would lead to in place of an attempt's. Raises as `override` does."""
        events = self._reviews.events_of(question_id)
        changed = replace(self._event("override", question_id, at, 0), target_id=_latest(events, attempt_id).id)
        return {
            grade: replay([*events, replace(changed, grade=grade)], self.scheduler)[question_id].due for grade in GRADES
        }

    def follow_settings(self) -> None:
        """Compute all dates again if they were set by another scheduler than the one now in use."""
        if self._store.attempts.setting(CARDS_PROFILE, PROFILE) != self.scheduler.profile:
            self.rebuild()

    def rebuild(self) -> int:
        """Compute all cards again from the log, e.g. after a change of scheduler; return their number."""
        with self._transaction() as reviews:
            cards = replay(reviews.events(), self.scheduler)
            reviews.replace_cards(cards.values())
            self._store.attempts.set_setting(CARDS_PROFILE, self.scheduler.profile)
        return len(cards)

    def _grade_again(
        self, kind: ReviewEventKind, question_id: str, grade: int, at: datetime, attempt_id: int | None
    ) -> Change:
        check_grade(grade)
        with self._transaction() as reviews:
            return self._amend(kind, _latest(reviews.events_of(question_id), attempt_id), at, grade)

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
            at=at.astimezone(UTC),
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
            yield self._reviews

    def answers(self, question_id: str) -> list[tuple[ReviewEvent, int]]:
        """The answers to a question that count, oldest first, each with the grade that holds in the end."""
        return [pair for pair in effective(self._reviews.events_of(question_id)) if pair[0].kind in ANSWERS]

    def explain(self, question_id: str) -> list[Step]:
        """How the date of a question came about, answer by answer. Raises CoachError if it was never asked."""
        steps = list(explain(effective(self._reviews.events_of(question_id)), self.scheduler))
        if not steps:
            raise CoachError(f"“{question_id}” has no answer that counts.", "Ask it first: `coach practice`.")
        return steps

    def export_log(self) -> Iterator[str]:
        """Every line of the log as JSON, oldest first."""
        return (to_line(event) for event in self._reviews.events())

    def import_log(self, lines: Iterable[str]) -> list[ReviewEvent]:
        """Fill an empty log from exported lines and compute the cards; return what the lines say.

        Raises CoachError if there is a history already, or for a line that is none of ours: then nothing is imported.
        """
        events = []
        for number, line in enumerate(lines, start=1):
            try:
                events.append(from_line(line))
            except (ValueError, TypeError, KeyError) as error:
                raise CoachError(
                    f"Line {number} of the log cannot be read: {error}.", "Nothing was imported."
                ) from error
        self.adopt_history(events)
        return events

    def adopt_history(self, events: Sequence[ReviewEvent]) -> None:
        """Fill an empty log with these events, ids included, and compute the cards."""
        with self._transaction() as reviews:
            if reviews.newest(1):
                raise CoachError("This home has a review history already.", "Import into a fresh home (COACH_HOME).")
            reviews.append_all(events)
            self.rebuild()


def _latest(events: Sequence[ReviewEvent], attempt_id: int | None) -> ReviewEvent:
    """The latest answer (of one attempt, if named) that counts."""
    undone = undone_ids(events)
    for event in reversed(events):
        if event.kind in ANSWERS and event.id not in undone and attempt_id in (None, event.attempt_id):
            return event
    raise CoachError("This question has no answer that counts.", "Answer it first, or redo what was undone.")


def _topic(card: Card | None) -> str:
    return card.topic if card else ""
