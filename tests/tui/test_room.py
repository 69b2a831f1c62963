"""Room on the screen: what a size of terminal shows, which keys stay when there is little of it, and wrapped lines."""

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Offset
from textual.screen import Screen
from textual.selection import Selection
from textual.widgets import Static

from tests.tui.conftest import MakeApp
from tests.tui.practising import answering
from tests.tui.waiting import appears, arrived, until
from tui.hanging import Hanging, row
from tui.places import PLACES
from tui.screens.home import HomeScreen
from tui.widgets.answer import AnswerBox
from tui.widgets.footer import FooterKey
from tui.widgets.plots import Panel


def lines(screen: Screen[object]) -> list[str]:
    """What stands on the terminal, line by line."""
    return ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips()]


async def test_home_uses_a_large_terminal_and_fits_a_small_one(make_app: MakeApp) -> None:
    app = make_app()
    app.parts.schedule.record("forests", 2, app.clock(), topic="trees", seconds=60.0)
    async with app.run_test(size=(200, 60)) as pilot:
        home = await arrived(pilot, HomeScreen)
        page = home.query_one("#home", VerticalScroll)
        await until(pilot, lambda: len(home.query(Panel)) == 5)

        def titles() -> set[str]:
            text = "\n".join(lines(home))
            return {str(panel.border_title) for panel in home.query(Panel) if str(panel.border_title) in text}

        everything = {str(panel.border_title) for panel in home.query(Panel)}
        await until(pilot, lambda: titles() == everything)
        assert any("new" in line and "What does momentum change" in line for line in lines(home))
        assert any("2 wrong, familiar" in line and "Why do random forests work?" in line for line in lines(home))
        assert page.max_scroll_y == 0
        await pilot.resize_terminal(160, 40)
        await until(pilot, lambda: titles() == everything - {"Latest answers", "Still known, by days since last asked"})
        assert page.max_scroll_y == 0
        await pilot.resize_terminal(120, 30)
        await until(pilot, lambda: titles() == {"Weakest topics", "Next 30 days"})
        assert page.max_scroll_y == 0
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not titles())
        assert page.max_scroll_y == 0
        await appears(pilot, "Due today", "Weak", "Streak")


async def test_a_terminal_that_shrinks_while_one_answers(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(200, 60)) as pilot:
        home = await arrived(pilot, HomeScreen)
        await until(pilot, lambda: len(home.query(Panel)) == 4)
        await pilot.press("p")
        box = await answering(pilot)
        box.put("words in a long answer " * 100)
        for size in ((80, 24), (40, 12)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "long answer" in lines(app.screen)[cursor_row(box)])
            assert lines(app.screen)[-1].endswith("^q Quit f1 Help")
            assert box.region.bottom < size[1]
        await pilot.press("f2")
        await arrived(pilot, HomeScreen)
        await until(pilot, lambda: not any(panel.region.height for panel in home.query(Panel)))


def cursor_row(box: AnswerBox) -> int:
    """The line of the terminal in which one types; 0 when it is out of sight."""
    row = box.cursor_screen_offset.y
    return row if box.content_region.y <= row < box.content_region.bottom else 0


async def test_help_and_quit_are_never_cut_and_no_key_is_cut_in_two(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        widths = [80, 40]
        for place in PLACES:
            app.action_go(place.name)
            screen = await arrived(pilot, type(app.screen))
            for width in widths:
                await pilot.resize_terminal(width, 24)
                await until(pilot, lambda: keys_stand(screen, width))  # noqa: B023
                assert lines(screen)[-1].endswith("^q Quit f1 Help"), place.name
            widths.reverse()


def keys_stand(screen: Screen[object], width: int) -> bool:
    """Whether the last line has been drawn at this width, with every key that is shown whole on it."""
    shown = [str(key.render()) for key in screen.query(FooterKey) if key.display]
    return len(lines(screen)[-1]) == width and len(shown) > 1 and all(key in lines(screen)[-1] for key in shown)


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(Hanging(ROWS), markup=False)


ROWS = [
    row("● ", "one two three four five six"),
    row(("name  ", "bold"), "日本語の文章 日本語の文章\nsecond line of text"),
]


async def test_wrapped_lines_keep_their_indentation_and_are_copied_without_it() -> None:
    app = Page()
    async with app.run_test(size=(24, 10)) as pilot:
        await pilot.pause()
        assert [line.rstrip() for line in lines(app.screen)[:6]] == [
            "● one two three four",
            "  five six",
            "name  日本語の文章",
            "      日本語の文章",
            "      second line of",
            "      text",
        ]
        page = app.query_one(Static)
        assert page.size.height == 6
        assert page.get_selection(Selection(Offset(2, 0), Offset(10, 0))) == ("one two ", "\n")
        await pilot.mouse_down(page, offset=(2, 1))  # the wrapped line: over “five”
        await pilot.mouse_up(page, offset=(5, 1))
        assert app.screen.get_selected_text() == "five"


def test_rows_without_room_go_back_to_the_left() -> None:
    narrow = Hanging([row("a very long name indeed  ", "text")])
    assert [line.plain for line in narrow.wrap(20)] == ["a very long name ", "  indeed  text"]
