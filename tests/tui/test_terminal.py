"""One walk through the program in a real terminal, with the real models."""

import os
import sys
from collections.abc import Callable, Iterator
from time import monotonic

import pexpect
import pyte
import pytest

from coach.drafts import Drafts
from coach.paths import default_paths
from coach.storage import Store

PATIENCE_SECONDS = 150.0
COLUMNS, LINES = 80, 24
ANSWER = "Momentum keeps a velocity: an exponentially decaying sum of the past gradients."


class Terminal:
    """A pseudo-terminal with the coach in it, and what a person would see on it."""

    def __init__(self, *arguments: str, before: Callable[[], None] | None = None) -> None:
        """before: called in the new process ahead of the program."""
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "tui.cli", *arguments],
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


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


ENTER, F8, CTRL_Q = "\r", "\x1b[19~", "\x11"


def test_an_interview_with_the_real_models_survives_a_closed_terminal(terminals: list[Terminal]) -> None:
    first = Terminal("practice", "--question", "momentum")
    terminals.append(first)
    first.wait_for("Esc: skip")
    first.press("\x1b")
    first.wait_for_end_of("Esc: skip")  # the question already stands behind the tour
    first.wait_for("momentum")
    first.press(ANSWER)
    first.wait_until(lambda: Drafts(default_paths()).get("momentum") == ANSWER, "not the whole answer in its draft")
    first.close()  # SIGHUP, as when the window is closed

    second = Terminal("practice", "--question", "momentum")
    terminals.append(second)
    second.wait_for(" gradients. ")
    second.press(ENTER)
    second.wait_for("How sure are you?")
    second.press("4")
    second.wait_for("Points")
    second.wait_for("covered")
    second.wait_for_end_of("Esc stops")  # while the model works, F8 does nothing
    second.press(F8)
    second.wait_for("asked again on")
    second.press(CTRL_Q)
    second.process.expect(pexpect.EOF)

    store = Store(default_paths().database)
    (event,) = store.reviews.events()
    assert event.question_id == "momentum"
    attempt = store.attempts.of_question("momentum")[0]
    assert attempt.turns[0].text == ANSWER
    assert attempt.confidence == 75
    assert attempt.judgement is not None
    assert any(point.evidence and point.evidence.text in ANSWER for point in attempt.judgement.points)
    store.close()
