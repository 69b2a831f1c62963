"""Grading oneself: the answer was given aloud or in the head, and is held against the key points by the person."""

from collections.abc import Collection
from dataclasses import replace

from coach.conversation import Conversation
from coach.models import Judgement, KeyPoint, PointVerdict
from coach.scoring.grade import grade, score
from coach.session import Session, Settled

SELF = "self"
"""Name of the judge: such grades say nothing about our judge and are no cases for measuring it."""


def checklist_judgement(points: Collection[KeyPoint], said: Collection[int]) -> Judgement:
    """Verdicts of a person who ticked the points `said` (indices). Nothing was typed, so there is no evidence."""
    verdicts = tuple(
        PointVerdict(point, "covered" if index in said else "missing", 1.0, 1.0 if index in said else 0.0)
        for index, point in enumerate(points)
    )
    return Judgement(verdicts, score(verdicts), grade(verdicts), True, SELF)


def settle_by_checklist(
    session: Session, conversation: Conversation, said: Collection[int], own_grade: int | None, seconds: float
) -> Settled:
    """Keep the checklist and schedule the question by it, or by `own_grade` where the person knows better."""
    judgement = checklist_judgement(conversation.question.key_points, said)
    if own_grade is not None:
        judgement = replace(judgement, grade=own_grade)
    with session.store.atomic():
        session.store.attempts.save_judgement(conversation.attempt.id, judgement, "judged")
        conversation.attempt = replace(conversation.attempt, judgement=judgement, state="judged")
        return session.settle(conversation, None, seconds)
