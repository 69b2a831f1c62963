"""A database that fails under a screen is told calmly with Retry and Quit; Back never leads into the same failure."""

import pytest

from coach.errors import StorageBusy
from coach.storage.database import Database
from tests.tui.conftest import MakeApp
from tests.tui.waiting import appears, arrived, until
from tui.app import CoachApp
from tui.places import PLACES
from tui.screens.fault import FaultScreen
from tui.screens.home import HomeScreen
from tui.screens.library import LibraryScreen
from tui.screens.question import QuestionScreen

READING = ("query", "execute")
NEED_NO_DATABASE = ("home", "models", "settings")
SCREENS = [place.name for place in PLACES if place.name not in NEED_NO_DATABASE]


@pytest.mark.parametrize("name", SCREENS)
async def test_a_busy_database_is_told_by_each_screen_and_retry_shows_it(
    make_app: MakeApp, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    app.parts.schedule.record("forests", 4, app.clock(), topic="trees", seconds=60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Streak")
        with monkeypatch.context() as patch:
            for reading in READING:
                patch.setattr(Database, reading, refuse)
            app.action_go(name)
            await arrived(pilot, FaultScreen)
            await appears(pilot, "in use by another coach", "wait and try again")
            await pilot.press("r")
            await until(pilot, lambda: isinstance(app.screen, FaultScreen))
        await pilot.press("r")
        await until(pilot, lambda: opened(app, name))
        await pilot.press("escape")
        await arrived(pilot, HomeScreen)


def refuse(*_: object, **__: object) -> None:
    raise StorageBusy("coach.db is in use by another coach.", "Close it, or wait and try again.")


def opened(app: CoachApp, name: str) -> bool:
    target = next(place.target for place in PLACES if place.name == name)
    return target.endswith(f":{type(app.screen).__name__}") and bool(getattr(app.screen, "takes_keys", True))


async def test_back_leaves_a_screen_that_cannot_be_shown_again(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("library")
    async with app.run_test(size=(80, 24)) as pilot:
        library = await arrived(pilot, LibraryScreen)
        await pilot.press("enter")
        await arrived(pilot, QuestionScreen)
        with monkeypatch.context() as patch:
            for reading in READING:
                patch.setattr(Database, reading, refuse)
            await pilot.press("escape")  # the library reads the bank again
            told = await arrived(pilot, FaultScreen)
            await until(pilot, lambda: library in app.screen_stack)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is not told and isinstance(app.screen, FaultScreen))
            assert library not in app.screen_stack
            assert not app.screen.query("#back")  # the home screen cannot be shown either
        await pilot.press("r")
        await arrived(pilot, HomeScreen)
        await appears(pilot, "Streak")
