"""The flows of the screens, driven by keys, over a real home with the shipped bank."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static, TextArea

from coach.config import Config
from coach.ingest import Report
from coach.mock import begin_mock, unfinished_mock
from coach.mock_plan import rounds_named
from coach.report import Answered
from coach.session import Session
from tests.screens.fakes import FakeApp, FakeParts
from tests.tui.waiting import PATIENCE_SECONDS, appears, arrived, notified, until
from tui.screens.edit import EditScreen
from tui.screens.home import HomeScreen
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


@pytest.fixture
def by_words(app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the models load, the list is not changed by what the encoder finds."""
    monkeypatch.setattr(app, "load_models", lambda: None)


async def opened(pilot: Pilot[None], screen: Screen[None]) -> None:
    """Show the screen and wait until it takes keys."""
    pilot.app.push_screen(screen)
    await until(pilot, lambda: pilot.app.screen is screen and screen.is_mounted)
    if screen.AUTO_FOCUS:
        await until(pilot, lambda: screen.query_one(screen.AUTO_FOCUS).has_focus)


async def typed(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", "!": "exclamation_mark", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}
    await pilot.press(*(names.get(char, char) for char in text))


def shown(app: FakeApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


def answers(screen: MockReportScreen) -> Sequence[Answered]:
    assert screen.report is not None
    return screen.report.answers


async def test_typing_finds_enter_opens_and_an_edit_is_kept(app: FakeApp, by_words: None) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, LibraryScreen())
        await typed(pilot, "overfitting")
        found = app.screen.query_one("#found", OptionList)
        await until(pilot, lambda: app.screen.query_one(Input).value == "overfitting" and 0 < found.option_count < 100)
        await pilot.press("enter")
        question_id = (await arrived(pilot, QuestionScreen))._question_id
        await pilot.press("e")
        box = (await arrived(pilot, EditScreen)).query_one(TextArea)
        box.text = box.text.replace("## ", "## Tell me: ", 1)
        await pilot.press("ctrl+s")
        await arrived(pilot, QuestionScreen)
        await appears(pilot, "Tell me: ")
        changed = app.parts.store.questions.get(question_id)
        assert changed is not None
        assert changed.text.startswith("Tell me: ")
        await pilot.press("escape")
        library = await arrived(pilot, LibraryScreen)
        await pilot.press("escape")
        await until(pilot, lambda: not library.query_one(Input).value)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, LibraryScreen))


async def test_a_broken_edit_is_explained_and_not_lost(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        question = app.parts.store.questions.live()[0]
        await opened(pilot, QuestionScreen(question.id))
        await pilot.press("e")
        editing = await arrived(pilot, EditScreen)
        editing.query_one(TextArea).text = "no question here"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(app, "#fault"))
        await pilot.press("escape")
        await until(pilot, lambda: "Not saved yet" in shown(app, "#fault"))
        assert app.screen is editing  # changed text is not thrown away by one key
        await pilot.press("escape")
        await arrived(pilot, QuestionScreen)
        assert app.parts.store.questions.get(question.id) == question


async def test_an_import_shows_first_what_it_would_do(app: FakeApp, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(NOTES, "utf-8")
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, ImportScreen(str(file)))
        await pilot.press("enter")
        await appears(pilot, "1 new", "What is a monad?")
        assert "monad" not in app.parts.store.questions.ids()


@pytest.mark.parametrize(
    "path", ["/no/such/file", "~nobody-of-this-name/notes", "n" * 300], ids=["missing", "nobody's", "too long"]
)
async def test_a_path_that_is_not_there_is_a_calm_message(app: FakeApp, path: str) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ImportScreen(path))
        await pilot.press("end", "slash")  # with every key the path is completed, if it can be
        await pilot.press("enter")
        await appears(pilot, f"There is no {path}/"[:60])


async def test_what_was_not_seen_is_not_imported(app: FakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, unseen = tmp_path / "seen.md", tmp_path / "unseen.md"
    seen.write_text(NOTES, "utf-8")
    unseen.write_text(NOTES.replace("monad", "functor"), "utf-8")
    reading, ingest = Event(), app.parts.ingest

    def slowly(*arguments: Any, **options: Any) -> Report:
        assert reading.wait(PATIENCE_SECONDS)
        return ingest(*arguments, **options)

    monkeypatch.setattr(app.parts, "ingest", slowly)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, ImportScreen(str(seen)))
        await pilot.press("enter")
        app.screen.query_one("#path", Input).value = str(unseen)
        await pilot.pause()
        reading.set()
        await appears(pilot, "Enter looks again")
        await pilot.press("ctrl+s")
        await appears(pilot, "What is a functor?", "imports them as “unseen”")
        app.screen.query_one("#path", Input).value = str(seen)
        await appears(pilot, "Enter looks again")
        assert not {"monad", "functor"} & set(app.parts.store.questions.ids())


async def test_a_whole_mock_interview_by_keys(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, MockScreen(rounds=["phone_screen"], seed=5))
        await pilot.press("ctrl+s")
        screen = await arrived(pilot, MockInterviewScreen)
        await appears(pilot, "question 1 of 5")
        box = screen.query_one(TextArea)
        await until(pilot, lambda: box.has_focus)
        await typed(pilot, "0 !1 unsure")
        await pilot.press("enter")
        await until(pilot, lambda: not screen.busy and len(screen.query("Said.coach")) == 1)
        await pilot.press("f6")
        await appears(pilot, "question 2 of 5")
        await pilot.press("f8")
        await notified(pilot, "F8 once more")
        await pilot.press("f8")
        ended = await arrived(pilot, MockReportScreen)
        assert [answer.status for answer in answers(ended)] == ["to confirm", "skipped"]
        listed = ended.query_one("#answers", OptionList)
        listed.focus()
        listed.highlighted = 0
        await until(pilot, lambda: listed.has_focus)
        await pilot.press("3")
        await until(pilot, lambda: answers(ended)[0].grade == 3 and ended.query_one("#answers").has_focus)
        await pilot.press("m")
        await until(pilot, lambda: list(app.config.paths.reports.glob("mock-*.md")))


async def test_leaving_a_mock_interview_keeps_it_open(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        mock = begin_mock(app.session, rounds_named(["coding"]), seed=2, clock=app.clock)
        await opened(pilot, MockInterviewScreen(mock))
        await typed(pilot, "half a thou")
        await until(pilot, lambda: app.screen.query_one(TextArea).text == "half a thou")
        await pilot.press("escape")
        await arrived(pilot, HomeScreen)
        left = unfinished_mock(app.session, app.clock)
        assert left is not None
        await opened(pilot, MockInterviewScreen(left))
        await until(pilot, lambda: app.screen.query_one(TextArea).text == "half a thou")


async def test_the_clock_warns_and_does_not_cut(app: FakeApp) -> None:
    seconds = [0.0]
    async with app.run_test(size=(80, 24)) as pilot:
        mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=2, clock=app.clock)
        await opened(pilot, MockInterviewScreen(mock, monotonic=lambda: seconds[0]))
        seconds[0] = 200.0
        await appears(pilot, "0:20 over (take the time you need)")
        await typed(pilot, "0 1 2 3 4 5 6 7")
        await until(pilot, lambda: app.screen.query_one(TextArea).text == "0 1 2 3 4 5 6 7")


async def test_statistics_have_a_sentence_for_every_panel(app: FakeApp) -> None:
    question = app.parts.store.questions.live()[0]
    app.parts.schedule.record(question.id, 4, app.clock(), topic=question.topic, seconds=60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, StatisticsScreen())
        await until(pilot, lambda: len(app.screen.query(".sentence")) == len(app.screen.query(Panel)) == 7)
        said = [str(line.content) for line in app.screen.query(".sentence").results(Static)]
        assert all(said)
        assert "1 review, 1 answer today" in said[0]
        await pilot.resize_terminal(200, 60)
        await pilot.press("3", "a", "escape")
        await arrived(pilot, HomeScreen)


async def test_nothing_from_outside_reaches_the_terminal_as_a_command(
    app: FakeApp, session: Session, by_words: None
) -> None:
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
