"""What a review session was worth: kept, recovered, still open, how well confidence fitted, one next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean

from coach.models import Attempt, PointVerdict
from coach.scoring.grade import PASS_GRADE
from coach.session import Session

TELLING_GAP = 0.1
"""A difference between confidence and result below this says nothing, as shares of the full score."""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A statement that was missing or wrong at the end, and the question it belongs to."""

    question_id: str
    statement: str
    weight: int
    wrong: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one session.

    answered: graded answers.  repeated, kept: answers to questions seen on an earlier day, and those that passed.
    recovered: statements reached after a follow-up.  open: heaviest first, wrong ones before missing ones.
    confidence, achieved: means over the answers with a stated confidence, 0..1, None without any.
    minutes: measured time.  next_step: one sentence.
    """

    answered: int
    repeated: int
    kept: int
    recovered: tuple[str, ...]
    open: tuple[OpenPoint, ...]
    confidence: float | None
    achieved: float | None
    minutes: float
    next_step: str


def review_summary(session: Session, session_id: int, now: datetime) -> Summary | None:
    """The summary of a session; None if nothing in it was graded."""
    attempts = [a for a in session.store.attempts.of_session(session_id) if a.state == "closed"]
    graded = [found for attempt in attempts if (found := _counted(session, attempt)) is not None]
    if not graded:
        return None
    repeated = [grade for grade, again in graded if again]
    points = [(attempt.question_id, v) for attempt in attempts if attempt.graded for v in attempt.graded.points]
    told = [(a.confidence / 100, a.graded.score / 5) for a in attempts if a.graded and a.confidence is not None]
    confidence = mean(sure for sure, _ in told) if told else None
    achieved = mean(score for _, score in told) if told else None
    still_open = _open(points)
    seconds = session.store.attempts.seconds_of([attempt.id for attempt in attempts])
    return Summary(
        answered=len(graded),
        repeated=len(repeated),
        kept=sum(grade >= PASS_GRADE for grade in repeated),
        recovered=tuple(v.point.text for _, v in points if v.prompted and v.verdict == "covered"),
        open=still_open,
        confidence=confidence,
        achieved=achieved,
        minutes=sum(seconds.values()) / 60,
        next_step=_next_step(session, still_open, confidence, achieved, now),
    )


def _counted(session: Session, attempt: Attempt) -> tuple[int, bool] | None:
    """(grade that holds, whether the question was seen before), None if the grade was taken back."""
    for event, grade in session.schedule.answers(attempt.question_id):
        if event.attempt_id == attempt.id:
            return grade, event.kind == "review" and event.recall is not None
    return None


def _open(points: Sequence[tuple[str, PointVerdict]]) -> tuple[OpenPoint, ...]:
    found = [
        OpenPoint(question_id, v.point.text, v.point.weight, v.verdict == "contradicted")
        for question_id, v in points
        if v.verdict in ("missing", "contradicted")
    ]
    return tuple(sorted(found, key=lambda point: (-point.weight, not point.wrong)))


def _next_step(
    session: Session, still_open: Sequence[OpenPoint], confidence: float | None, achieved: float | None, now: datetime
) -> str:
    if still_open and still_open[0].weight > 1:
        return f"{'Set this right' if still_open[0].wrong else 'Learn this'}: {still_open[0].statement}"
    if confidence is not None and achieved is not None and confidence - achieved > TELLING_GAP:
        return "You were surer than right: before sending, ask yourself what an interviewer would ask next."
    tomorrow = session.schedule.clock.day(now) + timedelta(1)
    due = sum(session.store.reviews.counts_by_due(tomorrow).values())
    return f"Come back tomorrow: {due} question{'s' if due != 1 else ''} due." if due else "Learn something new."
