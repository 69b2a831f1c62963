"""What the home screen says: due, left open, weak, ready, and the one thing to do next with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

from coach.mock import unfinished_mock
from coach.session import Session
from coach.srs.events import ANSWERS, effective

WEAK_SHOWN = 4
LINES_SHOWN = 10
LINES_READ = 60
"""Lines of the log among which the latest answers are; some of them take others back."""
Action = Literal["resume", "mock", "review", "learn", "ahead"]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first frame shows, from the plan of the day alone.

    due: questions that have reached their day.  new: unseen ones planned for today.  minutes: expected for all of them.
    mock: where a mock interview was left open, in words; empty when there is none.
    action, reason: the one thing to do next; `what` says it in words.
    """

    day: date
    due: int
    new: int
    minutes: float
    questions: int
    topics: int
    mock: str
    action: Action
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class TopicRange:
    """A topic's mastery, 0..1, as a 90 % range."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NextInterview:
    """The nearest interview date and the recall expected on it, 0..1, as a 90 % range. seen: share asked so far."""

    title: str
    day: date
    days_left: int
    low: float
    high: float
    seen: float


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of today's plan. minutes: expected.  overdue_days: 0 on its day, None when it is new."""

    text: str
    topic: str
    minutes: float
    overdue_days: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts, with the grade that holds, 0..5."""

    text: str
    day: date
    grade: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the whole log says; computed after the first frame. figures: see `statistics`.

    planned: the first of today's questions, in their order.  latest: the newest answers, newest first.
    """

    weak: tuple[TopicRange, ...]
    interview: NextInterview | None
    figures: Mapping[str, Any]
    planned: tuple[Planned, ...]
    latest: tuple[Answered, ...]


def overview(session: Session, now: datetime) -> Overview:
    """Gather the figures of the day; reads the database only."""
    items = session.due()
    topics = session.store.questions.topics()
    due = sum(item.due is not None for item in items)
    mock = _open_mock(session)
    action, what, reason = _recommended(session, due, len(items) - due, sum(item.minutes for item in items), mock)
    return Overview(
        day=session.schedule.clock.day(now),
        due=due,
        new=len(items) - due,
        minutes=sum(item.minutes for item in items),
        questions=sum(topics.values()),
        topics=len(topics),
        mock=mock,
        action=action,
        what=what,
        reason=reason,
    )


def standing(session: Session, now: datetime) -> Standing:
    """Gather what takes the whole log to know."""
    from coach.statistics import statistics

    figures = statistics(session.parts, now)
    weak = sorted((row for row in figures["mastery"] if row["weak"]), key=lambda row: row["estimate"])
    return Standing(
        weak=tuple(TopicRange(row["topic"], row["low"], row["high"]) for row in weak[:WEAK_SHOWN]),
        interview=_next_interview(session, now),
        figures=figures,
        planned=_planned(session),
        latest=_latest(session),
    )


def _planned(session: Session) -> tuple[Planned, ...]:
    items = {item.question_id: item for item in session.due()[:LINES_SHOWN]}
    return tuple(
        Planned(question.text, item.topic, item.minutes, None if item.due is None else item.overdue_days)
        for question in session.store.questions.many(list(items))
        for item in [items[question.id]]
    )


def _latest(session: Session) -> tuple[Answered, ...]:
    newest = list(islice(session.store.reviews.newest_first(), LINES_READ))
    answers = [(event, grade) for event, grade in effective(reversed(newest)) if event.kind in ANSWERS]
    answers = answers[: -LINES_SHOWN - 1 : -1]
    ids = list(dict.fromkeys(event.question_id for event, _ in answers))
    texts = {question.id: question.text for question in session.store.questions.many(ids)}
    return tuple(
        Answered(texts[event.question_id], event.study_day, grade)
        for event, grade in answers
        if event.question_id in texts
    )


def _open_mock(session: Session) -> str:
    mock = unfinished_mock(session)
    if mock is None:
        return ""
    number, of = mock.position, len(mock.plan)
    return f"question {number} of {of} is next" if number <= of else "all questions are asked, the report is next"


def _recommended(session: Session, due: int, new: int, minutes: float, mock: str) -> tuple[Action, str, str]:
    if left_open := session.resumable():
        return "resume", "Go on where you stopped", f"“{left_open.question.text}” is still open."
    if mock:
        return "mock", "Go on with the mock interview", f"{mock}."
    about = f"about {max(1, round(minutes))} min"
    if due:
        come = "has reached its day" if due == 1 else "have reached their day"
        return "review", f"Review {_counted(due + new)}, {about}", f"{_counted(due)} {come}."
    if new:
        return "learn", f"Learn {_counted(new, 'new question')}, {about}", "nothing known has to be refreshed today."
    return "ahead", "Study ahead, or choose a topic", "everything planned for today is done."


def _counted(number: int, thing: str = "question") -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _next_interview(session: Session, now: datetime) -> NextInterview | None:
    coming, today = session.parts.planner.readiness(now), session.schedule.clock.day(now)
    if not coming:
        return None
    ready = min(coming, key=lambda one: one.day)
    titles = {entry.day: entry.title for entry in session.store.reviews.interview_dates()}
    return NextInterview(titles[ready.day], ready.day, (ready.day - today).days, ready.low, ready.high, ready.seen)
