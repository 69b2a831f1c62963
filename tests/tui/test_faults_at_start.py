"""A database that cannot be opened: a calm screen with the reason, the next step, Retry and Quit."""

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import Button, Static

from coach.paths import default_paths
from coach.storage import Store
from tests.trust.test_database_faults import obey_permissions
from tests.tui.conftest import MakeApp
from tests.tui.terminal import Terminal
from tests.tui.waiting import appears, arrived, seen, until
from tui.screens.fault import FaultScreen
from tui.screens.home import HomeScreen


def written_by_a_newer_version(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("insert into _sqlite_migrations values (99, 'coach', 'm099_later', '2030-01-01')")


def damaged(database: Path) -> None:
    database.write_bytes(b"not a database" * 1000)


@pytest.mark.parametrize(
    ("spoil", "what", "next_step"),
    [
        (written_by_a_newer_version, "newer version of the coach (it has m099_later)", "Update the coach"),
        (damaged, "is damaged", "coach restore"),
    ],
)
async def test_a_database_that_cannot_be_used_is_told_on_a_screen(
    make_app: MakeApp, spoil: Callable[[Path], None], what: str, next_step: str
) -> None:
    database = default_paths().ensure().database
    Store(database).close()
    spoil(database)
    before = database.read_bytes()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        told = await arrived(pilot, FaultScreen)
        await appears(pilot, what, next_step)
        assert [str(button.label) for button in app.screen.query(Button)] == ["Retry (r)", "Quit (q)"]
        await pilot.press("escape", "f2")
        assert isinstance(app.screen, FaultScreen)
        await pilot.press("r")
        await until(pilot, lambda: app.screen is not told and isinstance(app.screen, FaultScreen))
        await arrived(pilot, FaultScreen)
        await appears(pilot, what)
        await pilot.press("q")
    assert app._exit
    assert database.read_bytes() == before
    database.unlink()  # nothing is left to close


async def test_a_locked_database_is_waited_for_and_retried(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.storage.connection.BUSY_SECONDS", 1.0)
    monkeypatch.setattr("tui.app.SOON_SECONDS", 0.01)
    database = default_paths().ensure().database
    Store(database).close()
    app = make_app()
    with closing(sqlite3.connect(database)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        async with app.run_test(size=(80, 24)) as pilot:
            await arrived(pilot, FaultScreen)
            await appears(pilot, "in use by another coach", "wait and try again")
            behind = app.screen_stack[-2].query_one("#next", Static)
            assert "Opening your questions …" in str(behind.render())
            other.close()
            await pilot.press("r")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "Streak" in seen(pilot))


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize(
    ("prepare", "what", "next_step"),
    [(obey_permissions, "Cannot ", "COACH_HOME"), (no_room, "Cannot save to", "Free some disk space")],
)
def test_a_home_without_rights_or_room_is_told_on_a_real_terminal(
    home: Path, open_terminal: Callable[..., Terminal], prepare: Callable[[], None], what: str, next_step: str
) -> None:
    home.mkdir(mode=0o555 if prepare is obey_permissions else 0o700)
    terminal = open_terminal(before=prepare)
    for text in (what, next_step, "Retry (r)"):
        terminal.wait_for(text)
    terminal.press("q")
    terminal.process.expect("\\x1b\\[\\?1049l")  # the screen is given back
    home.chmod(0o700)
