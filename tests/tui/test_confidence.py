"""While confidence is asked the verdict is not seen yet, and no key acts on what is not seen."""

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp
from tests.tui.practising import EVERYTHING, answer, box, screen
from tests.tui.waiting import appears, seen, until
from tui.widgets.confidence import ConfidenceBar

NO_FOLLOW_UPS = "max_follow_ups = 0\n"


async def asked_how_sure(pilot: Pilot[None], text: str) -> None:
    """Answer, and wait until the verdict is there and held back."""
    await answer(pilot, text)
    await until(pilot, lambda: screen(pilot).query_one(ConfidenceBar).has_focus)


async def test_confidence_is_asked_before_any_verdict_is_seen(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum", confidence=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_how_sure(pilot, "points 0")
        assert "covered" not in seen(pilot)
        assert "Esc stops" not in seen(pilot)  # nothing runs any more
        await pilot.press("4")
        await appears(pilot, "1 covered")
        (attempt,) = app.session.store.attempts.of_question("momentum")
        assert attempt.confidence == 75


@pytest.mark.parametrize("key", ["0", "n", "o"])
async def test_nobody_grades_or_leaves_a_verdict_that_is_not_seen(make_app: MakeApp, key: str) -> None:
    app = make_app("practice", question="momentum", confidence=True, extra=NO_FOLLOW_UPS)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_how_sure(pilot, EVERYTHING)
        await pilot.press(key)
        await pilot.press("3")
        await appears(pilot, "Score 5.0, grade 5")
        assert [(event.kind, event.grade) for event in app.session.store.reviews.events()] == [("review", 5)]
        (attempt,) = app.session.store.attempts.of_question("momentum")
        assert (attempt.state, attempt.confidence) == ("closed", 50)


@pytest.mark.parametrize("key", ["f4", "f5", "f6", "f8"])
async def test_a_follow_up_that_is_not_seen_is_not_answered_or_left(make_app: MakeApp, key: str) -> None:
    app = make_app("practice", question="momentum", confidence=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_how_sure(pilot, "points 0 and 2")
        box(pilot).put("typed by way of the mouse")
        await pilot.press(key)
        await pilot.press("3")
        await appears(pilot, "What happens across a narrow valley?", "1 open")
        (attempt,) = app.session.store.attempts.of_question("momentum")
        assert [turn.kind for turn in attempt.turns] == ["answer", "acknowledgement", "followup"]
        assert (attempt.state, attempt.confidence) == ("following_up", 50)
        assert box(pilot).text == "typed by way of the mouse"


async def test_what_is_sent_while_confidence_is_asked_stays_in_the_box(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum", confidence=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_how_sure(pilot, "points 0")
        box(pilot).put("1")
        box(pilot).focus()  # a click does that
        await pilot.press("enter")
        screen(pilot).query_one(ConfidenceBar).focus()
        await pilot.press("3")
        await appears(pilot, "1 covered")
        assert len(app.session.store.attempts.of_question("momentum")[0].turns) == 3
        assert box(pilot).text == "1"
