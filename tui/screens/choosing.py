"""Choosing the question to ask, in a worker: its key points may have to be derived, which takes the encoder."""

from collections.abc import Callable

from textual import work
from textual.worker import get_current_worker

from coach.conversation import Conversation
from coach.errors import CoachError
from tui.screens.base import CoachScreen
from tui.widgets.grades import GradeLine

Find = Callable[[], Conversation | None]


class Choosing(CoachScreen[None]):
    """A screen with a line of grades that asks one question after the other; keys wait while one is being chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation: Conversation | None = None
        self._choosing, self._leaving = False, False

    def chosen(self) -> None:
        """Show `conversation`, or that there is nothing more to ask."""
        raise NotImplementedError

    def go_back(self) -> None:
        """Leave the question and the screen."""
        self.put_away()
        self.dismiss()

    @property
    def only_looked_at(self) -> bool:
        """Whether a question is asked and nothing was said to it."""
        return self.conversation is not None and not self.conversation.attempt.turns

    def put_away(self) -> None:
        """A question that was only looked at is not left open."""
        try:
            if self.conversation is not None and self.only_looked_at:
                self.session.skip(self.conversation)
        except CoachError as error:
            self.say(error)

    @property
    def takes_keys(self) -> bool:
        """Once there is something to answer."""
        return super().takes_keys and not self._choosing

    def choose(self, find: Find) -> None:
        """Ask what `find` returns; None: there is nothing more to ask."""
        self._choosing, self.conversation = True, None
        self.query_one(GradeLine).tell("choosing a question …")
        self.refresh_bindings()
        self._find(find)

    def leave(self) -> None:
        """Go back, once the question is known that is being chosen: it must not be left open."""
        if self._choosing:
            self._leaving = True
            self.query_one(GradeLine).tell("leaving …")
        else:
            self.go_back()

    @work(thread=True, exclusive=True, group="choosing")
    def _find(self, find: Find) -> None:
        app, session, worker = self.app, self.session, get_current_worker()  # a screen that was left knows no app
        try:
            found = find()
            if worker.is_cancelled and found is not None and not found.attempt.turns:
                session.skip(found)  # it was never shown
        except CoachError as error:
            if not worker.is_cancelled:
                app.call_from_thread(self._failed, find, error)
        else:
            if not worker.is_cancelled:
                app.call_from_thread(self._found, found)

    def _found(self, conversation: Conversation | None) -> None:
        self._choosing, self.conversation = False, conversation
        if self._leaving:
            self.go_back()
            return
        self.query_one(GradeLine).tell("")
        self.chosen()

    def _failed(self, find: Find, error: CoachError) -> None:
        self._choosing = False
        if self._leaving:
            self.go_back()
        else:
            self.fault(error, lambda: self.choose(find), leave=True)
