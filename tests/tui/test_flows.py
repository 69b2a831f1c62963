"""From screen to screen: home, review, reveal, settings, help, tour."""

from textual.widgets import Input, OptionList

from coach.config import load
from coach.mock import begin_mock
from coach.mock_plan import rounds_named
from coach.settings import settings
from tests.tui.conftest import MakeApp
from tests.tui.practising import answering, reveal
from tests.tui.waiting import appears, arrived, notified, seen, until
from tui.screens.ask import AskScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.mock_interview import MockInterviewScreen
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.screens.review import ReviewScreen
from tui.screens.settings import SettingsScreen
from tui.screens.tour import TourScreen


async def test_home_recommends_and_enter_does_it(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Streak", "Learn 2 new questions", "because")
        await pilot.press("enter")
        await arrived(pilot, ReviewScreen)


async def test_a_question_with_an_answer_is_resumed_and_one_only_seen_is_not(make_app: MakeApp) -> None:
    app = make_app("practice")
    async with app.run_test() as pilot:
        await arrived(pilot, PracticeScreen)
        await pilot.press("escape")
        home = await arrived(pilot, HomeScreen)
        app.session.ask("momentum")
        list(app.session.next().reply("points 0"))  # type: ignore[union-attr]
        home.on_screen_resume()
        await appears(pilot, "Go on where you stopped")
        await pilot.press("enter")
        await appears(pilot, "What happens across a narrow valley?")


async def test_a_mock_interview_left_open_is_offered_and_gone_on_with(make_app: MakeApp) -> None:
    app = make_app()
    mock = begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    step = mock.step()
    assert step is not None
    list(mock.reply(step, "0 !1", 60.0))
    mock.skip(step, 60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Streak", "Go on with the mock interview")
        assert "because question 2 of 2 is next." in " ".join(seen(pilot).split())
        await pilot.press("enter")
        await arrived(pilot, MockInterviewScreen)
        await appears(pilot, "question 2 of 2")


async def test_an_open_answer_comes_before_an_open_mock_interview_and_both_are_shown(make_app: MakeApp) -> None:
    app = make_app()
    begin_mock(app.session, rounds_named(["phone_screen"]), seed=1, clock=app.clock)
    list(app.session.ask("momentum").reply("points 0"))
    async with app.run_test(size=(80, 24)) as pilot:
        await appears(pilot, "Streak", "Go on where you stopped", "left open, question 1 of 2 is next")


async def test_revealing_ticking_and_grading_ends_with_a_summary(make_app: MakeApp) -> None:
    app = make_app("review")
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, ReviewScreen)
        await pilot.press("v")
        await arrived(pilot, RevealScreen)
        await appears(pilot, "Say your answer aloud")
        assert "velocity" not in seen(pilot)
        said = await reveal(pilot)
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: said.ticked == {0, 1})
        await appears(pilot, "n takes grade 4")
        await pilot.press("n")
        await appears(pilot, "Why do random forests work?")
        await reveal(pilot)
        await pilot.press("1")
        await arrived(pilot, ReviewScreen)
        await appears(pilot, "Answered", "Learn this: Each tree sees a bootstrap sample.")
        assert sorted(event.grade for event in app.session.store.reviews.events()) == [1, 4]
        assert not app.session.store.attempts.cases()  # one's own grades say nothing about the judge


async def test_the_review_command_goes_straight_into_the_queue_and_shows_the_summary_after_it(
    make_app: MakeApp,
) -> None:
    app = make_app("review", begin="reveal")
    async with app.run_test(size=(80, 24)) as pilot:
        await arrived(pilot, RevealScreen)
        await reveal(pilot)
        await pilot.press("5")
        await appears(pilot, "Why do random forests work?")
        await pilot.press("escape")
        await arrived(pilot, ReviewScreen)
        await appears(pilot, "Answered")
    async with make_app("review", begin="typed").run_test(size=(80, 24)) as pilot:
        await arrived(pilot, PracticeScreen)
        await appears(pilot, "Why do random forests work?")


async def test_a_setting_is_changed_in_the_file_and_at_once(make_app: MakeApp) -> None:
    app = make_app("settings")
    async with app.run_test(size=(80, 24)) as pilot:
        listed = (await arrived(pilot, SettingsScreen)).query_one(OptionList)
        names = [setting.name for setting in settings(app.config)]
        listed.highlighted = names.index("screen.theme")
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "coach-light")
        assert load(app.config.paths).screen.theme == "coach-light"
        listed.highlighted = names.index("study.minutes_per_day")
        await pilot.press("enter")
        asking = await arrived(pilot, AskScreen)
        await until(pilot, lambda: asking.query_one(Input).has_focus)
        await pilot.press(*["backspace"] * 2, "x", "enter")
        await arrived(pilot, SettingsScreen)
        await notified(pilot, "study.minutes_per_day cannot be “x”.")
        assert load(app.config.paths).study.minutes_per_day == 25
        listed.highlighted = names.index("screen.mouse")
        await pilot.press("enter")
        await notified(pilot, "screen.mouse is saved and holds from the next start.")
        assert not any("screen.theme" in said.message for said in app._notifications), "the theme is used at once"


async def test_help_names_every_key_and_a_remapped_key_works(make_app: MakeApp) -> None:
    app = make_app("practice", extra='[screen]\nkeys = { "practice.hint" = "ctrl+t" }\n')
    async with app.run_test(size=(100, 40)) as pilot:
        await answering(pilot)
        await pilot.press("ctrl+t")
        await appears(pilot, "Hint:")
        await pilot.press("f1")
        await arrived(pilot, HelpScreen)
        names = [binding.id for binding in PracticeScreen.BINDINGS if binding.id]  # type: ignore[union-attr]
        await appears(pilot, "ctrl+t", *names)


async def test_the_palette_offers_screens_and_the_keys_of_this_one(make_app: MakeApp) -> None:
    app = make_app("practice")
    async with app.run_test() as pilot:
        await arrived(pilot, PracticeScreen)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Home", "Review", "Settings"} <= set(titles)
        assert any(title.startswith("Hint") for title in titles)


async def test_the_tour_is_shown_once_and_can_be_skipped(make_app: MakeApp) -> None:
    app = make_app(tour=True)
    async with app.run_test() as pilot:
        await arrived(pilot, TourScreen)
        await pilot.press("enter")
        await appears(pilot, "point of a complete answer")
        await pilot.press("escape")
        await arrived(pilot, HomeScreen)
    app = make_app(tour=True)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.models_ready)  # they are loaded after the tour was shown or not
        assert isinstance(app.screen, HomeScreen)


async def test_the_tour_comes_before_the_first_round(make_app: MakeApp) -> None:
    async with make_app("review", begin="reveal", tour=True).run_test() as pilot:
        await arrived(pilot, TourScreen)
        await pilot.press("enter", "enter", "enter")
        await arrived(pilot, RevealScreen)
        assert not any(isinstance(screen, TourScreen) for screen in pilot.app.screen_stack)
