"""An evening of practice keeps nothing of what is over: the same objects after the third round as after the second."""

import gc
import threading
from collections import Counter

from textual.pilot import Pilot

from coach.assemble import Parts
from tests.screens.fakes import SteppingClock
from tests.tui.conftest import QUESTIONS, MakeApp, QuietApp, TinyParts, configured
from tests.tui.practising import answer, conclude, reveal, screen
from tests.tui.waiting import arrived, until
from tui.app import CoachApp
from tui.screens.home import HomeScreen
from tui.screens.library import LibraryScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen
from tui.screens.source import SourceScreen
from tui.screens.statistics import StatisticsScreen

OURS = ("coach.", "tui.", "textual.widgets.", "textual.worker")


def kept(app: CoachApp) -> Counter[str]:
    """How many there are of all that may pile up."""
    gc.collect()
    types = Counter(f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.get_objects())
    found = Counter({name: count for name, count in types.items() if name.startswith(OURS)})
    found["threads"] = threading.active_count()
    found["workers"] = len(app.workers)
    found["screens"] = len(app.screen_stack)
    return found


async def at_home(pilot: Pilot[None]) -> None:
    """Back on the home screen, and let what was left come to rest."""
    await pilot.press("f2")
    await arrived(pilot, HomeScreen)
    await until(pilot, lambda: not pilot.app.workers)


async def test_an_evening_on_all_screens_leaves_nothing_behind(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.opened)
        found = []
        for _ in range(3):
            await a_round(pilot, app)
            found.append(kept(app))
    assert found[2] - found[1] == Counter()


async def a_round(pilot: Pilot[None], app: CoachApp) -> None:
    """Answer, leave in the middle, go on, reveal, look around."""
    queue = [question.id for question in QUESTIONS * 4]
    app.action_go("practice", queue=queue)
    for _ in queue:
        await conclude(pilot)
        await go_on(pilot)
    for leave in ("escape", "f2"):
        app.action_go("practice", question="momentum")
        await answer(pilot, "0")
        await pilot.press(leave)
        await arrived(pilot, HomeScreen)
        app.action_go("practice")  # which goes on with it
        await conclude(pilot)
        await pilot.press("o")
        await arrived(pilot, SourceScreen)
        await pilot.press("escape")
        await arrived(pilot, PracticeScreen)
        await at_home(pilot)
    app.action_go("review")
    await arrived(pilot, ReviewScreen)
    app.screen._go(RevealScreen(["momentum"]))  # type: ignore[attr-defined]
    await arrived(pilot, RevealScreen)
    await reveal(pilot)
    await pilot.press("n")
    await arrived(pilot, ReviewScreen)
    for name, kind in (("library", LibraryScreen), ("statistics", StatisticsScreen)):
        app.action_go(name)
        await arrived(pilot, kind)
    await at_home(pilot)


async def go_on(pilot: Pilot[None]) -> None:
    """From the verdicts to the next question, or to the end of the queue."""
    before = screen(pilot).conversation
    await pilot.press("n")
    await until(pilot, lambda: screen(pilot).takes_keys and screen(pilot).conversation is not before)


class RealParts(TinyParts):
    """The two questions, and the models that come with the coach."""

    talkers = Parts.talkers


async def test_an_interview_that_is_left_keeps_no_room_in_the_language_model(home: object) -> None:
    config = configured()
    app = QuietApp(config, parts=RealParts(config), clock=SteppingClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.opened)
        free = []
        for leave in ("escape", "f2", "f2"):
            app.action_go("practice", question="momentum")
            await answer(pilot, "The velocity is a decaying sum of past gradients.")
            await pilot.press(leave)
            await at_home(pilot)
            free.append(app.parts.llm.memory.free_sequences)  # type: ignore[union-attr]
    app.parts.close()
    assert free[2] == free[1] == free[0]
