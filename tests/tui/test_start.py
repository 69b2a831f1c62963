"""What a start costs: nothing heavy is loaded for the first frame."""

import subprocess
import sys
from threading import Event

import pytest

from coach.assemble import Parts
from coach.config import load
from tests.tui.conftest import MakeApp
from tests.tui.waiting import PATIENCE_SECONDS, appears, arrived, until
from tui.opening import Opening
from tui.screens.home import HomeScreen
from tui.screens.practice import PracticeScreen
from tui.widgets.answer import AnswerBox

CODE = """
import asyncio, os, sys
from coach.config import load
from tests.tui.waiting import until
from tui.app import CoachApp
from tui.screens.home import HomeScreen
from textual.widgets import Static

HomeScreen.read_log = lambda self: None  # what the whole log says comes behind the first frame, with its figures

async def main():
    app = CoachApp(load())
    app.load_models = lambda: None  # they load behind the first frame
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "due" in str(app.screen.query_one("#due", Static).render()))
        print(*sys.modules, flush=True)
        os._exit(0)

asyncio.run(main())
"""
HEAVY = {"torch", "transformers", "sentence_transformers", "llama_cpp", "faiss", "langchain_core", "plotext"}


def test_the_first_frame_shows_what_is_due_without_any_heavy_library() -> None:
    Parts(load()).store.close()  # the very first start fills the home, and splits texts into passages for that
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ran.stdout.split())


async def test_a_new_home_shows_the_home_screen_first_and_then_obeys_what_was_pressed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, run = Event(), Opening.run
    monkeypatch.setattr(Opening, "run", lambda self: slow.wait(PATIENCE_SECONDS) and run(self))
    app = make_app(new=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Preparing your question bank")
        await pilot.press("p", "0")
        assert isinstance(app.screen, HomeScreen)
        slow.set()
        await arrived(pilot, PracticeScreen)
        await until(pilot, lambda: app.screen.query_one(AnswerBox).text == "0")
