"""A mock interview loses no answer to a full disk, carries none into the next question, and may end without any."""

from asyncio import gather
from pathlib import Path

import pytest
from textual.pilot import Pilot

from coach.drafts import Drafts
from coach.errors import StorageError
from coach.mock import MockInterview, begin_mock
from coach.mock_plan import rounds_named
from coach.storage.attempts import Attempts
from tests.screens.fakes import NumberJudge
from tests.tui.conftest import MakeApp
from tests.tui.waiting import appears, arrived, notified, seen, until
from tui.app import CoachApp
from tui.screens.fault import FaultScreen
from tui.screens.home import HomeScreen
from tui.screens.mock_interview import MockInterviewScreen
from tui.screens.mock_report import MockReportScreen
from tui.widgets.answer import AnswerBox
from tui.widgets.talk import Said


async def interview(pilot: Pilot[None], app: CoachApp) -> MockInterviewScreen:
    """A phone screen of two questions, at its first one."""
    await arrived(pilot, HomeScreen)
    app.push_screen(
        MockInterviewScreen(begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock))
    )
    screen = await arrived(pilot, MockInterviewScreen)
    await until(pilot, lambda: box(screen).has_focus)
    return screen


def box(screen: MockInterviewScreen) -> AnswerBox:
    return screen.query_one(AnswerBox)


def asked(app: CoachApp, screen: MockInterviewScreen) -> list[str]:
    """Ids of the questions asked so far."""
    return [attempt.question_id for attempt in app.session.store.attempts.of_session(screen._mock.id)]


def full(*_: object, **__: object) -> None:
    raise StorageError("Cannot save: the disk is full.", "Free some disk space and try again.")


@pytest.mark.parametrize("fails", ["update", "add_turn"])  # the time, or the answer itself
async def test_an_answer_that_cannot_be_stored_is_sent_again_by_retry(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        with monkeypatch.context() as broken:
            broken.setattr(Attempts, fails, full)
            box(screen).put("0")
            await pilot.press("enter")
            await arrived(pilot, FaultScreen)
            await until(pilot, lambda: not screen.busy)
        (rescued,) = Path(app.config.paths.rescued).glob("answer-*.txt")
        assert rescued.read_text("utf-8").endswith("\n0\n")
        assert str(rescued.parent) in seen(pilot).replace("\n", "")
        assert (box(screen).text, len(screen.query(Said).filter(".candidate"))) == ("0", 0)
        await pilot.press("r")
        await until(pilot, lambda: not screen.busy and screen.query(".coach"))
        (attempt,) = app.session.store.attempts.of_session(screen._mock.id)
        assert [turn.text for turn in attempt.turns if turn.speaker == "candidate"] == ["0"]
        assert box(screen).text == ""


async def test_a_stored_answer_is_judged_by_retry(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        with monkeypatch.context() as broken:
            broken.setattr(NumberJudge, "judge", full)
            box(screen).put("0")
            await pilot.press("enter")
            await arrived(pilot, FaultScreen)
            await appears(pilot, "Your answer is stored; F7 goes on with it.")
            await until(pilot, lambda: not screen.busy)
        assert box(screen).text == ""
        await pilot.press("r")
        await until(pilot, lambda: not screen.busy and screen.query(".coach"))
        assert len(asked(app, screen)) == 1
        assert not Path(app.config.paths.rescued).exists() or not list(app.config.paths.rescued.glob("answer-*"))


async def test_ending_on_a_full_disk_is_a_calm_message(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        with monkeypatch.context() as broken:
            broken.setattr(MockInterview, "note_time", full)
            await pilot.press("f8")
            await notified(pilot, "F8 once more")
            await pilot.press("f8")
            await arrived(pilot, FaultScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


@pytest.mark.parametrize("key", ["f5", "f6"])
async def test_a_half_typed_answer_stays_with_its_question(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        drafts = Drafts(app.config.paths)
        (first,) = asked(app, screen)
        box(screen).put("hi")
        await until(pilot, lambda: drafts.get(first) == "hi")
        await pilot.press(key)
        while len(asked(app, screen)) == 1:  # a follow-up
            await until(pilot, lambda: not screen.busy)
            await pilot.press(key)
        await appears(pilot, "question 2 of 2")
        await until(pilot, lambda: not screen.busy)
        assert box(screen).text == ""
        assert drafts.get(first) == "hi"
        assert drafts.get(asked(app, screen)[1]) == ""


async def test_what_is_typed_ahead_stands_behind_the_draft_of_the_next_question(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        _, second = (planned.question_id for planned in screen._mock.plan)
        Drafts(app.config.paths).keep(second, "a draft")
        box(screen).put("typed ahead")
        step = screen._step
        assert step is not None
        screen._mock.skip(step, 1.0)  # the interviewer is done with the question
        screen._advance()
        await appears(pilot, "question 2 of 2")
        assert box(screen).text == "a draft\ntyped ahead"


async def test_an_interview_without_an_answer_has_no_report(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await interview(pilot, app)
        await pilot.press("f8")
        await notified(pilot, "F8 once more")
        await pilot.press("f8")
        await notified(pilot, "Nothing was answered")
        await arrived(pilot, HomeScreen)
        assert not screen.is_attached


async def test_a_report_that_is_drawn_twice_at_a_time_stands_there_once(make_app: MakeApp) -> None:
    app = make_app()
    mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "0 unsure", 60.0))
    mock.finish()
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, HomeScreen)
        app.push_screen(MockReportScreen(mock.id))
        report = await arrived(pilot, MockReportScreen)
        await gather(report.load(0), report.load(0))  # by a grade, and by a judge in the background
        assert len(report.query("#answers")) == 1


async def test_keys_of_a_report_that_is_not_there_do_nothing(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, HomeScreen)
        app.push_screen(MockReportScreen())
        report = await arrived(pilot, MockReportScreen)
        await appears(pilot, "There is no interview to report on yet.")
        await pilot.press("3", "j", "m")
        assert app.screen is report
        await pilot.press("escape")
        await arrived(pilot, HomeScreen)
