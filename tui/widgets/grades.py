"""The line below a finished attempt: what counts, or which grade leads to which day."""

from collections.abc import Mapping
from datetime import date

from textual.content import Content
from textual.widgets import Static

from coach.models import Judgement
from coach.session import Settled

MEANINGS = {0: "blank", 1: "wrong", 2: "wrong, familiar", 3: "hard", 4: "good", 5: "perfect"}
"""The six grades of SM-2 (Wozniak 1990) in a word or two."""


class GradeLine(Static):
    """One or two lines; empty while an answer is being given."""

    DEFAULT_CSS = "GradeLine { height: auto; padding: 0 2; color: $text-accent; } GradeLine.-empty { display: none; }"

    def tell(self, text: str | Content) -> None:
        """Write a line, or hide it."""
        self.set_class(not str(text), "-empty")
        self.update(text)


def settled_line(
    settled: Settled, judgement: Judgement | None, consequences: Mapping[int, date | None], today: date
) -> Content:
    """The grade that counts and its consequence, and what another would lead to."""
    score = f"Score {judgement.score:.1f}, grade" if judgement and judgement.complete else "Grade"
    due = f"asked again on {day_text(settled.due, today)}" if settled.due else "not asked again before the year 9999"
    again = ", and once more today" if settled.redrill else ""
    return Content.assemble(
        (f"{score} {settled.grade} ({MEANINGS[settled.grade]}): {due}{again}.", "bold"),
        (f"\noverrule: {_keys(consequences, today)}  ·  ctrl+z undo", "$text-muted"),
    )


def open_line(
    judgement: Judgement | None, consequences: Mapping[int, date | None], today: date, *, failed: bool
) -> Content:
    """Asks for a grade and shows what each would lead to. failed: the judge failed, rather than being unsure."""
    if failed:
        what = "Your last reply is not judged" if judgement else "Not graded"
        head = f"{what}, nothing is scheduled: F7 retries, n leaves it so."
    elif judgement is not None:
        head = f"The judge says {judgement.grade} but is not sure: n accepts it."
    else:
        head = "How well did you know it?"
    return Content.assemble((head, "bold"), f"\n{_keys(consequences, today)}")


def day_text(day: date | None, today: date) -> str:
    """A date as a person says it: "Thu 3 Dec", or "3 Dec 2027" in another year than today's."""
    if day is None:
        return "never"
    return f"{day:%a} {day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def _keys(consequences: Mapping[int, date | None], today: date) -> str:
    """Grades with their days; those that lead to the same day together: the line fits 80 columns."""
    days: dict[date | None, list[int]] = {}
    for grade, day in consequences.items():
        days.setdefault(day, []).append(grade)
    named = {day: f"{min(grades)}-{max(grades)}" if len(grades) > 1 else str(grades[0]) for day, grades in days.items()}
    return "  ".join(f"{grades} → {day_text(day, today)}" for day, grades in named.items())
