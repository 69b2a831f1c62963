"""What one can do with a question beside answering it: own editor, model answer, source, changing it."""

from coach.errors import CoachError
from tui.editor import edited
from tui.screens.base import calmly
from tui.screens.choosing import Choosing
from tui.screens.edits_question import EditsQuestion
from tui.widgets.answer import AnswerBox
from tui.widgets.transcript import Transcript


class QuestionTools(EditsQuestion, Choosing):
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
        """Change the question in one's own editor."""
        assert self.conversation is not None
        self.edit_outside(self.conversation.question.id)

    def question_changed(self) -> None:
        """This attempt stays what it was."""
        self.notify("The question is changed, from its next time on.")
