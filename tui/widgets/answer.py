"""The answer box: Enter sends, Ctrl+J makes a new line, up and down recall what was sent, it grows with the text."""

from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

PLACEHOLDER = "Your answer. Enter sends, Ctrl+J starts a new line, F9 opens your editor."


class AnswerBox(TextArea):
    """A multi-line box that announces what was sent."""

    DEFAULT_CSS = """
    AnswerBox { height: auto; min-height: 3; max-height: 40%; border: round $primary; }
    AnswerBox:focus { border: round $accent; }
    AnswerBox:disabled { display: none; }
    """
    BINDINGS = [
        Binding(
            "ctrl+j",
            "newline",
            "New line",
            show=False,  # the empty box says so
            id="answer.newline",
            tooltip="Start a new line in the answer",
        ),
    ]

    @dataclass
    class Sent(Message):
        """The person sent the answer."""

        box: "AnswerBox"
        text: str

        @property
        def control(self) -> "AnswerBox":
            """The box, so that handlers can select by id."""
            return self.box

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(soft_wrap=True, tab_behavior="focus", show_line_numbers=False, placeholder=PLACEHOLDER, id=id)
        self.sent: list[str] = []
        self._recalled = 0  # how far back the box shows what was sent; 0: nothing recalled

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            if self.text.strip():
                self.post_message(self.Sent(self, self.text))
            return
        if event.key in ("up", "down") and self._recalls():
            event.prevent_default()
            event.stop()
            self._recall(1 if event.key == "up" else -1)
            return
        await super()._on_key(event)

    def on_resize(self) -> None:
        """The text is wrapped anew: keep in sight what is being written."""
        self.call_after_refresh(self.scroll_cursor_visible)

    def action_newline(self) -> None:
        """Insert a line break."""
        self.insert("\n")

    def take(self) -> str:
        """Empty the box and return what was in it; it stays among those sent."""
        text = self.text
        self.sent.append(text)
        self._recalled = 0
        self.clear()
        return text

    def put(self, text: str) -> None:
        """Replace what is in the box and go to its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def put_before(self, text: str) -> None:
        """Put lines before what is in the box."""
        self.put("\n".join(part for part in (text, self.text) if part))

    def _recalls(self) -> bool:
        """Up and down move the cursor in a text of one's own; in an empty or recalled one they go through the past."""
        recalled = self.sent[-self._recalled] if self._recalled else ""
        return bool(self.sent) and self.text == recalled

    def _recall(self, further: int) -> None:
        self._recalled = min(max(self._recalled + further, 0), len(self.sent))
        self.put(self.sent[-self._recalled] if self._recalled else "")
