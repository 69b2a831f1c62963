"""What all our screens share: the app with its session in its own type, and calm failures."""

from collections.abc import Callable
from datetime import date
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from textual.screen import Screen

from coach.errors import CoachError
from coach.session import Session
from tui.watching import forget_gone

if TYPE_CHECKING:
    from tui.app import CoachApp

Result = TypeVar("Result")
Method = TypeVar("Method", bound=Callable[..., object])

HOME_AT = 1
"""The home screen stands above Textual's empty one, and there is nothing to go back to."""


class CoachScreen(Screen[Result], Generic[Result]):
    """A screen over the session."""

    AUTO_FOCUS = ""
    HELP = ""
    """A paragraph for the help screen; the keys come from the bindings."""

    def on_unmount(self) -> None:
        """Leave nothing behind."""
        forget_gone(self.app)

    def put_away(self) -> None:
        """What is to be done before the screen is left, whichever way; nothing here."""

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

    @property
    def today(self) -> date:
        """The study day."""
        return self.session.schedule.clock.day(self.coach.clock())

    def say(self, error: CoachError) -> None:
        """Show an error that needs no decision."""
        self.notify(error.hint, title=error.message, severity="warning", timeout=10, markup=False)

    def fault(self, error: CoachError, again: Callable[[], object], kept: str = "", *, leave: bool = False) -> None:
        """Show a failure with the choice to try `again`; one failure at a time.

        kept: where something typed is.  leave: the screen has nothing to show without that, so Back leaves it too.
        """
        from tui.screens.fault import Decision, FaultScreen

        def decided(decision: Decision | None) -> None:
            if decision == "retry":
                again()
            elif decision == "quit":
                self.app.exit()
            elif leave:
                self.coach.action_go("home")

        if not isinstance(self.app.screen, FaultScreen):
            at_home = len(self.app.screen_stack) <= HOME_AT + 1
            self.app.push_screen(FaultScreen(error, kept, back=not at_home), decided)


def calmly(method: Method, *, leave: bool = False) -> Method:
    """What a screen does, with any error meant for the person shown as a failure that can be tried again.

    leave: see `CoachScreen.fault`.
    """

    @wraps(method)
    def done(self: CoachScreen[Any], *arguments: object) -> object:
        try:
            return method(self, *arguments)
        except CoachError as error:
            self.fault(error, partial(done, self, *arguments), leave=leave)
            return None

    return cast(Method, done)
