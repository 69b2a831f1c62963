"""Interview dates: which are coming, what would be recalled on each, and entering, changing or forgetting one."""

from datetime import date

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coach.errors import CoachError, StorageError
from coach.models import InterviewDate
from coach.srs.forecast import Readiness
from tui.figures import counted, days_ahead
from tui.hanging import Hanging, row
from tui.screens.ask import AskScreen
from tui.screens.base import CoachScreen, calmly
from tui.text import printable
from tui.widgets.footer import KeyFooter

Entry = tuple[date, str, dict[str, float]]


class DatesScreen(CoachScreen[None]):
    """A list; Enter changes the date under the cursor."""

    AUTO_FOCUS = "#dates"
    HELP = (
        "The schedule gets you ready for the dates entered here: new questions are begun in time, and in the last "
        "stretch everything competes by what it adds on the day. Minutes a day and days off are in the settings."
    )
    CSS = """
    DatesScreen #usual { height: auto; padding: 0 1; margin-bottom: 1; color: $text-muted; }
    """
    BINDINGS = [
        Binding("a", "add", "Add", id="dates.add", tooltip="Enter a date to be ready for"),
        Binding("x", "forget", "Forget", id="dates.forget", tooltip="Forget the date under the cursor"),
        Binding("comma", "app.go('settings')", "Settings", id="dates.settings", tooltip="Minutes a day, days off"),
        Binding("escape", "dismiss", "Back", id="dates.back", tooltip="Back to the home screen"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._dates: list[InterviewDate] = []

    def compose(self) -> ComposeResult:
        """What a day holds, the dates, keys."""
        yield Static(id="usual", markup=False)
        yield OptionList(id="dates", markup=False)
        yield KeyFooter()

    @calmly
    def on_mount(self) -> None:
        """Fill the list."""
        study = self.coach.config.study
        off = ", ".join(study.days_off) or "none"
        usual = f"{counted(study.minutes_per_day, 'minute')} a day; days off: {off}"
        self.query_one("#usual", Static).update(usual)
        self._fill()

    @on(OptionList.OptionSelected)
    def change(self, event: OptionList.OptionSelected) -> None:
        """Change the date under the cursor, or enter the first one."""
        self._ask(self._under_cursor())

    def action_add(self) -> None:
        """Enter another date."""
        self._ask(None)

    @calmly
    def action_forget(self) -> None:
        """Take the date under the cursor back."""
        found = self._under_cursor()
        if found is not None:
            self.coach.parts.planner.forget_interview(found.day)
            self.notify(f"{found.day} is forgotten; the ordinary schedule goes on.")
            self._fill()

    def _ask(self, before: InterviewDate | None) -> None:
        sentence = "Date, title, and topics that weigh more: 2026-12-01 Acme nlp=2"
        asking = AskScreen("Interview date", sentence, as_text(before) if before else "", from_text)
        self.app.push_screen(asking, lambda entry: self._save(entry, before))

    @calmly
    def _save(self, entry: Entry | None, before: InterviewDate | None) -> None:
        if entry is None:
            return
        day, title, weights = entry
        try:
            self.coach.parts.planner.add_interview(day, self.coach.clock(), title, weights)
        except StorageError:
            raise
        except CoachError as error:  # about what was typed
            self.say(error)
            return
        if before is not None and before.day != day:
            self.coach.parts.planner.forget_interview(before.day)
        self._fill()

    def _under_cursor(self) -> InterviewDate | None:
        at = self.query_one(OptionList).highlighted
        return self._dates[at] if at is not None and at < len(self._dates) else None

    def _fill(self) -> None:
        self._dates = [found for found in self.session.store.reviews.interview_dates() if found.day >= self.today]
        self._show({})
        if self._dates:
            self.foresee()

    @work(thread=True, exclusive=True, group="readiness")
    def foresee(self) -> None:
        """Compute readiness, which takes all cards to know."""
        try:
            found = {ready.day: ready for ready in self.coach.parts.planner.readiness(self.coach.clock())}
        except CoachError as error:
            self.app.call_from_thread(self.fault, error, self.foresee)
        else:
            self.app.call_from_thread(self._show, found)

    def _show(self, ready: dict[date, Readiness]) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        options.add_options(Option(line(found, self.today, ready.get(found.day))) for found in self._dates)
        if not self._dates:
            options.add_option(Option("No interview is coming. a or Enter enters a date to be ready for."))
        options.highlighted = min(at or 0, options.option_count - 1)


def as_text(found: InterviewDate) -> str:
    """A date the way `from_text` reads it."""
    weights = (f"{topic}={weight:g}" for topic, weight in found.weights.items())
    return " ".join(filter(None, (found.day.isoformat(), found.title, *weights)))


def from_text(text: str) -> Entry:
    """(day, title, weights) of what was typed. Raises CoachError when it does not begin with a date."""
    words = text.split()
    try:
        day = date.fromisoformat(words[0])
    except (IndexError, ValueError):
        raise CoachError("That begins with no date.", "Year, month and day, like 2026-12-01.") from None
    title: list[str] = []
    weights: dict[str, float] = {}
    for word in words[1:]:
        topic, given, value = word.partition("=")
        if not given:
            title.append(word)
            continue
        try:
            weights[topic] = float(value)
        except ValueError:
            raise CoachError(f"“{printable(word)}” is no weight.", "A topic and a number, like nlp=2.") from None
    return day, " ".join(title), weights


def line(found: InterviewDate, today: date, ready: Readiness | None) -> Content:
    """Day, title, weights; what is expected of it."""
    weights = ", ".join(f"{printable(topic)} counts {weight:g} times" for topic, weight in found.weights.items())
    expected = "…"
    if ready is not None:
        expected = (
            f"{ready.low:.0%} to {ready.high:.0%} recalled if you go on, {ready.stopped:.0%} if you stopped today"
        )
        expected += f"; {ready.seen:.0%} of the questions seen"
    head = row(
        (f"{found.day:%a} {found.day.day} {found.day:%b %Y}  ", "bold"),
        days_ahead((found.day - today).days),
        f"  {printable(found.title)}" if found.title else "",
        (f"  {weights}" if weights else "", "$text-muted"),
    )
    return Hanging([head, row("   ", (expected, "$text-muted"))])
