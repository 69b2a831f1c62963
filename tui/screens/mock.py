"""Mock interview, before it begins: which rounds, which topic to dig into; or going on with one that was left open."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from coach.errors import CoachError, StorageError
from coach.mock import MockInterview, begin_mock, unfinished_mock
from coach.mock_plan import ROUNDS, USUAL_ROUNDS, Round, rounds_named
from tui.figures import counted
from tui.screens.base import CoachScreen, calmly
from tui.widgets.checklist import CheckList
from tui.widgets.footer import KeyFooter
from tui.widgets.status import ModelStatus


class MockScreen(CoachScreen[None]):
    """The choice of rounds. An interview that was left open comes first."""

    HELP = (
        "A mock interview asks what a real loop asks, with a clock that warns but never cuts you off. Verdicts come "
        "at the end, in a report. You can leave at any time and go on later at the same question."
    )
    CSS = """
    MockScreen #setup { padding: 1 2; }
    MockScreen .head { text-style: bold; color: $primary; height: auto; }
    MockScreen Static { height: auto; margin-bottom: 1; }
    MockScreen CheckList { margin-bottom: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    MockScreen #open { border: round $accent; padding: 0 1; }
    """
    AUTO_FOCUS = "#rounds"
    BINDINGS = [
        Binding("escape", "back", "Back", id="mock.back", tooltip="Back home"),
        Binding("ctrl+s", "begin", "Begin", id="mock.begin", tooltip="Begin with the chosen rounds"),
        Binding("g", "go_on", "Go on", id="mock.go_on", tooltip="Go on with the interview that was left open"),
        Binding("x", "end_open", "End it", id="mock.end_open", tooltip="End the open interview and see its report"),
    ]

    def __init__(self, *, rounds: Sequence[str] = (), topic: str = "", seed: int | None = None) -> None:
        """rounds: chosen at first; topic: to dig into; seed: the same one asks the same questions."""
        super().__init__()
        self._rounds, self._topic, self._seed = rounds or USUAL_ROUNDS, topic, seed
        self._open: MockInterview | None = None

    def compose(self) -> ComposeResult:
        """What is open, the rounds, the topic, the length."""
        rounds = CheckList(id="rounds")
        ticked = [at for at, round_ in enumerate(ROUNDS) if round_.name in self._rounds]
        rounds.show([_line(round_) for round_ in ROUNDS], ticked)
        with VerticalScroll(id="setup", can_focus=False):
            yield Static("Mock interview", classes="head")
            yield Static(id="open", markup=False)
            yield Static("Rounds (Space chooses, Ctrl+S begins)")
            yield rounds
            yield Static(id="length", markup=False)
            yield Input(self._topic, id="focus", placeholder="Topic of the depth round; empty: a surprise")
        yield ModelStatus()
        yield KeyFooter()

    @partial(calmly, leave=True)
    def on_screen_resume(self) -> None:
        """See what is open, also after leaving an interview."""
        self._open = unfinished_mock(self.session, self.coach.clock)
        step = self._open.step() if self._open else None
        box = self.query_one("#open", Static)
        box.display = self._open is not None
        if step:
            text = f"An interview is open: question {step.number} of {step.of}, {step.round.title.lower()}."
            box.update(
                Content.assemble(text, "\n", ("g", "bold"), " goes on, ", ("x", "bold"), " ends and reports it.")
            )
        elif self._open:
            box.update(
                Content.assemble("All questions of an interview are asked: ", ("x", "bold"), " shows its report.")
            )
        self.refresh_bindings()
        self._show_length()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer going on only when something is open."""
        if action in ("go_on", "end_open"):
            return self._open is not None
        return True

    @on(CheckList.Changed)
    def _show_length(self, event: Any = None) -> None:
        chosen = rounds_named(self._chosen()) if self._chosen() else []
        questions = sum(round_.questions for round_ in chosen)
        minutes = sum(round_.total_minutes for round_ in chosen)
        names = ", ".join(round_.title for round_ in chosen)
        text = f"Chosen: {names}. {counted(questions, 'question')}, about {minutes:.0f} minutes."
        text = text if chosen else "Nothing is chosen yet."
        self.query_one("#length", Static).update(text)

    @calmly
    def action_begin(self) -> None:
        """Choose the questions and go."""
        names = self._chosen()
        if not names:
            self.notify("Choose at least one round with Space.", severity="warning")
            return
        if self._open is not None:
            self.notify("End the open interview first (x), or go on with it (g).", severity="warning")
            return
        seed = self._seed if self._seed is not None else random.randrange(1 << 30)
        focus = self.query_one("#focus", Input).value.strip().lower().replace(" ", "-")
        try:
            mock = begin_mock(self.session, rounds_named(names), seed=seed, focus=focus, clock=self.coach.clock)
        except StorageError:
            raise
        except CoachError as error:  # about what was chosen
            self.say(error)
        else:
            self._conduct(mock)

    def action_go_on(self) -> None:
        """Go on at the very question."""
        if self._open is not None:
            self._conduct(self._open)

    @calmly
    def action_end_open(self) -> None:
        """Close the open interview and read its report."""
        if self._open is None:
            return
        from tui.screens.mock_report import NOTHING_ANSWERED, MockReportScreen

        self._open.finish()
        if self._open.answered:
            self.app.push_screen(MockReportScreen(self._open.id))
        else:
            self.notify(NOTHING_ANSWERED)
            self.on_screen_resume()

    def action_back(self) -> None:
        """Leave."""
        self.app.pop_screen()

    def _conduct(self, mock: MockInterview) -> None:
        from tui.screens.mock_interview import MockInterviewScreen

        self.app.push_screen(MockInterviewScreen(mock))

    def _chosen(self) -> list[str]:
        return [ROUNDS[at].name for at in sorted(self.query_one(CheckList).ticked)]


def _line(round_: Round) -> Content:
    size = f"{counted(round_.questions, 'question')}, {round_.total_minutes:.0f} min"
    return Content.assemble((f"{round_.title:<14}", "bold"), f"{size:<21}", (round_.about, "$text-muted"))
