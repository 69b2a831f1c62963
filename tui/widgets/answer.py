"""The answer box: Enter sends, Ctrl+J makes a new line, it grows with the text, nothing typed is lost."""

from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea


class AnswerBox(TextArea):
    """A multi-line box that announces what was sent."""

    DEFAULT_CSS = """
    AnswerBox { height: auto; min-height: 3; max-height: 12; border: round $primary; }
    AnswerBox:disabled { opacity: 60%; }
    """
    BINDINGS = [
        Binding("ctrl+j", "newline", "New line", id="answer.newline", tooltip="Start a new line in the answer"),
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
        super().__init__(soft_wrap=True, tab_behavior="focus", show_line_numbers=False, id=id)
        self.sent: list[str] = []

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            if self.text.strip():
                self.post_message(self.Sent(self, self.text))
            return
        await super()._on_key(event)

    def action_newline(self) -> None:
        """Insert a line break."""
        self.insert("\n")

    def take(self) -> str:
        """Empty the box and return what was in it; it stays among those sent."""
        text = self.text
        self.sent.append(text)
        self.clear()
        return text
