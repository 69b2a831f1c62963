"""Key to screen: how long a typed letter takes to be drawn while the models judge in the background.

    python -m benchmarks.keys [--keys 200] [--json]

The program itself, driven without a terminal: a letter is typed into the answer box of the practice screen every 40 ms
or so; the time ends when the frame that holds the letter has been turned into what a terminal would be sent. Idle
letters and letters during real judging (bundled models, answers taken from the bank) alternate in one run. Textual
draws at most 60 frames a second, so even an idle letter waits up to 17 ms.

idle_p95_ms, working_p95_ms     95th percentiles, milliseconds
ratio                           working / idle
bound_ms                        what the project asks for while a model works
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from textual._compositor import CompositorUpdate
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

from coach.config import load
from coach.paths import Paths
from tui.app import CoachApp
from tui.screens.practice import PracticeScreen
from tui.widgets.answer import AnswerBox

BOUND_MS = 50.0
PAUSE_SECONDS = 0.04
PATIENCE_SECONDS = 120.0
ROUNDS = 2
SETTINGS = "[study]\nask_confidence = false\nnew_per_day = 1000\nminutes_per_day = 600\n"  # questions never run out


class WatchedApp(CoachApp):
    """Tells when a frame was drawn."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.drawn = asyncio.Event()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self.console)  # a real driver is sent this text
        self.drawn.set()


async def typed(app: WatchedApp, box: AnswerBox) -> float | None:
    """Type one letter; milliseconds until it is drawn, None when the box went away before the letter came."""
    length = len(box.text)
    app.drawn.clear()
    started = time.perf_counter()
    app.post_message(Key("x", "x"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await app.drawn.wait()
            if len(box.text) > length:
                return 1000 * (time.perf_counter() - started)
            if box.disabled:
                return None
            app.drawn.clear()  # another widget was drawn first


async def idle(pilot: Pilot[None], keys: int) -> list[float]:
    """Letters while nothing else happens."""
    box = (await answering(pilot)).query_one(AnswerBox)
    letters = [await paced(pilot, box) for _ in range(keys)]
    return [milliseconds for milliseconds in letters if milliseconds is not None]


async def working(pilot: Pilot[None], keys: int, chance: random.Random) -> list[float]:
    """Letters while answers are judged, as many answers as it takes."""
    found: list[float] = []
    while len(found) < keys:
        screen = await answering(pilot)
        assert screen.conversation is not None
        box, words = screen.query_one(AnswerBox), screen.conversation.question.answer.split()
        box.put(" ".join(words[: chance.randint(len(words) // 2, len(words))]))
        pilot.app.post_message(Key("enter", "\r"))  # Pilot would wait until all is quiet
        await pilot.pause(PAUSE_SECONDS)
        while screen.busy and len(found) < keys:
            one = await paced(pilot, box)
            if screen.busy and one is not None:
                found.append(one)
    return found


async def paced(pilot: Pilot[None], box: AnswerBox) -> float | None:
    """One letter, then a pause as between two strokes."""
    app = pilot.app
    assert isinstance(app, WatchedApp)
    milliseconds = await typed(app, box)
    await asyncio.sleep(PAUSE_SECONDS)
    return milliseconds


async def answering(pilot: Pilot[None]) -> PracticeScreen:
    """The practice screen as soon as it waits for an answer, with an empty box; goes on to the next question."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await pilot.pause(0.05)
            screen = pilot.app.screen
            if not isinstance(screen, PracticeScreen) or screen.busy or screen.conversation is None:
                continue
            box = screen.query_one(AnswerBox)
            if box.display and box.has_focus:
                box.cursor_blink = False
                box.put("")
                return screen
            await pilot.press("n")


async def measured(keys: int, home: Path) -> dict[str, float]:
    """Type `keys` letters in each of the two states; returns the figures."""
    chance = random.Random(5)
    app = WatchedApp(load(Paths(home)), start="practice")
    quiet: list[float] = []
    busy: list[float] = []
    async with app.run_test(size=(100, 40)) as pilot:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not app.models_ready or app.models_line:
                await pilot.pause(0.1)
        for _ in range(ROUNDS):
            quiet += await idle(pilot, keys // ROUNDS)
            busy += await working(pilot, keys // ROUNDS, chance)
    return {
        "keys": len(quiet) + len(busy),
        "idle_p50_ms": float(np.median(quiet)),
        "idle_p95_ms": float(np.quantile(quiet, 0.95)),
        "working_p50_ms": float(np.median(busy)),
        "working_p95_ms": float(np.quantile(busy, 0.95)),
        "ratio": float(np.quantile(busy, 0.95) / np.quantile(quiet, 0.95)),
        "bound_ms": BOUND_MS,
    }


def main() -> None:
    """Print the figures, and with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--keys", type=int, default=200, help="letters in each of the two states")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COACH_HOME"] = folder
        Path(folder, "config.toml").write_text(SETTINGS, "utf-8")
        figures = {name: round(value, 2) for name, value in asyncio.run(measured(wanted.keys, Path(folder))).items()}
    for name, value in figures.items():
        print(f"{name:<18}{value:>10}")
    if wanted.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
