"""What one can do with a question beside answering it: own editor, model answer, source, changing it."""

from coach.errors import CoachError
from tui.editor import edited
from tui.screens.base import calmly
from tui.screens.choosing import Choosing
from tui.widgets.answer import AnswerBox
from tui.widgets.transcript import Transcript


class QuestionTools(Choosing):
    """A screen with an answer box and a transcript; `conversation` is None while nothing is asked."""

    def action_editor(self) -> None:
        """Write the answer in one's own editor."""
        box = self.query_one(AnswerBox)
        try:
            box.put(edited(self.app, box.text))
        except CoachError as error:
            self.say(error)
        box.focus()

    def action_answer(self) -> None:
        """Open or close the model answer."""
        self.query_one(Transcript).toggle_answer()

    @calmly
    def action_source(self) -> None:
        """Show the passages that the verdict rests on."""
        from tui.screens.source import SourceScreen

        assert self.conversation is not None
        self.app.push_screen(SourceScreen(self.session.source(self.conversation)))

    def action_edit(self) -> None:
        """Change the question; its history and schedule stay."""
        from coach.question_edit import as_text, save_text

        assert self.conversation is not None
        question = self.conversation.question
        try:
            text = edited(self.app, before := as_text(question))
            if text.strip() != before.strip():
                save_text(self.session.parts, question, text)
                self.notify("The question is changed, from its next time on.")
        except CoachError as error:
            self.say(error)
