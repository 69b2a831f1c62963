"""From screen to screen: home, review, reveal, settings, help, tour."""

from collections.abc import Callable

from textual.pilot import Pilot

from coach.config import load
from coach.mock import begin_mock
from coach.mock_plan import rounds_named
from tests.tui.waiting import seen, until
from tui.app import CoachApp
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.mock_interview import MockInterviewScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen
from tui.screens.settings import SettingsScreen
from tui.screens.tour import TourScreen
from tui.widgets.answer import AnswerBox

MakeApp = Callable[..., CoachApp]


def on(pilot: Pilot[None], kind: type) -> Callable[[], bool]:
    """Whether such a screen is shown and can be used."""
    return lambda: isinstance(pilot.app.screen, kind) and getattr(pilot.app.screen, "takes_keys", True)


async def test_home_recommends_and_enter_does_it(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Streak" in seen(pilot))
        assert "Learn 2 new questions" in seen(pilot)
        assert "because" in seen(pilot)
        await pilot.press("enter")
        await until(pilot, on(pilot, ReviewScreen))


async def test_a_question_with_an_answer_is_resumed_and_one_only_seen_is_not(make_app: MakeApp) -> None:
    app = make_app("practice")
    async with app.run_test() as pilot:
        await until(pilot, on(pilot, PracticeScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "Learn" in seen(pilot))
        app.session.ask("momentum")
        list(app.session.next().reply("points 0"))  # type: ignore[union-attr]
        app.screen.on_screen_resume()  # type: ignore[attr-defined]
        assert "Go on where you stopped" in seen(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "What happens across a narrow valley?" in seen(pilot))


async def test_a_mock_interview_left_open_is_offered_and_gone_on_with(make_app: MakeApp) -> None:
    app = make_app()
    mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "0 !1", 60.0))
    mock.skip(step, 60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Streak" in seen(pilot))
        assert "Go on with the mock interview" in seen(pilot)
        assert "because question 2 of 2 is next." in " ".join(seen(pilot).split())
        await pilot.press("enter")
        await until(pilot, on(pilot, MockInterviewScreen))
        assert "question 2 of 2" in seen(pilot)


async def test_an_open_answer_comes_before_an_open_mock_interview_and_both_are_shown(make_app: MakeApp) -> None:
    app = make_app()
    begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    list(app.session.ask("momentum").reply("points 0"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Streak" in seen(pilot))
        assert "Go on where you stopped" in seen(pilot)
        assert "left open, question 1 of 2 is next" in seen(pilot)


async def test_revealing_ticking_and_grading_ends_with_a_summary(make_app: MakeApp) -> None:
    app = make_app("review")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, on(pilot, ReviewScreen))
        await pilot.press("v")
        await until(pilot, on(pilot, RevealScreen))
        assert "velocity" not in seen(pilot)
        await pilot.press("space", "space", "down", "space")
        assert "n takes grade 4" in seen(pilot)
        await pilot.press("n", "space", "1")
        await until(pilot, on(pilot, ReviewScreen))
        shown = seen(pilot)
        assert "Answered" in shown
        assert "Learn this: Each tree sees a bootstrap sample." in shown
        assert sorted(event.grade for event in app.session.store.reviews.events()) == [1, 4]
        assert not app.session.store.attempts.cases()  # one's own grades say nothing about the judge


async def test_the_review_command_goes_straight_into_the_queue_and_shows_the_summary_after_it(
    make_app: MakeApp,
) -> None:
    app = make_app("review", begin="reveal")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, on(pilot, RevealScreen))
        await pilot.press("space", "5", "escape")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and "Answered" in seen(pilot))
    async with make_app("review", begin="typed").run_test(size=(80, 24)) as pilot:
        await until(pilot, on(pilot, PracticeScreen))
        assert "Why do random forests work?" in seen(pilot)


async def test_a_setting_is_changed_in_the_file_and_at_once(make_app: MakeApp) -> None:
    app = make_app("settings")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, on(pilot, SettingsScreen))
        names = [setting.name for setting in app.screen._settings]  # type: ignore[attr-defined]
        app.screen.query_one("#settings").highlighted = names.index("screen.theme")  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert app.theme == "coach-light"
        assert load(app.config.paths).screen.theme == "coach-light"
        app.screen.query_one("#settings").highlighted = names.index("study.minutes_per_day")  # type: ignore[attr-defined]
        await pilot.press("enter", *["backspace"] * 2, "x", "enter")
        assert load(app.config.paths).study.minutes_per_day == 25


async def test_help_names_every_key_and_a_remapped_key_works(make_app: MakeApp) -> None:
    app = make_app("practice", extra='[screen]\nkeys = { "practice.hint" = "ctrl+t" }\n')
    async with app.run_test(size=(100, 40)) as pilot:
        await until(pilot, on(pilot, PracticeScreen))
        await until(pilot, lambda: app.screen.query_one(AnswerBox).has_focus)
        await pilot.press("ctrl+t")
        assert "Hint:" in seen(pilot)
        await pilot.press("f1")
        await until(pilot, on(pilot, HelpScreen))
        shown = seen(pilot)
        assert all(binding.id in shown for binding in PracticeScreen.BINDINGS if binding.id)  # type: ignore[union-attr]
        assert "ctrl+t" in shown


async def test_the_palette_offers_screens_and_the_keys_of_this_one(make_app: MakeApp) -> None:
    app = make_app("practice")
    async with app.run_test() as pilot:
        await until(pilot, on(pilot, PracticeScreen))
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Home", "Review", "Settings"} <= set(titles)
        assert any(title.startswith("Hint") for title in titles)


async def test_the_tour_is_shown_once_and_can_be_skipped(make_app: MakeApp) -> None:
    app = make_app(tour=True)
    async with app.run_test() as pilot:
        await until(pilot, on(pilot, TourScreen))
        await pilot.press("enter")
        assert "point of a complete answer" in seen(pilot)
        await pilot.press("escape")
        await until(pilot, on(pilot, HomeScreen))
    async with make_app(tour=True).run_test() as pilot:
        await until(pilot, lambda: "Streak" in seen(pilot))
        assert isinstance(pilot.app.screen, HomeScreen)
