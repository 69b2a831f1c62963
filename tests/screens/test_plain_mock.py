import io
from collections.abc import Callable
from datetime import datetime

from coach.mock import begin_mock, unfinished_mock
from coach.mock_plan import rounds_named
from coach.session import Session
from tui.plain import PlainPractice
from tui.plain_mock import PlainMock

ALL = "0 1 2 3 4 5 6 7"


def interviewed(session: Session, clock: Callable[[], datetime], *lines: str) -> tuple[bool, str]:
    """Run over these lines; (ended, what was printed). Goes on with an open interview."""
    mock = unfinished_mock(session, clock) or begin_mock(session, rounds_named(["coding"]), seed=4, clock=clock)
    out = io.StringIO()
    seconds = iter(range(0, 400_000, 400))
    ended = PlainMock(session, mock, lines, out, monotonic=lambda: float(next(seconds))).run()
    return ended, out.getvalue()


def test_verdicts_come_after_the_last_question(session: Session, clock: Callable[[], datetime]) -> None:
    ended, text = interviewed(session, clock, "0 1", "", "/skip", "0 !1", "", "/skip")
    assert ended
    before, after = text.split("questions answered in")
    assert "covered" not in before
    assert "contradicted" in after
    assert "Study, " in after


def test_the_end_of_input_leaves_the_interview_open_at_its_question(
    session: Session, clock: Callable[[], datetime]
) -> None:
    ended, text = interviewed(session, clock, "0", "")
    assert not ended
    question = next(line for line in text.splitlines() if line.startswith("Q: "))
    ended, text = interviewed(session, clock, "/end")
    assert ended
    assert question in text
    assert "You: 0" in text


def test_an_unsure_grade_is_asked_for_at_the_end(session: Session, clock: Callable[[], datetime]) -> None:
    ended, text = interviewed(session, clock, "0 unsure", "", "/end", "4")
    assert ended
    assert "waiting for your grade" in text
    assert "Grade 4; next review" in text


def test_the_clock_is_told_and_nobody_is_cut_off(session: Session, clock: Callable[[], datetime]) -> None:
    answers = ["0", "", "nothing", "", "nothing", ""] * 3
    _, text = interviewed(session, clock, "/time", *answers)
    assert "left" in text
    assert "over; nobody cuts you off" in text


def test_without_any_answer_there_is_no_report(session: Session, clock: Callable[[], datetime]) -> None:
    ended, text = interviewed(session, clock, "/end")
    assert ended
    assert "Nothing was answered." in text


def test_a_mistyped_command_is_no_answer(session: Session, clock: Callable[[], datetime]) -> None:
    ended, text = interviewed(session, clock, "/tiem", "", "/grade 9", "", "/end")
    assert ended
    assert "There is no /tiem here, and nothing was sent." in text
    assert "There is no /grade 9 here" in text
    assert "Nothing was answered." in text


def test_a_mistyped_command_is_no_answer_in_practice_either(session: Session) -> None:
    out = io.StringIO()
    PlainPractice(session, ["/hnit", "", "/hint", "/usr/bin/env python", "selects it", "", "/quit"], out).run(1)
    assert "There is no /hnit here, and nothing was sent." in out.getvalue()
    attempt = session.store.attempts.open_attempt()
    assert attempt is not None
    said = [turn.text for turn in attempt.turns if turn.speaker == "candidate"]
    assert said == ["/usr/bin/env python\nselects it"]
