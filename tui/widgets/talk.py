"""One thing said in the conversation, and the verdicts on key points beside it."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from coach.models import PointVerdict
from tui.text import printable

MARKS = {"covered": ("✔", "$success"), "partial": ("◐", "$warning"), "missing": ("·", "$text-muted")}
MARKS["contradicted"] = ("✘", "$error")
"""Sign and colour of each verdict; the sign alone is enough."""


class Said(Static):
    """A turn of coach or candidate. Text from outside is shown as it is: no markup, no control characters."""

    DEFAULT_CSS = """
    Said { height: auto; padding: 0 1; margin: 0 0 1 0; }
    Said.coach { border-left: outer $primary; }
    Said.candidate { border-left: outer $secondary; margin-left: 4; }
    Said.note { color: $text-muted; }
    """

    def __init__(self, who: str, text: str) -> None:
        super().__init__(markup=False, classes=who)
        self.text = text
        self.show(text)

    def show(self, text: str, quotes: Sequence[tuple[int, int, str]] = ()) -> None:
        """Write the text, with `quotes` (start, end, style) marked in it."""
        self.text = text
        content = Content(printable(text))
        for start, end, style in quotes:
            content = content.stylize(style, start, end)
        self.update(content)

    def add(self, piece: str) -> None:
        """Append streamed text."""
        self.show(self.text + piece)


class Chips(Static):
    """A sign per key point while an answer is being judged; statements stay hidden until the end."""

    DEFAULT_CSS = "Chips { height: 1; padding: 0 1; }"

    def show(self, verdicts: Sequence[PointVerdict]) -> None:
        """Draw the signs, essential points in bold."""
        parts = [("Points ", "dim")]
        for verdict in verdicts:
            sign, colour = MARKS[verdict.verdict]
            parts.append((f"{sign} ", f"{colour} bold" if verdict.point.weight == 3 else colour))
        self.update(Content.assemble(*parts))


def verdict_content(verdicts: Sequence[PointVerdict]) -> Content:
    """The verdict table: sign, statement, weight, and the candidate's own words below."""
    lines: list[Content] = []
    for verdict in verdicts:
        sign, colour = MARKS[verdict.verdict]
        weight = "!" * verdict.point.weight
        late = " (after a follow-up)" if verdict.prompted else ""
        head = Content.assemble((f"{sign} {verdict.verdict:<12}", colour), f" {verdict.point.text} ", (weight, "dim"))
        lines.append(Content.assemble(head, (late, "dim")))
        if verdict.evidence:
            lines.append(Content.assemble("    ", (f"“{printable(verdict.evidence.text)}”", "italic")))
    return Content("\n").join(lines)
