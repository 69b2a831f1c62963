"""Review: the day's queue, two ways to go through it, and what it was worth afterwards."""

from collections import Counter
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from coach.errors import CoachError
from coach.review_summary import Summary, review_summary
from coach.session import Session
from tui.figures import counted, review_rows
from tui.hanging import Hanging, row
from tui.screens.base import CoachScreen, calmly
from tui.screens.practice import PracticeScreen
from tui.screens.reveal import RevealScreen
from tui.text import printable
from tui.widgets.footer import KeyFooter
from tui.widgets.status import ModelStatus

AHEAD = 10
"""Questions of one round of studying ahead."""
OPEN_SHOWN = 6


class ReviewScreen(CoachScreen[None]):
    """The queue before, the summary after."""

    HELP = (
        "The questions that the schedule wants today, oldest debts first, topics mixed. Type answers and have them "
        "judged, or reveal the model answer and grade yourself with a checklist. The summary follows either way."
    )
    BINDINGS = [
        Binding("enter", "typed", "Answer", id="review.typed", tooltip="Type answers, judged point by point"),
        Binding("v", "reveal", "Reveal", id="review.reveal", tooltip="Reveal the model answer and grade yourself"),
        Binding("a", "ahead", "Study ahead", id="review.ahead", tooltip="Reveal what comes due next"),
        Binding("escape", "dismiss", "Back", id="review.back", tooltip="Back to the home screen"),
    ]

    def __init__(self, *, begin: Literal["", "typed", "reveal"] = "") -> None:
        """begin: go straight into the queue this way, if anything is in it."""
        super().__init__()
        self._begin = begin
        self._round: PracticeScreen | RevealScreen | None = None

    def compose(self) -> ComposeResult:
        """Plan and summary."""
        with VerticalScroll(id="review"):
            yield Static(id="summary", markup=False)
            yield Static(id="plan", markup=False)
        yield ModelStatus()
        yield KeyFooter()

    def on_screen_resume(self) -> None:
        """Show what is planned now, and what the last round was worth."""
        try:
            done = self._round.session_id if self._round else None
            summary = review_summary(self.session, done, self.coach.clock()) if done is not None else None
            plan = plan_content(self.session)
        except CoachError as error:
            self.fault(error, self.on_screen_resume, leave=True)
            return
        shown = self.query_one("#summary", Static)
        shown.display = summary is not None
        shown.update(summary_content(summary) if summary else "")
        self.query_one("#plan", Static).update(plan)
        if self._begin and self.app.screen is self:  # not below the tour
            begin, self._begin = self._begin, ""
            if self.session.due():
                self.call_after_refresh(self.action_typed if begin == "typed" else self.action_reveal)

    def action_typed(self) -> None:
        """Answer the queue in one's own words."""
        self._go(PracticeScreen(kind="review"))

    @calmly
    def action_reveal(self) -> None:
        """Go through the queue by revealing; an interview that was left open is finished first."""
        if self.session.resumable():
            self.notify("This one was left open: finish it first.")
            self.action_typed()
        else:
            self._go(RevealScreen([item.question_id for item in self.session.due()]))

    @calmly
    def action_ahead(self) -> None:
        """Reveal what comes due next."""
        ids = self.session.ahead(AHEAD)
        if ids and not self.session.resumable():
            self._go(RevealScreen(ids))
        else:
            self.notify("Finish what is open first." if ids else "Nothing comes due later: answer something first.")

    def _go(self, screen: PracticeScreen | RevealScreen) -> None:
        self._round = screen
        self.app.push_screen(screen)


def plan_content(session: Session) -> Content:
    """Today's queue in words."""
    items = session.due()
    if not items:
        return Content.assemble(
            ("Everything planned for today is done.", "bold"), "\n\na  study ahead: what comes due next"
        )
    due = sum(item.due is not None for item in items)
    topics = Counter(item.topic for item in items)
    minutes = sum(item.minutes for item in items)
    named = ", ".join(f"{printable(topic)} {count}" for topic, count in topics.most_common())
    return Hanging(
        [
            row("", (f"{counted(len(items), 'question')}, about {counted(round(minutes), 'minute')}", "bold")),
            row("", f"{due} due, {len(items) - due} new"),
            row("", (named, "$text-muted")),
            row("", ""),
            row(("Enter  ", "$text-accent bold"), "answer in your own words, judged point by point"),
            row(("v      ", "$text-accent bold"), "reveal the model answer and grade yourself"),
            row(("a      ", "$text-accent bold"), "study ahead: what comes due next"),
        ]
    )


def summary_content(summary: Summary) -> Content:
    """What the round was worth."""
    lines = [row((f"{name:<12}", "$text-muted"), text) for name, text in review_rows(summary)]
    if summary.open:
        lines.append(row("", ("Still open", "$text-muted")))
    lines += [
        row(("✘ " if point.wrong else "· ", "$text-error"), printable(point.statement))
        for point in summary.open[:OPEN_SHOWN]
    ]
    if len(summary.open) > OPEN_SHOWN:
        lines.append(row("", (f"… and {len(summary.open) - OPEN_SHOWN} more open points", "$text-muted")))
    lines.append(row(("Next: ", "bold"), printable(summary.next_step)))
    return Hanging(lines)
