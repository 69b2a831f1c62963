"""An interview that was left open is gone on with, unless something else was asked for."""

from collections.abc import Iterator

import pytest

from coach.config import Config
from coach.session import Session
from tests.screens.fakes import SteppingClock
from tests.tui.conftest import QUESTIONS, TinyParts

OPEN, OTHER = (question.id for question in QUESTIONS)


@pytest.fixture
def session(config: Config) -> Iterator[Session]:
    """A session in which one question waits for the reply to a follow-up."""
    parts = TinyParts(config)
    session = Session(parts, SteppingClock())
    session.begin([OPEN])
    conversation = session.next()
    assert conversation is not None
    list(conversation.reply("points 0"))
    conversation.close()
    yield session
    parts.store.close()


def asked(session: Session) -> str:
    """The id of the next question, empty at the end."""
    conversation = session.next()
    return conversation.question.id if conversation else ""


def test_whoever_asks_for_nothing_goes_on_with_it(session: Session) -> None:
    session.begin()
    assert asked(session) == OPEN


def test_a_chosen_question_comes_first(session: Session) -> None:
    session.begin([OTHER])
    assert asked(session) == OTHER
    assert session.left == 0


def test_a_choice_that_holds_it_goes_on_with_it_and_asks_it_once(session: Session) -> None:
    session.begin([OTHER, OPEN])
    assert asked(session) == OPEN
    assert session.left == 1
