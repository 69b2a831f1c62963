from collections.abc import Iterator
from threading import Semaphore
from types import SimpleNamespace
from typing import Any

from textual import on
from textual.app import App
from textual.pilot import Pilot

from coach.events import Event, Piece
from tests.tui.waiting import PATIENCE_SECONDS, until
from tui import conduct
from tui.screens.base import CoachScreen


class GatedConversation:
    """Says one word per step(), so the test decides when time passes."""

    def __init__(self) -> None:
        self.attempt = SimpleNamespace(turns=())
        self.ended = self.closed = False
        self.words = 0
        self._gate = Semaphore(0)

    def step(self) -> None:
        self._gate.release()

    def reply(self, text: str) -> Iterator[Event]:
        try:
            while self._gate.acquire(timeout=PATIENCE_SECONDS):
                self.words += 1
                yield Piece("word ", "followup")
        finally:
            self.ended = True

    def close(self) -> None:
        self.closed = True


class Listening(CoachScreen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    @on(conduct.Happened)
    def happened(self, message: conduct.Happened) -> None:
        self.heard.append(message.event)

    @on(conduct.Waiting)
    def waiting(self, message: conduct.Waiting) -> None:
        self.heard.append(message.stopped)


async def speaking(pilot: Pilot[None]) -> tuple[GatedConversation, Listening]:
    """A conversation of which the screen has heard one word."""
    conversation, screen = GatedConversation(), Listening()
    await pilot.app.push_screen(screen)
    conduct.carry_on(screen, conversation, "hi")  # type: ignore[arg-type]
    conversation.step()
    await until(pilot, lambda: len(screen.heard) == 1)
    return conversation, screen


async def test_stopping_ends_the_model_within_one_token() -> None:
    async with App[None]().run_test() as pilot:
        conversation, screen = await speaking(pilot)
        conduct.stop(screen, lambda: None)
        conversation.step()
        await until(pilot, lambda: conversation.ended)
        assert conversation.words == 2
        await until(pilot, lambda: screen.heard[-1] is True)


async def test_a_conversation_whose_screen_was_left_gives_its_memory_back() -> None:
    async with App[None]().run_test() as pilot:
        conversation, _ = await speaking(pilot)
        await pilot.app.pop_screen()
        assert not conversation.closed
        conversation.step()
        await until(pilot, lambda: conversation.closed)
