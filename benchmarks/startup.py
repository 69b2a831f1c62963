"""CPU time until the home screen shows the due count, beside importing Textual alone, alternating in one run.

    python benchmarks/startup.py [ROUNDS]

Both are fresh processes over the same home, which holds the shipped bank already, and with byte code, as after an
installation; the figure is the ratio of medians.
The bound of the project is 2.5.
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

FIRST_FRAME = """
import asyncio, os, time
from coach.config import load
from tui.app import CoachApp
from textual.widgets import Static

async def main():
    app = CoachApp(load())
    app.load_models = lambda: None  # they load behind the first frame
    async with app.run_test(size=(80, 24)) as pilot:
        shown = lambda: (label for screen in app.screen_stack for label in screen.query("#due").results(Static))
        while not any("due" in str(label.render()) for label in shown()):
            await pilot.pause(0.001)
        print(time.process_time(), flush=True)
        os._exit(0)

asyncio.run(main())
"""
TEXTUAL_ALONE = "import time, textual.app, textual.widgets; print(time.process_time())"
BOUND = 2.5


def seconds(code: str) -> float:
    """CPU seconds of a fresh interpreter up to the point that `code` prints."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if ran.returncode:
        sys.exit(ran.stderr)
    return float(ran.stdout.split()[-1])


def main(rounds: int) -> None:
    """Print one line of JSON."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"COACH_HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/byte-code"}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        seconds(FIRST_FRAME)  # fills the home, the byte code and the caches of the disk
        pairs = [(seconds(FIRST_FRAME), seconds(TEXTUAL_ALONE)) for _ in range(rounds)]
    frame, alone = (median(values) for values in zip(*pairs, strict=True))
    figures = {"first_frame_s": frame, "textual_import_s": alone, "ratio": frame / alone, "bound": BOUND}
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in figures.items()}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
