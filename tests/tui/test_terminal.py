"""One walk through the program in a real terminal, with the real models."""

from collections.abc import Callable

import pexpect
import pytest

from coach.drafts import Drafts
from coach.paths import default_paths
from coach.storage import Store
from tests.tui.conftest import configured
from tests.tui.terminal import CTRL_Q, ENTER, ESCAPE, F8, PATIENCE_SECONDS, Terminal

ANSWER = "Momentum keeps a velocity: an exponentially decaying sum of the past gradients."


FOLLOWS_THE_MOUSE = b"\x1b[?1000h"


@pytest.mark.parametrize("mouse", [True, False])
def test_the_mouse_can_be_left_to_the_terminal(open_terminal: Callable[..., Terminal], mouse: bool) -> None:
    configured(f"[screen]\nmouse = {str(mouse).lower()}\n")
    terminal = open_terminal()
    sent = b""
    while b"skip" not in sent:
        sent += terminal.process.read_nonblocking(65536, timeout=PATIENCE_SECONDS)
    assert (FOLLOWS_THE_MOUSE in sent) == mouse


def test_an_interview_with_the_real_models_survives_a_closed_terminal(open_terminal: Callable[..., Terminal]) -> None:
    first = open_terminal("practice", "--question", "momentum")
    first.wait_for("Esc: skip")
    first.press(ESCAPE)
    first.wait_for_end_of("Esc: skip")  # the question already stands behind the tour
    first.wait_for("momentum")
    first.press(ANSWER)
    first.wait_until(lambda: Drafts(default_paths()).get("momentum") == ANSWER, "not the whole answer in its draft")
    first.close()  # SIGHUP, as when the window is closed

    second = open_terminal("practice", "--question", "momentum")
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
