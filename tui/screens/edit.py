"""A text edited in place; it is only let go when it can be read, or when the person throws it away."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from coach.errors import CoachError
from tui.text import printable
from tui.widgets.footer import KeyFooter


class EditScreen(ModalScreen[str | None]):
    """Dismissed with the text, or None."""

    DEFAULT_CSS = """
    EditScreen { background: $background; }
    EditScreen TextArea { height: 1fr; border: round $primary; }
    EditScreen #fault { height: auto; padding: 0 1; color: $warning; }
    """
    BINDINGS = [
        Binding("ctrl+s", "save", "Save", id="edit.save", tooltip="Keep the change"),
        Binding("escape", "leave", "Leave", id="edit.leave", tooltip="Leave; a changed text asks once more"),
    ]

    def __init__(self, text: str, check: Callable[[str], None]) -> None:
        """check: raises CoachError when the text cannot be kept."""
        super().__init__()
        self._text = text
        self._check = check
        self._asked = False

    def compose(self) -> ComposeResult:
        """The text, and a line for what is wrong with it."""
        yield TextArea(self._text, soft_wrap=True, tab_behavior="focus")
        yield Static(id="fault", markup=False)
        yield KeyFooter()

    def action_save(self) -> None:
        """Leave with the text if it can be read."""
        text = self.query_one(TextArea).text
        try:
            self._check(text)
        except CoachError as error:
            self.query_one("#fault", Static).update(printable(f"{error.message} {error.hint}"))
        else:
            self.dismiss(text)

    def action_leave(self) -> None:
        """Leave without saving; a changed text needs a second Esc."""
        changed = self.query_one(TextArea).text != self._text
        if changed and not self._asked:
            self._asked = True
            self.query_one("#fault", Static).update("Not saved yet: Ctrl+S saves, Esc throws the change away.")
            return
        self.dismiss(None)

    def on_text_area_changed(self) -> None:
        """Typing on takes the question back."""
        self._asked = False
