"""The program in a real terminal, and what a person would see on it."""

import os
import sys
from collections.abc import Callable
from time import monotonic

import pexpect
import pyte

PATIENCE_SECONDS = 150.0
COLUMNS, LINES = 80, 24
ENTER, ESCAPE, F8, CTRL_Q = "\r", "\x1b", "\x1b[19~", "\x11"


class Terminal:
    """A pseudo-terminal with the coach in it, and what a person would see on it."""

    def __init__(self, *arguments: str, code: str = "", before: Callable[[], None] | None = None) -> None:
        """code: run in place of the program.  before: called in the new process ahead of it."""
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = pexpect.spawn(
            sys.executable,
            [*(["-c", code] if code else ["-m", "tui.cli"]), *arguments],
            env=environment,
            dimensions=(LINES, COLUMNS),
            timeout=PATIENCE_SECONDS,
            preexec_fn=before,
        )

    def wait_for(self, text: str) -> None:
        """Read until `text` stands on the screen."""
        self.wait_until(lambda: text in self.shown(), f"no “{text}”")

    def wait_for_end_of(self, text: str) -> None:
        """Read until `text` no longer stands on the screen."""
        self.wait_until(lambda: text not in self.shown(), f"still “{text}”")

    def wait_until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Read until the condition holds; fails with what was `otherwise`."""
        deadline = monotonic() + PATIENCE_SECONDS
        while not condition():
            assert monotonic() < deadline, f"{otherwise} on\n{self.shown()}"
            self._read()

    def shown(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        """Type."""
        self.process.send(keys)

    def close(self) -> None:
        """End the program if it still runs."""
        self.process.close(force=True)

    def _read(self) -> None:
        try:
            self._stream.feed(self.process.read_nonblocking(65536, timeout=0.2))
        except pexpect.TIMEOUT:
            return
