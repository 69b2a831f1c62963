"""What the home screen says: due, left open, weak, ready, and the one thing to do next with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from coach.mock import unfinished_mock
from coach.session import Session

WEAK_SHOWN = 4
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
class Standing:
    """What the whole log says; computed after the first frame. days: answers by ISO day, over 53 weeks."""

    weak: tuple[TopicRange, ...]
    streak: int
    today: int
    days: Mapping[str, int]
    interview: NextInterview | None


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
        streak=figures["streak"]["days"],
        today=figures["reviews"]["today"],
        days=figures["days"],
        interview=_next_interview(session, now),
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
