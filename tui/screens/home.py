"""Home: what is due, what was left open, what is weak, and one recommended next action with its reason."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from coach.errors import CoachError
from coach.mock import unfinished_mock
from coach.overview import NextInterview, Overview, Standing, overview, standing
from tui.figures import counted, days_ahead
from tui.hanging import Hanging, Row, row
from tui.places import PLACES
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.widgets.footer import KeyFooter
from tui.widgets.heat_map import HeatMap
from tui.widgets.status import ModelStatus

GOES_TO = {"resume": "practice", "review": "review", "learn": "review", "ahead": "review"}
"""The screen of each recommended action."""
UNSHOWN = "dates"  # 80 columns hold no more keys; the line about the interview names this one


class HomeScreen(CoachScreen[None]):
    """The first frame comes from the plan of the day; what takes the whole log to know follows a moment later."""

    HELP = "What to do next, and why. Enter does it. Letters open the other screens; Esc brings you back here."
    BINDINGS = [
        Binding(
            "enter", "start", "Start", id="home.start", tooltip="Do what is recommended", show=False
        ),  # the box says
        *[
            Binding(
                p.key, f"app.go('{p.name}')", p.title, id=f"home.{p.name}", tooltip=p.purpose, show=p.name != UNSHOWN
            )
            for p in PLACES
            if p.name != "home"
        ],
    ]
    figures: Overview | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out; `on_screen_resume` fills it."""
        with VerticalScroll(id="home"):
            yield Static(id="title", markup=False)
            with Horizontal(id="columns"), Vertical(id="day"):
                yield Static(id="next", markup=False)
                yield Static(id="due", markup=False)
                yield Static(id="log", markup=False)
                yield HeatMap({}, self.coach.clock().date())  # until the log is read
        yield ModelStatus()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Fill the screen as soon as the database is open."""
        self.watch(self.coach, "opened", self.on_screen_resume, init=False)

    @property
    def takes_keys(self) -> bool:
        """Once it is known what there is to do."""
        return super().takes_keys and self.coach.opened

    def on_screen_resume(self) -> None:
        """Show the state of things; also after a practice session."""
        if not self.coach.opened:
            new = not self.coach.config.paths.database.exists()
            waiting = "Preparing your question bank; this happens once …" if new else "Opening your questions …"
            self.query_one("#title", Static).update("Interview coach")
            self.query_one("#next", Static).update(waiting)
            return
        try:
            self.figures = overview(self.session, self.coach.clock())
        except CoachError as error:
            self.fault(error, self.on_screen_resume)
            return
        self._show_day(self.figures)
        self.call_after_refresh(self.read_log)

    def action_start(self) -> None:
        """Do what is recommended."""
        if self.figures is None:
            return
        if self.figures.action == "mock":
            self._go_on_with_mock()
        else:
            self.coach.action_go(GOES_TO[self.figures.action])

    def _go_on_with_mock(self) -> None:
        from tui.screens.mock_interview import MockInterviewScreen

        try:
            mock = unfinished_mock(self.session, self.coach.clock)
        except CoachError as error:
            self.fault(error, self._go_on_with_mock)
            return
        if mock is not None:
            self.app.push_screen(MockInterviewScreen(mock))

    @work(thread=True, exclusive=True, group="log")
    def read_log(self) -> None:
        """Compute what the whole log says."""

        try:
            found = standing(self.session, self.coach.clock())
        except CoachError as error:
            self.app.call_from_thread(self.fault, error, self.read_log)
        else:
            self.app.call_from_thread(self._show_log, found)

    def _show_day(self, figures: Overview) -> None:
        today = f"{figures.day:%A} {figures.day.day} {figures.day:%B}"
        self.query_one("#title", Static).update(f"Interview coach · {today}")
        self.query_one("#next", Static).update(
            Hanging(
                (
                    row(("Enter  ", "$text-accent bold"), (figures.what, "bold")),
                    row(("because ", "$text-muted"), printable(figures.reason)),
                )
            )
        )
        rows = [
            lined("Due today", f"{figures.due} due, {figures.new} new · about {figures.minutes:.0f} min"),
            lined("Questions", f"{figures.questions} in {figures.topics} topics"),
        ]
        if figures.mock and figures.action != "mock":
            rows.insert(0, lined("Mock", f"left open, {figures.mock} · m opens it"))
        self.query_one("#due", Static).update(Hanging(rows))

    def _show_log(self, found: Standing) -> None:
        weak = [f"{printable(topic.name)} {topic.low:.0%}-{topic.high:.0%}" for topic in found.weak]
        days = counted(found.figures["streak"]["days"], "day")
        rows = [
            lined("Weak", "   ".join(weak[:2]) or "no topic stands out yet"),
            *([lined("", "   ".join(weak[2:]))] if weak[2:] else []),
            lined("Streak", f"{days} in a row, {counted(found.figures['reviews']['today'], 'answer')} today"),
        ]
        coming = interview_text(found.interview) if found.interview else "no date to be ready for · d enters one"
        rows.insert(0, lined("Interview", coming))
        self.query_one("#log", Static).update(Hanging(rows))
        self.query_one(HeatMap).show(found.figures["days"], self.today)
        self._show_panels(found)

    def _show_panels(self, found: Standing) -> None:
        """What only large terminals show; small ones hide it."""
        from tui.widgets.standing import Figures, Lists

        if not self.query(Lists):
            self.query_one("#day").mount(Lists())
            self.query_one("#columns").mount(Figures())
        self.query_one(Lists).found = self.query_one(Figures).found = found


def lined(name: str, text: str) -> Row:
    """A named line of the overview."""
    return row((f"{name:<11}", "$text-muted"), text)


def interview_text(coming: NextInterview) -> str:
    """The nearest interview, how long it is, and what would be recalled on it."""
    title = f"{printable(coming.title)}, " if coming.title else ""
    ready = f"ready to {coming.low:.0%}-{coming.high:.0%}, {coming.seen:.0%} seen"
    return f"{title}{coming.day:%a} {coming.day.day} {coming.day:%b}, {days_ahead(coming.days_left)} · {ready}"
