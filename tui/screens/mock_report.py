"""The report after an interview: competencies as a plot, moments with quotes, what to study and when, each answer."""

from asyncio import Lock
from collections.abc import Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coach.errors import CoachError
from coach.mock import confirm_grade, judge_again
from coach.report import Answered, Report, session_report
from coach.report_export import SIGNS, number, outcome, save, study_day, summary, title
from tui.hanging import Hanging, row
from tui.screens.base import CoachScreen
from tui.text import one_line, printable
from tui.widgets.footer import KeyFooter
from tui.widgets.plots import Panel, ScoreBars

NOTHING_ANSWERED = "Nothing was answered, so there is no report."


class MockReportScreen(CoachScreen[None]):
    """Reads the report anew after every grade."""

    HELP = (
        "Tab leads to the list of answers at the end: Enter shows it with its verdicts, 0 to 5 grades it (what the "
        "judge was unsure about waits for you), j judges a failed one again. m, w and s export the report."
    )
    CSS = """
    MockReportScreen #page { padding: 1 2; }
    MockReportScreen .below { height: auto; padding-left: 4; }
    MockReportScreen .head { text-style: bold; color: $primary; height: auto; }
    MockReportScreen .part { height: auto; margin-top: 1; }
    MockReportScreen OptionList { height: auto; max-height: 100%; border: round $primary; background: transparent; }
    """
    AUTO_FOCUS = "#page"
    BINDINGS = [
        Binding("escape", "back", "Back", id="report.back", tooltip="Leave the report; it can be read again"),
        Binding("m", "export('md')", "Markdown", id="report.markdown", tooltip="Export as Markdown"),
        Binding("w", "export('html')", "Web page", id="report.html", tooltip="Export as HTML"),
        Binding("s", "export('json')", "JSON", id="report.json", tooltip="Export as JSON"),
        Binding("j", "judge", "Judge again", id="report.judge", tooltip="Judge an answer that was not graded"),
        *[
            Binding(str(g), f"grade({g})", str(g), show=False, id=f"report.grade{g}", tooltip=f"Grade this answer {g}")
            for g in range(6)
        ],
    ]

    def __init__(self, session_id: int | None = None) -> None:
        super().__init__()
        self._session_id = session_id
        self.report: Report | None = None
        self._drawing = Lock()

    def compose(self) -> ComposeResult:
        """One page, with the list of answers at its end."""
        yield VerticalScroll(id="page")
        yield KeyFooter()

    async def on_mount(self) -> None:
        """Show the report."""
        await self.load()

    async def load(self, highlighted: int | None = None) -> None:
        """Compute the report and draw it."""
        page = self.query_one("#page", VerticalScroll)
        async with self._drawing:  # a grade and a new judgement may come at the same time
            await page.remove_children()
            try:
                self.report = session_report(self.session, self._session_id)
            except CoachError as error:
                await page.mount(Static(printable(str(error)), markup=False))
                return
            await page.mount(*parts(self.report))
        answers = self._answers()
        if highlighted is not None and answers is not None:
            answers.highlighted = highlighted
            answers.focus()

    def action_back(self) -> None:
        """Leave."""
        self.app.pop_screen()

    def action_export(self, suffix: str) -> None:
        """Write the report into the home's folder of reports and say where."""
        if self.report is None:
            return
        try:
            file = save(self.report, self.coach.config.paths.reports, suffix)
        except CoachError as error:
            self.say(error)
        else:
            self.notify(str(file), title="Exported", timeout=10, markup=False)

    @on(OptionList.OptionSelected)
    def open_answer(self, event: OptionList.OptionSelected) -> None:
        """Show one answer with its verdicts."""
        from tui.screens.answered import AnsweredScreen

        if self.report is not None:
            self.app.push_screen(AnsweredScreen(self.report.answers[event.option_index]))

    async def action_grade(self, grade: int) -> None:
        """The person's grade for the chosen answer."""
        answer = self._chosen()
        if answer is None or answer.status == "skipped":
            return
        try:
            confirm_grade(self.session, answer.attempt_id, grade, self.coach.clock)
        except CoachError as error:
            self.say(error)
            return
        await self.load(self._highlighted())

    def action_judge(self) -> None:
        """Judge a failed answer again, in the background."""
        answer = self._chosen()
        if answer is not None and answer.status == "not graded":
            self.notify("Judging again …")
            self._judge(answer.attempt_id)

    @work(thread=True, exclusive=True, group="judge")
    def _judge(self, attempt_id: int) -> None:
        try:
            judged = judge_again(self.session, attempt_id) is not None
        except CoachError as error:
            self.app.call_from_thread(self.say, error)
            return
        text = "Judged: confirm the grade with 0 to 5." if judged else "It could not be judged. Grade it with 0 to 5."
        self.app.call_from_thread(self.notify, text)
        self.app.call_from_thread(self._reload)

    def _reload(self) -> None:
        self.run_worker(self.load(self._highlighted() or 0))

    def _answers(self) -> OptionList | None:
        """The list of answers; None while the page is drawn, and when there is nothing to report."""
        return self.query_one_optional("#answers", OptionList)

    def _highlighted(self) -> int | None:
        answers = self._answers()
        return answers.highlighted if answers is not None else None

    def _chosen(self) -> Answered | None:
        at = self._highlighted()
        return self.report.answers[at] if self.report is not None and at is not None else None


def parts(report: Report) -> Iterator[Widget]:
    """The page from top to bottom."""
    yield Static(title(report), classes="head", markup=False)
    yield Static(summary(report), markup=False, classes="part")
    if report.score is not None:
        plot = ScoreBars([(one.name, one.score) for one in report.competencies])
        rests = "; ".join(f"{one.name} {number(one.score)} ({one.of}: {one.about})" for one in report.competencies)
        yield Panel("Competencies, 0 to 5", plot, rests, id="panel-competencies")
    for head, moments in (("Best moments", report.best), ("Weakest moments", report.weakest)):
        if moments:
            yield Static(Content.styled(head, "bold $accent"), classes="part")
        for moment in moments:
            quote = f"“{one_line(moment.quote)}”" if moment.quote else "you did not mention it"
            yield Static(Hanging([row(f"{SIGNS[moment.verdict]} ", printable(moment.point))]), markup=False)
            yield _below(Content.assemble((quote, "italic"), "\n", (one_line(moment.question), "$text-muted")))
    if report.study:
        yield Static(Content.styled("What to study, and when it comes back", "bold $accent"), classes="part")
    for item in report.study:
        yield Static(Content.styled(study_day(item), "bold"))
        yield _below(Content.assemble(printable(item.advice), "\n", (one_line(item.question), "$text-muted")))
    keys = ("  Tab, then Enter shows an answer, 0-5 grades it", "$text-muted")
    yield Static(Content.assemble(("Question by question", "bold $accent"), keys), classes="part")
    yield OptionList(*(Option(answer_line(answer)) for answer in report.answers), id="answers", markup=False)


def _below(text: Content) -> Static:
    """What belongs to the line above it, indented also where it wraps."""
    return Static(text, classes="below", markup=False)


def answer_line(answer: Answered) -> Content:
    """Question, then what became of the answer."""
    return Hanging([row("", (one_line(answer.question.text), "bold")), row("    ", (outcome(answer), "$text-muted"))])
