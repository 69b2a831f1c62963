"""Keeps the text of an answer box in a side file while it is typed and until it is stored."""

from textual.widget import Widget

from coach.clock import utc_now
from coach.drafts import Drafts
from coach.models import Question
from coach.paths import Paths
from coach.rescue import rescued


class Drafting:
    """Between a box and its drafts. Failing to write is said once; the text itself stays on the screen."""

    def __init__(self, paths: Paths, owner: Widget) -> None:
        self._paths, self._drafts, self._owner = paths, Drafts(paths), owner
        self._id = ""
        self._pending = ""  # sent, and not known to be stored
        self._typed = ""
        self._complained = False

    def changed(self, question_id: str, text: str) -> None:
        """The box holds this now."""
        self._id, self._typed = question_id, text
        self._write()

    def sent(self, question_id: str, text: str) -> None:
        """The text has left the box and is on its way to the database."""
        self._id, self._pending = question_id, text

    def stored(self) -> None:
        """What was sent is safe: only what is typed since is a draft."""
        if self._pending:
            self._pending = ""
            self._write()

    def unsent(self, question_id: str) -> str:
        """What was typed for a question and never sent."""
        return self._drafts.get(question_id)

    def rescue(self, question: Question, text: str) -> str:
        """Put an answer that could not be stored into a file of its own; returns a sentence saying where it is."""
        self._pending = ""
        return rescued(self._paths, question, text, utc_now())

    def _write(self) -> None:
        try:
            self._drafts.keep(self._id, "\n".join(part for part in (self._pending, self._typed) if part))
        except OSError as error:
            if not self._complained:
                self._complained = True
                self._owner.notify(
                    f"{error.strerror}. Send your answer before you leave.",
                    title="Unsent text cannot be saved",
                    severity="warning",
                    markup=False,
                )
