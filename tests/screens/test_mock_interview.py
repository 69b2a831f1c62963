from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from coach.errors import CoachError
from coach.events import Said
from coach.mock import MockInterview, begin_mock, confirm_grade, judge_again, unfinished_mock
from coach.mock_plan import ROUNDS, Known, Timer, choose, rounds_named
from coach.report import session_report
from coach.session import Session
from tests.screens.fakes import NumberJudge

ALL_POINTS = "0 1 2 3 4 5 6 7"


def phone_screen(session: Session, clock: Callable[[], datetime]) -> MockInterview:
    return begin_mock(session, rounds_named(["phone_screen"]), seed=1, clock=clock)


def test_a_loop_has_the_questions_its_rounds_promise(session: Session) -> None:
    questions = session.store.questions.live()
    plan = choose(ROUNDS, questions, Known(), seed=3)
    by_id = {question.id: question for question in questions}
    assert Counter(item.round for item in plan) == {round_.name: round_.questions for round_ in ROUNDS}
    assert len({item.question_id for item in plan}) == len(plan)
    for round_ in ROUNDS:
        chosen = [by_id[item.question_id] for item in plan if item.round == round_.name]
        assert all(question.kind in round_.kinds for question in chosen)
        assert all(round_.levels[0] <= question.level <= round_.levels[1] for question in chosen)
    assert len({by_id[item.question_id].topic for item in plan if item.round == "depth"}) == 1
    assert len({by_id[item.question_id].topic for item in plan if item.round == "breadth"}) == 5


def test_another_seed_asks_other_questions_and_the_same_seed_the_same(session: Session) -> None:
    questions = session.store.questions.live()
    first = choose(ROUNDS, questions, Known(), seed=1)
    assert first == choose(ROUNDS, questions, Known(), seed=1)
    assert first != choose(ROUNDS, questions, Known(), seed=2)


def test_what_matters_for_the_interview_date_is_asked_more(session: Session) -> None:
    questions = session.store.questions.live()
    by_id = {question.id: question.topic for question in questions}
    rounds = rounds_named(["breadth"])
    seeds = range(12)
    plain = sum(by_id[i.question_id] == "cnn" for s in seeds for i in choose(rounds, questions, Known(), s))
    wanted = Known(importance={"cnn": 8.0})
    more = sum(by_id[i.question_id] == "cnn" for s in seeds for i in choose(rounds, questions, wanted, s))
    assert more > 2 * plain


def test_no_verdict_is_seen_before_the_end(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    step = mock.step()
    assert step is not None
    events = list(mock.reply(step, "0 1", 30.0))
    assert {type(event).__name__ for event in events} == {"Working", "Said"}
    assert [event.turn.kind for event in events if isinstance(event, Said)] == ["followup"]


def test_follow_ups_stop_at_the_rounds_limit(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    first = mock.step()
    assert first is not None
    list(mock.reply(first, "0", 30.0))
    list(mock.reply(first, "nothing more", 50.0))
    second = mock.step()
    assert second is not None
    assert (first.number, second.number) == (1, 2)


def test_an_interrupted_interview_goes_on_at_the_very_question(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    first = mock.step()
    assert first is not None
    list(mock.reply(first, "0", 42.0))
    again = unfinished_mock(Session(session.parts, clock), clock)
    assert again is not None
    step = again.step()
    assert step is not None
    assert (step.question.id, step.used_seconds) == (first.question.id, 42.0)
    assert [turn.kind for turn in step.said] == ["answer", "followup"]


def test_an_answer_cut_off_before_judging_is_judged_later(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    step = mock.step()
    assert step is not None
    events = mock.reply(step, "0", 10.0)
    next(events)
    events.close()  # type: ignore[attr-defined]
    step = mock.step()
    assert step is not None
    assert mock.needs_judging(step)
    list(mock.go_on(step))
    step = mock.step()
    assert step is not None
    assert step.said[-1].kind == "followup"


def test_practice_does_not_resume_a_mock_interview(session: Session, clock: Callable[[], datetime]) -> None:
    assert phone_screen(session, clock).step() is not None
    assert session.resumable() is None


def test_sure_grades_are_scheduled_at_the_end_and_only_then(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    ids = []
    for text in (ALL_POINTS, "0 unsure", "fail"):
        step = mock.step()
        assert step is not None
        ids.append(step.question.id)
        list(mock.reply(step, text, 60.0))
        mock.skip(step, 61.0) if text != "fail" else None
    assert not session.store.reviews.asked_ids()
    mock.finish()
    assert session.store.reviews.asked_ids() == {ids[0]}
    assert unfinished_mock(session, clock) is None


def test_the_person_confirms_an_unsure_grade_and_may_change_it(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "0 unsure", 60.0))
    mock.skip(step, 60.0)
    mock.finish()
    confirm_grade(session, step.attempt.id, 3, clock)
    confirm_grade(session, step.attempt.id, 4, clock)
    assert [grade for _, grade in session.schedule.answers(step.question.id)] == [4]
    assert len(session.store.attempts.cases()) == 2


def test_a_failed_judgement_can_be_repeated_after_the_end(session: Session, clock: Callable[[], datetime]) -> None:
    mock = phone_screen(session, clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "fail", 60.0))
    mock.finish()
    assert judge_again(session, step.attempt.id) is None
    assert session.store.attempts.get(step.attempt.id).state == "closed"


def test_a_reply_that_could_not_be_judged_leaves_the_answer_without_a_grade_until_it_is(
    session: Session, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = phone_screen(session, clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "1 2 3 4 5 6 7", 60.0))  # all but the first point, which the follow-up asks for
    list(mock.reply(step, "fail 0", 90.0))
    mock.finish()
    assert not session.store.reviews.asked_ids()
    (answer,) = session_report(session, mock.id).answers
    assert (answer.status, answer.score) == ("not graded", None)
    assert any(point.verdict == "covered" for point in answer.points)
    fails = NumberJudge.judge
    monkeypatch.setattr(NumberJudge, "judge", lambda self, question, text, **_: fails(self, question, text[-1]))
    again = judge_again(session, step.attempt.id)
    assert again is not None
    assert all(point.verdict == "covered" for point in again.points)
    assert session_report(session, mock.id).answers[0].status == "to confirm"


def test_questions_asked_lately_rarely_come_again(session: Session) -> None:
    questions = session.store.questions.live()
    rounds = rounds_named(["system_design", "behavioral"])
    recent = frozenset(q.id for q in questions if q.kind in ("system_design", "behavioral") and q.level >= 3)
    plans = [choose(rounds, questions, Known(recent=recent), seed) for seed in range(20)]
    asked = [item.question_id for plan in plans for item in plan]
    assert sum(key in recent for key in asked) < len(asked) / 2


def test_an_unknown_topic_is_refused_with_the_known_ones(session: Session) -> None:
    with pytest.raises(CoachError, match="no topic “alchemy”") as caught:
        begin_mock(session, rounds_named(["depth"]), seed=1, focus="alchemy")
    assert "optimisation" in caught.value.hint


def test_the_timer_warns_and_goes_on() -> None:
    timer = Timer(180)
    assert [timer.state(used) for used in (0, 143, 144, 180, 181)] == [
        "on time", "on time", "last minute", "last minute", "over",
    ]  # fmt: skip
    assert (timer.text(55), timer.text(211)) == ("2:05 left", "0:31 over")
