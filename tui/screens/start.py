"""Start: opens the database in the background, so that a locked one neither freezes nor ends the program."""

from threading import Thread

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from coach.assemble import Parts
from coach.errors import CoachError
from tui.screens.fault import Decision, FaultScreen

LOOKS_PER_SECOND = 20


class Opening(Thread):
    """Opens a home's database and fills it if it is new.  error: why that failed, None when it did not."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(name="opening", daemon=True)
        self.error: CoachError | None = None
        self._parts = parts

    def run(self) -> None:
        """Build what the first screen rests on; the connection of this thread ends with it."""
        try:
            store = self._parts.store
            try:
                _ = self._parts.schedule
            finally:
                store.close()
        except CoachError as error:
            self.error = error

    def finished(self, seconds: float) -> bool:
        """Wait at most this long; whether all is open."""
        self.join(seconds)
        return not self.is_alive() and self.error is None


class StartScreen(Screen[None]):
    """Dismissed when the database is open; until then a calm line, or what is wrong with Retry and Quit."""

    DEFAULT_CSS = """
    StartScreen { align: center middle; }
    StartScreen Static { width: auto; color: $text-muted; }
    """

    def __init__(self, opening: Opening, parts: Parts) -> None:
        super().__init__()
        self._opening, self._parts = opening, parts

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("Opening your questions …")

    def on_mount(self) -> None:
        """Look again and again."""
        self._looking = self.set_interval(1 / LOOKS_PER_SECOND, self._look)
        self._look()

    def _look(self) -> None:
        if self._opening.is_alive():
            return
        self._looking.pause()
        if self._opening.error is None:
            self.dismiss()
        else:
            self.app.push_screen(FaultScreen(self._opening.error, back=False), self._decided)

    def _decided(self, decision: Decision | None) -> None:
        if decision == "quit":
            self.app.exit()
            return
        self._opening = Opening(self._parts)
        self._opening.start()
        self._looking.resume()
