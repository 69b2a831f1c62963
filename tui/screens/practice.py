"""Practice: one question at a time, answered in one's own words, followed up, judged with evidence, scheduled."""

import time

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from coach.conversation import Concluded, Conversation, Event, Judged, Notice, Piece, Ungraded, Working
from coach.conversation import Said as CoachSaid
from coach.errors import CoachError
from coach.session import Settled
from tui.text import printable
from tui.widgets.answer import AnswerBox
from tui.widgets.status import ModelStatus
from tui.widgets.talk import Chips, Said, verdict_content

GRADE_KEYS = "012345"


class PracticeScreen(Screen[None]):
    """States: answering -> (sure?) -> working -> answering ... -> graded -> next question."""

    AUTO_FOCUS = "#answer"
    BINDINGS = [
        Binding("escape", "stop", "Stop / back", id="practice.stop", tooltip="Stop the model, or go back"),
        Binding("f4", "hint", "Hint", id="practice.hint", tooltip="A hint; it caps the grade"),
        Binding("f5", "dont_know", "Don't know", id="practice.dont_know", tooltip="Say so and see what was asked for"),
        Binding("f6", "skip", "Skip", id="practice.skip", tooltip="Leave this question without a grade"),
        Binding("f7", "retry", "Retry", id="practice.retry", tooltip="Judge again after a failure"),
        Binding("ctrl+z", "undo", "Undo", id="practice.undo", tooltip="Take the latest grade back", show=False),
        Binding("n", "next", "Next", id="practice.next", tooltip="The next question"),
        *[Binding(key, f"grade({key})", key, show=False, id=f"practice.grade{key}") for key in GRADE_KEYS],
    ]

    class Happened(Message):
        """An event of the conversation, from the worker."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    class Failed(Message):
        """The worker ended with an error meant for the person."""

        def __init__(self, error: CoachError) -> None:
            super().__init__()
            self.error = error

    class Waiting(Message):
        """The worker has come to its end: the person's turn."""

    def __init__(self, *, topic: str = "", question: str = "") -> None:
        super().__init__()
        self._topic = topic
        self._question = question
        self.conversation: Conversation | None = None
        self.settled: Settled | None = None
        self.busy = False
        self._streaming: Said | None = None
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        """Question on top, the conversation, the answer box, the line of grades."""
        yield Static(id="question", markup=False)
        with VerticalScroll(id="talk"):
            yield Vertical(id="turns")
        yield Chips(id="chips")
        yield Static(id="grades", markup=False)
        yield AnswerBox(id="answer")
        yield ModelStatus()
        yield Footer()

    def on_mount(self) -> None:
        """Begin with what was left open, what the arguments say, or what is due."""
        session = self.app.session  # type: ignore[attr-defined]
        queue = [self._question] if self._question else (session.of_topic(self._topic) if self._topic else None)
        session.begin(queue)
        self.action_next()

    # -- what the person does -----------------------------------------------------------------------------------

    @on(AnswerBox.Sent)
    def send(self, event: AnswerBox.Sent) -> None:
        """Store and judge what was typed; while something is running the text simply stays in the box."""
        if self.conversation is None or self.busy or self.settled is not None:
            return
        self._put(Said("candidate", event.text))
        self.carry_on(self.conversation, event.box.take())

    def action_next(self) -> None:
        """Go on to the next question once this one is settled."""
        if self.busy or (self.conversation is not None and self.settled is None and self._open()):
            return
        if self.conversation is not None:
            self.conversation.close()
        conversation = self.app.session.next()  # type: ignore[attr-defined]
        self.conversation, self.settled = conversation, None
        self.query_one("#turns").remove_children()
        self.query_one("#grades", Static).update("")
        self.query_one(Chips).update("")
        if conversation is None:
            self.query_one("#question", Static).update("Nothing more is due. Well done.")
            self.query_one(AnswerBox).disabled = True
            return
        self._show_question(conversation)
        self._asked_at = time.monotonic()
        if conversation.needs_judging():
            self.carry_on(conversation, None)
        self.query_one(AnswerBox).disabled = False
        self.query_one(AnswerBox).focus()

    def action_grade(self, grade: int) -> None:
        """Grade by hand: overrules the judge, or stands in for it."""
        if self.conversation is None or self.busy:
            return
        session = self.app.session  # type: ignore[attr-defined]
        try:
            if self.settled is not None:
                self.settled = session.override(self.settled.attempt_id, grade)
            elif self.conversation.attempt.state in ("judged", "not_graded"):
                self._settle(grade)
        except CoachError as error:
            self.notify(str(error), severity="error")
        self._show_grades()

    def action_dont_know(self) -> None:
        """Answer that one does not know."""
        if self.conversation is not None and not self.busy and self.settled is None:
            self._put(Said("candidate", "I don't know."))
            self.carry_on(self.conversation, "I don't know.")

    def action_hint(self) -> None:
        """Show the next hint."""
        if self.conversation is not None and not self.busy and self.settled is None:
            self._put(Said("coach", f"Hint: {self.conversation.give_hint().turn.text}"))

    def action_skip(self) -> None:
        """Leave the question without a grade."""
        if self.conversation is not None and not self.busy and self.settled is None:
            self.app.session.skip(self.conversation)  # type: ignore[attr-defined]
            self.conversation.close()
            self.conversation = None
            self.action_next()

    def action_retry(self) -> None:
        """Judge once more after a failure."""
        if self.conversation is not None and not self.busy and self.conversation.attempt.state == "not_graded":
            self.carry_on(self.conversation, None)

    def action_undo(self) -> None:
        """Take the latest grade back."""
        try:
            self.notify(self.app.session.undo())  # type: ignore[attr-defined]
        except CoachError as error:
            self.notify(str(error), severity="warning")

    def action_stop(self) -> None:
        """Stop the model if it works, else go back home; an open question is resumed next time."""
        if self.busy:
            self.workers.cancel_group(self, "conversation")
        else:
            self.app.action_go("home")  # type: ignore[attr-defined]

    # -- what the coach does ------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="conversation")
    def carry_on(self, conversation: Conversation, text: str | None) -> None:
        """Reply to `text`, or judge what is stored already; everything it shows travels as messages."""
        worker = get_current_worker()
        self.busy = True
        try:
            events = conversation.go_on() if text is None else conversation.reply(text)
            for event in events:
                self.post_message(self.Happened(event))
                if worker.is_cancelled:
                    events.close()  # type: ignore[attr-defined]
                    break
        except CoachError as error:
            self.post_message(self.Failed(error))
        finally:
            self.busy = False
            self.post_message(self.Waiting())

    @on(Happened)
    def show(self, message: Happened) -> None:
        """Draw one event."""
        match message.event:
            case Working(what):
                self.query_one("#grades", Static).update(f"{what} … (Esc stops)")
            case Judged(judgement):
                self.query_one(Chips).show(judgement.points)
            case Piece(text):
                if self._streaming is None:
                    self._streaming = Said("coach", "")
                    self._put(self._streaming)
                self._streaming.add(text)
            case CoachSaid(turn):
                if self._streaming is not None:
                    self._streaming.show(turn.text)
                    self._streaming = None
                else:
                    self._put(Said("coach", turn.text))
            case Notice(text):
                self._put(Said("note", text))
            case Concluded():
                self._conclude()
            case Ungraded(reason, hint):
                self._put(Said("note", f"Not graded: {reason} {hint} F7 retries, 0-5 grades it yourself."))

    @on(Failed)
    def fail(self, message: Failed) -> None:
        """Say calmly what went wrong; what was typed is on disk."""
        self.notify(str(message.error), severity="error", timeout=10)

    @on(Waiting)
    def wait(self) -> None:
        """The person's turn."""
        if self._streaming is not None:  # stopped in the middle of a sentence
            self._streaming.remove()
            self._streaming = None
        self._show_grades()
        self.query_one("#talk").scroll_end(animate=False)

    def _conclude(self) -> None:
        conversation = self.conversation
        assert conversation is not None
        judgement = conversation.attempt.judgement
        assert judgement is not None
        table = Static(markup=False, classes="verdicts")
        table.update(verdict_content(judgement.points))
        self.query_one("#turns").mount(table)
        self.query_one(AnswerBox).disabled = True
        self.set_focus(None)
        if self.app.session.settles_alone(judgement):  # type: ignore[attr-defined]
            self._settle(None)

    def _settle(self, grade: int | None) -> None:
        assert self.conversation is not None
        seconds = time.monotonic() - self._asked_at
        self.settled = self.app.session.settle(self.conversation, grade, seconds)  # type: ignore[attr-defined]

    # -- drawing ------------------------------------------------------------------------------------------------

    def _show_question(self, conversation: Conversation) -> None:
        question = conversation.question
        head = f"{question.topic} · {question.kind.replace('_', ' ')} · level {question.level}"
        self.query_one("#question", Static).update(
            Content.assemble((head, "dim"), "\n", (printable(question.text), "bold"))
        )
        for turn in conversation.attempt.turns:
            self._put(Said(turn.speaker, turn.text))

    def _show_grades(self) -> None:
        line = self.query_one("#grades", Static)
        conversation = self.conversation
        if conversation is None or conversation.attempt.state not in ("judged", "not_graded", "closed"):
            line.update("")
            return
        judgement = conversation.attempt.judgement
        if self.settled is not None:
            score = f"Score {judgement.score:.1f}, grade" if judgement else "Grade"
            due = f"next review {self.settled.due:%a %d %b %Y}" if self.settled.due else "never due again"
            line.update(f"{score} {self.settled.grade}: {due}.  0-5 overrules · n next question")
            return
        session = self.app.session  # type: ignore[attr-defined]
        dates = session.consequences(conversation.question.id)
        keys = "  ".join(f"{grade} → {day:%a %d %b}" for grade, day in dates.items() if day)
        head = f"The judge says {judgement.grade} but is not sure." if judgement else "Not graded."
        line.update(f"{head} Your grade: {keys}")

    def _put(self, widget: Said) -> None:
        self.query_one("#turns").mount(widget)
        self.query_one("#talk").scroll_end(animate=False)

    def _open(self) -> bool:
        return self.conversation is not None and self.conversation.attempt.state not in ("closed", "abandoned")
