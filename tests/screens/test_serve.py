import asyncio
import base64
import contextlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coach.config import Config
from coach.storage import Store
from tui.app import TOUR_SEEN
from tui.cli import app
from tui.commands.serve import is_loopback

aiohttp = pytest.importorskip("aiohttp", reason="the extra `serve` is not installed")
pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")
CoachServer = importlib.import_module("tui.serving").CoachServer
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> None:
    """Wait until the server takes connections."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    """A process that is ended, with everything it has started."""
    with (folder / "process.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, cwd=Path(__file__).parents[2]
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture
def address(config: Config, tmp_path: Path) -> Iterator[str]:
    (config.paths.config).write_text('[llm]\nmodel = "none"\n[judging]\njudge = "semantic"\n', "utf-8")
    store = Store(config.paths.database)
    store.attempts.set_setting(TOUR_SEEN, True)
    store.close()
    port = free_port()
    folder = tmp_path / "server"
    folder.mkdir()
    with running([sys.executable, "-m", "tui.cli", "serve", "--port", str(port)], folder):
        listening(port)
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    "options",
    [["--host", "0.0.0.0"], ["--host", "::"], ["--host", "0.0.0.0", "--url", "coach.example"]],
    ids=["IPv4", "IPv6", "no scheme"],
)
def test_an_address_that_no_browser_can_open_is_refused(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoachServer, "serve", lambda server: pytest.fail("it serves"))
    done = CliRunner().invoke(app, ["serve", *options])
    assert done.exit_code == 2
    assert "--url" in done.stderr


async def test_a_server_of_all_addresses_is_opened_at_the_one_it_was_told(home: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tui.cli", "serve", "--host", "0.0.0.0", "--port", str(port)]
    with running([*command, "--url", f"http://localhost:{port}"], tmp_path):
        listening(port)
        assert await status(f"http://localhost:{port}") == 200
        assert await status(f"http://127.0.0.1:{port}") == 403


def test_at_the_standard_port_the_address_is_as_browsers_name_it() -> None:
    assert CoachServer("127.0.0.1", 80).public_url == "http://127.0.0.1"
    assert CoachServer("::1", 8000).public_url == "http://[::1]:8000"


async def status(url: str, **headers: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(url, headers=headers) as response:
        code: int = response.status
        return code


async def test_only_pages_of_this_address_may_talk_to_the_server(address: str) -> None:
    assert await status(address) == 200
    assert await status(address, Host="coach.example") == 403
    assert await status(f"{address}/ws", Origin="http://coach.example") == 403


class Page:
    """A browser page over the Chrome DevTools protocol, listening to all its network traffic."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._number = 0
        self.received = ""
        self.elsewhere: list[str] = []

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        await self._connection.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._connection.receive_json()
            self._note(message)
            if message.get("id") == self._number:
                result: dict[str, Any] = message.get("result", {})
                return result

    async def until(self, text: str) -> None:
        """Read frames of the program's socket until this text has come."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.received:
                self._note(await self._connection.receive_json())

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = parameters["response"]
            data = frame["payloadData"]
            raw = base64.b64decode(data) if frame["opcode"] == 2 else data.encode()
            self.received += raw.decode("utf-8", errors="replace")
        if message.get("method") == "Network.responseReceived":
            url = parameters["response"]["url"]
            if not url.startswith(("http://127.0.0.1", "data:")):
                self.elsewhere.append(url)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
async def test_the_home_screen_and_keys_work_in_a_real_browser(address: str, tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "browser"
    folder.mkdir()
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    data = [f"--remote-debugging-port={port}", f"--user-data-dir={folder}", "about:blank"]
    with running([CHROMIUM, *flags, *data], folder):
        async with aiohttp.ClientSession() as client:
            target = await page_target(client, port)
            async with client.ws_connect(target, max_msg_size=0) as connection:
                page = Page(connection)
                await page.call("Network.enable")
                await page.call("Page.enable")
                await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
                await page.call("Page.navigate", url=address)
                await page.until("Due today")
                for kind in ("mousePressed", "mouseReleased"):  # the terminal takes keys once it was clicked
                    where = {"x": 20, "y": 20, "button": "left", "clickCount": 1}
                    await page.call("Input.dispatchMouseEvent", type=kind, **where)
                await page.call("Input.dispatchKeyEvent", type="keyDown", key="l", text="l", windowsVirtualKeyCode=76)
                await page.call("Input.dispatchKeyEvent", type="keyUp", key="l", windowsVirtualKeyCode=76)
                await page.until("All topics")
                assert page.elsewhere == []


async def page_target(client: Any, port: int) -> str:
    """Address of the debugger of the first page, once the browser is up."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with client.get(f"http://127.0.0.1:{port}/json") as response:
                    for entry in await response.json():
                        if entry["type"] == "page":
                            url: str = entry["webSocketDebuggerUrl"]
                            return url
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("host", "safe"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_what_counts_as_this_machine_only(host: str, safe: bool) -> None:
    assert is_loopback(host) is safe
