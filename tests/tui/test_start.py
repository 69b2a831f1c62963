"""What a start costs: nothing heavy is loaded for the first frame."""

import subprocess
import sys

from coach.assemble import Parts
from coach.config import load

CODE = """
import asyncio, os, sys
from coach.config import load
from tui.app import CoachApp
from textual.widgets import Static

async def main():
    app = CoachApp(load())
    app.load_models = lambda: None  # they load behind the first frame
    async with app.run_test(size=(80, 24)) as pilot:
        while "due" not in str(app.screen.query_one("#due", Static).render()):
            await pilot.pause(0.01)
        print(*sys.modules, flush=True)
        os._exit(0)

asyncio.run(main())
"""
HEAVY = {"torch", "transformers", "sentence_transformers", "llama_cpp", "faiss", "langchain_core", "plotext"}


def test_the_first_frame_shows_what_is_due_without_any_heavy_library() -> None:
    Parts(load()).store.close()  # the very first start fills the home, and splits texts into passages for that
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ran.stdout.split())
