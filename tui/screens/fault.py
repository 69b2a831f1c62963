"""A failure that needs a decision: what happened, what to do about it, and where the typed text is."""

from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from coach.errors import CoachError
from tui.text import printable

Decision = Literal["retry", "back", "quit"]


class FaultScreen(ModalScreen[Decision]):
    """Dismissed with what the person decided."""

    DEFAULT_CSS = """
    FaultScreen { align: center middle; }
    FaultScreen > Vertical { width: 72; max-width: 95%; height: auto; border: round $warning; padding: 1 2;
        background: $panel; }
    FaultScreen Static { height: auto; margin-bottom: 1; }
    FaultScreen .what { text-style: bold; }
    FaultScreen Horizontal { height: auto; }
    FaultScreen Button { margin-right: 2; }
    """
    BINDINGS = [
        Binding("r", "decide('retry')", "Retry", id="fault.retry", tooltip="Try again what failed"),
        Binding("escape", "decide('back')", "Back", id="fault.back", tooltip="Leave this message"),
        Binding("q", "decide('quit')", "Quit", id="fault.quit", tooltip="Leave the program; nothing typed is lost"),
    ]

    def __init__(self, error: CoachError, kept: str = "", *, back: bool = True) -> None:
        """kept: where something typed is.  back: whether there is anything to go back to."""
        super().__init__()
        self._error, self._kept, self._back = error, kept, back

    def compose(self) -> ComposeResult:
        """Message, next step, where the text is, the buttons."""
        with Vertical():
            yield Static(printable(self._error.message), classes="what", markup=False)
            if self._error.hint:
                yield Static(printable(self._error.hint), markup=False)
            if self._kept:
                yield Static(printable(self._kept), markup=False)
            with Horizontal():
                yield Button("Retry (r)", id="retry", variant="primary")
                if self._back:
                    yield Button("Back (Esc)", id="back")
                yield Button("Quit (q)", id="quit")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody goes back to a screen that could not be shown."""
        return self._back or parameters != ("back",)

    def action_decide(self, decision: Decision) -> None:
        """Leave with a decision."""
        self.dismiss(decision)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is a decision of the same name."""
        self.dismiss(event.button.id)  # type: ignore[arg-type]
