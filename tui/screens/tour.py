"""The first-run tour: three short steps, each can be skipped."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

STEPS = (
    (
        "1 of 3 · Answer in your own words",
        "The coach asks a real interview question. Type as you would speak, and send with Enter. It then asks about "
        "what you left out, like an interviewer does.",
    ),
    (
        "2 of 3 · A verdict you can check",
        "Each point of a complete answer is shown beside your own words. ✔ covered, ◐ in part, · open, ✘ wrong. If the "
        "judge is mistaken, a key from 0 to 5 overrules it. If it fails, nothing is graded.",
    ),
    (
        "3 of 3 · Back on the right day",
        "What was weak comes back soon, what was good comes back late. Everything stays on this machine, no network "
        "is used. F1 explains every screen, Ctrl+P finds every command.",
    ),
)


class TourScreen(ModalScreen[None]):
    """Enter goes on, Escape skips the rest."""

    DEFAULT_CSS = """
    TourScreen { align: center middle; }
    TourScreen > Vertical { width: 64; max-width: 95%; height: auto; border: round $accent; padding: 1 2;
        background: $panel; border-title-color: $text-accent; }
    TourScreen .keys { color: $text-muted; margin-top: 1; height: auto; }
    TourScreen Static { height: auto; }
    """
    BINDINGS = [
        Binding("enter,space", "further", "Next", id="tour.next", tooltip="The next step"),
        Binding("escape", "dismiss", "Skip", id="tour.skip", tooltip="Skip the tour"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._step = 0

    def compose(self) -> ComposeResult:
        """One step."""
        with Vertical():
            yield Static(id="text", markup=False)
            yield Static("Enter: next    Esc: skip", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self._show()

    def action_further(self) -> None:
        """The next step, or the end."""
        self._step += 1
        if self._step < len(STEPS):
            self._show()
        else:
            self.dismiss()

    def _show(self) -> None:
        title, text = STEPS[self._step]
        self.query_one(Vertical).border_title = title
        self.query_one("#text", Static).update(text)
