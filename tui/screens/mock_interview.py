"""Mock interview, while it runs: question, clock, answer; no verdict in sight."""

import time
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static, TextArea

from coach.errors import CoachError
from coach.events import Notice, Piece, Said, Working
from coach.mock import MockInterview, Step
from tui import conduct
from tui.conduct import Failed, Happened, Waiting
from tui.drafting import Drafting
from tui.editor import edited
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.widgets.answer import AnswerBox
from tui.widgets.footer import KeyFooter
from tui.widgets.status import ModelStatus
from tui.widgets.transcript import Transcript

WARNINGS = {
    "last minute": "The last minute of this question. Come to your point.",
    "over": "The time for this question is over. Finish your thought: nobody cuts you off.",
}


class MockInterviewScreen(CoachScreen[None]):
    """The clock runs while it is the candidate's turn, not while the interviewer thinks."""

    HELP = (
        "Answer as you would speak. The clock counts your time only; it warns, it never cuts. There is no verdict "
        "before the end. Esc leaves: the interview goes on later at this question."
    )
    CSS = """
    MockInterviewScreen #clock { height: 1; padding: 0 2; background: $surface; color: $text-muted; }
    MockInterviewScreen #clock.last { color: $warning; }
    MockInterviewScreen #clock.over { color: $error; }
    MockInterviewScreen #question { height: auto; max-height: 40%; padding: 0 2; background: $panel; text-style: bold; }
    MockInterviewScreen #thinking { height: 1; padding: 0 2; color: $text-muted; }
    """
    AUTO_FOCUS = "#answer"
    BINDINGS = [
        Binding("escape", "stop", "Stop/Leave", id="interview.stop", tooltip="Stop the model, or leave for now"),
        Binding("f5", "dont_know", "Don't know", priority=True, id="interview.dont_know", tooltip="Say so"),
        Binding("f6", "skip", "Move on", priority=True, id="interview.skip", tooltip="Go on to the next question"),
        Binding(
            "f7", "go_on", "Go on", priority=True, id="interview.go_on", tooltip="Try again after a failure or a stop"
        ),
        Binding("f8", "end", "End", priority=True, id="interview.end", tooltip="End the interview and see the report"),
        Binding(
            "f9",
            "editor",
            "Editor",
            priority=True,
            show=False,  # the empty box says so
            id="interview.editor",
            tooltip="Answer in your own editor",
        ),
    ]
    busy: reactive[bool] = reactive(False, bindings=True)

    def __init__(self, mock: MockInterview, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._mock = mock
        self._step: Step | None = None
        self._now = monotonic
        self._since: float | None = None  # when the candidate's turn began; None while it is not theirs
        self._used = 0.0
        self._warned: set[str] = set()
        self._asked_to_end = False

    def compose(self) -> ComposeResult:
        """Clock, question, conversation, answer box."""
        yield Static(id="clock", markup=False)
        yield Static(id="question", markup=False)
        yield Transcript(id="talk")
        yield Static(id="thinking", markup=False)
        yield AnswerBox(id="answer")
        yield ModelStatus()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Ask, and start the clock."""
        self._drafting = Drafting(self.coach.config.paths, self)
        self.set_interval(1.0, self._tick)
        self._advance()

    def on_unmount(self) -> None:
        """Keep the time, and give the model's memory back unless a worker uses it, however the screen was left."""
        try:
            self._keep_time()
        except CoachError as error:
            self.say(error)
        if not self.busy and not self.quitting:
            self._mock.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there in the states they are meant for."""
        if action == "go_on":
            return not self.busy and self._unjudged()
        if action in ("dont_know", "skip", "end", "editor"):
            return not self.busy
        return True

    # -- what the person does -----------------------------------------------------------------------------------

    @on(AnswerBox.Sent)
    def send(self, event: AnswerBox.Sent) -> None:
        """Take the answer; while the interviewer thinks it stays in the box."""
        if not self.busy and self._step is not None and not self._unjudged():
            self._reply(event.box.take())

    @on(TextArea.Changed, "#answer")
    def typed(self, event: TextArea.Changed) -> None:
        """Keep unsent text where a crash cannot reach it."""
        if self._step is not None:
            self._drafting.changed(self._step.question.id, event.text_area.text)

    def action_dont_know(self) -> None:
        """Say so."""
        if not self._unjudged():
            self._drop_unsent()
            self._reply("I don't know.")

    def action_skip(self) -> None:
        """On to the next question; what was judged of this one counts."""
        if self._step is None:
            return
        try:
            self._mock.skip(self._step, self._stop_clock())
            self._drop_unsent()
            self._advance()
        except CoachError as error:
            self.fault(error, self.action_skip)

    def action_editor(self) -> None:
        """Write the answer in $EDITOR; it comes back into the box, unsent."""
        box = self.query_one(AnswerBox)
        try:
            box.text = edited(self.app, box.text)
        except CoachError as error:
            self.say(error)

    def action_go_on(self) -> None:
        """Judge what was stored and not judged."""
        step = self._step
        if step is not None:
            self._work(lambda: self._mock.go_on(step), "")

    def action_end(self) -> None:
        """Pressed twice: end the interview here."""
        left = self._step.of - self._step.number if self._step else 0
        if left and not self._asked_to_end:
            self._asked_to_end = True
            self.notify(f"{left} questions have not been asked. F8 once more ends the interview.", timeout=6)
            return
        self._finish()

    def action_stop(self) -> None:
        """Stop the model while it works, else leave; the interview stays open."""
        if self.busy:
            conduct.stop(self, self._mock.stop)
            self.query_one("#thinking", Static).update("stopping …")
            return
        self.app.pop_screen()

    # -- what the interviewer does ------------------------------------------------------------------------------

    def _reply(self, text: str) -> None:
        step, used = self._step, self._stop_clock()
        if step is None:
            return
        self._drafting.sent(step.question.id, text)
        self.query_one(Transcript).put("candidate", text)
        self._work(lambda: self._mock.reply(step, text, used), text)

    def _drop_unsent(self) -> None:
        """Empty the box for what is asked next; what was in it is kept as a draft of this question."""
        box = self.query_one(AnswerBox)
        with box.prevent(TextArea.Changed):
            box.put("")

    def _work(self, begin: Callable[[], object], text: str) -> None:
        self.busy = True
        self._since = None
        conduct.run(self, begin, unsaved=lambda: text, close=self._mock.close)

    @on(Happened)
    def show(self, message: Happened) -> None:
        """Draw what a candidate may see."""
        talk = self.query_one(Transcript)
        match message.event:
            case Working():
                self._drafting.stored()
                self.query_one("#thinking", Static).update("The interviewer is thinking … (Esc stops)")
            case Piece(text):
                talk.stream(text)
            case Said(turn):
                talk.put("coach", turn.text)
            case Notice(text):
                talk.put("note", text)

    @on(Failed)
    def fail(self, message: Failed) -> None:
        """Say what is wrong; the answer is stored, or in a file of its own and back in the box."""
        step, text = self._step, message.unsaved
        if step is None or not text or self._mock.took_answer(step):
            self.fault(message.error, self.action_go_on, "Your answer is stored; F7 goes on with it.")
            return
        kept = self._drafting.rescue(step.question, text)
        self.query_one(Transcript).take_back()
        box = self.query_one(AnswerBox)
        box.put_before(text)
        self.fault(message.error, lambda: self._reply(box.take()), kept)

    @on(Waiting)
    def wait(self) -> None:
        """The candidate's turn: at this question, or at the next one."""
        self.busy = False
        self.query_one("#thinking", Static).update("")
        self.query_one(Transcript).end_stream()
        self._advance()

    def _advance(self) -> None:
        """Show the question that is open now, or the report."""
        try:
            step = self._mock.step()
        except CoachError as error:
            self.fault(error, self._advance)
            return
        before, self._step = self._step, step
        if step is None:
            self._finish()
            return
        if before is None or before.attempt.id != step.attempt.id:
            self._ask(step, before)
        unjudged = self._unjudged()
        if unjudged:
            self.query_one("#thinking", Static).update("This answer waits to be judged: F7 goes on.")
        else:
            self._since = self._now()
        self.query_one(AnswerBox).focus()
        self.refresh_bindings()
        self._tick()

    def _ask(self, step: Step, before: Step | None) -> None:
        self._used, self._warned, self._asked_to_end = step.used_seconds, set(), False
        talk = self.query_one(Transcript)
        talk.clear()
        if before is None or before.round != step.round:
            talk.put("note", f"{step.round.title}: {step.round.about}.")
        for turn in step.said:
            talk.put(turn.speaker, turn.text)
        kind = step.question.kind.replace("_", " ")
        head = (f"{step.question.topic} · {kind} · level {step.question.level}\n", "$text-muted not bold")
        self.query_one("#question", Static).update(Content.assemble(head, printable(step.question.text)))
        self.query_one(AnswerBox).put_before(self._drafting.unsent(step.question.id))

    def _finish(self) -> None:
        from tui.screens.mock_report import NOTHING_ANSWERED, MockReportScreen

        try:
            self._keep_time()
            self._mock.finish()
            answered = self._mock.answered
        except CoachError as error:
            self.fault(error, self._finish)
            return
        if answered:
            self.app.switch_screen(MockReportScreen(self._mock.id))
        else:
            self.notify(NOTHING_ANSWERED)
            self.app.pop_screen()

    # -- the clock ----------------------------------------------------------------------------------------------

    def _elapsed(self) -> float:
        return self._used + (self._now() - self._since if self._since is not None else 0.0)

    def _stop_clock(self) -> float:
        self._used, self._since = self._elapsed(), None
        return self._used

    def _keep_time(self) -> None:
        if self._step is not None:
            self._mock.note_time(self._step, self._stop_clock())

    def _tick(self) -> None:
        step = self._step
        if step is None:
            return
        used = self._elapsed()
        state = step.timer.state(used)
        line = self.query_one("#clock", Static)
        note = {"last minute": " (last minute)", "over": " (take the time you need)"}.get(state, "")
        line.update(f"{step.round.title} · question {step.number} of {step.of} · {step.timer.text(used)}{note}")
        line.set_class(state == "last minute", "last")
        line.set_class(state == "over", "over")
        if state in WARNINGS and state not in self._warned and self._since is not None:
            self._warned.add(state)
            self.notify(WARNINGS[state], timeout=6)

    def _unjudged(self) -> bool:
        return self._step is not None and self._mock.needs_judging(self._step)
