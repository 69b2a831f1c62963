"""What was said about one question, with quotes marked, streamed sentences, and the conclusion at the end."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from coach.models import Judgement, Question
from tui.text import printable
from tui.widgets.conclusion import Conclusion
from tui.widgets.talk import Said


class QuestionHead(Static):
    """Topic, kind, level and the question itself."""

    DEFAULT_CSS = """
    QuestionHead { height: auto; max-height: 40%; overflow-y: auto; padding: 0 2; background: $panel; }
    """

    def show(self, question: Question, left: int) -> None:
        """Write the question. left: how many more come after it."""
        more = f" · {left} more" if left else ""
        head = f"{question.topic} · {question.kind.replace('_', ' ')} · level {question.level}{more}"
        self.update(Content.assemble((head, "$text-muted"), "\n", (printable(question.text), "bold")))


class Transcript(VerticalScroll):
    """The turns of one attempt; scrolls to the newest."""

    DEFAULT_CSS = """
    Transcript { padding: 1 2; height: 1fr; }
    Transcript > Vertical { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._turns = Vertical()
        self._streaming: Said | None = None

    def compose(self) -> ComposeResult:
        """All turns stand in one container."""
        yield self._turns

    def clear(self) -> None:
        """Begin anew."""
        self._streaming = None
        self._turns.remove_children()

    def put(self, who: str, text: str) -> None:
        """Add a turn; a streamed half sentence before it goes away."""
        self.end_stream()
        self._turns.mount(Said(who, text))
        self.scroll_end(animate=False)

    def take_back(self) -> None:
        """Remove the newest turn of the candidate."""
        mine = [said for said in self._turns.query(Said) if said.who == "candidate"]
        mine[-1].remove()

    def stream(self, piece: str) -> None:
        """Add to the sentence that is being generated."""
        if self._streaming is None:
            self._streaming = Said("coach", "")
            self._turns.mount(self._streaming)
        self._streaming.add(piece)
        self.scroll_end(animate=False)

    def end_stream(self) -> None:
        """Take a half sentence away: the checked one follows, or the model was stopped in the middle of it."""
        if self._streaming is not None:
            self._streaming.remove()
            self._streaming = None

    def mark(self, judgement: Judgement) -> None:
        """Mark the quotes that the verdicts rest on in the candidate's words."""
        for said in self._turns.query(Said):
            if said.who == "candidate":
                said.show(said.text, judgement.points)

    def conclude(self, question: Question, judgement: Judgement) -> None:
        """Add the verdicts and the model answer."""
        self._turns.mount(Conclusion(question, judgement))
        self.call_after_refresh(self.scroll_end, animate=False)

    def toggle_answer(self) -> None:
        """Open or close the model answer."""
        for conclusion in self._turns.query(Conclusion):
            conclusion.toggle_answer()
            self.call_after_refresh(conclusion.scroll_to_answer)
