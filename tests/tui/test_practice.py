from collections.abc import Callable

from textual.pilot import Pilot

from tests.tui.waiting import seen, until
from tui.app import CoachApp
from tui.screens.practice import PracticeScreen
from tui.widgets.answer import AnswerBox

MakeApp = Callable[..., CoachApp]
ALL = "points 0 1 2"


def screen(pilot: Pilot[None]) -> PracticeScreen:
    assert isinstance(pilot.app.screen, PracticeScreen)
    return pilot.app.screen


async def answer(pilot: Pilot[None], text: str) -> None:
    """Type into the box, send, and wait until the coach waits again."""
    await until(pilot, lambda: isinstance(pilot.app.screen, PracticeScreen))
    box = screen(pilot).query_one(AnswerBox)
    await until(pilot, lambda: box.has_focus)
    box.put(text)
    await pilot.press("enter")
    await until(pilot, lambda: not screen(pilot).busy)
    await pilot.pause()


async def test_an_answer_is_followed_up_judged_and_scheduled(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "points 0 and 2")
        assert "What happens across a narrow valley?" in seen(pilot)
        await answer(pilot, "0 they cancel")  # a follow-up is judged as point 0 of its own
        await answer(pilot, "Nesterov looks ahead")
        assert "asked again on" in seen(pilot)
        assert "Next: " in seen(pilot)
        assert len(list(app.session.store.reviews.events())) == 1
