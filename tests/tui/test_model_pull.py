"""A model is fetched from the screen, in the real program and after its own models are loaded."""

import threading
from collections.abc import Callable, Iterator

import pexpect
import pytest

from coach.llm.catalogue import CATALOGUE
from tests.llm import hub_server
from tests.llm.hub_server import CONTENT, Hub
from tests.tui.conftest import configured
from tests.tui.terminal import CTRL_Q, ENTER, ESCAPE, Terminal

WANTED = CATALOGUE[0]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(hub_server, "REPOSITORY", WANTED.repository)
    monkeypatch.setattr(hub_server, "FILE", WANTED.file)
    server = Hub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    yield server
    server.shutdown()
    server.server_close()


def test_a_model_is_fetched_after_the_encoder_was_loaded(
    hub: Hub, home: object, open_terminal: Callable[..., Terminal]
) -> None:
    models = configured().paths.models
    hub.status = 404
    terminal = open_terminal()
    terminal.wait_for("Esc: skip")
    terminal.press(ESCAPE)
    terminal.wait_for_end_of("Esc: skip")
    terminal.press("o")
    terminal.wait_for("because it passed its check")  # so the encoder is loaded
    terminal.wait_for("Measure")  # and nothing runs
    terminal.press("\x1b[B" * 2)  # over the bundled one and none
    terminal.press(ENTER)
    terminal.wait_for("There is no")
    hub.status = 200
    terminal.wait_for("Measure")
    terminal.press(ENTER)
    terminal.wait_for("Enter uses it.")
    assert (models / WANTED.repository.replace("/", "--") / WANTED.file).read_bytes() == CONTENT
    terminal.press(CTRL_Q)
    terminal.process.expect(pexpect.EOF)
