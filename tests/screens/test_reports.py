import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from coach.errors import CoachError
from coach.mock import begin_mock
from coach.mock_plan import rounds_named
from coach.report import Report, attempt_report, session_report
from coach.report_export import EXPORTS, save
from coach.session import Session

HOSTILE = "<script>alert(1)</script> \x1b[31m # 0 `!1` [x](javascript:x) | ~2"


@pytest.fixture
def report(session: Session, clock: Callable[[], datetime]) -> Report:
    """Three answers of a phone screen: hostile and half right, all right, unsure; the rest is not asked."""
    mock = begin_mock(session, rounds_named(["phone_screen"]), seed=7, clock=clock)
    for text, seconds in ((HOSTILE, 200.0), ("0 1 2 3 4 5 6 7", 60.0), ("0 unsure", 30.0)):
        step = mock.step()
        assert step is not None
        list(mock.reply(step, text, seconds))
        mock.skip(step, seconds)
    mock.finish()
    return session_report(session, mock.id)


def test_a_report_says_per_competency_what_was_shown(report: Report) -> None:
    found = {one.name: one for one in report.competencies}
    assert set(found) == {"Foundations", "Accuracy", "Follow-ups", "Pace"}
    assert found["Foundations"].of == 3
    assert found["Pace"].score == pytest.approx(5 * 2 / 3)
    assert found["Accuracy"].score is not None
    assert found["Accuracy"].score < 5


def test_moments_carry_the_candidates_own_words(report: Report) -> None:
    assert report.weakest[0].verdict == "contradicted"
    assert report.weakest[0].quote == "!1"
    assert all(moment.quote for moment in report.best)
    assert report.weakest[1].quote == ""


def test_what_to_study_has_the_day_on_which_it_comes_back(report: Report, session: Session) -> None:
    for item in report.study:
        card = session.store.reviews.card(item.question_id)
        assert item.day == (card.due if card else None)
    assert [item.day is None for item in report.study].count(True) == 1  # the unsure one


def test_an_unsure_answer_is_reported_as_waiting_and_not_graded(report: Report) -> None:
    assert [answer.status for answer in report.answers] == ["graded", "graded", "to confirm"]


@pytest.mark.parametrize("suffix", sorted(EXPORTS))
def test_no_export_lets_an_answer_out_of_its_place(report: Report, suffix: str) -> None:
    text = EXPORTS[suffix](report)
    assert "\x1b" not in text
    if suffix == "html":
        assert "<script" not in text
        assert "&lt;script&gt;" in text
    if suffix == "md":
        assert "<script" not in text.replace("\\<", "")
        assert "](javascript" not in text.replace("\\]", "")
    if suffix == "json":
        data = json.loads(text)
        assert [answer["status"] for answer in data["answers"]] == ["graded", "graded", "to confirm"]
        assert data["answers"][0]["turns"][0]["text"] == HOSTILE


def test_a_saved_report_is_where_it_says(report: Report, tmp_path: Path) -> None:
    file = save(report, tmp_path / "reports", "md")
    assert file.read_text("utf-8").startswith("# Mock interview of 2 March 2026")


def test_one_answer_can_be_reported_alone(report: Report, session: Session) -> None:
    alone = attempt_report(session, report.answers[1].attempt_id)
    assert [answer.question.id for answer in alone.answers] == [report.answers[1].question.id]
    with pytest.raises(CoachError, match="no answered attempt 4711"):
        attempt_report(session, 4711)


def test_without_an_interview_there_is_no_report(session: Session) -> None:
    with pytest.raises(CoachError, match="no interview to report on"):
        session_report(session)
