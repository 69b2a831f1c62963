"""Home: what is due, what was left open, what is weak, and one recommended next action with its reason."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from coach.overview import Overview, overview
from tui.widgets.status import ModelStatus


class HomeScreen(Screen[None]):
    """The first frame: everything on it comes from the database, no model is needed."""

    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("enter", "start", "Start", id="home.start", tooltip="Do what is recommended"),
    ]

    def compose(self) -> ComposeResult:
        """Lay the screen out; `on_screen_resume` fills it."""
        with VerticalScroll(id="home"):
            yield Static("Interview coach", id="title")
            yield Static(id="next", markup=False)
            yield Static(id="due", markup=False)
            yield Static(id="weak", markup=False)
        yield ModelStatus()
        yield Footer()

    def on_screen_resume(self) -> None:
        """Show the state of things; also after a practice session."""
        self.refresh_figures(overview(self.app.session))  # type: ignore[attr-defined]

    def refresh_figures(self, figures: Overview) -> None:
        """Write the figures into the screen."""
        self.query_one("#next", Static).update(
            Content.assemble(("Next: ", "bold"), figures.action, ("\nbecause ", "dim"), figures.reason)
        )
        self.query_one("#due", Static).update(
            f"Due today: {figures.due} ({figures.minutes:.0f} minutes), new: {figures.new}\n"
            f"Questions: {figures.questions} in {figures.topics} topics"
        )
        weak = "\n".join(f"  {topic.name}: {topic.low:.0%} to {topic.high:.0%}" for topic in figures.weak)
        text = f"Weak topics\n{weak}" if weak else "Weak topics: not enough answers yet"
        self.query_one("#weak", Static).update(text)

    def action_start(self) -> None:
        """Do what is recommended."""
        self.app.action_go("practice")  # type: ignore[attr-defined]
