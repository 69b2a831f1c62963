"""Keys that are typed faster than screens come up wait for the screen they are meant for, in their order."""

from textual import events
from textual.app import App
from textual.screen import ModalScreen

LOOK_SECONDS = 0.02
LEAVING = ("escape", "ctrl+q")
"""Keys that must work at any time; what was typed before them is forgotten."""


class TypedAhead(App[None]):
    """An app whose screens may say with `takes_keys` whether they are ready."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting_keys: list[events.Key | events.Paste] = []

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait while the screen is not ready, or others wait already."""
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key in LEAVING:
            self._waiting_keys.clear()
        elif self._waiting_keys or not self._can_take_keys():
            self._waiting_keys.append(event)
            if len(self._waiting_keys) == 1:
                self.set_timer(LOOK_SECONDS, self._obey_waiting)
            return
        await self._obey(event)

    async def _obey_waiting(self) -> None:
        if isinstance(self.screen, ModalScreen):  # a question that came up in between is not answered by them
            self._waiting_keys.clear()
        while self._waiting_keys and self._can_take_keys():
            await self._obey(self._waiting_keys.pop(0))
        if self._waiting_keys:
            self.set_timer(LOOK_SECONDS, self._obey_waiting)

    async def _obey(self, event: events.Key | events.Paste) -> None:
        """Obey a key that no widget wants at once: by way of the screen, the next key would overtake what it does."""
        if isinstance(event, events.Key) and self.focused is None:
            bound = self.screen.active_bindings.get(event.key)
            if bound is not None and bound.enabled:
                await self.run_action(bound.binding.action, bound.node)
                return
        await super().on_event(event)

    def _can_take_keys(self) -> bool:
        return getattr(self.screen, "takes_keys", True)
