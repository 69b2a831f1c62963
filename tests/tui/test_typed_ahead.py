"""Keys that come before the screen they are meant for are not lost, and do nothing on the screen before it."""

from threading import Event

import pytest
from textual import events
from textual.screen import Screen

from coach.session import Session
from tests.tui.conftest import MakeApp
from tests.tui.practising import box, reveal
from tests.tui.waiting import PATIENCE_SECONDS, appears, arrived, until
from tui.app import CoachApp
from tui.screens.home import HomeScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen

TYPED = "momentum 0"  # with letters and a digit that are keys of the home screen and of the practice screen


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Event:
    """No question is chosen before this is set."""
    event, ask = Event(), Session.ask
    monkeypatch.setattr(Session, "ask", lambda *arguments: event.wait(PATIENCE_SECONDS) and ask(*arguments))
    return event


def type_at_once(app: CoachApp, text: str) -> None:
    """All keys lie in the queue before the first is looked at, as after a busy moment."""
    for char in text:
        app.post_message(events.Key("enter", "\r") if char == "\n" else events.Key(char, char))


async def test_keys_typed_behind_the_one_that_opens_practice_reach_the_answer_box(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Streak")
        type_at_once(app, "p" + TYPED)
        await arrived(pilot, PracticeScreen)
        await until(pilot, lambda: box(pilot).text == TYPED)


async def test_an_answer_sent_before_its_question_is_chosen_is_judged(make_app: MakeApp, chosen: Event) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "choosing a question")
        type_at_once(app, "points 0\n")
        await until(pilot, lambda: len(app._waiting_keys) == len("points 0\n"))
        chosen.set()
        await appears(pilot, "1 covered")
        assert app.session.store.attempts.of_question("momentum")[0].turns[0].text == "points 0"


async def test_leaving_before_the_question_is_chosen_leaves_nothing_open(make_app: MakeApp, chosen: Event) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "choosing a question")
        await pilot.press("m", "escape")
        await appears(pilot, "leaving")
        chosen.set()
        await arrived(pilot, HomeScreen)
        await appears(pilot, "Learn")
        (attempt,) = app.session.store.attempts.of_question("momentum")
        assert attempt.state == "abandoned"
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize(("begin", "kind", "on"), [("typed", PracticeScreen, "f6"), ("reveal", RevealScreen, "5")])
async def test_the_screen_stays_alive_while_the_next_question_is_prepared(
    make_app: MakeApp, chosen: Event, begin: str, kind: type[Screen[None]], on: str
) -> None:
    chosen.set()
    app = make_app("review", begin=begin)
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, kind)
        if begin == "reveal":
            await reveal(pilot)
        chosen.clear()  # as when its key points have to be derived, and the encoder is still being loaded
        await pilot.press(on)
        await appears(pilot, "choosing a question")
        await pilot.press("escape")
        await appears(pilot, "leaving")
        chosen.set()
        await arrived(pilot, ReviewScreen)
        assert app.session.resumable() is None
