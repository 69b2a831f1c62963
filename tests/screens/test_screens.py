"""The flows of the screens, driven by keys, over a real home with the shipped bank."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static, TextArea

from coach.config import Config
from coach.mock import begin_mock, unfinished_mock
from coach.mock_plan import rounds_named
from coach.session import Session
from tests.screens.fakes import FakeApp, FakeParts
from tests.tui.waiting import until
from tui.screens.edit import EditScreen
from tui.screens.import_ import ImportScreen
from tui.screens.library import LibraryScreen
from tui.screens.mock import MockScreen
from tui.screens.mock_interview import MockInterviewScreen
from tui.screens.mock_report import MockReportScreen
from tui.screens.question import QuestionScreen
from tui.screens.statistics import StatisticsScreen
from tui.widgets.plots import Panel

NOTES = "# Notes\n\n## What is a monad?\nid: monad\n\nA monoid of functors.\n\n### Key points\n- (2) It composes.\n"


@pytest.fixture
def app(config: Config, clock: Callable[[], datetime]) -> FakeApp:
    return FakeApp(config, FakeParts(config), clock=clock)


async def opened(pilot: Pilot[None], screen: object) -> None:
    pilot.app.push_screen(screen)  # type: ignore[arg-type]
    await until(pilot, lambda: pilot.app.screen is screen and bool(screen.is_mounted))  # type: ignore[attr-defined]


async def typed(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", "!": "exclamation_mark", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}
    await pilot.press(*(names.get(char, char) for char in text))


def shown(app: FakeApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def test_typing_finds_enter_opens_and_an_edit_is_kept(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, LibraryScreen())
        await typed(pilot, "overfitting")
        found = app.screen.query_one("#found", OptionList)
        await until(pilot, lambda: 0 < found.option_count < 100)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))
        question_id = app.screen._question_id  # type: ignore[attr-defined]
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditScreen))
        box = app.screen.query_one(TextArea)
        box.text = box.text.replace("## ", "## Tell me: ", 1)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))
        changed = app.parts.store.questions.get(question_id)
        assert changed is not None
        assert changed.text.startswith("Tell me: ")
        await pilot.press("escape", "escape", "escape")
        assert not isinstance(app.screen, LibraryScreen)


async def test_a_broken_edit_is_explained_and_not_lost(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        question = app.parts.store.questions.live()[0]
        await opened(pilot, QuestionScreen(question.id))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditScreen))
        app.screen.query_one(TextArea).text = "no question here"
        await pilot.press("ctrl+s")
        assert shown(app, "#fault")
        await pilot.press("escape")
        assert isinstance(app.screen, EditScreen)  # changed text is not thrown away by one key
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert app.parts.store.questions.get(question.id) == question


async def test_an_import_shows_first_what_it_would_do(app: FakeApp, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(NOTES, "utf-8")
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, ImportScreen(str(file)))
        await pilot.press("enter")
        await until(pilot, lambda: "1 new" in shown(app, "#outcome"))
        assert "What is a monad?" in shown(app, "#outcome")
        assert "monad" not in app.parts.store.questions.ids()


async def test_a_path_that_is_not_there_is_a_calm_message(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ImportScreen("/no/such/file"))
        await pilot.press("enter")
        assert "There is no /no/such/file" in shown(app, "#outcome")


async def test_a_whole_mock_interview_by_keys(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, MockScreen(rounds=["phone_screen"], seed=5))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, MockInterviewScreen))
        assert "question 1 of 5" in shown(app, "#clock")
        await typed(pilot, "0 !1 unsure")
        await pilot.press("enter")
        screen = app.screen
        assert isinstance(screen, MockInterviewScreen)
        await until(pilot, lambda: not screen.busy and len(screen.query("Said.coach")) == 1)
        await pilot.press("f6")
        await until(pilot, lambda: "question 2 of 5" in shown(app, "#clock"))
        await pilot.press("f8", "f8")
        await until(pilot, lambda: isinstance(app.screen, MockReportScreen) and bool(app.screen.query("#answers")))
        report = app.screen.report  # type: ignore[attr-defined]
        assert [answer.status for answer in report.answers] == ["to confirm", "skipped"]
        app.screen.query_one("#answers").focus()
        app.screen.query_one("#answers", OptionList).highlighted = 0
        await pilot.press("3", "m")
        await until(pilot, lambda: app.screen.report.answers[0].grade == 3)  # type: ignore[attr-defined]
        assert list(app.config.paths.reports.glob("mock-*.md"))


async def test_leaving_a_mock_interview_keeps_it_open(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        mock = begin_mock(app.session, rounds_named(["coding"]), seed=2, clock=app.clock)
        await opened(pilot, MockInterviewScreen(mock))
        await typed(pilot, "half a thou")
        await pilot.press("escape")
        left = unfinished_mock(app.session, app.clock)
        assert left is not None
        await opened(pilot, MockInterviewScreen(left))
        assert app.screen.query_one(TextArea).text == "half a thou"


async def test_the_clock_warns_and_does_not_cut(app: FakeApp) -> None:
    seconds = [0.0]
    async with app.run_test(size=(80, 24)) as pilot:
        mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=2, clock=app.clock)
        await opened(pilot, MockInterviewScreen(mock, monotonic=lambda: seconds[0]))
        seconds[0] = 200.0
        await until(pilot, lambda: "0:20 over (take the time you need)" in shown(app, "#clock"))
        await typed(pilot, "0 1 2 3 4 5 6 7")
        assert app.screen.query_one(TextArea).text == "0 1 2 3 4 5 6 7"


async def test_statistics_have_a_sentence_for_every_panel(app: FakeApp) -> None:
    question = app.parts.store.questions.live()[0]
    app.parts.schedule.record(question.id, 4, app.clock(), topic=question.topic, seconds=60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, StatisticsScreen())
        await until(pilot, lambda: len(app.screen.query(Panel)) == 7)
        said = [str(line.content) for line in app.screen.query(".sentence").results(Static)]
        assert all(said)
        assert "1 review, 1 answer today" in said[0]
        await pilot.resize_terminal(200, 60)
        await pilot.press("3", "a", "escape")


async def test_nothing_from_outside_reaches_the_terminal_as_a_command(app: FakeApp, session: Session) -> None:
    question = session.store.questions.live()[0]
    session.store.questions.edit(replace(question, text="\x1b[2J[bold]zzqy[/bold] \x07", topic=question.topic))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, LibraryScreen())
        await typed(pilot, "zzqy")
        found = app.screen.query_one("#found", OptionList)
        await until(pilot, lambda: found.option_count == 1)
        line = str(found.get_option_at_index(0).prompt)
        assert "\x1b" not in line
        assert "[bold]zzqy[/bold]" in line
