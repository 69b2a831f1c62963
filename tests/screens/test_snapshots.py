"""One picture of each screen. Before accepting a new one, look at it: the sentence says what it must show."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from coach.config import Config
from coach.mock import begin_mock
from coach.mock_plan import rounds_named
from coach.ports import LanguageModel
from tests.screens.fakes import FakeApp
from tests.tui.conftest import TinyParts
from tests.tui.waiting import until
from tui.screens.import_ import ImportScreen
from tui.screens.library import LibraryScreen
from tui.screens.mock import MockScreen
from tui.screens.mock_interview import MockInterviewScreen
from tui.screens.mock_report import MockReportScreen
from tui.screens.models import ModelsScreen
from tui.screens.question import QuestionScreen
from tui.screens.statistics import StatisticsScreen
from tui.widgets.plots import Panel

pytestmark = pytest.mark.pictures

Snap = Callable[..., bool]
Opened = Callable[[Pilot[None]], Any]


class SmallParts(TinyParts):
    """Two questions, no language model."""

    @property
    def llm(self) -> LanguageModel | None:
        return None


@pytest.fixture
def app(config: Config, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch, home: Path) -> FakeApp:
    (home / "coach.db").unlink()  # the shipped bank grows: pictures show a bank of two questions
    monkeypatch.setenv("HOME", str(home))
    return FakeApp(config, SmallParts(config), clock=clock)


def opening(make: Callable[[], Screen[None]], ready: Callable[[Pilot[None]], object] = bool) -> Opened:
    async def run(pilot: Pilot[None]) -> None:
        screen = make()
        pilot.app.push_screen(screen)
        await until(pilot, lambda: pilot.app.screen is screen and screen.is_mounted and ready(pilot))
        for box in (*screen.query(Input), *screen.query(TextArea)):
            box.cursor_blink = False
        await pilot.pause()

    return run


def test_library(app: FakeApp, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search box with the word, topics with counts on the left, one question found by meaning on the right."""
    monkeypatch.setattr("tui.screens.library.refined", lambda *_: ["momentum"])  # no encoder for a picture

    def ready(pilot: Pilot[None]) -> bool:
        return any("by meaning" in str(line.content) for line in pilot.app.screen.query("#how").results(Static))

    assert snap_compare(app, terminal_size=(80, 24), run_before=opening(lambda: LibraryScreen("momentum"), ready))


def test_question(app: FakeApp, snap_compare: Snap, clock: Callable[[], datetime]) -> None:
    """Title, origin, due date, model answer with bold word, weighted key points with probes, one answer as history."""
    app.parts.schedule.record("momentum", 4, clock(), topic="optimisation")
    assert snap_compare(app, terminal_size=(80, 40), run_before=opening(lambda: QuestionScreen("momentum")))


def test_import(app: FakeApp, snap_compare: Snap) -> None:
    """Two labelled boxes and nothing else before a path was given."""
    assert snap_compare(app, terminal_size=(80, 24), run_before=opening(ImportScreen))


def test_mock_setup(app: FakeApp, snap_compare: Snap) -> None:
    """Six rounds in the order of a loop, two of them chosen, and how long that takes."""
    assert snap_compare(app, terminal_size=(80, 24), run_before=opening(MockScreen))


def test_mock_interview(app: FakeApp, snap_compare: Snap) -> None:
    """Round and clock on top, the question, the round's introduction, an empty answer box; no verdict anywhere."""
    mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    make = opening(lambda: MockInterviewScreen(mock, monotonic=lambda: 0.0))
    assert snap_compare(app, terminal_size=(80, 24), run_before=make)


def test_mock_report(app: FakeApp, snap_compare: Snap) -> None:
    """Competencies as bars with numbers below, best and weakest moments with quotes, what to study with a date."""
    mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    for text in ("0 !1", "0 unsure"):
        step = mock.step()
        assert step is not None
        list(mock.reply(step, text, 60.0))
        mock.skip(step, 60.0)
    mock.finish()
    made = opening(lambda: MockReportScreen(mock.id), lambda pilot: pilot.app.screen.query("#answers"))
    assert snap_compare(app, terminal_size=(80, 60), run_before=made)


def test_statistics(app: FakeApp, snap_compare: Snap, clock: Callable[[], datetime]) -> None:
    """Heat map with one day, bars of what comes, two topics as ranges, retention; a sentence below each."""
    for number, day in enumerate((0, 1, 3)):
        at = clock() - timedelta(days=3 - day)
        app.parts.schedule.record("momentum", 4 - number, at, topic="optimisation", seconds=90.0)
    made = opening(StatisticsScreen, lambda pilot: len(pilot.app.screen.query(Panel)) == 7)
    assert snap_compare(app, terminal_size=(140, 50), run_before=made)


def test_models(app: FakeApp, snap_compare: Snap) -> None:
    """Each task with what does it and why, then the models that can be used or fetched."""

    def ready(pilot: Pilot[None]) -> bool:
        return not pilot.app.screen.busy  # type: ignore[attr-defined]

    assert snap_compare(app, terminal_size=(100, 30), run_before=opening(ModelsScreen, ready))
