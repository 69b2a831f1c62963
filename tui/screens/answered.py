"""One answer of a finished interview: what was said, and the verdicts with the candidate's own words."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from coach.report import Answered
from coach.report_export import outcome
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.widgets.conclusion import Conclusion
from tui.widgets.footer import KeyFooter
from tui.widgets.talk import Said


class AnsweredScreen(CoachScreen[None]):
    """Opened from a report."""

    HELP = "What you said, point by point beside what a complete answer holds; m opens the model answer."
    CSS = """
    AnsweredScreen #page { padding: 1 2; }
    AnsweredScreen .head { text-style: bold; height: auto; }
    AnsweredScreen .meta { color: $text-muted; height: auto; margin-bottom: 1; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS = "#page"
    BINDINGS = [
        Binding("escape", "back", "Back", id="answered.back", tooltip="Back to the report"),
        Binding("m", "answer", "Model answer", id="answered.answer", tooltip="Open or close the model answer"),
    ]

    def __init__(self, answer: Answered) -> None:
        super().__init__()
        self._answer = answer

    def compose(self) -> ComposeResult:
        """Question, outcome, transcript, verdicts."""
        answer = self._answer
        with VerticalScroll(id="page"):
            yield Static(printable(answer.question.text), classes="head", markup=False)
            yield Static(outcome(answer), classes="meta", markup=False)
            for turn in answer.turns:
                said = Said(turn.speaker, turn.text)
                if turn.speaker == "candidate":
                    said.show(turn.text, answer.points)
                yield said
            if answer.judgement is not None:
                yield Conclusion(answer.question, answer.judgement)
        yield KeyFooter()

    def action_answer(self) -> None:
        """Open or close the model answer."""
        for conclusion in self.query(Conclusion):
            conclusion.toggle_answer()

    def action_back(self) -> None:
        """Back to the report."""
        self.app.pop_screen()
