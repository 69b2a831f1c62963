"""Practice: one question at a time, answered in one's own words, followed up, judged with evidence, scheduled."""

import time
from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult

from coach.conversation import Conversation
from coach.errors import CoachError
from coach.events import Concluded
from coach.models import Judgement
from coach.session import Settled
from tui.screens.base import calmly
from tui.screens.conversing import ANSWERING, Conversing
from tui.screens.practice_keys import KEYS
from tui.widgets.answer import AnswerBox
from tui.widgets.confidence import ConfidenceBar
from tui.widgets.footer import KeyFooter
from tui.widgets.grades import GradeLine, open_line, settled_line
from tui.widgets.status import ModelStatus
from tui.widgets.talk import Chips
from tui.widgets.transcript import QuestionHead, Transcript


class PracticeScreen(Conversing):
    """States: choosing -> answering ... -> concluded (see `Conversing`) -> settled -> choosing."""

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
        self._undone = False
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
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with what was left open, what the arguments say, or what is due."""
        self.choose(self._first)

    def _first(self) -> Conversation | None:
        queue = self._queue
        if queue is None and self._topic:
            queue = self.session.of_topic(self._topic)
        self.session_id = self.session.begin([] if self._question else queue, kind=self._kind)
        return self.session.ask(self._question) if self._question else self.session.next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys do something only in the states they are meant for, and are shown only then."""
        state = self.conversation.attempt.state if self.conversation else None
        answering, over = state in ANSWERING, state in ("judged", "not_graded", "closed")
        match action:
            case "hint" | "dont_know" | "skip" | "editor":
                return answering and not self.engaged
            case "finish":
                return state == "following_up" and not self.engaged
            case "retry":
                return not self.engaged and self.settled is None and (state == "not_graded" or self.unjudged())
            case "next" | "grade" | "source" | "edit":
                return over and not self.engaged
            case "answer":
                return state in ("judged", "closed") and not self.engaged
        return True

    @calmly
    def action_skip(self) -> None:
        """Leave the question without a grade."""
        assert self.conversation is not None
        self.session.skip(self.conversation)
        self._advance()

    def action_finish(self) -> None:
        """Conclude with what was judged so far."""
        assert self.conversation is not None
        try:
            for event in self.conversation.conclude():
                self.draw(event)
        except CoachError as error:
            self.fault(error, self.action_finish)
        self.rest()

    @calmly
    def action_next(self) -> None:
        """Accept what the judge says if that is still open, else go on to the next question."""
        assert self.conversation is not None
        if self.settled is None and self.conversation.attempt.state == "judged" and not self._undone:
            self._settle(None)
            self.rest()
            return
        if self.settled is None:
            self.session.skip(self.conversation)
        self._advance()

    def action_grade(self, grade: int) -> None:
        """Grade by hand: overrules the judge, or stands in for it."""
        try:
            if self.settled is not None:
                self.settled = self.session.override(self.settled.attempt_id, grade)
            else:
                self._settle(grade)
        except CoachError as error:
            self.fault(error, partial(self.action_grade, grade))
        self.rest()

    def action_undo(self) -> None:
        """Take the latest grade back."""
        self._step_in_history(back=True)

    def action_redo(self) -> None:
        """Bring the grade back that was taken last."""
        self._step_in_history(back=False)

    @property
    def only_looked_at(self) -> bool:
        """Whether a question is asked, and no answer to it is stored, on its way or begun."""
        return super().only_looked_at and not self.busy and not self.query_one(AnswerBox).text

    def concluded(self, judgement: Judgement) -> None:
        """Show the verdicts; a sure one is scheduled at once."""
        assert self.conversation is not None
        self.talk.conclude(self.conversation.question, judgement)
        if self.session.settles_alone(judgement):
            self._settle_alone()

    @calmly
    def _settle_alone(self) -> None:
        self._settle(None)
        self.rest()

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
        self.rest()

    def _advance(self) -> None:
        if self.conversation is not None:
            self.conversation.close()
        self.query_one(AnswerBox).put("")  # what was not sent is kept as a draft
        self.choose(self.session.next)

    # -- drawing ------------------------------------------------------------------------------------------------

    @calmly
    def chosen(self) -> None:
        """Show the question with what was said about it already."""
        conversation, self.settled, self._undone = self.conversation, None, False
        self.talk.clear()
        self.query_one(Chips).show(())
        box = self.query_one(AnswerBox)
        if conversation is None:
            self.session.finish()
            self._nothing_left()
            return
        question = conversation.question
        self.query_one(QuestionHead).show(question, self.session.left)
        for turn in conversation.attempt.turns:
            self.talk.put(turn.speaker, turn.text)
        if conversation.attempt.judgement is not None:
            self.mark(conversation.attempt.judgement)
        box.put(self.drafting.unsent(question.id))
        self._asked_at = time.monotonic()
        if conversation.needs_judging():
            self.carry_on(conversation)
        elif conversation.attempt.state == "judged" and conversation.attempt.judgement is not None:
            self.draw(Concluded(conversation.attempt.judgement))
        self.rest()

    def _nothing_left(self) -> None:
        self.query_one(QuestionHead).update("Nothing more to ask. Well done.")
        self.query_one(AnswerBox).disabled = True
        self.query_one(GradeLine).tell("Esc goes back.")
        self.refresh_bindings()

    @calmly
    def rest(self) -> None:
        """Show what the person can do now."""
        conversation = self.conversation
        if conversation is None or self.engaged:
            return
        box, line = self.query_one(AnswerBox), self.query_one(GradeLine)
        over = conversation.attempt.state not in ANSWERING
        box.disabled = over
        if not over:
            line.tell("")
            self.set_focus(box)
        else:
            self.set_focus(self.talk)
            judgement = conversation.attempt.judgement
            dates = self.session.consequences(conversation.question.id, self.settled)
            if self.settled is not None:
                line.tell(settled_line(self.settled, judgement, dates, self.today))
            else:
                shown = None if self._undone else judgement
                line.tell(open_line(shown, dates, self.today, failed=conversation.attempt.state == "not_graded"))
        self.refresh_bindings()
        self.talk.scroll_end(animate=False)
