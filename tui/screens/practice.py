"""Practice: one question at a time, answered in one's own words, followed up, judged with evidence, scheduled."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Footer, TextArea

from coach.conversation import Conversation
from coach.errors import CoachError
from coach.events import Concluded, Event, Judged, Notice, Piece, Said, Ungraded, Working
from coach.models import Judgement
from coach.session import Settled
from tui import conduct
from tui.drafting import Drafting
from tui.screens.practice_keys import KEYS
from tui.screens.question_tools import QuestionTools
from tui.widgets.answer import AnswerBox
from tui.widgets.confidence import ConfidenceBar
from tui.widgets.grades import GradeLine, open_line, settled_line
from tui.widgets.status import ModelStatus
from tui.widgets.talk import Chips
from tui.widgets.transcript import QuestionHead, Transcript

ANSWERING = ("asked", "answered", "following_up")
DONT_KNOW = "I don't know."


class PracticeScreen(QuestionTools):
    """States: answering -> (sure?) -> working -> answering ... -> concluded -> settled -> next question."""

    HELP = (
        "Answer in your own words. The coach asks back about what is missing, then shows what you covered, with your "
        "own words as evidence. Grades decide when a question comes back; you can overrule them."
    )
    BINDINGS = KEYS

    def __init__(
        self, *, topic: str = "", question: str = "", queue: Sequence[str] | None = None, kind: str = "practice"
    ) -> None:
        super().__init__()
        self._topic, self._question, self._queue, self._kind = topic, question, queue, kind
        self.settled: Settled | None = None
        self.session_id: int | None = None
        self.busy = False
        self._undone = False
        self._held: list[Event] | None = None  # events that wait until confidence was told
        self._choosing, self._leaving = True, False
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        """Question on top, the conversation, signs, the line of grades, the answer box."""
        yield QuestionHead(id="question", markup=False)
        yield Transcript(id="talk")
        yield Chips(id="chips", classes="-empty")
        yield GradeLine(id="grades", markup=False, classes="-empty")
        yield ConfidenceBar()
        yield AnswerBox(id="answer")
        yield ModelStatus()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with what was left open, what the arguments say, or what is due."""
        self.drafting = Drafting(self.coach.config.paths, self)
        self._begin()

    @property
    def takes_keys(self) -> bool:
        """Once there is something to answer."""
        return super().takes_keys and not self._choosing

    def _begin(self) -> None:
        self._choosing = True
        self.query_one(GradeLine).tell("choosing a question …")
        self._choose_first()

    @work(thread=True, exclusive=True, group="begin")
    def _choose_first(self) -> None:
        try:
            queue = self._queue
            if queue is None and self._topic:
                queue = self.session.of_topic(self._topic)
            self.session_id = self.session.begin([] if self._question else queue, kind=self._kind)
            first = self.session.ask(self._question) if self._question else self.session.next()
        except CoachError as error:
            self.app.call_from_thread(self._chosen, None, error)
        else:
            self.app.call_from_thread(self._chosen, first, None)

    def _chosen(self, conversation: Conversation | None, error: CoachError | None) -> None:
        self._choosing = False
        if self._leaving:
            self.conversation = conversation
            self._leave()
        elif error is not None:
            self.fault(error, self._begin)
        else:
            self._show_next(conversation)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys do something only in the states they are meant for, and are shown only then."""
        state = self.conversation.attempt.state if self.conversation else None
        answering, over = state in ANSWERING, state in ("judged", "not_graded", "closed")
        match action:
            case "hint" | "dont_know" | "skip" | "editor":
                return answering and not self.busy
            case "finish":
                return state == "following_up" and not self.busy
            case "retry":
                return not self.busy and self.settled is None and (state == "not_graded" or self._unjudged())
            case "next" | "grade":
                return over and not self.busy
            case "answer":
                return state in ("judged", "closed")
            case "source" | "edit":
                return over
        return True

    # -- what the person does -----------------------------------------------------------------------------------

    @on(AnswerBox.Sent)
    def send(self, event: AnswerBox.Sent) -> None:
        """Store and judge what was typed; while something is running the text simply stays in the box."""
        if self.conversation is not None and not self.busy and self.conversation.attempt.state in ANSWERING:
            self._reply(event.box.take(), ask_confidence=True)

    @on(TextArea.Changed, "#answer")
    def typed(self, event: TextArea.Changed) -> None:
        """Keep unsent text where a crash cannot reach it."""
        if self.conversation is not None:
            self.drafting.changed(self.conversation.question.id, event.text_area.text)

    def action_dont_know(self) -> None:
        """Answer that one does not know."""
        self._reply(DONT_KNOW, ask_confidence=False)

    def action_hint(self) -> None:
        """Show the next hint."""
        assert self.conversation is not None
        try:
            self._talk.put("coach", f"Hint: {self.conversation.give_hint().turn.text}")
        except CoachError as error:
            self.fault(error, self.action_hint)

    def action_skip(self) -> None:
        """Leave the question without a grade."""
        assert self.conversation is not None
        try:
            self.session.skip(self.conversation)
            self._advance()
        except CoachError as error:
            self.fault(error, self.action_skip)

    def action_retry(self) -> None:
        """Judge what is stored: after a failure, or after the model was stopped."""
        assert self.conversation is not None
        self._carry_on(self.conversation, None)

    def action_finish(self) -> None:
        """Conclude with what was judged so far."""
        assert self.conversation is not None
        try:
            for event in self.conversation.conclude():
                self._show(event)
        except CoachError as error:
            self.fault(error, self.action_finish)
        self._rest()

    def action_next(self) -> None:
        """Accept what the judge says if that is still open, else go on to the next question."""
        assert self.conversation is not None
        try:
            if self.settled is None and self.conversation.attempt.state == "judged" and not self._undone:
                self._settle(None)
                self._rest()
                return
            if self.settled is None:
                self.session.skip(self.conversation)
            self._advance()
        except CoachError as error:
            self.fault(error, self.action_next)

    def action_grade(self, grade: int) -> None:
        """Grade by hand: overrules the judge, or stands in for it."""
        try:
            if self.settled is not None:
                self.settled = self.session.override(self.settled.attempt_id, grade)
            else:
                self._settle(grade)
        except CoachError as error:
            self.fault(error, partial(self.action_grade, grade))
        self._rest()

    def action_undo(self) -> None:
        """Take the latest grade back."""
        self._step_in_history(back=True)

    def action_redo(self) -> None:
        """Bring the grade back that was taken last."""
        self._step_in_history(back=False)

    def action_stop(self) -> None:
        """Stop the model if it works, else go back; an open question is resumed next time."""
        if self._held is not None:
            self.query_one(ConfidenceBar).action_tell(0)
        elif self.busy:
            conduct.stop(self)
        else:
            self._leave()

    def _leave(self) -> None:
        """A question that was only looked at is not left open; one that is being chosen is waited for."""
        if self._choosing:
            self._leaving = True
            self.query_one(GradeLine).tell("leaving …")
            return
        conversation = self.conversation
        try:
            if conversation is not None and not conversation.attempt.turns and not self.query_one(AnswerBox).text:
                self.session.skip(conversation)
        except CoachError as error:
            self.say(error)
        self.dismiss()

    @on(ConfidenceBar.Told)
    def confidence_told(self, event: ConfidenceBar.Told) -> None:
        """Keep it, then show what was held back."""
        held, self._held = self._held or [], None
        if self.conversation is not None and event.percent is not None:
            try:
                self.session.note_confidence(self.conversation, event.percent)
            except CoachError as error:
                self.say(error)
        for item in held:
            self._show(item)
        self._rest()

    # -- what the coach does ------------------------------------------------------------------------------------

    def _reply(self, text: str, *, ask_confidence: bool) -> None:
        assert self.conversation is not None
        first = not any(turn.kind == "answer" for turn in self.conversation.attempt.turns)
        self._talk.put("candidate", text)
        self.drafting.sent(self.conversation.question.id, text)
        self._carry_on(self.conversation, text)
        if first and ask_confidence and self.coach.config.study.ask_confidence:
            self._held = []
            self.query_one(ConfidenceBar).ask()

    def _carry_on(self, conversation: Conversation, text: str | None) -> None:
        self.busy = True
        self.refresh_bindings()
        conduct.carry_on(self, conversation, text)

    @on(conduct.Happened)
    def happened(self, message: conduct.Happened) -> None:
        """Draw an event now, or once confidence was told."""
        self.drafting.stored()
        if self._held is not None and not isinstance(message.event, Working):
            self._held.append(message.event)
        else:
            self._show(message.event)

    def _show(self, event: Event) -> None:
        match event:
            case Working(what):
                self.query_one(GradeLine).tell(f"{what} … (Esc stops)")
            case Judged(judgement):
                self._mark(judgement)
            case Piece(text):
                self._talk.stream(text)
            case Said(turn):
                self._talk.put("coach", turn.text)
            case Notice(text):
                self._talk.put("note", text)
            case Concluded(judgement):
                self._conclude(judgement)
            case Ungraded(reason, hint):
                self._talk.put("note", f"Not graded: {reason} {hint}")

    @on(conduct.Failed)
    def failed(self, message: conduct.Failed) -> None:
        """Say calmly what went wrong; what was typed is on disk, in the box, or both."""
        if not message.unsaved:
            self.fault(message.error, self.action_retry)
            return
        assert self.conversation is not None
        kept = self.drafting.rescue(self.conversation.question, message.unsaved)
        self._talk.take_back()
        box = self.query_one(AnswerBox)
        box.put(message.unsaved if not box.text else f"{message.unsaved}\n{box.text}")
        self.fault(message.error, lambda: self._reply(box.take(), ask_confidence=False), kept)

    @on(conduct.Waiting)
    def waiting(self, message: conduct.Waiting) -> None:
        """The person's turn."""
        self.busy = False
        self._talk.end_stream()
        if message.stopped and self._unjudged():
            self._talk.put("note", "Stopped. F7 goes on.")
        if self._held is None:
            self._rest()

    def fault(self, error: CoachError, again: Callable[[], object], kept: str = "") -> None:
        """Show a failure with the choice to try again; nobody is asked for confidence any more."""
        if self._held is not None:
            self._held = None
            self.query_one(ConfidenceBar).remove_class("-asking")
        super().fault(error, again, kept)

    def _conclude(self, judgement: Judgement) -> None:
        assert self.conversation is not None
        self._talk.conclude(self.conversation.question, judgement)
        if self.session.settles_alone(judgement):
            try:
                self._settle(None)
            except CoachError as error:
                self.fault(error, partial(self._settle, None))

    def _settle(self, grade: int | None) -> None:
        assert self.conversation is not None
        self.settled = self.session.settle(self.conversation, grade, time.monotonic() - self._asked_at)
        self._undone = False

    def _step_in_history(self, *, back: bool) -> None:
        try:
            self.notify(self.session.undo() if back else self.session.redo(), markup=False)
        except CoachError as error:
            self.say(error)
            return
        if self.conversation is not None and (self.settled is not None or self._undone):
            self.settled = self.session.standing(self.conversation.attempt.id)
            self._undone = self.settled is None
        self._rest()

    def _advance(self) -> None:
        if self.conversation is not None:
            self.conversation.close()
        self._show_next(self.session.next())

    def _unjudged(self) -> bool:
        return self.conversation is not None and self.conversation.needs_judging()

    # -- drawing ------------------------------------------------------------------------------------------------

    def _show_next(self, conversation: Conversation | None) -> None:
        self.conversation, self.settled, self._undone = conversation, None, False
        self._talk.clear()
        self.query_one(Chips).show(())
        box = self.query_one(AnswerBox)
        if conversation is None:
            self.session.finish()
            self._nothing_left()
            return
        question = conversation.question
        self.query_one(QuestionHead).show(question, self.session.left)
        for turn in conversation.attempt.turns:
            self._talk.put(turn.speaker, turn.text)
        if conversation.attempt.judgement is not None:
            self._mark(conversation.attempt.judgement)
        box.put(self.drafting.unsent(question.id))
        self._asked_at = time.monotonic()
        if conversation.needs_judging():
            self._carry_on(conversation, None)
        elif conversation.attempt.state == "judged" and conversation.attempt.judgement is not None:
            self._show(Concluded(conversation.attempt.judgement))
        self._rest()

    def _nothing_left(self) -> None:
        self.query_one(QuestionHead).update("Nothing more to ask. Well done.")
        self.query_one(AnswerBox).disabled = True
        self.query_one(GradeLine).tell("Esc goes back.")
        self.refresh_bindings()

    def _rest(self) -> None:
        """Show what the person can do now."""
        conversation = self.conversation
        if conversation is None or self.busy or self._held is not None:
            return
        box, line = self.query_one(AnswerBox), self.query_one(GradeLine)
        over = conversation.attempt.state not in ANSWERING
        box.disabled = over
        if not over:
            line.tell("")
            self.set_focus(box)
        else:
            self.set_focus(self._talk)
            judgement = conversation.attempt.judgement
            if self.settled is not None:
                line.tell(settled_line(self.settled, judgement))
            else:
                dates = self.session.consequences(conversation.question.id)
                shown = None if self._undone else judgement
                line.tell(open_line(shown, dates, failed=conversation.attempt.state == "not_graded"))
        self.refresh_bindings()
        self._talk.scroll_end(animate=False)

    def _mark(self, judgement: Judgement) -> None:
        self.query_one(Chips).show(judgement.points)
        self._talk.mark(judgement)

    @property
    def _talk(self) -> Transcript:
        return self.query_one(Transcript)
