import io
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import pytest

from coach.config import Config
from coach.errors import StorageError
from coach.mock import begin_mock, unfinished_mock
from coach.mock_plan import USUAL_ROUNDS, rounds_named
from coach.session import Session
from coach.storage.attempts import Attempts
from tests.screens.fakes import NumberJudge
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


def full(*_: object, **__: object) -> None:
    raise StorageError("Cannot save: the disk is full.", "Free some disk space and try again.")


def printed_until_the_fault(session: Session, clock: Callable[[], datetime], lines: Iterable[str]) -> str:
    """What is printed until an answer ends in a fault of the disk."""
    mock = begin_mock(session, rounds_named(["coding"]), seed=4, clock=clock)
    out = io.StringIO()
    with pytest.raises(StorageError, match="disk is full"):
        PlainMock(session, mock, lines, out).run()
    return out.getvalue()


@pytest.mark.parametrize("fails", ["update", "add_turn"])  # the time, or the answer itself
@pytest.mark.parametrize("before", [[], ["0", ""]])
def test_an_answer_that_cannot_be_stored_is_in_a_file(
    session: Session, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch, before: list[str], fails: str
) -> None:
    def lines() -> Iterator[str]:
        yield from before
        monkeypatch.setattr(Attempts, fails, full)
        yield from ("0 1", "")

    text = printed_until_the_fault(session, clock, lines())
    (rescued,) = session.parts.config.paths.rescued.glob("answer-*.txt")
    assert rescued.read_text("utf-8").endswith("\n0 1\n")
    assert f"Your answer is in {rescued}." in text
    assert "stored" not in text


def test_an_answer_that_is_stored_and_not_judged_is_said_to_be_stored(
    session: Session, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NumberJudge, "judge", full)
    assert "Your answer is stored" in printed_until_the_fault(session, clock, ["0 1", ""])
    monkeypatch.undo()
    ended, text = interviewed(session, clock, "/end")
    assert ended
    assert "You: 0 1\nInterviewer: " in text


def test_the_usual_rounds_are_those_that_the_screen_proposes(config: Config) -> None:
    command = [sys.executable, "-m", "tui.cli", "mock", "--plain"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=300)
    count = sum(round_.questions for round_ in rounds_named(USUAL_ROUNDS))
    assert f"[Phone screen, question 1 of {count}," in done.stdout


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
