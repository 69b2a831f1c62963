"""What all our screens share: the app with its session in its own type, and calm failures."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.screen import Screen

from coach.errors import CoachError
from coach.session import Session
from tui.watching import forget_gone

if TYPE_CHECKING:
    from tui.app import CoachApp

Result = TypeVar("Result")


class CoachScreen(Screen[Result], Generic[Result]):
    """A screen over the session."""

    AUTO_FOCUS = ""
    HELP = ""
    """A paragraph for the help screen; the keys come from the bindings."""

    def on_unmount(self) -> None:
        """Leave nothing behind."""
        forget_gone(self.app)

    @property
    def coach(self) -> "CoachApp":
        """The app."""
        return cast("CoachApp", self.app)

    @property
    def quitting(self) -> bool:
        """Whether the whole program ends: what the model holds is then saved for the next start."""
        return self.app.return_code is not None

    @property
    def takes_keys(self) -> bool:
        """Whether keys can be obeyed already; until then they wait."""
        return self.is_mounted

    @property
    def session(self) -> Session:
        """The use cases."""
        return self.coach.session

    def say(self, error: CoachError) -> None:
        """Show an error that needs no decision."""
        self.notify(error.hint, title=error.message, severity="warning", timeout=10, markup=False)

    def fault(self, error: CoachError, again: Callable[[], object], kept: str = "") -> None:
        """Show a failure with the choice to try `again`. kept: where something typed is."""
        from tui.screens.fault import Decision, FaultScreen

        def decided(decision: Decision | None) -> None:
            if decision == "retry":
                again()
            elif decision == "quit":
                self.app.exit()

        self.app.push_screen(FaultScreen(error, kept), decided)
