"""How sure are you? Asked after sending and before the verdict, so that calibration can be shown later."""

from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

LEVELS = {1: ("a guess", 10), 2: ("doubtful", 30), 3: ("half sure", 50), 4: ("sure", 75), 5: ("certain", 95)}
"""Key -> (words, percent)."""


class ConfidenceBar(Static, can_focus=True):
    """One line with five keys; Enter passes it over."""

    DEFAULT_CSS = """
    ConfidenceBar { height: auto; padding: 0 2; color: $text-accent; display: none; }
    ConfidenceBar.-asking { display: block; }
    """
    BINDINGS = [
        *[
            Binding(str(key), f"tell({key})", words, id=f"confidence.{key}", show=False, tooltip=f"Sure to {percent} %")
            for key, (words, percent) in LEVELS.items()
        ],
        Binding("enter", "tell(0)", "Pass over", id="confidence.skip", tooltip="Do not say how sure you are"),
    ]

    @dataclass
    class Told(Message):
        """The person has answered. percent: 0..100, None when passed over."""

        percent: int | None

    def ask(self) -> None:
        """Show the question and take the keys."""
        keys = "  ".join(f"{key} {words}" for key, (words, _) in LEVELS.items())
        self.update(Content.assemble(("How sure are you?  ", "bold"), keys, ("  Enter: pass", "$text-muted")))
        self.add_class("-asking")
        self.focus()

    def action_tell(self, key: int) -> None:
        """Announce the answer and vanish."""
        self.remove_class("-asking")
        self.post_message(self.Told(LEVELS[key][1] if key else None))
