"""The full-screen interface: one app, a screen for each thing one does. Screens are thin over `coach.session`."""

from pathlib import Path
from typing import Any

from textual import work
from textual.app import App
from textual.binding import Binding
from textual.reactive import reactive
from textual.worker import get_current_worker

from coach.assemble import Parts
from coach.clock import utc_now
from coach.config import Config
from coach.conversation import Clock
from coach.errors import CoachError
from coach.session import Session
from tui.places import place
from tui.themes import THEMES


class CoachApp(App[None]):
    """The coach in a terminal."""

    TITLE = "Interview coach"
    CSS_PATH = Path(__file__).with_name("coach.tcss")  # also for subclasses elsewhere
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [
        Binding("f2", "go('home')", "Home", id="go.home", tooltip="What is due, and what to do next"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave; an open question is resumed next time"),
    ]

    models_line: reactive[str] = reactive("models are loading")
    """What the models are doing, one line; empty when all is well. Widgets watch it."""
    models_ready: reactive[bool] = reactive(False)

    def __init__(
        self,
        config: Config,
        *,
        start: str = "home",
        parts: Parts | None = None,
        clock: Clock = utc_now,
        **arguments: Any,
    ) -> None:
        """start: name of the first screen, made with `arguments`.  parts, clock: other than the usual ones."""
        super().__init__()
        self.config = config
        self.parts = parts or Parts(config)
        self.clock = clock
        self.session = Session(self.parts, clock)
        self._start = start
        self._arguments = arguments

    def on_mount(self) -> None:
        """Show the first screen at once; models load behind it."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.config.screen.theme if self.config.screen.theme in self.available_themes else "coach-dark"
        self.set_keymap(self.config.screen.keys)
        self.push_screen(place("home").make())
        if self._start != "home":
            self.action_go(self._start, **self._arguments)
        self.call_after_refresh(self.load_models)

    def action_go(self, name: str, **arguments: Any) -> None:
        """Open a screen by name, above the home screen."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if name != "home":
            self.push_screen(place(name).make(**arguments))

    @work(thread=True, exclusive=True, group="models")
    def load_models(self) -> None:
        """Load encoder, language model and judge; bring search in step with the bank."""
        worker = get_current_worker()

        def tell(text: str, ready: bool = False) -> None:
            if not worker.is_cancelled:
                self.call_from_thread(self._models, text, ready)

        def progress(done: int, total: int, what: str) -> None:
            tell(f"{what} {done}/{total}", ready=True)  # answers can be judged while passages are embedded

        try:
            tell("loading the sentence encoder")
            self.parts.embedder.encode(["warm"])
            tell("loading the language model")
            _ = self.parts.judge
            self.parts.index(progress)
        except CoachError as error:
            tell(str(error), ready=True)
        else:
            tell(self.parts.llm_problem, ready=True)

    def _models(self, text: str, ready: bool) -> None:
        self.models_line = text
        self.models_ready = ready
