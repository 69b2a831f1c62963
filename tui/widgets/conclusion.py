"""The end of an attempt: each point of the model answer beside the candidate's words, then the model answer itself."""

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Collapsible, Markdown, Static

from coach.models import Judgement, PointVerdict, Question
from coach.scoring.feedback import feedback
from tui.text import printable
from tui.widgets.talk import MARKS, WORDS

IMPORTANCE = {3: "essential", 2: "", 1: "nice to have"}


class Conclusion(Vertical):
    """Verdicts with evidence, what was wrong and why, one next step, the model answer (closed at first)."""

    DEFAULT_CSS = """
    Conclusion { height: auto; border: round $primary; padding: 0 1; margin-bottom: 1; }
    Conclusion .point { height: auto; margin-bottom: 1; }
    Conclusion .sign { width: 11; }
    Conclusion .texts { height: auto; layout: vertical; }
    Conclusion .texts Static { height: auto; width: 1fr; }
    Conclusion Collapsible { border: none; padding: 0; margin: 0; background: transparent; }
    Conclusion Markdown { background: transparent; padding: 0; }
    """

    def __init__(self, question: Question, judgement: Judgement) -> None:
        super().__init__()
        self.question, self.judgement = question, judgement
        self.border_title = (
            f"Score {judgement.score:.1f} of 5" if judgement.complete else "Your last reply is not judged"
        )
        self.border_subtitle = f"{judgement.judge}, {judgement.seconds:.1f} s"

    def compose(self) -> ComposeResult:
        """A row per point, feedback, the model answer."""
        for verdict in self.judgement.points:
            with Horizontal(classes="point"):
                yield Static(sign(verdict), classes="sign", markup=False)
                with Container(classes="texts"):
                    yield Static(statement(verdict), markup=False)
                    yield Static(own_words(verdict), classes="said", markup=False)
        told = feedback(self.judgement, self.question.mistakes)
        for wrong in told.wrong:
            if wrong.mistake:
                yield Static(f"A common mistake: {printable(wrong.mistake)}", markup=False)
        yield Static(Content.assemble(("Next: ", "bold"), printable(told.next_step)), classes="next", markup=False)
        with Collapsible(title="Model answer (m)", collapsed=True):
            yield Markdown(printable(self.question.answer), open_links=False)

    def toggle_answer(self) -> None:
        """Open or close the model answer."""
        answer = self.query_one(Collapsible)
        answer.collapsed = not answer.collapsed

    def scroll_to_answer(self) -> None:
        """Show the model answer from its beginning."""
        self.query_one(Collapsible).scroll_visible(top=True, animate=False)


def sign(verdict: PointVerdict) -> Content:
    """The verdict as a sign and a word."""
    mark, colour = MARKS[verdict.verdict]
    return Content.styled(f"{mark} {WORDS[verdict.verdict]}", f"{colour} bold")


def statement(verdict: PointVerdict) -> Content:
    """What a complete answer says, and how much it matters."""
    importance = IMPORTANCE[verdict.point.weight]
    return Content.assemble(printable(verdict.point.text), (f"  ({importance})" if importance else "", "$text-muted"))


def own_words(verdict: PointVerdict) -> Content:
    """The candidate's words on a point."""
    if verdict.evidence is None:
        asked = "not said, also when asked" if verdict.prompted else "not said"
        return Content.styled(asked if verdict.verdict == "missing" else "", "$text-muted")
    late = " (after a follow-up)" if verdict.prompted else ""
    return Content.assemble(
        ("you: ", "$text-muted"), (f"“{printable(verdict.evidence.text)}”", "italic"), (late, "$text-muted")
    )
