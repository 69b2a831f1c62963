"""Interview dates on the screen, and what the library says about a question that does not stick."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from coach.config import Config
from coach.errors import CoachError
from coach.models import InterviewDate
from tests.screens.fakes import FakeApp, FakeParts
from tests.tui.waiting import arrived, notified, until
from tui.screens.ask import AskScreen
from tui.screens.dates import DatesScreen, as_text, from_text
from tui.screens.question import QuestionScreen


@pytest.fixture
def app(config: Config, clock: Callable[[], datetime]) -> FakeApp:
    return FakeApp(config, FakeParts(config), clock=clock)


async def entered(pilot: Pilot[None], key: str, text: str) -> None:
    await pilot.press(key)
    box = (await arrived(pilot, AskScreen)).query_one(Input)
    await until(pilot, lambda: box.has_focus)
    box.value = text
    await pilot.press("enter")


async def listing(pilot: Pilot[None], text: str) -> None:
    """Wait until the list of dates is shown, takes keys and holds this text."""
    options = (await arrived(pilot, DatesScreen)).query_one(OptionList)
    await until(pilot, lambda: options.has_focus and text in listed(pilot.app))


def listed(app: App[None]) -> str:
    options = app.screen.query_one("#dates", OptionList)
    return "\n".join(str(options.get_option_at_index(at).prompt) for at in range(options.option_count))


async def test_a_date_is_entered_changed_and_forgotten(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        dates = app.parts.store.reviews.interview_dates
        app.push_screen(DatesScreen())
        await listing(pilot, "No interview")
        await entered(pilot, "a", "tomorrow, Acme")
        await until(pilot, lambda: "no date" in str(app.screen.query_one("#wrong", Static).content))
        assert isinstance(app.screen, AskScreen)  # what cannot be read stays to be mended
        app.screen.query_one(Input).value = "2026-03-20 Acme nlp=2"
        await pilot.press("enter")
        await listing(pilot, "recalled if you go on")
        assert dates() == [InterviewDate(date(2026, 3, 20), date(2026, 3, 2), "Acme", {"nlp": 2.0})]
        assert "in 18 days" in listed(app)
        await entered(pilot, "enter", "2026-03-25 Acme nlp=2")
        await listing(pilot, "25 Mar 2026")
        await until(pilot, lambda: [found.day for found in dates()] == [date(2026, 3, 25)])
        await entered(pilot, "enter", "2026-01-01 Acme")
        await arrived(pilot, DatesScreen)
        await notified(pilot, "is not to come")
        assert [found.day for found in dates()] == [date(2026, 3, 25)]  # a day gone by changes nothing
        await pilot.press("x")
        await until(pilot, lambda: dates() == [])


def test_an_entry_is_read_as_it_is_shown() -> None:
    found = InterviewDate(date(2026, 12, 1), date(2026, 3, 2), "Big Co", {"nlp": 2.0, "trees": 0.5})
    assert from_text(as_text(found)) == (found.day, found.title, dict(found.weights))
    for text in ("", "soon", "2026-13-01", "2026-12-01 nlp=two"):
        with pytest.raises(CoachError):
            from_text(text)


async def test_the_library_proposes_what_to_do_with_a_question_that_does_not_stick(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        question = app.session.store.questions.live()[0]
        begin = datetime.fromisoformat("2026-01-05T09:00:00+00:00")
        for step, grade in enumerate([4, 1] * 4):
            app.session.schedule.record(question.id, grade, begin + timedelta(days=step), topic=question.topic)
        app.push_screen(QuestionScreen(question.id))
        await until(pilot, lambda: bool(app.screen.query(".leech")))
        assert "forgotten 4 times" in str(app.screen.query_one(".leech", Static).content)
