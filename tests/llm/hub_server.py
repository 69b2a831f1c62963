"""A server on this machine that speaks the model hub's protocol, for one file."""

import hashlib
import re
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REPOSITORY, FILE = "someone/small-GGUF", "small.gguf"
CONTENT = b"GGUF" + bytes(range(256)) * 40_000  # 10 MB
PIECE = 1 << 18


class Hub(ThreadingHTTPServer):
    """Enough of the hub for one file: metadata headers, ranges, and the faults that happen on the way."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.content = CONTENT
        self.sha256 = hashlib.sha256(CONTENT).hexdigest()
        self.break_after: int | None = None  # bytes sent before the next transfer breaks off
        self.excess = 0  # bytes sent behind the file, which its promised size does not count
        self.ranges: list[int] = []  # first byte asked for, per transfer
        self.status = 200
        self.pause_seconds = 0.0  # after each piece

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class HubHandler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        hub = self.server
        if hub.status != 200 or not self.path.startswith(f"/{REPOSITORY}/resolve/main/{FILE}"):
            self.send_response(hub.status if hub.status != 200 else 404)
            self.send_header("X-Error-Code", {403: "GatedRepo"}.get(hub.status, "EntryNotFound"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        body = hub.content[first:] + bytes(hub.excess if with_body else 0)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{hub.sha256}"')
        self.send_header("X-Linked-Etag", f'"{hub.sha256}"')
        self.send_header("X-Linked-Size", str(len(hub.content)))
        self.send_header("X-Repo-Commit", "0" * 40)
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{len(hub.content) - 1}/{len(hub.content)}")
        self.end_headers()
        if not with_body:
            return
        hub.ranges.append(first)
        if hub.break_after is not None:
            self.wfile.write(body[: hub.break_after])
            self.wfile.flush()
            hub.break_after = None
            self.close_connection = True
            self.connection.close()
            return
        with suppress(ConnectionError):  # whoever asked may be killed meanwhile
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                time.sleep(hub.pause_seconds)
