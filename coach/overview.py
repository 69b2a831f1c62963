"""What the home screen says: due, weak, left open, and the one thing to do next with its reason."""

from dataclasses import dataclass

from coach.session import Session


@dataclass(frozen=True, slots=True)
class TopicRange:
    """A topic's mastery as a range, 0..1."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of the home screen. minutes: for everything due; action, reason: what to do next and why."""

    due: int
    new: int
    minutes: float
    questions: int
    topics: int
    weak: tuple[TopicRange, ...]
    action: str
    reason: str


def overview(session: Session) -> Overview:
    """Gather the figures; reads the database only."""
    items = session.due()
    topics = session.store.questions.topics()
    late = [item for item in items if item.due is not None]
    action, reason = _recommended(session, len(late), len(items) - len(late))
    return Overview(
        due=len(late),
        new=len(items) - len(late),
        minutes=sum(item.minutes for item in items),
        questions=sum(topics.values()),
        topics=len(topics),
        weak=(),
        action=action,
        reason=reason,
    )


def _recommended(session: Session, due: int, new: int) -> tuple[str, str]:
    if left_open := session.resumable():
        return "go on where you stopped", f"“{left_open.question.text}” is still open."
    if due:
        return "review what is due", f"{due} questions have reached their day."
    if new:
        return "learn new questions", "nothing else is due today."
    return "practise a topic of your choice", "everything due is done."
