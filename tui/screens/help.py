"""Help: what the screen is for, its keys, and how to change them."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.hanging import Hanging, row
from tui.keys import KeyHelp
from tui.widgets.footer import KeyFooter


class HelpScreen(ModalScreen[None]):
    """One page about the screen below it."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll { width: 104; max-width: 100%; height: 90%; border: round $primary; padding: 0 1;
        background: $panel; border-title-color: $text-accent; }
    HelpScreen Static { height: auto; margin-bottom: 1; }
    """
    BINDINGS = [Binding("escape,f1,q", "dismiss", "Back", id="help.back", tooltip="Back to the screen")]

    def __init__(self, title: str, about: str, keys: list[KeyHelp], config_file: str) -> None:
        super().__init__()
        self._title, self._about, self._keys, self._file = title, about, keys, config_file

    def compose(self) -> ComposeResult:
        """Purpose, keys with their names, where to change them."""
        with VerticalScroll() as page:
            page.border_title = self._title
            if self._about:
                yield Static(self._about, markup=False)
            yield Static(key_table(self._keys))
            yield Static(
                "Select text with the mouse and copy it with Ctrl+C; Ctrl+P, Copy takes the whole screen. If your "
                "terminal does not let programs copy, hold Shift (on a Mac, Option or Fn) while you select, or set "
                "screen.mouse to no; in tmux, `set -s set-clipboard on` lets them.",
                markup=False,
            )
            yield Static(
                f"Every key can be changed: in the settings, or in {self._file} by the name on the right, for example\n"
                '[screen]\nkeys = { "practice.hint" = "ctrl+t" }',
                markup=False,
            )
        yield KeyFooter()


def key_table(keys: list[KeyHelp]) -> Content:
    """Key, what it does, its name."""
    wide = max((len(key.keys) for key in keys), default=0)
    purposes = max((len(key.purpose) for key in keys), default=0)
    return Hanging(
        row((f"{key.keys:<{wide}}  ", "$text-accent bold"), f"{key.purpose:<{purposes}}  ", (key.id, "$text-muted"))
        for key in keys
    )
