"""A remote model: llama-cpp-python's own server for the real thing, a scripted one for servers that behave badly."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from coach.assemble import Parts
from coach.batch import AnswerScorer
from coach.config import load
from coach.errors import ContextFull, LlmUnavailable, NotGraded
from coach.llm.remote import RemoteModel, words_from

pytest.importorskip("langchain_openai", reason="extra “remote” is not installed")
WORDS = ("Yes", "Partly", "No", "Wrong")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Address of a real server with the bundled model."""
    pytest.importorskip("uvicorn", reason="llama-cpp-python[server] is not installed")
    pytest.importorskip("sse_starlette", reason="llama-cpp-python[server] is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("completions_server.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen([sys.executable, str(script), str(port)], env=environment, cwd=ROOT) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not listen in time")


def test_verdicts_and_replies_come_from_a_real_server(served):
    model = RemoteModel(served, key="right", concurrency=2)
    assert model.name == "small"
    trunk = model.trunk("Reply Yes or No.", "The sky is blue.")
    trunk.extend(" The grass is green.")
    logits = trunk.word_logits(["\nIs the sky blue?", "\nIs the grass red?"], ("Yes", "No"))
    assert logits.shape == (2, 2)
    assert np.isfinite(logits).all()
    assert model.gives_logprobs is True
    text = "".join(trunk.stream("\nSay hello.", max_tokens=6))
    assert text.strip()
    assert len(text) < 60
    model.close()


def test_a_refused_key_is_said(served):
    with pytest.raises(LlmUnavailable, match="refused the key"):
        RemoteModel(served, key="wrong")


def test_a_text_over_the_servers_window_is_said(served):
    model = RemoteModel(served, key="right")
    trunk = model.trunk("Reply Yes or No.", "word " * 600)
    with pytest.raises(ContextFull, match="too long"):
        trunk.word_logits(["\nYes?"], ("Yes", "No"))
    model.close()


class Scripted(ThreadingHTTPServer):
    """Answers chat completions from a list of functions, the last one for ever; counts what runs at the same time."""

    daemon_threads = True

    def __init__(self, *replies) -> None:
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.replies, self.requests = list(replies), []
        self.running = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class ScriptedHandler(BaseHTTPRequestHandler):
    server: Scripted

    def log_message(self, *args) -> None: ...

    def do_POST(self) -> None:
        script = self.server
        with script.lock:
            script.running += 1
            script.most_at_once = max(script.most_at_once, script.running)
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(request)
            reply = script.replies.pop(0) if len(script.replies) > 1 else script.replies[0]
        status, body = reply(request)
        with script.lock:
            script.running -= 1
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def says(text: str, top: dict[str, float] | None = None):
    logprobs = None
    if top:
        entries = [{"token": token, "logprob": value, "bytes": None} for token, value in top.items()]
        logprobs = {"content": [{**entries[0], "top_logprobs": entries}]}
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": text},
        "logprobs": logprobs,
    }
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    return lambda _request: (200, body)


def fails(status: int, message: str = "no"):
    return lambda _request: (status, {"error": {"message": message, "type": "error"}})


@pytest.fixture
def scripted() -> Iterator:
    servers: list[Scripted] = []

    def start(*replies, **options) -> tuple[Scripted, RemoteModel]:
        server = Scripted(*replies)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server, RemoteModel(server.url, model="m", **options)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def verdict(model: RemoteModel, words=WORDS) -> list[float]:
    return model.trunk("System", "Text").word_logits(["\nPoint?"], words)[0].tolist()


def test_log_probabilities_are_used_when_given(scripted):
    _, model = scripted(says("Part", {"Part": -0.2, "Yes": -2.0, "No": -3.0, "Maybe": -4.0}))
    assert verdict(model) == pytest.approx([-2.0, -0.2, -3.0, -5.0])


def test_without_log_probabilities_a_schema_decides(scripted):
    server, model = scripted(says("No"), says('{"reply": "Partly"}'))
    assert int(np.argmax(verdict(model))) == 1
    assert server.requests[1]["response_format"]["json_schema"]["strict"] is True
    assert model.gives_logprobs is False
    verdict(model)
    assert "logprobs" not in server.requests[2] or not server.requests[2]["logprobs"]


def test_an_unusable_reply_is_repaired_once(scripted):
    server, model = scripted(says("x"), says("I think so"), says("Yes."))
    assert int(np.argmax(verdict(model))) == 0
    assert "exactly one of these words" in server.requests[-1]["messages"][-1]["content"]


def test_a_reply_that_stays_unusable_is_not_graded(scripted):
    _, model = scripted(says("x"))
    with pytest.raises(NotGraded, match="no usable verdict"):
        verdict(model)


def test_a_server_that_refuses_log_probabilities_is_asked_by_schema(scripted):
    _, model = scripted(fails(400, "logprobs are not supported"), says("Wrong"))
    assert int(np.argmax(verdict(model))) == 3


def test_the_limit_of_a_reply_goes_by_the_name_that_the_server_knows(scripted):
    def newer(request):
        if "max_tokens" in request:
            return fails(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")(request)
        assert request["max_completion_tokens"] == 1
        return says("Yes", {"Yes": -0.1, "No": -3.0})(request)

    server, model = scripted(newer)
    assert verdict(model)[0] == verdict(model)[0] == pytest.approx(-0.1)
    assert len(server.requests) == 3  # the other name is tried once and kept
    server, model = scripted(newer)
    with pytest.raises(LlmUnavailable, match="something else than"):  # the script does not stream; it was not refused
        list(model.trunk("System", "Text").stream("\nGo on.", max_tokens=1))
    assert [sorted(set(request) & {"max_tokens", "max_completion_tokens"}) for request in server.requests] == [
        ["max_tokens"],
        ["max_completion_tokens"],
    ]


def test_failures_that_pass_are_tried_again(scripted):
    server, model = scripted(fails(503), says("Yes", {"Yes": -0.1, "No": -3.0}), retries=1)
    assert verdict(model)[0] == pytest.approx(-0.1)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (fails(401), "refused the key"),
        (fails(403), "does not allow"),
        (fails(404), "knows no such model"),
        (fails(429), "overloaded"),
        (fails(500), "failed"),
        (fails(400, "maximum context length is 10 tokens"), "too long"),
    ],
)
def test_failures_are_said(scripted, reply, message):
    server, model = scripted(reply, retries=0)
    with pytest.raises(LlmUnavailable, match=message):
        verdict(model)
    assert len(server.requests) == 1


def test_a_slow_server_is_given_up(scripted):
    slow = threading.Event()

    def wait(_request):
        slow.wait(3)
        return 200, {}

    _, model = scripted(wait, retries=0, timeout_seconds=0.2)
    with pytest.raises(LlmUnavailable, match="did not answer in time"):
        verdict(model)
    slow.set()


def test_a_server_that_is_down_is_said():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(LlmUnavailable, match="cannot be reached"):
        RemoteModel(f"http://127.0.0.1:{port}/v1", retries=0)


def test_requests_at_a_time_are_bounded(scripted):
    def slowly(request):
        time.sleep(0.05)
        return says("Yes", {"Yes": -0.1})(request)

    server, model = scripted(slowly, concurrency=3)
    model.trunk("System", "Text").word_logits([f"\n{i}?" for i in range(9)], WORDS)
    assert 1 < server.most_at_once <= 3
    assert len(server.requests) == 9


def test_words_are_matched_under_their_longest_piece():
    top = [{"token": t, "logprob": v} for t, v in ((" Yes", -0.5), ("Y", -0.7), ("W", -2.0), ("maybe", -6.0))]
    assert words_from(top, WORDS) == [-0.5, -7.0, -7.0, -2.0]
    assert words_from([{"token": "maybe", "logprob": -1.0}], WORDS) is None


def test_a_model_that_does_not_judge_is_said(served, home, monkeypatch):
    monkeypatch.setenv("COACH_API_KEY", "right")
    parts = Parts(load())
    assert "has not passed a check" in AnswerScorer(parts, endpoint=served).check_model()
    assert AnswerScorer(parts, endpoint=served, judge="llm").check_model() == ""
    monkeypatch.setenv("COACH_API_KEY", "wrong")
    said = AnswerScorer(parts, endpoint=served).check_model()
    assert "refused the key" in said
    assert said.endswith("by meaning alone.")
    with pytest.raises(LlmUnavailable, match="refused the key"):
        AnswerScorer(parts, endpoint=served, judge="llm").check_model()


def test_a_batch_is_judged_through_an_endpoint_and_taken_up_where_it_broke_off(served, tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_API_KEY", "right")
    points = [{"text": "Dropout switches units off at random.", "weight": 3}]
    records = [
        {"id": i, "question": "What is dropout?", "key_points": points, "answer": f"Units are off at random, {i}."}
        for i in range(4)
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    (tmp_path / "earlier.jsonl").write_text('{"id": 1, "status": "graded"}\n{"id": 2, "sta', "utf-8")
    command = [sys.executable, "-m", "tui.cli", "score", "--batch", str(tmp_path / "answers.jsonl"), "--json"]
    remote = ["--judge", "llm", "--endpoint", served, "--concurrency", "3", "--resume", str(tmp_path / "earlier.jsonl")]
    done = subprocess.run(command + remote, capture_output=True, text=True, timeout=600, cwd=ROOT)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [0, 2, 3], done.stderr
    assert {line["status"] for line in lines} == {"graded"}
    assert all("small" in line["judge"] for line in lines)
