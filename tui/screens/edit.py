"""A text edited in place; it is only let go when it can be read, or when the person throws it away."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from coach.errors import CoachError
from tui.text import printable
from tui.widgets.footer import KeyFooter

UNSAVED = "Not saved yet: Ctrl+S saves, Esc throws the change away."


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

    def __init__(self, original: str, text: str, check: Callable[[str], object], keep: Callable[[str], object]) -> None:
        """original: the text without any change.  text: what stands in the box at first, perhaps changed already.

        check: raises CoachError when the text cannot be kept.  keep: stores a changed text with every key; "" forgets
        it. A text that was saved is not forgotten here.
        """
        super().__init__()
        self._original, self._text = original, text
        self._check, self._keep = check, keep
        self._asked = False

    def compose(self) -> ComposeResult:
        """The text, and a line for what is wrong with it."""
        yield TextArea(self._text, soft_wrap=True, tab_behavior="focus")
        yield Static(id="fault", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """A text that comes changed says why it is here."""
        if self._text != self._original:
            self._tell(self._fault() or UNSAVED)

    def action_save(self) -> None:
        """Leave with the text if it can be read."""
        fault = self._fault()
        if fault:
            self._tell(fault)
        else:
            self.dismiss(self.query_one(TextArea).text)

    def action_leave(self) -> None:
        """Leave without saving; a changed text needs a second Esc."""
        changed = self.query_one(TextArea).text != self._original
        if changed and not self._asked:
            self._asked = True
            self._tell(UNSAVED)
            return
        self._keep("")
        self.dismiss(None)

    def on_text_area_changed(self) -> None:
        """Keep what is typed, so that it outlives the program; typing on takes the question back."""
        text = self.query_one(TextArea).text
        self._keep("" if text == self._original else text)
        self._asked = False

    def _fault(self) -> str:
        try:
            self._check(self.query_one(TextArea).text)
        except CoachError as error:
            return f"{error.message} {error.hint}"
        return ""

    def _tell(self, line: str) -> None:
        self.query_one("#fault", Static).update(printable(line))
