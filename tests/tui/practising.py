"""Answering and revealing on the screens, the way a person does it."""

from textual.pilot import Pilot

from tests.tui.waiting import arrived, until
from tui.screens.practice import PracticeScreen
from tui.widgets.answer import AnswerBox
from tui.widgets.checklist import CheckList
from tui.widgets.conclusion import Conclusion
from tui.widgets.grades import GradeLine

EVERYTHING = "points 0 1 2"


def screen(pilot: Pilot[None]) -> PracticeScreen:
    assert isinstance(pilot.app.screen, PracticeScreen)
    return pilot.app.screen


def box(pilot: Pilot[None]) -> AnswerBox:
    return screen(pilot).query_one(AnswerBox)


def line(pilot: Pilot[None]) -> str:
    """What the line of grades says."""
    return str(screen(pilot).query_one(GradeLine).render())


async def answering(pilot: Pilot[None]) -> AnswerBox:
    """Wait until an answer can be typed; returns the box."""
    await arrived(pilot, PracticeScreen)
    await until(pilot, lambda: box(pilot).has_focus)
    return box(pilot)


async def answer(pilot: Pilot[None], text: str) -> None:
    """Put text into the box, send it, and wait until the coach waits again."""
    (await answering(pilot)).put(text)
    await pilot.press("enter")
    await until(pilot, lambda: not box(pilot).text and not screen(pilot).busy)


async def conclude(pilot: Pilot[None], first: str = EVERYTHING) -> None:
    """Answer until the verdicts are shown."""
    await answer(pilot, first)
    while not screen(pilot).query(Conclusion):
        await answer(pilot, "nothing more")


async def reveal(pilot: Pilot[None]) -> CheckList:
    """Uncover the model answer; returns the list to tick, once it takes keys."""
    await pilot.press("space")
    await until(pilot, lambda: pilot.app.screen.query_one(CheckList).has_focus)
    return pilot.app.screen.query_one(CheckList)
