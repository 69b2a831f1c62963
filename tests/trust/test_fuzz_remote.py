"""A server that answers with anything at all: a verdict, or an error meant for people; never a crash, never nan."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CoachError
from coach.llm.remote import RemoteModel
from tests.trust.fuzzing import few

WORDS = ("Yes", "Partly", "No", "Wrong")


class Anything(BaseHTTPRequestHandler):
    """Replies to every request with the bytes that the test has chosen."""

    reply = b"{}"
    status = 200

    def do_POST(self) -> None:
        """Send the chosen reply."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.reply)))
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def remote() -> Iterator[RemoteModel]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Anything)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    model = RemoteModel(f"http://127.0.0.1:{server.server_port}/v1", model="m", retries=0, timeout_seconds=5)
    yield model
    model.close()
    server.shutdown()
    server.server_close()


scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=10) | st.sampled_from(WORDS)
entries = st.fixed_dictionaries({}, optional={"token": scalars, "logprob": scalars})
logprobs = scalars | st.fixed_dictionaries({"content": scalars | st.lists(scalars | entries | st.fixed_dictionaries(
    {"token": scalars, "logprob": scalars, "top_logprobs": scalars | st.lists(entries | scalars, max_size=4)}
), max_size=2)})  # fmt: skip
messages = scalars | st.fixed_dictionaries({}, optional={"role": scalars, "content": scalars, "tool_calls": scalars})
choices = scalars | st.lists(
    scalars | st.fixed_dictionaries({"message": messages}, optional={"logprobs": logprobs, "index": scalars}),
    max_size=2,
)
replies = (
    scalars
    | st.lists(scalars, max_size=2)
    | st.fixed_dictionaries(
        {"choices": choices}, optional={"usage": scalars, "error": scalars, "model": scalars, "id": scalars}
    )
)


@few
@given(
    replies.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
    st.sampled_from([200, 200, 400, 500]),
)
def test_any_reply_is_a_verdict_or_an_error_for_people(remote: RemoteModel, reply: bytes, status: int) -> None:
    Anything.reply, Anything.status = reply, status
    remote.gives_logprobs = None
    with suppress(CoachError):
        row = remote.trunk("Judge.", "Why?").word_logits(["Is it covered?"], WORDS)
        assert row.shape == (1, len(WORDS))
        assert np.isfinite(row).all()
