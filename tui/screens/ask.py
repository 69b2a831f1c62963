"""Asking for one line of text in a box above the screen; what cannot be read stays there to be mended."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from coach.errors import CoachError

Answer = TypeVar("Answer")


class AskScreen(ModalScreen[Answer | None], Generic[Answer]):
    """Dismissed with what was read from the text, or None."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; }
    AskScreen > Vertical { width: 72; max-width: 95%; height: auto; border: round $accent; padding: 1 2;
        background: $panel; border-title-color: $text-accent; }
    AskScreen Static { height: auto; margin-bottom: 1; }
    """
    BINDINGS = [Binding("escape", "dismiss(None)", "Back", id="ask.back", tooltip="Leave it as it is")]

    def __init__(self, title: str, sentence: str, text: str, read: Callable[[str], Answer]) -> None:
        """sentence: what is asked for.  text: in the box at first.  read: raises CoachError if it cannot be read."""
        super().__init__()
        self._title, self._sentence, self._text, self._read = title, sentence, text, read

    def compose(self) -> ComposeResult:
        """Sentence, input, what is wrong with it."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(f"{self._sentence}. Enter saves, Esc leaves it.", markup=False)
            yield Input(self._text)
            wrong = Static(id="wrong", markup=False)
            wrong.display = False
            yield wrong

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves what can be read."""
        try:
            answer = self._read(event.value)
        except CoachError as error:
            wrong = self.query_one("#wrong", Static)
            wrong.update(f"{error.message} {error.hint}")
            wrong.display = True
        else:
            self.dismiss(answer)
