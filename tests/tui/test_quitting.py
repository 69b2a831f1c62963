"""Leaving the program: from any screen, and while its models are still being loaded."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pexpect

from coach.drafts import Drafts
from coach.storage import Store
from tests.tui.conftest import MakeApp, configured
from tests.tui.terminal import CTRL_Q, ENTER, ESCAPE, Terminal
from tests.tui.waiting import arrived
from tui.screens.tour import TourScreen

LOADS_FOR_EVER = """
from threading import Event
from coach.assemble import Parts
from tui.cli import main
Parts.embedder = property(lambda parts: parts._once("embedder", Event().wait))
main()
"""
SENT, TYPED = "Momentum keeps a velocity.", "Across a valley"


async def test_one_can_quit_from_a_box_above_the_screen(make_app: MakeApp) -> None:
    app = make_app(tour=True)
    async with app.run_test() as pilot:
        await arrived(pilot, TourScreen)
        await pilot.press("ctrl+q")
    assert app._exit


def test_quitting_waits_for_no_model_and_loses_nothing(open_terminal: Callable[..., Terminal]) -> None:
    paths = configured().paths
    terminal = open_terminal("practice", "--question", "momentum", code=LOADS_FOR_EVER)
    terminal.wait_for("Esc: skip")
    terminal.press(ESCAPE)
    terminal.wait_for_end_of("Esc: skip")
    terminal.press(SENT + ENTER)
    terminal.wait_for("judging")  # which waits for the models
    terminal.press(TYPED)
    drafts = Drafts(paths)
    terminal.wait_until(lambda: drafts.get("momentum") == TYPED, "not all that was typed is in its draft")

    terminal.press(CTRL_Q)
    terminal.process.expect(pexpect.EOF)
    assert terminal.process.wait() == 0
    with closing(sqlite3.connect(paths.database)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    store = Store(paths.database)
    (attempt,) = store.attempts.of_question("momentum")
    assert [turn.text for turn in attempt.turns] == [SENT]
    assert drafts.get("momentum") == TYPED
    assert len(list(paths.backups.glob("daily-*.db"))) == 1
    store.close()
