"""A conversation carried on in a worker thread; what happens travels to the screen as messages."""

from collections.abc import Callable, Generator
from typing import cast

from textual.message import Message
from textual.worker import Worker, get_current_worker

from coach.conversation import Conversation
from coach.errors import CoachError, Stopped
from coach.events import Event
from tui.screens.base import CoachScreen

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


def carry_on(screen: CoachScreen[None], conversation: Conversation, text: str | None) -> Worker[None]:
    """Reply to `text` (None: judge what is stored already); see `run`."""
    stored = len(conversation.attempt.turns)

    def unsaved() -> str:
        return "" if text is None or len(conversation.attempt.turns) > stored else text

    return run(
        screen,
        lambda: conversation.go_on() if text is None else conversation.reply(text),
        unsaved=unsaved,
        close=conversation.close,
    )


def run(
    screen: CoachScreen[None], begin: Callable[[], object], *, unsaved: Callable[[], str], close: Callable[[], None]
) -> Worker[None]:
    """Run through the events of `begin()` in a worker and post them to `screen` as messages; see `stop`.

    close: gives the language model's memory back; called if the screen was left meanwhile.
    """
    app = screen.app  # a screen that was left does not know it any more

    def work() -> None:
        worker = get_current_worker()
        events = cast(Generator[Event, None, None], begin())
        try:
            for event in events:
                screen.post_message(Happened(event))
                if worker.is_cancelled:
                    events.close()
                    break
        except Stopped:  # as was asked for
            pass
        except CoachError as error:
            screen.post_message(Failed(error, unsaved()))
        finally:
            waits = screen.post_message(Waiting(worker.is_cancelled))
            if not waits and app.return_code is None:  # quitting saves what the model holds
                close()

    return screen.run_worker(work, thread=True, exclusive=True, group=GROUP)


def stop(screen: CoachScreen[None], judging: Callable[[], None]) -> None:
    """Stop the model: within one token while text streams, and by calling `judging` while it judges."""
    screen.workers.cancel_group(screen, GROUP)
    judging()
