"""Reveal and grade oneself: think or speak, uncover the model answer, tick what was said, grade."""

import time
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from coach.conversation import Conversation
from coach.errors import CoachError
from coach.self_grading import checklist_judgement, settle_by_checklist
from tui.screens.base import calmly
from tui.screens.choosing import Choosing
from tui.text import printable
from tui.widgets.checklist import CheckList
from tui.widgets.footer import KeyFooter
from tui.widgets.grades import GradeLine, day_text
from tui.widgets.transcript import QuestionHead

HIDDEN = "Say your answer aloud or in your head. **Space** reveals what a complete answer holds."


class RevealScreen(Choosing):
    """States: hidden -> revealed -> graded, then the next question."""

    HELP = (
        "Answer aloud or in your head, reveal, tick each point you really said. The checklist proposes a grade; 0 to 5 "
        "gives another. Such grades move the schedule like any others."
    )
    BINDINGS = [
        Binding("space", "reveal", "Reveal", id="reveal.reveal", tooltip="Uncover the model answer"),
        Binding("n", "accept", "Take the grade", id="reveal.accept", tooltip="Take the checklist's grade and go on"),
        *[
            Binding(str(g), f"grade({g})", str(g), show=False, id=f"reveal.grade{g}", tooltip=f"Grade yourself {g}")
            for g in range(6)
        ],
        Binding("ctrl+z", "undo", "Undo", id="reveal.undo", tooltip="Take the latest grade back", show=False),
        Binding("escape", "leave", "Back", id="reveal.back", tooltip="Back to the review"),
    ]

    def __init__(self, queue: Sequence[str]) -> None:
        super().__init__()
        self._queue = queue
        self.session_id: int | None = None
        self.revealed = False
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        """Question, model answer, checklist, grade."""
        yield QuestionHead(markup=False)
        with VerticalScroll(id="talk"):
            yield Markdown(HIDDEN, open_links=False)
        yield CheckList(id="said")
        yield GradeLine(markup=False, classes="-empty")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin the round."""
        self.choose(self._first)

    def _first(self) -> Conversation | None:
        self.session_id = self.session.begin(self._queue, kind="review")
        return self.session.next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grades come after revealing."""
        if action in ("grade", "accept"):
            return self.revealed and self.conversation is not None
        return action != "reveal" or not self.revealed

    @calmly
    def action_reveal(self) -> None:
        """Uncover the model answer and the checklist."""
        if self.conversation is None:
            return
        self.revealed = True
        question = self.conversation.question
        self.query_one(Markdown).update(printable(question.answer))
        said = self.query_one(CheckList)
        said.show([point.text for point in question.key_points])
        said.display = True
        said.focus()
        self.refresh_bindings()
        self._propose()

    def action_grade(self, grade: int) -> None:
        """Grade by feeling."""
        self._settle(grade)

    def action_accept(self) -> None:
        """Take the grade that the checklist proposes."""
        self._settle(None)

    def action_undo(self) -> None:
        """Take the latest grade back."""
        try:
            self.notify(self.session.undo(), markup=False)
        except CoachError as error:
            self.say(error)

    def action_leave(self) -> None:
        """Back to the review."""
        self.leave()

    def put_away(self) -> None:
        """A question that was only looked at is not left open, and the round is over."""
        super().put_away()
        try:
            self.session.finish()
        except CoachError as error:
            self.say(error)

    def on_unmount(self) -> None:
        """Quitting leaves the screen as well."""
        if self.quitting:
            self.put_away()

    @on(CheckList.Changed)
    @calmly
    def _propose(self) -> None:
        if self.conversation is None or not self.revealed:
            return
        question = self.conversation.question
        grade = checklist_judgement(question.key_points, self.query_one(CheckList).ticked).grade
        day = self.session.consequences(question.id)[grade]
        taken = f"grade {grade} → {day_text(day, self.today)}"
        self.query_one(GradeLine).tell(f"Tick what you said. n takes {taken}; 0-5 another.")

    def _settle(self, grade: int | None) -> None:
        assert self.conversation is not None
        said, seconds = self.query_one(CheckList).ticked, time.monotonic() - self._asked_at
        try:
            settled = settle_by_checklist(self.session, self.conversation, said, grade, seconds)
        except CoachError as error:
            self.fault(error, lambda: self._settle(grade))
            return
        self.notify(f"Grade {settled.grade}: asked again on {day_text(settled.due, self.today)}.")
        self.choose(self.session.next)

    @calmly
    def chosen(self) -> None:
        """Show the question with its answer hidden; after the last one, go back."""
        self.revealed = False
        self.query_one(CheckList).display = False
        self._asked_at = time.monotonic()
        if self.conversation is None:
            self.session.finish()
            self.dismiss()
            return
        self.query_one(Markdown).update(HIDDEN)
        self.query_one(QuestionHead).show(self.conversation.question, self.session.left)
        self.set_focus(None)
        self.refresh_bindings()
