"""One thing said in the conversation, with the judge's quotes marked in it, and a sign per key point below."""

from collections import Counter
from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widgets import Static

from coach.models import PointVerdict
from tui.text import printable

MARKS = {
    "covered": ("✔", "$text-success"),
    "partial": ("◐", "$text-warning"),
    "missing": ("·", "$text-muted"),
    "contradicted": ("✘", "$text-error"),
}
"""Sign and colour of each verdict; the sign alone is enough."""
WORDS = {"covered": "covered", "partial": "in part", "missing": "open", "contradicted": "wrong"}
"""Verdicts in the person's words."""
QUOTED = {
    "covered": "underline $text-success",
    "partial": "underline italic $text-warning",
    "contradicted": "reverse $text-error",
}
"""How a quote is marked: true, true in part, false; no colour is needed to tell them apart."""


class Said(Static):
    """A turn of coach or candidate. Text from outside is shown as it is: no markup, no control characters."""

    DEFAULT_CSS = """
    Said { height: auto; padding: 0 1; margin: 0 0 1 0; }
    Said.coach { border-left: outer $primary; }
    Said.candidate { border-left: outer $secondary; margin: 0 0 1 4; }
    Said.note { color: $text-muted; }
    """

    def __init__(self, who: str, text: str) -> None:
        super().__init__(markup=False, classes=who)
        self.text = text
        self.who = who
        self.show(text)

    def show(self, text: str, verdicts: Iterable[PointVerdict] = ()) -> None:
        """Write the text with the quotes of `verdicts` that stand in it marked."""
        self.text = text
        content = Content(printable(text))
        for start, end, style in quotes(text, verdicts):
            content = content.stylize(style, start, end)
        self.update(content)

    def add(self, piece: str) -> None:
        """Append streamed text."""
        self.show(self.text + piece)


def quotes(text: str, verdicts: Iterable[PointVerdict]) -> list[tuple[int, int, str]]:
    """(start, end, style) of the evidence that was taken from this very text; evidence of other turns is left out."""
    found = []
    for verdict in verdicts:
        span = verdict.evidence
        if span is not None and verdict.verdict in QUOTED and text[span.start : span.end] == span.text:
            found.append((span.start, span.end, QUOTED[verdict.verdict]))
    return found


class Chips(Static):
    """A sign per key point while an answer is being judged; statements stay hidden until the end."""

    DEFAULT_CSS = "Chips { height: auto; padding: 0 2; } Chips.-empty { display: none; }"

    def show(self, verdicts: Sequence[PointVerdict]) -> None:
        """Draw the signs, essential points in bold, and say the numbers."""
        self.set_class(not verdicts, "-empty")
        parts: list[tuple[str, str]] = [("Points ", "$text-muted")]
        for verdict in verdicts:
            sign, colour = MARKS[verdict.verdict]
            parts.append((f"{sign} ", f"{colour} bold" if verdict.point.weight == 3 else colour))
        counted = Counter[str](verdict.verdict for verdict in verdicts)
        said = ", ".join(f"{counted[name]} {words}" for name, words in WORDS.items() if counted[name])
        self.update(Content.assemble(*parts, (f" {said}", "$text-muted")))
