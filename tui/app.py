"""The full-screen interface: one app, a screen for each thing one does. Screens are thin over `coach.session`."""

from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import get_current_worker

from coach.assemble import Parts
from coach.clock import utc_now
from coach.config import Config
from coach.conversation import Clock
from coach.errors import CoachError
from coach.session import Session
from tui.keys import keys_of
from tui.opening import Opening
from tui.places import PLACES, place
from tui.screens.base import CoachScreen
from tui.screens.fault import Decision, FaultScreen
from tui.themes import THEMES
from tui.typed_ahead import TypedAhead

TOUR_SEEN = "tour_seen"  # a setting in the database
SOON_SECONDS = 1.0
"""How long the first frame waits for a database that exists; a sound one is open much sooner."""
LOOKS_PER_SECOND = 20


class CoachApp(TypedAhead):
    """The coach in a terminal."""

    TITLE = "Interview coach"
    CSS_PATH = Path(__file__).with_name("coach.tcss")  # also for subclasses elsewhere
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-low"), (36, "-middle"), (48, "-high")]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [
        Binding("f1", "help", "Help", id="app.help", tooltip="Explain this screen and its keys"),
        Binding("f2", "go('home')", "Home", id="go.home", tooltip="What is due, and what to do next"),
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            priority=True,  # also above a box that asks something
            id="app.quit",
            tooltip="Leave; an open question is resumed next time",
        ),
    ]

    models_line: reactive[str] = reactive("models are loading")
    """What the models are doing, one line; empty when all is well. Widgets watch it."""
    models_ready: reactive[bool] = reactive(False)
    opened: reactive[bool] = reactive(False)
    """Whether the database is open and holds the bank; until then there is only the home screen, and keys wait."""

    def __init__(
        self,
        config: Config,
        *,
        start: str = "home",
        parts: Parts | None = None,
        clock: Clock = utc_now,
        tour: bool = False,
        **arguments: Any,
    ) -> None:
        """start: name of the first screen, made with `arguments`.  parts, clock: other than the usual ones.

        tour: show the tour if this home has never seen it.
        """
        super().__init__()
        self.config = config
        self.parts = parts or Parts(config)
        self.clock = clock
        self.loads_models = False
        """Whether a thread does; it cannot be stopped."""
        self._start = start
        self._arguments = arguments
        self._wants_tour = tour

    @cached_property
    def session(self) -> Session:
        """The use cases."""
        return Session(self.parts, self.clock)

    def on_mount(self) -> None:
        """Show the first screen at once; the home screen says so when the database is not open soon."""
        for theme in THEMES:
            self.register_theme(theme)
        self.apply(self.config)
        opening = Opening(self.parts)
        if self.config.paths.database.exists():
            opening.start()
            self.opened = opening.finished(SOON_SECONDS)
        self.push_screen(place("home").make())
        if self.opened:
            self._begin()
        else:
            self.call_after_refresh(self._wait_for, opening)

    def _wait_for(self, opening: Opening) -> None:
        """Go on when the database is open, or show what is wrong with Retry and Quit."""

        def look() -> None:
            if opening.is_alive():
                return
            looking.stop()
            if opening.error is None:
                self.opened = True
                self._begin()
            else:
                self.push_screen(FaultScreen(opening.error, back=False), decided)

        def decided(decision: Decision | None) -> None:
            if decision == "quit":
                self.exit()
            else:
                self._wait_for(Opening(self.parts))

        if opening.ident is None:  # not started: the first frame of a new home does not share the processor
            opening.start()
        looking = self.set_interval(1 / LOOKS_PER_SECOND, look)

    def _begin(self) -> None:
        """Show the first screen; models load behind it."""
        if self._start != "home":
            self.action_go(self._start, **self._arguments)
        if self._wants_tour:
            self._tour()
        self.call_after_refresh(self.load_models)

    def apply(self, config: Config) -> None:
        """Use what can change while the program runs: theme, keys, whether to ask for confidence."""
        self.config = config
        self.theme = config.screen.theme if config.screen.theme in self.available_themes else THEMES[0].name
        self.set_keymap(config.screen.keys)

    def action_go(self, name: str, **arguments: Any) -> None:
        """Open a screen by name, above the home screen; none before the database is open."""
        if not self.opened:
            return
        while len(self.screen_stack) > 2:
            if isinstance(self.screen, CoachScreen):
                self.screen.put_away()
            self.pop_screen()
        if name != "home":
            self.push_screen(place(name).make(**arguments))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody goes home who is there."""
        return (action, parameters) != ("go", ("home",)) or len(self.screen_stack) > 2

    def action_help(self) -> None:
        """Explain the screen that is shown."""
        from tui.screens.help import HelpScreen

        screen = self.screen
        if not isinstance(screen, HelpScreen):
            title = next((p.title for p in PLACES if p.target.endswith(f":{type(screen).__name__}")), "Help")
            about = getattr(screen, "HELP", "")
            self.push_screen(HelpScreen(title, about, keys_of(self, screen), str(self.config.paths.config)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Everything: all screens, all keys of this one, and what Textual offers."""
        for item in PLACES:
            yield SystemCommand(item.title, item.purpose, partial(self.action_go, item.name))
        yield SystemCommand("Tour", "Three short steps through the coach", self.action_tour)
        copy = partial(self._copy_screen, screen)
        yield SystemCommand("Copy", "All text of this screen to the clipboard of the terminal", copy)
        for key in keys_of(self, screen):
            if self._check_action_state(key.action, key.node):
                run = partial(self.run_action, key.action, key.node)
                yield SystemCommand(f"{key.title} ({key.keys})", key.purpose, run)
        yield from (command for command in super().get_system_commands(screen) if command.title != "Quit")

    def copy_to_clipboard(self, text: str) -> None:
        """Give the text to the terminal, which need not take it (tmux does only with `set-clipboard on`)."""
        super().copy_to_clipboard(text)
        self.notify("Nothing to paste? F1 says what else there is.", title="Copied", timeout=3)

    def _copy_screen(self, screen: Screen[Any]) -> None:
        screen.text_select_all()
        if text := screen.get_selected_text():
            self.copy_to_clipboard(text)
        screen.clear_selection()

    def action_tour(self) -> None:
        """Show the tour."""
        from tui.screens.tour import TourScreen

        self.push_screen(TourScreen())

    def _tour(self) -> None:
        attempts = self.parts.store.attempts
        if not attempts.setting(TOUR_SEEN, False):
            attempts.set_setting(TOUR_SEEN, True)
            self.action_tour()

    @work(thread=True, exclusive=True, group="models")
    def load_models(self) -> None:
        """Load encoder, language model and judge; bring search in step with the bank."""
        worker = get_current_worker()

        def tell(text: str, ready: bool = False) -> None:
            if not worker.is_cancelled:
                self.call_from_thread(self._models, text, ready)

        def progress(done: int, total: int, what: str) -> None:
            tell(f"{what} {done}/{total}", ready=True)  # answers can be judged while passages are embedded

        self.loads_models = True
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
        finally:
            self.loads_models = False

    def _models(self, text: str, ready: bool) -> None:
        self.models_line = text
        self.models_ready = ready
