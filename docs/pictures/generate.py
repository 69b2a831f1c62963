"""Makes the pictures of README and docs from the program itself: `python docs/pictures/generate.py [NAME ...]`.

The home is a temporary one with the shipped bank, the models are the bundled ones, the answers are those of
`coach demo`. Ten weeks of practice before are simulated with a fixed seed, so that there is something to show; a mock
interview is answered with the first half of each model answer. Nothing on a picture is drawn by hand.
"""

import argparse
import asyncio
import os
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from coach.assemble import Parts
from coach.config import load
from coach.mock import begin_mock
from coach.mock_plan import rounds_named
from coach.paths import Paths
from coach.session import Session
from tui.app import CoachApp
from tui.demo import NOTHING_MORE, SCRIPT
from tui.screens.mock_report import MockReportScreen
from tui.screens.practice import PracticeScreen
from tui.screens.review import ReviewScreen
from tui.widgets.answer import AnswerBox
from tui.widgets.conclusion import Conclusion
from tui.widgets.plots import Panel

HERE = Path(__file__).parent
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKS = 10
PATIENCE_SECONDS = 240.0
SETTINGS = '[study]\ntime_zone = "UTC"\nask_confidence = false\n'


class Clock:
    """Ten seconds pass between two looks."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Pass on."""
        self.now += timedelta(seconds=10)
        return self.now


def practised(parts: Parts) -> None:
    """Simulate the weeks before today: most planned questions answered on most days, topics known unequally well."""
    chance = random.Random(7)
    skill = {topic: chance.uniform(0.45, 0.95) for topic in parts.store.questions.topics()}
    for back in range(7 * WEEKS, 0, -1):
        clock = Clock(TODAY - timedelta(days=back))
        if chance.random() < 0.15:
            continue
        for item in Session(parts, clock).due():
            known = chance.random() < skill[item.topic]
            grade = chance.choice((4, 5) if known else (1, 2, 3))
            seconds = chance.uniform(60.0, 240.0)
            parts.schedule.record(item.question_id, grade, clock(), topic=item.topic, seconds=seconds)
    parts.planner.add_interview(date(2026, 3, 20), TODAY, "Acme")


# -- the screens ------------------------------------------------------------------------------------------------


async def home(pilot: Pilot[None]) -> None:
    """What is due, what is weak, how ready one is."""
    await until(pilot, lambda: "Streak" in shown(pilot))


async def practice(pilot: Pilot[None]) -> None:
    """A question answered, followed up and judged."""
    await converse(pilot)


async def review(pilot: Pilot[None]) -> None:
    """The summary after two questions."""
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    screen._go(PracticeScreen(queue=list(SCRIPT), kind="review"))  # the script's questions, whatever is due
    for _ in SCRIPT:
        await converse(pilot)
        await pilot.press("n")
    await pilot.press("escape")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and "Answered" in shown(pilot))


async def mock(pilot: Pilot[None]) -> None:
    """The report on a mock interview."""
    app = coach(pilot)
    interview = begin_mock(app.session, rounds_named(["phone_screen"]), seed=3, clock=app.clock)

    def answer_all() -> None:
        while step := interview.step():
            words = re.sub(r"[*`]", "", step.question.answer).split()
            list(interview.reply(step, " ".join(words[: len(words) // 2]), 150.0))
            interview.skip(step, 170.0)
        interview.finish()

    await asyncio.to_thread(answer_all)
    app.push_screen(MockReportScreen(interview.id))
    await until(pilot, lambda: bool(app.screen.query("#answers")))


async def library(pilot: Pilot[None]) -> None:
    """A search by meaning."""
    await until(pilot, lambda: bool(pilot.app.screen.query("#query")))
    pilot.app.screen.query_one("#query").value = "gradients get smaller with every layer"  # type: ignore[attr-defined]
    await until(pilot, lambda: "by meaning" in shown(pilot))


async def statistics(pilot: Pilot[None]) -> None:
    """What is known, and how surely."""
    await until(pilot, lambda: len(pilot.app.screen.query(Panel)) == 7)


async def models(pilot: Pilot[None]) -> None:
    """What is used for what, and why."""
    await until(pilot, lambda: not pilot.app.screen.busy)  # type: ignore[attr-defined]


Show = Callable[[Pilot[None]], Awaitable[None]]
PICTURES: dict[str, tuple[Show, tuple[int, int], dict[str, str]]] = {
    "home": (home, (92, 26), {}),
    "practice": (practice, (110, 42), {"question": "momentum"}),
    "review": (review, (92, 26), {}),
    "mock": (mock, (100, 46), {}),
    "library": (library, (100, 26), {}),
    "statistics": (statistics, (108, 40), {}),
    "models": (models, (100, 30), {}),
}
"""How each is reached, its size in cells, and arguments of its first screen."""


# -- helpers ----------------------------------------------------------------------------------------------------


async def converse(pilot: Pilot[None]) -> None:
    """Answer one question of the script until its verdicts stand there."""
    await until(pilot, lambda: isinstance(pilot.app.screen, PracticeScreen) and ready(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PracticeScreen)
    conversation = screen.conversation
    assert conversation is not None
    part = SCRIPT[conversation.question.id]
    reply = part.answer
    while not screen.query(Conclusion):
        screen.query_one(AnswerBox).put(reply)
        await pilot.press("enter")
        await until(pilot, lambda: ready(pilot))
        target = conversation.open_target()
        reply = NOTHING_MORE if target is None else part.replies.get(target, NOTHING_MORE)
    await pilot.pause(0.5)


def ready(pilot: Pilot[None]) -> bool:
    """Whether it is the person's turn."""
    screen = pilot.app.screen
    return isinstance(screen, PracticeScreen) and screen.conversation is not None and not screen.busy


def coach(pilot: Pilot[None]) -> CoachApp:
    """The app in its own type."""
    assert isinstance(pilot.app, CoachApp)
    return pilot.app


def shown(pilot: Pilot[None]) -> str:
    """The text of the screen."""
    return "\n".join(str(widget.render()) for widget in pilot.app.screen.query(Static) if widget.display)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds. Raises RuntimeError with the screen's text if it never does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        await pilot.pause(0.05)
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain on {pilot.app.screen!r}:\n{shown(pilot)}")


def tidy(svg: str) -> str:
    """Without the fonts that the picture would fetch from the internet, clipping that cuts nothing, and long names."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    svg = re.sub(r"<clipPath id=\"[\w-]*-line-\d+\">.*?</clipPath>\s*", "", svg, flags=re.S)
    svg = re.sub(r" clip-path=\"url\(#[\w-]*-line-\d+\)\"", "", svg)
    return re.sub(r"terminal-\d+-", "", svg)


async def picture(name: str, parts: Parts, folder: Path) -> Path:
    """Make one picture; returns its file."""
    show, size, arguments = PICTURES[name]
    start = name if name not in ("mock", "home") else "home"
    app = CoachApp(parts.config, start=start, parts=parts, clock=Clock(TODAY), **arguments)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.models_ready and not app.models_line)
        await show(pilot)
        app.screen.set_focus(None)  # a cursor blinks
        await pilot.pause(0.5)
        await until(pilot, lambda: bool(app.screen.query("FooterKey")))  # other keys hold without a cursor
        file = folder / f"{name}.svg"
        file.write_text(tidy(app.export_screenshot()), "utf-8")
    return file


def main() -> None:
    """Make the pictures named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []], help="default: all")
    parser.add_argument("--folder", type=Path, default=HERE)
    wanted = parser.parse_args()
    for name in wanted.names or PICTURES:
        with tempfile.TemporaryDirectory(prefix="coach-") as folder:
            os.environ |= {"HOME": folder, "COACH_HOME": folder}  # models found elsewhere on this machine stay out
            paths = Paths(Path(folder)).ensure()
            paths.config.write_text(SETTINGS, "utf-8")
            parts = Parts(load(paths))
            practised(parts)
            print(asyncio.run(picture(name, parts, wanted.folder)))
            parts.close()


if __name__ == "__main__":
    main()
