"""A session over a real home: what it deepens with, and how it takes up an attempt."""

from dataclasses import replace

from coach.assemble import Parts
from coach.config import load
from coach.session import Session
from tests.screens.fakes import SteppingClock
from tests.tui.conftest import MOMENTUM, TinyParts, configured


def test_a_near_question_is_offered_to_deepen_with_and_no_other_wording_of_the_same(home: object) -> None:
    session = Session(Parts(load()))
    question = next(q for q in session.store.questions.live() if "dropout" in q.text.lower())
    near = session.related(question)
    assert near is not None
    assert near.id != question.id
    session.store.questions.link({near.id: question.id})
    other = session.related(question)
    assert other is None or other.id not in (near.id, question.id)
    session.store.close()


def test_an_attempt_goes_on_with_the_points_it_was_judged_on(home: object) -> None:
    parts = TinyParts(configured())
    session = Session(parts, SteppingClock())
    session.begin([MOMENTUM.id])
    conversation = session.next()
    assert conversation is not None
    list(conversation.reply("points 0"))
    target = conversation.open_target()
    assert target
    conversation.close()
    parts.store.questions.edit(replace(MOMENTUM, key_points=MOMENTUM.key_points[:target]))
    resumed = session.next()
    assert resumed is not None
    list(resumed.reply("points 0"))  # of the one point that was asked for
    assert resumed.attempt.judgement is not None
    assert len(resumed.attempt.judgement.points) == len(MOMENTUM.key_points)
    assert resumed.attempt.judgement.points[target].verdict == "covered"
    parts.store.close()
