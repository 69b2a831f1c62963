"""Changing a question, in a box or in one's own editor; a text that is not stored yet is kept in a draft."""

from functools import cached_property, partial

from coach.errors import CoachError
from coach.models import Question
from coach.question_edit import as_text, from_text, save_text
from tui.drafting import Drafting
from tui.editor import edited
from tui.screens.base import CoachScreen, calmly
from tui.screens.edit import EditScreen


class EditsQuestion(CoachScreen[None]):
    """A screen on which a question can be changed; its history and schedule stay."""

    def question_changed(self) -> None:
        """A change is stored."""
        raise NotImplementedError

    @calmly
    def edit_here(self, question_id: str) -> None:
        """Edit in a box, beginning with what was not saved last time."""
        if question := self._stored(question_id):
            self._mend(question, self._unsaved(question))

    @calmly
    def edit_outside(self, question_id: str) -> None:
        """Edit in $EDITOR; a text that cannot be read is offered for mending in a box."""
        question = self._stored(question_id)
        if question is None:
            return
        before = self._unsaved(question)
        try:
            text = edited(self.app, before)
        except CoachError as error:
            self.say(error)
            return
        if text.strip() != before.strip():
            self._keep(question, text)

    def _mend(self, question: Question, text: str) -> None:
        keep = partial(self._draft.changed, _draft_name(question))
        box = EditScreen(as_text(question), text, partial(from_text, question), keep)
        self.app.push_screen(box, partial(self._keep, question))

    def _keep(self, question: Question, text: str | None) -> None:
        if text is None:
            return
        self._draft.changed(_draft_name(question), text)
        changed = text.strip() != as_text(question).strip()
        try:
            if changed:
                save_text(self.session.parts, question, text)
        except CoachError as error:
            self.say(error)
            self._mend(question, text)
            return
        self._draft.changed(_draft_name(question), "")
        if changed:
            self.question_changed()

    def _stored(self, question_id: str) -> Question | None:
        question = self.session.store.questions.get(question_id)
        if question is None:
            self.notify("This question is not there any more.")
        return question

    def _unsaved(self, question: Question) -> str:
        return self._draft.unsent(_draft_name(question)) or as_text(question)

    @cached_property
    def _draft(self) -> Drafting:
        return Drafting(self.coach.config.paths, self)


def _draft_name(question: Question) -> str:
    """Not the question's own id: that one's draft is of an answer."""
    return f"edit of {question.id}"
