"""What one does beside answering: skip, read the source, change the question, study ahead; and without colours."""

import re
from datetime import UTC, date, datetime

import pytest
from textual.widgets import Markdown

from coach.models import Question
from tests.screens.fakes import SteppingClock
from tests.tui.conftest import EditBy, MakeApp
from tests.tui.practising import answer, answering, box, conclude, screen
from tests.tui.waiting import appears, arrived, notified, seen, until
from tui.app import CoachApp
from tui.screens.home import HomeScreen
from tui.screens.mock import MockScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen
from tui.screens.source import SourceScreen
from tui.widgets.checklist import CheckList
from tui.widgets.talk import QUOTED

FRAME = "#c5c8c6"
"""The colour of the picture's own title."""


async def test_a_skipped_question_is_left_without_a_grade_and_the_next_one_asked(make_app: MakeApp) -> None:
    app = make_app("practice")
    async with app.run_test(size=(80, 24)) as pilot:
        await answering(pilot)
        first = screen(pilot).conversation
        assert first is not None
        await pilot.press("f6")
        await until(pilot, lambda: screen(pilot).conversation not in (first, None))
        second = screen(pilot).conversation
        assert second is not None
        assert second.question.id != first.question.id
        assert app.session.store.attempts.get(first.attempt.id).state == "abandoned"
        assert not list(app.session.store.reviews.events())


async def test_the_source_of_a_verdict_is_read_and_left_again(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answering(pilot)
        await pilot.press("o")
        await until(pilot, lambda: box(pilot).text == "o")  # while an answer is typed, letters are letters
        await conclude(pilot)
        await pilot.press("o")
        await arrived(pilot, SourceScreen)
        await appears(pilot, "corpus/optimisation/gradient_descent.md")
        await until(pilot, lambda: "decaying sum of past gradients" in app.screen.query_one(Markdown).source)
        await pilot.press("escape")
        await arrived(pilot, PracticeScreen)


async def test_a_question_is_changed_in_the_own_editor_and_keeps_its_history(
    make_app: MakeApp, edit_by: EditBy
) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await conclude(pilot)
        edit_by(app, 'sed -i "s/about gradient descent/about plain descent/" "$1"')
        await pilot.press("e")

        def stored() -> Question:
            (question,) = app.session.store.questions.many(["momentum"])
            return question

        await until(pilot, lambda: stored().text == "What does momentum change about plain descent?")
        assert stored().key_points == screen(pilot).conversation.question.key_points  # type: ignore[union-attr]
        assert [event.grade for event in app.session.store.reviews.events()] == [5]


async def test_studying_ahead_brings_what_comes_due_next(make_app: MakeApp) -> None:
    app = make_app("review")
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, ReviewScreen)
        await pilot.press("a")
        await notified(pilot, "Nothing comes due later")
        assert isinstance(app.screen, ReviewScreen)
        app.session.schedule.record("forests", 4, app.clock(), topic="trees")
        await pilot.press("a")
        await arrived(pilot, RevealScreen)
        await appears(pilot, "Why do random forests work?")


async def test_home_counts_the_days_to_the_interview_and_says_how_ready_one_is(make_app: MakeApp) -> None:
    app = make_app()
    app.parts.planner.add_interview(date(2026, 3, 12), app.clock(), "Acme")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "Streak" in seen(pilot))
        assert re.search(r"Acme, Thu 12 Mar, in 10 days · ready to \d+%-\d+%, 0% seen", seen(pilot))


async def test_a_day_of_another_year_has_its_year(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    assert isinstance(app.clock, SteppingClock)
    app.clock.now = datetime(2026, 12, 30, 9, tzinfo=UTC)
    async with app.run_test(size=(80, 24)) as pilot:
        await conclude(pilot)
        await appears(pilot, "asked again on Thu 31 Dec")
        app.clock.now = datetime(2026, 12, 31, 9, tzinfo=UTC)
        app.push_screen(PracticeScreen(question="forests"))
        await until(pilot, lambda: box(pilot).has_focus and screen(pilot).conversation)
        await conclude(pilot)
        await appears(pilot, "asked again on 1 Jan 2027")


def colours(app: CoachApp) -> set[str]:
    """The colours on the screen, without those of the picture's frame."""
    found = re.findall(r"(?:-r\d+ \{ fill: |<rect fill=\")(#[0-9a-f]{6})", app.export_screenshot())
    return set(found) - {FRAME}


async def test_without_colours_everything_still_reads(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "0 and ~1 and !2")
        await appears(pilot, "✔ ◐ ✘", "1 covered, 1 in part, 1 wrong")
        assert all(one[1:3] == one[3:5] == one[5:7] for one in colours(app))
        marks = {style.partition("$")[0] for style in QUOTED.values()}
        assert len(marks) == 3, "true, true in part and false words differ in more than colour"
        app.push_screen(MockScreen(rounds=["coding"]))
        chosen = await arrived(pilot, MockScreen)
        rows = [str(option.prompt) for option in chosen.query_one(CheckList).options]
        assert [row[0] for row in rows] == ["✔" if "Coding" in row else "□" for row in rows]


async def test_with_colours_there_are_some(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answering(pilot)
        await until(pilot, lambda: any(one[1:3] != one[3:5] for one in colours(app)))
