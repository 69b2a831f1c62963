"""Text is selected with the mouse or by a command, and handed to the terminal's clipboard."""

from textual.widgets import Static

from tests.tui.conftest import MakeApp
from tests.tui.practising import answer
from tests.tui.waiting import appears, arrived, notified, until
from tui.screens.practice import PracticeScreen
from tui.screens.review import ReviewScreen
from tui.widgets.talk import Said


async def test_words_of_the_conversation_are_selected_with_the_mouse_and_copied(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "points 0 and !2 日本語")
        practice = await arrived(pilot, PracticeScreen)
        said = practice.query(Said).first()
        await pilot.mouse_down(said, offset=(2, 0))
        await pilot.hover(said, offset=(7, 0))
        await pilot.mouse_up(said, offset=(7, 0))
        await until(pilot, lambda: practice.get_selected_text() == "points")
        await pilot.press("ctrl+c")
        await notified(pilot, "Copied")
        assert app.clipboard == "points"
        assert not app._exit


async def test_the_whole_screen_is_copied_without_a_mouse(make_app: MakeApp) -> None:
    app = make_app("review")
    async with app.run_test(size=(80, 24)) as pilot:
        review = await arrived(pilot, ReviewScreen)
        await appears(pilot, "2 questions")
        command = next(one for one in app.get_system_commands(review) if one.title == "Copy")
        command.callback()
        await notified(pilot, "Copied")
        shown = str(review.query_one("#plan", Static).content)
        assert shown in app.clipboard
        assert not review.selections
