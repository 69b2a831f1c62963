"""Waiting for a state instead of for time."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from textual.css.query import NoMatches
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

PATIENCE_SECONDS = 60.0
Shown = TypeVar("Shown", bound=Screen[object])


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds, then let it handle what is under way; fails when it never holds.

    A condition that asks for a widget which is not there does not hold yet.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while not _holds(condition):
        assert monotonic() < deadline, f"the condition never held on\n{seen(pilot)}"
        await pilot.pause(0.01)
    await pilot.pause()


async def arrived(pilot: Pilot[None], kind: type[Shown]) -> Shown:
    """Wait for a screen of this kind, with its widgets in place and ready for keys; returns it."""
    arriving: list[Shown] = []

    def there() -> bool:
        screen = pilot.app.screen
        if not isinstance(screen, kind) or not screen.is_mounted:
            return False
        arriving[:] = [screen]
        return bool(getattr(screen, "takes_keys", True))

    await until(pilot, there)
    return arriving[0]


async def appears(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all of these stand on the current screen."""
    await until(pilot, lambda: all(text in seen(pilot) for text in texts))


async def notified(pilot: Pilot[None], text: str) -> None:
    """Wait for a notification with this text; tests keep them off the screen."""
    await until(pilot, lambda: any(text in f"{said.title} {said.message}" for said in pilot.app._notifications))


def seen(pilot: Pilot[None]) -> str:
    """All text of the current screen's static widgets, in their order."""
    return "\n".join(str(widget.render()) for widget in pilot.app.screen.query(Static) if widget.display)


def _holds(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except NoMatches:
        return False
