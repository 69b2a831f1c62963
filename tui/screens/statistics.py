"""Statistics: how regularly, what comes, what is known and how surely, how good the judge is, how long it took."""

import math
from collections.abc import Iterator
from datetime import date

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ItemGrid, VerticalScroll
from textual.widgets import Static

from coach.errors import CoachError
from coach.statistics import statistics
from tui import figures as words
from tui.figures import Figures
from tui.screens.base import CoachScreen
from tui.widgets.footer import KeyFooter
from tui.widgets.heat_map import HeatMap
from tui.widgets.plots import FIRST_ROWS, Panel, Plot, RangeBars

PANELS = ("practice", "forecast", "mastery", "retention", "judge", "confidence", "time")
PERCENTS = [0.0, 25.0, 50.0, 75.0, 100.0]


class StatisticsScreen(CoachScreen[None]):
    """Panels in as many columns as fit; each has a picture and a sentence that says the same."""

    HELP = (
        "Every plot has a sentence below it that says the same. Mastery is a range: the longer the line, the less is "
        "known about that topic. The keys 1 to 7 bring a panel into view, a shows all topics."
    )
    CSS = """
    StatisticsScreen #figures { padding: 0 1; }
    StatisticsScreen #panels { height: auto; grid-gutter: 0 1; }
    StatisticsScreen #reading { padding: 1 2; color: $text-muted; }
    """
    AUTO_FOCUS = "#figures"
    BINDINGS = [
        Binding("escape", "back", "Back", id="statistics.back", tooltip="Back to where you came from"),
        *[
            Binding(
                str(n),
                f"panel('{name}')",
                name.capitalize(),
                show=False,  # the panels' titles say so
                id=f"statistics.{name}",
                tooltip=f"Show {name}",
            )
            for n, name in enumerate(PANELS, start=1)
        ],
        Binding("a", "all_topics", "All topics", id="statistics.topics", tooltip="Show every topic, or the weakest"),
    ]

    def compose(self) -> ComposeResult:
        """A scrolling grid, filled by the worker."""
        with VerticalScroll(id="figures"):
            yield Static("Reading your history …", id="reading")
            yield ItemGrid(id="panels", min_column_width=64, stretch_height=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Compute in the background: a long log takes a moment."""
        self.gather()

    @work(thread=True, exclusive=True, group="statistics")
    def gather(self) -> None:
        """Read the log."""
        try:
            figures = statistics(self.coach.parts, self.coach.clock())
        except CoachError as error:
            self.app.call_from_thread(self.fault, error, self.gather)
        else:
            self.app.call_from_thread(self.show, figures)

    def show(self, figures: Figures) -> None:
        """Mount a panel for each kind of figure."""
        self.query_one("#reading").display = False
        shown = list(panels(figures))
        for key, panel in enumerate(shown, start=1):
            panel.border_title = f"{key} {panel.border_title}"
        self.query_one("#panels", ItemGrid).mount(*shown)

    def action_panel(self, name: str) -> None:
        """Bring a panel into view."""
        if found := self.query(f"#panel-{name}"):
            self.query_one("#figures", VerticalScroll).scroll_to_widget(found.first(), top=True, animate=False)

    def action_all_topics(self) -> None:
        """Show every topic, or only the weakest ones."""
        for bars in self.query(RangeBars):
            bars.toggle()

    def action_back(self) -> None:
        """Leave."""
        self.app.pop_screen()


def panels(figures: Figures) -> Iterator[Panel]:
    """One panel for each group of figures, in the order of `PANELS`; without a picture where there is nothing yet."""
    heat = HeatMap(figures["days"], date.fromisoformat(figures["day"]))
    yield Panel("Practice", heat, words.practice(figures), id="panel-practice")
    ahead = Plot(lambda plot: forecast(plot, figures))
    yield Panel("Next 30 days", ahead, words.forecast(figures), id="panel-forecast")
    yield Panel("Mastery by topic, with its uncertainty", mastery(figures), words.mastery(figures), id="panel-mastery")
    kept = figures["retention"]["all"] is not None
    curve = Plot(lambda plot: retention(plot, figures)) if kept else None
    yield Panel("Still known, by days since last asked", curve, words.retention(figures), id="panel-retention")
    months = Plot(lambda plot: agreement(plot, figures)) if figures["judge_agreement"] else None
    yield Panel("Judge within one grade of yours", months, words.agreement(figures), id="panel-judge")
    sure = Plot(lambda plot: calibration(plot, figures)) if figures["calibration"] else None
    yield Panel("Confidence and score", sure, words.calibration(figures), id="panel-confidence")
    weeks = Plot(lambda plot: time_spent(plot, figures)) if figures["time"]["by_week"] else None
    yield Panel("Minutes a week", weeks, words.time_spent(figures), id="panel-time")


def mastery(figures: Figures, first: int = FIRST_ROWS) -> RangeBars:
    """Practised topics first, the weakest on top; `first` of them at first."""
    rows = sorted(figures["mastery"], key=lambda row: (not row["answers"], row["estimate"], row["topic"]))
    return RangeBars([(r["topic"], r["low"], r["estimate"], r["high"], r["weak"]) for r in rows], first)


def forecast(plot: Plot, figures: Figures) -> None:
    """Bars: reviews by day."""
    days = figures["forecast"]["days"]
    places = [float(at) for at in range(len(days))]
    busy = [(at, day["due"]) for at, day in zip(places, days, strict=True) if day["due"]]  # a bar of 0 would show
    if busy:
        plot.plt.bar(*zip(*busy, strict=True), color=plot.rgb("primary"), width=0.5)
    plot.plt.xlim(-0.5, len(days) - 0.5)
    plot.plt.xticks(places[::5], [f"{date.fromisoformat(day['day']):%d %b}" for day in days[::5]])
    _upwards(plot, max(day["due"] for day in days))


def retention(plot: Plot, figures: Figures) -> None:
    """Two lines over the groups of gaps: what was known, and what the memory estimate expected."""
    rows = [row for row in figures["retention"]["curve"] if row["answers"]]
    places = [float(at) for at in range(len(rows))]
    plot.plt.ylim(0, 100)
    plot.plt.yticks(PERCENTS)
    if not rows:
        return
    plot.plt.plot(
        places, [100 * row["passed"] for row in rows], color=plot.rgb("success"), marker="braille", label="known %"
    )
    expected = [(at, 100 * row["expected"]) for at, row in enumerate(rows) if row["expected"] is not None]
    if expected:
        plot.plt.scatter(*zip(*expected, strict=True), color=plot.rgb("accent"), marker="x", label="expected %")
    plot.plt.xticks(places, [words.span(row) for row in rows])


def agreement(plot: Plot, figures: Figures) -> None:
    """Share of grades within one of the person's, by month."""
    rows = figures["judge_agreement"]
    plot.plt.ylim(0, 100)
    plot.plt.yticks(PERCENTS)
    if rows:
        places = [float(at) for at in range(len(rows))]
        plot.plt.bar(places, [100 * row["within_one"] for row in rows], color=plot.rgb("secondary"), width=0.4)
        plot.plt.xticks(places, [row["month"] for row in rows])


def calibration(plot: Plot, figures: Figures) -> None:
    """How sure one was (across) and what one reached (up), with the line on which both are equal."""
    plot.plt.xlim(0, 100)
    plot.plt.ylim(0, 100)
    plot.plt.yticks(PERCENTS)
    plot.plt.plot([0, 100], [0, 100], color=plot.rgb("secondary"), marker="braille")
    rows = figures["calibration"]
    if rows:
        sure, reached = [100 * row["expected"] for row in rows], [100 * row["achieved"] for row in rows]
        plot.plt.scatter(sure, reached, color=plot.rgb("accent"), marker="●")


def _upwards(plot: Plot, largest: float) -> None:
    """An axis from 0 to at least `largest` with five whole numbers on it."""
    step = max(1, math.ceil(largest / 4))
    plot.plt.ylim(0, 4 * step)
    plot.plt.yticks([float(step * times) for times in range(5)])


def time_spent(plot: Plot, figures: Figures) -> None:
    """Bars: minutes by week, the last 26."""
    rows = figures["time"]["by_week"][-26:]
    _upwards(plot, max((row["seconds"] / 60 for row in rows), default=0.0))
    if rows:
        places = [float(at) for at in range(len(rows))]
        plot.plt.bar(places, [row["seconds"] / 60 for row in rows], color=plot.rgb("accent"), width=0.6)
        step = max(1, len(rows) // 6)
        plot.plt.xticks(places[::step], [f"{date.fromisoformat(row['week']):%d %b}" for row in rows[::step]])
