"""Waiting for a condition instead of for time."""

from collections.abc import Callable
from time import monotonic

from textual.pilot import Pilot
from textual.widgets import Static

PATIENCE_SECONDS = 20.0


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds; fails when it never does."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline, "the condition never held"
        await pilot.pause(0.01)


def seen(pilot: Pilot[None]) -> str:
    """All text of the current screen's static widgets, in their order."""
    return "\n".join(str(widget.render()) for widget in pilot.app.screen.query(Static) if widget.display)
