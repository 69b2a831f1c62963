"""A question being answered: what is sent goes to the judge in a worker, and what happens is drawn as it happens."""

from collections.abc import Callable
from functools import cached_property

from textual import on
from textual.widgets import TextArea

from coach.conversation import Conversation
from coach.errors import CoachError
from coach.events import Concluded, Event, Judged, Notice, Piece, Said, Ungraded, Working
from coach.models import Judgement
from tui import conduct
from tui.drafting import Drafting
from tui.screens.base import calmly
from tui.screens.question_tools import QuestionTools
from tui.widgets.answer import AnswerBox
from tui.widgets.confidence import ConfidenceBar
from tui.widgets.grades import GradeLine
from tui.widgets.talk import Chips
from tui.widgets.transcript import Transcript

ANSWERING = ("asked", "answered", "following_up")
DONT_KNOW = "I don't know."


class Conversing(QuestionTools):
    """States: answering -> (sure?) -> working -> answering ... -> concluded.

    A screen of this kind has an answer box, a transcript, chips, a line of grades and a bar for confidence. It says in
    `concluded` what becomes of a verdict, and in `rest` what the person can do now.
    """

    def __init__(self) -> None:
        super().__init__()
        self.busy = False
        self._held: list[Event] | None = None  # events that wait until confidence was told

    def on_unmount(self) -> None:
        """Give the model's memory back; a worker that still uses it does that itself."""
        if self.conversation is not None and not self.busy and not self.quitting:
            self.conversation.close()

    @cached_property
    def drafting(self) -> Drafting:
        """Keeps unsent text where a crash cannot reach it."""
        return Drafting(self.coach.config.paths, self)

    def concluded(self, judgement: Judgement) -> None:
        """The attempt is over with this judgement."""
        raise NotImplementedError

    def rest(self) -> None:
        """Show what the person can do now; nothing while `engaged`."""
        raise NotImplementedError

    # -- what the person does -----------------------------------------------------------------------------------

    @on(AnswerBox.Sent)
    def send(self, event: AnswerBox.Sent) -> None:
        """Store and judge what was typed; while `engaged` the text simply stays in the box."""
        if self.conversation is not None and not self.engaged and self.conversation.attempt.state in ANSWERING:
            self._reply(event.box.take(), ask_confidence=True)

    @on(TextArea.Changed, "#answer")
    def typed(self, event: TextArea.Changed) -> None:
        """Keep unsent text with every key."""
        if self.conversation is not None:
            self.drafting.changed(self.conversation.question.id, event.text_area.text)

    def action_dont_know(self) -> None:
        """Answer that one does not know."""
        self._reply(DONT_KNOW, ask_confidence=False)

    @calmly
    def action_hint(self) -> None:
        """Show the next hint."""
        assert self.conversation is not None
        self.talk.put("coach", f"Hint: {self.conversation.give_hint().turn.text}")

    def action_retry(self) -> None:
        """Judge what is stored: after a failure, or after the model was stopped."""
        assert self.conversation is not None
        self.carry_on(self.conversation)

    def action_stop(self) -> None:
        """Stop the model if it works, else go back."""
        if self._held is not None:
            self.query_one(ConfidenceBar).action_tell(0)
        elif self.busy:
            assert self.conversation is not None
            conduct.stop(self, self.conversation.stop)
            self.query_one(GradeLine).tell("stopping …")
        else:
            self.leave()

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
            self.draw(item)
        self.rest()

    # -- what the coach does ------------------------------------------------------------------------------------

    def carry_on(self, conversation: Conversation, text: str | None = None) -> None:
        """Reply to `text`; without one, judge what is stored already."""
        self.busy = True
        self.refresh_bindings()
        conduct.carry_on(self, conversation, text)

    def _reply(self, text: str, *, ask_confidence: bool) -> None:
        assert self.conversation is not None
        first = not any(turn.kind == "answer" for turn in self.conversation.attempt.turns)
        self.talk.put("candidate", text)
        self.drafting.sent(self.conversation.question.id, text)
        self.carry_on(self.conversation, text)
        if first and ask_confidence and self.coach.config.study.ask_confidence:
            self._held = []
            self.query_one(ConfidenceBar).ask()

    @on(conduct.Happened)
    def happened(self, message: conduct.Happened) -> None:
        """Draw an event now, or once confidence was told."""
        self.drafting.stored()
        if self._held is not None and not isinstance(message.event, Working):
            self._held.append(message.event)
        else:
            self.draw(message.event)

    def draw(self, event: Event) -> None:
        """Draw an event."""
        match event:
            case Working(what):
                self.query_one(GradeLine).tell(f"{what} … (Esc stops)")
            case Judged(judgement):
                self.mark(judgement)
            case Piece(text):
                self.talk.stream(text)
            case Said(turn):
                self.talk.put("coach", turn.text)
            case Notice(text):
                self.talk.put("note", text)
            case Concluded(judgement):
                self.concluded(judgement)
            case Ungraded(reason, hint):
                self.talk.put("note", f"Not graded: {reason} {hint}")

    @on(conduct.Failed)
    def failed(self, message: conduct.Failed) -> None:
        """Say calmly what went wrong; what was typed is on disk, in the box, or both."""
        if not message.unsaved:
            self.fault(message.error, self.action_retry)
            return
        assert self.conversation is not None
        kept = self.drafting.rescue(self.conversation.question, message.unsaved)
        self.talk.take_back()
        box = self.query_one(AnswerBox)
        box.put_before(message.unsaved)
        self.fault(message.error, lambda: self._reply(box.take(), ask_confidence=False), kept)

    @on(conduct.Waiting)
    def waiting(self, message: conduct.Waiting) -> None:
        """The person's turn."""
        self.busy = False
        self.query_one(GradeLine).tell("")  # also while confidence is asked, when `rest` says nothing
        self.talk.end_stream()
        if message.stopped and self.unjudged():
            self.talk.put("note", "Stopped. F7 goes on.")
        self.rest()

    def fault(self, error: CoachError, again: Callable[[], object], kept: str = "", *, leave: bool = False) -> None:
        """Show a failure with the choice to try again; nobody is asked for confidence any more."""
        if self._held is not None:
            self._held = None
            self.query_one(ConfidenceBar).remove_class("-asking")
        super().fault(error, again, kept, leave=leave)

    @property
    def engaged(self) -> bool:
        """Whether the model works or confidence is being asked."""
        return self.busy or self._held is not None

    def unjudged(self) -> bool:
        """Whether an answer is stored and not judged."""
        return self.conversation is not None and self.conversation.needs_judging()

    def mark(self, judgement: Judgement) -> None:
        """Draw the verdicts: a sign for each point, and the quotes in the candidate's words."""
        self.query_one(Chips).show(judgement.points)
        self.talk.mark(judgement)

    @property
    def talk(self) -> Transcript:
        """What was said."""
        return self.query_one(Transcript)
