"""A question that was only looked at is not left open, whichever way the screen is left."""

from threading import Event

import pytest

from coach.session import Session
from tests.tui.conftest import MakeApp
from tests.tui.practising import answer, answering, reveal
from tests.tui.waiting import PATIENCE_SECONDS, appears, arrived, until
from tui.app import CoachApp
from tui.screens.fault import FaultScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen


def states(app: CoachApp) -> list[str]:
    store = app.session.store.attempts
    return [attempt.state for question in ("momentum", "forests") for attempt in store.of_question(question)]


@pytest.mark.parametrize("way", ["f2", "palette"])
@pytest.mark.parametrize("begin", ["typed", "reveal"])
async def test_going_elsewhere_leaves_nothing_open(make_app: MakeApp, begin: str, way: str) -> None:
    app = make_app("review", begin=begin)
    async with app.run_test(size=(80, 24)) as pilot:
        if begin == "typed":
            await answering(pilot)
        else:
            await arrived(pilot, RevealScreen)
            await reveal(pilot)
        if way == "f2":
            await pilot.press("f2")
            await arrived(pilot, HomeScreen)
        else:
            app.action_go("review")
            await arrived(pilot, ReviewScreen)
        assert states(app) == ["abandoned"]


async def test_an_answer_stays_open_also_under_the_help(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "points 0")
        await pilot.press("f1")
        await arrived(pilot, HelpScreen)
        app.action_go("home")
        await arrived(pilot, HomeScreen)
        assert states(app) == ["following_up"]


async def test_what_was_begun_to_be_typed_keeps_its_question_open(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        (await answering(pilot)).put("half")
        await pilot.press("f2")
        await arrived(pilot, HomeScreen)
        assert states(app) == ["asked"]


async def test_quitting_from_a_model_answer_does_not_leave_its_question_open(make_app: MakeApp) -> None:
    app = make_app("review", begin="reveal")
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, RevealScreen)
        await reveal(pilot)
        await pilot.press("ctrl+q")
    assert states(app) == ["abandoned"]


async def test_a_question_chosen_for_a_screen_that_was_left_is_not_left_open(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on, ask = Event(), Session.ask
    monkeypatch.setattr(Session, "ask", lambda *arguments: going_on.wait(PATIENCE_SECONDS) and ask(*arguments))
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "choosing a question")
        left = app.screen
        app.action_go("home")  # a click on the line of keys does not wait
        await arrived(pilot, HomeScreen)
        await until(pilot, lambda: not left.is_attached and all(w.is_cancelled for w in app.workers if w.node is left))
        going_on.set()
        await until(pilot, lambda: states(app) == ["abandoned"])


async def test_back_leaves_a_practice_for_which_no_question_can_be_chosen(make_app: MakeApp) -> None:
    app = make_app("practice", topic="nosuch")
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, FaultScreen)
        await appears(pilot, "There is no topic “nosuch”.")
        await pilot.press("escape")
        await arrived(pilot, HomeScreen)
        assert not any(isinstance(screen, PracticeScreen) for screen in app.screen_stack)
