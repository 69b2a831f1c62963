"""What there is room for on a large terminal beside the day's figures: today's questions, mastery, what comes."""

from datetime import date

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from coach.overview import Answered, Planned, Standing
from tui import figures as words
from tui.screens.statistics import forecast, mastery, retention
from tui.text import one_line, printable
from tui.widgets.grades import MEANINGS, day_text
from tui.widgets.plots import Panel, Plot

MASTERY_ROWS = 8


class Lists(Vertical):
    """Today's questions, and the latest answers."""

    DEFAULT_CSS = """
    Lists { height: auto; }
    Lists Static { text-wrap: nowrap; text-overflow: ellipsis; }
    """
    found: reactive[Standing | None] = reactive(None, recompose=True)

    def compose(self) -> ComposeResult:
        """A panel each; nothing before the log is read."""
        if self.found is None:
            return
        planned, latest = self.found.planned, self.found.latest
        if planned:
            rows = Static(Content("\n").join(_planned(one) for one in planned), markup=False)
            yield Panel("Today", rows, "Review (r) asks them in this order.", id="panel-today")
        if latest:
            today = date.fromisoformat(self.found.figures["day"])
            rows = Static(Content("\n").join(_answered(one, today) for one in latest), markup=False)
            yield Panel("Latest answers", rows, words.practice(self.found.figures), id="panel-latest")


class Figures(Vertical):
    """What is known and how surely, what comes, and how much of what was known still is."""

    DEFAULT_CSS = "Figures { height: auto; }"
    found: reactive[Standing | None] = reactive(None, recompose=True)

    def compose(self) -> ComposeResult:
        """Each as on the screen of statistics."""
        if self.found is None:
            return
        figures = self.found.figures
        yield Panel("Weakest topics", mastery(figures, MASTERY_ROWS), words.mastery(figures), id="panel-mastery")
        ahead = Plot(lambda plot: forecast(plot, figures))
        yield Panel("Next 30 days", ahead, words.forecast(figures), id="panel-forecast")
        kept = figures["retention"]["all"] is not None
        curve = Plot(lambda plot: retention(plot, figures)) if kept else None
        yield Panel("Still known, by days since last asked", curve, words.retention(figures), id="panel-retention")


def _planned(one: Planned) -> Content:
    """Why it is asked, how long it takes, the question; the topic where there is room."""
    late = f"{one.overdue_days} d late" if one.overdue_days else "due"
    why = "new" if one.overdue_days is None else late
    head, topic = f"{why:<9} {one.minutes:>2.0f} min  ", f"  {printable(one.topic)}"
    return Content.assemble((head, "$text-muted"), one_line(one.text), (topic, "$text-muted"))


def _answered(one: Answered, today: date) -> Content:
    """Day, grade, question."""
    grade = f"{one.grade} {MEANINGS[one.grade]}"
    return Content.assemble((f"{day_text(one.day, today):<11} ", "$text-muted"), f"{grade:<17} {one_line(one.text)}")
