"""Pictures of the screens; look at the difference before accepting one (`pytest tests/tui --snapshot-update`)."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Collapsible

from tests.tui.conftest import MakeApp
from tests.tui.practising import answer, answering, conclude, reveal
from tests.tui.waiting import appears, arrived, until
from tui.screens.help import HelpScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen
from tui.screens.settings import SettingsScreen
from tui.screens.tour import TourScreen

pytestmark = pytest.mark.pictures

NARROW, WIDE = (80, 24), (160, 50)


@pytest.fixture(autouse=True)
def short_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of the home is shown on some screens, and another one in every run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACH_HOME", "home")


def test_home(make_app: MakeApp, snap_compare: Any) -> None:
    """The recommended action in a box with its reason, due and weak below, the heat map, keys in the footer."""

    async def ready(pilot: Pilot[None]) -> None:
        await appears(pilot, "Streak")

    assert snap_compare(make_app(), terminal_size=NARROW, run_before=ready)


def test_practice_follow_up(make_app: MakeApp, snap_compare: Any) -> None:
    """The true quote underlined, the false one reversed, the coach's follow-up below, signs with their numbers."""

    async def asked(pilot: Pilot[None]) -> None:
        await answer(pilot, "points 0 and !2")
        pilot.app.screen.query_one("#answer").cursor_blink = False  # type: ignore[attr-defined]

    assert snap_compare(make_app("practice", question="momentum"), terminal_size=NARROW, run_before=asked)


def test_practice_concluded_wide(make_app: MakeApp, snap_compare: Any) -> None:
    """Each point beside the candidate's words, one next step, the model answer open, the grade with its day."""

    async def concluded(pilot: Pilot[None]) -> None:
        await conclude(pilot, "points 0 and !2")
        await pilot.press("m")
        await until(pilot, lambda: not pilot.app.screen.query_one(Collapsible).collapsed)

    assert snap_compare(make_app("practice", question="momentum"), terminal_size=WIDE, run_before=concluded)


def themed(name: str) -> str:
    return f'[screen]\ntheme = "{name}"\n'


@pytest.mark.parametrize("theme", ["coach-light", "coach-contrast"])
def test_practice_in_other_themes(make_app: MakeApp, snap_compare: Any, theme: str) -> None:
    """As in the dark theme: points made, made in part and wrong differ by sign, underline, italics and reversal."""

    async def asked(pilot: Pilot[None]) -> None:
        await answer(pilot, "points 0, ~1 and !2")
        pilot.app.screen.set_focus(None)

    app = make_app("practice", question="momentum", extra=themed(theme))
    assert snap_compare(app, terminal_size=NARROW, run_before=asked)


@pytest.mark.parametrize("theme", ["coach-light", "coach-contrast"])
def test_home_in_other_themes(make_app: MakeApp, snap_compare: Any, theme: str) -> None:
    """Every line can be read; the recommended action stands out in its box."""

    async def ready(pilot: Pilot[None]) -> None:
        await appears(pilot, "Streak")

    assert snap_compare(make_app(extra=themed(theme)), terminal_size=NARROW, run_before=ready)


def test_review_plan(make_app: MakeApp, snap_compare: Any) -> None:
    """How many questions and minutes, of which topics, and the three ways to go through them."""

    async def ready(pilot: Pilot[None]) -> None:
        await arrived(pilot, ReviewScreen)
        await appears(pilot, "2 questions")

    assert snap_compare(make_app("review"), terminal_size=NARROW, run_before=ready)


def test_review_summary(make_app: MakeApp, snap_compare: Any) -> None:
    """What was answered in a box, the points still open with their signs, one next step; below, what is planned now."""

    async def ready(pilot: Pilot[None]) -> None:
        await arrived(pilot, RevealScreen)
        said = await reveal(pilot)
        await pilot.press("space")
        await until(pilot, lambda: said.ticked == {0})
        await pilot.press("n")
        await appears(pilot, "Why do random forests work?")
        await reveal(pilot)
        await pilot.press("4")
        await arrived(pilot, ReviewScreen)
        await appears(pilot, "Answered")
        pilot.app.clear_notifications()  # they leave by themselves, in their own time

    assert snap_compare(make_app("review", begin="reveal"), terminal_size=NARROW, run_before=ready)


def test_help(make_app: MakeApp, snap_compare: Any) -> None:
    """What the practice screen is for, each key with its purpose and the name that remaps it, the settings file."""

    async def ready(pilot: Pilot[None]) -> None:
        await answering(pilot)
        await pilot.press("f1")
        await arrived(pilot, HelpScreen)

    assert snap_compare(make_app("practice", question="momentum"), terminal_size=(100, 40), run_before=ready)


def test_settings(make_app: MakeApp, snap_compare: Any) -> None:
    """The file's path, then each setting with its value and a sentence, the first one under the cursor."""

    async def ready(pilot: Pilot[None]) -> None:
        await arrived(pilot, SettingsScreen)
        await appears(pilot, "config.toml")

    assert snap_compare(make_app("settings"), terminal_size=(100, 40), run_before=ready)


def test_tour(make_app: MakeApp, snap_compare: Any) -> None:
    """The second of three steps in a box, with the keys that go on and skip."""

    async def ready(pilot: Pilot[None]) -> None:
        await arrived(pilot, TourScreen)
        await pilot.press("enter")
        await appears(pilot, "Each point of a complete answer")

    assert snap_compare(make_app(tour=True), terminal_size=NARROW, run_before=ready)
