"""One question: what it asks, its model answer and key points, when it was answered and when it comes back; editing."""

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static

from coach.library import History, history
from coach.models import Question
from coach.srs.leeches import Leech
from tui.figures import counted
from tui.hanging import Hanging, row
from tui.places import place
from tui.screens.base import calmly
from tui.screens.edits_question import EditsQuestion
from tui.text import printable
from tui.widgets.footer import KeyFooter


class QuestionScreen(EditsQuestion):
    """Everything about one question. The answer is shown: this is a library, not an interview."""

    HELP = "e edits the question here, E in your own editor; your edit stands until its source changes this question."
    CSS = """
    QuestionScreen #page { padding: 1 2; }
    QuestionScreen .head { text-style: bold; height: auto; }
    QuestionScreen .meta { color: $text-muted; height: auto; margin-bottom: 1; }
    QuestionScreen .leech { color: $text-warning; height: auto; margin-bottom: 1; }
    QuestionScreen .part { height: auto; margin-top: 1; }
    QuestionScreen Markdown { background: transparent; padding: 0; margin: 0; }
    """
    AUTO_FOCUS = "#page"
    BINDINGS = [
        Binding("escape", "back", "Back", id="question.back", tooltip="Back to the list"),
        Binding("p", "practise", "Practise", id="question.practise", tooltip="Be asked this question now"),
        Binding("e", "edit", "Edit", id="question.edit", tooltip="Change the question here"),
        Binding("E", "edit_outside", "Editor", id="question.editor", tooltip="Change it in your own editor"),
    ]

    def __init__(self, question_id: str) -> None:
        super().__init__()
        self._question_id = question_id

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        yield VerticalScroll(id="page")
        yield KeyFooter()

    def on_screen_resume(self) -> None:
        """Show the question as it is now, also after practising or editing it."""
        self.show()

    @partial(calmly, leave=True)
    def show(self) -> None:
        """Fill the page."""
        page = self.query_one("#page", VerticalScroll)
        page.remove_children()
        question = self._question()
        if question is None:
            page.mount(Static("This question is not there any more.", markup=False))
            return
        leech = self.coach.parts.planner.leech(question, self.coach.clock())
        page.mount(*parts(question, history(self.session, question.id), leech))

    def action_back(self) -> None:
        """Leave."""
        self.app.pop_screen()

    def action_practise(self) -> None:
        """Be asked it, above this page, which then shows the new answer."""
        self.app.push_screen(place("practice").make(question=self._question_id))

    def action_edit(self) -> None:
        """Edit in place."""
        self.edit_here(self._question_id)

    def action_edit_outside(self) -> None:
        """Edit in $EDITOR."""
        self.edit_outside(self._question_id)

    def question_changed(self) -> None:
        """Show it."""
        self.notify("Saved. It stands until its source changes this question.")
        self.show()

    @on(Markdown.LinkClicked)
    def no_links(self, event: Markdown.LinkClicked) -> None:
        """Nothing is opened from a document."""
        event.prevent_default()

    def _question(self) -> Question | None:
        return self.session.store.questions.get(self._question_id)


def parts(question: Question, past: History, leech: Leech | None = None) -> Iterator[Widget]:
    """The page from top to bottom."""
    yield Static(printable(question.text), classes="head", markup=False)
    tags = f" · {', '.join(question.tags)}" if question.tags else ""
    origin = question.source + (f", {question.section}" if question.section else "")
    kind = question.kind.replace("_", " ")
    meta = f"{question.topic} · {kind} · level {question.level}{tags}\n{origin}\n{schedule_line(past)}"
    yield Static(printable(meta), classes="meta", markup=False)
    if leech is not None:
        yield Static(f"Does not stick: {leech.why}. {leech.advice}", classes="leech", markup=False)
    yield Static(Content.styled("Model answer", "bold $accent"), classes="part")
    yield Markdown(printable(question.answer) or "*none*", open_links=False)
    yield Static(points_content(question), classes="part", markup=False)
    for name, lines in (("Common mistakes", question.mistakes), ("Follow-ups", question.follow_ups)):
        if lines:
            rows = [row("", (name, "bold $accent")), *(row("• ", printable(line)) for line in lines)]
            yield Static(Hanging(rows), classes="part", markup=False)
    if past.answers:
        yield Static(history_content(past), classes="part", markup=False)


def schedule_line(past: History) -> str:
    """When it comes back and how it went so far."""
    card = past.card
    if card is None:
        return "Never asked yet."
    due = f"due {card.due:%a %d %b %Y}" if card.due else "never due again"
    drill = ", to be drilled today" if card.redrill else ""
    forgotten = f", forgotten {card.lapses} times" if card.lapses > 1 else ", forgotten once" if card.lapses else ""
    interval, times = counted(card.interval_days, "day"), counted(card.reviews, "review")
    return f"{due}{drill}; interval {interval}, easiness {card.ef_hundredths / 100:.2f}, {times}{forgotten}"


def history_content(past: History) -> Content:
    """Every answer that counts: day, grade as bar and number."""
    lines = [Content.styled("History", "bold $accent")]
    for answer in past.answers[-12:]:
        note = "  drilled the same day" if answer.drill else ""
        bar = "█" * answer.grade + "░" * (5 - answer.grade)
        colour = "$success" if answer.grade >= 3 else "$warning"
        lines.append(
            Content.assemble(f"{answer.day:%d %b %Y}  ", (bar, colour), f"  {answer.grade}", (note, "$text-muted"))
        )
    return Content("\n").join(lines)


def points_content(question: Question) -> Content:
    """Key points with their weight, and the probe that leads to each."""
    if not question.key_points:
        return Content.styled("Key points are derived from the model answer when the question is asked.", "$text-muted")
    lines = [row("", ("Key points", "bold $accent"))]
    for point in question.key_points:
        derived = "  (derived)" if point.derived else ""
        lines.append(row((f"({point.weight}) ", "$text-muted"), printable(point.text), (derived, "$text-muted")))
        if point.probe:
            lines.append(row(("      probe: ", "$text-muted"), (printable(point.probe), "$text-muted")))
    return Hanging(lines)
