"""A conversation carried on in a worker thread; what happens travels to the screen as messages."""

from collections.abc import Generator
from typing import cast

from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from coach.conversation import Conversation
from coach.errors import CoachError
from coach.events import Event

GROUP = "conversation"


class Happened(Message):
    """An event of the conversation."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class Failed(Message):
    """The conversation ended with an error meant for the person. unsaved: what was typed and is not on disk, or ""."""

    def __init__(self, error: CoachError, unsaved: str) -> None:
        super().__init__()
        self.error = error
        self.unsaved = unsaved


class Waiting(Message):
    """The worker has come to its end: the person's turn. stopped: because the person wanted it to stop."""

    def __init__(self, stopped: bool) -> None:
        super().__init__()
        self.stopped = stopped


def carry_on(screen: Screen[None], conversation: Conversation, text: str | None) -> Worker[None]:
    """Reply to `text` (None: judge what is stored already) and post messages to `screen`; see `stop`."""
    return screen.run_worker(lambda: _work(screen, conversation, text), thread=True, exclusive=True, group=GROUP)


def stop(screen: Screen[None]) -> None:
    """Stop the model: at the next event, that is within one token while text streams."""
    screen.workers.cancel_group(screen, GROUP)


def _work(screen: Screen[None], conversation: Conversation, text: str | None) -> None:
    worker = get_current_worker()
    stored = len(conversation.attempt.turns)
    events = cast(Generator[Event, None, None], conversation.go_on() if text is None else conversation.reply(text))
    try:
        for event in events:
            screen.post_message(Happened(event))
            if worker.is_cancelled:
                events.close()
                break
    except CoachError as error:
        saved = text is None or len(conversation.attempt.turns) > stored
        screen.post_message(Failed(error, "" if saved else text or ""))
    finally:
        screen.post_message(Waiting(worker.is_cancelled))
