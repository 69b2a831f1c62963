"""The judge fails on the reply to a follow-up: what was judged before stands, nothing is scheduled by it."""

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from textual.pilot import Pilot

from coach.assemble import Parts
from coach.config import Config
from coach.conversation import Conversation
from coach.errors import CoachError, EmbedderUnavailable
from coach.events import Judged, Ungraded
from coach.models import Judgement
from coach.retrieval.embedder import SentenceEncoder
from coach.session import Session
from tests.tui.conftest import QuietApp, TinyParts, configured
from tests.tui.practising import answer, screen
from tests.tui.waiting import appears, until
from tui.plain import PlainPractice
from tui.widgets.talk import Chips

FIRST = "The velocity is an exponentially decaying sum of past gradients."
REPLY = "Across a narrow valley the oscillations cancel out."
BEFORE = "Judged before your last reply:\n  + (3) covered: The velocity"


class RealJudgeParts(Parts):
    """A home with two questions and the judge that comes with the coach, without a language model."""

    store = TinyParts.store


class Fault:
    """Makes the sentence encoder fail from `begin` to `end`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def begin(self) -> None:
        def fail(*_: object) -> None:
            raise EmbedderUnavailable("The sentence encoder is out of memory.", "Close other programs.")

        self._patch.setattr(SentenceEncoder, "encode", fail)

    def end(self) -> None:
        self._patch.undo()


@pytest.fixture
def fault() -> Iterator[Fault]:
    with pytest.MonkeyPatch.context() as patch:
        yield Fault(patch)


@pytest.fixture
def config(home: object) -> Config:
    return configured('\n[llm]\nmodel = "none"\n')


@pytest.fixture
def session(config: Config) -> Iterator[Session]:
    parts = RealJudgeParts(config)
    yield Session(parts)
    parts.close()


def failed(session: Session, fault: Fault) -> tuple[Conversation, Judgement]:
    """A conversation whose second turn could not be judged, and the judgement of the first."""
    conversation = session.ask("momentum")
    list(conversation.reply(FIRST))
    judged = conversation.attempt.judgement
    assert judged is not None
    assert judged.points[0].verdict == "covered"
    assert conversation.open_target() == 1
    fault.begin()
    assert isinstance(list(conversation.reply(REPLY))[-1], Ungraded)
    return conversation, judged


def test_earlier_verdicts_stay_and_a_retry_judges_the_reply_alone(session: Session, fault: Fault) -> None:
    conversation, judged = failed(session, fault)
    with pytest.raises(CoachError, match="not graded"):
        session.settle(conversation)
    left = session.resumable()
    assert left is not None
    assert left.attempt.state == "not_graded"
    assert left.attempt.judgement is not None
    assert left.attempt.judgement.points == judged.points

    fault.end()
    again = session.converse(left.attempt, left.question)
    events = [event for event in again.go_on() if isinstance(event, Judged)]
    assert [event.target for event in events] == [1]
    assert again.attempt.graded is not None
    first, asked, last = again.attempt.graded.points
    assert (first, last) == (judged.points[0], judged.points[2])
    assert (asked.verdict, asked.prompted) == ("covered", True)
    assert again.attempt.graded.score > judged.score
    assert not list(session.store.reviews.events())


def test_the_persons_grade_is_no_case_against_a_judge_that_did_not_finish(session: Session, fault: Fault) -> None:
    conversation, _ = failed(session, fault)
    session.note_confidence(conversation, 75)
    session.settle(conversation, 4)
    (case,) = session.store.attempts.cases()
    assert (case["judge"], case["judge_score"], case["grade"]) == ("none", None, 4)
    assert session.store.attempts.confidences() == []


def interviewed(session: Session, fault: Fault, *after: str) -> str:
    """What plain practice prints when the second turn fails and these lines follow; "mend" ends the fault."""

    def lines() -> Iterator[str]:
        yield from (FIRST, "")
        fault.begin()
        yield from (REPLY, "")
        for line in after:
            if line == "mend":
                fault.end()
            else:
                yield line

    out = StringIO()
    session.begin(["momentum"])
    PlainPractice(session, lines(), out).run(1)
    return out.getvalue()


def test_plain_practice_shows_what_was_judged_and_takes_a_grade(session: Session, fault: Fault) -> None:
    text = interviewed(session, fault, "4", "")
    assert "Not graded: The sentence encoder is out of memory." in text
    assert BEFORE in text
    assert "Grade 4 of 5" in text
    assert [event.grade for event in session.store.reviews.events()] == [4]


def test_at_a_grade_its_command_is_taken_and_anything_unknown_asked_again(session: Session, fault: Fault) -> None:
    text = interviewed(session, fault, "/grade 9", "three", "/grade 3", "/grad 2", "/grade 2", "")
    assert text.count("That is no grade") == 2
    assert text.count("There is no /grad 2 here") == 1
    assert re.findall(r"Grade (\d) of 5", text) == ["3", "2"]


def test_a_grade_against_an_unsure_judge_may_be_given_by_its_command(home: object) -> None:
    session, out = Session(TinyParts(configured("max_follow_ups = 0\n"))), StringIO()
    session.begin(["momentum"])
    PlainPractice(session, ["points 0 1 2, unsure", "", "/grade 2", ""], out).run(1)
    assert "The judge is not sure." in out.getvalue()
    assert "Grade 2 of 5" in out.getvalue()
    session.parts.close()


def test_plain_practice_retries_and_goes_on(session: Session, fault: Fault) -> None:
    text = interviewed(session, fault, "/retry", "mend", "/retry", "/quit")
    assert text.count(BEFORE) == 2
    after = text.rpartition("/retry judges again")[2]
    assert "+ (2) covered, after a follow-up" in after
    assert "Coach: " in after
    assert not list(session.store.reviews.events())


def chips(pilot: Pilot[None]) -> str:
    return str(screen(pilot).query_one(Chips).render())


async def test_the_practice_screen_shows_what_was_judged_and_retries(config: Config, fault: Fault) -> None:
    first = QuietApp(config, start="practice", parts=RealJudgeParts(config), question="momentum")
    first.parts.embedder.encode(["loads the encoder ahead of any waiting"])
    async with first.run_test(size=(80, 24)) as pilot:
        await answer(pilot, FIRST)
        before = chips(pilot)
        assert before.endswith("1 open")
        fault.begin()
        await answer(pilot, REPLY)
        await appears(pilot, "Your last reply is not judged, nothing is scheduled")
        assert chips(pilot) == before
        first.parts.close()
    second = QuietApp(config, start="practice", parts=RealJudgeParts(config))  # resumes what was left open
    async with second.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "F7 retries")
        assert chips(pilot) == before
        assert not list(second.session.store.reviews.events())
        fault.end()
        await pilot.press("f7")
        await until(pilot, lambda: "open" not in chips(pilot) and not screen(pilot).busy)
        second.parts.close()
